"""Notices: a list has come, a deadline is near, a deadline is past. Counts, never anyone, and never the same twice."""

import email
import email.policy
import json
from typing import Any

from tasks.arbeid.kryptering import unlock
from tests.listeprove import day, fill_in

RAD = "04-gjennomgang-februar"
FORST, SNART, ETTER = "2026-01-02T08:00", "2026-01-30T08:00", "2026-02-09T08:00"
FRA = "2025-10-01"


def mails(bygd: Any, forslag_id: str) -> list[tuple[str, str, str]]:
    """(to whom, subject, text) of every item of the proposal."""
    rader = bygd.ask("SELECT mottaker_ref, innhold FROM utsending WHERE forslag_id = ? ORDER BY ALL", forslag_id)
    return [(ref, json.loads(innhold)["emne"], json.loads(innhold)["tekst"]) for ref, innhold in rader]


def test_a_new_list_is_told_of_once_with_how_many_and_the_deadline_and_nobodys_name(bygd: Any) -> None:
    bygd.person(FRA, etternavn="Hemmelighet", ot_status="OTMI", kontakt_dato="2025-11-03")
    forslag = bygd.letters_sent(RAD, FORST)
    ((til, emne, tekst),) = [enkelt for enkelt in mails(bygd, forslag) if enkelt[0] == "R05"]
    assert (til, emne.startswith("Arbeidsliste: Gjennomgang")) == ("R05", True)
    assert "Anne-Lise Myhre" in tekst
    assert "Du har 1 på" in tekst
    assert "arbeidsliste_R05.xlsx" in tekst
    assert "Hemmelighet" not in tekst + emne
    assert bygd.run(RAD, "2026-01-05T08:00").forslag_id is None


def test_the_message_leaves_as_one_mail_to_one_person_with_no_attachment(bygd: Any) -> None:
    bygd.person(FRA)
    bygd.letters_sent(RAD, FORST)
    meldinger = [
        email.message_from_bytes(sti.read_bytes(), policy=email.policy.default)
        for sti in bygd.files()
        if sti.suffix == ".eml"
    ]
    assert [melding["To"] for melding in meldinger if "annelise" in melding["To"]] == ["annelise.myhre@example.no"]
    assert [del_ for melding in meldinger for del_ in melding.iter_attachments()] == []


def test_what_is_left_is_reminded_of_a_week_before_and_escalated_to_the_leader_after(bygd: Any) -> None:
    bygd.person(FRA, ot_status="OTOV", kontakt_dato="2025-11-03")
    bygd.letters_sent(RAD, FORST)
    forslag = bygd.letters_sent(RAD, SNART)
    assert [(til, emne.split(":")[0]) for til, emne, _ in mails(bygd, forslag) if til == "R05"] == [
        ("R05", "Påminnelse")
    ]
    forslag = bygd.letters_sent(RAD, ETTER)
    assert ("F01", "Over fristen", True) in [
        (til, emne.split(":")[0], "Anne-Lise Myhre: " in tekst) for til, emne, tekst in mails(bygd, forslag)
    ]
    assert bygd.run(RAD, ETTER).foreslaatt == 0


def test_one_who_has_done_it_all_is_neither_reminded_nor_escalated(bygd: Any) -> None:
    bygd.person(FRA, kontakt_dato="2025-11-03", ot_status="OTMI")
    bygd.letters_sent(RAD, FORST)
    fill_in(bygd.hjem, "R05", "Gjennomgang", {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-20")})
    for tid in (SNART, ETTER):
        resultat = bygd.run(RAD, tid)
        assert [til for til, *_ in mails(bygd, f"F{resultat.kjoring_id}") if til == "R05"] == []


def test_what_is_opened_late_is_not_escalated_before_she_has_seen_it(bygd: Any) -> None:
    bygd.person(FRA)
    resultat = bygd.run(RAD, FORST)
    assert bygd.ask("SELECT count(*) FROM oppgave WHERE frist < DATE '2026-01-02' AND tilstand = 'åpen'") == [(1,)]
    assert {emne.split(":")[0] for _, emne, _ in mails(bygd, resultat.forslag_id)} == {"Arbeidsliste"}


def test_in_mode_prove_only_those_on_the_guest_list_get_one(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(f'{sti.read_text("utf-8")}\n[gjester]\nepost = ["fatima.haddad@example.no"]\n', "utf-8")
    bygd.hjem = bygd.mode("prøve")
    bygd.person(FRA)
    bygd.person(FRA, raadgiver="R06")
    resultat = bygd.run(RAD, FORST)
    assert [til for til, *_ in mails(bygd, resultat.forslag_id)] == ["R06"]


def test_a_list_goes_with_the_notice_only_when_it_is_locked_with_its_owners_own_password(
    bygd: Any, monkeypatch: Any
) -> None:
    for hvem in ("R05", "R06"):
        monkeypatch.setenv(f"ARSHJUL_ARBEIDSLISTE_{hvem}", f"hemmelig-passord-{hvem}")
    sti = bygd.hjem.mappe / "innstillinger.toml"
    uten = sti.read_text("utf-8")
    assert 'mappe = "arbeidslister"' in uten
    med = 'mappe = "arbeidslister"\nkryptert = true\nvedlegg = true'
    sti.write_text(uten.replace('mappe = "arbeidslister"', med), "utf-8")
    bygd.hjem = bygd.fresh()
    bygd.person(FRA, etternavn="Hemmelighet", ot_status="OTMI", kontakt_dato="2025-11-03")
    bygd.person(FRA, raadgiver="R06", ot_status="OTMI", kontakt_dato="2025-11-03")
    bygd.letters_sent(RAD, FORST)
    meldinger = [email.message_from_bytes(fil.read_bytes(), policy=email.policy.default) for fil in eml(bygd)]
    vedlegg = {melding["To"]: list(melding.iter_attachments()) for melding in meldinger}
    ((fil,),) = [filer for til, filer in vedlegg.items() if til.startswith("annelise")]
    laast = fil.get_content()
    assert fil.get_filename() == "arbeidsliste_R05.xlsx"
    assert b"Hemmelighet" not in laast
    assert unlock(laast, "hemmelig-passord-R06") is None
    apnet = unlock(laast, "hemmelig-passord-R05")
    assert apnet is not None
    assert apnet.startswith(b"PK")


def test_an_unlocked_list_is_never_sent_whatever_the_settings_say(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    med = 'mappe = "arbeidslister"\nvedlegg = true'
    sti.write_text(sti.read_text("utf-8").replace('mappe = "arbeidslister"', med), "utf-8")
    bygd.hjem = bygd.fresh()
    bygd.person(FRA)
    bygd.letters_sent(RAD, FORST)
    assert eml(bygd)
    assert not any(b"xlsx" in fil.read_bytes().split(b"\r\n\r\n")[0] for fil in eml(bygd))
    assert not any(b"filename" in fil.read_bytes() for fil in eml(bygd))


def eml(bygd: Any) -> list[Any]:
    return [fil for fil in bygd.files() if fil.suffix == ".eml"]
