"""The training county's advisers: they open their worklists, fill in most of them, and lay them in the inbox.

Each writes what a person would: a list of answers that fits the sheet, on the day she fills it in. Some mistakes are
among them, the same every time.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from deployments.demo.grunnlag import Demo, stream
from schemas.arbeid import NOKKEL
from schemas.arshjul import Raddatoer
from tasks import kodeverk
from tasks.arbeid.ark import sheets
from tasks.arshjul import find_row, row_dates
from tasks.filer import make_folder, write_file
from tasks.hjem import Hjem
from tasks.klokke import local_date

FORSTE_GANG: Final = 0.6
"""How much of a list the advisers have done when they send it back before the deadline is near."""
FEILFORER: Final = "R03"
"""Writes a word where a date should be, once a year."""
SVAR: Final[Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]]] = {
    "ringeliste": (
        ("RING_OPPFOLGING", {"kanal": "telefon", "ot_status": "OTOV"}),
        ("RING_AVKLART", {"kanal": "telefon", "ot_status": "OTAR"}),
        ("RING_IKKE_SVAR", {"kanal": "SMS"}),
    ),
    "veiledning": (("VEIL_TILBUDT", {"kanal": "telefon"}), ("VEIL_IKKE_NAADD", {"merknad": "Har flyttet midlertidig"})),
    "gjennomgang": (("GJEN_UENDRET", {}), ("GJEN_UENDRET", {}), ("GJEN_KONTAKT", {"kanal": "telefon"})),
    "sokere": (
        ("SOK_HAR_SOKT", {}),
        ("SOK_VIL_IKKE", {}),
        ("SOK_ETTER_FRIST", {}),
        ("SOK_GIR_OPP", {"merknad": "Ikke nådd"}),
    ),
    "vedlegg": (("VEDL_FOR_HAAND", {}),),
    "inntaksmoter": (("INNTAK_TATT_MED", {}),),
    "skoler": (("SKOLE_KONTAKTET", {"kanal": "telefon", "antall": "3"}), ("SKOLE_KONTAKTET", {"kanal": "møte"})),
    "moter": (
        (
            "MOTE_HOLDT",
            dict.fromkeys(("elev_innkalt", "foresatte_innkalt", "skole_innkalt", "ppt_spurt"), "ja")
            | {"motedato": "*"},
        ),
        ("MOTE_IKKE_HOLDT", {"merknad": "Eleven har fått plass"}),
    ),
    "skolestart": (
        ("START_JA", {}),
        ("START_INFORMERT", {"skole_ny": "Demo videregående skole", "grunnlag": "ungdommens samtykke"}),
        ("START_NEI", {}),
    ),
    "plikter": (("PLIKT_GJORT", {"modell": "1 arbeidstrening", "merknad": "Arbeidstrening og mestring"}),),
    "uenige": (("UENIG_SISTE", {}),),
}  # fmt: skip
"""What the advisers answer on each sheet, in turn; ``*`` is the day it is filled in."""


def answering(datoer: Raddatoer) -> set[date]:
    """Return after which of a row's runs the lists come back: the first, and the last one before each deadline.

    Where each task has a clock of its own, they come back after every run. The year's last run reads what came before;
    of a row that runs once in a year, none comes back.
    """
    runder = [dag for dag in datoer.kjoredatoer if dag.year == datoer.aar][:-1]
    if _has_clocks(datoer) or not runder:
        return set(runder)
    frister = [dag for dag in (datoer.frist, datoer.ekstra_frist) if dag] or [datoer.sesongslutt]
    return {runder[0], *(max((dag for dag in runder if dag <= frist), default=runder[0]) for frist in frister)}


def _has_clocks(datoer: Raddatoer) -> bool:
    return datoer.frist is None and datoer.rad.rytme_uker == 1


def fill_in_lists(hjem: Hjem, demo: Demo, tid: datetime) -> None:
    """Fill in every list that lies in the shared folder, as its owner would, and lay it in the inbox."""
    mappe = hjem.utboks / hjem.innstillinger.arbeidslister.mappe
    dag = local_date(tid)
    for sti in sorted(mappe.glob("arbeidsliste_*.xlsx")) if mappe.is_dir() else []:
        innhold = _filled(sti.read_bytes(), sti.stem.rpartition("_")[2], demo, dag)
        if innhold is not None:
            write_file(make_folder(hjem.innboks) / f"{sti.stem}_{dag:%Y%m%d}.xlsx", innhold)


def _filled(innhold: bytes, eier: str, demo: Demo, dag: date) -> bytes | None:
    """Return the workbook with answers, None where there was nothing to write."""
    if not any(_does_it(demo, nokkel, dag) for nokkel in _keys(innhold)):
        return None
    bok = openpyxl.load_workbook(io.BytesIO(innhold))
    ark_av_tittel = {ark.tittel: ark.navn for ark in sheets(dag).values()}
    skrevet = 0
    for side in bok.worksheets:
        if side.title in ark_av_tittel:
            skrevet += _fill_sheet(side, ark_av_tittel[side.title], eier, demo, dag)
    if not skrevet:
        return None
    ut = io.BytesIO()
    bok.save(ut)
    return ut.getvalue()


def _keys(innhold: bytes) -> Iterator[str]:
    """Yield the keys of every row, read the quick way: most books have nothing new to be done today."""
    bok = CalamineWorkbook.from_filelike(io.BytesIO(innhold))
    for navn in bok.sheet_names:
        hoder, *rader = bok.get_sheet_by_name(navn).to_python() or [[]]
        if NOKKEL in hoder:
            yield from (str(rad[hoder.index(NOKKEL)]) for rad in rader)


def _fill_sheet(side: Worksheet, ark: str, eier: str, demo: Demo, dag: date) -> int:
    overskrifter = {str(celle.value): nummer for nummer, celle in enumerate(side[1], start=1)}
    navn = {k.navn: overskrifter[k.overskrift] for k in sheets(dag)[ark].kolonner if k.overskrift in overskrifter}
    skrevet = 0
    for rad in range(2, side.max_row + 1):
        nokkel = str(side.cell(rad, overskrifter[NOKKEL]).value or "")
        if not nokkel or not _does_it(demo, nokkel, dag):
            continue
        sier = {hva: str(side.cell(rad, navn[hva]).value or "") if hva in navn else "" for hva in ("status", "hva")}
        for kolonne, verdi in _cells(ark, nokkel, dag, **sier):
            if kolonne in navn:
                side.cell(rad, navn[kolonne]).value = verdi
        if eier == FEILFORER and not skrevet and nokkel.startswith(f"O{dag.year}-04-1-") and not _is_late(nokkel, dag):
            side.cell(rad, navn["dato"]).value = "i går"
        skrevet += 1
    return skrevet


def _does_it(demo: Demo, nokkel: str, dag: date) -> bool:
    """Tell whether the adviser gets to it today: some the first time she sees the task, the rest the next."""
    aapnet = nokkel.rpartition("-")[0]
    return not aapnet.endswith("-1") or stream(demo, nokkel).random() < FORSTE_GANG or _is_late(nokkel, dag)


def _is_late(nokkel: str, dag: date) -> bool:
    """Tell whether the first round of the row is past, or the only one: then she does everything that is left."""
    return dag >= _second_round(nokkel.split("-")[1], dag.year)


@cache
def _second_round(nr: str, aar: int) -> date:
    """Return the day from which everything that is left in a row is done."""
    datoer = row_dates(find_row(nr), aar)
    runder = sorted(answering(datoer))
    return runder[0] if _has_clocks(datoer) or len(runder) == 1 else runder[1]


def _cells(ark: str, nokkel: str, dag: date, *, status: str, hva: str) -> Iterator[tuple[str, Any]]:
    """Yield the cells of one answer."""
    muligheter = SVAR[ark]
    kode, felt = muligheter[int(nokkel.rpartition("-")[2]) % len(muligheter)]
    if kode == "RING_IKKE_SVAR" and _is_late(nokkel, dag):
        kode, felt = "RING_GIR_OPP", {"merknad": "Ringt tre ganger, ingen svarer"}
    yield "svar", _texts(dag)[kode]
    yield "dato", dag
    for kolonne, verdi in felt.items():
        yield kolonne, dag if verdi == "*" else _choice(ark, kolonne, verdi, dag)
    har_kontakt = _is_contact(dag)[kode] or hva == _duty_of_contact(dag)
    if status == "OTUK" and har_kontakt and "ot_status" not in felt:
        yield "ot_status", _choice(ark, "ot_status", "OTOV", dag)


def _choice(ark: str, kolonne: str, verdi: str, dag: date) -> str:
    """Return what the drop-down calls a value: a status is shown with its name."""
    valg = next((k.valg for k in sheets(dag)[ark].kolonner if k.navn == kolonne), ())
    return next((ett for ett in valg if ett.startswith(verdi)), verdi)


@cache
def _texts(dag: date) -> dict[str, str]:
    return {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("regler/arbeidssvar", dag)}


@cache
def _duty_of_contact(dag: date) -> str:
    return next(rad["tekst"] for rad in kodeverk.valid_on("regler/plikter", dag) if rad["felt"] == "kontakt_dato")


@cache
def _is_contact(dag: date) -> dict[str, bool]:
    return {rad["kode"]: rad["kontakt"] == "ja" for rad in kodeverk.valid_on("regler/arbeidssvar", dag)}
