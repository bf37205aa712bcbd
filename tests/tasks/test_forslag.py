"""Proposals: bound to their content, decided once, void when the content changes."""

from typing import Any

import pytest

from schemas.utsending import Sending, content_hash
from schemas.verdier import Forslagstilstand, Kanal, Mottaker
from tasks import brevutkast, forslag
from tasks.feil import BrukerFeil
from tasks.forhaandsvisning import preview_folder

SENERE = "2026-05-11T09:00"


def test_a_proposal_is_bound_to_who_gets_what_and_not_to_the_channel_of_the_day() -> None:
    def sending(nokkel: str = "k", kanal: Kanal = Kanal.PRINT, innhold: str = "{}") -> str:
        return Sending("P1", Mottaker.UNGDOM, "", kanal, nokkel, innhold).innhold_sha256

    ulike = [sending(), sending(nokkel="l"), sending(innhold="{ }")]
    assert len(set(ulike)) == 3
    assert sending(kanal=Kanal.DIGITAL) == sending()
    assert content_hash(ulike) == content_hash(reversed(ulike)) != content_hash(ulike[1:])


def test_the_same_content_twice_is_the_same_proposal_and_nothing_new(bygd: Any) -> None:
    bygd.person()
    forste, andre = bygd.run(), bygd.run(tid=SENERE)
    assert forste.forslag_id == andre.forslag_id
    assert (forste.foreslaatt, andre.foreslaatt) == (2, 0)
    assert bygd.ask("SELECT count(*) FROM forslag") == [(1,)]


