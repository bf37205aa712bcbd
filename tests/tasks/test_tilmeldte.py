"""Who is reported: everyone enrolled in the window, each once; the file and the register are the same set."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas.angring import Angrevalg
from tasks import angring, udirpakker
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tasks.klokke import to_utc
from tasks.overforing import Pakke, build
from tasks.register import fakta

FEBRUAR, JUNI = "05-overforing-udir-februar", "20-overforing-udir-juni"
START, SLUTT = date(2025, 8, 1), date(2026, 6, 15)
EN_DAG = timedelta(days=1)


def package(con: Any, hjem: Any, rad: str = JUNI, telledato: date = SLUTT, kjent: datetime | None = None) -> Pakke:
    return build(Anledning(con, hjem, find_row(rad), telledato.year, telledato, telledato, telledato, kjent))


def period(bygd: Any, rad: str = JUNI, telledato: date = SLUTT) -> list[tuple[str, str]]:
    """When each line says that the enrolment began and ended."""
    with bygd.hjem.register.transaction("prøve") as con:
        linjer = udirpakker.lines(package(con, bygd.hjem, rad, telledato).data)
    return list(linjer[["tilmeldt_dato", "avsluttet_dato"]].itertuples(index=False, name=None))


def enrolled_by_days(con: Any, kjent: datetime | None = None) -> set[str]:
    """Whom the register has had enrolled on any day of the school year: day by day, straight from the facts."""
    sagt: dict[str, list[tuple[date, int, str, str]]] = defaultdict(list)
    rader = con.execute(
        "SELECT person_id, gyldig_fra, lopenr, felt, verdi FROM fakta_kjent(?) ORDER BY gyldig_fra, lopenr",
        [kjent or fakta.EVIG_TID],
    ).fetchall()
    for person, *resten in rader:
        sagt[person].append(tuple(resten))

    def state(person: str, dag: date) -> dict[str, str]:
        return {felt: verdi for fra, _, felt, verdi in sagt[person] if fra <= dag}

    def covers(holdt: dict[str, str], dag: date) -> bool:
        fra, til = holdt.get("tilmeldt_dato", ""), holdt.get("avsluttet_dato", "")
        slutter = bool(til) and til >= fra
        return bool(fra) and fra <= dag.isoformat() and (not slutter or til >= dag.isoformat())

    dager = [START + n * EN_DAG for n in range((SLUTT - START).days + 1)]
    return {
        person
        for person in sagt
        if any(covers(state(person, dag), dag) or covers(state(person, SLUTT), dag) for dag in dager)
    }


def in_file(con: Any, pakke: Pakke) -> list[str]:
    numre = dict(con.execute("SELECT verdi, person_id FROM fakta_kjent(?) WHERE felt = 'fodselsnummer'",
                             [fakta.EVIG_TID]).fetchall())  # fmt: skip
    return [numre[nummer] for nummer in udirpakker.lines(pakke.data)["fodselsnummer"]]


@contextmanager
def suppress_unusual() -> Iterator[None]:
    """A delivery that is too unlike the last one is refused, and nothing of it is loaded."""
    try:
        yield
    except BrukerFeil as feil:
        if feil.kode not in {"ÅH-2015", "ÅH-2401"}:
            raise


def test_one_enrolled_until_a_later_load_moved_her_enrolment_has_been_enrolled_this_year(bygd: Any) -> None:
    person = bygd.person("2025-09-01", tilmeldt_dato="2025-09-01")
    bygd.change(person, "2026-06-10", tilmeldt_dato="2026-08-20")
    assert period(bygd) == [("2025-09-01", "2026-06-09")]
    assert period(bygd, FEBRUAR, date(2026, 2, 15)) == [("2025-09-01", "")]


def test_one_enrolled_twice_in_the_year_is_one_line_with_the_last_enrolment(bygd: Any) -> None:
    person = bygd.person("2025-09-01", tilmeldt_dato="2025-09-01")
    bygd.change(person, "2025-11-01", avsluttet_dato="2025-11-01")
    bygd.change(person, "2026-03-01", tilmeldt_dato="2026-03-01", avsluttet_dato="")
    assert period(bygd) == [("2026-03-01", "")]


def test_one_whose_coming_enrolment_was_taken_back_before_it_began_has_not_been_enrolled(bygd: Any) -> None:
    person = bygd.person("2026-03-01", tilmeldt_dato="2026-05-20")
    bygd.change(person, "2026-05-10", tilmeldt_dato="")
    assert period(bygd) == []


def test_what_was_said_last_of_a_day_is_what_held_that_day(bygd: Any) -> None:
    person = bygd.person("2026-02-01", tilmeldt_dato="2026-02-01")
    bygd.change(person, "2026-02-01", "2026-03-01T08:00", tilmeldt_dato="")
    bygd.change(person, "2026-05-01", "2026-05-01T08:00", tilmeldt_dato="2026-08-20")
    assert period(bygd) == []


def test_a_load_may_tell_of_an_enrolment_that_has_already_ended(bygd: Any) -> None:
    bygd.person("2026-02-09", tilmeldt_dato="2025-10-01", avsluttet_dato="2025-12-20")
    assert period(bygd) == [("2025-10-01", "2025-12-20")]
    assert period(bygd, FEBRUAR, date(2026, 2, 15)) == []


DAGER = st.dates(date(2025, 6, 1), date(2026, 7, 31))
TILSTAND = st.tuples(DAGER, DAGER, st.one_of(st.just(""), DAGER.map(date.isoformat)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(folk=st.lists(st.lists(TILSTAND, min_size=1, max_size=4), min_size=1, max_size=6), data=st.data())
def test_file_and_left_out_are_the_register_whatever_order_facts_came_in(
    lag_bygd: Any, folk: list[list[tuple[date, date, str]]], data: st.DataObject
) -> None:
    bygd = lag_bygd()
    for tilstander in folk:
        person = bygd.person("2025-01-02", tilmeldt_dato="", ot_status=data.draw(st.sampled_from(["OTUK", "XXXX"])))
        for fra, tilmeldt, avsluttet in data.draw(st.permutations(tilstander)):
            bygd.change(person, fra.isoformat(), "2026-07-01T08:00", tilmeldt_dato=tilmeldt.isoformat(),
                        avsluttet_dato=avsluttet)  # fmt: skip
    with bygd.hjem.register.transaction("prøve") as con:
        pakke = package(con, bygd.hjem)
        med = in_file(con, pakke)
        uten = [utelatt.person_id for utelatt in pakke.utelatte]
        assert sorted(med + uten) == sorted(enrolled_by_days(con))


class Overforingsaar(RuleBasedStateMachine):
    """Loads, corrections, undo, joins and transfers in any order."""

    lag_bygd: Any

    @initialize()
    def begin(self) -> None:
        self.bygd = self.lag_bygd()
        self.klokke: Iterator[datetime] = (self.bygd.at("2026-02-01T08:00") + timedelta(hours=n) for n in count())
        self.personer: list[str] = []
        self.lastinger: list[str] = []
        self.pakker: list[tuple[datetime, bytes, bytes]] = []

    def _naa(self) -> str:
        return next(self.klokke).strftime("%Y-%m-%dT%H:%M")

    @rule(rader=st.lists(st.tuples(st.integers(0, 4), DAGER, st.one_of(st.none(), DAGER)), min_size=1, max_size=4,
                         unique_by=lambda rad: rad[0]))  # fmt: skip
    def load(self, rader: list[tuple[int, date, date | None]]) -> None:
        """OTTO's whole extract, with other dates."""
        naa = self._naa()
        self.bygd.deliver("otto_uttrekk", *(
            {"fodselsnummer": self.bygd.number("2007-03-14", nr), "tilmeldt_dato": f"{fra:%d.%m.%Y}",
             "avsluttet_dato": f"{til:%d.%m.%Y}" if til else ""} for nr, fra, til in rader
        ), navn=naa.replace(":", ""))  # fmt: skip
        with suppress_unusual():
            self.lastinger.append(self.bygd.run("02-forberede-udir-februar", naa).kjoring_id)
        for sti in self.bygd.hjem.innboks.iterdir():
            sti.unlink()

    @precondition(lambda self: self.lastinger)
    @rule()
    def undo(self) -> None:
        valg = Angrevalg(kjoring_id=self.lastinger.pop(), av="Kari", grunn="prøve", naa=self.bygd.at(self._naa()))
        angring.undo(valg)

    @rule(dag=DAGER, tilmeldt=DAGER, nr=st.integers(0, 4))
    def correct(self, dag: date, tilmeldt: date, nr: int) -> None:
        """What a person has corrected, from any day."""
        naa = self._naa()
        with self.bygd.hjem.register.transaction("prøve") as con:
            numre = pd.Series([self.bygd.number("2007-03-14", nr)])
            (person,) = fakta.people_by_id(con, numre)
        if person:
            self.bygd.change(person, dag.isoformat(), naa, "R2026-1", tilmeldt_dato=tilmeldt.isoformat())

    @rule()
    def join(self) -> None:
        """Two who are one from now on."""
        tid = to_utc(self.bygd.at(self._naa()))
        personer = self.bygd.ask("SELECT person_id FROM person ORDER BY 1")
        if len(personer) > 1:
            self.bygd.write(
                "INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid) VALUES (?, ?, 'T', ?)",
                [[personer[-1][0], personer[0][0], tid]],
            )

    @rule()
    def transfer(self) -> None:
        """Seal a package; it must be the register's own set."""
        naa = to_utc(self.bygd.at(self._naa()))
        with self.bygd.hjem.register.transaction("prøve") as con:
            pakke = package(con, self.bygd.hjem)
            uten = [utelatt.person_id for utelatt in pakke.utelatte]
            assert sorted(in_file(con, pakke) + uten) == sorted(enrolled_by_days(con))
            assert pakke.antall + len(uten) == len(set(in_file(con, pakke) + uten))
        self.pakker.append((naa, pakke.data, pakke.manifest))

    def teardown(self) -> None:
        """Every package ever made can be made again byte for byte."""
        if not hasattr(self, "bygd"):
            return
        with self.bygd.hjem.register.transaction("prøve") as con:
            for naa, data, manifest in self.pakker:
                igjen = package(con, self.bygd.hjem, kjent=naa)
                assert (igjen.data, igjen.manifest) == (data, manifest)


@pytest.mark.timeout(300)
def test_every_transfer_is_the_register_and_can_be_made_again_after_loads_corrections_undo_and_joins(
    lag_bygd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    def make() -> Any:
        bygd = lag_bygd()
        monkeypatch.setenv("ARSHJUL_HOME", str(bygd.hjem.mappe))
        return bygd

    Overforingsaar.lag_bygd = staticmethod(make)
    run_state_machine_as_test(
        Overforingsaar,
        settings=settings(max_examples=8, stateful_step_count=10, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
