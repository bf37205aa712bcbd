"""A letter's life at the SvarUt stand-in: moved by the clock only, the same every time, forced where asked."""

from collections.abc import Iterator

import pytest

from tests.motparter.brevklient import MOTTAKER, Brevklient
from tests.motparter.statusliv import STATUSER, Andeler
from tests.motparter.svarut import SvarUt
from tests.motparter.svikt import Svikt

UTEN_ID = {felt: verdi for felt, verdi in MOTTAKER.items() if felt != "digitalId"}
ALLE_LESER, INGEN_LESER = Andeler(lest=1.0), Andeler(lest=0.0)


@pytest.fixture
def svarut() -> Iterator[SvarUt]:
    with SvarUt(andeler=INGEN_LESER) as tjener:
        yield tjener


@pytest.fixture
def klient(svarut: SvarUt) -> Iterator[Brevklient]:
    with Brevklient(svarut.adresse) as klient:
        yield klient


def life(svarut: SvarUt, *timer: float) -> list[str]:
    """Return the status of ``ref-1`` now and after each wait."""
    sett = [svarut.status("ref-1")]
    for ventet in timer:
        svarut.advance(ventet)
        sett.append(svarut.status("ref-1"))
    return sett


def test_nothing_happens_before_the_clock_is_moved(svarut: SvarUt, klient: Brevklient) -> None:
    id_ = klient.send_letter().json()["id"]
    ventet = {"id": id_, "sisteStatusEndring": "2026-05-12T08:00:00.000+02:00", "status": "MOTTATT"}
    assert klient.statuses(id_) == klient.statuses(id_) == [ventet]


