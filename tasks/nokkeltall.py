"""The key figures: youth by status group through the school year, flow between groups, time to the first contact.

One long table, computed from ``bestand`` as of each of its days, is what the view, the page and what is handed out all
show. A protected youth is counted, but never with a municipality or a region.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

import duckdb
import pandas as pd

from schemas.innstillinger import Innstillinger
from schemas.nokkeltall import ALLE, Nokkeltall
from tasks import bestand, klokke, kodeverk
from tasks.hjem import Hjem
from tasks.kalender import school_year
from tasks.overforing import school_year_start
from tasks.register import fakta
from tasks.samsvar import conform
from tasks.tilmeldte import parameters, tilmeldte_sql

VISNING: Final = "nokkeltall"
KOLONNER: Final = tuple(Nokkeltall.to_schema().columns)
NOKKEL: Final = ("maaltall", "dato", "region", "gruppe", "til_gruppe")
IKKE_OPPGITT: Final = "ikke oppgitt"
ANNEN_KOMMUNE: Final = "annen kommune"
NY: Final = "ny"
IKKE_LENGER: Final = "ikke_lenger_tilmeldt"
UTEN_STATUS: Final = "uten_gyldig_status"
UTEN_KONTAKT: Final = "uten_kontakt"

FORSTE_DAG: Final = "SELECT min(gyldig_fra) FROM fakta_kjent($kjent) WHERE felt = 'tilmeldt_dato'"
STAND: Final = """
    INSERT INTO stand
    SELECT $dato, person_id,
        CASE WHEN skjermet OR kommunenummer = '' THEN $ikke_oppgitt ELSE coalesce(region, $annen) END,
        coalesce(nullif(ot_gruppe, ''), $uten_status), er_tilmeldt,
        CASE WHEN tilmeldt_dato BETWEEN strftime($skolestart::DATE, '%Y-%m-%d') AND strftime($dato::DATE, '%Y-%m-%d')
            THEN coalesce(date_diff('day', try_cast(tilmeldt_dato AS DATE), forste_kontakt), -1) END
    FROM bestand LEFT JOIN regionene USING (kommunenummer)
"""
TILMELDT: Final = """
    SELECT strftime(dato, '%Y-%m-%d') AS dato, coalesce(region, 'alle') AS region, coalesce(gruppe, 'alle') AS gruppe,
        count(*) AS antall
    FROM stand WHERE er_tilmeldt GROUP BY dato, CUBE (region, gruppe)
"""
SKOLEARET: Final = f"""
    SELECT coalesce(gruppe, 'alle') AS gruppe, count(*) AS i_skolearet, count(*) FILTER (NOT er_tilmeldt) AS avsluttet
    FROM stand JOIN ({tilmeldte_sql(deler_nummer=False)}) USING (person_id) WHERE dato = $til GROUP BY CUBE (gruppe)
"""  # noqa: S608 only our own words
OVERGANG: Final = """
    SELECT coalesce(fra, 'alle') AS gruppe, coalesce(til, 'alle') AS til_gruppe, count(*) AS antall
    FROM (
        SELECT coalesce(f.gruppe, $ny) AS fra, coalesce(t.gruppe, $ikke_lenger) AS til
        FROM (FROM stand WHERE dato = $start AND er_tilmeldt) f
        FULL JOIN (FROM stand WHERE dato = $dato AND er_tilmeldt) t USING (person_id)
    ) GROUP BY CUBE (fra, til)
"""
VENTET: Final = """
    SELECT coalesce(region, 'alle') AS region, coalesce(navn, 'alle') AS gruppe, count(*) AS antall
    FROM stand JOIN trinn ON ventet BETWEEN fra AND til WHERE dato = $dato GROUP BY CUBE (region, navn)
"""
VENTETID: Final = """
    SELECT coalesce(region, 'alle') AS region, count(*) AS antall,
        quantile_cont(ventet, 0.5) AS ventetid_median, quantile_cont(ventet, 0.9) AS ventetid_p90
    FROM stand WHERE dato = $dato AND ventet >= 0 GROUP BY CUBE (region)
