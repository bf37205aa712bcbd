"""The attachments to applications: drafted from the register alone, through the gate, as items for the archive.

What an attachment says is fixed by what we know and the date it bears: drafted again at dispatch it is the same, unless
the register has learned something, and then the approval no longer holds.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from schemas.brev import Avsender
from schemas.utsending import Sending, Utelatt, Utkast, as_json, letter_key
from schemas.vedlegg import Aktivitet, Vedleggsdata
from schemas.verdier import Kanal, Mottaker
from tasks import kodeverk, mottakere, utvalg
from tasks.anledning import Anledning
from tasks.arshjul import row_dates
from tasks.foresatte import Person
from tasks.kalender import DAG
from tasks.oppgaver import APEN
from tasks.overforing import school_year_start
from tasks.register import fakta
from tasks.soker.utvalg import MANGLER_VEDLEGG, VEDLEGG, outside, settled_by_hand, to_attach
from tasks.soker.vedleggsark import as_data, can_show, template_hash, title

STATUS: Final = "ot_status"
TILTAK: Final = ("tiltak", "tiltak_fra_dato", "tiltak_til_dato")
KONTAKT: Final = ("kontakt_dato", "svar_dato")
PLAN, TILMELDT = "oppfolgingsplan_dato", "tilmeldt_dato"
FELT: Final = (STATUS, *TILTAK, *KONTAKT, PLAN, TILMELDT)
HISTORIE: Final = """
    SELECT person_id, felt, verdi, gyldig_fra FROM fakta_kjent($kjent)
    WHERE list_contains($felter, felt) AND list_contains($personer, person_id) AND gyldig_fra <= $dato
    ORDER BY person_id, gyldig_fra, lopenr
"""


class Hendelse(NamedTuple):
    """What a field was said to be from a day."""

    felt: str
    verdi: str
    fra: date


Historie = list[Hendelse]
"""A youth's, in order of day and of when we learned it."""


def attachments(anledning: Anledning) -> Utkast:
    """Return the attachments that the row would hand to the archive today, and who gets none by machine and why.

    None at all where the county has not set the archive up: they are sent by hand (ÅH-3147 tells how many).
    """
    utkast = Utkast()
    innstillinger, dato = anledning.hjem.innstillinger, anledning.dato
    if innstillinger.arkiv is None:
        return utkast
    folk = to_attach(anledning.rad, anledning.aar, outside(anledning.con, anledning.aar, dato, anledning.kjent_tid))
    personer = {en.person_id for en in folk} - settled_by_hand(anledning.con, anledning.aar, dato)
    if dato > row_dates(anledning.rad, anledning.aar, anledning.hjem.radvalg).sesongslutt:
        personer &= _still_asked_for(anledning)
    fylkesnumre = innstillinger.fylke.fylkesnummer
    historier = _histories(anledning, personer)
    for person in utvalg.people(anledning.con, personer, mottakere.FELT, dato, fylkesnumre):
        grunn = mottakere.stopped(person, dato, fylkesnumre)
        data = None if grunn else _attachment(anledning, person, historier.get(person["person_id"], []))
        if data is None or not can_show(data):
            grunn = grunn or "TEGN_MANGLER"
            utkast.utelatte.append(Utelatt(person["person_id"], Mottaker.ARKIV, grunn, person["raadgiver"]))
        else:
            utkast.sendinger.append(_item(anledning, person["person_id"], data))
    return utkast


def _still_asked_for(anledning: Anledning) -> set[str]:
    """Return those whose attachment was asked for in time and is still lacking: after the season none is new."""
    rader = anledning.con.execute(
        "SELECT gjelder FROM oppgave WHERE rad = ? AND aar = ? AND grunn_kode = ? AND tilstand = ?",
        [anledning.rad.rad, anledning.aar, MANGLER_VEDLEGG, APEN],
    ).fetchall()
    return {gjelder for (gjelder,) in rader}


def _item(anledning: Anledning, person_id: str, data: Vedleggsdata) -> Sending:
    nokkel = letter_key(anledning.rad.rad, anledning.aar, person_id, Mottaker.ARKIV, VEDLEGG)
    innhold = as_json({"vedlegg": as_data(data), "mal": template_hash(), "tittel": title()})
    return Sending(person_id, Mottaker.ARKIV, VEDLEGG, Kanal.ARKIV, nokkel, innhold)


