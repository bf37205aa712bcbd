"""The message service stand-in takes the documented JSON and refuses the rest."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.motparter.sms import NOKKEL, NOKKELHODE, Sms
from tests.motparter.svikt import Svikt

MELDING = {"receivers": ["4740000001"], "message": "Hei på deg", "sender": "OT", "referenceId": "ref-1"}


@pytest.fixture
def sms() -> Iterator[Sms]:
    with Sms() as tjener:
        yield tjener


def send(sms: Sms, nokkel: str = NOKKEL, **endret: Any) -> httpx.Response:
    """Send a message; None takes a field away."""
    kropp = {felt: verdi for felt, verdi in (MELDING | endret).items() if verdi is not None}
    return httpx.post(sms.adresse, json=kropp, headers={NOKKELHODE: nokkel}, trust_env=False)


def test_a_message_is_taken_and_answered_as_documented(sms: Sms) -> None:
    svar = send(sms).json()
    (melding,) = sms.meldinger
    assert (melding.mottaker, melding.tekst, melding.avsender) == ("4740000001", "Hei på deg", "OT")
    assert svar["messages"] == [{"messageId": melding.id, "referenceId": "ref-1", "recipient": "+4740000001"}]
    assert (len(svar["requestId"]), sms.antall) == (36, {"ref-1": 1})


@pytest.mark.parametrize("antall", [1, 1000])
def test_one_to_a_thousand_receivers(sms: Sms, antall: int) -> None:
    assert send(sms, receivers=[f"47{40000000 + nr}" for nr in range(antall)]).status_code == 200
    assert sms.antall == {"ref-1": antall}


@pytest.mark.parametrize(
    "endret",
    [
        {"receivers": []},
        {"receivers": ["4740000001"] * 1001},
        {"receivers": None},
        {"receivers": "4740000001"},
        {"receivers": ["+4740000001"]},
        {"receivers": ["40 00 00 01"]},
        {"receivers": [4740000001]},
        {"message": ""},
        {"message": None},
        {"sender": "Oppfolgingstjenesten"},
        {"referenceId": "r" * 501},
        {"referanse": "ref-1"},
    ],
    ids=str,
)
def test_what_it_does_not_take_is_refused(sms: Sms, endret: dict[str, Any]) -> None:
    svar = send(sms, **endret)
    assert (svar.status_code, list(svar.json()["data"]), sms.meldinger) == (400, list(endret), [])


def test_nobody_comes_in_without_the_key(sms: Sms) -> None:
    assert (send(sms, nokkel="en-annen").status_code, sms.meldinger) == (401, [])


def test_the_faults_are_those_of_every_stand_in(sms: Sms) -> None:
    sms.feil(Svikt.STATUS, status=502, ref="ref-1", ganger=1)
    sms.feil(Svikt.BRUDD_ETTER_BEHANDLING, ganger=1, vei="send")
    with pytest.raises(httpx.ReadError):
        send(sms)
    assert [send(sms).status_code for _ in range(2)] == [502, 200]
    assert sms.antall == {"ref-1": 2}


def test_an_answer_about_another(sms: Sms) -> None:
    sms.feil(Svikt.FEIL_ID)
    assert send(sms).json()["messages"][0]["referenceId"] == "en-annens"
