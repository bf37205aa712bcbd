"""What is committed in ``docs/`` is what would be made today, and every word, column and code is explained once."""

import csv
import re
from collections import Counter

import pytest

from deployments import dokumentasjon
from deployments.dokumentasjon import DOCS, code_list, documents, read_table, table, view_columns
from deployments.program import KOMMANDOER, KOMMER
from schemas.innfiler import SKJEMAER
from tasks import visninger
from tasks.arshjul import read_wheel
from tasks.filer import ROT
from tasks.formater import formats

KODE = re.compile(r"ÅH-\d{4}")
KILDER = (*(ROT / mappe for mappe in ("schemas", "tasks", "flows", "deployments")),)


@pytest.fixture(scope="module")
def laget() -> dict[str, str]:
    return documents()


@pytest.mark.parametrize("navn", ["ordliste.md", "datakatalog.md", "meldinger.md", "arshjul-2026.svg"])
def test_the_committed_file_is_what_would_be_made(navn: str, laget: dict[str, str]) -> None:
    skrevet = (DOCS / navn).read_text(encoding="utf-8")
    assert skrevet == laget[navn], f"kjør: .venv/bin/python -m deployments.dokumentasjon ({navn})"


def test_making_them_twice_gives_the_same_bytes(laget: dict[str, str]) -> None:
    assert documents() == laget


def test_writing_puts_every_document_in_the_folder(tmp_path, laget: dict[str, str]) -> None:
    assert {sti.name: sti.read_text(encoding="utf-8") for sti in dokumentasjon.write(tmp_path)} == laget


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
        assert f"| `{kolonne}` | **P** |" in laget["datakatalog.md"]


@pytest.mark.parametrize("navn", sorted(SKJEMAER))
def test_every_column_of_a_format_is_in_the_catalogue_with_its_codes(navn: str) -> None:
    tekst = "\n".join(dokumentasjon.input_format(formats()[navn]))
    assert [k.navn for k in formats()[navn].kolonner if f"| `{k.navn}` |" not in tekst] == []
    assert set(KODE.findall(tekst)) <= set(dokumentasjon.messages())


def test_every_code_in_the_program_has_its_message_in_the_list(laget: dict[str, str]) -> None:
    filer = [ROT / "arshjul", *(sti for mappe in KILDER for sti in mappe.rglob("*.py"))]
    brukt = {kode for sti in filer for kode in KODE.findall(sti.read_text(encoding="utf-8"))}
    assert brukt - set(KODE.findall(laget["meldinger.md"])) == set()


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


def test_the_readme_names_every_command_that_is_built_and_every_one_that_is_not() -> None:
    _, _, resten = (ROT / "README.md").read_text(encoding="utf-8").partition("## Commands")
    bygget, _, ikke_bygget = resten.partition("## Not built yet")
    tabell = {ord_ for linje in bygget.splitlines() if linje[:1] == "|" for ord_ in re.findall(r"`([a-z]+)", linje)}
    assert set(KOMMANDOER) - tabell == set()
    assert [navn for navn in KOMMER if f"`{navn}`" not in ikke_bygget or navn in tabell] == []


def test_the_readme_and_the_changelog_say_that_every_row_runs() -> None:
    assert all(rad.flyt for rad in read_wheel())
    assert "all thirty rows" in one_line("README.md").casefold()
    assert "alle tretti rader" in one_line("CHANGELOG.md").casefold()


def one_line(fil: str) -> str:
    return " ".join((ROT / fil).read_text(encoding="utf-8").split())
