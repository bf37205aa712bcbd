"""The report as pages: what was found, since last time, the curve, whom it is about, the rules; and Data Docs."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from markupsafe import Markup

from schemas.ajourhold import Alvorlighet, Funn
from schemas.kjoring import Side
from tasks import ajourholdstall, diagram, sider
from tasks.ajourholdsdom import Dom
from tasks.ajourholdstabeller import findings_table, people_table, rules_table
from tasks.ajourholdstall import Kurve, Maaling
from tasks.datadocs import page
from tasks.filer import write_file
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO
from tasks.sider import Del, Figur

MAPPE: Final = "ajourhold"
DATADOCS: Final = "datadocs"
MINST_PUNKTER: Final = 2
LENKE: Final = Markup('<a href="{}/index.html">Great Expectations egen rapport</a> sier for hver regel om den holder.')
SERIER: Final = {Alvorlighet.STOPPER: "Stopper", Alvorlighet.FEIL: "Feil", Alvorlighet.VARSEL: "Varsel"}


def write_pages(
    kjoring: Kjoring, dom: Dom, nevnes: Callable[[Funn], list[str]], forrige: Maaling | None, kjent: datetime | None
) -> None:
    """Write the report and Great Expectations' own when the run is done, and tell where they are.

    ``nevnes`` says whom a finding may name; ``kjent`` (UTC) is the moment whose knowledge is told, None for now.
    """
    mappe = f"{MAPPE}/{kjoring.kjoring_id}"
    kurve = ajourholdstall.curve(kjoring.con, kjent or kjoring.registrert_tid)
    kjoring.etterpaa += [
        partial(_report, kjoring, mappe, dom, nevnes, forrige, kurve),
        partial(_data_docs, kjoring, mappe, dom),
    ]


def _known(kjoring: Kjoring) -> str:
    """Return which run it is, and where it tells of an earlier moment, which."""
    kjent = f", slik det var kjent {kjoring.kjent_tid.astimezone(OSLO):%d.%m.%Y kl. %H.%M}" if kjoring.kjent_tid else ""
    return f"Kjøring {kjoring.kjoring_id}{kjent}."


def _report(
    kjoring: Kjoring,
    mappe: str,
    dom: Dom,
    nevnes: Callable[[Funn], list[str]],
    forrige: Maaling | None,
    kurve: Kurve,
) -> None:
    deler = [
        Del("Funnet nå", f"{_summary(dom, forrige)} {_known(kjoring)}", tabell=findings_table(dom.funn, forrige)),
        _curve(kurve),
        Del(
            "Hvem det gjelder",
            "Finn ungdommen i OTTO ved hjelp av oppgavene: ./arshjul show oppgaver. Skjermede og døde er bare talt.",
            tabell=people_table(dom.funn, nevnes),
        ),
        Del("Reglene", LENKE.format(DATADOCS), tabell=rules_table(dom.funn)),
    ]
    kjoring.sider.append(sider.write_page(kjoring.hjem, mappe, "Ajourhold", kjoring.per_dato, deler))


def _data_docs(kjoring: Kjoring, mappe: str, dom: Dom) -> None:
    om = f"{kjoring.hjem.innstillinger.fylke.navn} · per {kjoring.per_dato:%d.%m.%Y} · {_known(kjoring)}"
    html = page(dom, kjoring.kjoring_id, kjoring.registrert_tid, om)
    write_file(sider.folder(kjoring.hjem) / mappe / DATADOCS / sider.FORSIDE, html)
    adresse = sider.address(f"{mappe}/{DATADOCS}")
    kjoring.sider.append(Side(tittel="Great Expectations egen rapport (Data Docs)", adresse=adresse))


def _summary(dom: Dom, forrige: Maaling | None) -> str:
    brutte = sum(1 for funn in dom.funn if funn.antall)
    sist = f" Forrige gang var per {forrige.per_dato:%d.%m.%Y}." if forrige else " Dette er første gang."
    alle = max((funn.av for funn in dom.funn), default=0)
    return f"{alle} ungdommer er kontrollert mot {len(dom.funn)} regler. {brutte} av reglene er brutt.{sist}"


def _curve(kurve: Kurve) -> Del:
    """Return the curve of findings by severity, once there are two days to draw a line between."""
    if len({dag for dag, _, _ in kurve}) < MINST_PUNKTER:
        return Del("Utviklingen", "Kurven kommer når registeret er kontrollert to ganger.")
    antall = {(dag, Alvorlighet(alvorlighet)): float(tall) for dag, alvorlighet, tall in kurve}
    dager = sorted({dag for dag, _, _ in kurve})
    punkter = [(dag, navn, antall.get((dag, slag), 0.0)) for slag, navn in SERIER.items() for dag in dager]
    siste = ", ".join(f"{navn.lower()} {tall:.0f}" for dag, navn, tall in punkter if dag == dager[-1])
    figur: Figur = diagram.lines(
        "Funn etter alvorlighet", f"Antall funn hver gang registeret er kontrollert. Sist: {siste}.", punkter, "Funn"
    )
    return Del("Utviklingen", figur=figur)
