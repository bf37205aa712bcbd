"""A page for each proposal: what it would send, who is left out and why, what differs, and how it is decided."""

from datetime import date
from typing import Any, Final

import duckdb

from schemas.avgjorelse import Beslutning
from schemas.kjoring import Side, Tabell
from schemas.verdier import Forslagstilstand
from tasks import klokke, kodeverk
from tasks.forslagsvisning import describe
from tasks.hjem import Hjem
from tasks.hjul.lenker import Lenker
from tasks.hjul.underside import Underside, counted, is_made, row_name
from tasks.sider import Del

TILSTAND: Final = {
    Forslagstilstand.VENTER: "Forslaget venter på at du godkjenner det eller avviser det. Ingenting er sendt.",
    Forslagstilstand.GODKJENT: "Forslaget er godkjent, og er ikke sendt ennå.",
    Forslagstilstand.IVERKSETTES: "Sendingen er begynt, og er ikke ferdig.",
    Forslagstilstand.IVERKSATT: "Forslaget er godkjent og sendt.",
    Forslagstilstand.AVVIST: "Forslaget er avvist. Ingenting av det er sendt.",
    Forslagstilstand.UTLOPT: "Forslaget er utløpt: noe er endret siden, eller et nyere forslag har tatt plassen.",
    Forslagstilstand.STOPPET: "Sendingen ble stoppet.",
}
PROVEBREV: Final = "rapporter/forslag"
"""Where in the home the sample letters lie, a folder for each proposal."""
APNE: Final = (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES)
KANAL: Final = {
    "digital": "digital post",
    "print": "brev på papir",
    "epost": "e-post",
    "sms": "SMS",
    "arkiv": "arkivet",
    "udir": "Innsamlingsportalen",
}
FORSKJELL: Final = {"nye": "Nye", "borte": "Ikke med lenger", "endret": "Endret"}


def folder_of(forslag_id: str) -> str:
    """Return the folder of a proposal's page among the pages."""
    return f"forslag/{forslag_id}"


def pages(con: duckdb.DuckDBPyConnection, hjem: Hjem, lenker: Lenker) -> tuple[list[Underside], dict[str, int]]:
    """Return the pages that are to be made anew, and proposal → how many items each open one would send.

    An open proposal is looked at every time, a settled one once.
    """
    sider, antall = [], {}
    for forslag_id, tilstand, sha, brevdato, tid in con.execute(
        "SELECT forslag_id, tilstand, innhold_sha256, brevdato, tilstand_tid FROM forslag_naa ORDER BY forslag_id"
    ).fetchall():
        dag = klokke.local_date(klokke.from_utc(tid))
        kjent: tuple[object, ...] = (forslag_id, tilstand, sha)
        if tilstand in APNE:
            forslag = describe(con, forslag_id)
            antall[forslag_id] = sum(forslag["sendes"].values())
            sider.append(_page(hjem, dag, (*kjent, forslag, *_forms(forslag_id, lenker)), lenker, forslag, brevdato))
        elif not is_made(hjem, _page(hjem, dag, kjent, lenker, {}, brevdato)):
            sider.append(_page(hjem, dag, kjent, lenker, describe(con, forslag_id), brevdato))
    return sider, antall


def _page(
    hjem: Hjem, dag: date, grunnlag: tuple[object, ...], lenker: Lenker, forslag: dict[str, Any], brevdato: date
) -> Underside:
    """Return a proposal's page; ``grunnlag`` is its id, state and content."""
    proever = (hjem.mappe / PROVEBREV / str(grunnlag[0])).is_dir()
    return Underside(
        mappe=folder_of(str(grunnlag[0])),
        tittel=f"Forslag {grunnlag[0]}",
        per_dato=dag,
        grunnlag=(*grunnlag, proever),
        deler=lambda: _parts(forslag, brevdato, lenker, proever=proever),
    )


def _parts(forslag: dict[str, Any], brevdato: date, lenker: Lenker, *, proever: bool) -> list[Del]:
    tilstand = Forslagstilstand(forslag["tilstand"])
    return [
        Del(f"{row_name(forslag['rad'])} ({forslag['aar']})", TILSTAND[tilstand]),
        *([_what_to_do(forslag, tilstand, lenker)] if tilstand in APNE else []),
        Del("Hva skal sendes?" if tilstand in APNE else "Hva ble foreslått sendt?", tabell=_to_send(forslag)),
        _left_out(forslag, brevdato),
        _difference(forslag),
        *([_samples(forslag["forslag_id"])] if proever else []),
        *([_done(forslag)] if forslag["gjort"] else []),
    ]


