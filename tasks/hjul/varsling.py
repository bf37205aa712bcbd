"""E-mail to the OTTO-ansvarlig about what stopped, is late or waits for her: each thing once, counts and codes only.

Nobody approves these: they go to the one who approves, and name nobody. The intent is written before anything is
sent; a message that nobody knows the fate of is not sent again, for the wheel's page says the same.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import duckdb

from schemas.verdier import Forslagstilstand, Kanal, Modus, Mottaker, Tilstand
from tasks import klokke
from tasks.filer import DATA
from tasks.hjem import Hjem
from tasks.hjemvern import is_quarantined
from tasks.hjul.tilstand import Radtilstand, states
from tasks.kanal import Leveringssvar, Post
from tasks.smtpkanal import Smtpvei

VENT_MED_NYTT_FORSOK: Final = timedelta(hours=1)
"""How long a message that was certainly not taken waits before it is offered anew."""


@dataclass(frozen=True)
class Hendelse:
    """Something she must know of: what it is called, so that it is told once, and a sentence about it."""

    nokkel: str
    tekst: str


def events(rader: Iterable[Radtilstand]) -> list[Hendelse]:
    """Return what stopped, is late, waits for approval or is unclear, in the wheel's order."""
    return [hendelse for rad in rader for hendelse in _of_row(rad)]


def _of_row(rad: Radtilstand) -> list[Hendelse]:
    navn, aar = rad.datoer.rad.rad, rad.datoer.aar
    funnet = []
    if stopp := rad.stopp:
        nokkel = f"stopp:{navn}:{aar}:{stopp.slag}:{stopp.kode}:{stopp.tid.isoformat()}"
        funnet.append(Hendelse(nokkel, f"{navn} {aar}: {stopp.kode} {stopp.tekst} {stopp.gjor}"))
    for forslag_id, tilstand in rad.forslag:
        if tilstand == Forslagstilstand.VENTER:
            tekst = f"{navn} {aar}: Forslaget {forslag_id} venter på godkjenning."
            funnet.append(Hendelse(f"forslag:{forslag_id}", tekst))
    if rad.uavklart:
        tekst = f"{navn} {aar}: {rad.uavklart} utsendinger er uavklarte. Se ./arshjul show utsendinger."
        funnet.append(Hendelse(f"uavklart:{navn}:{aar}:{rad.uavklart}", tekst))
    return funnet


def notify(hjem: Hjem, naa: datetime) -> Leveringssvar | None:
    """Send one message with everything new, at most one attempt.

    Returns what the mail server answered; None where there is nothing new, no way, or the home is a copy that nobody
    has confirmed. Raises BrukerFeil as ``Smtpvei.open``, before anything is claimed.
    """
    til = hjem.innstillinger.ansvarlig.epost
    if not can_notify(hjem):
        return None
    with hjem.register.transaction("varsler til den OTTO-ansvarlige") as con:
        if is_quarantined(con, hjem.mappe):
            return None
        nye = _untold(con, _now(con, hjem, naa), naa)
    if not nye or (valg := hjem.innstillinger.epost) is None:
        return None
    with Smtpvei(valg).open(hjem, naa) as levering:
        _write(hjem, nye, Tilstand.SENDER, naa)
        svar = levering.deliver(_post(hjem, til, nye, naa))
    _write(hjem, nye, svar.tilstand, naa)
    return svar


def can_notify(hjem: Hjem) -> bool:
    """Tell whether there is a mail server, and she is one whom the mode lets it write to."""
    valg = hjem.innstillinger
    er_gjest = valg.ansvarlig.epost in valg.gjester.epost
    return valg.epost is not None and (valg.modus is not Modus.PROVE or er_gjest)


def _now(con: duckdb.DuckDBPyConnection, hjem: Hjem, naa: datetime) -> list[Hendelse]:
    """Return everything that is so now: a row's year may go on past New Year."""
    aar = klokke.local_date(naa).year
    alle = states(con, [aar - 1, aar], hjem.radvalg, naa)
    return [hendelse for rader in alle.values() for hendelse in events(rader)]


def _untold(con: duckdb.DuckDBPyConnection, hendelser: Sequence[Hendelse], naa: datetime) -> list[Hendelse]:
    """Leave out what has been told, what nobody knows whether was, and what was not taken a short while ago."""
    siste = con.execute(
        "SELECT nokkel, arg_max(tilstand, rowid), arg_max(tid, rowid) FROM driftsvarsel GROUP BY nokkel"
    ).fetchall()
    igjen = klokke.to_utc(naa - VENT_MED_NYTT_FORSOK)
    fortalt = {nokkel for nokkel, tilstand, tid in siste if tilstand != Tilstand.PLANLAGT or tid > igjen}
    return [hendelse for hendelse in hendelser if hendelse.nokkel not in fortalt]


def _write(hjem: Hjem, hendelser: Sequence[Hendelse], tilstand: Tilstand, naa: datetime) -> None:
    with hjem.register.transaction("varsler til den OTTO-ansvarlige") as con:
        rader = [[hendelse.nokkel, tilstand, klokke.to_utc(naa)] for hendelse in hendelser]
        con.executemany("INSERT INTO driftsvarsel VALUES (?, ?, ?)", rader)


def _post(hjem: Hjem, til: str, hendelser: Sequence[Hendelse], naa: datetime) -> Post:
    """Return the message as an item that the mail channel delivers; its id is of what it tells."""
    mal = tomllib.loads((DATA / "maler" / "driftsvarsel.toml").read_text("utf-8"))
    antall = f"{len(hendelser)} {'sak' if len(hendelser) == 1 else 'saker'} å se på"
    innhold = {
        "fra": hjem.innstillinger.fylke.epost,
        "til": til,
        "emne": mal["emne"].format(antall=antall),
        "tekst": mal["tekst"].format(linjer="\n".join(f"- {en.tekst}" for en in hendelser), hvor=mal["hvor"]),
        "tid": naa.isoformat(),
    }
    navn = hashlib.sha256("\n".join(en.nokkel for en in hendelser).encode()).hexdigest()[:32]
    return Post(f"varsel-{navn}", "", Kanal.EPOST, Mottaker.RAADGIVER, json.dumps(innhold))
