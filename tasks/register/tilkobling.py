"""Opening the register: encrypted, for one transaction at a time, one holder at a time.

DuckDB lets one process hold the file and shuts everyone else out, readers too. So a lock file is taken first, with
a back-off, and a note beside it tells whoever waits which process holds it and since when.

DuckDB writes its own log into the file by writing blocks of it anew in their place. One that is killed meanwhile leaves
a block half old, half new, and an encrypted block like that can never be read again. So what is committed stays in the
log, and a long log is written into a copy that then takes the register's place, whole.
"""

import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from tasks.disk import refusal
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import FIL_RETTIGHETER, make_folder
from tasks.hjemvern import claim, has_place
from tasks.register.migrering import migrate, migrations, upgrade, version
from tasks.revisjon import anchor

ALIAS = "register"
VENT_SEKUNDER = 60.0
SI_FRA_ETTER_SEKUNDER = 2.0
HTTPFS = "httpfs.duckdb_extension"
LOGG = ".wal"
LANG_LOGG = 100_000
"""So many bytes of log are written into the file: the log is read anew by each transaction."""
STORT_REGISTER = 10_000_000
"""A register of so many bytes takes as long to copy as the transactions do that read such a log; twice as large a
register waits for twice as long a log, else the copying would grow with the square of the youth."""
SAMLING = "samling"
SAMLET = ".samlet"


def _tell(tekst: str) -> None:
    sys.stderr.write(tekst + "\n")


@dataclass(frozen=True)
class Oppgradert:
    """An upgrade of the register: from and to which version, and how many rows each table had before it."""

    fra: int
    til: int
    rader: dict[str, int]

    def lost(self, rader: dict[str, int]) -> list[str]:
        """Return the tables that have fewer rows than they had, or no longer are."""
        return sorted(navn for navn, antall in self.rader.items() if rader.get(navn, -1) < antall)


