"""Two who have answered differently about the same task: both answers stand, and the professional leader decides."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import duckdb

from schemas.arbeid import Gjoremaal
from tasks import kodeverk
from tasks.arbeid.apne import leader_of_adviser
from tasks.hjem import Hjem

GRUNN: Final = "UENIGE_SVAR"
SISTE: Final = "UENIG_SISTE"
UAVGJORT: Final = """
    SELECT max(lopenr) AS lopenr, gjelder FROM arbeidssvar u WHERE tilstand = 'uenig'
      AND NOT EXISTS (SELECT 1 FROM arbeidssvar a WHERE a.gjelder = u.gjelder
                      AND a.grunn_kode = 'UENIGE_SVAR' AND a.tilstand = 'brukt' AND a.lopenr > u.lopenr)
    GROUP BY gjelder
"""
PAR: Final = f"""
    SELECT v.gjelder, s.besvart_av, s.svar_kode, s.dato, s.innhold, f.besvart_av, f.svar_kode, f.dato, f.innhold
    FROM ({UAVGJORT}) v JOIN arbeidssvar s USING (lopenr)
    JOIN arbeidssvar f ON f.oppgave_id = s.oppgave_id AND f.lopenr = (
        SELECT max(lopenr) FROM arbeidssvar g
        WHERE g.oppgave_id = s.oppgave_id AND g.tilstand = 'brukt' AND g.lopenr < s.lopenr)
"""  # noqa: S608 only our own words


def undecided(con: duckdb.DuckDBPyConnection, hjem: Hjem) -> list[Gjoremaal]:
    """Return a task for the leader about each disagreement that nobody has decided."""
    rader = con.execute(PAR).fetchall()
    return [Gjoremaal(rad[0], GRUNN, leader_of_adviser(hjem, rad[5])) for rad in rader]


def shown_answers(con: duckdb.DuckDBPyConnection, dato: date) -> dict[str, dict[str, str]]:
    """Return about whom → both answers in words, as the sheet «Uenige svar» shows them."""
    tekster = {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("regler/arbeidssvar", dato)}
    return {
        rad[0]: {"forste_svar": _told(rad[5:], tekster), "siste_svar": _told(rad[1:5], tekster)}
        for rad in con.execute(PAR).fetchall()
    }


def the_last(con: duckdb.DuckDBPyConnection, gjelder: str) -> int | None:
    """Return the number of the answer that was not used, None where nothing is undecided about her."""
    svar = con.execute(f"SELECT lopenr FROM ({UAVGJORT}) WHERE gjelder = ?", [gjelder]).fetchone()  # noqa: S608 ours
    return int(svar[0]) if svar else None


def _told(svar: Sequence[object], tekster: Mapping[str, str]) -> str:
    besvart_av, kode, dag, innhold = svar
    merknad = json.loads(str(innhold)).get("merknad", "")
    dato = f"{dag:%d.%m.%Y}" if isinstance(dag, date) else ""
    deler = (str(besvart_av), tekster.get(str(kode), ""), dato, json.loads(str(innhold)).get("ot_status", ""), merknad)
    return " · ".join(del_ for del_ in deler if del_)
