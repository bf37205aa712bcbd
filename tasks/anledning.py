"""An occasion to send: which row and year, on which day, seen from which register."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import duckdb

from schemas.arshjul import Rad
from tasks.hjem import Hjem
from tasks.kalender import school_year
from tasks.kjoring import Kjoring
from tasks.klokke import local_date, to_utc
from tasks.register.nokkel import register_secret


@dataclass(frozen=True)
class Anledning:
    """What drafting needs.

    ``dato`` is the day of dispatch, which decides age and protection; ``brevdato`` the date the letters bear, fixed
    when they are proposed; ``telledato`` the day a transfer counts; ``kjent_tid`` (UTC) leaves out what was learned
    later.
    """

    con: duckdb.DuckDBPyConnection
    hjem: Hjem
    rad: Rad
    aar: int
    dato: date
    brevdato: date
    telledato: date
    kjent_tid: datetime | None = None

    @property
    def skoleaar(self) -> str:
        """The school year that starts in the wheel's year, as Vigo writes it."""
        return school_year(self.aar)

    @cached_property
    def hemmelighet(self) -> str:
        """The register's own secret, from which the letters' references are made."""
        return register_secret(self.con)


def occasion(kjoring: Kjoring) -> Anledning:
    """Return the occasion of a run: dispatch on the run's day."""
    i_dag = local_date(kjoring.naa)
    return Anledning(
        con=kjoring.con,
        hjem=kjoring.hjem,
        rad=kjoring.rad,
        aar=kjoring.aar,
        dato=i_dag,
        brevdato=i_dag,
        telledato=kjoring.per_dato,
        kjent_tid=to_utc(kjoring.kjent_tid) if kjoring.kjent_tid else None,
    )
