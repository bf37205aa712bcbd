"""The folder of worklists: it agrees with the register, and nobody's work is ever written over."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.arbeid import Arbeidsbok
from schemas.kjoring import Kjorevalg
from tasks.arbeid import mappe
from tasks.arbeid.bok import write_book
from tasks.arbeid.kalenderfil import Hendelse
from tasks.arbeid.kryptering import is_locked, unlock
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import write_file
from tasks.kjoring import run
from tests.tasks.arbeid.bokprove import book, row
from tests.tasks.conftest import at

LISTE = "arbeidsliste_R05.xlsx"
BOK, ANNEN = book(row("ringeliste")), book(row("ringeliste", 2))
FRIST = {"R05": [Hendelse("R05-16", "Ringerunde", date(2026, 5, 20))]}


class Mappe:
    """A county and the folder where its worklists lie."""

    def __init__(self, bygd: Any) -> None:
        self.bygd = bygd
        self.sti: Path = bygd.hjem.utboks / "arbeidslister"

    def lay(self, *boker: Arbeidsbok, dag: str = "2026-05-11", hendelser: Any = None, **valg: Any) -> list[str]:
        """Lay the workbooks out in a run of their own; returns the codes of what was found."""
        valgt = Kjorevalg(rad=self.bygd.BREV, aar=2026, naa=at(f"{dag}T08:00"), **valg)
        with run(valgt) as kjoring:
            funn = mappe.lay_out(kjoring, boker, hendelser)
        return [ett.kode for ett in funn]

    def fail_after(self, bok: Arbeidsbok) -> None:
        """Lay a workbook out in a run that then stops."""
        with run(Kjorevalg(rad=self.bygd.BREV, aar=2026, naa=at("2026-05-11T08:00"))) as kjoring:
            mappe.lay_out(kjoring, [bok])
            raise BrukerFeil("ÅH-1720", variabel="", fil="")

    def names(self) -> list[str]:
        return sorted(sti.name for sti in self.sti.iterdir()) if self.sti.is_dir() else []

    def content(self, navn: str = LISTE) -> bytes:
        return (self.sti / navn).read_bytes()

    def put(self, navn: str, innhold: bytes = b"noe") -> None:
        write_file(self.sti / navn, innhold)

    def settings(self, **valg: object) -> None:
        """Set what ``[arbeidslister]`` says."""
        sti = self.bygd.hjem.mappe / "innstillinger.toml"
        hode, _, resten = sti.read_text("utf-8").partition("[arbeidslister]\n")
        etter = re.sub(r"\A(?:[a-z#][^\n]*\n)*", "", resten)
        linjer = [f"{navn} = {json.dumps(verdi)}" for navn, verdi in valg.items()]
        sti.write_text("\n".join([hode, "[arbeidslister]", *linjer, "", etter]), "utf-8")


@pytest.fixture
def lister(bygd: Any) -> Mappe:
    return Mappe(bygd)


def test_a_worklist_is_laid_out_and_noted_as_ours(lister: Mappe) -> None:
    assert lister.lay(BOK) == []
    assert lister.names() == [LISTE]
    assert lister.bygd.ask("SELECT mottaker, navn, fil_sha256, fil FROM arbeidsbok") == [
        ("R05", LISTE, hashlib.sha256(lister.content()).hexdigest(), None)
    ]


def test_the_same_list_another_day_is_left_as_it_lies(lister: Mappe) -> None:
    lister.lay(BOK)
    foer = (lister.sti / LISTE).stat()
    lister.lay(book(*BOK.ark[0][1], dato=BOK.dato + timedelta(days=1)), dag="2026-05-12")
    assert (lister.sti / LISTE).stat() == foer
    assert lister.bygd.ask("SELECT count(*) FROM arbeidsbok") == [(1,)]


def test_a_list_that_says_something_else_replaces_ours(lister: Mappe) -> None:
    lister.lay(BOK)
    lister.lay(ANNEN, dag="2026-05-12")
    assert lister.content() == write_book(ANNEN)
    assert lister.names() == [LISTE]


@pytest.mark.parametrize(
    "endret",
    [book(row("ringeliste", hast="snart")), book(row("ringeliste"), skjermede=1), book(row("ringeliste", svar="x"))],
)
def test_everything_that_shows_counts(lister: Mappe, endret: Arbeidsbok) -> None:
    lister.lay(BOK)
    lister.lay(endret)
    assert lister.content() == write_book(endret)


def test_a_file_that_somebody_has_removed_is_laid_out_again(lister: Mappe) -> None:
    lister.lay(BOK)
    (lister.sti / LISTE).unlink()
    lister.lay(BOK)
    assert lister.names() == [LISTE]


def test_a_file_that_somebody_has_written_in_is_never_touched(lister: Mappe) -> None:
    lister.lay(BOK)
    lister.put(LISTE, b"mitt arbeid")
    assert lister.lay(ANNEN, dag="2026-05-12") == ["ÅH-2510"]
    assert lister.content() == b"mitt arbeid"
    assert lister.content("arbeidsliste_R05_2026-05-12.xlsx") == write_book(ANNEN)


def test_the_list_beside_is_replaced_and_the_plain_name_used_when_it_is_free_again(lister: Mappe) -> None:
    lister.put(LISTE, b"mitt arbeid")
    lister.lay(BOK, dag="2026-05-12")
    assert lister.lay(BOK, dag="2026-05-13") == ["ÅH-2510"]
    assert lister.names() == [LISTE, "arbeidsliste_R05_2026-05-12.xlsx"]
    (lister.sti / LISTE).unlink()
    assert lister.lay(ANNEN, dag="2026-05-14") == []
    assert lister.names() == [LISTE]


def test_two_edited_files_on_one_day_give_a_third(lister: Mappe) -> None:
    for navn in (LISTE, "arbeidsliste_R05_2026-05-12.xlsx"):
        lister.put(navn, navn.encode())
    lister.lay(BOK, dag="2026-05-12")
    assert lister.content("arbeidsliste_R05_2026-05-12-2.xlsx") == write_book(BOK)


@pytest.mark.parametrize("merke", [f"~${LISTE}", f".~lock.{LISTE}#"])
def test_a_list_that_is_open_is_not_replaced(lister: Mappe, merke: str) -> None:
    lister.lay(BOK)
    lister.put(merke)
    assert lister.lay(ANNEN, dag="2026-05-12") == ["ÅH-2510"]
    assert lister.content() == write_book(BOK)
    (lister.sti / merke).unlink()
    assert lister.lay(ANNEN, dag="2026-05-13") == []
    assert lister.names() == ["arbeidsliste_R05_2026-05-12.xlsx"]


def test_what_has_come_back_through_the_inbox_may_be_replaced(lister: Mappe) -> None:
    lister.lay(BOK)
    lister.put(LISTE, b"levert")
    lister.bygd.write(
        "INSERT INTO raafil (sha256, fil, format, innhold, mottatt_tid) VALUES (?, 'x', 'arbeidsliste', ?, now())",
        [[hashlib.sha256(b"levert").hexdigest(), b"levert"]],
    )
    assert lister.lay(ANNEN) == []
    assert lister.content() == write_book(ANNEN)


@pytest.mark.parametrize("boker", [[], [book()]])
def test_when_nothing_is_left_to_do_the_list_goes(lister: Mappe, boker: list[Arbeidsbok]) -> None:
    lister.lay(BOK)
    assert lister.lay(*boker) == []
    assert lister.names() == []


def test_when_nothing_is_left_to_do_a_file_with_somebodys_work_stays(lister: Mappe) -> None:
    lister.lay(BOK)
    lister.put(LISTE, b"mitt arbeid")
    assert lister.lay() == ["ÅH-2510"]
    assert lister.names() == [LISTE]


def test_the_number_of_protected_alone_is_a_list(lister: Mappe) -> None:
    lister.lay(book(skjermede=2))
    assert lister.names() == [LISTE]


def test_one_owners_list_is_never_taken_for_anothers(lister: Mappe) -> None:
    lister.lay(BOK, book(row("ringeliste", 3), mottaker="R05_2026-05-12"), book(row("ringeliste", 4), mottaker="R055"))
    assert lister.names() == ["arbeidsliste_R05-2026-05-12.xlsx", LISTE, "arbeidsliste_R055.xlsx"]
    lister.lay(BOK)
    assert lister.names() == [LISTE]


def test_an_owner_can_name_no_file_elsewhere(lister: Mappe) -> None:
    lister.lay(book(row("ringeliste"), mottaker="../../R05"))
    assert lister.names() == ["arbeidsliste_..-..-R05.xlsx"]


def test_two_owners_of_one_file_name_are_a_fault(lister: Mappe) -> None:
    with pytest.raises(ProgramFeil, match="samme filnavn"):
        lister.lay(book(row("ringeliste"), mottaker="R/5"), book(row("ringeliste"), mottaker="R_5"))


def test_other_files_in_the_folder_are_nobodys_business(lister: Mappe) -> None:
    for navn in ("notat.xlsx", "arbeidsliste_R05 - kopi.xlsx", "kalender.ics"):
        lister.put(navn)
    assert lister.lay(hendelser={}) == []
    assert len(lister.names()) == 3


def test_a_dry_run_leaves_no_trace(lister: Mappe) -> None:
    assert lister.lay(BOK, bare_vis=True) == []
    assert lister.names() == []
    assert lister.bygd.ask("SELECT count(*) FROM arbeidsbok") == [(0,)]


def test_a_dry_run_needs_no_password(lister: Mappe) -> None:
    lister.settings(kryptert=True)
    assert lister.lay(BOK, bare_vis=True) == []


def test_a_run_that_fails_has_laid_out_nothing(lister: Mappe) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1720"):
        lister.fail_after(BOK)
    assert lister.names() == []


def test_what_somebody_does_while_the_run_goes_on_is_not_written_over(lister: Mappe) -> None:
    lister.lay(BOK)
    valg = Kjorevalg(rad=lister.bygd.BREV, aar=2026, naa=at("2026-05-11T08:00"))
    with run(valg) as kjoring:
        mappe.lay_out(kjoring, [ANNEN])
        lister.put(LISTE, b"mitt arbeid")
    assert lister.content() == b"mitt arbeid"
    assert lister.lay(ANNEN) == ["ÅH-2510"]


def test_a_calendar_is_rewritten_only_when_it_says_something_new(lister: Mappe) -> None:
    lister.lay(BOK, hendelser=FRIST)
    foer = lister.content("kalender_R05.ics")
    lister.lay(BOK, hendelser=FRIST, dag="2026-05-12")
    assert lister.content("kalender_R05.ics") == foer
    lister.lay(BOK, hendelser={"R05": [*FRIST["R05"], Hendelse("ny", "Møte", date(2026, 5, 21))]}, dag="2026-05-13")
    assert b"SUMMARY:Ringerunde" in lister.content("kalender_R05.ics") != foer


@pytest.mark.parametrize(("hendelser", "blir"), [(None, True), ({}, False), ({"R05": []}, False)])
def test_a_calendar_goes_when_there_is_nothing_in_it(
    lister: Mappe, hendelser: Mapping[str, Sequence[Hendelse]] | None, blir: bool
) -> None:
    lister.lay(BOK, hendelser=FRIST)
    lister.lay(BOK, hendelser=hendelser)
    assert ("kalender_R05.ics" in lister.names()) == blir


def test_locked_lists_open_with_their_owners_password_and_are_kept_for_the_notice(lister: Mappe) -> None:
    lister.settings(kryptert=True)
    write_file(lister.bygd.hjem.mappe / "passord" / "arbeidsliste_R05.passord", b"hemmelig")
    lister.lay(BOK)
    foer = lister.content()
    assert is_locked(foer)
    assert unlock(foer, "hemmelig") == write_book(BOK)
    assert lister.bygd.ask("SELECT fil FROM arbeidsbok") == [(foer,)]
    lister.lay(BOK, dag="2026-05-12")
    assert lister.content() == foer


def test_without_a_password_nothing_is_laid_out_in_the_open(lister: Mappe) -> None:
    lister.settings(kryptert=True)
    with pytest.raises(BrukerFeil, match="ÅH-1720"):
        lister.lay(BOK)
    assert lister.names() == []


def test_locking_them_replaces_what_lies_there_in_the_open(lister: Mappe) -> None:
    lister.lay(BOK)
    lister.settings(kryptert=True)
    write_file(lister.bygd.hjem.mappe / "passord" / "arbeidsliste_R05.passord", b"hemmelig")
    lister.lay(BOK)
    assert is_locked(lister.content())


def test_a_folder_that_is_not_there_is_not_made(lister: Mappe, tmp_path: Path) -> None:
    lister.settings(mappe=str(tmp_path / "borte"))
    with pytest.raises(BrukerFeil, match="ÅH-1721"):
        lister.lay(BOK)
    assert not (tmp_path / "borte").exists()


@pytest.mark.parametrize(("rettigheter", "fil"), [(0o770, 0o660), (0o750, 0o640), (0o700, 0o600), (0o777, 0o660)])
def test_in_a_shared_folder_the_files_are_for_those_whose_folder_it_is(
    lister: Mappe, tmp_path: Path, rettigheter: int, fil: int
) -> None:
    tmp_path.chmod(rettigheter)
    lister.settings(mappe=str(tmp_path))
    lister.lay(BOK)
    assert (tmp_path / LISTE).stat().st_mode & 0o777 == fil
