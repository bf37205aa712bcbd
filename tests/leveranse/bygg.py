"""The image, built by buildah in a chroot from a base of Debian's own packages, and run a little.

No registry is asked and nothing is pulled: the base is made with debootstrap, the packages are downloaded by pip, which
holds each to its hash, and the build itself has them from a folder.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from packaging.markers import default_environment

from deployments.beholder.laas import DRIFTSLAAS, read_lock
from tasks.filer import ROT

MAPPE: Final = ROT / "deployments" / "beholder"
UTGAVE: Final = "bookworm"
"""Of Debian; its Python is the oldest that we run on."""
PROGRAMMER: Final = ("buildah", "debootstrap")
BASIS: Final = "localhost/basis:proven"
BILDE: Final = "localhost/arshjul:proven"
PIPVALG: Final = "[global]\nno-index = true\nfind-links = /hjul\n"


class Kjort(NamedTuple):
    """A command that was run in the image: what, how it ended, and the last it said."""

    ord_: str
    utgang: int
    sist: str


def missing() -> str:
    """Return why the image cannot be built here, in bokmål; blank where it can."""
    borte = [navn for navn in PROGRAMMER if not shutil.which(navn, path=f"{os.environ['PATH']}:/usr/sbin")]
    if borte:
        return f"{' og '.join(borte)} er ikke installert"
    return "" if os.geteuid() == 0 else "det trenger root"


class Verksted:
    """A folder of its own where images are made and run; nothing outside it is touched."""

    def __init__(self, mappe: Path) -> None:
        self.mappe = mappe
        lager = mappe / "storage.conf"
        lager.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{mappe}/run"\ngraphroot = "{mappe}/graf"\n', "utf-8")
        self.miljo = {**os.environ, "CONTAINERS_STORAGE_CONF": str(lager)}

    def build(self) -> str:
        """Build the image and return the base's digest."""
        self._say("basis")
        self.run("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", UTGAVE,
                 str(self.mappe / "basis"))  # fmt: skip
        versjon = self.run("chroot", str(self.mappe / "basis"), "python3", "-c",
                           "import platform; print(platform.python_version())")  # fmt: skip
        beholder = self.run("buildah", "from", "--isolation", "chroot", "scratch")
        self.run("buildah", "copy", "--quiet", beholder, str(self.mappe / "basis"), "/")
        self.run("buildah", "commit", "--quiet", "--rm", "--disable-compression", beholder, BASIS)
        sum_ = self.run("buildah", "images", "--format", "{{.Digest}}", BASIS)
        self._say("pakker")
        self._download(versjon)
        self._say("bilde")
        pip = self.mappe / "pip.conf"
        pip.write_text(PIPVALG, "utf-8")
        self.run(
            "buildah", "bud", "--isolation", "chroot", "--pull-never", "--quiet", "--format", "docker",
            "--ignorefile", str(MAPPE / "Containerfile.dockerignore"), "--file", str(MAPPE / "Containerfile"),
            "--build-arg", f"BASIS={BASIS.partition(':')[0]}@{sum_}", "--tag", BILDE,
            "--volume", f"{self.mappe}/hjul:/hjul:ro", "--volume", f"{pip}:/etc/pip.conf:ro", str(ROT),
        )  # fmt: skip
        return sum_

    def ask(self, *kommandoer: tuple[str, ...]) -> list[Kjort]:
        """Run commands of ours in the image, one after the other, as its own user."""
        beholder = self.run("buildah", "from", "--isolation", "chroot", "--pull-never", BILDE)
        svar = []
        for ord_ in kommandoer:
            kjort = self._try("buildah", "run", "--isolation", "chroot", beholder, "--", *ord_)
            linjer = (kjort.stdout + kjort.stderr).strip().splitlines()
            svar.append(Kjort(" ".join(ord_), kjort.returncode, linjer[-1] if linjer else ""))
        return svar

    def run(self, *ord_: str) -> str:
        """Run a program and return what it says; it must end well."""
        svar = self._try(*ord_)
        if svar.returncode:
            raise RuntimeError(f"{ord_[0]} endte med {svar.returncode}: {svar.stderr[-2000:]}")
        return svar.stdout.strip()

    def _try(self, *ord_: str) -> subprocess.CompletedProcess[str]:
        miljo = {**self.miljo, "PATH": f"{self.miljo['PATH']}:/usr/sbin:/sbin"}
        return subprocess.run(ord_, capture_output=True, text=True, check=False, env=miljo)

    def _download(self, versjon: str) -> None:
        """Fetch the packages for the base's Python; pip itself would take the conditions for its own."""
        her = {navn: str(verdi) for navn, verdi in default_environment().items()}
        her |= {"python_full_version": versjon, "python_version": versjon.rpartition(".")[0]}
        deler = [en for en in read_lock(DRIFTSLAAS.read_text("utf-8"))
                 if en.krav.marker is None or en.krav.marker.evaluate(her)]  # fmt: skip
        laas = self.mappe / "basis.lock"
        laas.write_text("".join(_without_marker(en.linjer) for en in deler), "utf-8")
        self.run(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps",
                 "--only-binary", ":all:", "--python-version", versjon, "--requirement", str(laas),
                 "--dest", str(self.mappe / "hjul"))  # fmt: skip

    @staticmethod
    def _say(hva: str) -> None:
        sys.stderr.write(f"  lager {hva} …\n")


def _without_marker(linjer: str) -> str:
    forste, resten = linjer.split(" \\\n", maxsplit=1)
    return f"{forste.partition(' ; ')[0]} \\\n{resten}"
