"""The training county: the same every time, like the published figures, and never anyone's number."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from deployments.demo import Demo, Svar, answers, write_answers, write_demo
from deployments.demo.grunnlag import distribution, quotas
from deployments.demo.nummer import must_be_synthetic
from schemas.fodselsnummer import Idtype, classify
from tasks.feil import ProgramFeil
from tasks.filer import DATA

Rad = dict[str, str]
AAR = 2026
START = f"demo/oppstart/otto_uttrekk_{AAR}-01-02.csv"
VIGO = [
    f"demo/post/{AAR}-03-13/vigo_ikkesokere_{AAR}-03-13.csv",
    f"demo/post/{AAR}-04-17/vigo_ikkesokere_{AAR}-04-17.csv",
    f"demo/post/{AAR}-09-04/vigo_ot_linjer_{AAR}-09-04.csv",
]
OTTO = [f"demo/post/{AAR}-{dag}/otto_uttrekk_{AAR}-{dag}.csv" for dag in ("02-06", "05-29", "10-30")]
SOKERE = [f"demo/post/{AAR}-{dag}/vigo_sokere_{AAR}-{dag}.csv" for dag in ("01-23", "02-25", "04-15")]
SKOLER = f"demo/post/{AAR}-01-26/skole_oversikt_{AAR}-01-26.csv"
FRA_SKOLENE = re.compile(r"demo/post/\d{4}-(\d\d-\d\d)/(skole_avklaring|skole_ikke_mott)_\d{5}")
"""The files that come from one school each: which schools have something to tell is by chance."""


def contents(hjem: Path) -> dict[str, bytes]:
    """Return every file under a home."""
    return {str(sti.relative_to(hjem)): sti.read_bytes() for sti in sorted(hjem.rglob("*")) if sti.is_file()}


def make(hjem: Path, demo: Demo) -> dict[str, bytes]:
    """Write a county and return its files."""
    write_demo(hjem, demo)
    return contents(hjem)


def sorted_post(filer: dict[str, bytes]) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the files that are the county's own, and the day and kind of those that come from schools."""
    fra = {sti: funnet.groups() for sti in filer if (funnet := FRA_SKOLENE.match(sti))}
    return set(filer) - fra.keys(), set(fra.values())


def read(innhold: bytes, tegnsett: str = "utf-8-sig") -> list[Rad]:
    """Return the rows of a file, by its own headings."""
    return list(csv.DictReader(io.StringIO(innhold.decode(tegnsett), newline=""), delimiter=";"))


def rows(filer: dict[str, bytes], sti: str) -> list[Rad]:
    """Return the rows of a county's file in the encoding it is written in."""
    return read(filer[sti], "cp1252" if "ot_linjer" in sti else "utf-8-sig")


