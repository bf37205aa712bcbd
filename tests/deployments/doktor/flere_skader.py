"""What brings about the answers of the checks from 15 on."""

import os
import socket
from collections.abc import Callable
from datetime import date

import duckdb
import pytest

from deployments.doktor import fylket
from deployments.doktor.prosesser import ARBEIDER, SIDER, TJENER
from deployments.miljo import SERVERFIL
from tasks.hjemvern import mark_restored
from tasks.hjul import stopp
from tasks.hjul.stopp import Slag
from tasks.klokke import to_utc
from tasks.register.migrering import migrations
from tests.deployments.doktor.legeprove import EPOST, NAA, Prove
from tests.deployments.doktor.skader import DAG, NAVN, seed


def changed_list(prove: Prove, endre: Callable[[str], str]) -> None:
    """Look at rules of our own: one list, changed."""
    data = prove.mappe.parent / "data"
    for mappe in fylket.LISTER:
        (data / mappe).mkdir(parents=True)
    kilde = (prove.blikk.data / "regler" / "skoleaar.csv").read_text("utf-8")
    (data / "regler" / "skoleaar.csv").write_text(endre(kilde), "utf-8")
    prove.endret["data"] = data


@seed(15, "gammel")
def a_rule_nobody_has_looked_at(prove: Prove) -> None:
    changed_list(prove, lambda tekst: tekst.replace("2026-11-21", "2024-11-21"))


@seed(15, "ute")
def a_rule_that_holds_no_more(prove: Prove) -> None:
    changed_list(prove, lambda tekst: tekst.replace("2000-01-01;", "2000-01-01;2026-11-24"))


@seed(15, "utloper")
def a_rule_that_soon_holds_no_more(prove: Prove) -> None:
    changed_list(prove, lambda tekst: tekst.replace("2000-01-01;", "2000-01-01;2026-12-31"))


@seed(16, "paa")
def a_worker_that_sends_figures_home(prove: Prove) -> None:
    prove.process(ARBEIDER, DO_NOT_TRACK="0")


@seed(17, "stoppet")
@seed(30, "stoppet")
def not_started(prove: Prove) -> None:
    assert not (prove.mappe / SERVERFIL).exists()


@seed(30, "stoppet_ove")
def not_started_in_practice(prove: Prove) -> None:
    prove.mode("øve")


@seed(17, "uten_passord")
def started_without_a_password(prove: Prove) -> None:
    prove.started(passord=False)


@seed(17, "slipper_inn")
def a_server_that_lets_anyone_in(prove: Prove) -> None:
    prove.server.expect_request("/api/version").respond_with_json("3")
    prove.note()


@seed(17, "apen")
def pages_that_other_machines_reach(prove: Prove) -> None:
    prove.started()
    lytter = prove.stabel.enter_context(socket.create_server(("0.0.0.0", 0)))
    prove.process(SIDER, str(lytter.getsockname()[1]))


def program_of(prove: Prove, laas: str, python: str = ">=3.11") -> None:
    rot = prove.mappe.parent / "program"
    rot.mkdir()
    (rot / "pyproject.toml").write_text(f'[project]\nrequires-python = "{python}"\n')
    (rot / "requirements.lock").write_text(laas)
    prove.endret["rot"] = rot


@seed(18, "python")
def an_old_python(prove: Prove) -> None:
    program_of(prove, f"duckdb=={duckdb.__version__} \\\n    --hash=sha256:00\n", ">=3.99")


@seed(18, "andre")
def another_version_of_a_library(prove: Prove) -> None:
    program_of(prove, "duckdb==0.0.1 \\\n    --hash=sha256:00\nfinnes-ikke==1 ; python_version > '3'\n")


@seed(19, "eldre")
def a_register_from_an_older_program(prove: Prove) -> None:
    with prove.register() as con:
        con.execute("DELETE FROM skjemaversjon WHERE versjon = ?", [migrations()[-1][0]])


@seed(19, "nyere")
def a_register_from_a_newer_program(prove: Prove) -> None:
    prove.insert("skjemaversjon", versjon=migrations()[-1][0] + 1)


@seed(20, "brudd")
def an_audit_that_was_changed(prove: Prove) -> None:
    with prove.register() as con:
        con.execute("UPDATE revisjon SET av = 'en annen' WHERE lopenr = 1")


@seed(21, "kopi")
def a_restored_home(prove: Prove) -> None:
    with prove.register() as con:
        mark_restored(con, NAA.isoformat())


@seed(22, "konflikt")
def a_conflict_without_a_choice(prove: Prove) -> None:
    prove.set('rad = "05-overforing-udir-februar"\naar = 2027', 'rad = "05-overforing-udir-februar"\naar = 2033')


@seed(22, "ubrukelig")
def a_choice_that_cannot_be_used(prove: Prove) -> None:
    prove.set('begrunnelse = "Som årshjulet."', 'begrunnelse = ""')


@seed(23, "stoppet")
def a_row_that_stopped(prove: Prove) -> None:
    with prove.register() as con:
        stopp.write(con, stopp.of_code(NAVN[13], 2026, NAA, Slag.AVBRUTT, "ÅH-3152", naar="i går"))


