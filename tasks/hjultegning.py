"""The wheel as a picture: a circular SVG of the year, the same bytes for the same dates.

Months and ISO weeks stand around the rim, January at the top and clockwise; rows that overlap lie in lanes, the short
ones outermost. The list beside the wheel says what each number is.
"""

import base64
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

from schemas.arshjul import Farge, Raddatoer
from tasks.hjul import symboler
from tasks.hjul.tilstand import Tilstand
from tasks.kalender import MAANEDER, short_text, span_text, week_of

BREDDE, HOYDE = 1560, 1080
SENTRUM_X, SENTRUM_Y = 530.0, 540.0
MAANED_YTRE, MAANED_INDRE = 470.0, 432.0
UKE_YTRE, UKE_INDRE = 430.0, 406.0
BANE_YTRE, BANE_INDRE = 398.0, 150.0
BANE_TYKKELSE, BANE_LUFT = 48.0, 5.0
HALV_SIRKEL: Final = 180
KORTESTE_BUE: Final = 7  # days; a shorter row is drawn this wide, so that its number can be read
LISTE_X, LISTE_Y, LISTE_SKRITT = 1050, 146, 30.4
LISTE_TEGN: Final = 60
UTEN_LISTE: Final = (30, 40, 1000, 1000)
"""The part of the picture that is the wheel alone: left, top, width, height."""
SYMBOL_RADIUS: Final = 9.0
OVERFLODIG: Final = re.compile(r"(?<=\d\.\d)\d\b")
"""The second decimal of a coordinate."""
FORKLARING: Final = {
    Farge.HVIT: "Innlasting og rapportering i OTTO (OTTO-ansvarlig)",
    Farge.ROSA: "Rapportering til Utdanningsdirektoratet",
    Farge.GRONN: "Rutiner for alle OT-rådgivere",
}
KLASSE: Final = {Farge.HVIT: "hvit", Farge.ROSA: "rosa", Farge.GRONN: "gronn"}
STIL: Final = """
.hjul-tekst{font-family:"Source Sans 3","Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:#1f2d3a}
.hjul-papir{fill:#fff}.hjul-bane{fill:none;stroke:#eef1f4}.hjul-strek{stroke:#d5dce2;stroke-width:1}
.hjul-maaned0{fill:#dfe7ed}.hjul-maaned1{fill:#edf2f5}.hjul-uke{fill:#f8fafb;stroke:#d5dce2;stroke-width:.8}
.hjul-rad{stroke-width:1.8;stroke-linejoin:round}
.hjul-hvit{fill:#fff;stroke:#33475b}.hjul-rosa{fill:url(#hjul-skravur);stroke:#9c2f5b}
.hjul-gronn{fill:#2f7d50;stroke:#1c5636}.hjul-nr{font-weight:700;text-anchor:middle}.hjul-nr-gronn{fill:#fff}
.hjul-nr-rosa{fill:#4d0f2b}.hjul-hoppes{opacity:.4;stroke-dasharray:4 3}.hjul-dempet{fill:#52616f}
.hjul-midt{text-anchor:middle}.hjul-fet{font-weight:700}.hjul-idag{stroke:#b3261e;stroke-width:2.5}.hjul-idag-tekst{fill:#b3261e;font-weight:700}
""".strip()


@dataclass(frozen=True)
class _Bue:
    """A row's place in the picture: its first day, the day after its last, and its lane (0 is outermost)."""

    datoer: Raddatoer
    fra: float
    til: float
    bane: int


def draw(
    datoer: Sequence[Raddatoer],
    aar: int,
    i_dag: date | None = None,
    tilstander: Mapping[str, Tilstand] | None = None,
    *,
    liste: bool = True,
) -> str:
    """Return the wheel of a year as one SVG document without fonts, links or scripts from outside.

    Each row is an element with a title and a description for screen readers. ``i_dag`` marks a day of the year.
    ``tilstander`` (row → how it stands) adds each row's state as a symbol and in words, and what the symbols mean.
    Without ``liste`` it is the wheel alone.
    """
    buer = _place(datoer, aar)
    baner = max((bue.bane for bue in buer), default=0) + 1
    tykkelse = min(BANE_TYKKELSE, (BANE_YTRE - BANE_INDRE) / baner)
    staar = tilstander or {}
    deler = [
        *_head(aar, len(datoer), liste=liste),
        *([f"<defs>{symboler.definitions()}</defs>"] if staar else []),
        *_rim(aar),
        *_lanes(baner, tykkelse),
        *(linje for bue in buer for linje in _row(bue, tykkelse, aar, staar.get(bue.datoer.rad.rad))),
        *(_marker(i_dag) if i_dag and i_dag.year == aar else ()),
        *(_symbol(bue, tykkelse, aar, staar[bue.datoer.rad.rad]) for bue in buer if bue.datoer.rad.rad in staar),
        *_middle(aar, forklar=bool(staar)),
        *((*_legend(), *_list(datoer)) if liste else ()),
        "</svg>",
    ]
    return "\n".join(deler) + "\n"


