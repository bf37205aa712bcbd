"""Whom each duty is about, and since when: every rule by itself, and everyone counted in two ways."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from schemas.arbeid import Gjoremaal
from tasks import foresatte, kodeverk
from tasks.arbeid import pliktgrunnlag
from tasks.feil import ProgramFeil
from tasks.klokke import to_utc
from tasks.register import fakta
from tests.tasks.arbeid.pliktprove import FULLFORT, I_PRAKSIS, as_of, asked, codes
from tests.tasks.arbeid.test_plikter import GRENSER


@pytest.mark.parametrize(
    "felt",
    [
        {"personstatus": "doed"},
        {"personstatus": "utflyttet"},
        {"ot_status": "OTFA_IM"},
        {"avsluttet_dato": "2026-05-10"},
        {"tilmeldt_dato": "2026-05-12"},
        {"fodselsdato": "2001-12-31"},
        {"fodselsdato": "2012-01-01"},
    ],
)
def test_the_dead_those_outside_the_target_group_and_those_not_enrolled_are_owed_nothing(
    bygd: Any, felt: dict[str, str]
) -> None:
    bygd.person(**felt)
    assert asked(bygd, "2026-05-11") == []


def test_a_death_counts_as_soon_as_it_is_known_whatever_day_it_holds_from(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-05-20", laert="2026-05-11T06:00", personstatus="doed")
    assert asked(bygd, "2026-05-11") == []


def test_what_was_done_in_an_earlier_enrolment_does_not_count_in_this_one(bygd: Any) -> None:
    bygd.person(**FULLFORT | {"ot_status": "OTOV", "tilmeldt_dato": "2025-10-01"})
    assert codes(bygd, "2026-05-11") == ["PL_KONTAKT", "PL_PLAN", "PL_WIE"]


def test_what_is_said_to_be_done_on_a_day_to_come_is_not_done(bygd: Any) -> None:
    bygd.person(**FULLFORT | {"ot_status": "OTOV", "wie_tilbudt_dato": "2026-05-12"})
    assert codes(bygd, "2026-05-11") == ["PL_WIE"]
    assert codes(bygd, "2026-05-12") == []


def test_an_answer_to_the_survey_is_contact(bygd: Any) -> None:
    person = bygd.person()
    sql = "INSERT INTO svar VALUES (?, 'r', 2026, TIMESTAMP '2026-05-01 10:00:00', 'ja', TIMESTAMP '2026-05-02', 'T1')"
    bygd.write(sql, [[person]])
    assert "PL_KONTAKT" not in codes(bygd, "2026-05-11")


@pytest.mark.parametrize(
    ("tiltak", "asks"),
    [
        ({}, True),
        ({"tiltak": "UTPLASSERING, bilverksted"}, True),
        ({"tiltak": "Kurs"}, False),
        ({"tiltak": ""}, False),
        ({"ot_status": "OTAP"}, False),
        ({"ot_status": "OTKO"}, True),
        ({"tiltak_til_dato": "2026-05-11"}, True),
        ({"tiltak_til_dato": "2026-05-10"}, False),
        ({"tiltak_fra_dato": "2026-05-12"}, False),
    ],
)
def test_a_placement_is_followed_up_while_it_lasts(bygd: Any, tiltak: dict[str, str], asks: bool) -> None:
    bygd.person(**FULLFORT | I_PRAKSIS | tiltak)
    assert ("PL_PRAKSISBESOK" in codes(bygd, "2026-05-11")) == asks


def test_a_visit_starts_the_fourteen_days_again(bygd: Any) -> None:
    person = bygd.person(**FULLFORT | I_PRAKSIS | {"avtale_dato": "2026-04-01"})
    for dag, frist in (("2026-04-11", "2026-04-15"), ("2026-04-25", "2026-04-29")):
        assert asked(bygd, dag) == [Gjoremaal(person, "PL_PRAKSISBESOK", "R05", date.fromisoformat(frist))]
        bygd.change(person, frist, praksisbesok_dato=frist)
        assert asked(bygd, frist) == []


@pytest.mark.parametrize(("avtale", "mangler"), [("2026-01-31", False), ("2026-01-30", True)])
def test_an_agreement_of_an_earlier_placement_is_not_one_of_this(bygd: Any, avtale: str, mangler: bool) -> None:
    bygd.person(**FULLFORT | I_PRAKSIS | {"avtale_dato": avtale})
    assert ("PL_AVTALE" in codes(bygd, "2026-04-05")) == mangler


@pytest.mark.parametrize(("modell", "mangler"), [("1", False), ("2 læreplass", False), ("3", True), ("", True)])
def test_an_agreement_has_one_of_the_models(bygd: Any, modell: str, mangler: bool) -> None:
    bygd.person(**FULLFORT | I_PRAKSIS | {"avtale_dato": "2026-04-01", "avtale_modell": modell})
    assert ("PL_AVTALE" in codes(bygd, "2026-04-05")) == mangler


@pytest.mark.parametrize(
    ("samtykke", "mangler"),
    [
        ({"samtykke_dato": ""}, True),
        ({"samtykke_dato": "2026-05-11"}, False),
        ({"samtykke_dato": "2026-05-12"}, True),
        ({"samtykke_trukket_dato": "2025-09-22"}, False),
        ({"samtykke_trukket_dato": "2026-06-01"}, False),
        ({"samtykke_trukket_dato": "2025-09-30", "foresatte_informert_dato": "2025-10-01"}, True),
        ({"samtykke_dato": "", "foresatte_informert_dato": "", "samtykkeskjema_dato": ""}, False),
        ({"samtykke_dato": "", "foresatte_informert_dato": "2025-09-19", "samtykkeskjema_dato": ""}, False),
    ],
)
def test_one_of_age_whose_guardians_are_involved_has_consented_or_said_no(
    bygd: Any, samtykke: dict[str, str], mangler: bool
) -> None:
    bygd.person(**FULLFORT | samtykke)
    assert codes(bygd, "2026-05-11") == ["PL_SAMTYKKE_18"] * mangler


@pytest.mark.parametrize(
    ("dato", "plikt"),
    [("2026-02-28", "PL_FORESATTE"), ("2026-03-01", "PL_SAMTYKKE_18"), ("2027-02-28", "PL_SAMTYKKE_18")],
)
def test_one_born_on_29_february_comes_of_age_on_1_march(bygd: Any, dato: str, plikt: str) -> None:
    uten = {"foresatte_informert_dato": "", "samtykke_dato": ""}
    bygd.person(**FULLFORT | uten | {"fodselsdato": "2008-02-29"})
    assert codes(bygd, dato) == [plikt]


def test_a_duty_that_points_at_nothing_is_a_fault(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rad = kodeverk.all_rows(pliktgrunnlag.REGEL)[0] | {"start": "fodselsnummer"}
    with as_of(bygd, "2026-05-11") as kjoring:
        monkeypatch.setattr(kodeverk, "valid_on", lambda *_: (rad,))
        with pytest.raises(ProgramFeil, match="PL_KONTAKT"):
            pliktgrunnlag.concerned(kjoring.con, "PL_KONTAKT", kjoring.per_dato)


def test_a_day_long_before_her_birth_starts_no_clock(bygd: Any) -> None:
    person = bygd.person(tilmeldt_dato="1999-01-01", fodselsdato="2007-03-14")
    assert Gjoremaal(person, "PL_KONTAKT", "R05", date(2007, 3, 28)) in asked(bygd, "2026-05-11")


def crowd(bygd: Any, seed: int, antall: int = 1000) -> dict[str, dict[str, str]]:
    """Youth of every kind around 11 May 2026, by person id."""
    rng = random.Random(seed)
    dager = [
        str(date(2026, 5, 11) + timedelta(days=d)) for d in (-400, -90, -61, -60, -31, -30, -15, -14, -13, -1, 0, 1)
    ]
    fodt = ["2007-03-14", "2008-05-10", "2008-05-11", "2008-05-12", "2008-02-29", "2010-01-01", "2001-06-01"]
    felter = [*pliktgrunnlag.EKSTRA, "kontakt_dato", "oppfolgingsplan_dato", "tilmeldt_dato"]
    folk = {}
    with bygd.hjem.register.transaction("prøve") as con:
        ider = fakta.new_people(con, antall, "T0", to_utc(bygd.at("2026-01-02T06:00")))
        for nr, person in enumerate(ider):
            om = {felt: rng.choice(["", *dager]) for felt in felter} | {"fodselsdato": rng.choice(fodt)}
            om["tilmeldt_dato"] = rng.choice(["", *dager[:6], *dager])
            om |= {"ot_status": rng.choice(["OTUK", "OTOV", "OTOA", "OTKO", "OTAP", "OTSY", "OTFA_IM"])}
            om |= {"tiltak": rng.choice(["", "Praksis", "kurs", "utplassert"]), "avtale_modell": rng.choice("123")}
            folk[person] = om | {"fodselsnummer": f"{nr:011}", "personstatus": rng.choice(["bosatt"] * 9 + ["doed"])}
        rader = [(person, felt, verdi, date(2025, 1, 1)) for person, om in folk.items() for felt, verdi in om.items()]
        nye = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
        fakta.add(con, nye, "T0", to_utc(bygd.at("2026-01-02T06:00")))
    return folk


def by_hand(om: dict[str, str], dato: date) -> Iterator[str]:
    """What one youth lacks that is late, thought through one rule at a time; the days are those of the seed."""
    p = SimpleNamespace(**{felt.removesuffix("_dato"): _day(verdi) for felt, verdi in om.items() if "_dato" in felt})
    fodt, status = date.fromisoformat(om["fodselsdato"]), om["ot_status"]
    if not p.tilmeldt or p.tilmeldt > dato or fodt.year < 2002 or status == "OTFA_IM" or om["personstatus"] == "doed":
        return
    since: Callable[[date | None, date], bool] = lambda dag, fra: dag is not None and fra <= dag <= dato  # noqa: E731
    late: Callable[[date, int], bool] = lambda start, dager: dato > start + timedelta(days=dager)  # noqa: E731
    status_dag = date(2025, 1, 1)
    pagar = p.tiltak_til is None or p.tiltak_til >= dato
    oppstart = max(p.tiltak_fra or status_dag, p.tilmeldt) if pagar else status_dag
    if not since(p.kontakt, p.tilmeldt) and late(p.tilmeldt, 14):
        yield "PL_KONTAKT"
    if status == "OTOV":
        yield from ["PL_PLAN"] * (not since(p.oppfolgingsplan, p.tilmeldt))
        yield from ["PL_WIE"] * (not since(p.wie_tilbudt, p.tilmeldt))
    if status == "OTOA" and oppstart <= dato:
        to_maaneder = (pd.Timestamp(oppstart) + pd.DateOffset(months=2)).date()
        yield from ["PL_UTPLASSERING"] * (dato > to_maaneder and not since(p.utplassering_tilbudt, p.tilmeldt))
        yield from ["PL_MATEMATIKK"] * (late(oppstart, 30) and not since(p.matematikk_tilbudt, p.tilmeldt))
    praksis = pagar and oppstart <= dato and any(ord_ in om["tiltak"].lower() for ord_ in ("praksis", "utplass"))
    if status in ("OTOA", "OTKO") and praksis:
        sist = p.praksisbesok if since(p.praksisbesok, oppstart) else oppstart
        yield from ["PL_PRAKSISBESOK"] * late(sist, 14)
        avtalt = since(p.avtale, oppstart - timedelta(days=60)) and om["avtale_modell"] in "12"
        yield from ["PL_AVTALE"] * (late(oppstart, 7) and not avtalt)
    informert = [dag for dag in (p.foresatte_informert, p.samtykkeskjema) if since(dag, p.tilmeldt)]
    if not foresatte.is_adult(fodt, dato):
        yield from ["PL_FORESATTE"] * (late(p.tilmeldt, 14) and not since(p.foresatte_informert, p.tilmeldt))
        kontakt = p.kontakt if since(p.kontakt, p.tilmeldt) else status_dag
        gjelder = status in ("OTOV", "OTOA", "OTKO") and late(kontakt, 30)
        yield from ["PL_SAMTYKKESKJEMA"] * (gjelder and not since(p.samtykkeskjema, p.tilmeldt))
    elif informert and not foresatte.has_consented(om, dato):
        sagt_nei = p.samtykke_trukket is not None and p.samtykke_trukket >= max(informert)
        bursdag = date(fodt.year + 18, 3, 1) if (fodt.month, fodt.day) == (2, 29) else fodt.replace(year=fodt.year + 18)
        yield from ["PL_SAMTYKKE_18"] * (late(max(bursdag, min(informert)), 14) and not sagt_nei)


def _day(tekst: str) -> date | None:
    return date.fromisoformat(tekst) if tekst else None


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_late_is_the_same_when_each_youth_is_thought_through_by_hand(bygd: Any, seed: int) -> None:
    folk = crowd(bygd, seed)
    dato = date(2026, 5, 11)
    ventet = {(person, kode) for person, om in folk.items() for kode in by_hand(om, dato)}
    sene = {(ett.gjelder, ett.grunn_kode) for ett in asked(bygd, str(dato)) if ett.frist and ett.frist < dato}
    assert sene == ventet
    assert {kode for _, kode in ventet} == set(GRENSER)