@seed(23, "forsinket")
def rows_that_never_ran(prove: Prove) -> None:
    tid = to_utc(NAA - 60 * DAG)
    tomt = dict.fromkeys(("inn", "lastet", "uendret", "borte", "karantene", "foreslaatt", "oppgaver", "avvik"), 0)
    prove.insert(
        "kjoring", kjoring_id="K1", rad=NAVN[0], aar=2026, generasjon=1, per_dato=NAA.date(), utfall="ferdig",
        startet_tid=tid, ferdig_tid=tid, **tomt,
    )  # fmt: skip


@seed(24, "gamle")
def a_file_nobody_reads(prove: Prove) -> None:
    fil = prove.hjem.innboks / "Kari Nordmann.docx"
    fil.write_bytes(b"x")
    prove.age(fil, 40)


@seed(25, "ugyldig")
def settings_that_cannot_be_read(prove: Prove) -> None:
    prove.set("[grenser]", "[grenser")


@seed(25, "uten_raadgiver")
@seed(25, "uten_fagleder")
def a_municipality_that_is_nobodys(prove: Prove) -> None:
    for _ in range(2):
        prove.set('"4036"', '"9999"')


@seed(25, "logo")
def a_logo_that_is_not_there(prove: Prove) -> None:
    (prove.mappe / "logo.svg").unlink()
    if "logo =" not in (prove.mappe / "innstillinger.toml").read_text("utf-8"):
        prove.set("[fylke]\n", '[fylke]\nlogo = "logo.svg"\n')


@seed(26, "uten_epost")
def no_mail_server(prove: Prove) -> None:
    prove.set(EPOST, "")


@seed(26, "ikke_gjest")
def a_trial_where_she_is_no_guest(prove: Prove) -> None:
    prove.mode("prøve")


@seed(27, "over_fristen")
def a_file_past_its_limit(prove: Prove) -> None:
    fil = prove.hjem.utboks / "udir" / "gammel.csv"
    fil.parent.mkdir(parents=True)
    fil.write_bytes(b"x")
    prove.age(fil, 3000)


@seed(28, "halvskrevet")
def a_file_half_written(prove: Prove) -> None:
    prosess = prove.process(ARBEIDER)
    prosess.kill()
    prosess.wait()
    (prove.mappe / f".register.eier.{prosess.pid}.del").write_bytes(b"")


@seed(28, "gjenoppretting")
def a_restore_broken_off(prove: Prove) -> None:
    (prove.mappe / ".gjenoppretting").mkdir()


@seed(28, "kopi")
def a_backup_broken_off(prove: Prove) -> None:
    (prove.mappe / ".sikkerhetskopi").mkdir()


@seed(29, "etterlatt")
def a_worker_left_behind(prove: Prove) -> None:
    prove.process(ARBEIDER)


@seed(29, "flere")
def two_workers(prove: Prove) -> None:
    prove.started()
    prove.process(ARBEIDER)


@seed(30, "mangler")
def a_worker_that_is_gone(prove: Prove) -> None:
    prove.started(moduler=[TJENER, SIDER])


@seed(31, "mangler")
def a_service_without_its_password(prove: Prove) -> None:
    prove.set("port = 1\n", 'port = 1\nbruker = "arshjul"\n')


@seed(31, "arbeidsliste")
def a_worklist_without_its_password(prove: Prove) -> None:
    prove.set('mappe = "arbeidslister"', 'mappe = "arbeidslister"\nkryptert = true')


@seed(32, "mappe")
def a_share_that_is_not_there(prove: Prove) -> None:
    prove.set('mappe = "arbeidslister"', f'mappe = "{prove.mappe.parent / "delt"}"')


@seed(32, "retur")
def a_share_for_returns_that_is_not_there(prove: Prove) -> None:
    prove.set('mappe = "arbeidslister"', f'mappe = "arbeidslister"\nretur = "{prove.mappe.parent / "delt"}"')


@seed(32, "laast")
def a_folder_that_may_not_be_written_in(prove: Prove) -> None:
    (prove.hjem.utboks / "arbeidslister").mkdir(parents=True)
    # Root may write anywhere: what the system would answer anyone else.
    prove.stabel.enter_context(pytest.MonkeyPatch.context()).setattr(os, "access", lambda *_: False)


@seed(33, "apne")
def an_open_deviation(prove: Prove) -> None:
    prove.insert(
        "avvik", avvik_id="A1", rad=NAVN[4], aar=2026, kode="ÅH-2510", tekst="Noe.", ansvarlig="", tilstand="åpen",
        kjoring_id="K1",
    )  # fmt: skip


def known_number(prove: Prove, nummer: str) -> None:
    prove.insert(
        "fakta", person_id="P1", felt="fodselsnummer", verdi=nummer, gyldig_fra=date(2026, 1, 1),
        registrert_tid=to_utc(NAA - DAG), kjoring_id="K1",
    )  # fmt: skip


def number(fodt: str) -> str:
    """A number with that day and digits that nobody has been given; the control digits are right."""
    from schemas.fodselsnummer import control_digits

    return next(f"{fodt}{i}{siffer}" for i in range(501, 560) if (siffer := control_digits(f"{fodt}{i}")))


@seed(34, "syntetiske")
def a_synthetic_number_in_earnest(prove: Prove) -> None:
    known_number(prove, number("018105"))


@seed(34, "ekte")
def a_number_that_may_be_somebodys_in_practice(prove: Prove) -> None:
    known_number(prove, number("010105"))
    prove.mode("øve")
