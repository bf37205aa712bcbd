"""The wheel's page: the front page of the pages for people, and what it leads to.

Made anew when something has happened: ``refresh`` looks in the register once, briefly, and writes whole files. A page
that could not be made leaves the old one, which says when it was made.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import duckdb
from markupsafe import Markup

from schemas.arshjul import Rad, Raddatoer, Radvalg
from schemas.verdier import Modus
from tasks.arshjul import wheel
from tasks.disk import reason
from tasks.feil import BrukerFeil, messages
from tasks.filer import write_file
from tasks.forsinkelse import rule_text
from tasks.hjem import INNSTILLINGER, Hjem
from tasks.hjul import feed, forslagsside, kjoringsside, stoppside, symboler
from tasks.hjul.lenker import Lenker, links
from tasks.hjul.punkter import Lenke, Sted, panels
from tasks.hjul.punkter import links as known_links
from tasks.hjul.spilling import played_now
from tasks.hjul.tilstand import Radtilstand, Tilstand, states, years
from tasks.hjul.underside import Underside, row_name, write
from tasks.hjultegning import FORKLARING, KLASSE, draw
from tasks.kalender import OSLO, SISTE_AAR, day_text, short_text, span_text, week_of
from tasks.klokke import local_date
from tasks.sider import ALLE, FORSIDE, folder, template, write_list

MAL: Final = "hjul.html"
MEST_AAR: Final = 4
"""So many years stand side by side; earlier ones are reached with ``./arshjul wheel ÅR --format html``."""
VENT_SEKUNDER: Final = 5.0
"""Nobody waits longer than this for a page: the next thing that happens makes it."""
KODE: Final = "ÅH-1221"
MODUS: Final = {
    Modus.OVE: "Øvemodus: ingenting forlater huset",
    Modus.PROVE: "Prøvemodus: bare gjestelisten får noe",
    Modus.DRIFT: "",
}
FARGER: Final = [(KLASSE[farge], str(farge), tekst) for farge, tekst in FORKLARING.items()]
REGISTER: Final = "register.duckdb"
LOGG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Grunnlag:
    """What the page is made from. ``tilstander`` is empty where there is no register: then it shows dates only.

    ``rot`` is the way to the other pages, None where there are none beside it; ``antall`` is open proposal → items.
    """

    aar: int
    naa: datetime
    hjul: Mapping[int, Sequence[Raddatoer]]
    tilstander: Mapping[int, Sequence[Radtilstand]] = field(default_factory=dict)
    fylke: str = ""
    modus: str = ""
    beskjed: str = ""
    lenker: Lenker = field(default_factory=Lenker)
    rot: str | None = None
    antall: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Celle:
    """How a row stands in a year, in the table: its state in words and picture, when, and where it leads."""

    tilstand: str
    ikon: str
    tekst: str
    lenker: tuple[tuple[str, str, str], ...]
    """What is seen, what is heard besides so that it makes sense alone, and the address."""


def refresh(hjem: Hjem, naa: datetime, kjorer: tuple[str, int] | None = None) -> bool:
    """Make the pages as they are now; tell whether it could be done. ``kjorer`` is the row and year under way.

    While the demo's year is played they show how it stands then.
    A register or a disk that says no is told of in the log (ÅH-1221), and leaves the old front page; where there is
    none yet, it shows the dates and what is wrong. A fault in the program is raised.
    """
    try:
        _refresh(hjem, played_now(hjem) or naa, kjorer)
    except BrukerFeil as feil:
        grunn = f"{feil.kode} {feil.tekst.removesuffix('.')}"
    except (OSError, duckdb.Error) as feil:
        # What it is made after must keep its own answer.
        if not (grunn := reason(feil)):
            raise
    else:
        return True
    beskjed = " ".join(messages()[KODE]).format(grunn=grunn)
    LOGG.warning("%s %s", KODE, beskjed)
    if not (folder(hjem) / FORSIDE).is_file():
        # It is told already.
        with suppress(OSError):
            write_file(folder(hjem) / FORSIDE, page(replace(_dates_only(naa), beskjed=beskjed)))
    return False


def _refresh(hjem: Hjem, naa: datetime, kjorer: tuple[str, int] | None) -> None:
    grunnlag, sider = _read(hjem, naa, kjorer)
    for side in sider:
        write(hjem, side)
    kommer = [ett for aar in _coming_years(naa) for ett in grunnlag.hjul[aar]]
    ics = folder(hjem) / feed.FIL
    if not ics.is_file() or not feed.is_made(ics.read_bytes(), grunnlag.fylke, kommer):
        write_file(ics, feed.calendar(grunnlag.fylke, kommer, naa))
    if grunnlag.fylke and not (folder(hjem) / ALLE / FORSIDE).is_file():
        write_list(hjem, local_date(naa))
    write_file(folder(hjem) / FORSIDE, page(grunnlag))


def year_page(hjem: Hjem, aar: int, naa: datetime) -> bytes:
    """Return the page of one year by itself, with how its rows stand where the home has a register.

    Raises BrukerFeil as the register and the settings do.
    """
    valg = _choices(hjem)
    grunnlag = Grunnlag(aar, naa, {aar: wheel(aar, valg)})
    if not (hjem.mappe / REGISTER).is_file():
        return page(grunnlag)
    with hjem.register.transaction(f"årshjulets side for {aar}") as con:
        tilstander = states(con, [aar], valg, naa)
    return page(replace(grunnlag, tilstander=tilstander, fylke=hjem.innstillinger.fylke.navn, lenker=links(hjem)))


def _read(hjem: Hjem, naa: datetime, kjorer: tuple[str, int] | None) -> tuple[Grunnlag, list[Underside]]:
    """Return what the front page is made from, and the pages it leads to; one short look in the register."""
    valg = _choices(hjem)
    if not (hjem.mappe / INNSTILLINGER).is_file():
        return _dates_only(naa), []
    fylke, modus = hjem.innstillinger.fylke.navn, MODUS[hjem.innstillinger.modus]
    lenker = links(hjem)
    if not (hjem.mappe / REGISTER).is_file():
        return replace(_dates_only(naa, valg), fylke=fylke, modus=modus, lenker=lenker, rot=""), []
    with replace(hjem.register, vent=VENT_SEKUNDER).transaction("årshjulets side") as con:
        tilstander = states(con, years(con, naa), valg, naa, kjorer)
        notater = kjoringsside.read(con)
        forslagene, antall = forslagsside.pages(con, hjem, lenker)
    i_aar, alle = local_date(naa).year, [en for rader in tilstander.values() for en in rader]
    sider = [
        *kjoringsside.pages(notater, lenker, i_aar),
        *stoppside.pages([en.stopp for en in alle if en.stopp], lenker, i_aar),
        *stoppside.mended(folder(hjem), alle),
        *forslagene,
    ]
    hjul = {aar: tuple(en.datoer for en in rader) for aar, rader in tilstander.items()}
    spilles = f"Demoåret spilles av, og er kommet til {day_text(local_date(naa))}." if played_now(hjem) else ""
    return Grunnlag(i_aar, naa, hjul, tilstander, fylke, modus, spilles, lenker, "", antall), sider


def _dates_only(naa: datetime, valg: Sequence[Radvalg] = ()) -> Grunnlag:
    """Return what can be shown without a register."""
    return Grunnlag(local_date(naa).year, naa, {aar: wheel(aar, valg) for aar in _coming_years(naa)})


def _coming_years(naa: datetime) -> list[int]:
    """Return this year and the next, as far as the calendar reaches."""
    i_aar = local_date(naa).year
    return [aar for aar in (i_aar, i_aar + 1) if aar <= SISTE_AAR]


def _choices(hjem: Hjem) -> tuple[Radvalg, ...]:
    """Return the county's choices for rows, none where it has no settings yet."""
    return hjem.radvalg if (hjem.mappe / INNSTILLINGER).is_file() else ()