def _attachment(anledning: Anledning, person: Person, historie: Historie) -> Vedleggsdata:
    """Return what the register knows of the school year that is under way on the attachment's own date."""
    dato, fylke, arkiv = anledning.brevdato, anledning.hjem.innstillinger.fylke, anledning.hjem.innstillinger.arkiv
    skolestart = school_year_start(dato)
    tilmeldt = _last(historie, TILMELDT)
    fra = max(skolestart, tilmeldt) if tilmeldt else skolestart
    return Vedleggsdata(
        navn=f"{person['fornavn']} {person['etternavn']}",
        fodselsdato=date.fromisoformat(person["fodselsdato"]),
        mottaker=arkiv.inntakskontor if arkiv else "",
        dato=dato,
        skoleaar=f"{skolestart.year}/{skolestart.year + 1}",
        soknad_skoleaar=f"{anledning.aar}/{anledning.aar + 1}",
        avsender=Avsender(
            fylke.navn, fylke.avsender, fylke.telefon, fylke.epost, fylke.nettside.removeprefix("https://")
        ),
        statuser=_statuses(historie, fra),
        tiltak=_measures(historie, fra, dato),
        plan_dato=_last(historie, PLAN),
        kontakter=_contacts(historie, fra, dato),
    )


def _histories(anledning: Anledning, personer: Collection[str]) -> dict[str, Historie]:
    """Return person → what has been said of ``FELT``, up to the attachment's date."""
    verdier = {
        "kjent": anledning.kjent_tid or fakta.EVIG_TID,
        "felter": list(FELT),
        "personer": sorted(personer),
        "dato": anledning.brevdato,
    }
    historier: dict[str, Historie] = {}
    for person, felt, verdi, gyldig_fra in anledning.con.execute(HISTORIE, verdier).fetchall():
        historier.setdefault(person, []).append(Hendelse(felt, verdi, gyldig_fra))
    return historier


def _statuses(historie: Historie, fra: date) -> tuple[Aktivitet, ...]:
    """Return the statuses held since ``fra``, by the names Udir gives them; the last one goes on."""
    sagt = {hendelse.fra: hendelse.verdi for hendelse in historie if hendelse.felt == STATUS}
    # Said again is the same status going on.
    skifter = [next(like) for _, like in groupby(sagt.items(), key=lambda sagt: sagt[1])]
    slutter = [*(dag - DAG for dag, _ in skifter[1:]), None]
    return tuple(
        Aktivitet(max(dag, fra), til, _name(kode, max(dag, fra)))
        for (dag, kode), til in zip(skifter, slutter, strict=False)
        if kode and (til is None or til >= fra)
    )


def _name(kode: str, dag: date) -> str:
    """Return the status' name on the day; the code itself where the list does not have it then."""
    return next((rad["navn"] for rad in kodeverk.valid_on("kodeverk/ot_status", dag) if rad["kode"] == kode), kode)


def _measures(historie: Historie, fra: date, dato: date) -> tuple[Aktivitet, ...]:
    """Return the measures of the period by their first day.

    One that was replaced ended the day before at the latest; one that got another first day was only corrected.
    """
    sist: list[Aktivitet] = []
    na = dict.fromkeys(TILTAK, "")
    for dag, sagt in _by_day(hendelse for hendelse in historie if hendelse.felt in TILTAK):
        na |= sagt
        ny = Aktivitet(_date(na[TILTAK[1]]), _date(na[TILTAK[2]]), na[TILTAK[0]])
        if sist and not _goes_on(sist[-1], ny):
            sist[-1] = replace(sist[-1], til=min(sist[-1].til or date.max, dag - DAG))
        elif sist:
            sist.pop()
        sist.append(ny)
    tiltak = [en for en in sist if en.tekst and (not en.til or en.til >= max(fra, en.fra or fra))]
    return tuple(sorted((en for en in tiltak if not en.fra or en.fra <= dato), key=_by_start))


def _goes_on(forrige: Aktivitet, ny: Aktivitet) -> bool:
    """Tell whether what is said now is about the same measure as before: of its name, and not begun after its end."""
    return forrige.tekst == ny.tekst and not (forrige.til and ny.fra and ny.fra > forrige.til)


def _by_start(aktivitet: Aktivitet) -> tuple[date, str]:
    return aktivitet.fra or date.min, aktivitet.tekst


def _by_day(hendelser: Iterable[Hendelse]) -> list[tuple[date, dict[str, str]]]:
    """Return each day and what was said to hold from it, the last that we learned."""
    dager: dict[date, dict[str, str]] = {}
    for hendelse in hendelser:
        dager.setdefault(hendelse.fra, {})[hendelse.felt] = hendelse.verdi
    return list(dager.items())


def _contacts(historie: Historie, fra: date, dato: date) -> tuple[date, ...]:
    dager = {_date(hendelse.verdi) for hendelse in historie if hendelse.felt in KONTAKT}
    return tuple(sorted(dag for dag in dager if dag and fra <= dag <= dato))


def _last(historie: Historie, felt: str) -> date | None:
    verdier = [hendelse.verdi for hendelse in historie if hendelse.felt == felt]
    return _date(verdier[-1]) if verdier else None


def _date(tekst: str) -> date | None:
    return date.fromisoformat(tekst) if tekst else None
