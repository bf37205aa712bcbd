"""The e-mail benchmark: both ways deliver to a server of its own, and the answer is a ratio."""

from deployments.maaling.epost import GRENSE, bench_epost


def test_ours_and_smtplib_are_measured_side_by_side() -> None:
    resultat = bench_epost(antall=10, runder=2)
    assert (resultat.navn, resultat.grense) == ("epost", GRENSE)
    assert resultat.deler["forhold_minst"] <= resultat.forhold <= resultat.deler["forhold_mest"]
    assert resultat.deler["arshjul_per_sekund"] > 0
