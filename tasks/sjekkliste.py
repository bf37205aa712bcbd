"""The checklist beside a transfer that a person uploads: what to do in Innsamlingsportalen, and with the receipt.

Written from what was sealed, always the same. Nothing in it is about a person.
"""

import json
from datetime import date
from typing import Final

import duckdb

from tasks.arshjul import find_row, row_dates
from tasks.filer import write_file
from tasks.formater import find_format
from tasks.hjem import Hjem

MAPPE: Final = "udir"
ENDELSE: Final = "-sjekkliste.txt"
KVITTERING: Final = "udir_kvittering"
PORTALEN: Final = "Innsamlingsportalen"
TEKST: Final = """\
SJEKKLISTE: OVERFØRING AV OT-DATA TIL UDIR
==========================================

Fil            {navn}.csv
Linjer         {antall} (uten overskriften)
Telledato      {telledato}
Frist          {frist}
Versjon        {versjon}
sha256         {sha256}

«Antatt format»: Udir har ikke publisert filoppsettet eller kvitteringen. Spør Udir hvis portalen ikke tar imot filen.

Last opp
[ ] 1. Logg inn i Innsamlingsportalen med fylkets bruker.
[ ] 2. Åpne innsamlingen av OT-data per {telledato}.
[ ] 3. Last opp {navn}.csv fra utboks/udir. Ikke åpne og lagre filen i Excel først: da blir den en annen fil.
[ ] 4. Se at portalen viser {antall} linjer.
[ ] 5. Godkjenn i portalen innen {frist}.

Kvittering
[ ] 6. Hent kvitteringen når Udir melder at filen er mottatt, og igjen når den er behandlet og godkjent eller avvist.
[ ] 7. Lagre den i innboks med et navn som begynner med udir_kvittering, som CSV eller Excel. Kolonnene er:
       {kolonner}.
       Overforing er {navn}, og Sha256 er den over.
[ ] 8. Kjør «96 · Hent kvitteringer» i Prefect, eller ./arshjul receipts.
[ ] 9. Se at ./arshjul show overforinger sier godkjent. Overføringen er først levert da.

Er den avvist: rådgiverne har fått oppgaver om linjene. Rett opplysningene, kjør rad {nr} på nytt og godkjenn den nye
versjonen. Den får en egen sjekkliste.
"""


def write_checklist(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str) -> None:
    """Write the checklist of the proposal's package beside it, where it lies in ``utboks/udir``."""
    svar = con.execute("SELECT navn, versjon, manifest FROM overforing WHERE forslag_id = ?", [forslag_id]).fetchone()
    if svar and (hjem.utboks / MAPPE / f"{svar[0]}.csv").is_file():
        navn, versjon, manifest = svar
        write_file(hjem.utboks / MAPPE / f"{navn}{ENDELSE}", checklist(hjem, navn, versjon, manifest))


def checklist(hjem: Hjem, navn: str, versjon: int, manifest: bytes) -> bytes:
    """Return the checklist of a sealed package."""
    sagt = json.loads(manifest)
    rad = find_row(sagt["rad"])
    frist = row_dates(rad, sagt["aar"], hjem.radvalg).frist
    tekst = TEKST.format(
        navn=navn,
        versjon=versjon,
        antall=sagt["antall"],
        sha256=sagt["sha256"],
        telledato=_day(date.fromisoformat(sagt["telledato"])),
        frist=_day(frist) if frist else "ikke satt",
        nr=rad.nr,
        kolonner=", ".join(kolonne.overskrift for kolonne in find_format(KVITTERING, hjem.innstillinger).kolonner),
    )
    return tekst.encode()


def told_where(hjem: Hjem, navn: str) -> str:
    """Return where a person reads what to do about a package: its checklist, or the portal where there is none."""
    fil = f"{MAPPE}/{navn}{ENDELSE}"
    return f"sjekklisten utboks/{fil}" if hjem.innstillinger.udir is None else PORTALEN


def _day(dato: date) -> str:
    return f"{dato:%d.%m.%Y}"
