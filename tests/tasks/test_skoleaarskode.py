"""The county's own code for the coming school year: configured, checked in an extract, warned of when two hold."""

import re
from datetime import date
from typing import Any

import pytest

from schemas.kjoring import Kjorevalg
from tasks import skoleaarskode
from tasks.feil import BrukerFeil
from tasks.kjoring import open_run

TO = """
[[skoleaarskoder]]
kode = "OPPF25"
skoleaar = "20252026"
gyldig_fra = 2025-06-01
gyldig_til = {til}

[[skoleaarskoder]]
kode = "OPPF26"
skoleaar = "20262027"
gyldig_fra = 2026-06-01
"""


def configure(bygd: Any, tekst: str) -> Any:
    """Give the county these codes in place of the one it has."""
    sti = bygd.hjem.mappe / "innstillinger.toml"
    uten, antall = re.subn(r"\[\[skoleaarskoder\]\]\n(?:\w.*\n)+", "", sti.read_text("utf-8"))
    assert antall == 1
    sti.write_text(uten + tekst, "utf-8")
    return bygd.fresh()


@pytest.mark.parametrize(
    ("dag", "koder"), [("2026-05-31", ["OPPF25"]), ("2026-06-01", ["OPPF25", "OPPF26"]), ("2026-07-01", ["OPPF26"])]
)
def test_a_code_is_in_use_on_its_own_days(bygd: Any, dag: str, koder: list[str]) -> None:
    hjem = configure(bygd, TO.format(til="2026-06-30"))
    assert [kode.kode for kode in skoleaarskode.active(hjem, date.fromisoformat(dag))] == koder


@pytest.mark.parametrize(("til", "antall"), [("2026-06-30", 1), ("2026-05-31", 0)])
def test_two_codes_in_use_at_once_are_told_in_the_runs_answer(bygd: Any, til: str, antall: int) -> None:
    configure(bygd, TO.format(til=til))
    kjoring = open_run(Kjorevalg(rad="17", aar=2026, naa=bygd.at("2026-06-08T08:00")))
    skoleaarskode.warn(kjoring)
    assert [("OPPF25 (20252026), OPPF26 (20262027)" in merknad) for merknad in kjoring.merknader] == [True] * antall


@pytest.mark.parametrize(("verdi", "karantene"), [("OPPF26", 0), ("OPPF25 OPPF26", 0), ("", 0), ("ANNEN", 1)])
def test_an_extract_may_only_have_the_countys_codes(bygd: Any, verdi: str, karantene: int) -> None:
    configure(bygd, TO.format(til="2026-06-30"))
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.number("2007-03-14", 1), "skoleaarskode": verdi})
    assert bygd.run("17-forberede-udir-juni", "2026-06-08T08:00").karantene == karantene


def test_a_code_in_another_form_is_refused(bygd: Any) -> None:
    with pytest.raises(BrukerFeil, match=r"skoleaarskoder\.1\.kode"):
        _ = configure(bygd, TO.format(til="2026-06-30").replace("OPPF26", "oppfølging!")).innstillinger
