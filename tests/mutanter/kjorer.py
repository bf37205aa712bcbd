"""A test session that judges errors instead of reporting tests: which tests run which lines, and who notices what.

The tests are loaded and what they share is made once. Each error is put into a fork of that process, which runs the
tests that reach the error, its own module's first and then the quickest, until one fails.
"""

import os
import pickle
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest
from coverage import Coverage
from hypothesis import Phase, settings

from tasks.filer import ROT
from tests.mutanter.bytte import Levende, Ugyldig, forget_answers, live_functions, put_in
from tests.mutanter.operatorer import Mutant

BUDSJETT: Final = 60.0
"""Seconds of tests that an error is worth; at least one test is always run."""
MINST: Final = 15.0
GANGER: Final = 6.0
"""How much longer than without the error the tests may take, in seconds and times, before they are called endless."""
VEGGTID: Final = 6
"""How many times more by the wall clock, on a machine that has other things to do."""
LENGST_VENT: Final = 600


class Utfall(StrEnum):
    """What became of an error."""

    DREPT = "drept"
    TID = "tidsavbrudd"
    OVERLEVDE = "overlevde"
    UGYLDIG = "ugyldig"


@dataclass(frozen=True)
class Dom:
    """What became of one error, and the test that noticed; ``prover`` is how many reach it."""

    mutant: str
    utfall: Utfall
    prove: str = ""
    prover: int = 0


@dataclass
class Kart:
    """Which tests run which lines, and how many seconds of processor each test takes."""

    linjer: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    sekunder: dict[str, float] = field(default_factory=dict)

    def reaching(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach an error: those that run its lines, else its function, else its module.

        A constant is run by none of them. The tests of the error's own module come first, then the quickest.
        """
        egen = f"test_{mutant.modul.rpartition('.')[2]}.py::"
        fil = self.linjer.get(mutant.modul, {})
        for linjer in (mutant.linjer, mutant.funksjonslinjer, fil.keys()) if mutant.funksjon else (fil.keys(),):
            if funnet := {prove for linje in linjer for prove in fil.get(linje, ())}:
                return sorted(funnet, key=lambda prove: (egen not in prove, self.sekunder.get(prove, 0.0), prove))
        return []


class Dommer:
    """The plugin: the loop that judges. ``faste`` are errors with the one test that shall notice each."""

    def __init__(self, mutanter: Sequence[Mutant], kart: Kart | None, faste: dict[str, str] | None = None) -> None:
        self.mutanter, self.kart, self.faste = mutanter, kart, faste
        self.dommer: list[Dom] = []
        self.roed: list[str] = []
        """Tests that fail without any error."""
        self.feilet = ""
        self.tidsbruk = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.feilet:
            self.feilet = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.alle = {item.nodeid: item for item in session.items}
        self._warmed(session)
        if self.faste is None and self.kart is None:
            self.kart = self._mapped(session)
        levende = live_functions({str(sys.modules[en.modul].__file__) for en in self.mutanter})
        for nummer, mutant in enumerate(self.mutanter, start=1):
            prover = self._chosen(mutant)
            dom = self._judged(session, mutant, prover, levende) if prover else Dom(mutant.navn, Utfall.OVERLEVDE)
            self.dommer.append(dom)
            if sys.stderr.isatty() or nummer % 25 == 0:
                sys.__stderr__.write(f"{nummer}/{len(self.mutanter)} {dom.utfall}\n")
        return True

    def _run(self, session: pytest.Session, prover: Sequence[str]) -> Iterator[str]:
        """Run tests, giving each as it is done; what a session shares stays made."""
        for nummer, prove in enumerate(prover):
            item = self.alle[prove]
            neste: Any = self.alle[prover[nummer + 1]] if nummer + 1 < len(prover) else session
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=neste)
            yield prove

    def _mapped(self, session: pytest.Session) -> Kart:
        """Return the map, made in a fork: what tests start (typst's threads) cannot be taken over by the next forks."""
        with tempfile.NamedTemporaryFile(prefix="kart-") as fil:
            if barn := _fork():
                os.waitpid(barn, 0)
                kart, self.roed = pickle.loads(Path(fil.name).read_bytes())
                assert isinstance(kart, Kart)
                return kart
            try:
                Path(fil.name).write_bytes(pickle.dumps((self._covered(session), self.roed)))
            finally:
                os._exit(0)

    def _covered(self, session: pytest.Session) -> Kart:
        """Run every test once, and return which lines each has run."""
        kart = Kart()
        dekning = Coverage(data_file=None, include=[str(ROT / "tasks" / "**"), str(ROT / "tests" / "mutanter" / "*")])
        dekning.start()
        for prove in self.alle:
            forget_answers()
            dekning.switch_context(prove)
            start = time.process_time()
            list(self._run(session, [prove]))
            kart.sekunder[prove] = time.process_time() - start
            if self.feilet:
                self.roed.append(prove)
                self.feilet = ""
        dekning.stop()
        data = dekning.get_data()
        for fil in data.measured_files():
            modul = ".".join(Path(fil).relative_to(ROT).with_suffix("").parts)
            kart.linjer[modul] = {
                linje: set(hvem) - {"", *self.roed} for linje, hvem in data.contexts_by_lineno(fil).items()
            }
        return kart

    def _warmed(self, session: pytest.Session) -> None:
        """Make what our tests share in a session; nothing that a single test needs, and no test is run."""
        gjort: set[str] = set()
        for item in session.items:
            assert isinstance(item, pytest.Function)
            delt = {
                navn
                for navn, hvem in item._fixtureinfo.name2fixturedefs.items()
                if hvem[-1].scope == "session" and hvem[-1].baseid.startswith("tests")
            }
            if delt - gjort:
                gjort |= delt
                alle, item.fixturenames = item.fixturenames, sorted(delt)
                session._setupstate.setup(item)
                session._setupstate.teardown_exact(session)
                item.fixturenames = alle

    def _chosen(self, mutant: Mutant) -> list[str]:
        if self.faste is not None:
            return [prove for prove in [self.faste.get(mutant.navn)] if prove in self.alle]
        assert self.kart is not None
        valgt, brukt = [], 0.0
        for prove in self.kart.reaching(mutant):
            brukt += self.kart.sekunder.get(prove, 0.0)
            if valgt and brukt > BUDSJETT:
                break
            if prove in self.alle:
                valgt.append(prove)
        return valgt

    def _judged(self, session: pytest.Session, mutant: Mutant, prover: list[str], levende: Levende) -> Dom:
        """Let a fork have the error and run the tests."""
        sekunder = self.kart.sekunder if self.kart else {}
        grense = MINST + GANGER * sum(sekunder.get(prove, 1.0) for prove in prover)
        les, skriv = os.pipe()
        mappe = Path(tempfile.mkdtemp(prefix="mutant-"))
        barn = _fork()
        if not barn:
            os.close(les)
            self._live_with(session, mutant, prover, levende, skriv, mappe, grense)
        os.close(skriv)
        svar = _answer(barn, les, min(VEGGTID * grense, LENGST_VENT))
        shutil.rmtree(mappe, ignore_errors=True)
        if svar is None:
            return Dom(mutant.navn, Utfall.TID, "", len(prover))
        utfall, _, prove = svar.partition(" ")
        return Dom(mutant.navn, Utfall(utfall), prove, len(prover))

    def _live_with(
        self,
        session: pytest.Session,
        mutant: Mutant,
        prover: list[str],
        levende: Levende,
        skriv: int,
        mappe: Path,
        grense: float,
    ) -> None:
        """In the fork: never returns."""
        svar = Utfall.OVERLEVDE.value
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(grense), int(grense) + 1))
            session.config._tmp_path_factory._basetemp = mappe  # type: ignore[attr-defined]
            put_in(mutant, levende)
            for prove in self._run(session, prover):
                if self.feilet:
                    svar = f"{Utfall.DREPT.value} {prove}"
                    break
        except Ugyldig:
            svar = Utfall.UGYLDIG.value
        except BaseException:  # noqa: BLE001  whatever comes out of an error in the code is noticed
            svar = f"{Utfall.DREPT.value} {prover[0]}"
        os.write(skriv, svar.encode())
        os._exit(0)


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of threads; none of ours are at work
        return os.fork()


