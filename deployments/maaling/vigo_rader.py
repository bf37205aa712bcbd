"""A synthetic Vigo file of any size, the same every time: one row in a hundred broken, in twenty ways.

No number here can belong to a person: the month is always eighty more than a real one.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from schemas.fodselsnummer import VEKTER_1, VEKTER_2
from tasks.filer import DATA
from tasks.formater import find_format

Tall = npt.NDArray[np.int64]

SKOLEAAR: Final = "20262027"
FORMAT: Final = "vigo_ikkesokere"
FORELDRE_ANDEL: Final = (0.4, 0.3)
"""How many rows have a first and a second guardian: those under eighteen."""
HVER: Final = 100
"""One row in this many is broken."""
FEIL: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("fodselsnummer", lambda nr: f"{nr[:10]}{(int(nr[10]) + 1) % 10}"),
    ("fodselsnummer", lambda nr: f"3182{nr[4:]}"),
    ("fodselsnummer", lambda nr: nr[:10]),
    ("fodselsnummer", lambda nr: f"{nr[:6]}000{nr[9:]}"),
    ("fodselsnummer", lambda _: ""),
    ("fornavn", lambda navn: f"{navn}\u202e"),
    ("etternavn", lambda _: " "),
    ("adresselinje1", lambda adresse: f"{adresse}\x7f"),
    ("postnummer", lambda nummer: nummer[:3]),
    ("kommunenummer", lambda _: "1103"),
    ("personstatus", lambda _: "ukjent"),
    ("mobilnummer", lambda _: "12345678"),
    ("epost", lambda _: "ola(a)example.com"),
    ("skoleaar", lambda _: "20252026"),
    ("vigokode", lambda _: "OSXX"),
    ("registrert_dato", lambda dato: f"{dato[-4:]}-04-31"),
    ("registrert_dato", lambda _: "01.01.2099"),
    ("foresatt1_fodselsnummer", lambda nr: f"{nr[:9]}x"),
    ("foresatt1_foreldreansvar", lambda _: "X"),
    ("foresatt2_postnummer", lambda _: "31400"),
)


def write_file(sti: Path, rader: int) -> None:
    """Write the file, columns in the format's order under the format's own headings."""
    format_ = find_format(FORMAT)
    kolonner = _columns(np.random.default_rng(rader), rader)
    _break(kolonner, rader)
    tabell = pa.table({kolonne.overskrift: kolonner[kolonne.navn] for kolonne in format_.kolonner})
    valg = pacsv.WriteOptions(include_header=False, delimiter=format_.skilletegn, quoting_style="none")
    with sti.open("wb") as fil:
        fil.write((format_.skilletegn.join(tabell.column_names) + "\n").encode())
        pacsv.write_csv(tabell, fil, valg)


def _columns(rng: np.random.Generator, rader: int) -> dict[str, pa.Array]:
    """Return every column of good rows, in the ways that real files repeat themselves."""
    personer = ids(np.arange(rader, dtype=np.int64) * 3)
    fornavn, etternavn = _names(rng, rader)
    kommuner = _rows("demo/kommuner")
    sted = rng.integers(len(kommuner), size=rader)
    nummer = pa.array(rng.integers(1, 99, rader)).cast(pa.string())
    uten_mobil, uten_epost = rng.random(rader) < 0.1, rng.random(rader) < 0.4  # noqa: PLR2004
    epost = pc.binary_join_element_wise(fornavn, etternavn, pa.array(np.arange(rader)).cast(pa.string()), ".")
    delt = {
        "adresselinje1": _joined(_take([rad["gate"] for rad in _rows("demo/gater")], rng, rader), nummer),
        "postnummer": pa.array([rad["postnummer"] for rad in kommuner]).take(pa.array(sted)),
        "poststed": pa.array([rad["poststed"] for rad in kommuner]).take(pa.array(sted)),
        "adressegradering": _take(["ugradert"] * 98 + ["fortrolig", "strengt fortrolig"], rng, rader),
    }
    return {
        "fodselsnummer": personer,
        "fornavn": fornavn,
        "etternavn": etternavn,
        **delt,
        "kommunenummer": pa.array([rad["kode"] for rad in kommuner]).take(pa.array(sted)),
        "personstatus": _take(["bosatt"] * 97 + ["midlertidig", "utflyttet", "doed"], rng, rader),
        "mobilnummer": _blank(pa.array(40_000_000 + rng.permutation(rader)).cast(pa.string()), uten_mobil),
        "epost": _blank(_joined(pc.utf8_lower(pc.replace_substring(epost, " ", "")), "example.com", "@"), uten_epost),
        "skoleaar": pa.repeat(SKOLEAAR, rader),
        "vigokode": pa.repeat("OSON", rader),
        "ot_enhet": pa.array([rad["ot_enhet"] for rad in kommuner]).take(pa.array(sted)),
        "registrert_dato": _take(
            [f"{dag:02}.{maaned:02}.2026" for maaned in (2, 3, 4) for dag in range(1, 29)], rng, rader
        ),
        **_guardian(rng, rader, 1, delt),
        **_guardian(rng, rader, 2, delt),
        "tidligere_fodselsnummer": pa.repeat("", rader),
    }


def _guardian(rng: np.random.Generator, rader: int, nummer: int, delt: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Return a guardian's columns, blank where there is none; most live where the youth does."""
    uten = rng.random(rader) >= FORELDRE_ANDEL[nummer - 1]
    egne = {
        "fodselsnummer": ids(np.arange(rader, dtype=np.int64) * 3 + nummer),
        "navn": _joined(*_names(rng, rader)),
        "foreldreansvar": _take(["J"] * 9 + ["N"], rng, rader),
    }
    return {f"foresatt{nummer}_{navn}": _blank(verdier, uten) for navn, verdier in {**egne, **delt}.items()}


