"""The worklists' sheets as they are on a day: their columns, what may be chosen in each, and what an answer means.

The sheets stand in ``data/arbeid/ark.toml``, the answers in ``data/regler/arbeidssvar.csv``, the OT statuses in
``data/kodeverk/ot_status.csv``. What is declared nowhere is a fault of the program, told when the sheets are read.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from schemas.arbeid import NOKKEL, Ark, Art, Kolonne
from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.filer import DATA

HAST, FRIST, MAA_RETTES = "Hast", "Frist", "Må rettes"
EGNE: Final = (HAST, FRIST, MAA_RETTES, NOKKEL)
"""The headings that every sheet may have beside its own columns."""
SVAR: Final = "svar"
OT_STATUS: Final = "ot_status"
VALG_AV_KOLONNE: Final = MappingProxyType({
    "kanal": "kanal",
    "elev_innkalt": "ja_nei",
    "skole_innkalt": "ja_nei",
    "ppt_spurt": "ja_nei",
    "foresatte_innkalt": "ja_nei_over",
    "modell": "modell",
    "grunnlag": "grunnlag",
})  # fmt: skip
"""Answer column → the list in ``[valg]`` that it is chosen from."""


@cache
def sheets(dato: date) -> Mapping[str, Ark]:
    """Return the sheets by name, with the choices in force on the day."""
    oppsett = tomllib.loads((DATA / "arbeid" / "ark.toml").read_text("utf-8"))
    alle = {ark["navn"]: _sheet(ark, oppsett, dato) for ark in oppsett["ark"]}
    _check_names(list(alle.values()), len(oppsett["ark"]))
    return MappingProxyType(alle)


def answer(ark: str, tekst: str, dato: date) -> kodeverk.Kode | None:
    """Return the row of ``regler/arbeidssvar`` for an answer on the sheet, or None where it is none of them."""
    return next((rad for rad in _answers(ark, dato) if alike(rad["tekst"]) == alike(tekst)), None)


def code_of(tekst: str, dato: date) -> str | None:
    """Return the OT status that a choice or a bare code stands for, or None where it is none in force on the day."""
    for rad in kodeverk.valid_on("kodeverk/ot_status", dato):
        if alike(tekst) in (alike(_status_text(rad)), alike(rad["kode"])):
            return rad["kode"]
    return None


def choice(kolonne: Kolonne, tekst: str) -> str | None:
    """Return the column's choice that the text is, capitals and spaces apart, or None where it is none of them."""
    like = [valg for valg in kolonne.valg if alike(valg) == alike(tekst)]
    if not like and kolonne.navn == OT_STATUS:
        like = [valg for valg in kolonne.valg if alike(valg.split()[0]) == alike(tekst)]
    return like[0] if like else None


def alike(tekst: str) -> str:
    """Return what two texts have in common when only capitals and spaces differ."""
    return " ".join(unicodedata.normalize("NFC", tekst).split()).casefold()


def _sheet(ark: dict[str, Any], oppsett: dict[str, Any], dato: date) -> Ark:
    opplysninger = [_column(navn, oppsett["opplysning"], ()) for navn in ark["opplysninger"]]
    svar = [_column(navn, oppsett["svar"], _choices(navn, ark["navn"], oppsett, dato)) for navn in ark["svar"]]
    return Ark(ark["navn"], ark["tittel"], ark["forklaring"], (*opplysninger, *svar))


def _column(navn: str, erklaert: dict[str, list[Any]], valg: tuple[str, ...]) -> Kolonne:
    """Return a declared column. ProgramFeil where it is not declared, or has choices without taking them."""
    if navn not in erklaert:
        raise ProgramFeil(f"kolonnen {navn} står ikke i data/arbeid/ark.toml")
    overskrift, bredde, *resten = erklaert[navn]
    art = Art(resten[0]) if resten else None
    if (art is Art.VALG) != bool(valg):
        raise ProgramFeil(f"kolonnen {navn} skal ha valg når den er av arten valg, og bare da")
    return Kolonne(navn, overskrift, bredde, art, valg)


def _choices(navn: str, ark: str, oppsett: dict[str, Any], dato: date) -> tuple[str, ...]:
    if navn == SVAR:
        return tuple(rad["tekst"] for rad in _answers(ark, dato))
    if navn == OT_STATUS:
        return tuple(map(_status_text, kodeverk.valid_on("kodeverk/ot_status", dato)))
    return tuple(oppsett["valg"][VALG_AV_KOLONNE[navn]]) if navn in VALG_AV_KOLONNE else ()


def _answers(ark: str, dato: date) -> Iterable[kodeverk.Kode]:
    return (rad for rad in kodeverk.valid_on("regler/arbeidssvar", dato) if rad["ark"] == ark)


def _status_text(rad: kodeverk.Kode) -> str:
    return f"{rad['kode']} {rad['navn']}"


def _check_names(alle: list[Ark], antall: int) -> None:
    """Refuse sheets and headings that cannot be told apart when they come back."""
    titler = {alike(ark.tittel) for ark in alle}
    if len(titler) < antall or len(alle) < antall:
        raise ProgramFeil("to ark i data/arbeid/ark.toml har samme navn eller tittel")
    for ark in alle:
        hoder = [alike(hode) for hode in (*EGNE, *(kolonne.overskrift for kolonne in ark.kolonner))]
        if len(set(hoder)) < len(hoder):
            raise ProgramFeil(f"to kolonner i arket {ark.navn} har samme overskrift")
