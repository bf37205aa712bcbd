"""How a row stands, and runs that came to nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.arshjul import Radvalg
from schemas.kjoring import GODTA, KJOR, VIS, Kjoreresultat, Kjorevalg
from tasks import kjoring as kjoringer
from tasks import klokke
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.hjul.stopp import Slag, of_code, of_error, remember, unmended
from tasks.hjul.tilstand import Radtilstand, Tilstand, states, years
from tasks.kjoring import open_run, run
from tasks.klokke import OSLO

LASTING = "12-innlasting-ikkesokere"
BREV = "14-brev-ikkesokere"
FORBEREDE = "02-forberede-udir-februar"


def at(tid: str) -> datetime:
    return datetime.fromisoformat(tid).replace(tzinfo=OSLO)


@pytest.fixture
def staar(med_register: Hjem) -> Callable[..., Radtilstand]:
    """``staar(RAD, TID)``: how a row stands in 2026 at a time."""

    def stand(rad: str, tid: str, valg: tuple[Radvalg, ...] = (), kjorer: tuple[str, int] | None = None) -> Radtilstand:
        with med_register.register.transaction("prøve") as con:
            alle = states(con, [2026], valg, at(tid), kjorer)[2026]
        return next(en for en in alle if en.datoer.rad.rad == rad)

    return stand


def test_a_row_is_not_due_then_late_then_done(staar: Any, kjor: Callable[..., Kjoreresultat]) -> None:
    assert staar("13-konvertere-vigokoder", "2026-04-26T12:00").tilstand is Tilstand.IKKE_FORFALT
    assert staar("13-konvertere-vigokoder", "2026-04-27T09:00").tilstand is Tilstand.IKKE_FORFALT
    sen = staar("13-konvertere-vigokoder", "2026-04-27T12:01")
    assert (sen.tilstand, sen.stopp.slag) == (Tilstand.AVVIK, Slag.FORSINKET)
    assert "27.04.2026" in sen.grunner[0]
    kjor("13", "2026-04-27T13:00")
    ferdig = staar("13-konvertere-vigokoder", "2026-04-27T14:00")
    assert (ferdig.tilstand, ferdig.kjort.generasjon, ferdig.stopp) == (Tilstand.FERDIG, 1, None)


def test_a_row_too_late_for_its_rule_asks_and_one_whose_season_is_over_was_skipped(staar: Any) -> None:
    """By the same rule as the run itself: see test_forsinkelse.py."""
    i_tide = staar(BREV, "2026-05-12T12:00").stopp
    assert (i_tide.kode, "1 uke etter vinduet" in i_tide.tekst) == ("ÅH-3151", True)
    for_sen = staar(BREV, "2026-06-05T12:00")
    assert (for_sen.tilstand, for_sen.stopp.slag, for_sen.stopp.kode) == (Tilstand.AVVIK, Slag.FORSINKET, "ÅH-3153")
    over = staar("18-gjennomgang-juni", "2026-06-22T12:00")
    assert (over.tilstand, over.stopp) == (Tilstand.HOPPET, None)
    assert "sesongen for raden er over" in over.grunner[0]


def test_a_stop_from_before_the_clock_was_set_back_is_mended_by_a_run(
    med_register: Hjem, kjor: Callable[..., Kjoreresultat]
) -> None:
    remember(
        med_register, of_error(find_row("13").rad, 2026, at("2026-04-27T10:00"), BrukerFeil("ÅH-1201", rad="13"), "")
    )
    kjor("13", "2026-04-27T09:05")
    with med_register.register.transaction("prøve") as con:
        assert unmended(con) == []


def test_a_run_after_the_clock_was_set_back_is_later_than_the_last(
    med_register: Hjem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(tid: str) -> datetime:
        monkeypatch.setattr(klokke, "now", lambda: at(tid))
        with run(Kjorevalg(rad="13", aar=2026)) as kjoring:
            return kjoring.registrert_tid

    tider = [learn(tid) for tid in ("2026-04-27T10:00", "2026-04-27T09:05", "2026-04-27T10:30")]
    assert tider == sorted(tider)
    assert learn("2026-04-20T10:00") < tider[0]  # a week back: the clock was wrong, and is not followed


def test_what_fell_due_before_the_county_began_is_not_late(staar: Any) -> None:
    """The register was first used on 2 January: a row of 1 January is nobody's fault."""
    assert staar("01-sokere-1-februar", "2026-01-02T08:30").tilstand is Tilstand.IKKE_FORFALT


