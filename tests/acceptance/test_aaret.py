"""The year as a whole: the same twice, nothing twice, a correction exactly, and the past as it was known."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.kjoring import Kjoreresultat
from tasks import visninger
from tasks.arshjul import find_row
from tasks.kalender import run_time
from tasks.klokke import OSLO
from tests.acceptance.conftest import DEMO, SLUTT, Aar, play
from tests.acceptance.test_rader import BYGGEDE


def everything(aaret: Aar) -> dict[str, str]:
    return {navn: aaret.view(navn).to_csv() for navn in visninger.names()}


def test_the_same_seed_in_another_home_gives_the_same_views_and_outputs_to_the_byte(aaret: Aar, tmp_path: Path) -> None:
    andre = play(tmp_path / "andre", DEMO)
    assert everything(andre) == everything(aaret)
    assert andre.files("utboks") == aaret.files("utboks")
    assert len(aaret.files("utboks")) > 100


@pytest.mark.parametrize("rad", BYGGEDE)
def test_a_second_run_of_any_row_loads_proposes_and_sends_nothing(
    kopi: Aar, again: Callable[..., Kjoreresultat], rad: str
) -> None:
    def sent() -> dict[str, bytes]:
        """What left the house; the file for OTTO is always what OTTO lacks today."""
        return {navn: innhold for navn, innhold in kopi.files("utboks").items() if not navn.startswith("otto/")}

    for_ = sent()
    # A row that goes on for a while is asked when its season is over; nothing has happened since the others ran.
    forste = date(2027, 1, 5) if find_row(rad).rytme_uker else date(2026, 12, 1)
    for dag in (forste, forste + timedelta(days=1)):
        resultat = again(rad[:2], naa=run_time(dag))
        assert (resultat.lastet, resultat.foreslaatt, resultat.sendt, resultat.borte) == (0, 0, 0, 0)
    assert sent() == for_


def test_a_corrected_file_changes_exactly_what_was_corrected(kopi: Aar, again: Callable[..., Kjoreresultat]) -> None:
    navn = "vigo_ikkesokere_2026-04-17.csv"
    linjer = (kopi.hjem.mappe / "demo/post/2026-04-17" / navn).read_bytes().decode("utf-8-sig").split("\r\n")
    karantene = kopi.view("karantene")
    darlige = set(karantene.loc[karantene["rad"] == "12-innlasting-ikkesokere", "rad_nr"])
    rad_nr = next(nummer for nummer in range(2, len(linjer)) if nummer not in darlige)
    felt = linjer[rad_nr - 1].split(";")
    linjer[rad_nr - 1] = ";".join([felt[0], felt[1], "Rettet", *felt[3:]])
    (kopi.hjem.innboks / navn).write_bytes("\r\n".join(linjer).encode("utf-8-sig"))
    resultat = again("12", naa=datetime(2026, 5, 2, 8, tzinfo=OSLO))
    assert (resultat.lastet, resultat.borte, resultat.generasjon) == (1, 0, 2)
    assert kopi.ask("SELECT felt, verdi FROM fakta WHERE kjoring_id = ?", resultat.kjoring_id) == [
        ("etternavn", "Rettet")
    ]


def test_junes_transfer_made_again_in_november_as_known_in_june_is_the_same_bytes(
    kopi: Aar, again: Callable[..., Kjoreresultat]
) -> None:
    kjent = datetime(2026, 6, 15, 23, 59, tzinfo=OSLO)
    resultat = again("20", kjent_tid=kjent, naa=datetime(2026, 11, 21, 8, tzinfo=OSLO))
    levert, gjenskapt = kopi.files("utboks/udir"), kopi.files("utboks/udir/gjenskapt")
    assert resultat.sha256 == kopi.result("20").sha256
    assert resultat.foreslaatt == 0
    assert sorted(gjenskapt.values()) == sorted(
        levert[f"ot-udir-20-2026-06-15-v1.{ending}"] for ending in ("csv", "json")
    )


def test_knowing_more_gives_another_transfer_and_a_new_version(kopi: Aar, again: Callable[..., Kjoreresultat]) -> None:
    (person,) = kopi.ask("SELECT min(person_id) FROM fakta WHERE felt = 'ot_status' AND verdi = 'OTOV'")[0]
    with kopi.hjem.register.transaction("prøve") as con:
        con.execute(
            "INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)"
            " VALUES (?, 'ot_status', 'OTMI', DATE '2026-06-14', TIMESTAMP '2026-11-01 08:00', 'T')",
            [person],
        )
    resultat = again("20", naa=datetime(2026, 11, 21, 8, tzinfo=OSLO))
    assert resultat.foreslaatt == 1
    assert list(kopi.view("overforinger").query("rad == '20-overforing-udir-juni'")["versjon"]) == [1, 2]


def test_the_register_at_new_year_is_the_published_county(tmp_path: Path) -> None:
    aaret = play_start(tmp_path)
    grupper = aaret.view("ungdom", date(2026, 1, 2))["ot_gruppe"].value_counts().to_dict()
    assert grupper == {"aktivitet": 600, "avklart": 273, "oppfolging": 237, "ukjent": 31}


def play_start(mappe: Path) -> Aar:
    from deployments.demo import Demo
    from deployments.demofylke import make_demo
    from tasks.hjem import home

    with pytest.MonkeyPatch.context() as miljo:
        miljo.setenv("ARSHJUL_HOME", str(mappe / "hjem"))
        make_demo(home(), Demo())
        return Aar(home(mappe / "hjem"), {})


def test_views_carry_nobodys_id_name_or_address(aaret: Aar) -> None:
    sql = """SELECT DISTINCT verdi FROM fakta
             WHERE felt IN ('fodselsnummer', 'etternavn', 'adresselinje1') AND length(verdi) > 5"""
    verdier = {verdi for (verdi,) in aaret.ask(sql)}
    tekst = " ".join(everything(aaret).values())
    assert not [verdi for verdi in verdier if verdi in tekst]
    med_persondata = visninger.show(aaret.hjem, "ungdom", SLUTT, persondata_for="prøve").to_csv()
    assert any(verdi in med_persondata for verdi in verdier)
