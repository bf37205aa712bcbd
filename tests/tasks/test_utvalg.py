"""Who is written to, reminded and called: each set against a second, naive computation over plain rows."""

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.verdier import Forslagstilstand, Tilstand
from tasks import kodeverk, utvalg
from tasks.feil import BrukerFeil
from tasks.klokke import OSLO, to_utc

RAD, PURRING = "14-brev-ikkesokere", "16-purrebrev-ikkesokere"
TID = to_utc(datetime(2026, 5, 11, 8, tzinfo=OSLO))
FOLK = st.sampled_from(["P1", "P2", "P3", "P4"])
AAR = st.sampled_from([2025, 2026, 2026])
BREV = st.tuples(
    FOLK, st.sampled_from([RAD, RAD, "25-brev-neisvarere"]), AAR, st.sampled_from(["ungdom", "ungdom", "foresatt"]),
    st.sampled_from([*Tilstand, Tilstand.LEVERT, Tilstand.LEVERT]),
    st.sampled_from([*Forslagstilstand, Forslagstilstand.IVERKSATT]), st.sampled_from([28, 30, 31, 41]),
)  # fmt: skip
SVAR = st.tuples(FOLK, st.sampled_from([RAD, PURRING, "25-brev-neisvarere"]), AAR)
VERDIER = {
    "ikkesoker_skoleaar": ["20262027", "20252026", ""],
    "ot_status": ["OTUK", "OTOV", "OTAR", "OTNO", "OTFA_IM", "XXXX", ""],
    "avsluttet_dato": ["", "2026-05-10", "2026-05-11", "2026-05-12"],
    "personstatus": ["bosatt", "doed", ""],
    "adressegradering_otto": ["ugradert", "fortrolig", ""],
    "kommunenummer": ["3905", "0301", ""],
    "adresselinje1": ["", "Storgata 1"],
}
DAG = date(2026, 5, 11)
ENDRING = st.tuples(
    FOLK, st.sampled_from([(felt, verdi) for felt, verdier in VERDIER.items() for verdi in verdier]),
    st.sampled_from([date(2026, 4, 29), date(2026, 5, 1), date(2026, 5, 10), DAG, date(2026, 5, 12)]),
)  # fmt: skip
STATUS = [(felt, verdi) for felt in ("ot_status", "avsluttet_dato") for verdi in VERDIER[felt]]
STATUSENDRING = st.tuples(
    st.sampled_from(["P1", "P2"]), st.sampled_from(STATUS),
    st.sampled_from([date(2026, 4, 25), date(2026, 4, 29), date(2026, 5, 5), DAG]),
)  # fmt: skip
HYPOTESE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def register(lag_bygd: Any) -> Any:
    return lag_bygd().hjem.register


class Angre(Exception):
    pass


def fill(con: Any, brev: list[Any], svar: list[Any], endringer: list[Any]) -> None:
    for nummer, (person, rad, aar, mottaker, tilstand, forslag, brevdag) in enumerate(brev):
        f, u = f"F{nummer}", f"U{nummer}"
        con.execute(
            "INSERT INTO forslag (forslag_id, kjoring_id, rad, aar, type, innhold_sha256, antall, brevdato,"
            " opprettet_tid) VALUES (?, 'K', ?, ?, 'brev', 'h', 1, ?, ?)",
            [f, rad, aar, day_of(brevdag), TID],
        )
        con.execute("INSERT INTO forslag_hendelse VALUES (?, ?, ?, 'Kari', '', 'h')", [f, forslag, TID])
        con.execute(
            "INSERT INTO utsending VALUES (?, ?, ?, ?, ?, ?, '', 'print', ?, 'h', '{}', 't')",
            [u, f, rad, aar, person, mottaker, u],
        )
        hendelse = "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, ?, ?, '')"
        con.execute(hendelse, [u, Tilstand.PLANLAGT, TID])
        con.execute(hendelse, [u, tilstand, TID])
    for person, rad, aar in svar:
        con.execute("INSERT INTO svar VALUES (?, ?, ?, ?, 'SKOLE', ?, 'K')", [person, rad, aar, TID, TID])
    con.executemany(
        "INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)"
        " VALUES (?, ?, ?, ?, ?, 'K')",
        [(person, felt, verdi, dag, TID) for person, (felt, verdi), dag in [*history(), *endringer]],
    )


