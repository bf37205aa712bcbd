"""What each row of the wheel, and each routine that serves them all, asks of the administrator, in her own words.

The texts stand in ``data/radhjelp.toml``. They are shown in Prefect and in the handbook, and never name a person.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from schemas.arshjul import Rad
from tasks.arshjul import read_wheel
from tasks.feil import ProgramFeil
from tasks.filer import DATA
from tasks.forsinkelse import rule_text

FELT: Final = ("gjor", "trenger", "aldri", "steg", "etterpaa")
FELLES: Final = "@"
DELER: Final = frozenset({"felles", "flyt", "rad", "tjeneste"})


@dataclass(frozen=True)
class Radhjelp:
    """Help for one row, in bokmål, as Markdown without headings.

    What it does, what it needs, what it never does, what the administrator does step by step, how she sees that it
    is done, and for a row what it does by itself when it comes late.
    """

    gjor: str
    trenger: tuple[str, ...]
    aldri: str
    steg: tuple[str, ...]
    etterpaa: str
    forsinket: str = ""

    def markdown(self, niva: int = 3) -> str:
        """Return all of it under headings of a level."""
        overskrift = "#" * niva
        deler = {
            "Hva den gjør": self.gjor,
            "Hva den trenger": "\n".join(f"- {punkt}" for punkt in self.trenger),
            "Hva den aldri gjør": self.aldri,
            "Hva du gjør": "\n".join(f"{nummer}. {punkt}" for nummer, punkt in enumerate(self.steg, start=1)),
            "Når er det ferdig": self.etterpaa,
        } | ({"Kommer den for sent": self.forsinket} if self.forsinket else {})
        return "\n\n".join(f"{overskrift} {navn}\n\n{tekst}" for navn, tekst in deler.items()) + "\n"


def help_of(rad: str) -> Radhjelp:
    """Return the help of a row (``14-brev-ikkesokere``) or a routine without a row (``avgjore``); KeyError if neither.

    ProgramFeil where a text is missing or is nobody's, in any of them: the file is judged whole.
    """
    return all_help()[rad]


@cache
def all_help() -> dict[str, Radhjelp]:
    """Return the help of every row, in the wheel's order, and then of the routines without a row."""
    fil = tomllib.loads((DATA / "radhjelp.toml").read_text("utf-8"))
    hjulet = read_wheel()
    _nothing_else("deler", fil, DELER)
    _nothing_else("rader", fil["rad"], {rad.rad for rad in hjulet})
    _nothing_else("flyter", fil["flyt"], {rad.flyt for rad in hjulet})
    rader = {
        rad.rad: replace(
            _help(rad.rad, fil["flyt"].get(rad.flyt, {}) | fil["rad"].get(rad.rad, {}), fil["felles"], rad.nr),
            forsinket=_late(rad),
        )
        for rad in hjulet
    }
    return rader | {navn: _help(navn, felt, fil["felles"], 0) for navn, felt in fil["tjeneste"].items()}


def _late(rad: Rad) -> str:
    """Return what the row does when it comes late, and that the rule is the program's own where nobody has given it."""
    antatt = " Regelen er antatt av Årshjul." if rad.forsinket_kilde == "antatt" else ""
    return f"Var maskinen av den dagen: {rule_text(rad)}{antatt} Kjører du raden selv, gjelder ikke regelen."


def _help(navn: str, felt: Mapping[str, Any], felles: Mapping[str, str], nr: int) -> Radhjelp:
    """Return one row's help with the shared steps and the row's own words in it."""
    _nothing_else(navn, felt, {*FELT, "ord"})
    mangler = [enkelt for enkelt in FELT if not felt.get(enkelt)]
    if mangler:
        raise ProgramFeil(f"radhjelp for {navn} mangler {', '.join(mangler)}")
    ordene = {"nr": str(nr)} | felt.get("ord", {})

    def text(tekst: str) -> str:
        hel = felles[tekst.removeprefix(FELLES)] if tekst.startswith(FELLES) else tekst
        return hel.format(**ordene)

    try:
        return Radhjelp(
            gjor=text(felt["gjor"]),
            trenger=tuple(map(text, felt["trenger"])),
            aldri=text(felt["aldri"]),
            steg=tuple(map(text, felt["steg"])),
            etterpaa=text(felt["etterpaa"]),
        )
    except (KeyError, IndexError, ValueError) as feil:
        grunn = type(feil).__name__
    raise ProgramFeil(f"radhjelp for {navn} har et ord eller steg som ikke finnes ({grunn})")


def _nothing_else(hva: str, funnet: Mapping[str, object], kjente: frozenset[str] | set[str]) -> None:
    """Refuse a name that is nobody's: its text would never be shown."""
    if ukjente := sorted(funnet.keys() - kjente):
        raise ProgramFeil(f"radhjelp ({hva}) har ukjente navn: {', '.join(ukjente)}")
