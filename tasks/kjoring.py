"""A run from start to end: which row, year and day; one transaction; its generation and its counts.

Everything a run writes in the register is one transaction: a run that is refused, fails or is killed has written
nothing. A dry run does all the same work and rolls it back.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from schemas.arshjul import Rad, Raddatoer
from schemas.kjoring import GODTA, TELLINGER, Kjoreresultat, Kjorevalg, Side, Tabell
from schemas.verdier import Utfall
from tasks import klokke
from tasks.arshjul import find_row, read_wheel, row_dates, year_of
from tasks.disk import reason, refusal
from tasks.feil import BrukerFeil, messages
from tasks.forsinkelse import is_late, rule_text
from tasks.hjem import INNSTILLINGER, Hjem, home
from tasks.hjemvern import least_generation, refuse_quarantined
from tasks.hjul import stopp
from tasks.kalender import school_year
from tasks.register import historikk
from tasks.revisjon import note_run
from tasks.sider import path_of
from tasks.steg import calendar_time, flow_run_id, is_by_hand, planned_time

STILT_TILBAKE: Final = timedelta(hours=2)
"""A clock set back by no more than this is set right; by more, it was wrong, and what it said is not followed."""
RAPPORTER: Final = ("ajourhold", "forberede_overforing", "overforing")
"""The flows that can tell how it stood at an earlier moment; the others change what is so now."""


@dataclass
class Tall:
    """What a run has counted so far; see ``Kjoreresultat``."""

    inn: int = 0
    lastet: int = 0
    nye: int = 0
    uendret: int = 0
    borte: int = 0
    karantene: int = 0
    foreslaatt: int = 0
    oppgaver: int = 0
    avvik: int = 0


class Kjoring:
    """One run under way: its row, dates, clock, open transaction and counts. Opaque to Prefect on purpose."""

    def __init__(self, valg: Kjorevalg, hjem: Hjem, datoer: Raddatoer, naa: datetime) -> None:
        """Take what was asked for and what the calendar says.

        ``per_dato`` is the day the run looks at: a transfer's counting date, today in a row that goes on for a while
        (its last day when it is over), else the row's day. ``gyldig_fra`` is the day from which what it loads holds:
        the row's day however late the run, today when it is early.
        """
        self.hjem = hjem
        self.datoer = datoer
        self.naa = naa
        self.bare_vis = valg.endrer_ingenting
        self.godta = valg.godta
        self.av = valg.av.strip()
        self.kjent_tid = valg.kjent_tid
        self.tid_er_naa = valg.naa is None
        i_dag = klokke.local_date(naa)
        radens_dag = min(i_dag, datoer.sesongslutt) if datoer.rad.rytme_uker else datoer.kjoredato
        self.per_dato: date = valg.per_dato or datoer.telledato or radens_dag
        kjoredag = max((dag for dag in datoer.kjoredatoer if dag <= i_dag), default=datoer.kjoredato)
        self.gyldig_fra: date = valg.per_dato or min(kjoredag, i_dag)
        self.varighet = klokke.stopwatch(lopende=valg.naa is None)
        self.generasjon = 0
        self.forrige: dict[str, int] = {}
        self.tall = Tall()
        self.endrede_felt: Counter[str] = Counter()
        self.nytt_nummer = 0
        self.merknader: list[str] = []
        self.tabeller: list[Tabell] = []
        self.sider: list[Side] = []
        self.for_slutt: dict[str, Callable[[], object]] = {}
        self.etterpaa: list[Callable[[], object]] = []
        self.leste_filer: list[Path] = []
        self.forslag_id: str | None = None
        self.sha256: str | None = None
        self._con: duckdb.DuckDBPyConnection | None = None

    @property
    def rad(self) -> Rad:
        """The row of the wheel."""
        return self.datoer.rad

    @property
    def aar(self) -> int:
        """The wheel's year."""
        return self.datoer.aar

    @property
    def skoleaar(self) -> str:
        """The school year that starts in the wheel's year, as Vigo writes it: 20262027."""
        return school_year(self.aar)

    @property
    def siste_dag(self) -> date:
        """The last day that the run knows of: today, or the day its facts hold from where that is later."""
        return max(self.gyldig_fra, klokke.local_date(self.naa))

    @property
    def kjoring_id(self) -> str:
        """Year, row and generation: 2026-12-1."""
        return f"{self.aar}-{self.rad.nr:02d}-{self.generasjon}"

    @property
    def registrert_tid(self) -> datetime:
        """The time of what this run learns, as the register stores it."""
        return klokke.to_utc(self.naa)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The open transaction."""
        if self._con is None:
            raise RuntimeError("kjøringen har ingen åpen transaksjon")
        return self._con

    def note(self, kode: str, **deler: object) -> None:
        """Tell in the run's answer something that a person should know and nobody need settle."""
        tekst, gjor = messages()[kode]
        self.merknader.append(f"{tekst} {gjor}".format(**deler))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self.hjem.register.transaction(f"rad {self.rad.rad} for {self.aar}") as con:
                self._con = con
                yield
                if self.bare_vis:
                    raise _Angre
        except _Angre:
            return
        finally:
            self._con = None

    def result(self) -> Kjoreresultat:
        """Return the run's answer. A dry run has no id: it has left no trace."""
        return Kjoreresultat(
            kjoring_id=None if self.bare_vis else self.kjoring_id,
            rad=self.rad.rad,
            aar=self.aar,
            generasjon=self.generasjon,
            per_dato=self.per_dato,
            utfall=self._outcome(),
            forslag_id=self.forslag_id,
            sha256=self.sha256,
            forrige=self.forrige,
            forskjell=dict(sorted(self.endrede_felt.items())),
            merknader=self.merknader,
            tabeller=self.tabeller,
            sider=self.sider,
            **vars(self.tall),
        )

    def _outcome(self) -> Utfall:
        return Utfall.VENTER_GODKJENNING if self.forslag_id else Utfall.FERDIG


