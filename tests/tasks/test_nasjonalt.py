"""The counties' released figures added up: no more is told than the files told, and no file is taken on faith."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from schemas.innstillinger import Fylke
from schemas.nasjonalt import LANDET, Utlevering
from schemas.nokkeltall import ALLE, ANTALL
from tasks import nasjonalside, nasjonalt, nokkelutlevering
from tasks.feil import BrukerFeil
from tasks.nasjonalt import Landet, figures, gather
from tasks.nokkeltall import groups, steps
from tasks.undertrykking import Ligning, Smaatall, limits

DAG = date(2026, 2, 15)
REGEL = limits(DAG)
REGIONER = ("Nord", "Sør")
GRUPPER = tuple(groups(DAG))
TRINN = tuple(navn for navn, _, _ in steps(DAG))

Celle = tuple[str, ...]
Antall = list[list[int]]
"""A county's numbers: a row for each region, a column for each group or span of days."""


def table(maaltall: str, fra: str, navn: tuple[str, ...], antall: Antall) -> Iterator[dict[str, Any]]:
    """A table with its sums, as ``nokkeltall.figures`` returns it."""
    hele = np.array([np.sum(antall, axis=0), *antall])
    hele = np.column_stack([hele.sum(axis=1), hele])
    for region, rad in zip((ALLE, *REGIONER), hele.tolist(), strict=True):
        for gruppe, verdi in zip((ALLE, *navn), rad, strict=True):
            yield {
                "maaltall": maaltall, "fra_dato": fra, "dato": DAG.isoformat(), "region": region, "gruppe": gruppe,
                "til_gruppe": "", "verdi": float(verdi), "grunnlag": verdi,
            }  # fmt: skip


def release(nummer: str, tilmeldte: Antall, ventet: Antall, regel: Smaatall = REGEL) -> tuple[pd.DataFrame, Utlevering]:
    """A county's numbers and what it releases of them, as ``figures --release`` does."""
    ramme = pd.DataFrame([
        *table("tilmeldte", "", GRUPPER, tilmeldte), *table("forste_kontakt", "2025-08-01", TRINN, ventet)
    ])  # fmt: skip
    skjult = nokkelutlevering.hidden(ramme, DAG, regel)
    vist = ramme.assign(verdi=ramme["verdi"].mask(skjult), skjult=skjult)
    fylke = Fylke.model_construct(navn=f"Fylke {nummer}", fylkesnummer=(nummer,))
    return ramme, Utlevering.model_validate_json(nokkelutlevering.as_json(fylke, vist, DAG, None, regel))


def much(tall: int = 20) -> Antall:
    return [[tall] * len(GRUPPER)] * 2


def waited(tall: int = 20) -> Antall:
    return [[tall] * len(TRINN)] * 2


Skriv = Callable[..., Path]


@pytest.fixture
def skriv(tmp_path: Path) -> Skriv:
    """``skriv("31", **endret)`` lays a county's released file in the folder and returns where."""

    def skriv(nummer: str, mappe: str = "", **endret: Any) -> Path:
        _, fil = release(nummer, much(), waited())
        sti = tmp_path / (mappe or nummer) / f"nokkeltall-{DAG}.json"
        sti.parent.mkdir(exist_ok=True)
        sti.write_text(json.dumps(json.loads(fil.model_dump_json()) | endret), "utf-8")
        return sti

    return skriv


def change(sti: Path, verdi: float | None, **sted: str) -> None:
    """Change one number of a file by hand."""
    fil = json.loads(sti.read_text("utf-8"))
    (rad,) = [rad for rad in fil["tall"] if rad.items() >= sted.items()]
    rad |= {"verdi": verdi, "skjult": verdi is None}
    sti.write_text(json.dumps(fil), "utf-8")


def refused(mappe: Path) -> tuple[str, str]:
    with pytest.raises(BrukerFeil) as feil:
        gather(mappe)
    return feil.value.kode, feil.value.tekst


def number(ramme: pd.DataFrame, fylke: str, maaltall: str, gruppe: str) -> Any:
    treff = ramme.loc[
        (ramme["fylke"] == fylke) & (ramme["maaltall"] == maaltall) & (ramme["gruppe"] == gruppe)
    ]  # fmt: skip
    (rad,) = treff.to_dict("records")
    return rad


def test_a_number_is_the_sum_where_all_show_it_and_hidden_where_one_does_not() -> None:
    faa = much()
    faa[0] = [3, *faa[0][1:]]
    faa[1] = [0, *faa[1][1:]]
    landet = Landet(DAG, REGEL, (release("31", faa, waited())[1], release("32", much(30), waited())[1]))
    ramme = figures(landet)
    ukjent = number(ramme, LANDET, "tilmeldte", GRUPPER[0])
    assert ukjent["skjult"]
    assert np.isnan(ukjent["verdi"])
    assert (ukjent["sum_vist"], ukjent["fylker_vist"]) == (60, 1)
    hele = number(ramme, LANDET, "tilmeldte", ALLE)
    assert (hele["verdi"], hele["fylker_vist"]) == (3 + 40 * 4 + 60 * 5, 2)
    assert number(ramme, "31", "tilmeldte", GRUPPER[0])["skjult"]


