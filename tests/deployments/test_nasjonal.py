"""Many counties: the operator's table, what a run is told, one writer a home, what becomes of a run that was left."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import StateType

from deployments.nasjonal import ettersyn
from deployments.nasjonal.arbeider import county_run, entrypoints, job_type
from deployments.nasjonal.kjoring import BEHOLDES, county_environment
from deployments.nasjonal.skriver import nobody_writes, read_log, writer
from deployments.nasjonal.tabell import Drift, Fylke, door_access, read_table
from deployments.navnevakt import IkkeTillatt, take_up
from deployments.server import free_port
from tasks import hjemvern
from tasks.feil import BrukerFeil
from tasks.filer import ROT, write_file
from tests.deployments.test_sidetjener import wait_for

TABELL = 'navn = "d"\napi = "http://127.0.0.1:1/api"\n'
FYLKE = '[[fylke]]\nnummer = "{nr}"\nnavn = "Fylke"\nhjem = "/srv/{hjem}"\ndor = {dor}\n'


def table(tmp_path: Path, *fylker: tuple[str, str, int], ekstra: str = "") -> Path:
    sti = tmp_path / "fylker.toml"
    innhold = TABELL + ekstra + "".join(FYLKE.format(nr=nr, hjem=hjem, dor=dor) for nr, hjem, dor in fylker)
    write_file(sti, innhold.encode())
    return sti


def test_the_table_tells_who_the_counties_are_and_where(tmp_path: Path) -> None:
    drift = read_table(table(tmp_path, ("31", "a", 4231), ("32", "b", 4232)))
    assert [(f.ko, str(f.nokkel)) for f in drift.fylker] == [
        ("fylke-31", "/srv/a/register.nokkel"), ("fylke-32", "/srv/b/register.nokkel"),
    ]  # fmt: skip
    with pytest.raises(BrukerFeil, match=r"ÅH-1734.*99"):
        drift.county("99")


@pytest.mark.parametrize(
    ("fylker", "ekstra", "ventet"),
    [
        ([("31", "a", 1), ("31", "b", 2)], "", "hver sin"),
        ([("31", "a", 1), ("32", "a", 2)], "", "hver sin"),
        ([("31", "a", 1), ("32", "b", 1)], "", "hver sin"),
        ([("3", "a", 1)], "", "nummer"),
        ([("31", "a", 1)], 'nokkel = "hemmelig"\n', "nokkel"),
    ],
)
def test_a_table_where_two_counties_share_something_is_refused(
    tmp_path: Path, fylker: list[tuple[str, str, int]], ekstra: str, ventet: str
) -> None:
    with pytest.raises(BrukerFeil, match=rf"ÅH-1733.*{ventet}") as feil:
        read_table(table(tmp_path, *fylker, ekstra=ekstra))
    assert "hemmelig" not in str(feil.value)


def test_a_table_that_others_can_read_is_refused(tmp_path: Path) -> None:
    sti = table(tmp_path)
    sti.chmod(0o640)
    with pytest.raises(BrukerFeil, match="ÅH-1732"):
        read_table(sti)
    with pytest.raises(BrukerFeil, match="ÅH-1731"):
        read_table(tmp_path / "finnes-ikke.toml")


def test_a_door_without_a_password_does_not_open(tmp_path: Path) -> None:
    sti = table(tmp_path, ("31", "a", 1))
    fylke = read_table(sti).county("31")
    with pytest.raises(BrukerFeil, match=r"ÅH-1735.*dor-31.passord"):
        door_access(sti, fylke)
    write_file(tmp_path / "dor-31.passord", b"et-langt-passord-til-31")
    assert door_access(sti, fylke).passord == "et-langt-passord-til-31"


def test_a_run_knows_its_own_county_and_nothing_else_of_the_worker() -> None:
    miljo = {
        "PATH": "/bin", "ARSHJUL_HOME": "/srv/a", "ARSHJUL_KEY_FILE": "/srv/a/k", "PREFECT__FLOW_RUN_ID": "x",
        "ARSHJUL_KEY": "en-annens", "ARSHJUL_DRIFT_PASSORD": "hemmelig", "AWS_SECRET": "hemmelig",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "hemmelig", "PREFECT_HOME": "/arbeiderens", "ARSHJUL_SVARUT": "s",
    }  # fmt: skip
    rent = county_environment(miljo)
    assert "hemmelig" not in rent.values()
    assert {n for n in rent if n.startswith("ARSHJUL")} == {"ARSHJUL_HOME", "ARSHJUL_KEY_FILE"}
    assert rent["PREFECT_HOME"] == "/srv/a/prefect"
    assert "ARSHJUL_KEY" not in BEHOLDES


@pytest.mark.parametrize(
    ("felt", "prefect", "sider"),
    [
        ({}, "", ""),
        ({"dor": 4231}, "http://127.0.0.1:4231", ""),
        ({"dor": 4231, "sider": 4331}, "http://127.0.0.1:4231", "http://127.0.0.1:4331"),
        ({"dor": 1, "sider": 2, "vertsnavn": ("31.ot.no",)}, "https://31.ot.no", "https://31.ot.no/sider"),
        ({"dor": 1, "vertsnavn": ("31.ot.no",)}, "https://31.ot.no", ""),
    ],
)
def test_a_run_is_told_where_the_countys_people_look(
    tmp_path: Path, felt: dict[str, Any], prefect: str, sider: str
) -> None:
    fylke = Fylke(nummer="31", navn="Fylke", hjem=tmp_path, **felt)
    drift = Drift(navn="d", api="http://127.0.0.1:1/api", fylke=(fylke,))
    rent = county_environment(county_run(drift, fylke, "arbeider-1", "flows/brev.py:brev"))
    assert (rent["ARSHJUL_PREFECT"], rent["ARSHJUL_SIDER"]) == (prefect, sider)


def test_a_countys_pages_are_shown_to_its_own_people_without_a_key_a_register_or_the_operators_password(
    tmp_path: Path,
) -> None:
    port = free_port()
    sti = table(tmp_path, ("31", str(tmp_path / "31"), 1))
    sti.write_text(f"{sti.read_text('utf-8')}sider = {port}\n".replace("/srv/", ""), "utf-8")
    write_file(tmp_path / "dor-31.passord", b"et-langt-passord-til-31")
    write_file(tmp_path / "31" / "rapporter" / "sider" / "index.html", b"<p>31s side</p>")
    write_file(tmp_path / "32" / "rapporter" / "sider" / "index.html", b"<p>32s side</p>")
    ord_ = ["counties", "pages", "--table", str(sti), "--county", "31"]
    miljo = {"PYTHONPATH": str(ROT), "PATH": "", "ARSHJUL_HOME": str(tmp_path / "var")}
    with subprocess.Popen([sys.executable, "-m", "deployments", *ord_], cwd=ROT, env=miljo) as prosess:
        try:
            assert wait_for(port)
            spor = partial(httpx.get, f"http://127.0.0.1:{port}/", trust_env=False)
            assert spor().status_code == httpx.codes.UNAUTHORIZED
            assert spor(auth=("arshjul", "dorpassordet-til-32")).status_code == httpx.codes.UNAUTHORIZED
            assert spor(auth=("arshjul", "et-langt-passord-til-31")).text == "<p>31s side</p>"
        finally:
            prosess.terminate()


def prepared(tmp_path: Path, **deployment: Any) -> Any:
    drift = read_table(table(tmp_path, ("31", "a", 1)))
    jobb = job_type(drift, "arbeider-1", entrypoints())(command="ond kommando", env={"ARSHJUL_HOME": "/annet"})
    mal = {"work_queue_name": "fylke-31", "entrypoint": "flows/brev.py:brev", "pull_steps": []}
    utrulling: Any = SimpleNamespace(**mal | deployment, id="u", name="n", path=None)
    kjoring: Any = SimpleNamespace(id="k", name="n", deployment_id="u", flow_id="f", labels={})
    jobb.prepare_for_flow_run(kjoring, utrulling)
    return jobb


@pytest.mark.parametrize(
    "deployment",
    [
        {"work_queue_name": "fylke-32"},
        {"work_queue_name": None},
        {"entrypoint": "ond.py:flyt"},
        {"entrypoint": None},
        {"pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "ond"}}]},
    ],
)
def test_a_worker_carries_out_nothing_but_our_code_for_its_own_counties(
    tmp_path: Path, deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_the_base(monkeypatch)
    with pytest.raises(ValueError, match="ikke et av fylkenes"):
        prepared(tmp_path, **deployment)


def keep_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Prefect itself prepares is of no account here, and needs whole objects of its own."""
    from prefect.workers.process import ProcessJobConfiguration

    monkeypatch.setattr(ProcessJobConfiguration, "prepare_for_flow_run", lambda *_: None)


