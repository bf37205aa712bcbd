"""The wheel's dates worked out once more, from its own words: nothing here uses the program's calendar or its columns.

``python -m tests.kalender`` writes what comes of it as the table that ``tests/bevis/kalender.py`` holds the program to.
"""
