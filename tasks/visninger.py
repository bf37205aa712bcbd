"""The documented views of the register: read-only, without anyone's id, name or address unless that is asked for.

Each view is one SQL file in ``register/visninger/``.
"""

from datetime import date, datetime
from pathlib import Path

import pandas as pd

from tasks import klokke, kodeverk
from tasks.arshjul import read_wheel
from tasks.feil import BrukerFeil, messages
from tasks.hjem import Hjem
from tasks.register.fakta import EVIG_TID

MAPPE = Path(__file__).parent / "register" / "visninger"
PERSONKOLONNER = {
    "ungdom": ["fodselsnummer", "fornavn", "etternavn"],
    "rettelser": ["gyldig_fra", "gammel_verdi", "ny_verdi", "begrunnelse"],
}
DATOKOLONNER = ("per_dato", "telledato", "frist")
TIDSKOLONNER = ("sendt_tid", "svart_tid", "rettet_tid")


def names() -> list[str]:
    """Return the names of the views."""
    return sorted(sti.stem for sti in MAPPE.glob("*.sql"))


def show(
    hjem: Hjem,
    navn: str,
    per_dato: date | None = None,
    kjent_tid: datetime | None = None,
    persondata_for: str | None = None,
) -> pd.DataFrame:
    """Return a view as it stood on ``per_dato`` (today unless told), as known at ``kjent_tid``.

    ``persondata_for`` names who asks to see ids and names, which is written in the audit log.
    Raises BrukerFeil ÅH-1206 (no such view), ÅH-1212 (a view that shows only how it is now).
    """
    if navn not in names():
        raise BrukerFeil("ÅH-1206", navn=navn, kjente=", ".join(names()))
    sql = (MAPPE / f"{navn}.sql").read_text(encoding="utf-8")
    if (per_dato and "$per_dato" not in sql) or (kjent_tid and "$kjent_tid" not in sql):
        raise BrukerFeil("ÅH-1212", navn=navn)
    dag = per_dato or klokke.local_date(klokke.now())
    grenser = kodeverk.age_limits(dag)
    verdier = {
        "per_dato": dag,
        "kjent_tid": klokke.to_utc(kjent_tid) if kjent_tid else EVIG_TID,
        "nedre_alder": grenser.nedre,
        "ovre_alder": grenser.ovre,
    }
    with hjem.register.transaction(f"visningen {navn}") as con:
        for tabell, ramme in _tables(dag).items():
            con.register(tabell, ramme)
        ramme = con.execute(sql, {navn: verdi for navn, verdi in verdier.items() if f"${navn}" in sql}).df()
        if persondata_for:
            tid = klokke.to_utc(klokke.now())
            con.execute("INSERT INTO revisjon VALUES (?, ?, 'så persondata', ?)", [tid, persondata_for, navn])
    for kolonne in TIDSKOLONNER:
        if kolonne in ramme:
            ramme[kolonne] = [_local(tid) for tid in ramme[kolonne]]
    for kolonne in set(DATOKOLONNER) & set(ramme):
        ramme[kolonne] = [None if pd.isna(dag) else pd.Timestamp(dag).date().isoformat() for dag in ramme[kolonne]]
    return ramme if persondata_for else ramme.drop(columns=PERSONKOLONNER.get(navn, []))


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
