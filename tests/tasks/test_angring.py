"""Taking a load back: everything is as it was, the history tells both, and only the newest load goes first."""

from typing import Any

import pandas as pd
import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.feil import BrukerFeil
from tasks.visninger import show

MARS, APRIL, MAI = "2026-03-16T08:00", "2026-04-27T08:00", "2026-05-04T08:00"
FOR, ETTER = "2026-04-27T07:00", "2026-05-31T00:00"


def take_back(bygd: Any, kjoring_id: str, tid: str = MAI, **valg: Any) -> Any:
    return undo(Angrevalg(**{"kjoring_id": kjoring_id, "av": "Kari", "grunn": "feil fil", "naa": bygd.at(tid)} | valg))


def youth(bygd: Any, kjent: str | None = None) -> pd.DataFrame:
    """Everyone as they stand at the year's end, as known at a moment."""
    dato = pd.Timestamp("2026-12-31").date()
    return show(bygd.fresh(), "ungdom", dato, bygd.at(kjent) if kjent else None)


@pytest.fixture
def to_lastinger(bygd: Any) -> Any:
    """March's list of two, and April's: one moved, one gone, one new, one bad row."""
    bygd.a, bygd.b, bygd.c, bygd.d = (bygd.number("2007-03-14", n) for n in range(1, 5))
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nr} for nr in (bygd.a, bygd.b)))
    bygd.run("08", MARS)
    bygd.deliver(
        "vigo_ikkesokere",
        {"fodselsnummer": bygd.a, "adresselinje1": "Ny gate 2"},
        {"fodselsnummer": bygd.c},
        {"fodselsnummer": bygd.d, "postnummer": "12"},
    )
    bygd.run("12", APRIL)
    return bygd


def test_after_a_load_and_its_undo_everyone_is_as_before_and_the_history_tells_both(to_lastinger: Any) -> None:
    bygd = to_lastinger
    for_, lastet = youth(bygd, FOR), youth(bygd)
    svar = take_back(bygd, "2026-12-1")
    pd.testing.assert_frame_equal(youth(bygd), for_)
    pd.testing.assert_frame_equal(youth(bygd, APRIL), lastet)
    assert (len(for_), len(lastet), svar.ungdommer) == (2, 3, 3)
    assert bygd.facts(bygd.a, "adresselinje1", "ikkesoker_skoleaar") == ("Storgata 1", "20262027")
    assert bygd.facts(bygd.b, "ikkesoker_skoleaar") == ("20262027",)


def test_nothing_is_erased(to_lastinger: Any) -> None:
    for_ = to_lastinger.ask("FROM fakta ORDER BY lopenr")
    take_back(to_lastinger, "2026-12-1")
    assert to_lastinger.ask("FROM fakta ORDER BY lopenr")[: len(for_)] == for_
    assert to_lastinger.ask("SELECT angret_kjoring_id, kjoring_id, av, grunn FROM angring") == [
        ("2026-12-1", "2026-12-2", "Kari", "feil fil")
    ]


def test_the_right_file_loaded_after_the_undo_finds_the_same_people(to_lastinger: Any) -> None:
    bygd = to_lastinger
    take_back(bygd, "2026-12-1")
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nr} for nr in (bygd.a, bygd.b, bygd.c)))
    resultat = bygd.run("12", MAI)
    assert (resultat.lastet, resultat.uendret, resultat.borte) == (1, 2, 0)
    assert bygd.ask("SELECT count(*) FROM person") == [(3,)]


def test_when_every_load_is_taken_back_the_first_list_is_news_again(to_lastinger: Any) -> None:
    bygd = to_lastinger
    take_back(bygd, "2026-12-1")
    take_back(bygd, "2026-08-1")
    assert bygd.ask("FROM sagt_vigo_ikkesokere WHERE til_kjoring_id IS NULL") == []
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nr} for nr in (bygd.a, bygd.b)))
    resultat = bygd.run("12", MAI)
    assert (resultat.lastet, resultat.uendret, resultat.borte) == (2, 0, 0)
    assert len(youth(bygd)) == 2


