"""Playing a year: files arrive, rows run on their dates, proposals are approved and sent, letters answered or not.

Udir's receipts come too: what it refuses is corrected, and the row runs again.

Everything happens in order on one line of events with the demo's own clock; the register sees nothing else.
"""

import heapq
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from deployments.demo import Demo, answers, arkiv, udir, write_answers
from deployments.demo.raadgivere import answering, fill_in_lists
from deployments.motparter import Motparter
from deployments.rader import built_rows, run_row, service_flow
from schemas.arshjul import Rad
from schemas.iverksetting import Iverksettingsvalg
from schemas.kjoring import Kjoreresultat, Kjorevalg
from schemas.kvittering import Kvitteringsvalg
from schemas.rettelser import Rettelsesvalg
from tasks import forslag, udirpakker, visninger
from tasks.arkivmelding import MELDING
from tasks.arshjul import row_dates
from tasks.filer import make_folder, write_file
from tasks.hjem import Hjem
from tasks.hjul.spilling import set_played
from tasks.kalender import run_time, working_day_on_or_after
from tasks.sider import are_served

POSTTID = timedelta(hours=-2)
GODKJENNINGSTID = timedelta(hours=2)
SENDETID = timedelta(hours=3)
KVITTERINGSTID = timedelta(days=3)
SVARTID = timedelta(days=10)
LISTETID = timedelta(hours=6)
DEMOADMINISTRATOR = "demoadministrator"
BREVFLYTER = ("brev", "purrebrev")


