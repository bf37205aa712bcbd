"""Transfers compared: what is counted, which package is held against which, and the limits exactly at their edge."""

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.rader import run_row
from schemas.kjoring import Kjorevalg
from schemas.sammenligning import Endring, Mot, Telling
from tasks import kodeverk, sammenligning
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.klokke import to_utc
from tasks.overforing import build
from tasks.sammenligning import DIMENSJONER, changes, compare, count, joined, limits
from tasks.sammenligningstabeller import as_csv, change_text, largest, tables
from tests.tasks.conftest import synthetic_number

FEBRUAR, JUNI, NOVEMBER = "05-overforing-udir-februar", "20-overforing-udir-juni", "30-overforing-udir-november"
STATUSER = ("OTUK", "OTOV", "OTAR", "OTFA_IM", "Feil")
GRUNNER = ("ikke_sokt", "sluttet", "takket_nei")
KOMMUNER = {"3803": "3905", "3905": "3905", "3901": "3901", "4001": "4001", "": "", "0301": "0301"}
DAG = date(2026, 2, 15)

LINJE = st.tuples(
    st.dates(date(2001, 1, 1), date(2011, 12, 31)), st.integers(0, 3), st.sampled_from(STATUSER),
    st.sampled_from(GRUNNER), st.sampled_from(sorted(KOMMUNER)),
)  # fmt: skip


def frame(linjer: list[Any]) -> pd.DataFrame:
    rader = [(synthetic_number(fodt.isoformat(), nr), *rest) for fodt, nr, *rest in linjer]
    kolonner = ["fodselsnummer", "ot_status", "tilmeldingsgrunn", "kommunenummer"]
    return pd.DataFrame(rader, columns=kolonner, dtype="str")


@settings(max_examples=30, deadline=None)
@given(linjer=st.lists(LINJE, max_size=40), aar=st.integers(2020, 2035))
def test_a_package_is_counted_as_one_would_count_it_by_hand(linjer: list[Any], aar: int) -> None:
    ramme = frame(linjer)
    for_haand = Counter(
        (status, grunn, str(aar - fodt.year), "gutt" if int(nummer[8]) % 2 else "jente", KOMMUNER[kommune])
        for (fodt, _, status, grunn, kommune), nummer in zip(linjer, ramme["fodselsnummer"], strict=True)
    )
    kryss = count(duckdb.connect(), ramme, date(aar, 2, 15), "tidspunkt").kryss
    assert {tuple(rad[:5]): rad[5] for rad in kryss.itertuples(index=False)} == for_haand


def test_a_number_that_vigo_made_up_tells_no_sex_and_one_that_is_none_no_age_either() -> None:
    fiktivt = next(iter(kodeverk.fictitious_digits()))
    ramme = frame([(date(2008, 3, 14), 0, "OTUK", "sluttet", "3905")] * 2)
    ramme["fodselsnummer"] = ["148308" + fiktivt + "00", "ugyldig"]
    kryss = count(duckdb.connect(), ramme, DAG, "tidspunkt").kryss
    assert set(zip(kryss["alder"], kryss["kjonn"], strict=True)) == {("18", "ukjent"), ("ukjent", "ukjent")}


def counted(antall: dict[str, int], dato: date = DAG, omfang: str = "tidspunkt", **felt: str) -> Telling:
    """A transfer with so many of each status, otherwise alike."""
    like = {"grunn": "sluttet", "alder": "18", "kjonn": "gutt", "kommune": "3905"} | felt
    rader = [{"status": status} | like | {"antall": tall} for status, tall in antall.items() if tall]
    ramme = pd.DataFrame(rader, columns=[*DIMENSJONER, "antall"]).astype({"antall": "int64"})
    return Telling(dato, omfang, ramme)


def told(endringer: list[Endring], dimensjon: str) -> set[tuple[str, int, int]]:
    return {(e.verdi, e.foer, e.naa) for e in endringer if e.grense.dimensjon == dimensjon}


