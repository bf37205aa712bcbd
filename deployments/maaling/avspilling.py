"""What Prefect costs: the year of the 1 141-youth county through the engine against the same bodies without it.

Both are whole commands in processes of their own, in homes of their own, one after the other. The ratio includes the
engine's start; what a flow run adds is the median over the rows, where the start falls out.
"""

import statistics

from deployments.maaling import Maaling
from deployments.maaling.spilling import HELE, played

GRENSE = 2.0
GRENSE_PER_KJORING = 0.3
UNGDOM = 1141


def bench_avspilling(ungdom: int = UNGDOM, runder: int = 1, til: str = HELE) -> Maaling:
    """Play the year until ``til`` both ways ``runder`` times; ratio of the medians, and seconds added to each run."""
    med, uten, tillegg = [], [], []
    for runde in range(runder):
        lop_uten, rader_uten = played(ungdom, plain=True, til=til, runde=runde)
        lop_med, rader_med = played(ungdom, plain=False, til=til, runde=runde)
        uten.append(lop_uten.sekunder)
        med.append(lop_med.sekunder)
        tillegg += [rader_med[rad] - rader_uten[rad] for rad in rader_uten]
    per_kjoring = statistics.median(tillegg)
    return Maaling(
        navn="avspilling",
        forhold=statistics.median(med) / statistics.median(uten),
        grense=GRENSE,
        deler={
            "gjennom_prefect_sekunder": statistics.median(med),
            "uten_prefect_sekunder": statistics.median(uten),
            "tillegg_per_kjoring_sekunder": per_kjoring,
        },
        holdt=per_kjoring <= GRENSE_PER_KJORING,
    )
