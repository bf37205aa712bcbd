"""Charts: the same picture every time and everywhere, in bokmål, for those who hear it too."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from tasks import diagram
from tasks.filer import ROT
from tasks.sider import Figur

SVG = "{http://www.w3.org/2000/svg}"
DAGER = [date(2025, 8, 1), date(2025, 9, 1), date(2026, 5, 17)]


def curve(tittel: str = "Ungdommer") -> Figur:
    punkter = [(dag, navn, 1000.0 + nr) for nr, dag in enumerate(DAGER) for navn in ("Før", "Nå")]
    return diagram.lines(tittel, "Kurven viser <alt>", punkter, "Antall")


def every_kind() -> list[Figur]:
    punkter = [(region, serie, tall) for region in ("Nord", "Sør") for serie, tall in (("A", 3.0), ("B", 4.5))]
    return [
        curve(),
        diagram.bars("Stolper", "b", punkter, "Dager"),
        diagram.bars("Lag", "b", punkter, "Antall", stablet=True),
        diagram.matrix("Ruter", "b", [("A", "A", 7), ("A", "B", ":"), ("B", "A", 0), ("B", "B", 1)], "Før", "Nå"),
    ]


def words(figur: Figur) -> list[str]:
    return [tekst for del_ in ET.fromstring(figur.svg).iter(f"{SVG}text") for tekst in del_.itertext()]


def test_dates_and_numbers_are_written_as_norwegians_write_them() -> None:
    ord_ = words(curve())
    assert {"1. aug.", "1. sep.", "17. mai", "2025", "2026", "1\u00a0000", "Antall", "Før", "Nå", "Ungdommer"} <= set(
        ord_
    )
    assert "4,5" in words(every_kind()[1])
    assert (diagram.number(1234567.25), diagram.number(600)) == ("1\u00a0234\u00a0567,2", "600")


@pytest.mark.parametrize("nr", range(4))
def test_a_picture_tells_in_words_what_it_is_and_says_nothing_in_english(nr: int) -> None:
    figur = every_kind()[nr]
    rot = ET.fromstring(figur.svg)
    assert (rot.get("role"), rot.get("aria-label")) == ("img", figur.tittel)
    assert [rot[0].text, rot[1].text] == [figur.tittel, figur.beskrivelse]
    assert (rot[0].tag, rot[1].tag) == (f"{SVG}title", f"{SVG}desc")
    assert len(re.findall(r" (?:aria-|role=)", figur.svg)) == 2


@pytest.mark.parametrize("nr", range(4))
def test_a_picture_has_no_id_no_address_and_no_script(nr: int) -> None:
    svg = every_kind()[nr].svg
    assert set(re.findall(r"https?://[^\"]+", svg)) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r" id=|url\(|<script|<style|@import|<image", svg)


def test_a_sign_can_stand_for_a_number_in_a_cell_and_zero_is_a_number() -> None:
    assert sorted(tekst for tekst in words(every_kind()[3]) if len(tekst) == 1 and not tekst.isalpha()) == [
        "0",
        "1",
        "7",
        ":",
    ]


def test_lines_differ_in_shape_and_colour_and_bars_come_in_the_order_given() -> None:
    former = {
        del_.get("d") for del_ in ET.fromstring(curve().svg).iter(f"{SVG}path") if del_.get("fill", "none") != "none"
    }
    assert len(former) >= 2
    ord_ = words(diagram.bars("T", "b", [("Sør", "A", 1), ("Nord", "A", 2)], "Antall"))
    assert ord_.index("Sør") < ord_.index("Nord")


def test_another_process_in_another_zone_draws_the_same_bytes() -> None:
    kode = (
        "from datetime import date; from tasks import diagram; import hashlib;"
        "p = [(date(2025, 8, 1), 'A', 1.0), (date(2026, 5, 17), 'A', 2.0)];"
        "print(hashlib.sha256(diagram.lines('T', 'b', p, 'y').svg.encode()).hexdigest())"
    )
    svar = {
        subprocess.run(
            [sys.executable, "-c", kode], cwd=ROT, env=os.environ | {"TZ": sone, "PYTHONHASHSEED": fro},
            capture_output=True, text=True, check=True,
        ).stdout
        for sone, fro in (("Pacific/Auckland", "1"), ("America/New_York", "2"))
    }  # fmt: skip
    assert len(svar) == 1
    assert curve().svg == curve().svg


def test_the_flows_start_without_the_libraries_that_draw() -> None:
    kode = (
        "import sys, importlib, pathlib;"
        "[importlib.import_module(f'flows.{sti.stem}') for sti in pathlib.Path('flows').glob('[a-z]*.py')];"
        "import tasks.diagram, tasks.nokkeltall, deployments.kommandoer.nokkeltall;"
        "print([navn for navn in ('altair', 'vl_convert', 'scipy.optimize') if navn in sys.modules])"
    )
    svar = subprocess.run([sys.executable, "-c", kode], cwd=ROT, capture_output=True, text=True, check=True)
    assert svar.stdout.strip() == "[]"
