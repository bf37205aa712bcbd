"""One road for every kind of file: a workbook with the county's own headings, corrected in quarantine and undone."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.formater import find_format
from tasks.register import fakta
from tests.tasks.conftest import RAD, Bygd, new_home

APRIL, SENERE = "2026-04-27T08:00", "2026-04-28T08:00"
EGNE = {"Fodselsnummer": "Fødselsnr (11 siffer)", "Postnummer": "Postnr"}


@pytest.fixture
def bygda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bygd:
    """A tiny county whose Vigo files have headings of their own and a column for internal notes."""
    monkeypatch.delenv("ARSHJUL_KEY", raising=False)
    bygd = Bygd(new_home(tmp_path / "hjem"))
    monkeypatch.setenv("ARSHJUL_HOME", str(bygd.hjem.mappe))
    sti = bygd.hjem.mappe / "innstillinger.toml"
    linjer = [f'"{fylkets}" = "{vaar}"' for vaar, fylkets in EGNE.items()]
    egne = "\n".join(["[overskrifter.vigo_ikkesokere]", *linjer, '"Internt notat" = ""'])
    sti.write_text(f"{sti.read_text('utf-8')}\n{egne}\n", "utf-8")
    bygd.hjem = bygd.fresh()
    return bygd


def workbook(bygd: Bygd, *rader: dict[str, Any]) -> None:
    """Put Vigo's list in the inbox as a workbook: text cells but for what is given as a number."""
    bok = openpyxl.Workbook()
    kolonner = find_format("vigo_ikkesokere").kolonner
    bok.active.append([*(EGNE.get(k.overskrift, k.overskrift) for k in kolonner), "Internt notat"])
    for rad in rader:
        verdier = RAD | {"vigokode": "OSON"} | rad
        bok.active.append([*(verdier.get(kolonne.navn, "") for kolonne in kolonner), "ikke les dette"])
    bygd.hjem.innboks.mkdir(exist_ok=True)
    bok.save(bygd.hjem.innboks / "vigo_ikkesokere_april.xlsx")


def correct(bygd: Bygd, overskrift: str, verdi: str) -> None:
    """Correct the first row of the one workbook in quarantine, as the administrator would, and drop it in the inbox."""
    (sti,) = (bygd.hjem.mappe / "karantene").iterdir()
    bok = openpyxl.load_workbook(sti)
    side = bok["vigo_ikkesokere"]
    kolonne = [celle.value for celle in side[1]].index(overskrift) + 1
    side.cell(2, kolonne).value = verdi
    bok.save(bygd.hjem.innboks / sti.name)


def numbers(bygd: Bygd) -> list[str]:
    """The ids that the register knows of now."""
    with bygd.hjem.register.transaction("prøve") as con:
        naa = fakta.current(con, ["fodselsnummer"], bygd.at("2026-12-31T08:00").date())
    return sorted(naa.loc[naa["fodselsnummer"] != "", "fodselsnummer"])


def test_a_workbook_goes_the_whole_way(bygda: Bygd) -> None:
    alle = sorted(
        bygda.number(fodt, nummer) for nummer, fodt in enumerate(("2007-03-14", "2007-03-01", "2008-11-30"), 1)
    )
    med_null = next(nummer for nummer in alle if nummer.startswith("0"))
    rader: list[dict[str, Any]] = [{"fodselsnummer": nummer} for nummer in alle]
    rader[alle.index(med_null)]["fodselsnummer"] = int(med_null)
    workbook(bygda, *rader[:2], rader[2] | {"postnummer": "31x6"})
    forst = bygda.run("12", APRIL)
    assert (forst.inn, forst.lastet, forst.karantene) == (3, 2, 1)
    assert numbers(bygda) == alle[:2]
    assert bygda.ask("SELECT rad_nr, kolonne, tilstand FROM karantene") == [(4, "postnummer", "åpen")]

    correct(bygda, "Postnr", "3116")
    rettet = bygda.run("12", SENERE)
    assert (rettet.inn, rettet.lastet, rettet.uendret, rettet.karantene) == (3, 1, 2, 0)
    assert numbers(bygda) == alle
    assert list((bygda.hjem.mappe / "karantene").iterdir()) == []

    undo(Angrevalg(kjoring_id="2026-12-2", av="Kari", grunn="prøve", naa=bygda.at(SENERE)))
    assert numbers(bygda) == alle[:2]
    assert [sti.name for sti in (bygda.hjem.mappe / "karantene").iterdir()] == ["karantene_2026-12-1.xlsx"]


def test_the_zero_that_excel_took_is_told(bygda: Bygd) -> None:
    nummer = bygda.number("2007-03-01", 1)
    workbook(bygda, {"fodselsnummer": int(nummer), "postnummer": 581})
    bygda.run("12", APRIL)
    assert bygda.facts(nummer, "postnummer") == ("0581",)
