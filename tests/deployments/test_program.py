"""The command line as an administrator meets it: bokmål, codes, exit codes, and never a traceback or a person."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from deployments.program import KOMMANDOER, main
from tasks.feil import messages
from tasks.filer import ROT
from tasks.hjem import Hjem, home

VIGO = "demo/post/2026-04-17/vigo_ikkesokere_2026-04-17.csv"
NAVN = "vigo_ikkesokere_2026-04-17.csv"
Innboks = Callable[..., Path]


@pytest.fixture
def fylke_cli(med_register: Hjem, monkeypatch: pytest.MonkeyPatch) -> Hjem:
    """The county with its register, for commands run in this process."""
    for navn in ("PREFECT_HOME", "PREFECT_API_URL"):
        monkeypatch.setenv(navn, "")
    monkeypatch.delenv("PREFECT_API_URL")
    return med_register


def dump(hjem: Hjem) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as another process reads them, but for that a run was refused: that is remembered."""
    with home(hjem.mappe).register.transaction("prøve") as con:
        tabeller = [navn for (navn,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        return {
            navn: con.execute(f"SELECT * FROM {navn} ORDER BY ALL").fetchall() for navn in tabeller if navn != "stopp"
        }


def refused(capsys: pytest.CaptureFixture[str], *ord_: str) -> str:
    """Run a command that must be refused, and return the code it was refused with."""
    assert main(list(ord_)) == 2
    sagt = capsys.readouterr()
    kode = sagt.err.split()[0]
    assert kode in messages()
    assert "Traceback" not in sagt.out + sagt.err
    assert len(sagt.err.strip().splitlines()) == 1
    assert messages()[kode][1].split("{")[0] in sagt.err
    return kode


@pytest.mark.parametrize(
    ("ord_", "kode"),
    [
        (["run", "99", "--year", "2026"], "ÅH-1201"),
        (["run", "12", "--year", "1899"], "ÅH-1203"),
        (["run", "12", "--year", "2026", "--now", "i går"], "ÅH-1205"),
        (["run", "12"], "ÅH-1001"),
        (["run", "12", "--year", "tjue"], "ÅH-1001"),
        (["run", "12", "--year", "2026"], "ÅH-2016"),
        (["tull"], "ÅH-1001"),
        (["wheel", "9999"], "ÅH-1203"),
        (["wheel", "2026", "--format", "png"], "ÅH-1001"),
        (["show", "tull"], "ÅH-1206"),
        (["show", "ungdom", "--as-of", "31.12.2026"], "ÅH-1205"),
        (["inspect", "finnes_ikke.csv"], "ÅH-2002"),
        (["inspect", "vigo_ikkesokere_borte.csv"], "ÅH-2003"),
        (["inspect", "x.csv", "--format-name", "tull"], "ÅH-2001"),
        (["approve", "F1", "--by", "Kari"], "ÅH-1401"),
        (["reject", "F1", "--by", "Kari", "--reason", "nei"], "ÅH-1401"),
        (["send", "F1"], "ÅH-1401"),
        (["bench", "tull"], "ÅH-1801"),
        (["demo"], "ÅH-1208"),
        (["replay", "2025", "--plain"], "ÅH-1209"),
    ],
)
def test_bad_use_is_refused_with_its_code(
    fylke_cli: Hjem, capsys: pytest.CaptureFixture[str], ord_: list[str], kode: str
) -> None:
    assert refused(capsys, *ord_) == kode


def lines(hjem: Hjem) -> list[str]:
    return (hjem.mappe / VIGO).read_bytes().decode("utf-8-sig").split("\r\n")


def written(linjer: list[str]) -> bytes:
    return "\r\n".join(linjer).encode("utf-8-sig")


FEIL_FIL: dict[str, tuple[Callable[[list[str]], bytes], str]] = {
    "tom fil": (lambda _: b"", "ÅH-2011"),
    "bare overskrifter": (lambda linjer: written([*linjer[:1], ""]), "ÅH-2014"),
    "en annen fil": (lambda _: b"%PDF-1.7\n\x00\xff\x00", "ÅH-2025"),
    "en nettside": (lambda _: b"<html><body>Logg inn</body></html>", "ÅH-2021"),
    "en kolonne mangler": (lambda linjer: written([linje.partition(";")[2] for linje in linjer]), "ÅH-2013"),
    "en ukjent kolonne": (lambda linjer: written([linje + ";X" for linje in linjer]), "ÅH-2013"),
    "ulesbart tegnsett": (lambda linjer: "\r\n".join(linjer).encode("utf-16"), "ÅH-2012"),
}


@pytest.mark.parametrize("navn", FEIL_FIL)
def test_a_wrong_file_is_refused_and_nothing_is_half_loaded(
    fylke_cli: Hjem, legg_i_innboks: Innboks, capsys: pytest.CaptureFixture[str], navn: str
) -> None:
    lag, kode = FEIL_FIL[navn]
    sti = legg_i_innboks(NAVN, lag(lines(fylke_cli)))
    for_ = dump(fylke_cli)
    assert refused(capsys, "run", "12", "--year", "2026") == kode
    assert dump(fylke_cli) == for_
    assert sti.exists()


def test_a_much_smaller_file_than_last_time_is_refused(
    fylke_cli: Hjem, legg_i_innboks: Innboks, capsys: pytest.CaptureFixture[str]
) -> None:
    legg_i_innboks(VIGO)
    assert main(["run", "12", "--year", "2026", "--now", "2026-04-27T08:00"]) == 1
    capsys.readouterr()
    legg_i_innboks(NAVN, written(lines(fylke_cli)[:4]))
    for_ = dump(fylke_cli)
    assert refused(capsys, "run", "12", "--year", "2026", "--now", "2026-04-28T08:00") == "ÅH-2015"
    assert dump(fylke_cli) == for_


def test_an_unknown_code_stops_that_row_and_no_other(
    fylke_cli: Hjem, legg_i_innboks: Innboks, capsys: pytest.CaptureFixture[str]
) -> None:
    linjer = [linje.replace("OSON", "OSQQ") if nummer == 3 else linje for nummer, linje in enumerate(lines(fylke_cli))]
    legg_i_innboks(NAVN, written(linjer))
    assert main(["run", "12", "--year", "2026", "--now", "2026-04-27T08:00", "--json"]) == 1
    svar = json.loads(capsys.readouterr().out)
    assert svar["inn"] == svar["lastet"] + svar["uendret"] + svar["karantene"]
    main(["show", "karantene", "--format", "json"])
    feil = json.loads(capsys.readouterr().out)
    assert [f["kode"] for f in feil if f["rad_nr"] == 4 and f["kolonne"] == "vigokode"] == ["ÅH-2131"]


def test_a_wrong_key_and_a_foreign_register_are_refused(
    fylke_cli: Hjem, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARSHJUL_KEY", "en annen nøkkel")
    assert refused(capsys, "show", "kjoringer") == "ÅH-1303"
    monkeypatch.delenv("ARSHJUL_KEY")
    (fylke_cli.mappe / "register.duckdb").unlink()
    duckdb.connect(str(fylke_cli.mappe / "register.duckdb")).execute("CREATE TABLE a (b INTEGER)").close()
    assert refused(capsys, "show", "kjoringer") == "ÅH-1304"
    (fylke_cli.mappe / "register.nokkel").unlink()
    assert refused(capsys, "show", "kjoringer") == "ÅH-1301"


def test_settings_that_cannot_be_used_name_the_field_and_not_its_value(
    fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]
) -> None:
    sti = fylke_cli.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8").replace("krymp_andel = 0.5", 'krymp_andel = "hemmelig"'), "utf-8")
    assert main(["run", "12", "--year", "2026"]) == 2
    sagt = capsys.readouterr().err
    assert sagt.startswith("ÅH-1102")
    assert "grenser.krymp_andel" in sagt
    assert "hemmelig" not in sagt


def test_a_refusal_as_json_says_why(fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "12", "--year", "2026", "--json"]) == 2
    svar = json.loads(capsys.readouterr().out)
    assert (svar["utfall"], svar["kode"]) == ("avvist", "ÅH-2016")


def test_inspect_loads_nothing_and_never_quotes_a_value(fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]) -> None:
    for_ = dump(fylke_cli)
    assert main(["inspect", str(fylke_cli.mappe / VIGO), "--year", "2026", "--json"]) == 1
    sagt = capsys.readouterr().out
    svar = json.loads(sagt)
    darlige = {feil["rad_nr"] for feil in svar["feil"]}
    assert svar["gyldige"] + len(darlige) == svar["rader"]
    assert dump(fylke_cli) == for_
    for rad_nr in darlige:
        felt = lines(fylke_cli)[rad_nr - 1].split(";")
        assert not [verdi for verdi in felt[:3] if len(verdi) > 3 and verdi in sagt]