def day_of(nummer: int) -> date:
    """The day with this number, counted from 1 April."""
    return date(2026, 3, 31) + timedelta(days=nummer)


def history() -> list[Any]:
    """Four youth of the year's group, all alike, since New Year."""
    alle = {"ikkesoker_skoleaar": "20262027", "ot_status": "OTUK", "fodselsdato": "2007-03-14", "kommunenummer": "3905"}
    alle |= {"personstatus": "bosatt", "adressegradering_vigo": "ugradert", "adresselinje1": "Storgata 1"}
    return [(p, par, date(2026, 1, 1)) for p in ("P1", "P2", "P3", "P4") for par in alle.items()]


def holds(endringer: list[Any], person: str, felt: str, dag: date = DAG) -> str:
    """The naive look-up: go through everything ever told, and let a later day or a later word win."""
    svar, sist = "", date.min
    for hvem, (hva, verdi), fra in [*history(), *endringer]:
        if hvem == person and hva == felt and sist <= fra <= dag:
            svar, sist = verdi, fra
    return svar


def told_last(endringer: list[Any], person: str, felt: str) -> str:
    return next((v for hvem, (hva, v), _ in reversed([*history(), *endringer]) if (hvem, hva) == (person, felt)), "")


def naively_clarified(endringer: list[Any], person: str, dag: date = DAG) -> bool:
    slutt = holds(endringer, person, "avsluttet_dato", dag)
    status = holds(endringer, person, "ot_status", dag)
    return status in {"OTAR", "OTNO", "OTFA_IM"} or (slutt != "" and slutt <= str(dag))


def naively_stopped(endringer: list[Any], person: str) -> bool:
    sier = {felt: {holds(endringer, person, felt), told_last(endringer, person, felt)} for felt in VERDIER}
    stedet = holds(endringer, person, "kommunenummer"), holds(endringer, person, "personstatus")
    lukket = "doed" in sier["personstatus"] or "fortrolig" in sier["adressegradering_otto"]
    return lukket or "0301" in sier["kommunenummer"] or "" in stedet


def ask_register(register: Any, fyll: Callable[[Any], None], sporsmaal: Callable[[Any], set[str]]) -> set[str]:
    """The answer to a question about a register filled for it, and emptied again."""
    svar: set[str] = set()
    with contextlib.suppress(Angre), register.transaction("prøve") as con:
        fyll(con)
        svar = sporsmaal(con)
        raise Angre
    return svar


@HYPOTESE
@given(endringer=st.lists(ENDRING, max_size=10))
def test_the_letter_is_for_everyone_in_the_group_as_it_stands_on_the_day(register: Any, endringer: list[Any]) -> None:
    til = ask_register(
        register,
        lambda con: fill(con, [], [], endringer),
        lambda con: utvalg.to_write(con, "ikkesoker", "20262027", DAG),
    )
    folk = ("P1", "P2", "P3", "P4")
    assert til == {p for p in folk if holds(endringer, p, "ikkesoker_skoleaar") == "20262027"}


