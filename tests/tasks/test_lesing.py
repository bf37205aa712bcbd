"""Reading: nothing guessed, every row accounted for, row numbers as Excel shows them."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tasks.lesing import read

FORMAT = find_format("questback_svar")
VIGO = find_format("vigo_ikkesokere")
HODE = ";".join(kolonne.overskrift for kolonne in FORMAT.kolonner)
RAD = "ref1;;01.05.2026 10:00;Jeg skal jobbe;Hei på deg"
RADER = ["navn;tid;slutt;svar;tekst", "a;b;c;d;e"]


def les(*linjer: str, tegnsett: str = "utf-8", linjeskift: str = "\n", hode: str = HODE):
    """Read lines under a heading."""
    return read(linjeskift.join((hode, *linjer)).encode(tegnsett), "fil.csv", FORMAT)


def vigo(*rader: str):
    """Read rows of Vigo's format; a row is the text of its first two columns, the rest blank."""
    antall = len(VIGO.kolonner)
    hode = ";".join(kolonne.overskrift for kolonne in VIGO.kolonner)
    linjer = [rad + ";" * (antall - 2) if rad.startswith("=") else rad for rad in rader]
    return read("\n".join((hode, *(linje.removeprefix("=") for linje in linjer))).encode(), "vigo.csv", VIGO)


def refused(innhold: bytes) -> BrukerFeil:
    """Return the refusal of a file."""
    with pytest.raises(BrukerFeil) as feil:
        read(innhold, "fil.csv", FORMAT)
    return feil.value


