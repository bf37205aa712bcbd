"""Many counties on one Prefect: the server on PostgreSQL, one work pool, one queue a county, workers, a door a county.

What a county is to the operator stands in one table (``tabell.py``). Prefect never learns where a home is or what opens
it: the worker that carries out a run reads that in its own table. Which worker writes in a county's home is decided by
a lock in the home itself (``skriver.py``).
"""
