"""The letters: what they say, to whom, and what the PDF files claim."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from schemas.brev import Avsender, Brevdata
from tasks import brev as brevmodul
from tasks import kodeverk
from tasks.brev import MALER, category_of_letter, letter_title, render, template_hash, title_of
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import DATA

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
    skoleaar="2026/2027",
)
KATEGORIER = ("", "N", "S", "V")
BEGGE = ("nb", "nn")
LOGO = (DATA / "demo" / "logo.svg").read_bytes()
MED_LOGO = replace(BREV, logo=sha256(LOGO).hexdigest())
KODER = ("ikkesokere", "ikkesokere_purring", "neisvarere", "neisvarere_purring")
MM_PER_PUNKT = 25.4 / 72


def leser(data: Brevdata, logo: bytes = b"") -> PdfReader:
    """Return a reader of the rendered letter."""
    return PdfReader(BytesIO(render(data, logo)))


def tekst(data: Brevdata) -> str:
    """Return the letter's text with single spaces."""
    return " ".join(leser(data).pages[0].extract_text().split())


def fonter(pdf: PdfReader) -> Iterator[DictionaryObject]:
    """Yield the descriptor of every font on the first page."""
    for ref in pdf.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        font: Any = ref.get_object()
        yield font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def alternatives(node: Any) -> Iterator[str]:
    """Yield the texts that stand in for figures, down the tree of tags."""
    node = node.get_object()
    if isinstance(node, list):
        for gren in node:
            yield from alternatives(gren)
    elif isinstance(node, DictionaryObject):
        if "/Alt" in node:
            yield str(node["/Alt"])
        yield from alternatives(node.get("/K", ArrayObject()))


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


@pytest.mark.parametrize(("brev", "maalform"), list(product(KODER, BEGGE)))
def test_every_letter_is_one_page_in_both_written_standards(brev: str, maalform: Any) -> None:
    pdf = leser(replace(BREV, brev=brev, maalform=maalform, gjelder="Ola Nordmann"))
    assert len(pdf.pages) == 1
    assert pdf.metadata is not None
    assert pdf.metadata.title == letter_title(brev, maalform, "2026/2027")


@pytest.mark.parametrize(("brev", "kategori", "maalform"), list(product(KODER, KATEGORIER, BEGGE)))
def test_the_longest_names_addresses_and_texts_with_a_logo_still_make_one_page(
    brev: str, kategori: str, maalform: Any
) -> None:
    navn = "Maximiliana-Alexandrina Konstantinopolitanska de la Torre y Fernández Søndre-Bjørkåsen"
    gate = "c/o Sameienes Forvaltningsselskap, Nedre Kongsbergveien 1234 B, leilighet H0404"
    lenke = "https://svar.eksempelfylke.no/s/en-veldig-lang-adresse-til-undersokelsen/uten-mellomrom?kilde=brev&runde=2"
    data = replace(
        BREV, brev=brev, kategori=kategori, maalform=maalform, navn=navn, gjelder=navn, adresselinje1=gate,
        svaradresse=lenke, logo=sha256(LOGO).hexdigest(),
        avsender=replace(AVSENDER, fylke="Vestfold og Telemark fylkeskommune (demo)"),
    )  # fmt: skip
    assert len(leser(data, LOGO).pages) == 1


def test_nobody_gets_the_same_title_twice_whichever_letter_standard_or_year() -> None:
    titler = [letter_title(*valg) for valg in product(KODER, BEGGE, ("2025/2026", "2026/2027"))]
    assert len(set(titler)) == len(titler)
    assert title_of(BREV) == letter_title("ikkesokere", "nb", "2026/2027")


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


@pytest.mark.parametrize(("data", "logo"), [(BREV, b""), (MED_LOGO, LOGO)])
def test_the_pdf_claims_archive_and_accessibility_standards(data: Brevdata, logo: bytes) -> None:
    metadata: Any = leser(data, logo).root_object["/Metadata"].get_object()
    xmp = metadata.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


@pytest.mark.parametrize("maalform", BEGGE)
def test_the_page_is_a4_portrait_in_the_letters_language(maalform: Any) -> None:
    pdf = leser(replace(BREV, maalform=maalform))
    side = pdf.pages[0].mediabox
    assert (round(side.width * MM_PER_PUNKT), round(side.height * MM_PER_PUNKT)) == (210, 297)
    assert str(pdf.root_object["/Lang"]).startswith(maalform)


@pytest.mark.parametrize("brev", KODER)
def test_no_text_stands_in_the_left_margin_that_digdirs_printers_need(brev: str) -> None:
    venstre: list[float] = []
    leser(replace(MED_LOGO, brev=brev, gjelder="Kari Nordmann"), LOGO).pages[0].extract_text(
        visitor_text=lambda t, cm, tm, *_: venstre.append(tm[4] * cm[0] + cm[4]) if t.strip() else None
    )
    assert len(venstre) > 10
    assert min(venstre) * MM_PER_PUNKT >= 18


def test_the_logo_is_drawn_and_told_to_whoever_cannot_see_it() -> None:
    pdf = leser(MED_LOGO, LOGO)
    assert list(alternatives(pdf.root_object["/StructTreeRoot"])) == ["Logoen til Eksempel fylkeskommune"]
    assert len(render(MED_LOGO, LOGO)) > len(render(BREV))


