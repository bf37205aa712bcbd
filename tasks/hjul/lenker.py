"""Addresses in Prefect: a run, a form filled in beforehand, the runs that are planned. None where it is unknown.

What a form is filled with stands in the address, and so in the browser's history: never anything about a person.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from schemas.avgjorelse import Beslutning
from schemas.kjoring import VIS, Gjor
from tasks.hjem import Hjem

UI_URL: Final = "ARSHJUL_PREFECT"
"""Where people see Prefect, when that is not where programs reach it (behind a proxy)."""
API_URL: Final = "PREFECT_API_URL"
UTRULLINGER: Final = "prefect/utrullinger.json"
ET_AAR: Final = timedelta(days=366)


@dataclass(frozen=True)
class Lenker:
    """Where Prefect is shown (blank where it does not run), and row or service → its deployment there."""

    rot: str = ""
    utrullinger: Mapping[str, str] = field(default_factory=dict)

    def run(self, flyt_id: str) -> str | None:
        """Return where one of Prefect's runs is shown."""
        return f"{self.rot}/runs/flow-run/{quote(flyt_id)}" if self.rot and flyt_id else None

    def form(self, navn: str, valg: Mapping[str, str | int | bool]) -> str | None:
        """Return the form of a row or a service, filled in with ``valg``."""
        utrulling = self.utrullinger.get(navn)
        if not self.rot or not utrulling:
            return None
        parametre = urlencode({"parameters": json.dumps({"valg": dict(valg)}, ensure_ascii=False)}, quote_via=quote)
        return f"{self.rot}/deployments/deployment/{quote(utrulling)}/run?{parametre}"

    def row_form(self, rad: str, aar: int, i_aar: int, gjor: Gjor = VIS) -> str | None:
        """Return the form that runs a row for a year, first to show what would happen unless told otherwise.

        Another year than ``i_aar`` is meant on purpose.
        """
        valg: dict[str, str | int | bool] = {"gjor": gjor}
        return self.form(rad, valg | ({} if aar == i_aar else {"aar": aar, "annet_aar": True}))

    def decision_form(self, forslag_id: str, beslutning: Beslutning = Beslutning.GODKJENN) -> str | None:
        """Return the form in which a proposal is approved, rejected or stopped."""
        return self.form("avgjore", {"forslag_id": forslag_id, "beslutning": str(beslutning), "av": "", "grunn": ""})

    def send_form(self, forslag_id: str) -> str | None:
        """Return the form in which an approved proposal is sent."""
        return self.form("iverksett", {"forslag_id": forslag_id})

    def planned(self, naa: datetime) -> str | None:
        """Return where the runs of the coming year are shown."""
        fra = naa.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        sporsmal = {
            "tab": "flow-runs", "sort": "START_TIME_ASC", "state": "Scheduled",
            "start": f"{fra:%Y-%m-%dT%H:00:00.000Z}", "end": f"{fra + ET_AAR:%Y-%m-%dT%H:00:00.000Z}",
        }  # fmt: skip
        return f"{self.rot}/v2/runs?{urlencode(sporsmal)}" if self.rot else None


def links(hjem: Hjem) -> Lenker:
    """Return the addresses as they are now: Prefect's from the environment, the forms' from the home."""
    rot = os.environ.get(UI_URL) or os.environ.get(API_URL, "").rstrip("/").removesuffix("/api")
    sti = hjem.mappe / UTRULLINGER
    return Lenker(rot.rstrip("/"), json.loads(sti.read_bytes()) if rot and sti.is_file() else {})
