"""Corrections that come back: workbooks in the inbox whose rows belong to the run's row of the wheel.

Only rows with a changed cell or a reason for dismissal count, and of them only what was changed. Nothing is loaded
here: what was said is kept, and every later reading of the file the row came in gives it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.format import Kolonne
from schemas.karantenebok import AVVIS, is_same, meant, shown_row
from tasks import overlegg
from tasks.avlosning import is_replaced, replaced_rows
from tasks.avvik import Funn, finding
from tasks.celler import Celletekster
from tasks.feil import BrukerFeil, listed
from tasks.innboks import freeze_workbook, unknown_files, workbooks
from tasks.kildefil import Kilde, Kilder, Sted
from tasks.kjoring import Kjoring
from tasks.oppgaver import ANSVARLIG, APEN
from tasks.retteark import Arkrad, read_workbook

RETTET, AVVIST, UAKTUELL = "rettet", "avvist", "uaktuelle"
MEST_STEDER: Final = 20


@dataclass(frozen=True)
class Bok:
    """A workbook that came back; ``av`` saved it last."""

    sti: Path
    innhold: bytes
    av: str
    rader: list[Arkrad]

    @property
    def steder(self) -> set[Sted]:
        """Where every row came from whose key is whole."""
        return {Sted(*rad.nokkel[:2]) for rad in self.rader if rad.nokkel}


def accept(kjoring: Kjoring) -> None:
    """Keep what the workbooks of the run's row say; other rows' are left for them.

    BrukerFeil ÅH-2302 (a formula or the like in a cell), ÅH-2303 (a row without a key), ÅH-2304 (a row both corrected
    and dismissed), ÅH-2305 (the same row twice, not the same).
    """
    if is_replaced(kjoring):
        return
    for sti in workbooks(kjoring.hjem):
        bok = None if sti in kjoring.leste_filer else open_workbook(sti)
        if bok and owners(kjoring, bok) & _rows_of(kjoring):
            _Mottak(kjoring, bok).keep()
            kjoring.leste_filer.append(sti)


def inbox_findings(kjoring: Kjoring) -> list[Funn]:
    """Return what lies in the inbox that no run will take, and how much of what this run took no longer mattered."""
    funn = []
    if ukjente := unknown_files(kjoring):
        funn.append(finding("ÅH-3040", antall=len(ukjente), endelser=", ".join(sorted(set(ukjente)))))
    ventende = [open_workbook(sti) for sti in workbooks(kjoring.hjem) if sti not in kjoring.leste_filer]
    if herrelose := sum(bok is None or not owners(kjoring, bok) for bok in ventende):
        funn.append(finding("ÅH-3041", antall=herrelose))
    uaktuelle = kjoring.con.execute(
        "SELECT coalesce(sum(uaktuelle), 0) FROM rettebok_lest WHERE kjoring_id = ?", [kjoring.kjoring_id]
    ).fetchone()
    if uaktuelle and uaktuelle[0]:
        funn.append(finding("ÅH-3042", antall=int(uaktuelle[0])))
    return funn


def open_workbook(sti: Path) -> Bok | None:
    """Return the workbook, or None where it cannot be read as one of ours."""
    innhold = sti.read_bytes()
    lest = read_workbook(innhold)
    return Bok(sti, innhold, lest[0] or ANSVARLIG, lest[1]) if lest else None


def owners(kjoring: Kjoring, bok: Bok) -> set[tuple[str, int]]:
    """Return (row of the wheel, year) of those whose quarantine the workbook's rows are or were in."""
    steder = bok.steder
    rader = kjoring.con.execute(
        "SELECT DISTINCT sha256, rad_nr, rad, aar FROM karantene WHERE list_contains(?, sha256)",
        [sorted({sted.sha256 for sted in steder})],
    ).fetchall()
    return {(rad, aar) for sha256, rad_nr, rad, aar in rader if (sha256, rad_nr) in steder}


def _rows_of(kjoring: Kjoring) -> set[tuple[str, int]]:
    return {(rad, kjoring.aar) for rad in (kjoring.rad.rad, *replaced_rows(kjoring.rad))}


