"""The mail server stand-in takes what it should, keeps it, and fails at each stage as it is told."""

import base64
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.motparter.smtp import BRUKER, HALVE, PASSORD, Postkasse, Poststyring, Postsvikt
from tests.motparter.svikt import Svikt

MELDING = b"Message-ID: <m1@arshjul.invalid>\r\nSubject: Hei\r\n\r\n.punktum\r\nH\xc3\xa5per det g\xc3\xa5r bra\r\n"
FRA, TIL, TIL_TO = "ot@example.no", "kari@example.no", "ola@example.no"
INNLOGGING = base64.b64encode(f"\0{BRUKER}\0{PASSORD}".encode()).decode()
KODER = [421, 450, 451, 452, 550, 552, 554]
STEG = ["TILKOBLING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "ETTER_DATA"]
Samtale = smtplib.SMTP


@pytest.fixture
def post() -> Iterator[Postkasse]:
    with Postkasse() as tjener:
        yield tjener


@contextmanager
def connected(post: Postkasse, vent: float = 2.0) -> Iterator[Samtale]:
    """A connection that is closed whatever happens."""
    samtale = smtplib.SMTP(timeout=vent, local_hostname="prove")
    # The library sets the name to check the certificate against only where it connects at once.
    samtale._host = "127.0.0.1"
    try:
        yield samtale
    finally:
        samtale.close()


def trust(post: Postkasse) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=post.ca_fil)


def steps(post: Postkasse, samtale: Samtale) -> dict[str, Callable[[], tuple[int, bytes]]]:
    """Return what is said at each stage, in order."""
    return {
        "TILKOBLING": lambda: samtale.connect("127.0.0.1", post.port),
        "EHLO": samtale.ehlo,
        "STARTTLS": lambda: samtale.starttls(context=trust(post)),
        "AUTH": lambda: (samtale.ehlo(), samtale.docmd("AUTH", f"PLAIN {INNLOGGING}"))[1],
        "MAIL": lambda: samtale.mail(FRA),
        "RCPT": lambda: samtale.rcpt(TIL),
        "DATA": lambda: samtale.docmd("DATA"),
        "ETTER_DATA": lambda: _finish(samtale),
    }


def _finish(samtale: Samtale) -> tuple[int, bytes]:
    samtale.send(b"Message-ID: <m1@arshjul.invalid>\r\n\r\nHei\r\n.\r\n")
    return samtale.getreply()


def talk(post: Postkasse, til: str = "ETTER_DATA", vent: float = 2.0) -> tuple[str, object]:
    """Send a message; return the stage where it stopped and the code or error there."""
    with connected(post, vent) as samtale:
        for steg, si in steps(post, samtale).items():
            try:
                kode = si()[0]
            except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected, OSError) as feil:
                return steg, getattr(feil, "smtp_code", type(feil).__name__)
            if kode >= 400 or steg == til:
                return steg, kode
    raise AssertionError


def send(post: Postkasse, *til: str) -> dict[str, tuple[int, bytes]]:
    """Send a message as the library does; return who was refused."""
    with connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        samtale.starttls(context=trust(post))
        samtale.login(BRUKER, PASSORD)
        return samtale.sendmail(FRA, til, MELDING)


def test_a_message_is_kept_byte_for_byte_with_who_it_is_to(post: Postkasse) -> None:
    assert send(post, TIL) == {}
    (melding,) = post.meldinger
    assert (melding.fra, melding.til, melding.data) == (FRA, (TIL,), MELDING)
    assert (melding.kryptert, melding.innlogget, post.antall) == (True, True, {"<m1@arshjul.invalid>": 1})


def test_several_messages_go_over_one_connection(post: Postkasse) -> None:
    with connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        samtale.starttls(context=trust(post))
        samtale.login(BRUKER, PASSORD)
        for _ in range(3):
            samtale.sendmail(FRA, [TIL], MELDING)
    assert (len(post.meldinger), post.steg["TILKOBLING"]) == (3, 1)


def test_nothing_is_taken_without_encryption_or_login(post: Postkasse) -> None:
    with connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        samtale.ehlo()
        assert samtale.mail(FRA)[0] == 530
        samtale.starttls(context=trust(post))
        samtale.ehlo()
        assert samtale.mail(FRA)[0] == 530
        with pytest.raises(smtplib.SMTPAuthenticationError):
            samtale.login(BRUKER, "feil")
    assert post.meldinger == []


