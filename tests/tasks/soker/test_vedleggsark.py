"""The attachment as a document: its text, its bytes, and that a name is data whatever it holds."""

import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from schemas.utsending import as_json
from schemas.vedlegg import Aktivitet, Vedleggsdata
from tasks.feil import BrukerFeil
from tasks.soker.vedleggsark import as_data, attachment_of, can_show, render, title
from tests.tasks.test_brev import AVSENDER

VEDLEGG = Vedleggsdata(
    navn="Kari Nordmann",
    fodselsdato=date(2007, 3, 14),
    mottaker="Inntakskontoret",
    dato=date(2026, 1, 26),
    skoleaar="2025/2026",
    soknad_skoleaar="2026/2027",
    avsender=AVSENDER,
    statuser=(
        Aktivitet(date(2025, 8, 1), date(2025, 10, 11), "Ukjent aktivitet"),
        Aktivitet(date(2025, 10, 12), None, "Oppfølging og veiledning"),
    ),
    tiltak=(Aktivitet(None, date(2025, 12, 1), "Arbeidstrening"),),
    plan_dato=date(2025, 11, 2),
    kontakter=(date(2025, 10, 12), date(2026, 1, 12)),
)


def pages(data: Vedleggsdata) -> list[str]:
    return [" ".join(side.extract_text().split()) for side in PdfReader(BytesIO(render(data))).pages]


def test_the_attachment_tells_the_year_the_statuses_the_measures_the_plan_and_the_contacts() -> None:
    (tekst,) = pages(VEDLEGG)
    for del_ in (
        "Inntakskontoret 26. januar 2026", "skoleåret 2026/2027", "skoleåret 2025/2026 per 26. januar 2026",
        "Navn: Kari Nordmann", "Født: 14. mars 2007", "1. august 2025 11. oktober 2025 Ukjent aktivitet",
        "12. oktober 2025 pågår Oppfølging og veiledning", "ikke oppgitt 1. desember 2025 Arbeidstrening",
        "Laget 2. november 2025.", "12. oktober 2025, 12. januar 2026.", "Side 1",
    ):  # fmt: skip
        assert del_ in tekst


def test_what_is_not_recorded_is_said_not_to_be() -> None:
    (tekst,) = pages(replace(VEDLEGG, statuser=(), tiltak=(), plan_dato=None, kontakter=()))
    assert tekst.count("Ingenting er ført.") == 4


def test_the_same_attachment_is_the_same_bytes_twice() -> None:
    forste = render(VEDLEGG)
    render(replace(VEDLEGG, navn="En Annen"))
    assert render(VEDLEGG) == forste


def test_the_file_says_that_it_is_archivable_and_accessible_and_bears_the_title_and_no_name() -> None:
    pdf = render(VEDLEGG)
    lest = PdfReader(BytesIO(pdf))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert lest.metadata is not None
    assert lest.metadata.title == title()
    assert "Kari" not in str(lest.metadata) + title()


@pytest.mark.parametrize("tekst", ["#panic()", "*fet* _kursiv_ $x$", "</x> & \"'\\", "Á́šé Łó", "a" * 400])
def test_a_name_and_a_measure_are_text_whatever_they_hold(tekst: str) -> None:
    data = replace(VEDLEGG, navn=tekst, tiltak=(Aktivitet(None, None, tekst),))
    assert render(data)


def test_a_letter_that_the_fonts_lack_is_refused_and_never_left_out() -> None:
    data = replace(VEDLEGG, navn="王小明")
    assert not can_show(data)
    with pytest.raises(BrukerFeil, match="ÅH-1501") as feil:
        render(data)
    assert feil.value.__context__ is None
    assert not can_show(replace(VEDLEGG, tiltak=(Aktivitet(None, None, "Praksis 王"),)))
    assert can_show(replace(VEDLEGG, tiltak=(Aktivitet(None, None, "Praksis – «butikk» …"),)))


def test_a_long_year_takes_the_pages_it_needs() -> None:
    dag = date(2025, 8, 1)
    statuser = tuple(Aktivitet(dag + timedelta(days=n), dag + timedelta(days=n), "Ukjent aktivitet") for n in range(60))
    sider = pages(replace(VEDLEGG, statuser=statuser, kontakter=tuple(dag + timedelta(days=n) for n in range(150))))
    assert len(sider) > 1
    assert all("Fra Til Hva" in side for side in sider[:2])


def test_the_content_of_an_item_is_the_attachment_again() -> None:
    innhold = as_json({"vedlegg": as_data(VEDLEGG), "tittel": title()})
    assert attachment_of(innhold) == VEDLEGG
    assert attachment_of(json.dumps({"brev": {}})) is None
