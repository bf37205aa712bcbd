"""A copy of a home is known for one: it sends and approves nothing until a person says that it is the one to use."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from deployments.kopi.bekreftelse import confirm
from tasks import forslag, hjemvern, utboks
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.hjul import varsling
from tasks.hjul.stopp import unmended
from tests.motparter.svarut import SvarUt
from tests.svarutprove import Svarutprove
from tests.tasks.conftest import BREVDAG, Bygd, at

SENERE, ENDA_SENERE = "2026-05-11T10:00", "2026-05-11T10:20"


def copied(hjem: Hjem, til: Path) -> Hjem:
    return Hjem(Path(shutil.copytree(hjem.mappe, til)))


def is_quarantined(hjem: Hjem) -> bool:
    with hjem.register.transaction("prøve") as con:
        return hjemvern.is_quarantined(con, hjem.mappe)


def send(hjem: Hjem, tid: str) -> list[Any]:
    return utboks.send(hjem, None, at(tid))


def states(hjem: Hjem) -> list[tuple[str, str]]:
    with hjem.register.transaction("prøve") as con:
        return con.execute("SELECT tilstand, grunn FROM utsending_naa ORDER BY utsending_id").fetchall()


@pytest.fixture
def prove(bygd: Bygd, tjener: SvarUt, monkeypatch: pytest.MonkeyPatch) -> Svarutprove:
    return Svarutprove(bygd, tjener, monkeypatch)


def test_a_home_is_at_home_where_it_was_made_and_a_copy_whoever_moved_it(
    bygd: Bygd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_quarantined(bygd.hjem)
    assert is_quarantined(copied(bygd.hjem, tmp_path / "kopi"))
    monkeypatch.setattr(hjemvern, "machine_id", lambda: "en annen maskin")
    assert is_quarantined(bygd.hjem)
    monkeypatch.undo()
    flyttet = Hjem(Path(shutil.move(bygd.hjem.mappe, tmp_path / "flyttet")))
    assert is_quarantined(flyttet)
    confirm(flyttet, "Kari", at(SENERE))
    assert not is_quarantined(flyttet)


def test_a_copy_neither_approves_nor_sends_while_the_original_goes_on(bygd: Bygd, hurtig: None, tmp_path: Path) -> None:
    bygd.person()
    venter = bygd.run().forslag_id
    kopi = copied(bygd.hjem, tmp_path / "kopi")
    with pytest.raises(BrukerFeil, match="ÅH-1802"):
        forslag.approve(kopi, venter, "Kari", at(BREVDAG))
    bygd.approve(venter)
    kopi = copied(bygd.hjem, tmp_path / "kopi2")
    with pytest.raises(BrukerFeil, match="ÅH-1802"):
        send(kopi, BREVDAG)
    assert set(states(kopi)) == {("planlagt", "")}
    with pytest.raises(BrukerFeil, match=r"ÅH-1812.*hjem"):
        confirm(kopi, "Kari", at(BREVDAG))
    forslag.reject(kopi, venter, "Kari", "prøve", at(BREVDAG))
    bygd.send(venter)
    assert bygd.proposal(venter) == "iverksatt"


def test_a_copy_runs_no_row_but_shows_what_it_would_do_and_writes_to_nobody(
    bygd: Bygd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bygd.person()
    kopi = copied(bygd.hjem, tmp_path / "kopi")
    monkeypatch.setenv("ARSHJUL_HOME", str(kopi.mappe))
    with pytest.raises(BrukerFeil, match="ÅH-1802"):
        bygd.run()
    assert bygd.run(bare_vis=True).foreslaatt
    with kopi.register.transaction("prøve") as con:
        assert [stopp.kode for stopp in unmended(con)] == ["ÅH-1802"]
    monkeypatch.setattr(varsling, "can_notify", lambda _: True)
    monkeypatch.setattr(varsling, "events", lambda _: pytest.fail("så etter noe å varsle om"))
    assert varsling.notify(kopi, at(SENERE)) is None


def test_after_a_confirmation_no_run_bears_a_number_that_the_lost_home_may_have_used(
    bygd: Bygd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bygd.person()
    siste = bygd.run().generasjon
    kopi = Hjem(Path(shutil.move(bygd.hjem.mappe, tmp_path / "flyttet")))
    confirm(kopi, "Kari", at(SENERE))
    monkeypatch.setenv("ARSHJUL_HOME", str(kopi.mappe))
    neste = [bygd.run(tid=tid).generasjon for tid in (SENERE, ENDA_SENERE)]
    assert neste == [siste + hjemvern.SPRANG, siste + hjemvern.SPRANG + 1]


@pytest.mark.parametrize("sendt_etter_kopien", [True, False])
def test_what_svarut_got_after_the_copy_is_found_there_and_what_it_did_not_get_is_sent_once(
    prove: Svarutprove, tmp_path: Path, sendt_etter_kopien: bool
) -> None:
    prove.approved(3)
    kopi = copied(prove.bygd.hjem, tmp_path / "kopi")
    if sendt_etter_kopien:
        prove.bygd.send()
    shutil.rmtree(prove.bygd.hjem.mappe)
    svar = confirm(kopi, "Kari", at(SENERE))
    assert (svar.sporres, svar.uavklart) == (3, 0)
    send(kopi, SENERE)
    assert {tilstand for tilstand, _ in states(kopi)} == {"sender"}
    send(kopi, ENDA_SENERE)
    assert {tilstand for tilstand, _ in states(kopi)} == {"sendt"}
    assert (prove.tjener.antall.total(), set(prove.tjener.antall.values())) == (3, {1})


def test_what_nobody_can_be_asked_about_is_unclear_for_a_person(bygd: Bygd, hurtig: None, tmp_path: Path) -> None:
    bygd.person()
    bygd.approve(bygd.run().forslag_id)
    kopi = copied(bygd.hjem, tmp_path / "kopi")
    shutil.rmtree(bygd.hjem.mappe)
    svar = confirm(kopi, "Kari", at(SENERE))
    assert svar.uavklart == len(states(kopi)) > 0
    (sendt,) = send(kopi, SENERE)
    assert (sendt.gikk_ut, set(states(kopi))) == (0, {("uavklart", "gjenopprettet")})
    with kopi.register.transaction("prøve") as con:
        koder = {kode for (kode,) in con.execute("SELECT kode FROM avvik WHERE tilstand = 'åpen'").fetchall()}
        ((av, gjelder),) = con.execute("SELECT av, gjelder FROM revisjon WHERE handling LIKE 'kopi%'").fetchall()
    assert {"ÅH-3060", "ÅH-1815"} <= koder
    assert (av, datetime.fromisoformat(gjelder)) == ("Kari", datetime.fromisoformat("2026-05-11T06:00"))


def test_an_old_register_that_notes_no_place_is_a_copy_until_it_is_confirmed(bygd: Bygd) -> None:
    bygd.write("DELETE FROM meta WHERE navn = ?", [["sted"], ["sted_mappe"]])
    assert is_quarantined(bygd.hjem)
    confirm(bygd.hjem, "Kari", at(SENERE))
    assert not is_quarantined(bygd.hjem)
