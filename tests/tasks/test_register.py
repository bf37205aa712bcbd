"""The register: unreadable without its key, one holder at a time, all or nothing, and facts known when they were."""

import subprocess
import sys
from datetime import date, datetime, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.register import fakta
from tasks.register.migrering import migrate, migrations
from tasks.register.tilkobling import Register

NOKKEL = "0123456789abcdef"
MERKE = "HemmeligMerke1485069"
TID = datetime(2026, 1, 1, 12)  # noqa: DTZ001 the register's times are UTC without zone
DAG = date(2026, 1, 1)
HOLDER = """
import sys, pathlib
from tasks.register.tilkobling import Register
with Register(pathlib.Path(sys.argv[1]), sys.argv[2]).transaction("rad 14 for 2026"):
    print("har den", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def register(tmp_path) -> Register:
    """A new register, not yet opened."""
    return Register(tmp_path / "register.duckdb", NOKKEL, vent=0.2, si=lambda _: None)


def add(con, *rader, tid=TID, kjoring="K"):
    """Add facts (person, field, value, from)."""
    return fakta.add(con, pd.DataFrame(list(rader), columns=["person_id", "felt", "verdi", "gyldig_fra"]), kjoring, tid)


def dump(register: Register) -> dict[str, list]:
    """Return every table's rows."""
    with register.transaction("dump") as con:
        tabeller = sorted(navn for (navn,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall())
        return {navn: con.execute(f"FROM {navn} ORDER BY ALL").fetchall() for navn in tabeller}


def write_marker(con, mappe) -> list[bytes]:
    """Write the marker as a fact; return every file of the folder before and after it is moved from the WAL."""
    con.execute("BEGIN")
    add(con, ("P1", "fornavn", MERKE, DAG))
    con.execute("COMMIT")
    filer = [sti.read_bytes() for sti in mappe.rglob("*") if sti.is_file()]
    con.execute("CHECKPOINT")
    return filer + [sti.read_bytes() for sti in mappe.rglob("*") if sti.is_file()]


def test_nothing_that_was_written_can_be_read_in_the_file_or_its_wal(register):
    with register._open() as con:
        filer = write_marker(con, register.sti.parent)
    assert len(filer) > 2
    assert not any(MERKE.encode() in innhold for innhold in filer)
    assert register.sti.stat().st_mode & 0o777 == 0o600


def test_the_marker_would_have_been_found_in_a_plain_file_and_its_wal(tmp_path):
    with duckdb.connect(tmp_path / "klar.duckdb") as con:
        migrate(con)
        filer = write_marker(con, tmp_path)
    assert sum(MERKE.encode() in innhold for innhold in filer) >= 2


@pytest.mark.parametrize("nokkel", ["nøkkel med æ", "a\\xZZ'b;--", "0" * 64])
def test_any_text_can_be_a_key(tmp_path, nokkel):
    register = Register(tmp_path / "register.duckdb", nokkel)
    assert dump(register) == dump(register)


def test_a_register_is_opened_by_any_duckdb_that_is_given_the_keys_bytes(tmp_path):
    """Written the same way for ever: a county's backups must be readable by another program, and by a later one."""
    register = Register(tmp_path / "register.duckdb", "ø'\\b")
    alle = dump(register)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{register.sti}' AS r (ENCRYPTION_KEY '\\xC3\\xB8''\\x5Cb', READ_ONLY)")
        assert con.execute("FROM r.skjemaversjon").fetchall() == alle["skjemaversjon"]


def test_a_wrong_key_a_foreign_file_and_a_plain_database_are_refused_and_left_as_they_were(register, tmp_path):
    dump(register)
    (tmp_path / "fremmed.duckdb").write_bytes(b"ikke en database" * 1000)
    with duckdb.connect(tmp_path / "klar.duckdb") as con:
        con.execute("CREATE TABLE noe AS SELECT 1")
    for fil, nokkel, kode in [
        ("register", "feil nøkkel", "ÅH-1303"), ("fremmed", NOKKEL, "ÅH-1304"), ("klar", NOKKEL, "ÅH-1304"),
    ]:  # fmt: skip
        sti = tmp_path / f"{fil}.duckdb"
        innhold = sti.read_bytes()
        with pytest.raises(BrukerFeil, match=kode) as feil, Register(sti, nokkel).transaction("les"):
            pass
        assert nokkel not in str(feil.value)
        assert sti.read_bytes() == innhold


def test_whoever_waits_is_told_which_process_holds_it_and_for_what(register):
    dump(register)
    sagt = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(register.sti), NOKKEL], cwd=ROT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "har den\n"
        venter = Register(register.sti, NOKKEL, vent=0.2, si=sagt.append)
        with pytest.raises(BrukerFeil, match="ÅH-1302") as feil, venter.transaction("les"):
            pass
        holder.communicate("ferdig\n")
    assert f"prosess {holder.pid} (rad 14 for 2026)" in str(feil.value)
    assert len(sagt) == 1
    dump(register)


