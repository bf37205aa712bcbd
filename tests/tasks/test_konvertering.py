"""Vigo's codes become reasons by the county's table: which row did it, what stops one person, what refuses it all."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.kjoring import Kjorevalg
from tasks import kodeverk, konvertering, visninger
from tasks.avvik import report
from tasks.feil import BrukerFeil
from tasks.kjoring import run
from tasks.konvertering import Konvertert, conversions, convert, unconverted, unused

RAD, DAG = "13-konvertere-vigokoder", "2026-04-27"
GRUNNER = ["ikke_sokt", "sluttet", "takket_nei", "andre_grunner"]


def line(kode: str, grunn: str, fra: str = "2000-01-01", til: str = "") -> dict[str, str]:
    return {"kode": kode, "tilmeldingsgrunn": grunn, "gyldig_fra": fra, "gyldig_til": til}


@pytest.fixture
def tabell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a table of the test's own where the county's is."""
    ekte = kodeverk.all_rows

    def put(*rader: dict[str, str]) -> None:
        monkeypatch.setattr(kodeverk, "all_rows", lambda navn: rader if navn.endswith("vigo_koder") else ekte(navn))

    return put


def turn(bygd: Any, tid: str = f"{DAG}T08:00", rad: str = RAD) -> Konvertert:
    with run(Kjorevalg(rad=rad, aar=2026, naa=bygd.at(tid))) as kjoring:
        konvertert = convert(kjoring)
        report(kjoring, unconverted(konvertert) + unused(konvertert))
    return konvertert


def reasons(bygd: Any, dag: str = DAG) -> dict[str, tuple[str, str]]:
    ramme = visninger.show(bygd.fresh(), "ungdom", date.fromisoformat(dag)).fillna("")
    return {rad.person_id: (rad.tilmeldingsgrunn, rad.tilmeldingsgrunn_kilde) for rad in ramme.itertuples()}


def tasks(bygd: Any, tilstand: str = "åpen") -> list[tuple[Any, ...]]:
    return bygd.ask("SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = ? ORDER BY ALL", tilstand)


def findings(bygd: Any) -> dict[str, str]:
    return dict(bygd.ask("SELECT kode, tekst FROM avvik WHERE tilstand = 'åpen'"))


def test_each_conversion_says_which_row_of_the_table_made_it(bygd: Any) -> None:
    ikke, nei = bygd.person(vigokode="OSON"), bygd.person(vigokode="OSNP")
    assert (turn(bygd).antall, turn(bygd).endret) == (2, 0)
    assert reasons(bygd) == {
        ikke: ("ikke_sokt", "vigo_koder:OSON:2000-01-01"),
        nei: ("takket_nei", "vigo_koder:OSNP:2000-01-01"),
    }


def test_the_row_is_the_one_in_force_on_the_day_and_the_history_keeps_the_old(bygd: Any, tabell: Any) -> None:
    person = bygd.person(vigokode="OSON")
    tabell(line("OSON", "sluttet", "2000-01-01", "2026-04-30"), line("OSON", "andre_grunner", "2026-05-01"))
    turn(bygd)
    turn(bygd, "2026-11-02T08:00", "28-forberede-udir-november")
    assert reasons(bygd)[person] == ("sluttet", "vigo_koder:OSON:2000-01-01")
    assert reasons(bygd, "2026-11-30")[person] == ("andre_grunner", "vigo_koder:OSON:2026-05-01")


@pytest.mark.parametrize("rader", [[line("OSNP", "takket_nei")], [line("OSNP", "takket_nei"), line("OSON", "")]])
def test_a_code_without_a_reason_stops_that_person_and_nobody_else(bygd: Any, tabell: Any, rader: Any) -> None:
    stoppet, annen = bygd.person(vigokode="OSON", raadgiver="R03"), bygd.person(vigokode="OSNP")
    tabell(*rader)
    assert turn(bygd).uten == 1
    assert reasons(bygd) == {stoppet: ("", ""), annen: ("takket_nei", "vigo_koder:OSNP:2000-01-01")}
    assert tasks(bygd) == [(stoppet, "VIGOKODE_UTEN_GRUNN", "R03")]
    assert "1 ungdommer er stoppet" in findings(bygd)["ÅH-3007"]
    assert ("ÅH-3030" in findings(bygd)) == (len(rader) == 1)


