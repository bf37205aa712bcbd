"""Taking a load back: what held before it holds again, as new facts, and the history tells both.

The newest load is taken back first: what a later one only confirmed was never stored, and would be lost with an
earlier one's facts. Letters and answers to letters are not taken back; what the load meant for them is told.
"""

import duckdb

from schemas.angring import Angret, Angrevalg
from schemas.kjoring import Kjorevalg
from schemas.revisjon import Handling
from tasks import kategorier
from tasks.feil import BrukerFeil
from tasks.hjem import home
from tasks.karantene import APEN, AVVIST
from tasks.karantenemappe import tidy_after
from tasks.kjoring import Kjoring, run
from tasks.konsekvenser import consequences
from tasks.oppgaver import LUKKET
from tasks.register import fakta, utsagn
from tasks.revisjon import note


def undo(valg: Angrevalg) -> Angret:
    """Take the load ``valg.kjoring_id`` back, as a new generation of its row, and return what that changed.

    Raises BrukerFeil ÅH-2402 (no such run), ÅH-2403 (it loaded nothing), ÅH-2404 (taken back already), ÅH-2405 (later
    loads come first), ÅH-2406 (no name or reason).
    """
    if not valg.av.strip() or not valg.grunn.strip():
        raise BrukerFeil("ÅH-2406")
    rad, aar = _find(valg.kjoring_id)
    with run(Kjorevalg(rad=rad, aar=aar, naa=valg.naa, bare_vis=valg.bare_vis)) as kjoring:
        _check(kjoring, valg.kjoring_id)
        _people_apart(kjoring, valg.kjoring_id)
        opplysninger, ungdommer = _facts_back(kjoring, valg.kjoring_id)
        utsagn.take_back(kjoring.con, valg.kjoring_id, kjoring.kjoring_id)
        _states_back(kjoring, valg.kjoring_id)
        kategorier.show(kjoring)
        tidy_after(kjoring)
        kjoring.con.execute(
            "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid) VALUES (?, ?, ?, ?, ?)",
            [valg.kjoring_id, kjoring.kjoring_id, valg.av, valg.grunn, kjoring.registrert_tid],
        )
        antall = {"ungdommer": ungdommer, "opplysninger": opplysninger, "som kjøring": kjoring.kjoring_id}
        note(kjoring.con, kjoring.naa, valg.av, Handling.ANGRET, valg.kjoring_id, antall)
        merknader = [funn.tekst for funn in consequences(kjoring)]
    return Angret(
        kjoring_id=None if valg.bare_vis else kjoring.kjoring_id,
        angret_kjoring_id=valg.kjoring_id,
        ungdommer=ungdommer,
        opplysninger=opplysninger,
        merknader=merknader,
    )


def _find(kjoring_id: str) -> tuple[str, int]:
    with home().register.transaction("angre en innlasting") as con:
        rad = con.execute("SELECT rad, aar FROM kjoring WHERE kjoring_id = ?", [kjoring_id]).fetchone()
    if rad is None:
        raise BrukerFeil("ÅH-2402", kjoring=kjoring_id)
    return rad[0], rad[1]


def _check(kjoring: Kjoring, angret_id: str) -> None:
    con = kjoring.con
    if con.execute("SELECT 1 FROM angring WHERE angret_kjoring_id = ?", [angret_id]).fetchone():
        raise BrukerFeil("ÅH-2404", kjoring=angret_id)
    lastinger = _loads(con)
    if angret_id not in lastinger:
        raise BrukerFeil("ÅH-2403", kjoring=angret_id)
    if senere := lastinger[lastinger.index(angret_id) + 1 :]:
        raise BrukerFeil("ÅH-2405", kjoring=angret_id, senere=", ".join(reversed(senere)))


