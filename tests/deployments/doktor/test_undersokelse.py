"""The run of all checks: none stops another, nothing is changed, nobody is named, and the command's answers."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from string import Formatter

import duckdb
import pytest

from deployments.doktor import undersokelse
from deployments.doktor.funn import OK, Blikk, Funn, Svar, Tilstand, answer, limits, texts
from deployments.doktor.undersokelse import I_REGISTERET, NUMRE, UTENFOR, examine
from deployments.program import main
from tasks.filer import DATA, ROT
from tasks.hjem import Hjem
from tests.deployments.doktor.legeprove import NAA, Prove
from tests.deployments.doktor.skader import mail_server

NAAR = NAA.isoformat()
KANARI = "Kanari Hemmeligsen 12 34 56 78"


def states(svar: list[Svar]) -> dict[int, set[Tilstand]]:
    return {nr: {en.tilstand for en in svar if en.nr == nr} for nr in NUMRE}


def run(prove: Prove, capsys: pytest.CaptureFixture[str], *ord_: str) -> tuple[int, str]:
    utgang = main(["--home", str(prove.mappe), "doctor", "--now", NAAR, *ord_])
    return utgang, capsys.readouterr().out


def test_the_checks_have_numbers_from_one_and_no_number_twice() -> None:
    assert list(range(1, len(NUMRE) + 1)) == NUMRE
    assert not set(UTENFOR) & set(I_REGISTERET)


def test_every_text_says_what_and_every_fault_says_what_next() -> None:
    with (DATA / "doktor.csv").open(encoding="utf-8", newline="") as fil:
        linjer = list(csv.DictReader(fil, delimiter=";"))
    assert len(linjer) == len(texts())
    assert [linje for linje in linjer if not linje["tekst"].endswith((".", "}"))] == []
    assert [linje for linje in linjer if linje["tilstand"] in {"feil", "merk"} and not linje["neste"]] == []
    assert {linje["tilstand"] for linje in linjer if linje["funn"] == OK} == {"ok"}
    navn = {(linje["nr"], linje["navn"]) for linje in linjer}
    assert len(navn) == len(NUMRE) + 1
    plasser = [navn for linje in linjer for _, navn, _, _ in Formatter().parse(linje["tekst"] + linje["neste"]) if navn]
    assert all(plass.isascii() and plass.islower() for plass in plasser)


def test_checks_that_break_are_findings_and_stop_no_other(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here every other check breaks, with a person's name in its error."""

    def break_off(*_: object) -> list[Funn]:
        raise ValueError(KANARI)

    brutt = {*list(UTENFOR)[::2], *list(I_REGISTERET)[::2]}
    for sjekker in (UTENFOR, I_REGISTERET):
        for nr in sjekker:
            monkeypatch.setitem(sjekker, nr, break_off if nr in brutt else lambda *_: [])
    svar = examine(prove.blikk)
    assert states(svar) == {nr: {Tilstand.FEIL if nr in brutt else Tilstand.OK} for nr in NUMRE}
    assert {en.tekst.partition(":")[0] for en in svar if en.nr in brutt} == {"Sjekken ble ikke ferdig"}
    assert all("ValueError i " in en.tekst and KANARI not in en.tekst for en in svar if en.nr in brutt)


