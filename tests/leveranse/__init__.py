"""Building the image where no container engine runs, from a base made here, and asking what is in it."""
