"""The attachment as a document: one Vedleggsdata in, one PDF/A-2a and PDF/UA-1 file out, the same bytes every time.

Template and texts stand in ``data/maler/vedlegg.typ`` and ``vedlegg.toml``, read once a process as the letters' are.
"""

import json
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from threading import local
from typing import Any

import typst

from schemas.brev import Avsender
from schemas.vedlegg import Aktivitet, Vedleggsdata
from tasks.brev import MALER, SISTE_KJENTE_TEGN, STANDARDER, make_compiler
from tasks.feil import BrukerFeil, ProgramFeil

_traad = local()


def render(data: Vedleggsdata) -> bytes:
    """Write one attachment as PDF.

    Raises:
        BrukerFeil: ÅH-1501, a name or a measure has a character that the fonts lack.
        ProgramFeil: The template failed. Neither error holds anything of the attachment.
    """
    filer = {"main.typ": _sources()[0], "vedlegg.json": json.dumps(content(data)).encode()}
    tidspunkt = datetime.combine(data.dato, time(), UTC)
    if not hasattr(_traad, "kompilator"):
        _traad.kompilator = make_compiler()
    try:
        pdf: bytes = _traad.kompilator.compile(filer, pdf_standards=list(STANDARDER), timestamp=tidspunkt)
    except typst.TypstError as feil:
        mangler_tegn = "could not be displayed" in feil.message
    else:
        return pdf
    # Raised out here, so that typst's own error, which quotes the attachment, is not carried along as context.
    raise BrukerFeil("ÅH-1501") if mangler_tegn else ProgramFeil("typst: data/maler/vedlegg.typ")


def can_show(data: Vedleggsdata) -> bool:
    """Tell whether the fonts have every character; only letters beyond Latin Extended-B are tried."""
    tekst = "".join((data.navn, data.mottaker, *(enkelt.tekst for enkelt in data.tiltak)))
    if all(tegn <= SISTE_KJENTE_TEGN for tegn in tekst):
        return True
    try:
        render(data)
    except BrukerFeil:
        return False
    return True


def title() -> str:
    """Return the attachment's title, in the PDF and in the archive. Never personal."""
    return str(_texts()["tittel"])


@cache
def template_hash() -> str:
    """Return the sha256 of template and texts together: another hash is another attachment, to be approved anew."""
    return sha256(b"".join(sha256(innhold).digest() for innhold in _sources())).hexdigest()


def as_data(data: Vedleggsdata) -> dict[str, Any]:
    """Return the attachment as it stands in an item's content."""
    return asdict(data)


def attachment_of(innhold: str) -> Vedleggsdata | None:
    """Return the attachment that an item's content holds, None where it holds something else."""
    felt = json.loads(innhold).get("vedlegg")
    if felt is None:
        return None
    return Vedleggsdata(
        **felt
        | {
            "fodselsdato": date.fromisoformat(felt["fodselsdato"]),
            "dato": date.fromisoformat(felt["dato"]),
            "avsender": Avsender(**felt["avsender"]),
            "statuser": tuple(_activity(enkelt) for enkelt in felt["statuser"]),
            "tiltak": tuple(_activity(enkelt) for enkelt in felt["tiltak"]),
            "plan_dato": _day(felt["plan_dato"]),
            "kontakter": tuple(date.fromisoformat(dag) for dag in felt["kontakter"]),
        }
    )


def content(data: Vedleggsdata) -> dict[str, Any]:
    """Return everything the template shows, as finished text."""
    tekst = _texts()
    plan = tekst["plan_laget"].format(dato=_date_text(data.plan_dato)) if data.plan_dato else tekst["ingen"]
    kontakter = f"{', '.join(_date_text(dag) for dag in data.kontakter)}." if data.kontakter else tekst["ingen"]
    innskudd = {"skoleaar": data.skoleaar, "soknad_skoleaar": data.soknad_skoleaar, "dato": _date_text(data.dato)}
    return {
        "tittel": tekst["tittel"],
        "overskrift": tekst["overskrift"],
        "mottaker": _clean(data.mottaker),
        "dato": _date_text(data.dato),
        "innledning": tekst["innledning"].format(**innskudd),
        "navneord": tekst["navn"],
        "navn": _clean(data.navn),
        "fodtord": tekst["fodt"],
        "fodt": _date_text(data.fodselsdato),
        "hoder": [tekst["fra"], tekst["til"], tekst["hva"]],
        "deler": [
            {"overskrift": tekst["status"], "rader": _rows(data.statuser), "tekst": tekst["ingen"]},
            {"overskrift": tekst["tiltak"], "rader": _rows(data.tiltak), "tekst": tekst["ingen"]},
            {"overskrift": tekst["plan"], "rader": [], "tekst": plan},
            {"overskrift": tekst["kontakter"], "rader": [], "tekst": kontakter},
        ],
        "hilsen": tekst["hilsen"],
        "telefonord": tekst["telefonord"],
        "sideord": tekst["sideord"],
        "avsender": {navn: _clean(verdi) for navn, verdi in asdict(data.avsender).items()},
    }


def _rows(aktiviteter: Iterable[Aktivitet]) -> list[list[str]]:
    tekst = _texts()
    return [
        [
            _date_text(enkelt.fra) if enkelt.fra else tekst["ikke_oppgitt"],
            _date_text(enkelt.til) if enkelt.til else tekst["paagaar"],
            _clean(enkelt.tekst),
        ]
        for enkelt in aktiviteter
    ]


def _activity(felt: dict[str, str | None]) -> Aktivitet:
    return Aktivitet(_day(felt["fra"]), _day(felt["til"]), str(felt["tekst"]))


def _day(tekst: str | None) -> date | None:
    return date.fromisoformat(tekst) if tekst else None


def _clean(tekst: str) -> str:
    """Return the text with composed letters and single spaces."""
    return " ".join(unicodedata.normalize("NFC", tekst).split())


def _date_text(dag: date) -> str:
    return f"{dag.day}. {_texts()['maaneder'][dag.month - 1]} {dag.year}"


@cache
def _sources() -> tuple[bytes, bytes]:
    """Read template and texts, together and once; ProgramFeil where the template fetches a package."""
    mal, tekster = (MALER / "vedlegg.typ").read_bytes(), (MALER / "vedlegg.toml").read_bytes()
    if b'"@' in mal:
        raise ProgramFeil("typst: package import in data/maler/vedlegg.typ")
    return mal, tekster


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(_sources()[1].decode())