def test_a_file_that_another_program_holds_is_told_too(register):
    dump(register)
    kode = HOLDER.replace(
        'Register(pathlib.Path(sys.argv[1]), sys.argv[2]).transaction("rad 14 for 2026")',
        "Register(pathlib.Path(sys.argv[1]), sys.argv[2])._open()",
    )
    with subprocess.Popen(
        [sys.executable, "-c", kode, str(register.sti), NOKKEL], cwd=ROT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "har den\n"
        with (
            pytest.raises(BrukerFeil, match=f"ÅH-1302.*prosess {holder.pid}, som ikke er"),
            register.transaction("les"),
        ):
            pass
        holder.communicate("ferdig\n")


def test_a_transaction_that_fails_leaves_nothing(register):
    for_ = dump(register)
    with pytest.raises(ZeroDivisionError), register.transaction("feiler") as con:  # noqa: PT012
        fakta.new_people(con, 2, "K", TID)
        add(con, ("P1", "fornavn", "A", DAG))
        raise ZeroDivisionError
    assert dump(register) == for_


def test_migrations_run_once_in_order_and_a_newer_register_is_refused(register):
    forste = dump(register)
    assert dump(register) == forste
    assert forste["skjemaversjon"] == [(nummer,) for nummer, _ in migrations()]
    assert [nummer for nummer, _ in migrations()] == list(range(1, len(migrations()) + 1))
    with register.transaction("framtid") as con:
        con.execute("INSERT INTO skjemaversjon VALUES (9999)")
    with pytest.raises(BrukerFeil, match="ÅH-1305") as feil:
        dump(register)
    assert "9999" in str(feil.value)
    assert str(len(migrations())) in str(feil.value)


def test_every_register_has_a_secret_of_its_own(register, tmp_path):
    annet = Register(tmp_path / "annet.duckdb", NOKKEL)
    assert dump(register)["meta"] != dump(annet)["meta"]


def test_people_get_numbers_in_order_and_are_found_by_their_ids(register):
    with register.transaction("folk") as con:
        assert fakta.new_people(con, 2, "K", TID) == ["P0000001", "P0000002"]
        assert fakta.new_people(con, 1, "K", TID) == ["P0000003"]
        assert fakta.new_people(con, 0, "K", TID) == []
        ids = pd.Series(["b", "a", ""], index=[7, 8, 9])
        assert fakta.people_by_id(con, ids).tolist() == ["", "", ""]
        add(con, ("P0000001", "fodselsnummer", "a", DAG))
        assert fakta.people_by_id(con, ids).to_dict() == {7: "", 8: "P0000001", 9: ""}


def test_a_number_is_whose_it_was_said_to_be_by_a_load_that_stands_and_had_by_whoever_nobody_else_has_it_of(register):
    """The first went from a to b and back; a load taken back gave her c, which the second has, and d."""
    sagt = [("P1", "a", "K1"), ("P1", "b", "K2"), ("P1", "a", "K3"), ("P2", "c", "K1"), ("P3", "e", "K4")]
    with register.transaction("folk") as con:
        for nummer, (person, verdi, kjoring) in enumerate([*sagt, ("P1", "c", "K4"), ("P1", "d", "K4")]):
            add(con, (person, "fodselsnummer", verdi, DAG + timedelta(days=nummer)), kjoring=kjoring)
        con.execute(
            "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid) VALUES ('K4','K5','','',?)", [TID]
        )
        fakta.know_numbers(con)
        kjente = con.execute("FROM kjent_nummer ORDER BY ALL").fetchall()
        assert kjente == [("a", "P1"), ("b", "P1"), ("c", "P2"), ("e", "P3")]
        assert fakta.numbers_had(con) == {"P1": {"a", "b", "d"}, "P2": {"c"}, "P3": {"e"}}


def test_the_same_again_is_nothing_new_and_blank_takes_back(register):
    with register.transaction("fakta") as con:
        assert add(con, ("P1", "a", "x", DAG), ("P2", "a", "", DAG)) == {"P1"}
        assert add(con, ("P1", "a", "x", DAG + timedelta(days=9))) == set()
        assert add(con, ("P1", "a", "", DAG + timedelta(days=9))) == {"P1"}
        assert add(con, ("P1", "a", "", DAG + timedelta(days=12))) == set()
        assert add(con, ("P1", "a", "x", DAG + timedelta(days=12))) == {"P1"}
        assert fakta.current(con, ["a"], DAG)["a"].tolist() == ["x"]
        assert fakta.current(con, ["a"], DAG + timedelta(days=9))["a"].tolist() == [""]


faktum = st.tuples(
    st.sampled_from(["P1", "P2"]), st.sampled_from(["a", "b"]), st.sampled_from(["", "x", "y"]), st.integers(0, 4)
)


def naive(sagt, person, felt, dag, naa=99):
    """Return what held, going through what was told one by one; what said nothing new when it was told is no fact."""
    fakta_: list[tuple[int, int, str]] = []
    for rekke, (hvem, hva, verdi, fra) in enumerate(sagt[: naa + 1]):
        holdt = max((enkelt for enkelt in fakta_ if enkelt[0] <= fra), default=(0, 0, ""))[2]
        if (hvem, hva) == (person, felt) and verdi != holdt:
            fakta_.append((fra, rekke, verdi))
    return max((enkelt for enkelt in fakta_ if enkelt[0] <= dag), default=(0, 0, ""))[2]


@example([("P1", "a", "x", 3), ("P1", "a", "y", 0)], 4, 8)
@settings(max_examples=40, deadline=None)
@given(st.lists(faktum, min_size=1, max_size=10), st.integers(0, 4), st.integers(0, 8))
def test_what_held_on_a_day_as_known_then_is_what_a_plain_computation_says(rekke, dag, naa):
    con = duckdb.connect()
    migrate(con)
    for nummer, (person, felt, verdi, fra) in enumerate(rekke):
        add(con, (person, felt, verdi, DAG + timedelta(days=fra)), tid=TID + timedelta(hours=nummer))
    svar = fakta.current(con, ["a", "b"], DAG + timedelta(days=dag), TID + timedelta(hours=naa))
    funnet = {(rad.person_id, felt): getattr(rad, felt) for rad in svar.itertuples() for felt in ("a", "b")}
    for person in ("P1", "P2"):
        for felt in ("a", "b"):
            assert funnet.get((person, felt), "") == naive(rekke, person, felt, dag, naa)
    con.close()


def test_each_person_and_each_field_is_held_against_its_own(register):
    sagt = [("P1", "a", "x"), ("P2", "a", "y"), ("P1", "b", "z")]
    with register.transaction("fakta") as con:
        assert add(con, *((*en, DAG) for en in sagt)) == {"P1", "P2"}
        assert add(con, *((*en, DAG + timedelta(days=9)) for en in sagt)) == set()
        assert con.execute("SELECT count(*) FROM fakta").fetchall() == [(3,)]
