"""The examples for the county's IT, tried for real: nginx with TLS and a log-in before our own pages, and systemd."""

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from deployments.server import free_port
from deployments.sidetjener import Sidetjener
from tasks.adgang import Adgang
from tasks.filer import ROT
from tests.deployments.test_sidetjener import wait_for

EKSEMPLER = ROT / "deployments" / "eksempler"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
SYSTEMD = shutil.which("systemd-analyze")
NAVN, HEMMELIGHET = "arshjul.example.no", "en-hemmelighet-for-proven-alene"
ADGANG = Adgang("passordet-som-ingen-her-kjenner", (NAVN,), "X-Forwarded-User", HEMMELIGHET)
GRUNNOPPSETT = """
daemon off; master_process off; pid {mappe}/nginx.pid; error_log {mappe}/feil.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {mappe}/b; proxy_temp_path {mappe}/p; fastcgi_temp_path {mappe}/f;
    uwsgi_temp_path {mappe}/u; scgi_temp_path {mappe}/s;
    include {mappe}/arshjul.conf;
}}
"""


class Ekko(BaseHTTPRequestHandler):
    """Stands where Prefect does: answers with what it was sent."""

    def do_GET(self) -> None:
        self.answer(200, json.dumps({"sti": self.path, "hoder": [[n.lower(), v] for n, v in self.headers.items()]}))

    def answer(self, kode: int, tekst: str, **hoder: str) -> None:
        self.send_response(kode)
        for navn, verdi in hoder.items():
            self.send_header(navn.replace("_", "-"), verdi)
        self.send_header("Content-Length", str(len(tekst.encode())))
        self.end_headers()
        self.wfile.write(tekst.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Innlogging(Ekko):
    """Stands where the county's log-in does: who has the cookie is Kari, or nobody by name."""

    sett: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.sett.append(str(self.headers))
        kake = self.headers.get("Cookie", "")
        if kake == "inne=uten-navn":
            self.answer(200, "")
        else:
            self.answer(200 if kake == "inne=ja" else 401, "", X_Auth_Request_User="kari@example.no")


@contextmanager
def served(tjener: ThreadingHTTPServer) -> Iterator[int]:
    with tjener:
        traad = threading.Thread(target=tjener.serve_forever, kwargs={"poll_interval": 0.05})
        traad.start()
        yield int(tjener.server_address[1])
        tjener.shutdown()
        traad.join()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The example itself, with only names of files and ports changed, before our own pages."""
    if NGINX is None:
        pytest.skip("nginx er ikke installert her, så eksempelet kan ikke prøves")
    mappe = tmp_path_factory.mktemp("nginx")
    sertifikat = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAVN}"]
    filer = ["-keyout", str(mappe / "tls.key"), "-out", str(mappe / "tls.crt"), "-addext", f"subjectAltName=DNS:{NAVN}"]
    subprocess.run([*sertifikat, *filer], check=True, capture_output=True)
    (mappe / "proxy.conf").write_text(f'proxy_set_header X-Arshjul-Proxy "{HEMMELIGHET}";\n')
    (mappe / "sider").mkdir()
    (mappe / "sider" / "index.html").write_bytes(b"hjulet")
    with ExitStack() as stabel:
        ekko = stabel.enter_context(served(ThreadingHTTPServer(("127.0.0.1", 0), Ekko)))
        innlogging = stabel.enter_context(served(ThreadingHTTPServer(("127.0.0.1", 0), Innlogging)))
        sider = stabel.enter_context(served(Sidetjener(mappe / "sider", 0, ADGANG)))
        tls, http = free_port(), free_port()
        oppsett = (EKSEMPLER / "nginx.conf").read_text("utf-8")
        for gammel, ny in {
            "/etc/arshjul": str(mappe), "127.0.0.1:4200": f"127.0.0.1:{ekko}", "127.0.0.1:4201": f"127.0.0.1:{sider}",
            "127.0.0.1:4180": f"127.0.0.1:{innlogging}", "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl",
            "listen 80;": f"listen 127.0.0.1:{http};",
        }.items():  # fmt: skip
            assert gammel in oppsett
            oppsett = oppsett.replace(gammel, ny)
        (mappe / "arshjul.conf").write_text(oppsett, "utf-8")
        (mappe / "nginx.conf").write_text(GRUNNOPPSETT.format(mappe=mappe))
        prosess = subprocess.Popen([NGINX, "-p", str(mappe), "-c", str(mappe / "nginx.conf")], stderr=subprocess.PIPE)
        try:
            assert wait_for(tls), prosess.communicate()[1]
            tillit = ssl.create_default_context(cafile=str(mappe / "tls.crt"))
            with httpx.Client(
                base_url=f"https://127.0.0.1:{tls}", verify=tillit, trust_env=False, headers={"Host": f"{NAVN}:{tls}"}
            ) as klient:
                yield klient
        finally:
            prosess.terminate()
            prosess.communicate()


def ask(nginx: httpx.Client, sti: str, kake: str = "inne=ja", **hoder: str) -> httpx.Response:
    sendt = {"Cookie": kake, **{navn.replace("_", "-"): verdi for navn, verdi in hoder.items()}}
    return nginx.get(sti, headers=sendt, extensions={"sni_hostname": NAVN})


def received(svar: httpx.Response, navn: str) -> list[Any]:
    return [verdi for hode, verdi in svar.raise_for_status().json()["hoder"] if hode == navn]


def test_prefect_is_told_who_it_is_and_that_the_proxy_says_so(nginx: httpx.Client) -> None:
    svar = ask(nginx, "/api/version?a=1")
    assert svar.json()["sti"] == "/api/version?a=1"
    assert received(svar, "x-forwarded-user") == ["kari@example.no"]
    assert received(svar, "x-arshjul-proxy") == [HEMMELIGHET]
    assert received(svar, "host") == [nginx.headers["Host"]]


def test_what_a_browser_says_of_itself_is_taken_away(nginx: httpx.Client) -> None:
    svar = ask(nginx, "/", X_Forwarded_User="sjefen", X_Arshjul_Proxy="gjettet", Authorization="Basic eDp5")
    assert received(svar, "x-forwarded-user") == ["kari@example.no"]
    assert received(svar, "x-arshjul-proxy") == [HEMMELIGHET]
    assert received(svar, "authorization") == []


def test_a_stream_is_passed_on_as_one(nginx: httpx.Client) -> None:
    svar = ask(nginx, "/api/events/out", Upgrade="websocket", Connection="Upgrade")
    assert (received(svar, "upgrade"), received(svar, "connection")) == (["websocket"], ["upgrade"])


def test_who_is_not_logged_in_is_sent_to_the_log_in_and_the_log_in_never_sees_the_secret(nginx: httpx.Client) -> None:
    for sti in ("/", "/sider/"):
        svar = ask(nginx, sti, kake="")
        assert (svar.status_code, httpx.URL(svar.headers["Location"]).path) == (302, "/oauth2/sign_in")
        assert httpx.URL(svar.headers["Location"]).host == NAVN
    assert Innlogging.sett
    assert HEMMELIGHET not in "".join(Innlogging.sett)


def test_our_pages_let_in_whom_the_proxy_names_and_nobody_without_a_name(nginx: httpx.Client) -> None:
    assert ask(nginx, "/sider/").text == "hjulet"
    assert ask(nginx, "/sider/", kake="inne=uten-navn", X_Forwarded_User="sjefen").status_code != 200
    assert ask(nginx, "/sider/").headers["Strict-Transport-Security"]


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze finnes ikke her, så enheten kan ikke prøves")
def test_the_service_is_one_that_systemd_takes(tmp_path: Path) -> None:
    enhet = tmp_path / "arshjul@fylket.service"
    tekst = (EKSEMPLER / "arshjul@.service").read_text("utf-8")
    tekst = tekst.replace("/opt/arshjul/arshjul", "/bin/true").replace("/opt/arshjul", "/opt")
    enhet.write_text(
        tekst.replace("\n#LoadCredential", "\nLoadCredential").replace("\n#Environment", "\nEnvironment"), "utf-8"
    )
    kommando = [SYSTEMD or "", "verify", "--man=no", "--recursive-errors=no", str(enhet)]
    ferdig = subprocess.run(kommando, capture_output=True, text=True, check=False)
    assert (ferdig.returncode, ferdig.stderr) == (0, "")
    vern = [SYSTEMD or "", "security", "--offline=yes", "--threshold=25", str(enhet)]
    assert subprocess.run(vern, capture_output=True, text=True, check=False).returncode == 0
