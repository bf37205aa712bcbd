"""Deliveries: is this one so unlike the last that a person must look, and is there a later one already.

An unusual delivery is accepted by the code of its very bytes: other files need another code.
"""

import hashlib
from datetime import date

from tasks.feil import BrukerFeil
from tasks.kilder import KILDER
from tasks.kjoring import Kjoring
from tasks.vurdering import Vurdert

GJELDENDE = """
    FROM levering l JOIN kjoring k USING (kjoring_id)
    WHERE l.format = $format AND NOT EXISTS (SELECT 1 FROM angring a WHERE a.angret_kjoring_id = l.kjoring_id)
"""


def check_size(kjoring: Kjoring, format_navn: str, filer: list[Vurdert]) -> None:
    """Stop a list that is much smaller or larger than the last one: the same school year's, else the same row's.

    BrukerFeil ÅH-2015. A school's list is the whole of its own school only, and is not held against other schools'.
    """
    forrige = kjoring.con.execute(
        f"""
        SELECT l.antall {GJELDENDE} AND (l.skoleaar = $skoleaar OR k.rad = $rad)
        ORDER BY l.skoleaar = $skoleaar DESC, k.aar DESC, k.startet_tid DESC, k.generasjon DESC LIMIT 1
        """,
        {"format": format_navn, "skoleaar": kjoring.skoleaar, "rad": kjoring.rad.rad},
    ).fetchone()
    if forrige is None or not is_whole(format_navn):
        return
    hold_to_limits(kjoring, filer, forrige[0])


def hold_to_limits(kjoring: Kjoring, filer: list[Vurdert], forrige: int) -> None:
    """Stop a list that is much smaller or larger than the ``forrige`` rows of the last one. BrukerFeil ÅH-2015."""
    grenser, antall = kjoring.hjem.innstillinger.grenser, sum(enkelt.validert.antall for enkelt in filer)
    minst, mest = round(forrige * grenser.krymp_andel), round(forrige * grenser.vokse_andel)
    if not minst <= antall <= mest:
        _stop(kjoring, filer, "ÅH-2015", antall=antall, forrige=forrige, grense=f"{minst} til {mest}")


def check_gone(kjoring: Kjoring, filer: list[Vurdert], borte: int, gruppe: int) -> None:
    """Stop a list that leaves out more of the year's group than the county's limit. BrukerFeil ÅH-2401.

    ``gruppe`` is how many were in the group before, ``borte`` how many of them the list does not name.
    """
    mest = round(gruppe * (1 - kjoring.hjem.innstillinger.grenser.krymp_andel))
    if borte > mest:
        _stop(kjoring, filer, "ÅH-2401", borte=borte, gruppe=gruppe, grense=mest)


def _stop(kjoring: Kjoring, filer: list[Vurdert], feilkode: str, **deler: object) -> None:
    """Refuse the files unless the run was started with their own code."""
    alle = "".join(enkelt.mottatt.sha256 for enkelt in filer)
    kode = hashlib.sha256(alle.encode()).hexdigest()[:8]
    if kjoring.godta != kode:
        raise BrukerFeil(feilkode, fil=", ".join(enkelt.mottatt.fil for enkelt in filer), godta=kode, **deler)


def is_whole(format_navn: str) -> bool:
    """Tell whether one delivery of the format is the whole list of its group."""
    kilde = KILDER[format_navn]
    return bool(kilde.gruppe) and kilde.nokkel == ("person_id",)


def note(kjoring: Kjoring, format_navn: str, antall: int, *, er_siste: bool) -> None:
    """Remember that this run took a delivery of so many rows, and whether it is what the source says now."""
    kjoring.con.execute(
        "INSERT INTO levering VALUES (?, ?, ?, ?, ?, ?)",
        [kjoring.kjoring_id, format_navn, kjoring.gyldig_fra, kjoring.skoleaar, antall, er_siste],
    )


def said_then(kjoring: Kjoring, format_navn: str) -> str:
    """Return the condition on a table of statements: what the source said after its last delivery up to this day.

    An earlier delivery that is run again is held against that, not against what the source has said since.
    """
    svar = kjoring.con.execute(
        f"SELECT max(k.rowid) {GJELDENDE} AND l.gyldig_fra <= $dag AND l.er_siste",
        {"format": format_navn, "dag": kjoring.gyldig_fra},
    ).fetchone()
    if svar is None or svar[0] is None:
        return "false"
    da = f"(SELECT kjoring_id FROM kjoring WHERE rowid <= {int(svar[0])})"
    return f"fra_kjoring_id IN {da} AND (til_kjoring_id IS NULL OR til_kjoring_id NOT IN {da})"


def next_delivery(kjoring: Kjoring, format_navn: str) -> date | None:
    """Return from which day the next delivery after this run's day holds, None when this is the last one."""
    svar = kjoring.con.execute(
        f"SELECT min(l.gyldig_fra) {GJELDENDE} AND l.gyldig_fra > $dag",
        {"format": format_navn, "dag": kjoring.gyldig_fra},
    ).fetchone()
    return svar[0] if svar else None