"""


def read(hjem: Hjem, dato: date, kjent: datetime | None = None) -> pd.DataFrame:
    """Return the key figures as of ``dato``, as known at ``kjent`` (now unless told)."""
    with hjem.register.transaction("nøkkeltallene") as con:
        return figures(con, hjem, dato, klokke.to_utc(kjent) if kjent else None)


def view(hjem: Hjem, con: duckdb.DuckDBPyConnection, dato: date, kjent: datetime) -> pd.DataFrame:
    """Return the key figures as ``show`` prints them: whole numbers are whole, and what there is none of is None."""
    ramme = figures(con, hjem, dato, kjent)
    tall = [None if pd.isna(v) else int(v) if float(v).is_integer() else float(v) for v in ramme["verdi"]]
    return ramme.assign(verdi=pd.Series(tall, index=ramme.index, dtype="object"))


def figures(con: duckdb.DuckDBPyConnection, hjem: Hjem, dato: date, kjent: datetime | None = None) -> pd.DataFrame:
    """Return the key figures as of ``dato``, as known at ``kjent`` (UTC; now unless told); ``Nokkeltall``.

    The days are the school year's first, or the first that the register knows of, then the first of each month, and
    ``dato`` itself. Leaves ``bestand`` as of ``dato``. A register that knows of nobody yet has no figures.
    """
    forste = con.execute(FORSTE_DAG, {"kjent": kjent or fakta.EVIG_TID}).fetchone()
    if forste is None or forste[0] is None or forste[0] > dato:
        return _long([])
    skolestart = school_year_start(dato)
    dager = days(max(skolestart, forste[0]), dato)
    kommuner = _regions(hjem.innstillinger)
    _stage(con, dager, skolestart, kjent, kommuner)
    faste = list(dict.fromkeys(kommuner.values()))
    regioner = [ALLE, *_occurring(con, "region", faste, (ANNEN_KOMMUNE, IKKE_OPPGITT))]
    grupper = [ALLE, *_occurring(con, "gruppe", groups(dato), (UTEN_STATUS,))]
    deler = [
        _enrolled(con, dager, regioner, grupper),
        *_school_year(con, skolestart, dato, kjent, grupper),
        _flow(con, dager[0], dato, grupper[1:]),
        *_waiting(con, skolestart, dato, regioner),
    ]
    con.execute("DROP TABLE stand")
    return _long(deler)


def days(start: date, dato: date) -> list[date]:
    """Return the first day, the first of each month after it, and ``dato``."""
    maaneder = (date(start.year + nr // 12, nr % 12 + 1, 1) for nr in range(start.month, start.month + 12))
    return [start, *(dag for dag in maaneder if start < dag < dato), *([dato] if dato > start else [])]


def groups(dato: date) -> list[str]:
    """Return the status groups in force, in Udir's order."""
    rader = sorted(kodeverk.valid_on("kodeverk/ot_status", dato), key=lambda rad: int(rad["gruppe"]))
    return list(dict.fromkeys(rad["gruppenavn"] for rad in rader))


def steps(dato: date) -> list[tuple[str, int, int]]:
    """Return the spans of days until the first contact: name, from, to; the last is those without (−1)."""
    grenser = sorted(int(dager) for dager in kodeverk.rule("ventetid", dato)["dager"].split())
    fra = [0, *(grense + 1 for grense in grenser)]
    trinn = [(f"{start}_{slutt}_dager", start, slutt) for start, slutt in zip(fra, grenser, strict=False)]
    return [*trinn, (f"over_{grenser[-1]}_dager", fra[-1], 10**6), (UTEN_KONTAKT, -1, -1)]


def _regions(innstillinger: Innstillinger) -> dict[str, str]:
    """Return municipality → region, old numbers too; each municipality by itself where the county has no regions."""
    dagens = kodeverk.municipalities(innstillinger.fylke.fylkesnummer)
    region = {kommune: enkelt.navn for enkelt in innstillinger.regioner for kommune in enkelt.kommuner}
    if not region:
        navn = {rad["kode"]: f"{rad['kode']} {rad['navn']}" for rad in kodeverk.all_rows("kodeverk/kommuner")}
        region = {kommune: navn[kommune] for kommune in sorted(set(dagens.values()))}
    gamle = {kommune: region[ny] for kommune, ny in dagens.items() if ny in region}
    return region | gamle


def _stage(
    con: duckdb.DuckDBPyConnection,
    dager: Sequence[date],
    skolestart: date,
    kjent: datetime | None,
    regioner: dict[str, str],
) -> None:
    """Make the temporary table ``stand``: everyone on each of the days, with region, group and days to contact."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE stand"
        " (dato DATE, person_id VARCHAR, region VARCHAR, gruppe VARCHAR, er_tilmeldt BOOLEAN, ventet INTEGER)"
    )
    con.register("regionene", pd.DataFrame(list(regioner.items()), columns=["kommunenummer", "region"], dtype="str"))
    navn = {"uten_status": UTEN_STATUS, "ikke_oppgitt": IKKE_OPPGITT, "annen": ANNEN_KOMMUNE}
    for dag in dager:
        bestand.stage(con, dag, kjent)
        con.execute(STAND, {"dato": dag, "skolestart": skolestart} | navn)
    con.unregister("regionene")


def _occurring(
    con: duckdb.DuckDBPyConnection, kolonne: str, faste: Sequence[str], bare_der_de_finnes: Iterable[str]
) -> list[str]:
    """Return the ones that are always shown, and of the others those that occur."""
    funnet = {verdi for (verdi,) in con.table("stand").select(kolonne).distinct().fetchall()}
    return [*faste, *(navn for navn in bare_der_de_finnes if navn in funnet)]


def _enrolled(
    con: duckdb.DuckDBPyConnection, dager: Sequence[date], regioner: list[str], grupper: list[str]
) -> pd.DataFrame:
    ramme = con.execute(TILMELDT).df().set_index(["dato", "region", "gruppe"])
    alle = pd.MultiIndex.from_product([[dag.isoformat() for dag in dager], regioner, grupper], names=ramme.index.names)
    return _counted("tilmeldte", ramme["antall"].reindex(alle, fill_value=0))


def _school_year(
    con: duckdb.DuckDBPyConnection, skolestart: date, dato: date, kjent: datetime | None, grupper: list[str]
) -> list[pd.DataFrame]:
    """Return those enrolled at any time of the school year, as June's transfer counts them, and how many have left."""
    verdier = parameters(skolestart, dato, kjent, school_year(skolestart.year))
    ramme = con.execute(SKOLEARET, verdier).df().set_index("gruppe").reindex(grupper, fill_value=0)
    tid = {"region": ALLE, "fra_dato": skolestart.isoformat(), "dato": dato.isoformat()}
    return [_counted(navn, ramme[navn].rename("antall")).assign(**tid) for navn in ("i_skolearet", "avsluttet")]