def test_before_the_first_run_nothing_is_late(fylke: Hjem) -> None:
    with fylke.register.transaction("prøve") as con:
        alle = states(con, [2026], (), at("2026-12-24T12:00"))[2026]
    assert {rad.tilstand for rad in alle} == {Tilstand.IKKE_FORFALT}


def test_a_row_that_is_skipped_is_never_late(staar: Any) -> None:
    valg = (Radvalg(rad="13-konvertere-vigokoder", aar=2026, hopp_over=True, begrunnelse="Kodene er konvertert."),)
    hoppet = staar("13-konvertere-vigokoder", "2026-06-01T08:00", valg)
    assert (hoppet.tilstand, hoppet.stopp, hoppet.neste) == (Tilstand.HOPPET, None, None)
    assert "Kodene er konvertert." in hoppet.grunner[0]


def test_the_run_under_way_is_shown_as_running(staar: Any) -> None:
    assert staar(BREV, "2026-05-11T08:00", kjorer=(BREV, 2026)).tilstand is Tilstand.KJORER


def test_set_aside_rows_and_a_proposal_wait_for_a_person(
    staar: Any, kjor: Callable[..., Kjoreresultat], legg_i_innboks: Callable[..., Path], fylke: Hjem
) -> None:
    post = sorted((fylke.mappe / "demo" / "post").rglob("vigo_ikkesokere*.csv"))[-1]
    legg_i_innboks(post.relative_to(fylke.mappe))
    lastet = kjor("12", "2026-04-27T08:00")
    assert lastet.karantene
    rad = staar(LASTING, "2026-04-27T12:00")
    assert (rad.tilstand, rad.karantene) == (Tilstand.VENTER, lastet.karantene)
    forslag_id = kjor("14", "2026-05-11T08:00").forslag_id
    brev = staar(BREV, "2026-05-11T09:00")
    assert brev.tilstand is Tilstand.VENTER
    assert brev.forslag == ((forslag_id, "venter"),)
    assert brev.grunner[0] == f"Forslaget {forslag_id} venter på godkjenning."


def test_a_refused_run_is_told_until_a_run_is_finished(
    staar: Any, kjor: Callable[..., Kjoreresultat], legg_i_innboks: Callable[..., Path], fylke: Hjem
) -> None:
    fil = legg_i_innboks("vigo_ikkesokere_feil.csv", b"Fodselsnummer;Fornavn\nx;y\n")
    with pytest.raises(BrukerFeil, match="ÅH-2013"):
        kjor("12", "2026-04-27T08:00", bare_vis=True)
    assert staar(LASTING, "2026-04-27T09:00").stopp is None
    with pytest.raises(BrukerFeil, match="ÅH-2013"):
        kjor("12", "2026-04-27T08:00")
    rad = staar(LASTING, "2026-04-27T09:00")
    assert (rad.tilstand, rad.stopp.kode, rad.stopp.slag) == (Tilstand.AVVIK, "ÅH-2013", Slag.AVVIST)
    assert rad.stopp.gjor in rad.grunner[0]
    fil.unlink()
    with fylke.register.transaction("prøve") as con:
        assert con.execute("SELECT count(*) FROM kjoring WHERE rad = ?", [LASTING]).fetchone() == (0,)
    kjor("13", "2026-04-27T09:00")
    assert staar(LASTING, "2026-04-27T10:00").stopp is not None
    legg_i_innboks(sorted((fylke.mappe / "demo" / "post").rglob("vigo_ikkesokere*.csv"))[-1].relative_to(fylke.mappe))
    kjor("12", "2026-04-27T11:00")
    assert staar(LASTING, "2026-04-27T12:00").stopp is None