def page(g: Grunnlag) -> bytes:
    """Return the wheel's page as HTML that needs nothing but itself: no script, no font, no image from elsewhere."""
    sted = Sted(g.naa, g.lenker, g.rot, g.antall)
    staar = {en.datoer.rad.rad: en.tilstand for en in g.tilstander.get(g.aar, ())}
    i_dag = sted.i_dag
    html = template(MAL).render(
        aar=g.aar,
        fylke=g.fylke,
        modus=g.modus,
        beskjed=g.beskjed,
        i_dag=f"{day_text(i_dag)} {i_dag.year}",
        uke=week_of(i_dag),
        laget=f"{g.naa.astimezone(OSLO):%d.%m.%Y kl. %H:%M}",
        kjorer=[
            row_name(en.datoer.rad) for rader in g.tilstander.values() for en in rader if en.tilstand is Tilstand.KJORER
        ],
        kjorer_ikon=symboler.icon(Tilstand.KJORER),
        paneler=panels((en for rader in g.tilstander.values() for en in rader), sted) if g.tilstander else (),
        hjul=Markup(draw(g.hjul[g.aar], g.aar, i_dag, staar, liste=False)),  # noqa: S704 our own drawing, its texts escaped
        farger=FARGER,
        symboler=[(symboler.icon(tilstand), str(tilstand), tekst) for tilstand, tekst in symboler.BETYR.items()],
        konflikter=[(row_name(d.rad), k) for d in g.hjul[g.aar] for k in d.konflikter],
        forsinket=[(row_name(d.rad), d.rad.forsinket_kilde, rule_text(d.rad)) for d in g.hjul[g.aar]],
        aarene=_columns(g),
        rader=_grid(g, sted),
        lenker=_links(g, sted),
        har_tilstand=bool(g.tilstander),
        Markup=Markup,
    )
    return html.encode()


