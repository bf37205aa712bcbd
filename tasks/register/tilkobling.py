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

from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import FIL_RETTIGHETER, make_folder, write_file
from tasks.register.migrering import migrate

ALIAS = "register"
VENT_SEKUNDER = 60.0
SI_FRA_ETTER_SEKUNDER = 2.0
HTTPFS = "httpfs.duckdb_extension"
LOGG = ".wal"
LANG_LOGG = 100_000
"""So many bytes of log are written into the file: the log is read anew by each transaction."""
SAMLING = "samling"


def _tell(tekst: str) -> None:
    sys.stderr.write(tekst + "\n")


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
    def transaction(self, hva: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open, begin, yield a connection with the register as default, commit; roll back on any error.

        ``hva`` says in Norwegian what the holder does. Raises BrukerFeil ÅH-1302 (held by another), ÅH-1303 (wrong
        key), ÅH-1304 (not a register of ours).
        """
        with self._alone(hva), self._open() as con:
            con.execute("BEGIN")
            try:
                yield con
            except BaseException:
                con.execute("ROLLBACK")
                raise
            con.execute("COMMIT")

    @contextmanager
    def _alone(self, hva: str) -> Iterator[None]:
        make_folder(self.sti.parent)
        las = FileLock(self.sti.with_suffix(".laas"), mode=FIL_RETTIGHETER)
        eier = self.sti.with_suffix(".eier")
        self._acquire(las, eier)
        try:
            write_file(eier, json.dumps({"pid": os.getpid(), "hva": hva}).encode())
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
    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        con = _engine(self.sti.parent).cursor()
        try:
            self._gather(con)
            self._attach(con, self.sti, ALIAS)
            con.execute(f"USE {ALIAS}")
            migrate(con)
            yield con
        finally:
            con.execute("USE memory")
            con.execute(f"DETACH DATABASE IF EXISTS {ALIAS}")
            con.close()
            if (logg := _log_of(self.sti)).exists():
                logg.chmod(FIL_RETTIGHETER)

    def _gather(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write a long log into a copy of the register and let the copy take its place.

        Killed at any moment there is one whole register: the copy counts from when it has got its name.
        """
        logg, mappe = _log_of(self.sti), self.sti.with_suffix(f".{SAMLING}")
        samlet = self.sti.with_suffix(".samlet")
        shutil.rmtree(mappe, ignore_errors=True)
        if not samlet.exists() and logg.is_file() and logg.stat().st_size >= LANG_LOGG:
            kopi = make_folder(mappe) / self.sti.name
            shutil.copyfile(self.sti, kopi)
            shutil.copyfile(logg, _log_of(kopi))
            self._attach(con, kopi, SAMLING)
            con.execute(f"CHECKPOINT {SAMLING}")
            con.execute(f"DETACH DATABASE {SAMLING}")
            kopi.chmod(FIL_RETTIGHETER)
            flush(kopi)
            kopi.replace(samlet)
            flush(samlet.parent)
            shutil.rmtree(mappe)
        if samlet.exists():
            # What the log holds, the copy holds too.
            logg.unlink(missing_ok=True)
            samlet.replace(self.sti)
            flush(self.sti.parent)

    def _attach(self, con: duckdb.DuckDBPyConnection, sti: Path, navn: str) -> None:
        ny = not sti.exists()
        try:
            con.execute(f"ATTACH '{_quote(str(sti))}' AS {navn} (ENCRYPTION_KEY '{_quote(_as_blob(self.nokkel))}')")
        except duckdb.Error as feil:
            grunn = str(feil)
        else:
            _assert_encrypted(con, navn)
            if ny:
                sti.chmod(FIL_RETTIGHETER)
            return
        raise _refusal(grunn, self.sti.name)


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