def _answer(barn: int, les: int, vent: float) -> str | None:
    """Return what the fork says; None where it says nothing in time, or is stopped for its use of the processor."""
    with os.fdopen(les, "rb") as ror:
        kom = select.select([ror], [], [], vent)[0]
        svar = os.read(ror.fileno(), 10_000).decode() if kom else ""
    try:
        os.killpg(barn, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(barn, signal.SIGKILL)
    _, status = os.waitpid(barn, 0)
    if not svar and os.WIFSIGNALED(status) and os.WTERMSIG(status) not in (signal.SIGKILL, signal.SIGXCPU):
        return Utfall.DREPT.value + " "
    return svar or None


@contextmanager
def _own_place() -> Iterator[None]:
    """The session's own temporary files, away from any other session's, and none of what xdist told us."""
    with tempfile.TemporaryDirectory(prefix="mutanter-") as mappe, pytest.MonkeyPatch.context() as lapp:
        for navn in [navn for navn in os.environ if navn.startswith("PYTEST_")]:
            lapp.delenv(navn)
        lapp.setenv("TMPDIR", mappe)
        lapp.setenv("HYPOTHESIS_STORAGE_DIRECTORY", f"{mappe}/hypothesis")
        lapp.setattr(tempfile, "tempdir", mappe)
        yield


def judge(
    mutanter: Sequence[Mutant], prover: Sequence[str], kart: Kart | None = None, faste: dict[str, str] | None = None
) -> Dommer:
    """Judge errors by the tests in ``prover`` (files, or single tests), and return the judge with what was seen."""
    settings.register_profile(
        "mutanter", phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False, deadline=None
    )
    settings.load_profile("mutanter")
    dommer = Dommer(mutanter, kart, faste)
    with _own_place():
        pytest.main(
            ["-q", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning", f"--rootdir={ROT}", *prover],
            plugins=[dommer],
        )
    return dommer
