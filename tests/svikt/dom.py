"""What a home holds, told so that two can be held against each other: after a fault, and as if there had been none."""

import hashlib
import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from tasks.filer import HALVSKREVET
from tasks.hjem import home
from tasks.revisjon import verify

MENING = {
    "fakta": "SELECT DISTINCT person_id, felt, verdi, gyldig_fra FROM fakta",
    "karantene": "SELECT rad, aar, kode, kolonne, tilstand, count(*) FROM karantene GROUP BY ALL",
    "forslag": "SELECT rad, aar, tilstand FROM forslag_naa WHERE tilstand NOT IN ('utløpt', 'avvist')",
    "utsendinger": "SELECT rad, aar, person_id, mottaker, kanal, tilstand FROM utsending_naa",
    "overføringer": "SELECT rad, aar, telledato, antall, tilstand FROM overforing_naa",
    "oppgaver": "SELECT rad, aar, gjelder, raadgiver, frist, tilstand FROM oppgave",
    "avvik": "SELECT rad, aar, kode, tilstand FROM avvik",
}
"""What the register says, without who asked, when, and in which run."""
UTEN = ("stopp",)
"""Tables that tell of the fault itself."""
SPILLES_IGJEN = ("prefect", "rapporter", "innboks")


def look(hjem: Path) -> dict[str, Any]:
    """Return what is in the home: what the register says, all of it as one hash, its files, and what is wrong."""
    halve = sorted(str(sti.relative_to(hjem.parent)) for sti in hjem.parent.rglob("*") if _is_half(sti))
    svar: dict[str, Any] = {"halve": halve, "filer": _files(hjem), "kjeden": 0, "alt": "", "mening": {}}
    if (hjem / "register.duckdb").is_file():
        with home(hjem).register.transaction("prøve") as con:
            svar |= {"alt": _all(con), "kjeden": len(verify(con, hjem))}
            svar["mening"] = {navn: sorted(map(str, con.execute(sql).fetchall())) for navn, sql in MENING.items()}
    return svar


def _all(con: duckdb.DuckDBPyConnection) -> str:
    tabeller = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'register' ORDER BY 1")
    sum_ = hashlib.sha256()
    for (tabell,) in tabeller.fetchall():
        if tabell not in UTEN:
            sum_.update(f"{tabell}{sorted(map(str, con.execute(f'FROM {tabell}').fetchall()))}".encode())
    return sum_.hexdigest()


def _files(hjem: Path) -> dict[str, int]:
    """Return folder and kind → how many files people get; what can be made again at any time is not among them."""
    alle = (sti.relative_to(hjem) for sti in hjem.rglob("*") if sti.is_file())
    deres = (sti for sti in alle if len(sti.parts) > 1 and sti.parts[0] not in SPILLES_IGJEN)
    return dict(Counter(f"{sti.parent}/*{sti.suffix}" for sti in deres))


def _is_half(sti: Path) -> bool:
    """Tell whether a file is not whole: it still has its temporary name, or ends too early for its kind."""
    if not sti.is_file() or sti.parent.name == "prefect":
        return False
    if sti.name.endswith(HALVSKREVET):
        return True
    return sti.suffix in SLUTT and not SLUTT[sti.suffix](sti.read_bytes())


def _is_zip(innhold: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(innhold)) and zipfile.ZipFile(io.BytesIO(innhold)).testzip() is None


def _is_json(innhold: bytes) -> bool:
    try:
        json.loads(innhold)
    except ValueError:
        return False
    return True


SLUTT = {
    ".xlsx": _is_zip,
    ".json": _is_json,
    ".html": lambda innhold: innhold.rstrip().endswith(b"</html>"),
    ".csv": lambda innhold: innhold.endswith(b"\n"),
    ".ics": lambda innhold: innhold.endswith(b"END:VCALENDAR\r\n"),
}
"""Kind of file → whether its bytes are all of it."""
