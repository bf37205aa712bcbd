"""Letters on all cores: the same bytes, in the same order, and one that cannot be written holds nobody up."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from tasks import brev, trykkeri
from tasks.brev import render
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.trykkeri import render_all
from tests.tasks.test_brev import BREV, LOGO, MED_LOGO

BUNKE = [replace(BREV, navn=f"Kari {nummer} Nordmann", referanse=f"K7Q2-{nummer:04}") for nummer in range(40)]


def test_letters_come_in_order_with_the_bytes_they_have_one_by_one(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trykkeri, "workers", lambda: 4)
    assert render_all(BUNKE, bygd.hjem) == [render(enkelt) for enkelt in BUNKE]


def test_every_thread_has_a_compiler_of_its_own(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    laget = []
    monkeypatch.setattr(trykkeri, "workers", lambda: 3)
    monkeypatch.setattr(
        brev, "make_compiler", lambda lag=brev.make_compiler: laget.append(threading.get_ident()) or lag()
    )
    trykkeri._presses.cache_clear()
    render_all(BUNKE, bygd.hjem)
    trykkeri._presses.cache_clear()
    assert 1 < len(laget) <= 3
    assert len(set(laget)) == len(laget)


def test_a_letter_that_cannot_be_written_is_an_answer_and_the_others_are_written(bygd: Any) -> None:
    svar = render_all([BREV, replace(BREV, navn="王小明"), BREV], bygd.hjem)
    assert isinstance(svar[1], BrukerFeil)
    assert svar[1].kode == "ÅH-1501"
    assert svar[0] == svar[2] == render(BREV)


def test_no_letters_take_no_time(bygd: Any) -> None:
    assert render_all([], bygd.hjem) == []


def test_letters_have_the_logo_that_is_kept_for_them(bygd: Any) -> None:
    mappe = bygd.hjem.mappe / "logoer"
    mappe.mkdir()
    (mappe / f"{MED_LOGO.logo}.svg").write_bytes((DATA / "demo" / "logo.svg").read_bytes())
    assert render_all([MED_LOGO, BREV], bygd.hjem) == [render(MED_LOGO, LOGO), render(BREV)]


def test_letters_whose_logo_is_gone_are_not_written_without_it(bygd: Any) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1515"):
        render_all([BREV, MED_LOGO], bygd.hjem)


def test_there_is_at_least_one_worker() -> None:
    assert trykkeri.workers() >= 1
