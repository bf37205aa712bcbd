"""Data quality, rows 03 and 29: each finding once to its owner, gone when mended, told without anyone's values."""

import base64
import dataclasses
import html
import json
import re
import socket
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.kjoring import Kjoreresultat
from tasks import ajourholdsdom, visninger
from tasks.ajourholdsregler import rules
from tasks.feil import ProgramFeil
from tasks.filer import ROT
from tasks.klokke import to_utc
from tests.tasks.ajourholdsprove import DAG, REN, Folk, staged

FEBRUAR, NOVEMBER = "03-ajourhold-februar", "29-ajourhold-november"
MANDAG, TIRSDAG = "2026-02-09T08:00", "2026-02-10T08:00"
UTEN_PLAN = {"oppfolgingsplan_dato": ""}


def one(bygd: Any, **felt: str) -> str:
    return str(bygd.person(**(REN | felt)))


def open_tasks(bygd: Any) -> list[tuple[str, str, str]]:
    return list(bygd.ask("SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = 'åpen' ORDER BY ALL"))


def open_deviations(bygd: Any) -> list[tuple[str, str]]:
    return list(bygd.ask("SELECT rad, split_part(tekst, '.', 2) FROM avvik WHERE tilstand = 'åpen' ORDER BY ALL"))


def found(resultat: Kjoreresultat) -> dict[object, object]:
    return {rad[1]: rad[3] for rad in resultat.tabeller[0].rader}


def test_a_finding_goes_once_to_its_owner_and_closes_when_it_is_mended(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN)
    assert bygd.run(FEBRUAR, MANDAG).oppgaver == 1
    assert open_tasks(bygd) == [(person, "AJ_PLAN_MANGLER", "R05")]
    assert bygd.run(FEBRUAR, MANDAG).oppgaver == 0
    assert bygd.run(NOVEMBER, "2026-11-02T08:00").oppgaver == 0
    assert open_tasks(bygd) == [(person, "AJ_PLAN_MANGLER", "R05")]
    bygd.change(person, "2026-11-03", oppfolgingsplan_dato="2026-11-03")
    bygd.run(NOVEMBER, "2026-11-04T08:00")
    assert open_tasks(bygd) == []
    assert bygd.ask("SELECT lukket_kjoring_id FROM oppgave") == [("2026-29-2",)]


def test_what_the_county_must_mend_itself_and_what_has_no_adviser_goes_to_the_otto_ansvarlig(bygd: Any) -> None:
    funn = [
        (one(bygd, kommunenummer="3803"), "AJ_KOMMUNE_UTGATT"),
        (one(bygd, raadgiver=""), "AJ_RAADGIVER_MANGLER"),
        (gammel := one(bygd, raadgiver="R99", **UTEN_PLAN), "AJ_RAADGIVER_UKJENT"),
        (gammel, "AJ_PLAN_MANGLER"),
    ]
    bygd.person(fornavn="Ivar", **(REN | {"fodselsdato": "2007-03-15"}))
    bygd.run(FEBRUAR, MANDAG)
    aj = [rad for rad in open_tasks(bygd) if rad[1] != "AJ_MULIG_DOBBEL"]
    assert aj == sorted((*enkelt, "OTTO-ansvarlig") for enkelt in funn)


def test_the_protected_and_the_dead_are_counted_and_never_named(bygd: Any) -> None:
    skjermet = one(bygd, adressegradering_otto="fortrolig", fornavn="Eva", **UTEN_PLAN)
    doede = [one(bygd, personstatus="doed", fornavn=navn, kommunenummer="") for navn in ("Ola", "Per")]
    resultat = bygd.run(FEBRUAR, MANDAG)
    assert not any(person in report_page(bygd, resultat) for person in doede)
    assert open_tasks(bygd) == [
        ("1 personer", "AJ_PLAN_MANGLER", "OTTO-ansvarlig"),
        ("2 personer", "AJ_DOED", "OTTO-ansvarlig"),
        ("2 personer", "AJ_KOMMUNE_UKJENT", "OTTO-ansvarlig"),
    ]
    assert skjermet not in report_page(bygd, resultat)
    assert "1 som ikke nevnes" in report_page(bygd, resultat)


