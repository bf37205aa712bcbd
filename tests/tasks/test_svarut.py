"""SvarUt: every fault is one documented state, no letter goes twice, and what was lost is found by our reference."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks import nettkall
from tasks.feil import BrukerFeil
from tests.motparter.svarut import SvarUt
from tests.motparter.svikt import Svikt
from tests.svarutprove import Svarutprove

SENERE = "2026-05-11T09:00"
"""More than ``tvil_minutter`` after the letters' day began."""
STRAKS = "2026-05-11T08:05"


@pytest.fixture
def prove(bygd: Any, tjener: SvarUt, monkeypatch: pytest.MonkeyPatch) -> Svarutprove:
    monkeypatch.setattr(nettkall, "FRIST_SEKUNDER", 0.6)
    return Svarutprove(bygd, tjener, monkeypatch)


# What goes wrong with a letter → state and reason at once → state when it is sent again later.
FEIL = {
    "400": ({"hva": Svikt.STATUS, "status": 400}, "avvist", "svarut_avvist", "avvist"),
    "413": ({"hva": Svikt.STATUS, "status": 413}, "avvist", "svarut_avvist", "avvist"),
    "401": ({"hva": Svikt.STATUS, "status": 401}, "planlagt", "svarut_ingen_tilgang", "sendt"),
    "403": ({"hva": Svikt.STATUS, "status": 403}, "planlagt", "svarut_ingen_tilgang", "sendt"),
    "404": ({"hva": Svikt.STATUS, "status": 404}, "planlagt", "svarut_ukjent_konto", "sendt"),
    "408": ({"hva": Svikt.STATUS, "status": 408}, "sender", "", "sendt"),
    "408 etter behandling": ({"hva": Svikt.STATUS, "status": 408, "behandlet": True}, "sendt", "", "sendt"),
    "409 og finnes ikke": ({"hva": Svikt.STATUS, "status": 409}, "uavklart", "svarut_gjentatt", "uavklart"),
    "409 og finnes": ({"hva": Svikt.STATUS, "status": 409, "behandlet": True}, "sendt", "", "sendt"),
    "429": ({"hva": Svikt.STATUS, "status": 429, "vent": 30}, "planlagt", "svarut_vent", "sendt"),
    "500": ({"hva": Svikt.STATUS, "status": 500}, "sender", "", "sendt"),
    "500 etter behandling": ({"hva": Svikt.STATUS, "status": 500, "behandlet": True}, "sendt", "", "sendt"),
    "502": ({"hva": Svikt.STATUS, "status": 502}, "sender", "", "sendt"),
    "503": ({"hva": Svikt.STATUS, "status": 503}, "sender", "", "sendt"),
    "504": ({"hva": Svikt.STATUS, "status": 504}, "sender", "", "sendt"),
    "videresending": ({"hva": Svikt.VIDERESENDING}, "planlagt", "svarut_omdirigert", "sendt"),
    "innloggingsside": ({"hva": Svikt.INNLOGGINGSSIDE}, "sender", "", "sendt"),
    "avkortet svar": ({"hva": Svikt.AVKORTET_JSON}, "sendt", "", "sendt"),
    "svar uten id": ({"hva": Svikt.UTEN_ID}, "sendt", "", "sendt"),
    "dypt svar": ({"hva": Svikt.DYP_JSON}, "sendt", "", "sendt"),
    "tomt svar": ({"hva": Svikt.TOM}, "sendt", "", "sendt"),
    "tull": ({"hva": Svikt.TULL}, "sender", "", "sendt"),
    "for stort svar": ({"hva": Svikt.KJEMPESVAR}, "sendt", "", "sendt"),
    "brudd før lesing": ({"hva": Svikt.BRUDD_FOR_LESING}, "sender", "", "sendt"),
    "brudd midt i": ({"hva": Svikt.BRUDD_UNDER_LESING}, "sender", "", "sendt"),
    "brudd etter behandling": ({"hva": Svikt.BRUDD_ETTER_BEHANDLING}, "sendt", "", "sendt"),
    "brudd i svaret": ({"hva": Svikt.BRUDD_I_SVARET}, "sendt", "", "sendt"),
    "drypp": ({"hva": Svikt.DRYPP, "sekunder": 0.05}, "sendt", "", "sendt"),
    "treg etter behandling": ({"hva": Svikt.TREG_ETTER, "sekunder": 1.5}, "sendt", "", "sendt"),
    "treg før behandling": ({"hva": Svikt.TREG_FOR, "sekunder": 1.5}, "sender", "", "sendt"),
}


@pytest.mark.parametrize(("feil", "tilstand", "grunn", "til_slutt"), FEIL.values(), ids=FEIL.keys())
def test_each_fault_is_one_state_and_at_most_one_letter(
    prove: Svarutprove, feil: dict[str, Any], tilstand: str, grunn: str, til_slutt: str
) -> None:
    forslag_id = prove.approved()
    prove.tjener.feil(**feil, vei="send", ganger=1)
    prove.bygd.send()
    ((_, na, hvorfor),) = prove.letters(forslag_id)
    assert (na, hvorfor) == (tilstand, grunn)
    prove.bygd.send(forslag_id, tid=STRAKS)
    if feil["hva"] is Svikt.TREG_FOR:
        time.sleep(feil["sekunder"])
    prove.bygd.send(forslag_id, tid=SENERE)
    assert prove.letters(forslag_id)[0][1] == til_slutt
    assert max(prove.tjener.antall.values(), default=0) <= 1
    assert (til_slutt == "sendt") == (prove.tjener.antall.total() == 1)


