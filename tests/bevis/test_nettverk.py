"""The short proof of the network, and a judge that sees what calls out."""

import os

import pytest

from tests.bevis import prove
from tests.bevis.nettverk import judged
from tests.nettverk.inne import NETTLESERNAVN, NETTLESERPROVE, SELVPROVE, TELEMETRI, UTE
from tests.nettverk.lytter import asked_for
from tests.nettverk.rom import NAVNETJENER, IngenRom, _unshare


def step(hva, egne=10, pakker=None, navn=None):
    return {"hva": hva, "egne": egne, "pakker": pakker or {}, "navn": navn or {}}


def seen(*andre):
    alle = dict.fromkeys((*UTE, NAVNETJENER), 2)
    prover = [step(SELVPROVE, pakker=alle, navn={TELEMETRI: 1})]
    prover += [step(NETTLESERPROVE, pakker={NAVNETJENER: 1}, navn={NETTLESERNAVN: 2})]
    return {"steg": [*prover, *andre], "nettleser": True}


@pytest.mark.usefixtures("om_natten")
def test_nothing_leaves_the_machine_in_the_network_of_its_own():
    try:
        _unshare()
    except IngenRom as feil:
        if os.environ.get("ARSHJUL_KREV_NETTLESER"):
            raise
        pytest.skip(f"ingen nettverksrom kan lages her: {feil}")
    assert prove("nettverk", kort=True).brudd == ()


def test_the_judge_tells_of_a_packet_a_name_and_a_step_that_called_out():
    assert judged(seen(step("året"))).holder
    assert judged(seen(step("året", pakker={"198.51.100.9": 3}))).brudd == ("året: 3 pakker til 198.51.100.9",)
    assert judged(seen(step("året", navn={"a.example": 1}))).brudd == ("året: spurte etter a.example",)


def test_the_judge_does_not_believe_a_network_in_which_nothing_is_seen():
    tom = {"steg": [step(SELVPROVE), step(NETTLESERPROVE), step("året")], "nettleser": False}
    brudd = judged(tom).brudd
    assert f"{SELVPROVE}: {TELEMETRI} ble ikke sett" in brudd
    assert f"{NETTLESERPROVE}: {NETTLESERNAVN} ble ikke sett" in brudd
    assert "Chromium mangler: sidene ble ikke prøvd" in brudd
    assert len(brudd) == len(UTE) + 5


def test_a_question_for_a_name_is_read():
    assert asked_for(b"\x00" * 12 + b"\x03www\x07example\x00\x00\x01\x00\x01") == "www.example"
