"""Who is outside upper-secondary education on a day, and what we know of their application for the coming year."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

import duckdb

from schemas.arshjul import Rad
from schemas.verdier import Kanal, Tilstand
from tasks import bestand, kodeverk, mottakere
from tasks.arbeid.fordeling import closing_answers
from tasks.kalender import school_year, weekend_to_monday
from tasks.register import fakta
from tasks.soker.sokere import FELT

REGEL: Final = "regler/utenfor_skole"
MANGLER_VEDLEGG: Final = "SOKER_VEDLEGG"
VEDLEGG: Final = "vedlegg"
"""What an attachment is called in the outbox, in the place of a recipient."""
I_BESTANDEN: Final = """
    SELECT person_id, raadgiver, kommunenummer, fodselsaar, personstatus, ot_status FROM bestand
    WHERE er_tilmeldt AND fodselsaar IS NOT NULL ORDER BY person_id
"""
SVART: Final = """
    SELECT person_id, arg_max(svar_kode, svart_tid) FROM svar_kjent($kjent)
    WHERE aar = $aar AND CAST(svart_tid AS DATE) <= $dato GROUP BY person_id
"""
BESVART: Final = """
    SELECT coalesce(s.er_person_id, a.gjelder), arg_max(a.svar_kode, a.lopenr)
    FROM arbeidssvar a LEFT JOIN samme_person('infinity'::TIMESTAMP) s ON s.person_id = a.gjelder
    WHERE a.aar = $aar AND a.grunn_kode = $grunn AND a.tilstand = 'brukt' GROUP BY ALL
"""
VEDLEGGENE: Final = """
    SELECT person_id, list(tilstand) FROM utsending_naa
    WHERE rad = $rad AND aar = $aar AND kanal = $kanal AND mottaker_ref = $ref AND tilstand <> $avvist
    GROUP BY person_id
"""


class Utenfor(NamedTuple):
    """A youth outside school.

    ``oppsokes`` says that she is to be helped to apply if she has not; ``soknad_dato`` is when she applied for the
    coming school year, None where she has not; ``har_plass`` that she has told us she will be a pupil or an apprentice.
    """

    person_id: str
    raadgiver: str
    kommunenummer: str
    oppsokes: bool
    har_plass: bool
    soknad_dato: date | None


def deadline(rad: Rad, aar: int) -> date:
    """Return the last day to apply: the row's ``soknadsfrist``, or the Monday after a Saturday or Sunday."""
    return weekend_to_monday(date.fromisoformat(f"{aar}-{rad.parametre['soknadsfrist']}"))


def outside(con: duckdb.DuckDBPyConnection, aar: int, dato: date, kjent: datetime | None = None) -> list[Utenfor]:
    """Return those enrolled and in the target group on ``dato`` who are in no school, in order of person id.

    ``data/regler/utenfor_skole.csv`` says which statuses are; one that it does not name is outside, so that nobody is
    forgotten. The dead and those who have left the country are not. Protected youth are: they are counted by others.
    """
    bestand.stage(con, dato, kjent)
    regler = {rad["kode"]: rad for rad in kodeverk.valid_on(REGEL, dato)}
    lever, soknader = mottakere.living(dato), _applications(con, aar, dato, kjent)
    plass = _places(con, aar, dato, kjent, {kode for kode, regel in regler.items() if regel["utenfor"] == "nei"})
    funnet = []
    for person, raadgiver, kommune, fodselsaar, personstatus, status in con.execute(I_BESTANDEN).fetchall():
        regel = regler.get(status, {"utenfor": "ja", "bistas": "ja"})
        lever_her = not personstatus or personstatus in lever
        if regel["utenfor"] == "ja" and lever_her and kodeverk.has_target_age(fodselsaar, dato):
            har_plass = person in plass
            oppsokes = regel["bistas"] == "ja"
            funnet.append(Utenfor(person, raadgiver, kommune, oppsokes, har_plass, soknader.get(person)))
    return funnet


def answers(con: duckdb.DuckDBPyConnection, aar: int, grunn_kode: str) -> dict[str, str]:
    """Return person → the code of the last answer that counts to the year's tasks for a reason, in any row."""
    return dict(con.execute(BESVART, {"aar": aar, "grunn": grunn_kode}).fetchall())


def to_attach(rad: Rad, aar: int, folk: Iterable[Utenfor]) -> list[Utenfor]:
    """Return those who are to have an attachment: who have applied in time, where the row has attachments."""
    if rad.parametre.get("vedlegg") != "ja":
        return []
    frist = deadline(rad, aar)
    return [en for en in folk if en.soknad_dato and en.soknad_dato <= frist]


def settled_by_hand(con: duckdb.DuckDBPyConnection, aar: int, dato: date) -> set[str]:
    """Return those whose attachment an adviser has told is sent by hand, or not needed."""
    lukker = closing_answers(dato)
    return {person for person, kode in answers(con, aar, MANGLER_VEDLEGG).items() if kode in lukker}


def archived(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> dict[str, bool]:
    """Return the people whose attachment is in the outbox, and whether the archive has told that it has it."""
    verdier = {"rad": rad, "aar": aar, "kanal": Kanal.ARKIV, "ref": VEDLEGG, "avvist": Tilstand.AVVIST}
    rader = con.execute(VEDLEGGENE, verdier).fetchall()
    return {person: Tilstand.LEVERT in tilstander for person, tilstander in rader}


def _applications(con: duckdb.DuckDBPyConnection, aar: int, dato: date, kjent: datetime | None) -> dict[str, date]:
    """Return person → the day she first applied for the school year that starts in ``aar``."""
    naa = fakta.current(con, FELT, dato, kjent)
    naa = naa[(naa["soknad_skoleaar"] == school_year(aar)) & (naa["soknad_dato"] != "")]
    dager = map(date.fromisoformat, naa["soknad_dato"])
    return dict(zip(naa["person_id"], dager, strict=True))


def _places(
    con: duckdb.DuckDBPyConnection, aar: int, dato: date, kjent: datetime | None, i_skole: set[str]
) -> set[str]:
    """Return those whose last answer to the year's survey is that they will be in school or an apprentice."""
    svar = kodeverk.valid_on("kodeverk/svar", dato)
    koder = {rad["kode"] for rad in svar if rad["ot_status_forslag"] in i_skole}
    rader = con.execute(SVART, {"kjent": kjent or fakta.EVIG_TID, "aar": aar, "dato": dato}).fetchall()
    return {person for person, kode in rader if kode in koder}
