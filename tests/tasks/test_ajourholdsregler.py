"""The data quality rules: planted faults, one of each and every pair, are found, and nothing else is."""

from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tasks import ajourholdsregler, kodeverk
from tasks.ajourholdsregler import KRAV, rules
from tasks.feil import ProgramFeil
from tests.tasks.ajourholdsprove import FEIL, KJENT_FRA, MED_EN_ANNEN, REN, Folk, broken, naive

UFORENLIGE = (
    # One who has no name or birth date to share, or whose enrolment does not hold, is nobody's double.
    *(("AJ_MULIG_DOBBEL", kode) for kode in ("AJ_NAVN_MANGLER", "AJ_FODSELSDATO_MANGLER")),
    *((to, kode) for to in MED_EN_ANNEN for kode in FEIL if kode.startswith("AJ_TILMELDT")),
    # One whom nobody has enrolled has not been ended too early. A contact before the enrolment is not one.
    ("AJ_TILMELDT_MANGLER", "AJ_AVSLUTTET_FOR_TILMELDT"),
    ("AJ_TILMELDT_FRAMTID", "AJ_UKJENT_MED_KONTAKT"),
    # One whom a source has graded is not ungraded; the address of one who is protected is not asked for.
    ("AJ_GRADERING_MANGLER", "AJ_SPERRET_ADRESSE"),
    *(
        ("AJ_ADRESSE_MANGLER", f"AJ_{kode}")
        for kode in ("GRADERING_MANGLER", "SKJERMET_UTEN_KONTAKT", "SPERRET_ADRESSE")
    ),
)
"""Pairs that cannot be in one person."""
FOLGER = {
    frozenset({"AJ_STATUS_UTEN_KONTAKT", grad}): "AJ_SKJERMET_UTEN_KONTAKT"
    for grad in ("AJ_GRADERING_MANGLER", "AJ_SPERRET_ADRESSE")
}
"""Pairs that are a third fault too."""
TRENGER_OPPFOLGING = ("AJ_PLAN_MANGLER", "AJ_STATUS_UTEN_KONTAKT", "AJ_STATUS_FORELDET")


def pairs() -> list[tuple[str, str]]:
    """Every pair that one person can have: the two faults do not say different things of one field."""
    svar = []
    for en, annen in combinations([*FEIL, *MED_EN_ANNEN], 2):
        feil, andre = FEIL.get(en, {}), FEIL.get(annen, {})
        uenige = any(andre.get(felt, verdi) != verdi for felt, verdi in feil.items())
        av_status = {"ot_status"} & (feil.keys() | andre.keys()) and {en, annen} & set(TRENGER_OPPFOLGING)
        if not uenige and not av_status and not {(en, annen), (annen, en)} & set(UFORENLIGE):
            svar.append((en, annen))
    return svar


def plant(folk: Folk, koder: tuple[str, ...]) -> set[tuple[str, str]]:
    """Put in one who breaks the rules, and the other one where it takes two; returns what must be found."""
    felt = {navn: verdi for kode in koder for navn, verdi in FEIL.get(kode, {}).items()}
    person = folk.add(**felt)
    funn = {(person, kode) for kode in (*koder, FOLGER.get(frozenset(koder))) if kode}
    her = folk.alle[-1]
    if "AJ_TO_TILMELDINGER" in koder:
        numre = {"fodselsnummer": her["fodselsnummer"]}
        annen = folk.add(**numre)
        funn |= {
            (annen, kode) for kode in koder if kode in ("AJ_TO_TILMELDINGER", "AJ_NUMMER_UMULIG", "AJ_FIKTIVT_NUMMER")
        }
    if "AJ_MULIG_DOBBEL" in koder:
        navn = {
            "fornavn": her["fornavn"].upper(),
            "etternavn": f" {her['etternavn']}",
            "fodselsdato": her["fodselsdato"],
        }
        annen = folk.add(**navn)
        funn |= {(annen, kode) for kode in koder if kode == "AJ_MULIG_DOBBEL" or "fodselsdato" in FEIL.get(kode, {})}
    return funn


def test_the_table_and_the_requirements_are_the_same_rules_and_each_has_a_planted_fault() -> None:
    assert [regel.kode for regel in rules(date(2026, 2, 9))] == [
        rad["kode"] for rad in kodeverk.all_rows("regler/ajourhold")
    ]
    assert KRAV.keys() == FEIL.keys() | set(MED_EN_ANNEN)


def test_a_rule_in_one_of_the_two_only_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ajourholdsregler, "KRAV", {kode: krav for kode, krav in KRAV.items() if kode != "AJ_DOED"})
    with pytest.raises(ProgramFeil, match="AJ_DOED"):
        rules(date(2026, 2, 9))