def test_a_wide_logo_is_told_too_and_leaves_room_for_the_countys_name() -> None:
    bred = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"><path d="M0 0h900v10H0z"/></svg>'
    pdf = leser(replace(BREV, logo=sha256(bred).hexdigest()), bred)
    assert list(alternatives(pdf.root_object["/StructTreeRoot"])) == ["Logoen til Eksempel fylkeskommune"]
    assert pdf.pages[0].extract_text().startswith("Eksempel fylkeskommune\nOppfølgingstjenesten")


def test_a_letter_was_made_on_the_day_it_bears() -> None:
    metadata = leser(BREV).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == BREV.dato


@pytest.mark.parametrize("logo", [b"", LOGO + b" "])
def test_a_letter_is_never_written_with_another_logo_than_its_own(logo: bytes) -> None:
    with pytest.raises(ProgramFeil, match="logo"):
        render(MED_LOGO, logo)


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
        letter_title("finnes_ikke", "nb", "2026/2027")


def test_the_template_reads_only_what_it_is_given_and_no_package() -> None:
    mal = (MALER / "brev.typ").read_text(encoding="utf-8")
    assert not any(ord_ in mal for ord_ in ("import", "include", "read(", "toml(", "plugin(", '"@'))
    assert set(re.findall(r"(?:json|image)\(([^,)]*)", mal)) == {'"brev.json"', '"logo.svg"'}


def test_a_template_that_imports_a_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brevmodul, "_sources", lambda: (b'#import "@preview/x:1.0.0": *', b""))
    with pytest.raises(ProgramFeil, match="package"):
        brevmodul.make_compiler()


def test_the_hash_covers_template_and_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(template_hash()) == 64
    hasher = set()
    for kilder in ((b"a", b"b"), (b"a", b"c"), (b"ab", b""), (b"", b"ab")):
        monkeypatch.setattr(brevmodul, "_sources", lambda kilder=kilder: kilder)
        hasher.add(template_hash.__wrapped__())
    assert len(hasher) == 4


def test_every_text_has_the_same_parts_in_both_written_standards() -> None:
    tekster = tomllib.loads((MALER / "brev.toml").read_text(encoding="utf-8"))
    assert set(tekster) == {"felles", *KODER}
    for kode in KODER:
        nb, nn = tekster[kode]["nb"], tekster[kode]["nn"]
        assert set(nb) - {"innledning"} == set(nn) - {"innledning"} == {"tittel", "avsnitt", "lenketekst", "hilsen"}
        assert nb.get("innledning", {}).keys() == nn.get("innledning", {}).keys()
        assert "{skoleaar}" in nb["tittel"]
        assert "{skoleaar}" in nn["tittel"]
        assert len(nb["avsnitt"]) == len(nn["avsnitt"]) > 2


def test_autumns_letter_has_words_for_every_category_that_vigo_has() -> None:
    koder = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/ajourholdskoder") if rad["tilmeldes"] == "ja"}
    assert koder == set(KATEGORIER) - {""}


@pytest.mark.parametrize("maalform", BEGGE)
def test_each_category_has_a_first_paragraph_of_its_own_and_the_rest_is_alike(maalform: Any) -> None:
    hoest = replace(BREV, brev="neisvarere", maalform=maalform)
    avsnitt = [brevmodul.content(replace(hoest, kategori=kategori))["avsnitt"] for kategori in KATEGORIER]
    assert len({forste for forste, *_ in avsnitt}) == len(KATEGORIER)
    assert len({tuple(resten) for _, *resten in avsnitt}) == 1


@pytest.mark.parametrize("kategori", ["", "X", "ikkesoker", "n"])
def test_a_category_that_is_blank_or_unknown_gives_the_neutral_text(kategori: str) -> None:
    hoest = replace(BREV, brev="neisvarere")
    assert category_of_letter("neisvarere", kategori) == ""
    assert render(replace(hoest, kategori=kategori)) == render(hoest)


@pytest.mark.parametrize("brev", ["ikkesokere", "ikkesokere_purring", "neisvarere_purring"])
def test_the_other_letters_do_not_know_the_category(brev: str) -> None:
    assert {category_of_letter(brev, kategori) for kategori in KATEGORIER} == {""}
    assert category_of_letter("neisvarere", "N") == "N"


@pytest.mark.parametrize(("brev", "kategori", "maalform"), list(product(KODER, KATEGORIER, BEGGE)))
def test_a_guardians_copy_differs_in_recipient_and_the_line_about_the_copy_only(
    brev: str, kategori: str, maalform: Any
) -> None:
    ungdom = replace(BREV, brev=brev, kategori=kategori, maalform=maalform)
    foresatt = replace(ungdom, navn="Mor Nordmann", adresselinje1="Elvegata 2", gjelder=ungdom.navn)
    a, b = brevmodul.content(ungdom), brevmodul.content(foresatt)
    assert {felt for felt in a if a[felt] != b[felt]} == {"mottaker", "kopi"}
    egne = ("Kari Nordmann Storgata 1 3717 Skien ", "Mor Nordmann Elvegata 2 3717 Skien ", f"{b['kopi']} ")
    assert egne[1] in tekst(foresatt)
    assert tekst(foresatt).replace(egne[1], "").replace(egne[2], "") == tekst(ungdom).replace(egne[0], "")
