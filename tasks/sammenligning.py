"""Today's transfer counted beside the last one and the same one last year, and the changes over the county's limits.

Every side is a package: the one that would be sent today, and those that Udir has. So what is compared is what is told,
and not what the register has learned since.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

from schemas.arshjul import Rad
from schemas.fodselsnummer import birth_dates
from schemas.sammenligning import Endring, Grense, Kryss, Mot, Telling
from tasks import kjonn, kodeverk, udirpakker
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.feil import ProgramFeil
from tasks.samsvar import conform

DIMENSJONER: Final = ("status", "grunn", "alder", "kjonn", "kommune")
ALLE: Final = "antall"
"""The limit of how many there are in all."""
PROSENT: Final = 100
REGEL: Final = "regler/endringsgrenser"
KRYSS: Final = f"""
    SELECT ot_status AS status, tilmeldingsgrunn AS grunn,
        coalesce(CAST($aar - fodt_aar AS VARCHAR), '{kjonn.UKJENT}') AS alder,
        {kjonn.sex_sql("fodselsnummer")} AS kjonn, coalesce(ny, kommunenummer) AS kommune, count(*) AS antall
    FROM pakkelinjer LEFT JOIN kommuner_i_dag ON kode = kommunenummer
    GROUP BY ALL ORDER BY ALL
"""  # noqa: S608 only our own words


def compare(con: duckdb.DuckDBPyConnection, anledning: Anledning, overforing: Rad, data: bytes) -> dict[str, Telling]:
    """Return the data file of today, and those of ``Mot`` that Udir has, counted; today's by the name ``naa``.

    ``overforing`` is the row that would send it. The last one is the one with the nearest earlier counting date.
    """
    pakker = udirpakker.with_udir(con, kjent=anledning.kjent_tid)
    naa = count(con, udirpakker.lines(data), anledning.telledato, overforing.parametre["omfang"])
    svar = {"naa": naa}
    if tidligere := [pakke for pakke in pakker if pakke.telledato < anledning.telledato]:
        forrige = _count_package(con, tidligere[-1])
        svar[Mot.FORRIGE if forrige.omfang == naa.omfang else Mot.FORRIGE_ANNET] = forrige
    if i_fjor := [pakke for pakke in pakker if (pakke.rad, pakke.aar) == (overforing.rad, anledning.aar - 1)]:
        svar[Mot.I_FJOR] = _count_package(con, i_fjor[-1])
    return svar


def _count_package(con: duckdb.DuckDBPyConnection, pakke: udirpakker.Udirpakke) -> Telling:
    return count(con, pakke.lines(), pakke.telledato, find_row(pakke.rad).parametre["omfang"])


def count(con: duckdb.DuckDBPyConnection, linjer: pd.DataFrame, telledato: date, omfang: str) -> Telling:
    """Return a package's lines counted: age in whole calendar years, sex by the number, municipality as of today."""
    fiktive = sorted(kodeverk.fictitious_digits())
    fodt = pd.Series(birth_dates(pa.array(linjer["fodselsnummer"], pa.string()), fiktive)).dt.year.astype("Int64")
    con.register("pakkelinjer", linjer.assign(fodt_aar=fodt))
    kommuner = kodeverk.municipalities(("",))
    con.register("kommuner_i_dag", pd.DataFrame(kommuner.items(), columns=["kode", "ny"], dtype="str"))
    kryss = con.execute(KRYSS, {"aar": telledato.year, "fiktive": fiktive}).df()
    kryss = kryss.astype(dict.fromkeys(DIMENSJONER, "str"))  # DuckDB gives no rows no type
    con.unregister("pakkelinjer")
    con.unregister("kommuner_i_dag")
    return Telling(telledato, omfang, conform(Kryss, kryss))


def limits(dato: date) -> list[Grense]:
    """Return the county's limits in force on the day."""
    return [
        Grense(dimensjon, Mot(mot), rad["gjelder"], Fraction(rad["grense"]), int(rad["minste_antall"]))
        for rad in kodeverk.valid_on(REGEL, dato)
        for dimensjon, _, mot in [rad["kode"].partition(":")]
    ]


