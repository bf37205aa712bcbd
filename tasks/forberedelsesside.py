"""The preparation of a transfer as a page: what would happen, the dates, the changes, and every combination counted.

The page and the file beside it are the county's own: they have small numbers, and say so.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from schemas.kjoring import Tabell
from schemas.sammenligning import Endring, Telling
from tasks import kodeverk, sider
from tasks.filer import write_file
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO
from tasks.oppgaver import ANSVARLIG
from tasks.overforing import Pakke
from tasks.sammenligningstabeller import NAVN, as_csv, largest, limits_table, tables
from tasks.sider import Del

KRYSSFIL: Final = "kryss.csv"
INTERN: Final = (
    "Siden er bare for fylkets egne. Den har små tall som kan peke ut enkelte, og skal ikke deles, publiseres eller "
    "sendes ut av fylket."
)


def outcome_table(pakke: Pakke) -> Tabell:
    """Return how many would be sent and how many refused, if it were sent today."""
    return Tabell(
        tittel="Hvem som ville blitt med",
        hoder=("Hva", "Antall"),
        rader=[("Ville blitt med", pakke.antall), ("Ville blitt avvist", len(pakke.utelatte))],
    )


def refused_table(kjoring: Kjoring, pakke: Pakke, skjermede: Collection[str]) -> list[Tabell]:
    """Return the table of the refused by reason and whose they are, if there are any.

    The protected are the OTTO-ansvarlig's, as their tasks are.
    """
    if not pakke.utelatte:
        return []
    tekster = {kode: rad["tekst"] for kode, rad in kodeverk.reasons(kjoring.per_dato).items()}
    antall = Counter(
        (tekster[u.grunn_kode], ANSVARLIG if u.person_id in skjermede else u.raadgiver or ANSVARLIG)
        for u in pakke.utelatte
    )
    rader: list[tuple[str | int, ...]] = [(*hvem, tall) for hvem, tall in sorted(antall.items())]
    return [Tabell(tittel="Ville blitt avvist", hoder=("Grunn", "Hvem som må rette", "Antall"), rader=rader)]


def write_page(
    kjoring: Kjoring,
    utfall: list[Tabell],
    datoer: list[Tabell],
    tellinger: Mapping[str, Telling],
    endringer: list[Endring],
) -> None:
    """Write the run's page and the file with every combination beside it, and let the run tell where it is."""
    mappe = f"forberede/{kjoring.kjoring_id}"
    deler = [
        Del("Bare til internt bruk", f"{INTERN} {_known(kjoring)}".strip()),
        *_parts(("Hvem som kan overføres", "Hvem som må rette"), utfall),
        *_parts(("Datoer", "Konflikter med kalenderen"), datoer),
        _changes(endringer, kjoring.per_dato),
        *_parts(tuple(NAVN.values()), tables(tellinger)),
        _cross(tellinger),
    ]
    tittel = f"Forberede overføring til Udir, rad {kjoring.rad.nr}"
    kjoring.sider.append(sider.write_page(kjoring.hjem, mappe, tittel, kjoring.per_dato, deler))
    write_file(sider.folder(kjoring.hjem) / mappe / KRYSSFIL, as_csv(tellinger))


def _parts(titler: tuple[str, ...], tabeller: list[Tabell]) -> list[Del]:
    """Return a part for each table."""
    return [Del(tittel, tabell=tabell) for tittel, tabell in zip(titler, tabeller, strict=False)]


def _known(kjoring: Kjoring) -> str:
    if kjoring.kjent_tid is None:
        return ""
    return f"Tallene er slik de var kjent {kjoring.kjent_tid.astimezone(OSLO):%d.%m.%Y kl. %H.%M}."


def _changes(endringer: list[Endring], dato: date) -> Del:
    tekst = "Grensene er fylkets egne og står i data/regler/endringsgrenser.csv."
    if not endringer:
        return Del("Endringer over fylkets grenser", f"Ingen endringer er større enn grensene. {tekst}")
    return Del("Endringer over fylkets grenser", tekst, tabell=limits_table(endringer, dato))


def _cross(tellinger: Mapping[str, Telling]) -> Del:
    tekst = (
        f"Alle kombinasjoner av status, grunn, alder, kjønn og kommune ligger i filen {KRYSSFIL} i samme mappe. "
        "De som ikke har oppgitt kommune, blant dem de skjermede, er én linje uten de andre verdiene."
    )
    tabell = largest(tellinger)
    return Del("Alle fem sammen", tekst, tabell=tabell if tabell.rader else None)