class _Mottak:
    """One workbook being taken in by one run."""

    def __init__(self, kjoring: Kjoring, bok: Bok) -> None:
        self.kjoring = kjoring
        self.bok = bok
        self.sha256 = hashlib.sha256(bok.innhold).hexdigest()
        self.tall: Counter[str] = Counter()
        rader = kjoring.con.execute(
            "SELECT DISTINCT sha256, rad_nr, rad, aar FROM karantene WHERE tilstand = ? AND sha256 <> ''", [APEN]
        ).fetchall()
        egne = _rows_of(kjoring)
        self.apne = {Sted(sha256, rad_nr) for sha256, rad_nr, rad, aar in rader if (rad, aar) in egne}
        self.kilder = Kilder(kjoring.con, kjoring.hjem, self.apne | bok.steder)

    def keep(self) -> None:
        """Write what the workbook says, its bytes, and how much of it counted."""
        self._refuse_unusable()
        for sted, (grunn, endringer) in self._said().items():
            self.tall[self._say(sted, grunn, endringer)] += 1
        tall = [self.tall[navn] for navn in (RETTET, AVVIST, UAKTUELL)]
        freeze_workbook(self.kjoring, self.sha256, self.bok.sti.name, self.bok.innhold, tall[0] + tall[1])
        self.kjoring.con.execute(
            "INSERT INTO rettebok_lest VALUES (?, ?, ?, ?, ?)", [self.sha256, self.kjoring.kjoring_id, *tall]
        )

    def _refuse_unusable(self) -> None:
        """Tell of everything that cannot be read as it stands, all of it at once."""
        fil, rader = self.bok.sti.name, self.bok.rader
        if uten := [rad.sted for rad in rader if rad.nokkel is None]:
            raise BrukerFeil("ÅH-2303", fil=fil, steder=listed(uten, MEST_STEDER))
        ubrukelige = [f"{rad.sted}, {navn}" for rad in rader for navn in self._unusable(rad)]
        if ubrukelige:
            raise BrukerFeil("ÅH-2302", fil=fil, steder=listed(ubrukelige, MEST_STEDER))
        if begge := [rad.sted for rad in rader if rad.avvis and self._changes(rad)]:
            raise BrukerFeil("ÅH-2304", fil=fil, steder=listed(begge, MEST_STEDER))

    def _unusable(self, rad: Arkrad) -> list[str]:
        """Return the headings of the cells that cannot be read; one that nobody reads may hold what it will."""
        kilde = self.kilder.find(rad.nokkel.sha256) if rad.nokkel else None
        leses = kilde.innlest.format.kolonner if kilde else ()
        gale = [_heading(rad, k, kilde) for k in leses if kilde and _is_spoilt(rad, k, kilde)]
        return [*gale, *([AVVIS] if AVVIS in rad.ubrukelige else [])]

    def _said(self) -> dict[Sted, tuple[str, dict[str, str]]]:
        """Return row → (reason for dismissing it, its changed cells), the quiet rows left out."""
        sagt: dict[Sted, tuple[str, dict[str, str]]] = {}
        for rad in self.bok.rader:
            endret = self._changes(rad)
            if endret is None:
                self.tall[UAKTUELL] += 1
            elif rad.nokkel and (endret or rad.avvis):
                nytt = (rad.avvis, endret)
                if sagt.setdefault(Sted(*rad.nokkel[:2]), nytt) != nytt:
                    raise BrukerFeil("ÅH-2305", fil=self.bok.sti.name, sted=rad.sted)
        return sagt

    def _changes(self, rad: Arkrad) -> dict[str, str] | None:
        """Return column → value of the cells that do not say what was shown, or None where we have no such row."""
        kilde = self.kilder.find(rad.nokkel.sha256) if rad.nokkel else None
        if kilde is None or rad.nokkel is None:
            return None
        rettet = overlegg.numbered(self.kjoring.con, rad.nokkel.lopenr) if rad.nokkel.lopenr else None
        grunnlag = rettet or kilde.kom.get(rad.nokkel.rad_nr)
        return dict(_changed(rad, kilde, shown_row(grunnlag, kilde.innlest.format))) if grunnlag else None

    def _say(self, sted: Sted, grunn: str, endringer: dict[str, str]) -> str:
        """Keep what is said of the row, or of the same row in a later delivery; return how it counted."""
        egen = self.kilder.find(sted.sha256)
        if egen and egen.has_heard(sted.rad_nr, grunn, endringer):
            return ""
        mal = sted if sted in self.apne else self._twin(sted)
        kilde = self.kilder.find(mal.sha256) if mal else None
        naa = kilde.values(mal.rad_nr) if kilde and mal else None
        if kilde is None or mal is None or naa is None:
            return UAKTUELL
        overlegg.keep(
            self.kjoring,
            overlegg.Sagt(
                *mal, kilde.innlest.format.navn, kilde.spor[mal.rad_nr],
                naa | endringer if endringer or kilde.is_corrected(mal.rad_nr) else None,
                grunn, self.bok.av, self.sha256,
            ),
        )  # fmt: skip
        return AVVIST if grunn else RETTET

    def _twin(self, sted: Sted) -> Sted | None:
        """Return the open row of another file that came exactly as this one did."""
        kilde = self.kilder.find(sted.sha256)
        spor = kilde.spor.get(sted.rad_nr) if kilde else None
        for annet in sorted(self.apne) if spor else ():
            tvilling = self.kilder.find(annet.sha256)
            if tvilling and tvilling.spor.get(annet.rad_nr) == spor:
                return annet
        return None


def _changed(rad: Arkrad, kilde: Kilde, vist: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (column, value) of the cells that say something else than was shown, in columns that the file has."""
    i_filen = kilde.innlest.kolonner_i_filen or vist.keys()
    for kolonne in kilde.innlest.format.kolonner:
        verdi = _text(rad, kolonne, kilde) if kolonne.navn in i_filen else None
        if verdi is not None and not is_same(verdi, vist[kolonne.navn]):
            yield kolonne.navn, meant(verdi)


def _text(rad: Arkrad, kolonne: Kolonne, kilde: Kilde) -> str | None:
    """Return a cell as text by the rules of any workbook, or None where somebody has deleted or spoilt it."""
    verdi = rad.celler.get(_heading(rad, kolonne, kilde))
    if verdi is None or isinstance(verdi, str):
        return verdi
    celler = Celletekster(kilde.innlest.format.datoformat)
    tekst = str(celler.texts([verdi], [0], kolonne)[0])
    return None if celler.feil else tekst


def _is_spoilt(rad: Arkrad, kolonne: Kolonne, kilde: Kilde) -> bool:
    """Tell whether a cell is there and cannot be read."""
    navn = _heading(rad, kolonne, kilde)
    return navn in rad.ubrukelige or (navn in rad.celler and _text(rad, kolonne, kilde) is None)


def _heading(rad: Arkrad, kolonne: Kolonne, kilde: Kilde) -> str:
    """Return the column's heading in the workbook: the county's own, or ours where it had none when it was written."""
    fylkets = kilde.innlest.format.heading_of(kolonne)
    return fylkets if fylkets in rad.celler or fylkets in rad.ubrukelige else kolonne.overskrift
