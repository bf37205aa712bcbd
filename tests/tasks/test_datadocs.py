"""Great Expectations' Data Docs: its own renderers, every word in Norwegian, nothing from other machines."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tasks import datadocs
from tasks.ajourholdsdom import Dom
from tasks.datadocs import IKKE_SYNLIG, document, page, translated, words
from tests.tasks.ajourholdsprove import DAG, FEIL, Folk, staged

TID = datetime(2026, 2, 9, 7)  # noqa: DTZ001 the register's times are UTC without zone
OM = "Demo & fylke · per 09.02.2026"
BARE_PLASSER = re.compile(r"(\$\{?\w+\}?|\s)*")
UTEN_ORD = re.compile(r"[\W\d_TZ]*")


@pytest.fixture
def dom(bygd: Any) -> Dom:
    """Half of the rules are broken, the others hold."""
    folk = Folk(bygd)
    for felt in list(FEIL.values())[::2]:
        folk.add(**felt)
    folk.load()
    return staged(bygd, DAG)[0]


def visible(del_: Any) -> Iterator[str]:
    """Every text in the document that people see."""
    if isinstance(del_, dict):
        for navn, verdi in del_.items():
            if navn not in IKKE_SYNLIG:
                yield from visible(verdi)
    elif isinstance(del_, list):
        for enkelt in del_:
            yield from visible(enkelt)
    elif isinstance(del_, str) and not BARE_PLASSER.fullmatch(del_) and not UTEN_ORD.fullmatch(del_):
        yield del_


def rows(side: str) -> list[list[str]]:
    """The cells of every row of the page's tables, as they are read."""
    alle = [re.findall(r"<td.*?>(.*?)</td>", rad, re.S) for rad in re.findall(r"<tr>(.*?)</tr>", side, re.S)]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", celle)).split()) for celle in rad] for rad in alle if rad]


def ours(dom: Dom) -> set[str]:
    """What we say ourselves in the document."""
    egne = {del_ for funn in dom.funn for del_ in datadocs._beside(funn)} | {funn.regel.tekst for funn in dom.funn}
    return egne | {*datadocs.EGNE_KOLONNER, "ajourhold", "Ungdommene som er tilmeldt", "Validations / ajourhold"}


def test_every_word_of_great_expectations_has_a_translation(dom: Dom) -> None:
    alle = set(visible(document(dom, "2026-03-1", TID)["sections"]))
    assert alle - words().keys() - ours(dom) == set()
    assert {"Overview", "Expectation", "Failed", "Statistics", "Run Name"} <= alle


def test_no_english_of_great_expectations_is_left(dom: Dom) -> None:
    igjen = set(visible(translated(document(dom, "2026-03-1", TID))["sections"]))
    engelske = {engelsk for engelsk, norsk in words().items() if engelsk != norsk}
    assert igjen & engelske == set()
    tekst = html.unescape(
        re.sub(r"<style>.*?</style>|<[^>]+>", " ", page(dom, "2026-03-1", TID, OM).decode(), flags=re.S)
    )
    assert (
        re.findall(r"Expectation |Suite|Success|Failed|Observed|values must|Show|Run |Home|Batch|Info\b", tekst) == []
    )


def test_a_translation_that_is_missing_is_seen(dom: Dom, monkeypatch: pytest.MonkeyPatch) -> None:
    dokument = document(dom, "2026-03-1", TID)
    uten = {engelsk: norsk for engelsk, norsk in words().items() if engelsk != "Statistics"}
    monkeypatch.setattr(datadocs, "words", lambda: uten)
    assert "Statistics" in set(visible(translated(dokument)["sections"]))


def test_the_page_fetches_nothing_and_runs_nothing(dom: Dom) -> None:
    tekst = page(dom, "2026-03-1", TID, OM).decode()
    assert re.findall(r"https?:|//[a-z]|<script|<link|<img|@import|url\(|onclick", tekst) == []
    assert set(re.findall(r'href="([^"]*)"', tekst)) - {"../index.html"} == {
        f"#section-{nr}" for nr in range(1, len(re.findall(r"<h5", tekst)) + 1)
    }


def test_each_rule_stands_with_whether_it_holds_how_many_whose_it_is_and_its_ground(dom: Dom) -> None:
    rader = {rad[-1]: rad for rad in rows(page(dom, "2026-03-1", TID, OM).decode())}
    for funn in dom.funn:
        regel, grunnlag = funn.regel, ". ".join(filter(None, (funn.regel.hjemmel, funn.regel.vedtak)))
        assert rader[regel.kode] == [
            *("brutt" if funn.antall else "holder", regel.tekst, str(funn.antall)),
            *(regel.alvorlighet, regel.eier, grunnlag, regel.kode),
        ]
    assert {funn.antall for funn in dom.funn} >= {0, 1}
    assert ["Regler kontrollert", str(len(dom.funn))] in rader.values()


def test_the_same_judgement_gives_the_same_page(dom: Dom) -> None:
    assert page(dom, "2026-03-1", TID, OM) == page(dom, "2026-03-1", TID, OM)


@pytest.mark.parametrize(("tall", "norsk"), [("76.67%", "76,67 %"), ("100%", "100 %"), ("76.67", "76.67")])
def test_percentages_are_written_in_norwegian(tall: str, norsk: str) -> None:
    assert translated({"table": [["Success Percent", tall]]}) == {"table": [["Andel som holder", norsk]]}
