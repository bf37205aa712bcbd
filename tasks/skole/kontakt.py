"""Contact with every school of a kind: who takes it, what the school is sent, and what is left."""

import base64
from collections import Counter
from typing import Final

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from schemas.skole import Skjemaid, Skole
from schemas.utsending import Sending, Utkast, as_json, make_key
from schemas.verdier import Kanal, Mottaker
from tasks import epost
from tasks.anledning import Anledning
from tasks.arshjul import row_dates
from tasks.avvik import Funn, finding
from tasks.hjem import Hjem
from tasks.kalender import day_text, run_time
from tasks.kjoring import Kjoring
from tasks.skole.maler import templates
from tasks.skole.skolebok import file_name, write_form
from tasks.skole.skoler import answers, owners, schools
from tasks.steg import step

SKOLETYPE: Final = "skoletype"
GRUNNER: Final = {"videregaende": "SKOLE_VIDEREGAENDE", "ungdomsskole": "SKOLE_UNGDOMSSKOLE"}
"""Kind of school → why it is to be contacted."""
KONTAKTET, IKKE_AKTUELL = "SKOLE_KONTAKTET", "SKOLE_IKKE_AKTUELL"
UTFALL: Final = """
    SELECT gjelder, arg_max(svar_kode, lopenr) FROM arbeidssvar
    WHERE rad = ? AND aar = ? AND tilstand = 'brukt' AND starts_with(gjelder, 'skole:') GROUP BY gjelder
"""


