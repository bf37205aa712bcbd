"""The letters: what they say, to whom, and what the PDF files claim."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from schemas.brev import Avsender, Brevdata
from tasks.brev import MALER, letter_title, render, template_hash
from tasks.feil import BrukerFeil, ProgramFeil

AVSENDER = Avsender(
    "Eksempel fylkeskommune", "Oppfølgingstjenesten", "35 91 70 00", "ot@eksempelfylke.no", "eksempelfylke.no/ot"
)
BREV = Brevdata(
    brev="ikkesokere",
    maalform="nb",
    navn="Kari Nordmann",
    adresselinje1="Storgata 1",
    postnummer="3717",
    poststed="Skien",
    gjelder=None,
    dato=date(2026, 5, 12),
    svarfrist=date(2026, 5, 26),
    svaradresse="https://svar.eksempelfylke.no/neste",
    referanse="K7Q2-M4XD",
    avsender=AVSENDER,
)
KODER = ("ikkesokere", "ikkesokere_purring", "neisvarere", "neisvarere_purring")
MM_PER_PUNKT = 25.4 / 72


def leser(data: Brevdata) -> PdfReader:
    """Return a reader of the rendered letter."""
    return PdfReader(BytesIO(render(data)))


def tekst(data: Brevdata) -> str:
    """Return the letter's text with single spaces."""
    return " ".join(leser(data).pages[0].extract_text().split())


def fonter(pdf: PdfReader) -> Iterator[DictionaryObject]:
    """Yield the descriptor of every font on the first page."""
    for ref in pdf.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        font: Any = ref.get_object()
        yield font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_the_same_letter_is_the_same_bytes_twice() -> None:
    forste = render(BREV)
    render(replace(BREV, navn="En Annen"))
    assert render(BREV) == forste


def test_the_letter_holds_recipient_question_deadline_and_reference() -> None:
    brev = tekst(BREV)
    for del_ in ("Kari Nordmann Storgata 1 3717 Skien", "Hva gjør du neste skoleår?", "26. mai 2026", "12. mai 2026"):
        assert del_ in brev
    for del_ in (BREV.svaradresse, BREV.referanse, "35 91 70 00", "ot@eksempelfylke.no", "eksempelfylke.no/ot"):
        assert del_ in brev


@pytest.mark.parametrize(("brev", "maalform"), list(product(KODER, ("nb", "nn"))))
def test_every_letter_is_one_page_in_both_written_standards(brev: str, maalform: Any) -> None:
    pdf = leser(replace(BREV, brev=brev, maalform=maalform, gjelder="Ola Nordmann"))
    assert len(pdf.pages) == 1
    assert pdf.metadata is not None
    assert pdf.metadata.title == letter_title(brev, maalform)


def test_long_names_and_addresses_still_make_one_page() -> None:
    navn = "Maximiliana-Alexandrina Konstantinopolitanska de la Torre y Fernández Søndre-Bjørkåsen"
    gate = "c/o Sameienes Forvaltningsselskap, Nedre Kongsbergveien 1234 B, leilighet H0404"
    lenke = "https://svar.eksempelfylke.no/s/en-veldig-lang-adresse-til-undersokelsen/uten-mellomrom?kilde=brev&runde=2"
    for kode in KODER:
        data = replace(BREV, brev=kode, navn=navn, gjelder=navn, adresselinje1=gate, svaradresse=lenke)
        assert len(leser(data).pages) == 1


@pytest.mark.parametrize(("brev", "maalform"), list(product(("ikkesokere", "neisvarere"), ("nb", "nn"))))
def test_a_reminder_never_repeats_the_title(brev: str, maalform: str) -> None:
    assert letter_title(f"{brev}_purring", maalform) != letter_title(brev, maalform)


@pytest.mark.parametrize("navn", ["#panic()", "*x*", "$a$", "@ref", "</w>", "{fylke}", "\\n", '"); #read("brev.toml"'])
def test_a_name_is_text_and_never_markup(navn: str) -> None:
    assert tekst(replace(BREV, navn=navn, gjelder=navn)).count(navn) == 2


