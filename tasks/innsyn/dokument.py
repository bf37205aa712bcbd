"""The document itself: PDF/A-2a and PDF/UA-1, the same bytes for the same content."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final

import typst

from tasks.brev import MALER, SISTE_KJENTE_TEGN, STANDARDER
from tasks.feil import ProgramFeil

TABELL_TIL: Final = 5
"""Rows of at most so many columns are a table; longer ones are written one under the other."""
LANGT_ORD: Final = re.compile(r"\S{25,}")
STYKKE: Final = re.compile(r"\S{1,16}(?=\S)")
USYNLIG: Final = "\u200b"
UVANLIG: Final = re.compile(f"[^\\n -~\u00a0-{SISTE_KJENTE_TEGN}–—«»‘’“”…•]")


def render(innhold: dict[str, Any], naa: datetime) -> bytes:
    """Write the document of ``data/maler/innsyn.typ``. ProgramFeil where the template fails; never with what it holds.

    A sign that the fonts lack is shown by its number: nobody is refused access because of one.
    """
    tekst = json.dumps(_prepared(innhold), ensure_ascii=True).encode()
    filer = {"main.typ": _template(), "innsyn.json": tekst}
    tidspunkt = naa.astimezone(UTC).replace(microsecond=0)
    try:
        pdf: bytes = _compiler().compile(filer, pdf_standards=list(STANDARDER), timestamp=tidspunkt)
    except typst.TypstError as feil:
        hva = sha256(feil.message.encode()).hexdigest()[:8]
    else:
        return pdf
    raise ProgramFeil(f"typst: data/maler/innsyn.typ ({hva})")


@cache
def _template() -> bytes:
    return (MALER / "innsyn.typ").read_bytes()


@cache
def _compiler() -> Any:  # noqa: ANN401 typst's declared types know no files in memory
    fonter = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(root=MALER, font_paths=fonter, ignore_system_fonts=True)


def _prepared(verdi: Any) -> Any:  # noqa: ANN401 any JSON value
    """Return the content with signs that can be shown, and long words that can be broken."""
    if isinstance(verdi, dict):
        return {navn: _prepared(en) for navn, en in verdi.items()}
    if isinstance(verdi, list | tuple):
        return [_prepared(en) for en in verdi]
    if isinstance(verdi, str):
        synlig = UVANLIG.sub(lambda treff: f"[U+{ord(treff[0]):04X}]", verdi.replace("\t", " ").replace("\r", ""))
        return LANGT_ORD.sub(lambda treff: STYKKE.sub(f"\\g<0>{USYNLIG}", treff[0]), synlig)
    return verdi


def as_part(tittel: str, forklaring: str, poster: list[list[tuple[str, str]]], radtittel: str) -> dict[str, Any]:
    """Return a part as the template shows it: a table where the rows are short and alike, else each by itself."""
    hoder = list(dict.fromkeys(hva for post in poster for hva, _ in post))
    if 0 < len(hoder) <= TABELL_TIL:
        rader = [[dict(post).get(hode, "") for hode in hoder] for post in poster]
        return {"tittel": tittel, "forklaring": forklaring, "hoder": hoder, "rader": rader, "poster": []}
    nummerert = [
        {"tittel": radtittel.format(tittel=tittel, nummer=nummer), "felt": [list(par) for par in post]}
        for nummer, post in enumerate(poster, start=1)
    ]
    return {"tittel": tittel, "forklaring": forklaring, "hoder": [], "rader": [], "poster": nummerert}