class _Angre(Exception):
    """Rolls a dry run back."""


@contextmanager
def run(valg: Kjorevalg) -> Iterator[Kjoring]:
    """Open a run of a row, give it its generation, write its outcome, and clear the inbox of what was read.

    ``for_slutt`` is done last in the transaction, each thing once however many ask for it. ``etterpaa`` is done when
    the run is committed: files that are made from the register, and can be made again.
    BrukerFeil ÅH-2407 where the disk says no; the run stands.
    """
    kjoring = open_run(valg)
    try:
        with kjoring._transaction():  # noqa: SLF001 the two make one thing
            if not (kjoring.bare_vis or kjoring.kjent_tid):
                refuse_quarantined(kjoring.con, kjoring.hjem.mappe)
            kjoring.naa = _not_before_the_last(kjoring)
            kjoring.forrige = _last_generation(kjoring)
            _tell_late(kjoring)
            kjoring.generasjon = max(kjoring.forrige.pop("generasjon", 0) + 1, least_generation(kjoring.con))
            yield kjoring
            for gjor in kjoring.for_slutt.values():
                gjor()
            _show_set_aside(kjoring)
            _remember(kjoring)
    except Exception as feil:
        _tell_stop(kjoring, refusal(feil, kjoring.hjem.mappe) or feil)
        raise
    if not kjoring.bare_vis:
        _tidy(kjoring)


def _not_before_the_last(kjoring: Kjoring) -> datetime:
    """Return the run's time; the last run's where the clock has been set back since: what is learned later is later."""
    siste = kjoring.con.execute("SELECT max(ferdig_tid) FROM kjoring").fetchall()[0][0]
    if not kjoring.tid_er_naa or siste is None:
        return kjoring.naa
    naa = klokke.to_utc(kjoring.naa)  # compared so: an hour in October comes twice
    return klokke.from_utc(siste) if naa < siste <= naa + STILT_TILBAKE else kjoring.naa


def _last_generation(kjoring: Kjoring) -> dict[str, int]:
    """Return the number and the counts of the row's last run that year; empty where it has not been run."""
    funnet = kjoring.con.execute(
        f"SELECT generasjon, {', '.join(TELLINGER)} FROM kjoring WHERE rad = ? AND aar = ?"  # noqa: S608 our own names
        " ORDER BY generasjon DESC LIMIT 1",
        [kjoring.rad.rad, kjoring.aar],
    ).fetchone()
    return dict(zip(["generasjon", *TELLINGER], funnet, strict=True)) if funnet else {}


def _tell_late(kjoring: Kjoring) -> None:
    """Say of a run that the calendar planned that it comes late, and of a transfer which day it still tells of."""
    planlagt = calendar_time()
    if planlagt is None or not is_late(planlagt, kjoring.naa):
        return
    dager = {"dato": f"{klokke.local_date(planlagt):%d.%m.%Y}", "naa": f"{klokke.local_date(kjoring.naa):%d.%m.%Y}"}
    if kjoring.rad.flyt == "overforing" and kjoring.datoer.telledato:
        kjoring.note("ÅH-3155", telledato=f"{kjoring.datoer.telledato:%d.%m.%Y}", **dager)
    else:
        kjoring.note("ÅH-3154", regel=rule_text(kjoring.rad), **dager)