def test_sql_that_breaks_in_one_check_leaves_the_register_to_the_next(
    prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    def divide(_: Blikk, con: duckdb.DuckDBPyConnection) -> list[Funn]:
        con.execute("CREATE TEMP TABLE t (x INTEGER PRIMARY KEY)")
        con.execute("INSERT INTO t VALUES (1), (1)")
        return []

    monkeypatch.setitem(I_REGISTERET, 5, divide)
    svar = states(examine(replace(prove.blikk, uten_nett=True)))
    assert svar[5] == {Tilstand.FEIL}
    assert {nr for nr in I_REGISTERET if svar[nr] != {Tilstand.OK}} == {5}


def test_settings_that_cannot_be_read_are_one_finding_and_what_needs_them_is_not_tried(prove: Prove) -> None:
    prove.set("[grenser]", "[grenser")
    svar = states(examine(prove.blikk))
    assert svar[25] == {Tilstand.FEIL}
    assert svar[8] == svar[10] == svar[26] == svar[23] == {Tilstand.IKKE_PROVD}
    assert svar[3] == svar[11] == svar[20] == {Tilstand.OK}


def test_a_register_that_does_not_open_leaves_the_rest_to_be_looked_at(prove: Prove) -> None:
    (prove.mappe / "register.nokkel").write_text("f" * 64)
    svar = states(examine(replace(prove.blikk, uten_nett=True)))
    assert svar[2] == {Tilstand.FEIL}
    assert all(svar[nr] == {Tilstand.IKKE_PROVD} for nr in (*I_REGISTERET, 19, 27))
    assert svar[3] == svar[25] == {Tilstand.OK}


def fingerprints(mappe: Path) -> dict[str, str]:
    return {
        str(sti.relative_to(mappe)): hashlib.sha256(sti.read_bytes()).hexdigest() if sti.is_file() else ""
        for sti in mappe.rglob("*")
    }


def test_nothing_in_the_home_is_changed(prove: Prove) -> None:
    prove.proposal("venter", NAA - NAA)
    for_ = fingerprints(prove.mappe)
    examine(prove.blikk)
    etter = fingerprints(prove.mappe)
    # The register's lock is a file that stays; SQLite has one beside a database that is open.
    assert {navn for navn in for_.keys() | etter.keys() if for_.get(navn) != etter.get(navn)} <= {"register.laas"}


def test_all_well_is_exit_0_and_one_line(prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
    prove.started()
    mail_server(prove, tillit=True)
    assert run(prove, capsys) == (0, f"{len(NUMRE)} av {len(NUMRE)} er i orden.\n")


def test_what_is_wrong_comes_first_with_its_next_command_and_the_good_is_kept_for_those_who_ask(
    prove: Prove, capsys: pytest.CaptureFixture[str]
) -> None:
    prove.started()
    prove.proposal("venter", 8 * (NAA - NAA.replace(day=NAA.day - 1)))
    (prove.mappe / "sikkerhetskopi.json").unlink()
    utgang, sagt = run(prove, capsys, "--uten-nett")
    linjer = sagt.splitlines()
    assert utgang == 1
    assert linjer[0].startswith(" 7. FEIL: Sikkerhetskopi. ")
    assert linjer[1] == "    Gjør dette: ./arshjul backup MAPPE --by NAVN"
    assert linjer[2].startswith("13. MERK: ")
    assert "./arshjul approve F1 --by NAVN" in linjer[3]
    assert linjer[4].startswith("IKKE PRØVD: 10. ")
    assert linjer[5:] == [f"{len(NUMRE) - 3} av {len(NUMRE)} er i orden."]
    alt = run(prove, capsys, "--uten-nett", "--alle")[1]
    assert alt.count(". OK: ") == len(NUMRE) - 3


def test_json_is_a_list_with_every_check_in_order(prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
    utgang, sagt = run(prove, capsys, "--json", "--uten-nett")
    svar = json.loads(sagt)
    assert utgang == 1
    assert [sorted(en) for en in svar] == [["navn", "neste", "nr", "tekst", "tilstand"]] * len(svar)
    assert [en["nr"] for en in svar] == sorted(en["nr"] for en in svar)
    assert {en["nr"] for en in svar} == set(NUMRE)
    assert {en["tilstand"] for en in svar} <= {"ok", "merk", "feil", "ikke_prøvd"}


def test_no_home_is_refused_with_a_code_and_none_is_made(tmp_path: Path) -> None:
    """From the outside: loading Prefect would make a folder in a home that is not there."""
    kommando = [sys.executable, "-m", "deployments", "--home", str(tmp_path), "doctor"]
    miljo = {**os.environ, "PYTHONPATH": str(ROT)}
    ferdig = subprocess.run(kommando, capture_output=True, text=True, check=False, cwd=ROT, env=miljo)
    assert (ferdig.returncode, ferdig.stdout) == (2, "")
    assert ferdig.stderr.startswith("ÅH-1851 ")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_outside_the_checks_is_exit_3(
    prove: Prove, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_: Blikk) -> list[Svar]:
        raise ValueError(KANARI)

    monkeypatch.setattr(undersokelse, "examine", break_off)
    assert main(["--home", str(prove.mappe), "doctor"]) == 3
    assert KANARI not in capsys.readouterr().err


def test_a_county_in_use_is_told_of_without_anybodys_number_or_name(
    med_register: Hjem, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty youth with rows set aside and late rows: everything that is said is counts, rows and codes."""
    assert main(["--home", str(med_register.mappe), "doctor", "--alle"]) == 1
    sagt = capsys.readouterr().out
    with med_register.register.transaction("prøve") as con:
        verdier = con.execute(
            "SELECT DISTINCT verdi FROM fakta WHERE felt IN ('fodselsnummer', 'fornavn', 'etternavn', 'adresse',"
            " 'telefon', 'epost') AND length(verdi) > 3"
        ).fetchall()
    assert len(verdier) > 100
    ordene = set(sagt.replace(",", " ").replace(".", " ").split())
    assert [verdi for (verdi,) in verdier if verdi in ordene] == []


def test_a_limit_is_a_rule_of_the_day_it_is_asked_for() -> None:
    assert limits(NAA)["kopi_dager"] > 0
    assert limits(NAA.replace(year=1990)) == {}


def test_an_answer_says_the_same_as_its_line() -> None:
    svar = answer(7, Funn("gammel", {"dager": 9}))
    assert (svar.nr, svar.navn, svar.tilstand) == (7, "Sikkerhetskopi", "feil")
    assert "9 dager gammel" in svar.tekst
