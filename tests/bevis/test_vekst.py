"""The growth of a year's cost: small counties in the short form, and what is steep is told."""

import pytest

from deployments.maaling import Maaling
from tests.bevis import prove, vekst


def test_two_small_counties_are_held_against_the_limit() -> None:
    funn = prove("vekst", kort=True)
    assert funn.holder
    assert [rad[0] for rad in funn.tabeller[0].rader] == list(vekst.SMA)
    assert funn.tabeller[0].rader[0][1] == 1.0
    assert all(rad[2] > 50 for rad in funn.tabeller[0].rader)


def test_what_grows_faster_than_the_youth_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    deler = {"bratteste_eksponent": 2.0}
    for ungdom in vekst.SMA:
        deler |= {f"ungdom_{ungdom}_cpu_millisekunder_per_ungdom": float(ungdom), f"ungdom_{ungdom}_topp_mib": 100.0}
    monkeypatch.setattr(vekst, "played", lambda *_, **__: None)
    monkeypatch.setattr(vekst, "bench_aar", lambda *_: Maaling("aar", 1.1, vekst.GRENSE, deler, holdt=False))
    funn = vekst.prov(kort=True)
    assert funn.brudd == (f"Eksponenten er over {vekst.GRENSE}.",)
    assert [rad[1] for rad in funn.tabeller[0].rader] == [1.0, 3.0]
