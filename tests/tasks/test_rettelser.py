"""Corrections to facts: all or none, only where the old value is what the register holds, and a ledger of every try."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.kommandoer.rette import correct
from schemas.rettelser import Rettelsesvalg, Rettet
from tasks import kodeverk, visninger
from tasks.feil import BrukerFeil
from tasks.register import fakta
from tasks.rettelser import apply_corrections
from tests.tasks.conftest import synthetic_number

HODE = ["Person", "Felt", "Gyldig_fra", "Gammel_verdi", "Ny_verdi", "Aarsakskode", "Begrunnelse", "Av", "Dato"]
DAG, NAA = "02.01.2026", "2026-04-01T08:00"
KANARI = "kanarigrunn"


def row(person: str, felt: str, gammel: str, ny: str, arsak: str = "skrivefeil", **annet: str) -> list[str]:
    felter = {"gyldig_fra": DAG, "begrunnelse": KANARI, "av": "Kari", "dato": "01.04.2026"} | annet
    return [
        person, felt, felter["gyldig_fra"], gammel, ny, arsak, felter["begrunnelse"], felter["av"], felter["dato"],
    ]  # fmt: skip


def put(bygd: Any, *rader: list[str], navn: str = "rettelser.csv") -> Path:
    bygd.hjem.innboks.mkdir(exist_ok=True)
    sti: Path = bygd.hjem.innboks / navn
    sti.write_text("\n".join(";".join(rad) for rad in [HODE, *rader]) + "\n", "utf-8")
    return sti


def use(bygd: Any, tid: str = NAA, **valg: bool) -> Rettet:
    return apply_corrections(bygd.fresh(), bygd.at(tid), **valg)


def refused(bygd: Any, *koder: str) -> str:
    """The refusal's message, which names the rows and codes and no value."""
    with pytest.raises(BrukerFeil, match="ÅH-2201") as feil:
        use(bygd)
    for nummer, kode in enumerate(koder, start=2):
        assert not kode or f"rad {nummer}: {kode}" in str(feil.value)
    assert KANARI not in str(feil.value)
    return str(feil.value)


def holds(bygd: Any, person: str, felt: str, dag: str = "2026-04-01") -> str:
    with bygd.hjem.register.transaction("prøve") as con:
        ramme = fakta.current(con, [felt], date.fromisoformat(dag)).set_index("person_id")
    return str(ramme.loc[person, felt])


def ledger(bygd: Any) -> list[tuple[Any, ...]]:
    return bygd.ask("SELECT rettelse_id, rad_nr, felt, tilstand, grunn FROM rettelse ORDER BY tid, rettelse_id, rad_nr")


def facts(bygd: Any) -> int:
    return int(bygd.ask("SELECT count(*) FROM fakta")[0][0])


def test_a_correction_whose_old_value_fits_is_a_new_fact_and_the_file_leaves_the_inbox(bygd: Any) -> None:
    person = bygd.person()
    sti = put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    assert use(bygd) == Rettet(rettelse_id="R2026-1", filer=1, brukt=1)
    assert holds(bygd, person, "poststed") == "HORTEN"
    assert bygd.ask("SELECT kjoring_id, gyldig_fra FROM fakta ORDER BY lopenr DESC LIMIT 1") == [
        ("R2026-1", date(2026, 1, 2))
    ]
    assert ledger(bygd) == [("R2026-1", 2, "poststed", "brukt", "")]
    assert bygd.ask("SELECT fil, format, innhold FROM raafil")[0][:2] == ("rettelser.csv", "rettelser")
    assert not sti.exists()