def test_an_approved_proposal_with_the_same_content_stays_approved(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    assert bygd.run(tid=SENERE).forslag_id == forslag_id
    assert bygd.proposal(forslag_id) == "godkjent"


@pytest.mark.parametrize("godkjent", [True, False])
def test_changed_content_makes_a_new_proposal_and_the_old_one_expires(bygd: Any, godkjent: bool) -> None:
    bygd.person()
    gammelt = bygd.run().forslag_id
    if godkjent:
        bygd.approve(gammelt)
    bygd.person()
    nytt = bygd.run(tid=SENERE)
    assert (nytt.foreslaatt, bygd.proposal(nytt.forslag_id)) == (3, "venter")
    assert bygd.proposal(gammelt) == "utløpt"


def test_nothing_left_to_send_expires_the_proposal_and_makes_none(bygd: Any) -> None:
    person = bygd.person()
    gammelt = bygd.run().forslag_id
    bygd.change(person, "2026-05-11", SENERE, personstatus="doed")
    assert bygd.run(tid=SENERE).forslag_id is None
    assert bygd.proposal(gammelt) == "utløpt"


def decide_and_catch(bygd: Any, forslag_id: str, av: str = "Kari") -> set[str]:
    koder = set()
    for handling in (
        lambda: forslag.approve(bygd.hjem, forslag_id, av, bygd.at(SENERE)),
        lambda: forslag.reject(bygd.hjem, forslag_id, av, "feil", bygd.at(SENERE)),
    ):
        with pytest.raises(BrukerFeil) as feil:
            handling()
        koder.add(feil.value.kode)
    return koder


@pytest.mark.parametrize(
    "tilstand", [t for t in Forslagstilstand if t not in (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT)]
)
def test_what_is_decided_expired_or_begun_cannot_be_decided_again(bygd: Any, tilstand: Forslagstilstand) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    with bygd.hjem.register.transaction("prøve") as con:
        forslag.set_state(con, forslag_id, tilstand, bygd.at(SENERE), "Kari", "")
    assert decide_and_catch(bygd, forslag_id) == {"ÅH-1402"}
    assert bygd.proposal(forslag_id) == tilstand


def test_an_approval_can_be_withdrawn_until_it_is_begun_but_not_given_twice(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    with pytest.raises(BrukerFeil, match="ÅH-1402"):
        bygd.approve(forslag_id)
    forslag.reject(bygd.hjem, forslag_id, "Kari", "angret", bygd.at(SENERE))
    with pytest.raises(BrukerFeil, match="ÅH-1402"):
        bygd.send(forslag_id)
    assert bygd.files() == []


def test_an_unknown_proposal_is_refused(bygd: Any) -> None:
    assert decide_and_catch(bygd, "F2026-14-9") == {"ÅH-1401"}


@pytest.mark.parametrize("navn", ["", "  ", "\t"])
def test_nobody_is_not_a_name(bygd: Any, navn: str) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    assert decide_and_catch(bygd, forslag_id, navn) == {"ÅH-1406"}
    assert bygd.proposal(forslag_id) == "venter"


def test_a_decision_is_a_row_with_who_when_and_for_which_content(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id, SENERE)
    ((av, tid, sha),) = bygd.ask(
        "SELECT av, tid, innhold_sha256 FROM forslag_hendelse WHERE tilstand = 'godkjent' AND forslag_id = ?",
        forslag_id,
    )
    assert (av, tid.isoformat()) == ("Kari", "2026-05-11T07:00:00")
    assert [(sha,)] == bygd.ask("SELECT innhold_sha256 FROM forslag WHERE forslag_id = ?", forslag_id)
    assert bygd.ask("SELECT handling, gjelder FROM revisjon WHERE av = 'Kari'") == [("godkjent", forslag_id)]


@pytest.mark.parametrize("tilstand", ["venter", "avvist", "utløpt"])
def test_what_nobody_has_approved_is_not_sent(bygd: Any, tilstand: str) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    if tilstand == "avvist":
        forslag.reject(bygd.hjem, forslag_id, "Kari", "feil liste", bygd.at(SENERE))
    if tilstand == "utløpt":
        bygd.person()
        bygd.run(tid=SENERE)
    with pytest.raises(BrukerFeil, match="ÅH-1402"):
        bygd.send(forslag_id)
    assert bygd.send() == []
    assert bygd.files() == []


def moved(bygd: Any, person: str) -> None:
    bygd.change(person, "2026-05-11", SENERE, adresselinje1="Ny vei 2")


def protected(bygd: Any, person: str) -> None:
    bygd.change(person, "2026-05-11", SENERE, adressegradering_vigo="strengtFortrolig")


def dead(bygd: Any, person: str) -> None:
    bygd.change(person, "2026-05-11", SENERE, personstatus="doed")


def applied_since(bygd: Any, person: str) -> None:
    bygd.change(person, "2026-05-11", SENERE, ikkesoker_skoleaar="")


def one_more(bygd: Any, person: str) -> None:
    bygd.person()


def set_otherwise(bygd: Any, fra: str, til: str) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    tekst = sti.read_text("utf-8")
    assert fra in tekst
    sti.write_text(tekst.replace(fra, til), "utf-8")


def another_sender(bygd: Any, person: str) -> None:
    set_otherwise(bygd, 'avsender = "Oppfølgingstjenesten"', 'avsender = "En annen tjeneste"')


def another_survey(bygd: Any, person: str) -> None:
    set_otherwise(bygd, "https://undersokelse.example.no/?ref=", "https://annen.example.no/?ref=")


@pytest.mark.parametrize("endring", [moved, protected, dead, applied_since, one_more, another_sender, another_survey])
def test_an_approval_is_void_when_the_world_changes_before_it_is_sent(bygd: Any, endring: Any) -> None:
    bygd.person()
    person = bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    endring(bygd, person)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-05-11T10:00")
    assert bygd.files() == []
    assert bygd.proposal(forslag_id) == "utløpt"
    assert bygd.run(tid="2026-05-11T11:00").forslag_id not in {None, forslag_id}


@pytest.mark.parametrize(
    "endring",
    [
        {"foresatt1_navn": "En Annen"},
        {"foresatt1_adresselinje1": "Ny vei 2"},
        {"foresatt1_foreldreansvar": "N"},
        {"foresatt1_adressegradering_vigo": "strengtFortrolig"},
    ],
)
def test_an_approval_is_void_when_a_guardian_is_another_or_elsewhere(bygd: Any, endring: dict[str, str]) -> None:
    person = bygd.person(**bygd.MINDREAARIG)
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    bygd.change(person, "2026-05-11", SENERE, **endring)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-05-11T10:00")
    assert (bygd.files(), bygd.proposal(forslag_id)) == ([], "utløpt")


def test_the_channel_is_decided_on_the_day_of_dispatch_without_a_new_approval(bygd: Any) -> None:
    person = bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    ((nummer,),) = bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", person)
    bygd.krr(bygd.mailbox(nummer))
    bygd.send()
    assert bygd.ask("SELECT kanal, tilstand FROM utsending_naa WHERE person_id = ?", person) == [("digital", "levert")]


def test_an_approval_is_void_when_the_youth_has_come_of_age_since(bygd: Any) -> None:
    bygd.person(**bygd.MINDREAARIG | {"fodselsdato": "2008-05-12"})
    bygd.approve(bygd.run().forslag_id)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-05-12T00:01")
    nytt = bygd.run(tid="2026-05-12T08:00").forslag_id
    assert bygd.ask("SELECT DISTINCT mottaker FROM utsending WHERE forslag_id = ? ORDER BY 1", nytt) == [
        ("rådgiver",),
        ("ungdom",),
    ]


def test_an_approval_is_void_when_the_template_has_changed_since(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bygd.person()
    bygd.approve(bygd.run().forslag_id)
    monkeypatch.setattr(brevutkast, "template_hash", lambda: "en annen mal")
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send()
    assert bygd.files() == []


def test_an_approval_holds_to_the_next_day_when_nothing_has_changed(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    bygd.approve(forslag_id)
    (sendt,) = bygd.send(tid="2026-05-12T08:00")
    assert sendt.levert == 2
    ((innhold,),) = bygd.ask("SELECT innhold FROM utsending WHERE forslag_id = ? AND mottaker = 'ungdom'", forslag_id)
    assert brevutkast.letter_of(innhold).dato == bygd.at(bygd.BREVDAG).date()


def test_a_dry_run_proposes_nothing(bygd: Any) -> None:
    bygd.person()
    assert bygd.run(bare_vis=True).foreslaatt == 2
    assert bygd.ask("SELECT count(*) FROM forslag") == bygd.ask("SELECT count(*) FROM kjoring") == [(0,)]


def test_the_advisers_notice_tells_how_many_and_never_who(bygd: Any) -> None:
    bygd.person(fornavn="Kanarifugl")
    bygd.run()
    ((innhold,),) = bygd.ask("SELECT innhold FROM utsending WHERE mottaker = 'rådgiver'")
    assert "1 av ungdommene" in innhold
    assert "Kanarifugl" not in innhold


def told(svar: Any, begynnelse: str) -> list[str]:
    return [tekst for tekst in svar.merknader if tekst.startswith(begynnelse)]


def test_what_a_person_needs_in_order_to_decide_is_told_in_counts(bygd: Any) -> None:
    person = bygd.person(fornavn="Kanarifugl")
    bygd.person()
    uten = bygd.person(adresselinje1="")
    forste = bygd.run()
    (sendes,), (utelatt,), (prover,) = told(forste, "Forslaget sender"), told(forste, "Utelatt"), told(forste, "Prøve")
    assert sendes.startswith("Forslaget sender til: rådgiver epost: 1, ungdom print: 2.")
    assert ": 1." in utelatt
    assert f"rapporter/forslag/{forste.forslag_id}" in prover
    assert bygd.reasons(forste.forslag_id) == [(uten, "ungdom", "MANGLER_ADRESSE")]
    assert told(forste, "Mot forrige") == []
    mappe = preview_folder(bygd.hjem, forste.forslag_id)
    assert len(list(mappe.glob("*.pdf"))) == 2
    bygd.change(person, "2026-05-11", SENERE, adresselinje1="Ny vei 2")
    bygd.person()
    andre = bygd.run(tid=SENERE)
    assert told(andre, "Mot forrige")[0].startswith("Mot forrige forslag: 1 nye, 0 borte, 1 endret.")
    assert not mappe.exists()
    assert not any("Kanarifugl" in tekst for tekst in (*forste.merknader, *andre.merknader))


def test_nobody_left_out_is_not_mentioned_and_sample_letters_are_kept_in_the_record(bygd: Any) -> None:
    bygd.person()
    svar = bygd.run()
    assert told(svar, "Utelatt") == []
    assert bygd.ask("SELECT handling FROM revisjon WHERE gjelder = ?", svar.forslag_id) == [("prøvebrev laget",)]


def test_the_row_the_year_the_day_and_who_asked_stand_in_the_proposal(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run(av="Kari").forslag_id
    hva = "SELECT rad, aar, type, antall, brevdato::VARCHAR, foreslaatt_av FROM forslag WHERE forslag_id = ?"
    assert bygd.ask(hva, forslag_id) == [(bygd.BREV, 2026, "brev", 2, "2026-05-11", "Kari")]
    assert bygd.states(forslag_id) == {"planlagt": 2}
    poster = bygd.ask("SELECT utsending_id, rad, aar FROM utsending WHERE forslag_id = ? ORDER BY 1", forslag_id)
    assert poster == [(f"{forslag_id}-0000{nummer}", bygd.BREV, 2026) for nummer in (1, 2)]


def test_the_one_refusal_that_has_a_name_says_which_proposal_its_state_and_what_was_tried(bygd: Any) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    with pytest.raises(BrukerFeil) as feil:
        bygd.send(forslag_id)
    assert feil.value.deler == {"forslag": forslag_id, "tilstand": "venter", "handling": "sendes"}
    forslag.reject(bygd.hjem, forslag_id, "Kari", "feil", bygd.at(SENERE))
    with pytest.raises(BrukerFeil) as feil:
        bygd.approve(forslag_id)
    assert feil.value.deler == {"forslag": forslag_id, "tilstand": "avvist", "handling": "godkjennes"}
