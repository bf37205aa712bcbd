"""Makes the document for whoever has asked for access, and notes in the audit that it was made."""

from collections import Counter
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import duckdb

from schemas.revisjon import Handling
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.innsyn.dokument import as_part, render
from tasks.innsyn.hvem import Hvem, find
from tasks.innsyn.ordvalg import words
from tasks.innsyn.samle import NAVNEFELT, Del, gather
from tasks.klokke import local_date
from tasks.personopplysninger import Hva, files
from tasks.register import fakta
from tasks.revisjon import note
from tasks.skjermede import hidden

UTEN_NUMMER: Final = "uten-nummer"
REGISTERET: Final = "register"


def write_access(hjem: Hjem, hvem: str, av: str, naa: datetime) -> Path:
    """Write everything we hold about a youth as a PDF that only its owner can open, and return where it lies.

    ``hvem`` is a person_id or a national id. That it was made is in the audit before the file is there.
    BrukerFeil ÅH-1829 (nobody), ÅH-1830 (several), ÅH-1831 (blank).
    """
    with hjem.register.transaction("innsyn") as con:
        person = find(con, hvem)
        deler = gather(con, person)
        if not deler:
            raise BrukerFeil("ÅH-1829")
        innhold = _content(con, hjem, person, deler, naa)
        gjelder = person.person_id or UTEN_NUMMER
        note(con, naa, av, Handling.INNSYN, gjelder, {"rader": sum(len(del_.poster) for del_ in deler)})
    navn = f"innsyn-{gjelder}-{naa:%Y-%m-%d-%H%M%S}.pdf"
    return write_file(hjem.mappe / "rapporter" / "innsyn" / navn, render(innhold, naa))


def _content(
    con: duckdb.DuckDBPyConnection, hjem: Hjem, person: Hvem, deler: list[Del], naa: datetime
) -> dict[str, Any]:
    ord_, fylke = words(), hjem.innstillinger.fylke
    dag = local_date(naa)
    felles = {"fylke": fylke.navn, "telefon": fylke.telefon, "epost": fylke.epost, "dato": f"{dag:%d.%m.%Y}"}
    navn = fakta.last_learned(con, NAVNEFELT).get(person.person_id, {})
    helt_navn = " ".join(navn[felt] for felt in NAVNEFELT if navn.get(felt))
    skjermet = not person.person_id or person.person_id in hidden(con, dag)
    return {
        "tittel": ord_["tittel"],
        "avsender": {"fylke": fylke.navn, "avsender": fylke.avsender},
        "side": ord_["side"],
        "innledning": [avsnitt.format(**felles) for avsnitt in ord_["innledning"]],
        "merknader": [*([ord_["skjermet"]] if skjermet else []), ord_["til_den_som_gir"]],
        "hvem": [
            [ord_["navneord"], helt_navn or ord_["uten_navn"]],
            [ord_["fodselsnummerord"], ", ".join(sorted(person.numre))],
            [ord_["nummerord"], ", ".join(sorted(person.personer))],
        ],
        "deler": [as_part(*del_, ord_["radtittel"]) for del_ in deler],
        "slutt": [[ord_["om_filer_tittel"], _other_files(hjem)], ["", ord_["om_tall"]]],
    }


def _other_files(hjem: Hjem) -> str:
    """Return which kinds of files with something about people lie in the home, and how many of each."""
    ord_ = words()
    slag: Counter[str] = Counter()
    for sti in hjem.mappe.rglob("*"):
        navn = sti.relative_to(hjem.mappe).as_posix()
        if sti.is_file() and not navn.startswith(REGISTERET):
            kjent = next((enkelt for enkelt in files() if fnmatchcase(navn, enkelt.monster)), None)
            if kjent is None or kjent.hva is Hva.OPPLYSNING:
                slag[kjent.formaal if kjent else ord_["ukjente_filer"]] += 1
    if not slag:
        return str(ord_["uten_filer"])
    return str(ord_["om_filer"]).format(slag="; ".join(f"{navn} ({antall})" for navn, antall in sorted(slag.items())))