def test_a_guardian_gets_the_same_paragraphs_under_one_line_about_the_copy() -> None:
    ungdom = tekst(BREV)
    foresatt = tekst(replace(BREV, gjelder="Kari Nordmann"))
    kopi = (
        "Dette er en kopi av et brev til Kari Nordmann. Foresatte til ungdom under 18 år "
        "får den samme skriftlige informasjonen. "
    )
    assert foresatt.replace(kopi, "") == ungdom != foresatt


def test_the_pdf_claims_archive_and_accessibility_standards() -> None:
    metadata: Any = leser(BREV).root_object["/Metadata"].get_object()
    xmp = metadata.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


@pytest.mark.parametrize("maalform", ["nb", "nn"])
def test_the_page_is_a4_portrait_in_the_letters_language(maalform: Any) -> None:
    pdf = leser(replace(BREV, maalform=maalform))
    side = pdf.pages[0].mediabox
    assert (round(side.width * MM_PER_PUNKT), round(side.height * MM_PER_PUNKT)) == (210, 297)
    assert str(pdf.root_object["/Lang"]).startswith(maalform)


def test_nothing_is_printed_in_the_left_margin() -> None:
    venstre: list[float] = []
    leser(BREV).pages[0].extract_text(
        visitor_text=lambda t, cm, tm, *_: venstre.append(tm[4] * cm[0] + cm[4]) if t.strip() else None
    )
    assert min(venstre) * MM_PER_PUNKT >= 20


def test_all_fonts_are_embedded() -> None:
    beskrivelser = list(fonter(leser(BREV)))
    assert beskrivelser
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in beskrivelser)


@pytest.mark.parametrize("navn", ["Áŋgiđ Čáhppesoaivi", "Šuvvi Ŧeđžá", "Łucja Żółć", "Jürgen Öğüt", "Nguyễn Thị Hằng"])
def test_names_from_many_languages_are_written(navn: str) -> None:
    assert navn in tekst(replace(BREV, navn=navn))


def test_a_letter_in_two_parts_is_written_as_one() -> None:
    assert "Ánde Ås" in tekst(replace(BREV, navn="A\u0301nde  A\u030as"))


@pytest.mark.parametrize("navn", ["王小明", "Kari 😀 Nordmann"])
def test_a_character_without_glyph_is_refused_and_never_told(navn: str) -> None:
    with pytest.raises(BrukerFeil) as feil:
        render(replace(BREV, navn=navn))
    assert feil.value.kode == "ÅH-1501"
    assert not set(navn.split()) & set(str(feil.value).split())
    assert feil.value.__context__ is None
    assert render(BREV)


def test_an_arabic_name_is_written_or_cleanly_refused() -> None:
    try:
        assert render(replace(BREV, navn="فاطمة")).startswith(b"%PDF")
    except BrukerFeil as feil:
        assert feil.kode == "ÅH-1501"  # noqa: PT017


def test_an_unknown_letter_is_a_fault() -> None:
    with pytest.raises(KeyError):
        letter_title("finnes_ikke", "nb")


def test_the_template_reads_no_file_and_no_package() -> None:
    mal = (MALER / "brev.typ").read_text(encoding="utf-8")
    assert not any(ord_ in mal for ord_ in ("import", "include", "read(", "image(", "toml(", "plugin(", '"@'))


def test_a_template_that_imports_a_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks import brev

    brev._compiler.cache_clear()
    monkeypatch.setattr(brev, "_sources", lambda: (b'#import "@preview/x:1.0.0": *', b""))
    with pytest.raises(ProgramFeil, match="package"):
        brev._compiler()


def test_the_hash_covers_template_and_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks import brev

    assert len(template_hash()) == 64
    hasher = set()
    for kilder in ((b"a", b"b"), (b"a", b"c"), (b"ab", b""), (b"", b"ab")):
        monkeypatch.setattr(brev, "_sources", lambda kilder=kilder: kilder)
        hasher.add(template_hash.__wrapped__())
    assert len(hasher) == 4


def test_every_text_has_the_same_parts_in_both_written_standards() -> None:
    tekster = tomllib.loads((MALER / "brev.toml").read_text(encoding="utf-8"))
    assert set(tekster) == {"felles", *KODER}
    for kode in KODER:
        nb, nn = tekster[kode]["nb"], tekster[kode]["nn"]
        assert set(nb) == set(nn) == {"tittel", "avsnitt", "lenketekst", "hilsen"}
        assert len(nb["avsnitt"]) == len(nn["avsnitt"]) > 2
