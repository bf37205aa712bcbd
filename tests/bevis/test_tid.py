"""The proof of late runs and wrong clocks, in its short form; and that its judge sees faults."""

from datetime import date, datetime
from pathlib import Path

import pytest

from deployments.demo import Demo
from schemas.arshjul import Forsinkelse
from tasks import forsinkelse, kjoring, planlagt
from tasks.klokke import OSLO
from tests.bevis import prove, tid
from tests.tid.verden import HOPPET, KJORT, SPOR, Sen, play, rows

TILBAKE = datetime(2026, 6, 10, 12, tzinfo=OSLO)


def test_the_short_form_holds() -> None:
    assert prove("tid", kort=True).brudd == ()


def test_another_rule_than_the_tables_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    ventet = tid.expected()
    assert list(tid.compare(ventet)) == []
    ventet["14-brev-ikkesokere", "tre_uker"] = KJORT
    assert len(list(tid.compare(ventet))) == 1
    monkeypatch.setattr(forsinkelse, "_weeks_after", lambda *_: date.max)
    assert {linje[:2] for linje in tid.compare(tid.expected())} >= {"16", "25", "26"}


def test_a_run_that_comes_twice_or_ends_otherwise_is_seen() -> None:
    en = Sen("14-brev-ikkesokere", 2026, date(2026, 5, 11), SPOR)
    annen = Sen(en.rad, 2026, en.planlagt, KJORT)
    assert tid.unlike("x", [en], [en]) == []
    assert len(tid.unlike("x", [en], [annen])) == 1
    assert len(tid.unlike("x", [en], [])) == 1
    assert tid.unlike("x", [en], [en, en]) == ["x: en kjøring kom to ganger."]


@pytest.fixture(scope="module")
def mal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    av = {"begynt": datetime(2026, 1, 2, 9, tzinfo=OSLO)}
    return play(tmp_path_factory.mktemp("tid"), Demo(ungdom=5), av)["begynt"]


@pytest.fixture
def uten_regel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Late runs run, as they did before each row had a rule."""
    monkeypatch.setattr(planlagt, "judge", lambda _d, dag, *_: forsinkelse.Dom(forsinkelse.Hva.KJOR, dag))


@pytest.mark.usefixtures("uten_regel")
def test_a_rule_that_is_not_obeyed_is_seen(mal: Path, tmp_path: Path) -> None:
    (brev,) = rows("14")
    hva, brudd = tid.try_row(mal, tmp_path / "hjem", brev, TILBAKE)
    assert hva == KJORT
    assert any("sa «spør», og det ble «kjørt»" in ett for ett in brudd)
    (gjennomgang,) = rows("18")
    _, brudd = tid.try_row(mal, tmp_path / "annet", gjennomgang, TILBAKE)
    assert any("Flere enn den nyeste" in ett for ett in brudd)


def test_a_late_run_that_does_not_say_so_is_seen(mal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kjoring, "_tell_late", lambda _: None)
    (overforing,) = rows("05")
    hva, brudd = tid.try_row(mal, tmp_path / "hjem", overforing, tid.back(overforing, "tre_uker"))
    assert (hva, [ett for ett in brudd if "sier ikke" in ett] != []) == (KJORT, True)


def test_every_rule_is_some_rows_and_every_end_is_in_the_table() -> None:
    assert {rad.forsinket for rad in rows()} == set(Forsinkelse)
    assert set(tid.expected().values()) == {KJORT, HOPPET, SPOR}
