"""Files that are almost right: each a good file of some format and kind, with something done to it.

``make(fro, nummer)`` gives the same mutant every time. What is done stands in the tables at the end: to bytes, to text,
to columns, to cells, to a workbook's parts, to JSON, and to the file's name.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.format import Filformat, Filtype
from tasks.formater import formats
from tests.filbygger import KANARI, csv_file, good_row, json_object, sheet_file

Tilfeldig = random.Random
RADER = 4
ONDE = [
    "", " ", "\u00a0", "=1+1", "@SUM(A1)", "+47", "-1", "NaN", "null", "#N/A", "TRUE", "1.0101E+10", "0", "00000000000",
    "a\x07b", "\u202eabc", "\u061cx", "a\u2028b", "a\ufeffb", "\ufffd", "A\u030a", "🙂" * 20, "x" * 40_000, '"',
    '""', '"x',
    "a;b", "a\nb", "a\r\nb", "\t", "Ã¸", "۱۲۳۴", "９９", "31.02.2026", "2026-03-12", "1e9", "'", "\\", "&lt;",
    "]]>", "\x1f",
    f"{KANARI}\x9f", "\u00ad", "\U0010ffff", "İ", "ß", "STUSP1---", "-" * 10,
]  # fmt: skip
TEGNSETT = [
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "cp1252",
    "latin-1",
    "cp865",
    "mac_roman",
    "utf-7",
]
ENDELSER = ["csv", "xlsx", "json", "xls", "xlsm", "xlsb", "html", "txt", "pdf", "CSV", "XLSX", "", "csv.xlsx"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


@dataclass(frozen=True)
class Mutant:
    """A file, what it should be read as, and what was done to it."""

    fil: str
    innhold: bytes
    format: Filformat
    hva: str


def make(fro: int, nummer: int) -> Mutant:
    """Return mutant ``nummer`` of the seed."""
    tilfeldig = Tilfeldig(f"{fro}-{nummer}")
    navn, type_ = tilfeldig.choice(_all_kinds())
    format_ = formats()[navn]
    grep = tilfeldig.choice(GREP[type_])
    innhold = grep(tilfeldig, format_)
    hva, endelse = grep.__name__, str(type_)
    if tilfeldig.random() < 0.2:
        innhold, hva = _hurt(tilfeldig, innhold), f"{hva} + oktetter"
    if tilfeldig.random() < 0.05:
        endelse = tilfeldig.choice(ENDELSER)
    return Mutant(f"{navn}.{endelse}", innhold, format_, hva)


@cache
def _all_kinds() -> list[tuple[str, Filtype]]:
    return [(navn, type_) for navn, format_ in sorted(formats().items()) for type_ in format_.typer]


def _rows(navn: str) -> list[dict[str, Any]]:
    return [good_row(navn, nummer) for nummer in range(RADER)]


@cache
def _good(navn: str, type_: Filtype) -> bytes:
    if type_ == "csv":
        return csv_file(navn, *_rows(navn))
    if type_ == "json":
        return json.dumps(json_object(*_rows(navn)), ensure_ascii=False).encode()
    return sheet_file({"Ark1": _grid(formats()[navn])})


def _grid(format_: Filformat) -> list[list[Any]]:
    rader = _rows(format_.navn)
    return [[k.overskrift for k in format_.kolonner], *([rad[k.navn] for k in format_.kolonner] for rad in rader)]


def _hurt(tilfeldig: Tilfeldig, innhold: bytes) -> bytes:
    """Do one to four things to the bytes."""
    ut = bytearray(innhold)
    for _ in range(tilfeldig.randint(1, 4)):
        fra = tilfeldig.randrange(len(ut) + 1)
        lengde = tilfeldig.choice([1, 1, 2, 8, 64, 500])
        tilfeldig.choice([_flip, _cut, _repeat, _truncate, _insert])(tilfeldig, ut, fra, lengde)
    return bytes(ut)


def _flip(tilfeldig: Tilfeldig, ut: bytearray, fra: int, lengde: int) -> None:
    for sted in range(fra, min(fra + lengde, len(ut))):
        ut[sted] ^= 1 << tilfeldig.randrange(8)


def _cut(tilfeldig: Tilfeldig, ut: bytearray, fra: int, lengde: int) -> None:
    del ut[fra : fra + lengde]


def _repeat(tilfeldig: Tilfeldig, ut: bytearray, fra: int, lengde: int) -> None:
    ut[fra:fra] = ut[fra : fra + lengde] * tilfeldig.choice([1, 2, 50])


def _truncate(tilfeldig: Tilfeldig, ut: bytearray, fra: int, lengde: int) -> None:
    del ut[fra:]


def _insert(tilfeldig: Tilfeldig, ut: bytearray, fra: int, lengde: int) -> None:
    ut[fra:fra] = tilfeldig.choice(
        [b"\x00", b'"', b";", b"\n", b"\r", b"\xff", b"\xc3", b"<", tilfeldig.randbytes(lengde)]
    )


def csv_bytes(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    return _hurt(tilfeldig, _good(format_.navn, "csv"))


def csv_encoding(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    tekst = _good(format_.navn, "csv").decode().replace("01.02.2026", tilfeldig.choice(["é–“”", "Ł", "01.02.2026"]))
    return tekst.encode(tilfeldig.choice(TEGNSETT), errors="replace")


def csv_columns(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    rutenett = _mutated_columns(tilfeldig, format_)
    skille = tilfeldig.choice([";", ";", ";", ",", "\t", "|"])
    return "\n".join(skille.join(map(str, rad)) for rad in rutenett).encode()


def csv_cells(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    rutenett = _mutated_cells(tilfeldig, format_)
    if tilfeldig.random() < 0.5:
        rutenett = [[f'"{celle.replace(chr(34), chr(34) * 2)}"' for celle in rad] for rad in rutenett]
    return "\n".join(";".join(rad) for rad in rutenett).encode()


def csv_lines(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    linjer = _good(format_.navn, "csv").splitlines(keepends=True)
    tilfeldig.shuffle(linjer) if tilfeldig.random() < 0.2 else None
    linjer.insert(
        tilfeldig.randrange(len(linjer)), tilfeldig.choice([b"\n", b"a;b\n", b";" * 99 + b"\n", b"\x00\n", b'"\n'])
    )
    return b"".join(linjer) * tilfeldig.choice([1, 1, 3])


def web_page(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    topp = tilfeldig.choice(
        ["<!DOCTYPE html>", "\ufeff<html>", "  <TABLE>", "<?xml version='1.0'?><html>", "<!-- x --><html>"]
    )
    return f"{topp}<body>{KANARI}</body></html>".encode(
        tilfeldig.choice(["utf-8", "utf-16", "cp1252"]), errors="ignore"
    )


def other_kind(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    laast = OLE + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 100
    return tilfeldig.choice(
        [b"", b" \n", OLE, laast, b"%PDF-1.7\n", b"{\\rtf1", b"\x1f\x8b\x08", tilfeldig.randbytes(300), b"\x00" * 99]
    )


def _mutated_columns(tilfeldig: Tilfeldig, format_: Filformat) -> list[list[Any]]:
    kolonner = list(zip(*_grid(format_), strict=True))
    sted = tilfeldig.randrange(len(kolonner))
    match tilfeldig.randrange(6):
        case 0:
            del kolonner[sted]
        case 1:
            kolonner.insert(sted, tilfeldig.choice(kolonner))
        case 2:
            kolonner[sted] = (tilfeldig.choice([*ONDE[:20], KANARI]), *kolonner[sted][1:])
        case 3:
            tilfeldig.shuffle(kolonner)
        case 4:
            kolonner = kolonner[: sted + 1]
        case _:
            kolonner.append(("", *["x"] * RADER))
    return [list(rad) for rad in zip(*kolonner, strict=True)]


def _mutated_cells(tilfeldig: Tilfeldig, format_: Filformat) -> list[list[Any]]:
    rutenett = _grid(format_)
    for _ in range(tilfeldig.randint(1, 5)):
        rad = rutenett[tilfeldig.randrange(1, len(rutenett))]
        rad[tilfeldig.randrange(len(rad))] = tilfeldig.choice(ONDE)
    return rutenett


def book_bytes(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    return _hurt(tilfeldig, _good(format_.navn, "xlsx"))


def book_part_bytes(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """Bytes inside one of the workbook's parts, so that the zip itself is whole."""
    deler = _parts(format_)
    navn = tilfeldig.choice(sorted(deler))
    return _zipped(deler | {navn: _hurt(tilfeldig, deler[navn])})


