"""The scanner proves itself: a canary planted in each encoding is found, and what is clean is clean."""

import base64
import bz2
import email.policy
import gzip
import html
import io
import json
import lzma
import mailbox
import pickle
import sqlite3
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import openpyxl
import pyrage
import pytest

from tasks.arbeid.kryptering import lock
from tasks.brev import render
from tasks.register.tilkobling import Register
from tests.skanner import ULEST, scan
from tests.skanner.former import forms
from tests.tasks.conftest import synthetic_number
from tests.tasks.test_brev import BREV

NAVN = "Åshild Kanårifugl"
NUMMER = synthetic_number("2009-03-14", 7)
EPOST = "aashild.kanari@eksempel.no"
NALER = (NAVN, NUMMER, EPOST)
NOKKEL = "n" * 64
KANARI = f"{NAVN};{NUMMER};{EPOST};uvesentlig"


def xlsx() -> bytes:
    bok, ut = openpyxl.Workbook(), io.BytesIO()
    for verdi in NALER:
        bok.active.append(["", verdi])
    bok.save(ut)
    return ut.getvalue()


def zipped(innhold: bytes, navn: str = "a.txt") -> bytes:
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as arkiv:
        arkiv.writestr(navn, innhold)
    return ut.getvalue()


def tarred(innhold: bytes) -> bytes:
    ut = io.BytesIO()
    with tarfile.open(fileobj=ut, mode="w:gz") as arkiv:
        post = tarfile.TarInfo("mappe/fil.txt")
        post.size = len(innhold)
        arkiv.addfile(post, io.BytesIO(innhold))
    return ut.getvalue()


def mail(koding: str) -> bytes:
    brev = EmailMessage()
    brev["To"] = f"{NAVN} <{EPOST}>"
    brev["Subject"] = f"Om {NAVN} {NUMMER}"
    brev.set_content("x" * 70 + KANARI, cte=koding)
    brev.add_attachment(gzip.compress(KANARI.encode()), maintype="application", subtype="gzip", filename="a.gz")
    return brev.as_bytes(policy=email.policy.SMTP)


def pdf() -> bytes:
    import typst

    kilde = f'#set document(title: "{NUMMER}")\n#set page(width: 90mm)\n{NAVN} {NUMMER[:6]} {NUMMER[6:]} #"{EPOST}"'
    return bytes(typst.compile(kilde.encode(), format="pdf"))


def b64(innhold: bytes) -> bytes:
    return base64.b64encode(innhold)


