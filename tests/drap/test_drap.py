"""Killed anywhere, nothing is lost and nothing goes twice: the short form of ``python -m tests.drap``.

``ARSHJUL_DRAP_BREV``, ``ARSHJUL_DRAP_ANTALL`` and ``ARSHJUL_DRAP_FRO`` say how many letters, how many random kills and
which seed; ``ARSHJUL_DRAP_RUNDER`` how many rounds of five at once.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.drap import samtidig
from tests.drap.__main__ import prove
from tests.drap.by import TJENESTER, By, city
from tests.drap.dom import Dom, judge
from tests.drap.prove import LANGT, delivery_room
from tests.drap.punkter import LARE, PUNKTER, Fase, points

BREV = int(os.environ.get("ARSHJUL_DRAP_BREV", "80"))
DRAP = int(os.environ.get("ARSHJUL_DRAP_ANTALL", "5"))
FRO = int(os.environ.get("ARSHJUL_DRAP_FRO", "20260511"))
RUNDER = int(os.environ.get("ARSHJUL_DRAP_RUNDER", "6"))
SMA_BOLKER = 3
"""So that a hundred letters are many bunches."""


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARSHJUL_KEY", raising=False)
    monkeypatch.delenv("ARSHJUL_KEY_FILE", raising=False)


@pytest.mark.parametrize("kanal", TJENESTER)
def test_killed_at_every_transition_and_at_random_nothing_is_lost_and_nothing_goes_twice(kanal: str) -> None:
    dom = prove(kanal, BREV, DRAP, FRO, SMA_BOLKER)
    sys.stdout.write(f"{dom.told()}\nfrø {FRO}\n")
    assert dom.brudd == []
    assert dom.drept == DRAP + sum(
        len(points(kanal, fase, kort=True)) * (1 + (fase is Fase.AVSTEMMING)) for fase in Fase
    )  # what leaves something to ask about dies too
    assert kanal == "epost" or dom.usikre == []


def test_every_point_has_a_number_of_its_own() -> None:
    assert [punkt.nr for punkt in PUNKTER] == list(range(1, len(PUNKTER) + 1))
    assert len({punkt.navn for punkt in PUNKTER}) == len(PUNKTER)


def one_killed(by: By, mappe: Path) -> Dom:
    """Sent by one who dies when the receiver has the third, and by one who comes after."""
    with delivery_room(by, mappe, FRO, SMA_BOLKER) as stue:
        stue.child(timedelta(), LARE)
        stue.child(LANGT)
    return judge(by, stue.barn)


def test_the_judge_sees_a_letter_too_few_and_one_that_the_register_does_not_know_of(tmp_path: Path) -> None:
    with city(tmp_path, 6, "print") as by:
        assert one_killed(by, tmp_path / "logg").brudd == []
        brev = sorted(sti for sti in by.bygd.files() if sti.suffix == ".pdf")
        brev[0].unlink()
        by.bygd.write(
            "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, 'planlagt', now(), '')",
            [[brev[1].stem]],
        )
        dom = judge(by, [])
    assert (dom.tapt, dom.feil_fort) == ([brev[0].stem], [brev[1].stem])


def test_the_judge_sees_a_letter_that_goes_again(tmp_path: Path) -> None:
    with city(tmp_path, 6, "print") as by, delivery_room(by, tmp_path / "logg", FRO, SMA_BOLKER) as stue:
        stue.child(timedelta(), LARE)
        # As if an item that was cut off were sent anew without a look.
        by.bygd.write(
            "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, 'planlagt', now(), '')",
            [[sti.stem] for sti in by.bygd.files() if sti.suffix == ".pdf"],
        )
        stue.child(LANGT)
        dom = judge(by, stue.barn)
    assert len(dom.dobbelt) == 3


def test_two_workers_two_clicks_and_a_command_line_at_once_make_one_proposal_and_each_letter_goes_once(
    tmp_path: Path,
) -> None:
    utfall = samtidig.prove(RUNDER, tmp_path)
    sys.stdout.write(f"{utfall.told()}\n")
    assert utfall.brudd == []
    assert (utfall.forslag, utfall.levert) == (RUNDER, RUNDER)
