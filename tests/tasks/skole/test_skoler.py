"""The schools as the county's list has them, and whose each is."""

import pytest

from schemas.skole import Skole
from tasks import visninger
from tasks.feil import BrukerFeil
from tasks.oppgaver import ANSVARLIG
from tasks.skole.skoler import load_schools, owners, school_cells, schools
from tests.tasks.conftest import at
from tests.tasks.skole.conftest import SKOLE, UNGDOMSSKOLE, VIDEREGAENDE, deliver_schools, settings

FEBRUAR, MARS = "2026-02-02T08:00", "2026-03-02T08:00"


def load(apne, tid=FEBRUAR, rad=VIDEREGAENDE, **valg):
    with apne(rad, tid, **valg) as kjoring:
        funn = load_schools(kjoring)
        return kjoring.tall, [ett.kode for ett in funn], schools(kjoring.con)


def school(nummer, kommune="3905"):
    return Skole(**SKOLE | {"skolenummer": nummer, "kommunenummer": kommune})


def test_the_list_becomes_the_schools_of_the_register(bygd, apne):
    deliver_schools(bygd, {}, {"skolenummer": "39002", "skoletype": "videregaende", "kommunenummer": "3803"})
    tall, _, skoler = load(apne)
    assert [(s.skolenummer, s.skoletype, s.kommunenummer) for s in skoler] == [
        ("39001", "ungdomsskole", "3905"),
        ("39002", "videregaende", "3905"),
    ]
    assert (tall.inn, tall.lastet, tall.nye, tall.uendret, tall.karantene) == (2, 2, 2, 0, 0)


def test_the_same_list_again_changes_nothing(bygd, apne):
    deliver_schools(bygd, {})
    load(apne)
    tall, _, skoler = load(apne)
    assert (tall.inn, tall.lastet, tall.uendret, len(skoler)) == (1, 0, 1, 1)


def test_a_school_that_is_gone_is_closed_and_what_was_is_kept(bygd, apne):
    deliver_schools(bygd, {}, {"skolenummer": "39002"})
    load(apne)
    deliver_schools(bygd, {"kontaktperson": "Ny Demo"})
    tall, _, skoler = load(apne)
    assert ([s.kontaktperson for s in skoler], tall.borte, tall.lastet) == (["Ny Demo"], 1, 1)
    assert bygd.ask("SELECT count(*) FROM skole") == [(3,)]


def test_the_schools_are_shown_as_they_stood_at_a_moment(bygd, apne):
    deliver_schools(bygd, {}, {"skolenummer": "39002"})
    load(apne)
    da = visninger.show(bygd.fresh(), "skoler", persondata_for="Kari")
    deliver_schools(bygd, {"kontaktperson": "Ny Demo"})
    load(apne, MARS)
    vist = [
        visninger.show(bygd.fresh(), "skoler", kjent_tid=at(tid), persondata_for="Kari")
        for tid in ("2026-02-02T07:59", FEBRUAR, "2026-03-02T07:59", MARS)
    ]
    assert [list(ramme["kontaktperson"]) for ramme in vist] == [[], ["Ola Demo"] * 2, ["Ola Demo"] * 2, ["Ny Demo"]]
    assert vist[1].to_csv() == vist[2].to_csv() == da.to_csv()


def test_a_bad_row_is_set_aside_and_the_school_stays_as_it_was(bygd, apne):
    deliver_schools(bygd, {}, {"skolenummer": "39002"})
    load(apne)
    deliver_schools(bygd, {"telefon": "12"}, {"skolenummer": "39002"})
    tall, koder, skoler = load(apne)
    assert ([s.skolenummer for s in skoler], tall.karantene, tall.borte, koder) == (
        ["39001", "39002"],
        1,
        0,
        ["ÅH-3001"],
    )


def test_a_number_that_stands_twice_is_set_aside(bygd, apne):
    deliver_schools(bygd, {}, {"skole": "En annen"})
    tall, _, skoler = load(apne)
    assert ([s.skole for s in skoler], tall.karantene) == (["Demo ungdomsskole"], 1)


def test_half_a_list_stops_until_a_person_accepts_it(bygd, apne):
    deliver_schools(bygd, *({"skolenummer": f"3900{nr}"} for nr in range(1, 6)))
    load(apne)
    deliver_schools(bygd, {}, {"skolenummer": "39002"}, navn="_ny")
    deliver_schools(bygd, {})
    (bygd.hjem.innboks / "skole_oversikt_ny.csv").unlink()
    with pytest.raises(BrukerFeil) as feil:
        load(apne)
    assert feil.value.kode == "ÅH-2015"
    godta = str(feil.value).split("med koden ")[1][:8]
    assert len(load(apne, godta=godta)[2]) == 1


def test_a_row_run_again_does_not_bring_back_an_older_list_than_another_row_s(bygd, apne):
    deliver_schools(bygd, {"kontaktperson": "Gammel"})
    load(apne)
    deliver_schools(bygd, {"kontaktperson": "Ny"})
    load(apne, MARS, UNGDOMSSKOLE)
    tall, _, skoler = load(apne, MARS)
    assert ([s.kontaktperson for s in skoler], tall.inn) == (["Ny"], 0)


def test_no_list_at_all_is_told(bygd, apne):
    assert load(apne)[1] == ["ÅH-3144"]


def test_schools_of_a_municipality_are_shared_in_order_of_number(bygd):
    raadgivere = [r.id for r in bygd.hjem.innstillinger.radgivere if "3905" in r.kommuner]
    assert len(raadgivere) > 1
    skoler = [school(f"3900{nr}") for nr in (3, 1, 2)]
    eiere = owners(bygd.hjem, skoler)
    assert [eiere[f"3900{nr}"] for nr in (1, 2, 3)] == [raadgivere[nr % len(raadgivere)] for nr in range(3)]


def test_a_school_given_by_number_is_hers_whatever_its_municipality(bygd):
    settings(bygd, r'id = "R25"', 'id = "R25"\nskoler = ["39001"]')
    assert owners(bygd.fresh(), [school("39001")]) == {"39001": "R25"}


def test_a_municipality_without_an_adviser_is_its_leader_s_else_the_responsible_s(bygd):
    settings(
        bygd,
        r"\[\[radvalg\]\]",
        '[[fagledere]]\nid = "F1"\nnavn = "L"\nepost = "l@example.no"\nkommuner = ["1103"]\n\n[[radvalg]]',
    )
    assert owners(bygd.fresh(), [school("39001", "1103"), school("39002", "1106")]) == {
        "39001": "F1",
        "39002": ANSVARLIG,
    }


def test_a_worklist_tells_of_the_school_and_not_of_its_pupils(bygd, apne):
    deliver_schools(bygd, {})
    load(apne)
    with apne(VIDEREGAENDE, FEBRUAR) as kjoring:
        kjoring.con.execute(
            "INSERT INTO skolesvar VALUES ('39001', 'r', 2026, 'antall_uten_soknad', '4', '', now(), ''),"
            " ('39001', 'r', 2026, 'dato', '2026-03-05', '', now(), ''),"
            " ('39001', 'r', 2025, 'antall_mote', '9', '', now(), '')"
        )
        celler = school_cells(kjoring.con, 2026)
    assert celler["skole:39001"] == {
        "skole": "Demo ungdomsskole", "kommune": "Tønsberg", "kontaktperson": "Ola Demo", "telefon": "40000001",
        "epost": "post@example.no", "skolens_svar": "uten søknad: 4, fylt ut: 05.03.2026",
    }  # fmt: skip