@dataclass(frozen=True)
class Register:
    """A county's register file and its key.

    ``vent`` is how many seconds a second one waits for the holder; ``si`` is told, once, who that is.
    """

    sti: Path
    nokkel: str
    vent: float = VENT_SEKUNDER
    si: Callable[[str], None] = _tell

    @contextmanager
    def transaction(self, hva: str, *, eldre: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open, begin, yield a connection with the register as default, commit; roll back on any error.

        ``hva`` says in Norwegian what the holder does. ``eldre`` takes a register that an older program made as it is.
        Raises BrukerFeil ÅH-1302 (held by another), ÅH-1303 (wrong key), ÅH-1304 (not a register of ours), ÅH-1305 (a
        newer program made it), ÅH-1306 (an older one did).
        """
        with self._alone(hva), self._open(eldre=eldre) as con:
            con.execute("BEGIN")
            try:
                yield con
            except BaseException:
                con.execute("ROLLBACK")
                raise
            con.execute("COMMIT")
            anchor(con, self.sti.parent, self.si)

    @contextmanager
    def at_rest(self, hva: str) -> Iterator[int]:
        """Keep everyone out, so that the register's files can be copied; yield its version. Raises as ``transaction``.

        An older register is taken as it is. What is in the register cannot be read meanwhile.
        """
        with self._alone(hva):
            with self._open(eldre=True) as con:
                versjon = version(con)
            yield versjon

    def settle(self) -> None:
        """Write the log into the file, however short it is, so that the register is one file. Raises as ``at_rest``."""
        with self._alone("samler registeret"):
            with self._open(eldre=True) as con:
                self._take_place(con, self._copy_aside(con))
            with self._open(eldre=True):
                pass

    def upgrade(self) -> Oppgradert:
        """Bring the register up to date: a copy of it, which takes its place when it is shown to hold the same.

        Killed at any moment there is one whole register, the old or the new. BrukerFeil ÅH-1308 where the copy lacks
        something; the register is untouched. Raises otherwise as ``transaction``.
        """
        with self._alone("oppgradering"), self._open(eldre=True) as con:
            for_ = Oppgradert(version(con), migrations()[-1][0], _counts(con, ALIAS))
            kopi = self._copy_aside(con)
            con.execute(f"USE {SAMLING}")
            upgrade(con)
            if not has_place(con):
                claim(con, self.sti.parent)
            if mangler := for_.lost(_counts(con, SAMLING)):
                raise BrukerFeil("ÅH-1308", tabeller=", ".join(mangler))
            self._take_place(con, kopi)
            return for_

    @contextmanager
    def _alone(self, hva: str) -> Iterator[None]:
        make_folder(self.sti.parent)
        las = FileLock(self.sti.with_suffix(".laas"), mode=FIL_RETTIGHETER)
        eier = self.sti.with_suffix(".eier")
        self._acquire(las, eier)
        try:
            _write_note(eier, {"pid": os.getpid(), "hva": hva})
            yield
        finally:
            eier.unlink(missing_ok=True)
            las.release()

    def _acquire(self, las: FileLock, eier: Path) -> None:
        slutt = time.monotonic() + self.vent
        grense = min(SI_FRA_ETTER_SEKUNDER, self.vent)
        try:
            las.acquire(timeout=grense, poll_interval=0.01)
        except Timeout:
            holder = describe_holder(eier)
        else:
            return
        self.si(f"Registeret er i bruk: {holder}. Venter …")
        try:
            las.acquire(timeout=max(0.0, slutt - time.monotonic()), poll_interval=0.05)
        except Timeout:
            holder = describe_holder(eier)
        else:
            return
        raise BrukerFeil("ÅH-1302", holder=holder)

    @contextmanager
    def _open(self, *, eldre: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        con = _engine(self.sti.parent).cursor()
        try:
            self._gather(con)
            self._attach(con, self.sti, ALIAS)
            con.execute(f"USE {ALIAS}")
            if not eldre and migrate(con):
                claim(con, self.sti.parent)
            yield con
        finally:
            con.execute("USE memory")
            con.execute(f"DETACH DATABASE IF EXISTS {SAMLING}")
            con.execute(f"DETACH DATABASE IF EXISTS {ALIAS}")
            con.close()
            if (logg := _log_of(self.sti)).exists():
                logg.chmod(FIL_RETTIGHETER)

    def _gather(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write a long log into a copy of the register and let the copy take its place.

        Killed at any moment there is one whole register: the copy counts from when it has got its name.
        """
        logg, samlet = _log_of(self.sti), self.sti.with_suffix(SAMLET)
        shutil.rmtree(self.sti.with_suffix(f".{SAMLING}"), ignore_errors=True)
        if not samlet.exists() and logg.is_file() and self.sti.is_file() and logg.stat().st_size >= self._long_log():
            self._take_place(con, self._copy_aside(con))
        if samlet.exists():
            # What the log holds, the copy holds too.
            logg.unlink(missing_ok=True)
            samlet.replace(self.sti)
            flush(self.sti.parent)

    def _long_log(self) -> int:
        """Return how many bytes of log are too many for a register as large as this one."""
        return LANG_LOGG * max(1, self.sti.stat().st_size // STORT_REGISTER)

    def _copy_aside(self, con: duckdb.DuckDBPyConnection) -> Path:
        """Copy the register and its log to a folder beside it and attach the copy as ``SAMLING``; return its file."""
        logg, mappe = _log_of(self.sti), self.sti.with_suffix(f".{SAMLING}")
        kopi = make_folder(mappe) / self.sti.name
        shutil.copyfile(self.sti, kopi)
        if logg.is_file():
            shutil.copyfile(logg, _log_of(kopi))
        self._attach(con, kopi, SAMLING)
        return kopi

    def _take_place(self, con: duckdb.DuckDBPyConnection, kopi: Path) -> None:
        """Write the copy's log into it and give it the name by which it is the register from when it is next opened."""
        samlet = self.sti.with_suffix(SAMLET)
        con.execute(f"CHECKPOINT {SAMLING}")
        con.execute("USE memory")
        con.execute(f"DETACH DATABASE {SAMLING}")
        kopi.chmod(FIL_RETTIGHETER)
        flush(kopi)
        kopi.replace(samlet)
        flush(samlet.parent)
        shutil.rmtree(kopi.parent)

    def _attach(self, con: duckdb.DuckDBPyConnection, sti: Path, navn: str) -> None:
        ny = not sti.exists()
        try:
            con.execute(f"ATTACH '{_quote(str(sti))}' AS {navn} (ENCRYPTION_KEY '{_quote(_as_blob(self.nokkel))}')")
        except duckdb.Error as feil:
            nei = refusal(feil, self.sti.parent) or _refusal(str(feil), self.sti.name)
        else:
            _assert_encrypted(con, navn)
            if ny:
                sti.chmod(FIL_RETTIGHETER)
            return
        raise nei


@cache
def _engine(mappe: Path) -> duckdb.DuckDBPyConnection:
    """Return this process' DuckDB for the registers in a folder: encrypts, spills encrypted, fetches nothing.

    Kept for the process, since loading the extension takes longer than a transaction; the register itself is
    attached for one transaction only.
    """
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute(f"LOAD '{_extension()}'")
    con.execute("SET temp_file_encryption = true")
    con.execute("SET wal_autocheckpoint = '1TB'")
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute(f"SET temp_directory = '{_quote(str(mappe))}/register.tmp'")
    return con


def _counts(con: duckdb.DuckDBPyConnection, navn: str) -> dict[str, int]:
    """Return table → how many rows it has."""
    tabeller = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [navn]).fetchall()
    antall = [con.execute(f"SELECT count(*) FROM {navn}.main.{tabell}").fetchall()[0][0] for (tabell,) in tabeller]  # noqa: S608 our own names
    return {tabell: int(rader) for (tabell,), rader in zip(tabeller, antall, strict=True)}


def _write_note(eier: Path, notat: dict[str, object]) -> None:
    """Write who holds the register, for whoever waits: of no use after a power cut, so the disk is not waited for."""
    handtak = os.open(eier, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FIL_RETTIGHETER)
    with os.fdopen(handtak, "wb") as fil:
        fil.write(json.dumps(notat).encode())


def describe_holder(eier: Path) -> str:
    """Return in Norwegian who holds the register, as the holder's own note says."""
    try:
        notat = json.loads(eier.read_bytes())
    except (OSError, ValueError):
        return "en annen prosess"
    return f"prosess {notat['pid']} ({notat['hva']})"


def _refusal(grunn: str, fil: str) -> BrukerFeil:
    if "Conflicting lock" in grunn or "Could not set lock" in grunn:
        pid = grunn.partition("(PID ")[2].partition(")")[0] or "ukjent"
        return BrukerFeil("ÅH-1302", holder=f"prosess {pid}, som ikke er Årshjul")
    if "encryption key" in grunn.lower():
        return BrukerFeil("ÅH-1303", fil=fil)
    return BrukerFeil("ÅH-1304", fil=fil)


def _assert_encrypted(con: duckdb.DuckDBPyConnection, navn: str) -> None:
    rad = con.execute("SELECT encrypted FROM duckdb_databases() WHERE database_name = ?", [navn]).fetchone()
    if rad is None or not rad[0]:
        raise ProgramFeil("registeret er ikke kryptert")


def _extension() -> str:
    """Return the path of the packaged httpfs extension, without which encrypted files cannot be written."""
    pakke = importlib.util.find_spec("duckdb_extension_httpfs")
    if pakke is None or pakke.origin is None:
        raise ProgramFeil("pakken duckdb-extension-httpfs mangler")
    rot = Path(pakke.origin).parent
    return _quote(str(rot / "extensions" / f"v{duckdb.__version__}" / HTTPFS))


def flush(sti: Path) -> None:
    """Have a file or a folder written to the disk."""
    handtak = os.open(sti, os.O_RDONLY)
    try:
        os.fsync(handtak)
    finally:
        os.close(handtak)


def _log_of(sti: Path) -> Path:
    """Return DuckDB's log of a file."""
    return sti.with_name(f"{sti.name}{LOGG}")


def _quote(tekst: str) -> str:
    return tekst.replace("'", "''")


def _as_blob(nokkel: str) -> str:
    """Return a key as DuckDB reads one: every byte that is not plain ASCII escaped, a backslash too."""
    return "".join(
        tegn if tegn.isascii() and tegn.isprintable() and tegn != "\\" else f"\\x{oktett:02X}"
        for oktett, tegn in ((oktett, chr(oktett)) for oktett in nokkel.encode())
    )
