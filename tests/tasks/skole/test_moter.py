"""Clarifying meetings: who is to have one, who is left out, and what the calendar tells."""

import json
from datetime import date

import pytest

from tasks.oppgaver import ANSVARLIG
from tasks.skole.moteplan import meeting_events
from tasks.skole.moter import load_pupils_at_risk, meeting_table, school_meetings, season_meetings
from tasks.skole.skoler import load_schools, owners, schools
from tests.tasks.conftest import synthetic_number
from tests.tasks.skole.conftest import ELEV, SESONG, UNGDOMSSKOLE, VIDEREGAENDE, deliver_schools

APRIL, AUGUST, OKTOBER = "2026-04-07T08:00", "2026-08-24T08:00", "2026-10-19T08:00"
SEKSTEN = {"fodselsdato": "2010-06-01"}
NUMMER = synthetic_number("2009-03-14", 1)


def deliver(bygd, *elever, navn="_39001"):
    numre = (synthetic_number("2009-03-14", nr) for nr in range(1, 20))
    bygd.deliver("skole_avklaring", *(ELEV | {"fodselsnummer": next(numre)} | elev for elev in elever), navn=navn)


def season(apne, tid=AUGUST):
    with apne(SESONG, tid) as kjoring:
        funn = load_pupils_at_risk(kjoring)
        return season_meetings(kjoring), kjoring.tall, funn


def answered(bygd, gjelder, svar_kode, rad=SESONG, grunn="AVKLARINGSMOTE", eier="R05", **celler):
    bygd.write(
        "INSERT INTO oppgave (oppgave_id, rad, aar, gjelder, grunn_kode, raadgiver, tilstand, kjoring_id)"
        " VALUES (?, ?, 2026, ?, ?, ?, 'åpen', 'k')",
        [[f"O{gjelder}", rad, gjelder, grunn, eier]],
    )
    bygd.write(
        "INSERT INTO arbeidssvar (oppgave_id, rad, aar, gjelder, grunn_kode, besvart_av, svar_kode, dato, kanal,"
        " innhold, tilstand, feil, fil, sha256, ark, rad_nr, registrert_tid, kjoring_id)"
        " VALUES ('O', ?, 2026, ?, ?, 'R05', ?, NULL, '', ?, 'brukt', '[]', '', '', '', 1, now(), 'k')",
        [[rad, gjelder, grunn, svar_kode, json.dumps(celler)]],
    )


@pytest.mark.parametrize(
    ("felt", "mote"),
    [
        (SEKSTEN, True),
        ({"fodselsdato": "2010-12-31"}, True),
        ({"fodselsdato": "2009-12-31"}, False),
        ({"fodselsdato": "2011-01-01"}, False),
        (SEKSTEN | {"ikkesoker_skoleaar": "20252026"}, False),
        (SEKSTEN | {"ikkesoker_skoleaar": ""}, False),
        (SEKSTEN | {"ot_status": "OTIA"}, False),
    ],
)
def test_those_who_leave_lower_secondary_school_without_plans_are_to_have_a_meeting(bygd, apne, felt, mote):
    if felt.get("ot_status"):
        felt = felt | {"ot_status": avklart()}
    person = bygd.person(**felt)
    with apne(UNGDOMSSKOLE, APRIL) as kjoring:
        funnet = school_meetings(kjoring)
    assert [(ett.gjelder, ett.eier, ett.frist) for ett in funnet] == (
        [(person, "R05", date(2026, 6, 1))] if mote else []
    )


def avklart():
    """A status of one whom we know what does."""
    from tasks import kodeverk

    grupper = {r["kode"] for r in kodeverk.valid_on("regler/avklart", date(2026, 4, 1)) if r["avklart"] == "ja"}
    return next(
        r["kode"] for r in kodeverk.valid_on("kodeverk/ot_status", date(2026, 4, 1)) if r["gruppenavn"] in grupper
    )


def test_the_row_of_the_upper_secondary_schools_has_no_meetings(bygd, apne):
    bygd.person(**SEKSTEN)
    with apne(VIDEREGAENDE, "2026-02-02T08:00") as kjoring:
        assert school_meetings(kjoring) == []


def test_one_without_an_adviser_is_the_responsible_s(bygd, apne):
    bygd.person(**SEKSTEN, raadgiver="")
    with apne(UNGDOMSSKOLE, APRIL) as kjoring:
        assert [ett.eier for ett in school_meetings(kjoring)] == [ANSVARLIG]


