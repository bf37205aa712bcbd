"""Charts for the pages: lines, bars and a matrix as SVG, drawn without a browser and without the network.

The same numbers give the same bytes. The picture has no id, no address and no script, its words are bokmål, and what
is told by colour is told by shape or words too. The libraries are slow to start, so they are imported when a chart is
drawn.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from tasks.sider import Figur

if TYPE_CHECKING:
    import altair as alt

Punkt: TypeAlias = tuple[date | str, str, float]
"""Where along the axis, which series, how much."""
Rute: TypeAlias = tuple[str, str, float | str]
"""Row, column, and how much; a text stands where there is no number."""

FARGER: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
"""Okabe and Ito's colours, which the colour-blind can tell apart; yellow is left out, it is lost on white paper."""
FORMER: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
BLATONER: Final = ("#ffffff", "#9ecae1", "#08519c")
BREDDE: Final = 640
HOYDE: Final = 300
RADHOYDE: Final = 34
STOLPEHOYDE: Final = 18
MEST_MERKER: Final = 14
SKRIFT: Final = "Arial, Helvetica, sans-serif"
TALL: Final = {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0kr"]}
DAGER: Final = ("søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag")
MAANEDER: Final = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
KORTE: Final = ("jan.", "feb.", "mars", "april", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des.")
TID: Final = {
    "dateTime": "%d.%m.%Y %H:%M", "date": "%d.%m.%Y", "time": "%H:%M", "periods": ["", ""], "days": list(DAGER),
    "shortDays": [dag[:3] for dag in DAGER], "months": list(MAANEDER), "shortMonths": list(KORTE),
}  # fmt: skip
DATOMERKE: Final = "[utcFormat(datum.value, '%-d. %b'), utcFormat(datum.value, '%Y')]"
SVG_START: Final = re.compile(r"<svg[^>]*>")
EGNE_ORD: Final = re.compile(r' (aria-[a-z]+|role)="[^"]*"')
"""What the library says in English to those who hear the picture."""


def lines(tittel: str, beskrivelse: str, punkter: Sequence[Punkt], y_tittel: str, serier: Sequence[str] = ()) -> Figur:
    """Draw one line a series; x is a date, or a text taken in the order it comes.

    ``serier`` is their order, the order they come in unless told: the same place has the same colour and shape.
    """
    import altair as alt  # noqa: PLC0415 slow

    serier = list(serier) or _order(serie for _, serie, _ in punkter)
    kart = alt.Chart(alt.InlineData(values=_values(punkter, serier))).encode(
        x=_along(punkter),
        y=alt.Y("y:Q", title=y_tittel, scale=alt.Scale(zero=True, nice=True), axis=_count_axis(punkter)),
        color=alt.Color("serie:N", scale=alt.Scale(domain=serier, range=_cycle(FARGER, serier)), legend=_legend()),
        shape=alt.Shape("serie:N", scale=alt.Scale(domain=serier, range=_cycle(FORMER, serier)), legend=_legend()),
    )
    tegning = alt.layer(kart.mark_line(strokeWidth=2.5), kart.mark_point(size=70, filled=True, opacity=1))
    return _figure(tittel, beskrivelse, tegning.properties(width=BREDDE, height=HOYDE))


def bars(
    tittel: str,
    beskrivelse: str,
    punkter: Sequence[Punkt],
    y_tittel: str,
    serier: Sequence[str] = (),
    *,
    stablet: bool = False,
) -> Figur:
    """Draw lying bars: one group a text (x), one bar a series, each with its number; ``stablet`` lays them in a row.

    ``serier`` is their order, as in ``lines``.
    """
    import altair as alt  # noqa: PLC0415 slow

    serier = list(serier) or _order(serie for _, serie, _ in punkter)
    grupper = _order(_text(x) for x, _, _ in punkter)
    farge = alt.Color(
        "serie:N",
        scale=alt.Scale(domain=serier, range=_cycle(FARGER, serier)),
        legend=_legend() if len(serier) > 1 else None,
    )
    base = alt.Chart(alt.InlineData(values=_values(punkter, serier))).encode(
        y=alt.Y("x:N", sort=grupper, title=None, axis=alt.Axis(labelLimit=260)),
        x=alt.X("y:Q", title=y_tittel, axis=_count_axis(punkter), stack="zero" if stablet else None),
        order=alt.Order("nr:Q"),
    )
    if not stablet:
        base = base.encode(yOffset=alt.YOffset("serie:N", sort=serier))
    stolper = base.mark_bar(stroke="white", strokeWidth=1).encode(color=farge)
    hoyde = (RADHOYDE if stablet else max(RADHOYDE, STOLPEHOYDE * len(serier) + 10)) * len(grupper)
    tegning = stolper if stablet else stolper + base.mark_text(align="left", dx=4).encode(text=alt.Text("tall:N"))
    return _figure(tittel, beskrivelse, tegning.properties(width=BREDDE, height=hoyde))


def matrix(tittel: str, beskrivelse: str, ruter: Sequence[Rute], rad_tittel: str, kolonne_tittel: str) -> Figur:
    """Draw a table where the darker cell has more, each with its number, or the text that stands for it."""
    import altair as alt  # noqa: PLC0415 slow

    rader, kolonner = _order(rad for rad, _, _ in ruter), _order(kolonne for _, kolonne, _ in ruter)
    mest = max((verdi for _, _, verdi in ruter if not isinstance(verdi, str)), default=0) or 1
    verdier = [
        {"rad": rad, "kolonne": kolonne}
        | ({"y": 0, "tall": verdi} if isinstance(verdi, str) else {"y": verdi, "tall": number(verdi)})
        for rad, kolonne, verdi in ruter
    ]
    base = alt.Chart(alt.InlineData(values=verdier)).encode(
        y=alt.Y("rad:N", sort=rader, title=rad_tittel, axis=alt.Axis(labelLimit=220)),
        x=alt.X("kolonne:N", sort=kolonner, title=kolonne_tittel, axis=alt.Axis(orient="top", labelAngle=0)),
    )
    ruter_ = base.mark_rect(stroke="#8c8c8c").encode(
        color=alt.Color(
            "y:Q", scale=alt.Scale(domain=[0, mest / 4, mest], range=list(BLATONER), interpolate="rgb"), legend=None
        )
    )
    tall = base.mark_text(fontSize=13).encode(
        text=alt.Text("tall:N"),
        color=alt.condition(f"datum.y > {mest / 2}", alt.value("#ffffff"), alt.value("#1a1a1a")),
    )
    tegning = (ruter_ + tall).properties(width=BREDDE, height=RADHOYDE * max(len(rader), 1))
    return _figure(tittel, beskrivelse, tegning)


def number(verdi: float) -> str:
    """Write a number as Norwegian text: at most one decimal, a comma, and a hard space between thousands."""
    heltall, _, desimal = f"{verdi:,.1f}".partition(".")
    return heltall.replace(",", "\u00a0") + (f",{desimal}" if desimal != "0" else "")


def _along(punkter: Sequence[Punkt]) -> "alt.X":
    """Return the axis along: dates in UTC, so that the machine's zone moves nothing, each shown where they are few."""
    import altair as alt  # noqa: PLC0415 slow

    if not all(isinstance(x, date) for x, _, _ in punkter):
        return alt.X("x:N", title=None, sort=_order(_text(x) for x, _, _ in punkter), axis=alt.Axis(labelAngle=0))
    dager = _order(_text(x) for x, _, _ in punkter)
    merker = [alt.DateTime(year=d.year, month=d.month, date=d.day, utc=True) for d in map(date.fromisoformat, dager)]
    akse = alt.Axis(labelExpr=DATOMERKE, labelAngle=0, labelOverlap="greedy", grid=False)
    if len(dager) <= MEST_MERKER:
        akse.values = merker
    return alt.X("x:T", title=None, scale=alt.Scale(type="utc"), axis=akse)


def _count_axis(punkter: Sequence[Punkt]) -> "alt.Axis":
    """Return the axis of amounts: whole numbers where all are whole."""
    import altair as alt  # noqa: PLC0415 slow

    if all(float(y).is_integer() for _, _, y in punkter):
        return alt.Axis(format=",d", tickMinStep=1)
    return alt.Axis(format=",~f")


def _legend() -> "alt.Legend":
    import altair as alt  # noqa: PLC0415 slow

    return alt.Legend(title=None, orient="top", direction="horizontal", symbolSize=90, labelLimit=260, columns=4)


def _values(punkter: Sequence[Punkt], serier: list[str]) -> list[dict[str, str | float]]:
    return [
        {"x": _text(x), "serie": serie, "y": y, "tall": number(y), "nr": serier.index(serie)} for x, serie, y in punkter
    ]


def _text(x: date | str) -> str:
    return x.isoformat() if isinstance(x, date) else x


def _order(navn: Iterable[str]) -> list[str]:
    """Return each name once, in the order they come."""
    return list(dict.fromkeys(navn))


def _cycle(utvalg: Sequence[str], serier: Sequence[str]) -> list[str]:
    return [utvalg[nummer % len(utvalg)] for nummer in range(len(serier))]


def _figure(tittel: str, beskrivelse: str, tegning: "alt.Chart | alt.LayerChart | alt.FacetChart") -> Figur:
    """Draw, and say in the picture itself what it is, for those who hear it."""
    import vl_convert  # noqa: PLC0415 slow

    kart = tegning.properties(title={"text": tittel, "anchor": "start", "fontSize": 15, "offset": 10})
    kart = kart.configure(aria=False, font=SKRIFT, background="white").configure_view(stroke=None, clip=False)
    kart = kart.configure_axis(labelFontSize=12, titleFontSize=12, gridColor="#e0e0e0", labelColor="#1a1a1a")
    kart = kart.configure_legend(labelFontSize=12).configure_text(fontSize=12, color="#1a1a1a")
    spes = kart.to_dict()
    for unodig in ("$schema", "usermeta"):
        spes.pop(unodig, None)
    svg = vl_convert.vegalite_to_svg(spes, format_locale=TALL, time_format_locale=TID, allowed_base_urls=[])
    return Figur(tittel, _described(svg, tittel, beskrivelse), beskrivelse)


def _described(svg: str, tittel: str, beskrivelse: str) -> str:
    svg = EGNE_ORD.sub("", svg)
    start = SVG_START.search(svg)
    if start is None:
        raise ValueError("tegningen er ikke SVG")
    hode = start[0].removesuffix(">") + f' role="img" aria-label="{escape(tittel)}">'
    ord_ = f"<title>{escape(tittel)}</title><desc>{escape(beskrivelse)}</desc>"
    return hode + ord_ + svg[start.end() :]
