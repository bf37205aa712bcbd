"""Forms that come back from the schools: the good answers are kept, the rest is told of with sheet, row and column."""

import hashlib
from collections import Counter
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from schemas.skole import Lestskjema, Skole
from tasks.avvik import Funn, finding
from tasks.filer import make_folder
from tasks.hjem import Hjem
from tasks.innboks import FORM_FORMAT, FORM_PATTERN, freeze_workbook
from tasks.kjoring import Kjoring
from tasks.register.nokkel import register_secret
from tasks.skole.skjemaleser import read_form
from tasks.skole.skolebok import FILNAVN, checksum, file_name
from tasks.skole.skoler import schools
from tasks.steg import step

ANDRES, UBRUKELIG = "andres", "ubrukelig"


@step("Les skjemaene fra skolene")
def take_forms(kjoring: Kjoring) -> list[Funn]:
    """Keep what the forms of this row and year say; return what a person must look at.

    A later form's answers go before an earlier one's; what it leaves blank or cannot be read takes nothing back.
    Another row's or year's form, and one that cannot be used, is left in the inbox and counted.
    """
    skoler = {skole.skolenummer: skole for skole in schools(kjoring.con)}
    hemmelighet = register_secret(kjoring.con)
    ikke_tatt: Counter[str] = Counter()
    for sti in forms(kjoring.hjem):
        innhold = sti.read_bytes()
        hvem = _whose(sti, innhold, hemmelighet, skoler)
        if hvem is None:
            ikke_tatt[UBRUKELIG] += 1
        elif hvem.id[1:] != (kjoring.rad.rad, kjoring.aar):
            ikke_tatt[ANDRES] += 1
        else:
            _keep(kjoring, hvem, innhold)
            kjoring.leste_filer.append(sti)
    funn = [finding("ÅH-3142", antall=ikke_tatt[ANDRES])] if ikke_tatt[ANDRES] else []
    funn += [finding("ÅH-3143", antall=ikke_tatt[UBRUKELIG])] if ikke_tatt[UBRUKELIG] else []
    return [*_standing_faults(kjoring, skoler), *funn]


def forms(hjem: Hjem) -> list[Path]:
    """Return the files in the inbox that may be schools' forms, by their names, in order."""
    return sorted(sti for sti in make_folder(hjem.innboks).iterdir() if sti.is_file() and may_be_form(sti))


def may_be_form(sti: Path) -> bool:
    """Tell whether a file may be a school's form, by its name."""
    return fnmatch(sti.name.casefold(), FORM_PATTERN)


def _whose(sti: Path, innhold: bytes, hemmelighet: str, skoler: dict[str, Skole]) -> Lestskjema | None:
    """Return the form, or None where it is not ours, belongs to no school of ours, or two schools are named."""
    skjema = read_form(innhold)
    if skjema is None or skjema.kontroll != checksum(hemmelighet, skjema.id):
        return None
    skole = skoler.get(skjema.id.skolenummer)
    treff = FILNAVN.search(sti.name.casefold())
    if skole is None or (treff and treff.groups() != (skole.skolenummer, str(skjema.id.aar))):
        return None
    return read_form(innhold, skole.skoletype)


def _keep(kjoring: Kjoring, skjema: Lestskjema, innhold: bytes) -> None:
    """Keep the form's bytes and its good answers."""
    sha256 = hashlib.sha256(innhold).hexdigest()
    navn = file_name(skjema.id.skolenummer, skjema.id.aar)
    freeze_workbook(kjoring, sha256, navn, innhold, len(skjema.svar), FORM_FORMAT)
    for felt, verdi in skjema.svar.items():
        tekst = verdi.isoformat() if isinstance(verdi, date) else str(verdi)
        kjoring.con.execute(
            "INSERT INTO skolesvar VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [*skjema.id, felt, tekst, sha256, kjoring.registrert_tid, kjoring.kjoring_id],
        )


def _standing_faults(kjoring: Kjoring, skoler: dict[str, Skole]) -> list[Funn]:
    """Return the faults of each school's last form, until it has sent a better one."""
    funn = []
    for skolenummer, innhold in _last_forms(kjoring):
        skole = skoler.get(skolenummer)
        skjema = read_form(innhold, skole.skoletype) if skole else None
        for feil in skjema.feil if skjema else ():
            fil = file_name(skolenummer, kjoring.aar)
            funn.append(finding(feil.kode, fil=fil, ark=feil.ark, rad=feil.rad_nr, kolonne=feil.kolonne))
    return funn


def _last_forms(kjoring: Kjoring) -> list[tuple[str, bytes]]:
    """Return (school number, bytes) of the last form each school has sent for the row and year, in this run too."""
    return kjoring.con.execute(
        """
        SELECT left(split_part(r.fil, '_', 2), 5) AS skolenummer, arg_max(r.innhold, kf.rowid)
        FROM kjoring_fil kf JOIN raafil r USING (sha256) LEFT JOIN kjoring k USING (kjoring_id)
        WHERE r.format = $format AND ((k.rad = $rad AND k.aar = $aar) OR kf.kjoring_id = $denne)
        GROUP BY 1 ORDER BY 1
        """,
        {"format": FORM_FORMAT, "rad": kjoring.rad.rad, "aar": kjoring.aar, "denne": kjoring.kjoring_id},
    ).fetchall()