def _columns(g: Grunnlag) -> list[int]:
    """Return the years of the table, the newest that fit."""
    return sorted(g.hjul)[-MEST_AAR:]


def _grid(g: Grunnlag, sted: Sted) -> list[tuple[Rad, str, list[Celle]]]:
    """Return the table: each row of the wheel, its colour, and a cell for each year."""
    staar = {(en.datoer.rad.rad, en.datoer.aar): en for rader in g.tilstander.values() for en in rader}
    aarene = _columns(g)
    return [
        (d.rad, KLASSE[d.rad.farge], [_cell(g.hjul[aar][nr], staar.get((d.rad.rad, aar)), sted) for aar in aarene])
        for nr, d in enumerate(g.hjul[g.aar])
    ]


def _cell(d: Raddatoer, en: Radtilstand | None, sted: Sted) -> Celle:
    naar = span_text(d.fra, d.til) + (f", frist {short_text(d.frist)}" if d.frist else "")
    if en is None:
        return Celle("", "", naar, ())
    nr, aar = d.rad.nr, d.aar
    lenker: list[tuple[str, str, str | None]] = []
    if en.kjort:
        naar = f"kjørt {en.kjort.ferdig_tid:%d.%m.%Y}" + (
            f", {en.kjort.generasjon} ganger" if en.kjort.generasjon > 1 else ""
        )
        lenker += [("kjøringen", f" av rad {nr} i {aar}", sted.page(kjoringsside.folder_of(en.kjort.kjoring_id)))]
        lenker += [
            (tittel, f", rad {nr} i {aar}", None if sted.rot is None else sted.rot + sti)
            for tittel, sti in en.kjort.sider
        ]
    lenker += [
        (fid, f", forslag fra rad {nr} i {aar}", sted.page(forslagsside.folder_of(fid))) for fid, _ in en.forslag
    ]
    if en.stopp and en.tilstand is Tilstand.AVVIK:
        lenker.append(("hva gjør jeg?", f" med rad {nr} i {aar}", sted.page(stoppside.folder_of(d.rad.rad, aar))))
    if en.kjort:
        lenker.append(("i Prefect", f": rad {nr} i {aar}", sted.lenker.run(en.kjort.flyt_id)))
    if en.tilstand is not Tilstand.HOPPET:
        lenker.append(("kjør", f" rad {nr} for {aar}", sted.row_form(en)))
    return Celle(
        str(en.tilstand),
        symboler.icon(en.tilstand),
        naar,
        tuple((synlig, skjult, adresse) for synlig, skjult, adresse in lenker if adresse),
    )


def _links(g: Grunnlag, sted: Sted) -> tuple[Lenke, ...]:
    """Return where else to go."""
    return known_links(
        ("Alle sidene med tall", sted.page(ALLE)),
        ("Kjøringene som er planlagt det neste året, i Prefect", g.lenker.planned(g.naa)),
        ("Radene i Prefect", f"{g.lenker.rot}/deployments" if g.lenker.rot else None),
        ("Årshjulet som kalender (.ics) for Outlook og andre", None if g.rot is None else f"{g.rot}{feed.FIL}"),
    )
