"""The county's logo: what is taken, what is refused and why, and that letters keep the one they were approved with."""

import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest

from tasks.brev import render
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.formater import limits
from tasks.logo import keep_logo, kept_logo
from tests.tasks.test_brev import BREV, leser

SVG = (DATA / "demo" / "logo.svg").read_bytes()
HODE = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def part(slag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + slag + data + struct.pack(">I", zlib.crc32(slag + data))


def png(bredde: int = 8, hoyde: int = 8, bilde: bytes | None = None) -> bytes:
    """A red picture with a transparent edge."""
    rader = b"".join(b"\0" + b"\xff\0\0\xff" * (bredde - 1) + b"\0\0\0\0" for _ in range(hoyde))
    maal = struct.pack(">IIBBBBB", bredde, hoyde, 8, 6, 0, 0, 0)
    data = zlib.compress(rader) if bilde is None else bilde
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", maal) + part(b"IDAT", data) + part(b"IEND", b"")


@pytest.fixture
def med_logo(bygd: Any) -> Any:
    """``med_logo(BYTES)`` is a county whose settings name a logo of these bytes."""

    def put(innhold: bytes, navn: str = "logo.svg", i_innstillingene: str = "logo.svg") -> Any:
        (bygd.hjem.mappe / navn).write_bytes(innhold)
        sti = bygd.hjem.mappe / "innstillinger.toml"
        sti.write_text(sti.read_text("utf-8").replace("[fylke]\n", f'[fylke]\nlogo = "{i_innstillingene}"\n'), "utf-8")
        return bygd.fresh()

    return put


def refusal(hjem: Any) -> tuple[str, str]:
    """The code and the text that the logo is refused with."""
    with pytest.raises(BrukerFeil) as feil:
        keep_logo(hjem)
    assert not (hjem.mappe / "logoer").exists()
    return feil.value.kode, feil.value.tekst


def test_a_county_without_a_logo_has_none(bygd: Any) -> None:
    assert keep_logo(bygd.hjem) == ""
    assert kept_logo(bygd.hjem, "") == b""


@pytest.mark.parametrize("innhold", [SVG, png(), b"\xef\xbb\xbf" + SVG])
def test_an_svg_or_a_png_is_drawn_in_a_letter_that_keeps_its_standards(med_logo: Any, innhold: bytes) -> None:
    hjem = med_logo(innhold)
    sha = keep_logo(hjem)
    brev = replace(BREV, logo=sha)
    assert len(leser(brev, kept_logo(hjem, sha)).pages) == 1
    assert render(brev, kept_logo(hjem, sha)) == render(brev, kept_logo(hjem, sha))


@pytest.mark.parametrize("navn", ["mangler.svg", ".", "../logo.svg", "/etc/hostname"])
def test_a_logo_that_is_not_in_the_home_is_refused(med_logo: Any, navn: str) -> None:
    hjem = med_logo(SVG, i_innstillingene=navn)
    (hjem.mappe.parent / "logo.svg").write_bytes(SVG)
    assert refusal(hjem)[0] == "ÅH-1511"


def test_a_link_out_of_the_home_is_no_logo(med_logo: Any) -> None:
    hjem = med_logo(SVG)
    utenfor = hjem.mappe.parent / "utenfor.svg"
    (hjem.mappe / "logo.svg").rename(utenfor)
    (hjem.mappe / "logo.svg").symlink_to(utenfor)
    assert refusal(hjem)[0] == "ÅH-1511"


@pytest.mark.parametrize(
    "innhold",
    [b"", b"%PDF-1.7", b"GIF89a", b"<html/>", b"<svg/>", SVG[:-20], b"<svg", png()[:20], b"\x1f\x8b\x08", png(0)],
)
def test_what_is_neither_svg_nor_png_is_refused_whatever_it_is_called(med_logo: Any, innhold: bytes) -> None:
    assert refusal(med_logo(innhold))[0] == "ÅH-1512"


@pytest.mark.parametrize(
    ("innhold", "grunn"),
    [
        (f'{HODE}<image href="https://example.no/x.png" width="9" height="9"/></svg>', "utenfor"),
        (f'{HODE}<image x:href="/etc/passwd" width="9" height="9"/></svg>', "utenfor"),
        (f'{HODE}<use href="annen.svg#a"/></svg>', "utenfor"),
        (f'{HODE}<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/></svg>', "utenfor"),
        (f"{HODE}<g><text>Fylket</text></g></svg>", "kurver"),
        (f'<!DOCTYPE svg [<!ENTITY a "b">]>{HODE}<g/></svg>', "entiteter"),
        (png(bilde=b"ikke et bilde"), "tegnes"),
        (png(bilde=zlib.compress(b"kort")), "tegnes"),
        (HODE.replace('viewBox="0 0 9 9"', 'width="0" height="0"') + "<g/></svg>", "tegnes"),
    ],
)
def test_a_logo_that_cannot_be_trusted_to_draw_itself_is_refused(
    med_logo: Any, innhold: str | bytes, grunn: str
) -> None:
    kode, tekst = refusal(med_logo(innhold if isinstance(innhold, bytes) else innhold.encode()))
    assert kode == "ÅH-1514"
    assert grunn in tekst


@pytest.mark.parametrize(
    "innhold", [SVG + b"<!-- " + b"x" * limits().logo.mest_oktetter + b" -->", png(100_000, 1, b"x")[:33] + b"x" * 40]
)
def test_a_logo_that_is_too_large_is_refused(med_logo: Any, innhold: bytes) -> None:
    bredt = innhold.replace(struct.pack(">II", 100_000, 1), struct.pack(">II", 100_000, 100_000))
    assert refusal(med_logo(bredt))[0] == "ÅH-1513"


def test_a_letter_keeps_the_logo_it_was_approved_with_when_the_county_gets_a_new_one(med_logo: Any) -> None:
    hjem = med_logo(SVG)
    gammel = keep_logo(hjem)
    (hjem.mappe / "logo.svg").write_bytes(png())
    assert keep_logo(hjem) != gammel
    assert kept_logo(hjem, gammel) == SVG


@pytest.mark.parametrize("ny", [None, b"<svg/>"])
def test_a_kept_logo_that_is_gone_or_changed_is_told(med_logo: Any, ny: bytes | None) -> None:
    hjem = med_logo(SVG)
    sha = keep_logo(hjem)
    (sti,) = (hjem.mappe / "logoer").iterdir()
    sti.unlink() if ny is None else sti.write_bytes(ny)
    with pytest.raises(BrukerFeil, match="ÅH-1515"):
        kept_logo(hjem, sha)
