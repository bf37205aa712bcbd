"""Which way an item goes: the archive first, an SMS with the reminder, and only guests when the county tries it out."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest

from schemas.verdier import Modus
from tasks import forslag, kanaler, kvitteringer, kvitteringspost
from tasks.feil import BrukerFeil
from tasks.returpost import Returpost
from tests.motparter.sms import NOKKEL, Sms
from tests.motparter.svarut import SvarUt
from tests.svarutprove import Svarutprove

SENERE = "2026-05-12T08:00"
KVITTERING = """<?xml version="1.0" encoding="UTF-8"?>
<arkivmeldingKvittering xmlns="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v2"
 xmlns:m="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/metadatakatalog/v2">
 <tidspunkt>2026-05-11T09:00:00</tidspunkt>
 <registreringKvittering><referanseEksternNoekkel><m:fagsystem>Årshjul</m:fagsystem><m:noekkel>{noekkel}</m:noekkel>
 </referanseEksternNoekkel><registreringsID>2026/17</registreringsID></registreringKvittering>
</arkivmeldingKvittering>"""
RETUR = """From: postmaster@example.no
To: ot@example.no
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example.no

Final-Recipient: rfc822; noen@example.no
Action: failed
Status: {status}

--x
Content-Type: message/rfc822

{melding}
--x--
"""


def settings(bygd: Any, tekst: str) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(f"{sti.read_text('utf-8')}\n{tekst}\n", "utf-8")
    bygd.hjem = bygd.fresh()


def approved(bygd: Any, rad: str = "14-brev-ikkesokere", tid: str = "2026-05-11T08:00") -> str:
    forslag_id = str(bygd.run(rad, tid).forslag_id)
    bygd.approve(forslag_id, tid)
    return forslag_id


def states(bygd: Any) -> list[tuple[str, str]]:
    svar: list[tuple[str, str]] = bygd.ask("SELECT kanal, tilstand FROM utsending_naa ORDER BY ALL")
    return svar


def put(bygd: Any, navn: str, innhold: str) -> None:
    bygd.hjem.innboks.mkdir(exist_ok=True)
    (bygd.hjem.innboks / navn).write_text(innhold, "utf-8")


def test_a_letter_waits_until_the_archive_has_answered_that_it_has_its_copy(bygd: Any) -> None:
    settings(bygd, '[arkiv]\nsystem = "Årshjul"\narkivdel = "OT"\nvent_pa_kvittering = true')
    bygd.person(raadgiver="")
    forslag_id = approved(bygd)
    (sendt,) = bygd.send()
    assert states(bygd) == [("arkiv", "sendt"), ("print", "planlagt")]
    assert sendt.venter_grunn == "arkivet"
    (melding,) = bygd.hjem.utboks.rglob("arkivmelding.xml")
    (noekkel,) = re.findall(r">([^<]+)</[^>]*noekkel>", melding.read_text("utf-8"))
    put(bygd, "arkivkvittering.xml", KVITTERING.format(noekkel=noekkel))
    assert kvitteringer.collect(bygd.fresh(), bygd.at(SENERE)).arkivert == 1
    bygd.send(tid=SENERE)
    assert states(bygd) == [("arkiv", "levert"), ("print", "levert")]
    assert (bygd.proposal(forslag_id), list(bygd.hjem.innboks.iterdir())) == ("iverksatt", [])


def test_without_waiting_for_answers_the_archive_still_gets_its_copy_first(bygd: Any) -> None:
    settings(bygd, '[arkiv]\nsystem = "Årshjul"\narkivdel = "OT"')
    bygd.person(raadgiver="")
    approved(bygd)
    bygd.send()
    begynt = bygd.ask(
        "SELECT kanal FROM utsending_hendelse JOIN utsending USING (utsending_id) WHERE tilstand = 'sender'"
        " ORDER BY lopenr"
    )
    assert begynt == [("arkiv",), ("print",)]


def test_a_receipt_about_something_we_never_sent_changes_nothing(bygd: Any) -> None:
    settings(bygd, '[arkiv]\nsystem = "Årshjul"\narkivdel = "OT"\nvent_pa_kvittering = true')
    bygd.person(raadgiver="")
    approved(bygd)
    bygd.send()
    put(bygd, "arkivkvittering.xml", KVITTERING.format(noekkel="F2025-14-1-00001-abc"))
    assert kvitteringer.collect(bygd.fresh(), bygd.at(SENERE)).arkivert == 0
    assert states(bygd) == [("arkiv", "sendt"), ("print", "planlagt")]


def test_the_same_receipt_twice_confirms_one_letter_and_a_refusal_is_told(bygd: Any) -> None:
    settings(bygd, '[arkiv]\nsystem = "Årshjul"\narkivdel = "OT"\nvent_pa_kvittering = true')
    bygd.person(raadgiver="")
    approved(bygd)
    bygd.send()
    put(bygd, "nei.xml", re.sub(r"<registreringK.*</registreringK[^>]*>", "", KVITTERING, flags=re.DOTALL))
    svar = kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert (svar.arkivert, svar.arkiv_avvist, svar.trenger_noen) == (0, 1, True)
    assert states(bygd) == [("arkiv", "sendt"), ("print", "planlagt")]
    (melding,) = bygd.hjem.utboks.rglob("arkivmelding.xml")
    (noekkel,) = re.findall(r">([^<]+)</[^>]*noekkel>", melding.read_text("utf-8"))
    for navn in ("a.xml", "b.xml"):
        put(bygd, navn, KVITTERING.format(noekkel=noekkel))
    svar = kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert (svar.arkivert, svar.arkiv_avvist, svar.trenger_noen) == (1, 0, False)


def test_a_file_that_is_no_receipt_is_refused_and_stays(bygd: Any) -> None:
    put(bygd, "arkivkvittering.xml", "<html/>")
    with pytest.raises(BrukerFeil, match="ÅH-1654"):
        kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert [sti.name for sti in bygd.hjem.innboks.iterdir()] == ["arkivkvittering.xml"]


@pytest.fixture
def sms() -> Iterator[Sms]:
    with Sms() as tjener:
        yield tjener


@pytest.fixture
def purring(bygd: Any, sms: Sms, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two who have had a letter and not answered: one may be notified on her mobile, the other may not."""
    monkeypatch.setenv("ARSHJUL_SMS_NOKKEL", NOKKEL)
    settings(bygd, f'[sms]\nadresse = "{sms.adresse}"\navsender = "OT"')
    folk = [bygd.person(raadgiver="") for _ in range(2)]
    nummer = dict(bygd.ask("SELECT person_id, verdi FROM fakta WHERE felt = 'fodselsnummer'"))
    mobil = {"kontaktinformasjon": {"mobiltelefonnummer": "40000001"}}
    bygd.krr(
        bygd.mailbox(nummer[folk[0]], **mobil),
        bygd.mailbox(nummer[folk[1]], varslingsstatus="KAN_IKKE_VARSLES", **mobil),
    )
    bygd.letters_sent()
    return bygd


