"""The county's schools as its own list last gave them, and which adviser has each."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from schemas.skole import Skole
from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.hjem import Hjem
from tasks.innboks import freeze
from tasks.karantene import open_quarantine, set_aside
from tasks.karantenemappe import tidy_after
from tasks.kjoring import Kjoring
from tasks.oppgaver import ANSVARLIG
from tasks.rettebok import inbox_findings
from tasks.skole.skolebok import answer_text
from tasks.steg import step
from tasks.validering import Validert
from tasks.vurdering import Vurdert, take_in

FORMAT: Final = "skole_oversikt"
NAA: Final = "til_kjoring_id IS NULL"


@step("Les oversikten over skolene")
def load_schools(kjoring: Kjoring) -> list[Funn]:
    """Make the register's schools those of the list, set bad rows aside, count; return what a person must look at.

    A school that the list no longer has is closed; one whose row is set aside stays as it was. Without a new list, the
    row's last one is read again for the sake of corrections, unless another row has taken in a newer one since.
    BrukerFeil ÅH-2015: the list is much smaller or larger than the schools we have, and has not been accepted.
    """
    vurdert = take_in(kjoring, FORMAT, pakrevd=False)
    if vurdert and (any(enkelt.mottatt.ny for enkelt in vurdert) or _is_newest(kjoring)):
        _load(kjoring, vurdert)
    mangler = [] if schools(kjoring.con) else [finding("ÅH-3144")]
    return [*mangler, *open_quarantine(kjoring, "ÅH-3001", [FORMAT]), *inbox_findings(kjoring)]


def schools(con: duckdb.DuckDBPyConnection, skoletype: str = "") -> list[Skole]:
    """Return the county's schools of today, of one kind or all, in order of number."""
    rader = con.execute(
        f"SELECT {', '.join(Skole._fields)} FROM skole WHERE {NAA} AND ? IN ('', skoletype) ORDER BY skolenummer",  # noqa: S608 our own words
        [skoletype],
    ).fetchall()
    return [Skole(*rad) for rad in rader]


def owners(hjem: Hjem, skoler: Sequence[Skole]) -> dict[str, str]:
    """Return school number → whose the school is: the adviser who has it by number, else by its municipality.

    Advisers of the same municipality share its schools in order of number. A municipality without an adviser is its
    professional leader's, else the OTTO-ansvarlig's.
    """
    innstillinger = hjem.innstillinger
    egne = {nummer: raadgiver.id for raadgiver in innstillinger.radgivere for nummer in raadgiver.skoler}
    delt: dict[str, list[Skole]] = defaultdict(list)
    for skole in sorted(skoler):
        if skole.skolenummer not in egne:
            delt[skole.kommunenummer].append(skole)
    svar = {skole.skolenummer: egne[skole.skolenummer] for skole in skoler if skole.skolenummer in egne}
    for kommune, dens in delt.items():
        mulige = [r.id for r in innstillinger.radgivere if kommune in r.kommuner]
        mulige = mulige or [f.id for f in innstillinger.fagledere if kommune in f.kommuner][:1] or [ANSVARLIG]
        svar |= {skole.skolenummer: mulige[plass % len(mulige)] for plass, skole in enumerate(dens)}
    return svar


def school_cells(con: duckdb.DuckDBPyConnection, aar: int) -> dict[str, dict[str, str]]:
    """Return ``skole:NUMMER`` → what a worklist tells of the school, by column name of the sheet ``skoler``."""
    kommuner = {rad["kode"]: rad["navn"] for rad in kodeverk.all_rows("kodeverk/kommuner")}
    svart = answers(con, aar)
    return {
        skole.gjelder: {
            "skole": skole.skole,
            "kommune": kommuner.get(skole.kommunenummer, skole.kommunenummer),
            "kontaktperson": skole.kontaktperson,
            "telefon": skole.telefon,
            "epost": skole.epost,
            "skolens_svar": answer_text(skole.skoletype, svart.get(skole.skolenummer, {})),
        }
        for skole in schools(con)
    }


def answers(con: duckdb.DuckDBPyConnection, aar: int, rad: str = "") -> dict[str, dict[str, str]]:
    """Return school number → question → what the school last answered in the year, in one row of the wheel or any."""
    svar: dict[str, dict[str, str]] = defaultdict(dict)
    rader = con.execute(
        "SELECT skolenummer, felt, arg_max(verdi, rowid) FROM skolesvar WHERE aar = ? AND ? IN ('', rad) GROUP BY ALL"
        " ORDER BY ALL",
        [aar, rad],
    ).fetchall()
    for skolenummer, felt, verdi in rader:
        svar[skolenummer][felt] = verdi
    return dict(svar)


