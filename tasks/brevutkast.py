"""Drafting a row's letters: selection → gate → exact content of each letter, plus a notice to each adviser."""

import base64
import hmac
import json
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from typing import Literal

from schemas.arshjul import Rad
from schemas.brev import Avsender, Brevdata
from schemas.utsending import Sending, Utelatt, Utkast, as_json, content_hash, letter_key, make_key
from schemas.verdier import Kanal, Mottaker
from tasks import kodeverk, krr, mottakere, utvalg
from tasks.anledning import Anledning
from tasks.brev import can_show, letter_title, template_hash
from tasks.kalender import run_time
from tasks.mottakere import Brevmottaker, Person
from tasks.register import fakta

TOKENLENGDE = 16


def letters(anledning: Anledning) -> Utkast:
    """Return the letters of week 20 or 39: everyone in the year's group, through the gate on the day of dispatch."""
    gruppe = anledning.rad.parametre["gruppe"]
    return _draft(anledning, utvalg.group(anledning.con, gruppe, anledning.skoleaar, anledning.dato))


def reminders(anledning: Anledning) -> Utkast:
    """Return the reminders of week 22 or 41: exactly those with a letter and no answer, through the gate."""
    brevrad = anledning.rad.parametre["brevrad"]
    har_brev = utvalg.got_letter(anledning.con, brevrad, anledning.aar)
    har_svart = utvalg.answered(anledning.con, [brevrad, anledning.rad.rad], anledning.aar)
    return _draft(anledning, har_brev - har_svart)


def _draft(anledning: Anledning, personer: set[str]) -> Utkast:
    sist = fakta.last_learned(anledning.con, mottakere.VERNEFELT)
    rader = [
        mottakere.strictest(person, sist.get(person["person_id"], {}), anledning.dato)
        for person in utvalg.people(anledning.con, personer, mottakere.FELT, anledning.dato)
    ]
    kontakter = krr.look_up(anledning.hjem, _ids(rader))
    utkast = Utkast()
    for person in rader:
        faar, uten = mottakere.decide(person, kontakter, anledning.dato)
        utkast.utelatte += uten
        for mottaker in faar:
            sending = _letter(anledning, person, mottaker, kontakter)
            if isinstance(sending, Utelatt):
                utkast.utelatte.append(sending)
            else:
                utkast.sendinger.append(sending)
    return utkast


def _ids(rader: list[dict[str, str]]) -> set[str]:
    felter = ["fodselsnummer", *(f"{foresatt}_fodselsnummer" for foresatt in mottakere.FORESATTE)]
    return {rad[felt] for rad in rader for felt in felter} - {""}


def _letter(
    anledning: Anledning, person: Person, til: Brevmottaker, kontakter: dict[str, krr.Kontakt]
) -> Sending | Utelatt:
    """Return one letter; the guardian's copy has the youth's written standard, reference and text."""
    maalform = kontakter.get(person["fodselsnummer"], krr.Kontakt()).maalform
    token = survey_token(anledning.hemmelighet, anledning.rad, anledning.aar, person["person_id"])
    brev = Brevdata(
        brev=anledning.rad.parametre["brev"],
        maalform=maalform,
        navn=til.navn,
        adresselinje1=til.adresselinje1,
        postnummer=til.postnummer,
        poststed=til.poststed,
        gjelder=f"{person['fornavn']} {person['etternavn']}" if til.mottaker is Mottaker.FORESATT else None,
        dato=anledning.brevdato,
        svarfrist=_answer_by(anledning.brevdato),
        svaradresse=anledning.hjem.innstillinger.undersokelse.adresse + token,
        referanse=token,
        avsender=_sender(anledning, maalform),
    )
    if not can_show(brev):
        return Utelatt(person["person_id"], til.mottaker, "TEGN_MANGLER", person["raadgiver"])
    innhold = as_json({"brev": asdict(brev), "mal": template_hash()})
    nokkel = letter_key(anledning.rad.rad, anledning.aar, person["person_id"], til.mottaker, til.ref)
    return Sending(person["person_id"], til.mottaker, til.ref, til.kanal, nokkel, innhold, token)


def letter_of(innhold: str) -> Brevdata:
    """Return the letter that an item's content holds."""
    felt = json.loads(innhold)["brev"]
    return Brevdata(
        **felt
        | {
            "dato": date.fromisoformat(felt["dato"]),
            "svarfrist": date.fromisoformat(felt["svarfrist"]),
            "avsender": Avsender(**felt["avsender"]),
        }
    )


def adviser_notices(anledning: Anledning, nye: list[Sending], raadgivere: dict[str, str]) -> list[Sending]:
    """Return one e-mail to each adviser with how many of her youth get the letter: a count, never a name.

    ``raadgivere`` gives each person's adviser.
    """
    antall = Counter(raadgivere[s.person_id] for s in nye if s.mottaker is Mottaker.UNGDOM)
    innstillinger = anledning.hjem.innstillinger
    hva = content_hash(sending.nokkel for sending in nye)
    varsler = []
    for raadgiver in innstillinger.radgivere:
        if not antall[raadgiver.id]:
            continue
        tittel = letter_title(anledning.rad.parametre["brev"], "nb")
        innhold = {
            "fra": innstillinger.ansvarlig.epost,
            "til": raadgiver.epost,
            "tid": run_time(anledning.brevdato),
            "emne": f"Brev sendes {anledning.brevdato:%d.%m.%Y}: {tittel}",
            "tekst": f"Hei.\n\n{antall[raadgiver.id]} av ungdommene du følger opp får brevet «{tittel}».\n"
            "Noen av dem kan ta kontakt med deg om det.\n\nHilsen Årshjul\n",
        }
        nokkel = make_key(anledning.rad.rad, anledning.aar, raadgiver.id, hva)
        varsler.append(Sending("", Mottaker.RAADGIVER, raadgiver.id, Kanal.EPOST, nokkel, as_json(innhold)))
    return varsler


def survey_token(hemmelighet: str, rad: Rad, aar: int, person_id: str) -> str:
    """Return the letter's own reference: unguessable without the register's secret, the same every time."""
    kode = hmac.digest(hemmelighet.encode(), f"{rad.rad}|{aar}|{person_id}".encode(), "sha256")
    return base64.b32encode(kode).decode()[:TOKENLENGDE]


def _answer_by(brevdato: date) -> date:
    return brevdato + timedelta(days=int(kodeverk.rule("brev", brevdato)["svarfrist_dager"]))


def _sender(anledning: Anledning, maalform: Literal["nb", "nn"]) -> Avsender:
    fylke = anledning.hjem.innstillinger.fylke
    navn = fylke.avsender_nynorsk if maalform == "nn" else fylke.avsender
    return Avsender(fylke.navn, navn, fylke.telefon, fylke.epost, fylke.nettside.removeprefix("https://"))
