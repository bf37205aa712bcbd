"""The wheel's page: four questions answered first, every state told in words, nobody named, nothing fetched."""

import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest
from filelock import FileLock

from tasks import sider
from tasks.arshjul import wheel
from tasks.hjem import home
from tasks.hjul import side
from tasks.hjul.lenker import Lenker
from tasks.hjul.stopp import Slag, Stopp
from tasks.hjul.tilstand import Kjort, Radtilstand, Tilstand
from tests.tasks.conftest import at

AAR = 2026
NAA = at("2026-05-11T09:00")
RAD = "14-brev-ikkesokere"
KJORT = Kjort("2026-14-1", 1, at("2026-05-11T08:00"), "f-1", (("Tallene", "tall/x/index.html"),))
STOPP = Stopp(
    RAD, AAR, at("2026-05-11T08:00"), Slag.AVVIST, "ÅH-2016", "Filen mangler.", "Legg den i innboks.", "", "f-2"
)
LENKER = Lenker("http://127.0.0.1:4200", {RAD: "d14", "avgjore": "da", "iverksett": "di"})
EN_AV_HVER: dict[Tilstand, dict[str, Any]] = {
    Tilstand.IKKE_FORFALT: {},
    Tilstand.VENTER: {"kjort": KJORT, "forslag": (("F2026-14-1", "venter"),)},
    Tilstand.KJORER: {},
    Tilstand.FERDIG: {"kjort": KJORT},
    Tilstand.AVVIK: {"stopp": STOPP},
    Tilstand.HOPPET: {},
}


