"""The standing duties: one youth on each side of every boundary, what is answered about them, and departments."""

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.arbeid import Gjoremaal
from tasks import kodeverk
from tasks.arbeid import klokker, plikter, pliktgrunnlag
from tests.tasks.arbeid.pliktprove import FULLFORT, I_PRAKSIS, answer, as_of, asked, codes, department

VOKSEN, UNG = "2007-03-14", "2009-03-14"
GRENSER: dict[str, tuple[dict[str, str], str, str]] = {
    "PL_KONTAKT": ({"kontakt_dato": "", "tilmeldt_dato": "2026-05-01"}, "2026-04-30", "2026-05-15"),
    "PL_PLAN": ({"oppfolgingsplan_dato": "", "ot_status": "OTOV"}, "2026-01-17", "2026-02-01"),
    "PL_WIE": ({"wie_tilbudt_dato": "", "ot_status": "OTOV"}, "2026-01-17", "2026-02-01"),
    "PL_UTPLASSERING": (
        {"utplassering_tilbudt_dato": "", "ot_status": "OTOA", "tiltak_fra_dato": "2026-12-31"},
        "2027-02-13",
        "2027-02-28",
    ),
    "PL_PRAKSISBESOK": (
        I_PRAKSIS | {"avtale_dato": "2026-04-01", "praksisbesok_dato": "2026-05-04"},
        "2026-05-13",
        "2026-05-18",
    ),
    "PL_AVTALE": (I_PRAKSIS | {"avtale_modell": "", "praksisbesok_dato": "2026-04-01"}, "2026-03-31", "2026-04-08"),
    "PL_FORESATTE": (
        {"fodselsdato": UNG, "foresatte_informert_dato": "", "tilmeldt_dato": "2026-05-01"}
        | dict.fromkeys(("kontakt_dato", "samtykkeskjema_dato"), "2026-05-02"),
        "2026-05-07",
        "2026-05-15",
    ),
    "PL_SAMTYKKESKJEMA": (
        {"fodselsdato": UNG, "samtykkeskjema_dato": "", "ot_status": "OTOV", "kontakt_dato": "2026-01-10"},
        "2026-01-25",
        "2026-02-09",
    ),
    "PL_SAMTYKKE_18": ({"fodselsdato": "2008-05-20", "samtykke_dato": ""}, "2026-05-19", "2026-06-03"),
    "PL_MATEMATIKK": (
        {"matematikk_tilbudt_dato": "", "ot_status": "OTOA", "tiltak_fra_dato": "2026-05-01"},
        "2026-05-16",
        "2026-05-31",
    ),
}  # fmt: skip


def test_there_is_a_youth_at_the_boundary_of_every_duty_towards_youth() -> None:
    assert set(GRENSER) == {rad["kode"] for rad in kodeverk.all_rows(pliktgrunnlag.REGEL)}


@pytest.mark.parametrize("kode", GRENSER)
def test_a_duty_is_asked_for_when_its_deadline_is_near_and_late_the_day_after(bygd: Any, kode: str) -> None:
    mangler, ikke_ennaa, frist = GRENSER[kode]
    person = bygd.person(**FULLFORT | mangler)
    dagen_etter = str(date.fromisoformat(ikke_ennaa) + timedelta(days=1))
    ventet = Gjoremaal(person, kode, "R05", date.fromisoformat(frist))
    assert asked(bygd, ikke_ennaa) == []
    assert asked(bygd, dagen_etter) == [ventet]
    assert kode in codes(bygd, frist)
    assert [f.kode for f in _late(bygd, frist)] == []
    assert [f.kode for f in _late(bygd, str(ventet.frist + timedelta(days=1)))] == ["ÅH-3130"]  # type: ignore[operator]


def _late(bygd: Any, dato: str) -> list[Any]:
    with as_of(bygd, dato) as kjoring:
        return plikter.findings(plikter.standing(kjoring), kjoring.per_dato)


@pytest.mark.parametrize("kode", sorted(GRENSER.keys() - {"PL_PRAKSISBESOK", "PL_SAMTYKKE_18"}))
def test_a_duty_is_no_longer_asked_for_when_the_fact_that_the_list_writes_is_there(bygd: Any, kode: str) -> None:
    mangler, _, frist = GRENSER[kode]
    person = bygd.person(**FULLFORT | mangler)
    felt = next(rad["felt"] for rad in kodeverk.all_rows(plikter.REGEL) if rad["kode"] == kode)
    bygd.change(person, frist, **{felt: frist, "avtale_modell": "2"})
    assert codes(bygd, frist) == []


def test_nothing_is_asked_for_when_everything_is_done(bygd: Any) -> None:
    for status in ("OTUK", "OTOV", "OTOA", "OTAR"):
        for fodt in (VOKSEN, UNG):
            bygd.person(**FULLFORT, ot_status=status, fodselsdato=fodt)
    assert asked(bygd, "2026-05-11") == []


def test_a_protected_youth_is_owed_as_much_as_others(bygd: Any) -> None:
    bygd.person(adressegradering_vigo="kode 6")
    assert codes(bygd, "2026-05-11") == ["PL_KONTAKT"]


@pytest.mark.parametrize("raadgiver", ["", "R99"])
def test_what_no_adviser_owns_is_the_responsible_one_s(bygd: Any, raadgiver: str) -> None:
    bygd.person(raadgiver=raadgiver)
    assert [ett.eier for ett in asked(bygd, "2026-05-11")] == ["OTTO-ansvarlig"]