def _loads(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the runs that have loaded files or written facts and stand, in the order in which they ran."""
    rader = con.execute(
        """
        SELECT kjoring_id FROM kjoring k
        WHERE (EXISTS (SELECT 1 FROM levering l WHERE l.kjoring_id = k.kjoring_id)
            OR EXISTS (SELECT 1 FROM svar s WHERE s.kjoring_id = k.kjoring_id)
            OR EXISTS (SELECT 1 FROM fakta f WHERE f.kjoring_id = k.kjoring_id))
          AND k.kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring)
          AND k.kjoring_id NOT IN (SELECT kjoring_id FROM angring)
        ORDER BY k.rowid
        """
    ).fetchall()
    return [kjoring_id for (kjoring_id,) in rader]


def _facts_back(kjoring: Kjoring, angret_id: str) -> tuple[int, int]:
    """Add, for each fact of the run, what holds on its day without it; return how many facts and people.

    Where a correction has changed the same since, the correction stands.
    """
    con = kjoring.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE tilbake AS
        SELECT a.person_id, a.felt, a.gyldig_fra, coalesce(arg_max(f.verdi, (f.gyldig_fra, f.lopenr)), '') AS verdi
        FROM (
            SELECT person_id, felt, gyldig_fra, min(lopenr) AS lopenr FROM fakta WHERE kjoring_id = $angret GROUP BY ALL
        ) a
        LEFT JOIN fakta_kjent($kjent) f ON f.person_id = a.person_id AND f.felt = a.felt
            AND f.gyldig_fra <= a.gyldig_fra AND f.kjoring_id <> $angret
        WHERE NOT EXISTS (SELECT 1 FROM fakta s WHERE s.person_id = a.person_id AND s.felt = a.felt
            AND s.gyldig_fra = a.gyldig_fra AND s.lopenr > a.lopenr AND s.kjoring_id <> $angret)
        GROUP BY ALL
        """,
        {"angret": angret_id, "kjent": fakta.EVIG_TID},
    )
    fakta.insert(con, "tilbake", kjoring.kjoring_id, kjoring.registrert_tid)
    svar = con.execute("SELECT count(*), count(DISTINCT person_id) FROM tilbake").fetchone()
    return (int(svar[0]), int(svar[1])) if svar else (0, 0)


def _people_apart(kjoring: Kjoring, angret_id: str) -> None:
    """Let those whom the run joined be two again: what was joined before it still is."""
    kjoring.con.execute(
        """
        INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid)
        SELECT s.person_id, coalesce(arg_max(f.er_person_id, f.lopenr), ''), $kjoring, $tid
        FROM (SELECT person_id, min(lopenr) AS lopenr FROM sammenslaing WHERE kjoring_id = $angret GROUP BY ALL) s
        LEFT JOIN sammenslaing f ON f.person_id = s.person_id AND f.lopenr < s.lopenr
        GROUP BY s.person_id ORDER BY s.person_id
        """,
        {"angret": angret_id, "kjoring": kjoring.kjoring_id, "tid": kjoring.registrert_tid},
    )


def _states_back(kjoring: Kjoring, angret_id: str) -> None:
    """Close what the run opened, and open again what it closed."""
    for tabell in ("karantene", "avvik", "oppgave", "uenighet"):
        har_tilstand = tabell != "uenighet"
        apnet = AVVIST if tabell == "karantene" else LUKKET
        sett = f"tilstand = '{apnet}', " if har_tilstand else ""
        kjoring.con.execute(
            f"UPDATE {tabell} SET {sett}lukket_kjoring_id = ? WHERE kjoring_id = ? AND lukket_kjoring_id IS NULL",
            [kjoring.kjoring_id, angret_id],
        )
        sett = f"tilstand = '{APEN}', " if har_tilstand else ""
        kjoring.con.execute(
            f"UPDATE {tabell} SET {sett}lukket_kjoring_id = NULL WHERE kjoring_id <> ? AND lukket_kjoring_id = ?",
            [angret_id, angret_id],
        )
