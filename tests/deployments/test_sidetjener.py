"""The pages are shown on this machine and nothing else is: asked over real sockets, as a browser and as a stranger."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployments.miljo import SIDER_URL
from deployments.server import free_port
from deployments.sidetjener import HODER, Sidetjener
from tasks import sider
from tasks.adgang import Adgang
from tasks.filer import ROT
from tasks.hjem import Hjem
from tasks.hjul.side import refresh
from tasks.klokke import now

SIDE = b"<!doctype html><title>Tall</title>"
HEMMELIG = b"brev til Navn Navnesen"
LAAST = Adgang("et-passord-for-proven", ("arshjul.example.no",), "X-Forwarded-User", "en-hemmelighet-for-proven")


@pytest.fixture
def mappe(tmp_path: Path) -> Path:
    """A home with a page, a library's own pages beneath it, and what must never be shown."""
    rot = tmp_path / "hjem" / "rapporter" / "sider"
    filer = {
        rot / "index.html": b"forside", rot / "nokkeltall/2026-06-15/index.html": SIDE,
        rot / "ajourhold/x/datadocs/index.html": b"docs", rot / "ajourhold/x/datadocs/stil.css": b"p{}",
        rot / "forberede/x/kryss.csv": b"a;b", rot / "arshjul.ics": b"BEGIN", rot / ".index.html.7.del": HEMMELIG,
        rot / "skjult/.x/index.html": HEMMELIG,
        rot / "program.js": HEMMELIG, rot / "uten_ending": HEMMELIG, rot.parent / "forslag/brev.html": HEMMELIG,
        rot.parent / "utlevering/n.html": HEMMELIG, rot.parent.parent / "innstillinger.toml": HEMMELIG,
        rot.parent / "sider2/index.html": HEMMELIG,
    }  # fmt: skip
    for sti, innhold in filer.items():
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_bytes(innhold)
    (rot / "lenke.html").symlink_to(rot.parent / "forslag/brev.html")
    (rot / "ut").symlink_to(rot.parent / "forslag", target_is_directory=True)
    return rot


def basic(passord: str) -> str:
    return f"Basic {b64encode(f'noen:{passord}'.encode()).decode()}"


@pytest.fixture
def tjener(mappe: Path) -> Iterator[Sidetjener]:
    with serving(mappe, Adgang()) as tjener:
        yield tjener


@contextmanager
def serving(mappe: Path, adgang: Adgang) -> Iterator[Sidetjener]:
    with Sidetjener(mappe, 0, adgang) as tjener:
        traad = threading.Thread(target=tjener.serve_forever, kwargs={"poll_interval": 0.05})
        traad.start()
        yield tjener
        tjener.shutdown()
        traad.join()


