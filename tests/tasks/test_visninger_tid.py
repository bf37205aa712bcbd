"""``show --as-of`` and ``--known-at``: every view tells what it told then, whatever has happened since."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.angring import Angrevalg
from tasks import visninger
from tasks.angring import undo
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.klokke import local_date, now
from tests.tasks.conftest import Bygd, at
from tests.tasks.test_rettelser import put, row, use

PER_DAG = ("ungdom", *visninger.BEREGNEDE)
"""Views of the world on a day; the others tell of what has happened here."""
Bilder = dict[datetime, dict[str, pd.DataFrame]]


def picture(hjem: Hjem, tid: datetime, *navn: str) -> dict[str, pd.DataFrame]:
    """The views as they are shown at ``tid``, which is now."""
    return {ett: visninger.show(hjem, ett, local_date(tid) if ett in PER_DAG else None) for ett in navn}


def differences(hjem: Hjem, bilder: Bilder) -> list[tuple[datetime, str]]:
    """Where a view as it was known at a moment is not what it told then.

    A moment means its own day, but no later than today: where it is still to come in the year, the day is said too.
    """

    def day(tid: datetime, navn: str) -> date | None:
        return local_date(tid) if navn in PER_DAG and tid > now() else None

    return [
        (tid, navn)
        for tid, bilde in bilder.items()
        for navn, da in bilde.items()
        if visninger.show(hjem, navn, day(tid, navn), tid).to_csv() != da.to_csv()
    ]


ENDRES = ("avvik", "flere_lister", "karantene", "oppgaver", "rettelser", "uenigheter")


class Hendelser:
    """What can happen in a tiny county, each a day later than the last; what cannot be done then is not."""

    def __init__(self, bygd: Bygd) -> None:
        self.bygd = bygd
        self.naa = at("2026-03-01T08:00")
        self.numre = [bygd.number("2007-03-14", n) for n in range(1, 4)]
        self.lastet: list[str] = []

    def pictures(self, skjer: list[tuple[str, int]]) -> Bilder:
        """Let it happen, and return what the views told after each."""
        bilder = {}
        for hva, tall in skjer:
            self.naa += timedelta(days=1)
            with suppress(BrukerFeil):
                getattr(self, hva)(tall)
            bilder[self.naa] = picture(self.bygd.fresh(), self.naa, *ENDRES)
        return bilder

    def _run(self, rad: str) -> None:
        self.lastet.append(str(self.bygd.run(rad, self.naa.isoformat()[:16]).kjoring_id))

    def list_with_faults(self, tall: int) -> None:
        rader = [
            {"fodselsnummer": nr, "postnummer": "12" if tall >> n & 1 else "3116"} for n, nr in enumerate(self.numre)
        ]
        self.bygd.deliver("vigo_ikkesokere", *rader)
        self._run("08" if tall < 4 else "12")

    def otto_says(self, tall: int) -> None:
        status = ("OTUK", "OTOV", "OTAR", "")[tall % 4]
        self.bygd.deliver("otto_uttrekk", {"fodselsnummer": self.numre[tall % 3], "ot_status": status})
        self._run("02")

    def we_correct(self, tall: int) -> None:
        personer = self.bygd.ask("SELECT DISTINCT person_id FROM fakta ORDER BY 1")
        if personer:
            ny = {"ot_status": ("OTNO", "OTMI")[tall % 2]}
            self.bygd.change(personer[0][0], "2026-03-02", self.naa.isoformat()[:16], f"R2026-{tall}", **ny)

    def two_lists(self, tall: int) -> None:
        felles = {"fodselsnummer": self.numre[tall % 3]}
        self.bygd.deliver("vigo_ot_linjer", felles | {"ajourholdskode": "VN"[tall % 2]})
        self.bygd.deliver("skole_ikke_mott", felles | {"ajourholdskode": "NS"[tall // 4], "skolenummer": "39001"})
        self._run("24")

    def corrections(self, tall: int) -> None:
        put(self.bygd, row("P0000001", "fornavn", "Åse", f"Åse{tall}", gyldig_fra="02.03.2026"))
        use(self.bygd, self.naa.isoformat()[:16])

    def take_back(self, _: int) -> None:
        siste = self.lastet[-1] if self.lastet else "2026-08-9"
        undo(Angrevalg(kjoring_id=siste, av="Kari", grunn="feil", naa=self.naa))
        self.lastet.pop()


OFTE = ("list_with_faults", "otto_says")
HVA = st.sampled_from([*OFTE, *OFTE, "we_correct", "two_lists", "corrections", "take_back"])


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(skjer=st.lists(st.tuples(HVA, st.integers(0, 7)), min_size=5, max_size=8))
def test_whatever_is_loaded_corrected_and_taken_back_each_view_tells_what_it_told_then(
    lag_bygd: Callable[[], Bygd], skjer: list[tuple[str, int]]
) -> None:
    with pytest.MonkeyPatch.context() as miljo:
        bygd = lag_bygd()
        miljo.setenv("ARSHJUL_HOME", str(bygd.hjem.mappe))
        bilder = Hendelser(bygd).pictures(skjer)
        assert differences(bygd.fresh(), bilder) == []


@pytest.fixture
def angret(bygd: Any) -> tuple[Any, Bilder]:
    """A fault set aside in March, corrected by April's list, whose load is taken back in May; a picture after each."""
    return bygd, Hendelser(bygd).pictures([("list_with_faults", 1), ("list_with_faults", 4), ("take_back", 0)])


