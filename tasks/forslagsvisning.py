"""What a person must see of a proposal before she decides: how many by which channel, who is left out, what differs."""

from typing import Any

import duckdb
import pandas as pd

from schemas.verdier import Forslagstilstand
from tasks.hjem import Hjem
from tasks.klokke import OSLO
from tasks.takt import reason_text, waits
from tasks.utboksposter import count_by_state

APNE = (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT)
FORRIGE = """
    SELECT forslag_id FROM forslag WHERE (rad, aar) = (SELECT (rad, aar) FROM forslag WHERE forslag_id = $forslag)
      AND opprettet_tid <= (SELECT opprettet_tid FROM forslag WHERE forslag_id = $forslag) AND forslag_id <> $forslag
    ORDER BY opprettet_tid DESC, forslag_id DESC LIMIT 1
"""


def waiting(hjem: Hjem) -> list[dict[str, Any]]:
    """Return the proposals that wait for approval or dispatch, each as ``describe`` shows it."""
    with hjem.register.transaction("ventende forslag") as con:
        rader = con.execute(
            "SELECT forslag_id FROM forslag_naa WHERE list_contains(?, tilstand) ORDER BY opprettet_tid, forslag_id",
            [[*APNE, Forslagstilstand.IVERKSETTES]],
        ).fetchall()
        return [describe(con, forslag_id) for (forslag_id,) in rader]


def describe(con: duckdb.DuckDBPyConnection, forslag_id: str) -> dict[str, Any]:
    """Return the proposal in counts: nobody in it is named."""
    rad, aar, tilstand, sha = con.execute(
        "SELECT rad, aar, tilstand, innhold_sha256 FROM forslag_naa WHERE forslag_id = ?", [forslag_id]
    ).fetchall()[0]
    return {
        "forslag_id": forslag_id,
        "rad": rad,
        "aar": aar,
        "tilstand": tilstand,
        "innhold_sha256": sha,
        "sendes": _counts(con, "utsending", "mottaker || ' ' || kanal", forslag_id),
        "kanaler": _counts(con, "utsending", "kanal", forslag_id),
        "utelatt": _counts(con, "utelatt", "grunn_kode", forslag_id),
        "forskjell": difference(con, forslag_id),
        "gjort": count_by_state(con, forslag_id) if tilstand == Forslagstilstand.IVERKSETTES else {},
        "venter": [
            {
                "kanal": kanal,
                "til": f"{til.astimezone(OSLO):%d.%m.%Y kl. %H:%M}",
                "grunn": reason_text(grunn, til.date()),
            }
            for kanal, til, grunn in waits(con, forslag_id)
        ],
    }


def difference(con: duckdb.DuckDBPyConnection, forslag_id: str) -> dict[str, int] | None:
    """Return how many items are new, gone or changed since the row's last proposal; None for the first."""
    svar = con.execute(FORRIGE, {"forslag": forslag_id}).fetchone()
    if svar is None:
        return None
    na, forrige = _content(con, forslag_id), _content(con, svar[0])
    felles = na.index.intersection(forrige.index)
    return {
        "nye": len(na) - len(felles),
        "borte": len(forrige) - len(felles),
        "endret": int((na.loc[felles] != forrige.loc[felles]).sum()),
    }


def _content(con: duckdb.DuckDBPyConnection, forslag_id: str) -> "pd.Series[str]":
    """Return key → content hash of the proposal's letters; notices to advisers follow from them."""
    ramme = con.execute(
        "SELECT nokkel, innhold_sha256 FROM utsending WHERE forslag_id = ? AND mottaker <> 'rådgiver'", [forslag_id]
    ).df()
    return ramme.set_index("nokkel")["innhold_sha256"]


def _counts(con: duckdb.DuckDBPyConnection, tabell: str, etter: str, forslag_id: str) -> dict[str, int]:
    sql = f"SELECT {etter} AS hva, count(*) FROM {tabell} WHERE forslag_id = ? GROUP BY hva ORDER BY hva"  # noqa: S608
    return dict(con.execute(sql, [forslag_id]).fetchall())
