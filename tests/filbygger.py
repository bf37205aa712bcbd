"""Input files of every format and kind, built in code: ``good_row``, ``csv_file``, ``workbook``, ``json_file``.

Every value of a person column holds ``KANARI`` where its form allows it, so that a leak can be looked for.
"""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from schemas.fodselsnummer import Idtype, control_digits
from schemas.format import Filformat
from schemas.innfiler import SKJEMAER
from schemas.innlest import Innlest
from schemas.kontroll import Kontrollgrunnlag
from tasks.formater import find_format
from tasks.lesing import read
from tasks.validering import Validert, validate

KANARI = "Kanarifugl"
SIFFER = "4817"
"""Digits that stand in every person number here."""
KODEVERK = {
    "kommuner": frozenset({"3905"}),
    "personstatus": frozenset({"bosatt"}),
    "vigokode": frozenset({"OSON"}),
    "vigo_koder": frozenset({"OSON"}),
    "ajourholdskoder": frozenset({"N", "S", "V"}),
    "ot_status": frozenset({"OTUK"}),
    "raadgivere": frozenset({"R01"}),
    "svaralternativer": frozenset({"Jeg skal jobbe"}),
    "rettelsesaarsaker": frozenset({"skrivefeil"}),
    "udir_status": frozenset({"mottatt"}),
    "avklaringsaarsaker": frozenset({"FARE"}),
}
GODE = {
    "fornavn": KANARI, "etternavn": f"Ås{KANARI}", "adresselinje1": f"{KANARI}veien 1", "postnummer": "3116",
    "poststed": "TØNSBERG", "kommunenummer": "3905", "personstatus": "bosatt", "skoleaar": "20262027",
    "vigokode": "OSON", "registrert_dato": "12.03.2026", "adressegradering": "ugradert", "mobilnummer": f"4{SIFFER}000",
    "epost": f"{KANARI}@example.com", "tilmeldt_dato": "01.02.2026", "ot_status": "OTUK",
    "ot_status_dato": "01.02.2026", "token": f"{KANARI}-1", "startet_tid": "01.04.2026 10:00",
    "fullfort_tid": "01.04.2026 10:05", "svar": "Jeg skal jobbe", "kommentar": f"Hei, {KANARI}",
    "soknad_dato": "01.02.2026",
    "programomraadekode": "STUSP1----", "onske": "1", "status": "SØKT", "fodselsdato": "01.02.2007", "ot_enhet": "11",
    "ot_enhet_navn": "Enhet", "programomraade": "Studiespesialisering", "elevkurs_fra_dato": "10.08.2026",
    "skolenummer": "39001", "skole": "Færder", "ajourholdskode": "N", "organisasjonsnummer": "974760673",
    "skoletype": "videregaende", "kontaktperson": KANARI, "telefon": f"4{SIFFER}000", "overforing": "udir-05-v1",
    "sha256": "0" * 64, "tilstand": "mottatt", "tid": "01.04.2026 10:00", "linjenummer": "1", "kode": "F1",
    "melding": KANARI, "antall": "12", "person": "P0000001", "felt": "poststed", "gyldig_fra": "01.02.2026",
    "avklaring_skolenummer": "39001", "avklaring_skole": "Færder", "avklaring_aarsak": "FARE",
    "avklaring_meldt_dato": "01.03.2026", "avklaring_skoleaar": "20262027", "gammel_verdi": KANARI,
    "ny_verdi": KANARI, "arsakskode": "skrivefeil", "begrunnelse": KANARI, "av": "Kari", "dato": "01.03.2026",
}  # fmt: skip


def grunnlag(format_: Filformat) -> Kontrollgrunnlag:
    """What the files here are judged by: a day, a school year, one code in each list."""
    return Kontrollgrunnlag(
        siste_dato=date(2026, 4, 27),
        skoleaar="20262027",
        datoformat=format_.datoformat,
        idtyper=frozenset({Idtype.SYNTETISK}),
        fiktive=frozenset({"000"}),
        kodeverk=KODEVERK,
    )


