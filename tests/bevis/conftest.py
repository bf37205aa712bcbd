"""Which short forms are too long for every change."""

import os

import pytest


@pytest.fixture
def om_natten() -> None:
    """For a form that takes minutes: it runs where the whole proofs do, by ``.ci/nightly``."""
    if not os.environ.get("ARSHJUL_NATT"):
        pytest.skip("tar flere minutter: kjøres om natten, eller med ARSHJUL_NATT=1")
