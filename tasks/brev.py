"""Letters: one Brevdata in, one PDF/A-2a and PDF/UA-1 file out, the same bytes every time.

The template and its texts stand in ``data/maler``. They are read once per process, so that the hash an approval is
bound to is always the hash of what this process writes. Each thread has a compiler of its own: typst works outside
Python's lock, so that letters are written on all cores.
"""

import json
import tomllib
import unicodedata
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from threading import local
from typing import Any, Final

import typst

from schemas.brev import Brevdata
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import DATA

MALER: Final = DATA / "maler"

SISTE_KJENTE_TEGN: Final = "\u024f"

STANDARDER: Final = ("a-2a", "ua-1")
BILDEPUNKTER_PER_TOMME: Final = 110

_traad = local()


def render(data: Brevdata, logo: bytes = b"") -> bytes:
    """Write one letter as PDF, the same bytes in whichever thread. ``logo`` is the SVG that ``data.logo`` names.

    Raises:
        BrukerFeil: ÅH-1501, a name or an address has a character that the letter's fonts lack.
        ProgramFeil: The template failed. Neither error holds anything of the letter.
    """
    tidspunkt = datetime.combine(data.dato, time(), UTC)
    pdf: bytes = _compile(data, logo, pdf_standards=list(STANDARDER), timestamp=tidspunkt)
    return pdf


def render_images(data: Brevdata, logo: bytes = b"") -> list[bytes]:
    """Draw one letter's pages as PNG, to be looked at. Raises as ``render``."""
    sider: bytes | list[bytes] = _compile(data, logo, format="png", ppi=BILDEPUNKTER_PER_TOMME)
    return sider if isinstance(sider, list) else [sider]


def _compile(data: Brevdata, logo: bytes, **valg: Any) -> Any:  # noqa: ANN401 typst's own options and answer
    if data.logo and sha256(logo).hexdigest() != data.logo:
        raise ProgramFeil("brevet er ikke gitt logoen det er godkjent med")
    # As files in memory: typst keeps what it knows of the template, which inputs would make it forget.
    filer = {"main.typ": _sources()[0], "brev.json": json.dumps(content(data)).encode()}
    if data.logo:
        filer["logo.svg"] = logo
    try:
        return _compiler().compile(filer, **valg)
    except typst.TypstError as feil:
        mangler_tegn = "could not be displayed" in feil.message
    # Raised out here, so that typst's own error, which quotes the letter, is not carried along as context.
    raise BrukerFeil("ÅH-1501") if mangler_tegn else ProgramFeil("typst: data/maler/brev.typ")


def can_show(data: Brevdata) -> bool:
    """Tell whether the letter's fonts have every character of its names and addresses.

    All of Latin up to Extended-B is known to be there (a test renders it); only a letter beyond that is tried.
    """
    tekst = "".join((data.navn, data.adresselinje1, data.poststed, data.gjelder or ""))
    if all(tegn <= SISTE_KJENTE_TEGN for tegn in tekst):
        return True
    try:
        render(replace(data, logo=""))
    except BrukerFeil:
        return False
    return True


def letter_title(brev: str, maalform: str, skoleaar: str) -> str:
    """Return the title of a letter: in the PDF, in SvarUt and in the digital mailbox. Never personal.

    It holds the school year (``2026/2027``), since SvarUt refuses a title that the recipient has had before.
    """
    return str(_texts()[brev][maalform]["tittel"]).format(skoleaar=skoleaar)


def title_of(data: Brevdata) -> str:
    """Return the title of this letter."""
    return letter_title(data.brev, data.maalform, data.skoleaar)


def category_of_letter(brev: str, kategori: str) -> str:
    """Return the category where the letter has words of its own for it, else blank: the neutral text."""
    return kategori if kategori in _texts()[brev]["nb"].get("innledning", {}) else ""


@cache
def template_hash() -> str:
    """Return the sha256 of template and texts together: another hash is another letter, to be approved anew."""
    return sha256(b"".join(sha256(innhold).digest() for innhold in _sources())).hexdigest()


@cache
def _sources() -> tuple[bytes, bytes]:
    """Read template and texts, together and once."""
    return (MALER / "brev.typ").read_bytes(), (MALER / "brev.toml").read_bytes()


@cache
def _texts() -> dict[str, Any]:
    """Return letter → written standard → texts, and what the letters share under ``felles``."""
    return tomllib.loads(_sources()[1].decode())


def _compiler() -> Any:  # noqa: ANN401 as make_compiler
    """Return the thread's own compiler."""
    if not hasattr(_traad, "kompilator"):
        _traad.kompilator = make_compiler()
    return _traad.kompilator


def make_compiler() -> Any:  # noqa: ANN401 typst's declared types know no files in memory
    """Make a compiler that sees ``data/maler``, what it is given and typst's own fonts, and fetches no packages."""
    if b'"@' in _sources()[0]:
        raise ProgramFeil("typst: package import in data/maler/brev.typ")
    fonter = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(root=MALER, font_paths=fonter, ignore_system_fonts=True)


def content(data: Brevdata) -> dict[str, Any]:
    """Return everything the template shows, as finished text."""
    felt = _clean(asdict(data))
    felles, tekst = _texts()["felles"][data.maalform], _texts()[data.brev][data.maalform]
    forste, *resten = tekst["avsnitt"]
    forste = tekst.get("innledning", {}).get(data.kategori, forste)
    mottaker = (felt["navn"], felt["adresselinje1"], f"{felt['postnummer']} {felt['poststed']}")
    innskudd = {
        **felt["avsender"],
        "telefon": _unbroken(felt["avsender"]["telefon"]),
        "svarfrist": _unbroken(_date_text(data.svarfrist)),
    }
    return {
        **felles,
        "tittel": title_of(data),
        "lenketekst": tekst["lenketekst"],
        "hilsen": tekst["hilsen"],
        "maalform": data.maalform,
        "mottaker": [linje for linje in mottaker if linje.strip()],
        "dato": _date_text(data.dato),
        "kopi": _copy_line(data, felles, felt["gjelder"]),
        "avsnitt": [avsnitt.format(**innskudd) for avsnitt in (forste, *resten)],
        "logotekst": felles["logo"].format(fylke=felt["avsender"]["fylke"]) if data.logo else None,
        "svaradresse": felt["svaradresse"],
        "referanse": felt["referanse"],
        "avsender": felt["avsender"],
    }


def _copy_line(data: Brevdata, felles: dict[str, str], gjelder: str) -> str | None:
    """Return the line that tells a guardian whose letter this is and why she gets it, None in the youth's own."""
    if data.gjelder is None:
        return None
    return felles["kopi_samtykke" if data.med_samtykke else "kopi"].format(gjelder=gjelder)


def _clean(felt: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with composed letters (a Sámi á may arrive in two parts) and single spaces."""
    return {navn: _clean_value(verdi) for navn, verdi in felt.items()}


def _clean_value(verdi: object) -> object:
    """Return one field cleaned; a date stays a date."""
    if isinstance(verdi, dict):
        return _clean(verdi)
    return " ".join(unicodedata.normalize("NFC", verdi).split()) if isinstance(verdi, str) else verdi


def _date_text(dag: date) -> str:
    """Return a date as people write it, ``20. mai 2026``: the same in both written standards."""
    return f"{dag.day}. {_texts()['felles']['maaneder'][dag.month - 1]} {dag.year}"


def _unbroken(tekst: str) -> str:
    """Return a text that stays on one line: a telephone number, a date."""
    return tekst.replace(" ", "\N{NO-BREAK SPACE}")
