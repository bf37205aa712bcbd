"""Errors put into the rules on purpose, to see whether the tests of those rules notice.

``operatorer`` makes the errors, ``bytte`` puts one into the running process, ``kjorer`` maps which tests run which
lines and lets a forked process judge each error. No file is changed: an error lives and dies in its own process.
"""
