"""``python -m deployments.beholder.laas``: the part of the lock that the image needs, what the program runs on.

``requirements.lock`` also holds what develops and proves the program. The image is built from ``drift.lock``: the same
lines, hashes and all, for the program's own dependencies and theirs.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tasks.filer import ROT

LAAS: Final = ROT / "requirements.lock"
DRIFTSLAAS: Final = Path(__file__).with_name("drift.lock")
HODE: Final = "# Laget av python -m deployments.beholder.laas: det i requirements.lock som programmet kjører på.\n"
PYTHON: Final = ("3.11.0", "3.11.9", "3.12.9", "3.13.9", "3.14.9")
"""What the image's base may have; a part that any of them needs is in the list, with its own condition."""
SJEKKSUM: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Laast(NamedTuple):
    """One part of the lock: a package in one version, and the lines as they stand."""

    navn: NormalizedName
    krav: Requirement
    sjekksummer: frozenset[str]
    linjer: str

    @property
    def versjon(self) -> str:
        """The version it is locked to."""
        return next(iter(self.krav.specifier)).version


def read_lock(tekst: str) -> list[Laast]:
    """Return the parts of a lock, in its order."""
    deler = [del_ for del_ in re.split(r"^(?=[A-Za-z0-9])", tekst, flags=re.MULTILINE) if not del_.startswith("#")]
    return [_part(del_) for del_ in deler if del_.strip()]


def _part(linjer: str) -> Laast:
    krav = Requirement(linjer.split(" \\\n", maxsplit=1)[0].strip())
    return Laast(canonicalize_name(krav.name), krav, frozenset(SJEKKSUM.findall(linjer)), linjer)


def runtime_part() -> str:
    """Return the lock's lines for what the program runs on."""
    prosjekt = tomllib.loads((ROT / "pyproject.toml").read_text("utf-8"))["project"]
    trengs = _closure([Requirement(krav) for krav in prosjekt["dependencies"]])
    deler = [en for en in read_lock(LAAS.read_text("utf-8")) if en.navn in trengs and _on_linux(en.krav)]
    return HODE + "".join(en.linjer for en in deler)


def _closure(krav: list[Requirement]) -> set[NormalizedName]:
    """Return the packages that the requirements lead to, as those that are installed here say."""
    sett: set[tuple[NormalizedName, str]] = set()
    igjen = [(canonicalize_name(en.name), ekstra) for en in krav for ekstra in ("", *en.extras)]
    while igjen:
        sted = igjen.pop()
        if sted not in sett:
            sett.add(sted)
            igjen += _needs(*sted)
    return {navn for navn, _ in sett}


def _needs(navn: str, ekstra: str) -> Iterator[tuple[NormalizedName, str]]:
    """Yield what a package needs with an extra. One that is only for another Python than ours is not here to ask."""
    try:
        tekster = metadata.requires(navn) or []
    except metadata.PackageNotFoundError:
        return
    for krav in map(Requirement, tekster):
        if _on_linux(krav, ekstra):
            yield from ((canonicalize_name(krav.name), videre) for videre in ("", *krav.extras))


def _on_linux(krav: Requirement, ekstra: str = "") -> bool:
    """Tell whether a requirement holds on Linux, in any Python the image may have."""
    her: dict[str, str] = {navn: str(verdi) for navn, verdi in default_environment().items()}
    linux = her | {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    pythoner = ({"python_version": en.rpartition(".")[0], "python_full_version": en} for en in PYTHON)
    return krav.marker is None or any(krav.marker.evaluate({**linux, **en, "extra": ekstra}) for en in pythoner)


if __name__ == "__main__":
    DRIFTSLAAS.write_text(runtime_part(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{DRIFTSLAAS.relative_to(ROT)}\n")