def test_a_fault_is_told_by_kind_and_place_and_never_by_its_own_text(med_register: Hjem) -> None:
    valg = Kjorevalg(rad=FORBEREDE, aar=2026, naa=at("2026-02-10T08:00"))

    def fall() -> None:
        with run(valg):
            raise ValueError("Hemmelig Navnesen")

    with pytest.raises(ValueError, match="Navnesen"):
        fall()
    with med_register.register.transaction("prøve") as con:
        (stopp,) = unmended(con)
        assert (stopp.slag, stopp.kode) == (Slag.FEIL, "ÅH-3150")
        assert "ValueError" in stopp.tekst
        assert con.execute("SELECT count(*) FROM stopp WHERE tekst LIKE '%Navnesen%'").fetchone() == (0,)


def test_a_stop_is_remembered_once_and_not_where_the_register_is_out_of_reach(med_register: Hjem) -> None:
    stopp = of_code(BREV, 2026, at("2026-05-11T08:00"), Slag.AVBRUTT, "ÅH-3152", naar="11.05.2026")
    assert [remember(med_register, stopp) for _ in range(2)] == [True, False]
    borte = of_error(BREV, 2026, at("2026-05-11T08:00"), BrukerFeil("ÅH-1302", holder="en annen"), "")
    assert remember(Hjem(Path("finnes-ikke")), borte) is False


def test_the_years_are_those_that_were_run_this_one_and_the_next(med_register: Hjem) -> None:
    with med_register.register.transaction("prøve") as con:
        assert years(con, at("2028-05-01T08:00")) == [2026, 2028, 2029]


@pytest.mark.usefixtures("med_register")
class TestSkjema:
    """A run started from its form."""

    @pytest.fixture
    def fra_skjema(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kjoringer, "is_by_hand", lambda: True)

    @pytest.mark.usefixtures("fra_skjema")
    def test_another_year_needs_a_tick(self) -> None:
        naa = at("2026-05-11T08:00")
        with pytest.raises(BrukerFeil, match="ÅH-1215"):
            open_run(Kjorevalg(rad=BREV, aar=2025, naa=naa))
        assert open_run(Kjorevalg(rad=BREV, aar=2025, annet_aar=True, naa=naa)).aar == 2025
        assert open_run(Kjorevalg(rad=BREV, aar=2026, naa=naa)).aar == 2026
        assert open_run(Kjorevalg(rad=BREV, naa=naa)).aar == 2026

    def test_showing_first_changes_nothing(self) -> None:
        naa = at("2026-05-11T08:00")
        assert open_run(Kjorevalg(rad=BREV, naa=naa, gjor=VIS)).bare_vis
        assert not open_run(Kjorevalg(rad=BREV, naa=naa, gjor=KJOR)).bare_vis

    def test_accepting_takes_the_code_of_the_delivery_that_was_stopped(self, med_register: Hjem) -> None:
        naa = at("2026-04-27T08:00")
        valg = Kjorevalg(rad=LASTING, naa=naa, gjor=GODTA)
        with pytest.raises(BrukerFeil, match="ÅH-1216"):
            open_run(valg)
        feil = BrukerFeil("ÅH-2015", fil="f", antall=1, forrige=9, grense="5 til 20", godta="kode123")
        remember(med_register, of_error(LASTING, 2026, naa - timedelta(hours=1), feil, ""))
        assert open_run(valg).godta == "kode123"


def test_a_second_run_is_shown_beside_the_first(med_register: Hjem, kjor: Callable[..., Kjoreresultat]) -> None:
    forste = kjor("13", "2026-04-27T08:00")
    assert forste.forrige == {}
    andre = kjor("13", "2026-04-28T08:00")
    assert andre.forrige["inn"] == forste.inn
    assert f"| Rader inn | {andre.inn} | {forste.inn} |" in andre.oppsummering()
    assert find_row("13").rad in andre.oppsummering()
