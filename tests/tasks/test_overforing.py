"""The transfer to Udir: who, how old, what is left blank, and the same bytes every time."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.klokke import to_utc
from tasks.overforing import Pakke, build, school_year_start

FEBRUAR, JUNI, NOVEMBER = "05-overforing-udir-februar", "20-overforing-udir-juni", "30-overforing-udir-november"


def package(bygd: Any, rad: str, telledato: str, kjent: str | None = None) -> Pakke:
    dato = date.fromisoformat(telledato)
    with bygd.hjem.register.transaction("prøve") as con:
        anledning = Anledning(con, bygd.hjem, find_row(rad), dato.year, dato, dato, dato)
        return build(replace(anledning, kjent_tid=to_utc(bygd.at(kjent)) if kjent else None))


def lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_same_knowledge_gives_the_same_bytes(bygd: Any) -> None:
    for _ in range(3):
        bygd.person()
    assert package(bygd, FEBRUAR, "2026-02-15") == package(bygd, FEBRUAR, "2026-02-15")
    numre = [linje["Fodselsnummer"] for linje in lines(package(bygd, FEBRUAR, "2026-02-15").data)]
    assert numre == sorted(numre)
    assert len(numre) == 3


def test_the_manifest_tells_the_files_own_count_and_hash(bygd: Any) -> None:
    bygd.person()
    bygd.person(ot_status="")
    pakke = package(bygd, FEBRUAR, "2026-02-15")
    manifest = json.loads(pakke.manifest)
    assert manifest["antall"] == pakke.antall == len(lines(pakke.data)) == 1
    assert manifest["sha256"] == hashlib.sha256(pakke.data).hexdigest()
    assert (manifest["utelatt"], manifest["format_status"]) == ({"MANGLER_STATUS": 1}, "antatt")


@pytest.mark.parametrize(
    ("avsluttet", "februar", "juni", "november"),
    [
        ("", True, True, True),
        ("2024-07-31", False, False, False),
        ("2024-08-01", False, True, False),
        ("2025-02-14", False, True, False),
        ("2025-02-15", True, True, False),
        ("2025-06-15", True, True, False),
        ("2025-07-31", True, True, False),
        ("2025-11-15", True, True, True),
    ],
)
def test_june_counts_the_whole_school_year_and_the_others_the_day(
    bygd: Any, avsluttet: str, februar: bool, juni: bool, november: bool
) -> None:
    bygd.person("2024-01-02", tilmeldt_dato="2023-10-01", avsluttet_dato=avsluttet)
    for rad, telledato, med in (
        (FEBRUAR, "2025-02-15", februar), (JUNI, "2025-06-15", juni), (NOVEMBER, "2025-11-15", november),
    ):  # fmt: skip
        assert package(bygd, rad, telledato).antall == int(med), rad


@pytest.mark.parametrize(("tilmeldt", "med"), [("2025-02-15", 1), ("2025-02-16", 0), ("", 0)])
def test_only_those_enrolled_on_the_counting_date_are_counted(bygd: Any, tilmeldt: str, med: int) -> None:
    bygd.person("2025-01-02", tilmeldt_dato=tilmeldt)
    assert package(bygd, FEBRUAR, "2025-02-15").antall == med


@pytest.mark.parametrize(
    ("telledato", "fodt_aar", "med"),
    [
        ("2024-06-15", 2002, False),
        ("2024-06-15", 2003, True),
        ("2024-06-15", 2009, True),
        ("2024-06-15", 2010, False),
        ("2024-11-15", 1999, False),
        ("2024-11-15", 2000, True),
        ("2024-11-15", 2002, True),
        ("2024-11-15", 2010, False),
    ],
)
def test_the_age_limit_is_21_before_august_2024_and_24_after(
    bygd: Any, telledato: str, fodt_aar: int, med: bool
) -> None:
    bygd.person("2024-01-02", fodselsdato=f"{fodt_aar}-12-31", tilmeldt_dato="2023-10-01")
    pakke = package(bygd, NOVEMBER, telledato)
    assert pakke.antall == int(med)
    assert [utelatt.grunn_kode for utelatt in pakke.utelatte] == ([] if med else ["UTENFOR_MAALGRUPPEN"])


FEIL = {
    "MANGLER_FODSELSDATO": {"fodselsdato": ""},
    "UTENFOR_MAALGRUPPEN": {"fodselsdato": "1990-01-01"},
    "MANGLER_STATUS": {"ot_status": "XXXX"},
    "MANGLER_TILMELDINGSGRUNN": {"tilmeldingsgrunn": ""},
    "MANGLER_NUMMER": {"fodselsnummer": ""},
    "AVSLUTTET_FOR_TILMELDT": {"avsluttet_dato": "2025-09-19"},
}


def test_whoever_cannot_be_reported_is_counted_with_the_reason_and_becomes_the_advisers_task(bygd: Any) -> None:
    personer = {bygd.person(**felt): grunn for grunn, felt in FEIL.items()}
    bygd.person()
    forslag_id = bygd.run(FEBRUAR, "2026-02-16T08:00").forslag_id
    assert {person: grunn for person, _, grunn in bygd.reasons(forslag_id)} == personer
    assert dict(bygd.ask("SELECT gjelder, grunn_kode FROM oppgave WHERE raadgiver = 'R05'")) == personer
    ((manifest, antall),) = bygd.ask("SELECT manifest, antall FROM overforing")
    assert (json.loads(manifest)["utelatt"], antall) == (dict.fromkeys(sorted(FEIL), 1), 1)


def test_a_number_that_two_have_is_reported_for_neither_and_asked_about(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 40)
    to = [bygd.person(fodselsnummer=nummer) for _ in range(2)]
    bygd.person()
    pakke = package(bygd, FEBRUAR, "2026-02-15")
    assert [(utelatt.person_id, utelatt.grunn_kode) for utelatt in pakke.utelatte] == [(p, "SAMME_NUMMER") for p in to]
    assert nummer not in {linje["Fodselsnummer"] for linje in lines(pakke.data)}
    assert pakke.antall == 1


def test_a_protected_youth_who_cannot_be_reported_is_counted_and_never_named(bygd: Any) -> None:
    bygd.person(adressegradering_vigo="kode 6", ot_status="XXXX")
    bygd.person(adressegradering_vigo="", adressegradering_otto="", ot_status="")
    bygd.run(FEBRUAR, "2026-02-16T08:00")
    assert bygd.ask("SELECT gjelder, grunn_kode, raadgiver FROM oppgave") == [
        ("2 personer", "MANGLER_STATUS", "OTTO-ansvarlig")
    ]


def test_one_who_is_protected_today_is_not_named_whatever_she_was_on_the_counting_date(bygd: Any) -> None:
    person = bygd.person(ot_status="")
    bygd.change(person, "2026-02-16", "2026-02-16T07:00", adressegradering_otto="fortrolig")
    bygd.run(FEBRUAR, "2026-02-16T08:00")
    assert bygd.ask("SELECT gjelder, raadgiver FROM oppgave") == [("1 personer", "OTTO-ansvarlig")]


def test_the_run_shows_that_the_file_and_those_left_out_are_the_register(bygd: Any) -> None:
    bygd.person()
    bygd.person(ot_status="")
    bygd.person(tilmeldt_dato="2026-03-01")
    (tabell,) = bygd.run(FEBRUAR, "2026-02-16T08:00").tabeller
    assert [antall for _, antall in tabell.rader] == [2, 1, 1]
    assert tabell.rader[2][0] == "Ikke med: OT-status mangler eller er ikke gyldig på telledatoen"


def test_a_new_version_tells_what_differs_from_the_one_udir_has(bygd: Any) -> None:
    endret, borte, uendret = bygd.person(), bygd.person(), bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    bygd.change(endret, "2026-02-01", "2026-02-17T08:00", ot_status="OTAR", kommunenummer="3907")
    bygd.change(borte, "2026-02-01", "2026-02-17T08:00", tilmeldt_dato="")
    bygd.person("2026-02-02", "2026-02-17T08:00")
    tabell = bygd.run(FEBRUAR, "2026-02-17T09:00").tabeller[1]
    assert tabell.tittel == "Forskjell fra versjon 1, som Udir har"
    assert tabell.rader == [
        ("Nye linjer", 1), ("Linjer som er borte", 1), ("Endret Kommunenr", 1), ("Endret OTstatus", 1)
    ]  # fmt: skip
    assert uendret


@pytest.mark.parametrize(("kjent", "kode"), [("2026-02-16T08:00", "ÅH-3110"), ("2026-02-17T08:00", "ÅH-3111")])
def test_what_is_made_again_is_told_to_be_a_sealed_version_or_not(bygd: Any, kjent: str, kode: str) -> None:
    from tasks.feil import messages

    person = bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    bygd.change(person, "2026-02-01", "2026-02-17T07:00", ot_status="OTAR")
    svar = bygd.run(FEBRUAR, "2026-04-01T08:00", kjent_tid=bygd.at(kjent))
    assert svar.merknader[0].startswith(messages()[kode][0].format(versjoner="1"))


@pytest.mark.parametrize("gradering", ["fortrolig", "strengtFortrolig", "mangler", "kode 6"])
def test_a_protected_youth_is_reported_without_municipality(bygd: Any, gradering: str) -> None:
    bygd.person(adressegradering_vigo=gradering)
    (linje,) = lines(package(bygd, FEBRUAR, "2026-02-15").data)
    assert (linje["Kommunenr"], linje["OTstatus"]) == ("", "OTUK")


def test_what_was_known_at_a_moment_can_be_made_again_byte_for_byte(bygd: Any) -> None:
    person = bygd.person()
    forslag_id = bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    ((levert, manifest),) = bygd.ask("SELECT data, manifest FROM overforing WHERE forslag_id = ?", forslag_id)
    bygd.change(person, "2026-02-01", "2026-03-01T08:00", ot_status="OTAR")
    bygd.person("2026-02-02", "2026-03-01T08:00")
    gjenskapt = package(bygd, FEBRUAR, "2026-02-15", "2026-02-16T08:00")
    assert (gjenskapt.data, gjenskapt.manifest) == (levert, manifest)
    assert package(bygd, FEBRUAR, "2026-02-15").data != levert


def test_a_run_as_known_then_writes_the_same_files_beside_and_proposes_nothing(bygd: Any) -> None:
    person = bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    bygd.change(person, "2026-02-01", "2026-03-01T08:00", ot_status="OTAR")
    svar = bygd.run(FEBRUAR, "2026-04-01T08:00", kjent_tid=bygd.at("2026-02-16T08:00"))
    levert, gjenskapt = (sorted(bygd.hjem.utboks.glob(f"udir/{mappe}*.[cj]s*")) for mappe in ("", "gjenskapt/"))
    assert [sti.read_bytes() for sti in levert] == [sti.read_bytes() for sti in gjenskapt]
    assert svar.forslag_id is None
    assert svar.sha256 == hashlib.sha256(next(s for s in levert if s.suffix == ".csv").read_bytes()).hexdigest()


def test_what_is_delivered_is_what_was_sealed(bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    ((navn, data, manifest),) = bygd.ask("SELECT navn, data, manifest FROM overforing")
    assert {sti.name: sti.read_bytes() for sti in bygd.files()} == {f"{navn}.csv": data, f"{navn}.json": manifest}


def test_the_same_package_is_never_proposed_twice(bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    igjen = bygd.run(FEBRUAR, "2026-02-17T08:00")
    assert (igjen.forslag_id, igjen.foreslaatt) == (None, 0)
    assert bygd.ask("SELECT count(*) FROM overforing") == [(1,)]


def test_a_correction_gives_version_two_beside_version_one(bygd: Any) -> None:
    person = bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    bygd.change(person, "2026-02-01", "2026-02-17T08:00", ot_status="OTAR")
    bygd.letters_sent(FEBRUAR, "2026-02-17T09:00")
    assert bygd.ask("SELECT versjon, antall FROM overforing ORDER BY versjon") == [(1, 1), (2, 1)]
    filer = {sti.name for sti in bygd.files()}
    assert filer == {f"ot-udir-05-2026-02-15-v{nr}.{ende}" for nr in (1, 2) for ende in ("csv", "json")}


def test_a_correction_taken_back_gives_version_three_with_the_first_content(bygd: Any) -> None:
    person = bygd.person()
    for nr, status in enumerate(("OTUK", "OTAR", "OTUK"), start=16):
        bygd.change(person, "2026-02-01", f"2026-02-{nr}T08:00", ot_status=status)
        bygd.letters_sent(FEBRUAR, f"2026-02-{nr}T09:00")
    forste, _, tredje = (data for (data,) in bygd.ask("SELECT data FROM overforing ORDER BY versjon"))
    assert forste == tredje
    assert bygd.run(FEBRUAR, "2026-02-19T08:00").forslag_id is None


def test_a_change_after_approval_stops_the_transfer(bygd: Any) -> None:
    from tasks.feil import BrukerFeil

    person = bygd.person()
    bygd.approve(bygd.run(FEBRUAR, "2026-02-16T08:00").forslag_id, "2026-02-16T08:30")
    bygd.change(person, "2026-02-01", "2026-02-16T09:00", ot_status="OTAR")
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-02-16T10:00")
    assert bygd.files() == []


@pytest.mark.parametrize(
    ("dato", "start"), [("2026-07-31", "2025-08-01"), ("2026-08-01", "2026-08-01"), ("2026-01-01", "2025-08-01")]
)
def test_the_school_year_starts_on_the_first_of_august(dato: str, start: str) -> None:
    assert school_year_start(date.fromisoformat(dato)) == date.fromisoformat(start)


def test_the_files_lie_where_the_contract_says(bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent(FEBRUAR, "2026-02-16T08:00")
    assert {sti.parent for sti in bygd.files()} == {Path(bygd.hjem.utboks) / "udir"}