@pytest.mark.parametrize(
    ("foer", "naa", "meldes"),
    [(100, 130, False), (100, 131, True), (100, 70, False), (100, 69, True), (19, 0, False), (20, 0, True),
     (0, 19, False), (0, 20, True), (10, 19, False), (10, 20, True), (30, 39, False), (30, 40, True)],
)  # fmt: skip
def test_a_status_is_told_where_it_has_changed_by_more_than_30_per_cent_and_is_not_few(
    foer: int, naa: int, meldes: bool
) -> None:
    andre = {
        "naa": counted({"OTOV": naa, "OTNO": 900}),
        Mot.I_FJOR: counted({"OTOV": foer, "OTNO": 900}, date(2025, 2, 15)),
    }
    assert told(changes(andre), "status") == ({("OTOV", foer, naa)} if meldes else set())


@pytest.mark.parametrize(("naa", "meldes"), [(150, False), (151, True), (50, False), (49, True)])
@pytest.mark.parametrize(("status", "dimensjon"), [("OTUK", "andel_otuk"), ("Feil", "andel_gruppe5")])
def test_a_share_is_told_where_it_has_changed_by_more_than_five_points(
    naa: int, meldes: bool, status: str, dimensjon: str
) -> None:
    tellinger = {
        "naa": counted({status: naa, "OTOV": 1000 - naa}),
        Mot.I_FJOR: counted({status: 100, "OTOV": 900}, date(2025, 2, 15)),
    }
    assert told(changes(tellinger), dimensjon) == ({(kode(dimensjon), 100, naa)} if meldes else set())


def kode(dimensjon: str) -> str:
    return {"andel_otuk": "OTUK", "andel_gruppe5": "5"}[dimensjon]


def naive(naa: Telling, foer: Telling, mot: Mot) -> set[tuple[str, str, int, int]]:
    """The limits once more, a line at a time and with plain division."""
    svar = set()
    for grense in (g for g in limits(naa.telledato) if g.mot == mot):
        if grense.dimensjon.startswith("andel"):
            gruppe5 = {r["kode"] for r in kodeverk.all_rows("kodeverk/ot_status") if r["gruppe"] == "5"}
            valgt = {"OTUK"} if grense.dimensjon == "andel_otuk" else gruppe5
            n, f = (sum(t.per("status").get(s, 0) for s in valgt) for t in (naa, foer))
            endring = abs(Fraction(100 * n, naa.antall or 1) - Fraction(100 * f, foer.antall or 1))
            if naa.antall and foer.antall and max(n, f) >= 20 and endring > grense.grense:
                svar.add((grense.dimensjon, grense.gjelder, f, n))
            continue
        per = [{"": t.antall} if grense.dimensjon == "antall" else t.per(grense.dimensjon) for t in (naa, foer)]
        for verdi in per[0] | per[1]:
            n, f = per[0].get(verdi, 0), per[1].get(verdi, 0)
            if max(n, f) >= 20 and (f == 0 or Fraction(abs(n - f), f) > grense.grense / 100):
                svar.add((grense.dimensjon, verdi, f, n))
    return svar


ANTALL = st.dictionaries(st.sampled_from(STATUSER), st.integers(0, 60))


@settings(max_examples=80, deadline=None)
@given(naa=ANTALL, foer=ANTALL, grunn=st.sampled_from(GRUNNER), mot=st.sampled_from(list(Mot)))
def test_what_is_told_is_what_a_second_reckoning_tells(
    naa: dict[str, int], foer: dict[str, int], grunn: str, mot: Mot
) -> None:
    to = counted(naa), counted(foer, date(2025, 2, 15), grunn=grunn, kjonn="jente")
    funnet = {(e.grense.dimensjon, e.verdi, e.foer, e.naa) for e in changes({"naa": to[0], mot: to[1]})}
    assert funnet == naive(*to, mot)


def test_a_limit_of_something_that_is_not_counted_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.feil import ProgramFeil

    feil = [grense.__class__(**vars(grense) | {"dimensjon": "skostr"}) for grense in limits(DAG)[:1]]
    monkeypatch.setattr(sammenligning, "limits", lambda _: feil)
    with pytest.raises(ProgramFeil, match="skostr"):
        changes({"naa": counted({"OTOV": 1}), Mot.I_FJOR: counted({"OTOV": 1})})


