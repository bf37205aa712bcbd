"""What the rows of each input file must be: one pandera schema per format, built for the day's code lists.

Every frame holds text only, with the columns of ``data/formater/NAME.toml``; blank is "no value".
"""

from collections.abc import Callable

import pandera.pandas as pa

from schemas import kontroll
from schemas.kontroll import (
    Kontrollgrunnlag,
    code_list,
    column,
    dates,
    filled,
    free_text,
    in_form,
    in_list,
    optional,
    required,
)

JA_NEI = ("J", "N")
SKOLETYPER = ("videregaende", "ungdomsskole")
PROGRAMOMRAADE = r"[A-ZÆØÅ0-9-]{10}"
"""Udirs registreringshåndbok felt A03: six positions of Grep's code and four of Vigo's."""
SKOLENUMMER = r"\d{5}"
SHA256 = r"[0-9a-f]{64}"
HELTALL = r"[1-9]\d{0,5}"
BREVREFERANSER = "brevreferanser"
KODE_REFERANSE = "ÅH-2161"
KODE_SKOLE_DUBLETT = "ÅH-2158"
KODE_RETTET_PERSON = "ÅH-2211"
PERSON = r"P\d{7,}|\d{11}"
POSTNUMMER = r"\d{4}"
MOBIL = r"(\+47|0047)?[2-9]\d{7}"
EPOST = r"[^@\s\pZ,;<>\"]{1,64}@[^@\s\pZ,;<>\"]+\.[^@\s\pZ,;<>\".]{2,}"


def _id(grunnlag: Kontrollgrunnlag, *, pakrevd: bool) -> list[pa.Check]:
    return kontroll.Idkontroll(grunnlag, pakrevd=pakrevd).checks()


def _who(grunnlag: Kontrollgrunnlag, *, en_rad: bool = True) -> dict[str, pa.Column]:
    """The youth's id and name; ``en_rad`` says that each stands in one row only."""
    dublett = [kontroll.series_check(kontroll.KODE_DUBLETT, kontroll.not_repeated)] if en_rad else []
    return {
        "fodselsnummer": column(
            "Fødselsnummer, D-nummer eller Vigos fiktive nummer", _id(grunnlag, pakrevd=True), dublett
        ),
        "fornavn": column("Fornavn", required()),
        "etternavn": column("Etternavn", required()),
    }


def _reached() -> dict[str, pa.Column]:
    """How the youth is reached without a letter."""
    return {
        "mobilnummer": column("Mobilnummer", in_form(kontroll.KODE_MOBIL, MOBIL)),
        "epost": column("E-postadresse", in_form(kontroll.KODE_EPOST, EPOST)),
    }


def _municipality(grunnlag: Kontrollgrunnlag) -> pa.Column:
    return column(
        "Kommunenummer i fylket, gammelt eller nytt",
        filled(),
        in_list(kontroll.KODE_KOMMUNE, grunnlag.kodeverk.get("kommuner", frozenset())),
    )


def _school_year(grunnlag: Kontrollgrunnlag) -> pa.Column:
    return column(
        "Skoleåret linjen gjelder, som 20262027",
        [kontroll.check(kontroll.KODE_SKOLEAAR, kontroll.one_of([grunnlag.skoleaar]))],
    )


def _person(grunnlag: Kontrollgrunnlag) -> dict[str, pa.Column]:
    """The youth: who and where."""
    return {
        **_who(grunnlag),
        "adresselinje1": column("Gateadresse, blank når den er skjermet", optional()),
        "postnummer": column("Postnummer", in_form(kontroll.KODE_POSTNUMMER, POSTNUMMER)),
        "poststed": column("Poststed", optional()),
        "kommunenummer": _municipality(grunnlag),
        "adressegradering": column("Gradering; alt annet enn «ugradert» regnes som skjermet", optional()),
        "personstatus": column(
            "Folkeregisterets personstatus",
            filled(),
            code_list("personstatus", grunnlag),
        ),
        **_reached(),
        "tidligere_fodselsnummer": column(
            "Nummeret ungdommen hadde før, når Vigos vask mot Folkeregisteret har endret det",
            _id(grunnlag, pakrevd=False),
        ),
    }