def test_a_filled_in_table_lets_the_person_on_and_closes_task_and_finding(bygd: Any, tabell: Any) -> None:
    person = bygd.person(vigokode="OSON")
    tabell(line("OSNP", "takket_nei"))
    turn(bygd)
    assert set(findings(bygd)) == {"ÅH-3007", "ÅH-3030", "ÅH-3031"}
    tabell(line("OSON", "ikke_sokt"))
    turn(bygd)
    assert reasons(bygd)[person] == ("ikke_sokt", "vigo_koder:OSON:2000-01-01")
    assert (tasks(bygd), findings(bygd), len(tasks(bygd, "lukket"))) == ([], {}, 1)


def test_the_tasks_for_other_reasons_are_left_as_they_are(bygd: Any, tabell: Any) -> None:
    bygd.person(vigokode="OSON")
    sql = "INSERT INTO oppgave VALUES ('O1', ?, 2026, 'P1', 'MANGLER_STATUS', 'R01', NULL, 'åpen', 'K', NULL, '')"
    bygd.write(sql, [[RAD]])
    turn(bygd)
    assert tasks(bygd) == [("P1", "MANGLER_STATUS", "R01")]


def test_unknown_codes_and_unused_rows_are_named_and_nothing_else_is(bygd: Any, tabell: Any) -> None:
    bygd.person(vigokode="OSXX")
    bygd.person(vigokode="Kanari Nordmann")
    tabell(line("OSON", "ikke_sokt"), line("OSGL", "sluttet", "2000-01-01", "2010-12-31"))
    turn(bygd)
    assert findings(bygd)["ÅH-3030"].startswith("Noen har Vigo-koder som ikke står i tabellen på dagen: OSXX, annet.")
    assert "2 (OSON)" in findings(bygd)["ÅH-3031"]
    assert "OSGL" not in findings(bygd)["ÅH-3031"]
    assert "anari" not in str(findings(bygd))


@pytest.mark.parametrize(
    ("rader", "kode", "tekst"),
    [
        ([line("A", "sluttet"), line("B", "sluttet"), line("A", "ikke_sokt")], "ÅH-2231", "rad 2 og rad 4"),
        ([line("A", "sluttet"), line("A", "sluttet", "2020-01-01")], "ÅH-2231", "rad 2 og rad 3"),
        ([line("A", "", "2020-01-01"), line("A", "sluttet", "2000-01-01", "2020-01-01")], "ÅH-2231", "rad 2 og rad 3"),
        ([line("A", "sluttet", "1990-01-01", "1990-12-31")] * 2, "ÅH-2231", "rad 2 og rad 3"),
        ([line("A", "sluttet"), line("B", "noe_annet")], "ÅH-2232", "Rad 3"),
        ([line("A", "sluttet", "01.05.2026")], "ÅH-2232", "Rad 2"),
        ([line("A", "sluttet", "")], "ÅH-2232", "Rad 2"),
        ([line("A", "sluttet", "20260501")], "ÅH-2232", "Rad 2"),
        ([line("A", "sluttet", "2026-05-01", "2026-04-30")], "ÅH-2232", "Rad 2"),
    ],
)
def test_a_table_that_can_answer_in_two_ways_or_in_none_is_refused(
    bygd: Any, tabell: Any, rader: Any, kode: str, tekst: str
) -> None:
    person = bygd.person(vigokode="A")
    tabell(*rader)
    with pytest.raises(BrukerFeil, match=kode) as feil:
        turn(bygd)
    assert tekst in str(feil.value)
    assert reasons(bygd)[person] == ("ikke_sokt", "")
    assert bygd.ask("SELECT count(*) FROM kjoring") == [(0,)]


def test_periods_that_meet_are_one_answer_a_day() -> None:
    rader = [line("A", "sluttet", "2020-01-02"), line("A", "ikke_sokt", "2000-01-01", "2020-01-01")]
    assert conversions(rader, date(2020, 1, 1))["A"].grunn == "ikke_sokt"
    assert conversions(rader, date(2020, 1, 2))["A"].grunn == "sluttet"
    assert conversions(rader, date(1999, 12, 31)) == {}