def test_a_letter_nobody_reads_is_printed_at_the_limit_and_not_before(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter()
    assert life(svarut, 0.2, 0.4, 39.8, 0.2, 12) == [
        "MOTTATT", "AKSEPTERT", "VARSLET", "VARSLET", "SENDT_PRINT", "PRINTET",
    ]  # fmt: skip


def test_the_limit_is_a_setting() -> None:
    with SvarUt(andeler=INGEN_LESER, ulest_timer=72) as svarut, Brevklient(svarut.adresse) as klient:
        klient.send_letter()
        assert life(svarut, 72, 1) == ["MOTTATT", "VARSLET", "SENDT_PRINT"]


def test_a_letter_that_is_read_is_never_printed() -> None:
    with SvarUt(andeler=ALLE_LESER) as svarut, Brevklient(svarut.adresse) as klient:
        klient.send_letter()
        assert life(svarut, 40, 1000) == ["MOTTATT", "LEST", "LEST"]


def test_a_digital_only_letter_stays_unread_for_ever(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter(kunDigitalLevering=True)
    assert life(svarut, 1, 1000) == ["MOTTATT", "VARSLET", "VARSLET"]


def test_one_without_a_digital_id_is_printed_at_once(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter(mottaker=UTEN_ID)
    assert life(svarut, 1, 12) == ["MOTTATT", "SENDT_PRINT", "PRINTET"]


def test_a_share_may_be_refused_or_go_to_a_mailbox() -> None:
    for andeler, ventet in (Andeler(avvist=1.0), "AVVIST"), (Andeler(postkasse=1.0), "LEVERT_SDP"):
        with SvarUt(andeler=andeler) as svarut, Brevklient(svarut.adresse) as klient:
            klient.send_letter()
            assert life(svarut, 2)[-1] == ventet


def test_who_reads_is_decided_by_the_reference_and_near_the_share() -> None:
    utfall = []
    for _ in range(2):
        with SvarUt(andeler=Andeler(lest=0.5)) as svarut, Brevklient(svarut.adresse) as klient:
            for nr in range(200):
                klient.send_letter(f"ref-{nr}")
            svarut.advance(100)
            utfall.append([svarut.status(f"ref-{nr}") for nr in range(200)])
    assert utfall[0] == utfall[1]
    assert 70 < utfall[0].count("LEST") < 130
    assert set(utfall[0]) == {"LEST", "PRINTET"}


@pytest.mark.parametrize("status", [*STATUSER, "NOE_HELT_NYTT"])
def test_every_status_can_be_forced(svarut: SvarUt, klient: Brevklient, status: str) -> None:
    id_ = klient.send_letter().json()["id"]
    svarut.advance(1)
    svarut.force("ref-1", status)
    assert klient.statuses(id_)[0]["status"] == status


def test_a_status_can_be_forced_for_later_and_by_another_process(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter()
    klient.post(f"{svarut.rot}/_motpart/tving", json={"ref": "ref-1", "status": "IKKE_LEVERT", "etter_timer": 2})
    klient.post(f"{svarut.rot}/_motpart/tid", json={"timer": 1})
    assert life(svarut, 2) == ["VARSLET", "IKKE_LEVERT"]


def test_the_events_tell_of_each_step(svarut: SvarUt, klient: Brevklient) -> None:
    id_ = klient.send_letter().json()["id"]
    svarut.advance(1)
    hendelser = klient.get(f"/v2/forsendelser/{id_}/hendelser").json()["hendelser"]
    assert [en["hendelse"] for en in hendelser] == ["Mottatt", "Akseptert for ekspedering", "Varsel sendt til mottaker"]
    assert klient.get("/v2/forsendelser/4f9f6e5a-0000-4000-8000-000000000000/hendelser").status_code == 404


def test_nothing_follows_a_status_that_is_forced(svarut: SvarUt, klient: Brevklient) -> None:
    id_ = klient.send_letter().json()["id"]
    svarut.force("ref-1", "AVVIST", etter_timer=0.2)
    svarut.advance(100)
    hendelser = klient.get(f"/v2/forsendelser/{id_}/hendelser").json()["hendelser"]
    assert [en["hendelse"] for en in hendelser] == ["Mottatt", "Akseptert for ekspedering", "AVVIST"]


def told(svarut: SvarUt, klient: Brevklient, hva: Svikt, **valg: float) -> list[tuple[str, str]]:
    """Return id and status as told, an hour after the letter, with the fault."""
    id_ = klient.send_letter().json()["id"]
    svarut.advance(1)
    svarut.feil(hva, **valg)
    return [("den" if en["id"] == id_ else "ukjent", en["status"]) for en in klient.statuses(id_)]


@pytest.mark.parametrize(
    ("hva", "ventet"),
    [
        (Svikt.STATUS_DOBBEL, [("den", "VARSLET")] * 2),
        (Svikt.STATUS_ELDRE, [("den", "VARSLET"), ("den", "AKSEPTERT")]),
        (Svikt.STATUS_UKJENT_ID, [("den", "VARSLET"), ("ukjent", "LEST")]),
        (Svikt.STATUS_MANGLER, []),
        (Svikt.STATUS_UKJENT_ORD, [("den", "TAPT_I_TAAKEN")]),
        (Svikt.STATUS_SEN, [("den", "MOTTATT")]),
        (Svikt.FEIL_ID, [("ukjent", "VARSLET")]),
    ],
)
def test_statuses_can_be_told_wrong(
    svarut: SvarUt, klient: Brevklient, hva: Svikt, ventet: list[tuple[str, str]]
) -> None:
    assert told(svarut, klient, hva) == ventet


def test_an_older_status_has_its_own_older_time(svarut: SvarUt, klient: Brevklient) -> None:
    id_ = klient.send_letter().json()["id"]
    svarut.advance(1)
    svarut.feil(Svikt.STATUS_ELDRE)
    nyest, eldre = klient.statuses(id_)
    assert eldre["sisteStatusEndring"] < nyest["sisteStatusEndring"]


def test_a_fault_of_status_can_be_about_one_of_several(svarut: SvarUt, klient: Brevklient) -> None:
    ider = [klient.send_letter(f"ref-{nr}").json()["id"] for nr in range(3)]
    svarut.feil(Svikt.STATUS_MANGLER, bare=["ref-1"])
    assert [en["id"] for en in klient.statuses(*ider)] == [ider[0], ider[2]]
