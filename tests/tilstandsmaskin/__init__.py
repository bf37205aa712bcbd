"""A county of a dozen youth to which anything happens in any order: the real register, and a simple model beside it."""
