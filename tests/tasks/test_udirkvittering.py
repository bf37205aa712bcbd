"""Udir's receipts: late, twice, out of order, about others or with other counts, each transfer ends as it should."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

from deployments.rader import run_row
from schemas.kjoring import Kjorevalg
from schemas.kvittering import Kvitteringsresultat
from tasks import kodeverk, kvitteringer
from tasks.arshjul import find_row
from tasks.avgjorelse import settle
from tasks.klokke import OSLO
from tasks.visninger import show

RAD, DAG = "05-overforing-udir-februar", "2026-02-16T08:00"
SENERE = "2026-02-27T08:00"
UAVKLART = """
    INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES ('F2026-05-1-00001', 'uavklart', ?, '')
"""
MOTTATT, BEHANDLET, GODKJENT, AVVIST = (
    {"tilstand": ord_, "tid": f"{dag}.02.2026 10:00"}
    for ord_, dag in (("mottatt", 17), ("behandlet", 18), ("godkjent", 19), ("avvist", 19))
)


class Udirprove:
    """The tiny county with a transfer handed over, and what Udir says of it."""

    def __init__(self, bygd: Any) -> None:
        self.bygd = bygd

    def handed_over(self, tid: str = DAG) -> str:
        return str(self.bygd.letters_sent(RAD, tid))

    def say(self, *rader: dict[str, str], navn: str = "", versjon: int = 1) -> None:
        """Put a receipt in the inbox: each row about the version, as it was sealed, but for what is given."""
        pakke, sha = self.bygd.ask("SELECT navn, sha256 FROM overforing WHERE versjon = ? ORDER BY aar", versjon)[0]
        self.bygd.deliver(
            "udir_kvittering", *({"overforing": pakke, "sha256": sha} | rad for rad in rader), navn=navn
        )  # fmt: skip

    def collect(self, tid: str = SENERE) -> Kvitteringsresultat:
        return kvitteringer.collect(self.bygd.fresh(), self.bygd.at(tid))

    def told(self, *rader: dict[str, str], versjon: int = 1, **valg: Any) -> Kvitteringsresultat:
        self.say(*rader, versjon=versjon)
        return self.collect(**valg)

    def state(self, versjon: int = 1) -> tuple[str, str]:
        """The transfer's state and last receipt."""
        ramme = show(self.bygd.fresh(), "overforinger").fillna("").set_index("versjon")
        return ramme.loc[versjon, "tilstand"], ramme.loc[versjon, "kvittering"]

    def outcome(self, generasjon: int = 1) -> str:
        return str(show(self.bygd.fresh(), "kjoringer").set_index("generasjon").loc[generasjon, "utfall"])

    def open(self) -> list[tuple[str, str]]:
        """The open deviations' codes, and the rows they stand under."""
        return sorted(self.bygd.ask("SELECT kode, rad FROM avvik WHERE tilstand = 'åpen'"))

    def tasks(self, tilstand: str = "åpen") -> list[tuple[str, str, str]]:
        rader: list[tuple[str, str, str]] = self.bygd.ask(
            "SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = ? ORDER BY ALL", tilstand
        )
        return rader

    def inbox(self) -> list[str]:
        return sorted(sti.name for sti in self.bygd.hjem.innboks.iterdir())


@pytest.fixture
def prove(bygd: Any) -> Udirprove:
    bygd.person()
    bygd.person(raadgiver="R01")
    return Udirprove(bygd)


@pytest.fixture
def sendt(prove: Udirprove) -> Udirprove:
    prove.handed_over()
    return prove


def unchanged(prove: Udirprove) -> None:
    """Nothing but the deviation: no state, no receipt, no task, and the file where it was."""
    assert prove.bygd.ask("SELECT count(*) FROM udir_kvittering") == [(0,)]
    assert (prove.state(), prove.tasks()) == (("overlevert", ""), [])
    assert prove.bygd.states("F2026-05-1") == {"sendt": 1}
    assert prove.bygd.ask("SELECT count(*) FROM raafil") == [(0,)]
    assert prove.inbox() == ["udir_kvittering.csv"]


