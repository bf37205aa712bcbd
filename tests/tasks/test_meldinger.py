"""The texts that people read: one per code, whole, and none too many."""

import csv
import re
from string import Formatter

from tasks.feil import messages
from tasks.filer import DATA, ROT

KODE = re.compile(r"ÅH-\d{4}")
MAPPER = ("schemas", "tasks", "flows", "deployments")
EGEN_TEKST = re.compile("ÅH-0")
"""Codes of the program's own faults and of ``doctor`` say for themselves what they are."""


def lines() -> list[list[str]]:
    """Return every line of the table, its heading left out."""
    with (DATA / "meldinger.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.reader(fil, delimiter=";"))[1:]


def used() -> set[str]:
    """Return every code that stands in the program."""
    return {
        kode for mappe in MAPPER for sti in (ROT / mappe).rglob("*.py") for kode in KODE.findall(sti.read_text("utf-8"))
    }


def test_every_line_has_exactly_three_fields_with_something_in_them_and_a_code_of_its_own():
    assert [linje for linje in lines() if len(linje) != 3 or not all(linje)] == []
    koder = [linje[0] for linje in lines()]
    assert len(koder) == len(set(koder)) == len(messages())
    assert all(KODE.fullmatch(kode) for kode in koder)


def test_every_code_that_is_used_has_a_text():
    assert {kode for kode in used() - messages().keys() if not EGEN_TEKST.match(kode)} == set()


def test_every_text_is_used():
    i_data = {kode for sti in (DATA / "kodeverk").glob("*.csv") for kode in KODE.findall(sti.read_text("utf-8"))}
    assert messages().keys() - used() - i_data == set()


def test_places_in_the_texts_are_named_and_closed():
    for tekst in (del_ for deler in messages().values() for del_ in deler):
        navn = [navn for _, navn, _, _ in Formatter().parse(tekst) if navn is not None]
        assert all(re.fullmatch(r"[a-z_]+", enkelt) for enkelt in navn), tekst
        assert tekst.endswith((".", "}")), tekst


def test_a_refusal_in_the_code_fills_every_place_of_its_text():
    """Read from the source: ``BrukerFeil("ÅH-…", navn=…)`` names exactly what the text asks for."""
    kall = re.compile(r"(?:BrukerFeil|finding)\(\s*\"(ÅH-\d{4})\"((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
    for sti in (sti for mappe in MAPPER for sti in (ROT / mappe).rglob("*.py")):
        for kode, deler in kall.findall(sti.read_text("utf-8")):
            gitt = set(re.findall(r"(?:^|,)\s*([a-z_]+)=", re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", deler)))
            plasser = {navn for tekst in messages()[kode] for _, navn, _, _ in Formatter().parse(tekst) if navn}
            assert "**" in deler or plasser <= gitt, f"{sti.name}: {kode}"
