"""The findings as tables of counts: for a run's answer and for the page."""

from collections.abc import Callable

from schemas.ajourhold import Alvorlighet, Funn, Regel
from schemas.kjoring import Tabell
from tasks.ajourholdstall import Maaling

MEST_NEVNT = 100
INGEN_FORRIGE = "–"


def findings_table(funn: tuple[Funn, ...], forrige: Maaling | None) -> Tabell:
    """Return each rule that found something now or last time, the worst first."""
    rader = [
        (str(f.regel.alvorlighet), f.regel.tekst, f.regel.eier, f.antall, _before(f.regel, forrige))
        for f in sorted(funn, key=_worst_first)
        if f.antall or _before(f.regel, forrige) not in (0, INGEN_FORRIGE)
    ]
    hoder = ("Alvorlighet", "Hva som er galt", "Eier", "Antall", "Forrige gang")
    return Tabell(tittel="Funn etter regel", hoder=hoder, rader=[*rader])


def rules_table(funn: tuple[Funn, ...]) -> Tabell:
    """Return every rule with its ground and how it is mended, broken or not."""
    hoder = ("Hva som er galt", "Alvorlighet", "Eier", "Antall", "Kontrollert", "Slik rettes det", "Grunnlag", "Regel")
    return Tabell(
        tittel="Reglene og hva de bygger på",
        hoder=hoder,
        rader=[
            (
                *(f.regel.tekst, str(f.regel.alvorlighet), f.regel.eier, f.antall, f.av),
                *(f"{f.regel.gjor}.", ground(f.regel), f.regel.kode),
            )
            for f in funn
        ],
    )


def people_table(funn: tuple[Funn, ...], nevnes: Callable[[Funn], list[str]]) -> Tabell:
    """Return whom each rule found, by their number in the register; those who may not be named are counted."""
    rader = []
    for f in sorted((f for f in funn if f.antall), key=_worst_first):
        navngitte = nevnes(f)
        deler = [", ".join(navngitte[:MEST_NEVNT])] if navngitte else []
        deler += [f"{len(navngitte) - MEST_NEVNT} til"] if len(navngitte) > MEST_NEVNT else []
        uten = f.antall - len(navngitte)
        deler += [f"{uten} som ikke nevnes"] if uten else []
        rader.append((f.regel.tekst, "; ".join(deler)))
    return Tabell(tittel="Ungdommenes nummer i registeret", hoder=("Hva som er galt", "Hvem"), rader=[*rader])


def ground(regel: Regel) -> str:
    """Return what a rule rests on: the law or source, and the county's own decision."""
    return ". ".join(filter(None, (regel.hjemmel, regel.vedtak)))


def _before(regel: Regel, forrige: Maaling | None) -> int | str:
    return forrige.antall.get(regel.kode, INGEN_FORRIGE) if forrige else INGEN_FORRIGE


def _worst_first(funn: Funn) -> tuple[int, int, str]:
    return list(Alvorlighet).index(funn.regel.alvorlighet), -funn.antall, funn.regel.kode
