"""Files made to take the machine: each judged in turn, its seconds told, in a process whose memory is measured.

``python -m tests.fuzz.store`` prints name → [code, seconds, what did not hold] and the most memory held, as JSON.
"""

import io
import json
import sys
import zipfile
from collections.abc import Callable

from tasks.formater import formats
from tests.filbygger import csv_file, good_row, json_object, sheet_file
from tests.fuzz.dommer import judge, peak_megabytes
from tests.fuzz.mutanter import Mutant

MILLION = 1_000_000
HODE, RAD = csv_file("skole_ikke_mott", good_row("skole_ikke_mott")).decode().splitlines()
ARK = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SLUTT = "</sheetData></worksheet>"


def lines(linje: str, antall: int) -> bytes:
    return f"{HODE}\n{linje}\n".encode() + f"{linje}\n".encode() * (antall - 1)


def book(skift: Callable[[zipfile.ZipFile, str], None], del_: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A good workbook where one part is written by ``skift`` instead."""
    format_ = formats()["skole_ikke_mott"]
    rad = good_row(format_.navn)
    god = sheet_file({"Ark1": [[k.overskrift for k in format_.kolonner], [rad[k.navn] for k in format_.kolonner]]})
    ut = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(god)) as fra,
        zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as til,
    ):
        for navn in fra.namelist():
            skift(til, navn) if navn == del_ else til.writestr(navn, fra.read(navn))
    return ut.getvalue()


def bomb(megabytes: int) -> bytes:
    """A sheet of nothing but spaces."""

    def skift(til: zipfile.ZipFile, navn: str) -> None:
        with til.open(navn, "w", force_zip64=True) as strom:
            for _ in range(megabytes):
                strom.write(b" " * (1 << 20))

    return book(skift)


def lying_bomb() -> bytes:
    """The same, saying that it is small."""
    innhold = bytearray(bomb(1_500))
    katalog = innhold.rindex(b"PK\x01\x02", 0, innhold.rindex(b"sheet1.xml"))
    innhold[katalog + 24 : katalog + 28] = (900_000).to_bytes(4, "little")
    return bytes(innhold)


def sheet(rader: int, kolonner: int) -> bytes:
    """A sheet of so many different cells."""

    def skift(til: zipfile.ZipFile, navn: str) -> None:
        with til.open(navn, "w", force_zip64=True) as strom:
            strom.write(ARK.encode())
            overskrifter = [k.overskrift for k in formats()["skole_ikke_mott"].kolonner][:kolonner]
            strom.write(row(overskrifter, 1))
            for nummer in range(2, rader + 2):
                strom.write(row([f"{nummer * 7919 % 1_000_003}x{plass}" for plass in range(kolonner)], nummer))
            strom.write(SLUTT.encode())

    return book(skift)


def row(verdier: list[str], nummer: int) -> bytes:
    celler = (
        f'<c r="{chr(65 + plass)}{nummer}" t="inlineStr"><is><t>{v}</t></is></c>' for plass, v in enumerate(verdier)
    )
    return ("<row>" + "".join(celler) + "</row>").encode()


def strings() -> bytes:
    """Shared texts that fill what may be unpacked."""
    return book(
        lambda til, navn: til.writestr(
            navn, "<sst>" + "".join(f"<si><t>{nr}</t></si>" for nr in range(5 * MILLION)) + "</sst>"
        ),
        "xl/sharedStrings.xml",
    )


def one_string() -> bytes:
    """A long text that very many cells share."""
    tekst = "".join(map(str, range(5 * MILLION)))
    delte = book(lambda til, navn: til.writestr(navn, f"<sst><si><t>{tekst}</t></si></sst>"), "xl/sharedStrings.xml")
    ut = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(delte)) as fra, zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as til:
        for navn in fra.namelist():
            celler = ARK + "<row>" + '<c t="s"><v>0</v></c>' * 1_000 + "</row>" + SLUTT
            til.writestr(navn, celler if navn.endswith("sheet1.xml") else fra.read(navn))
    return ut.getvalue()


def western(linje: str) -> bytes:
    return lines(linje, MILLION // 2).decode().encode("cp1252")


def youth(antall: int) -> bytes:
    return json.dumps(json_object(*(good_row("vigo_ot_rest", nr % 90) for nr in range(antall)))).encode()


CSV, XLSX, JSON = "skole_ikke_mott.csv", "skole_ikke_mott.xlsx", "vigo_ot_rest.json"
FRITT, SKOLER = "questback_svar.csv", "skole_oversikt.csv"
STORE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "en million rader, samme person": (CSV, lambda: lines(RAD, MILLION)),
    "en million rader uten feil": (SKOLER, lambda: csv_file("skole_oversikt", *[good_row("skole_oversikt")] * MILLION)),
    "en million skjeve rader": (CSV, lambda: lines("a;b", MILLION)),
    "en million rader med anførselstegn": (CSV, lambda: lines(RAD.replace("Kanarifugl", '"Kanarifugl"'), MILLION)),
    "en million rader med et åpent anførselstegn": (CSV, lambda: lines(RAD.replace("Kanarif", '"Kanarif'), MILLION)),
    "hundre millioner tomme linjer": (CSV, lambda: f"{HODE}\n".encode() + b"\n" * (100 * MILLION)),
    "en overskrift på hundre megabyte": (CSV, lambda: b"x;" * (50 * MILLION)),
    "et felt på femti megabyte": (FRITT, lambda: csv_file("questback_svar", {"token": "x" * 50 * MILLION})),
    "hundre megabyte UTF-16": (CSV, lambda: lines(RAD, MILLION // 3).decode().encode("utf-16")),
    "hundre megabyte nuller": (CSV, lambda: b"\x00" * (100 * MILLION)),
    "femti megabyte i gammelt tegnsett": (CSV, lambda: western(RAD.replace("Å", "é–"))),
    "sammensatte tegn i hver rad": (CSV, lambda: lines(RAD.replace("Å", "A\u030a"), MILLION // 2)),
    "to gigabyte mellomrom i et ark": (XLSX, lambda: bomb(2_000)),
    "to gigabyte som sier at de er små": (XLSX, lying_bomb),
    "en million rader i et ark": (XLSX, lambda: sheet(MILLION, 3)),
    "så mange celler som tillatt": (XLSX, lambda: sheet(136_000, 11)),
    "fem millioner delte tekster": (XLSX, strings),
    "en delt tekst på hundre megabyte": (XLSX, one_string),
    "mange elementer i JSON": (JSON, lambda: b'{"antall": 1, "otungdommer": [' + b"{}," * 6_000_000 + b"{}]}"),
    "mange nivåer i JSON": (JSON, lambda: b"[" * (19 * MILLION)),
    "femti tusen ungdommer i JSON": (JSON, lambda: youth(45_000)),
    "for stor JSON": (JSON, lambda: youth(80_000)),
}  # fmt: skip


def main(navn: list[str]) -> None:
    """Judge those named, or all, and print."""
    svar = {}
    for ett in navn or STORE:
        fil, lag = STORE[ett]
        utfall = judge(Mutant(fil, lag(), formats()[fil.partition(".")[0]], ett))
        svar[ett] = (utfall.kode, round(utfall.sekunder, 1), utfall.brudd, peak_megabytes())
    sys.stdout.write(json.dumps(svar))


if __name__ == "__main__":
    main(sys.argv[1:])
