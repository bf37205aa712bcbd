"""Pages for people: counts in HTML, escaped, where they can be opened."""

import re
from datetime import date
from typing import Any

import pytest

from schemas.kjoring import Kjoreresultat, Side, Tabell
from schemas.verdier import Utfall
from tasks import sider
from tasks.hjul import side
from tasks.sider import Del, Figur

TABELL = Tabell(tittel="Etter status", hoder=("Status", "Antall"), rader=[("Under <20>", 7)])
FIGUR = Figur("Kurven", "<svg><title>Kurven</title></svg>", 'Antall "nå"')


def test_a_page_holds_its_tables_and_charts_and_text_is_never_markup(bygd: Any) -> None:
    side = sider.write_page(
        bygd.hjem, "ajourhold/x", "Ajourhold", date(2026, 2, 9), [Del("Nå", "a < b", FIGUR, TABELL)]
    )
    html = (sider.folder(bygd.hjem) / "ajourhold" / "x" / "index.html").read_text("utf-8")
    assert side.adresse == "rapporter/sider/ajourhold/x/index.html"
    assert "<svg><title>Kurven</title></svg>" in html
    assert "per 09.02.2026" in html
    assert '<th scope="row">Under &lt;20&gt;</th><td class="tall">7</td>' in html
    assert 'aria-label="Antall &#34;nå&#34;"' in html
    assert "a &lt; b" in html
    assert "http" not in html


def test_while_the_program_runs_a_page_has_an_address(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sider.ADRESSE, "http://127.0.0.1:4201")
    assert sider.write_page(bygd.hjem, "n", "N", date(2026, 2, 9), []).adresse == "http://127.0.0.1:4201/n/index.html"


@pytest.mark.parametrize(
    ("adresse", "linje"),
    [("http://127.0.0.1:1/n", "- [Nå](http://127.0.0.1:1/n)"), ("rapporter/n", "- Nå: rapporter/n")],
)
def test_a_run_tells_its_tables_and_pages(adresse: str, linje: str) -> None:
    svar = Kjoreresultat(
        kjoring_id="2026-03-1", rad="03-ajourhold-februar", aar=2026, generasjon=1, per_dato=date(2026, 2, 9),
        utfall=Utfall.FERDIG, tabeller=[TABELL], sider=[Side(tittel="Nå", adresse=adresse)],
    )  # fmt: skip
    assert "## Etter status\n\n| Status | Antall |\n| --- | ---: |\n| Under <20> | 7 |" in svar.oppsummering()
    assert f"## Sider\n\n{linje}\n" in svar.oppsummering()


def test_the_list_lists_the_pages_by_kind_the_newest_first_and_no_page_of_a_library(bygd: Any) -> None:
    for mappe, tittel, dag in (("n/a", "Nøkkeltall", 9), ("n/b", "Nøkkeltall", 20), ("x/1", "Funn & feil", 9)):
        sider.write_page(bygd.hjem, mappe, tittel, date(2026, 2, dag), [])
    rot = sider.folder(bygd.hjem)
    (rot / "x" / "1" / "datadocs").mkdir()
    (rot / "x" / "1" / "datadocs" / "index.html").write_text("<title>Data Docs</title>", "utf-8")
    sider.write_page(bygd.hjem, "x/2", "Funn & feil", date(2026, 2, 10), [])
    html = (rot / "alle" / "index.html").read_text("utf-8")
    assert re.findall(r'<h2>(.+)</h2>|<li><a href="(.+)">(.+)</a>', html) == [
        ("Funn &amp; feil", "", ""), ("", "../x/2/index.html", "10.02.2026"), ("", "../x/1/index.html", "09.02.2026"),
        ("Nøkkeltall", "", ""), ("", "../n/b/index.html", "20.02.2026"), ("", "../n/a/index.html", "09.02.2026"),
    ]  # fmt: skip
    assert '<a href="../../index.html">' in (rot / "n" / "a" / "index.html").read_text("utf-8")


def test_a_column_of_numbers_and_signs_stands_to_the_right_with_its_heading(bygd: Any) -> None:
    tabell = Tabell(tittel="T", hoder=("Rad", "Tall", "Ord"), rader=[("a", "1\u00a0234,5", "x"), ("b", ":", "2")])
    sider.write_page(bygd.hjem, "n", "N", date(2026, 2, 9), [Del("D", tabell=tabell)])
    html = (sider.folder(bygd.hjem) / "n" / "index.html").read_text("utf-8")
    assert '<th scope="col" class="tall">Tall</th><th scope="col">Ord</th>' in html
    assert '<td class="tall">:</td><td>2</td>' in html


def test_a_page_with_a_mark_is_not_on_the_list_and_the_mark_can_be_read(bygd: Any) -> None:
    fil = sider.folder(bygd.hjem) / "kjoring" / "1" / "index.html"
    fil.parent.mkdir(parents=True)
    fil.write_bytes(sider.render(bygd.hjem, "Kjøring", date(2026, 2, 9), [], merke="abc"))
    sider.write_page(bygd.hjem, "n/a", "Nøkkeltall", date(2026, 2, 9), [])
    assert "Kjøring" not in (sider.folder(bygd.hjem) / "alle" / "index.html").read_text("utf-8")
    assert sider.mark_of(fil) == "abc"
    assert sider.mark_of(fil.with_name("finnes_ikke.html")) == ""


def test_a_page_is_on_the_list_and_leaves_the_wheel_on_the_front_page(bygd: Any) -> None:
    side.refresh(bygd.hjem, bygd.at("2026-02-10T08:00"))
    sider.write_page(bygd.hjem, "n/b", "Nøkkeltall", date(2026, 2, 9), [])
    assert "Året rundt" in (sider.folder(bygd.hjem) / "index.html").read_text("utf-8")
    assert '<a href="../n/b/index.html">' in (sider.folder(bygd.hjem) / "alle" / "index.html").read_text("utf-8")
