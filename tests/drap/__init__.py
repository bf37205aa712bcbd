"""Senders killed anywhere, and the letters counted: ``python -m tests.drap`` and ``python -m tests.drap.samtidig``."""