@pytest.mark.parametrize(
    ("aarsak", "grunn"),
    [
        ("FARE", "AVKLARINGSMOTE"),
        ("AVBRUDD", "FOLG_OPP_AVBRUDD"),
        ("BYTTER_SKOLE", ""),
        ("BYTTER_PROGRAM", ""),
        ("OVER_I_LAERE", ""),
    ],
)
def test_each_reason_asks_for_what_the_wheel_says(bygd, apne, aarsak, grunn):
    deliver(bygd, {"avklaring_aarsak": aarsak})
    gjoremaal, tall, funn = season(apne)
    assert [ett.grunn_kode for ett in gjoremaal] == ([grunn] if grunn else [])
    assert (tall.inn, tall.lastet, tall.nye, tall.uendret, tall.karantene, funn) == (1, 1, 1, 0, 0, [])


def test_one_who_has_left_is_contacted_within_a_week_of_the_school_s_report(bygd, apne):
    deliver(bygd, {"avklaring_aarsak": "AVBRUDD", "avklaring_meldt_dato": "20.08.2026"}, {})
    frister = {ett.grunn_kode: ett.frist for ett in season(apne)[0]}
    assert frister == {"FOLG_OPP_AVBRUDD": date(2026, 8, 27), "AVKLARINGSMOTE": None}


def test_a_pupil_whom_we_did_not_know_is_a_person_and_not_a_youth_of_the_service(bygd, apne):
    deliver(bygd, {})
    season(apne)
    assert bygd.facts(NUMMER, "fornavn", "adressegradering_skole", "avklaring_skole") == ("Åse", "ugradert", "Demo vgs")
    uten = ("tilmeldt_dato", "ot_status", "raadgiver", "adressegradering_vigo")
    assert bygd.facts(NUMMER, "fornavn", *uten) == ("Åse", "", "", "", "")


def test_one_whom_only_a_school_has_told_of_is_enrolled_when_vigo_does(bygd, apne):
    deliver(bygd, {"avklaring_aarsak": "AVBRUDD"})
    season(apne)
    bygd.deliver("vigo_ot_linjer", {"fodselsnummer": NUMMER, "ajourholdskode": "S", "registrert_dato": "10.09.2026"})
    bygd.run("24-innlasting-neisvarere", "2026-09-14T08:00")
    assert bygd.facts(NUMMER, "tilmeldt_dato", "ot_status") == ("2026-09-10", "OTUK")


@pytest.mark.parametrize("gradering", ["fortrolig", "", "kode 6"])
def test_one_whom_the_school_says_is_protected_is_so_whatever_else_is_known(bygd, apne, gradering):
    from tasks.skjermede import hidden

    person = bygd.person(fodselsdato="2009-03-14", fodselsnummer=NUMMER)
    deliver(bygd, {"adressegradering": gradering}, {})
    season(apne)
    with apne(SESONG, AUGUST) as kjoring:
        assert hidden(kjoring.con, kjoring.siste_dag) == {person}


def test_a_pupil_of_ours_is_her_own_adviser_s_and_another_the_school_s(bygd, apne):
    deliver_schools(bygd, {})
    with apne(SESONG, AUGUST) as kjoring:
        load_schools(kjoring)
        skolens = owners(kjoring.hjem, schools(kjoring.con))["39001"]
    person = bygd.person(fodselsdato="2009-03-14", fodselsnummer=NUMMER, raadgiver="R20")
    deliver(bygd, {}, {}, {"avklaring_skolenummer": "39999"})
    eiere = {ett.gjelder: ett.eier for ett in season(apne)[0]}
    assert eiere.pop(person) == "R20"
    assert sorted(eiere.values()) == sorted([skolens, ANSVARLIG])


def test_a_later_list_says_what_holds_and_leaves_the_others_as_they_were(bygd, apne):
    deliver(bygd, {}, {})
    season(apne)
    deliver(bygd, {"avklaring_aarsak": "BYTTER_SKOLE", "avklaring_meldt_dato": "12.10.2026"}, navn="_39002")
    gjoremaal, tall, _ = season(apne, OKTOBER)
    assert (len(gjoremaal), tall.inn, tall.lastet, tall.nye) == (1, 1, 1, 0)


def test_the_same_list_again_changes_nothing(bygd, apne):
    deliver(bygd, {}, {"avklaring_aarsak": "AVBRUDD"})
    forst, _, _ = season(apne)
    igjen, tall, _ = season(apne)
    assert (igjen, tall.lastet, tall.uendret) == (forst, 0, 2)


@pytest.mark.parametrize(
    "feil",
    [
        {"avklaring_aarsak": "SKULK"}, {"avklaring_aarsak": ""}, {"avklaring_skoleaar": "20252026"},
        {"avklaring_meldt_dato": "01.12.2026"}, {"avklaring_skolenummer": "3900"}, {"kommunenummer": "1103"},
    ],
)  # fmt: skip
def test_a_bad_row_is_set_aside_and_asks_for_nothing(bygd, apne, feil):
    deliver(bygd, feil, {})
    gjoremaal, tall, funn = season(apne)
    assert (len(gjoremaal), tall.karantene, [ett.kode for ett in funn]) == (1, 1, ["ÅH-3001"])


