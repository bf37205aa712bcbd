"""A person decides: another than the one who proposed, with time to regret, and a stop that says what went out."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from deployments.rader import service_flow
from schemas.avgjorelse import Avgjorelsesvalg, Beslutning
from schemas.verdier import Kanal, Modus
from tasks import avgjorelse, filkanal, forslag, utboks
from tasks.feil import BrukerFeil
from tasks.kanaler import FILKANALER
from tests.motparter.svarut import SvarUt
from tests.motparter.svikt import Svikt
from tests.svarutprove import Svarutprove

BREVDAG = "2026-05-11T08:00"


@pytest.fixture
def angrefrist(bygd: Any) -> Callable[[int], None]:
    """Sets how many minutes an approval may be regretted."""

    def settings(minutter: int) -> None:
        sti = bygd.hjem.mappe / "innstillinger.toml"
        tekst = sti.read_text("utf-8").replace("angrefrist_minutter = 0", f"angrefrist_minutter = {minutter}")
        sti.write_text(tekst, "utf-8")
        bygd.hjem = bygd.fresh()

    return settings


def proposal(bygd: Any, av: str = "") -> str:
    bygd.person()
    return str(bygd.run(av=av).forslag_id)


def decide(bygd: Any, forslag_id: str, beslutning: Beslutning, tid: str = BREVDAG, grunn: str = "") -> Any:
    valg = Avgjorelsesvalg(forslag_id=forslag_id, beslutning=beslutning, av="Kari", grunn=grunn, naa=bygd.at(tid))
    return avgjorelse.decide(bygd.fresh(), valg, bygd.at(tid))


def test_nothing_is_sent_before_the_time_to_regret_is_over(
    bygd: Any, hurtig: None, angrefrist: Callable[[int], None]
) -> None:
    angrefrist(30)
    forslag_id = proposal(bygd)
    sendes_fra = decide(bygd, forslag_id, Beslutning.GODKJENN).sendes_fra
    (for_tidlig,) = bygd.send(tid="2026-05-11T08:29:59")
    assert sendes_fra - bygd.at(BREVDAG) == timedelta(minutes=30)
    assert (for_tidlig.venter_til, for_tidlig.venter_grunn, for_tidlig.gikk_ut) == (sendes_fra, "angrefrist", 0)
    assert (bygd.files(), bygd.proposal(forslag_id)) == ([], "godkjent")
    (sendt,) = bygd.send(tid="2026-05-11T08:30")
    assert sendt.gikk_ut == 2


def test_a_regretted_approval_sends_nothing(bygd: Any, hurtig: None, angrefrist: Callable[[int], None]) -> None:
    angrefrist(30)
    forslag_id = proposal(bygd)
    decide(bygd, forslag_id, Beslutning.GODKJENN)
    decide(bygd, forslag_id, Beslutning.AVVIS, "2026-05-11T08:10", "feil tekst")
    assert (bygd.send(tid="2026-05-12T08:00"), bygd.files()) == ([], [])


@pytest.mark.parametrize(("avgjor", "tilstand"), [(forslag.reject, "avvist"), (forslag.stop, "stoppet")])
def test_a_decision_that_comes_just_as_the_sending_begins_is_heeded(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch, avgjor: Any, tilstand: str
) -> None:
    forslag_id = proposal(bygd)
    bygd.approve(forslag_id)
    monkeypatch.setattr(
        utboks, "_reconcile", lambda *_: avgjor(bygd.hjem, forslag_id, "Kari", "feil", bygd.at(BREVDAG))
    )
    bygd.send()
    assert (bygd.files(), bygd.proposal(forslag_id)) == ([], tilstand)


@pytest.mark.parametrize("navn", ["Kari Nordmann", "  kari   nordmann ", "KARI NORDMANN"])
def test_in_earnest_the_one_who_proposed_cannot_approve(bygd: Any, hurtig: None, navn: str) -> None:
    forslag_id = proposal(bygd, av="Kari Nordmann")
    hjem = bygd.mode(Modus.DRIFT)
    with pytest.raises(BrukerFeil, match="ÅH-1407"):
        forslag.approve(hjem, forslag_id, navn, bygd.at(BREVDAG))
    forslag.approve(hjem, forslag_id, "Ola Nordmann", bygd.at(BREVDAG))
    assert bygd.proposal(forslag_id) == "godkjent"


def test_in_earnest_whoever_runs_a_row_that_proposes_must_say_who_she_is(bygd: Any, hurtig: None) -> None:
    bygd.person()
    bygd.mode(Modus.DRIFT)
    with pytest.raises(BrukerFeil, match="ÅH-1408"):
        bygd.run()
    assert bygd.ask("SELECT count(*) FROM kjoring") == [(0,)]


@pytest.mark.parametrize("beslutning", [Beslutning.AVVIS, Beslutning.STOPP])
def test_to_reject_or_stop_needs_a_reason(bygd: Any, hurtig: None, beslutning: Beslutning) -> None:
    forslag_id = proposal(bygd)
    bygd.approve(forslag_id)
    with pytest.raises(BrukerFeil, match="ÅH-1410"):
        decide(bygd, forslag_id, beslutning, grunn=" ")
    assert bygd.proposal(forslag_id) == "godkjent"


def test_a_stop_before_anything_is_begun_sends_nothing_and_all_may_be_proposed_again(bygd: Any, hurtig: None) -> None:
    forslag_id = proposal(bygd)
    bygd.approve(forslag_id)
    stoppet = decide(bygd, forslag_id, Beslutning.STOPP, grunn="feil tekst")
    assert (stoppet.sendt.gikk_ut, stoppet.sendt.avvist) == (0, 2)
    assert (bygd.send(), bygd.send(forslag_id)[0].gikk_ut) == ([], 0)
    nytt = bygd.run(tid="2026-05-11T09:00")
    assert (nytt.foreslaatt, bygd.files()) == (2, [])


def test_a_stop_while_letters_go_out_says_exactly_how_many_went(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        bygd.person(raadgiver="")
    forslag_id = str(bygd.run().forslag_id)
    bygd.approve(forslag_id)
    ekte, stoppet = filkanal.Fillevering.deliver, []

    def stop() -> None:
        stoppet.append(decide(bygd, forslag_id, Beslutning.STOPP, grunn="feil tekst"))

    def deliver(self: Any, post: Any) -> Any:
        if not traad.is_alive() and not stoppet:
            traad.start()
            while bygd.proposal(forslag_id) != "stoppet":
                pass
        return ekte(self, post)

    traad = threading.Thread(target=stop)
    monkeypatch.setattr(filkanal.Fillevering, "deliver", deliver)
    monkeypatch.setitem(FILKANALER, Kanal.PRINT, dataclasses.replace(FILKANALER[Kanal.PRINT], bolk=3))
    bygd.send()
    traad.join()
    assert len(bygd.files()) == 3
    assert (stoppet[0].sendt.gikk_ut, stoppet[0].sendt.avvist, stoppet[0].sendt.sender) == (3, 4, 0)


@pytest.fixture
def uavklart(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    with SvarUt() as tjener:
        prove = Svarutprove(bygd, tjener, monkeypatch)
        forslag_id = prove.approved()
        tjener.feil(Svikt.STATUS, status=409, vei="send", ganger=1)
        bygd.send()
        yield bygd, forslag_id


@pytest.mark.parametrize(("kom_fram", "tilstand", "foreslaatt"), [(True, "levert", 0), (False, "avvist", 1)])
def test_a_person_settles_what_is_unclear(
    uavklart: tuple[Any, str], kom_fram: bool, tilstand: str, foreslaatt: int
) -> None:
    bygd, forslag_id = uavklart
    assert bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3060",)]
    avgjorelse.settle(bygd.fresh(), f"{forslag_id}-00001", "Kari", bygd.at(BREVDAG), kom_fram=kom_fram)
    assert bygd.states(forslag_id) == {tilstand: 1}
    assert bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == []
    assert bygd.run(tid="2026-05-12T08:00").foreslaatt == foreslaatt


def test_only_what_is_unclear_can_be_settled(uavklart: tuple[Any, str]) -> None:
    bygd, forslag_id = uavklart
    avgjorelse.settle(bygd.fresh(), f"{forslag_id}-00001", "Kari", bygd.at(BREVDAG), kom_fram=True)
    with pytest.raises(BrukerFeil, match="ÅH-1411"):
        avgjorelse.settle(bygd.fresh(), f"{forslag_id}-00001", "Kari", bygd.at(BREVDAG), kom_fram=False)


def test_the_form_in_prefect_makes_the_same_decision(bygd: Any, hurtig: None) -> None:
    forslag_id = proposal(bygd)
    valg = Avgjorelsesvalg(forslag_id=forslag_id, beslutning="Godkjenn", av="Kari", naa=bygd.at(BREVDAG))
    assert service_flow("avgjore").fn(valg)["beslutning"] == "Godkjenn"
    assert bygd.proposal(forslag_id) == "godkjent"


def decided(bygd: Any, forslag_id: str) -> tuple[str, str, str]:
    """The last decision: state, by whom and why."""
    sql = "SELECT tilstand, av, grunn FROM forslag_hendelse WHERE forslag_id = ? ORDER BY rowid DESC LIMIT 1"
    return tuple(bygd.ask(sql, forslag_id)[0])


@pytest.mark.parametrize(("beslutning", "tilstand"), [(Beslutning.AVVIS, "avvist"), (Beslutning.STOPP, "stoppet")])
def test_a_refusal_keeps_who_and_why_and_is_answered_with_its_own_name(
    bygd: Any, hurtig: None, beslutning: Beslutning, tilstand: str
) -> None:
    forslag_id = proposal(bygd)
    bygd.approve(forslag_id)
    svar = decide(bygd, forslag_id, beslutning, grunn="feil tekst")
    assert (svar.forslag_id, svar.beslutning, svar.sendes_fra) == (forslag_id, beslutning, None)
    assert decided(bygd, forslag_id) == (tilstand, "Kari", "feil tekst")
    assert bygd.ask("SELECT av, handling FROM revisjon WHERE gjelder = ? ORDER BY rowid DESC LIMIT 1", forslag_id) == [
        ("Kari", tilstand)
    ]
    grunner = bygd.ask("SELECT DISTINCT tilstand, grunn FROM utsending_naa WHERE forslag_id = ?", forslag_id)
    assert grunner == ([("avvist", "stoppet")] if tilstand == "stoppet" else [])


def test_the_approval_s_answer_names_the_proposal_the_decision_and_the_time(bygd: Any, hurtig: None) -> None:
    forslag_id = proposal(bygd)
    svar = decide(bygd, forslag_id, Beslutning.GODKJENN)
    assert (svar.forslag_id, svar.beslutning, svar.sendes_fra, svar.sendt) == (
        forslag_id, Beslutning.GODKJENN, bygd.at(BREVDAG), None,
    )  # fmt: skip


def test_a_stop_that_cannot_wait_for_the_sender_says_that_it_is_not_known_yet(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forslag_id = proposal(bygd)
    bygd.approve(forslag_id)
    monkeypatch.setattr(utboks, "VENT_PA_STOPP_SEKUNDER", 0.0)
    with utboks.alone(bygd.hjem), pytest.raises(BrukerFeil, match="ÅH-1409") as feil:
        decide(bygd, forslag_id, Beslutning.STOPP, grunn="feil tekst")
    assert feil.value.deler == {"forslag": forslag_id}
    assert bygd.proposal(forslag_id) == "stoppet"
    assert utboks.stopped(bygd.hjem, forslag_id).avvist == 2


def test_another_fault_while_a_stop_is_counted_is_told_as_what_it_is(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forslag_id = proposal(bygd)

    def locked_out(*_: Any) -> Any:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)

    monkeypatch.setattr(utboks, "count_by_state", locked_out)
    with pytest.raises(BrukerFeil, match="ÅH-1401"):
        utboks.stopped(bygd.hjem, forslag_id)


def test_nobody_cannot_settle_and_what_is_settled_keeps_who(uavklart: tuple[Any, str]) -> None:
    bygd, forslag_id = uavklart
    post = f"{forslag_id}-00001"
    with pytest.raises(BrukerFeil, match="ÅH-1406"):
        avgjorelse.settle(bygd.fresh(), post, " ", bygd.at(BREVDAG), kom_fram=True)
    assert bygd.states(forslag_id) == {"uavklart": 1}
    avgjorelse.settle(bygd.fresh(), post, "Kari", bygd.at(BREVDAG), kom_fram=False)
    sist = "SELECT av, handling FROM revisjon WHERE gjelder = ? ORDER BY rowid DESC LIMIT 1"
    assert bygd.ask(sist, post) == [("Kari", "avgjort_kom_ikke_fram")]
    assert bygd.ask("SELECT grunn FROM utsending_naa WHERE utsending_id = ?", post) == [("avgjort_kom_ikke_fram",)]


def test_a_transfer_that_arrived_still_waits_for_its_receipt(uavklart: tuple[Any, str]) -> None:
    bygd, forslag_id = uavklart
    bygd.write("UPDATE utsending SET kanal = ?", [["udir"]])
    avgjorelse.settle(bygd.fresh(), f"{forslag_id}-00001", "Kari", bygd.at(BREVDAG), kom_fram=True)
    assert bygd.states(forslag_id) == {"sendt": 1}