def _guardians(grunnlag: Kontrollgrunnlag) -> dict[str, pa.Column]:
    """Two guardians: who, where, and whether they have parental responsibility."""
    kolonner: dict[str, pa.Column] = {}
    for nummer in ("1", "2"):
        kolonner |= {
            f"foresatt{nummer}_fodselsnummer": column("Foresattes fødselsnummer", _id(grunnlag, pakrevd=False)),
            f"foresatt{nummer}_navn": column("Foresattes navn", optional()),
            f"foresatt{nummer}_foreldreansvar": column(
                "J eller N; blank er ukjent og gir ingen kopi", in_list(kontroll.KODE_JA_NEI, JA_NEI)
            ),
            f"foresatt{nummer}_adressegradering": column("Foresattes gradering", optional()),
            f"foresatt{nummer}_adresselinje1": column("Foresattes gateadresse", optional()),
            f"foresatt{nummer}_postnummer": column(
                "Foresattes postnummer", in_form(kontroll.KODE_POSTNUMMER, POSTNUMMER)
            ),
            f"foresatt{nummer}_poststed": column("Foresattes poststed", optional()),
        }
    return kolonner


def _vigo(grunnlag: Kontrollgrunnlag) -> dict[str, pa.Column]:
    """Vigo's part of a line: school year, code, unit, day."""
    return {
        "skoleaar": _school_year(grunnlag),
        "vigokode": column(
            "Vigos tilmeldingskode",
            filled(),
            code_list("vigokode", grunnlag),
        ),
        "ot_enhet": column("Enhet i oppfølgingstjenesten", optional()),
        "registrert_dato": column("Dagen linjen ble laget i Vigo", filled(), dates(grunnlag)),
    }


