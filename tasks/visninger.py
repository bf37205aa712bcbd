"""The documented views of the register: read-only, without anyone's id, name or address unless that is asked for.

Each view is one SQL file in ``register/visninger/``, or a function in ``BEREGNEDE``, and answers as it stood: on a day,
and as known at a moment. One that asks for ``$per_dato`` tells of the world on that day, by what was known at the
moment. The others tell of what has happened here, where the two are one: the earlier of the day's end and the moment.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, TypeAlias

import duckdb
import pandas as pd

from schemas.revisjon import Handling
from tasks import klokke, kodeverk, nokkeltall
from tasks.arshjul import read_wheel
from tasks.feil import BrukerFeil, messages
from tasks.hjem import Hjem
from tasks.register.fakta import EVIG_TID
from tasks.revisjon import note

MAPPE = Path(__file__).parent / "register" / "visninger"
PERSONKOLONNER = {
    "ungdom": ["fodselsnummer", "fornavn", "etternavn"],
    "arbeidssvar": ["innhold"],
    "skoler": ["kontaktperson", "epost", "telefon"],
    "rettelser": ["gyldig_fra", "gammel_verdi", "ny_verdi", "begrunnelse"],
}
DATOKOLONNER = ("per_dato", "telledato", "frist")
TIDSKOLONNER = ("sendt_tid", "svart_tid", "rettet_tid", "tid")
Beregning: TypeAlias = Callable[[Hjem, duckdb.DuckDBPyConnection, date, datetime], pd.DataFrame]
BEREGNEDE: Final[Mapping[str, Beregning]] = {nokkeltall.VISNING: nokkeltall.view}
"""Views that are computed: name → a function of the home, its open register, the day, and the moment (UTC) known."""


def names() -> list[str]:
    """Return the names of the views."""
    return sorted({sti.stem for sti in MAPPE.glob("*.sql")} | BEREGNEDE.keys())


def show(
    hjem: Hjem,
    navn: str,
    per_dato: date | None = None,
    kjent_tid: datetime | None = None,
    persondata_for: str | None = None,
) -> pd.DataFrame:
    """Return a view as it stood on ``per_dato``, as known at ``kjent_tid``; unless told, now.

    With only ``kjent_tid`` it is what the view told then: as it stood on the moment's own day.
    ``persondata_for`` names who asks to see ids and names, which is written in the audit log.
    Raises BrukerFeil ÅH-1206 (no such view), ÅH-1212 (a view that can only tell how it is now).
    """
    if navn not in names():
        raise BrukerFeil("ÅH-1206", navn=navn, kjente=", ".join(names()))
    i_dag = klokke.local_date(klokke.now())
    dag = per_dato or (min(i_dag, klokke.local_date(kjent_tid)) if kjent_tid else i_dag)
    kjent = klokke.to_utc(kjent_tid) if kjent_tid else EVIG_TID
    with hjem.register.transaction(f"visningen {navn}") as con:
        if navn in BEREGNEDE:
            ramme = BEREGNEDE[navn](hjem, con, dag, kjent)
        else:
            slutt = klokke.to_utc(datetime.combine(per_dato, time.max, klokke.OSLO)) if per_dato else EVIG_TID
            ramme = _ask(con, navn, dag, kjent, slutt)
        if persondata_for:
            note(con, klokke.now(), persondata_for, Handling.SAA, navn, {"rader": len(ramme)})
    for kolonne in TIDSKOLONNER:
        if kolonne in ramme:
            ramme[kolonne] = [_local(tid) for tid in ramme[kolonne]]
    for kolonne in set(DATOKOLONNER) & set(ramme):
        ramme[kolonne] = [None if pd.isna(dag) else pd.Timestamp(dag).date().isoformat() for dag in ramme[kolonne]]
    return ramme if persondata_for else ramme.drop(columns=PERSONKOLONNER.get(navn, []))


def _ask(con: duckdb.DuckDBPyConnection, navn: str, dag: date, kjent: datetime, slutt: datetime) -> pd.DataFrame:
    """Return what the view's SQL answers; ``slutt`` is when the day asked for ended, far off where none was."""
    sql = (MAPPE / f"{navn}.sql").read_text(encoding="utf-8")
    if "$per_dato" not in sql:
        kjent = min(kjent, slutt)
        dag = dag if kjent == EVIG_TID else min(dag, klokke.local_date(klokke.from_utc(kjent)))
    if kjent != EVIG_TID and "$kjent_tid" not in sql:
        raise BrukerFeil("ÅH-1212", navn=navn)
    grenser = kodeverk.age_limits(dag)
    verdier = {"per_dato": dag, "kjent_tid": kjent, "nedre_alder": grenser.nedre, "ovre_alder": grenser.ovre}
    for tabell, ramme in _tables(dag).items():
        con.register(tabell, ramme)
    return con.execute(sql, {felt: verdi for felt, verdi in verdier.items() if f"${felt}" in sql}).df()


def _tables(per_dato: date) -> dict[str, pd.DataFrame]:
    """Return the code lists that the views join with, as they stand on the day."""
    return {
        "ot_statuskoder": pd.DataFrame(kodeverk.valid_on("kodeverk/ot_status", per_dato))[["kode", "gruppenavn"]],
        "svarkoder": pd.DataFrame(kodeverk.all_rows("kodeverk/svar")),
        "undersokelser": pd.DataFrame(
            [(rad.rad, rad.parametre.get("brevrad", rad.rad)) for rad in read_wheel() if "brev" in rad.parametre],
            columns=["rad", "brevrad"],
        ),
        "utelatt_grunner": pd.DataFrame(
            [(kode, rad["tekst"]) for kode, rad in kodeverk.reasons(per_dato).items()], columns=["kode", "tekst"]
        ),
        "meldinger": pd.DataFrame(
            [(kode, tekst) for kode, (tekst, _) in messages().items()], columns=["kode", "tekst"]
        ),
    }


def _local(tid: datetime | None) -> str | None:
    return None if tid is None or pd.isna(tid) else klokke.from_utc(pd.Timestamp(tid).to_pydatetime()).isoformat()