def test_a_transfer_is_not_done_before_udir_has_approved_it(prove: Udirprove) -> None:
    prove.handed_over()
    assert (prove.state(), prove.outcome(), prove.open()) == (("overlevert", ""), "avvik", [("ÅH-3088", RAD)])
    assert prove.bygd.states("F2026-05-1") == {"sendt": 1}
    for sagt, tilstand in ((MOTTATT, "mottatt"), (BEHANDLET, "behandlet")):
        prove.told(sagt)
        assert (prove.state()[0], prove.outcome(), prove.open()) == (tilstand, "avvik", [("ÅH-3088", RAD)])
    svar = prove.told(GODKJENT)
    assert (prove.state(), prove.outcome()) == (("godkjent", "godkjent 2026-02-19 10:00"), "ferdig")
    assert (svar.udir_nye, svar.udir_godkjent, prove.open(), prove.inbox()) == (1, 1, [], [])
    assert prove.bygd.states("F2026-05-1") == {"levert": 1}


def test_what_is_missing_is_told_with_the_checklist_and_the_deadline(sendt: Udirprove) -> None:
    ((tekst,),) = sendt.bygd.ask("SELECT tekst FROM avvik WHERE kode = 'ÅH-3088'")
    assert "utboks/udir/ot-udir-05-2026-02-15-v1-sjekkliste.txt" in tekst
    assert "15.02.2026" in tekst
    assert (sendt.bygd.hjem.utboks / "udir" / "ot-udir-05-2026-02-15-v1-sjekkliste.txt").is_file()


GALT = {
    "ÅH-3080": ({"tid": "i går"}, {"tilstand": "tapt"}, {"sha256": "x"}, {"tilstand": ""}, {"tid": "28.02.2026 10:00"}),
    "ÅH-3082": ({"overforing": "ot-udir-05-2026-02-15-v9"},),
    "ÅH-3083": ({"sha256": "0" * 64},),
    "ÅH-3084": ({"antall": "3"},),
    "ÅH-3085": ({"linjenummer": "1"}, {"linjenummer": "4"}, {"linjenummer": "999999"}),
}


@pytest.mark.parametrize(("kode", "galt"), [(kode, galt) for kode, flere in GALT.items() for galt in flere], ids=str)
def test_a_receipt_that_does_not_fit_is_named_and_changes_nothing(
    sendt: Udirprove, kode: str, galt: dict[str, str]
) -> None:
    for _ in range(2):
        svar = sendt.told(AVVIST | galt, MOTTATT)
        assert (svar.udir_nye, svar.udir_ikke_brukt) == (0, 1)
        assert [funnet for funnet, _ in sendt.open()] == [kode, "ÅH-3088"]
        unchanged(sendt)
    sendt.bygd.hjem.innboks.joinpath("udir_kvittering.csv").unlink()
    sendt.collect()
    assert sendt.open() == [("ÅH-3088", RAD)]


def test_a_file_that_is_none_is_named_and_stays(sendt: Udirprove) -> None:
    sendt.bygd.hjem.innboks.mkdir(exist_ok=True)
    (sendt.bygd.hjem.innboks / "udir_kvittering.csv").write_bytes(b"\x00\x01")
    sendt.collect()
    assert [kode for kode, _ in sendt.open()] == ["ÅH-3081", "ÅH-3088"]
    unchanged(sendt)


def test_a_receipt_for_what_was_never_handed_over_waits_until_it_is(prove: Udirprove) -> None:
    forslag_id = prove.bygd.run(RAD, DAG).forslag_id
    prove.told(MOTTATT)
    assert (prove.state(), prove.open()) == (("klar", ""), [("ÅH-3086", RAD)])
    assert prove.bygd.run(RAD, DAG).forslag_id == forslag_id
    assert prove.open() == [("ÅH-3086", RAD)]
    prove.bygd.approve(forslag_id, DAG)
    prove.bygd.send(forslag_id, DAG)
    prove.collect()
    assert (prove.state()[0], prove.open(), prove.inbox()) == ("mottatt", [("ÅH-3088", RAD)], [])


@pytest.mark.parametrize("endret", [False, True], ids=["ikke overlevert", "annet innhold"])
def test_of_two_packages_of_one_name_it_is_the_one_that_udir_has_with_that_hash(sendt: Udirprove, endret: bool) -> None:
    if endret:
        sendt.bygd.person()
    valg = Kjorevalg(rad=RAD, aar=2027, per_dato=date(2026, 2, 15), naa=sendt.bygd.at(DAG))
    annen = run_row(find_row(RAD), valg, plain=True).forslag_id
    if endret:
        sendt.bygd.approve(annen, DAG)
        sendt.bygd.send(annen, DAG)
    ((sha,),) = sendt.bygd.ask("SELECT sha256 FROM overforing WHERE aar = ?", 2027 if endret else 2026)
    sendt.told(MOTTATT | {"sha256": sha})
    assert sendt.bygd.ask("SELECT forslag_id FROM udir_kvittering") == [(annen if endret else "F2026-05-1",)]


