"""What the schools send: the county's list of them before February, and whom they report when a school year starts."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from deployments.demo.befolkning import Ungdom, make_people
from deployments.demo.grunnlag import Demo, day_in_year, deal, random_weekday, stream, table
from deployments.demo.nummer import Nummerlager
from deployments.demo.postgang import Rad, csv_bytes, day
from deployments.demo.vigo import FULLT_REGISTER

OVERSIKT, AVKLARING = "skole_oversikt", "skole_avklaring"
OVERSIKTSDAG: Final = "01-26"
MELDEDAGER: Final = {"08-21": 32, "10-15": 22}
"""When the schools report pupils, and how many in a county of full size (assumed)."""
AARSAKER: Final = {"FARE": 5, "AVBRUDD": 2, "BYTTER_SKOLE": 1, "BYTTER_PROGRAM": 1, "OVER_I_LAERE": 1}
"""How often each reason is given (assumed)."""
ALDRE: Final = {"16": 4, "17": 4, "18": 2}
DAGER_FOR: Final = 10
"""A school reports what has happened in so many days before."""
VIDEREGAENDE: Final = "videregaende"


def school_bytes(demo: Demo, lager: Nummerlager | None = None) -> dict[str, bytes]:
    """Return every file from the schools by its path under the home; ``lager`` has the numbers already given out."""
    lager = lager or Nummerlager()
    dag = day_in_year(demo.aar, OVERSIKTSDAG)
    filer = {_path(OVERSIKT, dag): csv_bytes(OVERSIKT, _schools(demo))}
    for nummer, (maaned_dag, antall) in enumerate(MELDEDAGER.items()):
        dag = day_in_year(demo.aar, maaned_dag)
        # Every reason turns up in August, however small the county.
        minst = len(AARSAKER) * 2 if nummer == 0 else 1
        elever = _pupils(demo, lager, dag, max(minst, round(antall * demo.ungdom / FULLT_REGISTER)))
        filer |= {_path(f"{AVKLARING}_{skole}", dag): csv_bytes(AVKLARING, rader) for skole, rader in elever.items()}
    return filer


def _schools(demo: Demo) -> list[Rad]:
    """Return the list of schools: some without an address or a contact person, three rows faulty."""
    rng = stream(demo, "skoler")
    rader = [_school(rad, f"{rng.choice(_names())} {rng.choice(_surnames())}") for rad in table("demo/skoler.csv")]
    for plass in rng.sample(range(len(rader)), 4):
        rader[plass] |= {"epost": ""}
    telefon, orgnummer, dobbel = rng.sample([plass for plass, rad in enumerate(rader) if rad["epost"]], 3)
    rader[telefon] |= {"telefon": rader[telefon]["telefon"][:5]}
    rader[orgnummer] |= {"organisasjonsnummer": rader[orgnummer]["organisasjonsnummer"][:8]}
    return [*rader, rader[dobbel] | {"kontaktperson": ""}]


def _school(rad: Mapping[str, str], kontaktperson: str) -> Rad:
    regioner = {kommune["kode"]: kommune["ot_enhet"].removeprefix("OT ") for kommune in table("demo/kommuner.csv")}
    return {
        "skolenummer": rad["skolenummer"],
        "organisasjonsnummer": rad["organisasjonsnummer"],
        "skole": rad["skole"],
        "skoletype": rad["skoletype"],
        "kommunenummer": rad["kommune"],
        "epost": f"skole{rad['skolenummer']}@example.no",
        "kontaktperson": kontaktperson,
        "telefon": f"40000{rad['skolenummer'][-3:]}",
        "region": regioner[rad["kommune"]],
    }


def _names() -> list[str]:
    return [rad["navn"] for rad in table("demo/fornavn.csv")]


def _surnames() -> list[str]:
    return [rad["navn"] for rad in table("demo/etternavn.csv")]


def _pupils(demo: Demo, lager: Nummerlager, dag: date, antall: int) -> dict[str, list[Rad]]:
    """Return school number → the pupils it reports on a day; one row is of a reason that is not, one of last year."""
    rng = stream(demo, f"avklaring:{dag}")
    folk = make_people(demo, lager, f"avklaring:{dag}", antall, ALDRE)
    skoler = [rad for rad in table("demo/skoler.csv") if rad["skoletype"] == VIDEREGAENDE]
    rader = []
    for ungdom, aarsak in zip(folk, deal(rng, antall, AARSAKER), strict=True):
        skole = rng.choice([rad for rad in skoler if rad["kommune"] == ungdom.kommune] or skoler)
        meldt = random_weekday(rng, dag - timedelta(days=DAGER_FOR), dag)
        rader.append(_pupil(demo, ungdom, skole, aarsak, meldt))
    ofre = make_people(demo, lager, f"avklaring-smuss:{dag}", 2, ALDRE)
    feil = ({"avklaring_aarsak": "ANNET"}, {"avklaring_skoleaar": f"{demo.aar - 1}{demo.aar}"})
    rader += [_pupil(demo, offer, skoler[0], "FARE", dag) | enkelt for offer, enkelt in zip(ofre, feil, strict=True)]
    return _by_school(rader)


def _pupil(demo: Demo, ungdom: Ungdom, skole: Mapping[str, str], aarsak: str, meldt: date) -> Rad:
    return {
        "fodselsnummer": ungdom.fodselsnummer,
        "fornavn": ungdom.fornavn,
        "etternavn": ungdom.etternavn,
        "kommunenummer": ungdom.kommune,
        "adressegradering": ungdom.gradering,
        "avklaring_skolenummer": skole["skolenummer"],
        "avklaring_skole": skole["skole"],
        "avklaring_aarsak": aarsak,
        "avklaring_meldt_dato": day(meldt),
        "avklaring_skoleaar": f"{demo.aar}{demo.aar + 1}",
        "mobilnummer": ungdom.mobil,
        "epost": ungdom.epost,
    }


def _by_school(rader: Iterable[Rad]) -> dict[str, list[Rad]]:
    svar: dict[str, list[Rad]] = {}
    for rad in sorted(rader, key=lambda rad: (rad["avklaring_skolenummer"], rad["etternavn"], rad["fodselsnummer"])):
        svar.setdefault(rad["avklaring_skolenummer"], []).append(rad)
    return svar


def _path(navn: str, dato: date) -> str:
    return f"demo/post/{dato}/{navn}_{dato}.csv"