def _what_to_do(forslag: dict[str, Any], tilstand: Forslagstilstand, lenker: Lenker) -> Del:
    navn = forslag["forslag_id"]
    godkjenn, stopp, iverksett = _forms(navn, lenker)
    avgjor = [(f"Godkjenn eller avvis {navn} i Prefect", godkjenn)]
    send = [(f"Send {navn} i Prefect", iverksett), (f"Stopp {navn} i Prefect", stopp)]
    kommandoer = {
        Forslagstilstand.VENTER: (
            "Se på tallene og prøvebrevene. Godkjenningen gjelder nøyaktig det innholdet forslaget har nå.",
            f"På kommandolinjen: ./arshjul approve {navn} --by NAVN eller ./arshjul reject {navn} --by NAVN --reason …",
        ),
        Forslagstilstand.GODKJENT: (
            "Send det når angrefristen er over. Til da kan det avvises.",
            f"På kommandolinjen: ./arshjul send {navn}, eller ./arshjul reject {navn} --by NAVN --reason …",
        ),
        Forslagstilstand.IVERKSETTES: (
            "Send igjen for å fullføre. Det som er sendt, sendes ikke på nytt.",
            f"På kommandolinjen: ./arshjul send {navn}, eller ./arshjul stop {navn} --by NAVN --reason …",
        ),
    }
    venter = tuple(f"{_channel(v['kanal'])} venter til {v['til']}: {v['grunn']}" for v in forslag["venter"])
    valgte = avgjor if tilstand is Forslagstilstand.VENTER else send
    return Del(
        "Hva gjør jeg?",
        punkter=(*kommandoer[tilstand], *venter),
        lenker=tuple(Side(tittel=tittel, adresse=adresse) for tittel, adresse in valgte if adresse),
    )


def _forms(forslag_id: str, lenker: Lenker) -> tuple[str | None, str | None, str | None]:
    """Return the forms in which it is approved, stopped and sent."""
    stopp = lenker.decision_form(forslag_id, Beslutning.STOPP)
    return lenker.decision_form(forslag_id), stopp, lenker.send_form(forslag_id)


def _channel(kanal: str) -> str:
    navn = KANAL[kanal]
    return navn[0].upper() + navn[1:]


def _to_send(forslag: dict[str, Any]) -> Tabell:
    rader: list[tuple[str | int, ...]] = []
    for hva, antall in forslag["sendes"].items():
        mottaker, kanal = hva.rsplit(" ", 1)
        rader.append((mottaker.capitalize(), _channel(kanal), antall))
    hoder = ("Mottaker", "Hvordan", "Antall")
    return Tabell(tittel=counted(sum(forslag["sendes"].values()), "utsending", "utsendinger"), hoder=hoder, rader=rader)


def _left_out(forslag: dict[str, Any], brevdato: date) -> Del:
    if not forslag["utelatt"]:
        return Del("Hvem er utelatt?", "Ingen er utelatt.")
    grunner = kodeverk.reasons(brevdato)
    rader: list[tuple[str | int, ...]] = [
        (grunner[kode]["tekst"] if kode in grunner else kode, antall) for kode, antall in forslag["utelatt"].items()
    ]
    antall = counted(sum(forslag["utelatt"].values()), "er utelatt", "er utelatt")
    return Del(
        "Hvem er utelatt?", tabell=Tabell(tittel=f"{antall}, av disse grunnene", hoder=("Grunn", "Antall"), rader=rader)
    )


def _difference(forslag: dict[str, Any]) -> Del:
    tittel = "Hva er endret siden forrige forslag?"
    if forslag["forskjell"] is None:
        return Del(tittel, "Dette er det første forslaget fra raden i år.")
    rader: list[tuple[str | int, ...]] = [(FORSKJELL[navn], antall) for navn, antall in forslag["forskjell"].items()]
    return Del(tittel, tabell=Tabell(tittel="Brev, mot forrige forslag", hoder=("Hva", "Antall"), rader=rader))


def _samples(forslag_id: str) -> Del:
    return Del(
        "Hvor er prøvebrevene?",
        f"I hjemmemappen, i {PROVEBREV}/{forslag_id}/, som PDF og bilder. De handler om personer, og vises "
        "derfor aldri på disse sidene. De fjernes når forslaget er avgjort.",
    )


def _done(forslag: dict[str, Any]) -> Del:
    rader: list[tuple[str | int, ...]] = [(hva.capitalize(), antall) for hva, antall in forslag["gjort"].items()]
    return Del(
        "Hva er gjort til nå?",
        tabell=Tabell(tittel="Utsendinger etter tilstand", hoder=("Tilstand", "Antall"), rader=rader),
    )
