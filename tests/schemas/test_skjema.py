"""The forms in the Prefect UI: at most four fields, each with a Norwegian title and help."""

from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema

from deployments.rader import UTEN_RAD, built_rows, load_flow
from schemas.skjema import MEST_FELT

FLYTER = sorted({rad.flyt for rad in built_rows()} | UTEN_RAD.keys())


def form_of(navn: str) -> dict[str, Any]:
    """The fields as Prefect's own schema of the flow has them."""
    skjema = parameter_schema(load_flow(navn))
    assert list(skjema.properties) == ["valg"]
    (definisjon,) = skjema.definitions.values()
    return dict(definisjon)


@pytest.mark.parametrize("navn", FLYTER)
def test_a_form_has_few_fields_and_each_says_what_it_is(navn: str) -> None:
    skjema = form_of(navn)
    assert len(skjema["properties"]) <= MEST_FELT
    assert skjema["additionalProperties"] is False
    assert all(
        felt["title"][0].isupper() and felt["description"].endswith(".") for felt in skjema["properties"].values()
    )


def test_a_rows_form_asks_what_to_do_which_year_and_who() -> None:
    felt = form_of("brev")["properties"]
    assert list(felt) == ["gjor", "aar", "annet_aar", "av"]
    assert felt["gjor"]["enum"] == [
        "Vis først hva som ville skjedd", "Kjør", "Kjør, og godta leveransen som ble stoppet",
    ]  # fmt: skip


def test_what_must_be_filled_in_to_decide_is_required() -> None:
    skjema = form_of("avgjore")
    assert set(skjema["required"]) == {"forslag_id", "beslutning", "av"}
    assert skjema["properties"]["beslutning"]["enum"] == ["Godkjenn", "Avvis", "Stopp"]
