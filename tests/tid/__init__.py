"""Runs that come late, clocks that are wrong and other time zones: what the proof ``tid`` is made of."""