def as_image(svg: str) -> str:
    """Return a drawing as a data URI no larger than it must be: what an image cannot be asked about is left out."""
    uten = re.sub(r'<(title|desc) id="hjul-rad-[^>]*>[^<]*</\1>\n', "", svg)
    uten = re.sub(r'<g (id="hjul-rad-[^>]*|aria-hidden="true")>', "<g>", uten).replace(' aria-hidden="true"', "")
    kort = OVERFLODIG.sub("", uten).replace("hjul-", "h").replace("\n", "")
    return "data:image/svg+xml;base64," + base64.b64encode(kort.encode()).decode()


def _n(tall: float) -> str:
    """Write a number with two decimals, never as minus zero."""
    return f"{round(tall, 2) + 0.0:.2f}"


def _days(aar: int) -> int:
    return (date(aar + 1, 1, 1) - date(aar, 1, 1)).days


def _degrees(dag: float, aar: int) -> float:
    """Return the angle of a day number (0 = 1 January) from the top, clockwise."""
    return 360.0 * dag / _days(aar)


def _point(grader: float, radius: float) -> tuple[float, float]:
    vinkel = math.radians(grader)
    return SENTRUM_X + radius * math.sin(vinkel), SENTRUM_Y - radius * math.cos(vinkel)


def _place(datoer: Sequence[Raddatoer], aar: int) -> list[_Bue]:
    """Give every row a lane in which it overlaps nothing; in the wheel's order."""
    utstrekning = {d.rad.nr: _extent(d, aar) for d in datoer}
    slutt: list[list[tuple[float, float]]] = []
    bane_av: dict[int, int] = {}
    for nr, (fra, til) in sorted(utstrekning.items(), key=lambda par: (par[1][1] - par[1][0], par[1], par[0])):
        bane = next((n for n, b in enumerate(slutt) if all(til <= f or t <= fra for f, t in b)), len(slutt))
        if bane == len(slutt):
            slutt.append([])
        slutt[bane].append((fra, til))
        bane_av[nr] = bane
    return [_Bue(d, *utstrekning[d.rad.nr], bane_av[d.rad.nr]) for d in datoer]


def _extent(datoer: Raddatoer, aar: int) -> tuple[float, float]:
    """Return a row's days within the year, at least as wide as its number."""
    forste = date(aar, 1, 1)
    fra = max(0.0, (datoer.fra - forste).days)
    til = min(float(_days(aar)), (datoer.til - forste).days + 1)
    mangler = max(0.0, KORTESTE_BUE - (til - fra))
    fra = min(max(0.0, fra - mangler / 2), _days(aar) - KORTESTE_BUE)
    return fra, max(til, fra + KORTESTE_BUE)


def _sector(fra: float, til: float, ytre: float, indre: float, klasse: str) -> str:
    """Draw a piece of a ring between two angles."""
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = (
        *(_point(grader, ytre) for grader in (fra, til)),
        *(_point(grader, indre) for grader in (til, fra)),
    )
    stor = int(til - fra > HALV_SIRKEL)
    return (
        f'<path class="{klasse}" d="M{_n(x1)} {_n(y1)}A{_n(ytre)} {_n(ytre)} 0 {stor} 1 {_n(x2)} {_n(y2)}'
        f'L{_n(x3)} {_n(y3)}A{_n(indre)} {_n(indre)} 0 {stor} 0 {_n(x4)} {_n(y4)}Z"/>'
    )


def _text(x: float, y: float, tekst: str, storrelse: float, klasse: str = "") -> str:
    navn = f"hjul-tekst {klasse}".strip()
    return f'<text class="{navn}" x="{_n(x)}" y="{_n(y)}" font-size="{storrelse:g}">{escape(tekst)}</text>'


def _rim_text(grader: float, radius: float, tekst: str, storrelse: float, klasse: str) -> str:
    """Write along the rim, turned so that no letter stands on its head."""
    nede = HALV_SIRKEL / 2 < grader % 360 < 3 * HALV_SIRKEL / 2
    x, y = _point(grader, radius)
    snu = grader + HALV_SIRKEL if nede else grader
    tegn = _text(x, y + storrelse * 0.35, tekst, storrelse, f"hjul-midt {klasse}")
    return f'<g transform="rotate({_n(snu)} {_n(x)} {_n(y)})">{tegn}</g>'


