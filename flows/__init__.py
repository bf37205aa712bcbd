"""The routines of the wheel, one file per kind of routine."""