def test_what_the_server_says_of_command_and_home_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_the_base(monkeypatch)
    jobb = prepared(tmp_path)
    assert jobb.env["ARSHJUL_HOME"] == "/srv/a"
    assert jobb.env["PREFECT__FLOW_ENTRYPOINT"] == "flows/brev.py:brev"
    assert "ond" not in jobb.command
    assert jobb.working_dir == ROT


HOLD = "import sys, time\nfrom pathlib import Path\nfrom deployments.nasjonal.skriver import writer\n\
with writer(Path(sys.argv[1]), 'en annen', 'k1'):\n    print('tatt', flush=True)\n    time.sleep(60)\n"


def test_one_writes_in_a_home_at_a_time_and_a_killed_one_no_longer(tmp_path: Path) -> None:
    miljo = {**os.environ, "PYTHONPATH": str(ROT)}
    annen = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, env=miljo)
    assert annen.stdout
    assert annen.stdout.readline() == b"tatt\n"
    with pytest.raises(BrukerFeil, match="ÅH-1738"), writer(tmp_path, "vi", "k2", vent=0.3):
        pass
    with nobody_writes(tmp_path) as ledig:
        assert not ledig
    annen.send_signal(signal.SIGKILL)
    annen.communicate()
    with nobody_writes(tmp_path) as ledig:
        assert ledig
    with writer(tmp_path, "vi", "k3", vent=5):
        pass
    assert [(linje["hva"], linje["kjoring"]) for linje in read_log(tmp_path)] == [
        ("tok", "k1"), ("tok", "k3"), ("slapp", "k3"),
    ]  # fmt: skip


