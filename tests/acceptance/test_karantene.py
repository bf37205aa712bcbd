"""Bad rows, all the way: set aside, shown in a workbook, corrected or dismissed by hand, and only they change."""

from datetime import datetime

import pytest

from schemas.angring import Angrevalg
from schemas.karantenebok import AVVIS
from tasks.angring import undo
from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tasks.klokke import OSLO
from tasks.lesing import read
from tasks.overlegg import fingerprints
from tasks.visninger import show
from tests.karanteneprove import ARK, Karanteneprove, csv_of


@pytest.fixture
def lastet(karantene: Karanteneprove) -> Karanteneprove:
    """Twelve rows delivered, the second and the fifth of them bad."""
    rader = list(karantene.gode)
    rader[1] = rader[1] | {"Postnummer": "31"}
    rader[4] = rader[4] | {"Mobilnr": "123", "Etternavn": ""}
    karantene.levert = rader
    svar = karantene.load(rader)
    assert (svar.inn, svar.karantene) == (12, 2)
    assert karantene.books() == ["karantene_2026-12-1.xlsx"]
    return karantene


def test_one_corrected_row_changes_exactly_one_youth(lastet: Karanteneprove) -> None:
    for_, fakta = show(lastet.fylke, "ungdom"), lastet.facts()
    lastet.give_back({3: {"Postnummer": lastet.gode[1]["Postnummer"]}})
    svar = lastet.run()
    assert (svar.lastet, svar.uendret, svar.karantene, svar.borte) == (1, 10, 1, 0)
    etter = show(lastet.fylke, "ungdom")
    nye = set(etter["person_id"]) - set(for_["person_id"])
    assert len(nye) == 1
    assert etter[~etter["person_id"].isin(nye)].reset_index(drop=True).equals(for_)
    assert {person for person, *_ in lastet.facts() - fakta} == nye
    assert fakta <= lastet.facts()
    assert sorted(lastet.states()) == [(3, "rettet"), (6, "åpen"), (6, "åpen")]


def test_the_workbook_goes_when_nothing_is_open_and_shrinks_when_something_is(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "3116"}})
    lastet.run()
    assert [rad["Rad"] for rad in lastet.rows()] == ["6"]
    lastet.give_back({6: {"Mobilnr": "", "Etternavn": "Hansen"}})
    assert lastet.run().karantene == 0
    assert lastet.books() == []
    assert list(lastet.fylke.innboks.iterdir()) == []


def test_running_again_changes_nothing(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "3116"}, 6: {"Mobilnr": "", "Etternavn": "Hansen"}})
    lastet.run()
    fakta = lastet.facts()
    svar = lastet.run()
    assert (svar.lastet, svar.uendret, svar.karantene) == (0, 12, 0)
    assert lastet.facts() == fakta


def test_one_correction_is_enough_though_the_source_repeats_its_fault(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "3116"}, 6: {AVVIS: "Dobbelt i Vigo"}})
    lastet.run()
    fakta = lastet.facts()
    svar = lastet.load(list(reversed(lastet.levert)))
    assert (svar.lastet, svar.uendret, svar.karantene) == (0, 11, 1)
    assert lastet.facts() == fakta
    assert lastet.books() == []


def test_what_was_said_of_a_row_holds_for_no_row_that_differs_in_a_column(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "3116"}, 6: {AVVIS: "Dobbelt i Vigo"}})
    lastet.run()
    andre = [rad | {"Epost": f"a{nr}@x.no"} if nr in (1, 4) else rad for nr, rad in enumerate(lastet.levert)]
    assert lastet.load(andre).karantene == 2
    assert [rad["Rad"] for rad in lastet.rows()] == ["3", "6"]


def test_a_row_is_known_again_by_every_one_of_its_columns(lastet: Karanteneprove) -> None:
    rad = lastet.gode[0]
    utgaver = [rad, *(rad | {navn: "noe annet"} for navn in rad)]
    lest = read(csv_of(utgaver), "f.csv", find_format(ARK))
    assert len(set(fingerprints(lest, lest.rad_nr.tolist()).values())) == len(utgaver)


def test_of_all_that_was_said_of_a_row_in_several_deliveries_the_last_holds(lastet: Karanteneprove) -> None:
    for nr, navn in enumerate(("Første", "Andre")):
        lastet.give_back({3: {"Etternavn": navn}})
        lastet.run()
        lastet.load([rad | {"Epost": f"a{nr}@x.no"} if plass == 9 else rad for plass, rad in enumerate(lastet.levert)])
    assert {rad["Rad"]: rad["Etternavn"] for bok in lastet.books() for rad in lastet.rows(bok)}["3"] == "Andre"


def test_what_an_undone_run_took_in_is_not_carried_to_a_new_delivery(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "3116"}, 6: {AVVIS: "Flyttet"}})
    lastet.run()
    undo(Angrevalg(kjoring_id="2026-12-2", av="Kari", grunn="prøve", naa=datetime(2026, 4, 28, 12, tzinfo=OSLO)))
    lastet.load(list(reversed(lastet.levert)))
    assert set(lastet.ask("SELECT DISTINCT tilstand FROM karantene WHERE kjoring_id = '2026-12-4'")) == {("åpen",)}


def test_a_dismissed_row_is_counted_and_told_of_no_more(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {AVVIS: "Bor i Telemark"}, 6: {AVVIS: "Dobbelt i Vigo"}})
    svar = lastet.run()
    assert (svar.uendret, svar.karantene, svar.avvik) == (10, 2, 0)
    assert set(show(lastet.fylke, "karantene")["tilstand"]) == {"avvist"}
    assert lastet.ask("SELECT DISTINCT grunn FROM rettebok ORDER BY grunn") == [
        ("Bor i Telemark",),
        ("Dobbelt i Vigo",),
    ]
    assert "Telemark" not in show(lastet.fylke, "karantene").to_csv()
    assert lastet.books() == []


def test_open_rows_are_a_deviation_that_names_the_workbook(lastet: Karanteneprove) -> None:
    def text() -> list[str]:
        avvik = show(lastet.fylke, "avvik")
        return list(avvik.loc[(avvik["kode"] == "ÅH-3001") & (avvik["tilstand"] == "åpen"), "tekst"])

    assert "karantene_2026-12-1.xlsx" in text()[0]
    lastet.give_back({3: {AVVIS: "Flyttet"}})
    lastet.run()
    assert text()[0].startswith("1 rader")
    lastet.give_back({6: {AVVIS: "Flyttet"}})
    lastet.run()
    assert text() == []


def test_a_formula_in_a_cell_is_refused_and_nothing_is_loaded(lastet: Karanteneprove) -> None:
    lastet.give_back({3: {"Postnummer": "=3100+16"}})
    with pytest.raises(BrukerFeil, match="ÅH-2302") as feil:
        lastet.run()
    assert "vigo_ikkesokere, rad 2, Postnummer" in str(feil.value)
    assert lastet.ask("SELECT count(*) FROM rettebok") == [(0,)]
    assert len(list(lastet.fylke.innboks.iterdir())) == 1