@HYPOTESE
@given(brev=st.lists(BREV, max_size=8), svar=st.lists(SVAR, max_size=3), endringer=st.lists(STATUSENDRING, max_size=8))
def test_the_reminder_goes_to_exactly_those_with_a_letter_no_answer_and_nothing_clarified(
    register: Any, brev: list[Any], svar: list[Any], endringer: list[Any]
) -> None:
    til = ask_register(
        register,
        lambda con: fill(con, brev, svar, endringer),
        lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG),
    )
    ventet = set()
    for person in ("P1", "P2", "P3", "P4"):
        dager = [
            brevdag
            for hvem, rad, aar, mottaker, tilstand, forslag, brevdag in brev
            if (hvem, rad, aar, mottaker, tilstand) == (person, RAD, 2026, "ungdom", "levert")
            and forslag not in {"avvist", "utløpt"}
        ]
        svarte = (person, RAD, 2026) in svar or (person, PURRING, 2026) in svar
        if dager and not svarte:
            siden = [day_of(nummer) for nummer in range(min(dager), 42)]
            if not any(naively_clarified(endringer, person, dag) for dag in siden):
                ventet.add(person)
    assert til == ventet


@HYPOTESE
@given(brev=st.lists(BREV, max_size=3), svar=st.lists(SVAR, max_size=4), endringer=st.lists(ENDRING, max_size=12))
def test_those_called_are_the_group_but_for_the_answered_the_clarified_and_the_stopped(
    register: Any, brev: list[Any], svar: list[Any], endringer: list[Any]
) -> None:
    til = ask_register(
        register,
        lambda con: fill(con, brev, svar, endringer),
        lambda con: utvalg.to_call(con, "ikkesoker", "20262027", [RAD, PURRING], 2026, DAG, ("39", "40")),
    )
    ventet = set()
    for person in ("P1", "P2", "P3", "P4"):
        svarte = any((person, rad, 2026) in svar for rad in (RAD, PURRING))
        i_gruppen = holds(endringer, person, "ikkesoker_skoleaar") == "20262027"
        if i_gruppen and not (svarte or naively_clarified(endringer, person) or naively_stopped(endringer, person)):
            ventet.add(person)
    assert til == ventet


@pytest.mark.parametrize(("tilstand", "faar"), [("levert", True), ("sendt", False), ("uavklart", False)])
def test_a_letter_that_is_only_accepted_is_no_ground_for_a_reminder(register: Any, tilstand: str, faar: bool) -> None:
    brev = ("P1", RAD, 2026, "ungdom", tilstand, "iverksatt", 41)
    til = ask_register(
        register,
        lambda con: fill(con, [brev], [], []),
        lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG),
    )
    assert til == ({"P1"} if faar else set())


@pytest.mark.parametrize(
    ("rad", "aar", "faar"),
    [(RAD, 2026, False), (PURRING, 2026, False), (RAD, 2025, True), ("25-brev-neisvarere", 2026, True)],
)
def test_an_answer_to_the_letter_or_its_reminder_this_year_excludes(
    register: Any, rad: str, aar: int, faar: bool
) -> None:
    til = ask_register(
        register,
        lambda con: fill(con, [("P1", RAD, 2026, "ungdom", "levert", "iverksatt", 41)], [("P1", rad, aar)], []),
        lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG),
    )
    assert til == ({"P1"} if faar else set())


@pytest.mark.parametrize(("kanal", "faar"), [("digital", True), ("print", True), ("sms", False), ("arkiv", False)])
def test_a_message_about_the_letter_is_not_the_letter(register: Any, kanal: str, faar: bool) -> None:
    def with_channel(con: Any) -> None:
        fill(con, [("P1", RAD, 2026, "ungdom", "levert", "iverksatt", 41)], [], [])
        con.execute("UPDATE utsending SET kanal = ?", [kanal])

    til = ask_register(register, with_channel, lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG))
    assert til == ({"P1"} if faar else set())


@pytest.mark.parametrize(("brevdag", "faar"), [(28, False), (34, False), (35, True), (40, True)])
def test_what_was_clarified_only_before_the_letter_is_no_reason_to_be_silent(
    register: Any, brevdag: int, faar: bool
) -> None:
    endringer = [("P1", ("ot_status", "OTAR"), day_of(30)), ("P1", ("ot_status", "OTUK"), day_of(35))]
    til = ask_register(
        register,
        lambda con: fill(con, [("P1", RAD, 2026, "ungdom", "levert", "iverksatt", brevdag)], [], endringer),
        lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG),
    )
    assert til == ({"P1"} if faar else set())


