"""What is committed in ``docs/`` is what would be made today, and every word, column and code is explained once."""

import csv
import re
from collections import Counter

import pytest

from deployments import dokumentasjon
from deployments.dokumentasjon import DOCS, code_list, documents, read_table, view_columns
from deployments.handbok import RADMAPPE
from deployments.markdown import DOKUMENTASJON, table
from deployments.program import KOMMANDOER
from schemas.innfiler import SKJEMAER
from tasks import visninger
from tasks.arshjul import read_wheel, row_dates, wheel
from tasks.filer import ROT
from tasks.formater import formats
from tasks.radhjelp import help_of

KODE = re.compile(r"ÅH-\d{4}")
KILDER = (*(ROT / mappe for mappe in ("schemas", "tasks", "flows", "deployments")),)


@pytest.fixture(scope="module")
def laget() -> dict[str, str]:
    return documents()


def test_every_committed_file_is_what_would_be_made(laget: dict[str, str]) -> None:
    skrevet = {navn: (DOCS / navn).read_text(encoding="utf-8") for navn in laget if (DOCS / navn).is_file()}
    foreldet = sorted(navn for navn, tekst in laget.items() if skrevet.get(navn) != tekst)
    assert foreldet == [], "kjør: .venv/bin/python -m deployments.dokumentasjon"


def test_no_committed_file_says_that_it_is_made_when_it_is_not(laget: dict[str, str]) -> None:
    sier_laget = {sti for sti in DOCS.rglob("*.md") if f"Laget av {DOKUMENTASJON}." in sti.read_text(encoding="utf-8")}
    assert sier_laget == {DOCS / navn for navn in laget if navn.endswith(".md")}


def test_every_row_has_its_page_with_its_help_and_its_dates(laget: dict[str, str]) -> None:
    for rad in read_wheel():
        side = laget[f"{RADMAPPE}/{rad.rad}.md"]
        assert help_of(rad.rad).markdown(2) in side
        assert f"| Navn | `{rad.rad}` |" in side
        assert f"| Kjøres i {dokumentasjon.HJULAAR} |" in side
        assert all(dato.tekst in side for dato in row_dates(rad, dokumentasjon.HJULAAR).konflikter)


def test_the_year_by_weeks_has_every_run_and_every_week_once(laget: dict[str, str]) -> None:
    linjer = [
        linje.split(" | ") for linje in laget["administrator/uker.md"].splitlines() if re.match(r"\| \d+ \|", linje)
    ]
    assert [int(linje[0].removeprefix("| ")) for linje in linjer] == list(range(1, 54))
    for datoer in wheel(dokumentasjon.HJULAAR):
        uker = {dag.isocalendar().week for dag in datoer.kjoredatoer if dag.isocalendar().year == datoer.aar}
        nevnt = {int(linje[0].removeprefix("| ")) for linje in linjer if f"[{datoer.rad.rad}]" in linje[2]}
        assert nevnt == uker, datoer.rad.rad


def test_every_answer_and_every_command_has_its_line(laget: dict[str, str]) -> None:
    assert all(f"| {svar['tekst']} |" in laget["raadgiver/svar.md"] for svar in read_table("regler/arbeidssvar"))
    overskrifter = re.findall(r"^## (\w+)$", laget["referanse/kommandoer.md"], re.MULTILINE)
    assert overskrifter == list(KOMMANDOER)
    assert "`--arrived`, `--not-arrived`" in laget["referanse/kommandoer.md"]


def test_making_them_twice_gives_the_same_bytes(laget: dict[str, str]) -> None:
    assert documents() == laget


def test_writing_puts_every_document_in_the_folder(tmp_path, laget: dict[str, str]) -> None:
    skrevet = dokumentasjon.write(tmp_path)
    assert {sti.relative_to(tmp_path).as_posix(): sti.read_text(encoding="utf-8") for sti in skrevet} == laget