def test_one_row_that_does_not_fit_stops_them_all_and_stays_in_the_ledger(bygd: Any) -> None:
    person = bygd.person()
    sti = put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"), row(person, "fornavn", "Aase", "Åsa"))
    foer = facts(bygd)
    assert "rad 2" not in refused(bygd, "", "ÅH-2213")
    assert (facts(bygd), holds(bygd, person, "poststed"), sti.exists()) == (foer, "TØNSBERG", True)
    assert ledger(bygd) == [
        ("R2026-1", 2, "poststed", "ikke_brukt", "ÅH-2218"),
        ("R2026-1", 3, "fornavn", "ikke_brukt", "ÅH-2213"),
    ]
    assert bygd.ask("SELECT count(*) FROM raafil") == [(0,)]


def test_one_file_that_does_not_fit_stops_the_others_of_the_run(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"), navn="rettelser_1.csv")
    put(bygd, row(person, "poststed", "TØNSBERG", "LARVIK"), navn="rettelser_2.csv")
    assert "rettelser_2.csv rad 2: ÅH-2213" in refused(bygd)
    assert holds(bygd, person, "poststed") == "TØNSBERG"
    assert {(tilstand, grunn) for *_, tilstand, grunn in ledger(bygd)} == {
        ("ikke_brukt", "ÅH-2218"), ("ikke_brukt", "ÅH-2213"),
    }  # fmt: skip


def test_what_was_refused_holds_no_value_and_no_words_in_the_ledger(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "fornavn", "Kanarigammel", "Kanarinavn"), ["kanari", "skjev"])
    refused(bygd, "ÅH-2213", "ÅH-2103")
    assert "anari" not in str(bygd.ask("SELECT * FROM rettelse"))


