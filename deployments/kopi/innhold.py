"""What a backup holds: every file of the home but keys, locks and what is made anew, as a tar with a manifest last."""

import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from deployments.kopi.beholder import BIT, SLUTT, Skadet, header, padding
from deployments.miljo import SERVERFIL
from deployments.prefectmal import DATABASE
from tasks.filer import HALVSKREVET
from tasks.hjem import OVINGSTJENESTER
from tasks.register.tilkobling import SAMLET, SAMLING

MANIFEST: Final = "sikkerhetskopi.manifest"
FORMAT: Final = 1
MIDLERTIDIG: Final = ".sikkerhetskopi"
GJENOPPRETTES: Final = ".gjenoppretting"
GJENOPPRETTET: Final = ".gjenopprettet"
HEMMELIGE: Final = (".nokkel", ".passord", ".hemmelighet", ".pem")
"""How the names of files with keys and passwords end, in the home itself; those in ``passord/`` are copied."""
VARER_IKKE: Final = (".laas", ".eier", HALVSKREVET, SAMLET)
MAPPER_UTENFOR: Final = (MIDLERTIDIG, GJENOPPRETTES, GJENOPPRETTET, f"register.{SAMLING}", "register.tmp")
FILER_UTENFOR: Final = (SERVERFIL, OVINGSTJENESTER, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
"""Prefect's database is copied by SQLite itself; the others hold only while the program runs."""


@dataclass(frozen=True)
class Innhold:
    """What is copied of a home: folders, name → file, and the names of what is left out on purpose."""

    mapper: tuple[str, ...]
    filer: dict[str, Path]
    utelatt: tuple[str, ...]


def contents(hjem: Path) -> Innhold:
    """Return what of the home is copied. Links are left out: what they point to lies elsewhere."""
    mapper, filer, utelatt = [], {}, []
    nokkelfiler = _named_secrets()
    for rot, undermapper, navn in os.walk(hjem):
        sted = Path(rot).relative_to(hjem)
        lenker = [under for under in undermapper if (Path(rot) / under).is_symlink()]
        utelatt += [(sted / lenke).as_posix() for lenke in lenker]
        undermapper[:] = sorted(set(undermapper) - set(lenker) - set(MAPPER_UTENFOR if sted == Path() else ()))
        mapper += [(sted / under).as_posix() for under in undermapper]
        for enkelt in sorted(navn):
            sti, plass = Path(rot) / enkelt, (sted / enkelt).as_posix()
            if sti.resolve() in nokkelfiler or sti.is_symlink() or (sted == Path() and enkelt.endswith(HEMMELIGE)):
                utelatt.append(plass)
            elif sti.is_file() and not enkelt.endswith(VARER_IKKE) and plass not in FILER_UTENFOR:
                filer[plass] = sti
    return Innhold(tuple(mapper), filer, tuple(sorted(utelatt)))


def _named_secrets() -> set[Path]:
    """Return the key files that the environment names, wherever they lie."""
    navngitt = [sti for navn, sti in os.environ.items() if navn.startswith("ARSHJUL_") and navn.endswith("_FILE")]
    return {Path(sti).resolve() for sti in navngitt if sti}


def pack(innhold: Innhold, om: dict[str, Any], ferdig: Callable[[dict[str, Any]], None]) -> Iterator[bytes]:
    """Yield the contents as a tar, the manifest last: ``om`` and each file's hash. ``ferdig`` is told the manifest."""
    for mappe in innhold.mapper:
        yield header(mappe, 0, mappe=True)
    summer: dict[str, str] = {}
    for navn, sti in innhold.filer.items():
        summer[navn] = yield from _pack_file(navn, sti)
    manifest = om | {"format": FORMAT, "filer": summer, "mapper": innhold.mapper, "utelatt": innhold.utelatt}
    data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    yield header(MANIFEST, len(data)) + data + padding(len(data)) + SLUTT
    ferdig(json.loads(data))


def _pack_file(navn: str, sti: Path) -> Generator[bytes, None, str]:
    """Yield a file as it was when it was opened, however much is added to it meanwhile; return its hash."""
    sum_ = hashlib.sha256()
    with sti.open("rb") as fil:
        tilstand = os.fstat(fil.fileno())
        yield header(navn, tilstand.st_size, endret=int(tilstand.st_mtime))
        igjen = tilstand.st_size
        while igjen:
            bit = fil.read(min(BIT, igjen))
            if not bit:
                raise OSError(f"{navn} ble kortere mens den ble lest")
            sum_.update(bit)
            igjen -= len(bit)
            yield bit
    yield padding(tilstand.st_size)
    return sum_.hexdigest()


def unpack(strom: BinaryIO, til: Path | None) -> dict[str, Any]:
    """Read a tar to its end, hold every file against the manifest and return the manifest; Skadet where it differs.

    ``til`` is an empty folder to write the files to; None only reads.
    """
    summer: dict[str, str] = {}
    mapper: list[str] = []
    manifest: dict[str, Any] | None = None
    with tarfile.open(fileobj=strom, mode="r|", encoding="utf-8") as tar:
        for del_ in tar:
            if manifest is not None or not _is_inside(del_):
                raise Skadet
            if del_.isdir():
                mapper.append(del_.name)
                if til:
                    (til / del_.name).mkdir(mode=0o700)
                continue
            data = tar.extractfile(del_)
            if data is None or del_.name in summer:
                raise Skadet
            if del_.name == MANIFEST:
                manifest = json.loads(data.read())
                continue
            summer[del_.name] = _unpack_file(data, til / del_.name if til else None, del_)
    if manifest is None or manifest["format"] != FORMAT:
        raise Skadet
    if (summer, mapper) != (manifest["filer"], manifest["mapper"]):
        raise Skadet
    return manifest


def _is_inside(del_: tarfile.TarInfo) -> bool:
    """Tell whether a member is a file or folder that belongs in the home."""
    sti = PurePosixPath(del_.name)
    return (del_.isfile() or del_.isdir()) and not sti.is_absolute() and ".." not in sti.parts and del_.name != ""


def _unpack_file(data: Any, til: Path | None, del_: tarfile.TarInfo) -> str:  # noqa: ANN401 tarfile's own type
    sum_ = hashlib.sha256()
    if til is None:
        while bit := data.read(BIT):
            sum_.update(bit)
        return sum_.hexdigest()
    with os.fdopen(os.open(til, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as fil:
        while bit := data.read(BIT):
            sum_.update(bit)
            fil.write(bit)
        fil.flush()
        os.fsync(fil.fileno())
    os.utime(til, (del_.mtime, del_.mtime))
    return sum_.hexdigest()
