"""The stand-ins as a process of their own: ready with addresses, asked and moved by others, alive when callers die."""

import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tasks.filer import ROT
from tests.motparter.brevklient import Brevklient
from tests.motparter.maskinporten import public_half
from tests.motparter.prosess import ask, own_process
from tests.motparter.svarut import TOKEN
from tests.motparter.test_krr import assertion

KL_ATTE = ("--klokke", "2026-05-12T08:00+02:00", "--lest", "0")
DREPT = """
import sys
from tests.motparter.brevklient import Brevklient
with Brevklient(sys.argv[1]) as klient:
    for nr in range(10**6):
        klient.send_letter(f"ref-{nr}")
"""


def test_letters_travel_and_their_receipts_come_back_when_the_clock_is_moved(tmp_path: Path) -> None:
    with own_process(tmp_path, "--fast-token", *KL_ATTE) as der, Brevklient(der["svarut"]["adresse"]) as klient:
        id_ = klient.send_letter().json()["id"]
        ask(der["krr"]["styring"], "tid", {"timer": 41})
        assert klient.statuses(id_)[0]["status"] == "SENDT_PRINT"
        assert ask(der["svarut"]["styring"], "mottatt")["referanser"] == {"ref-1": 1}


def test_a_token_from_its_maskinporten_opens_its_svarut(tmp_path: Path) -> None:
    with own_process(tmp_path) as der:
        nokkel = Path(der["maskinporten"]["nokkelfil"])
        assert nokkel.stat().st_mode & 0o077 == 0
        porten = type("Der", (), {"utsteder": der["maskinporten"]["utsteder"]})
        naa = int(time.time())
        from joserfc.jwk import RSAKey

        pastand = assertion_at(porten, naa, RSAKey.import_key(nokkel.read_bytes()))
        skjema = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": pastand}
        token = httpx.post(der["maskinporten"]["adresse"], data=skjema, trust_env=False).json()["access_token"]
        for brukt, status in ((token, 200), (TOKEN, 401)):
            with Brevklient(der["svarut"]["adresse"], Authorization=f"Bearer {brukt}") as klient:
                assert klient.send_letter().status_code == status


def assertion_at(porten: object, naa: int, nokkel: object) -> str:
    """Return what the client signs now."""
    from tests.motparter.klokke import Klokke

    porten.klokke = Klokke(None)  # type: ignore[attr-defined]
    return assertion(porten, nokkel=nokkel, iat=naa, exp=naa + 60, scope="ks:fiks")  # type: ignore[arg-type]


def test_it_remembers_its_letters_and_its_key_over_a_restart(tmp_path: Path) -> None:
    for gang in (1, 2):
        with own_process(tmp_path, "--fast-token", *KL_ATTE) as der, Brevklient(der["svarut"]["adresse"]) as klient:
            klient.send_letter()
            assert ask(der["svarut"]["styring"], "mottatt")["antall"] == gang
            offentlig = public_half(Path(der["maskinporten"]["nokkelfil"]).read_bytes())
    with own_process(tmp_path, "--fast-token") as der:
        assert public_half(Path(der["maskinporten"]["nokkelfil"]).read_bytes()) == offentlig


def test_it_keeps_count_when_a_caller_is_killed(tmp_path: Path) -> None:
    with own_process(tmp_path, "--fast-token") as der:
        kommando = [sys.executable, "-c", DREPT, der["svarut"]["adresse"]]
        with subprocess.Popen(kommando, cwd=ROT, env=os.environ | {"PYTHONPATH": str(ROT)}) as dor:
            frist = time.monotonic() + 20
            while ask(der["svarut"]["styring"], "mottatt")["antall"] < 20:
                assert time.monotonic() < frist
                time.sleep(0.02)
            dor.send_signal(signal.SIGKILL)
        with Brevklient(der["svarut"]["adresse"]) as klient:
            etter = ask(der["svarut"]["styring"], "mottatt")
            assert set(etter["referanser"].values()) == {1}
            assert len(klient.find("ref-0")) == 1


def test_mail_is_kept_as_files(tmp_path: Path) -> None:
    with own_process(tmp_path) as der:
        post = der["smtp"]
        with smtplib.SMTP(post["tjener"], post["port"], timeout=5) as samtale:
            samtale.starttls(context=ssl.create_default_context(cafile=post["ca_fil"]))
            samtale.login(post["bruker"], post["passord"])
            samtale.sendmail("a@example.no", ["b@example.no"], b"Subject: hei\r\n\r\nhei\r\n")
        assert ask(post["styring"], "mottatt")["antall"] == 1
        assert [sti.suffix for sti in Path(post["mappe"]).iterdir() if sti.name != "ca.pem"] == [".eml"]


@pytest.mark.parametrize("bud", [signal.SIGINT, signal.SIGTERM])
def test_it_takes_the_ports_it_is_given_and_stops_in_order(tmp_path: Path, bud: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ledig:
        port = ledig.getsockname()[1]
    with own_process(tmp_path, "--svarut-port", str(port)) as der:
        assert der["svarut"]["styring"] == f"http://127.0.0.1:{port}"
        assert ask(der["svarut"]["styring"], "mottatt")["antall"] == 0
        os.kill(der["pid"], bud)
        frist = time.monotonic() + 5
        while not _gone(port):
            assert time.monotonic() < frist
            time.sleep(0.02)


def _gone(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False