@pytest.fixture(autouse=True)
def _uten_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server runs: what links to it is told by the test."""
    for navn in ("PREFECT_API_URL", "ARSHJUL_PREFECT", sider.ADRESSE):
        monkeypatch.delenv(navn, raising=False)


def state(tilstand: Tilstand, plan: str = "", **felt: Any) -> tuple[Radtilstand, ...]:
    """Every row as not due but one, which stands as told."""
    tomt = {"kjort": None, "forslag": (), "stopp": None, "karantene": 0, "avvik": 0, "oppgaver": 0, "uavklart": 0}
    rader = [Radtilstand(d, Tilstand.IKKE_FORFALT, (), None, **tomt) for d in wheel(AAR)]
    nr = next(nr for nr, en in enumerate(rader) if en.datoer.rad.rad == RAD)
    datoer = rader[nr].datoer
    datoer = replace(datoer, rad=replace(datoer.rad, plan=plan or datoer.rad.plan))
    rader[nr] = Radtilstand(datoer, tilstand, (), None, **(tomt | felt))
    return tuple(rader)


def html(rader: tuple[Radtilstand, ...], **felt: Any) -> str:
    hjul = {AAR: tuple(en.datoer for en in rader)}
    grunnlag = side.Grunnlag(AAR, NAA, hjul, {AAR: rader}, "Prøve fylke", lenker=LENKER, rot="")
    return side.page(replace(grunnlag, **felt)).decode()


def panel(tekst: str, navn: str) -> str:
    return re.search(rf'<section class="panel {navn}".*?</section>', tekst, re.DOTALL)[0]  # type: ignore[index]


@pytest.mark.parametrize("tilstand", list(Tilstand))
def test_each_state_stands_in_words_and_with_its_own_picture_in_the_table_and_in_the_wheel(tilstand: Tilstand) -> None:
    tekst = html(state(tilstand, **EN_AV_HVER[tilstand]))
    rad = re.search(r'<tr id="rad-14">.*?</tr>', tekst, re.DOTALL)[0]  # type: ignore[index]
    assert f"</svg>{tilstand.capitalize()}</span>" in rad
    assert f'href="#hjul-symbol-{tilstand.name.lower()}"' in rad
    assert f"tilstand: {tilstand}." in re.search(r'id="hjul-rad-14-b">(.*?)</desc>', tekst)[1]  # type: ignore[index]


def test_a_proposal_that_waits_says_what_to_do_and_links_to_its_page_and_the_form_filled_in() -> None:
    tekst = panel(html(state(Tilstand.VENTER, **EN_AV_HVER[Tilstand.VENTER]), antall={"F2026-14-1": 43}), "venter")
    assert "Forslaget F2026-14-1 (43 utsendinger) venter." in tekst
    assert '<a href="forslag/F2026-14-1/index.html">Se F2026-14-1</a>' in tekst
    assert '"forslag_id": "F2026-14-1", "beslutning": "Godkjenn"' in unquote(tekst)


@pytest.mark.parametrize(("tilstand", "verb"), [("godkjent", "Send F1"), ("iverksettes", "Send F1")])
def test_a_proposal_that_is_approved_or_begun_links_to_sending_and_to_stopping(tilstand: str, verb: str) -> None:
    tekst = panel(html(state(Tilstand.VENTER, kjort=KJORT, forslag=(("F1", tilstand),))), "venter")
    assert f">{verb}</a>" in tekst
    assert '"beslutning": "Stopp"' in unquote(tekst)


def test_rows_set_aside_and_unclear_items_wait_and_the_proposal_comes_first() -> None:
    rader = state(Tilstand.VENTER, kjort=KJORT, karantene=2, uavklart=1, forslag=(("F1", "venter"),))
    tekst = panel(html(rader), "venter")
    steder = [tekst.index(del_) for del_ in ("Forslaget F1", "1 utsending er uavklart", "2 rader er satt til side")]
    assert steder == sorted(steder)
    assert '<span class="antall">3</span>' in tekst


def test_what_stopped_is_told_with_what_to_do_before_open_deviations() -> None:
    tekst = panel(html(state(Tilstand.AVVIK, stopp=STOPP, avvik=2)), "galt")
    assert tekst.index("Filen mangler.") < tekst.index("2 åpne avvik")
    assert f'<a href="stopp/{RAD}-{AAR}/index.html">Hva gjør jeg med 14?</a>' in tekst


def test_what_runs_or_has_its_deadline_this_week_or_the_next_is_due_and_the_rest_comes_next() -> None:
    rader = state(Tilstand.IKKE_FORFALT)
    tekst = html(rader, naa=at("2026-05-08T09:00"))
    assert "Kjøres mandag 11. mai." in panel(tekst, "forfaller")
    assert ">16 · Purrebrev ikkesøkere<" in panel(tekst, "neste")
    assert "Kjøres i dag." in panel(html(rader, naa=at("2026-05-11T07:00")), "forfaller")
    assert "14 · " not in panel(html(rader, naa=at("2026-05-25T09:00")), "forfaller")


def test_what_is_skipped_is_neither_due_nor_wrong() -> None:
    tekst = html(state(Tilstand.HOPPET, avvik=1), naa=at("2026-05-08T09:00"))
    assert "14 · " not in panel(tekst, "forfaller") + panel(tekst, "galt") + panel(tekst, "neste")


def test_more_than_three_are_folded_away_and_still_there() -> None:
    rader = state(Tilstand.VENTER, kjort=KJORT, forslag=tuple((f"F{n}", "venter") for n in range(5)))
    tekst = panel(html(rader), "venter")
    assert "<summary>2 til under «Venter på deg»</summary>" in tekst
    assert all(f">Se F{n}</a>" in tekst for n in range(5))


def test_nothing_of_a_row_or_a_county_becomes_markup_and_nothing_is_fetched_or_runs() -> None:
    ond = '<script>alert(1)</script><img src=x onerror="y">'
    tekst = html(state(Tilstand.AVVIK, plan=ond, stopp=replace(STOPP, tekst=ond)), fylke=ond, beskjed=ond)
    assert not re.search(r"<script|<img|<link|<iframe|@import|url\((?!#)|javascript:", tekst)
    assert tekst.count("&lt;script&gt;") >= 5
    adresser = re.findall(r'(?:href|src)="(https?://[^/"]*)', tekst)
    assert set(adresser) == {"http://127.0.0.1:4200"}


def test_the_year_under_way_is_named_while_a_row_runs() -> None:
    assert "Kjører nå: 14 · Brev til ikkesøkere" in html(state(Tilstand.KJORER))


def test_the_same_gives_the_same_bytes() -> None:
    rader = state(Tilstand.FERDIG, kjort=KJORT)
    assert html(rader) == html(rader)


def test_only_the_newest_years_stand_side_by_side() -> None:
    hjul = {aar: wheel(aar) for aar in range(2020, 2028)}
    tekst = side.page(side.Grunnlag(AAR, NAA, hjul)).decode()
    assert re.findall(r'<th scope="col">(\d+)</th>', tekst) == ["2024", "2025", "2026", "2027"]


def front(hjem: Any) -> str:
    return (sider.folder(hjem) / "index.html").read_text("utf-8")


def dead_links(rot: Path) -> list[str]:
    """Relative links from every page that lead nowhere."""
    dode = []
    for fil in rot.rglob("*.html"):
        for adresse in re.findall(r'href="([^"#:]+)"', fil.read_text("utf-8")):
            if not (fil.parent / adresse).resolve().is_file():
                dode.append(f"{fil.relative_to(rot)}: {adresse}")
    return dode


def test_without_settings_or_register_the_page_shows_the_dates(tmp_path: Path) -> None:
    tom = home(tmp_path / "ny")
    assert side.refresh(tom, NAA)
    tekst = front(tom)
    assert "11.–17. mai" in tekst
    assert 'class="panel' not in tekst
    assert not (tom.mappe / "register.duckdb").exists()


def test_a_run_gets_its_page_and_its_proposal_too_and_every_link_leads_somewhere(bygd: Any, hurtig: None) -> None:
    person = bygd.person()
    forslag_id = bygd.run().forslag_id
    assert side.refresh(bygd.hjem, NAA)
    rot = sider.folder(bygd.hjem)
    assert f"forslag/{forslag_id}/index.html" in front(bygd.hjem)
    forslag = (rot / "forslag" / forslag_id / "index.html").read_text("utf-8")
    assert "Hvem er utelatt?" in forslag
    assert f"rapporter/forslag/{forslag_id}/" in forslag
    assert '<th scope="row">Foreslått sendt</th>' in (rot / "kjoring" / "2026-14-1" / "index.html").read_text("utf-8")
    assert dead_links(rot) == []
    alt = "".join(fil.read_text("utf-8") for fil in rot.rglob("*.*"))
    (nummer,) = bygd.facts(bygd.number("2007-03-14", int(person[1:])), "fodselsnummer")
    assert not any(ord_ in alt for ord_ in (nummer, "Åse", "Nordmann", "Storgata"))


def test_pages_are_made_anew_only_when_what_they_say_has_changed(bygd: Any, hurtig: None) -> None:
    bygd.person()
    forslag_id = bygd.run().forslag_id
    side.refresh(bygd.hjem, NAA)
    rot = sider.folder(bygd.hjem)
    kjoring, forslag, ics = (
        rot / "kjoring" / "2026-14-1" / "index.html", rot / "forslag" / forslag_id / "index.html", rot / "arshjul.ics",
    )  # fmt: skip
    for_ = [fil.stat().st_ino for fil in (kjoring, forslag, ics)]
    side.refresh(bygd.hjem, NAA + timedelta(days=3))
    assert [fil.stat().st_ino for fil in (kjoring, forslag, ics)] == for_
    bygd.approve(forslag_id)
    side.refresh(bygd.hjem, NAA)
    etter = [fil.stat().st_ino for fil in (kjoring, forslag, ics)]
    assert [a == b for a, b in zip(for_, etter, strict=True)] == [True, False, True]
    assert "Forslaget er godkjent, og er ikke sendt ennå." in forslag.read_text("utf-8")


def test_a_second_run_shows_its_counts_beside_the_first(bygd: Any, hurtig: None) -> None:
    bygd.person()
    bygd.run()
    bygd.person()
    bygd.run(tid="2026-05-12T08:00")
    side.refresh(bygd.hjem, NAA)
    tekst = (sider.folder(bygd.hjem) / "kjoring" / "2026-14-2" / "index.html").read_text("utf-8")
    assert "Forrige (2026-14-1)" in tekst
    rad = re.search(r'<th scope="row">Foreslått sendt</th>(.*?)</tr>', tekst)[1]  # type: ignore[index]
    na, forrige, endret = re.findall(r">([^<]+)</td>", rad)
    assert (int(na) - int(forrige), endret) == (int(endret), f"+{int(na) - int(forrige)}")


def test_a_stop_gets_its_page_which_says_so_when_it_is_mended(bygd: Any) -> None:
    with pytest.raises(Exception, match="ÅH-"):
        bygd.run("12", "2026-04-27T08:00")
    naa = at("2026-04-27T09:00")
    side.refresh(bygd.hjem, naa)
    fil = sider.folder(bygd.hjem) / "stopp" / "12-innlasting-ikkesokere-2026" / "index.html"
    assert "Hva gjør jeg?" in fil.read_text("utf-8")
    assert "Hva gjør jeg med 12?" in panel(front(bygd.hjem), "galt")
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.number("2007-03-14", 1), "fodselsdato": "14.03.2007"})
    bygd.run("12", "2026-04-27T10:00")
    side.refresh(bygd.hjem, at("2026-04-27T11:00"))
    assert "Dette er i orden" in fil.read_text("utf-8")
    assert dead_links(sider.folder(bygd.hjem)) == []


def test_a_held_register_leaves_the_old_page_and_is_told_of(
    bygd: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bygd.person()
    assert side.refresh(bygd.hjem, NAA)
    gammel = front(bygd.hjem)
    monkeypatch.setattr(side, "VENT_SEKUNDER", 0.1)
    with FileLock(bygd.hjem.register.sti.with_suffix(".laas")), caplog.at_level(logging.WARNING):
        assert not side.refresh(bygd.hjem, NAA + timedelta(hours=1))
    assert front(bygd.hjem) == gammel
    assert "ÅH-1221" in caplog.text
    assert "ÅH-1302" in caplog.text


def test_without_a_key_and_without_an_old_page_the_dates_and_what_is_wrong_are_shown(bygd: Any) -> None:
    bygd.person()
    (bygd.hjem.mappe / "register.nokkel").unlink()
    assert not side.refresh(bygd.fresh(), NAA)
    assert "ÅH-1301" in front(bygd.hjem)
    assert "11.–17. mai" in front(bygd.hjem)


@pytest.mark.parametrize(
    ("hvor", "feil"),
    [
        ("write_file", OSError(28, "No space left on device")),
        ("_read", duckdb.IOException("IO Error: Checkpoint failed: No space left on device")),
    ],
    ids=["filen", "registerets logg"],
)
def test_a_full_disk_is_told_of_and_is_no_exception(
    bygd: Any, monkeypatch: pytest.MonkeyPatch, hvor: str, feil: Exception
) -> None:
    def full(*_: object) -> None:
        raise feil

    assert side.refresh(bygd.hjem, NAA)
    gammel = front(bygd.hjem)
    monkeypatch.setattr(side, hvor, full)
    assert not side.refresh(bygd.hjem, NAA)
    assert front(bygd.hjem) == gammel


def test_an_error_of_the_register_that_is_not_the_disks_is_a_fault(bygd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise duckdb.BinderException("Referenced column not found")

    monkeypatch.setattr(side, "_read", wrong)
    with pytest.raises(duckdb.BinderException):
        side.refresh(bygd.hjem, NAA)


def test_a_page_of_one_year_shows_the_registers_states_and_the_countys_choices(bygd: Any) -> None:
    bygd.person()
    tekst = side.year_page(bygd.hjem, AAR, NAA).decode()
    assert "Ikke forfalt" in tekst
    assert 'href="kjoring/' not in tekst
