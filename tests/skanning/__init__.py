"""A demo county's year through a real Prefect server, with errors that hold persons forced on every seam we have."""