def test_every_dimension_and_share_has_a_limit_against_last_year() -> None:
    grenser = {grense.dimensjon for grense in limits(DAG) if grense.mot is Mot.I_FJOR}
    assert grenser == {"antall", *DIMENSJONER, "andel_otuk", "andel_gruppe5"}


def sent(bygd: Any, rad: str, aar: int, tid: str) -> None:
    """The row's transfer is made, approved and handed over."""
    svar = run_row(find_row(rad), Kjorevalg(rad=rad, aar=aar, naa=bygd.at(tid)), plain=True)
    bygd.approve(svar.forslag_id, tid)
    bygd.send(svar.forslag_id, tid)


def compared(bygd: Any, dato: date, rad: str = FEBRUAR, kjent: str | None = None) -> dict[str, Telling]:
    with bygd.hjem.register.transaction("prøve") as con:
        kjent_tid = to_utc(bygd.at(kjent)) if kjent else None
        anledning = Anledning(con, bygd.hjem, find_row(rad), dato.year, dato, dato, dato, kjent_tid)
        return compare(con, anledning, find_row(rad), build(anledning).data)


def test_the_last_one_is_the_nearest_earlier_counting_date_and_last_years_the_same_row(bygd: Any) -> None:
    bygd.person("2024-01-02", tilmeldt_dato="2023-09-20")
    for rad, aar, tid in (
        (NOVEMBER, 2024, "2024-11-18"),
        (FEBRUAR, 2025, "2025-02-17"),
        (NOVEMBER, 2025, "2025-11-17"),
    ):
        sent(bygd, rad, aar, f"{tid}T08:00")
    tellinger = compared(bygd, DAG)
    assert {navn: telling.telledato for navn, telling in tellinger.items()} == {
        "naa": DAG, Mot.FORRIGE: date(2025, 11, 15), Mot.I_FJOR: date(2025, 2, 15),
    }  # fmt: skip


def test_of_a_transfer_sent_twice_the_correction_counts_and_a_later_one_is_not_the_last(bygd: Any) -> None:
    person = bygd.person("2024-01-02", tilmeldt_dato="2023-09-20")
    sent(bygd, FEBRUAR, 2025, "2025-02-17T08:00")
    bygd.change(person, "2025-02-01", "2025-02-20T08:00", ot_status="OTAR")
    sent(bygd, FEBRUAR, 2025, "2025-02-21T08:00")
    sent(bygd, FEBRUAR, 2026, "2026-02-16T08:00")
    tellinger = compared(bygd, DAG)
    assert tellinger[Mot.I_FJOR].per("status") == {"OTAR": 1}
    assert tellinger[Mot.FORRIGE].telledato == date(2025, 2, 15)


def test_a_package_made_and_never_handed_over_is_not_compared_with(bygd: Any) -> None:
    bygd.person("2024-01-02", tilmeldt_dato="2023-09-20")
    run_row(find_row(FEBRUAR), Kjorevalg(rad=FEBRUAR, aar=2025, naa=bygd.at("2025-02-17T08:00")), plain=True)
    assert set(compared(bygd, DAG)) == {"naa"}


def test_what_udir_got_later_is_not_known_at_an_earlier_moment(bygd: Any) -> None:
    bygd.person("2024-01-02", tilmeldt_dato="2023-09-20")
    sent(bygd, FEBRUAR, 2025, "2025-02-17T08:00")
    assert set(compared(bygd, DAG, kjent="2025-02-17T07:59")) == {"naa"}
    assert set(compared(bygd, DAG, kjent="2025-02-17T08:00")) == {"naa", Mot.FORRIGE, Mot.I_FJOR}


def test_one_package_that_is_both_is_held_against_todays_once(bygd: Any) -> None:
    foer = counted({"OTUK": 50, "OTOV": 50}, date(2025, 2, 15))
    endringer = changes({"naa": counted({"OTUK": 100}), Mot.FORRIGE: foer, Mot.I_FJOR: foer})
    assert endringer
    assert {endring.grense.mot for endring in endringer} == {Mot.I_FJOR}