@dataclass
class Avspilling:
    """A year being played in a home. ``ved_rad`` is called with each row's result when the row is through."""

    hjem: Hjem
    demo: Demo
    plain: bool
    til: date | None = None
    ved_rad: Callable[[Kjoreresultat], None] = lambda _: None
    motparter: Motparter | None = None
    resultater: dict[str, Kjoreresultat] = field(default_factory=dict)
    _fortalt: set[str | None] = field(default_factory=set)
    _ko: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _nummer: Iterator[int] = field(default_factory=count)

    def play(self) -> list[Kjoreresultat]:
        """Play the year and return one result a row, its last run's, as the register shows them at the end."""
        self.plan()
        with engine(plain=self.plain), self._shown():
            while self._ko:
                tid, _, hendelse = heapq.heappop(self._ko)
                if self.til is None or tid.date() <= self.til:
                    self._set_clock(tid)
                    hendelse(tid)
        for resultat in self.resultater.values():
            self._tell(resultat)
        i_rekkefolge = sorted(self.resultater.values(), key=lambda resultat: resultat.rad)
        return [self._final(resultat) for resultat in i_rekkefolge]

    def plan(self) -> None:
        """Put on the line what is known beforehand: the post, the rows' dates, and when the advisers answer."""
        for mappe in sorted((self.hjem.mappe / "demo" / "post").iterdir()):
            self._at(run_time(date.fromisoformat(mappe.name)) + POSTTID, self._mail(mappe))
        for rad in built_rows():
            datoer = row_dates(rad, self.demo.aar, self.hjem.radvalg)
            dager = [dag for dag in datoer.kjoredatoer if dag.year == self.demo.aar]
            for dag in dager:
                self._at(run_time(dag), self._row(rad, er_siste=dag == dager[-1]))
                if rad.rytme_uker and dag in answering(datoer):
                    self._at(run_time(dag) + LISTETID, self._advisers)

    def _at(self, tid: datetime, hendelse: Callable[[datetime], None]) -> None:
        heapq.heappush(self._ko, (tid, next(self._nummer), hendelse))

    def _run_time(self, rad: Rad) -> datetime:
        return run_time(row_dates(rad, self.demo.aar, self.hjem.radvalg).kjoredato)

    def _advisers(self, tid: datetime) -> None:
        """Let the advisers fill in their lists, which lie in the inbox at the next run."""
        fill_in_lists(self.hjem, self.demo, tid)

    def _mail(self, mappe: Path) -> Callable[[datetime], None]:
        def arrive(_: datetime) -> None:
            for sti in sorted(mappe.iterdir()):
                shutil.copy(sti, make_folder(self.hjem.innboks))

        return arrive

    def _row(self, rad: Rad, *, er_siste: bool = True) -> Callable[[datetime], None]:
        def run(tid: datetime) -> None:
            resultat = run_row(rad, Kjorevalg(rad=rad.rad, aar=self.demo.aar, naa=tid), plain=self.plain)
            self.resultater[rad.rad] = resultat
            if resultat.forslag_id:
                self._at(tid + GODKJENNINGSTID, self._approve(resultat.forslag_id))
                self._at(tid + SENDETID, self._send(rad, resultat, er_siste=er_siste))
            elif er_siste:
                self._tell(resultat)

        return run

    def _approve(self, forslag_id: str) -> Callable[[datetime], None]:
        def approve(tid: datetime) -> None:
            forslag.approve(self.hjem, forslag_id, DEMOADMINISTRATOR, tid)

        return approve

    def _send(self, rad: Rad, resultat: Kjoreresultat, *, er_siste: bool) -> Callable[[datetime], None]:
        def send(tid: datetime) -> None:
            flyt = service_flow("iverksett")
            valg = Iverksettingsvalg(forslag_id=resultat.forslag_id or "", naa=tid)
            flyt.fn(valg) if self.plain else flyt(valg)
            if rad.flyt in BREVFLYTER:
                self._at(tid + KVITTERINGSTID, self._receipts)
                self._at(self._answer_time(rad, tid), self._answer(rad, tid.date()))
            self._archived(resultat, tid)
            if rad.flyt == "overforing":
                self._hand_to_udir(rad, resultat, tid)
            elif er_siste:
                self._tell(resultat)

        return send

    def _archived(self, resultat: Kjoreresultat, sendt: datetime) -> None:
        """Let the archive's receipts come for the documents that were handed to it."""
        meldinger = sorted(self.hjem.utboks.glob(f"arkiv/*/{resultat.forslag_id}-*/{MELDING}"))
        hentes = run_time(working_day_on_or_after(sendt.date() + timedelta(days=1)))
        for navn, innhold in arkiv.receipts(meldinger).items():
            self._at(hentes + POSTTID, self._file(navn, innhold))
        if meldinger:
            self._at(hentes + POSTTID, self._receipts)

    def _hand_to_udir(self, rad: Rad, resultat: Kjoreresultat, sendt: datetime) -> None:
        """Let Udir's receipts come, and what it refuses be corrected and sent again."""
        with self.hjem.register.transaction("pakken i demoen") as con:
            pakke = udirpakker.with_udir(con, rad.rad, self.demo.aar)[-1]
        for kvittering in udir.receipts(pakke, sendt):
            self._at(kvittering.tid + POSTTID, self._file(kvittering.fil, kvittering.innhold))
            self._at(kvittering.tid, self._receipts)
        self._at(kvittering.tid, lambda _: self._tell(resultat))
        if udir.refused_line(pakke):
            rettes = run_time(working_day_on_or_after(kvittering.tid.date() + timedelta(days=1)))
            innhold = udir.correction(pakke, DEMOADMINISTRATOR, rettes.date())
            self._at(rettes + POSTTID, self._file(f"rettelser_{rettes:%Y-%m-%d}.csv", innhold))
            self._at(rettes, self._corrections)
            self._at(rettes, self._row(rad))

    def _file(self, navn: str, innhold: bytes) -> Callable[[datetime], None]:
        def arrive(_: datetime) -> None:
            write_file(self.hjem.innboks / navn, innhold)

        return arrive

    def _corrections(self, tid: datetime) -> None:
        flyt, valg = service_flow("rettelser"), Rettelsesvalg(naa=tid)
        flyt.fn(valg) if self.plain else flyt(valg)

    def _tell(self, resultat: Kjoreresultat) -> None:
        """Tell of a run when it is through, once."""
        if resultat.kjoring_id not in self._fortalt:
            self._fortalt.add(resultat.kjoring_id)
            self.ved_rad(self._final(resultat))

    def _receipts(self, tid: datetime) -> None:
        flyt, valg = service_flow("kvitteringer"), Kvitteringsvalg(naa=tid)
        flyt.fn(valg) if self.plain else flyt(valg)

    def _set_clock(self, tid: datetime) -> None:
        """Let it be the same time with the counterparts and on the pages, where there are any."""
        if self.motparter:
            self.motparter.set_clock(tid)
        if are_served():
            set_played(self.hjem, tid)

    @contextmanager
    def _shown(self) -> Iterator[None]:
        try:
            yield
        finally:
            if are_served():
                set_played(self.hjem, None)

    def _answer_time(self, rad: Rad, sendt: datetime) -> datetime:
        """Return when the answers' file comes: the morning of the reminder, else some days after."""
        purring = [annen for annen in built_rows() if annen.parametre.get("brevrad") == rad.rad]
        return self._run_time(purring[0]) + POSTTID if purring else sendt + SVARTID

    def _answer(self, rad: Rad, sendt: date) -> Callable[[datetime], None]:
        def arrive(tid: datetime) -> None:
            with self.hjem.register.transaction("svarene i demoen") as con:
                brev = con.execute(
                    "SELECT token, person_id FROM utsending_naa WHERE rad = ? AND mottaker = 'ungdom' AND token <> ''"
                    " ORDER BY person_id",
                    [rad.rad],
                ).fetchall()
            sti = make_folder(self.hjem.innboks) / f"questback_svar_{tid:%Y-%m-%d}.csv"
            write_answers(
                sti, answers(brev, self.demo, rad.rad), (sendt + timedelta(days=1), tid.date() - timedelta(days=1))
            )

        return arrive

    def _final(self, resultat: Kjoreresultat) -> Kjoreresultat:
        """Return the row's result as the register has it now: sent and done, or what came of it."""
        kjoringer = visninger.show(self.hjem, "kjoringer").set_index("kjoring_id")
        naa = kjoringer.loc[resultat.kjoring_id]
        return resultat.model_copy(update={"utfall": naa["utfall"], "sendt": int(naa["sendt"])})


@contextmanager
def engine(*, plain: bool) -> Iterator[None]:
    """Run flows without the heartbeat that finds dead runs: here the engine's own process is the one that waits."""
    with nullcontext() if plain else temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