def changes(tellinger: Mapping[str, Telling]) -> list[Endring]:
    """Return every change that exceeds a limit, in the order of the limits; each package is held against today's once.

    ProgramFeil where a limit is of something that is not counted.
    """
    naa = tellinger["naa"]
    andre = {mot: tellinger[mot] for mot in Mot if mot in tellinger}
    funnet = []
    for grense in limits(naa.telledato):
        foer = andre.get(grense.mot)
        samme = foer is not None and grense.mot is not Mot.I_FJOR and Mot.I_FJOR in andre
        if foer is None or (samme and foer.telledato == andre[Mot.I_FJOR].telledato):
            continue
        if grense.gjelder:
            funnet += _share(grense, foer, naa)
        elif grense.dimensjon == ALLE:
            funnet += _over(grense, "", foer, naa, (foer.antall, naa.antall))
        elif grense.dimensjon in DIMENSJONER:
            per_foer, per_naa = foer.per(grense.dimensjon), naa.per(grense.dimensjon)
            for verdi in sorted(per_foer.keys() | per_naa.keys()):
                funnet += _over(grense, verdi, foer, naa, (per_foer.get(verdi, 0), per_naa.get(verdi, 0)))
        else:
            raise ProgramFeil(f"endringsgrensen {grense.dimensjon} gjelder noe som ikke telles")
    return funnet


def _over(grense: Grense, verdi: str, foer: Telling, naa: Telling, antall: tuple[int, int]) -> list[Endring]:
    """Return the change of a count, where it is more than the limit; from none is always more."""
    gammelt, nytt = antall
    if max(antall) < grense.minste_antall or abs(nytt - gammelt) * PROSENT <= grense.grense * gammelt:
        return []
    return [Endring(grense, verdi, gammelt, nytt, foer.antall, naa.antall, foer.telledato)]


def _share(grense: Grense, foer: Telling, naa: Telling) -> list[Endring]:
    """Return the change of a share of all, where it is more than the limit; of none there is no share."""
    gammelt, nytt = (_with_status(telling, grense.gjelder) for telling in (foer, naa))
    if max(gammelt, nytt) < grense.minste_antall or not (foer.antall and naa.antall):
        return []
    if abs(Fraction(nytt, naa.antall) - Fraction(gammelt, foer.antall)) * PROSENT <= grense.grense:
        return []
    return [Endring(grense, grense.gjelder, gammelt, nytt, foer.antall, naa.antall, foer.telledato)]


def _with_status(telling: Telling, gjelder: str) -> int:
    """Return how many have the status, or one of the group with that number, by the list of the counting date."""
    koder = {
        rad["kode"]
        for rad in kodeverk.valid_on("kodeverk/ot_status", telling.telledato)
        if gjelder in (rad["kode"], rad["gruppe"])
    }
    return sum(antall for kode, antall in telling.per("status").items() if kode in koder)


def joined(tellinger: Mapping[str, Telling]) -> pd.DataFrame:
    """Return every combination with how many each transfer has of it; columns ``DIMENSJONER`` and the names of these.

    Those whose municipality is not told are one line without the other values: among them are the protected, whom no
    combination of values may point at.
    """
    rammer = [
        telling.kryss.assign(naar=navn)
        .pipe(_hide_without_municipality)
        .groupby(["naar", *DIMENSJONER], as_index=False)["antall"]
        .sum()
        for navn, telling in tellinger.items()
    ]
    lang = pd.concat(rammer)
    bred = lang.pivot_table(index=list(DIMENSJONER), columns="naar", values="antall", aggfunc="sum", fill_value=0)
    bred = bred.reindex(columns=list(tellinger), fill_value=0).astype("int64")
    return bred.rename_axis(columns=None).reset_index()


def _hide_without_municipality(kryss: pd.DataFrame) -> pd.DataFrame:
    skjult = kryss.copy()
    skjult.loc[skjult["kommune"] == "", list(DIMENSJONER)] = ""
    return skjult