def test_the_share_in_time_is_of_the_whole_country_and_hidden_with_what_it_rests_on() -> None:
    landet = Landet(DAG, REGEL, (release("31", much(), waited(10))[1], release("32", much(), waited(30))[1]))
    andel = figures(landet).loc[lambda ramme: ramme["maaltall"] == "andel_innen", "verdi"].tolist()
    assert andel == [round(100 * (nr + 1) / len(TRINN), 1) for nr in range(len(andel))]
    assert len(andel) == len(TRINN) - 2
    faa = [[2, *waited()[0][1:]], [0, *waited()[0][1:]]]
    landet = Landet(DAG, REGEL, (release("31", much(), faa)[1], landet.filer[1]))
    ramme = figures(landet)
    assert ramme.loc[ramme["maaltall"] == "andel_innen", "skjult"].all()


def test_which_counties_are_missing_is_told_and_none_when_all_are_there(skriv: Skriv, tmp_path: Path) -> None:
    skriv("31")
    landet = gather(tmp_path)
    assert "03 Oslo" in landet.mangler
    assert "31 Østfold" not in landet.mangler
    for rad in landet.mangler:
        skriv(rad[:2])
    assert gather(tmp_path).mangler == []


@pytest.mark.parametrize(
    ("endret", "kode", "ord_"),
    [
        ({"dato": "2026-02-16"}, "ÅH-1884", "15.02.2026, 16.02.2026"),
        ({"fylkesnummer": ["31", "30"]}, "ÅH-1883", "31"),
        ({"grense": 3}, "ÅH-1885", "under 3, men her er grensen 5"),
        ({"null_vises": False}, "ÅH-1885", "Fylke 32"),
        ({"register": "x"}, "ÅH-1882", "register"),
        ({"fylke": ""}, "ÅH-1882", "fylke"),
        ({"tall": []}, "ÅH-1882", "tall"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    skriv: Skriv, tmp_path: Path, endret: dict[str, Any], kode: str, ord_: str
) -> None:
    skriv("31")
    skriv("32", **endret)
    fikk, tekst = refused(tmp_path)
    assert fikk == kode
    assert ord_ in tekst


def test_an_empty_folder_and_what_is_no_release_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path)[0] == "ÅH-1881"
    (tmp_path / "nokkeltall-x.json").write_bytes(b"PK\x03\x04")
    assert refused(tmp_path) == (
        "ÅH-1882", "Filen nokkeltall-x.json er ikke nøkkeltall slik ./arshjul figures --release lager dem: innholdet."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdi", "grunn"),
    [
        (3, "et tall under grensen vises"),
        (21, "summene stemmer ikke"),
        (None, "et skjult tall kan regnes ut av de andre"),
    ],
)
def test_a_file_changed_by_hand_is_refused(skriv: Skriv, tmp_path: Path, verdi: float | None, grunn: str) -> None:
    change(skriv("31"), verdi, maaltall="tilmeldte", region="Nord", gruppe=GRUPPER[1])
    kode, tekst = refused(tmp_path)
    assert kode == "ÅH-1886"
    assert grunn in tekst


def test_other_groups_than_ours_and_a_number_told_twice_are_refused(skriv: Skriv, tmp_path: Path) -> None:
    sti = skriv("31")
    hele = json.loads(sti.read_text("utf-8"))
    for tall, grunn in (
        ([rad for rad in hele["tall"] if rad["gruppe"] != GRUPPER[0]], "mangler"),
        ([rad | {"maaltall": "ventetid_median"} for rad in hele["tall"]], "mangler"),
        ([*hele["tall"], hele["tall"][0]], "to ganger"),
    ):
        sti.write_text(json.dumps(hele | {"tall": tall}), "utf-8")
        kode, tekst = refused(tmp_path)
        assert (kode, grunn in tekst) == ("ÅH-1886", True)


def test_a_hidden_number_cannot_stand_in_a_file(skriv: Skriv, tmp_path: Path) -> None:
    sti = skriv("31")
    fil = json.loads(sti.read_text("utf-8"))
    fil["tall"][0]["skjult"] = True
    sti.write_text(json.dumps(fil), "utf-8")
    assert refused(tmp_path)[0] == "ÅH-1882"


def test_the_table_is_written_as_a_page_and_for_machines(skriv: Skriv, tmp_path: Path) -> None:
    for nummer in ("31", "32"):
        skriv(nummer)
    csv, maskin, side = nasjonalside.write(gather(tmp_path), tmp_path / "samlet")
    assert "landet;tilmeldte;;2026-02-15;alle;;400;400;2" in csv.read_text("utf-8-sig")
    lest = json.loads(maskin.read_bytes())
    assert lest["fylker"] == {"31": "Fylke 31", "32": "Fylke 32"}
    assert lest["tall"][0]["verdi"] == 400
    html = side.read_text("utf-8")
    assert '<th scope="row">Alle fylkene</th>' in html
    assert "Disse fylkene er ikke med: 03 Oslo" in html
    assert gather(tmp_path).filer[0].fylke == "Fylke 31"


def spans(
    ukjente: list[Celle], ligninger: list[Ligning[Celle]], kjente: dict[Celle, float]
) -> list[tuple[float, float]]:
    """The least and the most each unknown can be by the sums, as one who is not us works it out."""
    koeff = np.array([[sum(d == u for d in lig.deler) - (lig.sum_ == u) for u in ukjente] for lig in ligninger])
    hoyre = [kjente.get(lig.sum_, 0) - sum(kjente.get(d, 0) for d in lig.deler) for lig in ligninger]
    svar = []
    for nr in range(len(ukjente)):
        vekter = np.eye(len(ukjente))[nr]
        ende = [
            linprog(tegn * vekter, A_eq=koeff, b_eq=hoyre, bounds=(REGEL.minst, 10_000)).fun for tegn in (1, -1)
        ]  # fmt: skip
        svar.append((round(ende[0], 4), round(-ende[1], 4)))
    return svar


class Leser:
    """Somebody who has every released file, and the national table, and knows how they are made."""

    def __init__(self, fylker: list[tuple[pd.DataFrame, Utlevering]]) -> None:
        self.kjente: dict[Celle, float] = {}
        self.ukjente: list[Celle] = []
        self.ligninger: list[Ligning[Celle]] = []
        for ramme, fil in fylker:
            nummer = nasjonalt.number_of(fil)
            for rad in fil.tall:
                celle = (nummer, *nasjonalt._cell(rad))
                if rad.skjult:
                    self.ukjente.append(celle)
                else:
                    self.kjente[celle] = float(rad.verdi or 0)
            antall = ramme[ramme["maaltall"].isin(ANTALL)]
            celler = dict.fromkeys(nokkelutlevering._cells(antall), 0)
            self.ligninger += [
                Ligning((nummer, *lig.sum_), tuple((nummer, *del_) for del_ in lig.deler))
                for lig in nokkelutlevering.equations(celler, ramme)
            ]

    def with_country(self, landet: dict[Celle, float], numre: list[str]) -> list[tuple[float, float]]:
        """The spans when the country's numbers are known too."""
        mer = [Ligning((LANDET, *celle), tuple((nummer, *celle) for nummer in numre)) for celle in landet]
        kjente = self.kjente | {(LANDET, *celle): verdi for celle, verdi in landet.items()}
        return spans(self.ukjente, [*self.ligninger, *mer], kjente)


def shown(ramme: pd.DataFrame) -> dict[Celle, float]:
    """The country's numbers that the national table shows."""
    vist = ramme[(ramme["fylke"] == LANDET) & ~ramme["skjult"] & ramme["maaltall"].isin(ANTALL)]
    return {
        (rad["maaltall"], rad["dato"], ALLE, rad["gruppe"], rad["til_gruppe"]): rad["verdi"]
        for rad in vist.to_dict("records")
    }  # fmt: skip


def some(bredde: int) -> st.SearchStrategy[Antall]:
    rad = st.lists(st.integers(0, 7) | st.integers(0, 60), min_size=bredde, max_size=bredde)
    return st.lists(rad, min_size=2, max_size=2)


@given(fylker=st.lists(st.tuples(some(len(GRUPPER)), some(len(TRINN))), min_size=1, max_size=3))
@settings(max_examples=8, deadline=None)
def test_one_who_has_all_the_tables_knows_no_more_of_a_hidden_number_than_its_own_file_tells(
    fylker: list[tuple[Antall, Antall]],
) -> None:
    utgitt = [release(f"{31 + nr}", *tall) for nr, tall in enumerate(fylker)]
    leser = Leser(utgitt)
    landet = figures(Landet(DAG, REGEL, tuple(fil for _, fil in utgitt)))
    alene = spans(leser.ukjente, leser.ligninger, leser.kjente)
    assert leser.with_country(shown(landet), [nasjonalt.number_of(fil) for _, fil in utgitt]) == alene
    assert [celle for celle, (minst, mest) in zip(leser.ukjente, alene, strict=True) if mest - minst < 1] == []


def test_the_reader_sees_what_a_country_counted_from_the_registers_would_give_away() -> None:
    faa = much()
    faa[0] = [3, *faa[0][1:]]
    faa[1] = [0, *faa[1][1:]]
    utgitt = [release("31", faa, waited()), release("32", much(), waited())]
    sanne = {
        (rad["maaltall"], rad["dato"], ALLE, rad["gruppe"], ""): rad["verdi"]
        + utgitt[1][0].loc[rad["nr"], "verdi"]
        for rad in utgitt[0][0].rename_axis("nr").reset_index().to_dict("records")
        if rad["region"] == ALLE
    }  # fmt: skip
    leser = Leser(utgitt)
    avslort = leser.with_country(sanne, ["31", "32"])
    hele = leser.ukjente.index(("31", "tilmeldte", DAG.isoformat(), ALLE, GRUPPER[0], ""))
    assert avslort[hele] == (3, 3)
    alene = spans(leser.ukjente, leser.ligninger, leser.kjente)
    assert alene[hele][1] - alene[hele][0] >= 1
