"""Quarantine: what was wrong with which row of which file, open until a corrected delivery or rule closes it."""

import pandas as pd

from schemas.rammer import Feilramme
from tasks.avlosning import is_replaced, replaced_rows
from tasks.kjoring import Kjoring
from tasks.samsvar import conform
from tasks.vurdering import Vurdert

APEN = "åpen"
RETTET = "rettet"


def set_aside(kjoring: Kjoring, vurdert: list[Vurdert]) -> None:
    """Make the row's open quarantine exactly what this delivery's files have wrong."""
    rammer = [enkelt.validert.feil.assign(fil=enkelt.mottatt.fil, sha256=enkelt.mottatt.sha256) for enkelt in vurdert]
    formater = sorted({enkelt.mottatt.format.navn for enkelt in vurdert})
    replace_open(kjoring, pd.concat(rammer), formater)


def replace_open(kjoring: Kjoring, feil: pd.DataFrame, formater: list[str]) -> None:
    """Close the row's open faults of the formats that are no longer there, add the new ones, leave the same alone.

    A row that takes over from an earlier one closes what that one left open, and stays closed if that one is run
    again. ``feil`` has fil, sha256, rad_nr, kolonne, kode.
    """
    con = kjoring.con
    conform(Feilramme, feil[list(Feilramme.to_schema().columns)])
    con.register("feil_naa", feil)
    nokkel = {"aar": kjoring.aar, "kjoring": kjoring.kjoring_id}
    rader = [kjoring.rad.rad, *replaced_rows(kjoring.rad)]
    samme = "n.sha256 = k.sha256 AND n.rad_nr = k.rad_nr AND n.kolonne = k.kolonne AND n.kode = k.kode"
    con.execute(
        f"""
        UPDATE karantene k SET tilstand = '{RETTET}', lukket_kjoring_id = $kjoring
        WHERE list_contains($rader, k.rad) AND k.aar = $aar AND k.tilstand = '{APEN}'
          AND (k.sha256 IN (SELECT sha256 FROM raafil WHERE list_contains($formater, format)) OR k.sha256 = '')
          AND NOT EXISTS (SELECT 1 FROM feil_naa n WHERE {samme})
        """,  # noqa: S608 only our own words
        nokkel | {"formater": formater, "rader": rader},
    )
    if not is_replaced(kjoring):
        con.execute(
            f"""
        INSERT INTO karantene
        SELECT $rad, $aar, n.fil, n.sha256, n.rad_nr, n.kolonne, n.kode, '{APEN}', $kjoring, NULL FROM feil_naa n
        WHERE NOT EXISTS (
            SELECT 1 FROM karantene k WHERE k.rad = $rad AND k.aar = $aar AND k.tilstand = '{APEN}' AND {samme})
        ORDER BY n.fil, n.rad_nr, n.kolonne, n.kode
        """,  # noqa: S608 only our own words
            nokkel | {"rad": kjoring.rad.rad},
        )
    con.unregister("feil_naa")
