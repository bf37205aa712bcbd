"""Those whose address is protected, as a set: nobody among them is ever named in a task or a list."""

from datetime import date
from typing import Final

import duckdb

from tasks.adresse import GRADERINGER, is_protected
from tasks.register import fakta

NUMMER: Final = "fodselsnummer"
"""Everyone has one, so that those without a grade are asked about too."""


def protected(con: duckdb.DuckDBPyConnection, dato: date) -> frozenset[str]:
    """Return those whose address is protected on the day, by what we know now; also those whom nobody has graded."""
    naa = fakta.current(con, (*GRADERINGER, NUMMER), dato).itertuples(index=False, name=None)
    return frozenset(person for person, *grader, _ in naa if is_protected(*grader))


def hidden(con: duckdb.DuckDBPyConnection, dato: date) -> frozenset[str]:
    """Return those who are protected on the day, or by what we learned last, whatever day that holds from."""
    sist = fakta.last_learned(con, GRADERINGER)
    return protected(con, dato) | frozenset(person for person, grad in sist.items() if is_protected(*grad.values()))
