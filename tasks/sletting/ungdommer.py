"""Whose time is out: the youth who left the target group so long ago that the county has decided to delete them.

Never anyone who is active, has a task that was opened for a year after she left, an unsettled dispatch or a transfer
that Udir has not receipted. A task of the years before was about a youth whom the county had, and lapses with her. Nor
anyone who is in something that is still kept, as a file that came lately: from it she would come back as somebody new.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from schemas.revisjon import Handling
from schemas.sletting import Hindring
from schemas.verdier import Forslagstilstand, Tilstand
from tasks import kodeverk
from tasks.oppgaver import APEN
from tasks.register.fakta import EVIG_TID, numbers_had
from tasks.sletting.numre import numbers_in
from tasks.udirpakker import lines

UTENFOR: Final = "ikke_i_maalgruppen"
FERDIGE_OVERFORINGER: Final = ("godkjent", "avvist", "utløpt")
UAVGJORTE: Final = (Tilstand.PLANLAGT, Tilstand.SENDER, Tilstand.UAVKLART)
BRUKES_IGJEN: Final = ("raafil", "eksport", "arbeidsliste", "forhaandsvisning", "innsyn")
"""The rules of what a youth may be in outside the register's own rows about her."""
GIKK_UT: Final = """
    WITH naa AS (
        SELECT person_id, felt, arg_max(verdi, (gyldig_fra, lopenr)) AS verdi,
            arg_max(gyldig_fra, (gyldig_fra, lopenr)) AS fra
        FROM fakta_kjent($kjent) WHERE list_contains($felter, felt) GROUP BY ALL
    ), stand AS (
        SELECT person_id,
            coalesce(max(verdi) FILTER (felt = 'fodselsnummer'), '') AS fodselsnummer,
            try_cast(left(max(verdi) FILTER (felt = 'fodselsdato'), 4) AS INTEGER) AS fodt_aar,
            coalesce(max(verdi) FILTER (felt = 'tilmeldt_dato'), '') AS tilmeldt,
            coalesce(max(verdi) FILTER (felt = 'avsluttet_dato'), '') AS avsluttet,
            coalesce(list_contains($utenfor, max(verdi) FILTER (felt = 'ot_status')), false) AS utenfor,
            max(fra) FILTER (felt = 'ot_status') AS status_fra, max(fra) AS sist
        FROM naa GROUP BY person_id
    )
    SELECT person_id, CASE
        WHEN fodselsnummer = '' THEN year(sist)
        ELSE coalesce(
            CASE WHEN avsluttet >= tilmeldt THEN try_cast(left(nullif(avsluttet, ''), 4) AS INTEGER) END,
            CASE WHEN utenfor THEN year(status_fra) END,
            fodt_aar + $ovre_alder)
        END AS aar
    FROM stand WHERE aar < $for_aar ORDER BY person_id
"""
"""Everyone and the year in which she left: her enrolment ended, else she got a status outside the target group, else by
age. One whose load was taken back has no number, and left when the last was said of her.
"""
FELT: Final = ("fodselsnummer", "fodselsdato", "tilmeldt_dato", "avsluttet_dato", "ot_status")


class Ungdom(NamedTuple):
    """A youth: her person ids, her own first; her national ids and no one else's; the year she left."""

    person_ider: tuple[str, ...]
    numre: frozenset[str]
    aar: int


class Utvalg(NamedTuple):
    """Those to be deleted, and how many whose time is out are kept, by why."""

    slettes: tuple[Ungdom, ...]
    holdt_igjen: dict[Hindring, int]


def choose(
    con: duckdb.DuckDBPyConnection, grenser: Mapping[str, date | None], dato: date, filer: Collection[Path]
) -> Utvalg:
    """Return who is deleted on ``dato``. ``grenser`` as ``frister.cutoffs``; ``filer`` are files that are kept."""
    ungdommer = _left(con, grenser["person"], dato)
    con.execute("CREATE OR REPLACE TEMP TABLE kandidat (person_id VARCHAR, egen VARCHAR, aar INTEGER)")
    if rader := [(id_, ungdom.person_ider[0], ungdom.aar) for ungdom in ungdommer for id_ in ungdom.person_ider]:
        con.executemany("INSERT INTO kandidat VALUES (?, ?, ?)", rader)
    grunner: dict[str, Hindring] = {}
    for hindring, personer in _hindered(con, ungdommer, grenser, filer) if ungdommer else ():
        for person in personer:
            grunner.setdefault(person, hindring)
    con.execute("DROP TABLE kandidat")
    antall = Counter(grunner.values())
    return Utvalg(
        tuple(ungdom for ungdom in ungdommer if ungdom.person_ider[0] not in grunner),
        {hindring: antall[hindring] for hindring in Hindring if antall[hindring]},
    )