def test_the_very_same_file_again_changes_nothing_and_says_so(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    use(bygd)
    foer = facts(bygd)
    sti = put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"), navn="rettelser igjen.csv")
    resultat = use(bygd)
    assert resultat == Rettet(alt_brukt=1)
    assert "var brukt før" in resultat.oppsummering()
    assert (facts(bygd), sti.exists(), len(ledger(bygd))) == (foer, False, 1)


def test_a_file_whose_correction_was_taken_back_may_be_used_again(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    use(bygd)
    bygd.change(person, "2026-01-02", "2026-04-02T08:00", poststed="TØNSBERG")
    sql = "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid) VALUES ('R2026-1', 'A', 'Kari', '', ?)"
    bygd.write(sql, [[bygd.at("2026-04-02T08:00")]])
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    assert use(bygd, "2026-04-03T08:00").rettelse_id == "R2026-2"
    assert holds(bygd, person, "poststed") == "HORTEN"


def test_a_dry_run_says_what_would_be_done_and_leaves_everything(bygd: Any) -> None:
    person = bygd.person()
    sti = put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    foer = facts(bygd)
    resultat = use(bygd, bare_vis=True)
    assert resultat == Rettet(filer=1, brukt=1)
    assert "Ingenting er endret" in resultat.oppsummering()
    assert (facts(bygd), ledger(bygd), sti.exists()) == (foer, [], True)
    put(bygd, row(person, "poststed", "x", "HORTEN"))
    with pytest.raises(BrukerFeil, match="ÅH-2201"):
        use(bygd, bare_vis=True)
    assert ledger(bygd) == []


def test_an_empty_inbox_is_nothing_to_do(bygd: Any) -> None:
    assert use(bygd) == Rettet()
    assert "Ingen rettelser" in Rettet().oppsummering()


def test_the_person_may_be_named_by_national_id(bygd: Any) -> None:
    person = bygd.person(fodselsdato="2007-03-14")
    put(bygd, row(synthetic_number("2007-03-14", int(person[1:])), "poststed", "TØNSBERG", "HORTEN"))
    assert use(bygd).brukt == 1
    assert holds(bygd, person, "poststed") == "HORTEN"


def test_a_number_in_the_register_that_has_become_another_s_still_finds_the_person(bygd: Any) -> None:
    naa, foer = bygd.person(), bygd.person()
    sql = (
        "INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid) VALUES (?, ?, 'K', TIMESTAMP '2026-02-01')"
    )
    bygd.write(sql, [[foer, naa]])
    put(bygd, row(foer, "poststed", "TØNSBERG", "HORTEN"))
    use(bygd)
    assert holds(bygd, naa, "poststed") == "HORTEN"
    assert bygd.ask("SELECT person_id FROM rettelse") == [(naa,)]


@pytest.mark.parametrize(
    ("felt", "gammel", "ny", "arsak", "kode"),
    [
        ("skonummer", "", "42", "skrivefeil", "ÅH-2212"),
        ("ikkesoker_skoleaar", "20262027", "", "skrivefeil", "ÅH-2212"),
        ("fornavn' --", "", "x", "skrivefeil", "ÅH-2212"),
        ("poststed", "TØNSBERG", "TØNSBERG", "skrivefeil", "ÅH-2214"),
        ("poststed", "tønsberg", "HORTEN", "skrivefeil", "ÅH-2213"),
        ("tiltak_fra_dato", "i går", "01.04.2026", "skrivefeil", "ÅH-2213"),
        ("fornavn", "Åse", "", "skrivefeil", "ÅH-2101"),
        ("postnummer", "3116", "316", "skrivefeil", "ÅH-2121"),
        ("kommunenummer", "3905", "0301", "skrivefeil", "ÅH-2122"),
        ("ot_status", "OTUK", "OTXX", "skrivefeil", "ÅH-2131"),
        ("tilmeldt_dato", "20.09.2025", "2025-09-21", "skrivefeil", "ÅH-2141"),
        ("tilmeldt_dato", "20.09.2025", "02.04.2026", "skrivefeil", "ÅH-2142"),
        ("fodselsnummer", "x", "12345678901", "skrivefeil", "ÅH-2112"),
        ("poststed", "TØNSBERG", "HORTEN", "fordi", "ÅH-2131"),
        ("poststed", "TØNSBERG", "HORTEN", "", "ÅH-2101"),
    ],
)
def test_a_row_that_may_not_be_used_is_told_by_its_code(
    bygd: Any, felt: str, gammel: str, ny: str, arsak: str, kode: str
) -> None:
    put(bygd, row(bygd.person(), felt, gammel, ny, arsak))
    refused(bygd, kode)


def test_a_row_must_say_whom_why_by_whom_and_when(bygd: Any) -> None:
    person = bygd.person()
    rett = ("poststed", "TØNSBERG", "HORTEN")
    put(
        bygd,
        row("P9999999", *rett), row("Åse", *rett), row("", *rett), row(person, *rett, begrunnelse=" "),
        row(person, *rett, av=""), row(person, *rett, dato=""), row(person, *rett, dato="02.04.2026"),
        row(person, *rett, gyldig_fra="31.02.2026"),
    )  # fmt: skip
    refused(bygd, "ÅH-2211", "ÅH-2211", "ÅH-2101", "ÅH-2101", "ÅH-2101", "ÅH-2101", "ÅH-2142", "ÅH-2141")


def test_the_same_fact_corrected_twice_from_the_same_day_is_refused(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"), row(person, "poststed", "TØNSBERG", "LARVIK"))
    refused(bygd, "ÅH-2216", "ÅH-2216")


def test_many_rows_that_do_not_fit_are_counted_and_the_first_are_shown(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, *[row(person, "skonummer", "", "1")] * 30)
    melding = refused(bygd)
    assert "30 rader" in melding
    assert "og 10 til" in melding


def test_values_are_written_as_the_register_writes_them(bygd: Any) -> None:
    person = bygd.person()
    put(
        bygd,
        row(person, "tilmeldt_dato", "20.09.2025", "21.09.2025"),
        row(person, "kommunenummer", "3803", "3801"),
        row(person, "raadgiver", "R05", ""),
    )
    use(bygd)
    naa = [holds(bygd, person, felt) for felt in ("tilmeldt_dato", "kommunenummer", "raadgiver")]
    assert naa == ["2025-09-21", "3901", ""]


def test_the_old_value_is_that_of_the_day_the_correction_holds_from(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-03-01", poststed="HORTEN")
    put(bygd, row(person, "poststed", "TØNSBERG", "LARVIK", gyldig_fra="28.02.2026"))
    use(bygd)
    assert holds(bygd, person, "poststed", "2026-02-28") == "LARVIK"
    assert holds(bygd, person, "poststed", "2026-03-01") == "HORTEN"


@pytest.mark.parametrize(
    ("felt", "foer", "ny", "arsak", "kode"),
    [
        ("adressegradering_otto", "ugradert", "fortrolig", "opplyst_av_ungdom", ""),
        ("adressegradering_otto", "fortrolig", "strengtFortrolig", "skrivefeil", ""),
        ("adressegradering_otto", "fortrolig", "", "skrivefeil", ""),
        ("adressegradering_otto", "fortrolig", "ugradert", "feil_i_kilde", "ÅH-2215"),
        ("adressegradering_vigo", "mangler", "ugradert", "opplyst_av_ungdom", "ÅH-2215"),
        ("foresatt1_adressegradering_vigo", "fortrolig", "ugradert", "skrivefeil", "ÅH-2215"),
        ("adressegradering_otto", "fortrolig", "ugradert", "kontrollert_i_folkeregisteret", ""),
        ("personstatus", "doed", "bosatt", "feil_person", "ÅH-2215"),
        ("personstatus", "doed", "bosatt", "kontrollert_i_folkeregisteret", ""),
        ("personstatus", "bosatt", "doed", "opplyst_av_foresatt", ""),
    ],
)
def test_anyone_may_close_but_only_a_check_of_the_national_register_opens(
    bygd: Any, felt: str, foer: str, ny: str, arsak: str, kode: str
) -> None:
    person = bygd.person(**{felt: foer})
    put(bygd, row(person, felt, foer, ny, arsak))
    if kode:
        refused(bygd, kode)
    else:
        use(bygd)
    assert holds(bygd, person, felt) == (foer if kode else ny or "mangler")


def test_a_corrected_number_takes_the_birth_date_along(bygd: Any) -> None:
    person = bygd.person(fodselsdato="2007-03-14")
    gammelt, nytt = synthetic_number("2007-03-14", int(person[1:])), synthetic_number("2008-05-17", 40)
    put(bygd, row(person, "fodselsnummer", gammelt, nytt))
    use(bygd)
    assert (holds(bygd, person, "fodselsnummer"), holds(bygd, person, "fodselsdato")) == (nytt, "2008-05-17")


def test_a_number_that_another_has_is_refused(bygd: Any) -> None:
    en, annen = bygd.person(), bygd.person()
    numre = [synthetic_number("2007-03-14", int(person[1:])) for person in (en, annen)]
    put(bygd, row(en, "fodselsnummer", *numre))
    refused(bygd, "ÅH-2217")


def test_a_file_that_cannot_be_read_says_so_itself_and_stands_in_the_ledger(bygd: Any) -> None:
    put(bygd)
    with pytest.raises(BrukerFeil, match="ÅH-2014"):
        use(bygd)
    assert ledger(bygd) == [("R2026-1", 0, "", "ikke_brukt", "ÅH-2014")]


def test_a_workbook_is_read_like_the_file(bygd: Any) -> None:
    person = bygd.person()
    bok, ut = openpyxl.Workbook(), io.BytesIO()
    rett = row(person, "poststed", "TØNSBERG", "HORTEN")
    bok.active.append(HODE)
    bok.active.append([*rett[:2], date(2026, 1, 2), *rett[3:8], date(2026, 4, 1)])
    bok.save(ut)
    bygd.hjem.innboks.mkdir(exist_ok=True)
    (bygd.hjem.innboks / "rettelser uke 14.xlsx").write_bytes(ut.getvalue())
    assert use(bygd).brukt == 1
    assert holds(bygd, person, "poststed") == "HORTEN"


def test_the_view_shows_the_ledger_and_values_only_when_asked(bygd: Any) -> None:
    person = bygd.person()
    put(bygd, row(person, "poststed", "TØNSBERG", "HORTEN"))
    use(bygd)
    vist = visninger.show(bygd.fresh(), "rettelser").to_dict("records")[0]
    assert (vist["person_id"], vist["felt"], vist["av"], vist["tilstand"]) == (person, "poststed", "Kari", "brukt")
    assert vist["rettet_tid"] == "2026-04-01T08:00:00+02:00"
    assert not {"HORTEN", "TØNSBERG", KANARI} & set(map(str, vist.values()))
    alt = visninger.show(bygd.fresh(), "rettelser", persondata_for="kari").to_dict("records")[0]
    assert (alt["gammel_verdi"], alt["ny_verdi"], alt["begrunnelse"]) == ("TØNSBERG", "HORTEN", KANARI)


def test_the_command_uses_what_lies_in_the_inbox(bygd: Any, capsys: pytest.CaptureFixture[str]) -> None:
    put(bygd, row(bygd.person(), "poststed", "TØNSBERG", "HORTEN"))
    assert correct(now=NAA, dry_run=True) == 0
    assert "kan brukes" in capsys.readouterr().out
    assert correct(now=NAA) == 0
    assert "1 rettelser i 1 filer er brukt (R2026-1)" in capsys.readouterr().out
    assert correct(now=NAA, json=True) == 0
    assert '"rettelse_id": null' in capsys.readouterr().out


def test_the_flow_carries_no_value_out_of_a_refusal(bygd: Any) -> None:
    from deployments.rader import service_flow

    put(bygd, row(bygd.person(), "fornavn", "Kanari", "Kanarinavn"))
    with pytest.raises(BrukerFeil) as feil:
        service_flow("rettelser").fn(Rettelsesvalg(naa=bygd.at(NAA)))
    assert (feil.value.__context__, "anari" in str(feil.value)) == (None, False)


def test_every_reason_that_may_open_has_its_ground() -> None:
    apner = [rad for rad in kodeverk.all_rows("kodeverk/rettelsesaarsaker") if rad["kan_apne"] == "ja"]
    assert [rad["kode"] for rad in apner] == ["kontrollert_i_folkeregisteret"]


@pytest.fixture(scope="module")
def liten(lag_bygd: Any) -> Any:
    bygd = lag_bygd()
    bygd.folk = [bygd.person() for _ in range(3)]
    return bygd


RAD = st.tuples(
    st.integers(0, 3), st.sampled_from(["poststed", "fornavn"]), st.sampled_from("ABC"), st.sampled_from("ABC")
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RAD, min_size=1, max_size=4))
def test_either_every_row_is_in_the_register_or_nothing_has_changed(liten: Any, rader: list[Any]) -> None:
    folk = [*liten.folk, "P9999999"]
    foer = {(p, felt): holds(liten, p, felt) for p in liten.folk for felt in ("poststed", "fornavn")}
    sti = put(
        liten, *[row(folk[n], felt, foer.get((folk[n], felt), "") if g == "A" else g, ny) for n, felt, g, ny in rader]
    )
    nokler = [(folk[n], felt) for n, felt, _, _ in rader]
    gaar = len(set(nokler)) == len(nokler) and all(
        nokkel in foer and (g == "A" or g == foer[nokkel]) and ny != foer[nokkel]
        for nokkel, (_, _, g, ny) in zip(nokler, rader, strict=True)
    )
    try:
        assert (use(liten).brukt == len(rader)) or not gaar
    except BrukerFeil:
        assert not gaar
    sti.unlink(missing_ok=True)
    ventet = foer | ({nokkel: rad[3] for nokkel, rad in zip(nokler, rader, strict=True)} if gaar else {})
    assert {nokkel: holds(liten, *nokkel) for nokkel in foer} == ventet
