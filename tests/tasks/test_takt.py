"""A channel's pace: so many a minute, so many a day, and what is shown while it waits."""

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.innstillinger import Kanalgrense
from schemas.verdier import Kanal
from tasks import utboks
from tasks.forslagsvisning import waiting
from tasks.klokke import Ur
from tasks.takt import Takt, clear_wait, note_wait, reason_text, waits


class Klokke:
    """Time that passes only when someone sleeps."""

    def __init__(self) -> None:
        self.gatt = 0.0

    def ur(self) -> Ur:
        return Ur(brukt=lambda: timedelta(seconds=self.gatt), sov=self.sleep)

    def sleep(self, sekunder: float) -> None:
        self.gatt += sekunder


def approved(bygd: Any, antall: int, grense: str) -> str:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + f"\n[kanalgrenser.print]\n{grense}\n", "utf-8")
    for nummer in range(antall):
        bygd.person(raadgiver="", fodselsdato=f"2007-0{1 + nummer % 9}-14")
    forslag_id = str(bygd.run().forslag_id)
    bygd.approve(forslag_id)
    return forslag_id


def test_so_many_a_minute_and_never_more_in_any_minute(bygd: Any, hurtig: None) -> None:
    forslag_id = approved(bygd, 75, "per_minutt = 30")
    klokke = Klokke()
    utboks.send(bygd.fresh(), forslag_id, bygd.at(bygd.BREVDAG), klokke.ur())
    tider = [tid for (tid,) in bygd.ask("SELECT tid FROM utsending_hendelse WHERE tilstand = 'sender' ORDER BY 1")]
    assert len(tider) == 75
    assert max(sum(fra <= tid < fra + timedelta(minutes=1) for tid in tider) for fra in tider) <= 31
    assert timedelta(minutes=2) <= tider[-1] - tider[0] <= timedelta(minutes=2.5)


def test_while_it_waits_it_is_shown_until_when(bygd: Any, hurtig: None, monkeypatch: pytest.MonkeyPatch) -> None:
    forslag_id = approved(bygd, 4, "per_minutt = 12")
    klokke, vist = Klokke(), []

    def sleep(sekunder: float) -> None:
        vist.append(waiting(bygd.fresh())[0])
        klokke.sleep(sekunder)

    utboks.send(bygd.fresh(), forslag_id, bygd.at(bygd.BREVDAG), Ur(lambda: timedelta(seconds=klokke.gatt), sov=sleep))
    assert vist[0]["venter"] == [
        {"kanal": "print", "til": "11.05.2026 kl. 08:00", "grunn": "Kanalen holder farten fylket har bestemt"}
    ]
    assert vist[0]["gjort"] == {"levert": 1, "planlagt": 3}


def test_the_days_cap_leaves_the_rest_for_tomorrow_and_says_so(bygd: Any, hurtig: None) -> None:
    forslag_id = approved(bygd, 5, "per_dogn = 3")
    (i_dag,) = bygd.send(forslag_id)
    assert (i_dag.levert, i_dag.planlagt, i_dag.venter_grunn) == (3, 2, "dogngrense")
    assert i_dag.venter_til == bygd.at("2026-05-12T00:00")
    (samme_dag,) = bygd.send(forslag_id, tid="2026-05-11T23:59")
    assert (samme_dag.levert, bygd.proposal(forslag_id)) == (3, "iverksettes")
    (i_morgen,) = bygd.send(forslag_id, tid="2026-05-12T00:00")
    assert (i_morgen.levert, bygd.proposal(forslag_id)) == (5, "iverksatt")


def test_a_sending_that_goes_on_past_midnight_asks_again_who_may_have_it(bygd: Any, hurtig: None) -> None:
    bygd.person(**bygd.MINDREAARIG | {"fodselsdato": "2008-05-12"}, raadgiver="")
    forslag_id = approved(bygd, 1, "per_minutt = 1")
    utboks.send(bygd.fresh(), forslag_id, bygd.at("2026-05-11T23:59:30"), Klokke().ur())
    svar = bygd.ask("SELECT person_id, mottaker, tilstand, grunn FROM utsending_naa ORDER BY ALL")
    assert svar == [
        ("P0000001", "foresatt", "avvist", "endret"),
        ("P0000001", "ungdom", "levert", ""),
        ("P0000002", "ungdom", "levert", ""),
    ]


