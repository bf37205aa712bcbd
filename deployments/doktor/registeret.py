"""Checks of the register, in one short transaction that changes nothing: what waits, what is wrong, what is unfit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import duckdb
import pyarrow as pa

from deployments.doktor.funn import Blikk, Funn, names, refused
from schemas.fodselsnummer import Idtype, classify
from schemas.verdier import Forslagstilstand, Modus
from tasks import klokke, kodeverk
from tasks.feil import BrukerFeil
from tasks.hjemvern import is_quarantined
from tasks.hjul.stopp import Slag
from tasks.hjul.tilstand import states
from tasks.register.tilkobling import Register
from tasks.revisjon import verify
from tasks.vurdering import allowed_ids

Registersjekk = Callable[[Blikk, duckdb.DuckDBPyConnection], list[Funn]]

VENT_SEKUNDER: Final = 10.0
OPPTATT: Final = "ÅH-1302"
VERSJONER: Final = {"ÅH-1305": "nyere", "ÅH-1306": "eldre"}
ID_FEIL: Final = (Idtype.UGYLDIG_FORM, Idtype.UGYLDIG_DATO, Idtype.UGYLDIG_KONTROLL)
TIDER: Final = (
    "SELECT max(tid) FROM (SELECT max(ferdig_tid) AS tid FROM kjoring UNION ALL SELECT max(tid) FROM forslag_hendelse"
    " UNION ALL SELECT max(tid) FROM utsending_hendelse UNION ALL SELECT max(tid) FROM revisjon)"
)


def register(blikk: Blikk) -> Register:
    """Return the register, which does not make anyone wait. BrukerFeil ÅH-1301 where its key is missing."""
    return replace(blikk.hjem.register, vent=VENT_SEKUNDER, si=lambda _: None)


def refusal(feil: BrukerFeil) -> Funn:
    """Return what it means that the register did not open."""
    return refused("opptatt" if feil.kode == OPPTATT else "aapner_ikke", feil)


def version_refusal(feil: BrukerFeil) -> Funn:
    """Return what it means for the register's version that it did not open."""
    return refused(VERSJONER.get(feil.kode, "ikke_aapnet"), feil)


def clock(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """Nothing has happened later than now, or the clock has gone back. Practice has times of its own."""
    siste = con.execute(TIDER).fetchall()[0][0]
    if siste is None or blikk.hjem.innstillinger.modus is Modus.OVE:
        return []
    forut = klokke.from_utc(siste) - blikk.naa
    if forut <= timedelta(minutes=blikk.grenser["klokke_minutter"]):
        return []
    return [Funn("tilbake", {"tid": f"{klokke.from_utc(siste):%d.%m.%Y kl. %H.%M}"})]


def guests(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """Every youth on the guest list is in the register. Who they are is not told."""
    if blikk.hjem.innstillinger.modus is not Modus.PROVE:
        return []
    gjester = set(blikk.hjem.innstillinger.gjester.personer)
    kjente = con.execute("SELECT person_id FROM person WHERE list_contains(?, person_id)", [sorted(gjester)]).fetchall()
    antall = len(gjester - {person for (person,) in kjente})
    return [Funn("ukjente", {"antall": antall})] if antall else []


def unclear(_: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """Nobody has to find out what came of a dispatch."""
    return _if_any("uavklart", _count(con, "utsending_naa WHERE tilstand = 'uavklart'"))


def quarantine(_: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """No row waits to be corrected."""
    return _if_any("apen", _count(con, "karantene WHERE tilstand = 'åpen'"))


def deviations(_: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """No deviation is open."""
    return _if_any("apne", _count(con, "avvik WHERE tilstand = 'åpen'"))


def waiting(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """No proposal has waited long for approval."""
    dager = blikk.grenser["forslag_dager"]
    grense = klokke.to_utc(blikk.naa - timedelta(days=dager))
    forslag = con.execute(
        "SELECT forslag_id FROM forslag_naa WHERE tilstand = ? AND opprettet_tid < ? ORDER BY opprettet_tid",
        [Forslagstilstand.VENTER, grense],
    ).fetchall()
    return [Funn("lenge", {"forslag": navn, "dager": dager}) for (navn,) in forslag]


def unsent(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """What is approved has been sent, or waits for something that we know of."""
    timer = blikk.grenser["usendt_timer"]
    angrefrist = timedelta(minutes=blikk.hjem.innstillinger.godkjenning.angrefrist_minutter)
    forslag = con.execute(
        "SELECT forslag_id FROM forslag_naa f WHERE list_contains(?, tilstand) AND tilstand_tid < ? AND NOT EXISTS"
        " (FROM utsending_vent v WHERE v.forslag_id = f.forslag_id AND v.vent_til > ?) ORDER BY tilstand_tid",
        [
            [Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES],
            klokke.to_utc(blikk.naa - timedelta(hours=timer) - angrefrist),
            klokke.to_utc(blikk.naa),
        ],
    ).fetchall()
    return [Funn("usendt", {"forslag": navn, "timer": timer}) for (navn,) in forslag]


def audit(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """Nobody has changed or taken out anything of the audit."""
    return [refused("brudd", brudd.told()) for brudd in verify(con, blikk.mappe)]


def copied(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """The home is the county's own, and no copy that nobody has confirmed."""
    return [Funn("kopi")] if is_quarantined(con, blikk.mappe) else []


def stopped(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """No row has stopped, and none is late. Late rows are told of together, by year."""
    i_aar = klokke.local_date(blikk.naa).year
    funn = []
    for aar, rader in states(con, [i_aar - 1, i_aar], blikk.hjem.radvalg, blikk.naa).items():
        alle = [rad.stopp for rad in rader if rad.stopp]
        sene = [stopp.rad for stopp in alle if stopp.slag is Slag.FORSINKET]
        if sene:
            deler = {"antall": len(sene), "aar": aar, "rader": names(sene), "forste": sene[0]}
            funn.append(Funn("forsinket", deler))
        funn += [
            Funn("stoppet", {"rad": s.rad, "aar": aar, "kode": s.kode, "tekst": s.tekst, "gjor": s.gjor})
            for s in alle
            if s.slag is not Slag.FORSINKET
        ]
    return funn


def ids(blikk: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
    """The register holds only national ids that the mode takes: real ones are not for practice, nor the other way."""
    modus = blikk.hjem.innstillinger.modus
    numre = con.execute("SELECT DISTINCT verdi FROM fakta WHERE felt = 'fodselsnummer' AND verdi <> ''").fetchall()
    slag = classify(
        pa.array([nummer for (nummer,) in numre], pa.string()),
        kodeverk.fictitious_digits(),
        kodeverk.control_remainders(klokke.local_date(blikk.naa)),
    )
    godtas = {*allowed_ids(modus), *ID_FEIL}
    antall = sum(Idtype(int(enkelt)) not in godtas for enkelt in slag)
    if not antall:
        return []
    return [Funn("ekte" if modus is Modus.OVE else "syntetiske", {"antall": antall})]


def _count(con: duckdb.DuckDBPyConnection, hva: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {hva}").fetchall()[0][0])  # noqa: S608 our own words


def _if_any(navn: str, antall: int) -> list[Funn]:
    return [Funn(navn, {"antall": antall})] if antall else []
