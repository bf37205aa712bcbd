"""What is looked through, and whom it is looked through for."""

import email
import email.policy
import re
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tasks.hjem import INNSTILLINGER, Hjem
from tasks.personopplysninger import Hva, file_kind
from tests.skanner import Funn, scan
from tests.skanning.fylke import Fylke
from tests.skanning.kanarier import SLEKT, Kanari

NUMMER: Final = re.compile(r"(?<!\d)\d{11}(?!\d)")
EPOST: Final = re.compile(r"[\w.+-]+@[\w.-]+\w")
LUKKET: Final = frozenset({Hva.OPPLYSNING, Hva.ANSATT, Hva.PERSON, Hva.FRITEKST})
FELT: Final = (
    "adresselinje1",
    "foresatt1_adresselinje1",
    "foresatt2_adresselinje1",
    "foresatt1_navn",
    "foresatt2_navn",
)
TABELLER: Final = {
    "kjøringer": "flow_run",
    "oppgaver i kjøringer": "task_run",
    "tilstander": "flow_run_state",
    "hendelser": "events",
    "logglinjer": "log",
    "artefakter": "artifact",
}


def people(hjem: Hjem) -> set[str]:
    """Return what the demo's files and register know of everyone, but what the county's own settings hold too."""
    tekst = "\n".join(
        sti.read_text("utf-8-sig", errors="replace") for sti in _text_files(hjem) if sti.suffix in {".csv", ".json"}
    )
    naler = {*NUMMER.findall(tekst), *EPOST.findall(tekst)}
    with hjem.register.transaction("prøve") as con:
        sporring = f"SELECT DISTINCT verdi FROM fakta WHERE felt IN {FELT} AND length(verdi) > 6"
        naler |= {verdi for (verdi,) in con.execute(sporring).fetchall()}
        navn = con.execute(
            "SELECT DISTINCT f.verdi, e.verdi FROM fakta f JOIN fakta e USING (person_id)"
            " WHERE f.felt = 'fornavn' AND e.felt = 'etternavn'"
        ).fetchall()
        telefoner = con.execute("SELECT DISTINCT verdi FROM fakta WHERE felt = 'mobilnummer'").fetchall()
    naler |= {tekst for fornavn, etternavn in navn for tekst in (f"{fornavn} {etternavn}", f"{etternavn}, {fornavn}")}
    naler |= {telefon for (telefon,) in telefoner if len(telefon) >= 8}
    vaare = (hjem.mappe / INNSTILLINGER).read_text("utf-8")
    return {nal for nal in naler if nal not in vaare}


def _text_files(hjem: Hjem) -> list[Path]:
    return [*(hjem.mappe / "demo").rglob("*"), hjem.mappe / "krr.json"]


def canaries(antall: int) -> set[str]:
    """Return what is known of the canaries."""
    return {SLEKT, *(verdi for nummer in range(antall) for verdi in Kanari(nummer).verdier)}


def gather(fylke: Fylke) -> Path:
    """Lay together what may hold nobody: Prefect's folder, logs, pages, temporary files, mail to the county's own."""
    samlet = fylke.mappe / "samlet"
    hjem = fylke.hjem.mappe
    for sti in sorted(hjem.rglob("*")):
        navn = str(sti.relative_to(hjem))
        if sti.is_file() and not _may_hold_people(navn) and not navn.startswith("prefect/prefect.db"):
            _copy(sti, samlet / "hjem" / navn)
    shutil.copytree(fylke.mappe / "levende", samlet / "prefect", dirs_exist_ok=True)
    shutil.copytree(fylke.mappe / "tmp", samlet / "tmp", dirs_exist_ok=True)
    for sti in (hjem / "motparter").rglob("*.eml"):
        brev = email.message_from_bytes(sti.read_bytes(), policy=email.policy.default)
        if _to_us(fylke.hjem, str(brev["To"])):
            _copy(sti, samlet / "post" / sti.name)
    return samlet


def _may_hold_people(navn: str) -> bool:
    slag = file_kind(navn)
    return slag is not None and slag.hva in LUKKET


def _to_us(hjem: Hjem, til: str) -> bool:
    return hjem.innstillinger.ansvarlig.epost in til


def _copy(fra: Path, til: Path) -> None:
    til.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(fra, til)


def leaks(samlet: Path, naler: Iterable[str], nokkel: str) -> list[Funn]:
    """Return every place where somebody stands."""
    return scan(samlet, naler, nokkel)


def counted(samlet: Path) -> dict[str, int]:
    """Return how much there was to look through."""
    filer = [sti for sti in samlet.rglob("*") if sti.is_file()]
    tall = {"filer": len(filer), "MB": round(sum(sti.stat().st_size for sti in filer) / 1e6)}
    with sqlite3.connect(f"file:{samlet}/prefect/prefect.db?mode=ro", uri=True) as con:
        for navn, tabell in TABELLER.items():
            (tall[navn],) = con.execute(f"SELECT count(*) FROM {tabell}").fetchone()
    con.close()
    return tall | {"e-poster til fylket": len(list((samlet / "post").glob("*"))) if (samlet / "post").exists() else 0}


def reached_prefect(samlet: Path) -> bool:
    """Tell whether runs that failed by what was forced stand in Prefect, by kind and place."""
    with sqlite3.connect(f"file:{samlet}/prefect/prefect.db?mode=ro", uri=True) as con:
        (antall,) = con.execute(
            "SELECT count(*) FROM flow_run_state WHERE message LIKE '%tests/skanning/feil.py%'"
        ).fetchone()
    con.close()
    return bool(antall)


def told(funn: Funn) -> str:
    """Return where something was found, without what."""
    return f"{funn.sti}: {funn.vei}"
