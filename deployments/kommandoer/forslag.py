"""``pending``, ``approve``, ``reject``, ``send``: what waits for a person, her decision, and carrying it out."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say, say_json
from deployments.miljo import through_server
from deployments.rader import carry_out_flow
from schemas.iverksetting import Iverksatt, Iverksettingsvalg
from tasks import forslag, klokke
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN
from tasks.hjem import home

Navn = Annotated[str, Parameter(help="Navnet ditt")]
Tid = Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")]
Json = Annotated[bool, Parameter(help="Svar som JSON")]


def pending(*, json: Json = False) -> int:
    """Vis forslagene som venter på godkjenning eller sending."""
    ventende = forslag.waiting(home())
    if json:
        say_json(ventende)
    elif not ventende:
        say("Ingenting venter på deg.")
    for enkelt in [] if json else ventende:
        say(f"{enkelt['forslag_id']}: {enkelt['rad']} {enkelt['aar']}, {enkelt['tilstand']}")
        say("  skal sendes: " + ", ".join(f"{navn} {antall}" for navn, antall in enkelt["sendes"].items()))
        say("  utelatt: " + (", ".join(f"{grunn}: {antall}" for grunn, antall in enkelt["utelatt"].items()) or "ingen"))
        say(f"  innhold: {enkelt['innhold_sha256'][:12]}")
    return UTGANG_TRENGER_NOEN if ventende else UTGANG_FERDIG


def approve(id: str, *, by: Navn, now: Tid = None) -> int:  # noqa: A002 the contract's word
    """Godkjenn et forslag, for nøyaktig det innholdet det har nå."""
    forslag.approve(home(), id, by, parse_time(now) or klokke.now())
    say(f"{id} er godkjent av {by}. Send med ./arshjul send {id}.")
    return UTGANG_FERDIG


def reject(
    id: str,  # noqa: A002 the contract's word
    *,
    by: Navn,
    reason: Annotated[str, Parameter(help="Hvorfor")],
    now: Tid = None,
) -> int:
    """Avvis et forslag. Ingenting av det blir sendt."""
    forslag.reject(home(), id, by, reason, parse_time(now) or klokke.now())
    say(f"{id} er avvist av {by}.")
    return UTGANG_FERDIG


def send(id: str = "", *, now: Tid = None, json: Json = False) -> int:  # noqa: A002 the contract's word
    """Send det som er godkjent. Trygt å kjøre to ganger, å avbryte, og å kjøre fra to steder."""
    valg = Iverksettingsvalg(forslag_id=id, naa=parse_time(now))
    flyt = carry_out_flow()
    resultat = Iverksatt.model_validate(flyt(valg) if through_server() else flyt.fn(valg))
    if json:
        say_json(resultat.model_dump(mode="json"))
    elif not resultat.forslag:
        say("Ingen godkjente forslag venter på sending.")
    else:
        say(resultat.oppsummering())
    return UTGANG_TRENGER_NOEN if any(sendt.trenger_noen for sendt in resultat.forslag) else UTGANG_FERDIG