def test_what_a_load_closed_and_its_undo_opened_again_was_closed_in_between(angret: tuple[Any, Bilder]) -> None:
    bygd, bilder = angret
    tilstander = [sorted(visninger.show(bygd.fresh(), "karantene", kjent_tid=tid)["tilstand"]) for tid in bilder]
    assert tilstander == [["åpen"], ["rettet", "åpen"], ["avvist", "åpen"]]
    assert differences(bygd.fresh(), bilder) == []


def test_the_end_of_a_day_is_the_days_last_moment_in_oslo(angret: tuple[Any, Bilder]) -> None:
    bygd, bilder = angret
    tid = next(iter(bilder))
    dag = tid.date()

    def rows(**valg: Any) -> int:
        return len(visninger.show(bygd.fresh(), "karantene", **valg))

    assert [rows(per_dato=dag - timedelta(days=1)), rows(per_dato=dag)] == [0, 1]
    assert [rows(kjent_tid=tid - timedelta(microseconds=1)), rows(kjent_tid=tid)] == [0, 1]
    assert rows(per_dato=dag + timedelta(days=1)) == 2


@pytest.mark.parametrize(("tid", "dag"), [("2026-03-03T23:59", 3), ("2026-03-04T00:30", 4), ("2026-07-04T01:30", 4)])
def test_a_day_begins_and_ends_at_midnight_in_oslo_winter_and_summer(bygd: Any, tid: str, dag: int) -> None:
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.number("2007-03-14", 1), "postnummer": "12"})
    bygd.run("08", tid)
    for enkelt in (dag - 1, dag):
        ramme = visninger.show(bygd.fresh(), "karantene", at(tid).date().replace(day=enkelt))
        assert len(ramme) == (enkelt == dag)


@pytest.mark.parametrize("navn", ENDRES)
def test_of_a_day_and_a_moment_the_earlier_counts(angret: tuple[Any, Bilder], navn: str) -> None:
    bygd, bilder = angret
    forst, neste = list(bilder)[:2]
    for per_dato, kjent_tid in ((forst.date(), neste), (neste.date(), forst)):
        assert visninger.show(bygd.fresh(), navn, per_dato, kjent_tid).to_csv() == bilder[forst][navn].to_csv()


def test_an_outbox_is_shown_as_it_stood_at_each_step(bygd: Any, hurtig: None) -> None:
    for _ in range(3):
        bygd.person()
    bilder: Bilder = {}

    def step(tid: str, gjor: Callable[[], object]) -> None:
        gjor()
        bilder[at(tid)] = picture(bygd.fresh(), at(tid), "utsendinger", "kjoringer", "avvik")

    step("2026-05-11T08:00", lambda: bygd.run(bygd.BREV, "2026-05-11T08:00"))
    step("2026-05-11T09:00", lambda: bygd.approve("F2026-14-1", "2026-05-11T09:00"))
    bygd.krr(bygd.mailbox(bygd.number("2007-03-14", 1)))
    step("2026-05-11T10:00", lambda: bygd.send(tid="2026-05-11T10:00"))
    kanal = [sorted(set(bilde["utsendinger"]["kanal"])) for bilde in bilder.values()]
    assert kanal[0] != kanal[2]
    assert differences(bygd.fresh(), bilder) == []
    assert visninger.show(bygd.fresh(), "utsendinger", date(2026, 5, 10)).empty


def test_a_proposal_that_expired_was_in_the_outbox_until_then(bygd: Any, hurtig: None) -> None:
    person = bygd.person()
    bygd.run(bygd.BREV, "2026-05-11T08:00")
    bygd.change(person, "2026-05-12", adresselinje1="Ny gate 9")
    bygd.run(bygd.BREV, "2026-05-12T08:00")
    for tid, forslag in (("2026-05-11T09:00", "F2026-14-1"), ("2026-05-12T09:00", "F2026-14-2")):
        (rad,) = visninger.show(bygd.fresh(), "utsendinger", kjent_tid=at(tid)).query("mottaker == 'ungdom'")[
            "utsending_id"
        ]
        assert rad.startswith(forslag)


def test_only_a_moment_means_the_moments_own_day(bygd: Any) -> None:
    person = bygd.person("2026-01-02")
    bygd.change(person, "2026-09-01", "2026-02-01T08:00", ot_status="OTEV")
    da = visninger.show(bygd.fresh(), "ungdom", kjent_tid=at("2026-03-01T08:00"))
    senere = visninger.show(bygd.fresh(), "ungdom", date(2026, 10, 1), at("2026-03-01T08:00"))
    assert (list(da["ot_status"]), list(senere["ot_status"])) == (["OTUK"], ["OTEV"])


def test_a_view_that_can_only_tell_how_it_is_now_refuses_a_time(
    bygd: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "naa.sql").write_text("SELECT count(*) AS antall FROM person", "utf-8")
    monkeypatch.setattr(visninger, "MAPPE", tmp_path)
    assert list(visninger.show(bygd.hjem, "naa")["antall"]) == [0]
    for valg in ({"per_dato": date(2026, 1, 1)}, {"kjent_tid": at("2026-01-01T08:00")}):
        with pytest.raises(BrukerFeil, match="ÅH-1212"):
            visninger.show(bygd.hjem, "naa", **valg)


def test_every_view_can_be_asked_how_it_stood() -> None:
    for sti in visninger.MAPPE.glob("*.sql"):
        assert "$kjent_tid" in sti.read_text("utf-8"), sti.stem
