"""``doctor``: what is wrong with the home and what runs for it, the worst first, each with what to do next."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from deployments.doktor.funn import Blikk, Svar, Tilstand
from deployments.kommandoer.felles import parse_time, say, say_json
from tasks import klokke
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN
from tasks.hjem import home

MERKE = {Tilstand.FEIL: "FEIL", Tilstand.MERK: "MERK", Tilstand.IKKE_PROVD: "IKKE PRØVD", Tilstand.OK: "OK"}
HASTER = (Tilstand.FEIL, Tilstand.MERK)
"""What needs a person."""


def doctor(
    *,
    json: Annotated[bool, Parameter(help="Skriv JSON")] = False,
    alle: Annotated[bool, Parameter(help="Vis også det som er i orden")] = False,
    uten_nett: Annotated[bool, Parameter(help="Prøv ikke om tjenestene kan nås")] = False,
    now: Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")] = None,
) -> int:
    """Se etter feil i hjemmemappen og i det som kjører, og hva som må gjøres med dem. Ingenting endres."""
    blikk = Blikk(home(), parse_time(now) or klokke.now(), uten_nett=uten_nett)
    blikk.must_be_there()
    # Loading it loads Prefect, which makes a folder in the home.
    from deployments.doktor.undersokelse import examine  # noqa: PLC0415

    svar = examine(blikk)
    if json:
        say_json([enkelt._asdict() for enkelt in svar])
    else:
        _tell(svar, alle=alle)
    return UTGANG_TRENGER_NOEN if any(enkelt.tilstand in HASTER for enkelt in svar) else UTGANG_FERDIG


def _tell(svar: Sequence[Svar], *, alle: bool) -> None:
    """Say what is wrong, the worst first, then what could not be tried and why, and how many checks found nothing."""
    vises = [Tilstand.FEIL, Tilstand.MERK, *([Tilstand.IKKE_PROVD, Tilstand.OK] if alle else [])]
    for tilstand in vises:
        for enkelt in (en for en in svar if en.tilstand is tilstand):
            say(f"{enkelt.nr:2}. {MERKE[tilstand]}: {enkelt.navn}. {enkelt.tekst}")
            if enkelt.neste:
                say(f"    Gjør dette: {enkelt.neste}")
    uprovd = [en for en in svar if en.tilstand is Tilstand.IKKE_PROVD]
    for tekst in dict.fromkeys(en.tekst for en in uprovd if not alle):
        numre = ", ".join(str(en.nr) for en in uprovd if en.tekst == tekst)
        say(f"{MERKE[Tilstand.IKKE_PROVD]}: {numre}. {tekst}")
    i_orden = sum(en.tilstand is Tilstand.OK for en in svar)
    say(f"{i_orden} av {len({en.nr for en in svar})} er i orden.")