def _is_newest(kjoring: Kjoring) -> bool:
    """Tell whether no other row or year has taken in a list of schools after this one did."""
    svar = kjoring.con.execute(
        """
        SELECT k.rad, k.aar FROM kjoring k JOIN kjoring_fil USING (kjoring_id) JOIN raafil r USING (sha256)
        WHERE r.format = ? ORDER BY k.startet_tid DESC, k.rowid DESC LIMIT 1
        """,
        [FORMAT],
    ).fetchone()
    return svar == (kjoring.rad.rad, kjoring.aar)


def _load(kjoring: Kjoring, vurdert: list[Vurdert]) -> None:
    """Take one delivery in."""
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    tall = kjoring.tall
    antall = sum(enkelt.validert.antall for enkelt in vurdert)
    naa = {skole.skolenummer: skole for skole in schools(kjoring.con)}
    rader = [skole for enkelt in vurdert for skole in _rows(kjoring.hjem, enkelt.validert, naa)]
    til_side = {nummer for enkelt in vurdert for nummer in enkelt.validert.til_side["skolenummer"].astype("str")}
    _check_size(kjoring, vurdert, antall, len(naa))
    onsket = {skole.skolenummer: skole for skole in rader}
    borte = naa.keys() - onsket.keys() - til_side
    _replace(kjoring, naa, onsket, borte)
    endret = sum(naa.get(skole.skolenummer) != skole for skole in rader)
    tall.inn += antall
    tall.lastet += endret
    tall.nye += len(onsket.keys() - naa.keys())
    tall.uendret += len(rader) - endret
    tall.karantene += sum(enkelt.validert.antall_darlige for enkelt in vurdert)
    tall.borte += len(borte)
    if tall.inn != tall.lastet + tall.uendret + tall.karantene:
        raise ProgramFeil("rader inn er ikke lik lastet, uendret og satt til side")
    set_aside(kjoring, vurdert)
    tidy_after(kjoring)


def _rows(hjem: Hjem, validert: Validert, naa: Mapping[str, Skole]) -> list[Skole]:
    """Return the good rows as schools; of what the file has no column for, each school keeps what we knew."""
    i_dag = kodeverk.municipalities(hjem.innstillinger.fylke.fylkesnummer)
    uten = [felt for felt in Skole._fields if felt not in validert.kolonner_i_filen]
    rader = validert.gyldige[list(Skole._fields)].astype("str").itertuples(index=False, name=None)
    skoler = []
    for rad in rader:
        skole = Skole(*rad)
        kjent = naa.get(skole.skolenummer)
        beholdt = {felt: getattr(kjent, felt) for felt in uten} if kjent else {}
        skoler.append(skole._replace(kommunenummer=i_dag[skole.kommunenummer], **beholdt))
    return skoler


def _check_size(kjoring: Kjoring, vurdert: list[Vurdert], antall: int, forrige: int) -> None:
    """Refuse a list that is so unlike the schools we have that a person must look, unless it has been accepted."""
    grenser = kjoring.hjem.innstillinger.grenser
    minst, mest = round(forrige * grenser.krymp_andel), round(forrige * grenser.vokse_andel)
    kode = hashlib.sha256("".join(enkelt.mottatt.sha256 for enkelt in vurdert).encode()).hexdigest()[:8]
    if not forrige or minst <= antall <= mest or kjoring.godta == kode:
        return
    filer = ", ".join(enkelt.mottatt.fil for enkelt in vurdert)
    raise BrukerFeil(
        "ÅH-2015", fil=filer, antall=antall, forrige=forrige, grense=f"{minst} til {mest}", godta=kode
    )  # fmt: skip


def _replace(kjoring: Kjoring, naa: dict[str, Skole], onsket: dict[str, Skole], borte: set[str]) -> None:
    """Close the schools that are gone or changed, and add the changed and the new."""
    nye = [skole for nummer, skole in sorted(onsket.items()) if naa.get(nummer) != skole]
    kjoring.con.execute(
        f"UPDATE skole SET til_kjoring_id = ? WHERE {NAA} AND list_contains(?, skolenummer)",  # noqa: S608 our own words
        [kjoring.kjoring_id, sorted(borte | {skole.skolenummer for skole in nye})],
    )
    for skole in nye:
        kjoring.con.execute(
            "INSERT INTO skole VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", [*skole, kjoring.kjoring_id]
        )