def _head(aar: int, antall: int, *, liste: bool) -> Iterator[str]:
    utsnitt = " ".join(str(tall) for tall in ((0, 0, BREDDE, HOYDE) if liste else UTEN_LISTE))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{utsnitt}" lang="nb" '
        'role="graphics-document document" aria-labelledby="hjul-tittel hjul-beskrivelse">'
    )
    yield f'<title id="hjul-tittel">Årshjul {aar}</title>'
    yield (
        f'<desc id="hjul-beskrivelse">Oppfølgingstjenestens {antall} rutiner i {aar} rundt en sirkel, '
        "fra januar øverst og med klokken. Hver rutine har nummer, tidsrom og farge.</desc>"
    )
    yield (
        '<defs><pattern id="hjul-skravur" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="7" height="7" fill="#f9c3d5"/>'
        '<rect width="2.2" height="7" fill="#ee94b3"/></pattern></defs>'
    )
    yield f"<style>{STIL}</style>"
    yield f'<rect class="hjul-papir" width="{BREDDE}" height="{HOYDE}"/>'


def _rim(aar: int) -> Iterator[str]:
    """Draw the months and the ISO weeks around the wheel."""
    yield '<g aria-hidden="true">'
    forste, siste = date(aar, 1, 1), date(aar, 12, 31)
    for maaned, navn in enumerate(MAANEDER, 1):
        fra = (date(aar, maaned, 1) - forste).days
        til = (date(aar + maaned // 12, maaned % 12 + 1, 1) - forste).days
        start, slutt = _degrees(fra, aar), _degrees(til, aar)
        yield _sector(start, slutt, MAANED_YTRE, MAANED_INDRE, f"hjul-maaned{maaned % 2}")
        yield _rim_text((start + slutt) / 2, (MAANED_YTRE + MAANED_INDRE) / 2, navn.capitalize(), 19, "hjul-fet")
        (x1, y1), (x2, y2) = _point(start, MAANED_YTRE), _point(start, BANE_INDRE)
        yield f'<path class="hjul-strek" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>'
    mandag = forste - timedelta(days=forste.weekday())
    while mandag <= siste:
        fra, til = max(0, (mandag - forste).days), min(_days(aar), (mandag - forste).days + 7)
        start, slutt = _degrees(fra, aar), _degrees(til, aar)
        yield _sector(start, slutt, UKE_YTRE, UKE_INDRE, "hjul-uke")
        yield _rim_text((start + slutt) / 2, (UKE_YTRE + UKE_INDRE) / 2, str(week_of(mandag)), 12.5, "hjul-dempet")
        mandag += timedelta(days=7)
    yield "</g>"


def _lanes(baner: int, tykkelse: float) -> Iterator[str]:
    """Draw a faint ring where each lane runs, so that the eye can follow it."""
    for bane in range(baner):
        radius = BANE_YTRE - (bane + 0.5) * tykkelse
        ring = f'cx="{_n(SENTRUM_X)}" cy="{_n(SENTRUM_Y)}" r="{_n(radius)}" stroke-width="{_n(tykkelse - BANE_LUFT)}"'
        yield f'<circle class="hjul-bane" stroke-opacity=".55" {ring} aria-hidden="true"/>'


def _edges(bue: _Bue, tykkelse: float, aar: int) -> tuple[float, float, float, float]:
    """Return an arc's first and last angle, and its outer and inner radius."""
    ytre = BANE_YTRE - bue.bane * tykkelse
    luft = math.degrees(1.6 / ytre)
    return _degrees(bue.fra, aar) + luft, _degrees(bue.til, aar) - luft, ytre, ytre - tykkelse + BANE_LUFT


def _row(bue: _Bue, tykkelse: float, aar: int, tilstand: Tilstand | None) -> Iterator[str]:
    """Draw a row as an arc with its number, titled for those who hear the picture."""
    rad, farge = bue.datoer.rad, KLASSE[bue.datoer.rad.farge]
    fra, til, ytre, indre = _edges(bue, tykkelse, aar)
    hoppes = " hjul-hoppes" if bue.datoer.valg and bue.datoer.valg.hopp_over else ""
    navn = f"hjul-rad-{rad.nr:02}"
    x, y = _point((fra + til) / 2, (ytre + indre) / 2)
    yield f'<g id="{navn}" role="img" aria-labelledby="{navn}-t {navn}-b">'
    yield f'<title id="{navn}-t">{rad.nr}. {escape(rad.plan)}</title>'
    yield f'<desc id="{navn}-b">{escape(_description(bue.datoer, tilstand))}</desc>'
    yield _sector(fra, til, ytre, indre, f"hjul-rad hjul-{farge}{hoppes}")
    yield _text(x, y + 5.4, str(rad.nr), 15.5, f"hjul-nr hjul-nr-{farge}")
    yield "</g>"


def _symbol(bue: _Bue, tykkelse: float, aar: int, tilstand: Tilstand) -> str:
    """Draw how a row stands in the outer corner at the arc's end; its description says it in words."""
    _, til, ytre, _ = _edges(bue, tykkelse, aar)
    radius = ytre - SYMBOL_RADIUS * 0.7
    x, y = _point(til - math.degrees(SYMBOL_RADIUS * 0.7 / radius), radius)
    return symboler.placed(tilstand, x, y, SYMBOL_RADIUS)


def _middle(aar: int, *, forklar: bool) -> Iterator[str]:
    """Write what the wheel is, and what its symbols mean where it has any."""
    topp = SENTRUM_Y - (72 if forklar else 0)
    yield _text(SENTRUM_X, topp + 6, f"Årshjul {aar}", 36, "hjul-midt hjul-fet")
    yield _text(SENTRUM_X, topp + 36, "Oppfølgingstjenesten", 17, "hjul-midt hjul-dempet")
    for plass, tilstand in enumerate(Tilstand if forklar else ()):
        y = topp + 70 + plass * 24
        yield symboler.placed(tilstand, SENTRUM_X - 56, y, SYMBOL_RADIUS)
        yield _text(SENTRUM_X - 38, y + 5, tilstand.capitalize(), 15)


def _description(datoer: Raddatoer, tilstand: Tilstand | None) -> str:
    deler = [f"{span_text(datoer.fra, datoer.til)}, {FORKLARING[datoer.rad.farge]}"]
    deler += [f"frist {short_text(datoer.frist)}"] if datoer.frist else []
    deler += ["hoppes over i år"] if datoer.valg and datoer.valg.hopp_over else []
    deler += [f"tilstand: {tilstand}"] if tilstand else []
    return "; ".join(deler) + "." + "".join(f" {konflikt.tekst}" for konflikt in datoer.konflikter)


def _marker(i_dag: date) -> Iterator[str]:
    grader = _degrees((i_dag - date(i_dag.year, 1, 1)).days + 0.5, i_dag.year)
    (x1, y1), (x2, y2) = _point(grader, BANE_INDRE), _point(grader, UKE_INDRE)
    yield f'<path class="hjul-idag" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>'
    yield _rim_text(grader, MAANED_YTRE + 15, short_text(i_dag), 15, "hjul-idag-tekst")


def _chip(x: float, y: float, farge: Farge, nr: str) -> Iterator[str]:
    klasse = KLASSE[farge]
    yield f'<rect class="hjul-rad hjul-{klasse}" x="{_n(x)}" y="{_n(y)}" width="32" height="22" rx="5"/>'
    yield _text(x + 16, y + 16, nr, 13.5, f"hjul-nr hjul-nr-{klasse}")


def _legend() -> Iterator[str]:
    for plass, (farge, tekst) in enumerate(FORKLARING.items()):
        yield from _chip(LISTE_X, 36 + plass * 29, farge, "")
        yield _text(LISTE_X + 44, 52 + plass * 29, tekst, 15)


def _list(datoer: Sequence[Raddatoer]) -> Iterator[str]:
    """Write what each number is; the arcs say the same to a screen reader, so the list is hidden from it."""
    yield '<g aria-hidden="true">'
    for plass, ett in enumerate(datoer):
        y = LISTE_Y + plass * LISTE_SKRITT
        frist = f" · frist {short_text(ett.frist)}" if ett.frist else ""
        yield from _chip(LISTE_X, y, ett.rad.farge, str(ett.rad.nr))
        yield _text(LISTE_X + 44, y + 9, _short(ett.rad.plan), 13.5)
        yield _text(LISTE_X + 44, y + 23, span_text(ett.fra, ett.til) + frist, 11.5, "hjul-dempet")
    yield "</g>"


def _short(tekst: str) -> str:
    """Cut at a whole word."""
    if len(tekst) <= LISTE_TEGN:
        return tekst
    return tekst[:LISTE_TEGN].rsplit(" ", 1)[0].rstrip(" ,.") + " …"