def test_the_county_s_own_table_can_be_used_any_day() -> None:
    rader = kodeverk.all_rows("kodeverk/vigo_koder")
    assert set(conversions(rader, date(2026, 5, 1))) == {"OSON", "OSNP", "OSUT", "OSVE", "OESL"}


DAGER = st.dates(date(2020, 1, 1), date(2020, 1, 20))
KODER = st.sampled_from("ABC")
LINJE = st.builds(
    lambda kode, grunn, fra, dager: line(
        kode, grunn, fra.isoformat(), "" if dager is None else (fra + timedelta(days=dager)).isoformat()
    ),
    KODER, st.sampled_from([*GRUNNER, ""]), DAGER, st.one_of(st.none(), st.integers(0, 10)),
)  # fmt: skip


def covers(rad: dict[str, str], dag: date) -> bool:
    """The naive reading of a row, one day at a time."""
    slutt = date.fromisoformat(rad["gyldig_til"]) if rad["gyldig_til"] else date(2099, 1, 1)
    return date.fromisoformat(rad["gyldig_fra"]) <= dag <= slutt


@given(st.lists(LINJE, max_size=6), DAGER)
def test_the_table_answers_as_a_naive_reading_of_it(rader: list[dict[str, str]], dag: date) -> None:
    alle_dager = [date(2020, 1, 1) + timedelta(days=n) for n in range(60)]
    tvetydig = any(
        sum(rad["kode"] == kode and covers(rad, d) for rad in rader) > 1 for kode in "ABC" for d in alle_dager
    )
    if tvetydig:
        with pytest.raises(BrukerFeil, match="ÅH-2231"):
            conversions(rader, dag)
        return
    naiv = {rad["kode"]: (rad["tilmeldingsgrunn"], rad["gyldig_fra"]) for rad in rader if covers(rad, dag)}
    svar = conversions(rader, dag)
    assert {kode: (enkelt.grunn, enkelt.kilde.rpartition(":")[2]) for kode, enkelt in svar.items()} == naiv
    for kode, enkelt in svar.items():
        kilde = rader[enkelt.rad_nr - 2]
        assert (kilde["kode"], kilde["tilmeldingsgrunn"]) == (kode, enkelt.grunn)


@pytest.fixture(scope="module")
def liten(lag_bygd: Any) -> Any:
    bygd = lag_bygd()
    bygd.folk = [bygd.person() for _ in range(4)]
    return bygd


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(["A", "B", "C", ""]), min_size=4, max_size=4),
    st.dictionaries(KODER, st.sampled_from([*GRUNNER, ""])),
)
def test_every_reason_in_the_register_leads_back_to_the_row_that_made_it(
    liten: Any, monkeypatch: pytest.MonkeyPatch, koder: list[str], tabellen: dict[str, str]
) -> None:
    monkeypatch.setenv("ARSHJUL_HOME", str(liten.hjem.mappe))
    rader = tuple(line(kode, grunn) for kode, grunn in tabellen.items())
    for person, kode in zip(liten.folk, koder, strict=True):
        liten.change(person, "2026-01-03", f"{DAG}T07:00", vigokode=kode, tilmeldingsgrunn="")
    with monkeypatch.context() as lokalt:
        ekte = kodeverk.all_rows
        lokalt.setattr(kodeverk, "all_rows", lambda navn: rader if navn.endswith("vigo_koder") else ekte(navn))
        konvertert = turn(liten)
    naa = reasons(liten)
    for person, kode in zip(liten.folk, koder, strict=True):
        if kode:
            grunn = tabellen.get(kode, "")
            assert naa[person] == (grunn, f"vigo_koder:{kode}:2000-01-01" if grunn else "")
    assert konvertert.uten == sum(bool(kode) and not tabellen.get(kode) for kode in koder)
    assert konvertering.UTEN_GRUNN in {grunn for _, grunn, _ in tasks(liten)} or konvertert.uten == 0
