"""What an answer changes in the register: contact, status, and the facts that duties and school start ask for."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import pandas as pd

from tasks.arbeid.apne import kinds
from tasks.arbeid.fordeling import people_of
from tasks.arbeid.svarregler import KONTAKT, PLIKT_GJORT, Sak, Svar
from tasks.kjoring import Kjoring
from tasks.register import fakta
from tasks.skoleaarskode import active

SKOLESTART: Final = {"START_JA", "START_INFORMERT"}
INFORMERT: Final = "START_INFORMERT"
KJENT: Final = """
    SELECT person_id, max(kontakt), max(tilmeldt) FROM (
        SELECT person_id, try_cast(verdi AS DATE) AS kontakt, NULL AS tilmeldt FROM fakta_kjent($kjent)
        WHERE felt = 'kontakt_dato' AND verdi <> ''
        UNION ALL SELECT person_id, CAST(svart_tid AS DATE), NULL FROM svar_kjent($kjent)
        UNION ALL SELECT person_id, NULL, try_cast(arg_max(verdi, (gyldig_fra, lopenr)) AS DATE)
        FROM fakta_kjent($kjent) WHERE felt = 'tilmeldt_dato' GROUP BY person_id
    ) WHERE person_id IN (SELECT unnest($personer::VARCHAR[])) GROUP BY person_id
"""


def known(kjoring: Kjoring, gjelder: set[str]) -> dict[str, tuple[date | None, date | None]]:
    """Return person → (last recorded contact, day of enrolment), None where there is none."""
    personer = people_of(gjelder)
    rader = kjoring.con.execute(KJENT, {"kjent": fakta.EVIG_TID, "personer": personer}).fetchall()
    return {person: (kontakt, tilmeldt) for person, kontakt, tilmeldt in rader}


def take_effect(kjoring: Kjoring, svarene: Sequence[tuple[Sak, Svar]]) -> None:
    """Add the facts that follow from answers about youth; they hold from the day they are about."""
    sier: dict[tuple[str, str, date], str] = {}
    for sak, svar in svarene:
        if people_of([sak.gjelder]):
            dag = svar.dato or kjoring.siste_dag
            sier |= {
                (sak.gjelder, felt, dag): verdi for felt, verdi in _facts(kjoring, sak, svar, dag) if felt and verdi
            }
    if sier:
        rader = [(person, felt, verdi, dag) for (person, felt, dag), verdi in sier.items()]
        kjoring.endrede_felt.update(felt for _, felt, _, _ in rader)
        ny = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
        fakta.add(kjoring.con, ny, kjoring.kjoring_id, kjoring.registrert_tid)


def _facts(kjoring: Kjoring, sak: Sak, svar: Svar, dag: date) -> Iterator[tuple[str, str]]:
    if svar.kontakt:
        yield KONTAKT, dag.isoformat()
    if svar.ot_status:
        yield "ot_status", svar.ot_status
    if svar.kode == PLIKT_GJORT:
        plikt = kinds(kjoring.siste_dag)[sak.grunn_kode]
        yield plikt["felt"], dag.isoformat()
        if "modell" in plikt["krever"].split():
            yield "avtale_modell", svar.celler["modell"][0]
    if svar.kode in SKOLESTART:
        yield "skoleaarskode", _school_year_code(kjoring, dag)
    if svar.kode == INFORMERT:
        yield "skoleinfo_dato", dag.isoformat()
        yield "skoleinfo_skole", svar.celler["skole_ny"]
        yield "skoleinfo_grunnlag", svar.celler["grunnlag"]


def _school_year_code(kjoring: Kjoring, dag: date) -> str:
    """Return the county's own code for the coming school year, blank where it has none yet."""
    return next((kode.kode for kode in active(kjoring.hjem, dag) if kode.skoleaar == kjoring.skoleaar), "")
