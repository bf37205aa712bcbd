"""The sheets: what is declared hangs together, and what may be chosen is what is in force on the day."""

from datetime import date

import pytest

from schemas.arbeid import Art, Kolonne
from tasks import kodeverk
from tasks.arbeid import ark
from tasks.arbeid.ark import answer, choice, code_of, sheets
from tasks.feil import ProgramFeil

DAG = date(2026, 11, 2)
FOER_2016 = date(2016, 6, 30)


def test_every_kind_of_task_has_a_sheet_and_every_answer_one_to_be_given_on() -> None:
    for liste in ("regler/gjoremaal", "regler/plikter", "regler/arbeidssvar"):
        assert {rad["ark"] for rad in kodeverk.valid_on(liste, DAG)} <= set(sheets(DAG))


def test_what_an_answer_demands_is_a_column_of_its_sheet() -> None:
    for rad in kodeverk.valid_on("regler/arbeidssvar", DAG):
        assert set(rad["krever"].split()) <= {k.navn for k in sheets(DAG)[rad["ark"]].svarkolonner}


@pytest.mark.parametrize("navn", sorted(sheets(DAG)))
def test_every_sheet_can_be_answered_and_every_choice_can_be_told_from_the_others(navn: str) -> None:
    kolonner = {kolonne.navn: kolonne for kolonne in sheets(DAG)[navn].svarkolonner}
    assert kolonner["svar"].valg
    for kolonne in kolonner.values():
        assert len({ark.alike(valg) for valg in kolonne.valg}) == len(kolonne.valg)
        assert (kolonne.art is Art.VALG) == bool(kolonne.valg)


def test_an_answer_is_known_again_whatever_its_capitals_and_spaces() -> None:
    rad = answer("ringeliste", "  ikke   SVAR ", DAG)
    assert rad
    assert rad["kode"] == "RING_IKKE_SVAR"


def test_an_answer_of_another_sheet_is_none() -> None:
    assert answer("gjennomgang", "Ikke svar", DAG) is None


@pytest.mark.parametrize("tekst", ["OTOV Oppfølging og veiledning", "otov", " OTOV "])
def test_a_status_is_known_by_its_text_or_its_code(tekst: str) -> None:
    assert code_of(tekst, DAG) == "OTOV"


@pytest.mark.parametrize("tekst", ["OTXX", "", "Oppfølging og veiledning"])
def test_what_is_no_status_gives_no_code(tekst: str) -> None:
    assert code_of(tekst, DAG) is None


def test_a_status_that_is_not_yet_in_force_can_be_neither_chosen_nor_read() -> None:
    valg = {k.navn: k.valg for k in sheets(FOER_2016)["ringeliste"].svarkolonner}["ot_status"]
    assert not any(ett.startswith("OTVF ") for ett in valg)
    assert code_of("OTVF", FOER_2016) is None
    assert code_of("OTVF", DAG) == "OTVF"


def test_a_code_alone_is_a_choice_of_status_only() -> None:
    valg = ("OTOV Oppfølging", "OTUK Ukjent")
    assert choice(Kolonne("ot_status", "Ny OT-status", 13, Art.VALG, valg), "otuk") == valg[1]
    assert choice(Kolonne("modell", "Modell", 13, Art.VALG, ("1 arbeidstrening",)), "1") is None


OPPSETT = {"opplysning": {"navn": ["Navn", 20]}, "svar": {"dato": ["Dato", 12, "dato"]}, "valg": {}}


def test_a_column_that_is_declared_nowhere_is_a_fault() -> None:
    with pytest.raises(ProgramFeil, match="skonummer"):
        ark._sheet(
            {"navn": "x", "tittel": "X", "forklaring": "", "opplysninger": ["skonummer"], "svar": []}, OPPSETT, DAG
        )


def test_a_column_of_choices_without_any_is_a_fault() -> None:
    with pytest.raises(ProgramFeil, match="valg"):
        ark._column("hva", {"hva": ["Hva", 10, "valg"]}, ())


def test_two_columns_that_look_alike_are_a_fault() -> None:
    ett = ark.Ark("x", "X", "", (Kolonne("navn", "Navn"), Kolonne("etternavn", " NAVN")))
    with pytest.raises(ProgramFeil, match="overskrift"):
        ark._check_names([ett], 1)


def test_a_column_must_not_be_called_as_one_of_ours() -> None:
    with pytest.raises(ProgramFeil, match="overskrift"):
        ark._check_names([ark.Ark("x", "X", "", (Kolonne("n", "nøkkel"),))], 1)


def test_two_sheets_with_one_title_are_a_fault() -> None:
    like = [ark.Ark("x", "Liste", "", ()), ark.Ark("y", "liste", "", ())]
    with pytest.raises(ProgramFeil, match="tittel"):
        ark._check_names(like, 2)