def test_against_one_that_counts_something_else_only_the_shares_are_told(bygd: Any) -> None:
    bygd.person("2024-01-02", tilmeldt_dato="2023-09-20")
    sent(bygd, NOVEMBER, 2025, "2025-11-17T08:00")
    assert set(compared(bygd, date(2026, 6, 15), JUNI)) == {"naa", Mot.FORRIGE_ANNET}
    foer = counted({"OTUK": 900, "OTOV": 100}, date(2026, 2, 15))
    endringer = changes(
        {"naa": counted({"OTUK": 0, "OTOV": 50}, date(2026, 6, 15), "skolear"), Mot.FORRIGE_ANNET: foer}
    )
    assert told(endringer, "andel_otuk") == {("OTUK", 900, 0)}
    assert {endring.grense.dimensjon for endring in endringer} == {"andel_otuk"}


def test_a_municipality_that_changed_number_in_2024_is_the_same_one(bygd: Any) -> None:
    for _ in range(3):
        bygd.person("2022-09-01", kommunenummer="3803", tilmeldt_dato="2022-09-01", fodselsdato="2006-03-14")
    sent(bygd, FEBRUAR, 2023, "2023-02-15T08:00")
    for person in ("P0000001", "P0000002"):
        bygd.change(person, "2024-01-01", kommunenummer="3905")
    tellinger = compared(bygd, date(2024, 2, 15))
    assert tellinger["naa"].per("kommune") == tellinger[Mot.FORRIGE].per("kommune") == {"3905": 3}
    (tabell,) = [t for t in tables(tellinger) if t.tittel == "Etter kommune"]
    assert tabell.rader[0] == ("3905 Tønsberg", 3, 3, "0", 3, "0")


def test_those_without_municipality_are_one_line_without_the_other_values() -> None:
    uten = [(date(2008, 3, 14), nr, status, "sluttet", "") for nr, status in enumerate(("OTUK", "OTSY"))]
    med = [(date(2008, 3, 14), 2, "OTUK", "sluttet", "3905")]
    telling = count(duckdb.connect(), frame(uten + med), DAG, "tidspunkt")
    rader = as_csv({"naa": telling}).decode("utf-8-sig").splitlines()[1:]
    assert rader == [
        "alle;alle;alle;alle;Ikke oppgitt;2",
        "OTUK Ukjent aktivitet;Sluttet eller avbrutt;18;jente;3905 Tønsberg;1",
    ]


@settings(max_examples=20, deadline=None)
@given(naa=st.lists(LINJE, max_size=30), foer=st.lists(LINJE, max_size=30))
def test_every_table_and_the_large_one_have_as_many_as_the_packages(naa: list[Any], foer: list[Any]) -> None:
    con = duckdb.connect()
    tellinger = {"naa": count(con, frame(naa), DAG, "tidspunkt"), Mot.I_FJOR: count(con, frame(foer), DAG, "tidspunkt")}
    for tabell in tables(tellinger):
        *rader, sum_ = tabell.rader
        assert sum_[1:3] == (len(naa), len(foer))
        assert [sum(rad[plass] for rad in rader) for plass in (1, 2)] == [len(naa), len(foer)]  # type: ignore[misc]
    kryss = joined(tellinger)
    assert [int(kryss[navn].sum()) for navn in tellinger] == [len(naa), len(foer)]
    assert not kryss.duplicated(list(DIMENSJONER)).any()
    assert all(rad[5] != rad[6] for rad in largest(tellinger).rader)


@pytest.mark.parametrize(
    ("foer", "naa", "tekst"),
    [(100, 108, "+8 (+8 %)"), (3, 2, "−1 (−33,3 %)"), (7, 7, "0"), (0, 0, "0"), (0, 4, "+4"), (4, 0, "−4 (−100 %)")],
)
def test_a_change_is_written_as_people_read_it(foer: int, naa: int, tekst: str) -> None:
    assert change_text(foer, naa) == tekst