def test_an_sms_follows_the_reminder_to_whoever_may_be_notified_and_no_number_is_kept(purring: Any, sms: Sms) -> None:
    approved(purring, purring.PURREBREV, "2026-05-26T08:00")
    purring.send(tid="2026-05-26T08:00")
    assert list(sms.antall.values()) == [1]
    assert "4740000001" in str(sms.meldinger)
    svar = purring.ask("SELECT tilstand, grunn FROM utsending_naa WHERE kanal = 'sms' ORDER BY ALL")
    assert svar == [("avvist", "sms_uten_nummer"), ("sendt", "")]
    lagret = json.dumps(purring.ask("SELECT * FROM utsending"), default=str)
    assert "40000001" not in lagret
    assert purring.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == []


def test_a_minor_gets_one_sms_and_her_guardians_none(purring: Any) -> None:
    purring.person(**purring.MINDREAARIG, raadgiver="")
    purring.letters_sent(tid="2026-05-11T09:00")
    approved(purring, purring.PURREBREV, "2026-05-26T08:00")
    svar = purring.ask("SELECT person_id, mottaker FROM utsending WHERE kanal = 'sms' ORDER BY 1")
    assert svar == [(person, "ungdom") for person in ("P0000001", "P0000002", "P0000003")]
    assert purring.ask("SELECT count(*) = count(DISTINCT nokkel) FROM utsending WHERE rad = ?", purring.PURREBREV) == [
        (True,)
    ]


def test_an_sms_is_tried_once_whatever_came_of_it(purring: Any, sms: Sms) -> None:
    approved(purring, purring.PURREBREV, "2026-05-26T08:00")
    purring.send(tid="2026-05-26T08:00")
    assert purring.run(purring.PURREBREV, "2026-05-27T08:00").foreslaatt == 0


def test_a_look_up_that_fails_at_the_last_moment_has_begun_nothing(
    purring: Any, sms: Sms, monkeypatch: pytest.MonkeyPatch
) -> None:
    forslag_id = approved(purring, purring.PURREBREV, "2026-05-26T08:00")
    with monkeypatch.context() as patch:
        patch.setattr(kanaler, "_mobiles", lambda *_: (_ for _ in ()).throw(BrukerFeil("ÅH-1602", fil="krr.json")))
        (sendt,) = purring.send(tid="2026-05-26T08:00")
    assert (sendt.planlagt, sendt.venter_grunn, sms.antall.total()) == (2, "ÅH-1602", 0)
    purring.send(tid="2026-05-26T09:00")
    assert (purring.proposal(forslag_id), sms.antall.total()) == ("iverksatt", 1)


