"""Locked worklists: opened by their owner's password and by no other, and never a fault for what the bytes are."""

from pathlib import Path
from typing import Any

import pytest

from tasks.arbeid import kryptering
from tasks.arbeid.bok import write_book
from tasks.arbeid.kryptering import find_password, is_locked, lock, open_returned, owners, unlock
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tests.tasks.arbeid.bokprove import book, row

PASSORD = "blåbær og 7 fisk"
APENT = write_book(book(row("ringeliste", navn="Åse Nordmann")))
LAAST = lock(APENT, PASSORD)


def set_password(hjem: Path, eier: str, passord: str) -> None:
    write_file(hjem / "passord" / f"arbeidsliste_{eier}.passord", passord.encode())


def test_what_is_locked_is_opened_by_its_password_and_by_no_other() -> None:
    assert unlock(LAAST, PASSORD) == APENT
    assert unlock(LAAST, PASSORD.upper()) is None
    assert unlock(LAAST, "") is None


def test_nothing_can_be_read_in_what_is_locked() -> None:
    assert is_locked(LAAST)
    assert not is_locked(APENT)
    assert not any(ord_ in LAAST for ord_ in (b"PK\x03\x04", b"sheet1.xml", "Nordmann".encode("utf-16-le")))


@pytest.mark.parametrize("kutt", [10, 600, 1500, 4096, len(LAAST) - 700])
def test_a_damaged_file_is_only_not_opened(kutt: int) -> None:
    assert unlock(LAAST[:kutt], PASSORD) is None
    skadd = LAAST[:kutt] + bytes(40) + LAAST[kutt + 40 :]
    assert unlock(skadd, PASSORD) in (None, APENT)


def test_a_workbook_that_was_changed_on_its_way_is_not_opened() -> None:
    midt = len(LAAST) // 2
    assert unlock(LAAST[:midt] + bytes([LAAST[midt] ^ 1]) + LAAST[midt + 1 :], PASSORD) is None


def test_a_file_that_asks_for_endless_work_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kryptering, "MEST_SPINN", 99_999)
    assert unlock(LAAST, PASSORD) is None


def test_each_owner_has_a_password_of_her_own(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    set_password(bygd.hjem.mappe, "R05", "ett")
    monkeypatch.setenv("ARSHJUL_ARBEIDSLISTE_OTTO_ANSVARLIG", "to")
    assert find_password(bygd.hjem, "R05") == "ett"
    assert find_password(bygd.hjem, "OTTO-ansvarlig") == "to"


def test_an_owner_without_a_password_is_told_of_by_where_it_should_be(bygd: Any) -> None:
    with pytest.raises(BrukerFeil, match=r"ÅH-1720.*ARSHJUL_ARBEIDSLISTE_R05.*passord/arbeidsliste_R05\.passord"):
        find_password(bygd.hjem, "R05")


def test_an_id_can_name_no_file_elsewhere(bygd: Any) -> None:
    write_file(bygd.hjem.mappe / "utenfor.passord", b"x")
    write_file(bygd.hjem.mappe / "passord" / "arbeidsliste_" / "x", b"x")
    with pytest.raises(BrukerFeil, match="ÅH-1720"):
        find_password(bygd.hjem, "/../../utenfor")


def test_what_comes_back_locked_is_opened_whoever_owns_it(bygd: Any) -> None:
    set_password(bygd.hjem.mappe, owners(bygd.hjem)[0], "feil")
    set_password(bygd.hjem.mappe, owners(bygd.hjem)[-1], PASSORD)
    assert open_returned(LAAST, bygd.hjem) == APENT


def test_what_is_not_locked_or_cannot_be_opened_is_left_as_it_came(bygd: Any) -> None:
    assert open_returned(APENT, bygd.hjem) == APENT
    assert open_returned(LAAST, bygd.hjem) == LAAST