def test_a_server_where_nobody_logs_in() -> None:
    with Postkasse(bruker=None) as post, connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        samtale.ehlo()
        assert samtale.mail(FRA)[0] == 530
        samtale.starttls(context=trust(post))
        samtale.ehlo()
        assert "auth" not in samtale.esmtp_features
        assert samtale.sendmail(FRA, [TIL], MELDING) == {}


@pytest.mark.parametrize("kode", KODER)
@pytest.mark.parametrize("steg", STEG)
def test_any_code_can_be_answered_at_any_stage(post: Postkasse, steg: str, kode: int) -> None:
    post.feil(Postsvikt.KODE, vei=steg, status=kode)
    assert talk(post) == (steg, kode)
    assert post.meldinger == []


@pytest.mark.parametrize("steg", [*STEG, "TEKST"])
def test_the_line_can_break_at_any_stage(post: Postkasse, steg: str) -> None:
    post.feil(Postsvikt.BRUDD, vei=steg)
    stoppet, feil = talk(post)
    assert stoppet == ("ETTER_DATA" if steg == "TEKST" else steg)
    assert feil in {"SMTPServerDisconnected", "ConnectionResetError", "BrokenPipeError"}
    assert post.meldinger == []


SAGT = {
    "EHLO": b"EHLO x",
    "STARTTLS": b"STARTTLS",
    "AUTH": b"AUTH PLAIN",
    "MAIL": b"MAIL FROM:<a@example.no>",
    "RCPT": b"RCPT TO:<b@example.no>",
    "DATA": b"DATA",
    "ETTER_DATA": b"Subject: hei\r\n\r\nhei\r\n.",
}


@pytest.mark.parametrize("steg", SAGT)
def test_half_a_line_can_be_all_that_comes_at_any_stage(post: Postkasse, steg: str) -> None:
    post.feil(Postsvikt.HALV_LINJE, vei=steg)
    with connected(post) as samtale:
        for forut, si in steps(post, samtale).items():
            if forut == steg:
                break
            si()
        if steg == "AUTH":
            # Encryption has made the server forget the first one.
            samtale.ehlo()
        samtale.sock.sendall(SAGT[steg] + b"\r\n")
        svar = b"".join(iter(lambda: samtale.sock.recv(99), b""))
    assert svar == HALVE.get(steg, "250").encode()
    assert post.meldinger == []


def test_half_a_greeting(post: Postkasse) -> None:
    post.feil(Postsvikt.HALV_LINJE, vei="TILKOBLING")
    with socket.create_connection(("127.0.0.1", post.port), timeout=2) as linje:
        assert (linje.recv(99), linje.recv(99)) == (b"220", b"")


@pytest.mark.parametrize("steg", STEG)
def test_it_can_say_nothing_at_any_stage(post: Postkasse, steg: str) -> None:
    post.feil(Postsvikt.TAUSHET, vei=steg, sekunder=30)
    start = time.monotonic()
    stoppet, feil = talk(post, vent=0.2)
    assert (stoppet, feil) in {(steg, "TimeoutError"), (steg, "SMTPServerDisconnected")}
    assert time.monotonic() - start < 2


def test_it_can_drip_one_byte_at_a_time_for_ever(post: Postkasse) -> None:
    post.feil(Svikt.DRYPP, vei="TILKOBLING", sekunder=0.02)
    with socket.create_connection(("127.0.0.1", post.port), timeout=1) as linje:
        biter = [linje.recv(1) for _ in range(20)]
    assert set(biter) == {b"2"}


@pytest.mark.parametrize("hva", [Postsvikt.BRUDD, Postsvikt.HALV_LINJE, Postsvikt.KODE])
def test_a_message_can_be_kept_though_no_250_comes(post: Postkasse, hva: Postsvikt) -> None:
    post.feil(hva, vei="ETTER_DATA", status=451, behandlet=True)
    stoppet, svar = talk(post)
    # smtplib takes the half line for a whole one; who reads lines must not.
    assert (stoppet, svar == 250, len(post.meldinger)) == ("ETTER_DATA", hva == Postsvikt.HALV_LINJE, 1)


def test_one_of_several_recipients_can_be_refused(post: Postkasse) -> None:
    post.feil(Postsvikt.KODE, vei="RCPT", ref=TIL_TO, status=550)
    assert list(send(post, TIL, TIL_TO)) == [TIL_TO]
    assert [melding.til for melding in post.meldinger] == [(TIL,)]


def test_a_rule_may_be_about_one_message(post: Postkasse) -> None:
    post.feil(Postsvikt.KODE, vei="ETTER_DATA", ref="<en-annen@x>", status=552)
    assert talk(post) == ("ETTER_DATA", 250)
    post.feil(Postsvikt.KODE, vei="ETTER_DATA", ref="<m1@arshjul.invalid>", status=552)
    assert talk(post) == ("ETTER_DATA", 552)