class Klient:
    """A server with one run that stands as running."""

    def __init__(self, tilstand: StateType, forsok: int) -> None:
        self.kjoring = SimpleNamespace(
            id="k", run_count=forsok, state=SimpleNamespace(type=tilstand, timestamp=ettersyn.now())
        )
        self.satt: list[Any] = []

    def read_flow_runs(self, **_: Any) -> list[Any]:
        return [self.kjoring]

    def set_flow_run_state(self, _: Any, tilstand: Any, **__: Any) -> None:
        self.satt.append(tilstand)


def looked(tmp_path: Path, klient: Klient, siden: float) -> list[Any]:
    drift = Drift.model_validate(
        {"navn": "d", "api": "http://x/api", "fylke": [{"nummer": "31", "navn": "F", "hjem": str(tmp_path)}]}
    )
    som_klient: Any = klient
    sett: Any = {"k": time.monotonic() - siden}
    ettersyn.look(som_klient, drift, sett)
    return [tilstand.type for tilstand in klient.satt]


@pytest.mark.parametrize(
    ("tilstand", "forsok", "siden", "ventet"),
    [
        (StateType.RUNNING, 1, 60, [StateType.SCHEDULED]),
        (StateType.RUNNING, 2, 60, [StateType.CRASHED]),
        (StateType.CANCELLING, 1, 60, [StateType.CANCELLED]),
        (StateType.RUNNING, 1, 0, []),
        (StateType.PENDING, 0, 60, []),
    ],
)
def test_a_run_that_nobody_carries_out_is_let_out_again_once(
    tmp_path: Path, tilstand: StateType, forsok: int, siden: float, ventet: list[StateType]
) -> None:
    assert looked(tmp_path, Klient(tilstand, forsok), siden) == ventet


def test_a_run_whose_process_lives_is_left_alone(tmp_path: Path) -> None:
    with writer(tmp_path, "vi", "k"):
        assert looked(tmp_path, Klient(StateType.RUNNING, 1), 60) == []


@pytest.mark.parametrize(
    "kropp",
    [
        b'{"state": {"type": "COMPLETED"}}',
        b'{"state": "RUNNING"}',
        b'{"parameters": {"__prefect_kind": "json"}}',
        b"[]",
    ],
)
def test_a_run_through_a_door_begins_as_planned_and_has_no_templates(kropp: bytes) -> None:
    with pytest.raises(IkkeTillatt):
        take_up(kropp)


def test_a_run_through_a_door_says_only_what_to_do_and_when() -> None:
    kropp = b'{"parameters": {"valg": {}}, "job_variables": {"command": "x"}, "work_queue_name": "y", "tags": ["z"]}'
    assert take_up(kropp) == {"parameters": {"valg": {}}}


def test_a_home_belongs_to_the_operation_on_whichever_machine_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steder = set()
    for drift, maskin in (("driften", "a"), ("driften", "b"), ("", "a"), ("", "b")):
        fil = tmp_path / maskin
        fil.write_text(maskin)
        monkeypatch.setattr(hjemvern, "MASKINFILER", (fil,))
        monkeypatch.setenv(hjemvern.DRIFTSSTED, drift)
        hjemvern.machine_id.cache_clear()
        steder.add((drift, hjemvern.place(tmp_path)))
    hjemvern.machine_id.cache_clear()
    assert len(steder) == 3