def test_the_same_receipt_again_changes_nothing(sendt: Udirprove) -> None:
    for kjente in range(3):
        svar = sendt.told(MOTTATT, GODKJENT)
        assert (svar.udir_kjente, svar.udir_nye) == (2 if kjente else 0, 0 if kjente else 2)
        assert (sendt.state()[0], sendt.open(), sendt.inbox()) == ("godkjent", [], [])
    sendt.told(GODKJENT | {"antall": "2"})
    assert sendt.bygd.ask("SELECT count(*) FROM udir_kvittering") == [(2,)]
    assert sendt.bygd.ask("SELECT count(*) FROM utsending_hendelse WHERE tilstand = 'levert'") == [(1,)]


@pytest.mark.parametrize("slutt", [GODKJENT, AVVIST], ids=["godkjent", "avvist"])
@pytest.mark.parametrize("rekkefolge", list(permutations(range(3))), ids=str)
def test_in_any_order_it_ends_the_same(sendt: Udirprove, rekkefolge: tuple[int, ...], slutt: dict[str, str]) -> None:
    sagt = (MOTTATT, BEHANDLET, slutt)
    svar = [sendt.told(sagt[nr]) for nr in rekkefolge]
    tilstand = slutt["tilstand"]
    assert sendt.state() == (tilstand, f"{tilstand} 2026-02-19 10:00")
    assert (sum(s.udir_nye for s in svar), sum(s.udir_godkjent + s.udir_avvist for s in svar)) == (3, 1)
    assert sum(s.udir_sene for s in svar) == sum(
        nr < max(rekkefolge[:plass]) for plass, nr in enumerate(rekkefolge) if plass
    )


@pytest.mark.parametrize("baklengs", [False, True])
def test_of_two_at_the_same_time_the_one_further_on_holds(sendt: Udirprove, baklengs: bool) -> None:
    sagt = [BEHANDLET, MOTTATT | {"tid": BEHANDLET["tid"]}]
    sendt.told(*(reversed(sagt) if baklengs else sagt))
    assert sendt.state() == ("behandlet", "behandlet 2026-02-18 10:00")


@pytest.mark.parametrize(("forst", "saa"), [(GODKJENT, AVVIST), (AVVIST, GODKJENT)], ids=["godkjent", "avvist"])
@pytest.mark.parametrize("tid", ["18.02.2026 10:00", "20.02.2026 10:00"], ids=["før", "etter"])
def test_an_end_is_never_left_for_the_other_end(
    sendt: Udirprove, forst: dict[str, str], saa: dict[str, str], tid: str
) -> None:
    sendt.told(forst)
    sendt.told(saa | {"tid": tid})
    assert sendt.state()[0] == forst["tilstand"]
    assert ("ÅH-3087", RAD) in sendt.open()
    assert sendt.inbox() == ["udir_kvittering.csv"]


@pytest.mark.parametrize("slutt", [GODKJENT, AVVIST], ids=["godkjent", "avvist"])
def test_an_end_is_never_left_for_the_way_to_it(sendt: Udirprove, slutt: dict[str, str]) -> None:
    sendt.told(slutt)
    sendt.told(BEHANDLET | {"tid": "20.02.2026 10:00"}, {"tilstand": "ferdig", "tid": "21.02.2026 10:00"})
    assert sendt.state() == (slutt["tilstand"], "ferdig 2026-02-21 10:00")
    assert sendt.bygd.states("F2026-05-1") == {"levert" if slutt is GODKJENT else "avvist": 1}


def test_two_ends_in_one_file_are_none(sendt: Udirprove) -> None:
    sendt.told(GODKJENT, AVVIST)
    assert [kode for kode, _ in sendt.open()] == ["ÅH-3087", "ÅH-3088"]
    unchanged(sendt)


def test_words_about_the_collection_say_nothing_of_the_package(sendt: Udirprove) -> None:
    for ord_ in ("åpnet", "purret", "ferdig"):
        sendt.told({"tilstand": ord_, "tid": "20.02.2026 10:00"})
        assert sendt.state()[0] == "overlevert"
    assert sendt.open() == [("ÅH-3088", RAD)]


def test_every_status_means_a_known_state_and_is_marked_as_assumed() -> None:
    for rad in kodeverk.all_rows("kodeverk/udir_status"):
        assert rad["tilstand"] in {"", "mottatt", "behandlet", "godkjent", "avvist"}
        assert rad["utsending"] in {"", "sendt", "levert", "avvist"}
        assert "ntatt" in rad["vedtak"]


