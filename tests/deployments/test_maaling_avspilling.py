"""The benchmark of the replay in a short form: what Prefect adds to a run, and what a started county rests at."""

from deployments.maaling.avspilling import GRENSE_PER_KJORING, bench_avspilling


def test_prefect_adds_little_to_a_run_and_the_memory_at_rest_is_told() -> None:
    maaling = bench_avspilling(ungdom=40, til="2026-02-28")
    # On a busy machine the difference of two short replays may be less than nothing.
    assert maaling.deler.pop("tillegg_per_kjoring_sekunder") <= GRENSE_PER_KJORING
    assert {navn for navn in maaling.deler if navn.startswith("hvile_")} == {
        "hvile_start_mib",
        "hvile_server_mib",
        "hvile_arbeider_mib",
        "hvile_sider_mib",
        "hvile_vakt_mib",
    }
    assert min(maaling.deler.values()) > 0
