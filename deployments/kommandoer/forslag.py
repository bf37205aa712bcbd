"""What waits for a person, her decision, carrying it out, and what came of it."""

from datetime import datetime
from typing import Annotated, Any

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say, say_json
from deployments.miljo import through_server
from deployments.rader import service_flow
from schemas.avgjorelse import Avgjorelsesvalg, Avgjort, Beslutning
from schemas.iverksetting import Iverksatt, Iverksettingsvalg
from schemas.kvittering import Kvitteringsresultat, Kvitteringsvalg
from tasks import klokke
from tasks.avgjorelse import settle as settle_item
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil
from tasks.forslagsvisning import waiting
from tasks.hjem import home

Navn = Annotated[str, Parameter(help="Navnet ditt")]
Grunn = Annotated[str, Parameter(help="Hvorfor, uten å nevne noen person")]
Tid = Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")]
Json = Annotated[bool, Parameter(help="Svar som JSON")]


def pending(*, json: Json = False) -> int:
    """Vis forslagene som venter på godkjenning eller sending."""
    ventende = waiting(home())
    if json:
        say_json(ventende)
    elif not ventende:
        say("Ingenting venter på deg.")
    for enkelt in [] if json else ventende:
        say("\n".join(_lines(enkelt)))
    return UTGANG_TRENGER_NOEN if ventende else UTGANG_FERDIG


def _lines(forslag: dict[str, Any]) -> list[str]:
    """Return what a person should see of a proposal."""
    linjer = [
        f"{forslag['forslag_id']}: {forslag['rad']} {forslag['aar']}, {forslag['tilstand']}",
        f"  skal sendes: {_counts(forslag['sendes'])}",
        f"  utelatt: {_counts(forslag['utelatt']) or 'ingen'}",
        f"  mot forrige forslag: {_counts(forslag['forskjell'] or {}) or 'dette er det første'}",
        f"  innhold: {forslag['innhold_sha256'][:12]}",
        f"  prøvebrev: rapporter/forslag/{forslag['forslag_id']}",
    ]
    if forslag["gjort"]:
        linjer.append(f"  til nå: {_counts(forslag['gjort'])}")
    return linjer + [f"  {vent['kanal']} venter til {vent['til']} ({vent['grunn']})" for vent in forslag["venter"]]


def _counts(tall: dict[str, int]) -> str:
    return ", ".join(f"{navn} {antall}" for navn, antall in tall.items())


def approve(id: str, *, by: Navn, now: Tid = None) -> int:  # noqa: A002 the contract's word
    """Godkjenn et forslag, for nøyaktig det innholdet det har nå."""
    avgjort = _decide(id, Beslutning.GODKJENN, by, "", now)
    say(f"{id} er godkjent av {by}. Send med ./arshjul send {id}{_from(avgjort.sendes_fra, now)}.")
    return UTGANG_FERDIG


def _from(tid: datetime | None, now: str | None) -> str:
    """Return from when it may be sent, where that is not at once."""
    venter = tid is not None and tid > (parse_time(now) or klokke.now())
    return f" fra {tid:%d.%m.%Y kl. %H:%M}. Til da kan det avvises med ./arshjul reject" if venter else ""


def reject(id: str, *, by: Navn, reason: Grunn, now: Tid = None) -> int:  # noqa: A002 the contract's word
    """Avvis et forslag. Ingenting av det blir sendt."""
    _decide(id, Beslutning.AVVIS, by, reason, now)
    say(f"{id} er avvist av {by}.")
    return UTGANG_FERDIG


def stop(id: str, *, by: Navn, reason: Grunn, now: Tid = None) -> int:  # noqa: A002 as ``approve``
    """Stopp et forslag som er godkjent eller holder på å sendes, og si nøyaktig hvor mange som gikk ut."""
    say(_decide(id, Beslutning.STOPP, by, reason, now).oppsummering())
    return UTGANG_TRENGER_NOEN


def _decide(forslag_id: str, beslutning: Beslutning, av: str, grunn: str, now: str | None) -> Avgjort:
    valg = Avgjorelsesvalg(forslag_id=forslag_id, beslutning=beslutning, av=av, grunn=grunn, naa=parse_time(now))
    return Avgjort.model_validate(service_flow("avgjore").fn(valg))


def send(id: str = "", *, now: Tid = None, json: Json = False) -> int:  # noqa: A002 the contract's word
    """Send det som er godkjent. Trygt å kjøre to ganger, å avbryte, og å kjøre fra to steder."""
    valg = Iverksettingsvalg(forslag_id=id, naa=parse_time(now))
    flyt = service_flow("iverksett")
    resultat = Iverksatt.model_validate(flyt(valg) if through_server() else flyt.fn(valg))
    if json:
        say_json(resultat.model_dump(mode="json"))
    elif not resultat.forslag:
        say("Ingen godkjente forslag venter på sending.")
    else:
        say(resultat.oppsummering())
    return UTGANG_TRENGER_NOEN if any(sendt.trenger_noen for sendt in resultat.forslag) else UTGANG_FERDIG


def receipts(*, now: Tid = None, json: Json = False) -> int:
    """Hent kvitteringene for det som er sendt, og les returpost og Udirs kvitteringer i innboks."""
    flyt, valg = service_flow("kvitteringer"), Kvitteringsvalg(naa=parse_time(now))
    resultat = Kvitteringsresultat.model_validate(flyt(valg) if through_server() else flyt.fn(valg))
    if json:
        say_json(resultat.model_dump(mode="json"))
    else:
        say(resultat.oppsummering())
    return UTGANG_TRENGER_NOEN if resultat.trenger_noen else UTGANG_FERDIG


def settle(
    id: str,  # noqa: A002 as ``approve``
    *,
    by: Navn,
    arrived: Annotated[bool | None, Parameter(negative="--not-arrived", help="Den kom fram, eller ikke")] = None,
    now: Tid = None,
) -> int:
    """Skriv hva du har funnet ut om en utsending som er uavklart."""
    if arrived is None:
        raise BrukerFeil("ÅH-1412")
    settle_item(home(), id, by, parse_time(now) or klokke.now(), kom_fram=arrived)
    say(f"{id}: {'kom fram' if arrived else 'kom ikke fram, og kan foreslås igjen'}.")
    return UTGANG_FERDIG