def number(lopenr: int, dag: int = 14) -> str:
    """A synthetic national id (month + 80), another for each ``lopenr``; day 1–9 begins with a zero."""
    for individ in range(500 + lopenr, 1000):
        if kontroll := control_digits(f"{dag:02}8506{individ}"):
            return f"{dag:02}8506{individ}{kontroll}"
    raise ValueError(lopenr)


def good_row(format_navn: str, lopenr: int = 0, **felt: str) -> dict[str, str]:
    """A row that passes, by our column names."""
    rad = {k.navn: GODE.get(k.navn, "") for k in find_format(format_navn).kolonner}
    if "fodselsnummer" in rad:
        rad["fodselsnummer"] = number(lopenr * 5)
    elif "skolenummer" in rad:
        rad["skolenummer"] = f"{39001 + lopenr}"
    return rad | felt


def csv_file(format_navn: str, *rader: Mapping[str, str], tegnsett: str = "utf-8") -> bytes:
    """A CSV file with the format's own headings."""
    kolonner = find_format(format_navn).kolonner
    linjer = [";".join(k.overskrift for k in kolonner)]
    linjer += [";".join(rad.get(k.navn, "") for k in kolonner) for rad in rader]
    return ("\r\n".join(linjer) + "\r\n").encode(tegnsett)


def workbook(format_navn: str, *rader: Mapping[str, Any], ark: Sequence[str] = ("Ark1",)) -> bytes:
    """A workbook with the rows in its first sheet: ``write`` makes the cell that the value's type says."""
    kolonner = find_format(format_navn).kolonner
    rutenett = [[k.overskrift for k in kolonner], *([rad.get(k.navn, "") for k in kolonner] for rad in rader)]
    return sheet_file({ark[0]: rutenett} | {navn: [["x"]] for navn in ark[1:]})


def sheet_file(ark: Mapping[str, Sequence[Sequence[Any]]], skjult: Sequence[str] = ()) -> bytes:
    """A workbook of sheets of cells; a text that begins with ``=`` is a formula, None is a cell left out."""
    ut = io.BytesIO()
    bok = xlsxwriter.Workbook(
        ut,
        {"in_memory": True, "strings_to_urls": False, "default_date_format": "dd.mm.yyyy", "strings_to_numbers": False},
    )
    bok.set_properties({"created": datetime(2026, 1, 2, tzinfo=UTC)})
    for navn, rader in ark.items():
        blad = bok.add_worksheet(navn)
        for nummer, rad in enumerate(rader):
            for plass, verdi in enumerate(rad):
                if verdi is not None and verdi != "":
                    blad.write(nummer, plass, verdi)
        if navn in skjult:
            blad.hide()
    bok.close()
    return ut.getvalue()


def json_object(*rader: Mapping[str, Any], format_navn: str = "vigo_ot_rest") -> dict[str, Any]:
    """The object of a JSON format, its rows nested by path."""
    format_ = find_format(format_navn)
    liste = []
    for rad in rader:
        element: dict[str, Any] = {}
        for kolonne in format_.kolonner:
            gruppe, felt = kolonne.overskrift.split(".")
            element.setdefault(gruppe, {})[felt] = rad.get(kolonne.navn, "")
        liste.append(element)
    return {"errorMessage": None, "antall": len(liste), "otungdommer": liste}


def json_file(*rader: Mapping[str, Any]) -> bytes:
    """The same as bytes."""
    return json.dumps(json_object(*rader), ensure_ascii=False).encode()


def judged(innhold: bytes, fil: str, format_: Filformat) -> tuple[Innlest, Validert]:
    """Read and validate as a run does."""
    innlest = read(innhold, fil, format_)
    return innlest, validate(innlest, SKJEMAER[format_.navn](grunnlag(format_)))
