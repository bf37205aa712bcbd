"""The same youth on several lists: which category holds, by the order in ``data/regler/rekkefolge.csv``, visibly.

A youth may have declined (V) in Vigo's file and not shown up (N) on a school's list. Each list's own statement is kept;
the category and its day are settled from all of them, so that the order in which files came does not matter.
"""

from typing import Final

import pandas as pd

from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.kilder import KILDER, Kilde
from tasks.kjoring import Kjoring
from tasks.register import fakta, utsagn

KATEGORIFELT: Final = ("ajourholdskode", "avbrudd_dato")
VAARENS: Final = "ikkesoker"


def settle(kjoring: Kjoring) -> list[Funn]:
    """Give everyone on the school year's lists the category that holds; return that some are on several."""
    linjer = show(kjoring)
    _add_facts(kjoring, linjer[linjer["gjelder"] & (linjer["ajourholdskode"] != VAARENS)])
    kategorier = linjer[["person_id", "ajourholdskode"]].drop_duplicates()
    antall = int(kategorier.loc[kategorier["person_id"].duplicated(), "person_id"].nunique())
    return [finding("ÅH-3013", antall=antall)] if antall else []


def show(kjoring: Kjoring) -> pd.DataFrame:
    """Rank what the year's lists say now, keep who is on several of them for people to see, and return every line.

    Columns: person_id, format, skolenummer, ajourholdskode, avbrudd_dato, gjelder (one line per person holds).
    """
    linjer = _lines(kjoring)
    rang = {rad["kode"]: int(rad["rang"]) for rad in kodeverk.valid_on("regler/rekkefolge", kjoring.gyldig_fra)}
    linjer = linjer.assign(
        kategorirang=linjer["ajourholdskode"].map(rang), formatrang=linjer["format"].map(rang)
    ).sort_values(["person_id", "kategorirang", "formatrang", "avbrudd_dato", "skolenummer"], kind="stable")
    linjer["gjelder"] = ~linjer["person_id"].duplicated()
    _keep(kjoring, linjer[linjer["person_id"].duplicated(keep=False)])
    return linjer


def _lines(kjoring: Kjoring) -> pd.DataFrame:
    """Return what every list says now of the school year: person_id, format, skolenummer, category and day."""
    finnes = utsagn.tables(kjoring.con)
    lister = {navn: kilde for navn, kilde in KILDER.items() if kilde.gruppe and utsagn.table_of(navn) in finnes}
    hosten = " UNION ALL ".join(_line(navn, kilde) for navn, kilde in lister.items() if kilde.gruppe != VAARENS)
    vaaren = " UNION ALL ".join(_line(navn, kilde) for navn, kilde in lister.items() if kilde.gruppe == VAARENS)
    if not hosten:
        return pd.DataFrame(columns=["person_id", "format", "skolenummer", *KATEGORIFELT], dtype="str")
    sql = f"WITH hosten AS ({hosten}) FROM hosten"
    if vaaren:
        sql += f" UNION ALL FROM ({vaaren}) WHERE person_id IN (SELECT person_id FROM hosten)"
    return kjoring.con.execute(f"{sql} ORDER BY ALL", {"skoleaar": kjoring.skoleaar}).df()


def _line(format_navn: str, kilde: Kilde) -> str:
    kode, dag = (f"'{VAARENS}'", "''") if kilde.gruppe == VAARENS else KATEGORIFELT
    skole = "skolenummer" if "skolenummer" in kilde.nokkel else "''"
    return (
        f"SELECT person_id, '{format_navn}' AS format, coalesce({skole}, '') AS skolenummer,"
        f" coalesce({kode}, '') AS ajourholdskode, coalesce({dag}, '') AS avbrudd_dato"
        f" FROM {utsagn.table_of(format_navn)} WHERE {utsagn.NAA} AND {kilde.gruppe}_skoleaar = $skoleaar"
    )


def _add_facts(kjoring: Kjoring, linjer: pd.DataFrame) -> None:
    lang = linjer.melt(id_vars="person_id", value_vars=list(KATEGORIFELT), var_name="felt", value_name="verdi")
    fakta.add(kjoring.con, lang.assign(gyldig_fra=kjoring.gyldig_fra), kjoring.kjoring_id, kjoring.registrert_tid)


def _keep(kjoring: Kjoring, flere: pd.DataFrame) -> None:
    """Put those on several of the year's lists in place of whoever stood there."""
    con = kjoring.con
    con.execute("DELETE FROM flere_lister WHERE skoleaar = ?", [kjoring.skoleaar])
    if flere.empty:
        return
    con.register("flere", flere.rename(columns={"ajourholdskode": "kategori"}))
    con.execute(
        "INSERT INTO flere_lister"
        " SELECT person_id, ?, format, skolenummer, kategori, gjelder, ? FROM flere ORDER BY ALL",
        [kjoring.skoleaar, kjoring.kjoring_id],
    )
    con.unregister("flere")