def test_a_run_again_without_a_file_does_not_read_the_undone_one(to_lastinger: Any) -> None:
    take_back(to_lastinger, "2026-12-1")
    with pytest.raises(BrukerFeil, match="ÅH-2016"):
        to_lastinger.run("12", MAI)


def test_quarantine_is_as_before_the_load(to_lastinger: Any) -> None:
    bygd = to_lastinger
    assert bygd.ask("SELECT tilstand FROM karantene") == [("åpen",)]
    take_back(bygd, "2026-12-1")
    assert bygd.ask("SELECT tilstand FROM karantene") == [("avvist",)]
    assert bygd.ask("SELECT tilstand FROM avvik") == [("lukket",)]


def test_what_the_load_had_closed_is_open_again(to_lastinger: Any) -> None:
    bygd, fiktivt = to_lastinger, to_lastinger.a[:6] + "00011"
    de_samme = [{"fodselsnummer": nr} for nr in (bygd.a, bygd.c)]
    bygd.deliver(
        "vigo_ikkesokere", *de_samme, {"fodselsnummer": fiktivt}, {"fodselsnummer": bygd.d, "postnummer": "12"}
    )
    bygd.run("12", "2026-04-28T08:00")
    stod = tilstander(bygd)
    ekte = {"fodselsnummer": bygd.number("2007-03-14", 5), "tidligere_fodselsnummer": fiktivt}
    bygd.deliver("vigo_ikkesokere", *de_samme, ekte, {"fodselsnummer": bygd.d})
    bygd.run("12", "2026-04-29T08:00")
    lukkede = [rad for rad in tilstander(bygd) if rad[2] == "2026-12-3"]
    assert {tabell for tabell, *_ in lukkede} >= {"karantene", "oppgave"}
    take_back(bygd, "2026-12-3")
    assert tilstander(bygd) == stod


def tilstander(bygd: Any) -> list[tuple[str, str, str | None]]:
    """How everything that could be open before the third run stands, and which run closed it."""
    deler = (
        f"SELECT '{tabell}', tilstand, lukket_kjoring_id FROM {tabell} WHERE kjoring_id < '2026-12-3'"
        for tabell in ("karantene", "avvik", "oppgave")
    )
    return bygd.ask(f"{' UNION ALL '.join(deler)} ORDER BY ALL")


def test_only_the_newest_load_can_be_taken_back_and_only_once(to_lastinger: Any) -> None:
    bygd = to_lastinger
    with pytest.raises(BrukerFeil, match=r"ÅH-2405.*2026-12-1"):
        take_back(bygd, "2026-08-1")
    take_back(bygd, "2026-12-1")
    with pytest.raises(BrukerFeil, match="ÅH-2404"):
        take_back(bygd, "2026-12-1")
    take_back(bygd, "2026-08-1")
    assert youth(bygd).empty


@pytest.mark.parametrize(
    ("valg", "kode"),
    [({"kjoring_id": "2026-99-1"}, "ÅH-2402"), ({"kjoring_id": "2026-14-1"}, "ÅH-2403"), ({"grunn": " "}, "ÅH-2406")],
)
def test_what_cannot_be_taken_back_is_refused(to_lastinger: Any, valg: dict[str, str], kode: str) -> None:
    to_lastinger.run("14", "2026-05-11T08:00")
    with pytest.raises(BrukerFeil, match=kode):
        take_back(to_lastinger, **{"kjoring_id": "2026-12-1"} | valg)


def test_a_dry_undo_says_what_it_would_change_and_changes_nothing(to_lastinger: Any) -> None:
    for_ = to_lastinger.ask("FROM fakta")
    svar = take_back(to_lastinger, "2026-12-1", bare_vis=True)
    assert (svar.ungdommer, svar.kjoring_id) == (3, None)
    assert to_lastinger.ask("FROM fakta") == for_


