"""The proof of faults in its short form, and that it sees what it should."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bevis import prove
from tests.bevis.svikt import KOLONNER, rows
from tests.conftest import at_home
from tests.svikt import rom
from tests.svikt.dom import look
from tests.svikt.hjemmet import light_letters
from tests.tasks.conftest import Bygd, new_home


@pytest.fixture
def bygd(tmp_path: Path) -> Iterator[Bygd]:
    """A tiny county with nobody in it."""
    with at_home(new_home(tmp_path / "hjem")):
        yield Bygd(tmp_path / "hjem")


def test_what_fails_loses_nothing_does_nothing_twice_and_says_what_to_do() -> None:
    if hindring := rom.reason():
        pytest.skip(hindring)
    funn = prove("svikt", kort=True)
    assert funn.brudd == ()
    (tabell,) = funn.tabeller
    hva = {rad[0] for rad in tabell.rader}
    assert {"disken er full", "disken tar ikke flere filer", "på en annen maskin"} <= hva
    assert {"gjenopprettet på en annen maskin", "gjenopprettet på en annen maskin, og bekreftet"} <= hva
    assert all(len(rad) == len(KOLONNER) and all(rad) for rad in tabell.rader)


def test_the_judge_sees_a_half_file_of_each_kind_and_one_that_never_got_its_name(bygd: Bygd) -> None:
    utboks = bygd.hjem.utboks
    utboks.mkdir()
    halve = {"a.xlsx": b"PK\x03\x04halv", "b.json": b'{"a"', "c.html": b"<html>", "d.csv": b"a;b", ".e.pdf.7.del": b""}
    for navn, innhold in halve.items():
        (utboks / navn).write_bytes(innhold)
    (utboks / "hel.json").write_text(json.dumps({"a": 1}), "utf-8")
    assert {Path(sti).name for sti in look(bygd.hjem.mappe)["halve"]} == set(halve)


def test_the_judge_sees_a_fact_too_few_and_a_letter_too_many(bygd: Bygd) -> None:
    bygd.person()
    foer = look(bygd.hjem.mappe)
    bygd.write("DELETE FROM fakta WHERE felt = ?", [["fornavn"]])
    uten = look(bygd.hjem.mappe)
    assert foer["mening"]["fakta"] != uten["mening"]["fakta"]
    assert foer["alt"] != uten["alt"]
    bygd.person()
    with light_letters():
        bygd.letters_sent()
    en_gang = look(bygd.hjem.mappe)
    bygd.write("INSERT INTO utsending SELECT * REPLACE ('igjen' AS utsending_id) FROM utsending LIMIT 1", [[]])
    sql = "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, 'sendt', now(), '')"
    bygd.write(sql, [["igjen"]])
    assert len(look(bygd.hjem.mappe)["mening"]["utsendinger"]) == len(en_gang["mening"]["utsendinger"]) + 1


def test_each_different_thing_that_was_seen_is_one_row_with_what_to_do() -> None:
    sett = {"slag": "sider", "hva": "rad 12 laster", "utgang": 2, "kode": "ÅH-1309", "registeret": "urørt"}
    (rad,) = rows([sett, sett | {"ledig": 3}])
    assert rad[:3] == ("disken er full", "rad 12 laster", "ÅH-1309, utgang 2; registeret er urørt")
    assert rad[3].startswith("Frigjør minst … MB")


def test_a_room_is_seen_by_nobody_else_and_is_gone_with_its_process(tmp_path: Path) -> None:
    if hindring := rom.reason():
        pytest.skip(hindring)
    gjor = f"mount -t tmpfs tmpfs {tmp_path} && touch {tmp_path}/inne && ls {tmp_path}"
    ferdig = subprocess.run([*rom.kommando(), "sh", "-c", gjor], capture_output=True, text=True, check=True)
    assert ferdig.stdout == "inne\n"
    assert list(tmp_path.iterdir()) == []