def test_last_year_s_reports_ask_for_nothing_this_year(bygd, apne):
    bygd.person(avklaring_aarsak="FARE", avklaring_skoleaar="20252026", avklaring_meldt_dato="2025-09-01")
    with apne(SESONG, AUGUST) as kjoring:
        assert season_meetings(kjoring) == []


def test_the_table_counts_reports_exclusions_and_meetings(bygd, apne):
    deliver(bygd, {}, {}, {}, {"avklaring_aarsak": "BYTTER_SKOLE"}, {"avklaring_aarsak": "AVBRUDD"})
    gjoremaal, _, _ = season(apne)
    avtalt, holdt, _, _ = sorted(ett.gjelder for ett in gjoremaal)
    answered(bygd, avtalt, "MOTE_AVTALT", motedato="2026-09-10", ppt_spurt="nei")
    answered(bygd, holdt, "MOTE_AVTALT", motedato="2026-09-01", ppt_spurt="ja")
    answered(bygd, holdt, "MOTE_HOLDT", motedato="2026-09-01", ppt_spurt="ja")
    with apne(SESONG, OKTOBER) as kjoring:
        tall = dict(meeting_table(kjoring).rader)
    assert tall == {
        "Meldt av skolene": 5, "Står i fare for å avbryte opplæringen": 3, "Har avbrutt opplæringen": 1,
        "Bytter skole (ikke med)": 1, "Bytter utdanningsprogram (ikke med)": 0, "Går over i lære (ikke med)": 0,
        "Skal ha møte": 3, "Avtalt": 1, "Holdt": 1, "Holdes ikke": 0, "PPT er spurt": 1, "Ikke avtalt ennå": 1,
    }  # fmt: skip


def test_spring_s_table_counts_those_who_leave_lower_secondary_school(bygd, apne):
    person = bygd.person(**SEKSTEN)
    bygd.person(**SEKSTEN)
    answered(bygd, person, "MOTE_IKKE_HOLDT", UNGDOMSSKOLE, "AVKLARINGSMOTE_GRUNNSKOLE")
    with apne(UNGDOMSSKOLE, APRIL) as kjoring:
        tall = dict(meeting_table(kjoring).rader)
    assert (tall["Skal ha møte"], tall["Holdes ikke"], tall["Ikke avtalt ennå"], len(tall)) == (2, 1, 1, 6)


def events(bygd):
    with bygd.hjem.register.transaction("prøve") as con:
        return meeting_events(con, 2026)


def test_an_agreed_meeting_is_in_the_adviser_s_calendar_without_the_pupil(bygd):
    person = bygd.person(avklaring_skole="Demo vgs")
    answered(bygd, person, "MOTE_AVTALT", motedato="2026-09-10")
    ((eier, (ett,)),) = events(bygd).items()
    assert (eier, ett.tittel, ett.dag, ett.er_frist) == ("R05", "Avklaringsmøte, Demo vgs", date(2026, 9, 10), False)
    assert not any(del_ in str(ett) for del_ in (person, "Nordmann", "Åse"))


def test_a_moved_meeting_is_the_same_event_on_another_day(bygd):
    answered(bygd, person := bygd.person(), "MOTE_AVTALT", motedato="2026-09-10")
    (for_,) = events(bygd)["R05"]
    answered(bygd, person, "MOTE_AVTALT", motedato="2026-09-17")
    (etter,) = events(bygd)["R05"]
    assert (for_.uid, etter.dag) == (etter.uid, date(2026, 9, 17))


@pytest.mark.parametrize("felt", [{"adressegradering_vigo": "fortrolig"}, {"adressegradering_otto": "mangler"}])
def test_one_who_is_protected_is_in_no_calendar(bygd, felt):
    answered(bygd, bygd.person(**felt), "MOTE_AVTALT", motedato="2026-09-10")
    assert events(bygd) == {}


def test_a_meeting_that_is_not_held_is_out_of_the_calendar(bygd):
    answered(bygd, person := bygd.person(), "MOTE_AVTALT", motedato="2026-09-10")
    answered(bygd, person, "MOTE_IKKE_HOLDT", merknad="syk")
    assert events(bygd) == {}


def test_facts_of_a_pupil_are_those_of_the_list_only(bygd, apne):
    deliver(bygd, {})
    season(apne)
    felter = {felt for (felt,) in bygd.ask("SELECT DISTINCT felt FROM fakta")}
    assert felter - {"fodselsdato"} <= {k if k != "adressegradering" else f"{k}_skole" for k in ELEV}
