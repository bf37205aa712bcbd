"""The audit: what is seen, decided, sent, changed and taken out stands in it, and nobody can mend it unseen."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from schemas.angring import Angrevalg
from schemas.revisjon import Handling
from tasks import forslag, revisjon, visninger
from tasks.angring import undo
from tasks.filer import ROT
from tasks.register.migrering import migrations
from tasks.register.tilkobling import Register
from tasks.revisjon import (
    ANKERFIL,
    ENDRET,
    FREMMED,
    IKKE_ANKRET,
    KUTTET,
    MANGLER,
    OMSKREVET,
    ULESELIG,
    UTEN_ANKER,
    Brudd,
    Revisjonsrad,
    anchor,
    note,
    verify,
)

TID = datetime(2026, 3, 1, 8, 0, 0, 120, tzinfo=UTC)
GJELDER = ("Ærlig", "F2026-14-1", "", "P7;3:a", "F2026-16-1")
KOLONNER = "lopenr, tid, av, handling, gjelder, detaljer, forrige, sha256"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """A register with five rows in its audit, each of a transaction of its own, so that each is anchored."""
    ny = Register(tmp_path / "register.duckdb", "a" * 64)
    for nummer, gjelder in enumerate(GJELDER):
        with ny.transaction("prøve") as con:
            note(con, TID, "Kari", Handling.GODKJENT, gjelder, {"antall": nummer})
    return ny


def broken(register: Register) -> list[Brudd]:
    with register.transaction("prøve") as con:
        return verify(con, register.sti.parent)


def tamper(register: Register, *sql: str) -> list[Brudd]:
    """What is seen after somebody with the key has been at the register."""
    with register.transaction("prøve") as con:
        for setning in sql:
            con.execute(setning)
    return broken(register)


def rehash(register: Register, fra: int) -> None:
    """Write the chain anew from a row on, so that it fits itself."""
    with register.transaction("prøve") as con:
        rader = [
            Revisjonsrad(*rad) for rad in con.execute(f"SELECT {KOLONNER} FROM revisjon ORDER BY lopenr").fetchall()
        ]
        siste = ""
        for rad in rader:
            if rad.lopenr >= fra:
                rad = rad._replace(forrige=siste)  # noqa: PLW2901 the row as it is made anew
                rad = rad._replace(sha256=rad.computed())  # noqa: PLW2901
                con.execute(
                    "UPDATE revisjon SET forrige = ?, sha256 = ? WHERE lopenr = ?",
                    [rad.forrige, rad.sha256, rad.lopenr],
                )
            siste = rad.sha256


def test_a_chain_that_nobody_has_touched_is_whole(register: Register) -> None:
    assert broken(register) == []
    linjer = (register.sti.parent / ANKERFIL).read_text("utf-8").splitlines()
    assert [linje.split()[0] for linje in linjer] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("sett", "rad"),
    [
        ("av = 'Per'", 3), ("gjelder = 'F2026-14-2'", 2), ("detaljer = 'antall: 9'", 5), ("handling = 'avvist'", 1),
        ("tid = tid + INTERVAL 1 MICROSECOND", 4), (f"sha256 = '{'0' * 64}'", 5), (f"forrige = '{'0' * 64}'", 4),
    ],
)  # fmt: skip
def test_a_row_that_is_changed_is_found(register: Register, sett: str, rad: int) -> None:
    assert Brudd(ENDRET, rad) in tamper(register, f"UPDATE revisjon SET {sett} WHERE lopenr = {rad}")


def test_text_moved_from_one_column_to_the_next_is_a_change(register: Register) -> None:
    funn = tamper(register, "UPDATE revisjon SET av = 'Kar', handling = 'igodkjent' WHERE lopenr = 2")
    assert funn == [Brudd(ENDRET, 2)]


def test_a_changed_row_with_a_hash_to_match_breaks_the_next_one_and_the_anchor(register: Register) -> None:
    tamper(register, "UPDATE revisjon SET av = 'Per' WHERE lopenr = 3")
    with register.transaction("prøve") as con:
        rad = Revisjonsrad(*con.execute(f"SELECT {KOLONNER} FROM revisjon WHERE lopenr = 3").fetchall()[0])
        con.execute("UPDATE revisjon SET sha256 = ? WHERE lopenr = 3", [rad.computed()])
    assert broken(register) == [Brudd(FREMMED, 4), Brudd(OMSKREVET, 3)]


@pytest.mark.parametrize("rad", [1, 2, 4])
def test_a_row_taken_out_is_found_where_it_is_missing(register: Register, rad: int) -> None:
    assert Brudd(MANGLER, rad + 1) in tamper(register, f"DELETE FROM revisjon WHERE lopenr = {rad}")


def test_a_row_taken_out_is_found_though_the_others_are_numbered_anew(register: Register) -> None:
    funn = tamper(
        register, "DELETE FROM revisjon WHERE lopenr = 2", "UPDATE revisjon SET lopenr = lopenr - 1 WHERE lopenr > 2"
    )
    assert {brudd.kode for brudd in funn} >= {ENDRET, KUTTET}


def test_two_rows_that_change_places_are_found(register: Register) -> None:
    funn = tamper(register, "UPDATE revisjon SET lopenr = CASE lopenr WHEN 2 THEN 3 ELSE 2 END WHERE lopenr IN (2, 3)")
    assert {(brudd.kode, brudd.lopenr) for brudd in funn} >= {(ENDRET, 2), (ENDRET, 3)}


def test_a_row_put_in_is_found(register: Register) -> None:
    funn = tamper(register, f"INSERT INTO revisjon SELECT {KOLONNER} FROM revisjon WHERE lopenr = 3")
    assert Brudd(FREMMED, 3) in funn
    ny = Revisjonsrad(6, TID.replace(tzinfo=None), "Per", "godkjent", "F9", "", "0" * 64, "")
    with register.transaction("prøve") as con:
        con.execute("INSERT INTO revisjon VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(ny._replace(sha256=ny.computed())))
    assert Brudd(FREMMED, 6) in broken(register)


@pytest.mark.parametrize("igjen", [4, 1, 0])
def test_an_end_that_is_cut_off_is_seen_against_the_anchor(register: Register, igjen: int) -> None:
    assert tamper(register, f"DELETE FROM revisjon WHERE lopenr > {igjen}") == [Brudd(KUTTET, 5)]


def test_a_cut_is_seen_though_new_rows_have_grown_over_it(register: Register) -> None:
    tamper(register, "DELETE FROM revisjon WHERE lopenr > 3")
    with register.transaction("prøve") as con:
        for _ in range(4):
            note(con, TID, "Kari", Handling.AVVIST, "F1")
    assert broken(register) == [Brudd(OMSKREVET, 4)]


def test_a_chain_written_wholly_anew_fits_itself_and_is_seen_against_the_anchor(register: Register) -> None:
    tamper(register, "UPDATE revisjon SET av = 'Per' WHERE lopenr = 2")
    rehash(register, 2)
    assert broken(register) == [Brudd(OMSKREVET, 2)]


def test_anchors_that_are_gone_or_spoilt_are_told_of(register: Register) -> None:
    sti = register.sti.parent / ANKERFIL
    sti.write_bytes(sti.read_bytes() + b"6 noe annet\n")
    assert broken(register) == [Brudd(ULESELIG)]
    sti.unlink()
    assert broken(register) == [Brudd(UTEN_ANKER)]


def test_an_anchor_that_is_behind_is_no_breach_since_one_may_be_killed_between(register: Register) -> None:
    sti = register.sti.parent / ANKERFIL
    sti.write_text("".join(sti.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    assert broken(register) == []


def test_what_is_rolled_back_is_neither_noted_nor_anchored(register: Register) -> None:
    for_ = (register.sti.parent / ANKERFIL).read_bytes()

    def give_up() -> None:
        with register.transaction("prøve") as con:
            note(con, TID, "Kari", Handling.GODKJENT, "F9")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    assert (register.sti.parent / ANKERFIL).read_bytes() == for_
    assert broken(register) == []


def test_an_anchor_that_cannot_be_written_is_told_and_the_next_one_holds_it(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    sagt: list[str] = []
    taus = Register(register.sti, register.nokkel, si=sagt.append)

    def full(*_: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(revisjon, "write_file", full)
        with taus.transaction("prøve") as con:
            note(con, TID, "Kari", Handling.GODKJENT, "F9")
    assert [linje.split()[0] for linje in sagt] == [IKKE_ANKRET]
    with taus.transaction("prøve") as con:
        note(con, TID, "Kari", Handling.GODKJENT, "F10")
    assert broken(register) == []
    assert (register.sti.parent / ANKERFIL).read_text("utf-8").splitlines()[-1].startswith("7 ")


def test_every_breach_has_a_text_that_says_what_to_do(register: Register) -> None:
    for kode in (ENDRET, MANGLER, FREMMED, KUTTET, OMSKREVET, UTEN_ANKER, ULESELIG):
        assert Brudd(kode, 3).told().gjor


@pytest.mark.parametrize("antall", [0, 1, 3])
def test_the_rows_of_an_older_register_are_chained_as_the_program_would(tmp_path: Path, antall: int) -> None:
    tekster = dict(migrations())
    with duckdb.connect(tmp_path / "eldre.duckdb") as con:
        for nummer in range(1, 12):
            con.execute(tekster[nummer])
        for nummer in range(antall):
            tid = datetime(2026, 1, 2, 3, 4, 5, nummer)  # noqa: DTZ001 as the register stores it
            con.execute("INSERT INTO revisjon VALUES (?, 'Åse Å', 'så persondata', ?)", [tid, f"ung;dom:{nummer}"])
        con.execute("BEGIN")
        con.execute(tekster[12])
        con.execute("COMMIT")
    with duckdb.connect(tmp_path / "eldre.duckdb") as con:
        rader = con.execute("SELECT lopenr, av, gjelder FROM revisjon ORDER BY lopenr").fetchall()
        assert rader == [(nummer + 1, "Åse Å", f"ung;dom:{nummer}") for nummer in range(antall)]
        assert verify(con, tmp_path) == ([Brudd(UTEN_ANKER)] if antall else [])
        note(con, TID, "Kari", Handling.OPPGRADERT, "register")
        anchor(con, tmp_path, print)
        assert verify(con, tmp_path) == []


def test_nobody_else_writes_the_audit() -> None:
    kilder = [sti for mappe in ("tasks", "flows", "deployments") for sti in (ROT / mappe).rglob("*.py")]
    skriver = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) revisjon\b")
    assert [sti.name for sti in kilder if skriver.search(sti.read_text("utf-8"))] == ["revisjon.py"]


def handlinger(bygd: Any) -> list[tuple[str, str, str, str]]:
    return [
        (av, handling, gjelder, detaljer)
        for av, handling, gjelder, detaljer in bygd.ask(
            "SELECT av, handling, gjelder, detaljer FROM revisjon ORDER BY lopenr"
        )
        if handling != Handling.INNSTILLINGER
    ]


def test_letters_are_noted_from_the_samples_to_the_counts_that_went(bygd: Any, hurtig: None) -> None:
    bygd.person()
    forslag_id = bygd.letters_sent()
    bygd.send(forslag_id)
    assert handlinger(bygd) == [
        ("Årshjul", "prøvebrev laget", forslag_id, ""),
        ("Kari", "godkjent", forslag_id, ""),
        ("Årshjul", "sendt", forslag_id, "levert: 2"),
    ]


@pytest.mark.parametrize(("hva", "handling"), [("reject", "avvist"), ("stop", "stoppet")])
def test_who_said_no_is_noted(bygd: Any, hva: str, handling: str) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    getattr(forslag, hva)(bygd.hjem, forslag_id, "Per", "feil", bygd.at(bygd.BREVDAG))
    assert handlinger(bygd)[-1] == ("Per", handling, forslag_id, "")


def test_loads_and_what_is_taken_back_are_noted_with_counts(bygd: Any) -> None:
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.number("2009-03-14", 1)})
    kjoring_id = bygd.run("12", "2026-04-27T08:00", av="Kari").kjoring_id
    angret = undo(Angrevalg(kjoring_id=kjoring_id, av="Per", grunn="feil fil", naa=bygd.at("2026-04-28T08:00")))
    lastet, *_, sist = handlinger(bygd)
    assert lastet == ("Kari", "lastet", kjoring_id, "inn: 1, lastet: 1, uendret: 0, karantene: 0")
    assert sist[:3] == ("Per", "angret", kjoring_id)
    assert sist[3].endswith(f"som kjøring: {angret.kjoring_id}")


def test_a_dry_run_is_not_noted(bygd: Any) -> None:
    bygd.person()
    bygd.run(bare_vis=True)
    assert bygd.ask("SELECT count(*) FROM revisjon") == [(0,)]


def test_changed_settings_are_noted_once_and_nobody_knows_by_whom(bygd: Any) -> None:
    bygd.person()
    sti = bygd.hjem.mappe / "innstillinger.toml"
    for _ in range(2):
        bygd.run()
    sti.write_text(sti.read_text("utf-8") + "\n# en merknad\n", "utf-8")
    for _ in range(2):
        bygd.run()
    rader = bygd.ask("SELECT av, gjelder, detaljer FROM revisjon WHERE handling = ?", Handling.INNSTILLINGER)
    assert len(set(rader)) == len(rader) == 2
    assert rader[-1][:2] == ("ukjent", "innstillinger.toml")
    assert rader[-1][2] == f"sha256: {hashlib.sha256(sti.read_bytes()).hexdigest()}"


def test_seeing_who_people_are_is_noted_and_seeing_counts_is_not(bygd: Any) -> None:
    bygd.person()
    visninger.show(bygd.hjem, "ungdom")
    visninger.show(bygd.hjem, "ungdom", persondata_for="kari")
    assert handlinger(bygd) == [("kari", "så persondata", "ungdom", "rader: 1")]


def test_the_transfer_and_the_worklists_are_noted_when_they_are_made(bygd: Any) -> None:
    bygd.person()
    kjoring = bygd.run("05", "2026-02-15T08:00")
    assert [rad[1:] for rad in handlinger(bygd) if rad[1] == Handling.PAKKE] == [
        ("pakke til Udir laget", "ot-udir-05-2026-02-15-v1", "ungdommer: 1, utelatt: 0")
    ]
    assert kjoring.forslag_id
    lister = bygd.run("15", "2026-05-25T08:00").kjoring_id
    assert [rad[2] for rad in handlinger(bygd) if rad[1] == Handling.ARBEIDSLISTER] == [lister]


def test_the_audit_can_be_shown_as_it_stood_and_holds_nothing_about_anyone(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id, "2026-05-12T08:00")
    alt = visninger.show(bygd.hjem, "revisjon")
    assert alt["handling"].tolist() == ["prøvebrev laget", "innstillinger endret", "godkjent"]
    assert alt["tid"].iloc[-1] == "2026-05-12T08:00:00+02:00"
    for valg in ({"kjent_tid": bygd.at("2026-05-11T23:00")}, {"per_dato": bygd.at("2026-05-11T23:00").date()}):
        da = visninger.show(bygd.hjem, "revisjon", **valg)
        assert da["lopenr"].tolist() == [1, 2]
    tekst = alt.to_csv()
    assert "Nordmann" not in tekst
    assert not re.search(r"\b\d{11}\b", tekst)
