"""``inspect``: every format and kind is judged, what was mended is told by place, and no value is shown."""

import json

import pytest

from deployments.program import main
from tasks.formater import find_format, formats
from tests.filbygger import KANARI, SIFFER, csv_file, good_row, json_file, number, workbook

ALLE = [(navn, type_) for navn, format_ in formats().items() for type_ in format_.typer]


def inspected(capsys: pytest.CaptureFixture[str], fylke, fil: str, innhold: bytes, *valg: str) -> tuple[int, str]:
    """Run the command on a file; its exit code and what it wrote."""
    sti = fylke.mappe / fil
    sti.write_bytes(innhold)
    utgang = main(["inspect", str(sti), *valg])
    skrevet = capsys.readouterr()
    return utgang, skrevet.out + skrevet.err


@pytest.mark.parametrize(("navn", "type_"), ALLE)
def test_every_format_and_kind_is_judged(capsys, fylke, navn, type_):
    rader = [good_row(navn, 1), good_row(navn, 2)]
    innhold = {
        "csv": lambda: csv_file(navn, *rader),
        "xlsx": lambda: workbook(navn, *rader),
        "json": lambda: json_file(*rader),
    }[type_]()
    utgang, skrevet = inspected(capsys, fylke, f"{navn}_2026.{type_}", innhold, "--json")
    svar = json.loads(skrevet)
    assert utgang in {0, 1}
    assert (svar["format"], svar["type"], svar["rader"], svar["reparert"]) == (navn, type_, 2, [])


def test_mended_cells_are_told_by_row_and_column_without_the_value(capsys, fylke):
    navn, tidlig = "skole_ikke_mott", number(5, dag=4)
    bok = workbook(navn, good_row(navn), good_row(navn) | {"fodselsnummer": int(tidlig)})
    svar = json.loads(inspected(capsys, fylke, f"{navn}.xlsx", bok, "--json")[1])
    assert svar["reparert"] == [{"rad_nr": 3, "kolonne": "fodselsnummer"}]
    _, skrevet = inspected(capsys, fylke, f"{navn}.xlsx", bok)
    assert "1 celle har fått tilbake nullen foran: rad 3 fodselsnummer" in skrevet
    assert not any(verdi in skrevet for verdi in (tidlig, tidlig[1:], KANARI, SIFFER))


def test_a_refused_file_gives_its_code_and_no_traceback(capsys, fylke):
    utgang, skrevet = inspected(capsys, fylke, "vigo_sokere.xlsx", b"<html>Logg inn</html>")
    assert utgang == 2
    assert "ÅH-2021" in skrevet
    assert "Traceback" not in skrevet


def test_a_county_s_own_headings_count_here_too(capsys, fylke):
    sti = fylke.mappe / "innstillinger.toml"
    sti.write_text(
        sti.read_text("utf-8") + '\n[overskrifter.skole_oversikt]\n"Orgnr" = "Organisasjonsnummer"\n', "utf-8"
    )
    innhold = csv_file("skole_oversikt", good_row("skole_oversikt")).replace(b"Organisasjonsnummer", b"Orgnr")
    utgang, skrevet = inspected(capsys, fylke, "skole_oversikt.csv", innhold, "--json")
    assert utgang in {0, 1}
    assert json.loads(skrevet)["format"] == find_format("skole_oversikt").navn