def test_every_planted_fault_and_pair_is_found_and_nothing_else(bygd: Any) -> None:
    folk = Folk(bygd)
    ventet: set[tuple[str, str]] = set()
    alle = [(kode,) for kode in (*FEIL, *MED_EN_ANNEN)] + pairs()
    for koder in alle:
        ventet |= plant(folk, koder)
        folk.add()
    folk.load()
    assert len(alle) > 300
    assert folk.judged() == ventet


CLEAN = {
    "den som er ukjent, er ikke kontaktet": {"ot_status": "OTUK", "kontakt_dato": "", "oppfolgingsplan_dato": ""},
    "kontakten var før statusen": {"ot_status": "OTUK", "kontakt_dato": "2026-01-01"},
    "den som er i aktivitet, har ingen plan": {"ot_status": "OTAR", "oppfolgingsplan_dato": ""},
    "utenfor målgruppen trenger ingen kontakt": {
        "ot_status": "OTAR_IM",
        "kontakt_dato": "",
        "oppfolgingsplan_dato": "",
    },
    "har flyttet til et annet fylke": {"ot_status": "OTFA_IM", "kommunenummer": "0301"},
    "har flyttet ut av landet": {"ot_status": "OTFU_IM", "personstatus": "utflyttet"},
    "strengt fortrolig med postboks": {"adressegradering_otto": "KODE 6", "adresselinje1": "Sot 6, Postboks 2094 Vika"},
    "strengt fortrolig uten adresse": {"adressegradering_otto": "Strengt fortrolig", "adresselinje1": ""},
    "fortrolig med adresse": {"adressegradering_vigo": "fortrolig", "adressegradering_otto": ""},
    "yngst": {"fodselsdato": "2011-12-31"},
    "eldst": {"fodselsdato": "2002-01-01"},
    "statusen er så gammel som den kan bli": {"ot_status@": "2025-02-09"},
    "tilmeldt i dag": {"tilmeldt_dato": "2026-02-09", "kontakt_dato": "2026-02-09"},
    "avsluttes i dag": {"avsluttet_dato": "2026-02-09"},
    "kommunen uten null": {"kommunenummer": "3905"},
    "avsluttet for lenge siden, uten noe": {"avsluttet_dato": "2025-12-31", "raadgiver": "", "adresselinje1": ""},
    "bare i Vigo, ennå ikke tilmeldt": {
        "adressegradering_otto": "",
        "ot_status": "",
        "tilmeldt_dato": "",
        "raadgiver": "",
    },
    "samme navn, annen dag": {"fornavn": "Åse", "etternavn": "Nordmann", "fodselsdato": "2007-03-15"},
    "samme dag, annet navn": {"fornavn": "Åse", "etternavn": "Nordman"},
    "avsluttet dobbel": {"fornavn": "Åse", "etternavn": "Nordmann", "avsluttet_dato": "2025-12-31"},
}


def test_a_clean_register_has_no_findings(bygd: Any) -> None:
    folk = Folk(bygd)
    folk.add(fornavn="Åse", etternavn="Nordmann")
    for felt in CLEAN.values():
        folk.add(**felt)
    folk.load()
    assert folk.judged() == set()


def test_an_empty_register_has_no_findings(bygd: Any) -> None:
    assert broken(bygd) == set()


@pytest.mark.parametrize(("dag", "funn"), [(date(2024, 7, 31), {"AJ_UTENFOR_ALDER"}), (date(2024, 8, 1), set())])
def test_the_age_rule_is_the_one_of_the_day(bygd: Any, dag: date, funn: set[str]) -> None:
    folk = Folk(bygd)
    folk.add(**{f"{felt}@": "2024-02-01" for felt in (*REN, "fodselsnummer", "fornavn", "etternavn")},
             fodselsdato="2000-05-05", tilmeldt_dato="2024-01-15", kontakt_dato="2024-02-01")  # fmt: skip
    folk.load()
    assert {kode for _, kode in folk.judged(dag)} == funn


def test_an_old_municipality_is_right_until_the_county_was_split(bygd: Any) -> None:
    folk = Folk(bygd)
    folk.add(**{f"{felt}@": "2023-11-01" for felt in (*REN, "fodselsnummer", "fornavn", "etternavn")},
             kommunenummer="3803", tilmeldt_dato="2023-10-15", kontakt_dato="2023-10-20")  # fmt: skip
    folk.load()
    assert {kode for _, kode in folk.judged(date(2023, 12, 31))} == set()
    assert {kode for _, kode in folk.judged(date(2024, 1, 1))} == {"AJ_KOMMUNE_UTGATT"}


