"""The short proof that Prefect holds nobody, and a judge that sees what leaks."""

import gzip
import sqlite3
import sys

import pytest

from tests.bevis import prove
from tests.bevis.skanning import plans, raised
from tests.skanning import dom
from tests.skanning.feil import SIER, SLAG, STOPPER, Panikk
from tests.skanning.kanarier import Kanari
from tests.skanning.sonde import MAPPE, Plan, Sonde


@pytest.mark.usefixtures("om_natten")
def test_a_standing_server_holds_nobody_after_errors_that_held_persons():
    funn = prove("skanning", kort=True)
    assert funn.brudd == ()
    assert funn.tall["framtvungne feil"] == 40
    assert funn.tall["slag feil"] == len(SLAG)


@pytest.mark.parametrize("slag", STOPPER)
def test_each_kind_that_ends_the_run_ends_it(slag):
    with pytest.raises((Exception, SystemExit, Panikk)):
        SLAG[slag](Kanari(len(slag)))


def test_the_guard_lets_no_text_of_any_of_them_past():
    from tasks.feil import ArshjulFeil
    from tasks.steg import guarded

    for nummer, slag in enumerate(STOPPER):
        with pytest.raises(ArshjulFeil) as fanget:
            guarded(STOPPER[slag])(Kanari(nummer))
        feil = fanget.value
        sagt = f"{feil} {feil.args} {vars(feil)} {getattr(feil, '__notes__', [])} {feil.__cause__} {feil.__context__}"
        assert not any(verdi in sagt for verdi in (*Kanari(nummer).verdier, "Fjærkanarius")), slag


def test_what_is_said_during_a_run_in_prefect_goes_nowhere(capfd):
    from tasks.taushet import silenced

    with silenced():
        for slag in ("utskrift", "utskrift som feil", "skrevet utenom Python", "skrevet av et program vi startet"):
            SIER[slag](Kanari(7))
    sys.stdout.write("etterpå\n")
    sagt = capfd.readouterr()
    assert sagt.out == "etterpå\n"
    assert "Fjærkanarius" not in sagt.err


def test_the_judge_finds_one_line_in_prefects_database(tmp_path):
    (tmp_path / "prefect").mkdir()
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as con:
        con.execute("CREATE TABLE log (message TEXT, data BLOB)")
        con.execute("INSERT INTO log VALUES ('ingen', ?)", [gzip.compress(str(Kanari(3)).encode())])
    con.close()
    funn = {funn.nal for funn in dom.leaks(tmp_path, dom.canaries(5), "n" * 64)}
    assert funn == {"Fjærkanarius", *Kanari(3).verdier}


def test_the_plan_forces_every_kind_in_every_way_and_no_number_twice():
    alle = plans(500)
    assert {plan.nummer for plan in alle} == set(range(500))
    assert {plan.slag for plan in alle} == set(SLAG)
    assert all(len({plan.hvor for plan in alle if plan.slag == slag}) == 3 for slag in SLAG)


def test_an_error_is_told_of_where_it_was_forced_and_laid_back_where_it_was_not(tmp_path, monkeypatch):
    for ko in ("avspilling", "tatt"):
        (tmp_path / ko).mkdir()
    monkeypatch.setenv(MAPPE, str(tmp_path))
    Plan(1, "nøkkel som mangler", 1, "før").write(tmp_path / "avspilling")
    sonde = Sonde(tmp_path)
    assert sonde.aim("avspilling")
    sonde.lay_back("avspilling")
    assert sonde.aim("avspilling")

    def lasting():
        raise AssertionError

    lasting.__module__ = "flows.brev"
    with pytest.raises(KeyError):
        sonde.around(lasting)()
    assert [(enkelt.nummer, enkelt.sted) for enkelt in raised(tmp_path / "reist.csv")] == [(1, "flows.brev.lasting")]
    assert not sonde.aim("avspilling")
