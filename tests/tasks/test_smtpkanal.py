"""E-mail over a real socket with STARTTLS: every fault is one state, no message goes twice, nothing waits for ever."""

import csv
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks import kodeverk, smtpkanal
from tasks.feil import BrukerFeil, messages
from tasks.hjem import Hjem
from tasks.kanal import Leveranse, Leveringssvar, Post
from tasks.klokke import OSLO
from tasks.smtpforbindelse import Forbindelse, Tidsgrenser
from tasks.smtpkanal import Smtpvei
from tests.motparter.smtp import BRUKER, Postkasse, Postsvikt
from tests.motparter.smtp import PASSORD as KANARIPASSORD
from tests.tasks.smtptjener import Smtptjener, expired, make_certificate

NAA = datetime(2026, 5, 12, 8, 30, tzinfo=OSLO)
KORT = Tidsgrenser(kobling=1.0, svar=0.2, kvittering=0.2, melding=0.5)
MEST_SEKUNDER = 2.5
PASSORD = "hemmelig-ord"
FEIL = list(csv.DictReader((Path(__file__).parent / "smtp_feil.csv").read_text("utf-8").splitlines(), delimiter=";"))
BREV = {
    "fra": "ot@example.no",
    "til": "kari@example.no",
    "emne": "Brev sendes i morgen",
    "tekst": "Hei på deg\n.\n..linje\n",
    "tid": "2026-05-12T08:30:00+02:00",
}


def item(nummer: int = 1, **endret: Any) -> Post:
    return Post(f"u{nummer}", "m", Kanal.EPOST, Mottaker.RAADGIVER, json.dumps({**BREV, **endret}))