def test_every_group_of_status_has_one_word_on_whether_it_is_clarified() -> None:
    grupper = {rad["gruppenavn"] for rad in kodeverk.valid_on("kodeverk/ot_status", DAG)}
    regler = {rad["kode"]: rad["avklart"] for rad in kodeverk.valid_on("regler/avklart", DAG)}
    assert set(regler) == grupper | {utvalg.AVSLUTTET}
    assert set(regler.values()) == {"ja", "nei"}


def answered(bygd: Any, person: str) -> None:
    bygd.write("INSERT INTO svar VALUES (?, ?, 2026, ?, 'SKOLE', ?, 'K')", [[person, RAD, TID, TID]])


def test_of_those_with_a_letter_the_silent_get_the_reminder_and_the_others_do_not(bygd: Any) -> None:
    taus, svarte, dode, skjermede = (bygd.person() for _ in range(4))
    bygd.letters_sent()
    bygd.person()  # came after the letter
    answered(bygd, svarte)
    bygd.change(dode, "2026-05-20", personstatus="doed")
    bygd.change(skjermede, "2026-05-20", adressegradering_otto="fortrolig")
    forslag_id = bygd.run(PURRING, "2026-05-26T08:00").forslag_id
    til = bygd.ask("SELECT person_id FROM utsending WHERE forslag_id = ? AND mottaker = 'ungdom'", forslag_id)
    assert til == [(taus,)]
    assert {grunn for _, _, grunn in bygd.reasons(forslag_id)} == {"DOED_ELLER_UTFLYTTET", "SKJERMET"}


def test_whoever_answers_between_approval_and_dispatch_gets_no_reminder(bygd: Any) -> None:
    person = bygd.person()
    bygd.person()
    bygd.letters_sent()
    bygd.approve(bygd.run(PURRING, "2026-05-26T08:00").forslag_id)
    answered(bygd, person)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-05-26T09:00")