def test_a_rule_whose_finds_are_only_counted_names_nobody(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    person = one(bygd, **UTEN_PLAN)
    samlet = [dataclasses.replace(regel, samlet=True) for regel in rules(DAG)]
    monkeypatch.setattr("tasks.ajourhold.rules", lambda _: samlet)
    assert person not in report_page(bygd, bygd.run(FEBRUAR, MANDAG))


def test_one_who_is_protected_now_is_not_named_in_a_report_of_before(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN)
    bygd.run(FEBRUAR, MANDAG)
    bygd.change(person, "2026-03-01", adressegradering_vigo="fortrolig")
    igjen = bygd.run(FEBRUAR, "2026-03-02T08:00", per_dato=date(2026, 2, 9), kjent_tid=bygd.at("2026-02-09T23:59"))
    assert found(igjen) == {"Er under oppfølging uten oppfølgingsplan": 1}
    assert person not in report_page(bygd, igjen)


def test_what_another_row_has_given_a_task_for_is_not_said_twice(bygd: Any) -> None:
    person = one(bygd, ot_status="OTXX")
    bygd.write(
        "INSERT INTO oppgave VALUES ('O1', '02-forberede-udir-februar', 2026, ?, 'MANGLER_STATUS', 'R05', NULL,"
        " 'åpen', '2026-02-1', NULL, '')",
        [[person]],
    )
    resultat = bygd.run(FEBRUAR, MANDAG)
    assert found(resultat) == {"OT-status mangler eller gjelder ikke på dagen": 1}
    assert open_tasks(bygd) == [(person, "MANGLER_STATUS", "R05")]
    bygd.write("UPDATE oppgave SET tilstand = ?", [["lukket"]])
    bygd.run(FEBRUAR, MANDAG)
    assert open_tasks(bygd) == [(person, "AJ_STATUS_UGYLDIG", "R05")]


def test_the_open_deviations_are_those_of_the_last_control(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN, ot_status="OTOV")
    one(bygd, fodselsdato="1990-01-01")
    assert bygd.run(FEBRUAR, MANDAG).avvik == 2
    assert len(open_deviations(bygd)) == 2
    bygd.change(person, "2026-10-01", oppfolgingsplan_dato="2026-10-01")
    bygd.run(NOVEMBER, "2026-11-02T08:00")
    assert open_deviations(bygd) == [(NOVEMBER, " Er for ung eller for gammel for målgruppen")]


def test_a_warning_is_no_deviation_but_is_told(bygd: Any) -> None:
    bygd.person(**(REN | {"adresselinje1": ""}))
    resultat = bygd.run(FEBRUAR, MANDAG)
    assert (resultat.avvik, resultat.oppgaver) == (0, 1)
    assert any(tekst.startswith("1 ungdommer bør sees på. Gateadressen mangler.") for tekst in resultat.merknader)


@pytest.mark.parametrize(
    ("tid", "valg", "dag"),
    [
        (MANDAG, {}, "2026-02-09"),
        ("2026-02-12T08:00", {}, "2026-02-12"),
        ("2026-02-02T08:00", {}, "2026-02-09"),
        ("2026-02-12T08:00", {"per_dato": date(2026, 1, 15)}, "2026-01-15"),
    ],
    ids=["på dagen", "senere", "tidligere", "valgt dag"],
)
def test_the_register_is_judged_as_it_is_today_unless_a_day_is_chosen(
    bygd: Any, tid: str, valg: dict[str, Any], dag: str
) -> None:
    assert bygd.run(FEBRUAR, tid, **valg).per_dato.isoformat() == dag


def test_a_run_as_it_was_known_tells_the_report_as_it_was_and_changes_nothing(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN)
    bygd.run(FEBRUAR, "2026-01-12T08:00", per_dato=date(2026, 1, 12))
    forste = bygd.run(FEBRUAR, MANDAG)
    bygd.change(person, "2026-02-09", TIRSDAG, oppfolgingsplan_dato="2026-02-09")
    bygd.run(FEBRUAR, "2026-02-10T09:00")
    foer = [bygd.ask(f"FROM {tabell} ORDER BY ALL") for tabell in ("oppgave", "avvik", "ajourhold_tall")]
    igjen = bygd.run(FEBRUAR, "2026-02-11T08:00", per_dato=date(2026, 2, 9), kjent_tid=bygd.at("2026-02-09T23:59"))
    assert igjen.tabeller == forste.tabeller
    assert set(forste.merknader) < set(igjen.merknader)
    assert [bygd.ask(f"FROM {tabell} ORDER BY ALL") for tabell in ("oppgave", "avvik", "ajourhold_tall")] == foer
    assert report_page(bygd, igjen) == report_page(bygd, forste).replace(
        "Kjøring 2026-03-2.", "Kjøring 2026-03-4, slik det var kjent 09.02.2026 kl. 23.59."
    )


def test_a_dry_run_leaves_nothing(bygd: Any) -> None:
    one(bygd, **UTEN_PLAN)
    resultat = bygd.run(FEBRUAR, MANDAG, bare_vis=True)
    assert (resultat.oppgaver, resultat.sider) == (1, [])
    assert open_tasks(bygd) == bygd.ask("FROM ajourhold_tall") == []
    assert not (bygd.hjem.mappe / "rapporter").exists()


def test_each_run_is_held_against_the_one_before_and_drawn_when_there_are_two_days(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN)
    forste = bygd.run(FEBRUAR, MANDAG)
    assert "Kurven kommer" in report_page(bygd, forste)
    bygd.change(person, "2026-02-10", oppfolgingsplan_dato="2026-02-10")
    andre = bygd.run(FEBRUAR, TIRSDAG)
    assert andre.tabeller[0].rader == [("feil", "Er under oppfølging uten oppfølgingsplan", "rådgiver", 0, 1)]
    side = report_page(bygd, andre)
    assert "<svg" in side
    assert "Sist: stopper 0, feil 0, varsel 0." in side


def test_the_view_tells_the_last_control_known_then(bygd: Any) -> None:
    person = one(bygd, **UTEN_PLAN)
    assert visninger.show(bygd.hjem, "ajourhold").empty
    bygd.run(FEBRUAR, MANDAG)
    bygd.change(person, "2026-02-10", oppfolgingsplan_dato="2026-02-10")
    bygd.run(FEBRUAR, TIRSDAG)

    def row(**valg: Any) -> tuple[object, ...]:
        ramme = visninger.show(bygd.hjem, "ajourhold", **valg)
        plan = ramme[ramme["regel"] == "AJ_PLAN_MANGLER"].iloc[0]
        return plan["antall"], plan["kjoring_id"], plan["alvorlighet"], plan["eier"], plan["av"]

    assert row() == (0, "2026-03-2", "feil", "rådgiver", 1)
    assert row(kjent_tid=bygd.at("2026-02-09T12:00")) == (1, "2026-03-1", "feil", "rådgiver", 1)
    assert row(per_dato=date(2026, 2, 9)) == (1, "2026-03-1", "feil", "rådgiver", 1)
    assert len(visninger.show(bygd.hjem, "ajourhold")) == len(rules(DAG))


def test_the_answer_tells_when_otto_was_last_loaded(bygd: Any) -> None:
    assert any("OTTO er aldri lastet inn." in tekst for tekst in bygd.run(FEBRUAR, MANDAG).merknader)
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.number("2007-03-14", 1)})
    bygd.run("02", MANDAG)
    assert any("i kjøring 2026-02-1, og gjelder fra 09.02.2026" in t for t in bygd.run(FEBRUAR, MANDAG).merknader)


