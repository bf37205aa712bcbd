"""The key figures: counted by hand in a tiny county, and the same wherever they are shown."""

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from schemas.innstillinger import IKKE_REGIONER
from schemas.nokkeltall import ANTALL
from tasks import nokkelside, nokkeltall, nokkelutlevering, sider, visninger
from tasks.hjem import home
from tasks.undertrykking import Ligning, Smaatall, limits

JUNI = date(2026, 6, 15)
REGEL = Smaatall(5, null_vises=True)


def figures(bygd: Any, dato: date = JUNI, kjent: str | None = None) -> pd.DataFrame:
    return nokkeltall.read(bygd.fresh(), dato, bygd.at(kjent) if kjent else None)


def value(ramme: pd.DataFrame, maaltall: str, region: str = "alle", gruppe: str = "alle", **sted: str) -> float:
    """The one number of a place, as of the last day unless ``dato`` is given."""
    sted = {"maaltall": maaltall, "region": region, "gruppe": gruppe, "dato": JUNI.isoformat(), "til_gruppe": ""} | sted
    (verdi,) = ramme.loc[(ramme[list(sted)] == list(sted.values())).all(axis=1), "verdi"]
    return float(verdi)


def test_youth_are_counted_by_group_on_the_first_of_each_month_and_on_the_day(bygd: Any) -> None:
    person = bygd.person(ot_status="OTUK")
    bygd.person(ot_status="OTAR", tilmeldt_dato="2026-03-15")
    bygd.person(ot_status="XXXX", avsluttet_dato="2026-03-31")
    bygd.change(person, "2026-05-02", ot_status="OTOV")
    ramme = figures(bygd)
    tall = {
        dag: tuple(value(ramme, "tilmeldte", gruppe=g, dato=dag) for g in ("ukjent", "oppfolging", "aktivitet", "alle"))
        for dag in ramme.loc[ramme["maaltall"] == "tilmeldte", "dato"].unique()
    }
    assert tall == {
        "2026-01-02": (1, 0, 0, 2), "2026-02-01": (1, 0, 0, 2), "2026-03-01": (1, 0, 0, 2), "2026-04-01": (1, 0, 1, 2),
        "2026-05-01": (1, 0, 1, 2), "2026-06-01": (0, 1, 1, 2), "2026-06-15": (0, 1, 1, 2),
    }  # fmt: skip
    assert value(ramme, "tilmeldte", gruppe="uten_gyldig_status", dato="2026-02-01") == 1


@pytest.mark.parametrize(
    ("start", "dato", "ventet"),
    [
        ("2025-08-01", "2025-08-01", ["2025-08-01"]),
        ("2025-08-01", "2025-09-01", ["2025-08-01", "2025-09-01"]),
        ("2025-11-17", "2026-02-15", ["2025-11-17", "2025-12-01", "2026-01-01", "2026-02-01", "2026-02-15"]),
    ],
)
def test_the_days_are_the_first_the_first_of_each_month_and_the_last(start: str, dato: str, ventet: list[str]) -> None:
    assert nokkeltall.days(date.fromisoformat(start), date.fromisoformat(dato)) == list(map(date.fromisoformat, ventet))


def test_a_protected_youth_is_counted_and_has_no_region(bygd: Any) -> None:
    bygd.person(kommunenummer="3905")
    bygd.person(kommunenummer="3803")
    bygd.person(kommunenummer="4003", adressegradering_vigo="fortrolig")
    bygd.person(kommunenummer="")
    bygd.person(kommunenummer="0301")
    ramme = figures(bygd)
    regioner = ramme.loc[ramme["maaltall"] == "tilmeldte", "region"].unique()
    assert {region: value(ramme, "tilmeldte", region) for region in regioner} == {
        "alle": 5, "Vestfold nord": 2, "Vestfold sør": 0, "Grenland": 0, "Øvre Telemark": 0,
        "annen kommune": 1, "ikke oppgitt": 2,
    }  # fmt: skip