def _show_set_aside(kjoring: Kjoring) -> None:
    """Add a table of why the row's rows are set aside, as long as any are."""
    rader = kjoring.con.execute(
        "SELECT kode, kolonne, count(*) AS antall FROM karantene WHERE rad = ? AND aar = ? AND tilstand = 'åpen'"
        " GROUP BY ALL ORDER BY antall DESC, kode, kolonne",
        [kjoring.rad.rad, kjoring.aar],
    ).fetchall()
    if rader:
        hva = [(kode, messages()[kode][0], kolonne, antall) for kode, kolonne, antall in rader]
        kjoring.tabeller.append(Tabell(tittel="Satt til side", hoder=("Kode", "Hva", "Kolonne", "Antall"), rader=hva))


def _tell_stop(kjoring: Kjoring, feil: Exception) -> None:
    """Remember that the run came to nothing; one that would only have shown something leaves no trace."""
    if not kjoring.bare_vis and not kjoring.kjent_tid:
        tid = kjoring.naa + kjoring.varighet()
        stopp.remember(kjoring.hjem, stopp.of_error(kjoring.rad.rad, kjoring.aar, tid, feil, flow_run_id()))


def _tidy(kjoring: Kjoring) -> None:
    try:
        for sti in kjoring.leste_filer:
            sti.unlink(missing_ok=True)
        for gjor in kjoring.etterpaa:
            gjor()
    except (OSError, duckdb.Error, BrukerFeil) as feil:
        # The register itself is opened again here, and its log may be written into it.
        if not (hva := reason(feil)):
            raise
    else:
        return
    raise BrukerFeil("ÅH-2407", kjoring=kjoring.kjoring_id, hva=hva)


def open_run(valg: Kjorevalg) -> Kjoring:
    """Resolve row, year, dates and time.

    Raises BrukerFeil ÅH-1201 (row), ÅH-1203 (year), ÅH-1204 (skipped this year), ÅH-1214 (cannot tell how it stood),
    ÅH-1215 (another year than the one it is planned for, without saying so), ÅH-1216 (no delivery to accept).
    """
    hjem = home()
    naa = valg.naa or klokke.now()
    rad = find_row(valg.rad)
    if valg.kjent_tid and rad.flyt not in RAPPORTER:
        nummer = [str(annen.nr) for annen in read_wheel() if annen.flyt in RAPPORTER]
        raise BrukerFeil("ÅH-1214", rad=rad.rad, rader=", ".join(nummer))
    i_aar = year_of(rad, klokke.local_date(calendar_time() or valg.naa or planned_time() or naa), hjem.radvalg)
    aar = valg.aar or i_aar
    if aar != i_aar and is_by_hand() and not valg.annet_aar:
        raise BrukerFeil("ÅH-1215", aar=aar, i_aar=i_aar)
    datoer = row_dates(rad, aar, hjem.radvalg)
    if datoer.valg is not None and datoer.valg.hopp_over:
        raise BrukerFeil("ÅH-1204", rad=rad.rad, aar=datoer.aar)
    if valg.gjor == GODTA:
        valg = valg.model_copy(update={"godta": _stopped_delivery(hjem, rad, aar)})
    return Kjoring(valg, hjem, datoer, naa)


def _stopped_delivery(hjem: Hjem, rad: Rad, aar: int) -> str:
    """Return the code of the delivery that stopped the row's last run: it accepts those files and no others."""
    with hjem.register.transaction(f"leveransen til rad {rad.rad} som ble stoppet") as con:
        koder = [ett.godta for ett in stopp.unmended(con) if (ett.rad, ett.aar) == (rad.rad, aar) and ett.godta]
    if not koder:
        raise BrukerFeil("ÅH-1216", rad=rad.rad, aar=aar)
    return koder[0]


def _remember(kjoring: Kjoring) -> None:
    tall, svar = kjoring.tall, kjoring.result()
    ferdig_tid = kjoring.registrert_tid + kjoring.varighet()
    kjoring.con.execute(
        "INSERT INTO kjoring VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            kjoring.kjoring_id, kjoring.rad.rad, kjoring.aar, kjoring.generasjon, kjoring.per_dato,
            svar.utfall, tall.inn, tall.lastet, tall.uendret, tall.borte, tall.karantene,
            tall.foreslaatt, tall.oppgaver, tall.avvik, kjoring.registrert_tid,
            ferdig_tid, tall.nye,
        ],
    )  # fmt: skip
    stopp.not_after(kjoring.con, kjoring.rad.rad, kjoring.aar, ferdig_tid)
    sider = [side.model_copy(update={"adresse": path_of(side.adresse)}) for side in svar.sider]
    lagret = svar.model_copy(update={"sider": sider}).model_dump_json()
    kjoring.con.execute("INSERT INTO kjoringssvar VALUES (?, ?, ?)", [kjoring.kjoring_id, lagret, flow_run_id()])
    note_run(kjoring.con, kjoring.naa, kjoring.av, kjoring.kjoring_id, kjoring.hjem.mappe / INNSTILLINGER, vars(tall))
    historikk.remember(kjoring.con, ferdig_tid)
