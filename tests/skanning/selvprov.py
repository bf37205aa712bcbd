"""The scanner held to account: a canary laid in each wrapping, where Prefect, its storage and the pages have theirs."""

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import pickle
import quopri
import shutil
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import duckdb
import openpyxl

from tasks.register.tilkobling import Register
from tests.skanner import scan
from tests.skanning.kanarier import Kanari

FORSTE: Final = 900
"""Canaries of no error."""
STEDER: Final = ("prefect/storage", "hjem/rapporter/sider", "tmp")


def _zip(data: bytes) -> bytes:
    with zipfile.ZipFile(ut := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as arkiv:
        arkiv.writestr("indre.txt", data)
    return ut.getvalue()


def _xlsx(data: bytes) -> bytes:
    bok = openpyxl.Workbook()
    bok.active["B7"] = data.decode()
    bok.save(ut := io.BytesIO())
    return ut.getvalue()


def _tar(data: bytes) -> bytes:
    with tarfile.open(fileobj=(ut := io.BytesIO()), mode="w:gz") as arkiv:
        post = tarfile.TarInfo("indre.txt")
        post.size = len(data)
        arkiv.addfile(post, io.BytesIO(data))
    return ut.getvalue()


def _pdf(data: bytes) -> bytes:
    strom = zlib.compress(b"BT (" + data + b") Tj ET")
    return b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + strom + b"\nendstream endobj\n%%EOF"


KODINGER: Final[dict[str, Callable[[bytes], bytes]]] = {
    "ren tekst": lambda data: data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "Latin-1": lambda data: data.decode().encode("latin-1"),
    "base64": base64.b64encode,
    "base64 for adresser": lambda data: base64.urlsafe_b64encode(b"\xfb\xff" + data),
    "hex": lambda data: data.hex().encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": _zip,
    "zip i zip": lambda data: _zip(_zip(data)),
    "tar.gz": _tar,
    "xlsx": _xlsx,
    "PDF-strøm": _pdf,
    "pickle": lambda data: pickle.dumps({"verdi": data.decode()}),
    "pickle i base64 i JSON": lambda data: json.dumps(
        {"data": base64.b64encode(pickle.dumps(gzip.compress(data))).decode()}
    ).encode(),
    "JSON med unntak for tegn": lambda data: json.dumps({"alt": json.dumps(data.decode())}).encode(),
    "prosentkoding": lambda data: quote(data.decode()).encode(),
    "HTML": lambda data: "".join(f"&#{ord(tegn)};" for tegn in html.escape(data.decode())).encode(),
    "quoted-printable": quopri.encodestring,
}
BASER: Final = ("rad i SQLite", "SQLite-logg", "rad i DuckDB", "det krypterte registeret", "filnavn")


def missed(samlet: Path, mappe: Path, nokkel: str) -> tuple[int, list[str]]:
    """Plant one canary in each wrapping at each place; return how many were planted, and where one was not found."""
    planter: dict[str, Kanari] = {}

    def plant(hva: str) -> bytes:
        planter[hva] = Kanari(FORSTE + len(planter))
        return " ".join((planter[hva].navn, planter[hva].fodselsnummer)).encode()

    for sted in STEDER:
        (mappe / sted).mkdir(parents=True)
        for koding, pakk in KODINGER.items():
            (mappe / sted / f"{len(planter):03}").write_bytes(pakk(plant(f"{koding} i {sted}")))
    shutil.copyfile(samlet / "prefect" / "prefect.db", mappe / "prefect" / "prefect.db")
    con = sqlite3.connect(mappe / "prefect" / "prefect.db", isolation_level=None)
    con.execute("PRAGMA journal_mode = delete")
    con.execute("CREATE TABLE artefakter (data BLOB)")
    for koding, pakk in KODINGER.items():
        con.execute("INSERT INTO artefakter VALUES (?)", [pakk(plant(f"{koding} i Prefects database"))])
    con.execute("INSERT INTO artefakter VALUES (?)", [plant("rad i SQLite").decode()])
    con.execute("PRAGMA journal_mode = wal")
    con.execute("PRAGMA wal_autocheckpoint = 0")
    con.execute("INSERT INTO artefakter VALUES (?)", [gzip.compress(plant("SQLite-logg"))])
    with duckdb.connect(mappe / "klar.duckdb") as klar:
        klar.execute("CREATE TABLE t AS SELECT ? AS a", [plant("rad i DuckDB").decode()])
    with Register(mappe / "register.duckdb", nokkel).transaction("selvprøve") as register:
        register.execute(
            "INSERT INTO raafil VALUES ('s', 'f', 'x', TIMESTAMP '2026-01-01', ?)",
            [_xlsx(plant("det krypterte registeret"))],
        )
    (mappe / plant("filnavn").decode()).touch()
    try:
        funnet = {
            funn.nal for funn in scan(mappe, [v for k in planter.values() for v in (k.navn, k.fodselsnummer)], nokkel)
        }
    finally:
        con.close()
    borte = [hva for hva, k in planter.items() if not {k.navn, k.fodselsnummer} <= funnet]
    return len(planter), borte
