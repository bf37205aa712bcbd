"""What reaches Prefect from a fault: its kind and place, never a person's value."""

import json
import os
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from schemas.fodselsnummer import control_digits
from tasks.feil import ArshjulFeil, BrukerFeil, ProgramFeil
from tasks.filer import ROT
from tasks.rutine import routine
from tasks.sted import place_of
from tasks.steg import guarded, step

NUMMER = "149107501" + str(control_digits("149107501"))
"""Month + 80: can belong to nobody."""
KANARI = "kanarifugl-i-loggen"


def everything_an_error_tells(feil: BaseException) -> str:
    deler = [str(feil), repr(feil), repr(feil.args), repr(vars(feil)), "".join(traceback.format_exception(feil))]
    return "\n".join(deler) + "".join(everything_an_error_tells(e) for e in (feil.__cause__, feil.__context__) if e)


def look_up_wrong() -> None:
    raise KeyError(NUMMER)


def parse_wrong() -> None:
    json.loads("{" + NUMMER)


def chain() -> None:
    try:
        look_up_wrong()
    except KeyError as feil:
        raise ValueError(f"fant ikke {NUMMER}") from feil


def our_own_from_anothers() -> None:
    try:
        look_up_wrong()
    except KeyError:
        raise BrukerFeil("ÅH-1406")  # noqa: B904 the carelessness is what is tested


def our_own_from_anothers_on_purpose() -> None:
    try:
        look_up_wrong()
    except KeyError as feil:
        raise ProgramFeil("noe gikk galt") from feil


@pytest.mark.parametrize(
    "gal", [look_up_wrong, parse_wrong, chain, our_own_from_anothers, our_own_from_anothers_on_purpose]
)
def test_no_value_follows_an_error_out_of_a_step(gal: Any) -> None:
    with pytest.raises(ArshjulFeil) as feil:
        guarded(gal)()
    assert NUMMER not in everything_an_error_tells(feil.value)
    assert (feil.value.__cause__, feil.value.__context__) == (None, None)


def test_a_fault_is_told_by_kind_and_place() -> None:
    with pytest.raises(ProgramFeil, match=r"^KeyError i tests/tasks/test_steg\.py:\d+$"):
        guarded(look_up_wrong)()


def test_the_place_is_in_our_own_code_though_a_library_raised_it() -> None:
    with pytest.raises(ValueError, match="ikke") as feil:
        __import__("pandas").to_datetime("ikke en dato", format="%d.%m.%Y")
    assert place_of(feil.value).startswith("ValueError i tests/tasks/test_steg.py:")


def test_an_error_from_nowhere_of_ours_has_no_place() -> None:
    assert place_of(ValueError(NUMMER)) == "ValueError i ukjent sted"


def test_what_a_user_can_mend_passes_through_as_it_is() -> None:
    refusal = BrukerFeil("ÅH-1201", rad="99")

    def refuse() -> None:
        raise refusal

    with pytest.raises(BrukerFeil) as feil:
        guarded(refuse)()
    assert feil.value is refusal
    assert (feil.value.kode, feil.value.deler) == ("ÅH-1201", {"rad": "99"})


def test_being_interrupted_is_no_fault() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(interrupt)()


def test_outside_a_flow_a_step_is_just_its_function() -> None:
    gitt = object()

    @step("Gi tilbake")
    def give_back(verdi: object, *, dobbelt: bool = False) -> object:
        """Say so."""
        return (verdi, verdi) if dobbelt else verdi

    assert give_back(gitt) is gitt
    assert give_back(gitt, dobbelt=True) == (gitt, gitt)
    assert (give_back.__name__, give_back.__doc__) == ("give_back", "Say so.")


def test_a_step_outside_a_flow_raises_what_its_function_raises() -> None:
    with pytest.raises(KeyError):
        step("Slå opp")(look_up_wrong)()


def test_a_routine_answers_with_json_and_is_never_retried_or_kept() -> None:
    from schemas.iverksetting import Iverksatt, Sendt

    @routine("Tom rutine")
    def tom() -> Iverksatt:
        return Iverksatt(forslag=[Sendt(forslag_id="F1", levert=2)])

    assert tom.fn()["forslag"][0]["levert"] == 2
    assert (tom.name, tom.retries, tom.persist_result) == ("Tom rutine", 0, False)


# The one use of Prefect's test harness (about 12 s): in a process of its own, so that nothing of the engine is left.
MED_MOTOR = """
import os, sqlite3, sys
from prefect import get_run_logger
from prefect.logging.handlers import APILogHandler
from prefect.settings import get_current_settings
from prefect.testing.utilities import prefect_test_harness
from tasks.feil import ProgramFeil
from tasks.rutine import routine
from tasks.steg import step

@step("Feiler")
def feiler():
    raise ValueError("fant ikke " + os.environ["NUMMER"])

@routine("Flyt som feiler")
def flyt():
    get_run_logger().info(os.environ["KANARI"])
    feiler()

with prefect_test_harness(server_startup_timeout=120):
    try:
        flyt()
    except ProgramFeil as feil:
        print(feil)
    APILogHandler().flush()
    fra = str(get_current_settings().server.database.connection_url.get_secret_value()).split("///")[1]
    sqlite3.connect(fra).backup(sqlite3.connect(sys.argv[1]))
"""


@pytest.fixture(scope="session")
def motor(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What a failing flow left in Prefect's database, as text, and what it printed."""
    mappe = tmp_path_factory.mktemp("motor")
    miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith("PREFECT")} | {
        "NUMMER": NUMMER, "KANARI": KANARI, "PYTHONPATH": str(ROT), "PREFECT_HOME": str(mappe / "prefect"),
        "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }  # fmt: skip
    skript = mappe / "flyt.py"
    skript.write_text(MED_MOTOR, "utf-8")
    kommando = [sys.executable, str(skript), str(mappe / "kopi.db")]
    ferdig = subprocess.run(kommando, env=miljo, capture_output=True, text=True, timeout=300, check=True)
    return dump(mappe / "kopi.db"), ferdig.stdout + ferdig.stderr


def dump(fil: Path) -> str:
    con = sqlite3.connect(fil)
    try:
        return "\n".join(con.iterdump())
    finally:
        con.close()


def test_prefects_database_holds_where_it_failed_and_nobodys_number(motor: tuple[str, str]) -> None:
    database, utskrift = motor
    assert KANARI in database  # the scan finds what is there
    assert "ValueError i " in database
    assert NUMMER not in database
    assert NUMMER not in utskrift
