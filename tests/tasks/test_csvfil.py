"""CSV: letters in one way of writing, nothing invisible let in, and limits told for what they are."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.format import Filgrenser
from tasks import csvfil
from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tasks.lesing import read, read_bytes
from tasks.ramme import normalised
from tests.filbygger import csv_file, good_row, judged

NAVN = "questback_svar"
FORMAT = find_format(NAVN)
LITE = Filgrenser(mest_oktetter=1000, mest_linjer=5, mest_darlige_rader=1, mest_feil=5)


def refused(innhold: bytes, fil: str = "fil.csv") -> str:
    with pytest.raises(BrukerFeil) as feil:
        judged(innhold, fil, FORMAT)
    return feil.value.kode


def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach."""
    from tasks import formater, lesing, validering

    grenser = formater.limits().model_copy(update={"fil": LITE})
    for modul in (csvfil, validering, lesing):
        monkeypatch.setattr(modul, "limits", lambda: grenser)


def test_a_ring_after_its_letter_becomes_one_letter_in_every_kind_of_column():
    delt = unicodedata.normalize("NFD", "Ågot Øyås")
    rad = good_row("vigo_sokere", fornavn=delt, etternavn=delt, status=delt)
    innlest, _ = judged(csv_file("vigo_sokere", rad, good_row("vigo_sokere")), "a.csv", find_format("vigo_sokere"))
    assert innlest.ramme.loc[0, ["fornavn", "status"]].tolist() == ["Ågot Øyås", "Ågot Øyås"]


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("aå\u030aÅ\u212be\u0301é–’x"), max_size=5), max_size=9),
    st.booleans(),
    st.integers(0, 3),
)
def test_texts_are_normalised_as_unicodedata_does_it(tekster, ordbok, fra):
    kolonne = pa.chunked_array([pa.array(tekster, pa.string()).slice(fra), pa.array(tekster, pa.string())])
    ny = normalised(kolonne.dictionary_encode() if ordbok else kolonne)
    assert ny.cast(pa.string()).to_pylist() == [unicodedata.normalize("NFC", t) for t in [*tekster[fra:], *tekster]]


def test_text_that_is_whole_already_is_not_copied():
    kolonne = pa.chunked_array([["Ås", "é–“"], ["x"]])
    assert normalised(kolonne) is kolonne


@pytest.mark.parametrize("tegn", ["\x07", "\x9f", "\u202e", "\u061c", "\u2028", "\ufeff", "\ufffd"])
def test_what_cannot_be_shown_is_refused_in_free_text_too(tegn):
    _, validert = judged(csv_file(NAVN, good_row(NAVN), good_row(NAVN, kommentar=f"a{tegn}b")), "a.csv", FORMAT)
    assert validert.feil.to_numpy().tolist() == [[3, "kommentar", "ÅH-2102"]]


def test_line_breaks_and_tabs_may_stand_in_free_text_only():
    _, validert = judged(csv_file(NAVN, good_row(NAVN, kommentar='"a\nb\tc"')), "a.csv", FORMAT)
    assert len(validert.gyldige) == 1
    _, validert = judged(csv_file(NAVN, good_row(NAVN, token='"a\nb"')), "a.csv", FORMAT)
    assert validert.feil["kode"].tolist() == ["ÅH-2102"]


GOD = csv_file(NAVN, good_row(NAVN))


@pytest.mark.parametrize(
    ("innhold", "kode"),
    [
        (b"", "ÅH-2011"),
        (b"\r\n ", "ÅH-2011"),
        (GOD.decode().encode("utf-16"), "ÅH-2012"),
        (b"<!DOCTYPE html><html>Logg inn</html>", "ÅH-2021"),
        ("\ufeff  <HTML>".encode("utf-16"), "ÅH-2021"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 9, "ÅH-2022"),
        (b"%PDF-1.7", "ÅH-2025"),
        (b"PK\x03\x04" + b"\x00" * 30, "ÅH-2025"),
        (b"x" * 200_000, "ÅH-2013"),
        (GOD + b"x" * 9_000_000, "ÅH-2038"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_apart(innhold, kode):
    assert refused(innhold) == kode


@pytest.mark.parametrize(("fil", "kode"), [("fil.xls", "ÅH-2019"), ("fil", "ÅH-2019"), ("fil.xlsm", "ÅH-2024")])
def test_an_ending_that_the_format_does_not_take_is_refused(fil, kode):
    assert refused(GOD, fil) == kode


def test_lines_may_end_as_old_macs_ended_them():
    assert judged(GOD.replace(b"\r\n", b"\r"), "a.csv", FORMAT)[1].antall == 1


def test_the_text_of_a_row_askew_is_kept_as_it_came():
    assert read(GOD + b"a;b\n", "a.csv", FORMAT).raatekst == {3: "a;b"}


def test_too_many_faulty_rows_refuse_the_file(monkeypatch):
    small_limits(monkeypatch)
    dritt = good_row(NAVN, svar="x")
    assert refused(csv_file(NAVN, dritt, dritt)) == "ÅH-2036"
    assert refused(GOD + b"a\nb\n") == "ÅH-2036"
    assert refused(GOD + b"\n" * 9) == "ÅH-2037"
    assert judged(csv_file(NAVN, dritt, good_row(NAVN)), "a.csv", FORMAT)[1].antall_darlige == 1


def test_rows_askew_stop_the_reading_itself_when_there_are_too_many(monkeypatch):
    small_limits(monkeypatch)
    with pytest.raises(BrukerFeil, match="ÅH-2036"):
        read(GOD + b"a\nb\n", "a.csv", FORMAT)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch, tmp_path):
    small_limits(monkeypatch)
    (tmp_path / "stor.csv").write_bytes(b"x" * 1001)
    with pytest.raises(BrukerFeil, match=r"ÅH-2037.*stor\.csv"):
        read_bytes(tmp_path / "stor.csv")
    with pytest.raises(BrukerFeil, match="ÅH-2003"):
        read_bytes(tmp_path / "borte.csv")


def test_what_the_file_has_is_told_apart_from_what_is_blank():
    innlest = read(GOD.replace(b"Startet;", b"").replace(b";01.04.2026 10:00", b""), "a.csv", FORMAT)
    assert "startet_tid" not in innlest.kolonner_i_filen
    assert innlest.kolonner_i_filen == judged(GOD, "a.csv", FORMAT)[1].kolonner_i_filen - {"startet_tid"}
    assert innlest.ramme["startet_tid"].tolist() == [""]
