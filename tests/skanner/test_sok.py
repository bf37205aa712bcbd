"""The search for every needle at once finds just what looking for each of them would."""

from random import Random

import pytest

from tests.skanner import scan, sok
from tests.skanner.avkodere import LITE
from tests.skanner.former import forms
from tests.skanner.sok import Soker


@pytest.mark.parametrize("fro", range(20))
def test_it_finds_what_looking_for_each_finds(fro):
    rng = Random(fro)
    naler = {"".join(rng.choices("xyz", k=rng.randint(4, 11))) for _ in range(6)}
    tekst = "".join(rng.choices("xyz", k=rng.randint(0, 400)))
    assert Soker({nal.encode(): nal for nal in naler}).find(tekst.encode()) == {nal for nal in naler if nal in tekst}


@pytest.mark.parametrize("fra", range(20))
def test_a_needle_across_two_bits_of_the_search_is_found(fra, monkeypatch):
    monkeypatch.setattr(sok, "BOLK", 16)
    soker = Soker({b"kanarifugl": "kanarifugl", b"fugl": "fugl"})
    assert soker.find(b"." * fra + b"kanarifugl") == {"kanarifugl", "fugl"}


def test_a_short_number_stands_alone_or_after_the_countrys():
    soker = Soker(forms(["40000021"]))
    for tekst in ("tlf 40000021.", "+4740000021", "004740000021", "4740000021"):
        assert soker.find(tekst.encode()) == {"40000021"}
    for tekst in ("1400000219", "a40000021f", "0.140000021"):
        assert soker.find(tekst.encode()) == set()


@pytest.mark.parametrize(
    "skrevet", [b"%C3%85se%20Kanarifugl", b"&#197;se Kanarifugl", b"=C3=85se Kanarifugl", b"\\u00c5se Kanarifugl"]
)
def test_one_escaped_name_is_found_in_a_file_that_is_too_large_to_be_read_over_for_each(tmp_path, skrevet):
    fyll = Random(1).randbytes(LITE)
    (tmp_path / "stor.bin").write_bytes(fyll + skrevet + fyll)
    assert {funn.nal for funn in scan(tmp_path, ["Åse Kanarifugl"])} == {"Åse Kanarifugl"}
