"""Every check in order, and the run of them: one that breaks is a finding of its own and stops no other."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import duckdb

from deployments.doktor import fylket, maskinen, nettet, registeret, tjenesten
from deployments.doktor.funn import OK, Blikk, Funn, Svar, answer, limits, refused
from deployments.doktor.registeret import Registersjekk
from tasks.feil import ArshjulFeil, BrukerFeil
from tasks.sted import place_of

Sjekk = Callable[[Blikk], list[Funn]]

NOKKEL, VERSJON, SLETTING = 2, 19, 27
"""The checks of whether the register opens, and the one that opens it for itself."""
UTENFOR: Final[dict[int, Sjekk]] = {
    1: tjenesten.planned,
    3: maskinen.permissions,
    4: maskinen.disk,
    6: maskinen.time_zone,
    7: fylket.backup,
    8: fylket.mode,
    10: nettet.reachable,
    15: fylket.rules,
    16: tjenesten.telemetry,
    17: tjenesten.binding,
    18: maskinen.versions,
    22: fylket.choices,
    24: fylket.inbox,
    25: fylket.settings,
    26: fylket.notices,
    28: maskinen.leftovers,
    29: tjenesten.doubled,
    30: tjenesten.running,
    31: nettet.secrets,
    32: fylket.worklists,
}
I_REGISTERET: Final[dict[int, Registersjekk]] = {
    5: registeret.clock,
    9: registeret.guests,
    11: registeret.unclear,
    12: registeret.quarantine,
    13: registeret.waiting,
    14: registeret.unsent,
    20: registeret.audit,
    21: registeret.copied,
    23: registeret.stopped,
    33: registeret.deviations,
    34: registeret.ids,
}
NUMRE: Final = sorted({*UTENFOR, *I_REGISTERET, NOKKEL, VERSJON, SLETTING})
"""Every check by number; a number is never given to another check."""


def examine(blikk: Blikk) -> list[Svar]:
    """Make every check of a home and return the answers by number, at least one each. Changes nothing."""
    blikk = replace(blikk, grenser={**limits(blikk.naa), **blikk.grenser})
    # Before the register is opened: opening it clears away what lies half done beside it.
    funnet = {nr: _guarded(partial(sjekk, blikk)) for nr, sjekk in UTENFOR.items()}
    funnet |= _of_register(blikk)
    return [answer(nr, funn) for nr in NUMRE for funn in funnet[nr] or [Funn(OK)]]


def _of_register(blikk: Blikk) -> dict[int, list[Funn]]:
    """Make the checks that need the register: all in one transaction, but for the one that opens it for itself."""
    ikke = {nr: [Funn("uten_register")] for nr in (*I_REGISTERET, SLETTING)}
    if not blikk.registerfil.is_file():
        # Without one there is nothing to be wrong but the key, which a new one is made with.
        return {**ikke, NOKKEL: _guarded(partial(_find_key, blikk)), VERSJON: [Funn("ikke_laget")]}
    try:
        with registeret.register(blikk).transaction("doktoren ser etter") as con:
            funnet = {nr: _in_turn(con, partial(sjekk, blikk, con)) for nr, sjekk in I_REGISTERET.items()}
    except BrukerFeil as feil:
        eldre = feil.kode in registeret.VERSJONER
        nokkel = [] if eldre else [registeret.refusal(feil)]
        return {**ikke, NOKKEL: nokkel, VERSJON: [registeret.version_refusal(feil)]}
    return {**funnet, NOKKEL: [], VERSJON: [], SLETTING: _guarded(partial(fylket.overdue, blikk))}


def _find_key(blikk: Blikk) -> list[Funn]:
    try:
        registeret.register(blikk)
    except BrukerFeil as feil:
        return [registeret.refusal(feil)]
    return [Funn("ikke_laget")]


def _in_turn(con: duckdb.DuckDBPyConnection, sjekk: Callable[[], list[Funn]]) -> list[Funn]:
    """Make a check in the transaction; after one that broke, the next ones get a new one. Nothing has been written."""
    try:
        return sjekk()
    except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
        con.execute("ROLLBACK")
        con.execute("BEGIN")
        return [_broken(feil)]


def _guarded(sjekk: Callable[[], list[Funn]]) -> list[Funn]:
    try:
        return sjekk()
    except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
        return [_broken(feil)]


def _broken(feil: Exception) -> Funn:
    """Return what a check says that did not come to its end: what it lacks, or that it is a fault, and where."""
    if isinstance(feil, BrukerFeil):
        return refused("mangler_grunnlag", feil)
    return Funn("brast", {"sted": str(feil) if isinstance(feil, ArshjulFeil) else place_of(feil)})
