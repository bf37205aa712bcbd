"""The OTTO-ansvarlig is told by e-mail, once, over a real socket, of what stopped, is late or waits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from schemas.kjoring import Kjoreresultat
from schemas.verdier import Tilstand
from tasks import smtpkanal
from tasks.feil import BrukerFeil
from tasks.hjem import INNSTILLINGER, Hjem, home
from tasks.hjul.stopp import of_error, remember
from tasks.hjul.varsling import can_notify, notify
from tasks.klokke import OSLO
from tests.tasks.smtptjener import Smtptjener, make_certificate

NAA = datetime(2026, 5, 11, 9, tzinfo=OSLO)


@pytest.fixture(scope="module")
def sertifikat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("sertifikat"), "riktig")


@pytest.fixture
def med_post(
    med_register: Hjem, kjor: Callable[..., Kjoreresultat], sertifikat: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Smtptjener, Hjem]]]:
    """``med_post(steg="data", feil="550")``: the county with a mail server that fails so; row 13 has been refused."""
    monkeypatch.setenv(smtpkanal.MILJOVARIABEL, "hemmelig-ord")
    kjor("13", "2026-04-27T08:00")
    remember(
        med_register,
        of_error("13-konvertere-vigokoder", 2026, NAA, BrukerFeil("ÅH-2016", format="f", rad="13", aar=2026), ""),
    )
    with ExitStack() as stabel:

        def start(modus: str = "øve", **feil: Any) -> tuple[Smtptjener, Hjem]:
            tjener = stabel.enter_context(Smtptjener(sertifikat, **feil).running())
            fil = med_register.mappe / INNSTILLINGER
            tekst = fil.read_text("utf-8").replace('modus = "øve"', f'modus = "{modus}"')
            oppsett = f'tjener = "127.0.0.1"\nport = {tjener.port}\nbruker = "arshjul"\nca_fil = "{sertifikat}"'
            fil.write_text(f"{tekst}\n[epost]\n{oppsett}\n", "utf-8")
            return tjener, home()

        yield start


def lines(melding: bytes) -> str:
    return message_from_bytes(melding).get_payload(decode=True).decode()  # type: ignore[union-attr]


def told(hjem: Hjem) -> list[tuple[str, int]]:
    with hjem.register.transaction("prøve") as con:
        return con.execute("SELECT tilstand, count(*) FROM driftsvarsel GROUP BY ALL ORDER BY 1").fetchall()


def test_everything_new_goes_in_one_message_and_is_told_once(med_post: Any, kjor: Any, legg_i_innboks: Any) -> None:
    tjener, hjem = med_post()
    legg_i_innboks(sorted((hjem.mappe / "demo" / "post").rglob("vigo_ikkesokere*.csv"))[-1].relative_to(hjem.mappe))
    kjor("12", "2026-04-27T08:00")
    forslag_id = kjor("14", "2026-05-11T08:00").forslag_id
    assert notify(hjem, NAA).tilstand is Tilstand.SENDT
    (melding,) = tjener.mottatt
    assert "ÅH-2016" in lines(melding)
    assert f"Forslaget {forslag_id} venter på godkjenning." in lines(melding)
    assert notify(hjem, NAA + timedelta(minutes=1)) is None
    assert len(tjener.mottatt) == 1
    assert {tilstand for tilstand, _ in told(hjem)} == {"sender", "sendt"}


def test_a_new_stop_is_a_new_message(med_post: Any) -> None:
    tjener, hjem = med_post()
    notify(hjem, NAA)
    senere = NAA + timedelta(days=1)
    feil = BrukerFeil("ÅH-2013", fil="f.csv", format="vigo_ikkesokere", mangler="x", ukjente="", doble="")
    remember(hjem, of_error("12-innlasting-ikkesokere", 2026, senere, feil, ""))
    notify(hjem, senere)
    assert len(tjener.mottatt) == 2
    assert "ÅH-2013" in lines(tjener.mottatt[1])
    assert "ÅH-2016" not in lines(tjener.mottatt[1])


def test_a_message_that_was_not_taken_is_offered_again_after_an_hour(med_post: Any) -> None:
    tjener, hjem = med_post(steg="rcpt", feil="450", ganger=1)
    assert notify(hjem, NAA).tilstand is Tilstand.PLANLAGT
    assert notify(hjem, NAA + timedelta(minutes=59)) is None
    assert notify(hjem, NAA + timedelta(minutes=61)).tilstand is Tilstand.SENDT
    assert len(tjener.mottatt) == 1


def test_a_message_nobody_knows_the_fate_of_is_never_sent_again(med_post: Any) -> None:
    _, hjem = med_post(steg="slutt", feil="brudd")
    assert notify(hjem, NAA).tilstand is Tilstand.UAVKLART
    assert notify(hjem, NAA + timedelta(hours=2)) is None


def test_one_killed_between_the_intent_and_the_answer_is_never_sent_again(
    med_post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tjener, hjem = med_post()
    monkeypatch.setattr(smtpkanal.Smtplevering, "deliver", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        notify(hjem, NAA)
    monkeypatch.undo()
    monkeypatch.setenv(smtpkanal.MILJOVARIABEL, "hemmelig-ord")
    monkeypatch.setenv("ARSHJUL_HOME", str(hjem.mappe))
    assert notify(hjem, NAA + timedelta(hours=2)) is None
    assert tjener.mottatt == []


def test_in_trial_only_a_guest_is_written_to(med_post: Any) -> None:
    tjener, hjem = med_post(modus="prøve")
    assert not can_notify(hjem)
    assert notify(hjem, NAA) is None
    assert tjener.forbindelser == 0


def test_without_a_mail_server_nothing_is_claimed(med_register: Hjem) -> None:
    assert notify(med_register, NAA) is None
    assert told(med_register) == []