def test_a_number_one_has_had_before_makes_two_enrolments_and_an_ended_one_does_not(bygd: Any) -> None:
    folk = Folk(bygd)
    en = folk.add(**{"fodselsnummer": "14830750058", "fodselsnummer+": "14830750168"})
    annen = folk.add(fodselsnummer="14830750168")
    folk.add(fodselsnummer="14830750168", avsluttet_dato="2026-01-31")
    folk.load()
    assert folk.judged() == {(en, "AJ_TO_TILMELDINGER"), (annen, "AJ_TO_TILMELDINGER")}


def test_a_number_that_only_a_load_taken_back_gave_is_no_second_enrolment(bygd: Any) -> None:
    folk = Folk(bygd)
    egen, gitt = "14830750058", "14830750168"
    en, annen = folk.add(fodselsnummer=egen), folk.add(fodselsnummer=gitt)
    folk.load()
    bygd.change(en, "2026-01-05", kjoring_id="T1", fodselsnummer=gitt)
    bygd.change(en, "2026-01-05", "2026-01-07T08:00", kjoring_id="T2", fodselsnummer=egen)
    assert folk.judged() == {(en, "AJ_TO_TILMELDINGER"), (annen, "AJ_TO_TILMELDINGER")}
    bygd.taken_back("T1", "T2", "2026-01-07T08:00")
    assert folk.judged() == set()


@pytest.mark.parametrize(
    ("en", "annen", "like"),
    [
        ("Anne-Marie Åsen", "anne marie  ÅSEN", True),
        ("Åse Berg", "A\u030ase Berg", True),
        ("Åse Berg", "Ase Berg", False),
        ("Åse Berg", "Åse Berge", False),
    ],
)
def test_letters_case_hyphens_and_spaces_do_not_tell_two_names_apart(
    bygd: Any, en: str, annen: str, *, like: bool
) -> None:
    folk = Folk(bygd)
    for navn in (en, annen):
        fornavn, _, etternavn = navn.rpartition(" ")
        folk.add(fornavn=fornavn, etternavn=etternavn)
    folk.load()
    assert bool(folk.judged()) == like


MULIGE: dict[str, list[str]] = {
    "fodselsnummer": ["14830750058", "14830750168", "14830750278", "14830700018", "123"],
    "fornavn": ["Åse", "åse", ""],
    "etternavn": ["Nord-Mann", "nord mann", "Berg", ""],
    "fodselsdato": [
        "2007-03-14",
        "2007-03-14",
        "",
        "2026-02-10",
        "2011-01-01",
        "2012-01-01",
        "2002-01-01",
        "2001-12-31",
    ],
    "adresselinje1": ["Storgata 1", "", "SOT 6, postboks 2094"],
    "kommunenummer": ["3905", "3803", "", "0301", "3999", "301"],
    "personstatus": ["bosatt", "doed", "opphoert", "utflyttet", "", "x"],
    "adressegradering_vigo": ["ugradert", "ugradert", "", "mangler", "fortrolig", "strengtFortrolig"],
    "adressegradering_otto": ["ugradert", "ugradert", "", "mangler", "KODE 6", "klientadresse"],
    "raadgiver": ["R05", "", "R99"],
    "tilmeldt_dato": ["2025-09-20", "2025-09-20", "", "2026-02-09", "2026-02-10"],
    "avsluttet_dato": ["", "", "2025-09-19", "2026-02-08", "2026-02-09"],
    "ot_status": ["OTUK", "OTOV", "OTAR", "OTNO", "OTFA_IM", "OTFU_IM", "OTXX", ""],
    "ot_status@": [KJENT_FRA, "2025-09-12", "2025-09-11", "2025-02-08", "2024-02-08"],
    "kontakt_dato": ["", "2025-09-19", "2025-10-01", KJENT_FRA, "2026-02-09", "2026-02-10"],
    "oppfolgingsplan_dato": ["", "2025-10-01"],
    "tilmeldingsgrunn": ["ikke_sokt", "", "x"],
}


UTEN_KRYMPING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is a register: what fails is told as it is, not made smaller for minutes."""


@settings(
    max_examples=12, deadline=None, phases=UTEN_KRYMPING, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.fixed_dictionaries({felt: st.sampled_from(verdier) for felt, verdier in MULIGE.items()}), max_size=60)
)
def test_the_suite_finds_what_a_naive_reading_of_the_rules_finds(lag_bygd: Any, alle: list[dict[str, str]]) -> None:
    folk = Folk(lag_bygd())
    for felt in alle:
        folk.add(**felt)
    folk.load()
    raadgivere = {raadgiver.id for raadgiver in folk.bygd.hjem.innstillinger.radgivere}
    assert folk.judged() == naive(folk.alle, raadgivere)