def test_a_good_file_is_used_though_another_is_not(sendt: Udirprove) -> None:
    sendt.say(GODKJENT | {"antall": "7"}, navn="-a")
    sendt.say(GODKJENT, navn="-b")
    svar = sendt.collect()
    assert (svar.udir_nye, svar.udir_ikke_brukt, sendt.inbox()) == (1, 1, ["udir_kvittering-a.csv"])
    assert sendt.state()[0] == "godkjent"


def test_a_refused_line_is_the_advisers_task_until_a_later_version_is_approved(sendt: Udirprove) -> None:
    svar = sendt.told(*(AVVIST | {"linjenummer": nr, "kode": "U17"} for nr in ("2", "3")))
    personer = sorted(sendt.bygd.ask("SELECT DISTINCT person_id FROM fakta"))
    assert (svar.udir_avvist, sendt.state()[0], sendt.outcome(), sendt.open()) == (
        1, "avvist", "avvist", [("ÅH-3089", RAD)],
    )  # fmt: skip
    assert [(gjelder, grunn) for gjelder, grunn, _ in sendt.tasks()] == [(p, "UDIR_AVVIST_LINJE") for (p,) in personer]
    assert {raadgiver for _, _, raadgiver in sendt.tasks()} == {"R05", "R01"}
    sendt.bygd.change(personer[0][0], "2026-02-01", "2026-02-28T08:00", ot_status="OTAR")
    sendt.handed_over("2026-03-02T08:00")
    assert (len(sendt.tasks()), sendt.open()) == (2, [("ÅH-3088", RAD)])
    sendt.told({"tilstand": "godkjent", "tid": "03.03.2026 10:00"}, versjon=2, tid="2026-03-04T08:00")
    assert (sendt.tasks(), len(sendt.tasks("lukket")), sendt.open()) == ([], 2, [])
    assert (sendt.state(1)[0], sendt.state(2)[0]) == ("avvist", "godkjent")
    assert (sendt.outcome(1), sendt.outcome(2)) == ("avvist", "ferdig")


def test_a_refused_package_may_be_proposed_again_with_the_same_content(sendt: Udirprove) -> None:
    assert sendt.bygd.run(RAD, SENERE).forslag_id is None
    sendt.told(AVVIST)
    assert sendt.bygd.run(RAD, SENERE).forslag_id == "F2026-05-3"
    shaer = sendt.bygd.ask("SELECT DISTINCT sha256, count(*) FROM overforing GROUP BY ALL")
    assert [antall for _, antall in shaer] == [2]


def test_a_protected_youth_is_counted_and_never_named(bygd: Any) -> None:
    person = bygd.person(adressegradering_vigo="fortrolig")
    prove = Udirprove(bygd)
    prove.handed_over()
    prove.told(AVVIST | {"linjenummer": "2", "kode": "U17"})
    assert prove.tasks() == [("1 personer", "UDIR_AVVIST_LINJE", "OTTO-ansvarlig")]
    assert person not in f"{prove.tasks()}{show(bygd.fresh(), 'avvik').to_csv()}"


def test_one_protected_since_is_named_no_more(sendt: Udirprove) -> None:
    sendt.told(AVVIST | {"linjenummer": "2"})
    ((person, *_),) = sendt.tasks()
    sendt.bygd.change(person, "2026-02-28", adressegradering_vigo="fortrolig")
    sendt.collect("2026-02-28T08:00")
    assert [gjelder for gjelder, *_ in sendt.tasks()] == ["1 personer"]


def test_what_a_person_must_see_to_is_told_by_the_command(sendt: Udirprove) -> None:
    assert not sendt.told(MOTTATT).trenger_noen
    assert sendt.told(BEHANDLET | {"antall": "9"}).trenger_noen
    assert sendt.told(AVVIST).trenger_noen


def test_udirs_own_text_stands_in_the_raw_file_only(sendt: Udirprove) -> None:
    svar = sendt.told(AVVIST | {"linjenummer": "2", "kode": "U17", "melding": "Åse Kanarifugl mangler kommune"})
    tabeller = [navn for (navn,) in sendt.bygd.ask("SELECT table_name FROM duckdb_tables()") if navn != "raafil"]
    innhold = "".join(str(sendt.bygd.ask(f"FROM {navn}")) for navn in tabeller)
    assert "Kanarifugl" not in f"{innhold}{svar}{svar.oppsummering()}"
    assert sendt.bygd.ask("SELECT linjenummer, kode FROM udir_linje") == [(2, "U17")]
    assert [(fil, form) for fil, form in sendt.bygd.ask("SELECT fil, format FROM raafil")] == [
        ("udir_kvittering.csv", "udir_kvittering")
    ]


