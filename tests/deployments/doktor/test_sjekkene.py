"""Each check finds its fault, in a county where all else is well, and says nothing where all is well.

``skader.py`` and ``flere_skader.py`` have one way to bring about each answer in ``data/doktor.csv``; a new answer
without one fails.
"""

import os
import signal
import socket
import ssl
import threading
from dataclasses import replace

import pytest

from deployments.doktor import tjenesten, undersokelse
from deployments.doktor.funn import OK, Tilstand, texts
from deployments.doktor.prosesser import ARBEIDER
from tasks.klokke import to_utc
from tests.deployments.doktor.flere_skader import a_file_nobody_reads
from tests.deployments.doktor.legeprove import EPOST, NAA, Prove, look
from tests.deployments.doktor.skader import DAG, SKADER, an_approval_that_came_to_nothing, mail_server
from tests.motparter.sertifikat import authority

FELLES = {"brast", "mangler_grunnlag", "uten_register", "uten_liste"}


def test_no_check_says_anything_where_all_is_well(prove: Prove) -> None:
    prove.started()
    mail_server(prove, tillit=True)
    assert {nr: funn for nr in undersokelse.NUMRE if (funn := look(prove, nr))} == {}


@pytest.mark.parametrize(("nr", "funn"), SKADER, ids=str)
def test_a_check_finds_its_fault(prove: Prove, nr: int, funn: str) -> None:
    SKADER[nr, funn](prove)
    assert funn in look(prove, nr)


def test_every_answer_of_every_check_is_brought_about() -> None:
    i_data = {(nr, funn) for nr, funn in texts() if funn != OK and nr}
    assert i_data == set(SKADER)
    assert {nr for nr, _ in texts() if nr} == set(undersokelse.NUMRE)
    assert {funn for nr, funn in texts() if not nr} == FELLES


def test_the_planned_runs_are_read_from_the_database_while_the_server_does_not_run(prove: Prove) -> None:
    assert look(prove, 1) == []


def test_the_planned_runs_are_asked_of_the_server_while_it_runs(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that looks right says nothing of a scheduler that has stopped making runs."""
    monkeypatch.setattr(tjenesten, "PLANLEGGING_SEKUNDER", 0)
    prove.started()
    assert look(prove, 1) == []
    prove.server.clear_all_handlers()
    prove.server.expect_request("/api/csrf-token").respond_with_json({"token": "merke"})
    prove.server.expect_request("/api/flows/filter").respond_with_json([])
    prove.server.expect_request("/api/flow_runs/filter").respond_with_json([])
    assert look(prove, 1) == ["mangler"]


def test_a_server_that_is_still_planning_is_given_time(prove: Prove) -> None:
    svar = prove.server.expect_ordered_request("/api/csrf-token")
    svar.respond_with_json({"token": "merke"})
    for sti in ("/api/flows/filter", "/api/flow_runs/filter"):
        prove.server.expect_ordered_request(sti).respond_with_json([])
    prove.started(moduler=[])
    assert look(prove, 1) == []


def test_a_website_nobody_vouches_for_is_told_of(prove: Prove) -> None:
    lytter = prove.stabel.enter_context(socket.create_server(("127.0.0.1", 0)))
    tls = authority().context()

    def answer_once() -> None:
        forbindelse, _ = lytter.accept()
        with forbindelse:
            try:
                tls.wrap_socket(forbindelse, server_side=True)
            except (ssl.SSLError, OSError):
                return

    traad = threading.Thread(target=answer_once, daemon=True)
    traad.start()
    prove.set(EPOST, f'\n[krr]\nadresse = "https://127.0.0.1:{lytter.getsockname()[1]}"\n')
    assert look(prove, 10) == ["sertifikat"]
    traad.join(5)


def test_nothing_is_sent_to_a_service_that_is_tried(prove: Prove) -> None:
    post = mail_server(prove, tillit=True)
    assert look(prove, 10) == []
    assert post.meldinger == []
    assert not {"mail", "rcpt", "data"} & {steg.casefold() for steg in post.steg}


def test_in_practice_no_service_outside_the_machine_is_tried(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("ut av maskinen")

    prove.mode("øve")
    prove.set('tjener = "127.0.0.1"', 'tjener = "epost.example.no"')
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert look(prove, 10) == []


def test_the_time_zone_of_the_machine_is_no_matter(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert look(prove, 6) == []
    monkeypatch.undo()
    time.tzset()


def test_a_file_that_is_being_written_is_no_leftover(prove: Prove) -> None:
    (prove.mappe / f".register.eier.{os.getpid()}.del").write_bytes(b"")
    assert look(prove, 28) == []


def test_a_file_in_the_inbox_is_not_named(prove: Prove) -> None:
    a_file_nobody_reads(prove)
    svar = [en for en in undersokelse.examine(replace(prove.blikk, uten_nett=True)) if en.nr == 24]
    assert [en.tilstand for en in svar] == [Tilstand.MERK]
    assert "Nordmann" not in svar[0].tekst
    assert ".docx" in svar[0].tekst


def test_an_approval_that_waits_for_something_known_is_no_fault(prove: Prove) -> None:
    an_approval_that_came_to_nothing(prove)
    prove.insert("utsending_vent", forslag_id="F1", kanal="digital", vent_til=to_utc(NAA + DAG), grunn="svarut_vent")
    assert look(prove, 14) == []


def test_another_homes_processes_are_not_ours(prove: Prove) -> None:
    prove.process(ARBEIDER, ARSHJUL_HOME=str(prove.mappe.parent / "annen"))
    assert look(prove, 29) == []


@pytest.mark.parametrize("nr", [16, 17, 29])
def test_a_machine_without_a_list_of_processes_says_that_it_has_none(prove: Prove, nr: int) -> None:
    prove.started(moduler=[])
    prove.endret["proc"] = prove.mappe / "finnes-ikke"
    assert look(prove, nr) == ["uten_liste"]


def test_a_process_that_ends_while_it_is_read_is_left_out(prove: Prove) -> None:
    prosess = prove.process(ARBEIDER)
    prosess.send_signal(signal.SIGKILL)
    assert os.waitid(os.P_PID, prosess.pid, os.WEXITED | os.WNOWAIT) is not None  # a zombie: listed, but empty
    assert look(prove, 29) == []


def test_looking_at_the_logo_keeps_no_logo(prove: Prove) -> None:
    assert look(prove, 25) == []
    assert not (prove.mappe / "logoer").exists()
