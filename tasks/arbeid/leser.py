"""Reading a worklist that comes back, in whatever program it was saved: its rows with answers, and its faults.

Columns are known by their headings and rows by their keys, so that sorted, filtered and hidden ones and moved columns
are as good as any. A cell that cannot be read is told of and gives no value; nothing is ever guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from python_calamine import CalamineWorkbook

from schemas.arbeid import NOKKEL, OM_ARKET, Ark, Kolonne, Lestbok, Lestrad
from tasks.arbeid.ark import alike, sheets
from tasks.arbeid.bok import SKJULTE, VEILEDNING
from tasks.arbeid.svarceller import FORMEL, Celle, read_cell, text_of
from tasks.arkskann import Ark as Arkdel
from tasks.arkskann import Arkskann, scan, shared_size
from tasks.arkskann import sheets as parts
from tasks.feil import BrukerFeil
from tasks.formater import limits
from tasks.pakke import repack, unpack
from tasks.regneark import DELTEKSTER, FELLES, SST

UTEN_NOKKEL = "ÅH-2501"
TO_SVAR = "ÅH-2509"
NOKKEL_BORTE = "ÅH-2512"
HODE_BORTE = "ÅH-2513"
HODER_BORTE = "ÅH-2514"
UKJENT_ARK = "ÅH-2515"
TO_HODER = "ÅH-2516"
HODERADER: Final = 10
"""How far down the headings are looked for, where somebody has put rows above them."""
MEST_NOKKEL: Final = 200
Rad = Sequence[object]
Merknad = tuple[str, str, str]


@dataclass(frozen=True)
class _Side:
    """A sheet that came back: its rows from the first, and the cells that are formulas or errors (from 0)."""

    tittel: str
    rader: list[list[object]]
    merket: frozenset[tuple[int, int]]

    def cell(self, rad: int, plass: int) -> object:
        """Return a cell's value, ``FORMEL`` where it is a formula or an error."""
        linje = self.rader[rad]
        return FORMEL if (rad, plass) in self.merket else linje[plass] if plass < len(linje) else ""


def read_book(innhold: bytes, dato: date) -> Lestbok | None:
    """Return what came back, judged by the choices in force on ``dato``; None where it is not one of ours at all."""
    sider = _read_sheets(innhold)
    om = next((_about(side) for side in sider if side.tittel == OM_ARKET), {})
    kjente = {alike(ark.tittel): ark for ark in sheets(dato).values()}
    egne = [(side, kjente[alike(side.tittel)]) for side in sider if alike(side.tittel) in kjente]
    if not om and not any(_heading_row(side, ark) is not None for side, ark in egne):
        return None
    merknader: list[Merknad] = []
    rader = [rad for side, ark in egne for rad in _read_sheet(side, ark, merknader)]
    merknader += [(side.tittel, "", UKJENT_ARK) for side in sider if _is_unknown(side, kjente)]
    return Lestbok(
        om.get("mottaker", ""), _year(om.get("aar", "")), _day(om.get("dato", "")), tuple(rader), tuple(merknader)
    )


def _is_unknown(side: _Side, kjente: Mapping[str, Ark]) -> bool:
    er_vaar = side.tittel in (*SKJULTE, VEILEDNING) or alike(side.tittel) in kjente
    return not er_vaar and any(text_of(verdi) for linje in side.rader for verdi in linje)


def _read_sheets(innhold: bytes) -> list[_Side]:
    """Return the workbook's sheets, none where it cannot be read: what is wrong with it is another's to tell."""
    try:
        deler = unpack(innhold, "")
        funnet = [(ark, scan(deler[ark.del_], "", limits().regneark)) for ark in parts(deler, "")]
        if not _is_within_bounds(deler, funnet):
            return []
        bare = {navn: deler[navn] for navn in (*FELLES, *(ark.del_ for ark, _ in funnet)) if navn in deler}
        bare[DELTEKSTER] = SST.sub(rb"<\1\2>", bare.get(DELTEKSTER, b""))
        bok = CalamineWorkbook.from_filelike(repack({navn: del_ for navn, del_ in bare.items() if del_}))
        return [_side(bok, ark, skann) for ark, skann in funnet]
    except BrukerFeil:
        return []
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 the reader's faults in its own language are no Exception; none may be told
        return []


def _is_within_bounds(deler: Mapping[str, bytes], funnet: list[tuple[Arkdel, Arkskann]]) -> bool:
    """Tell whether the sheets can be opened without filling the machine."""
    delte, grenser = deler.get(DELTEKSTER, b""), limits().regneark
    tekster = sum(shared_size(delte, deler[ark.del_], skann) for ark, skann in funnet) if delte else 0
    celler = sum(skann.rader * skann.kolonner for _, skann in funnet)
    return max(delte.count(b"<si"), celler) <= grenser.mest_celler and tekster <= grenser.mest_utpakket


