"""Many counties on one Prefect, really: PostgreSQL, a server, two workers and doors as processes of their own."""
