"""A county of eight youth as it stands just before something is done, and what is to be done: one command each."""

import json
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from deployments.program import main
from schemas.revisjon import Handling
from tasks import kanaler
from tasks.formater import find_format
from tasks.hjem import home
from tasks.revisjon import note
from tests.drap.sonde import LITE_BREV
from tests.tasks.conftest import RAD, Bygd, at, new_home, synthetic_number

UNGDOM = 6
LASTEDAG, BREVDAG, UDIRDAG = "2026-04-27T08:00", "2026-05-11T08:00", "2026-06-15T08:00"
LAST = ("run", "12", "--year", "2026", "--now", LASTEDAG)
BREV = ("run", "14", "--year", "2026", "--now", BREVDAG)
OVERFOR = ("run", "20", "--year", "2026", "--now", UDIRDAG)
FORSLAG, KOPI = "{forslag}", "{kopi}"


@dataclass(frozen=True)
class Gjoremaal:
    """Something a person or the calendar does: its words, what was done before it, and which command it is."""

    navn: str
    forst: tuple[tuple[str, ...], ...]
    kommando: tuple[str, ...]
    udelt: bool = False
    """Whether it is one transaction: refused, it has done nothing."""


GODKJENN = ("approve", FORSLAG, "--by", "Kari", "--now", BREVDAG)
GODKJENN_UDIR = ("approve", FORSLAG, "--by", "Kari", "--now", UDIRDAG)
GJOREMAAL = {
    "last": Gjoremaal("rad 12 laster", (), LAST, udelt=True),
    "brev": Gjoremaal("rad 14 foreslår brev", (), BREV, udelt=True),
    "godkjenn": Gjoremaal("et forslag godkjennes", (BREV,), GODKJENN, udelt=True),
    "send": Gjoremaal("godkjente brev sendes", (BREV, GODKJENN), ("send", "--now", BREVDAG)),
    "overfor": Gjoremaal("rad 20 foreslår overføring", (), OVERFOR, udelt=True),
    "udir": Gjoremaal("overføringen leveres", (OVERFOR, GODKJENN_UDIR), ("send", "--now", UDIRDAG)),
    "kopi": Gjoremaal("sikkerhetskopi tas", (LAST,), ("backup", KOPI)),
    "gjenopprett": Gjoremaal("sikkerhetskopi gjenopprettes", (LAST, ("backup", KOPI)), ("restore", KOPI)),
}


@dataclass(frozen=True)
class Svar:
    """What a command answered: its exit code and all it said."""

    utgang: int
    sagt: str

    @property
    def kode(self) -> str:
        """The code of the message, blank where there is none."""
        _, funnet, resten = self.sagt.rpartition("ÅH-")
        return f"ÅH-{resten[:4]}" if funnet else ""


def build(mappe: Path) -> None:
    """Make the county: its youth in the register, and one file in the inbox."""
    bygd = Bygd(new_home(mappe))
    for _ in range(UNGDOM):
        bygd.person()
    rader = [_row(nr, nr + 1) for nr in range(UNGDOM + 2)] + [RAD | {"fodselsnummer": "x"}]
    kolonner = find_format("vigo_ikkesokere").kolonner
    linjer = [[kolonne.overskrift for kolonne in kolonner]]
    linjer += [[(rad | {"vigokode": "OSON"}).get(kolonne.navn, "") for kolonne in kolonner] for rad in rader]
    bygd.hjem.innboks.mkdir(exist_ok=True)
    (bygd.hjem.innboks / "vigo_ikkesokere.csv").write_text("\n".join(map(";".join, linjer)) + "\n", "utf-8")
    with bygd.hjem.register.transaction("prøve") as con:
        # A county that has been in use has an anchored audit.
        note(con, at(LASTEDAG), "", Handling.INNSTILLINGER, "prøve")
    bygd.hjem.register.settle()


def _row(nr: int, lopenr: int) -> dict[str, str]:
    return RAD | {"fodselsnummer": synthetic_number("2007-03-14", lopenr), "fodselsdato": "14.03.2007", "nr": str(nr)}


def filled(ord_: Sequence[str], hjem: Path) -> list[str]:
    """Return the command's words with what only the home knows."""
    forslag = _proposal(hjem) if FORSLAG in ord_ else ""
    steder = {FORSLAG: forslag, KOPI: str(hjem.parent / "kopi.arshjul.tar")}
    return [steder.get(ett, ett) for ett in ord_]


def _proposal(hjem: Path) -> str:
    with home(hjem).register.transaction("prøve") as con:
        (svar,) = con.execute("SELECT forslag_id FROM forslag_naa ORDER BY forslag_id DESC LIMIT 1").fetchall()
    return str(svar[0])


def do(ord_: Sequence[str], hjem: Path, for_: Callable[[], object] = lambda: None) -> Svar:
    """Run a command as a process of its own, born from this one; ``for_`` is done in it first."""

    def command() -> tuple[int, str]:
        ut = StringIO()
        with light_letters(), redirect_stdout(ut), redirect_stderr(ut):
            ordene = filled(ord_, hjem)
            for_()
            return main(["--home", str(hjem), *ordene]), ut.getvalue()

    return Svar(*in_child(command))


def in_child(gjor: Callable[[], Any]) -> Any:
    """Do something in a process of its own and return its answer, which must be JSON; its death is an error here."""
    leser, skriver = os.pipe()
    if pid := os.fork():
        os.close(skriver)
        with os.fdopen(leser, "rb") as fil:
            sagt = fil.read().decode()
        utgang = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if utgang:
            raise AssertionError(f"barnet døde med {utgang}: {sagt}")
        return json.loads(sagt)
    os.close(leser)
    utgang = 1
    try:
        sagt = json.dumps(gjor())
        utgang = 0
    except BaseException:  # noqa: BLE001 the process ends here
        sagt = traceback.format_exc()
    finally:
        with os.fdopen(skriver, "wb") as fil:
            fil.write(sagt.encode())
        os._exit(utgang)


@contextmanager
def light_letters() -> Iterator[None]:
    """Letters are a few bytes, as long as this lasts."""
    ekte = kanaler.render_all
    kanaler.render_all = lambda brev, _: [LITE_BREV + en.referanse.encode() for en in brev]
    try:
        yield
    finally:
        kanaler.render_all = ekte