def test_without_regions_each_municipality_is_one(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    innhold, _, _ = sti.read_text("utf-8").partition("# Regionene i nøkkeltallene")
    sti.write_text(innhold, "utf-8")
    bygd.person(kommunenummer="3803")
    assert value(figures(bygd), "tilmeldte", "3905 Tønsberg") == 1


def test_the_flow_is_from_the_first_day_to_the_last_with_the_new_and_those_who_left(bygd: Any) -> None:
    person = bygd.person(ot_status="OTUK")
    bygd.change(person, "2026-03-01", ot_status="OTAR")
    bygd.person(ot_status="OTOV", tilmeldt_dato="2026-02-02")
    bygd.person(ot_status="OTNO", avsluttet_dato="2026-04-30")
    ramme = figures(bygd)
    flyt = ramme[(ramme["maaltall"] == "overgang") & (ramme["verdi"] > 0)]
    par = list(flyt[["gruppe", "til_gruppe"]].itertuples(index=False, name=None))
    assert {(fra, til) for fra, til in par if "alle" not in (fra, til)} == {
        ("ukjent", "aktivitet"), ("ny", "oppfolging"), ("avklart", "ikke_lenger_tilmeldt"),
    }  # fmt: skip
    assert set(flyt["fra_dato"]) == {"2026-01-02"}


def test_the_wait_for_contact_is_in_days_from_the_enrolment_and_those_without_are_counted(bygd: Any) -> None:
    for ventet in ("2025-09-20", "2025-09-27", "2025-09-28", "2025-10-05", "2025-10-20", "2025-10-21", ""):
        bygd.person(tilmeldt_dato="2025-09-20", kontakt_dato=ventet)
    bygd.person(tilmeldt_dato="2025-07-31", kontakt_dato="2025-10-20")
    ramme = figures(bygd)
    trinn = {gruppe: value(ramme, "forste_kontakt", gruppe=gruppe) for gruppe, _, _ in nokkeltall.steps(JUNI)}
    assert trinn == {"0_7_dager": 2, "8_14_dager": 1, "15_30_dager": 2, "over_30_dager": 1, "uten_kontakt": 1}
    assert value(ramme, "forste_kontakt") == 7
    andeler = [value(ramme, "andel_innen", gruppe=f"innen_{dager}_dager") for dager in (7, 14, 30)]
    assert andeler == [28.6, 42.9, 71.4]
    assert (value(ramme, "ventetid_median", gruppe=""), value(ramme, "ventetid_p90", gruppe="")) == (11.5, 30.5)


def test_a_region_where_nobody_waited_has_no_median(bygd: Any) -> None:
    bygd.person(kontakt_dato="")
    ramme = figures(bygd)
    assert pd.isna(value(ramme, "ventetid_median", gruppe=""))
    assert pd.isna(value(ramme, "andel_innen", "Grenland", "innen_7_dager"))
    assert value(ramme, "forste_kontakt", gruppe="uten_kontakt") == 1


def test_the_whole_school_year_is_whom_junes_transfer_reports(bygd: Any) -> None:
    bygd.person(avsluttet_dato="2026-01-31")
    bygd.person(ot_status="OTAR")
    bygd.person(avsluttet_dato="2025-07-31", tilmeldt_dato="2024-09-20")
    forslag_id = bygd.run("20-overforing-udir-juni", "2026-06-15T08:00").forslag_id
    ((antall,),) = bygd.ask("SELECT antall FROM overforing WHERE forslag_id = ?", forslag_id)
    ramme = figures(bygd)
    assert antall == value(ramme, "i_skolearet") == 2
    assert (value(ramme, "tilmeldte"), value(ramme, "avsluttet")) == (1, 1)


def test_what_was_learned_later_is_not_in_what_was_known_then(bygd: Any) -> None:
    person = bygd.person(ot_status="OTUK")
    bygd.change(person, "2026-02-01", laert="2026-07-01T08:00", ot_status="OTAR")
    assert value(figures(bygd), "tilmeldte", gruppe="aktivitet") == 1
    assert value(figures(bygd, kjent="2026-06-30T12:00"), "tilmeldte", gruppe="aktivitet") == 0


def test_a_register_that_knows_nobody_yet_has_no_figures(bygd: Any) -> None:
    assert figures(bygd).empty
    bygd.person()
    assert figures(bygd, date(2025, 12, 31)).empty


STATUSER = st.sampled_from(["OTUK", "OTOV", "OTAR", "OTNO", "OTAR_IM", ""])
FOLK = st.lists(
    st.fixed_dictionaries(
        {"kommunenummer": st.sampled_from(["3905", "4003", ""]), "ot_status": STATUSER,
         "kontakt_dato": st.sampled_from(["", "2025-09-22", "2026-01-02"]),
         "avsluttet_dato": st.sampled_from(["", "2026-03-01"]),
         "adressegradering_vigo": st.sampled_from(["ugradert", "fortrolig"])}
    ), min_size=1, max_size=14,
)  # fmt: skip


@given(folk=FOLK)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_total_is_the_sum_of_its_parts_and_every_release_keeps_the_totals_it_shows(
    lag_bygd: Any, folk: list[dict[str, str]]
) -> None:
    bygd = lag_bygd()
    for felt in folk:
        bygd.person(**felt)
    ramme = figures(bygd)
    antall = ramme[ramme["maaltall"].isin(ANTALL)]
    tall = dict(zip(nokkelutlevering._cells(antall), antall["verdi"].astype(int), strict=True))
    ligninger = list(nokkelutlevering.equations(tall, ramme))
    assert all(tall[lig.sum_] == sum(tall[del_] for del_ in lig.deler) for lig in ligninger)
    assert {celle[0] for lig in ligninger for celle in lig.ledd} == set(ANTALL)
    skjult = nokkelutlevering.hidden(ramme, JUNI, REGEL)
    assert not (ramme["grunnlag"].between(1, 4) & ~skjult).any()


def crowd(bygd: Any) -> None:
    """Regions with many and with few."""
    for kommune, statuser in {"3905": ["OTUK"] * 6 + ["OTAR"] * 7, "4003": ["OTUK"] * 2 + ["OTAR"] * 5}.items():
        for status in statuser:
            bygd.person(kommunenummer=kommune, ot_status=status, kontakt_dato="" if status == "OTUK" else "2025-10-01")


def test_what_leaves_the_county_has_no_small_number_and_says_what_the_sign_means(bygd: Any) -> None:
    crowd(bygd)
    ramme = figures(bygd)
    csv, html, _ = nokkelutlevering.write(bygd.fresh(), ramme, JUNI)
    rader = pd.read_csv(csv, sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    sted = (rader["maaltall"] == "tilmeldte") & (rader["dato"] == "2026-06-15") & (rader["gruppe"] == "ukjent")
    assert dict(zip(rader.loc[sted, "region"], rader.loc[sted, "verdi"], strict=True)) == {
        "alle": "8", "Vestfold nord": ":", "Vestfold sør": "0", "Grenland": ":", "Øvre Telemark": "0",
    }  # fmt: skip
    antall = rader.loc[rader["maaltall"].isin(ANTALL) & (rader["verdi"] != ":"), "verdi"].astype(int)
    assert not antall.between(1, 4).any()
    assert "grunnlag" not in rader
    assert set(rader.loc[rader["verdi"] == ":", "merknad"]) == {"Vises ikke av hensyn til ungdommene"}
    side = html.read_text("utf-8")
    assert "«:» betyr at tallet ikke vises" in side
    assert '<th scope="row">Grenland</th><td class="tall">:</td><td class="tall">0</td>' in side
    assert side.count("<svg") == 3
    assert csv.parent == html.parent == bygd.hjem.mappe / "rapporter" / "utlevering"


def test_a_number_that_two_tables_give_away_between_them_is_hidden(bygd: Any) -> None:
    for avsluttet in [""] * 12 + ["2026-03-01"] * 3:
        bygd.person(avsluttet_dato=avsluttet)
    ramme = figures(bygd)
    skjult = set(nokkelutlevering._cells(ramme[nokkelutlevering.hidden(ramme, JUNI, REGEL)]))
    steder = {maaltall: (maaltall, "2026-06-15", "alle", "alle", "") for maaltall in ("avsluttet", "i_skolearet")}
    assert set(steder.values()) <= skjult
    antall = ramme[ramme["maaltall"].isin(ANTALL)]
    tall = dict(zip(nokkelutlevering._cells(antall), antall["verdi"].astype(int), strict=True))
    flyt = ("overgang", "2026-06-15", "alle")
    for dag, ende in (("2026-01-02", ("ukjent", "alle")), ("2026-06-15", ("alle", "ukjent"))):
        like = Ligning(("tilmeldte", dag, "alle", "ukjent", ""), ((*flyt, *ende),))
        assert like in list(nokkelutlevering.equations(tall, ramme))


def test_what_is_computed_of_few_is_hidden_even_where_no_count_is() -> None:
    median = ("ventetid_median", JUNI.isoformat(), "Grenland", "", "")
    assert nokkelutlevering._rests_on_hidden(median, 4, JUNI, frozenset(), REGEL)
    assert not nokkelutlevering._rests_on_hidden(median, 5, JUNI, frozenset(), REGEL)
    andel = ("andel_innen", JUNI.isoformat(), "Grenland", "innen_14_dager", "")
    for gruppe, skjules in (("0_7_dager", True), ("8_14_dager", True), ("15_30_dager", False), ("alle", True)):
        skjult = frozenset({("forste_kontakt", JUNI.isoformat(), "Grenland", gruppe, "")})
        assert nokkelutlevering._rests_on_hidden(andel, 50, JUNI, skjult, REGEL) == skjules


def test_all_the_tables_together_leave_every_hidden_number_open(bygd: Any) -> None:
    """As one would try who has them all, with a solver that is not ours."""
    crowd(bygd)
    ramme = figures(bygd)
    skjult = nokkelutlevering.hidden(ramme, JUNI, REGEL)
    antall = ramme["maaltall"].isin(ANTALL)
    celler = dict(zip(nokkelutlevering._cells(ramme[antall]), ramme.loc[antall, "verdi"], strict=True))
    ukjente = nokkelutlevering._cells(ramme[antall & skjult])
    ligninger = list(nokkelutlevering.equations({c: int(v) for c, v in celler.items()}, ramme))
    koeff = np.array([[lig.deler.count(u) - (lig.sum_ == u) for u in ukjente] for lig in ligninger])
    hoyre = koeff @ np.array([celler[u] for u in ukjente])
    assert len(ukjente) > 8
    for vekt in np.eye(len(ukjente)):
        minst, mest = (linprog(tegn * vekt, A_eq=koeff, b_eq=hoyre, bounds=(1, 1000)).fun * tegn for tegn in (1, -1))
        assert mest - minst >= 1


def test_shares_and_waits_of_few_or_of_hidden_counts_are_hidden_too(bygd: Any) -> None:
    crowd(bygd)
    ramme = figures(bygd)
    skjult = ramme[nokkelutlevering.hidden(ramme, JUNI, limits(JUNI))]
    steder = set(zip(skjult["maaltall"], skjult["region"], strict=True))
    assert ("ventetid_median", "Grenland") in steder
    assert ("ventetid_median", "alle") not in steder
    assert ("andel_innen", "alle") not in steder
    bygd.person(kommunenummer="3907", kontakt_dato="2025-09-21")
    ramme = figures(bygd)
    skjult = ramme[nokkelutlevering.hidden(ramme, JUNI, limits(JUNI))]
    assert {"ventetid_median", "ventetid_p90", "andel_innen"} <= set(
        skjult.loc[skjult["region"] == "Vestfold sør", "maaltall"]
    )


def test_the_page_the_view_and_the_file_show_the_same_numbers(bygd: Any) -> None:
    crowd(bygd)
    ramme = figures(bygd)
    nokkelside.write(bygd.fresh(), ramme, JUNI)
    html = (bygd.hjem.mappe / "rapporter/sider/nokkeltall/2026-06-15/index.html").read_text("utf-8")
    assert (
        '<tr><th scope="row">15. juni 2026</th><td class="tall">8</td><td class="tall">0</td><td class="tall">12</td>'
        in html
    )
    vist = visninger.show(bygd.fresh(), "nokkeltall", JUNI)
    assert list(vist["verdi"].dropna().astype(float)) == list(ramme["verdi"].dropna())
    rader = json.loads(vist.to_json(orient="records"))
    assert [rad["verdi"] for rad in rader if rad["maaltall"] == "tilmeldte"][-1] == 0


def test_the_page_is_for_people_and_names_nobody(bygd: Any) -> None:
    bygd.person(fornavn="Kanari", etternavn="Fuglesang", adresselinje1="Hemmeligveien 7")
    side = nokkelside.write(bygd.fresh(), figures(bygd), JUNI, bygd.at("2026-06-16T08:00"))
    assert side.adresse == "rapporter/sider/nokkeltall/2026-06-15-kjent-2026-06-16T0800/index.html"
    html = (bygd.hjem.mappe / side.adresse).read_text("utf-8")
    assert "slik det var kjent 16.06.2026 08:00" in html
    assert html.count("<svg") == html.count("<figure") == 4
    assert html.count("<caption>") == 6
    assert not [ord_ for ord_ in ("Kanari", "Fuglesang", "Hemmeligveien", "_dager", "oppfolging") if ord_ in html]


@pytest.mark.parametrize(("vises", "bare_vis"), [(True, False), (True, True), (False, False)])
def test_a_run_links_to_the_page_where_pages_can_be_opened(
    bygd: Any, monkeypatch: pytest.MonkeyPatch, vises: bool, bare_vis: bool
) -> None:
    bygd.person()
    if vises:
        monkeypatch.setenv(sider.ADRESSE, "http://127.0.0.1:4201")
    svar = bygd.run("17-forberede-udir-juni", "2026-06-01T08:00", bare_vis=bare_vis)
    side = bygd.hjem.mappe / "rapporter/sider/nokkeltall/2026-06-15/index.html"
    assert side.is_file() == (vises and not bare_vis)
    assert ("Nøkkeltall" in [enkelt.tittel for enkelt in svar.sider]) == (vises and not bare_vis)


@pytest.mark.parametrize(
    "dobbelt",
    ['navn = "Alle"\nkommuner = ["4001"]', 'navn = "Nord"\nkommuner = ["4001"]', 'navn = "Sør"\nkommuner = ["3901"]'],
)
def test_a_municipality_is_in_one_region_and_a_region_is_named_once(bygd: Any, dobbelt: str) -> None:
    from tasks.feil import BrukerFeil

    sti = bygd.hjem.mappe / "innstillinger.toml"
    innhold, _, _ = sti.read_text("utf-8").partition("# Regionene i nøkkeltallene")
    sti.write_text(f'{innhold}[[regioner]]\nnavn = "Nord"\nkommuner = ["3901"]\n[[regioner]]\n{dobbelt}\n', "utf-8")
    assert {nokkeltall.ALLE, nokkeltall.IKKE_OPPGITT, nokkeltall.ANNEN_KOMMUNE} == IKKE_REGIONER
    with pytest.raises(BrukerFeil, match="regioner"):
        _ = home(bygd.hjem.mappe).innstillinger