def test_a_proposal_goes_from_waiting_to_sent_by_the_commands(
    fylke_cli: Hjem, legg_i_innboks: Innboks, capsys: pytest.CaptureFixture[str]
) -> None:
    legg_i_innboks(VIGO)
    for rad in ("12", "13"):
        main(["run", rad, "--year", "2026", "--now", "2026-04-27T08:00"])
    assert main(["run", "14", "--year", "2026", "--now", "2026-05-11T08:00"]) == 1
    assert main(["pending"]) == 1
    assert "F2026-14-1: 14-brev-ikkesokere 2026, venter" in capsys.readouterr().out
    assert refused(capsys, "send", "F2026-14-1") == "ÅH-1402"
    assert main(["approve", "F2026-14-1", "--by", "Kari", "--now", "2026-05-11T09:00"]) == 0
    assert main(["send", "--now", "2026-05-11T10:00"]) == 0
    assert main(["pending"]) == 0
    assert main(["send", "F2026-14-1", "--now", "2026-05-11T11:00", "--json"]) == 0
    sagt = capsys.readouterr().out
    assert json.loads(sagt[sagt.index("{") :])["forslag"][0]["levert"] > 0


def test_a_dry_run_says_what_it_would_do_and_leaves_no_trace(
    fylke_cli: Hjem, legg_i_innboks: Innboks, capsys: pytest.CaptureFixture[str]
) -> None:
    sti, for_ = legg_i_innboks(VIGO), dump(fylke_cli)
    assert main(["run", "12", "--year", "2026", "--now", "2026-04-27T08:00", "--dry-run", "--json"]) == 1
    svar = json.loads(capsys.readouterr().out)
    assert svar["lastet"] > 0
    assert svar["kjoring_id"] is None
    assert dump(fylke_cli) == for_
    assert sti.exists()


