"""The outbox: each item at most once, nothing lost, nothing unapproved; killed anywhere and run again."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.verdier import Kanal, Modus, Tilstand
from tasks import filkanal, utboks
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.filkanal import Fillevering
from tasks.kanal import Leveringssvar
from tasks.kanaler import FILKANALER, channel
from tests.tasks.brudd import ANTALL, BRUDD, Drept, at_delivery

SENDT_ANTALL = "SELECT utsending_id, count(*) FROM utsending_hendelse WHERE tilstand = 'levert' GROUP BY 1"


@pytest.fixture
def godkjent(bygd: Any, hurtig: None) -> str:
    """Four youth, one of them with a guardian, proposed and approved: five letters and a notice to the adviser."""
    for _ in range(3):
        bygd.person()
    bygd.person(**bygd.MINDREAARIG)
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    return str(forslag_id)


def everything_went_once(bygd: Any, forslag_id: str) -> None:
    assert bygd.states(forslag_id) == {"levert": ANTALL}
    assert len(bygd.files()) == ANTALL
    assert Counter(antall for _, antall in bygd.ask(SENDT_ANTALL)) == {1: ANTALL}
    assert bygd.proposal(forslag_id) == "iverksatt"


def test_what_is_approved_is_sent_once_and_sending_again_sends_nothing(bygd: Any, godkjent: str) -> None:
    (forste,) = bygd.send()
    tider = [sti.stat().st_mtime_ns for sti in bygd.files()]
    assert (forste.levert, forste.trenger_noen) == (ANTALL, False)
    assert bygd.send() == []
    (igjen,) = bygd.send(godkjent)
    assert igjen.levert == ANTALL
    assert [sti.stat().st_mtime_ns for sti in bygd.files()] == tider
    everything_went_once(bygd, godkjent)


@pytest.mark.parametrize("brudd", BRUDD.values(), ids=BRUDD.keys())
def test_killed_at_any_point_and_sent_again_nothing_is_lost_and_nothing_goes_twice(
    bygd: Any, godkjent: str, brudd: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        brudd(patch)
        with pytest.raises(Drept):
            bygd.send()
    bygd.send()
    everything_went_once(bygd, godkjent)


def test_a_fault_in_a_channel_leaves_the_item_to_be_asked_about_and_the_next_send_goes_on(
    bygd: Any, godkjent: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filkanal, "write_file", lambda *_: (_ for _ in ()).throw(OSError("disken er full")))
        with pytest.raises(OSError, match="full"):
            bygd.send()
    assert bygd.proposal(godkjent) == "iverksettes"
    bygd.send()
    everything_went_once(bygd, godkjent)


SENDER = "import sys; from tasks import utboks; from tasks.hjem import home; from datetime import datetime as d\n"
SENDER += "from tasks.klokke import OSLO; n = d(2026, 5, 11, 10, tzinfo=OSLO); print('klar', flush=True)\n"
SENDER += "utboks.send(home(), None, n)"


def test_a_real_process_killed_while_it_sends_loses_nothing_and_repeats_nothing(
    bygd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(40):
        bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    prosess = subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROT, env=os.environ | {"PYTHONPATH": str(ROT)})
    slutt = time.monotonic() + 60
    while len(list(bygd.hjem.utboks.rglob("*.pdf"))) < 3 and time.monotonic() < slutt and prosess.poll() is None:
        time.sleep(0.005)
    prosess.send_signal(signal.SIGKILL)
    assert prosess.wait() == -signal.SIGKILL
    for_avbruddet = {sti: sti.read_bytes() for sti in bygd.files() if sti.suffix == ".pdf"}
    assert 3 <= len(for_avbruddet) < 40
    (sendt,) = bygd.send()
    assert sendt.levert == 41
    assert all(sti.read_bytes() == innhold for sti, innhold in for_avbruddet.items())
    assert len([sti for sti in bygd.files() if not sti.name.startswith(".")]) == 41
    assert {antall for _, antall in bygd.ask(SENDT_ANTALL)} == {1}


def test_two_at_once_one_sends_and_the_other_is_told_so(bygd: Any, godkjent: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        ekte = Fillevering.deliver
        avvist = []

        def deliver(self: Fillevering, *args: Any) -> Any:
            with pytest.raises(BrukerFeil) as feil:
                bygd.send()
            avvist.append(feil.value.kode)
            return ekte(self, *args)

        patch.setattr(Fillevering, "deliver", deliver)
        bygd.send()
    assert avvist == ["ÅH-1404"] * ANTALL
    everything_went_once(bygd, godkjent)


def interrupted(bygd: Any) -> None:
    """Sent the first item only, then gone."""
    with pytest.MonkeyPatch.context() as patch:
        at_delivery(2, skrevet=False)(patch)
        with pytest.raises(Drept):
            bygd.send()


def test_whoever_becomes_protected_during_a_cut_off_is_refused_and_the_others_get_theirs(
    bygd: Any, hurtig: Any
) -> None:
    personer = [bygd.person() for _ in range(3)]
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    interrupted(bygd)
    bygd.change(personer[2], "2026-05-11", "2026-05-11T09:00", adressegradering_otto="fortrolig")
    bygd.send(tid="2026-05-11T10:00")
    svar = dict(bygd.ask("SELECT person_id, tilstand FROM utsending_naa WHERE person_id <> ''"))
    assert svar == {personer[0]: "levert", personer[1]: "levert", personer[2]: "avvist"}
    assert bygd.proposal(forslag_id) == "iverksatt"


def test_what_may_still_be_on_its_way_in_is_not_asked_about_and_not_sent(
    bygd: Any, godkjent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(bygd)
    for kanal, om in FILKANALER.items():
        monkeypatch.setitem(FILKANALER, kanal, dataclasses.replace(om, tvil_sekunder=600))
    spurt: list[str] = []
    ekte = Fillevering.look_for
    monkeypatch.setattr(Fillevering, "look_for", lambda self, post: spurt.append(post.utsending_id) or ekte(self, post))
    begynt, naa = bygd.states(godkjent)["sender"], bygd.at(bygd.BREVDAG)
    utboks.send(bygd.hjem, None, naa + timedelta(seconds=599))
    assert (spurt, bygd.states(godkjent)["sender"]) == ([], begynt)
    utboks.send(bygd.hjem, None, naa + timedelta(seconds=600))
    assert len(spurt) == begynt
    everything_went_once(bygd, godkjent)


def test_whoever_becomes_protected_while_letters_go_out_is_stopped_before_the_next_batch(
    bygd: Any, hurtig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forste, siste = bygd.person(), bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    for kanal, om in FILKANALER.items():
        monkeypatch.setitem(FILKANALER, kanal, dataclasses.replace(om, bolk=1))
    ekte = utboks._deliver

    def deliver(*args: Any) -> Any:
        svar = ekte(*args)
        bygd.change(siste, "2026-05-11", "2026-05-11T09:00", adressegradering_otto="fortrolig")
        return svar

    monkeypatch.setattr(utboks, "_deliver", deliver)
    bygd.send()
    svar = dict(bygd.ask("SELECT person_id, tilstand FROM utsending_naa WHERE mottaker = 'ungdom'"))
    assert svar == {forste: "levert", siste: "avvist"}


def test_what_a_killed_sender_was_writing_is_cleared_away(bygd: Any, godkjent: str) -> None:
    rest = bygd.hjem.utboks / "print" / ".F2026-14-1-00001.pdf.123.del"
    rest.parent.mkdir(parents=True)
    rest.write_bytes(b"%PDF")
    bygd.send()
    assert not rest.exists()
    everything_went_once(bygd, godkjent)


def test_whoever_comes_of_age_during_a_cut_off_has_no_copy_sent_to_the_guardian(bygd: Any, hurtig: Any) -> None:
    bygd.person(**bygd.MINDREAARIG | {"fodselsdato": "2008-05-12"})
    bygd.approve(bygd.run().forslag_id)
    interrupted(bygd)
    bygd.send(tid="2026-05-12T08:00")
    svar = dict(bygd.ask("SELECT mottaker, tilstand FROM utsending_naa WHERE mottaker <> 'rådgiver'"))
    assert svar == {"ungdom": "levert", "foresatt": "avvist"}


def test_what_was_refused_because_it_changed_is_proposed_again_and_sent_as_it_is_now(bygd: Any, hurtig: Any) -> None:
    bygd.person()
    flyttet = bygd.person()
    bygd.approve(bygd.run().forslag_id)
    interrupted(bygd)
    bygd.change(flyttet, "2026-05-11", "2026-05-11T09:00", adresselinje1="Ny vei 2")
    bygd.send(tid="2026-05-11T10:00")
    bygd.letters_sent(tid="2026-05-11T11:00")
    brev = "SELECT innhold FROM utsending_naa WHERE person_id = ? AND tilstand = 'levert'"
    ((innhold,),) = bygd.ask(brev, flyttet)
    assert "Ny vei 2" in innhold


def test_a_file_that_is_there_with_other_bytes_is_for_a_person_and_never_sent_again(bygd: Any, hurtig: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    with pytest.MonkeyPatch.context() as patch:
        at_delivery(1, skrevet=True)(patch)
        with pytest.raises(Drept):
            bygd.send()
    (sti,) = bygd.files()
    sti.write_bytes(b"en annen versjon av programmet skrev dette")
    bygd.send()
    assert bygd.states(forslag_id)["uavklart"] == 1
    assert sti.read_bytes().startswith(b"en annen")
    assert bygd.run(tid="2026-05-11T12:00").forslag_id is None


def test_a_proposal_is_carried_out_only_when_nothing_of_it_is_still_planned(bygd: Any, godkjent: str) -> None:
    interrupted(bygd)
    assert bygd.proposal(godkjent) == "iverksettes"
    assert set(bygd.states(godkjent)) <= {"sender", "levert", "planlagt"}
    bygd.send()
    assert bygd.proposal(godkjent) == "iverksatt"
    assert sum(bygd.states(godkjent).values()) == ANTALL


@pytest.mark.parametrize("modus", ["prøve", "drift"])
@pytest.mark.parametrize("postkasse", [True, False])
def test_outside_practice_digital_mail_and_e_mail_are_refused_whole(
    bygd: Any, hurtig: Any, modus: str, postkasse: bool
) -> None:
    person = bygd.person()
    ((nummer,),) = bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", person)
    bygd.krr(*([bygd.mailbox(nummer)] if postkasse else []))
    bygd.approve(bygd.run().forslag_id)
    bygd.mode(modus)
    with pytest.raises(BrukerFeil, match="ÅH-1405"):
        bygd.send()
    assert bygd.files() == []


@pytest.mark.parametrize("modus", [Modus.PROVE, Modus.DRIFT])
def test_only_what_needs_no_connection_may_be_used_outside_practice(bygd: Any, modus: Modus) -> None:
    hjem = bygd.mode(modus)
    kan = set()
    for kanal in FILKANALER:
        with contextlib.suppress(BrukerFeil):
            kan.add(kanal if channel(hjem, kanal) else None)
    assert kan == {Kanal.PRINT, Kanal.ARKIV, Kanal.UDIR}


def three_letters(bygd: Any, monkeypatch: pytest.MonkeyPatch, svar: Callable[[int], Leveringssvar]) -> list[str]:
    """Three approved letters to a channel that answers the nth call with ``svar(n)``; what it was asked to deliver."""
    for _ in range(3):
        bygd.person(raadgiver="")
    bygd.approve(bygd.run().forslag_id)
    bedt: list[str] = []

    def deliver(self: Fillevering, post: Any) -> Leveringssvar:
        bedt.append(post.utsending_id)
        assert len(bedt) <= 3
        return svar(len(bedt))

    monkeypatch.setattr(Fillevering, "deliver", deliver)
    return bedt


def test_what_a_channel_gives_back_has_had_its_turn_and_is_still_planned(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bedt = three_letters(bygd, monkeypatch, lambda _: Leveringssvar(Tilstand.PLANLAGT))
    (sendt,) = bygd.send()
    assert (sendt.planlagt, sendt.gikk_ut, len(set(bedt))) == (3, 0, 3)
    assert bygd.proposal(sendt.forslag_id) == "iverksettes"


def test_those_after_the_one_that_stopped_the_channel_were_never_begun_and_until_when_is_told(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    til = bygd.at("2026-05-11T09:30")
    stopp = Leveringssvar(Tilstand.PLANLAGT, "svarut_vent", stopp=True, vent_til=til)
    bedt = three_letters(bygd, monkeypatch, lambda nummer: Leveringssvar(Tilstand.LEVERT) if nummer == 1 else stopp)
    (sendt,) = bygd.send()
    assert (sendt.levert, sendt.planlagt, sendt.sender, len(bedt)) == (1, 2, 0, 2)
    assert (sendt.venter_til, sendt.venter_grunn) == (til, "svarut_vent")
    assert sendt.venter_tekst not in {"", "svarut_vent"}


def test_what_cannot_be_made_ready_was_never_begun_and_the_channel_says_why(
    bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bedt = three_letters(bygd, monkeypatch, lambda _: Leveringssvar(Tilstand.LEVERT))

    def prepare(*_: Any) -> None:
        raise BrukerFeil("ÅH-1406")

    monkeypatch.setattr(Fillevering, "prepare", prepare)
    (sendt,) = bygd.send()
    assert (sendt.planlagt, sendt.sender, bedt) == (3, 0, [])
    assert (sendt.venter_til, sendt.venter_grunn) == (bygd.at(bygd.BREVDAG), "ÅH-1406")
