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
from tasks import foresatte, kodeverk, krr, mottakere, smstekst, utvalg
from tasks.anledning import Anledning
from tasks.brev import can_show, category_of_letter, letter_title, template_hash, title_of
from tasks.foresatte import Person
from tasks.foresattreferanser import Omtalt, references, written_to
from tasks.kalender import run_time
from tasks.logo import keep_logo
from tasks.mottakere import Brevmottaker

TOKENLENGDE = 16
SMS_REF = "sms"
KATEGORI = "ajourholdskode"


def letters(anledning: Anledning) -> Utkast:
    """Return the letters of week 20 or 39: everyone in the year's group, through the gate on the day of dispatch."""
    gruppe = anledning.rad.parametre["gruppe"]
    return _draft(anledning, utvalg.to_write(anledning.con, gruppe, anledning.skoleaar, anledning.dato))


def reminders(anledning: Anledning) -> Utkast:
    """Return the reminders of week 22 or 41: those with a letter of whom we still know nothing, through the gate."""
    con, rad = anledning.con, anledning.rad
    tause = utvalg.silent(con, rad.parametre["brevrad"], rad.rad, anledning.aar)
    til = utvalg.to_remind(con, rad.parametre["brevrad"], rad.rad, anledning.aar, anledning.dato)
    utkast = _draft(anledning, til)
    utkast.utelatte += [Utelatt(person, Mottaker.UNGDOM, "AVKLART") for person in sorted(tause.keys() - til)]
    return utkast


def _draft(anledning: Anledning, personer: set[str]) -> Utkast:
    dato, fylkesnumre = anledning.dato, anledning.hjem.innstillinger.fylke.fylkesnummer
    rader = utvalg.people(anledning.con, personer, (*mottakere.FELT, KATEGORI), dato, fylkesnumre)
    numre = {nummer for person in rader for nummer in mottakere.ask_about(person, dato, fylkesnumre)}
    kontakter = krr.look_up(anledning.hjem, numre)
    logo = keep_logo(anledning.hjem)
    skrevet_til = written_to(anledning.con, anledning.rad.rad, anledning.aar)
    utkast = Utkast()
    for person in rader:
        faar, uten = mottakere.decide(person, kontakter, dato, fylkesnumre)
        utkast.utelatte += uten
        foresatte_naa = [_as_written(person, mottaker) for mottaker in faar if mottaker.ref]
        referanser = references(anledning.hemmelighet, foresatte_naa, skrevet_til.get(person["person_id"], ()))
        for mottaker in faar:
            sending = _letter(anledning, person, mottaker, referanser.get(mottaker.ref, ""), kontakter, logo)
            if isinstance(sending, Utelatt):
                utkast.utelatte.append(sending)
            else:
                utkast.sendinger.append(sending)
    return utkast


def _letter(
    anledning: Anledning, person: Person, til: Brevmottaker, ref: str, kontakter: dict[str, krr.Kontakt], logo: str
) -> Sending | Utelatt:
    """Return one letter; the guardian's copy has the youth's written standard, reference and text.

    ``ref`` is what a guardian is called in the outbox, blank for the youth.
    """
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
        skoleaar=_school_year(anledning),
        kategori=category_of_letter(anledning.rad.parametre["brev"], person[KATEGORI]),
        med_samtykke=til.mottaker is Mottaker.FORESATT and foresatte.is_adult(_born(person), anledning.dato),
        logo=logo,
    )
    if not can_show(brev):
        return Utelatt(person["person_id"], til.mottaker, "TEGN_MANGLER", person["raadgiver"])
    digital_id = _number(person, til)
    innhold = as_json(
        {"brev": asdict(brev), "mal": template_hash(), "tittel": title_of(brev), "digital_id": digital_id}
    )
    nokkel = letter_key(anledning.rad.rad, anledning.aar, person["person_id"], til.mottaker, ref)
    return Sending(person["person_id"], til.mottaker, ref, til.kanal, nokkel, innhold, token)


def _born(person: Person) -> date:
    return date.fromisoformat(person["fodselsdato"])


def _number(person: Person, til: Brevmottaker) -> str:
    return person[f"{til.ref}_fodselsnummer" if til.ref else "fodselsnummer"]


def _as_written(person: Person, til: Brevmottaker) -> Omtalt:
    """Return a guardian as her letter will have her."""
    return Omtalt(til.ref, til.navn, _number(person, til), (til.adresselinje1, til.postnummer, til.poststed))


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


def archive_copy(anledning: Anledning, sending: Sending) -> Sending:
    """Return the item that hands a letter to the archive: the same content, as an outgoing document."""
    nokkel = letter_key(anledning.rad.rad, anledning.aar, sending.person_id, Mottaker.ARKIV, sending.mottaker_ref)
    return Sending(sending.person_id, Mottaker.ARKIV, sending.mottaker_ref, Kanal.ARKIV, nokkel, sending.innhold)


def sms_notice(anledning: Anledning, sending: Sending) -> Sending:
    """Return the SMS that tells a youth that the letter has come: no reason, no link, and no number.

    The number is asked for on the day of dispatch; one who has none that may be used gets no SMS.
    """
    innhold = json.loads(sending.innhold)
    tekst = smstekst.content(
        anledning.rad.parametre["sms"],
        innhold["brev"]["maalform"],
        anledning.hjem.innstillinger.fylke,
        anledning.brevdato,
    )
    nokkel = letter_key(anledning.rad.rad, anledning.aar, sending.person_id, Mottaker.UNGDOM, SMS_REF)
    med_hvem = as_json(json.loads(tekst) | {"digital_id": innhold["digital_id"]})
    return Sending(sending.person_id, Mottaker.UNGDOM, SMS_REF, Kanal.SMS, nokkel, med_hvem)


def has_address(brev: Brevdata) -> bool:
    """Tell whether a letter's recipient has a whole postal address."""
    return bool(brev.adresselinje1 and brev.postnummer and brev.poststed)


def adviser_notices(anledning: Anledning, nye: list[Sending], raadgivere: dict[str, str]) -> list[Sending]:
    """Return one e-mail to each adviser with how many of her youth get the letter: a count, never a name.

    ``raadgivere`` gives each person's adviser.
    """
    antall = Counter(raadgivere.get(s.person_id, "") for s in nye if s.mottaker is Mottaker.UNGDOM)
    innstillinger = anledning.hjem.innstillinger
    hva = content_hash(sending.nokkel for sending in nye)
    varsler = []
    for raadgiver in innstillinger.radgivere:
        if not antall[raadgiver.id]:
            continue
        tittel = letter_title(anledning.rad.parametre["brev"], "nb", _school_year(anledning))
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


def _school_year(anledning: Anledning) -> str:
    """Return the school year that starts in the wheel's year, as people write it."""
    return f"{anledning.aar}/{anledning.aar + 1}"


def _answer_by(brevdato: date) -> date:
    return brevdato + timedelta(days=int(kodeverk.rule("brev", brevdato)["svarfrist_dager"]))


def _sender(anledning: Anledning, maalform: Literal["nb", "nn"]) -> Avsender:
    fylke = anledning.hjem.innstillinger.fylke
    navn = fylke.avsender_nynorsk if maalform == "nn" else fylke.avsender
    return Avsender(fylke.navn, navn, fylke.telefon, fylke.epost, fylke.nettside.removeprefix("https://"))
