"""When the demo's advisers hand their lists in."""

import pytest

from deployments.demo.raadgivere import answering
from deployments.rader import built_rows
from tasks.arshjul import row_dates

GRONNE = [rad for rad in built_rows() if rad.rytme_uker]


@pytest.mark.parametrize("aar", range(2020, 2046))
def test_lists_come_back_between_a_rows_runs_in_every_year(aar: int) -> None:
    for rad in GRONNE:
        datoer = row_dates(rad, aar)
        runder = [dag for dag in datoer.kjoredatoer if dag.year == aar]
        assert answering(datoer) <= set(runder[:-1])
        assert bool(answering(datoer)) == (len(runder) > 1)