TEKST = KANARI.encode()
KODINGER: dict[str, Callable[[], bytes]] = {
    "klartekst": lambda: b"foran " + TEKST + b" bak",
    "nfd": lambda: unicodedata.normalize("NFD", KANARI).encode(),
    "store bokstaver": lambda: KANARI.upper().encode() + KANARI.lower().encode(),
    "latin-1": lambda: KANARI.encode("latin-1"),
    "utf-16": lambda: KANARI.encode("utf-16"),
    "utf-16 stor ende": lambda: b"\x00" + KANARI.encode("utf-16-be"),
    "nummer med mellomrom": f"{NAVN} {NUMMER[:6]} {NUMMER[6:]} {EPOST}".encode,
    "base64": lambda: b"x" + b64(TEKST),
    "base64 for nettadresser": lambda: b"/" + base64.urlsafe_b64encode(b"\xfb\xff" + TEKST),
    "base64 på linjer": lambda: base64.encodebytes(b"." * 50 + TEKST * 2),
    "data-URI": lambda: b'<img src="data:image/svg+xml;base64,' + b64(b"<svg>" + TEKST + b"</svg>") + b'">',
    "hex": lambda: TEKST.hex().encode(),
    "gzip": lambda: gzip.compress(TEKST),
    "gzip kuttet": lambda: gzip.compress(TEKST + bytes(range(256)) * 50)[:-40],
    "zlib midt i": lambda: b"\x00\x01\x02" + zlib.compress(TEKST) + b"hale",
    "bz2": lambda: bz2.compress(TEKST),
    "xz": lambda: lzma.compress(TEKST),
    "zip": lambda: zipped(TEKST),
    "zip uten ende": lambda: zipped(TEKST * 3)[:-60],
    "zip i zip": lambda: zipped(zipped(TEKST)),
    "filnavn i zip": lambda: zipped(b"tom", f"{NAVN} {NUMMER} {EPOST}.txt"),
    "xlsx": xlsx,
    "tar.gz": lambda: tarred(TEKST),
    "pickle": lambda: pickle.dumps({"navn": NAVN, "annet": [NUMMER, gzip.compress(EPOST.encode())]}),
    "pickle protokoll 0": lambda: pickle.dumps([NAVN, NUMMER, EPOST], protocol=0),
    "pickle i base64 i json": lambda: json.dumps({"data": b64(pickle.dumps(zlib.compress(TEKST))).decode()}).encode(),
    "json": lambda: json.dumps({"alt": json.dumps(KANARI)}).encode(),
    "prosent": lambda: quote(KANARI).encode() + b"?" + quote_plus(KANARI).encode(),
    "html": lambda: html.escape(KANARI).replace("Å", "&Aring;").replace("å", "&#xE5;").replace("@", "&#64;").encode(),
    "e-post base64": lambda: mail("base64"),
    "e-post quoted-printable": lambda: mail("quoted-printable"),
    "pdf": pdf,
    "age i tekst": lambda: b"foran\n" + pyrage.passphrase.encrypt(TEKST, NOKKEL, armored=True) + b"\nbak",
}


def found(mappe: Path, **valg: object) -> set[str]:
    return {funn.nal for funn in scan(mappe, NALER, **valg)}


@pytest.mark.parametrize("koding", KODINGER)
def test_a_canary_is_found_in(tmp_path: Path, koding: str) -> None:
    (tmp_path / "fil.bin").write_bytes(KODINGER[koding]())
    assert found(tmp_path, nokkel=NOKKEL) == set(NALER)


def test_a_canary_is_found_in_a_file_name(tmp_path: Path) -> None:
    (tmp_path / unicodedata.normalize("NFD", f"{NAVN} {NUMMER}")).mkdir()
    assert found(tmp_path) == {NAVN, NUMMER}


def test_a_canary_is_found_in_a_mailbox(tmp_path: Path) -> None:
    boks = mailbox.mbox(tmp_path / "post")
    for koding in ("base64", "quoted-printable"):
        boks.add(mail(koding))
    boks.close()
    assert found(tmp_path) == set(NALER)


def test_a_canary_is_found_in_a_locked_worklist_and_one_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "liste.xlsx").write_bytes(lock(xlsx(), "riktig"))
    assert found(tmp_path, passord=["feil", "riktig"]) == set(NALER)
    assert found(tmp_path, passord=["feil"]) == {ULEST}


def sqlite_with_canary(mappe: Path, *setninger: str) -> sqlite3.Connection:
    con = sqlite3.connect(mappe / "prefect.db", isolation_level=None)
    for setning in setninger:
        con.execute(setning)
    con.execute("CREATE TABLE t (a TEXT, b BLOB)")
    return con


def test_a_canary_is_found_in_sqlite_that_is_live_and_packed(tmp_path: Path) -> None:
    con = sqlite_with_canary(tmp_path)
    con.execute("INSERT INTO t VALUES (?, ?)", [f"fyll {NAVN}", gzip.compress(f"{NUMMER} {EPOST}".encode() * 2000)])
    con.close()
    assert found(tmp_path) == set(NALER)


def test_a_canary_is_found_in_the_log_of_sqlite(tmp_path: Path) -> None:
    con = sqlite_with_canary(tmp_path, "PRAGMA journal_mode = wal", "PRAGMA wal_autocheckpoint = 0")
    con.execute("INSERT INTO t VALUES (?, ?)", ["x", zlib.compress(TEKST)])
    assert NUMMER.encode() not in (tmp_path / "prefect.db").read_bytes()
    assert found(tmp_path) == set(NALER)
    con.close()


