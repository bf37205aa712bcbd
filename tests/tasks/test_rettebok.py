"""Corrections that come back: what counts of a workbook, whose it is, and what no workbook may do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.karantenebok import AARSAK, AVVIS, LINJE, RAD, SKJERMET
from tasks import overlegg
from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tasks.hjem import Hjem
from tasks.lesing import read
from tasks.overlegg import Overlegg
from tasks.visninger import show
from tests.karanteneprove import ARK, Karanteneprove, askew, csv_of, good_rows, key_column

FEIL = {"Postnummer": "31"}


@pytest.fixture
def lastet(karantene: Karanteneprove) -> Karanteneprove:
    """Twelve rows, the first three with a bad postal code: rows 2, 3 and 4 of the file."""
    karantene.load([rad | FEIL if nr < 3 else rad for nr, rad in enumerate(karantene.gode)])
    return karantene


def field(prove: Karanteneprove, felt: str) -> list[str]:
    return [verdi for (verdi,) in prove.ask("SELECT verdi FROM fakta WHERE felt = ? ORDER BY lopenr", felt)]


def findings(prove: Karanteneprove) -> set[str]:
    avvik = show(prove.fylke, "avvik")
    return set(avvik.loc[avvik["tilstand"] == "åpen", "kode"]) & {"ÅH-3040", "ÅH-3041", "ÅH-3042"}


def test_a_workbook_without_a_change_changes_nothing_and_its_rows_stay_open(lastet: Karanteneprove) -> None:
    lastet.give_back({})
    svar = lastet.run()
    assert (svar.lastet, svar.uendret, svar.karantene) == (0, 9, 3)
    assert lastet.ask("SELECT count(*) FROM rettebok") == [(0,)]
    assert lastet.books() == ["karantene_2026-12-1.xlsx"]


def test_a_row_that_is_still_bad_stays_with_its_new_reason_and_what_was_typed(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116", "Mobilnr": "12"}})
    assert lastet.run().karantene == 3
    nye = {rad[RAD]: rad for bok in lastet.books() for rad in lastet.rows(bok)}
    assert nye["2"]["Postnummer"] == "3116"
    assert nye["2"][AARSAK].startswith("Mobilnr:")
    lastet.give_back({2: {"Mobilnr": ""}}, navn="karantene_2026-12-2.xlsx")
    assert lastet.run().lastet == 1


def test_an_old_copy_does_not_take_back_what_another_has_corrected(lastet: Karanteneprove) -> None:
    gammel = lastet.edit({2: {"Mobilnr": "91234567"}})
    lastet.give_back({2: {"Etternavn": "Rettet", "Epost": "ikke gyldig", "Postnummer": "3116"}})
    lastet.run()
    gammel.save(lastet.fylke.innboks / "karantene_gammel.xlsx")
    lastet.run()
    ((verdier,),) = lastet.ask("SELECT verdier FROM rettebok_naa")
    assert all(del_ in verdier for del_ in ("Rettet", "3116", "91234567"))


def test_what_the_next_workbook_shows_is_what_its_changes_are_counted_from(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Etternavn": "Første", "Epost": "ikke gyldig"}})
    lastet.run()
    gammel = lastet.edit({2: {"Mobilnr": "91234567"}}, "karantene_2026-12-2.xlsx")
    lastet.give_back({2: {"Etternavn": "Andre"}}, "karantene_2026-12-2.xlsx")
    lastet.run()
    gammel.save(lastet.fylke.innboks / "karantene_gammel.xlsx")
    lastet.run()
    ((verdier,),) = lastet.ask("SELECT verdier FROM rettebok_naa")
    assert "Andre" in verdier
    assert "91234567" in verdier


@pytest.mark.parametrize(
    "navn", ["Karantene_2026-12-1 (1).xlsx", "Kopi av karantene_2026-12-1.xlsx", "min karantene.XLSX"]
)
def test_a_workbook_is_known_by_its_keys_whatever_it_is_called(lastet: Karanteneprove, navn: str) -> None:
    lastet.give_back({2: {"Postnummer": "3116"}}, som=navn)
    assert lastet.run().lastet == 1
    assert list(lastet.fylke.innboks.iterdir()) == []


def change_locked(bok: Any) -> None:
    bok[ARK].cell(2, 1).value = "Alt er i orden"


def reorder_columns(bok: Any) -> None:
    bok[ARK].move_range(f"E1:E{bok[ARK].max_row}", cols=100)


def delete_columns(bok: Any) -> None:
    navn = [celle.value for celle in bok[ARK][1]]
    for borte in ("Fornavn", AARSAK, RAD):
        bok[ARK].delete_cols(navn.index(borte) + 1)
        navn.remove(borte)


def reverse_rows(bok: Any) -> None:
    linjer = [[celle.value for celle in linje] for linje in bok[ARK].iter_rows(min_row=2)]
    for nummer, linje in enumerate(reversed(linjer), start=2):
        for plass, verdi in enumerate(linje, start=1):
            bok[ARK].cell(nummer, plass).value = verdi


def other_sheets(bok: Any) -> None:
    bok.create_sheet("Notater", 0)["A1"] = "=1+1"
    bok[ARK].title = "Ark1"


def delete_the_other_rows(bok: Any) -> None:
    bok[ARK].delete_rows(3, 2)


@pytest.mark.parametrize(
    "gjor", [change_locked, reorder_columns, delete_columns, reverse_rows, other_sheets, delete_the_other_rows]
)
def test_only_the_key_decides_which_row_is_corrected(lastet: Karanteneprove, gjor: Callable[[Any], None]) -> None:
    bok = lastet.edit({2: {"Postnummer": "3116"}})
    gjor(bok)
    bok.save(lastet.fylke.innboks / "karantene.xlsx")
    svar = lastet.run()
    assert (svar.lastet, svar.karantene) == (1, 2)
    assert set(lastet.states()) == {(2, "rettet"), (3, "åpen"), (4, "åpen")}


@pytest.mark.parametrize("skrevet", [3116, 3116.0, "3116"])
def test_a_number_that_excel_made_of_a_text_is_the_text(lastet: Karanteneprove, skrevet: Any) -> None:
    lastet.give_back({2: {"Postnummer": skrevet}})
    assert lastet.run().lastet == 1
    assert "3116" in field(lastet, "postnummer")


@pytest.mark.parametrize("skrevet", [31.5, True, "#REF!", datetime(2026, 4, 1)])  # noqa: DTZ001 as a cell holds it
def test_what_cannot_be_a_postal_code_is_refused(lastet: Karanteneprove, skrevet: Any) -> None:
    lastet.give_back({2: {"Postnummer": skrevet}})
    with pytest.raises(BrukerFeil, match="ÅH-2302"):
        lastet.run()


def test_a_date_that_excel_made_of_a_text_is_written_as_the_format_writes_dates(karantene: Karanteneprove) -> None:
    karantene.load([karantene.gode[0] | {"Registrertdato": "2026"}, *karantene.gode[1:]])
    karantene.give_back({2: {"Registrertdato": datetime(2026, 4, 1)}})  # noqa: DTZ001 as a cell holds it
    assert karantene.run().lastet == 1


def test_a_row_somebody_has_added_is_refused_with_its_number(lastet: Karanteneprove) -> None:
    bok = lastet.edit({2: {"Postnummer": "3116"}})
    bok[ARK].cell(9, 6).value = "Ny"
    bok.save(lastet.fylke.innboks / "karantene.xlsx")
    with pytest.raises(BrukerFeil, match=r"ÅH-2303.*rad 9"):
        lastet.run()


@pytest.mark.parametrize(
    ("verdi", "endret"), [("3117", "ÅH-2305"), ("3116", None)], ids=["another value", "the same value"]
)
def test_the_same_row_twice_must_say_the_same(lastet: Karanteneprove, verdi: str, endret: str | None) -> None:
    bok = lastet.edit({2: {"Postnummer": "3116"}, 3: {"Postnummer": verdi}})
    nokkel = key_column(bok[ARK])
    for kolonne in range(5, nokkel + 1):
        if bok[ARK].cell(1, kolonne).value != "Postnummer":
            bok[ARK].cell(3, kolonne).value = bok[ARK].cell(2, kolonne).value
    bok.save(lastet.fylke.innboks / "karantene.xlsx")
    if endret:
        with pytest.raises(BrukerFeil, match=endret):
            lastet.run()
    else:
        assert lastet.run().lastet == 1


def test_a_row_cannot_be_both_corrected_and_dismissed(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116", AVVIS: "Flyttet"}})
    with pytest.raises(BrukerFeil, match="ÅH-2304"):
        lastet.run()


def test_a_formula_for_a_reason_is_refused(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {AVVIS: '="Flyttet"'}})
    with pytest.raises(BrukerFeil, match=rf"ÅH-2302.*rad 2, {AVVIS}"):
        lastet.run()


def test_a_row_whose_file_we_do_not_have_is_told_and_the_others_count(lastet: Karanteneprove) -> None:
    bok = lastet.edit({2: {"Postnummer": "3116"}, 3: {"Postnummer": "3117"}})
    bok[ARK].cell(3, key_column(bok[ARK])).value = f"{'0' * 64}:3:0"
    bok.save(lastet.fylke.innboks / "karantene.xlsx")
    assert lastet.run().lastet == 1
    assert findings(lastet) == {"ÅH-3042"}


def test_a_hidden_address_that_comes_back_unchanged_is_the_source_s_own(karantene: Karanteneprove) -> None:
    gradert = karantene.gode[0] | {"Adressegradering": "fortrolig", "Adresselinje1": "Hemmelig 7", "Mobilnr": "1"}
    karantene.load([gradert, *karantene.gode[1:]])
    assert karantene.rows()[0]["Adresselinje1"] == SKJERMET
    karantene.give_back({2: {"Mobilnr": ""}})
    assert karantene.run().lastet == 1
    assert "Hemmelig 7" in field(karantene, "adresselinje1")
    assert SKJERMET not in field(karantene, "adresselinje1")


@pytest.mark.parametrize("skrevet", [SKJERMET, "A\ufffdB"])
def test_a_mark_for_what_is_not_shown_is_no_value(karantene: Karanteneprove, skrevet: str) -> None:
    karantene.load([karantene.gode[0] | {"Mobilnr": "1"}, *karantene.gode[1:]])
    karantene.give_back({2: {"Mobilnr": "", "Fornavn": skrevet}})
    assert karantene.run().karantene == 1


def test_a_row_without_columns_is_filled_in(karantene: Karanteneprove) -> None:
    karantene.load(askew(karantene.gode))
    assert karantene.rows()[0][LINJE]
    karantene.give_back({2: dict(karantene.gode[0])})
    svar = karantene.run()
    assert (svar.lastet, svar.uendret, svar.karantene) == (1, 11, 0)


def test_a_correction_of_the_last_delivery_finds_its_row_in_the_new_one(lastet: Karanteneprove) -> None:
    gammel = lastet.edit({2: {"Postnummer": "3116"}, 3: {"Postnummer": "3117"}})
    rader = [rad | FEIL if nr < 3 else rad for nr, rad in enumerate(lastet.gode)]
    lastet.load([rader[2] | {"Epost": ""}, rader[1], rader[3], rader[0], *rader[4:]])
    gammel.save(lastet.fylke.innboks / "karantene_gammel.xlsx")
    svar = lastet.run()
    assert (svar.lastet, svar.karantene) == (2, 1)
    assert findings(lastet) == set()


def test_a_correction_of_a_row_that_is_no_longer_open_is_told(lastet: Karanteneprove) -> None:
    gammel = lastet.edit({2: {"Postnummer": "3116"}})
    lastet.load(lastet.gode)
    gammel.save(lastet.fylke.innboks / "karantene_gammel.xlsx")
    fakta = lastet.facts()
    lastet.run()
    assert (findings(lastet), lastet.facts()) == ({"ÅH-3042"}, fakta)
    lastet.run()
    assert findings(lastet) == set()


def test_of_equal_rows_in_a_file_only_the_one_that_was_spoken_of_is_dismissed(karantene: Karanteneprove) -> None:
    karantene.load([karantene.gode[0], *karantene.gode, karantene.gode[0]])
    assert {nr for nr, _ in karantene.states()} == {3, 15}
    karantene.give_back({15: {AVVIS: "Dobbelt"}})
    karantene.run()
    assert set(karantene.states()) == {(3, "åpen"), (15, "avvist")}


def test_the_same_workbook_again_is_nothing_new(lastet: Karanteneprove) -> None:
    bok = lastet.edit({2: {"Postnummer": "3116"}, 3: {AVVIS: "Flyttet"}})
    for _ in range(2):
        bok.save(lastet.fylke.innboks / "karantene.xlsx")
        svar = lastet.run()
    assert (svar.lastet, svar.karantene, findings(lastet)) == (0, 2, set())


def test_another_row_s_workbook_waits_for_that_row_and_nobody_s_is_told(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116"}})
    lastet.run("17")
    assert len(list(lastet.fylke.innboks.iterdir())) == 1
    bok = lastet.edit({})
    for linje in (2, 3, 4):
        bok[ARK].cell(linje, key_column(bok[ARK])).value = f"{'0' * 64}:{linje}:0"
    bok.save(lastet.fylke.innboks / "karantene_fremmed.xlsx")
    (lastet.fylke.innboks / "karantene_odelagt.xlsx").write_bytes(b"PK\x03\x04 ikke en bok")
    assert lastet.run().lastet == 1
    assert findings(lastet) == {"ÅH-3041"}


def test_a_row_that_takes_over_takes_the_earlier_row_s_workbook_too(karantene: Karanteneprove) -> None:
    rader = [karantene.gode[0] | FEIL, *karantene.gode[1:]]
    karantene.fylke.innboks.mkdir(exist_ok=True)
    (karantene.fylke.innboks / "vigo_ikkesokere.csv").write_bytes(csv_of(rader))
    karantene.run("08")
    assert karantene.books() == ["karantene_2026-08-1.xlsx"]
    karantene.give_back({2: {"Postnummer": "3116"}})
    svar = karantene.load([*rader[1:], rader[0]])
    assert (svar.lastet, svar.karantene) == (1, 0)
    assert karantene.books() == []


def test_an_earlier_row_s_workbook_is_left_for_the_row_that_has_taken_over(karantene: Karanteneprove) -> None:
    rader = [karantene.gode[0] | FEIL, *karantene.gode[1:]]
    karantene.fylke.innboks.mkdir(exist_ok=True)
    (karantene.fylke.innboks / "vigo_ikkesokere.csv").write_bytes(csv_of(rader))
    karantene.run("08")
    gammel = karantene.edit({2: {"Postnummer": "3116"}})
    karantene.load([*rader[1:], rader[0]])
    gammel.save(karantene.fylke.innboks / "karantene_2026-08-1.xlsx")
    karantene.run("08")
    assert len(list(karantene.fylke.innboks.iterdir())) == 1
    assert karantene.run().lastet == 1
    assert list(karantene.fylke.innboks.iterdir()) == []


def test_what_an_undone_run_took_in_does_not_count(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116"}, 3: {AVVIS: "Flyttet"}})
    lastet.run()
    with lastet.fylke.register.transaction("prøve") as con:
        con.execute(
            "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid)"
            " VALUES ('2026-12-2', '2026-12-3', 'Kari', 'Feil', now()::TIMESTAMP)"
        )
        assert con.execute("SELECT count(*) FROM rettebok_naa").fetchall() == [(0,)]
    assert lastet.run().karantene == 3
    assert lastet.ask("SELECT count(*) FROM karantene WHERE tilstand = 'åpen'") == [(3,)]


def test_what_lies_in_the_inbox_and_is_nobody_s_is_told_without_its_name(lastet: Karanteneprove) -> None:
    for navn in ("Åse Nordmann.docx", "~$karantene.xlsx", ".DS_Store", "Thumbs.db", "vigo_ot_linjer.csv"):
        (lastet.fylke.innboks / navn).write_bytes(b"x")
    lastet.run()
    (tekst,) = [tekst for tekst in show(lastet.fylke, "avvik")["tekst"] if "docx" in tekst]
    assert tekst.startswith("Det ligger 1 ting")
    assert "Nordmann" not in tekst


def test_a_dry_run_takes_the_workbook_as_the_real_one_would_and_leaves_it(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116"}})
    assert lastet.run(bare_vis=True).lastet == 1
    assert lastet.ask("SELECT count(*) FROM rettebok") == [(0,)]
    assert lastet.run().lastet == 1


def test_the_workbook_itself_is_kept_as_it_came(lastet: Karanteneprove) -> None:
    lastet.give_back({2: {"Postnummer": "3116"}})
    innhold = next(lastet.fylke.innboks.iterdir()).read_bytes()
    lastet.run()
    assert lastet.ask("SELECT innhold FROM raafil WHERE format = 'karantene'") == [(innhold,)]


def test_a_corrected_row_lies_where_it_came_and_the_rest_is_untouched(fylke: Hjem) -> None:
    rader = good_rows(fylke)
    for_ = read(csv_of(rader), "f.csv", find_format(ARK))
    nytt = overlegg.values(for_, [4])[4] | {"etternavn": "Ny", "vigokode": "OSXX"}
    etter = overlegg.lay(for_, {4: Overlegg(1, nytt, "", "K"), 99: Overlegg(2, nytt, "", "K")})
    assert list(etter.ramme.dtypes.map(str)) == list(for_.ramme.dtypes.map(str))
    assert etter.rad_nr.tolist() == for_.rad_nr.tolist()
    ulike = (etter.ramme.astype("str") != for_.ramme.astype("str")).to_numpy().nonzero()[0].tolist()
    assert set(ulike) == {2}


def test_only_the_cells_that_a_correction_changes_are_mended(fylke: Hjem) -> None:
    lest = read(csv_of(good_rows(fylke)), "f.csv", find_format(ARK))
    celler = ((4, "etternavn"), (4, "epost"), (5, "etternavn"))
    lest = replace(lest, cellefeil=tuple((*celle, "ÅH-2104") for celle in celler), reparert=celler)
    nytt = overlegg.values(lest, [4])[4] | {"etternavn": "Ny"}
    etter = overlegg.lay(lest, {4: Overlegg(1, nytt, "", "K")})
    assert etter.cellefeil == lest.cellefeil[1:]
    assert etter.reparert == celler[1:]


FEILENE = st.sampled_from([{"Postnummer": "1"}, {"Mobilnr": "9"}, {"Epost": "x"}, {"Etternavn": ""}])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 11), FEILENE, min_size=1), st.data())
def test_every_row_is_loaded_unchanged_or_in_quarantine_whatever_is_broken_and_corrected(
    karantene: Karanteneprove, odelagt: dict[int, dict[str, str]], data: st.DataObject
) -> None:
    for sti in (karantene.fylke.mappe / "register.duckdb", *(karantene.fylke.mappe / "karantene").glob("*")):
        sti.unlink(missing_ok=True)
    prove = Karanteneprove(karantene.fylke, karantene._kjor)
    svar = prove.load([rad | odelagt.get(nr, {}) for nr, rad in enumerate(prove.gode)])
    assert (svar.inn, svar.karantene) == (12, len(odelagt))
    rettet = data.draw(st.sets(st.sampled_from(sorted(odelagt))))
    avvist = data.draw(st.sets(st.sampled_from(sorted(odelagt)))) - rettet
    typed = {nr + 2: {navn: prove.gode[nr][navn] for navn in odelagt[nr]} for nr in rettet}
    prove.give_back(typed | {nr + 2: {AVVIS: "Nei"} for nr in avvist})
    svar = prove.run()
    assert (svar.lastet, svar.karantene) == (len(rettet), len(odelagt) - len(rettet))
    igjen = {str(nr + 2) for nr in odelagt.keys() - rettet - avvist}
    assert {rad[RAD] for bok in prove.books() for rad in prove.rows(bok)} == igjen
