"""E-mail: one plain message to one recipient, never a file, never a second header."""

import logging
import socket
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tasks.epost import build
from tasks.feil import BrukerFeil

DELER: dict[str, Any] = {
    "fra": "ot@eksempelfylke.no",
    "til": "kari@example.no",
    "emne": "Arbeidsliste for rådgivere på Ås",
    "tekst": "Hei!\n\nBlåbær og rømme.\nVennlig hilsen\nOT",
    "melding_id": "<0123abcd@arshjul.invalid>",
    "tid": datetime(2026, 5, 12, 8, 30, tzinfo=UTC),
}


def lest(**endret: Any) -> EmailMessage:
    """Return the message as a mail program reads it."""
    melding = BytesParser(policy=policy.default).parsebytes(build(**{**DELER, **endret}))
    assert isinstance(melding, EmailMessage)
    return melding


def test_the_same_message_is_the_same_bytes_twice() -> None:
    assert build(**DELER) == build(**DELER)


def test_norwegian_letters_survive_in_subject_and_body() -> None:
    melding = lest()
    assert melding["Subject"] == DELER["emne"]
    assert melding.get_content() == DELER["tekst"]


def test_the_message_is_one_plain_part_to_one_recipient() -> None:
    melding = lest()
    assert melding.get_content_type() == "text/plain"
    assert melding.get_content_charset() == "utf-8"
    assert (melding["From"], melding["To"], melding["Cc"]) == (DELER["fra"], DELER["til"], None)


def test_date_and_id_are_those_given() -> None:
    melding = lest()
    assert melding["Date"].datetime == DELER["tid"]
    assert melding["Message-ID"] == DELER["melding_id"]


def test_a_body_that_is_the_path_of_a_file_is_still_only_text(tmp_path: Path) -> None:
    fil = tmp_path / "hemmelig.txt"
    fil.write_text("hemmelighet")
    melding = lest(tekst=str(fil))
    assert melding.get_content() == str(fil)
    assert not list(melding.iter_attachments())
    assert b"hemmelighet" not in melding.as_bytes()


@pytest.mark.parametrize("tekst", ["", "a\nb\n\nc", "<script>x</script> & <br>", "/etc/passwd\n/etc/hosts", "x" * 5000])
def test_the_body_comes_out_as_it_went_in(tekst: str) -> None:
    assert lest(tekst=tekst).get_content() == tekst


def test_a_line_break_is_never_br() -> None:
    assert "<br>" not in lest(tekst="a\nb\r\nc").get_content()


@pytest.mark.parametrize("felt", ["fra", "til", "emne", "melding_id"])
@pytest.mark.parametrize("tegn", ["\n", "\r", "\r\n", "\x00", "\u2028"])
def test_a_control_character_in_a_header_is_refused(felt: str, tegn: str) -> None:
    with pytest.raises(BrukerFeil) as feil:
        build(**{**DELER, felt: f"{DELER[felt]}{tegn}Bcc: alle@example.no"})
    assert feil.value.kode == "ÅH-1502"
    assert "alle@example.no" not in str(feil.value)


@pytest.mark.parametrize(
    "til",
    [
        "",
        "kari",
        "kari@",
        "@example.no",
        "kari@example",
        "a@example.no,b@example.no",
        "Kari <kari@example.no>",
        "kåri@example.no",
        "kari@blåbær.no",
        "kari..n@example.no",
        "kari@-example.no",
        "kari @example.no",
        f"{'k' * 250}@example.no",
    ],
)
def test_an_invalid_recipient_is_refused_without_telling_it(til: str) -> None:
    with pytest.raises(BrukerFeil) as feil:
        build(**{**DELER, "til": til})
    assert feil.value.kode == "ÅH-1503"
    assert not til or til not in str(feil.value)


def test_an_invalid_sender_is_refused_and_gets_no_gmail_address() -> None:
    with pytest.raises(BrukerFeil) as feil:
        build(**{**DELER, "fra": "ot"})
    assert feil.value.kode == "ÅH-1504"


def test_a_long_subject_is_folded_as_the_standard_asks() -> None:
    emne = "Påminnelse om årets gjennomgang av ungdom " * 6
    assert lest(emne=emne.strip())["Subject"] == emne.strip()
    assert max(len(linje) for linje in build(**{**DELER, "emne": emne}).split(b"\r\n")) <= 78


def test_building_touches_neither_network_nor_password_nor_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def forbudt(*_: object, **__: object) -> None:
        pytest.fail("not allowed here")

    monkeypatch.setattr(socket, "socket", forbudt)
    monkeypatch.setattr("yagmail.password.handle_password", forbudt)
    monkeypatch.setattr("yagmail.sender.handle_password", forbudt)
    with caplog.at_level(logging.DEBUG):
        build(**DELER)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
