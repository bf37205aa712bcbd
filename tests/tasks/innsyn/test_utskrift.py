"""Access: everything about one youth and nothing about anyone else, as a PDF that a layperson can read."""

import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from deployments.program import main
from tasks import forslag
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.innsyn.hvem import find
from tasks.innsyn.ordvalg import words
from tasks.innsyn.raarader import rows_with
from tasks.innsyn.utskrift import write_access
from tasks.personopplysninger import Hva, columns
from tasks.revisjon import verify
from tests.skanner import scan

NAA = "2026-06-01T12:00"


def text_of(sti: Path) -> str:
    """The document's text with single spaces, and without the marks that let long words break."""
    sider = " ".join(side.extract_text() for side in PdfReader(sti).pages)
    return re.sub(r"\s+", " ", sider.replace("\u00ad", "").replace("-\n", ""))


def squeezed(tekst: str) -> str:
    return re.sub(r"[\s\u00ad‐-]", "", tekst)


def access(bygd: Any, hvem: str) -> Path:
    return write_access(bygd.fresh(), hvem, "Kari", bygd.at(NAA))


@pytest.fixture
def levd(bygd: Any, hurtig: None) -> tuple[Any, str, str]:
    """Two youths with a delivery, letters, an answer and a correction; returns the county and each one's number."""
    hun, han = bygd.number("2009-03-14", 1), bygd.number("2009-03-14", 2)
    felles = {"etternavn": "Fuglesang", "kommunenummer": "3905"}
    bygd.deliver(
        "vigo_ikkesokere",
        felles | {"fodselsnummer": hun, "fornavn": "Solveig", "adresselinje1": "Kvitveisvingen 77"},
        felles | {"fodselsnummer": han, "fornavn": "Torbjørn", "adresselinje1": "Lerkefaret 13"},
        {"fodselsnummer": hun, "skoleaar": "tull"},
    )
    bygd.run("12", "2026-04-27T08:00")
    bygd.letters_sent()
    return bygd, hun, han


def test_everything_about_one_is_there_and_nothing_about_another(levd: tuple[Any, str, str]) -> None:
    bygd, hun, han = levd
    tekst = squeezed(text_of(access(bygd, hun)))
    for merke in (hun, "SolveigFuglesang", "Kvitveisvingen77", "vigo_ikkesokere.csv", "Brevogmeldinger", "godkjent"):
        assert squeezed(merke) in tekst, merke
    for fremmed in (han, "Torbjørn", "Lerkefaret"):
        assert squeezed(fremmed) not in tekst, fremmed


def test_nothing_of_hers_in_the_register_is_left_out(levd: tuple[Any, str, str]) -> None:
    bygd, hun, _ = levd
    tekst = squeezed(text_of(access(bygd, hun)))
    (person,) = (p for (p,) in bygd.ask("SELECT person_id FROM fakta WHERE felt = 'fodselsnummer' AND verdi = ?", hun))
    fakta = bygd.ask("SELECT DISTINCT verdi FROM fakta WHERE person_id = ? AND verdi <> ''", person)
    koder = {"bosatt", "ugradert", "ikke_sokt"}
    for (verdi,) in fakta:
        dato = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", verdi)
        assert squeezed(verdi) in tekst or dato or verdi in koder, verdi
    hendelser = bygd.ask(
        "SELECT count(*) FROM utsending_hendelse JOIN utsending USING (utsending_id) WHERE person_id = ?", person
    )
    assert hendelser[0][0] > 0
    assert tekst.count("levert") >= 1


def test_it_is_noted_and_only_the_owner_can_open_it(levd: tuple[Any, str, str]) -> None:
    bygd, hun, _ = levd
    sti = access(bygd, hun)
    assert sti.stat().st_mode & 0o777 == 0o600
    assert hun not in sti.name
    ((av, gjelder, detaljer),) = bygd.ask("SELECT av, gjelder, detaljer FROM revisjon WHERE handling = 'innsyn laget'")
    assert (av, gjelder in sti.name, detaljer.startswith("rader: ")) == ("Kari", True, True)
    with bygd.hjem.register.transaction("prøve") as con:
        assert verify(con, bygd.hjem.mappe) == []


def test_it_is_a_file_that_can_be_kept_and_read_aloud(levd: tuple[Any, str, str]) -> None:
    bygd, hun, _ = levd
    leser = PdfReader(access(bygd, hun))
    merker = leser.xmp_metadata.stream.get_data().decode() if leser.xmp_metadata else ""
    assert "<pdfuaid:part>1</pdfuaid:part>" in merker
    assert "<pdfaid:part>2</pdfaid:part>" in merker
    assert leser.root_object["/Lang"] == "nb-NO"
    assert leser.metadata
    assert hun not in str(leser.metadata.title)


def test_a_row_set_aside_is_there_with_what_was_wrong(levd: tuple[Any, str, str]) -> None:
    bygd, hun, _ = levd
    assert bygd.ask("SELECT count(*) FROM karantene")[0][0] > 0
    assert "Rader om deg som er satt til side" in text_of(access(bygd, hun))


def test_the_number_may_be_given_with_a_space_as_a_person_id_or_as_one_she_had_before(bygd: Any) -> None:
    person = bygd.person()
    (nummer,) = bygd.ask("SELECT verdi FROM fakta WHERE felt = 'fodselsnummer'")[0]
    nytt = bygd.number("2007-03-14", 9)
    bygd.change(person, "2026-02-01", fodselsnummer=nytt)
    with bygd.hjem.register.transaction("prøve") as con:
        for hvem in (nummer, f" {nummer[:6]} {nummer[6:]}\n", nytt, person):
            funnet = find(con, hvem)
            assert (funnet.person_id, funnet.numre) == (person, {nummer, nytt})


