"""Dated code lists and rules from ``data/``: a lookup takes the date it is asked for."""

import csv
import hashlib
import tomllib
from datetime import date
from functools import cache
from typing import NamedTuple

from tasks.feil import ProgramFeil
from tasks.filer import DATA

Kode = dict[str, str]


class Aldersgrense(NamedTuple):
    """The target group's ages, both included, counted in calendar years."""

    nedre: int
    ovre: int


@cache
def _rows(navn: str) -> tuple[Kode, ...]:
    """Return all rows of ``data/NAVN.csv``; every row must carry its legal ground or the county's decision."""
    with (DATA / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
        rader = tuple(csv.DictReader(fil, delimiter=";"))
    if any(not (rad["hjemmel"] or rad["vedtak"]) or not rad["sist_kontrollert"] for rad in rader):
        raise ProgramFeil(f"en rad i {navn} mangler hjemmel eller vedtak, eller når den sist ble kontrollert")
    return rader


@cache
def valid_on(navn: str, dato: date) -> tuple[Kode, ...]:
    """Return the rows of the list (``kodeverk/…`` or ``regler/…``) in force on ``dato``."""
    return tuple(
        rad
        for rad in _rows(navn)
        if rad["gyldig_fra"] <= dato.isoformat() and (rad["gyldig_til"] or "9999") >= dato.isoformat()
    )


def all_rows(navn: str) -> tuple[Kode, ...]:
    """Return every row of the list, in force or not."""
    return _rows(navn)


@cache
def codes(navn: str, dato: date) -> frozenset[str]:
    """Return the codes of ``kodeverk/NAVN`` in force on ``dato``."""
    return frozenset(rad["kode"] for rad in valid_on(f"kodeverk/{navn}", dato))


def reasons(dato: date) -> dict[str, Kode]:
    """Return every reason in force for leaving someone out or giving a task: code → its row, with at least tekst."""
    lister = ("kodeverk/utelatt", "regler/ajourhold", "regler/gjoremaal", "regler/plikter")
    return {rad["kode"]: rad for navn in lister for rad in valid_on(navn, dato)}


def rule(navn: str, dato: date) -> Kode:
    """Return the one row of ``regler/NAVN`` in force on ``dato``."""
    rader = valid_on(f"regler/{navn}", dato)
    if len(rader) != 1:
        raise ProgramFeil(f"regelen {navn} har {len(rader)} rader som gjelder {dato.isoformat()}")
    return rader[0]


def age_limits(dato: date) -> Aldersgrense:
    """Return the target group's ages on ``dato``: to 21 before 1 August 2024, to 24 after."""
    regel = rule("aldersgrense", dato)
    return Aldersgrense(int(regel["nedre_alder"]), int(regel["ovre_alder"]))


def has_target_age(fodt_aar: int, dato: date) -> bool:
    """Tell whether one born in ``fodt_aar`` has the target group's age in the calendar year of ``dato``."""
    grenser = age_limits(dato)
    return grenser.nedre <= dato.year - fodt_aar <= grenser.ovre


def municipalities(fylkesnummer: tuple[str, ...]) -> dict[str, str]:
    """Return number → number of today for the county's municipalities, old numbers too.

    Vigo writes the numbers without a leading zero (batch 6A015), so both spellings are keys.
    """
    rader = [
        rad for rad in all_rows("kodeverk/kommuner") if (rad["erstattet_av"] or rad["kode"]).startswith(fylkesnummer)
    ]
    nye = {rad["kode"]: rad["erstattet_av"] or rad["kode"] for rad in rader}
    return nye | {kode.lstrip("0"): ny for kode, ny in nye.items()}


@cache
def fictitious_digits() -> frozenset[str]:
    """Return the individual digits (7–9) that mark Vigo's fictitious numbers; assumed, see the file."""
    return frozenset(
        tomllib.loads((DATA / "regler" / "fodselsnummer.toml").read_text("utf-8"))["fiktivt_individnummer"]
    )


def control_remainders(dato: date) -> frozenset[int]:
    """Return what the first control sum of a national id may leave in a number known on ``dato``."""
    return frozenset(int(rest) for rest in rule("kontrollsiffer", dato)["rester"].split())


def version(navn: str) -> str:
    """Return the first characters of the list's sha256, which name its version in what we hand over."""
    return hashlib.sha256((DATA / f"{navn}.csv").read_bytes()).hexdigest()[:12]
