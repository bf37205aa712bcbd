"""Contact with the schools: whose task, what is sent, what is left."""

import base64
import json

import pytest

from tasks.anledning import occasion
from tasks.epost import message_of
from tasks.skole.kontakt import school_mails, school_table, school_work, without_address
from tasks.skole.skjemaleser import read_form
from tasks.skole.skoler import load_schools
from tests.tasks.skole.conftest import UNGDOMSSKOLE, VIDEREGAENDE, deliver_schools

FEBRUAR, MARS = "2026-02-02T08:00", "2026-03-02T08:00"
TO = [{}, {"skolenummer": "39002", "skoletype": "videregaende", "skole": "Demo vgs"}]


@pytest.fixture
def skoler(bygd, apne):
    deliver_schools(bygd, *TO)
    with apne(VIDEREGAENDE, FEBRUAR) as kjoring:
        load_schools(kjoring)
    return bygd


def answer(kjoring, gjelder, svar_kode):
    kjoring.con.execute(
        "INSERT INTO arbeidssvar (oppgave_id, rad, aar, gjelder, grunn_kode, besvart_av, svar_kode, dato, kanal,"
        " innhold, tilstand, feil, fil, sha256, ark, rad_nr, registrert_tid, kjoring_id)"
        " VALUES ('O1', ?, ?, ?, 'g', 'R01', ?, NULL, '', '{}', 'brukt', '[]', '', '', '', 1, now(), 'k')",
        [kjoring.rad.rad, kjoring.aar, gjelder, svar_kode],
    )


def form_came(kjoring, skolenummer, *felter):
    for felt in felter:
        kjoring.con.execute(
            "INSERT INTO skolesvar VALUES (?, ?, ?, ?, '1', '', now(), 'k')",
            [skolenummer, kjoring.rad.rad, kjoring.aar, felt],
        )


@pytest.mark.parametrize(
    ("rad", "tid", "skole", "grunn"),
    [(VIDEREGAENDE, FEBRUAR, "39002", "SKOLE_VIDEREGAENDE"), (UNGDOMSSKOLE, MARS, "39001", "SKOLE_UNGDOMSSKOLE")],
)
def test_each_row_contacts_the_schools_of_its_own_kind(skoler, apne, rad, tid, skole, grunn):
    with apne(rad, tid) as kjoring:
        (ett,) = school_work(kjoring)
    assert (ett.gjelder, ett.grunn_kode) == (f"skole:{skole}", grunn)
    assert ett.eier in {r.id for r in skoler.hjem.innstillinger.radgivere if "3905" in r.kommuner}


def test_a_whole_form_is_contact_with_a_lower_secondary_school(skoler, apne):
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        form_came(kjoring, "39001", "antall_elever", "kontaktperson")
        assert len(school_work(kjoring)) == 1
        form_came(kjoring, "39001", "antall_uten_soknad")
        assert school_work(kjoring) == []


def test_a_form_is_not_contact_with_an_upper_secondary_school(skoler, apne):
    with apne(VIDEREGAENDE, FEBRUAR) as kjoring:
        form_came(kjoring, "39002", "kontaktperson")
        assert len(school_work(kjoring)) == 1


def test_each_school_gets_one_mail_a_year_with_a_form_that_is_its_own(skoler, apne):
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        (sending,) = school_mails(occasion(kjoring)).sendinger
        igjen = school_mails(occasion(kjoring)).sendinger
    assert igjen == [sending]
    innhold = json.loads(sending.innhold)
    assert (sending.person_id, sending.mottaker, sending.mottaker_ref, sending.kanal) == ("", "skole", "39001", "epost")
    assert (innhold["til"], innhold["vedlegg"]["navn"]) == ("post@example.no", "skjema_39001_2026.xlsx")
    skjema = read_form(base64.b64decode(innhold["vedlegg"]["base64"]), "ungdomsskole")
    assert skjema.id == ("39001", UNGDOMSSKOLE, 2026)
    assert b"spreadsheetml.sheet" in message_of("u1", sending.innhold).data


def test_the_mail_says_who_asks_about_what_and_by_when(skoler, apne):
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        (sending,) = school_mails(occasion(kjoring)).sendinger
        (oppgave,) = school_work(kjoring)
    innhold = json.loads(sending.innhold)
    raadgiver = next(r for r in skoler.hjem.innstillinger.radgivere if r.id == oppgave.eier)
    assert all(del_ in innhold["tekst"] for del_ in ("Demo ungdomsskole", raadgiver.navn, raadgiver.epost, "1. april"))
    assert innhold["emne"].endswith("2026/2027")
    assert "{" not in innhold["tekst"] + innhold["emne"]


def test_a_school_without_an_address_gets_no_mail_and_is_counted(bygd, apne):
    deliver_schools(bygd, {"epost": ""})
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        load_schools(kjoring)
        assert school_mails(occasion(kjoring)).sendinger == []
        (funn,) = without_address(kjoring)
    assert funn.kode == "ÅH-3135"
    assert funn.tekst.startswith("1 skoler")


@pytest.mark.parametrize(
    ("svar", "rad"),
    [
        ("SKOLE_KONTAKTET", (1, 1, 0, 0, 0)),
        ("SKOLE_IKKE_AKTUELL", (1, 0, 1, 0, 0)),
        ("SKOLE_FORSOKT", (1, 0, 0, 0, 1)),
    ],
)
def test_the_table_tells_what_is_contacted_and_what_is_left(skoler, apne, svar, rad):
    with apne(VIDEREGAENDE, FEBRUAR) as kjoring:
        answer(kjoring, "skole:39002", svar)
        assert school_table(kjoring).rader[-1] == ("Alle", *rad)


def test_the_last_answer_about_a_school_counts(skoler, apne):
    with apne(VIDEREGAENDE, FEBRUAR) as kjoring:
        answer(kjoring, "skole:39002", "SKOLE_FORSOKT")
        answer(kjoring, "skole:39002", "SKOLE_KONTAKTET")
        assert school_table(kjoring).rader[-1] == ("Alle", 1, 1, 0, 0, 0)


def test_a_form_that_is_contact_leaves_nothing_in_the_table(skoler, apne):
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        form_came(kjoring, "39001", "antall_elever", "kontaktperson", "antall_uten_soknad")
        assert school_table(kjoring).rader[-1] == ("Alle", 1, 0, 0, 1, 0)
