"""A county that is played year after year in one process, with new youth every year, and what it takes meanwhile."""