@pytest.mark.parametrize("lengde", [1, 3000])
def test_a_canary_that_was_deleted_is_found_on_the_pages_that_sqlite_has_let_go(tmp_path: Path, lengde: int) -> None:
    con = sqlite_with_canary(tmp_path, "PRAGMA secure_delete = 0")
    con.execute("INSERT INTO t VALUES (?, ?)", [KANARI * lengde, b""])
    con.execute("DROP TABLE t")
    con.close()
    assert found(tmp_path) == set(NALER)
    with sqlite3.connect(tmp_path / "prefect.db") as con:
        con.execute("VACUUM")
    con.close()
    assert found(tmp_path) == set()


def test_a_canary_is_found_in_the_encrypted_register_in_text_and_in_what_it_has_frozen(tmp_path: Path) -> None:
    register = Register(tmp_path / "register.duckdb", NOKKEL)
    with register.transaction("prøve") as con:
        con.execute("INSERT INTO fakta VALUES (1, 'P1', 'navn', ?, '2026-01-01', TIMESTAMP '2026-01-01', 'K')", [NAVN])
        con.execute("INSERT INTO raafil VALUES ('s', 'f', 'x', TIMESTAMP '2026-01-01', ?)", [xlsx()])
    assert found(tmp_path, nokkel=NOKKEL) == set(NALER)
    assert found(tmp_path, nokkel="m" * 64) == {ULEST}
    with register.transaction("prøve") as con:
        con.execute("DELETE FROM raafil")
    assert found(tmp_path, nokkel=NOKKEL) == {NAVN}


def test_a_canary_is_found_in_the_raw_bytes_of_a_plain_duckdb_file(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "klar.duckdb") as con:
        con.execute("CREATE TABLE t AS SELECT ? AS a", [KANARI])
        con.execute("CHECKPOINT")
    assert found(tmp_path) == set(NALER)


def test_a_backup_is_opened_by_the_identity_that_lies_beside_it_locked_with_the_key(tmp_path: Path) -> None:
    identitet = pyrage.x25519.Identity.generate()
    innhold = pyrage.encrypt(tarred(TEKST), [identitet.to_public()])
    (tmp_path / "a-kopi.age").write_bytes(innhold)
    assert found(tmp_path, nokkel=NOKKEL) == {ULEST}
    (tmp_path / "b-nokkel.age").write_bytes(pyrage.passphrase.encrypt(str(identitet).encode(), NOKKEL))
    assert found(tmp_path, nokkel=NOKKEL) == set(NALER)


def test_what_holds_none_of_them_is_clean_and_so_is_what_only_looks_like_them(tmp_path: Path) -> None:
    (tmp_path / "annet.txt").write_bytes(f"Åshild Nordmann {NUMMER[:-1]} {NUMMER[1:]}".encode())
    (tmp_path / "bok.zip").write_bytes(zipped(bytes(range(256)) * 400))
    assert scan(tmp_path, NALER) == []


def test_a_finding_says_where_and_how_it_was_wrapped(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f.bin").write_bytes(gzip.compress(zipped(NUMMER.encode(), "indre.txt")))
    ((sti, vei, nal),) = scan(tmp_path, [NUMMER])
    assert (sti, vei, nal) == ("sub/f.bin", "gzip > zip:indre.txt", NUMMER)


def test_a_needle_that_would_be_found_everywhere_is_refused() -> None:
    with pytest.raises(ValueError, match="fire tegn"):
        forms(["Ås"])


def test_a_letter_as_it_is_sent_gives_its_recipient_away(tmp_path: Path) -> None:
    (tmp_path / "brev.pdf").write_bytes(render(BREV))
    naler = [BREV.navn, BREV.adresselinje1, BREV.referanse]
    assert {funn.nal for funn in scan(tmp_path, naler)} == set(naler)
