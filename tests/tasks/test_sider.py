"""Pages for people: counts in HTML, escaped, where they can be opened."""

from datetime import date
from typing import Any

import pytest

from schemas.kjoring import Kjoreresultat, Side, Tabell
from schemas.verdier import Utfall
from tasks import sider
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