@step("Finn skolene som skal kontaktes")
def school_work(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return every school of the row's kind that is to be contacted, whose it is.

    A whole form is contact enough with a lower-secondary school (row 09: what is asked for is the overview), and not
    with an upper-secondary one (row 07: the adviser talks with the school whatever it has written). The county may
    decide otherwise: ``skjema_er_kontakt`` in ``data/maler/skole.toml``.
    """
    skoletype = kjoring.rad.parametre[SKOLETYPE]
    skoler = schools(kjoring.con, skoletype)
    eiere = _owners(kjoring)
    ferdige = _answered(kjoring) if templates()[skoletype].skjema_er_kontakt else set()
    return [
        Gjoremaal(skole.gjelder, GRUNNER[skoletype], eiere[skole.skolenummer])
        for skole in skoler
        if skole.skolenummer not in ferdige
    ]


def school_mails(anledning: Anledning) -> Utkast:
    """Return one e-mail a year to each school of the row's kind that has an address, with the form to fill in.

    There is nothing in it about any pupil.
    """
    rad = anledning.rad
    skoler = schools(anledning.con, rad.parametre[SKOLETYPE])
    eiere = owners(anledning.hjem, schools(anledning.con))
    sendinger = [
        Sending(
            "", Mottaker.SKOLE, skole.skolenummer, Kanal.EPOST, make_key(rad.rad, anledning.aar, skole.skolenummer),
            _mail(anledning, skole, eiere[skole.skolenummer]),
        )
        for skole in skoler
        if epost.is_address(skole.epost)
    ]  # fmt: skip
    return Utkast(sendinger)


def without_address(kjoring: Kjoring) -> list[Funn]:
    """Return that some schools of the row's kind have no address an e-mail can go to, with how many."""
    skoler = schools(kjoring.con, kjoring.rad.parametre[SKOLETYPE])
    antall = sum(not epost.is_address(skole.epost) for skole in skoler)
    return [finding("ÅH-3135", antall=antall)] if antall else []


@step("Si hvordan det går med skolene")
def tell_schools(kjoring: Kjoring) -> list[Funn]:
    """Show how the contact with the schools stands; return how many cannot be written to."""
    kjoring.tabeller.append(school_table(kjoring))
    return without_address(kjoring)


def school_table(kjoring: Kjoring) -> Tabell:
    """Return how far the contact has come: a row for each who has schools, and one for all of them."""
    skoletype = kjoring.rad.parametre[SKOLETYPE]
    eiere, svart = _owners(kjoring), _answered(kjoring)
    utfall = dict(kjoring.con.execute(UTFALL, [kjoring.rad.rad, kjoring.aar]).fetchall())
    er_kontakt = templates()[skoletype].skjema_er_kontakt
    tall: dict[str, Counter[str]] = {}
    for skole in schools(kjoring.con, skoletype):
        mine = tall.setdefault(eiere[skole.skolenummer], Counter())
        sagt, har_svart = utfall.get(skole.gjelder, ""), skole.skolenummer in svart
        er_ferdig = sagt in (KONTAKTET, IKKE_AKTUELL) or (er_kontakt and har_svart)
        mine.update(
            skoler=1, kontaktet=sagt == KONTAKTET, uaktuell=sagt == IKKE_AKTUELL, skjema=har_svart, igjen=not er_ferdig
        )
    linjer = [(eier, *_counts(tall[eier])) for eier in sorted(tall)]
    alle = Counter[str]()
    for mine in tall.values():
        alle.update(mine)
    return Tabell(
        tittel="Kontakt med skolene",
        hoder=("Rådgiver", "Skoler", "Kontaktet", "Ikke aktuelt", "Skjema mottatt", "Gjenstår"),
        rader=[*linjer, ("Alle", *_counts(alle))],
    )


def _counts(tall: Counter[str]) -> tuple[int, ...]:
    return tuple(tall[navn] for navn in ("skoler", "kontaktet", "uaktuell", "skjema", "igjen"))


def _owners(kjoring: Kjoring) -> dict[str, str]:
    """Return school number → owner; schools of both kinds are shared together, so that each kind's do not move."""
    return owners(kjoring.hjem, schools(kjoring.con))


def _answered(kjoring: Kjoring) -> set[str]:
    """Return the schools that have answered everything they must in the row's form this year."""
    felter = templates()[kjoring.rad.parametre[SKOLETYPE]].felter
    ma_ha = {felt.navn for felt in felter if felt.pakrevd}
    svar = answers(kjoring.con, kjoring.aar, kjoring.rad.rad)
    return {skolenummer for skolenummer, felt in svar.items() if ma_ha <= felt.keys()}


def _mail(anledning: Anledning, skole: Skole, eier: str) -> str:
    """Return the content of the e-mail to a school."""
    hjem, mal = anledning.hjem, templates()[skole.skoletype]
    datoer = row_dates(anledning.rad, anledning.aar, hjem.radvalg)
    navn, svar_til = _adviser(hjem, eier)
    fil = file_name(skole.skolenummer, anledning.aar)
    frist = datoer.frist or datoer.sesongslutt
    skjema = write_form(
        skole, Skjemaid(skole.skolenummer, anledning.rad.rad, anledning.aar), frist, anledning.hemmelighet
    )
    deler = {
        "skole": skole.skole,
        "frist": day_text(frist),
        "skolear": f"{anledning.aar}/{anledning.aar + 1}",
        "avsender": f"{hjem.innstillinger.fylke.avsender}, {hjem.innstillinger.fylke.navn}",
        "telefon": hjem.innstillinger.fylke.telefon,
        "radgiver": navn,
        "svar_til": svar_til,
        "fil": fil,
    }
    return as_json(
        {
            "fra": hjem.innstillinger.ansvarlig.epost,
            "til": skole.epost,
            "tid": run_time(anledning.brevdato),
            "emne": mal.emne.format(**deler),
            "tekst": mal.tekst.format(**deler) + "\n",
            "vedlegg": {"navn": fil, "base64": base64.b64encode(skjema).decode()},
        }
    )


def _adviser(hjem: Hjem, eier: str) -> tuple[str, str]:
    """Return the name and address of who has the school; the service's own where nobody does."""
    innstillinger = hjem.innstillinger
    svar = [(ansatt.navn, ansatt.epost) for ansatt in innstillinger.ansatte if ansatt.id == eier]
    return svar[0] if svar else (innstillinger.fylke.avsender, innstillinger.ansvarlig.epost)
