"""What a load means for letters already sent and for proposals that wait: counts, for the person who decides."""

from tasks import mottakere, utvalg
from tasks.adresse import ADRESSE, UGRADERT
from tasks.arshjul import read_wheel
from tasks.avvik import Funn, finding
from tasks.foresatte import FORESATTE
from tasks.kjoring import Kjoring

BREVFELT = ("fornavn", "etternavn", *ADRESSE)
FORESATTFELT = ("navn", "foreldreansvar", *ADRESSE)
HAR_BREV = """
    SELECT DISTINCT person_id FROM utsending_naa
    WHERE aar = ? AND mottaker IN ('ungdom', 'foresatt') AND tilstand IN ('sender', 'sendt', 'levert', 'uavklart')
"""


def consequences(kjoring: Kjoring) -> list[Funn]:
    """Return what the load means, each as a finding with a count: those with a letter first."""
    har_brev = {person for (person,) in kjoring.con.execute(HAR_BREV, [kjoring.aar]).fetchall()}
    tall = {
        "ÅH-3002": len(har_brev & _left(kjoring)),
        "ÅH-3014": len(har_brev & _closed(kjoring)),
        "ÅH-3015": len(har_brev & _changed(kjoring)),
    }
    funn = [finding(kode, antall=antall) for kode, antall in tall.items() if antall]
    return [*funn, *_late(kjoring), *_outdated(kjoring)]


def _left(kjoring: Kjoring) -> set[str]:
    """Return those with a letter of this year to a group that they are no longer in."""
    borte = set()
    for rad, gruppe in _letter_rows():
        if sendt := utvalg.got_letter(kjoring.con, rad, kjoring.aar):
            borte |= sendt - utvalg.group(kjoring.con, gruppe, kjoring.skoleaar, kjoring.siste_dag)
    return borte


def _closed(kjoring: Kjoring) -> set[str]:
    """Return those about whom this run learned that they are protected, dead or gone from the country."""
    apner = {felt: frozenset({UGRADERT}) for felt in mottakere.VERNEFELT}
    apner["personstatus"] = mottakere.living(kjoring.gyldig_fra)
    return {person for person, felt, verdi in _learned(kjoring, mottakere.VERNEFELT) if verdi not in apner[felt]}


def _changed(kjoring: Kjoring) -> set[str]:
    """Return those whose name, address or guardians this run has changed."""
    felter = [*BREVFELT, *(f"{foresatt}_{felt}" for foresatt in FORESATTE for felt in FORESATTFELT)]
    return {person for person, _, _ in _learned(kjoring, felter)}


def _late(kjoring: Kjoring) -> list[Funn]:
    """Return that some are new in a group whose letter has been sent this year."""
    funn = []
    for rad, gruppe in _letter_rows():
        sendt = utvalg.got_letter(kjoring.con, rad, kjoring.aar)
        if not sendt:
            continue
        nye = {person for person, _, verdi in _learned(kjoring, [f"{gruppe}_skoleaar"]) if verdi == kjoring.skoleaar}
        if antall := len(nye - sendt):
            funn.append(finding("ÅH-3016", antall=antall, rad=rad))
    return funn


def _outdated(kjoring: Kjoring) -> list[Funn]:
    """Return which proposals that wait are about people whom this run has changed."""
    rader = kjoring.con.execute(
        """
        SELECT u.forslag_id, u.rad, count(DISTINCT u.person_id) FROM utsending_naa u
        WHERE u.forslag_tilstand IN ('venter', 'godkjent')
          AND u.person_id IN (SELECT person_id FROM fakta WHERE kjoring_id = ?)
        GROUP BY ALL ORDER BY ALL
        """,
        [kjoring.kjoring_id],
    ).fetchall()
    return [finding("ÅH-3017", forslag=forslag, antall=antall, rad=rad) for forslag, rad, antall in rader]


def _learned(kjoring: Kjoring, felter: list[str] | tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return (person_id, field, value) of the facts that this run has added."""
    return kjoring.con.execute(
        "SELECT person_id, felt, verdi FROM fakta WHERE kjoring_id = ? AND list_contains(?, felt)",
        [kjoring.kjoring_id, list(felter)],
    ).fetchall()


def _letter_rows() -> list[tuple[str, str]]:
    """Return the rows that send a group its first letter, and the group."""
    return [(rad.rad, rad.parametre["gruppe"]) for rad in read_wheel() if rad.flyt == "brev"]