def book_columns(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    return sheet_file({"Ark1": _mutated_columns(tilfeldig, format_)})


def book_cells(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """Cells of other types than text: numbers, dates, true and false, formulas."""
    import datetime as dt

    rutenett = _mutated_cells(tilfeldig, format_)
    typer = [1010112345, 10101123456, 3116, 311, 0.5, -1, 1e300, 46000, True, False, dt.date(2026, 3, 12),
             dt.datetime.fromisoformat("2026-03-12T10:30"), dt.time(10, 30), "=1+1", "=NA()",
             '=HYPERLINK("x")']  # fmt: skip
    for _ in range(tilfeldig.randint(0, 4)):
        rad = rutenett[tilfeldig.randrange(len(rutenett))]
        rad[tilfeldig.randrange(len(rad))] = tilfeldig.choice(typer)
    rutenett = [["" if isinstance(v, str) and len(v) > 32_000 else v for v in rad] for rad in rutenett]
    ark = {"Ark1": rutenett, "To": [["x"]]} if tilfeldig.random() < 0.2 else {"Ark1": rutenett}
    return sheet_file(ark, skjult=["To"] if tilfeldig.random() < 0.5 else [])


XML = [
    (b"<c r=", b'<c r="XFD1048576" t="str"><v>x</v></c><c r='),
    (b"<row r=", b'<row r="99999999999999999999" x='),
    (b"<sheetData>", b"<sheetData><row><c><v>1</v></c></row>"),
    (b"<?xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><?xml'),
    (b'standalone="yes"?>', b'standalone="yes"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'),
    (b'encoding="UTF-8"', b'encoding="UTF-16"'),
    (b't="s"', b't="e"'), (b't="s"', b't="b"'), (b't="s"', b't="d"'), (b't="s"', b't="zz"'), (b't="s"', b""),
    (b"<v>0</v>", b"<v>99999999</v>"), (b"<v>1</v>", b"<v>-1</v>"), (b"<v>1</v>", b"<f>1+1</f><v>1</v>"),
    (b'<xf numFmtId="0"', b'<xf numFmtId="14"'), (b"<v>2</v>", b"<v>99999999999</v>"),
    (b"<v>3</v>", b"<v>-5</v>"), (b't="s"><v>', b's="0"><v>4'), (b't="s"><v>', b's="0"><v>1e3'),
    (b"<v>2</v>", b"<v>NaN</v>"),
    (b"<v>2</v>", b"<v>1e999</v>"), (b"<v>2</v>", b"<v></v>"),
    (b"worksheets/sheet1.xml", b"../../../etc/passwd"), (b"worksheets/sheet1.xml", b"sharedStrings.xml"),
    (b'count="', b'count="4294967295" x="'), (b'uniqueCount="', b'uniqueCount="99999999999" y="'),
    (b"<si>", b"<si><r><t>x</t></r>"), (b'name="Ark1"', b'name=""'),
    (b"<sheets>", b"<sheets><sheet name='A' r:id='rId9'/>"),
    (b'<dimension ref="', b'<dimension ref="A1:XFD1048576" z="'), (b"</worksheet>", b""),
    (b"<t>", b'<t xml:space="preserve">'),
]  # fmt: skip


def book_xml(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """One to three targeted changes in the XML."""
    deler = _parts(format_)
    for gammel, ny in tilfeldig.sample(XML, tilfeldig.randint(1, 3)):
        antall = tilfeldig.choice([1, 1, -1])
        for navn in deler:
            deler[navn] = deler[navn].replace(gammel, ny, antall)
    return _zipped(deler)


def book_parts(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """Parts that are missing, extra or not what they should be."""
    deler = _parts(format_)
    navn = tilfeldig.choice(sorted(deler))
    nye = {
        "makro": deler | {"xl/vbaProject.bin": b"x"},
        "makroark": deler | {"xl/macrosheets/sheet1.xml": b"<a/>"},
        "borte": {n: d for n, d in deler.items() if n != navn},
        "tom": deler | {navn: b""},
        "bombe": deler | {navn: b"\x00" * 3_000_000},
        "mellomrom": deler | {navn: deler[navn] + b" " * 2_000_000},
        "mange": deler | {f"x{nr}": b"" for nr in range(2_100)},
        "zip": deler | {"xl/embeddings/a.zip": _zipped(deler)},
        "flyttet": {n.replace("xl/", "ppt/"): d for n, d in deler.items()},
        "binaer": {n.replace("workbook.xml", "workbook.bin"): d for n, d in deler.items()},
        "dypt": deler | {navn: b"<a>" * 20_000},
    }
    return _zipped(
        nye[tilfeldig.choice(sorted(nye))], metode=tilfeldig.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
    )


def book_lies(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """A zip whose directory says other sizes than the parts have."""
    innhold = bytearray(_good(format_.navn, "xlsx"))
    steder = [sted for sted in range(len(innhold)) if innhold[sted : sted + 4] == b"PK\x01\x02"]
    sted = tilfeldig.choice(steder) + tilfeldig.choice([8, 10, 16, 20, 24, 42])
    innhold[sted : sted + 2] = tilfeldig.choice([b"\x00\x00", b"\xff\xff", b"\x01\x00", b"\x08\x00"])
    return bytes(innhold)


def _parts(format_: Filformat) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(_good(format_.navn, "xlsx"))) as pakke:
        return {navn: pakke.read(navn) for navn in pakke.namelist()}


def _zipped(deler: dict[str, bytes], metode: int = zipfile.ZIP_DEFLATED) -> bytes:
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w", metode) as pakke:
        for navn, innhold in deler.items():
            pakke.writestr(zipfile.ZipInfo(navn), innhold, pakke.compression)
    return ut.getvalue()


def json_bytes(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    return _hurt(tilfeldig, _good(format_.navn, "json"))


def json_encoding(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    return _good(format_.navn, "json").decode().encode(tilfeldig.choice(TEGNSETT), errors="replace")


def json_values(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """Values of other kinds, and fields away or doubled."""
    rot = json_object(*_rows(format_.navn), format_navn=format_.navn)
    rad = tilfeldig.choice(rot["otungdommer"])
    gruppe = tilfeldig.choice(sorted(rad))
    verdi = tilfeldig.choice([None, 1, 1.5, True, [], {}, "x", [[["x"]]], {"fnr": {}}, "\ud800", *ONDE])
    match tilfeldig.randrange(5):
        case 0:
            rad[gruppe] = verdi
        case 1:
            rad[gruppe].pop(sorted(rad[gruppe])[0])
        case 2:
            rot["otungdommer"][0] = verdi
        case _:
            rad[gruppe][tilfeldig.choice(sorted(rad[gruppe]))] = verdi
    return json.dumps(rot).encode()


def json_form(tilfeldig: Tilfeldig, format_: Filformat) -> bytes:
    """Answers that are not what the interface says."""
    god = json_object(*_rows(format_.navn), format_navn=format_.navn)
    former = [
        {}, [], 1, None, "x", god["otungdommer"], god | {"antall": 5}, god | {"antall": "4"}, god | {"antall": True},
        god | {"antall": 4.0}, god | {"errorMessage": f"feil for {KANARI}"}, god | {"errorMessage": 1},
        god | {"errorMessage": " "},
        god | {"otungdommer": []}, god | {"otungdommer": [], "antall": 0}, god | {"otungdommer": {}}, {"antall": 0},
        god | {"otungdommer": [1, 2, 3, 4]}, god | {"otungdommer": [{}] * 4}, god | {"ny": {"x": [1]}},
    ]  # fmt: skip
    tekst = json.dumps(tilfeldig.choice(former))
    raa = ["[" * 100_000, '{"a":' * 50_000, "NaN", tekst.replace("4", "NaN"), tekst.replace("4", "Infinity"),
           "1" * 5_000,
           tekst.replace('"person"', '"person": {}, "person"'), tekst[: len(tekst) // 2], tekst + tekst,
           tekst + "\x00"]  # fmt: skip
    return (tilfeldig.choice(raa) if tilfeldig.random() < 0.4 else tekst).encode()


FELLES = [web_page, other_kind]
Grep = Callable[[Tilfeldig, Filformat], bytes]
GREP: dict[Filtype, list[Grep]] = {
    "csv": [csv_bytes, csv_bytes, csv_encoding, csv_columns, csv_cells, csv_cells, csv_lines, *FELLES],
    "xlsx": [book_bytes, book_part_bytes, book_part_bytes, book_columns, book_cells, book_cells, book_xml, book_xml,
             book_parts, book_lies, *FELLES],
    "json": [json_bytes, json_bytes, json_encoding, json_values, json_values, json_form, *FELLES],
}  # fmt: skip
