"""Judging a file of corrections against the register: each row's person, field and values, and all that is wrong.

A row fits where the field may be corrected, the old value is what the register holds on the day, the new one passes
the field's own checks, and nothing is opened for letters without a reason that may open it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import duckdb
import pandas as pd

from schemas.format import Filformat
from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag, parse_date
from tasks import kodeverk
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.lesing import read
from tasks.register import fakta
from tasks.rettelsesfelt import Feltkontroll, fields, opens
from tasks.validering import Validert, validate

AARSAKER: Final = "rettelsesaarsaker"
HELE_FILEN: Final = 0
"""The row number of what is wrong with a file as a whole."""
KODE_PERSON = "ÅH-2211"
KODE_FELT = "ÅH-2212"
KODE_GAMMEL_VERDI = "ÅH-2213"
KODE_LIK = "ÅH-2214"
KODE_APNER = "ÅH-2215"
KODE_GJENTATT = "ÅH-2216"
KODE_ANNENS_NUMMER = "ÅH-2217"


class Rettelse(NamedTuple):
    """One row, as the register writes its values."""

    rad_nr: int
    person_id: str
    felt: str
    gyldig_fra: date
    gammel: str
    ny: str
    arsakskode: str
    begrunnelse: str
    av: str
    dato: str

    @property
    def nokkel(self) -> tuple[str, str, date]:
        """What the row is about: person, field, day."""
        return self.person_id, self.felt, self.gyldig_fra


@dataclass
class Fil:
    """One file of corrections: its rows, and the code of what is wrong with each that does not fit."""

    navn: str
    sha256: str
    innhold: bytes
    rader: list[Rettelse] = field(default_factory=list)
    feil: dict[int, str] = field(default_factory=dict)
    uleselig: BrukerFeil | None = None


def judge(con: duckdb.DuckDBPyConnection, hjem: Hjem, i_dag: date, fil: Fil, format_: Filformat) -> None:
    """Fill in the file's rows and what is wrong with them; all that is wrong comes at once."""
    grunnlag = Kontrollgrunnlag(
        siste_dato=i_dag, datoformat=format_.datoformat, kodeverk={AARSAKER: kodeverk.codes(AARSAKER, i_dag)}
    )
    try:
        validert = validate(read(fil.innhold, fil.navn, format_), SKJEMAER[format_.navn](grunnlag))
    except BrukerFeil as feil:
        fil.uleselig, fil.feil = feil, {HELE_FILEN: feil.kode}
        return
    for nummer, kode in zip(validert.feil["rad_nr"].tolist(), validert.feil["kode"], strict=True):
        fil.feil.setdefault(nummer, kode)
    kontroll = Feltkontroll(hjem, i_dag, format_.datoformat)
    fil.rader = _rows(con, validert, kontroll, format_.datoformat)
    holdt = _held(con, fil.rader)
    apner = {rad["kode"] for rad in kodeverk.valid_on(f"kodeverk/{AARSAKER}", i_dag) if rad["kan_apne"] == "ja"}
    antall = Counter(rad.nokkel for rad in fil.rader)
    skrevet = dict(zip(validert.rad_nr.tolist(), validert.gyldige["ny_verdi"].astype("str"), strict=True))
    for rad in fil.rader:
        kode = (
            _unknown(rad)
            or kontroll.fault(rad.felt, skrevet[rad.rad_nr], rad.gyldig_fra)
            or _misfit(rad, holdt.get(rad.nokkel, ""), apner)
            or (KODE_GJENTATT if antall[rad.nokkel] > 1 else "")
            or (KODE_ANNENS_NUMMER if _is_someone_elses(con, rad) else "")
        )
        if kode:
            fil.feil[rad.rad_nr] = kode


def _rows(
    con: duckdb.DuckDBPyConnection, validert: Validert, kontroll: Feltkontroll, datoformat: str
) -> list[Rettelse]:
    """Return the whole rows, each with its person (blank where unknown) and values as the register has them."""
    ramme = validert.gyldige.astype("str")
    personer = _people(con, ramme["person"])
    rader = []
    for nummer, person, rad in zip(validert.rad_nr.tolist(), personer, ramme.to_dict("records"), strict=True):
        kjent = rad["felt"] in fields()
        gammel, ny = (
            kontroll.written(rad["felt"], rad[navn]) if kjent else "" for navn in ("gammel_verdi", "ny_verdi")
        )
        gyldig_fra = parse_date(rad["gyldig_fra"], datoformat) or date.max
        rader.append(
            Rettelse(
                nummer, person, rad["felt"] if kjent else "", gyldig_fra, gammel, ny,
                rad["arsakskode"], rad["begrunnelse"], rad["av"], rad["dato"],
            )
        )  # fmt: skip
    return rader


def _people(con: duckdb.DuckDBPyConnection, hvem: pd.Series) -> list[str]:
    """Return the person_id that each number in the register or national id stands for today, blank where none does."""
    etter_nummer = fakta.people_by_id(con, hvem)
    samme = con.execute(
        "SELECT p.person_id, coalesce(s.er_person_id, p.person_id) FROM person p LEFT JOIN samme_person($kjent) s"
        " USING (person_id) WHERE p.person_id IN (SELECT unnest($hvem::VARCHAR[]))",
        {"kjent": fakta.EVIG_TID, "hvem": hvem.tolist()},
    ).fetchall()
    etter_id = dict(samme)
    return [etter_id.get(enkelt, nummer) for enkelt, nummer in zip(hvem, etter_nummer, strict=True)]


def _held(con: duckdb.DuckDBPyConnection, rader: list[Rettelse]) -> dict[tuple[str, str, date], str]:
    """Return what the register holds, by person, field and day."""
    svar: dict[tuple[str, str, date], str] = {}
    for dag in sorted({rad.gyldig_fra for rad in rader}):
        felter = sorted({rad.felt for rad in rader if rad.felt and rad.gyldig_fra == dag})
        for rad in fakta.current(con, felter, dag).to_dict("records") if felter else []:
            svar |= {(str(rad["person_id"]), felt, dag): str(rad[felt]) for felt in felter}
    return svar


def _unknown(rad: Rettelse) -> str:
    if not rad.felt:
        return KODE_FELT
    return "" if rad.person_id else KODE_PERSON


def _misfit(rad: Rettelse, holdt: str, apner: set[str]) -> str:
    """Return the code of why the row may not be used, blank when it may."""
    if rad.gammel != holdt:
        return KODE_GAMMEL_VERDI
    if rad.ny == holdt:
        return KODE_LIK
    return KODE_APNER if opens(rad.felt, holdt, rad.ny, rad.gyldig_fra) and rad.arsakskode not in apner else ""


def _is_someone_elses(con: duckdb.DuckDBPyConnection, rad: Rettelse) -> bool:
    """Tell whether the new value is a national id that another person has or has had."""
    if rad.felt != "fodselsnummer":
        return False
    return fakta.people_by_id(con, pd.Series([rad.ny], dtype="str")).iloc[0] not in ("", rad.person_id)