def test_what_is_answered_as_not_relevant_is_not_asked_for_again_that_year(bygd: Any) -> None:
    person = bygd.person()
    answer(bygd, person, "PL_KONTAKT", "PLIKT_IKKE_AKTUELL", "2026-02-01")
    assert codes(bygd, "2026-01-31") == ["PL_KONTAKT"]
    assert codes(bygd, "2026-02-01") == codes(bygd, "2026-12-31") == []
    assert codes(bygd, "2027-01-01") == ["PL_KONTAKT"]


@pytest.mark.parametrize(
    "felt",
    [{"tilstand": "uenig"}, {"svar_kode": "PLIKT_GJORT"}, {"grunn_kode": "PL_WIE"}],
)
def test_other_answers_leave_the_duty_as_it_is(bygd: Any, felt: dict[str, str]) -> None:
    answer(bygd, bygd.person(), "PL_KONTAKT", "PLIKT_IKKE_AKTUELL", "2026-02-01", **felt)
    assert codes(bygd, "2026-05-11") == ["PL_KONTAKT"]


def test_an_answer_of_a_run_that_was_taken_back_does_not_count(bygd: Any) -> None:
    answer(bygd, bygd.person(), "PL_KONTAKT", "PLIKT_IKKE_AKTUELL", "2026-02-01")
    kolonner = [rad[0] for rad in bygd.ask("DESCRIBE angring")]
    verdier = {"lopenr": 1, "angret_kjoring_id": "T1"}
    tid = {"tid": "2026-03-01 08:00:00"}
    rad = [verdier.get(navn, tid.get(navn, "T2")) for navn in kolonner]
    bygd.write(f"INSERT INTO angring VALUES ({', '.join('?' * len(rad))})", [rad])
    assert codes(bygd, "2026-05-11") == ["PL_KONTAKT"]


def test_consent_that_is_said_to_be_settled_is_not_asked_for_until_guardians_are_involved_anew(bygd: Any) -> None:
    person = bygd.person(**FULLFORT | {"fodselsdato": "2008-05-20", "samtykke_dato": ""})
    answer(bygd, person, "PL_SAMTYKKE_18", "PLIKT_GJORT", "2026-05-25")
    assert codes(bygd, "2026-05-24") == ["PL_SAMTYKKE_18"]
    assert codes(bygd, "2026-05-25") == []


@pytest.mark.parametrize(
    ("gjort", "dato", "asks"),
    [
        ("", "2026-03-31", False),
        ("", "2026-04-01", True),
        ("2026-01-01", "2026-07-31", False),
        ("2025-12-31", "2026-04-01", True),
        ("2026-05-01", "2026-10-31", False),
        ("2026-05-01", "2026-11-01", True),
        ("2026-08-01", "2026-12-31", False),
    ],
)
def test_a_department_evaluates_its_offer_each_half_year(bygd: Any, gjort: str, dato: str, asks: bool) -> None:
    department(bygd, 3)
    if gjort:
        answer(bygd, "avdeling:Avdeling Nord", "PL_EVALUERING", "PLIKT_GJORT", gjort)
    frist = date(int(dato[:4]), 12, 1) if dato > "2026-08" else date(2026, 5, 1)
    ventet = [Gjoremaal("avdeling:Avdeling Nord", "PL_EVALUERING", "R05", frist)]
    assert asked(bygd, dato) == ventet * asks


@pytest.mark.parametrize(("dager", "asks"), [(1, True), (2, False), (4, False), (5, True)])
def test_an_offer_is_open_two_to_four_days_a_week(bygd: Any, dager: int, asks: bool) -> None:
    department(bygd, dager, leder="ukjent")
    ventet = [Gjoremaal("avdeling:Avdeling Nord", "PL_TILBUDSDAGER", "OTTO-ansvarlig", date(2026, 2, 1))]
    assert asked(bygd, "2026-01-15") == ventet * asks


def test_an_offer_is_not_right_because_somebody_says_so(bygd: Any) -> None:
    department(bygd, 5)
    answer(bygd, "avdeling:Avdeling Nord", "PL_TILBUDSDAGER", "PLIKT_GJORT", "2026-01-10")
    assert codes(bygd, "2026-01-15") == ["PL_TILBUDSDAGER"]


def test_every_duty_has_a_clock_and_a_way_to_be_done() -> None:
    for rad in kodeverk.all_rows(plikter.REGEL):
        assert klokker.deadline(rad["klokke"], date(2026, 1, 1))
        assert rad["ark"] == "plikter"
    uten_felt = {rad["kode"] for rad in kodeverk.all_rows(plikter.REGEL) if not rad["felt"]}
    assert uten_felt == {"PL_SAMTYKKE_18", "PL_EVALUERING", "PL_TILBUDSDAGER"}


def test_an_answer_follows_the_youth_when_two_of_her_turn_out_to_be_one(bygd: Any) -> None:
    gammel, naa = bygd.person(), bygd.person()
    answer(bygd, gammel, "PL_KONTAKT", "PLIKT_IKKE_AKTUELL", "2026-02-01")
    sql = "INSERT INTO sammenslaing VALUES (1, ?, ?, 'T2', TIMESTAMP '2026-03-01 08:00:00')"
    bygd.write(sql, [[gammel, naa]])
    assert asked(bygd, "2026-05-11") == []