def _left(con: duckdb.DuckDBPyConnection, grense: date | None, dato: date) -> list[Ungdom]:
    """Return those who left the target group before the day, none where there is no limit."""
    if grense is None:
        return []
    utenfor = [rad["kode"] for rad in kodeverk.valid_on("kodeverk/ot_status", dato) if rad["gruppenavn"] == UTENFOR]
    valgt = {
        "kjent": EVIG_TID, "felter": list(FELT), "utenfor": utenfor, "for_aar": grense.year,
        "ovre_alder": kodeverk.age_limits(dato).ovre,
    }  # fmt: skip
    andre: dict[str, list[str]] = {}
    for annen, egen in con.execute("FROM samme_person(?) ORDER BY ALL", [EVIG_TID]).fetchall():
        andre.setdefault(egen, []).append(annen)
    numre = numbers_had(con)
    return [
        Ungdom((person, *andre.get(person, ())), frozenset(numre.get(person, ())), aar)
        for person, aar in con.execute(GIKK_UT, valgt).fetchall()
    ]


def _hindered(
    con: duckdb.DuckDBPyConnection,
    ungdommer: list[Ungdom],
    grenser: Mapping[str, date | None],
    filer: Collection[Path],
) -> Iterator[tuple[Hindring, set[str]]]:
    """Yield each reason to keep somebody and whom it holds, in the order of ``Hindring``."""
    yield (
        Hindring.OPPGAVE,
        _ask(
            con,
            """
        SELECT egen FROM kandidat k JOIN oppgave o ON gjelder = person_id WHERE tilstand = $apen AND o.aar > k.aar
        UNION SELECT egen FROM kandidat JOIN uenighet USING (person_id) WHERE lukket_kjoring_id IS NULL
        """,
            apen=APEN,
        ),
    )
    yield (
        Hindring.UTSENDING,
        _ask(
            con,
            "SELECT egen FROM kandidat JOIN utsending_naa USING (person_id)"
            " WHERE list_contains($uavgjorte, tilstand) AND forslag_tilstand <> $stoppet",
            uavgjorte=list(UAVGJORTE),
            stoppet=Forslagstilstand.STOPPET,
        ),
    )
    eiere = {nummer: ungdom.person_ider[0] for ungdom in ungdommer for nummer in ungdom.numre}
    apne = con.execute(
        "SELECT data FROM overforing_naa WHERE NOT list_contains(?, tilstand)", [list(FERDIGE_OVERFORINGER)]
    ).fetchall()
    yield (
        Hindring.OVERFORING,
        {eiere[nummer] for (data,) in apne for nummer in lines(data)["fodselsnummer"] if nummer in eiere},
    )
    yield Hindring.NYLIG, _ask(con, NYLIG, siden=_newest_kept(grenser), innsyn=Handling.INNSYN)
    yield Hindring.FIL, {eiere[nummer] for nummer in _numbers(con, filer, grenser["raafil"]) if nummer in eiere}


NYLIG: Final = """
    SELECT egen FROM kandidat JOIN utsending USING (person_id) JOIN utsending_hendelse USING (utsending_id)
    WHERE tid >= $siden
    UNION SELECT egen FROM kandidat JOIN oppgave_historikk ON gjelder = person_id WHERE fra_tid >= $siden
    UNION SELECT egen FROM kandidat JOIN arbeidssvar ON gjelder = person_id WHERE registrert_tid >= $siden
    UNION SELECT egen FROM kandidat JOIN rettelse USING (person_id) WHERE tid >= $siden
    UNION SELECT egen FROM kandidat JOIN revisjon ON gjelder = person_id WHERE handling = $innsyn AND tid >= $siden
"""


def _newest_kept(grenser: Mapping[str, date | None]) -> date:
    """Return the day from which something outside the register's rows may still be kept."""
    return min(grense or date.min for grense in (grenser[regel] for regel in BRUKES_IGJEN))


def _ask(con: duckdb.DuckDBPyConnection, sql: str, **verdier: object) -> set[str]:
    return {person for (person,) in con.execute(sql, verdier).fetchall()}


def _numbers(con: duckdb.DuckDBPyConnection, filer: Collection[Path], grense: date | None) -> set[str]:
    """Return the national ids in the raw files that stay and in the files given."""
    beholdt = con.execute(f"SELECT innhold FROM raafil WHERE NOT {RAAFIL_UT}", {"grense": grense}).fetchall()  # noqa: S608
    innhold: Iterable[bytes] = (*(rad[0] for rad in beholdt), *(sti.read_bytes() for sti in filer))
    return set().union(*map(numbers_in, innhold))


RAAFIL_UT: Final = (
    "(coalesce(mottatt_tid < $grense::DATE, false)"
    " AND sha256 NOT IN (SELECT sha256 FROM karantene WHERE tilstand = 'åpen'))"
)
"""The raw files that go: past their limit, with no row in quarantine."""
