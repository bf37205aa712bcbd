"""E-mail: one plain message to one recipient, never a file, never a second header."""

import json
import logging
import mimetypes
import socket
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tasks.epost import MELDING_ID, Vedlegg, build, message_of
from tasks.feil import BrukerFeil, ProgramFeil

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


def test_an_attachment_goes_along_and_the_bytes_are_the_same_twice() -> None:
    vedlegg = Vedlegg("brev.pdf", b"%PDF-1.7 \xff\n.\r\n")
    melding = lest(vedlegg=vedlegg)
    (fil,) = melding.iter_attachments()
    assert (fil.get_filename(), fil.get_content_type()) == ("brev.pdf", "application/pdf")
    assert fil.get_content() == vedlegg.data
    assert melding.get_body().get_content() == DELER["tekst"]
    assert build(**DELER, vedlegg=vedlegg) == build(**DELER, vedlegg=vedlegg)


def test_a_workbook_goes_along_as_one_also_where_the_machine_knows_no_workbooks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mimetypes._db", mimetypes.MimeTypes(filenames=()))
    vedlegg = Vedlegg("skjema_39001_2026.xlsx", b"PK\x03\x04 \xff\r\n.\r\n")
    (fil,) = lest(vedlegg=vedlegg).iter_attachments()
    slag = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert (fil.get_filename(), fil.get_content_type(), fil.get_content()) == (vedlegg.navn, slag, vedlegg.data)
    assert build(**DELER, vedlegg=vedlegg) == build(**DELER, vedlegg=vedlegg)


@pytest.mark.parametrize(
    "navn", ["/etc/passwd", "../a.pdf", "a\r\nb.pdf", "Kari Nordmann.pdf", "a.exe", ".pdf", "a.xlsm", "../a.xlsx"]
)
def test_an_attachment_of_a_strange_name_is_a_fault(navn: str) -> None:
    with pytest.raises(ProgramFeil):
        build(**DELER, vedlegg=Vedlegg(navn, b""))


def test_the_message_of_an_item_has_its_id_and_its_envelope() -> None:
    innhold = {navn: str(DELER[navn]) for navn in ("fra", "til", "emne", "tekst", "tid")}
    vedlegg = {"navn": "brev.pdf", "base64": "JVBERg=="}
    melding = message_of("abc", json.dumps(innhold | {"vedlegg": vedlegg}))
    lest_melding = BytesParser(policy=policy.default).parsebytes(melding.data)
    assert (melding.fra, melding.til, lest_melding["Message-ID"]) == (
        DELER["fra"],
        DELER["til"],
        "<abc@arshjul.invalid>",
    )
    assert MELDING_ID.fullmatch(lest_melding["Message-ID"])[1] == "abc"
    assert [fil.get_content() for fil in lest_melding.iter_attachments()] == [b"%PDF"]
