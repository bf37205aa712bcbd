"""The rows of a year: window, deadlines, the days they run, and where the words and the calendar disagree."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tests.kalender.dager import DAG, days_off, each, earlier, has_53_weeks, is_open, later, monday, open_days, written
from tests.kalender.ordene import BYGGER_PAA, SAMME_INNLASTING, SKOLEFERIER, Lest, Maaneddag, Ord, read_words

UKE = timedelta(weeks=1)
VARSEL = UKE
KOLONNER = ("aar", "rad", "fra", "til", "frist", "andre_frist", "telledato", "forste_kjoring", "siste_kjoring",
            "kjoringer", "uenigheter")  # fmt: skip


@dataclass(frozen=True)
class Radaar:
    """One row in one year."""

    lest: Lest
    aar: int
    fra: date
    til: date
    frist: date | None
    andre: date | None
    telledato: date | None
    kjoringer: tuple[date, ...]

    @property
    def begynner(self) -> date:
        """The first day it runs."""
        return self.kjoringer[0]

    @property
    def arbeidsfrist(self) -> date | None:
        """The deadline of work: not the day that figures tell of, nor the row's own day."""
        return None if self.lest.ord in {Ord.PER, Ord.DAGEN} else self.frist

    def line(self, uenigheter: set[str]) -> list[str]:
        """Return it as a line of the table."""
        dager = (self.fra, self.til, self.frist, self.andre, self.telledato, self.kjoringer[0], self.kjoringer[-1])
        antall = str(len(self.kjoringer))
        return [str(self.aar), self.lest.rad, *map(written, dager), antall, " ".join(sorted(uenigheter))]


@cache
def year(aar: int) -> dict[int, Radaar]:
    """Return number → row, in the wheel's order."""
    return {lest.nr: _work_out(lest, aar) for lest in read_words()}


def lines(aar: int) -> list[list[str]]:
    """Return the year's part of the table."""
    return [rad.line(disagreements(rad)) for rad in year(aar).values()]


def _work_out(lest: Lest, aar: int) -> Radaar:
    frist, andre = _deadline(lest, aar), _on(aar, lest.andre_dag)
    fra, til = _window(lest, aar, frist)
    begynner = (open_days(fra, til) or [later(fra)])[0]
    kjoringer = _run_days(lest, begynner, til, [dag for dag in (frist, andre) if dag])
    return Radaar(lest, aar, fra, til, frist, andre, _on(aar, lest.telledag), kjoringer)


def _on(aar: int, dag: Maaneddag | None) -> date | None:
    return date(aar, *dag) if dag else None


def _deadline(lest: Lest, aar: int) -> date | None:
    dag = _on(aar, lest.dag)
    if dag is None:
        return None
    if lest.ord is Ord.FOER:
        return dag - DAG
    if lest.ord is Ord.SOKNAD:
        return dag + {5: 2, 6: 1}.get(dag.weekday(), 0) * DAG
    return later(dag) if lest.ord is Ord.DAGEN else dag


def _window(lest: Lest, aar: int, frist: date | None) -> tuple[date, date]:
    if lest.ord is Ord.DAGEN and frist:
        return frist, frist
    if lest.uker:
        return monday(aar, lest.uker[0]), date(aar, 12, 31) if lest.ut_aaret else monday(aar, lest.uker[-1]) + 6 * DAG
    siste = lest.overskrift[-1]
    return date(aar, lest.overskrift[0], 1), frist or date(aar, siste + 1, 1) - DAG


def _run_days(lest: Lest, begynner: date, til: date, frister: list[date]) -> tuple[date, ...]:
    if not lest.rytme:
        return (begynner,)
    slutt = max([til, *frister]) + lest.etter * DAG
    dager = {later(dag) for dag in each(begynner, slutt) if (dag - begynner).days % (7 * lest.rytme) == 0}
    for frist in frister or [slutt]:
        dager |= {earlier(frist - VARSEL), later(frist + DAG)}
    return tuple(sorted(dag for dag in dager if dag >= begynner))


def disagreements(rad: Radaar) -> set[str]:
    """Return the codes of what is wrong with the row that year."""
    return {kode for kode, gjelder in {**_of_counting(rad), **_of_deadline(rad), **_of_window(rad)}.items() if gjelder}


def _of_counting(rad: Radaar) -> dict[str, bool]:
    dag = rad.telledato
    if rad.lest.ord is not Ord.PER or dag is None:
        return {}
    forbereder = year(rad.aar)[BYGGER_PAA[rad.lest.nr]]
    uken_foer = dag - UKE
    utenfor = not rad.fra <= uken_foer <= rad.til
    i_forberedelsen = forbereder.fra <= uken_foer <= forbereder.til
    return {
        "uke_etter_telledato": dag < rad.fra,
        "uke_foer_telledato": rad.til < dag,
        "fredag_foer_telledato": rad.fra <= dag <= rad.til and not open_days(dag, rad.til),
        "en_uke_foer_i_forberedelsen": utenfor and i_forberedelsen,
        "en_uke_foer_utenfor_ukene": utenfor and not i_forberedelsen,
    }


def _of_deadline(rad: Radaar) -> dict[str, bool]:
    frist, nevnt = rad.arbeidsfrist, _on(rad.aar, rad.lest.dag)
    alle = open_days(rad.fra, rad.til)
    igjen = [dag for dag in alle if frist and dag <= frist]
    return {
        "frist_foer_uken": frist is not None and rad.begynner > frist,
        "frist_i_uken": frist is not None and bool(rad.lest.uker) and 0 < len(igjen) < len(alle),
        "frist_paa_fridag": any(dag and not is_open(dag) for dag in (frist, rad.andre)),
        "soknadsfrist_flyttet": rad.lest.ord is Ord.SOKNAD and rad.frist != nevnt,
        "dato_flyttet": rad.lest.ord is Ord.DAGEN and rad.frist != nevnt,
    }


def _of_window(rad: Radaar) -> dict[str, bool]:
    lest = rad.lest
    grunnlag = year(rad.aar).get(BYGGER_PAA.get(lest.nr, 0))
    en_uke = len(lest.uker) == 1 and not lest.ut_aaret
    hverdager = [dag for dag in each(rad.fra, rad.til) if dag.weekday() < 5]
    return {
        "foer_raden_den_bygger_paa": grunnlag is not None and rad.begynner < grunnlag.begynner,
        "lastes_to_ganger": lest.nr in SAMME_INNLASTING,
        "helligdager_i_uken": en_uke and any(dag in days_off(dag.year) for dag in hverdager),
        "annen_maaned": bool(lest.maaneder) and not lest.maaneder[0] <= rad.begynner.month <= lest.maaneder[-1],
        "skoleferie": en_uke and lest.uker[0] in SKOLEFERIER,
        "aar_eller_skoleaar": lest.ut_aaret and lest.hele_skoleaaret,
        "uke_53": has_53_weeks(rad.aar) and rad.til >= monday(rad.aar, 53),
    }
