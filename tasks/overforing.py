"""The transfer to Udir: one line per youth and a manifest, sealed; the same bytes whenever it is made again.

The file's layout is assumed («antatt format», ``data/leveranser/udir_overforing.toml``); the codes are Udir's.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.kjoring import Tabell
from schemas.revisjon import Handling
from schemas.utsending import Sending, Utelatt, Utkast, as_json, make_key
from schemas.verdier import Kanal, Mottaker
from tasks import kodeverk, udirpakker
from tasks.anledning import Anledning, occasion
from tasks.filer import write_file
from tasks.kalender import school_year
from tasks.kjoring import Kjoring
from tasks.leveranseformat import delivery_format, line_sql, write_lines
from tasks.register import fakta
from tasks.revisjon import note
from tasks.skjermede import protected
from tasks.steg import step
from tasks.tilmeldte import FELT, parameters, tilmeldte_sql

HELE_SKOLEAARET = "skolear"
KODELISTER = ("kodeverk/ot_status", "kodeverk/tilmeldingsgrunner", "kodeverk/vigo_koder", "regler/aldersgrense")

PAKKE = """
    SELECT fodselsnummer, grunn, CASE WHEN grunn = '' THEN {linje} || $slutt END AS linje,
        CASE WHEN grunn <> '' THEN person_id END AS person_id, CASE WHEN grunn <> '' THEN raadgiver END AS raadgiver,
        grunn <> '' AND skjermet AS er_skjermet
    FROM ({tilmeldte}) ORDER BY fodselsnummer, person_id
"""
"""Everyone enrolled: her line in the file, or who she is and why she is not in it."""


@dataclass(frozen=True)
class Pakke:
    """A sealed transfer: the data file, its manifest, and who is left out; those of ``skjermede`` are never named."""

    data: bytes
    manifest: bytes
    antall: int
    utelatte: tuple[Utelatt, ...]
    skjermede: frozenset[str] = frozenset()

    @property
    def sha256(self) -> str:
        """The hash of the data file."""
        return hashlib.sha256(self.data).hexdigest()


def _format() -> dict[str, Any]:
    return delivery_format(udirpakker.FORMAT)


def packages(anledning: Anledning) -> Utkast:
    """Return the transfer as the one item of a proposal.

    Its key is its content and its number, so the same is not sent twice in a row, yet a correction can be taken back.
    """
    pakke = build(anledning)
    innhold = {"antall": pakke.antall, "sha256": pakke.sha256, "telledato": anledning.telledato}
    nokkel = make_key(anledning.rad.rad, anledning.aar, _number(anledning, pakke.sha256), pakke.sha256)
    sending = Sending("", Mottaker.UDIR, "", Kanal.UDIR, nokkel, as_json(innhold))
    return Utkast([sending], list(pakke.utelatte), pakke.skjermede)


def _number(anledning: Anledning, sha256: str) -> int:
    """Return how many packages the row had handed over before this one; the last one's own number when it is that."""
    sendte = udirpakker.with_udir(anledning.con, anledning.rad.rad, anledning.aar)
    return len(sendte) - (bool(sendte) and sendte[-1].sha256 == sha256)


def build(anledning: Anledning) -> Pakke:
    """Return the package for the occasion's counting date, as known at its ``kjent_tid``."""
    format_ = _format()
    tilmeldte = _enrolled(anledning, deler_nummer=False)
    if pc.count_distinct(tilmeldte["fodselsnummer"]).as_py() < len(tilmeldte):
        tilmeldte = _enrolled(anledning, deler_nummer=True)
    linjer = tilmeldte["linje"].drop_null().to_pylist()
    data = write_lines(format_, []) + "".join(linjer).encode(format_["tegnsett"].removesuffix("-sig"))
    uten = tilmeldte.filter(pc.field("grunn") != "").sort_by("person_id").to_pylist()
    utelatte = tuple(Utelatt(u["person_id"], Mottaker.UDIR, u["grunn"], u["raadgiver"]) for u in uten)
    return Pakke(
        data,
        _manifest(anledning, data, len(linjer), Counter(enkelt.grunn_kode for enkelt in utelatte)),
        len(linjer),
        utelatte,
        _unnamed(anledning, uten),
    )


def _unnamed(anledning: Anledning, uten: list[dict[str, Any]]) -> frozenset[str]:
    """Return those left out who are protected on the counting date or today: they are counted and never named."""
    i_dag = protected(anledning.con, anledning.dato) if uten else frozenset[str]()
    return frozenset(u["person_id"] for u in uten if u["er_skjermet"] or u["person_id"] in i_dag)


def _enrolled(anledning: Anledning, *, deler_nummer: bool) -> pa.Table:
    format_ = _format()
    sql = PAKKE.format(linje=line_sql(format_), tilmeldte=tilmeldte_sql(deler_nummer=deler_nummer))
    return anledning.con.execute(sql, window(anledning) | {"slutt": format_["linjeskift"]}).to_arrow_table()


def window(anledning: Anledning) -> dict[str, object]:
    """Return the parameters of ``tilmeldte.tilmeldte_sql``: in June the whole school year, else the counting date."""
    til = anledning.telledato
    fra = school_year_start(til) if anledning.rad.parametre["omfang"] == HELE_SKOLEAARET else til
    return parameters(fra, til, anledning.kjent_tid, school_year(school_year_start(til).year))