@pytest.fixture(scope="module")
def hjem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the county at its published size."""
    mappe = tmp_path_factory.mktemp("hjem")
    write_demo(mappe, Demo())
    return mappe


@pytest.fixture(scope="module")
def fylket(hjem: Path) -> dict[str, bytes]:
    """The files of the county at its published size."""
    return contents(hjem)


def test_the_same_seed_gives_the_same_bytes(fylket: dict[str, bytes], tmp_path: Path) -> None:
    assert make(tmp_path, Demo()) == fylket


def test_another_seed_gives_another_county(fylket: dict[str, bytes], tmp_path: Path) -> None:
    annet = make(tmp_path, Demo(fro=2))
    assert sorted_post(annet) == sorted_post(fylket)
    assert [sti for sti in fylket if annet.get(sti) == fylket[sti]] == ["innstillinger.toml", "logo.svg"]


def test_the_post_arrives_on_the_days_of_the_wheel(fylket: dict[str, bytes]) -> None:
    felles, fra_skolene = sorted_post(fylket)
    hjemmets = {"innstillinger.toml", "logo.svg", "krr.json", "demo/demo.toml"}
    assert felles == {*hjemmets, START, *VIGO, *OTTO, *SOKERE, SKOLER}
    assert fra_skolene == {
        ("08-21", "skole_avklaring"), ("08-28", "skole_ikke_mott"), ("09-04", "skole_ikke_mott"),
        ("10-15", "skole_avklaring"),
    }  # fmt: skip


def test_only_the_owner_can_read_the_files(hjem: Path) -> None:
    assert {sti.stat().st_mode & 0o777 for sti in hjem.rglob("*") if sti.is_file()} == {0o600}


def test_another_year_moves_the_files_and_keeps_weekdays(tmp_path: Path) -> None:
    filer = make(tmp_path, Demo(ungdom=20, aar=2027))
    dager = {date.fromisoformat(sti.split("/")[2]) for sti in filer if sti.startswith("demo/post")}
    assert {dag.year for dag in dager} == {2027}
    assert max(dag.weekday() for dag in dager) <= 4


def test_the_register_has_the_published_statuses(fylket: dict[str, bytes]) -> None:
    register = rows(fylket, START)
    grupper = {rad["kode"]: rad["gruppenavn"] for rad in read((DATA / "kodeverk" / "ot_status.csv").read_bytes())}
    antall = Counter(grupper[rad["OTstatus"]] for rad in register)
    assert antall == {"aktivitet": 600, "avklart": 273, "oppfolging": 237, "ukjent": 31}
    assert len({rad["Fodselsnummer"] for rad in register}) == 1141


def test_contact_is_recorded_for_all_but_the_unknown(fylket: dict[str, bytes]) -> None:
    for sti in (START, *OTTO):
        assert all((rad["Kontaktdato"] == "") == (rad["OTstatus"] == "OTUK") for rad in rows(fylket, sti))


@pytest.mark.parametrize("ungdom", [1, 37, 250])
def test_other_sizes_sum_to_the_number_asked_for(tmp_path: Path, ungdom: int) -> None:
    assert len(rows(make(tmp_path, Demo(ungdom=ungdom)), START)) == ungdom


def test_quotas_give_the_rest_to_the_largest_remainders() -> None:
    assert quotas(37, distribution()["status"]) == {"aktivitet": 19, "avklart": 9, "oppfolging": 8, "ukjent": 1}


def test_reasons_and_ages_are_those_of_the_sources(fylket: dict[str, bytes]) -> None:
    register = rows(fylket, START)
    grunn = {rad["kode"]: rad["tilmeldingsgrunn"] for rad in read((DATA / "kodeverk" / "vigo_koder.csv").read_bytes())}
    alle = [(AAR - 2000 - int(rad["Fodselsnummer"][4:6]), grunn[rad["Tilmeldingsgrunn"]]) for rad in register]
    andel = {navn: antall / len(alle) for navn, antall in Counter(navn for _, navn in alle).items()}
    forventet = {"ikke_sokt": 0.35, "sluttet": 0.31, "takket_nei": 0.17, "andre_grunner": 0.17}
    assert andel == pytest.approx(forventet, abs=0.01)
    tjue = Counter(navn for alder, navn in alle if alder == 20)
    assert tjue["ikke_sokt"] / tjue.total() == pytest.approx(0.61, abs=0.01)
    assert {alder for alder, _ in alle} == {16, 17, 18, 19, 20}


def test_no_number_in_any_file_can_belong_to_a_person(fylket: dict[str, bytes]) -> None:
    for sti, innhold in fylket.items():
        tekst = innhold.decode("cp1252" if "ot_linjer" in sti else "utf-8")
        numre = re.findall(r"(?<!\d)\d{10,11}(?!\d)", tekst)
        arter = classify(pa.array(numre, pa.string()), ["000"]).tolist()
        assert not {Idtype.ORDINAER, Idtype.D_NUMMER} & set(arter)
        assert all(81 <= int(nummer[2:4]) <= 92 for nummer in numre)
        assert "vigo" in sti or set(arter) <= {Idtype.SYNTETISK, Idtype.FIKTIVT}


def test_a_number_with_an_ordinary_month_is_refused_without_being_told() -> None:
    with pytest.raises(ProgramFeil) as feil:
        must_be_synthetic("140506999")
    assert "1405" not in str(feil.value)


def test_headings_and_line_ends_are_those_of_the_formats(fylket: dict[str, bytes]) -> None:
    for sti in (START, *VIGO, *OTTO):
        navn = Path(sti).stem.rpartition("_")[0]
        kolonner = tomllib.loads((DATA / "formater" / f"{navn}.toml").read_text(encoding="utf-8"))["kolonner"]
        linjer = fylket[sti].decode("cp1252" if "ot_linjer" in sti else "utf-8-sig").split("\r\n")
        assert linjer[0] == ";".join(kolonne["overskrift"] for kolonne in kolonner)
        assert linjer[-1] == ""
        assert not any("\n" in linje for linje in linjer)


def test_the_old_system_s_file_is_not_utf_8(fylket: dict[str, bytes]) -> None:
    with pytest.raises(UnicodeDecodeError):
        fylket[VIGO[2]].decode("utf-8")
    assert fylket[START].startswith(b"\xef\xbb\xbf")


def test_protected_people_have_no_street_in_any_file(fylket: dict[str, bytes]) -> None:
    for sti in (START, *VIGO, *OTTO):
        for rad in rows(fylket, sti):
            assert rad["Adressegradering"] == "ugradert" or rad["Adresselinje1"] == ""
            for nummer in ("Foresatt1", "Foresatt2"):
                assert rad[f"{nummer}Adressegradering"] == "ugradert" or rad[f"{nummer}Adresselinje1"] == ""
    skrivemaater = {rad["Adressegradering"] for rad in rows(fylket, START)}
    assert skrivemaater == {"ugradert", "fortrolig", "strengtFortrolig", "KODE 6", "kode7", "SPERRET ADRESSE", ""}


def test_nearly_everyone_under_18_has_a_guardian_on_file(fylket: dict[str, bytes]) -> None:
    for sti in OTTO[:2]:
        unge = [rad for rad in rows(fylket, sti) if int(rad["Fodselsnummer"][4:6]) > AAR - 2000 - 18]
        assert unge
        assert 0.85 < sum(rad["Foresatt1Navn"] != "" for rad in unge) / len(unge) < 1


def test_guardians_come_in_the_shapes_that_letters_must_cope_with(fylket: dict[str, bytes]) -> None:
    med = [rad for rad in rows(fylket, OTTO[1]) if rad["Foresatt2Navn"]]
    assert {rad["Foresatt2Foreldreansvar"] for rad in med} == {"J", "N", ""}
    assert any(rad["Foresatt2Fodselsnummer"] == "" for rad in med)
    assert any(rad["Foresatt2Adressegradering"] != "ugradert" for rad in med)
    assert {rad["Foresatt1Adresselinje1"] == rad["Foresatt2Adresselinje1"] for rad in med} == {True, False}


def test_the_lists_have_the_sizes_that_were_asked_for(fylket: dict[str, bytes]) -> None:
    mars, komplett, linjer = ([rad["Fodselsnummer"] for rad in rows(fylket, sti)] for sti in VIGO)
    kjente = {rad["Fodselsnummer"] for rad in rows(fylket, START)}
    assert (len(mars), len(komplett), len(linjer)) == (335, 426, 304)
    assert sum(nummer in kjente for nummer in komplett) / len(komplett) == pytest.approx(0.6, abs=0.02)
    assert set(mars) - set(komplett)
    assert set(komplett) - set(mars)


def test_someone_moves_between_the_two_lists(fylket: dict[str, bytes]) -> None:
    for_ = {rad["Fodselsnummer"]: rad["Adresselinje1"] for rad in rows(fylket, VIGO[0])}
    etter = {rad["Fodselsnummer"]: rad["Adresselinje1"] for rad in rows(fylket, VIGO[1])}
    flyttet = [nummer for nummer in for_ if nummer in etter and for_[nummer] != etter[nummer]]
    assert 1 <= len(flyttet) <= 20


def faults(filer: dict[str, bytes], sti: str) -> Counter[str]:
    """Count the faulty rows of a Vigo file by kind."""
    rader = rows(filer, sti)
    arter = classify(pa.array([rad["Fodselsnummer"] for rad in rader]), ["000"]).tolist()
    antall = Counter(rad["Fodselsnummer"] for rad in rader)
    kommuner = {rad["kode"] for rad in read((DATA / "kodeverk" / "kommuner.csv").read_bytes())}
    feil = Counter(Idtype(art).name for art in arter if art < Idtype.ORDINAER)
    for rad in rader:
        feil["kode"] += rad["Tilmeldingsgrunn"] == "OSXX"
        feil["navn"] += rad["Etternavn"] == ""
        feil["kommune"] += rad["Kommunenr"] not in kommuner
        feil["postnummer"] += len(rad["Postnummer"]) != 4
        feil["dato"] += not re.fullmatch(r"\d\d\.\d\d\.\d{4}", rad["Registrertdato"])
        feil["skoleaar"] += rad["Skoleaar"] != f"{AAR}{AAR + 1}"
    feil["dobbelt"] = sum(n - 1 for n in antall.values())
    return +feil


def test_every_kind_of_dirt_turns_up_in_the_year(fylket: dict[str, bytes]) -> None:
    per_fil = [faults(fylket, sti) for sti in VIGO]
    assert [feil.total() for feil in per_fil] == [5, 6, 4]
    assert len(sum(per_fil, Counter())) == 10


def test_some_rows_still_have_the_municipality_s_old_number(fylket: dict[str, bytes]) -> None:
    for sti in VIGO:
        assert 1 <= sum(rad["Kommunenr"].startswith("38") for rad in rows(fylket, sti)) <= 5


def test_ot_lines_have_the_codes_of_the_handbook(fylket: dict[str, bytes]) -> None:
    linjer = [rad for rad in rows(fylket, VIGO[2]) if rad["Tilmeldingsgrunn"] != "OSXX"]
    assert {rad["Tilmeldingsgrunn"] for rad in linjer} == {"OSNP", "OSUT", "OSVE", "OESL"}
    assert {rad["Ajourholdskode"] for rad in linjer} == {"N", "S", "V", ""}
    assert all((rad["Avbruddsdato"] != "") == (rad["Ajourholdskode"] == "S") for rad in linjer)


def test_the_contact_register_answers_for_everyone_once(fylket: dict[str, bytes]) -> None:
    personer = json.loads(fylket["krr.json"])["personer"]
    svart = Counter(person["personidentifikator"] for person in personer)
    assert max(svart.values()) == 1
    for sti in (START, *OTTO):
        for rad in rows(fylket, sti):
            felter = ("Fodselsnummer", "Foresatt1Fodselsnummer", "Foresatt2Fodselsnummer")
            assert all(rad[felt] in svart for felt in felter if rad[felt])
    andel = sum("digital_post" in person for person in personer) / len(personer)
    assert andel == pytest.approx(0.49, abs=0.03)
    assert {person["reservasjon"] for person in personer} == {"JA", "NEI"}
    assert {person.get("spraak") for person in personer} == {"nb", "nn", None}


def test_the_settings_are_whole(fylket: dict[str, bytes]) -> None:
    valg = tomllib.loads(fylket["innstillinger.toml"].decode())
    kommuner = {kommune for rad in valg["radgivere"] for kommune in rad["kommuner"]}
    i_dag = {rad["kode"] for rad in read((DATA / "kodeverk" / "kommuner.csv").read_bytes()) if not rad["erstattet_av"]}
    assert kommuner == i_dag
    assert [rad["id"] for rad in valg["radgivere"]] == [f"R{nummer:02}" for nummer in range(1, 26)]
    assert (valg["modus"], valg["radvalg"][0]["dato"]) == ("øve", date(2026, 6, 15))


@pytest.mark.parametrize(("aar", "dato"), [(2024, date(2024, 6, 17)), (2025, date(2025, 6, 16))])
def test_the_june_transfer_is_moved_past_a_weekend(tmp_path: Path, aar: int, dato: date) -> None:
    filer = make(tmp_path, Demo(ungdom=3, aar=aar))
    assert tomllib.loads(filer["innstillinger.toml"].decode())["radvalg"][0]["dato"] == dato


def test_each_youth_has_an_adviser_in_the_municipality(fylket: dict[str, bytes]) -> None:
    radgivere = tomllib.loads(fylket["innstillinger.toml"].decode())["radgivere"]
    kommuner = {rad["id"]: rad["kommuner"] for rad in radgivere}
    register = rows(fylket, START)
    assert all(rad["Kommunenr"] in kommuner[rad["Raadgiver"]] for rad in register)
    assert {rad["Raadgiver"] for rad in register} == kommuner.keys()


BREV = [(f"T{nummer:05}", f"p{nummer}") for nummer in range(1000)]


def test_about_as_many_answer_as_was_decided() -> None:
    assert 400 < len({svar.token for svar in answers(BREV, Demo(), "brev")}) < 500
    assert 300 < len({svar.token for svar in answers(BREV, Demo(), "16-purrebrev-ikkesokere")}) < 400


def test_the_same_letters_get_the_same_answers_in_any_order() -> None:
    def without_stranger(brev: list[tuple[str, str]]) -> list[Svar]:
        return [svar for svar in answers(brev, Demo(), "brev") if svar.token.startswith("T")]

    assert without_stranger(BREV) == without_stranger(BREV[::-1])
    assert without_stranger(BREV)[:100] == without_stranger(BREV[:500])[:100]
    assert answers(BREV, Demo(), "brev") != answers(BREV, Demo(fro=2), "brev")
    assert answers([], Demo(), "brev") == []


def test_the_answers_file_has_partial_double_and_unknown_answers(tmp_path: Path) -> None:
    dager = (date(2026, 5, 13), date(2026, 5, 24))
    sti = write_answers(tmp_path / "questback_svar_brev.csv", answers(BREV, Demo(), "brev"), dager)
    rader = read(sti.read_bytes())
    alternativer = {rad["alternativ"] for rad in read((DATA / "kodeverk" / "svar.csv").read_bytes())}
    assert {rad["Hva gjør du neste skoleår?"] for rad in rader if rad["Fullført"]} == alternativer
    assert any(rad["Fullført"] == "" for rad in rader)
    assert max(Counter(rad["Referanse"] for rad in rader).values()) == 2
    assert len([rad for rad in rader if rad["Referanse"] not in dict(BREV)]) == 1
    assert all("13.05.2026 08:00" <= rad["Startet"] < "24.05.2026 22:00" for rad in rader)