def ask(tjener: Sidetjener, sti: str, metode: str = "GET", **hoder: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Ask with the path exactly as it is written."""
    forbindelse = http.client.HTTPConnection("127.0.0.1", tjener.server_address[1], timeout=10)
    forbindelse.putrequest(metode, sti, skip_host="Host" in hoder)
    for navn, verdi in hoder.items():
        forbindelse.putheader(navn, verdi)
    forbindelse.endheaders()
    svar = forbindelse.getresponse()
    innhold = svar.read()
    forbindelse.close()
    return svar.status, innhold, svar.headers


@pytest.mark.parametrize(
    ("sti", "innhold", "type_"),
    [
        ("/", b"forside", "text/html; charset=utf-8"),
        ("/nokkeltall/2026-06-15/index.html", SIDE, "text/html; charset=utf-8"),
        ("/nokkeltall/2026-06-15/?x=1", SIDE, "text/html; charset=utf-8"),
        ("/ajourhold/x/datadocs/index.html", b"docs", "text/html; charset=utf-8"),
        ("/ajourhold/x/datadocs/stil.css", b"p{}", "text/css; charset=utf-8"),
        ("/forberede/x/kryss.csv", b"a;b", "text/csv; charset=utf-8"),
        ("/arshjul.ics", b"BEGIN", "text/calendar; charset=utf-8"),
    ],
)
def test_a_page_and_what_lies_beneath_it_are_shown(tjener: Sidetjener, sti: str, innhold: bytes, type_: str) -> None:
    kode, svar, hoder = ask(tjener, sti)
    assert (kode, svar, hoder["Content-Type"]) == (200, innhold, type_)
    kode, svar, hoder = ask(tjener, sti, "HEAD")
    assert (kode, svar, int(hoder["Content-Length"])) == (200, b"", len(innhold))


def raw(tjener: Sidetjener, sporsmaal: str) -> bytes:
    """Every byte of the answer to a question put as it is written."""
    vert = f"127.0.0.1:{tjener.server_address[1]}"
    with socket.create_connection(("127.0.0.1", tjener.server_address[1]), timeout=10) as forbindelse:
        forbindelse.sendall(f"{sporsmaal} HTTP/1.1\r\nHost: {vert}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        return b"".join(iter(lambda: forbindelse.recv(65536), b""))


def test_asked_what_a_page_is_it_does_not_send_the_page(tjener: Sidetjener) -> None:
    assert raw(tjener, "HEAD /").endswith(b"\r\n\r\n")
    assert raw(tjener, "HEAD /nei").endswith(b"\r\n\r\n")


FREMMEDE = [
    "/../forslag/brev.html", "/%2e%2e/forslag/brev.html", "/..%2fforslag%2fbrev.html", "/%252e%252e/forslag/brev.html",
    "/nokkeltall/../../forslag/brev.html", "//forslag/brev.html", "/./index.html", "/..\\forslag\\brev.html",
    "/forslag/brev.html", "/utlevering/n.html", "/innstillinger.toml", "/../sider2/index.html", "/lenke.html",
    "/ut/brev.html", "/.index.html.7.del", "/skjult/.x/index.html", "/program.js", "/uten_ending", "/nokkeltall",
    "/nokkeltall/", "/nokkeltall/2026-06-15", "/index.html%00.css", "/\x01", "/" + "a" * 5000, "*", "index.html",
    "http://127.0.0.1/../forslag/brev.html", "/index.html/", "/C:/index.html", "/%ff%fe",
]  # fmt: skip


@pytest.mark.parametrize("sti", FREMMEDE)
def test_no_other_file_and_no_folder_can_be_reached(tjener: Sidetjener, sti: str) -> None:
    svar = raw(tjener, f"GET {sti}")
    assert svar.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert HEMMELIG not in svar
    assert b"brev" not in svar


@pytest.mark.parametrize("metode", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "FINN"])
def test_pages_can_only_be_read(tjener: Sidetjener, metode: str) -> None:
    kode, _, hoder = ask(tjener, "/index.html", metode)
    assert (kode, hoder["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("sti", "metode"), [("/", "GET"), ("/nei", "GET"), ("/", "POST")])
def test_every_answer_tells_the_browser_to_do_nothing_but_show(tjener: Sidetjener, sti: str, metode: str) -> None:
    _, _, hoder = ask(tjener, sti, metode)
    assert {navn: hoder[navn] for navn in HODER} == HODER
    assert "script" not in HODER["Content-Security-Policy"]
    assert hoder["Content-Security-Policy"].startswith("default-src 'none';")
    assert "Python" not in hoder["Server"]


@pytest.mark.parametrize("vert", ["ond.example.no", "127.0.0.1", ""])
def test_another_site_cannot_ask_through_the_browser(tjener: Sidetjener, vert: str) -> None:
    assert ask(tjener, "/", Host=vert)[0] == 421
    assert ask(tjener, "/", Host=f"localhost:{tjener.server_address[1]}")[0] == 200


def test_another_sites_page_cannot_ask(tjener: Sidetjener) -> None:
    assert ask(tjener, "/", Origin="https://ond.example.no")[0] == 403
    assert ask(tjener, "/", Origin=f"http://127.0.0.1:{tjener.server_address[1]}")[0] == 200


@pytest.mark.parametrize(
    ("hoder", "kode"),
    [
        ({}, 401),
        ({"Authorization": basic("feil-passord-som-er-langt")}, 401),
        ({"Authorization": basic(LAAST.passord)}, 200),
        ({"X-Forwarded-User": "Kari"}, 401),
        ({"X-Forwarded-User": "Kari", "X-Arshjul-Proxy": "feil"}, 401),
        ({"X-Forwarded-User": "Kari", "Authorization": basic(LAAST.passord)}, 401),
        ({"X-Forwarded-User": "Kari", "X-Arshjul-Proxy": LAAST.proxyhemmelighet, "Host": "arshjul.example.no"}, 200),
    ],
)
def test_the_pages_ask_for_the_password_or_for_whom_the_proxy_says(
    mappe: Path, hoder: dict[str, str], kode: int
) -> None:
    with serving(mappe, LAAST) as laast:
        svar, innhold, hodene = ask(laast, "/", **hoder)
    assert (svar, innhold == b"forside", "WWW-Authenticate" in hodene) == (kode, kode == 200, kode == 401)


def test_only_this_machine_is_answered(tjener: Sidetjener) -> None:
    assert tjener.server_address[0] == "127.0.0.1"
    assert SIDER_URL == sider.ADRESSE


def test_its_own_process_shows_the_homes_pages_and_makes_a_front_page_where_there_is_none(fylke: Hjem) -> None:
    port = free_port()
    miljo = {
        "ARSHJUL_HOME": str(fylke.mappe), "PYTHONPATH": str(ROT), "PATH": "", "ARSHJUL_ADGANG": Adgang().as_text(),
    }  # fmt: skip
    refresh(fylke, now())
    with subprocess.Popen([sys.executable, "-m", "deployments.sidetjener", str(port)], cwd=ROT, env=miljo) as prosess:
        try:
            assert wait_for(port)
            forbindelse = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            forbindelse.request("GET", "/")
            assert "Året rundt" in forbindelse.getresponse().read().decode()
            forbindelse.close()
        finally:
            prosess.terminate()


def wait_for(port: int) -> bool:
    """Tell whether somebody listens within a while."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False
