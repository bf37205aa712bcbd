"""An unusual delivery stops until a person accepts these very files; what a load means is told before it counts."""

from typing import Any

import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.feil import BrukerFeil

MARS, APRIL, MAI = "2026-03-16T08:00", "2026-04-27T08:00", "2026-05-12T08:00"


@pytest.fixture
def liste(bygd: Any) -> Any:
    """Ten youth on March's list."""
    bygd.numre = [bygd.number("2007-03-14", n) for n in range(1, 21)]
    deliver(bygd, *bygd.numre[:10])
    bygd.run("08", MARS)
    return bygd


def deliver(bygd: Any, *numre: str, **felt: str) -> None:
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nummer} | felt for nummer in numre))


def refused(bygd: Any, kode: str, **valg: Any) -> str:
    """The code that accepts the delivery, as the message tells it."""
    for_ = bygd.ask("SELECT count(*) FROM fakta")
    with pytest.raises(BrukerFeil, match=kode) as feil:
        bygd.run("12", APRIL, **valg)
    assert bygd.ask("SELECT count(*) FROM fakta") == for_
    return str(feil.value.deler["godta"])


def test_the_spring_s_second_list_is_held_against_the_first(liste: Any) -> None:
    deliver(liste, *liste.numre[1:11])
    svar = liste.run("12", APRIL)
    assert (svar.nye, svar.lastet, svar.uendret, svar.borte) == (1, 1, 9, 1)


def test_a_list_of_other_people_is_stopped_though_it_is_as_long(liste: Any) -> None:
    deliver(liste, *liste.numre[8:18])
    godta = refused(liste, "ÅH-2401")
    assert liste.run("12", APRIL, godta=godta).borte == 8


def test_a_shrunken_list_is_stopped_and_accepted_by_its_own_code_only(liste: Any) -> None:
    deliver(liste, *liste.numre[:4])
    godta = refused(liste, "ÅH-2015")
    deliver(liste, *liste.numre[:3])
    assert refused(liste, "ÅH-2015", godta=godta) != godta


def test_a_delivery_that_was_taken_back_is_no_measure_for_the_next(liste: Any) -> None:
    deliver(liste, *liste.numre[:4])
    liste.run("12", APRIL, godta=refused(liste, "ÅH-2015"))
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=liste.at(APRIL)))
    deliver(liste, *liste.numre[:10])
    assert liste.run("12", MAI).uendret == 10


def test_a_dry_run_is_stopped_just_the_same(liste: Any) -> None:
    deliver(liste, *liste.numre[:4])
    refused(liste, "ÅH-2015", bare_vis=True)


def test_what_it_means_for_letters_is_told_by_a_dry_run_too(liste: Any, hurtig: None) -> None:
    liste.letters_sent()
    numre = liste.numre
    liste.deliver(
        "vigo_ikkesokere",
        {"fodselsnummer": numre[1], "adressegradering": "fortrolig"},
        {"fodselsnummer": numre[2], "adresselinje1": "Ny gate 2"},
        *({"fodselsnummer": nummer} for nummer in numre[3:11]),
        {"fodselsnummer": numre[11], "adressegradering": "fortrolig"},
    )
    for_ = liste.ask("SELECT count(*) FROM fakta")
    svar = liste.run("12", MAI, bare_vis=True)
    assert [tekst[:60] for tekst in svar.merknader if "OTTO" not in tekst] == [
        "1 ungdommer har fått brev i år og er ikke lenger med på list",
        "1 ungdommer som har fått brev i år, er nå skjermet, døde ell",
        "1 ungdommer har fått brev i år, og navn, adresse eller fores",
        "2 ungdommer er kommet til etter at brevet ble sendt. Kjør ra",
    ]
    assert svar.forskjell == {"adressegradering_vigo": 1, "adresselinje1": 1}
    assert liste.ask("SELECT count(*) FROM fakta") == for_


def test_a_proposal_that_rests_on_what_has_changed_is_named(liste: Any, hurtig: None) -> None:
    forslag = liste.run("14", "2026-05-11T08:00").forslag_id
    deliver(liste, *liste.numre[:10], adresselinje1="Ny gate 2")
    svar = liste.run("12", MAI)
    assert any(f"Forslaget {forslag} bygger på opplysninger" in tekst for tekst in svar.merknader)


def test_the_counts_and_the_difference_stand_in_the_summary(liste: Any) -> None:
    deliver(liste, *liste.numre[:10], etternavn="Hansen")
    tekst = liste.run("12", APRIL).oppsummering()
    assert "| Lastet | 10 |" in tekst
    assert "| etternavn | 10 |" in tekst


def test_an_early_row_run_again_late_speaks_of_the_groups_as_they_are_now(liste: Any, hurtig: None) -> None:
    liste.deliver("vigo_ot_linjer", *({"fodselsnummer": nr, "ajourholdskode": "V"} for nr in liste.numre[:3]))
    liste.run("24", "2026-09-14T08:00")
    liste.letters_sent("25", "2026-09-21T08:00")
    assert not any("har fått brev" in tekst for tekst in liste.run("08", "2026-12-01T08:00").merknader)


def test_one_who_got_her_letter_left_the_list_and_came_back_is_not_new(liste: Any, hurtig: None) -> None:
    liste.letters_sent()
    deliver(liste, *liste.numre[1:10])
    liste.run("12", MAI)
    deliver(liste, *liste.numre[:10])
    assert not any("kommet til" in tekst for tekst in liste.run("12", "2026-05-13T08:00").merknader)


@pytest.mark.parametrize(("antall", "stopper"), [(5, False), (30, False), (31, True)])
def test_a_list_just_at_the_county_s_limits_is_taken_and_one_past_is_told_with_its_figures(
    liste: Any, antall: int, stopper: bool
) -> None:
    numre = [liste.number("2007-03-14", n) for n in range(1, antall + 1)]
    deliver(liste, *numre)
    if not stopper:
        assert liste.run("12", APRIL).inn == antall
        return
    with pytest.raises(BrukerFeil, match="ÅH-2015") as feil:
        liste.run("12", APRIL)
    deler = feil.value.deler
    assert (deler["fil"], deler["antall"], deler["forrige"]) == ("vigo_ikkesokere.csv", 31, 10)
    assert deler["grense"] == "5 til 30"


def test_a_list_that_leaves_out_more_than_the_limit_tells_how_many_of_how_many(liste: Any) -> None:
    deliver(liste, *liste.numre[6:16])
    with pytest.raises(BrukerFeil, match="ÅH-2401") as feil:
        liste.run("12", APRIL)
    assert [feil.value.deler[del_] for del_ in ("borte", "gruppe", "grense")] == [6, 10, 5]


def test_an_earlier_list_run_again_is_held_against_its_own_day_and_leaves_the_later_one(liste: Any) -> None:
    deliver(liste, *liste.numre[1:11], etternavn="Senere")
    liste.run("12", APRIL)
    deliver(liste, *liste.numre[:10])
    igjen = liste.run("08", "2026-05-02T08:00")
    assert (igjen.lastet, igjen.uendret) == (0, 10)
    for_, na = "2026-04-01", "2026-12-31"
    felt = ("etternavn", "ikkesoker_skoleaar")
    assert liste.facts(liste.numre[1], *felt, dato=for_) == ("Nordmann", "20262027")
    assert liste.facts(liste.numre[1], *felt, dato=na) == ("Senere", "20262027")
    assert liste.facts(liste.numre[0], *felt, dato=na) == ("Nordmann", "")
    assert liste.facts(liste.numre[0], *felt, dato=for_) == ("Nordmann", "20262027")