def school_year_start(dato: date) -> date:
    """Return the first day of the school year that ``dato`` is in."""
    maaned, dag = (int(ledd) for ledd in kodeverk.rule("skoleaar", dato)["forste_dag"].split("-"))
    start = date(dato.year, maaned, dag)
    return start if start <= dato else date(dato.year - 1, maaned, dag)


def _manifest(anledning: Anledning, data: bytes, antall: int, utelatt: Counter[str]) -> bytes:
    """Return the manifest: what the file is, its hash, and the day and knowledge it rests on.

    ``kjent_til`` is the moment of the newest fact in use, so that the same knowledge gives the same bytes.
    """
    kjent_til = fakta.newest(anledning.con, FELT, anledning.telledato, anledning.kjent_tid)
    format_ = _format()
    innhold = {
        "format": format_["navn"],
        "format_status": format_["status"],
        "formatversjon": format_["versjon"],
        "rad": anledning.rad.rad,
        "aar": anledning.aar,
        "telledato": anledning.telledato.isoformat(),
        "kjent_til": kjent_til.isoformat() + "Z" if kjent_til else None,
        "antall": antall,
        "sha256": hashlib.sha256(data).hexdigest(),
        "utelatt": dict(utelatt),
        "kodelister": {navn: kodeverk.version(navn) for navn in KODELISTER},
    }
    return (as_json(innhold) + "\n").encode()


@step("Forsegl pakken")
def seal(kjoring: Kjoring) -> None:
    """Keep the package of a new proposal, byte for byte, as its row's next version; tell what is in it and is not."""
    pakke = build(occasion(kjoring))
    kjoring.sha256 = pakke.sha256
    kjoring.tabeller.append(_reconciliation(kjoring, pakke))
    if not kjoring.tall.foreslaatt:
        return
    if hos_udir := udirpakker.with_udir(kjoring.con, kjoring.rad.rad, kjoring.aar):
        kjoring.tabeller.append(udirpakker.difference(hos_udir[-1], pakke.data))
    nokkel = [kjoring.rad.rad, kjoring.aar]
    svar = kjoring.con.execute("SELECT count(*) FROM overforing WHERE rad = ? AND aar = ?", nokkel).fetchone()
    versjon = (svar[0] if svar else 0) + 1
    navn = file_name(kjoring.rad.nr, kjoring.per_dato, f"v{versjon}")
    kjoring.con.execute(
        "INSERT INTO overforing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *nokkel,
            versjon,
            kjoring.per_dato,
            pakke.sha256,
            pakke.antall,
            navn,
            pakke.data,
            pakke.manifest,
            kjoring.forslag_id,
        ],
    )
    _note(kjoring, Handling.PAKKE, navn, pakke)


@step("Gjenskap pakken")
def reproduce(kjoring: Kjoring) -> None:
    """Make the package again as it was known at the run's ``kjent_tid``, beside the delivered ones; send nothing."""
    pakke = build(occasion(kjoring))
    kjoring.sha256 = pakke.sha256
    kjoring.tabeller.append(_reconciliation(kjoring, pakke))
    svar = kjoring.con.execute(
        "SELECT versjon FROM overforing WHERE rad = ? AND aar = ? AND sha256 = ? AND manifest = ? ORDER BY versjon",
        [kjoring.rad.rad, kjoring.aar, pakke.sha256, pakke.manifest],
    ).fetchall()
    versjoner = ", ".join(str(versjon) for (versjon,) in svar)
    kjoring.note("ÅH-3110" if svar else "ÅH-3111", **({"versjoner": versjoner} if svar else {}))
    if not kjoring.bare_vis:
        navn = file_name(kjoring.rad.nr, kjoring.per_dato, pakke.sha256[:12])
        write_file(kjoring.hjem.utboks / "udir" / "gjenskapt" / f"{navn}.csv", pakke.data)
        write_file(kjoring.hjem.utboks / "udir" / "gjenskapt" / f"{navn}.json", pakke.manifest)
        _note(kjoring, Handling.GJENSKAPT, navn, pakke)


def _note(kjoring: Kjoring, handling: Handling, navn: str, pakke: Pakke) -> None:
    antall = {"ungdommer": pakke.antall, "utelatt": len(pakke.utelatte)}
    note(kjoring.con, kjoring.naa, kjoring.av, handling, navn, antall)


def _reconciliation(kjoring: Kjoring, pakke: Pakke) -> Tabell:
    """Return everyone enrolled as those in the file and those left out, reason by reason."""
    grunner = kodeverk.reasons(kjoring.per_dato)
    utelatt = Counter(enkelt.grunn_kode for enkelt in pakke.utelatte)
    return Tabell(
        tittel="Registeret og filen",
        hoder=("Hvem", "Antall"),
        rader=[
            ("Tilmeldt i registeret", pakke.antall + len(pakke.utelatte)),
            ("Med i filen", pakke.antall),
            *((f"Ikke med: {grunner[kode]['tekst']}", antall) for kode, antall in sorted(utelatt.items())),
        ],
    )


def file_name(rad_nr: int, telledato: date, hvilken: str) -> str:
    """Return the package's name without ending: which row, which date, which version or content."""
    return f"{_format()['filnavn']}-{rad_nr:02d}-{telledato.isoformat()}-{hvilken}"