def test_a_channel_that_has_stood_still_does_not_make_up_for_it(bygd: Any) -> None:
    klokke, sov = Klokke(), []
    ur = Ur(
        brukt=lambda: timedelta(seconds=klokke.gatt),
        sov=lambda sekunder: (sov.append(sekunder), klokke.sleep(sekunder)),
    )
    klokke.gatt = 600.0  # the channels before it
    takt = Takt(Kanal.PRINT, Kanalgrense(per_minutt=12), bygd.at(bygd.BREVDAG), ur)
    for sto in (0, 2, 600, 0):
        takt.wait_turn(lambda _: None)
        takt.began(1)
        klokke.gatt += sto
    takt.wait_turn(lambda _: None)
    assert sov == [5.0, 3.0, 5.0]


def test_the_days_cap_is_each_days_own_also_in_one_sending(bygd: Any, hurtig: None) -> None:
    forslag_id = approved(bygd, 5, "per_minutt = 12\nper_dogn = 3")
    svar = utboks.send(bygd.fresh(), forslag_id, bygd.at("2026-05-11T23:59:50"), Klokke().ur())
    assert [(enkelt.levert, enkelt.planlagt) for enkelt in svar] == [(5, 0)]


ROM: tuple[tuple[dict[str, int], int, int], ...] = (
    ({}, 500, 500), ({"per_minutt": 120}, 500, 10), ({"per_minutt": 120}, 3, 3), ({"per_minutt": 5}, 500, 1),
    ({"per_dogn": 10}, 500, 6), ({"per_dogn": 10}, 2, 2), ({"per_dogn": 4}, 500, 0), ({"per_dogn": 3}, 500, 0),
    ({"per_minutt": 120, "per_dogn": 12}, 500, 8),
)  # fmt: skip
"""Limits, the bunch that is asked for, and what there is room for when four have been begun today."""


def test_a_bunch_is_what_the_minute_and_the_day_have_room_for(bygd: Any) -> None:
    approved(bygd, 4, "per_dogn = 1")
    utsendinger = bygd.ask("SELECT utsending_id FROM utsending WHERE kanal = 'print'")
    hendelse = "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, 'sender', ?, '')"
    bygd.write(hendelse, [[u, tid] for (u,) in utsendinger for tid in ("2026-05-10T21:59", "2026-05-10T22:00")])
    start = bygd.at("2026-05-11T00:30")  # midnight in Oslo was 22:00 UTC
    with bygd.hjem.register.transaction("prøve") as con:
        for grense, bolk, plass in ROM:
            takt = Takt(Kanal.PRINT, Kanalgrense(**grense), start, Klokke().ur())
            assert takt.room_today(con, bolk) == plass
            assert takt.tomorrow() == bygd.at("2026-05-12T00:00")
        assert Takt(Kanal.SMS, Kanalgrense(per_dogn=4), start, Klokke().ur()).room_today(con, 500) == 4


def test_a_wait_is_one_per_channel_and_ends_alone(bygd: Any) -> None:
    forste, siste = bygd.at("2026-05-11T09:00"), bygd.at("2026-05-11T10:00")
    with bygd.hjem.register.transaction("prøve") as con:
        note_wait(con, "F1", Kanal.PRINT, forste, "dogngrense")
        note_wait(con, "F1", Kanal.SMS, forste, "minuttgrense")
        note_wait(con, "F2", Kanal.PRINT, forste, "dogngrense")
        note_wait(con, "F1", Kanal.PRINT, siste, "minuttgrense")
        assert waits(con, "F1") == [("print", siste, "minuttgrense"), ("sms", forste, "minuttgrense")]
        clear_wait(con, "F1", Kanal.SMS)
        assert (waits(con, "F1"), waits(con, "F2")) == (
            [("print", siste, "minuttgrense")],
            [("print", forste, "dogngrense")],
        )


@pytest.mark.parametrize(
    ("grunn", "tekst"),
    [
        ("dogngrense", "Kanalen har nådd grensen for i dag"),
        ("ÅH-1406", "Navnet på den som bestemmer mangler."),
        ("noe_nytt", "noe_nytt"),
    ],
)
def test_a_reason_is_told_in_words_and_an_unknown_one_as_it_is(grunn: str, tekst: str) -> None:
    assert reason_text(grunn, date(2026, 5, 11)) == tekst
