"""``figures`` as an administrator meets it."""

import pytest

from deployments.program import main
from tasks.hjem import Hjem


@pytest.fixture
def fylke_cli(med_register: Hjem, monkeypatch: pytest.MonkeyPatch) -> Hjem:
    """The county with its register, for commands run in this process."""
    for navn in ("PREFECT_HOME", "PREFECT_API_URL", "ARSHJUL_SIDER"):
        monkeypatch.setenv(navn, "")
    monkeypatch.delenv("PREFECT_API_URL")
    return med_register


def test_it_writes_the_page_and_says_where_and_hands_out_only_when_asked(
    fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", "--as-of", "2026-06-15"]) == 0
    side = "rapporter/sider/nokkeltall/2026-06-15/index.html"
    assert capsys.readouterr().out == f"Nøkkeltallene per 15.06.2026: {side}\n"
    assert (fylke_cli.mappe / side).is_file()
    assert not (fylke_cli.mappe / "rapporter/utlevering").exists()
    assert main(["figures", "--as-of", "2026-06-15", "--known-at", "2026-06-16", "--release"]) == 0
    navn = "nokkeltall-2026-06-15-kjent-2026-06-16T2359"
    assert {sti.name for sti in (fylke_cli.mappe / "rapporter/utlevering").iterdir()} == {
        f"{navn}.{slag}" for slag in ("csv", "html", "json")
    }
    assert capsys.readouterr().out.count(navn) == 3


def test_a_day_before_the_register_knows_anyone_is_refused(fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--as-of", "2025-12-31"]) == 2
    assert capsys.readouterr().err.startswith("ÅH-1220 ")


def test_the_view_shows_the_same_table_in_every_form(fylke_cli: Hjem, capsys: pytest.CaptureFixture[str]) -> None:
    svar = {}
    for form in ("table", "json", "csv"):
        assert main(["show", "nokkeltall", "--as-of", "2026-06-15", "--known-at", "2026-06-15", "--format", form]) == 0
        svar[form] = capsys.readouterr().out
    assert svar["csv"].splitlines()[0] == "maaltall;fra_dato;dato;region;gruppe;til_gruppe;verdi;grunnlag"
    assert len(svar["csv"].splitlines()) == svar["json"].count("maaltall") + 1 == len(svar["table"].splitlines())
    assert "tilmeldte;;2026-06-15;alle;alle;;60;60" in svar["csv"]