def _schema(navn: str, kolonner: dict[str, pa.Column]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(kolonner, name=navn, strict=True, coerce=False)


def vigo_ikkesokere(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Non-applicants from Vigo, one row per youth."""
    return _schema("vigo_ikkesokere", _person(grunnlag) | _vigo(grunnlag) | _guardians(grunnlag))


def vigo_ot_linjer(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Those who declined, did not show up or left early, one row per youth."""
    linje = {
        "ajourholdskode": column("Vigos ajourholdskode (B01)", code_list("ajourholdskoder", grunnlag)),
        "avbrudd_dato": column("Dagen opplæringen ble avbrutt", dates(grunnlag)),
    }
    return _schema("vigo_ot_linjer", _person(grunnlag) | _vigo(grunnlag) | linje | _guardians(grunnlag))


def otto_uttrekk(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """OTTO's register as the advisers left it, one row per youth."""
    otto = {
        "vigokode": column("Vigos tilmeldingskode", required(), code_list("vigo_koder", grunnlag)),
        "tilmeldt_dato": column("Tilmeldt oppfølgingstjenesten", filled(), dates(grunnlag)),
        "avsluttet_dato": column("Avsluttet i oppfølgingstjenesten", dates(grunnlag)),
        "ot_status": column("Udirs OT-statuskode", required(), code_list("ot_status", grunnlag)),
        "ot_status_dato": column("Statusen gjelder fra", filled(), dates(grunnlag)),
        "kontakt_dato": column("Siste kontakt med ungdommen", dates(grunnlag)),
        "raadgiver": column("Rådgiverens id", code_list("raadgivere", grunnlag)),
        "oppfolgingsplan_dato": column("Dagen oppfølgingsplanen ble laget", dates(grunnlag)),
        "tiltak": column("Tiltaket ungdommen er i, som rådgiveren skrev det", optional()),
        "tiltak_fra_dato": column("Tiltakets første dag", dates(grunnlag, kan_komme=True)),
        "tiltak_til_dato": column("Tiltakets siste dag", dates(grunnlag, kan_komme=True)),
        "skoleaarskode": column(
            "Fylkets kode for kommende skoleår; flere skilles med mellomrom", _own_codes("skoleaarskoder", grunnlag)
        ),
        "samtykke_dato": column("Dagen ungdommen samtykket i at foresatte blir med", dates(grunnlag)),
        "samtykke_trukket_dato": column("Dagen samtykket ble trukket", dates(grunnlag)),
    }
    return _schema("otto_uttrekk", _person(grunnlag) | otto | _guardians(grunnlag))


def _own_codes(navn: str, grunnlag: Kontrollgrunnlag) -> list[pa.Check]:
    """Every word is one of the county's own codes, where the county has any."""
    koder = grunnlag.kodeverk.get(navn)
    if not koder:
        return optional()
    return [kontroll.check(kontroll.KODE_KODEVERK, kontroll.each(lambda verdi: set(verdi.split(" ")) - {""} <= koder))]


def _reference(grunnlag: Kontrollgrunnlag) -> list[pa.Check]:
    """The letter that is answered must exist, where the register has been asked which do."""
    brev = grunnlag.kodeverk.get(BREVREFERANSER)
    return [] if brev is None else in_list(KODE_REFERANSE, brev)


def questback_svar(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Answers to the survey, one row per submission."""
    return _schema(
        "questback_svar",
        {
            "token": column("Brevets referanse", required(), _reference(grunnlag)),
            "startet_tid": column("Når svaret ble påbegynt", dates(grunnlag)),
            "fullfort_tid": column("Når svaret ble fullført", dates(grunnlag)),
            "svar": column("Valgt svaralternativ", code_list("svaralternativer", grunnlag)),
            "kommentar": column("Fritekst, tolkes aldri", free_text()),
        },
    )


def vigo_sokere(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Applicants from Vigo, one row per wish."""
    soknad = {
        "kommunenummer": _municipality(grunnlag),
        "adressegradering": column("Gradering; alt annet enn «ugradert» regnes som skjermet", optional()),
        "skoleaar": _school_year(grunnlag),
        "soknad_dato": column("Dagen søknaden kom inn", filled(), dates(grunnlag)),
        "programomraadekode": column(
            "Programområdet det søkes på, 10 posisjoner",
            filled(),
            in_form(kontroll.KODE_PROGRAMOMRAADE, PROGRAMOMRAADE),
        ),
        "onske": column("Ønskets nummer, 1 er det høyeste", filled(), in_form(kontroll.KODE_HELTALL, HELTALL)),
        "status": column("Søknadens status i Vigo", optional()),
    }
    return _schema("vigo_sokere", _who(grunnlag, en_rad=False) | soknad)


def vigo_ot_rest(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Youth in Vigo OT, one element per youth."""
    ot = {
        "fodselsdato": column("Fødselsdato", dates(grunnlag)),
        **_reached(),
        "ot_enhet": column("Enhet i oppfølgingstjenesten", optional()),
        "ot_enhet_navn": column("Enhetens navn", optional()),
        "ot_status": column("Udirs OT-statuskode", required(), code_list("ot_status", grunnlag)),
        "programomraadekode": column("Programområdets kode", optional()),
        "programomraade": column("Programområdets navn", optional()),
        "elevkurs_fra_dato": column("Opplæringens første dag", dates(grunnlag, kan_komme=True)),
        "elevkurs_til_dato": column("Opplæringens siste dag", dates(grunnlag, kan_komme=True)),
    }
    return _schema("vigo_ot_rest", _who(grunnlag) | ot)


def skole_ikke_mott(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Who has not shown up at a school or has left it, one row per youth."""
    elev = {
        **_school(),
        "programomraadekode": column(
            "Programområdet eleven var tatt inn på, 10 posisjoner",
            in_form(kontroll.KODE_PROGRAMOMRAADE, PROGRAMOMRAADE),
        ),
        "ajourholdskode": column("Vigos ajourholdskode (B01)", filled(), code_list("ajourholdskoder", grunnlag)),
        "avbrudd_dato": column("Dagen opplæringen ble avbrutt", dates(grunnlag)),
        "skoleaar": _school_year(grunnlag),
        "kommunenummer": column(
            "Kommunenummer i fylket, gammelt eller nytt",
            in_list(kontroll.KODE_KOMMUNE, grunnlag.kodeverk.get("kommuner", frozenset())),
        ),
        "adressegradering": column("Gradering; alt annet enn «ugradert» regnes som skjermet", optional()),
        **_reached(),
    }
    return _schema("skole_ikke_mott", _who(grunnlag) | elev)


def _school() -> dict[str, pa.Column]:
    """Which school."""
    return {
        "skolenummer": column("Skolens nummer, 5 siffer", filled(), in_form(kontroll.KODE_SKOLENUMMER, SKOLENUMMER)),
        "skole": column("Skolens navn", required()),
    }


def skole_oversikt(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """The county's schools, one row per school."""
    en_rad = [kontroll.series_check(KODE_SKOLE_DUBLETT, lambda serie: ~serie.astype("str").duplicated().to_numpy())]
    nummer = column("Skolens nummer, 5 siffer", filled(), in_form(kontroll.KODE_SKOLENUMMER, SKOLENUMMER), en_rad)
    skole = {
        "organisasjonsnummer": column("Organisasjonsnummer, 9 siffer", kontroll.organisation_number()),
        "skoletype": column("videregaende eller ungdomsskole", filled(), in_list(kontroll.KODE_KODEVERK, SKOLETYPER)),
        "kommunenummer": _municipality(grunnlag),
        "epost": column("Skolens e-postadresse", in_form(kontroll.KODE_EPOST, EPOST)),
        "kontaktperson": column("Hvem som svarer for elevene", optional()),
        "telefon": column("Kontaktpersonens telefon", in_form(kontroll.KODE_TELEFON, MOBIL)),
        "region": column("Regionen skolen hører til", optional()),
    }
    return _schema("skole_oversikt", _school() | {"skolenummer": nummer} | skole)


def skole_avklaring(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Pupils whom a school reports: about to leave, has left, or changes; one row per pupil."""
    skole = {f"avklaring_{navn}": kolonne for navn, kolonne in _school().items()}
    elev = {
        "kommunenummer": _municipality(grunnlag),
        "adressegradering": column("Gradering; alt annet enn «ugradert» regnes som skjermet", optional()),
        **skole,
        "avklaring_aarsak": column(
            "Hvorfor eleven er meldt, fra kodeverket", filled(), code_list("avklaringsaarsaker", grunnlag)
        ),
        "avklaring_meldt_dato": column("Dagen skolen meldte eleven", filled(), dates(grunnlag)),
        "avklaring_skoleaar": _school_year(grunnlag),
        **_reached(),
    }
    return _schema("skole_avklaring", _who(grunnlag) | elev)


def udir_kvittering(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Udir's answer to a transfer, one row per message."""
    return _schema(
        "udir_kvittering",
        {
            "overforing": column("Pakkens navn", required()),
            "sha256": column("Pakkens sha256", filled(), in_form(kontroll.KODE_SHA256, SHA256)),
            "antall": column("Hvor mange linjer Udir har lest i pakken", in_form(kontroll.KODE_HELTALL, HELTALL)),
            "tilstand": column("Hva Udir har gjort med pakken", filled(), code_list("udir_status", grunnlag)),
            "tid": column("Når", filled(), dates(grunnlag)),
            "linjenummer": column("Linjen i pakken meldingen gjelder", in_form(kontroll.KODE_HELTALL, HELTALL)),
            "kode": column("Meldingens kode", optional()),
            "melding": column("Meldingens tekst", optional()),
        },
    )


def rettelser(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Corrections to facts, one row per fact. Whether the field may be corrected and the values fit is asked later."""
    return _schema(
        "rettelser",
        {
            "person": column(
                "Ungdommens nummer i registeret, eller fødselsnummer", filled(), in_form(KODE_RETTET_PERSON, PERSON)
            ),
            "felt": column("Opplysningen som rettes, med registerets navn", required()),
            "gyldig_fra": column("Dagen den nye verdien gjelder fra", filled(), dates(grunnlag, kan_komme=True)),
            "gammel_verdi": column("Verdien registeret har den dagen; blank når det ikke har noen", optional()),
            "ny_verdi": column("Verdien som er riktig; blank tar opplysningen bort", optional()),
            "arsakskode": column("Hvorfor, fra kodeverket", filled(), code_list("rettelsesaarsaker", grunnlag)),
            "begrunnelse": column("Hvorfor, med egne ord; vises aldri utenfor registeret", required()),
            "av": column("Hvem som har bestemt rettelsen", required()),
            "dato": column("Dagen rettelsen ble bestemt", filled(), dates(grunnlag)),
        },
    )


SKJEMAER: dict[str, Callable[[Kontrollgrunnlag], pa.DataFrameSchema]] = {
    "otto_uttrekk": otto_uttrekk,
    "questback_svar": questback_svar,
    "rettelser": rettelser,
    "skole_avklaring": skole_avklaring,
    "skole_ikke_mott": skole_ikke_mott,
    "skole_oversikt": skole_oversikt,
    "udir_kvittering": udir_kvittering,
    "vigo_ikkesokere": vigo_ikkesokere,
    "vigo_ot_linjer": vigo_ot_linjer,
    "vigo_ot_rest": vigo_ot_rest,
    "vigo_sokere": vigo_sokere,
}
