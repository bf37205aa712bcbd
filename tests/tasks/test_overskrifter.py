"""A county's own headings: said once in the settings, read as ours; what cannot be meant is refused there."""

import pytest

from tasks.feil import BrukerFeil
from tasks.formater import find_format, format_of, with_headings, wrong_headings
from tasks.hjem import home
from tasks.lesing import read
from tasks.overskrifter import fold, match
from tests.filbygger import good_row, sheet_file

NAVN = "questback_svar"
FORMAT = find_format(NAVN)
FYLKETS = {"Ref.nr": "Referanse", "Svar gitt": "Hva gjør du neste skoleår?", "Intern merknad": ""}
HODE = ["Ref.nr", "Intern merknad", "Fullført", "SVAR GITT"]
RAD = ["ref1", "hemmelig", "01.05.2026 10:00", "Jeg skal jobbe"]


def as_csv(*rader: list[str]) -> bytes:
    return "\n".join(";".join(rad) for rad in rader).encode()


@pytest.mark.parametrize(("fil", "lag"), [("a.csv", as_csv), ("a.xlsx", lambda *r: sheet_file({"A": r}))])
def test_the_county_s_headings_are_read_as_ours_and_those_left_out_are_not_read(fil, lag):
    innlest = read(lag(HODE, RAD), fil, with_headings(FORMAT, FYLKETS))
    assert innlest.ramme.iloc[0].tolist() == ["ref1", "", "01.05.2026 10:00", "Jeg skal jobbe", ""]
    assert innlest.kolonner_i_filen == {"token", "fullfort_tid", "svar"}


def test_our_own_headings_are_still_read():
    egne = [k.overskrift for k in FORMAT.kolonner]
    assert read(as_csv(egne, list(good_row(NAVN).values())), "a.csv", with_headings(FORMAT, FYLKETS)).antall == 1


def test_a_row_with_text_only_in_a_column_that_is_not_read_is_no_row():
    innlest = read(as_csv(HODE, RAD, ["", "x", "", ""]), "a.csv", with_headings(FORMAT, FYLKETS))
    assert (innlest.antall, innlest.rad_nr.tolist()) == (1, [2])


@pytest.mark.parametrize(
    ("hode", "ukjente", "doble"),
    [
        (["Ref.nr", "Referanse", "Fullført", "Svar gitt"], 0, "Referanse"),
        ([*HODE, ""], 1, "ingen"),
        ([*HODE, "Ola Nordmann"], 1, "ingen"),
    ],
)
def test_what_is_still_wrong_is_told(hode, ukjente, doble):
    with pytest.raises(BrukerFeil, match="ÅH-2013") as feil:
        match(hode, "a.csv", with_headings(FORMAT, FYLKETS))
    assert (feil.value.deler["ukjente"], feil.value.deler["doble"]) == (ukjente, doble)
    assert "Nordmann" not in str(feil.value)


def test_headings_are_compared_without_case_outer_space_and_way_of_writing_the_ring():
    assert fold(" Skolea\u030aR ") == fold("skoleår")


@pytest.mark.parametrize(
    ("overskrifter", "gale"),
    [
        ({NAVN: FYLKETS}, []),
        ({"vigo": {}}, ["overskrifter.vigo"]),
        ({NAVN: {"Nr": "Nummer"}}, [f"overskrifter.{NAVN}.Nr"]),
        ({NAVN: {"A": "Referanse", "B": "referanse"}}, [f"overskrifter.{NAVN}.A", f"overskrifter.{NAVN}.B"]),
        ({NAVN: {"Kommentar": "Referanse"}}, [f"overskrifter.{NAVN}.Kommentar"]),
        ({NAVN: {"A": "", "a": ""}}, [f"overskrifter.{NAVN}.A", f"overskrifter.{NAVN}.a"]),
    ],
)
def test_headings_that_cannot_be_meant_are_named(overskrifter, gale):
    assert wrong_headings(overskrifter) == gale


def settings(fylke, tillegg: str):
    """The county read anew with more in its settings."""
    sti = fylke.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + tillegg, "utf-8")
    return home(fylke.mappe).innstillinger


def test_the_settings_give_the_format_its_headings(fylke, tmp_path):
    innstillinger = settings(fylke, f'\n[overskrifter.{NAVN}]\n"Ref.nr" = "Referanse"\n')
    for format_ in (find_format(NAVN, innstillinger), format_of(tmp_path / f"{NAVN}.csv", innstillinger)):
        assert format_.fylkets == {"Ref.nr": "Referanse"}
    assert find_format(NAVN).fylkets == {}


def test_settings_with_an_unknown_heading_are_refused_when_they_are_read(fylke):
    with pytest.raises(BrukerFeil, match=rf"ÅH-1102.*overskrifter\.{NAVN}\.Nr"):
        settings(fylke, f'\n[overskrifter.{NAVN}]\n"Nr" = "Nummer"\n')