def test_a_person_put_under_protection_from_a_later_day_is_protected_from_the_moment_we_know(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-06-01", "2026-05-10T08:00", adressegradering_otto="fortrolig")
    assert bygd.run().forslag_id is None
    assert bygd.ask("SELECT grunn_kode, gjelder FROM oppgave") == [("SKJERMET", "1 personer")]


def test_protection_learned_last_counts_even_where_an_older_delivery_holds_from_a_later_day(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-05-08", "2026-05-08T08:00", adressegradering_otto="")
    bygd.change(person, "2026-05-09", "2026-05-09T08:00", adressegradering_otto="ugradert")
    bygd.change(person, "2026-04-01", "2026-05-10T08:00", adressegradering_otto="fortrolig")
    assert bygd.run().forslag_id is None


def test_the_group_is_the_one_of_the_year_as_it_stands_on_the_day(bygd: Any) -> None:
    med = bygd.person()
    bygd.person(ikkesoker_skoleaar="20252026")
    ute = bygd.person()
    bygd.change(ute, "2026-05-01", ikkesoker_skoleaar="")
    with bygd.hjem.register.transaction("prøve") as con:
        assert utvalg.group(con, "ikkesoker", "20262027", date(2026, 5, 11)) == {med}
        assert utvalg.group(con, "ikkesoker", "20262027", date(2026, 4, 30)) == {med, ute}
        assert utvalg.group(con, "neisvarer", "20262027", date(2026, 5, 11)) == set()


def test_who_is_called_and_until_when_answers_count_is_told_in_spring_and_only_the_latter_in_autumn(bygd: Any) -> None:
    taus, svarte, uten_adresse = bygd.person(), bygd.person(), bygd.person(adresselinje1="")
    bygd.person(adressegradering_otto="fortrolig")
    bygd.letters_sent()
    answered(bygd, svarte)
    merknader = bygd.run(PURRING, "2026-05-26T08:00").merknader
    regnet = "Svar til og med 26.05.2026 kl. 08:00 er regnet med. Det nyeste svaret er fra 11.05.2026 kl. 08:00."
    assert [linje for linje in merknader if linje.startswith(regnet)]
    assert [linje for linje in merknader if linje.startswith("2 ungdommer skal ringes i uke 21–32:")]
    hosten = bygd.run("26-purrebrev-neisvarere", "2026-10-05T08:00").merknader
    assert [linje for linje in hosten if "ringes" in linje] == []
    assert [linje for linje in hosten if linje.startswith("Svar til og med 05.10.2026 kl. 08:00 er regnet med.")]
    assert not any(person in linje for linje in merknader for person in (taus, uten_adresse))


def test_one_clarified_since_the_letter_gets_no_reminder_and_no_task_and_is_counted(bygd: Any) -> None:
    taus, avklart = bygd.person(), bygd.person()
    bygd.letters_sent()
    bygd.change(avklart, "2026-05-20", ot_status="OTAR")
    svar = bygd.run(PURRING, "2026-05-26T08:00")
    assert bygd.reasons(svar.forslag_id) == [(avklart, "ungdom", "AVKLART")]
    assert bygd.ask("SELECT person_id FROM utsending WHERE forslag_id = ? AND person_id <> ''", svar.forslag_id) == [
        (taus,)
    ]
    assert bygd.ask("SELECT grunn_kode FROM oppgave") == []


@pytest.mark.parametrize(
    ("tilstand", "faatt"),
    [("levert", True), ("sendt", True), ("uavklart", False), ("avvist", False), ("sender", False)],
)
def test_a_letter_handed_over_is_got_and_only_by_the_youth_of_the_row_and_year(
    register: Any, tilstand: str, faatt: bool
) -> None:
    brev = [
        ("P1", RAD, 2026, "ungdom", tilstand, "iverksatt", 41), ("P2", RAD, 2025, "ungdom", tilstand, "iverksatt", 41),
        ("P3", PURRING, 2026, "ungdom", tilstand, "iverksatt", 41),
        ("P4", RAD, 2026, "foresatt", tilstand, "iverksatt", 41),
    ]  # fmt: skip
    har = ask_register(register, lambda con: fill(con, brev, [], []), lambda con: utvalg.got_letter(con, RAD, 2026))
    assert har == ({"P1"} if faatt else set())


@pytest.mark.parametrize("felt", ["ot_status", "avsluttet_dato"])
def test_what_was_told_and_taken_back_the_same_day_has_clarified_nothing(register: Any, felt: str) -> None:
    sagt, tatt_tilbake = ("OTAR", "OTUK") if felt == "ot_status" else (str(day_of(36)), "")
    endringer = [("P1", (felt, sagt), day_of(36)), ("P1", (felt, tatt_tilbake), day_of(36))]
    til = ask_register(
        register,
        lambda con: fill(con, [("P1", RAD, 2026, "ungdom", "levert", "iverksatt", 34)], [], endringer),
        lambda con: utvalg.to_remind(con, RAD, PURRING, 2026, DAG),
    )
    assert til == {"P1"}


def test_since_when_she_was_clarified_is_the_later_of_the_end_and_the_day_we_were_told(register: Any) -> None:
    endringer = [
        ("P1", ("ot_status", "OTAR"), day_of(30)), ("P1", ("avsluttet_dato", str(day_of(35))), day_of(33)),
        ("P2", ("avsluttet_dato", str(day_of(20))), day_of(33)), ("P3", ("ot_status", "OTAR"), day_of(30)),
        ("P3", ("ot_status", "OTUK"), DAG), ("P4", ("avsluttet_dato", str(day_of(42))), day_of(33)),
    ]  # fmt: skip
    siden: dict[str, date] = {}

    def ask(con: Any) -> set[str]:
        siden.update(utvalg.clarified(con, DAG))
        return set(siden)

    assert ask_register(register, lambda con: fill(con, [], [], endringer), ask) == {"P1", "P2"}
    assert siden == {"P1": day_of(35), "P2": day_of(33)}
