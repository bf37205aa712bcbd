"""What brings about the answers of the first checks (1–14), and the register of all such ways."""

import json
import os
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from deployments.miljo import SERVERFIL
from deployments.prefectmal import DATABASE
from deployments.server import free_port
from tasks import klokke
from tasks.arshjul import read_wheel
from tasks.hjem import OVINGSTJENESTER
from tasks.klokke import to_utc
from tests.deployments.doktor.legeprove import NAA, Prove, plan_run
from tests.motparter.smtp import Postkasse

SKADER: dict[tuple[int, str], Callable[[Prove], object]] = {}
NAVN = [rad.rad for rad in read_wheel()]
DAG = timedelta(days=1)


def seed(nr: int, funn: str) -> Callable[[Callable[[Prove], object]], Callable[[Prove], object]]:
    """Note what brings an answer about."""

    def note(skade: Callable[[Prove], object]) -> Callable[[Prove], object]:
        SKADER[nr, funn] = skade
        return skade

    return note


@contextmanager
def prefects(prove: Prove) -> Iterator[sqlite3.Connection]:
    """Prefect's database."""
    with closing(sqlite3.connect(prove.mappe / DATABASE)) as con:
        yield con
        con.commit()


@seed(1, "ingen_database")
def never_started(prove: Prove) -> None:
    (prove.mappe / DATABASE).unlink()


@seed(1, "mangler")
def a_row_without_its_run(prove: Prove) -> None:
    with prefects(prove) as con:
        # Those of later years are planned all the same.
        con.execute(
            "DELETE FROM flow_run WHERE id = (SELECT id FROM flow_run WHERE flow_id = ?"
            " ORDER BY expected_start_time LIMIT 1)",
            [NAVN[13]],
        )


@seed(1, "feil_dag")
def a_run_on_another_day(prove: Prove) -> None:
    with prefects(prove) as con:
        plan_run(con, NAVN[13], "2027-07-17 08:00:00.000000")


@seed(1, "svarer_feil")
def another_password_than_the_servers(prove: Prove) -> None:
    prove.server.expect_request("/api/csrf-token").respond_with_data("", status=401)
    prove.note()


@seed(1, "svarer_ikke")
@seed(30, "svarer_ikke")
def a_port_that_hangs_up(prove: Prove) -> None:
    lytter = prove.stabel.enter_context(socket.create_server(("127.0.0.1", 0)))

    def hang_up() -> None:
        while True:
            try:
                lytter.accept()[0].close()
            except OSError:
                return

    threading.Thread(target=hang_up, daemon=True).start()
    port = lytter.getsockname()[1]
    notat = {"url": f"http://127.0.0.1:{port}/api", "port": port, "passord": True}
    (prove.mappe / SERVERFIL).write_text(json.dumps(notat))


@seed(2, "ikke_laget")
@seed(19, "ikke_laget")
def no_register(prove: Prove) -> None:
    for sti in prove.mappe.glob("register.duckdb*"):
        sti.unlink()


@seed(2, "opptatt")
def a_register_in_use(prove: Prove) -> None:
    from deployments.doktor import registeret

    prove.stabel.enter_context(pytest.MonkeyPatch.context()).setattr(registeret, "VENT_SEKUNDER", 0.1)
    prove.stabel.enter_context(prove.register())


@seed(2, "aapner_ikke")
@seed(19, "ikke_aapnet")
def another_key(prove: Prove) -> None:
    (prove.mappe / "register.nokkel").write_text("f" * 64)


@seed(3, "apen")
def a_file_that_others_can_read(prove: Prove) -> None:
    (prove.mappe / "innstillinger.toml").chmod(0o640)


@seed(3, "andres")
def a_file_of_another_users(prove: Prove) -> None:
    if os.getuid() == 0:
        os.chown(prove.mappe / "innstillinger.toml", 12345, 12345)
    else:
        # Only root can give a file away; to be another oneself comes to the same.
        prove.stabel.enter_context(pytest.MonkeyPatch.context()).setattr(os, "getuid", lambda: 12345)


@seed(4, "full")
def little_room(prove: Prove) -> None:
    prove.grenser["ledig_megabyte"] = 10**9