@pytest.fixture(scope="session")
def sertifikater(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    mappe = tmp_path_factory.mktemp("sertifikater")
    annen = make_certificate(mappe, "annen", vert="127.0.0.2")
    return {"riktig": make_certificate(mappe, "riktig"), "annen vert": annen, "utløpt": expired(mappe)}


def write_home(mappe: Path, epost: str, modus: str = "øve") -> Hjem:
    """A home with as little as a home can have, and this under ``[epost]``."""
    (mappe / "innstillinger.toml").write_text(
        f'modus = "{modus}"\nradgivere = []\n[fylke]\nnavn = "Eksempel"\nfylkesnummer = ["39"]\navsender = "OT"\n'
        'telefon = "12 34 56 78"\nepost = "ot@example.no"\nnettside = "https://example.no"\n'
        '[ansvarlig]\nepost = "ot@example.no"\n[grenser]\nkrymp_andel = 0.5\nvokse_andel = 2\n'
        f'[undersokelse]\nadresse = "https://example.no/"\n[epost]\n{epost}\n',
        "utf-8",
    )
    return Hjem(mappe)


def opened(hjem: Hjem) -> AbstractContextManager[Leveranse]:
    assert hjem.innstillinger.epost
    return Smtpvei(hjem.innstillinger.epost, KORT).open(hjem, NAA)


@pytest.fixture
def apne(
    tmp_path: Path, sertifikater: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """``apne(steg="rcpt", feil="550")`` starts a server that fails so, and opens the channel to it."""
    monkeypatch.setenv(smtpkanal.MILJOVARIABEL, PASSORD)
    with ExitStack() as stabel:

        def start(sertifikat: str = "riktig", tiltro: str = "", **feil: Any) -> tuple[Smtptjener, Leveranse]:
            tjener = stabel.enter_context(Smtptjener(sertifikater[sertifikat], **feil).running())
            ca = sertifikater[tiltro or sertifikat]
            oppsett = f'tjener = "127.0.0.1"\nport = {tjener.port}\nbruker = "arshjul"\nca_fil = "{ca}"'
            return tjener, stabel.enter_context(opened(write_home(tmp_path, oppsett)))

        yield start


@pytest.mark.parametrize("rad", FEIL, ids=[f"{rad['steg']}-{rad['feil']}" for rad in FEIL])
def test_every_fault_is_one_documented_state_in_bounded_time(rad: dict[str, str], apne: Any) -> None:
    tjener, levering = apne(steg=rad["steg"], feil=rad["feil"])
    # A short one is gone into the line before anybody can know that the other end has hung up.
    tekst = "x" * 5_000_000 if (rad["steg"], rad["feil"]) == ("kropp", "brudd") else BREV["tekst"]
    start = time.perf_counter()
    svar = levering.deliver(item(tekst=tekst))
    assert time.perf_counter() - start < MEST_SEKUNDER
    assert svar == Leveringssvar(Tilstand(rad["tilstand"]), rad["grunn"], stopp=rad["stopp"] == "ja")
    assert len(tjener.mottatt) == int(rad["mottatt"]) <= 1


@pytest.mark.parametrize(
    "rad",
    [rad for rad in FEIL if rad["steg"] in {"mail", "rcpt", "data", "slutt"}],
    ids=lambda rad: "-".join(rad.values()),
)
def test_the_next_message_goes_as_if_nothing_had_happened(rad: dict[str, str], apne: Any) -> None:
    tjener, levering = apne(steg=rad["steg"], feil=rad["feil"], ganger=1)
    levering.deliver(item(1))
    assert levering.deliver(item(2)).tilstand is Tilstand.SENDT
    assert [b"u2@" in enkelt for enkelt in tjener.mottatt].count(True) == 1


def test_a_message_arrives_as_it_was_built_dots_and_all(apne: Any) -> None:
    tjener, levering = apne()
    levering.prepare([item()])
    assert levering.deliver(item()) == Leveringssvar(Tilstand.SENDT)
    melding = message_from_bytes(tjener.mottatt[0], policy=policy.default)
    assert melding.get_content() == BREV["tekst"].rstrip("\n")
    assert (melding["To"], melding["Message-ID"]) == (BREV["til"], "<u1@arshjul.invalid>")
    assert {"MAIL FROM:<ot@example.no>", "RCPT TO:<kari@example.no>"} <= {s.split(" SIZE")[0] for s in tjener.sagt}


def test_a_line_that_begins_with_a_dot_is_no_end_of_message() -> None:
    from tasks.smtpforbindelse import _dotted

    assert _dotted(b".a\r\n.\r\nb") == b"..a\r\n..\r\nb\r\n"


def test_many_messages_go_on_one_connection_with_one_login_under_tls(apne: Any) -> None:
    tjener, levering = apne()
    assert {levering.deliver(item(nummer)).tilstand for nummer in range(5)} == {Tilstand.SENDT}
    assert (tjener.forbindelser, len(tjener.mottatt)) == (1, 5)
    verb = [linje.split()[0].upper() for linje in tjener.sagt]
    assert verb[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert verb.count("AUTH") == 1


@pytest.mark.parametrize(
    ("sertifikat", "tiltro"), [("annen vert", ""), ("utløpt", ""), ("riktig", "annen vert")], ids=str
)
def test_a_server_that_cannot_show_who_it_is_hears_nothing(sertifikat: str, tiltro: str, apne: Any) -> None:
    tjener, levering = apne(sertifikat=sertifikat, tiltro=tiltro)
    assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "smtp_sertifikat", stopp=True)
    assert [linje.split()[0].upper() for linje in tjener.sagt] == ["EHLO", "STARTTLS"]


def test_a_server_that_is_not_there_stops_the_channel(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ledig:
        port = ledig.getsockname()[1]
    with opened(write_home(tmp_path, f'tjener = "127.0.0.1"\nport = {port}')) as levering:
        assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "smtp_ingen_kontakt", stopp=True)


def test_a_server_that_falls_silent_again_and_again_is_left_alone(apne: Any) -> None:
    _, levering = apne(steg="slutt", feil="taust")
    svar = [levering.deliver(item(nummer)) for nummer in range(2)]
    assert [(enkelt.tilstand, enkelt.stopp) for enkelt in svar] == [
        (Tilstand.UAVKLART, False),
        (Tilstand.UAVKLART, True),
    ]


def test_an_item_that_was_cut_off_is_for_a_person(apne: Any) -> None:
    tjener, levering = apne()
    assert levering.look_for(item()) == Leveringssvar(Tilstand.UAVKLART, "smtp_avbrutt")
    assert tjener.forbindelser == 0


@pytest.mark.parametrize(
    ("endret", "svar"),
    [
        ({"til": "kåri@example.no"}, Leveringssvar(Tilstand.AVVIST, "ÅH-1503")),
        ({"til": "kari@blåbær.no"}, Leveringssvar(Tilstand.AVVIST, "ÅH-1503")),
        ({"emne": "Hei\r\nBcc: alle@example.no"}, Leveringssvar(Tilstand.AVVIST, "ÅH-1502")),
        ({"fra": "ot"}, Leveringssvar(Tilstand.PLANLAGT, "ÅH-1504", stopp=True)),
    ],
    ids=str,
)
def test_what_cannot_be_a_message_is_never_offered(endret: dict[str, str], svar: Leveringssvar, apne: Any) -> None:
    tjener, levering = apne()
    levering.prepare([item(**endret)])
    assert levering.deliver(item(**endret)) == svar
    assert tjener.forbindelser == 0


def test_nothing_of_person_or_password_is_logged_or_told(apne: Any, caplog: Any, capfd: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        _, levering = apne(steg="rcpt", feil="550")
        svar = levering.deliver(item())
    fortalt = f"{svar}{caplog.text}{capfd.readouterr()}"
    assert PASSORD not in fortalt
    assert "kari" not in fortalt


def test_practice_never_leaves_the_machine(tmp_path: Path) -> None:
    for vert in ("smtp.example.no", "localhost", "127.0.0.1.example.no"):
        with pytest.raises(BrukerFeil, match="ÅH-1630"), opened(write_home(tmp_path, f'tjener = "{vert}"')):
            pass
    with opened(write_home(tmp_path, 'tjener = "smtp.example.no"', modus="drift")):
        pass


@pytest.mark.parametrize("passord", ["", "blåbær"])
def test_a_password_that_is_missing_or_cannot_be_sent_is_told_without_showing_it(
    passord: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(smtpkanal.MILJOVARIABEL, passord)
    hjem = write_home(tmp_path, 'tjener = "127.0.0.1"\nbruker = "arshjul"')
    with pytest.raises(BrukerFeil, match="ÅH-1650") as feil, opened(hjem):
        pass
    assert feil.value.__context__ is None
    assert "blåbær" not in str(feil.value)


@pytest.mark.parametrize("innhold", [None, b"ikke et sertifikat"])
def test_a_certificate_file_that_is_none_is_refused(innhold: bytes | None, tmp_path: Path) -> None:
    if innhold is not None:
        (tmp_path / "ca.pem").write_bytes(innhold)
    hjem = write_home(tmp_path, 'tjener = "127.0.0.1"\nca_fil = "ca.pem"')
    with pytest.raises(BrukerFeil, match="ÅH-1651"), opened(hjem):
        pass


def test_every_reason_has_a_row_that_says_what_to_do() -> None:
    rader = {rad["kode"]: rad["gjor"] for rad in kodeverk.valid_on("kodeverk/leveringsgrunner", NAA.date())}
    for kode in smtpkanal.EGNE_GRUNNER | {rad["grunn"] for rad in FEIL}:
        assert rader[kode]
    assert {"ÅH-1502", "ÅH-1503", "ÅH-1504"} <= messages().keys()


@pytest.fixture
def postkasse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Postkasse, Leveranse]]:
    """The project's whole mail server, and the channel to it."""
    monkeypatch.setenv(smtpkanal.MILJOVARIABEL, KANARIPASSORD)
    with Postkasse() as post:
        oppsett = f'tjener = "127.0.0.1"\nport = {post.port}\nbruker = "{BRUKER}"\nca_fil = "{post.ca_fil}"'
        with opened(write_home(tmp_path, oppsett)) as levering:
            yield post, levering


def test_a_whole_mail_server_takes_the_messages_encrypted_and_logged_in(postkasse: Any) -> None:
    post, levering = postkasse
    assert [levering.deliver(item(nummer)).tilstand for nummer in (1, 2)] == [Tilstand.SENDT] * 2
    assert post.antall == {"<u1@arshjul.invalid>": 1, "<u2@arshjul.invalid>": 1}
    assert {(melding.fra, melding.til, melding.kryptert, melding.innlogget) for melding in post.meldinger} == {
        (BREV["fra"], (BREV["til"],), True, True)
    }


@pytest.mark.parametrize(
    ("feil", "vei", "grunn"),
    [
        (Postsvikt.TLS_IKKE_TILBUDT, "EHLO", "smtp_uten_starttls"),
        (Postsvikt.KLARTEKST, "STARTTLS", "smtp_uten_starttls"),
        (Postsvikt.SERTIFIKAT_ANNEN_UTSTEDER, "STARTTLS", "smtp_sertifikat"),
        (Postsvikt.SERTIFIKAT_ANNET_NAVN, "STARTTLS", "smtp_sertifikat"),
        (Postsvikt.SERTIFIKAT_UTLOPT, "STARTTLS", "smtp_sertifikat"),
    ],
)
def test_a_line_that_cannot_be_trusted_hears_neither_password_nor_message(
    feil: str, vei: str, grunn: str, postkasse: Any
) -> None:
    post, levering = postkasse
    post.feil(feil, vei=vei)
    assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, grunn, stopp=True)
    assert (post.steg["AUTH"], post.meldinger) == (0, [])


def test_an_answer_slipped_in_before_the_encryption_is_never_believed(postkasse: Any) -> None:
    post, levering = postkasse
    post.feil(Postsvikt.INNSKUTT, vei="STARTTLS")
    svar = levering.deliver(item())
    assert (svar.tilstand, svar.stopp, post.meldinger) == (Tilstand.PLANLAGT, True, [])


@pytest.mark.parametrize("feil", [Postsvikt.BRUDD, Postsvikt.HALV_LINJE, Postsvikt.TAUSHET])
@pytest.mark.parametrize("behandlet", [True, False])
def test_a_lost_answer_is_for_a_person_whether_or_not_the_message_was_kept(
    feil: str, behandlet: bool, postkasse: Any
) -> None:
    post, levering = postkasse
    post.feil(feil, vei="ETTER_DATA", behandlet=behandlet, sekunder=5, ganger=1)
    assert levering.deliver(item(1)).tilstand is Tilstand.UAVKLART
    assert levering.deliver(item(2)).tilstand is Tilstand.SENDT
    assert post.antall["<u1@arshjul.invalid>"] <= 1


@pytest.mark.parametrize(
    ("feil", "svar"),
    [
        ("brudd", Leveringssvar(Tilstand.PLANLAGT, "smtp_brudd")),
        ("552", Leveringssvar(Tilstand.AVVIST, "smtp_552")),
    ],
)
def test_the_end_is_not_written_to_a_server_that_has_hung_up_or_said_no(
    feil: str, svar: Leveringssvar, apne: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sett = Forbindelse.has_spoken
    monkeypatch.setattr(Forbindelse, "has_spoken", lambda selv: time.sleep(0.1) or sett(selv))
    monkeypatch.setattr(Forbindelse, "finish", lambda _: pytest.fail("the end was written"))
    _, levering = apne(steg="kropp", feil=feil)
    assert levering.deliver(item()) == svar


@pytest.mark.parametrize("vei", ["RCPT", "DATA"])
def test_what_was_begun_is_ended_before_the_next_message(vei: str, postkasse: Any) -> None:
    post, levering = postkasse
    post.feil(Postsvikt.KODE, vei=vei, status=550, ganger=1)
    assert [levering.deliver(item(nummer)).tilstand for nummer in (1, 2)] == [Tilstand.AVVIST, Tilstand.SENDT]
    assert (post.steg["TILKOBLING"], post.antall) == (1, {"<u2@arshjul.invalid>": 1})