def test_no_term_is_used_twice() -> None:
    antall = Counter(rad["term"].casefold() for rad in read_table("ordliste"))
    assert [term for term, ganger in antall.items() if ganger > 1] == []


def test_the_glossary_has_all_its_fields_and_stands_in_alphabetical_order() -> None:
    rader = read_table("ordliste")
    assert [rad for rad in rader if not all(rad.values()) or len(rad) != 4] == []
    assert [rad["term"] for rad in rader] == sorted((rad["term"] for rad in rader), key=norwegian)
    assert len(rader) >= 45


def norwegian(term: str) -> list[int]:
    return [1000 + "æøå".index(tegn) if tegn in "æøå" else ord(tegn) for tegn in term.casefold()]


def test_every_column_shown_or_handed_over_is_described_once_and_nothing_else_is() -> None:
    kolonner = {(navn, kolonne) for navn, alle in view_columns().items() for kolonne in alle}
    kolonner |= {(f["navn"], kolonne["navn"]) for f in dokumentasjon.delivery_formats() for kolonne in f["kolonner"]}
    beskrevet = Counter((rad["visning"], rad["kolonne"]) for rad in read_table("visninger") if rad["beskrivelse"])
    assert set(beskrevet) == kolonner
    assert max(beskrevet.values()) == 1


def test_columns_with_persons_are_in_the_catalogue_and_marked(laget: dict[str, str]) -> None:
    for kolonne in visninger.PERSONKOLONNER["ungdom"]:
        assert f"| `{kolonne}` | **P** |" in laget["referanse/datakatalog.md"]


@pytest.mark.parametrize("navn", sorted(SKJEMAER))
def test_every_column_of_a_format_is_in_the_catalogue_with_its_codes(navn: str) -> None:
    tekst = "\n".join(dokumentasjon.input_format(formats()[navn]))
    assert [k.navn for k in formats()[navn].kolonner if f"| `{k.navn}` |" not in tekst] == []
    assert set(KODE.findall(tekst)) <= set(dokumentasjon.messages())


def test_every_code_in_the_program_has_its_message_in_the_list(laget: dict[str, str]) -> None:
    filer = [ROT / "arshjul", *(sti for mappe in KILDER for sti in mappe.rglob("*.py"))]
    brukt = {kode for sti in filer for kode in KODE.findall(sti.read_text(encoding="utf-8"))}
    assert brukt - set(KODE.findall(laget["referanse/meldinger.md"])) == set()


def test_every_message_is_in_a_group() -> None:
    assert {kode[3:5] for kode in dokumentasjon.messages()} <= set(dokumentasjon.MELDINGSGRUPPER)


def test_a_list_says_once_above_what_all_its_rows_share() -> None:
    linjer = code_list("kodeverk/kommuner.csv")
    assert "hjemmel" not in linjer[4]
    assert linjer[2].startswith("Hjemmel: Kartverket og Skatteetaten")
    assert "| hjemmel | vedtak |" in "\n".join(code_list("kodeverk/utelatt.csv"))


def test_a_cell_cannot_break_its_table() -> None:
    assert table(["a"], [["x | y\nz"]]) == ["| a |", "| --- |", "| x \\| y z |", ""]


def test_the_tables_read_are_plain_csv_without_stray_fields() -> None:
    for navn in ("ordliste", "visninger"):
        with (dokumentasjon.DATA / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
            assert {len(rad) for rad in csv.reader(fil, delimiter=";")} == {4 if navn == "ordliste" else 3}


def test_the_readme_leads_to_the_commands() -> None:
    assert "docs/referanse/kommandoer.md" in (ROT / "README.md").read_text(encoding="utf-8")


def test_the_readme_and_the_changelog_say_that_every_row_runs() -> None:
    assert all(rad.flyt for rad in read_wheel())
    assert "all thirty rows" in one_line("README.md").casefold()
    assert "alle tretti rader" in one_line("CHANGELOG.md").casefold()


def one_line(fil: str) -> str:
    return " ".join((ROT / fil).read_text(encoding="utf-8").split())
