"""Deletion: nothing of whoever's time is out is anywhere, everything of everyone else is as it was."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments import program
from schemas.revisjon import Handling
from schemas.sletting import Hindring
from tasks.feil import BrukerFeil
from tasks.klokke import to_utc
from tasks.revisjon import note, verify
from tasks.sletting import gjennomforing
from tasks.sletting.gjennomforing import forget
from tests.skanner.databaser import duckdb_parts
from tests.skanner.skann import scan
from tests.tasks.sletting.slettingsprove import GAMMEL, LENGE_SIDEN, NAA, UDIRLINJE, Fylke


@pytest.fixture
def fylke(bygd: Any) -> Fylke:
    return Fylke(bygd)


@pytest.fixture
def fullt(fylke: Fylke) -> Fylke:
    """Something about both in every table and in every kind of file."""
    tekst = f"Kanari Fuglesang, Burveien 77, {fylke.numre[fylke.gammel]}, 40099123, kanari.fuglesang@example.com"
    assert len(fylke.fill(fylke.gammel, tekst)) > 15
    fylke.fill(fylke.annen, f"Åse Nordmann, Storgata 1, {fylke.numre[fylke.annen]}")
    fylke.transfer(fylke.gammel, fylke.annen)
    fylke.proposal("avvist")
    fylke.raw("gammel.csv", LENGE_SIDEN, fylke.gammel, fylke.annen)
    fylke.raw("ny.csv", "2026-11-01", fylke.annen)
    for sti in ("utboks/udir/a.csv", "rapporter/forslag/F1/brev.txt", "rapporter/innsyn/a.txt", "utboks/print/r/b.txt"):
        fylke.lay(sti, tekst, LENGE_SIDEN)
    fylke.lay("utboks/udir/b.csv", fylke.numre[fylke.annen], "2026-11-01")
    return fylke


def traces(fylke: Fylke) -> set[str]:
    """Where in the home she stands: files decoded, and the register table by table.

    The register's bytes are noise to whoever has not the key; test_omskriving looks at them without encryption.
    """
    hjem = fylke.bygd.fresh()
    filer = [sti for sti in hjem.mappe.rglob("*") if sti.is_file() and not sti.name.startswith("register.")]
    funnet = {sti.relative_to(hjem.mappe).as_posix() for sti in filer if scan(sti, fylke.naler, hjem.register.nokkel)}
    deler = [del_[-1] for del_ in duckdb_parts(hjem.register.sti, hjem.register.nokkel)]
    assert len(deler) > 20
    naler = [nal.encode() for nal in fylke.naler]
    return funnet | {"registeret" for del_ in deler if any(nal in del_ for nal in naler)}


def test_of_whoever_is_forgotten_there_is_nothing_anywhere(fullt: Fylke) -> None:
    assert {"registeret", "utboks/udir/a.csv", "rapporter/innsyn/a.txt"} <= traces(fullt)
    resultat = fullt.forget()
    assert (resultat.ungdommer, resultat.holdt_igjen) == (1, {})
    assert traces(fullt) == set()
    assert not any(fullt.rows(fullt.gammel).values())


def test_of_everyone_else_everything_is_as_it_was(fullt: Fylke) -> None:
    for_ = fullt.rows(fullt.annen)
    assert all(for_[tabell] for tabell in ("fakta", "svar", "utsending", "kvittering", "oppgave_historikk", "rettelse"))
    fullt.forget()
    assert fullt.rows(fullt.annen) == for_
    assert (fullt.bygd.hjem.mappe / "utboks/udir/b.csv").read_text() == fullt.numre[fullt.annen]
    assert fullt.bygd.ask("SELECT fil FROM raafil") == [("ny.csv",)]
    assert {sti.name for sti in fullt.bygd.hjem.utboks.iterdir()} == {"udir", "print"}


def test_what_is_about_one_whose_number_a_load_taken_back_gave_to_her_is_as_it_was(fylke: Fylke) -> None:
    egen, andres = fylke.numre[fylke.gammel], fylke.numre[fylke.annen]
    tredje = fylke.bygd.number("1996-03-14", 77)
    for nummer, kjoring_id in ((andres, "T1"), (tredje, "T1"), (egen, "T2")):
        fylke.bygd.change(fylke.gammel, "2015-10-01", kjoring_id=kjoring_id, fodselsnummer=nummer)
    fylke.bygd.taken_back("T1", "T2", "2015-10-01T08:00")
    fylke.fill(fylke.annen, f"Åse Nordmann, {andres}")
    fylke.transfer(fylke.gammel, fylke.annen)
    fylke.lay("utboks/udir/a.csv", f"{egen};{tredje}", LENGE_SIDEN)
    fylke.raw("gammel.csv", "2026-11-01", fylke.annen)
    fylke.naler.append(tredje)
    for_ = fylke.rows(fylke.annen)
    assert fylke.forget().ungdommer == 1
    assert fylke.rows(fylke.annen) == for_
    ((data,),) = fylke.bygd.ask("SELECT data FROM overforing")
    assert UDIRLINJE.format(andres) in data.decode()
    assert traces(fylke) == set()


def test_a_transfer_keeps_its_lines_and_what_can_be_counted(fullt: Fylke) -> None:
    fullt.forget()
    (linjer,) = [data.decode().split("\r\n") for (data,) in fullt.bygd.ask("SELECT data FROM overforing")]
    assert linjer[1:] == [
        ";20152016;;ikke_sokt;;;OTAR;2016-02-15",
        UDIRLINJE.format(fullt.numre[fullt.annen]).rstrip(),
        "",
    ]


def test_what_was_deleted_is_counted_noted_and_reported_and_the_figures_of_her_years_are_kept(fullt: Fylke) -> None:
    resultat = fullt.forget()
    bygd = fullt.bygd
    assert bygd.ask("SELECT antall FROM sletting_tall WHERE sted = 'fakta'")[0][0] >= len(GAMMEL)
    assert bygd.ask("SELECT sum(antall) FROM sletting_tall") == [(sum(tall.antall for tall in resultat.tall),)]
    assert bygd.ask("SELECT av, gjelder FROM revisjon WHERE handling = 'slettet'") == [("Kari", "S2026-1")]
    (rapport,) = (bygd.hjem.mappe / "rapporter/sletting").iterdir()
    assert "1 ungdommer" in rapport.read_text("utf-8")
    assert bygd.ask(
        "SELECT per_dato::VARCHAR, verdi FROM nokkeltall_bevart"
        " WHERE maaltall = 'tilmeldte' AND region = 'alle' AND gruppe = 'alle' AND dato = per_dato::VARCHAR ORDER BY 1"
    ) == [("2015-12-31", 1), ("2016-12-31", 0)]
    with bygd.hjem.register.transaction("prøve") as con:
        assert verify(con, bygd.hjem.mappe) == []


def test_a_dry_run_says_the_same_and_changes_nothing(fullt: Fylke) -> None:
    for_ = fullt.rows(fullt.gammel), sorted(fullt.bygd.hjem.mappe.rglob("*"))
    vist = fullt.forget(bare_vis=True)
    assert (fullt.rows(fullt.gammel), sorted(fullt.bygd.hjem.mappe.rglob("*"))) == for_
    gjort = fullt.forget()
    assert (vist.sletting_id, gjort.sletting_id) == (None, "S2026-1")
    assert vist.tall == gjort.tall


def test_a_second_time_there_is_nothing_to_delete(fullt: Fylke) -> None:
    fullt.forget()
    ino = fullt.bygd.hjem.register.sti.stat().st_ino
    igjen = fullt.forget()
    assert (igjen.sletting_id, igjen.tall, igjen.ungdommer) == (None, [], 0)
    assert fullt.bygd.hjem.register.sti.stat().st_ino == ino


def test_one_who_comes_back_is_somebody_new(fylke: Fylke) -> None:
    fylke.forget()
    ny = fylke.bygd.person(fodselsnummer=fylke.numre[fylke.gammel])
    assert ny not in {fylke.gammel, fylke.annen}


def test_without_the_countys_decision_nobody_is_deleted(fylke: Fylke) -> None:
    fylke.choose()
    resultat = fylke.forget()
    assert (resultat.ungdommer, resultat.tall, resultat.uten_frist) == (0, [], ["person", "brevinnhold"])


@pytest.mark.parametrize(
    ("felt", "aar_ute"),
    [
        ({"avsluttet_dato": "2016-12-31"}, 2016),
        ({"avsluttet_dato": "2017-01-01"}, 2017),
        ({"avsluttet_dato": "", "ot_status": "OTFA_IM"}, 2015),
        ({"avsluttet_dato": "", "ot_status": "OTOV", "fodselsdato": "1998-01-01"}, 2022),
        ({"avsluttet_dato": "2010-01-01", "fodselsdato": "1998-12-31"}, 2022),
        ({"avsluttet_dato": "", "fodselsdato": "2006-03-14"}, 2030),
        ({"avsluttet_dato": "2016-12-31", "fodselsdato": "2007-03-14"}, 2016),
    ],
    ids=[
        "sluttet siste dag",
        "sluttet første dag",
        "flyttet",
        "for gammel",
        "slutt før start",
        "aktiv",
        "ung, sluttet",
    ],
)
def test_the_years_are_counted_from_the_end_of_the_year_she_left(bygd: Any, felt: dict[str, str], aar_ute: int) -> None:
    fylke = Fylke(bygd, **felt)
    assert fylke.forget(f"{aar_ute + 5}-12-31T23:00", bare_vis=True).ungdommer == 0
    assert fylke.forget(f"{aar_ute + 6}-01-01T08:00", bare_vis=True).ungdommer == 1


def in_file(fylke: Fylke, *, sti: str = "") -> None:
    if sti:
        fylke.lay(sti, f"x;{fylke.numre[fylke.gammel][:6]} {fylke.numre[fylke.gammel][6:]};", LENGE_SIDEN)
    else:
        fylke.raw("ny.csv", "2026-11-01", fylke.gammel)


def open_quarantine(fylke: Fylke) -> None:
    fylke.raw("gammel.csv", LENGE_SIDEN, fylke.gammel)
    fylke.bygd.write(
        "INSERT INTO karantene VALUES ('r', 2016, 'gammel.csv', ?, 2, 'x', 'ÅH-2113', 'åpen', 'K-1', NULL)",
        [["gammel.csv"]],
    )


def accessed(fylke: Fylke) -> None:
    with fylke.bygd.hjem.register.transaction("prøve") as con:
        note(con, fylke.bygd.at("2026-11-01T08:00"), "Kari", Handling.INNSYN, fylke.gammel)


def unsettled(fylke: Fylke) -> None:
    fylke.proposal("iverksettes")
    fylke.fill(fylke.gammel, "x")
    fylke.bygd.write("UPDATE utsending SET forslag_id = 'F1' WHERE person_id = ?", [[fylke.gammel]])
    fylke.bygd.write("UPDATE utsending_hendelse SET tilstand = ?", [["uavklart"]])


def has_task(fylke: Fylke, aar: int = 2026) -> None:
    fylke.fill(fylke.gammel, "x")
    fylke.bygd.write("UPDATE oppgave SET tilstand = ?, aar = ? WHERE gjelder = ?", [["åpen", aar, fylke.gammel]])


def disagreed(fylke: Fylke) -> None:
    fylke.bygd.write("INSERT INTO uenighet VALUES (?, 'epost', 'otto', 'K', NULL)", [[fylke.gammel]])


def transferred(fylke: Fylke) -> None:
    fylke.transfer(fylke.annen, fylke.gammel)
    fylke.proposal("iverksatt")


HINDRINGER: list[tuple[Hindring, Callable[[Fylke], None]]] = [
    (Hindring.OPPGAVE, has_task),
    (Hindring.OPPGAVE, disagreed),
    (Hindring.UTSENDING, unsettled),
    (Hindring.OVERFORING, transferred),
    (Hindring.NYLIG, accessed),
    (Hindring.FIL, in_file),
    (Hindring.FIL, lambda fylke: in_file(fylke, sti="innboks/rest.csv")),
    (Hindring.FIL, open_quarantine),
]


@pytest.mark.parametrize(("hindring", "gjor"), HINDRINGER)
def test_somebody_is_kept_who(fylke: Fylke, hindring: Hindring, gjor: Callable[[Fylke], None]) -> None:
    gjor(fylke)
    for_ = fylke.rows(fylke.gammel)
    resultat = fylke.forget()
    assert (resultat.ungdommer, resultat.holdt_igjen) == (0, {hindring: 1})
    assert fylke.rows(fylke.gammel) == for_


def test_a_task_of_the_year_she_left_lapses_with_her(fylke: Fylke) -> None:
    has_task(fylke, 2016)
    assert fylke.forget().ungdommer == 1
    assert not any(fylke.rows(fylke.gammel).values())


def test_one_who_has_had_two_numbers_goes_with_both(fylke: Fylke) -> None:
    annet = fylke.bygd.person("2015-09-20", **GAMMEL | {"fodselsdato": "1996-03-15"})
    tid = to_utc(fylke.bygd.at("2016-01-01T08:00"))
    fylke.bygd.write(
        "INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid) VALUES (?, ?, 'K', ?)",
        [[annet, fylke.gammel, tid]],
    )
    assert fylke.forget().ungdommer == 1
    assert not any([*fylke.rows(annet).values(), *fylke.rows(fylke.gammel).values()])


class Drept(BaseException):
    """The process is gone here."""


@pytest.mark.parametrize("hvor", ["remove", "remove_backups", "write_file"])
def test_killed_when_the_register_is_done_the_rest_is_done_the_next_time(
    fullt: Fylke, monkeypatch: pytest.MonkeyPatch, hvor: str
) -> None:
    def die(*_: object) -> None:
        raise Drept

    with monkeypatch.context() as patch:
        patch.setattr(gjennomforing, hvor, die)
        with pytest.raises(Drept):
            fullt.forget()
    fullt.forget()
    assert traces(fullt) == set()


def test_backups_past_their_limit_go_and_those_that_cannot_be_found_are_named(fylke: Fylke, tmp_path: Path) -> None:
    noter = []
    for navn, tid in (("gammel.tar", LENGE_SIDEN), ("borte.tar", LENGE_SIDEN), ("ny.tar", "2026-11-01")):
        fil = tmp_path / navn
        fil.write_bytes(navn.encode())
        noter.append(
            {"tid": f"{tid}T08:00:00+02:00", "fil": str(fil), "sha256": hashlib.sha256(fil.read_bytes()).hexdigest()}
        )
    (tmp_path / "borte.tar").write_bytes(b"noe annet")
    liste = fylke.bygd.hjem.mappe / "sikkerhetskopi.json"
    liste.write_text(json.dumps(noter))
    resultat = fylke.forget()
    assert sorted(sti.name for sti in tmp_path.glob("*.tar")) == ["borte.tar", "ny.tar"]
    assert [Path(kopi["fil"]).name for kopi in json.loads(liste.read_text())] == ["ny.tar"]
    assert ["borte.tar" in tekst for tekst in resultat.merknader] == [True, False]


def test_the_text_of_a_letter_that_has_arrived_goes_when_the_county_has_decided_it(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.letters_sent()
    fylke = Fylke(bygd)
    fylke.choose(brevinnhold_aar=1)
    bygd.write("UPDATE utsending_hendelse SET tilstand = ? WHERE tilstand = 'sendt'", [["levert"]])
    for naa, igjen in (("2027-12-31T08:00", True), ("2028-01-01T08:00", False)):
        fylke.forget(naa)
        innhold = bygd.ask("SELECT innhold FROM utsending WHERE forslag_id = ?", forslag_id)
        assert {bool(tekst) for (tekst,) in innhold} == {igjen}


def test_a_schools_old_contact_goes_and_the_one_it_has_stays(fylke: Fylke) -> None:
    skole = ["39001", "1", "Demo vgs", "vgs", "3905", "post@example.com", "Ola Kontakt", "40000000", "", "K"]
    til = "INSERT INTO skole VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    fylke.bygd.write(til, [[*skole, "K1"], [*skole, None]])
    fylke.bygd.write(
        "INSERT INTO kjoring VALUES ('K1', 'r', 2016, 1, ?, 'ferdig', 0, 0, 0, 0, 0, 0, 0, 0, ?, ?, 0)",
        [[LENGE_SIDEN] * 3],
    )
    fylke.forget()
    assert fylke.bygd.ask("SELECT kontaktperson FROM skole ORDER BY rowid") == [("",), ("Ola Kontakt",)]


def test_files_that_are_none_of_ours_are_told_of_and_left_alone(fylke: Fylke) -> None:
    fil = fylke.lay("notater/liste.docx", "x", LENGE_SIDEN)
    assert any("1 filer" in tekst for tekst in fylke.forget().merknader)
    assert fil.exists()


def test_nothing_in_the_home_but_working_copies_is_removed_by_its_age(fylke: Fylke) -> None:
    fylke.lay("innboks/ulest.csv", "x", LENGE_SIDEN)
    for_ = {sti for sti in fylke.bygd.hjem.mappe.rglob("*") if sti.is_file() and sti.suffix not in {".wal", ".anker"}}
    for sti in for_:
        os.utime(sti, (0, 0))
    fylke.choose(person_aar=5, prefect_dager=1, skole_dager=1)
    fylke.forget()
    assert for_ <= set(fylke.bygd.hjem.mappe.rglob("*"))


def test_it_is_not_done_by_nobody(fylke: Fylke) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1835"):
        forget(fylke.bygd.fresh(), " ", fylke.bygd.at(NAA))


def test_the_command_says_what_it_would_do_does_it_and_refuses_without_a_name(
    fylke: Fylke, capsys: pytest.CaptureFixture[str]
) -> None:
    hjem = ["--home", str(fylke.bygd.hjem.mappe)]
    assert program.main([*hjem, "forget", "--dry-run", "--now", NAA]) == 0
    assert "Dette ville blitt slettet: 1 ungdommer" in capsys.readouterr().out
    assert program.main([*hjem, "forget", "--now", NAA]) == 2
    capsys.readouterr()
    assert program.main([*hjem, "forget", "--by", "Kari", "--now", NAA, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ungdommer"] == 1
    assert fylke.rows(fylke.gammel)["fakta"] == []
