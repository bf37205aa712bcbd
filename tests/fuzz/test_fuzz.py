"""Ten thousand files that are almost right, and some made to take the machine: none does harm.

The seed is printed and can be set: ``ARSHJUL_FUZZ_FRO=7 ./arshjul test tests/fuzz -s``; ``ARSHJUL_FUZZ_ANTALL`` says
how many.
"""

import os
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tasks import lesing, validering
from tasks.feil import BrukerFeil
from tasks.formater import formats
from tests.filbygger import KANARI, csv_file, good_row
from tests.fuzz.dommer import LENGST, judge
from tests.fuzz.mutanter import GREP, Mutant, make
from tests.fuzz.prosesser import MEST_MINNE_MB, answer, judged, start
from tests.fuzz.store import STORE

FRO = int(os.environ.get("ARSHJUL_FUZZ_FRO", "20260427"))
ANTALL = int(os.environ.get("ARSHJUL_FUZZ_ANTALL", "10000"))
GRUNNER = 18
"""Reasons to refuse a file that the mutants must reach: fewer, and they have become too alike."""


def tell(*linjer: object) -> None:
    """Print what a person must have to see the same again: pytest shows it when the test fails."""
    sys.stdout.write("\n".join(map(str, linjer)) + "\n")


def test_ten_thousand_files_that_are_almost_right():
    tell(f"frø {FRO}, {ANTALL} mutanter")
    svar = judged(ANTALL, FRO)
    koder = sum((Counter(enkelt["koder"]) for enkelt in svar), Counter())
    tell(dict(koder.most_common()), *((enkelt["lengst"], enkelt["minne_mb"]) for enkelt in svar))
    assert [brudd for enkelt in svar for brudd in enkelt["brudd"]] == []
    assert koder.total() == ANTALL
    assert max(enkelt["lengst"] for enkelt in svar) <= LENGST
    assert max(enkelt["minne_mb"] for enkelt in svar) <= MEST_MINNE_MB
    if ANTALL >= 10_000:
        assert koder[""] > ANTALL // 10
        assert len(koder) > GRUNNER


def test_no_file_takes_the_machine():
    """One after another in one process, so that the most memory it has held is that of the worst."""
    svar = answer(start("tests.fuzz.store"))
    tell(*(f"{navn}: {del_}" for navn, del_ in svar.items()))
    assert {navn: brudd for navn, (_, _, brudd, _) in svar.items() if brudd} == {}
    assert max(minne for *_, minne in svar.values()) <= MEST_MINNE_MB
    assert svar["to gigabyte som sier at de er små"][0] in {"ÅH-2026", "ÅH-2027"}
    assert svar.keys() == STORE.keys()


def test_the_same_seed_gives_the_same_files():
    assert [make(FRO, nummer) for nummer in range(60)] == [make(FRO, nummer) for nummer in range(60)]


def test_every_format_and_kind_is_among_them():
    sett = {(mutant.format.navn, mutant.hva.split(" ")[0]) for mutant in (make(1, nummer) for nummer in range(1500))}
    assert {navn for navn, _ in sett} == set(formats())
    assert {grep for _, grep in sett} == {grep.__name__ for liste in GREP.values() for grep in liste}


NAVN = "questback_svar"
GOD = Mutant(f"{NAVN}.csv", csv_file(NAVN, good_row(NAVN), good_row(NAVN, token="x\x07")), formats()[NAVN], "")


def broken(monkeypatch: pytest.MonkeyPatch, hva: str) -> None:
    """Break the code as a slip would."""
    ekte = validering.validate

    def drops_a_row(*args: Any) -> Any:
        svar = ekte(*args)
        return replace(svar, antall=svar.antall + 1)

    def tells_the_value(*_: Any) -> Any:
        raise BrukerFeil("ÅH-2003", fil=KANARI)

    def falls(*_: Any) -> Any:
        raise KeyError(KANARI)

    sted, ny = {
        "mister en rad": ("tests.filbygger.validate", drops_a_row),
        "sier verdien": ("tests.filbygger.read", tells_the_value),
        "faller": ("tests.filbygger.read", falls),
    }[hva]
    monkeypatch.setattr(sted, ny)


@pytest.mark.parametrize("hva", ["mister en rad", "sier verdien", "faller"])
def test_the_judge_sees_when_the_code_is_broken(monkeypatch: pytest.MonkeyPatch, hva: str):
    assert judge(GOD).brudd == ""
    broken(monkeypatch, hva)
    assert judge(GOD).brudd


def test_the_readers_are_those_of_the_formats():
    assert set(lesing.LESERE) == {type_ for format_ in formats().values() for type_ in format_.typer}