def test_a_line_is_whose_number_stands_in_the_sealed_file_though_it_has_changed_since(sendt: Udirprove) -> None:
    ((forst,),) = sendt.bygd.ask(
        "SELECT person_id FROM fakta WHERE felt = 'fodselsnummer' ORDER BY verdi LIMIT 1"
    )  # fmt: skip
    sendt.bygd.change(forst, "2026-02-20", fodselsnummer=sendt.bygd.number("2007-03-14", 90))
    sendt.told(AVVIST | {"linjenummer": "2"})
    assert [gjelder for gjelder, *_ in sendt.tasks()] == [forst]


def test_a_package_nobody_knows_whether_arrived_has_when_udir_says_so(prove: Udirprove) -> None:
    prove.bygd.approve(prove.bygd.run(RAD, DAG).forslag_id, DAG)
    prove.bygd.write("UPDATE forslag_hendelse SET tilstand = 'iverksatt' WHERE tilstand = ?", [["godkjent"]])
    prove.bygd.write(UAVKLART, [[datetime(2026, 2, 16, 9, tzinfo=OSLO)]])
    assert prove.state()[0] == "klar"
    prove.told(MOTTATT)
    assert (prove.state()[0], prove.bygd.states("F2026-05-1"), prove.open()) == (
        "mottatt", {"sendt": 1}, [("ÅH-3088", RAD)],
    )  # fmt: skip


def test_a_person_who_found_that_it_arrived_still_waits_for_the_receipt(sendt: Udirprove) -> None:
    sendt.bygd.write(
        UAVKLART,
        [[datetime(2026, 2, 16, 9, tzinfo=OSLO)]],
    )
    settle(sendt.bygd.fresh(), "F2026-05-1-00001", "Kari", sendt.bygd.at(SENERE), kom_fram=True)
    assert (sendt.state()[0], sendt.open()) == ("overlevert", [("ÅH-3088", RAD)])
    assert sendt.bygd.states("F2026-05-1") == {"sendt": 1}


def test_a_newer_version_that_is_approved_settles_the_one_it_came_after(sendt: Udirprove) -> None:
    ((person,),) = sendt.bygd.ask("SELECT min(person_id) FROM fakta")
    sendt.bygd.change(person, "2026-02-01", "2026-02-20T08:00", ot_status="OTAR")
    sendt.handed_over("2026-02-23T08:00")
    assert [kode for kode, _ in sendt.open()] == ["ÅH-3088"]
    sendt.told({"tilstand": "godkjent", "tid": "24.02.2026 10:00"}, versjon=2)
    assert (sendt.outcome(1), sendt.outcome(2), sendt.open()) == ("ferdig", "ferdig", [])


def test_the_views_tell_how_far_it_had_come_at_any_moment(sendt: Udirprove) -> None:
    sendt.told(MOTTATT, tid="2026-02-18T08:00")
    sendt.told(GODKJENT, tid="2026-02-20T08:00")
    steg: list[tuple[str, Callable[[str], str]]] = [
        ("overforinger", lambda tid: then(sendt, "overforinger", tid, "tilstand")),
        ("kjoringer", lambda tid: then(sendt, "kjoringer", tid, "utfall")),
    ]
    sett = [[spor(tid) for _, spor in steg] for tid in ("2026-02-17T08:00", "2026-02-19T08:00", "2026-02-21T08:00")]
    assert sett == [["overlevert", "avvik"], ["mottatt", "avvik"], ["godkjent", "ferdig"]]


def then(prove: Udirprove, visning: str, tid: str, kolonne: str) -> str:
    (verdi,) = show(prove.bygd.fresh(), visning, kjent_tid=prove.bygd.at(tid))[kolonne]
    return str(verdi)


def test_the_checklist_is_the_same_every_time_and_says_what_is_sealed(sendt: Udirprove) -> None:
    sti = sendt.bygd.hjem.utboks / "udir" / "ot-udir-05-2026-02-15-v1-sjekkliste.txt"
    forst = sti.read_bytes()
    sti.unlink()
    sendt.bygd.send("F2026-05-1", SENERE)
    assert sti.read_bytes() == forst
    ((sha,),) = sendt.bygd.ask("SELECT sha256 FROM overforing")
    for sagt in (sha, "ot-udir-05-2026-02-15-v1.csv", "15.02.2026", "2 linjer", "«Antatt format»", "udir_kvittering"):
        assert sagt in forst.decode()
