"""The forms in the Prefect UI: few fields, in the administrator's own words."""

from typing import Any, Final

from pydantic import ConfigDict

MEST_FELT: Final = 4


def form(beskrivelse: str, *felt: str) -> ConfigDict:
    """Return the configuration of what a flow is asked: shown as a form of these fields alone, in this order.

    The other fields are for the command line and for playing a year. No field ever holds a person.
    """

    def only(skjema: dict[str, Any]) -> None:
        skjema |= {"title": "Valg", "description": beskrivelse}
        skjema["properties"] = {navn: skjema["properties"][navn] for navn in felt}
        if "required" in skjema:
            skjema["required"] = [navn for navn in skjema["required"] if navn in felt]

    return ConfigDict(extra="forbid", frozen=True, json_schema_extra=only)
