"""The load file for OTTO: what the register knows of the year's group that OTTO's last extract did not say.

It is the difference against that extract, so it is the same until OTTO has taken it in, and gone when it has. Protected
youth are never in a file: they are counted, and entered in OTTO by hand. The layout is assumed («antatt format»).
"""

from dataclasses import dataclass
from typing import Final

from tasks.adresse import GRADERINGER, is_protected
from tasks.filer import make_folder, write_file
from tasks.kjoring import Kjoring
from tasks.leveranseformat import delivery_format, write_lines
from tasks.register import fakta, utsagn

FORMAT: Final = "otto_innlasting"
UTTREKK: Final = "otto_uttrekk"
FELT: Final = (
    "fodselsnummer", "fornavn", "etternavn", "adresselinje1", "postnummer", "poststed", "kommunenummer", "personstatus",
    "mobilnummer", "epost", "vigokode", "tilmeldt_dato", "raadgiver",
)  # fmt: skip
NY, ENDRET, BORTE = "ny", "endret", "borte"


@dataclass(frozen=True)
class Lastefil:
    """The file's lines, and how many protected youth are left out of it."""

    linjer: list[dict[str, str]]
    skjermet: int


def prepare_load_file(kjoring: Kjoring, gruppe: str) -> None:
    """Make the row's file for OTTO when the run has been committed, or take it away when OTTO has everything."""
    fil = differences(kjoring, gruppe)
    mappe = kjoring.hjem.utboks / "otto"
    navn = f"{delivery_format(FORMAT)['filnavn']}_{kjoring.aar}-{kjoring.rad.nr:02d}.csv"
    if fil.linjer:
        innhold = write_lines(delivery_format(FORMAT), fil.linjer)
        kjoring.etterpaa.append(lambda: write_file(make_folder(mappe) / navn, innhold))
        kjoring.note("ÅH-3010", antall=len(fil.linjer), fil=navn)
    else:
        kjoring.etterpaa.append(lambda: (mappe / navn).unlink(missing_ok=True))
    if fil.skjermet:
        kjoring.note("ÅH-3011", antall=fil.skjermet)


def differences(kjoring: Kjoring, gruppe: str) -> Lastefil:
    """Return what OTTO lacks today about everyone who is or has been on the school year's list, by national id."""
    felt = f"{gruppe}_skoleaar"
    ramme = fakta.current(kjoring.con, [*FELT, *GRADERINGER, felt], kjoring.siste_dag)
    listet = ramme["person_id"].isin(_listed(kjoring, felt))
    otto, linjer, skjermet = _said_by_otto(kjoring), [], 0
    for person in ramme[listet & (ramme["fodselsnummer"] != "")].to_dict("records"):
        linje = _line(person, otto.get(person["person_id"]), er_med=person[felt] == kjoring.skoleaar)
        if linje and is_protected(*(person[gradering] for gradering in GRADERINGER)):
            skjermet += 1
        elif linje:
            linjer.append(linje)
    return Lastefil(sorted(linjer, key=lambda linje: linje["fodselsnummer"]), skjermet)


def _line(person: dict[str, str], otto: dict[str, str] | None, *, er_med: bool) -> dict[str, str] | None:
    """Return the person's line, None where OTTO has it all: a youth who left the list before OTTO knew her, too."""
    if not er_med:
        ukjent_eller_ute = otto is None or bool(otto["avsluttet_dato"])
        return None if ukjent_eller_ute else person | {"endring": BORTE, "tidligere_fodselsnummer": ""}
    if otto is None:
        return person | {"endring": NY, "tidligere_fodselsnummer": ""}
    if all(person[felt] == otto[felt] for felt in FELT):
        return None
    byttet = otto["fodselsnummer"] if otto["fodselsnummer"] != person["fodselsnummer"] else ""
    return person | {"endring": ENDRET, "tidligere_fodselsnummer": byttet}


def _listed(kjoring: Kjoring, felt: str) -> set[str]:
    """Return everyone who has been on the school year's list, those taken back included."""
    rader = kjoring.con.execute(
        "SELECT DISTINCT person_id FROM fakta_kjent($kjent) WHERE felt = $felt AND verdi = $skoleaar",
        {"kjent": fakta.EVIG_TID, "felt": felt, "skoleaar": kjoring.skoleaar},
    ).fetchall()
    return {person for (person,) in rader}


def _said_by_otto(kjoring: Kjoring) -> dict[str, dict[str, str]]:
    """Return person → what OTTO's last extract said of her; a field it was silent about is blank."""
    tabell = utsagn.table_of(UTTREKK)
    if tabell not in utsagn.tables(kjoring.con):
        return {}
    kolonner = ", ".join(f"coalesce({felt}, '') AS {felt}" for felt in (*FELT, "avsluttet_dato"))
    ramme = kjoring.con.execute(f"SELECT person_id, {kolonner} FROM {tabell} WHERE {utsagn.NAA}").df()
    return {person["person_id"]: person for person in ramme.to_dict("records")}
