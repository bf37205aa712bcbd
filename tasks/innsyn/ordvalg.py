"""What is stored, as words: what a field is called, what a code means, when something was, and where it came from."""

import csv
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import duckdb

from tasks import klokke, kodeverk
from tasks.feil import messages
from tasks.filer import DATA
from tasks.formater import formats
from tasks.register import fakta

KODELISTER: Final = {
    "ot_status": ("kodeverk/ot_status", "navn"),
    "tilmeldingsgrunn": ("kodeverk/tilmeldingsgrunner", "navn"),
    "personstatus": ("kodeverk/personstatus", "betydning"),
    "kommunenummer": ("kodeverk/kommuner", "navn"),
    "arsakskode": ("kodeverk/rettelsesaarsaker", "tekst"),
    "grunn": ("kodeverk/leveringsgrunner", "tekst"),
    "adressegradering_vigo": ("regler/graderinger", "betydning"),
    "adressegradering_otto": ("regler/graderinger", "betydning"),
}
OTTO: Final = "otto_innlasting"
ISO_DATO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
TIL_FORKLARING: Final = re.compile(r"[,;:(]")


@cache
def words() -> dict[str, Any]:
    """Return the words of the document (``data/maler/innsyn.toml``)."""
    return tomllib.loads((DATA / "maler" / "innsyn.toml").read_text(encoding="utf-8"))


@cache
def field_names() -> Mapping[str, str]:
    """Return field → what it is called: in the file to OTTO, which people read, else its heading in the files."""
    with (DATA / "visninger.csv").open(encoding="utf-8", newline="") as fil:
        rader = [rad for rad in csv.DictReader(fil, delimiter=";") if rad["visning"] == OTTO]
    hoder = {kolonne.navn: kolonne.overskrift for format_ in formats().values() for kolonne in format_.kolonner}
    hoder = {navn: hode for navn, hode in hoder.items() if "." not in hode}
    hoder |= {rad["kolonne"]: TIL_FORKLARING.split(rad["beskrivelse"])[0] for rad in rader}
    egne: dict[str, str] = words()["felt"]
    return hoder | egne


def called(felt: str) -> str:
    """Return what a field is called, its own name in words where nothing says."""
    return field_names().get(felt) or felt.replace("_", " ").capitalize()


@cache
def _meanings() -> Mapping[tuple[str, str], str]:
    koder = {
        (felt, rad["kode"]): rad[kolonne]
        for felt, (navn, kolonne) in KODELISTER.items()
        for rad in kodeverk.all_rows(navn)
    }
    svar = {rad["kode"]: rad["alternativ"] for rad in kodeverk.all_rows("kodeverk/svar")}
    svar |= {rad["kode"]: rad["tekst"] for rad in kodeverk.all_rows("regler/arbeidssvar")}
    grunner = {
        rad["kode"]: rad["tekst"]
        for navn in ("kodeverk/utelatt", "regler/ajourhold", "regler/gjoremaal", "regler/plikter")
        for rad in kodeverk.all_rows(navn)
    }
    koder |= {("svar_kode", kode): tekst for kode, tekst in svar.items()}
    koder |= {("utfall", kode): tekst for kode, tekst in svar.items()}
    return koder | {("grunn_kode", kode): tekst for kode, tekst in grunner.items()}


def in_words(felt: str, verdi: object) -> str:
    """Return a stored value as people read it: times in Oslo, codes with what they mean, JSON as fields."""
    if isinstance(verdi, datetime):
        return f"{klokke.from_utc(verdi):%d.%m.%Y kl. %H:%M}" if verdi.year > 1 else ""
    tekst = "" if verdi is None else str(verdi)
    if dag := ISO_DATO.fullmatch(tekst):
        return f"{dag[3]}.{dag[2]}.{dag[1]}"
    if felt == "kode" and "{" not in (melding := messages().get(tekst, ("{",))[0]):
        return f"{melding} ({tekst})"
    if betydning := _meanings().get((felt, tekst)):
        return f"{betydning} ({tekst})"
    return _fields(tekst) if tekst[:1] in {"{", "["} else tekst


def _fields(tekst: str) -> str:
    try:
        lest = json.loads(tekst)
    except json.JSONDecodeError:
        return tekst
    return "; ".join(_flat(lest))


def _flat(verdi: object, navn: str = "") -> list[str]:
    """Return the values that are not blank, each with the field it stands in."""
    if isinstance(verdi, dict):
        return [del_ for felt, en in verdi.items() for del_ in _flat(en, called(str(felt)))]
    if isinstance(verdi, list):
        return [del_ for en in verdi for del_ in _flat(en, navn)]
    if verdi is None or verdi == "":
        return []
    return [f"{navn}: {verdi}" if navn else str(verdi)]


def sources(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the run's id → which row of the wheel it was, when, and which files it read."""
    rader = con.execute(
        "SELECT k.kjoring_id, k.rad, k.ferdig_tid, string_agg(DISTINCT r.fil, ', ' ORDER BY r.fil) FROM kjoring k"
        " LEFT JOIN kjoring_fil f USING (kjoring_id) LEFT JOIN raafil r USING (sha256) GROUP BY ALL"
    ).fetchall()
    return {
        kjoring_id: f"{rad} {klokke.from_utc(tid):%d.%m.%Y}" + (f", {filer}" if filer else "")
        for kjoring_id, rad, tid, filer in rader
    } | {
        rettelse_id: f"rettelse {rettelse_id.removeprefix(fakta.RETTELSE)}, {fil}"
        for rettelse_id, fil in con.execute("SELECT DISTINCT rettelse_id, fil FROM rettelse").fetchall()
    }
