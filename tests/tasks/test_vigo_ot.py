"""VIGO OT asked over a real socket: what is tried again, what stops, and that nothing of key or answer is ever told."""

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks import vigo_ot
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.klokke import Ur, stopwatch
from tasks.vurdering import judge_file
from tests.tasks.vigo_ot_svar import NOKKEL, SVAR, VEI, answer

NAA = "2026-04-27T08:00"


@dataclass
class Klokke:
    """A clock that stands still but for the sleep asked of it."""

    sovet: list[float] = field(default_factory=list)
    start: Any = None

    def ur(self, treg: float = 0.0) -> Ur:
        return Ur(
            brukt=lambda: timedelta(seconds=sum(self.sovet) + treg),
            naa=lambda: self.start + timedelta(seconds=sum(self.sovet)),
            sov=self.sovet.append,
        )


@pytest.fixture
def spor(bygd: Any, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Asks the server (or ``adresse``) as the county would, with a clock that stands still."""
    monkeypatch.setenv(vigo_ot.MILJOVARIABEL, NOKKEL)
    klokke = Klokke(start=bygd.at(NAA))

    def ask(adresse: str = httpserver.url_for(VEI), *, treg: float = 0.0, fylkesnr: str = "39") -> bytes:
        hjem = with_settings(bygd, adresse, fylkesnr)
        return vigo_ot.ask(hjem, hjem.innstillinger.vigo_ot, klokke.ur(treg))

    ask.sovet = klokke.sovet  # type: ignore[attr-defined]
    return ask


def with_settings(bygd: Any, adresse: str, fylkesnr: str = "39") -> Hjem:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    uten = sti.read_text("utf-8").partition("\n[vigo_ot]")[0]
    sti.write_text(f'{uten}\n[vigo_ot]\nadresse = "{adresse}"\nfylkesnr = "{fylkesnr}"\n', "utf-8")
    return bygd.fresh()


def refused(ask: Callable[[], object], kode: str) -> str:
    """The message of the refusal, which tells nothing of the key and carries no other error along."""
    with pytest.raises(BrukerFeil, match=kode) as feil:
        ask()
    assert feil.value.__context__ is None
    assert feil.value.__cause__ is None
    assert NOKKEL not in str(feil.value)
    assert "Foo" not in str(feil.value)
    return str(feil.value)


def test_the_very_bytes_of_the_answer_come_back(httpserver: HTTPServer, spor: Any) -> None:
    httpserver.expect_request(VEI).respond_with_handler(answer)
    assert spor() == SVAR
    assert spor.sovet == []


def test_a_county_the_service_does_not_know_is_not_let_in(httpserver: HTTPServer, spor: Any) -> None:
    httpserver.expect_request(VEI).respond_with_handler(answer)
    assert "svar 403" in refused(lambda: spor(fylkesnr="40"), "ÅH-1615")
    assert spor.sovet == []


@pytest.mark.parametrize(
    ("status", "kode"), [(401, "ÅH-1615"), (403, "ÅH-1615"), (400, "ÅH-1616"), (404, "ÅH-1616"), (204, "ÅH-1616")]
)
def test_what_is_refused_for_good_is_asked_once(httpserver: HTTPServer, spor: Any, status: int, kode: str) -> None:
    httpserver.expect_request(VEI).respond_with_data("Foo", status=status)
    assert f"svar {status}" in refused(spor, kode)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_until_it_has(httpserver: HTTPServer, spor: Any, status: int) -> None:
    httpserver.expect_ordered_request(VEI).respond_with_data("Foo", status=status)
    httpserver.expect_ordered_request(VEI).respond_with_data("Foo", status=status)
    httpserver.expect_ordered_request(VEI).respond_with_handler(answer)
    assert spor() == SVAR
    assert spor.sovet == [1.0, 2.0]


def test_what_never_passes_ends_after_four_attempts(httpserver: HTTPServer, spor: Any) -> None:
    httpserver.expect_request(VEI).respond_with_data("Foo", status=500)
    assert "svar 500" in refused(spor, "ÅH-1617")
    assert (len(httpserver.log), spor.sovet) == (4, [1.0, 2.0, 4.0])


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        ("7", 7.0), ("0", 0.0), ("86400", 30.0), ("Mon, 27 Apr 2026 06:00:12 GMT", 12.0),
        ("Mon, 27 Apr 2026 05:00:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 30.0),
        ("snart", 1.0), ("-3", 1.0), ("", 1.0), ("Mon, 27 Apr 2026 06:00:12", 1.0), ("²", 1.0),
    ],
)  # fmt: skip
def test_the_service_says_how_long_to_wait_within_reason(
    httpserver: HTTPServer, spor: Any, retry_after: str, pause: float
) -> None:
    hode = {"Retry-After": retry_after}
    httpserver.expect_ordered_request(VEI).respond_with_data("", status=429, headers=hode)
    httpserver.expect_ordered_request(VEI).respond_with_handler(answer)
    assert spor() == SVAR
    assert spor.sovet == [pause]


def test_all_attempts_together_have_one_time_limit(httpserver: HTTPServer, spor: Any) -> None:
    httpserver.expect_request(VEI).respond_with_data("", status=503, headers={"Retry-After": "30"})
    refused(spor, "ÅH-1617")
    assert spor.sovet == [30.0]
    spor.sovet.clear()
    refused(lambda: spor(treg=59.5), "ÅH-1617")
    assert spor.sovet == []


@pytest.mark.parametrize("forst", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"])
def test_an_answer_that_trickles_for_ever_is_given_up_in_time(
    bygd: Any, spor: Any, monkeypatch: pytest.MonkeyPatch, forst: bytes
) -> None:
    slutt = threading.Event()

    def trickle() -> None:
        forbindelse, _ = sokkel.accept()
        with forbindelse, contextlib.suppress(OSError):
            forbindelse.sendall(forst)
            while not slutt.wait(0.02):
                forbindelse.sendall(b"H")

    monkeypatch.setattr(vigo_ot, "FRIST", timedelta(seconds=0.3))
    with socket.create_server(("127.0.0.1", 0)) as sokkel:
        threading.Thread(target=trickle, daemon=True).start()
        hjem = with_settings(bygd, f"http://127.0.0.1:{sokkel.getsockname()[1]}{VEI}")
        brukt = stopwatch(lopende=True)
        refused(lambda: vigo_ot.ask(hjem, hjem.innstillinger.vigo_ot, Ur(brukt)), "ÅH-1614")
        slutt.set()
    assert brukt() < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("kropp", "innholdstype", "kode"),
    [
        (b"<html>Foo</html>", "text/html", "ÅH-1619"),
        (SVAR, "text/html; charset=utf-8", "ÅH-1619"),
        (SVAR, "application/octet-stream", "ÅH-1619"),
        (SVAR, "", "ÅH-1619"),
        (b"<html>Foo</html>", "application/json", "ÅH-1620"),
        (SVAR[:-1], "application/json", "ÅH-1620"),
        (SVAR + b"}", "application/json", "ÅH-1620"),
        (b"", "application/json", "ÅH-1620"),
        (b"[]", "application/json", "ÅH-1620"),
        (b"[" * 100_000, "application/json", "ÅH-1620"),
        (b"\xff\xfe\xff", "application/json", "ÅH-1620"),
    ],
)
def test_what_is_no_whole_answer_is_refused_and_not_asked_again(
    httpserver: HTTPServer, spor: Any, kropp: bytes, innholdstype: str, kode: str
) -> None:
    httpserver.expect_request(VEI).respond_with_data(kropp, headers={"Content-Type": innholdstype})
    refused(spor, kode)
    assert len(httpserver.log) == 1


def test_a_packed_answer_is_refused_unopened(httpserver: HTTPServer, spor: Any) -> None:
    hoder = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    httpserver.expect_request(VEI).respond_with_data(b"x", headers=hoder)
    refused(spor, "ÅH-1619")


def test_an_answer_that_is_too_large_is_not_read_to_its_end(httpserver: HTTPServer, spor: Any) -> None:
    lest: list[int] = []

    def endless(request: Request) -> Response:
        def parts() -> Iterator[bytes]:
            for _ in range(200):
                lest.append(1)
                yield b" " * 2**20

        return Response(parts(), content_type="application/json")

    httpserver.expect_request(VEI).respond_with_handler(endless)
    assert "19 MB" in refused(spor, "ÅH-1621")
    assert len(lest) < 100


def test_nobody_is_followed_elsewhere_with_the_key(httpserver: HTTPServer, spor: Any) -> None:
    for vei in ("/rest/annet", "http://127.0.0.2:9/rest/ot"):
        httpserver.clear()
        httpserver.expect_request(VEI).respond_with_data("", status=302, headers={"Location": vei})
        refused(spor, "ÅH-1618")
        assert len(httpserver.log) == 1


class Brudd:
    """A server that answers each connection with the next of ``svar``, byte for byte, and hangs up."""

    def __init__(self, *svar: bytes) -> None:
        self.svar = list(svar)
        self.sokkel = socket.create_server(("127.0.0.1", 0))
        self.adresse = f"http://127.0.0.1:{self.sokkel.getsockname()[1]}{VEI}"
        self.traad = threading.Thread(target=self._serve, daemon=True)
        self.traad.start()

    def _serve(self) -> None:
        while self.svar:
            forbindelse, _ = self.sokkel.accept()
            with forbindelse:
                forbindelse.recv(65_536)
                forbindelse.sendall(self.svar.pop(0))
        self.sokkel.close()


HODE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(SVAR)


@pytest.mark.parametrize("forst", [b"", b"HTTP/1.1 200", HODE, HODE + SVAR[:100], b"\x00\x01 tull\r\n\r\n"])
def test_a_connection_that_breaks_is_tried_again(spor: Any, forst: bytes) -> None:
    tjener = Brudd(forst, HODE + SVAR)
    assert spor(tjener.adresse) == SVAR
    assert spor.sovet == [1.0]
    tjener.traad.join(5)


def test_nobody_there_is_told_after_four_attempts(spor: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sokkel:
        port = sokkel.getsockname()[1]
    refused(lambda: spor(f"http://127.0.0.1:{port}{VEI}"), "ÅH-1614")
    assert spor.sovet == [1.0, 2.0, 4.0]


def test_a_service_that_never_answers_is_given_up(
    httpserver: HTTPServer, spor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slipp = threading.Event()
    monkeypatch.setattr(vigo_ot, "TIDSGRENSER", 0.05)
    httpserver.expect_request(VEI).respond_with_handler(lambda _: Response(str(slipp.wait(5))))
    refused(spor, "ÅH-1614")
    slipp.set()


def test_in_practice_mode_only_this_machine_is_asked(bygd: Any, spor: Any) -> None:
    for adresse in ("https://localhost/rest/ot", "https://127.0.0.1.example.no/rest/ot", "https://example.no/rest/ot"):
        refused(lambda adresse=adresse: spor(adresse), "ÅH-1611")


def test_practice_never_goes_through_a_proxy(
    httpserver: HTTPServer, spor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    httpserver.expect_request(VEI).respond_with_handler(answer)
    assert spor() == SVAR


@pytest.mark.parametrize("nokkel", ["", "  ", "hemmelig\nto", "nøkkel", "a\x00b"])
def test_without_a_key_that_can_be_sent_nothing_is_asked(
    httpserver: HTTPServer, spor: Any, monkeypatch: pytest.MonkeyPatch, nokkel: str
) -> None:
    httpserver.expect_request(VEI).respond_with_handler(answer)
    monkeypatch.setattr("tasks.register.nokkel.read_secret", lambda *_: nokkel.strip())
    assert "hemmelig" not in refused(spor, "ÅH-1612")
    assert httpserver.log == []


def test_the_key_may_lie_in_a_file_in_the_home(
    bygd: Any, httpserver: HTTPServer, spor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(vigo_ot.MILJOVARIABEL)
    (bygd.hjem.mappe / vigo_ot.NOKKELFIL).write_text(f"{NOKKEL}\n", "utf-8")
    httpserver.expect_request(VEI).respond_with_handler(answer)
    assert spor() == SVAR


def test_another_county_s_number_is_refused_before_anything_is_asked(httpserver: HTTPServer, spor: Any) -> None:
    refused(lambda: spor(fylkesnr="42"), "ÅH-1613")
    assert httpserver.log == []


@pytest.mark.parametrize(
    "adresse",
    [
        "http://vigo.example.no/rest/ot", "ftp://127.0.0.1/rest/ot", "vigo.example.no", "https:///rest/ot", "",
        "http://localhost/rest/ot", "https://bruker:passord@vigo.example.no/", "https://vigo.example.no/?nokkel=x",
        "https://vigo.example.no:port/", "http://127.0.0.1@vigo.example.no/",
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_a_fault_of_the_settings(bygd: Any, adresse: str) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1102") as feil:
        _ = with_settings(bygd, adresse).innstillinger
    assert "vigo_ot.adresse" in str(feil.value)
    assert "passord" not in str(feil.value)


def test_no_log_holds_the_key_or_anything_of_the_answer(
    httpserver: HTTPServer, spor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_ordered_request(VEI).respond_with_data(SVAR, status=500)
    httpserver.expect_ordered_request(VEI).respond_with_handler(answer)
    spor()
    assert "httpcore" in {linje.name.partition(".")[0] for linje in caplog.records}
    assert NOKKEL not in caplog.text
    assert "Foo" not in caplog.text


def test_a_county_without_the_service_gets_no_file(bygd: Any) -> None:
    assert vigo_ot.fetch(bygd.fresh(), bygd.at(NAA)) == []


def test_the_answer_becomes_a_file_named_by_the_time_of_the_run(
    bygd: Any, httpserver: HTTPServer, spor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hjem = with_settings(bygd, httpserver.url_for(VEI))
    httpserver.expect_request(VEI).respond_with_handler(answer)
    (mottatt,) = vigo_ot.fetch(hjem, bygd.at(NAA))
    assert (mottatt.fil, mottatt.innhold, mottatt.ny) == ("vigo_ot_rest_2026-04-27T0800.json", SVAR, True)
    dag = date(2026, 4, 27)
    assert judge_file(hjem, mottatt, dag, dag, "").validert.gyldige["fodselsnummer"].tolist() == ["14850699950"]


@pytest.mark.parametrize(
    "endret", [{"errorMessage": "Foo feilet"}, {"antall": 2}, {"antall": 0, "otungdommer": []}, {"otungdommer": None}]
)
def test_an_answer_that_is_not_the_whole_truth_is_refused_on_the_road_of_a_file(
    bygd: Any, httpserver: HTTPServer, spor: Any, endret: dict[str, object]
) -> None:
    hjem = with_settings(bygd, httpserver.url_for(VEI))
    httpserver.expect_request(VEI).respond_with_json(json.loads(SVAR) | endret)
    (mottatt,) = vigo_ot.fetch(hjem, bygd.at(NAA))
    with pytest.raises(BrukerFeil, match="ÅH-20") as feil:
        judge_file(hjem, mottatt, date(2026, 4, 27), date(2026, 4, 27), "")
    assert "Foo" not in str(feil.value)


def test_a_date_that_is_none_is_told_by_row_and_column(bygd: Any, httpserver: HTTPServer, spor: Any) -> None:
    hjem = with_settings(bygd, httpserver.url_for(VEI))
    svar = SVAR.replace(b"10.12.2025", b"2025-12-10")
    httpserver.expect_request(VEI).respond_with_data(svar, content_type="application/json")
    (mottatt,) = vigo_ot.fetch(hjem, bygd.at(NAA))
    feil = judge_file(hjem, mottatt, date(2026, 4, 27), date(2026, 4, 27), "").validert.feil
    assert feil[["kolonne", "kode"]].to_numpy().tolist() == [["elevkurs_til_dato", "ÅH-2141"]]


def test_the_advisers_statuses_in_vigo_ot_reach_the_register_through_the_row_that_prepares_the_transfer(
    bygd: Any, httpserver: HTTPServer, spor: Any
) -> None:
    with_settings(bygd, httpserver.url_for(VEI))
    httpserver.expect_request(VEI).respond_with_handler(answer)
    svar = bygd.run("17", "2026-06-01T08:00")
    assert (svar.inn, svar.nye, svar.karantene) == (1, 1, 0)
    assert bygd.facts("14850699950", "fornavn", "fodselsdato", "ot_status") == ("Foo 1", "2006-05-14", "OTUK")
    assert bygd.run("17", "2026-06-02T08:00").lastet == 0
