"""The habits that tools keep: lint, format and types over the whole tree."""

import subprocess
import sys

import pytest

from tasks.filer import ROT


@pytest.mark.parametrize(
    "verktoy", [["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"], ["mypy"]], ids=" ".join
)
def test_the_tool_finds_nothing(verktoy: list[str]) -> None:
    ferdig = subprocess.run([sys.executable, "-m", *verktoy], cwd=ROT, capture_output=True, text=True, check=False)
    assert ferdig.returncode == 0, ferdig.stdout + ferdig.stderr