@pytest.mark.parametrize("tegnsett", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("linjeskift", ["\n", "\r\n"])
def test_each_declared_encoding_gives_the_same_letters(tegnsett, linjeskift):
    innlest = les(RAD, "r;;;æøåÆØÅ é «»–;", tegnsett=tegnsett, linjeskift=linjeskift)
    assert innlest.ramme["kommentar"].tolist() == ["Hei på deg", ""]
    assert innlest.ramme["svar"].tolist()[1] == "æøåÆØÅ é «»–"


@pytest.mark.parametrize(
    ("innhold", "kode"),
    [
        (b"", "ÅH-2011"),
        (b" \r\n\n", "ÅH-2011"),
        (f"{HODE}\n{RAD}".encode("utf-16"), "ÅH-2012"),
        (f"{HODE}\n{RAD}\x00".encode(), "ÅH-2012"),
        (f"{HODE}\n{RAD}".encode("cp865"), "ÅH-2012"),
        (f"{HODE}\n{RAD}".encode("mac_roman"), "ÅH-2012"),
        (b"\xef\xbb\xbf" + f"{HODE}\n{RAD}".encode("cp1252"), "ÅH-2012"),
        (f"{HODE}\n{RAD}".encode() + b"\xff", "ÅH-2012"),
        (f"{HODE}\nr;;;;Ã…se".encode(), "ÅH-2012"),
        (f"{HODE}\nr;;;;".encode("cp1252") + "Åse".encode(), "ÅH-2012"),
        (f"{HODE}\nr;;;;BjÃ¸rn".encode(), "ÅH-2012"),
        (HODE.encode(), "ÅH-2014"),
        (f"{HODE}\n\n;;;;\n".encode(), "ÅH-2014"),
    ],
)
def test_a_file_that_is_not_what_the_format_says_is_refused(innhold, kode):
    assert refused(innhold).kode == kode


def test_a_portuguese_name_is_not_taken_for_spoilt_letters():
    assert les("r;;;;São Ãngelo").antall == 1


def test_all_that_is_wrong_with_the_headings_is_told_at_once_and_no_unknown_heading_is_repeated():
    feil = refused(b"Referanse;referanse;Startet;Ola Nordmann;Kommentar\na;b;c;d;e")
    assert (feil.kode, feil.deler["ukjente"], feil.deler["doble"]) == ("ÅH-2013", 1, "Referanse")
    assert feil.deler["mangler"] == "Fullført, Hva gjør du neste skoleår?"
    assert "Nordmann" not in str(feil)


def test_headings_may_stand_in_another_order_in_other_case_and_without_the_optional_ones():
    innlest = les("Jeg skal jobbe;01.05.2026 10:00;ref1", hode='"hva gjør du neste skoleår?";FULLFØRT;Referanse')
    assert innlest.ramme.iloc[0].tolist() == ["ref1", "", "01.05.2026 10:00", "Jeg skal jobbe", ""]


@pytest.mark.parametrize(
    ("linjer", "gode", "skjeve"),
    [
        ((RAD, RAD), [2, 3], ()),
        ((RAD, "a;b", RAD), [2, 4], (3,)),
        ((RAD, "", RAD), [2, 4], ()),
        ((RAD, "", "a;b", "", RAD, "1;2;3;4;5;6", RAD, "", ""), [2, 6, 8], (4, 7)),
        ((RAD, ";;;;", "a;b", RAD), [2, 5], (4,)),
        (("a;b", "   ", RAD), [4], (2,)),
        ((RAD, 'r;;;;"to\nlinjer"', "a;b", RAD), [2, 3, 5], (4,)),
        ((RAD, 'r;;;;"a;b";c', 'r;;;;"a;b"', RAD), [2, 4, 5], (3,)),
    ],
)
def test_row_numbers_are_those_that_excel_shows(linjer, gode, skjeve):
    innlest = les(*linjer)
    assert (innlest.rad_nr.tolist(), innlest.skjeve, innlest.antall) == (gode, skjeve, len(gode) + len(skjeve))


def test_quotes_may_hold_the_separator_and_quotes():
    assert les('r;;;;"a;b ""c"""').ramme["kommentar"].tolist() == ['a;b "c"']


@pytest.mark.parametrize("aapen", ['1;"Ola', '"1;Ola', '1;Ola "Kongen'])
def test_an_open_quote_sets_its_own_row_aside_and_swallows_no_other(aapen):
    innlest = vigo("=1;Ola", f"={aapen}", "=2;Per", f"={aapen}", "=3;Pål")
    assert innlest.ramme["fodselsnummer"].tolist() == ["1", "2", "3"]
    assert (innlest.rad_nr.tolist(), innlest.skjeve) == ([2, 4, 6], (3, 5))


def test_where_rows_cannot_be_told_apart_the_file_is_refused():
    assert refused(f'{HODE}\n{RAD}\nr;"x;;;\n{RAD}\n'.encode()).kode == "ÅH-2018"
    with pytest.raises(BrukerFeil, match="ÅH-2018"):
        vigo("=1;Ola", '=5";"Per', "=2;Pål")


def test_blank_and_words_for_nothing_stay_text():
    assert les("NA;;null;NaN;007").ramme.iloc[0].tolist() == ["NA", "", "null", "NaN", "007"]


celle = st.text(st.characters(exclude_characters="\x00\r\n\ufeff", exclude_categories=("Cs", "Cc")), max_size=6)


@given(st.lists(st.lists(celle, min_size=5, max_size=5), min_size=1, max_size=8))
def test_what_python_writes_is_what_we_read(rader):
    """Two readers of the same quoted file agree, rows with nothing in them left out."""
    ut = io.StringIO()
    csv.writer(ut, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rader)
    innhold = f"{HODE}\n{ut.getvalue()}".encode()
    med_noe = [(nummer, rad) for nummer, rad in enumerate(rader, start=2) if any(rad)]
    if not med_noe or "Ã" in innhold.decode():
        return
    innlest = read(innhold, "fil.csv", FORMAT)
    satt_sammen = [[unicodedata.normalize("NFC", verdi) for verdi in rad] for _, rad in med_noe]
    assert innlest.ramme.astype("str").to_numpy().tolist() == satt_sammen
    assert innlest.rad_nr.tolist() == [nummer for nummer, _ in med_noe]
