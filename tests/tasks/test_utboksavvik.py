"""What the outbox tells a person to look at: each state, reason and receipt set against what it shall be called."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.verdier import Forslagstilstand, Kanal, Tilstand
from tasks import utboksavvik
from tasks.avvik import UTBOKSKODER
from tasks.klokke import OSLO, to_utc

RAD, AAR = "14-brev-ikkesokere", 2026
NAA = datetime(2026, 5, 13, 8, tzinfo=OSLO)
TIMER = 40
"""How long a letter may lie unread where the county has said nothing else."""
SVARUT = """
[svarut]
adresse = "http://127.0.0.1:9"
konto_id = "11111111-1111-4111-8111-111111111111"
integrasjon_id = "22222222-2222-4222-8222-222222222222"
"""
BEGYNT = ("iverksettes", "iverksatt", "stoppet")


class Angre(Exception):
    pass


@pytest.fixture(scope="module")
def hjem(lag_bygd: Callable[[], Any]) -> Any:
    """A home that sends by SvarUt."""
    bygd = lag_bygd()
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + SVARUT, "utf-8")
    return bygd.fresh()


def item(
    tilstand: str,
    kanal: str = "digital",
    grunn: str = "",
    *kvitteringer: tuple[str, float],
    forsok: int = 1,
    timer: float = 0,
    forslag: str = "iverksatt",
    rad: str = RAD,
    aar: int = AAR,
    nokkel: str = "n",
) -> dict[str, Any]:
    """An item that came into its state ``timer`` ago, with receipts (status, hours ago)."""
    return locals()


def fill(con: Any, *poster: dict[str, Any]) -> None:
    for nummer, post in enumerate(poster):
        f, u, tid = f"F{nummer}", f"U{nummer}", to_utc(NAA - timedelta(hours=post["timer"]))
        con.execute(
            "INSERT INTO forslag (forslag_id, kjoring_id, rad, aar, type, innhold_sha256, antall, brevdato,"
            " opprettet_tid) VALUES (?, 'K', ?, ?, 'brev', 'h', 1, '2026-05-11', ?)",
            [f, post["rad"], post["aar"], tid],
        )
        con.execute("INSERT INTO forslag_hendelse VALUES (?, ?, ?, 'Kari', '', 'h')", [f, post["forslag"], tid])
        con.execute(
            "INSERT INTO utsending VALUES (?, ?, ?, ?, 'P1', 'ungdom', '', ?, ?, 'h', '{}', 't')",
            [u, f, post["rad"], post["aar"], post["kanal"], post["nokkel"]],
        )
        hendelser = [("planlagt", ""), *[("sender", "")] * post["forsok"], (post["tilstand"], post["grunn"])]
        for tilstand, grunn in hendelser:
            con.execute(
                "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, ?, ?, ?)",
                [u, tilstand, tid, grunn],
            )
        for status, siden in post["kvitteringer"]:
            fortalt = to_utc(NAA - timedelta(hours=siden))
            con.execute("INSERT INTO kvittering VALUES (?, ?, ?, ?)", [u, status, fortalt, fortalt])


def told(hjem: Any, *poster: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    """Row, year, code and text of what is open when the outbox holds just these items."""
    svar = []
    with contextlib.suppress(Angre), hjem.register.transaction("prøve") as con:
        fill(con, *poster)
        utboksavvik.report_all(con, hjem, NAA)
        svar = con.execute("SELECT rad, aar, kode, tekst FROM avvik WHERE tilstand = 'åpen' ORDER BY ALL").fetchall()
        raise Angre
    return svar


def codes(hjem: Any, *poster: dict[str, Any]) -> list[str]:
    return [kode for _, _, kode, _ in told(hjem, *poster)]


@pytest.mark.parametrize(
    ("post", "koder"),
    [
        (item("levert"), []),
        (item("uavklart"), ["ÅH-3060"]),
        (item("uavklart", grunn="svarut_flere"), ["ÅH-3060", "ÅH-3062"]),
        (item("avvist", grunn="svarut_avvist"), ["ÅH-3061"]),
        (item("avvist", grunn="svarut_avvist", forsok=0), []),
        (item("avvist", "udir", "udir_avvist"), []),
        *((item("avvist", "sms", grunn), []) for grunn in utboksavvik.EGNE_GRUNNER),
        (item("levert", grunn="svarut_avvist"), []),
        (item("sendt", "digital", "", ("FINNES_IKKE", 1)), ["ÅH-3063"]),
        (item("levert", "digital", "", ("FINNES_IKKE", 1)), []),
        (item("sendt", "digital", "", ("VARSLET", TIMER + 1)), ["ÅH-3064"]),
        (item("sendt", "digital", "", ("VARSLET", TIMER)), []),
        (item("levert", "digital", "", ("VARSLET", TIMER + 1)), []),
        (item("sendt", "digital", "", ("AKSEPTERT", TIMER + 1)), []),
        (item("sendt", "digital", "", ("SENDT_PRINT", 1), ("VARSLET", TIMER + 1)), []),
        (item("sendt", "digital", "", ("VARSLET", TIMER + 2), ("VARSLET", TIMER - 1)), []),
        (item("sendt", timer=TIMER + 1), ["ÅH-3069"]),
        (item("sendt", timer=TIMER), []),
        (item("sendt", "print", timer=TIMER + 1), ["ÅH-3069"]),
        (item("sendt", "sms", timer=TIMER + 1), []),
        (item("sendt", "digital", "", ("AKSEPTERT", 1), timer=TIMER + 1), []),
        (item("levert", timer=TIMER + 1), []),
    ],
)
def test_each_item_is_told_of_by_its_own_code_or_not_at_all(hjem: Any, post: dict[str, Any], koder: list[str]) -> None:
    assert codes(hjem, post) == koder
    assert set(koder) <= set(UTBOKSKODER)


def test_only_what_is_begun_or_stopped_is_told_of(hjem: Any) -> None:
    fortalt = {f for f in Forslagstilstand if codes(hjem, item("uavklart", forslag=f))}
    assert fortalt == set(BEGYNT)


def test_each_row_and_year_has_its_own_count_of_each_kind(hjem: Any) -> None:
    purring = "16-purrebrev-ikkesokere"
    avvist = item("avvist", grunn="svarut_avvist")
    rader = told(hjem, avvist, avvist, item("uavklart"), avvist | {"aar": 2025}, item("uavklart", rad=purring))
    assert [(rad, aar, kode, tekst.split()[0]) for rad, aar, kode, tekst in rader] == [
        (RAD, 2025, "ÅH-3061", "1"), (RAD, AAR, "ÅH-3060", "1"), (RAD, AAR, "ÅH-3061", "2"),
        (purring, AAR, "ÅH-3060", "1"),
    ]  # fmt: skip


def test_without_svarut_nothing_lies_unread(bygd: Any) -> None:
    assert codes(bygd.hjem, item("sendt", timer=1000), item("sendt", "digital", "", ("VARSLET", 1000))) == []


def test_what_is_settled_is_told_no_more(hjem: Any) -> None:
    with contextlib.suppress(Angre), hjem.register.transaction("prøve") as con:
        fill(con, item("uavklart"), item("avvist", grunn="svarut_avvist"))
        utboksavvik.report_all(con, hjem, NAA)
        con.execute(
            "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES ('U0', 'levert', ?, '')",
            [to_utc(NAA)],
        )
        utboksavvik.report_all(con, hjem, NAA)
        assert con.execute("SELECT kode, tilstand FROM avvik ORDER BY ALL").fetchall() == [
            ("ÅH-3060", "lukket"), ("ÅH-3061", "åpen"),
        ]  # fmt: skip
        raise Angre


def test_a_channel_is_refused_where_the_receiver_has_refused_it_after_we_tried(hjem: Any) -> None:
    avvist = item("avvist", Kanal.DIGITAL, "svarut_avvist", nokkel="a")
    poster = [
        avvist, avvist | {"kanal": Kanal.SMS}, avvist | {"nokkel": "b", "forsok": 0},
        avvist | {"nokkel": "c", "grunn": "endret"}, avvist | {"nokkel": "d", "tilstand": Tilstand.LEVERT},
        avvist | {"nokkel": "e", "aar": 2025}, avvist | {"nokkel": "f", "rad": "25-brev-neisvarere"},
        avvist | {"nokkel": "g", "kanal": Kanal.PRINT},
    ]  # fmt: skip
    svar = {}
    with contextlib.suppress(Angre), hjem.register.transaction("prøve") as con:
        fill(con, *poster)
        svar = utboksavvik.refused_channels(con, RAD, AAR)
        raise Angre
    assert svar == {"a": {"digital", "sms"}, "g": {"print"}}
