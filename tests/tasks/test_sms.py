"""SMS over a real socket: one call, each fault one state, the number nowhere else, and texts that tell nothing."""

import json
import re
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.innstillinger import Fylke, Sms
from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks import kodeverk, sms
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.hjem import Hjem
from tasks.kanal import Leveranse, Leveringssvar, Post
from tasks.klokke import OSLO
from tasks.nettkall import Nettklient
from tasks.sms import Smslevering, Smsvei, msisdn
from tasks.smstekst import content, parts
from tests.motparter.sms import NOKKEL, NOKKELHODE, Tekstmelding
from tests.motparter.sms import Sms as Motpart
from tests.motparter.svikt import Svikt
from tests.tasks.test_smtpkanal import write_home

NAA = datetime(2026, 5, 12, 8, 30, tzinfo=OSLO)
DATO = NAA.date()
NUMMER = "+47 400 00 001"
FYLKE = Fylke(
    navn="Eksempel fylkeskommune",
    fylkesnummer=("39",),
    avsender="Oppfølgingstjenesten i Eksempel",
    avsender_nynorsk="Oppfølgingstenesta i Eksempel",
    telefon="12 34 56 78",
    epost="ot@example.no",
    nettside="https://example.no",
)
MALER = tomllib.loads((DATA / "maler" / "sms.toml").read_text("utf-8"))
INNHOLD = content("varsel", "nb", FYLKE, DATO)
J, N = True, False
# What the service does, and what that is: state, reason, stop, and how many messages it has taken.
FEIL = [
    (400, {}, Tilstand.AVVIST, "sms_avvist", N, 0),
    (401, {}, Tilstand.PLANLAGT, "sms_ingen_tilgang", J, 0),
    (403, {}, Tilstand.PLANLAGT, "sms_ingen_tilgang", J, 0),
    (404, {}, Tilstand.PLANLAGT, "sms_ukjent_adresse", J, 0),
    (409, {}, Tilstand.AVVIST, "sms_avvist", N, 0),
    (413, {}, Tilstand.AVVIST, "sms_avvist", N, 0),
    (500, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 0),
    (502, {"behandlet": True}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
    (503, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 0),
    (Svikt.INNLOGGINGSSIDE, {}, Tilstand.UAVKLART, "sms_uforstaelig", N, 0),
    (Svikt.AVKORTET_JSON, {}, Tilstand.UAVKLART, "sms_uforstaelig", N, 1),
    (Svikt.TOM, {}, Tilstand.UAVKLART, "sms_uforstaelig", N, 1),
    (Svikt.FEIL_ID, {}, Tilstand.UAVKLART, "sms_uforstaelig", N, 1),
    (Svikt.VIDERESENDING, {}, Tilstand.PLANLAGT, "sms_omdirigert", J, 0),
    (Svikt.TULL, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 0),
    (Svikt.KJEMPESVAR, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
    (Svikt.BRUDD_FOR_LESING, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 0),
    (Svikt.BRUDD_ETTER_BEHANDLING, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
    (Svikt.BRUDD_I_SVARET, {}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
    (Svikt.TREG_ETTER, {"sekunder": 9}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
    (Svikt.DRYPP, {"sekunder": 0.05}, Tilstand.UAVKLART, "sms_uten_svar", N, 1),
]


def item(nummer: int = 1, innhold: str = INNHOLD) -> Post:
    return Post(f"u{nummer}", "m", Kanal.SMS, Mottaker.UNGDOM, innhold, referanse=f"ref-{nummer}")


def numbers(poster: Sequence[Post]) -> dict[str, str]:
    return {post.utsending_id: NUMMER for post in poster}


@pytest.fixture
def motpart() -> Iterator[Motpart]:
    with Motpart() as tjener:
        yield tjener


@pytest.fixture
def levering(motpart: Motpart, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smslevering]:
    """The channel with a deadline that a test can wait for."""
    monkeypatch.setattr("tasks.nettkall.FRIST_SEKUNDER", 1.5)
    klient = Nettklient(motpart.adresse, {NOKKELHODE: NOKKEL})
    yield Smslevering(Sms(adresse=motpart.adresse, avsender="OT"), numbers, klient, NAA)
    klient.close()


def send(levering: Leveranse, post: Post) -> Leveringssvar:
    levering.prepare([post])
    return levering.deliver(post)


def test_a_message_goes_as_the_documented_json_and_is_delivered(levering: Smslevering, motpart: Motpart) -> None:
    svar = send(levering, item())
    (melding,) = motpart.meldinger
    assert svar == Leveringssvar(Tilstand.SENDT, ekstern_id=melding.id)
    assert isinstance(melding, Tekstmelding)
    assert (melding.mottaker, melding.avsender, melding.ref) == ("4740000001", "OT", "ref-1")
    assert melding.tekst.startswith("Hei! Du har fått et brev fra Oppfølgingstjenesten")


@pytest.mark.parametrize(("feil", "valg", "tilstand", "grunn", "stopp", "antall"), FEIL, ids=str)
def test_every_fault_is_one_documented_state_in_bounded_time(
    feil: Any, valg: Any, tilstand: Tilstand, grunn: str, stopp: bool, antall: int, levering: Any, motpart: Motpart
) -> None:
    hva = {"hva": Svikt.STATUS, "status": feil} if isinstance(feil, int) else {"hva": feil}
    motpart.feil(**hva, **valg)
    start = time.perf_counter()
    svar = send(levering, item())
    assert time.perf_counter() - start < 5
    assert svar == Leveringssvar(tilstand, grunn, stopp=stopp)
    assert len(motpart.meldinger) == antall <= 1


def test_429_says_how_long_the_channel_waits(levering: Smslevering, motpart: Motpart) -> None:
    motpart.feil(Svikt.STATUS, status=429, vent=30)
    assert send(levering, item()) == Leveringssvar(
        Tilstand.PLANLAGT, "sms_vent", stopp=True, vent_til=NAA + timedelta(seconds=30)
    )


def test_a_service_that_is_not_there_stops_the_channel(levering: Smslevering, motpart: Motpart) -> None:
    with motpart.nede():
        assert send(levering, item()) == Leveringssvar(Tilstand.PLANLAGT, "sms_ingen_kontakt", stopp=True)


def test_a_service_that_loses_answers_again_and_again_is_left_alone(levering: Smslevering, motpart: Motpart) -> None:
    motpart.feil(Svikt.STATUS, status=500)
    assert [send(levering, item(nummer)).stopp for nummer in (1, 2)] == [False, True]


def test_an_item_that_was_cut_off_is_for_a_person(levering: Smslevering) -> None:
    assert levering.look_for(item()) == Leveringssvar(Tilstand.UAVKLART, "sms_avbrutt")


def test_the_numbers_are_asked_for_once_and_forgotten(levering: Smslevering) -> None:
    levering.prepare([item(1)])
    levering.prepare([item(2)])
    assert levering.deliver(item(1)) == Leveringssvar(Tilstand.AVVIST, "sms_uten_nummer")
    assert NUMMER not in repr(levering)


@pytest.mark.parametrize("nummer", ["22 22 22 22", "+46 70 123 45 67", "tull"])
def test_a_number_that_is_no_norwegian_mobile_is_never_called(
    nummer: str, levering: Smslevering, motpart: Motpart
) -> None:
    levering.finn_numre = lambda poster: {post.utsending_id: nummer for post in poster}
    assert send(levering, item()) == Leveringssvar(Tilstand.AVVIST, "sms_ugyldig_nummer")
    assert motpart.meldinger == []


def test_a_text_of_too_many_parts_is_refused(levering: Smslevering, motpart: Motpart) -> None:
    lang = item(innhold=json.dumps({"maalform": "nb", "tekst": "a" * 307}))
    assert send(levering, lang) == Leveringssvar(Tilstand.AVVIST, "sms_for_lang")
    assert motpart.meldinger == []


@pytest.mark.parametrize(
    ("nummer", "utenlandske", "ventet"),
    [
        ("400 00 001", False, "4740000001"),
        ("+47 987 65 432", False, "4798765432"),
        ("004798765432", False, "4798765432"),
        ("4798765432", False, "4798765432"),
        ("+46701234567", False, ""),
        ("+46701234567", True, "46701234567"),
        ("22222222", True, ""),
        ("1881", False, ""),
        ("98765abc", False, ""),
        ("", False, ""),
        ("+47 987 65 432; DROP", False, ""),
    ],
)
def test_a_number_is_a_mobile_number_in_digits_or_nothing(nummer: str, utenlandske: bool, ventet: str) -> None:
    assert msisdn(nummer, utenlandske=utenlandske) == ventet


@pytest.mark.parametrize(
    ("tekst", "antall"),
    [
        ("", 1),
        ("æøåÆØÅ" + "a" * 154, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # 153 places: the euro sign, which takes two, does not fit in the last one.
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("č" + "a" * 69, 1),
        ("č" + "a" * 70, 2),
        ("č" * 134, 2),
        ("č" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_the_parts_are_counted_as_the_network_counts_them(tekst: str, antall: int) -> None:
    assert parts(tekst, DATO) == antall


@pytest.mark.parametrize("mal", MALER)
@pytest.mark.parametrize("maalform", ["nb", "nn"])
def test_every_text_is_short_says_who_writes_and_nothing_sensitive(mal: str, maalform: Any) -> None:
    tekst = MALER[mal][maalform]["tekst"]
    assert set(re.findall(r"{(\w+)}", tekst)) == {"avsender", "telefon"}
    assert not re.search(r"søk|skole|skule|vigo|status|frist|svart|http|{navn}|fødsel|oppfølging", tekst.casefold())
    assert parts(json.loads(content(mal, maalform, FYLKE, DATO))["tekst"], DATO) == 1


def test_a_text_that_the_county_makes_too_long_is_refused_before_anyone_gets_it() -> None:
    lang = FYLKE.model_copy(update={"avsender": "Oppfølgingstjenesten " * 20})
    with pytest.raises(BrukerFeil, match="ÅH-1653"):
        content("varsel", "nb", lang, DATO)


def opened(hjem: Hjem, adresse: str) -> AbstractContextManager[Leveranse]:
    return Smsvei(Sms(adresse=adresse, avsender="OT"), numbers).open(hjem, NAA)


def test_the_key_goes_in_its_header(tmp_path: Path, motpart: Motpart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sms.MILJOVARIABEL, NOKKEL)
    with opened(write_home(tmp_path, 'tjener = "127.0.0.1"'), motpart.adresse) as levering:
        assert send(levering, item()).tilstand is Tilstand.SENDT


def test_practice_never_leaves_the_machine_and_a_key_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hjem = write_home(tmp_path, 'tjener = "127.0.0.1"')
    with pytest.raises(BrukerFeil, match="ÅH-1630"), opened(hjem, "https://sms.example.no"):
        pass
    monkeypatch.setenv(sms.MILJOVARIABEL, "nøkkel")
    with pytest.raises(BrukerFeil, match="ÅH-1652") as feil, opened(hjem, "http://127.0.0.1:9"):
        pass
    assert "nøkkel" not in str(feil.value).replace("nøkkelen", "").replace("nøkkelringen", "")


def test_every_reason_has_a_row_that_says_what_to_do() -> None:
    rader = {rad["kode"]: rad["gjor"] for rad in kodeverk.valid_on("kodeverk/leveringsgrunner", DATO)}
    assert all(rader[kode] for kode in sms.EGNE_GRUNNER)
    assert {rad[3] for rad in FEIL} <= sms.EGNE_GRUNNER
