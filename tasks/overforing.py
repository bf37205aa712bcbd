"""The transfer to Udir: one line per youth and a manifest, sealed; the same bytes whenever it is made again.

The file's layout is assumed («antatt format», ``data/leveranser/udir_overforing.toml``); the codes are Udir's.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.utsending import Sending, Utelatt, Utkast, as_json, make_key
from schemas.verdier import Kanal, Mottaker
from tasks import kodeverk
from tasks.adresse import is_protected
from tasks.anledning import Anledning, occasion
from tasks.filer import write_file
from tasks.kalender import school_year
from tasks.kjoring import Kjoring
from tasks.leveranseformat import delivery_format, write_lines
from tasks.register import fakta
from tasks.steg import step

FELT = (
    "fodselsnummer", "fodselsdato", "kommunenummer", "tilmeldingsgrunn", "tilmeldt_dato", "avsluttet_dato", "ot_status",
    "raadgiver", "adressegradering_vigo", "adressegradering_otto",
)  # fmt: skip
HELE_SKOLEAARET = "skolear"
KODELISTER = ("kodeverk/ot_status", "kodeverk/tilmeldingsgrunner", "kodeverk/vigo_koder", "regler/aldersgrense")

SENDTE_PAKKER = """
    SELECT o.sha256 FROM overforing o JOIN utsending_naa u USING (forslag_id)
    WHERE o.rad = ? AND o.aar = ? AND u.forslag_tilstand IN ('iverksettes', 'iverksatt') AND u.tilstand <> 'avvist'
    ORDER BY o.versjon
"""


@dataclass(frozen=True)
class Pakke:
    """A sealed transfer: the data file, its manifest, and who is left out."""

    data: bytes
    manifest: bytes
    antall: int
    utelatte: tuple[Utelatt, ...]

    @property
    def sha256(self) -> str:
        """The hash of the data file."""
        return hashlib.sha256(self.data).hexdigest()


def _format() -> dict[str, Any]:
    return delivery_format("udir_overforing")


def packages(anledning: Anledning) -> Utkast:
    """Return the transfer as the one item of a proposal.

    Its key is its content and its number, so the same is not sent twice in a row, yet a correction can be taken back.
    """
    pakke = build(anledning)
    innhold = {"antall": pakke.antall, "sha256": pakke.sha256, "telledato": anledning.telledato}
    nokkel = make_key(anledning.rad.rad, anledning.aar, _number(anledning, pakke.sha256), pakke.sha256)
    sending = Sending("", Mottaker.UDIR, "", Kanal.UDIR, nokkel, as_json(innhold))
    return Utkast([sending], list(pakke.utelatte))


def _number(anledning: Anledning, sha256: str) -> int:
    """Return how many packages the row had handed over before this one; the last one's own number when it is that."""
    sendte = anledning.con.execute(SENDTE_PAKKER, [anledning.rad.rad, anledning.aar]).fetchall()
    return len(sendte) - (bool(sendte) and sendte[-1] == (sha256,))


def build(anledning: Anledning) -> Pakke:
    """Return the package for the occasion's counting date, as known at its ``kjent_tid``."""
    med, utelatte = [], []
    for person in people(anledning):
        if grunn := refused(person, anledning.telledato):
            utelatte.append(Utelatt(person["person_id"], Mottaker.UDIR, grunn, person["raadgiver"]))
        else:
            med.append(_line(anledning, person))
    data = write_lines(_format(), sorted(med, key=lambda linje: linje["fodselsnummer"]))
    grunner = Counter(utelatt.grunn_kode for utelatt in utelatte)
    return Pakke(data, _manifest(anledning, data, len(med), grunner), len(med), tuple(utelatte))


def people(anledning: Anledning) -> list[dict[str, str]]:
    """Return those to be reported: enrolled on the counting date, in June at any time of the school year."""
    telledato = anledning.telledato
    ramme = fakta.current(anledning.con, FELT, telledato, anledning.kjent_tid)
    fra = telledato.isoformat()
    if anledning.rad.parametre["omfang"] == HELE_SKOLEAARET:
        fra = school_year_start(telledato).isoformat()
    tilmeldt = (ramme["tilmeldt_dato"] != "") & (ramme["tilmeldt_dato"] <= telledato.isoformat())
    ikke_avsluttet = (ramme["avsluttet_dato"] == "") | (ramme["avsluttet_dato"] >= fra)
    rader: list[dict[str, str]] = ramme[tilmeldt & ikke_avsluttet].to_dict("records")
    return rader


def school_year_start(dato: date) -> date:
    """Return the first day of the school year that ``dato`` is in."""
    maaned, dag = (int(ledd) for ledd in kodeverk.rule("skoleaar", dato)["forste_dag"].split("-"))
    start = date(dato.year, maaned, dag)
    return start if start <= dato else date(dato.year - 1, maaned, dag)


def refused(person: dict[str, str], telledato: date) -> str:
    """Return the code of why a youth cannot be reported, blank when nothing is wrong."""
    if not person["fodselsdato"]:
        return "MANGLER_FODSELSDATO"
    if not kodeverk.has_target_age(date.fromisoformat(person["fodselsdato"]), telledato):
        return "UTENFOR_MAALGRUPPEN"
    if person["ot_status"] not in kodeverk.codes("ot_status", telledato):
        return "MANGLER_STATUS"
    if person["tilmeldingsgrunn"] not in kodeverk.codes("tilmeldingsgrunner", telledato):
        return "MANGLER_TILMELDINGSGRUNN"
    return ""


def _line(anledning: Anledning, person: dict[str, str]) -> dict[str, str]:
    """Return one youth's line; where the address is protected the municipality is blank."""
    skjermet = is_protected(person["adressegradering_vigo"], person["adressegradering_otto"])
    return person | {
        "skoleaar": school_year(school_year_start(anledning.telledato).year),
        "telledato": anledning.telledato.isoformat(),
        "kommunenummer": "" if skjermet else person["kommunenummer"],
    }


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
        "utelatt": dict(sorted(utelatt.items())),
        "kodelister": {navn: kodeverk.version(navn) for navn in KODELISTER},
    }
    return (as_json(innhold) + "\n").encode()


@step("Forsegl pakken")
def seal(kjoring: Kjoring) -> None:
    """Keep the package of a new proposal, byte for byte, under its row's next version."""
    pakke = build(occasion(kjoring))
    kjoring.sha256 = pakke.sha256
    if not kjoring.tall.foreslaatt:
        return
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


@step("Gjenskap pakken")
def reproduce(kjoring: Kjoring) -> None:
    """Make the package again as it was known at the run's ``kjent_tid``, beside the delivered ones; send nothing."""
    pakke = build(occasion(kjoring))
    kjoring.sha256 = pakke.sha256
    if not kjoring.bare_vis:
        navn = file_name(kjoring.rad.nr, kjoring.per_dato, pakke.sha256[:12])
        write_file(kjoring.hjem.utboks / "udir" / "gjenskapt" / f"{navn}.csv", pakke.data)
        write_file(kjoring.hjem.utboks / "udir" / "gjenskapt" / f"{navn}.json", pakke.manifest)


def file_name(rad_nr: int, telledato: date, hvilken: str) -> str:
    """Return the package's name without ending: which row, which date, which version or content."""
    return f"{_format()['filnavn']}-{rad_nr:02d}-{telledato.isoformat()}-{hvilken}"
