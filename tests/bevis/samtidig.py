"""Two clicks are one run: five processes press the same row, approve and send at once, round after round."""

import tempfile
from pathlib import Path
from typing import Final

from tests.bevis import Funn
from tests.drap.samtidig import prove

RUNDER: Final = {False: 500, True: 6}


def prov(*, kort: bool) -> Funn:
    """Do the rounds; each must make one proposal and send one letter once."""
    with tempfile.TemporaryDirectory() as mappe:
        utfall = prove(RUNDER[kort], Path(mappe))
    mangler = (
        [] if utfall.forslag == utfall.levert == RUNDER[kort] else ["Det er ikke ett forslag og ett brev i hver runde."]
    )
    return Funn(
        {"runder": utfall.runder, "kjøringer": utfall.kjoringer, "forslag": utfall.forslag, "brev": utfall.levert},
        brudd=(*utfall.brudd, *mangler),
    )