def _side(bok: CalamineWorkbook, ark: Arkdel, skann: Arkskann) -> _Side:
    rader = bok.get_sheet_by_name(ark.navn).to_python(skip_empty_area=False) if skann.rader else []
    return _Side(ark.navn, [list(linje) for linje in rader], frozenset(skann.formler | skann.feilverdier))


def _about(side: _Side) -> dict[str, str]:
    """Return what the workbook says of itself."""
    return {text_of(linje[0]): text_of(linje[1]) for linje in side.rader if len(linje) > 1 and text_of(linje[0])}


def _year(tekst: str) -> int:
    return int(tekst) if tekst.isascii() and tekst.isdigit() and len(tekst) == len("2026") else 0


def _day(tekst: str) -> date | None:
    try:
        return date.fromisoformat(tekst)
    except ValueError:
        return None


def _heading_row(side: _Side, ark: Ark) -> int | None:
    """Return which row the headings are: the first with the key's, else the first with any answer column's."""
    forste = [{alike(text_of(verdi)) for verdi in linje} for linje in side.rader[:HODERADER]]
    svar = {alike(kolonne.overskrift) for kolonne in ark.svarkolonner}
    med_nokkel = (nummer for nummer, hoder in enumerate(forste) if alike(NOKKEL) in hoder)
    med_svar = (nummer for nummer, hoder in enumerate(forste) if svar & hoder)
    return next(med_nokkel, next(med_svar, None))


def _read_sheet(side: _Side, ark: Ark, merknader: list[Merknad]) -> Iterator[Lestrad]:
    """Yield the sheet's rows that say something, and add what is wrong with the sheet to ``merknader``."""
    hoderad = _heading_row(side, ark)
    if hoderad is None:
        if any(text_of(verdi) for linje in side.rader for verdi in linje):
            merknader.append((side.tittel, "", HODER_BORTE))
        return
    steder = _places(side, hoderad)
    svar = {kolonne: steder.get(alike(kolonne.overskrift), []) for kolonne in ark.svarkolonner}
    nokkelsted = steder.get(alike(NOKKEL), [])
    merknader += [(side.tittel, k.overskrift, TO_HODER if plasser else HODE_BORTE)
                  for k, plasser in svar.items() if len(plasser) != 1]  # fmt: skip
    if len(nokkelsted) != 1:
        merknader.append((side.tittel, NOKKEL, TO_HODER if nokkelsted else NOKKEL_BORTE))
        return
    leste = {kolonne: plasser[0] for kolonne, plasser in svar.items() if len(plasser) == 1}
    rader = (_read_row(side, nummer, ark, nokkelsted[0], leste) for nummer in range(hoderad + 1, len(side.rader)))
    yield from _once([rad for rad in rader if rad])


def _places(side: _Side, hoderad: int) -> dict[str, list[int]]:
    """Return heading → the columns it stands over; a heading that is a formula is none."""
    steder: dict[str, list[int]] = {}
    for plass in range(len(side.rader[hoderad])):
        verdi = side.cell(hoderad, plass)
        if verdi is not FORMEL and (hode := alike(text_of(verdi))):
            steder.setdefault(hode, []).append(plass)
    return steder


def _read_row(side: _Side, nummer: int, ark: Ark, nokkelsted: int, leste: Mapping[Kolonne, int]) -> Lestrad | None:
    """Return a row, or None where nothing is written in it by hand."""
    nokkel = side.cell(nummer, nokkelsted)
    nokkeltekst = nokkel.strip() if isinstance(nokkel, str) and len(nokkel) < MEST_NOKKEL else ""
    celler = {kolonne.navn: read_cell(side.cell(nummer, plass), kolonne) for kolonne, plass in leste.items()}
    skrevne = {navn: celle for navn, celle in celler.items() if celle != Celle()}
    feil = [(navn, celle.feil) for navn, celle in skrevne.items() if celle.feil]
    if not nokkeltekst:
        noe_annet = nokkel is FORMEL or any(text_of(verdi) for verdi in side.rader[nummer])
        if not skrevne and not noe_annet:
            return None
        feil.insert(0, ("", UTEN_NOKKEL))
    elif not skrevne:
        return None
    tekster = {navn: celle.tekst for navn, celle in skrevne.items()}
    return Lestrad(ark.navn, nummer + 1, nokkeltekst, tekster, tuple(feil))


def _once(rader: list[Lestrad]) -> list[Lestrad]:
    """Return the rows with each key once; those who say different things of the same are all faulty."""
    etter_nokkel: dict[str, list[Lestrad]] = {}
    for rad in rader:
        etter_nokkel.setdefault(rad.nokkel or f"rad {rad.rad_nr}", []).append(rad)
    ut = []
    for like in etter_nokkel.values():
        ulike = any((rad.celler, rad.feil) != (like[0].celler, like[0].feil) for rad in like)
        ut += [replace(rad, feil=(("", TO_SVAR), *rad.feil)) for rad in like] if ulike else like[:1]
    return sorted(ut, key=lambda rad: rad.rad_nr)
