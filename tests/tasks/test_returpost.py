"""Mail that came back: reports about our own messages, hard or soft, out of an export that may be broken anyhow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.epost import message_id
from tasks.returpost import Retur, Returpost, Returslag, read_export

HARD, MYK = Returslag.HARD, Returslag.MYK
ID = "0123abcd-u1"
VAAR = f"From: ot@example.no\r\nTo: kari@example.no\r\nMessage-ID: {message_id(ID)}\r\nSubject: Brev\r\n"


def report(felt: str, returnert: str = VAAR, slag: str = "text/rfc822-headers", hode: str = "") -> bytes:
    """A report as RFC 3464 has it: text for people, fields for machines, and what came back."""
    return (
        "From: MAILER-DAEMON@post.example.no\r\nTo: ot@example.no\r\nSubject: Undelivered Mail\r\n"
        f'{hode}MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="g"\r\n\r\n'
        "--g\r\nContent-Type: text/plain\r\n\r\nKunne ikke levere til kari@example.no\r\n"
        "--g\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; post.example.no\r\n\r\n"
        f"Final-Recipient: rfc822; kari@example.no\r\n{felt}\r\n\r\n"
        f"--g\r\nContent-Type: {slag}\r\n\r\n{returnert}\r\n--g--\r\n"
    ).encode()


def fields(handling: str, status: str) -> str:
    return f"Action: {handling}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 kari@example.no finnes ikke"


def plain(hoder: str, tekst: str = "Hei.") -> bytes:
    return f"From: Kari <kari@example.no>\r\nTo: ot@example.no\r\n{hoder}\r\n\r\n{tekst}\r\n".encode()


FEILET = report(fields("failed", "5.1.1"))
FORSINKET = report(fields("delayed", "4.4.1"))
FRAVAER = plain(f"Auto-Submitted: auto-replied\r\nIn-Reply-To: {message_id(ID)}")


@pytest.mark.parametrize(
    ("felt", "ventet"),
    [
        (fields("failed", "5.1.1"), Retur(ID, HARD, "5.1.1", gitt_opp=True)),
        (fields("Failed", "5.2.2 (mailbox full)"), Retur(ID, HARD, "5.2.2", gitt_opp=True)),
        (fields("failed", "4.4.7"), Retur(ID, MYK, "4.4.7", gitt_opp=True)),
        (fields("delayed", "4.4.1"), Retur(ID, MYK, "4.4.1", gitt_opp=False)),
        (fields("delayed", "5.0.0"), Retur(ID, MYK, "5.0.0", gitt_opp=False)),
        ("Action: failed", Retur(ID, HARD, "5.0.0", gitt_opp=True)),
        ("Action: failed\r\nDiagnostic-Code: smtp; 451 senere", Retur(ID, MYK, "4.0.0", gitt_opp=True)),
        ("Action: delayed\r\nStatus: tull", Retur(ID, MYK, "4.0.0", gitt_opp=False)),
    ],
    ids=lambda verdi: str(verdi)[:40],
)
def test_a_report_is_hard_or_soft(felt: str, ventet: Retur) -> None:
    assert read_export(report(felt)) == Returpost(returer=[ventet])


@pytest.mark.parametrize("handling", ["delivered", "relayed", "expanded"])
def test_a_report_that_all_is_well_is_no_return(handling: str) -> None:
    assert read_export(report(fields(handling, "2.0.0"))) == Returpost(andre=1)


@pytest.mark.parametrize(
    ("returnert", "slag", "hode"),
    [
        (VAAR + "\r\nHele brevet.", "message/rfc822", ""),
        (f"Message-ID:\r\n {message_id(ID)}\r\n", "text/rfc822-headers", ""),
        (VAAR.replace("\r\n", "\n"), "message/global-headers", ""),
        ("bare tekst", "text/plain", f"In-Reply-To: {message_id(ID)}\r\n"),
        ("bare tekst", "text/plain", f"References: <a@b.no> {message_id(ID)}\r\n"),
        ("bare tekst", "text/plain", f"X-Original-Message-ID: {message_id(ID)}\r\n"),
    ],
    ids=["message", "folded", "global", "in-reply-to", "references", "original"],
)
def test_a_report_is_matched_by_our_own_message_id(returnert: str, slag: str, hode: str) -> None:
    svar = read_export(report(fields("failed", "5.1.1"), returnert, slag, hode))
    assert svar.returer == [Retur(ID, HARD, "5.1.1", gitt_opp=True)]


def test_a_report_may_name_the_message_in_its_own_fields() -> None:
    felt = fields("failed", "5.1.1") + f"\r\nOriginal-Message-ID: {message_id(ID)}"
    assert read_export(report(felt, "", "text/plain")).returer[0].utsending_id == ID


@pytest.mark.parametrize(
    "returnert",
    [
        "Message-ID: <annet@example.no>\r\n",
        f"Subject: {message_id(ID)}\r\n",
        f"Message-ID: {message_id('a')} {message_id('b')}\r\n",
        f"Subject: Hei\r\n\r\nMessage-ID: {message_id(ID)}\r\n",
        "",
    ],
)
def test_a_report_about_somebody_else_s_message_is_left_alone(returnert: str) -> None:
    assert read_export(report(fields("failed", "5.1.1"), returnert)) == Returpost(andre=1)


def test_out_of_office_and_letters_from_people_are_counted_and_left_alone() -> None:
    assert read_export(FRAVAER) == Returpost(fravaer=1)
    assert read_export(plain(f"In-Reply-To: {message_id(ID)}")) == Returpost(andre=1)
    assert read_export(plain("Subject: Undelivered Mail", "Action: failed\nStatus: 5.1.1")) == Returpost(andre=1)


def test_a_return_that_no_machine_can_read_is_for_a_person() -> None:
    gammel = plain(f"Return-Path: <>\r\nReferences: {message_id(ID)}", "Sorry, no mailbox here by that name.")
    assert read_export(gammel) == Returpost(uforstatte=[ID])


@pytest.mark.parametrize("linjeskift", [b"\r\n", b"\n"])
def test_an_mbox_is_read_message_by_message(linjeskift: bytes) -> None:
    meldinger = [FEILET, FORSINKET, FRAVAER, plain("Subject: Hei", "Kort.\r\nFrom nå av er jeg ute.")]
    innhold = b"\r\n".join(b"From MAILER-DAEMON Mon May 11 08:00:00 2026\r\n" + enkelt for enkelt in meldinger)
    svar = read_export(innhold.replace(b"\r\n", linjeskift))
    assert [retur.status for retur in svar.returer] == ["5.1.1", "4.4.1"]
    assert (svar.fravaer, svar.andre, svar.uleselige) == (1, 1, 0)


@pytest.mark.parametrize("forst", [True, False])
def test_of_two_reports_about_one_message_the_gravest_counts(forst: bool) -> None:
    to = [FORSINKET, FEILET] if forst else [FEILET, FORSINKET]
    svar = read_export(b"\r\n".join(b"From x\r\n" + enkelt for enkelt in to))
    assert svar.worst() == {ID: Retur(ID, HARD, "5.1.1", gitt_opp=True)}


def test_nothing_of_any_person_is_told() -> None:
    fortalt = repr(read_export(b"From x\r\n" + FEILET + b"\r\nFrom x\r\n" + plain(f"References: {message_id(ID)}")))
    assert "kari" not in fortalt
    assert "@" not in fortalt


DYP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))


@pytest.mark.parametrize(
    "innhold",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\xff\xfe" * 500,
        b"From ",
        b"From x\r\n",
        FEILET[:300],
        FEILET.replace(b'boundary="g"', b""),
        FEILET.replace(b'boundary="g"', b'boundary="annet"'),
        FEILET.replace(b"text/rfc822-headers", b"text/rfc822-headers; charset=tull"),
        FEILET.replace(b"message/delivery-status", b"message/delivery-status\r\nContent-Transfer-Encoding: base64"),
        FEILET.replace(b"MAILER-DAEMON", b"=?tull?b?////?= \xc3\xa5\xff"),
        FEILET.replace(b"Content-Type: multipart", b"Content-Type: ;;;=\x00multipart"),
        DYP,
        b'Content-Type: multipart/report; boundary="' + b"g" * 100_000 + b'"\r\n\r\n',
        b"Subject: " + b"=?utf-8?q?" * 20_000,
    ],
    ids=lambda innhold: repr(innhold[-30:]),
)
def test_broken_mail_is_counted_and_never_stops_the_reading(innhold: bytes) -> None:
    start = time.perf_counter()
    etter = read_export(b"From x\r\n" + innhold + b"\r\n\r\nFrom x\r\n" + FEILET)
    read_export(innhold)
    assert time.perf_counter() - start < 5
    assert Retur(ID, HARD, "5.1.1", gitt_opp=True) in etter.returer


@given(st.lists(st.tuples(st.integers(0, len(FEILET)), st.binary(max_size=8)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_bytes_at_all_make_it_raise(endringer: list[tuple[int, bytes]]) -> None:
    innhold = bytearray(FEILET)
    for sted, nytt in endringer:
        innhold[sted : sted + len(nytt)] = nytt
    svar = read_export(bytes(innhold))
    assert len(svar.returer) + len(svar.uforstatte) + svar.fravaer + svar.andre + svar.uleselige <= 1