KANARI = "Kanari"


def test_no_value_of_a_person_is_in_anything_the_run_writes_or_says(
    bygd: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    nummer = bygd.number("2007-03-14", 77)
    verdier = {
        "fodselsnummer": nummer, "fodselsdato": "2031-07-23", "fornavn": f"{KANARI}fugl", "etternavn": f"{KANARI}sen",
        "adresselinje1": f"{KANARI}veien 1", "kommunenummer": "9182", "personstatus": f"{KANARI}status",
        "adressegradering_vigo": "ugradert", "adressegradering_otto": "ugradert", "vigokode": f"{KANARI}K",
        "tilmeldingsgrunn": f"{KANARI}grunn", "tilmeldt_dato": "2026-12-27", "avsluttet_dato": "2026-12-26",
        "ot_status": f"{KANARI}OT", "kontakt_dato": "2026-12-28", "oppfolgingsplan_dato": "2026-12-29",
        "raadgiver": f"{KANARI}R", "postnummer": "9183", "poststed": f"{KANARI}by", "epost": f"{KANARI}@example.no",
        "mobilnummer": "40918273",
    }  # fmt: skip
    bygd.person(**verdier)
    bygd.person(**(verdier | {"adressegradering_vigo": "strengtFortrolig"}))
    resultat = bygd.run(FEBRUAR, MANDAG)
    assert sum(int(str(antall)) for antall in found(resultat).values()) > 12
    skrevet = {
        str(sti.relative_to(bygd.hjem.mappe)): sti.read_bytes()
        for sti in bygd.hjem.mappe.rglob("*")
        if sti.is_file() and not sti.name.startswith("register.duckdb")
    }
    tabeller = ("oppgave", "avvik", "kjoring", "ajourhold_tall")
    skrevet |= {tabell: repr(bygd.ask(f"FROM {tabell}")).encode() for tabell in tabeller}
    skrevet |= {
        "svaret": json.dumps(resultat.model_dump(mode="json")).encode(),
        "sagt": "".join(capfd.readouterr()).encode(),
    }
    letes = {verdi for felt, verdi in verdier.items() if not felt.startswith("adressegradering")} | {
        "27.12.2026", "23.07.2031", "strengtFortrolig"
    }  # fmt: skip
    assert any("datadocs" in navn for navn in skrevet)
    funnet = {(navn, verdi) for navn, innhold in skrevet.items() for verdi in letes if verdi in decoded(innhold)}
    assert funnet == set()


def decoded(innhold: bytes) -> str:
    """The text, with what is escaped, packed or in base64 opened."""
    tekst = innhold.decode("utf-8", errors="replace")
    deler = [tekst, html.unescape(tekst), tekst.encode().decode("unicode_escape", errors="replace")]
    for pakket in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", innhold):
        try:
            ut = base64.b64decode(pakket, validate=True)
        except ValueError:
            continue
        deler.append(ut.decode("utf-8", errors="replace"))
        deler += (
            [zlib.decompressobj(47).decompress(ut).decode("utf-8", "replace")]
            if ut[:2] in (b"\x1f\x8b", b"x\x9c")
            else []
        )
    return "\n".join(deler)


def test_the_scan_finds_what_is_packed() -> None:
    pakket = base64.b64encode(zlib.compress(f"{KANARI} fugl og mer til".encode()))
    assert KANARI in decoded(b"data:" + pakket)
    assert "Kanåri" in decoded(b"Kan&#229;ri")


def test_a_rule_that_cannot_be_asked_stops_the_run_and_says_no_value(
    bygd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one(bygd, etternavn=f"{KANARI}sen")

    def wrong(dag: date) -> list[Any]:
        alle = rules(dag)
        return [dataclasses.replace(alle[0], kolonne="finnes_ikke"), *alle[1:]]

    monkeypatch.setattr("tasks.ajourhold.rules", wrong)
    with pytest.raises(ProgramFeil, match="AJ_NUMMER_UMULIG") as feil:
        bygd.run(FEBRUAR, MANDAG)
    assert KANARI not in repr(feil.value.__context__) + repr(feil.value.__cause__) + str(feil.value)
    assert bygd.ask("SELECT count(*) FROM kjoring") == [(0,)]


def test_a_rule_that_answers_for_too_few_rows_stops_the_run(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one(bygd, **UTEN_PLAN)
    monkeypatch.setitem(ajourholdsdom.HVILKE, "exclude_unexpected_values", value=True)
    ekte = ajourholdsdom._answers

    def fewer(regler: list[Any], resultat: Any) -> dict[str, Any]:
        svar = ekte(regler, resultat)
        for enkelt in svar.values():
            if "unexpected_index_list" in enkelt.result:
                enkelt.result["unexpected_index_list"] = []
        return svar

    monkeypatch.setattr(ajourholdsdom, "_answers", fewer)
    with pytest.raises(ProgramFeil, match="AJ_PLAN_MANGLER"):
        bygd.run(FEBRUAR, MANDAG)


def test_what_is_kept_of_the_judgement_is_yes_and_no(bygd: Any) -> None:
    folk = Folk(bygd)
    folk.add(**UTEN_PLAN)
    folk.load()
    dom, _ = staged(bygd, DAG)
    assert {enkelt.success for enkelt in dom.resultat.results} == {True, False}
    assert all(enkelt.result == {} for enkelt in dom.resultat.results)
    assert "partial_unexpected" not in json.dumps(dom.resultat.to_json_dict(), default=str)


def test_the_suite_asks_nobody_and_leaves_nothing_behind(
    bygd: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nettet ble brukt")

    one(bygd, **UTEN_PLAN)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    bygd.run(FEBRUAR, MANDAG)
    assert list(tmp_path.iterdir()) == []


def test_great_expectations_is_not_imported_before_it_is_asked() -> None:
    kode = (
        "import sys, deployments.rader as r; from tasks.arshjul import find_row\n"
        "[r.flow_of(rad) for rad in r.built_rows()]\n"
        "print(sorted(n for n in sys.modules if n.partition('.')[0] in ('great_expectations', 'altair', 'vl_convert')))"
    )
    svar = subprocess.run([sys.executable, "-c", kode], cwd=ROT, capture_output=True, text=True, check=True)
    assert svar.stdout.strip() == "[]"


def test_the_counts_of_a_run_are_kept_with_when_they_were_learned(bygd: Any) -> None:
    one(bygd, **UTEN_PLAN)
    bygd.run(FEBRUAR, MANDAG)
    rader = bygd.ask("SELECT antall, av, registrert_tid FROM ajourhold_tall WHERE regel = 'AJ_PLAN_MANGLER'")
    assert rader == [(1, 1, to_utc(bygd.at(MANDAG)))]
    assert bygd.ask("SELECT count(*) FROM ajourhold_tall") == [(len(rules(DAG)),)]


def report_page(bygd: Any, resultat: Kjoreresultat) -> str:
    assert [side.tittel for side in resultat.sider] == ["Ajourhold", "Great Expectations egen rapport (Data Docs)"]
    return str((bygd.hjem.mappe / resultat.sider[0].adresse).read_text("utf-8"))