def _flow(con: duckdb.DuckDBPyConnection, start: date, dato: date, grupper: list[str]) -> pd.DataFrame:
    verdier = {"start": start, "dato": dato, "ny": NY, "ikke_lenger": IKKE_LENGER}
    ramme = con.execute(OVERGANG, verdier).df().set_index(["gruppe", "til_gruppe"])
    alle = pd.MultiIndex.from_product([[*grupper, NY, ALLE], [*grupper, IKKE_LENGER, ALLE]], names=ramme.index.names)
    antall = ramme["antall"].reindex(alle.drop([(NY, IKKE_LENGER)]), fill_value=0)
    tid = {"fra_dato": start.isoformat(), "dato": dato.isoformat()}
    return _counted("overgang", antall).assign(region=ALLE, **tid)


def _waiting(con: duckdb.DuckDBPyConnection, skolestart: date, dato: date, regioner: list[str]) -> list[pd.DataFrame]:
    """Return how long those enrolled in the school year waited for the first contact, and how many still wait."""
    trinn = steps(dato)
    con.register("trinn", pd.DataFrame(trinn, columns=["navn", "fra", "til"]))
    ramme = con.execute(VENTET, {"dato": dato}).df().set_index(["region", "gruppe"])
    con.unregister("trinn")
    navn = [*(navn for navn, _, _ in trinn), ALLE]
    alle = pd.MultiIndex.from_product([regioner, navn], names=ramme.index.names)
    antall = ramme["antall"].reindex(alle, fill_value=0)
    tid = con.execute(VENTETID, {"dato": dato}).df().set_index("region").reindex(regioner)
    tider = [
        pd.DataFrame({"maaltall": maal, "region": regioner, "verdi": tid[maal].round(1).to_numpy(),
                      "grunnlag": tid["antall"].fillna(0).astype("int64").to_numpy()})
        for maal in ("ventetid_median", "ventetid_p90")
    ]  # fmt: skip
    deler = [_counted("forste_kontakt", antall), *_shares(antall, trinn, regioner), *tider]
    return [del_.assign(fra_dato=skolestart.isoformat(), dato=dato.isoformat()) for del_ in deler]


def _shares(antall: pd.Series, trinn: list[tuple[str, int, int]], regioner: list[str]) -> list[pd.DataFrame]:
    """Return the share who had contact within each limit, in per cent of all of them."""
    bredt = antall.reset_index().pivot_table(index="region", columns="gruppe", values="antall").reindex(regioner)
    deler = []
    for nr, (_, _, slutt) in enumerate(trinn[:-2], start=1):
        innen = bredt[[navn for navn, _, _ in trinn[:nr]]].sum(axis=1)
        andel = (100 * innen / bredt[ALLE].where(bredt[ALLE] > 0)).round(1)
        deler.append(
            pd.DataFrame({"maaltall": "andel_innen", "region": regioner, "gruppe": within(slutt),
                          "verdi": andel.to_numpy(), "grunnlag": bredt[ALLE].to_numpy()})
        )  # fmt: skip
    return deler


def within(dager: int) -> str:
    """Return the name of the share who had contact within so many days."""
    return f"innen_{dager}_dager"


def _counted(maaltall: str, antall: pd.Series) -> pd.DataFrame:
    """Return counts as rows of the long table."""
    ramme = antall.rename("grunnlag").reset_index()
    return ramme.assign(maaltall=maaltall, verdi=ramme["grunnlag"].astype("float64"))


def _long(deler: list[pd.DataFrame]) -> pd.DataFrame:
    tom = pd.DataFrame({kolonne: [] for kolonne in KOLONNER})
    ramme = pd.concat(deler, ignore_index=True) if deler else tom
    typer = dict.fromkeys(KOLONNER, "str") | {"verdi": "float64", "grunnlag": "int64"}
    tekst = [kolonne for kolonne in KOLONNER if kolonne not in {"verdi", "grunnlag"}]
    ramme = ramme.reindex(columns=list(KOLONNER))
    return conform(Nokkeltall, ramme.assign(**{kolonne: ramme[kolonne].fillna("") for kolonne in tekst}).astype(typer))
