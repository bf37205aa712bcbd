"""Receipts: late, twice, out of order or unknown, each letter ends in the right state."""

from typing import Any

import pytest

from tasks import kodeverk, kvitteringer
from tasks.feil import BrukerFeil
from tests.motparter.svarut import SvarUt
from tests.motparter.svikt import Svikt
from tests.svarutprove import Svarutprove

NESTE_DAG, NESTE_UKE = "2026-05-12T08:00", "2026-05-18T08:00"
STATUSER = [(rad["kode"], rad["tilstand"]) for rad in kodeverk.all_rows("kodeverk/svarut_status")]


@pytest.fixture
def prove(bygd: Any, tjener: SvarUt, monkeypatch: pytest.MonkeyPatch) -> Svarutprove:
    return Svarutprove(bygd, tjener, monkeypatch)


@pytest.fixture
def sendt(prove: Svarutprove) -> str:
    """A letter that SvarUt has taken; the stand-in's clock is where ours is."""
    prove.tjener.klokke.set(prove.bygd.at(prove.bygd.BREVDAG))
    forslag_id = prove.approved()
    prove.bygd.send()
    return forslag_id


def collect(prove: Svarutprove, tid: str) -> Any:
    prove.tjener.klokke.set(prove.bygd.at(tid))
    return kvitteringer.collect(prove.bygd.fresh(), prove.bygd.at(tid))


def state(prove: Svarutprove, forslag_id: str) -> tuple[str, str]:
    ((_, tilstand, grunn),) = prove.letters(forslag_id)
    return tilstand, grunn


def force(prove: Svarutprove, *statuser: str) -> None:
    for status in statuser:
        prove.tjener.force(prove.tjener.mottatt[-1].ref, status)
        prove.tjener.advance(1)


@pytest.mark.parametrize(("status", "tilstand"), STATUSER)
def test_each_of_svaruts_statuses_is_one_state(prove: Svarutprove, sendt: str, status: str, tilstand: str) -> None:
    force(prove, status)
    collect(prove, NESTE_DAG)
    assert state(prove, sendt)[0] == tilstand


def test_the_statuses_are_those_of_the_published_interface() -> None:
    assert {kode for kode, _ in STATUSER} == {
        "MOTTATT", "AKSEPTERT", "AVVIST", "VARSLET", "LEST", "SENDT_PRINT", "PRINTET", "MANUELT_HANDTERT",
        "SENDT_DIGITALT", "SENDT_SDP", "LEVERT_SDP", "KLAR_FOR_MOTTAK", "IKKE_LEVERT",
    }  # fmt: skip


def test_a_word_that_is_not_known_changes_nothing_and_is_told(prove: Svarutprove, sendt: str) -> None:
    force(prove, "TAPT_I_TAAKEN")
    collect(prove, NESTE_DAG)
    assert state(prove, sendt) == ("sendt", "")
    assert prove.bygd.ask("SELECT kode, rad FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3063", "14-brev-ikkesokere")]
    force(prove, "PRINTET")
    collect(prove, NESTE_UKE)
    assert state(prove, sendt) == ("levert", "")
    assert prove.bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == []


@pytest.mark.parametrize("feil", [Svikt.STATUS_ELDRE, Svikt.STATUS_DOBBEL, Svikt.STATUS_UKJENT_ID, Svikt.STATUS_SEN])
def test_receipts_in_any_order_twice_or_about_others_end_in_the_newest(
    prove: Svarutprove, sendt: str, feil: Svikt
) -> None:
    force(prove, "VARSLET", "SENDT_PRINT", "PRINTET")
    prove.tjener.feil(feil, vei="status", ganger=1)
    collect(prove, NESTE_DAG)
    collect(prove, NESTE_DAG)
    assert state(prove, sendt) == ("levert", "")


def test_no_answer_about_a_letter_leaves_it_and_is_told_when_it_lasts(prove: Svarutprove, sendt: str) -> None:
    prove.tjener.feil(Svikt.STATUS_MANGLER, vei="status")
    assert collect(prove, NESTE_DAG).svart == 0
    assert prove.bygd.ask("SELECT kode FROM avvik") == []
    collect(prove, NESTE_UKE)
    assert (state(prove, sendt), prove.bygd.ask("SELECT kode FROM avvik")) == (("sendt", ""), [("ÅH-3069",)])


@pytest.mark.parametrize(
    "feil",
    [
        {"hva": Svikt.STATUS, "status": 500},
        {"hva": Svikt.INNLOGGINGSSIDE},
        {"hva": Svikt.AVKORTET_JSON},
        {"hva": Svikt.STATUS_UTEN_LISTE},
        {"hva": Svikt.DYP_JSON},
    ],
)
def test_a_service_that_cannot_answer_changes_nothing(prove: Svarutprove, sendt: str, feil: dict[str, Any]) -> None:
    prove.tjener.feil(**feil, vei="status")
    with pytest.raises(BrukerFeil, match="ÅH-1671"):
        collect(prove, NESTE_DAG)
    assert (state(prove, sendt), prove.bygd.ask("SELECT count(*) FROM kvittering")) == (("sendt", ""), [(0,)])


def test_one_unread_is_printed_by_svarut_and_goes_once(prove: Svarutprove, sendt: str) -> None:
    force(prove, "VARSLET", "SENDT_PRINT", "PRINTET")
    collect(prove, NESTE_UKE)
    assert prove.bygd.run(tid=NESTE_UKE).forslag_id is None
    assert prove.tjener.antall.total() == 1


def test_one_left_unread_past_the_limit_is_told_and_not_printed_by_us_too(prove: Svarutprove, sendt: str) -> None:
    force(prove, "VARSLET")
    collect(prove, NESTE_UKE)
    assert prove.bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3064",)]
    assert prove.bygd.run(tid=NESTE_UKE).forslag_id is None
    assert prove.tjener.antall.total() == 1


def test_one_refused_digitally_goes_on_paper_and_refused_there_too_to_a_person(prove: Svarutprove) -> None:
    person = prove.bygd.person(raadgiver="R05")
    ((nummer,),) = prove.bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", person)
    prove.bygd.krr(prove.bygd.mailbox(nummer))
    for dag, kanal in (("2026-05-11", "digital"), ("2026-05-13", "print")):
        prove.tjener.klokke.set(prove.bygd.at(f"{dag}T08:00"))
        forslag_id = prove.bygd.run(tid=f"{dag}T08:00").forslag_id
        prove.bygd.approve(forslag_id, f"{dag}T08:00")
        prove.bygd.send(forslag_id, tid=f"{dag}T08:00")
        brev = "SELECT kanal FROM utsending_naa WHERE forslag_id = ? AND mottaker = 'ungdom'"
        assert prove.bygd.ask(brev, forslag_id) == [(kanal,)]
        force(prove, "IKKE_LEVERT")
        collect(prove, f"{dag[:-2]}{int(dag[-2:]) + 1}T08:00")
    assert prove.bygd.run(tid=NESTE_UKE).forslag_id is None
    assert prove.bygd.ask("SELECT grunn_kode, raadgiver FROM oppgave WHERE tilstand = 'åpen'") == [
        ("IKKE_LEVERT", "R05")
    ]
