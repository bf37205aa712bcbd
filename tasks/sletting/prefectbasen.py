"""Prefect's own database: runs that ended long ago, with their states, logs, artifacts and events. No people in it."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

BASE: Final = Path("prefect") / "prefect.db"
LOPET: Final = "SELECT id FROM flow_run WHERE end_time < :grense"
OPPGAVENE: Final = f"SELECT id FROM task_run WHERE flow_run_id IN ({LOPET})"  # noqa: S608 our own words
SLETTES: Final = {
    "log": f"flow_run_id IN ({LOPET})",
    "artifact_collection": f"flow_run_id IN ({LOPET})",
    "artifact": f"flow_run_id IN ({LOPET})",
    "task_run_state": f"task_run_id IN ({OPPGAVENE})",
    "task_run": f"flow_run_id IN ({LOPET})",
    "flow_run_input": f"flow_run_id IN ({LOPET})",
    "flow_run_state": f"flow_run_id IN ({LOPET})",
    "flow_run": f"id IN ({LOPET})",
    "event_resources": "occurred < :grense",
    "events": "occurred < :grense",
}
"""Table → which of its rows go, in this order."""


def old_runs(hjem: Path, grense: date | None) -> int:
    """Return how many runs ended before the day; 0 where there is no limit or no database."""
    if grense is None or not (hjem / BASE).is_file():
        return 0
    with closing(sqlite3.connect(f"file:{hjem / BASE}?mode=ro", uri=True)) as con:
        return int(con.execute(f"SELECT count(*) FROM ({LOPET})", _limit(grense)).fetchone()[0])  # noqa: S608


def delete_runs(hjem: Path, grense: date) -> None:
    """Delete the runs that ended before the day and write the database anew, so that nothing of them is in its file.

    Nobody else may have it open: the server must be stopped.
    """
    with closing(sqlite3.connect(hjem / BASE, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        for tabell, hvor in SLETTES.items():
            con.execute(f"DELETE FROM {tabell} WHERE {hvor}", _limit(grense))  # noqa: S608 our own words
        con.execute("COMMIT")
        con.execute("VACUUM")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _limit(grense: date) -> dict[str, str]:
    """Return the day as Prefect's database writes times."""
    return {"grense": grense.isoformat()}