@pytest.fixture
def epost(bygd: Any) -> str:
    """The one notice by e-mail, accepted by the server, as it went."""
    bygd.person()
    approved(bygd)
    bygd.send()
    (eml,) = bygd.hjem.utboks.rglob("*.eml")
    bygd.write(
        "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn)"
        " SELECT utsending_id, 'sendt', now()::TIMESTAMP, '' FROM utsending WHERE kanal = ?",
        [["epost"]],
    )
    return str(eml.read_text("utf-8"))


def fate(bygd: Any) -> tuple[str, str]:
    """State and reason of the notice."""
    ((tilstand, grunn),) = bygd.ask("SELECT tilstand, grunn FROM utsending_naa WHERE kanal = 'epost'")
    return tilstand, grunn


@pytest.mark.parametrize(("status", "grunn"), [("5.1.1", "epost_retur_hard"), ("4.4.7", "epost_retur_myk")])
def test_returned_e_mail_is_refused_with_its_reason(bygd: Any, epost: str, status: str, grunn: str) -> None:
    put(bygd, "retur.eml", RETUR.format(status=status, melding=epost))
    kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert fate(bygd) == ("avvist", grunn)
    til = message_from_bytes(epost.encode(), policy=policy.default)["To"]
    assert til not in str(bygd.ask("SELECT * FROM avvik"))


@pytest.mark.parametrize("forst", [True, False])
def test_of_reports_in_two_exports_the_gravest_counts(bygd: Any, epost: str, *, forst: bool) -> None:
    hard = RETUR.format(status="5.1.1", melding=epost)
    myk = RETUR.format(status="4.4.1", melding=epost).replace("Action: failed", "Action: delayed")
    put(bygd, "a.eml", hard if forst else myk)
    put(bygd, "b.eml", myk if forst else hard)
    svar = kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert (svar.retur_hard, svar.retur_myk) == (1, 0)
    assert fate(bygd) == ("avvist", "epost_retur_hard")


def test_a_return_that_no_machine_can_read_leaves_the_message_to_a_person(bygd: Any, epost: str) -> None:
    id_ = message_from_bytes(epost.encode(), policy=policy.default)["Message-ID"]
    put(bygd, "retur.eml", f"Return-Path: <>\nFrom: postmaster@example.no\nReferences: {id_}\n\nIngen slik postkasse.")
    svar = kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert (svar.retur_uforstatt, svar.trenger_noen) == (1, True)
    assert fate(bygd) == ("uavklart", "epost_retur_uforstatt")
    assert bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3060",)]


def test_a_report_that_can_be_read_counts_before_one_that_cannot(bygd: Any, epost: str) -> None:
    id_ = message_from_bytes(epost.encode(), policy=policy.default)["Message-ID"]
    put(bygd, "a.eml", RETUR.format(status="5.1.1", melding=epost))
    put(bygd, "b.eml", f"Return-Path: <>\nFrom: postmaster@example.no\nReferences: {id_}\n\nIngen slik postkasse.")
    assert kvitteringer.collect(bygd.fresh(), bygd.at(SENERE)).retur_uforstatt == 0
    assert fate(bygd) == ("avvist", "epost_retur_hard")


def test_mail_that_cannot_be_read_at_all_is_told_of(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bygd, "retur.eml", "uleselig")
    monkeypatch.setattr(kvitteringspost, "read_export", lambda _: Returpost(uleselige=1))
    svar = kvitteringer.collect(bygd.fresh(), bygd.at(SENERE))
    assert (svar.retur_uleselig, svar.trenger_noen) == (1, True)


def test_when_the_county_tries_it_out_only_guests_get_letters(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gjest, _ = bygd.person(raadgiver=""), bygd.person(raadgiver="")
    with SvarUt() as tjener:
        prove = Svarutprove(bygd, tjener, monkeypatch)
        settings(bygd, f'[gjester]\npersoner = ["{gjest}"]')
        monkeypatch.setattr("tasks.krr.look_up", lambda *_: {})
        bygd.mode(Modus.PROVE)
        forslag_id = str(bygd.run().forslag_id)
        forslag.approve(bygd.fresh(), forslag_id, "Kari", bygd.at(bygd.BREVDAG))
        bygd.send()
        assert bygd.ask("SELECT person_id, tilstand FROM utsending_naa") == [(gjest, "sendt")]
        assert prove.tjener.antall.total() == 1
