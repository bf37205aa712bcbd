"""Every way a stand-in can fail over HTTP does what it says, seen from a bare socket, and hits when it should."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.motparter.brevklient import STI, Brevklient, exchange, raw_letter
from tests.motparter.svarut import SvarUt
from tests.motparter.svikt import Svikt


@pytest.fixture
def svarut() -> Iterator[SvarUt]:
    with SvarUt() as tjener:
        yield tjener


@pytest.fixture
def klient(svarut: SvarUt) -> Iterator[Brevklient]:
    with Brevklient(svarut.adresse) as klient:
        yield klient


def split(svar: bytes) -> tuple[bytes, bytes, bytes]:
    """Return first line, headers and body of an answer."""
    hode, _, kropp = svar.partition(b"\r\n\r\n")
    forste, _, hoder = hode.partition(b"\r\n")
    return forste, hoder.lower(), kropp


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504])
def test_any_status_can_be_answered_in_the_service_s_own_shape(svarut: SvarUt, klient: Brevklient, status: int) -> None:
    svarut.feil(Svikt.STATUS, status=status)
    svar = klient.send_letter()
    assert (svar.status_code, svar.json()["status"], svarut.mottatt) == (status, status, [])


@pytest.mark.parametrize(
    ("vent", "ventet"), [(30, "30"), (datetime(2026, 5, 12, 6, 5, tzinfo=UTC), "Tue, 12 May 2026 06:05:00 GMT")]
)
def test_429_says_when_to_come_back(svarut: SvarUt, klient: Brevklient, vent: Any, ventet: str) -> None:
    svarut.feil(Svikt.STATUS, status=429, vent=vent)
    assert klient.send_letter().headers["Retry-After"] == ventet


def test_an_error_may_hide_that_the_work_was_done(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.STATUS, status=500, behandlet=True)
    assert (klient.send_letter().status_code, svarut.antall) == (500, {"ref-1": 1})


HELE = {
    Svikt.INNLOGGINGSSIDE: (b"200", lambda kropp: kropp.startswith(b"<!DOCTYPE html"), 0),
    Svikt.UTEN_ID: (b"200", lambda kropp: "id" not in json.loads(kropp), 1),
    Svikt.DYP_JSON: (b"200", lambda kropp: kropp.startswith(b"[[["), 1),
    Svikt.TOM: (b"200", lambda kropp: kropp == b"", 1),
    Svikt.VIDERESENDING: (b"302", lambda kropp: kropp == b"", 0),
}


@pytest.mark.parametrize("hva", HELE)
def test_a_whole_answer_that_is_no_answer(svarut: SvarUt, hva: Svikt) -> None:
    status, ser_slik_ut, antall = HELE[hva]
    svarut.feil(hva)
    forste, hoder, kropp = split(exchange(svarut, raw_letter(), vent=0.3)[0])
    assert status in forste
    assert ser_slik_ut(kropp)
    assert svarut.antall.total() == antall
    assert (b"location: " in hoder) == (hva == Svikt.VIDERESENDING)


def test_half_a_json_with_the_length_of_the_half(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.AVKORTET_JSON)
    svar = klient.send_letter()
    assert svar.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        svar.json()
    assert svarut.antall == {"ref-1": 1}


def test_an_answer_about_another_id(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.FEIL_ID, nr=1)
    svar = klient.send_letter().json()["id"]
    assert (svar == svarut.mottatt[0].id, len(svar)) == (False, 36)
    assert klient.find() == [svarut.mottatt[0].id]


def test_the_look_up_may_be_behind(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter()
    svarut.feil(Svikt.OPPSLAG_TOMT, vei="finn", ganger=1)
    assert [len(klient.find()) for _ in range(2)] == [0, 1]


def test_an_answer_nobody_should_read(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.KJEMPESVAR, antall_byte=3_000_000)
    assert len(klient.send_letter().content) > 3_000_000


def test_bytes_that_are_not_http(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.TULL)
    with pytest.raises(httpx.RemoteProtocolError):
        klient.send_letter()
    assert svarut.mottatt == []


@pytest.mark.parametrize(
    ("hva", "antall"),
    [(Svikt.BRUDD_FOR_LESING, 0), (Svikt.BRUDD_UNDER_LESING, 0), (Svikt.BRUDD_ETTER_BEHANDLING, 1)],
)
@pytest.mark.parametrize("ref", [None, "ref-1"])
def test_the_connection_is_reset_without_an_answer(svarut: SvarUt, hva: Svikt, antall: int, ref: str | None) -> None:
    svarut.feil(hva, ref=ref)
    assert exchange(svarut, raw_letter()) == (b"", "brutt")
    assert svarut.antall.total() == antall


def test_a_break_while_reading_comes_before_the_whole_body(svarut: SvarUt) -> None:
    svarut.feil(Svikt.BRUDD_UNDER_LESING)
    hele = raw_letter()
    hode = hele.index(b"\r\n\r\n") + 4
    halve = hode + (len(hele) - hode) // 2
    assert exchange(svarut, hele[: halve - 1], vent=0.3)[1] == "taust"
    assert exchange(svarut, hele[: halve + 1], vent=0.3)[1] == "brutt"


def test_half_an_answer_and_then_no_more(svarut: SvarUt) -> None:
    svarut.feil(Svikt.BRUDD_I_SVARET)
    svar, slutt = exchange(svarut, raw_letter())
    _, hoder, kropp = split(svar)
    lengde = int(hoder.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert (slutt, 0 < len(kropp) < lengde, svarut.antall.total()) == ("lukket", True, 1)


def test_slow_before_the_work_does_it_even_if_the_caller_has_gone(svarut: SvarUt) -> None:
    svarut.feil(Svikt.TREG_FOR, sekunder=0.5)
    assert exchange(svarut, raw_letter(), vent=0.1) == (b"", "taust")
    assert svarut.mottatt == []
    wait_until(lambda: svarut.antall == {"ref-1": 1})


def test_slow_after_the_work_has_done_it(svarut: SvarUt) -> None:
    svarut.feil(Svikt.TREG_ETTER, sekunder=30)
    assert exchange(svarut, raw_letter(), vent=0.2) == (b"", "taust")
    assert svarut.antall == {"ref-1": 1}


def test_an_answer_that_drips_never_ends(svarut: SvarUt) -> None:
    svarut.feil(Svikt.DRYPP, sekunder=0.005)
    start = time.monotonic()
    with Brevklient(svarut.adresse) as klient, klient.stream("GET", STI, params={"eksternRef": "x"}) as svar:
        biter = svar.iter_raw()
        sett = b"".join(next(biter) for _ in range(60))
    assert sett.startswith(b'{"forsendelseIds": []}')
    assert (len(sett) >= 60, time.monotonic() - start > 0.2) == (True, True)


def test_a_stand_in_stops_at_once_while_a_fault_waits() -> None:
    with SvarUt() as svarut:
        svarut.feil(Svikt.TREG_ETTER, sekunder=600)
        exchange(svarut, raw_letter(), vent=0.1)
        start = time.monotonic()
    assert time.monotonic() - start < 1


def test_a_rule_by_number_hits_that_request_only(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter()
    regel = svarut.feil(Svikt.STATUS, vei="send", nr={2, 4})
    svar = []
    for _ in range(5):
        klient.find()
        svar.append(klient.send_letter().status_code)
    assert (svar, regel.truffet) == ([200, 503, 200, 503, 200], 2)


def test_a_rule_by_reference_hits_send_look_up_and_status(svarut: SvarUt, klient: Brevklient) -> None:
    id_ = klient.send_letter("ref-2").json()["id"]
    svarut.feil(Svikt.STATUS, ref="ref-2")
    sporsmal = (
        klient.get(STI, params={"eksternRef": "ref-2"}),
        klient.post(f"{STI}/status-sok", json={"forsendelseIds": [id_]}),
        klient.get(f"/v2/forsendelser/{id_}/hendelser"),
    )
    assert [klient.send_letter(ref).status_code for ref in ("ref-1", "ref-2")] == [200, 503]
    assert {svar.status_code for svar in sporsmal} == {503}


def test_a_share_is_drawn_the_same_way_every_time() -> None:
    utfall = []
    for _ in range(2):
        with SvarUt() as svarut, Brevklient(svarut.adresse) as klient:
            svarut.feil(Svikt.STATUS, andel=0.3, fro=7)
            utfall.append([klient.get(STI, params={"eksternRef": "x"}).status_code for _ in range(100)])
    assert utfall[0] == utfall[1]
    assert 15 < utfall[0].count(503) < 45


def test_a_rule_hits_no_more_often_than_it_may(svarut: SvarUt, klient: Brevklient) -> None:
    svarut.feil(Svikt.STATUS, ganger=2)
    assert [klient.send_letter().status_code for _ in range(3)] == [503, 503, 200]


def test_another_process_can_give_and_take_away_rules(svarut: SvarUt, klient: Brevklient) -> None:
    adresse = f"{svarut.rot}/_motpart/feil"
    klient.post(adresse, json={"hva": "status", "status": 502, "vei": ["send"]})
    assert klient.send_letter().status_code == 502
    klient.delete(adresse)
    assert klient.send_letter().status_code == 200


def test_a_service_that_is_down_takes_no_connection_and_comes_back_the_same(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter()
    with svarut.nede(), pytest.raises(httpx.ConnectError), Brevklient(svarut.adresse) as annen:
        annen.find()
    with Brevklient(svarut.adresse) as annen:
        assert len(annen.find()) == 1


def test_what_is_not_http_is_refused(svarut: SvarUt) -> None:
    svar, slutt = exchange(svarut, b"\x16\x03\x01 hei\r\n\r\n")
    assert (split(svar)[0], slutt) == (b"HTTP/1.1 400 Bad Request", "lukket")


def test_it_starts_and_stops_in_no_time() -> None:
    start = time.monotonic()
    for _ in range(5):
        with SvarUt() as svarut, Brevklient(svarut.adresse) as klient:
            klient.find()
    assert time.monotonic() - start < 1.5


def wait_until(holder: Any, sekunder: float = 5.0) -> None:
    """Wait for what another thread will do."""
    frist = time.monotonic() + sekunder
    while not holder():
        assert time.monotonic() < frist
        time.sleep(0.01)