def test_a_message_refused_at_the_end_does_not_end_the_conversation(post: Postkasse) -> None:
    post.feil(Postsvikt.KODE, vei="ETTER_DATA", status=451, nr=1)
    with connected(post) as samtale:
        *til_mail, mail, rcpt, data, slutt = steps(post, samtale).values()
        for si in til_mail:
            si()
        assert [[si()[0] for si in (mail, rcpt, data, slutt)][-1] for _ in range(2)] == [451, 250]
    assert len(post.meldinger) == 1


def test_slow_is_still_taken(post: Postkasse) -> None:
    post.feil(Svikt.TREG_FOR, vei="ETTER_DATA", sekunder=0.1)
    assert (talk(post), len(post.meldinger)) == (("ETTER_DATA", 250), 1)


def test_encryption_can_be_left_out_of_what_is_offered(post: Postkasse) -> None:
    post.feil(Postsvikt.TLS_IKKE_TILBUDT, vei="EHLO")
    with connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            samtale.starttls(context=trust(post))
        assert samtale.docmd("STARTTLS")[0] == 454


@pytest.mark.parametrize(
    ("hva", "hvorfor"),
    [
        (Postsvikt.SERTIFIKAT_ANNEN_UTSTEDER, "unable to get local issuer|self.signed"),
        (Postsvikt.SERTIFIKAT_ANNET_NAVN, "IP address mismatch"),
        (Postsvikt.SERTIFIKAT_UTLOPT, "expired"),
    ],
)
def test_a_certificate_nobody_should_trust(post: Postkasse, hva: Postsvikt, hvorfor: str) -> None:
    post.feil(hva, vei="STARTTLS")
    with connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        with pytest.raises(ssl.SSLCertVerificationError, match=hvorfor):
            samtale.starttls(context=trust(post))
    assert talk_fine(post)


def talk_fine(post: Postkasse) -> bool:
    """Tell whether the next message is taken as usual."""
    post.feilplan.clear()
    return talk(post) == ("ETTER_DATA", 250)


def test_it_can_go_on_in_plain_text_after_it_has_said_yes_to_encryption(post: Postkasse) -> None:
    post.feil(Postsvikt.KLARTEKST, vei="STARTTLS")
    stoppet, feil = talk(post)
    assert (stoppet, str(feil).startswith("SSL")) == ("STARTTLS", True)


def test_it_can_slip_in_an_answer_before_the_encryption(post: Postkasse) -> None:
    post.feil(Postsvikt.INNSKUTT, vei="STARTTLS")
    with socket.create_connection(("127.0.0.1", post.port), timeout=2) as linje:
        linje.recv(999)
        linje.sendall(b"EHLO x\r\n")
        time.sleep(0.1)
        linje.recv(9999)
        linje.sendall(b"STARTTLS\r\n")
        assert linje.recv(9999) == b"220 Ready to start TLS\r\n250 innskutt\r\n"


def test_messages_can_be_kept_as_files_and_counted_by_another_process(tmp_path: Path) -> None:
    with Postkasse(mappe=tmp_path) as post, Poststyring(post) as styring:
        send(post, TIL)
        svar = httpx.get(f"{styring.rot}/_motpart/mottatt", trust_env=False).json()
    assert [sti.read_bytes() for sti in tmp_path.glob("*.eml")] == [MELDING]
    assert (svar["antall"], svar["referanser"], svar["steg"]["RCPT"]) == (1, {"<m1@arshjul.invalid>": 1}, 1)


def test_files_from_before_a_restart_are_left_as_they_are(tmp_path: Path) -> None:
    for _ in range(2):
        with Postkasse(mappe=tmp_path) as post:
            send(post, TIL)
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_server_that_is_down_takes_no_connection_and_keeps_what_it_had(post: Postkasse) -> None:
    send(post, TIL)
    with post.nede():
        assert talk(post) == ("TILKOBLING", "ConnectionRefusedError")
    assert (talk(post), len(post.meldinger)) == (("ETTER_DATA", 250), 2)


def test_it_stops_at_once_in_the_middle_of_a_conversation() -> None:
    with Postkasse() as post, connected(post) as samtale:
        samtale.connect("127.0.0.1", post.port)
        samtale.starttls(context=trust(post))
        start = time.monotonic()
        post.stop()
        assert time.monotonic() - start < 1
