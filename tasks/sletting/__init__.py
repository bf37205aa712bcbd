"""Deletion by the retention rules of ``data/regler/oppbevaring.csv`` and the county's own ``[oppbevaring]``."""