def test_one_that_svarut_has_already_told_about_is_not_sent_before_svarut_can_be_done_with_it(
    prove: Svarutprove,
) -> None:
    forslag_id = prove.approved()
    prove.tjener.feil(Svikt.STATUS, status=500, vei="send", ganger=1)
    prove.bygd.send()
    (igjen,) = prove.bygd.send(forslag_id, tid=STRAKS)
    assert (igjen.sender, prove.tjener.antall.total(), prove.bygd.proposal(forslag_id)) == (1, 0, "iverksettes")
    prove.bygd.send(forslag_id, tid=SENERE)
    assert (prove.tjener.antall.total(), prove.bygd.proposal(forslag_id)) == (1, "iverksatt")


def test_a_service_that_lets_nobody_in_stops_the_channel_at_once_and_the_rest_wait(prove: Svarutprove) -> None:
    forslag_id = prove.approved(5)
    regel = prove.tjener.feil(Svikt.STATUS, status=403, vei="send")
    (sendt,) = prove.bygd.send()
    assert (sendt.planlagt, sendt.venter_grunn, regel.truffet) == (5, "svarut_ingen_tilgang", 1)
    assert prove.bygd.proposal(forslag_id) == "iverksettes"


@pytest.mark.parametrize("vent", [90, "tull", datetime(2026, 5, 11, 6, 1, 30, tzinfo=UTC)])
def test_a_service_that_asks_us_to_wait_is_shown_with_until_when(prove: Svarutprove, vent: Any) -> None:
    prove.approved(2)
    prove.tjener.feil(Svikt.STATUS, status=429, vent=vent, vei="send")
    (sendt,) = prove.bygd.send()
    venter = prove.bygd.at("2026-05-11T08:01:00" if vent == "tull" else "2026-05-11T08:01:30")
    assert (sendt.planlagt, sendt.venter_til, sendt.venter_grunn) == (2, venter, "svarut_vent")


def test_three_lost_answers_in_a_row_stop_the_channel(prove: Svarutprove) -> None:
    prove.approved(8)
    regel = prove.tjener.feil(Svikt.STATUS, status=503, vei="send")
    (sendt,) = prove.bygd.send()
    assert (sendt.sender, sendt.planlagt, regel.truffet) == (3, 5, 3)


def test_nobody_there_leaves_every_letter_planned(prove: Svarutprove) -> None:
    forslag_id = prove.approved(3)
    prove.tjener.stop()
    (sendt,) = prove.bygd.send()
    assert (sendt.planlagt, sendt.venter_grunn) == (3, "svarut_ikke_naadd")
    assert {tilstand for _, tilstand, _ in prove.letters(forslag_id)} == {"planlagt"}


def test_what_svarut_is_told_holds_the_link_our_reference_and_the_number_only_when_it_goes_digitally(
    prove: Svarutprove,
) -> None:
    digital, papir = prove.bygd.person(raadgiver=""), prove.bygd.person(raadgiver="")
    ((nummer,),) = prove.bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", digital)
    prove.bygd.krr(prove.bygd.mailbox(nummer))
    prove.bygd.approve(prove.bygd.run().forslag_id)
    prove.bygd.send()
    per_kanal = dict(prove.bygd.ask("SELECT kanal, innhold FROM utsending_naa"))
    sendt = {brev.digital: brev.innhold for brev in prove.tjener.mottatt}
    assert sendt[True]["mottaker"]["digitalId"] == nummer
    assert nummer not in str(sendt[False])
    assert papir != digital
    assert sendt[True]["lenker"][0]["url"] in per_kanal["digital"]
    assert sendt[True]["eksternReferanse"].startswith("F2026-14-1-00001-")
    assert not sendt[False]["kunDigitalLevering"]


@pytest.mark.parametrize("mangler", ["adresselinje1", "postnummer", "poststed"])
def test_a_letter_without_a_whole_address_is_never_to_be_printed(prove: Svarutprove, mangler: str) -> None:
    digital = prove.bygd.person(raadgiver="", **{mangler: ""})
    ((nummer,),) = prove.bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", digital)
    prove.bygd.krr(prove.bygd.mailbox(nummer))
    prove.bygd.approve(prove.bygd.run().forslag_id)
    prove.bygd.send()
    (brev,) = prove.tjener.mottatt
    assert (brev.digital, brev.innhold["kunDigitalLevering"]) == (True, True)


def test_two_registers_never_share_a_reference(lag_bygd: Any, tjener: SvarUt, monkeypatch: pytest.MonkeyPatch) -> None:
    for bygd in (lag_bygd(), lag_bygd()):
        monkeypatch.setenv("ARSHJUL_HOME", str(bygd.hjem.mappe))
        en = Svarutprove(bygd, tjener, monkeypatch)
        en.approved()
        en.bygd.send()
    assert sorted(tjener.antall.values()) == [1, 1]


def test_in_practice_only_this_machine_is_spoken_to_and_nothing_is_begun(prove: Svarutprove) -> None:
    prove.approved()
    sti = prove.bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8").replace(prove.tjener.adresse, "https://svarut.example.no/api"), "utf-8")
    with pytest.raises(BrukerFeil, match="ÅH-1630"):
        prove.bygd.send()
    assert {tilstand for _, tilstand, _ in prove.letters("F2026-14-1")} == {"planlagt"}