def test_the_wheel_as_json_has_the_contracts_keys_and_every_rows_flow(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--home", str(tmp_path / "ingen"), "wheel", "2026", "--format", "json"]) == 0
    hjul = json.loads(capsys.readouterr().out)
    ventet = {
        "rad",
        "maaned",
        "uke",
        "plan",
        "merknad",
        "farge",
        "flyt",
        "fra",
        "til",
        "frist",
        "telledato",
        "kjoredatoer",
        "konflikter",
    }
    assert len(hjul) == 30
    assert all(ventet <= rad.keys() for rad in hjul)
    assert all(rad["flyt"] and rad["kjoredato"] in rad["kjoredatoer"] for rad in hjul)
    assert not (tmp_path / "ingen").exists()
    main(["--home", str(tmp_path / "ingen"), "wheel", "2026"])
    assert capsys.readouterr().out.count(" · kjøres ") == len(hjul)


def test_a_home_given_from_where_one_stands_is_the_same_home_for_what_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["--home", "fylket", "wheel", "2026"])
    assert os.environ["ARSHJUL_HOME"] == str(tmp_path / "fylket")
    main(["wheel", "2026", "--home=et/annet"])
    assert os.environ["ARSHJUL_HOME"] == str(tmp_path / "et" / "annet")


def test_every_command_has_help_in_norwegian(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    hjelp = capsys.readouterr().out
    assert [navn for navn in KOMMANDOER if navn not in hjelp] == []
    assert "Kommandoer" in hjelp


@pytest.mark.skipif(sys.platform == "win32", reason="the launcher is a POSIX shell script")
def test_the_launcher_works_from_any_folder(fylke_cli: Hjem, tmp_path: Path) -> None:
    miljo = {navn: verdi for navn, verdi in os.environ.items() if navn not in ("PYTHONPATH",)}
    shutil.copy(fylke_cli.mappe / VIGO, tmp_path)
    kommando = [str(ROT / "arshjul"), "inspect", NAVN, "--year", "2026"]
    ferdig = subprocess.run(kommando, cwd=tmp_path, env=miljo, capture_output=True, text=True, check=False)
    assert ferdig.returncode == 1
    assert "«antatt format»" in ferdig.stdout
    assert ferdig.stderr == ""