@seed(5, "tilbake")
def a_clock_that_has_gone_back(prove: Prove) -> None:
    prove.proposal("avvist", -DAG)


@seed(6, "gal")
def a_machine_without_summer_time(prove: Prove) -> None:
    prove.stabel.enter_context(pytest.MonkeyPatch.context()).setattr(klokke, "OSLO", ZoneInfo("UTC"))


@seed(7, "ingen")
def no_backup(prove: Prove) -> None:
    (prove.mappe / "sikkerhetskopi.json").unlink()


@seed(7, "gammel")
def an_old_backup(prove: Prove) -> None:
    prove.endret["naa"] = NAA + 8 * DAG


@seed(7, "borte")
def a_backup_that_is_gone(prove: Prove) -> None:
    sti = prove.mappe / "sikkerhetskopi.json"
    kopier = [kopi | {"fil": "borte.arshjul.tar"} for kopi in json.loads(sti.read_bytes())]
    sti.write_text(json.dumps(kopier))


@seed(8, "uten_gjester")
def a_trial_without_guests(prove: Prove) -> None:
    prove.mode("prøve")


@seed(8, "ovingsfiler")
def practice_that_is_left(prove: Prove) -> None:
    (prove.mappe / OVINGSTJENESTER).parent.mkdir()
    (prove.mappe / OVINGSTJENESTER).write_text("{}")


@seed(8, "ovingstjenester")
def practice_services_in_earnest(prove: Prove) -> None:
    prove.add('[krr]\nadresse = "http://127.0.0.1:1"\n')


@seed(9, "ukjente")
def a_guest_nobody_knows(prove: Prove) -> None:
    prove.mode("prøve")
    prove.add('[gjester]\npersoner = ["P-finnes-ikke"]\n')


@seed(10, "uten_nett")
def without_the_network(prove: Prove) -> None:
    prove.endret["uten_nett"] = True


@seed(10, "ingen_kontakt")
def a_mail_server_that_is_not_there(prove: Prove) -> None:
    prove.set("port = 1\n", f"port = {free_port()}\n")


def mail_server(prove: Prove, *, tillit: bool) -> Postkasse:
    post = Postkasse(bruker=None)
    post.start()
    prove.stabel.callback(post.stop)
    shutil.copy(post.ca_fil, prove.mappe / "ca.pem")
    (prove.mappe / "ca.pem").chmod(0o600)
    prove.set("port = 1\n", f"port = {post.port}\n" + ('ca_fil = "ca.pem"\n' if tillit else ""))
    return post


@seed(10, "sertifikat")
def a_mail_server_nobody_vouches_for(prove: Prove) -> None:
    mail_server(prove, tillit=False)


@seed(10, "utloper")
def a_certificate_that_soon_runs_out(prove: Prove) -> None:
    mail_server(prove, tillit=True)
    prove.endret["naa"] = klokke.now() + 725 * DAG


@seed(11, "uavklart")
def an_unclear_dispatch(prove: Prove) -> None:
    prove.proposal("iverksettes", timedelta(hours=1))
    felles = {"utsending_id": "U1"}
    prove.insert(
        "utsending", **felles, forslag_id="F1", rad=NAVN[13], aar=2026, person_id="P1", mottaker="ungdom",
        mottaker_ref="", kanal="digital", nokkel="n", innhold_sha256="x", innhold="{}", token="t",
    )  # fmt: skip
    prove.insert("utsending_hendelse", **felles, tilstand="uavklart", tid=to_utc(NAA), grunn="")


@seed(12, "apen")
def a_row_set_aside(prove: Prove) -> None:
    prove.insert(
        "karantene", rad=NAVN[11], aar=2026, fil="f.csv", sha256="x", rad_nr=2, kolonne="navn", kode="ÅH-2001",
        tilstand="åpen", kjoring_id="K1",
    )  # fmt: skip


@seed(13, "lenge")
def a_proposal_that_has_waited(prove: Prove) -> None:
    prove.proposal("venter", 8 * DAG)


@seed(14, "usendt")
def an_approval_that_came_to_nothing(prove: Prove) -> None:
    prove.proposal("godkjent", 2 * DAG)
