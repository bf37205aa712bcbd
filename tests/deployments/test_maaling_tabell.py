"""What ``bench`` says of its measurements: one table of every ratio, and an exit code."""

import json

import pytest

from deployments.kommandoer import maal
from deployments.maaling import Maaling
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN


@pytest.fixture
def to_maalinger(monkeypatch: pytest.MonkeyPatch) -> None:
    lette = {
        "lett": lambda: Maaling("lett", 0.5, 1.0, {"rader_antall": 7.0}, merknad="bare litt"),
        "tung": lambda: Maaling("tung", 1.5, 1.0, {}),
    }
    monkeypatch.setattr(maal, "MAALINGER", lette)


@pytest.mark.usefixtures("to_maalinger")
def test_every_ratio_stands_in_one_table_with_its_limit_and_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    assert maal.bench() == UTGANG_TRENGER_NOEN
    *_, hode, lett, tung = capsys.readouterr().out.splitlines()
    assert hode.split() == ["Måling", "Forhold", "Grense", "Utfall", "Merknad"]
    assert lett.split() == ["lett", "0.50", "1.00", "holder", "bare", "litt"]
    assert tung.split() == ["tung", "1.50", "1.00", "HOLDER", "IKKE"]


@pytest.mark.usefixtures("to_maalinger")
def test_one_alone_is_held_to_its_own_limit_and_can_be_read_by_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert maal.bench("lett", json=True) == UTGANG_FERDIG
    (svar,) = json.loads(capsys.readouterr().out)
    assert (svar["navn"], svar["holder"], svar["deler"]) == ("lett", True, {"rader_antall": 7.0})