def ids(nummer: Tall) -> pa.Array:
    """Return a valid synthetic id for each number, the same id never twice; born 2000–2012."""
    ledig = np.flatnonzero(_control(_nine(np.arange(13 * 336 * 500, dtype=np.int64))).max(axis=1) <= 9)  # noqa: PLR2004
    ni = _nine(ledig[nummer % len(ledig)])
    tegn = np.hstack([ni, _control(ni)]).astype(np.uint8) + ord("0")
    return pa.array(tegn.view("S11").ravel(), pa.binary()).cast(pa.string())


def _nine(nummer: Tall) -> Tall:
    """Return the first nine digits: day 1–28, month 81–92, year 00–12, individual digits 500–999."""
    nummer = nummer * 1_000_003 % (13 * 336 * 500)
    deler = ((nummer % 28 + 1, 2), (nummer // 28 % 12 + 81, 2), (nummer // 336 % 13, 2), (nummer // 4368 + 500, 3))
    return np.stack([tall // 10**plass % 10 for tall, antall in deler for plass in reversed(range(antall))], axis=1)


def _control(ni: Tall) -> Tall:
    """Return the two control digits of each; ten where there is none."""
    forste = -(ni @ np.array(VEKTER_1)) % 11
    andre = -(np.column_stack([ni, forste]) @ np.array(VEKTER_2)) % 11
    return np.column_stack([forste, andre])


def _break(kolonner: dict[str, pa.Array], rader: int) -> None:
    """Break one row in a hundred, the ways in turn; and let one in two thousand be someone who stands there already."""
    for maate, (navn, feil) in enumerate(FEIL):
        _replace(kolonner, navn, np.arange(HVER // 2 + maate * HVER, rader, HVER * len(FEIL)), feil)
    doble = np.arange(HVER * 3 // 4, rader, HVER * len(FEIL))
    tidligere = iter(kolonner["fodselsnummer"].take(pa.array(doble // 2)).to_pylist())
    _replace(kolonner, "fodselsnummer", doble, lambda _: next(tidligere))


def _replace(kolonner: dict[str, pa.Array], navn: str, hvor: Tall, ny: Callable[[str], str]) -> None:
    maske = np.zeros(len(kolonner[navn]), dtype=np.bool_)
    maske[hvor] = True
    verdier = [ny(verdi) for verdi in kolonner[navn].filter(pa.array(maske)).to_pylist()]
    kolonner[navn] = pc.replace_with_mask(kolonner[navn], pa.array(maske), pa.array(verdier, pa.string()))


def _names(rng: np.random.Generator, rader: int) -> tuple[pa.Array, pa.Array]:
    """Return first names, one in five of them double, and surnames, one in ten double."""
    fornavn, etternavn = ([rad["navn"] for rad in _rows(f"demo/{liste}")] for liste in ("fornavn", "etternavn"))
    forste, siste = _take(fornavn, rng, rader), _take(etternavn, rng, rader)
    dobbelt, mellom = pa.array(rng.random(rader) < 0.2), pa.array(rng.random(rader) < 0.1)  # noqa: PLR2004
    return (
        pc.if_else(dobbelt, _joined(forste, _take(fornavn, rng, rader)), forste),
        pc.if_else(mellom, _joined(_take(etternavn, rng, rader), siste), siste),
    )


def _take(verdier: list[str], rng: np.random.Generator, rader: int) -> pa.Array:
    return pa.array(verdier).take(pa.array(rng.integers(len(verdier), size=rader)))


def _joined(*deler: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*deler[:2], deler[2] if len(deler) > 2 else " ")  # noqa: PLR2004


def _blank(verdier: pa.Array, uten: npt.NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(uten), "", verdier)


def _rows(navn: str) -> list[dict[str, str]]:
    with (DATA / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))