def test_two_that_were_found_to_be_one_are_one(bygd: Any) -> None:
    forste, andre = bygd.person(), bygd.person(fornavn="Gammelt")
    bygd.write(
        "INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid) VALUES (?, ?, 'T0', ?)",
        [[andre, forste, datetime(2026, 2, 1)]],  # noqa: DTZ001 as the register stores it
    )
    with bygd.hjem.register.transaction("prøve") as con:
        assert find(con, andre) == find(con, forste)
        assert find(con, forste).personer == {forste, andre}
    assert "Gammelt" in text_of(access(bygd, forste))


@pytest.mark.parametrize(("hvem", "kode"), [("P9999999", "ÅH-1829"), ("", "ÅH-1831"), ("Solveig", "ÅH-1829")])
def test_whoever_is_not_here_is_refused(bygd: Any, hvem: str, kode: str) -> None:
    bygd.person()
    with pytest.raises(BrukerFeil, match=kode):
        access(bygd, hvem)


def test_a_number_that_nobody_has_is_refused_and_never_repeated(bygd: Any) -> None:
    bygd.person()
    ukjent = bygd.number("2009-03-14", 33)
    with pytest.raises(BrukerFeil, match="ÅH-1829") as feil:
        access(bygd, ukjent)
    assert ukjent not in str(feil.value)
    assert bygd.ask("SELECT count(*) FROM revisjon") == [(0,)]


def test_a_number_that_two_have_had_is_refused(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 5)
    for _ in range(2):
        bygd.person(fodselsnummer=nummer)
    with pytest.raises(BrukerFeil, match="ÅH-1830"):
        access(bygd, nummer)


@pytest.mark.parametrize(("grad", "sies"), [("ugradert", False), ("fortrolig", True)])
def test_the_document_about_a_protected_one_says_who_may_see_it(bygd: Any, grad: str, sies: bool) -> None:
    person = bygd.person(adressegradering_vigo=grad)
    assert ("Adressen er skjermet" in text_of(access(bygd, person))) is sies


def test_a_reason_in_words_that_names_her_is_found(levd: tuple[Any, str, str]) -> None:
    bygd, hun, _ = levd
    bygd.person(fra="2026-01-03")
    ny = bygd.run(tid="2026-05-12T08:00").forslag_id
    forslag.reject(bygd.hjem, ny, "Kari", "vent, Solveig Fuglesang har ringt", bygd.at("2026-05-12T09:00"))
    assert squeezed("Solveig Fuglesang har ringt") in squeezed(text_of(access(bygd, hun)))


def test_signs_that_no_font_has_are_shown_by_their_number(bygd: Any) -> None:
    person = bygd.person(fornavn="Åse\U0001f600", adresselinje1="x" * 200)
    assert "Åse[U+1F600]" in squeezed(text_of(access(bygd, person)))


def test_every_table_about_people_has_a_title_in_the_document() -> None:
    om_noen = {kolonne.tabell for kolonne in columns() if kolonne.hva in {Hva.PERSON, Hva.FRITEKST, Hva.NUMMER}}
    assert om_noen - words()["tabeller"].keys() == set()


def test_the_command_takes_the_number_from_the_next_line(
    levd: tuple[Any, str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bygd, hun, _ = levd
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{hun}\n"))
    assert main(["--home", str(bygd.hjem.mappe), "access", "-", "--by", "Kari"]) == 0
    ut = capsys.readouterr().out
    assert "rapporter/innsyn/innsyn-P" in ut
    assert hun not in ut


def test_the_scanner_finds_in_the_document_what_the_register_holds(levd: tuple[Any, str, str]) -> None:
    bygd, hun, han = levd
    naler = [hun, han, "Solveig Fuglesang", "Torbjørn Fuglesang"]
    assert {funn.nal for funn in scan(access(bygd, hun), naler)} == {hun, "Solveig Fuglesang"}


def book(*rader: list[object]) -> bytes:
    bok, ut = openpyxl.Workbook(), io.BytesIO()
    for rad in rader:
        bok.active.append(rad)
    bok.save(ut)
    return ut.getvalue()


NR = "14830950983"
FILER = {
    "csv": f"Navn;Nummer\nA;1\nÅse;{NR}\n".encode(),
    "cp1252": f"Navn;Nummer\r\nA;1\r\nÅse;{NR}\r\n".encode("cp1252"),
    "komma og anførsel": f'Navn,Nummer\n"A\nB",1\nÅse,{NR}\n'.encode("utf-8-sig"),
    "mellomrom": f"Navn;Nummer\nA;1\nÅse;{NR[:6]} {NR[6:]}\n".encode(),
    "xlsx": book(["Navn", "Nummer"], ["A", 1], ["Åse", NR]),
    "xlsx med tall": book(["Navn", "Nummer"], ["A", 1], ["Åse", int(NR)]),
    "json": json.dumps({"personer": [{"Navn": "A"}, {"Navn": "Åse", "Nummer": NR, "tom": None}]}).encode(),
}


@pytest.mark.parametrize("slag", FILER)
def test_her_row_is_found_in_every_kind_of_file_and_no_other(slag: str) -> None:
    (rad,) = rows_with(FILER[slag], {NR})
    assert rad.rad_nr == 3
    assert dict(rad.celler)["Navn"] == "Åse"
    assert rows_with(FILER[slag], {"14830950984"}) == []


def test_the_words_of_the_document_are_all_used() -> None:
    kilder = "".join(sti.read_text("utf-8") for sti in (DATA.parent / "tasks" / "innsyn").glob("*.py"))
    assert [navn for navn in words() if f'"{navn}"' not in kilder] == []
