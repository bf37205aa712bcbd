"""Where anything about a person is kept is declared: of every column of the register, of every file of a home."""

from pathlib import Path
from typing import Any

import pytest

from schemas.innstillinger import Oppbevaring
from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.personopplysninger import (
    FIL,
    INNHOLD,
    LINJER,
    PERSON_ID,
    RAD,
    Hva,
    columns,
    declared,
    file_kind,
    files,
    people_condition,
    register_columns,
)

MED_FINNES_VED = {Hva.PERSON, Hva.FRITEKST}


def test_every_column_of_the_register_is_declared(bygd: Any) -> None:
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.number("2007-03-14", 1)})
    bygd.run("08", "2026-03-16T08:00")
    with bygd.hjem.register.transaction("prøve") as con:
        tabeller = register_columns(con)
        finnes = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'register'").fetchall()
        assert {navn for (navn,) in finnes} == tabeller.keys()
    assert {"fakta", "sagt_vigo_ikkesokere", "revisjon", "sletting"} <= tabeller.keys()


def test_every_declared_column_is_in_the_register(bygd: Any) -> None:
    with bygd.hjem.register.transaction("prøve") as con:
        tabeller = register_columns(con)
    finnes = {(kolonne.tabell, kolonne.kolonne) for kolonner in tabeller.values() for kolonne in kolonner}
    egne = {(ett.tabell, ett.kolonne) for ett in columns() if ett.tabell != "sagt_*"}
    assert egne - finnes == set()
    assert len(columns()) == len({ett[:2] for ett in columns()})


def test_a_new_column_that_nobody_has_declared_is_seen(bygd: Any) -> None:
    with bygd.hjem.register.transaction("prøve") as con:
        con.execute("ALTER TABLE oppgave ADD COLUMN telefon VARCHAR")
        with pytest.raises(ProgramFeil, match=r"oppgave\.telefon"):
            register_columns(con)


def test_a_column_that_holds_people_says_what_it_is_how_they_are_found_and_which_rule_it_follows() -> None:
    for ett in columns():
        assert bool(ett.formaal) == (ett.hva is not Hva.INGEN), ett
        assert bool(ett.finnes_ved) <= (ett.hva in MED_FINNES_VED | {Hva.NUMMER}), ett
        assert bool(ett.finnes_ved) >= (ett.hva in MED_FINNES_VED), ett
        if ett.hva in {Hva.PERSON, Hva.OPPLYSNING, Hva.FRITEKST}:
            assert ett.regel, ett
        if ett.finnes_ved and ett.finnes_ved not in {PERSON_ID, RAD, INNHOLD, FIL, LINJER}:
            assert declared(*ett.finnes_ved.split("."))
            assert people_condition([ett], "SELECT 1")


def test_every_rule_is_in_the_retention_rules_and_can_be_chosen_in_the_settings() -> None:
    rader = kodeverk.all_rows("regler/oppbevaring")
    brukt = ({ett.regel for ett in columns()} | {ett.regel for ett in files()}) - {""}
    assert brukt == {rad["kode"] for rad in rader}
    assert set(Oppbevaring.model_fields) == {f"{rad['kode']}_{rad['enhet']}" for rad in rader}


@pytest.mark.parametrize("regel", ["person", "brevinnhold"])
def test_nobody_and_no_letter_goes_unless_the_county_has_decided_it(regel: str) -> None:
    assert [rad["antall"] for rad in kodeverk.all_rows("regler/oppbevaring") if rad["kode"] == regel] == [""]


def test_every_file_of_a_home_in_use_is_declared(bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent()
    filer = [sti.relative_to(bygd.hjem.mappe).as_posix() for sti in bygd.hjem.mappe.rglob("*") if sti.is_file()]
    assert len(filer) > 5
    assert [sti for sti in filer if file_kind(sti) is None] == []


@pytest.mark.parametrize("sti", ["notater om ungdom.docx", "utenfor/liste.xlsx"])
def test_a_file_that_is_none_of_ours_is_not_known(sti: str) -> None:
    assert file_kind(Path(sti).as_posix()) is None