@pytest.mark.parametrize("gyldig_fra", ["2026-04-27", "2026-04-01"])
def test_a_correction_made_after_the_load_holds_on_after_the_undo(to_lastinger: Any, gyldig_fra: str) -> None:
    bygd = to_lastinger
    (person,) = bygd.ask("SELECT person_id FROM fakta WHERE verdi = ? LIMIT 1", bygd.a)[0]
    bygd.change(person, gyldig_fra, "2026-04-28T08:00", kjoring_id="R2026-1", adresselinje1="Rettet gate 3")
    take_back(bygd, "2026-12-1")
    assert bygd.facts(bygd.a, "adresselinje1") == ("Rettet gate 3",)


def test_where_a_correction_stands_the_undo_says_nothing_of_its_own(to_lastinger: Any) -> None:
    bygd = to_lastinger
    bygd.change("P0000001", "2026-04-27", "2026-04-28T08:00", kjoring_id="R2026-1", adresselinje1="Rettet gate 3")
    angret = take_back(bygd, "2026-12-1").kjoring_id
    assert bygd.ask("SELECT felt FROM fakta WHERE person_id = 'P0000001' AND kjoring_id = ?", angret) == []


def test_a_correction_of_something_else_from_the_load_s_own_day_does_not_keep_what_the_load_said(
    to_lastinger: Any,
) -> None:
    bygd = to_lastinger
    bygd.change("P0000001", "2026-04-27", "2026-04-28T08:00", kjoring_id="R2026-1", mobilnummer="91234567")
    take_back(bygd, "2026-12-1")
    assert bygd.facts(bygd.a, "adresselinje1", "mobilnummer") == ("Storgata 1", "91234567")


def test_a_correction_from_the_load_s_own_day_that_was_made_before_it_holds_again(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer})
    bygd.run("08", MARS)
    bygd.change("P0000001", "2026-04-27", "2026-04-20T08:00", kjoring_id="R2026-1", adresselinje1="Rettet gate 3")
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer, "adresselinje1": "Ny gate 2"})
    bygd.run("12", APRIL)
    assert bygd.facts(nummer, "adresselinje1") == ("Ny gate 2",)
    take_back(bygd, "2026-12-1")
    assert bygd.facts(nummer, "adresselinje1") == ("Rettet gate 3",)


def test_letters_that_were_sent_because_of_the_load_are_told(to_lastinger: Any, hurtig: None) -> None:
    to_lastinger.letters_sent()
    svar = take_back(to_lastinger, "2026-12-1", "2026-05-12T08:00")
    assert any("1 ungdommer har fått brev i år og er ikke lenger med" in tekst for tekst in svar.merknader)


def test_the_log_tells_who_took_what_back_and_how_much_it_was(to_lastinger: Any) -> None:
    antall = len(
        to_lastinger.ask("SELECT DISTINCT person_id, felt, gyldig_fra FROM fakta WHERE kjoring_id = '2026-12-1'")
    )
    svar = take_back(to_lastinger, "2026-12-1")
    assert (svar.kjoring_id, svar.angret_kjoring_id, svar.opplysninger) == ("2026-12-2", "2026-12-1", antall)
    ((av, gjelder, detaljer),) = to_lastinger.ask(
        "SELECT av, gjelder, detaljer FROM revisjon WHERE handling = 'angret'"
    )
    assert (av, gjelder) == ("Kari", "2026-12-1")
    assert {"3", str(antall), "2026-12-2"} <= set(
        detaljer.replace('"', " ").replace(",", " ").replace("}", " ").split()
    )


def test_every_later_load_is_named_the_newest_first(to_lastinger: Any) -> None:
    to_lastinger.deliver("otto_uttrekk", {"fodselsnummer": to_lastinger.a})
    to_lastinger.run("17", "2026-06-01T08:00")
    with pytest.raises(BrukerFeil, match=r"ÅH-2405.*2026-17-1, 2026-12-1"):
        take_back(to_lastinger, "2026-08-1", "2026-06-02T08:00")
    with pytest.raises(BrukerFeil, match=r"ÅH-2402.*2026-99-1"):
        take_back(to_lastinger, "2026-99-1")
