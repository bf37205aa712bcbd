"""What the rows of each input file must be: one pandera schema per format, built for the day's code lists.

Every frame holds text only, with the columns of ``data/formater/NAME.toml``; blank is "no value".
"""

from collections.abc import Callable

import pandera.pandas as pa

from schemas import kontroll
from schemas.kontroll import Kontrollgrunnlag, code_list, column, dates, filled, in_form, in_list, optional, required

JA_NEI = ("J", "N")
POSTNUMMER = r"\d{4}"
MOBIL = r"(\+47|0047)?[2-9]\d{7}"
EPOST = r"[^@\s\pZ,;<>\"]{1,64}@[^@\s\pZ,;<>\"]+\.[^@\s\pZ,;<>\".]{2,}"


def _id(grunnlag: Kontrollgrunnlag, *, pakrevd: bool) -> list[pa.Check]:
    return kontroll.Idkontroll(grunnlag, pakrevd=pakrevd).checks()


def _person(grunnlag: Kontrollgrunnlag) -> dict[str, pa.Column]:
    """The youth: who and where."""
    return {
        "fodselsnummer": column(
            "Fødselsnummer, D-nummer eller Vigos fiktive nummer",
            _id(grunnlag, pakrevd=True),
            [kontroll.series_check(kontroll.KODE_DUBLETT, kontroll.not_repeated)],
        ),
        "fornavn": column("Fornavn", required()),
        "etternavn": column("Etternavn", required()),
        "adresselinje1": column("Gateadresse, blank når den er skjermet", optional()),
        "postnummer": column("Postnummer", in_form(kontroll.KODE_POSTNUMMER, POSTNUMMER)),
        "poststed": column("Poststed", optional()),
        "kommunenummer": column(
            "Kommunenummer i fylket, gammelt eller nytt",
            filled(),
            in_list(kontroll.KODE_KOMMUNE, grunnlag.kodeverk.get("kommuner", frozenset())),
        ),
        "adressegradering": column("Gradering; alt annet enn «ugradert» regnes som skjermet", optional()),
        "personstatus": column(
            "Folkeregisterets personstatus",
            filled(),
            code_list("personstatus", grunnlag),
        ),
        "mobilnummer": column("Mobilnummer", in_form(kontroll.KODE_MOBIL, MOBIL)),
        "epost": column("E-postadresse", in_form(kontroll.KODE_EPOST, EPOST)),
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
        "skoleaar": column(
            "Skoleåret linjen gjelder, som 20262027",
            [kontroll.check(kontroll.KODE_SKOLEAAR, kontroll.one_of([grunnlag.skoleaar]))],
        ),
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
    }
    return _schema("otto_uttrekk", _person(grunnlag) | otto | _guardians(grunnlag))


def questback_svar(grunnlag: Kontrollgrunnlag) -> pa.DataFrameSchema:
    """Answers to the survey, one row per submission."""
    return _schema(
        "questback_svar",
        {
            "token": column("Brevets referanse", required()),
            "startet_tid": column("Når svaret ble påbegynt", dates(grunnlag)),
            "fullfort_tid": column("Når svaret ble fullført", dates(grunnlag)),
            "svar": column("Valgt svaralternativ", code_list("svaralternativer", grunnlag)),
            "kommentar": column("Fritekst, tolkes aldri", []),
        },
    )


SKJEMAER: dict[str, Callable[[Kontrollgrunnlag], pa.DataFrameSchema]] = {
    "vigo_ikkesokere": vigo_ikkesokere,
    "vigo_ot_linjer": vigo_ot_linjer,
    "otto_uttrekk": otto_uttrekk,
    "questback_svar": questback_svar,
}
