"""The benchmark of reading: small here, to see that it works and that the two ways agree; its size is for ``bench``."""

from deployments.maaling import Maaling
from deployments.maaling.lesing import bench_lesing, ours
from deployments.maaling.vigo_rader import FEIL, write_file


def test_both_ways_find_the_same_faults_and_the_result_tells_what_it_is_made_of():
    maaling = bench_lesing(rader=4_000, runder=1)
    assert maaling.navn == "lesing"
    assert maaling.deler["rader_antall"] == 4_000
    assert min(maaling.deler.values()) > 0


def test_the_file_is_the_same_every_time_with_every_kind_of_fault(tmp_path):
    for navn in ("a.csv", "b.csv"):
        write_file(tmp_path / navn, 4_000)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    _, feil = ours(tmp_path / "a.csv")
    assert len({rad_nr for rad_nr, _, _ in feil}) == 2 * len(FEIL) + 2
    assert {kode for _, _, kode in feil} >= {
        "ÅH-2101",
        "ÅH-2111",
        "ÅH-2112",
        "ÅH-2113",
        "ÅH-2114",
        "ÅH-2115",
        "ÅH-2142",
    }


def test_a_promise_is_kept_up_to_its_limit():
    assert Maaling("x", 0.6, 0.6, {}).holder
    assert not Maaling("x", 0.61, 0.6, {}).holder
