"""Rows 04, 18 and 27: every youth is looked at before the deadline, by her own adviser."""

from collections import Counter
from typing import Final

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks import bestand
from tasks.arbeid.apne import as_work
from tasks.arbeid.fordeling import is_count
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.oppgaver import ANSVARLIG, APEN
from tasks.steg import step

GRUNN: Final = "GJENNOMGANG"
UNNTAK: Final = "GJEN_UNNTAK"
IKKE_SETT: Final = """
    SELECT person_id, raadgiver FROM bestand
    WHERE er_tilmeldt AND NOT coalesce(siste_kontakt >= $fra, false) AND NOT coalesce(ot_status_dato >= $fra, false)
    ORDER BY person_id
"""
"""A youth has been reviewed since a day when contact is recorded, or her status was set, on that day or since."""


@step("Finn dem som ikke er gjennomgått")
def not_reviewed(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return everyone enrolled who has not been reviewed since the row's window began."""
    bestand.stage(kjoring.con, kjoring.per_dato)
    rader = kjoring.con.execute(IKKE_SETT, {"fra": kjoring.datoer.fra}).fetchall()
    return [as_work(person, GRUNN, raadgiver) for person, raadgiver in rader]


@step("Si hvor langt gjennomgangen er kommet")
def tell_progress(kjoring: Kjoring) -> list[Funn]:
    """Show each adviser's share; after the deadline, tell how many are left without a named exception."""
    alle, apne, unntak = _counts(kjoring)
    rader: list[tuple[str | int, ...]] = [
        (eier, alle[eier], alle[eier] - apne[eier] - unntak[eier], unntak[eier], apne[eier]) for eier in sorted(alle)
    ]
    rader.append(("I alt", *(sum(int(rad[plass]) for rad in rader) for plass in range(1, 5))))
    hoder = ("Rådgiver", "Ungdommer", "Gjennomgått", "Unntak", "Gjenstår")
    kjoring.tabeller.append(Tabell(tittel="Gjennomgangen", hoder=hoder, rader=rader))
    frist, gjenstaar = kjoring.datoer.frist, int(rader[-1][-1])
    if frist and local_date(kjoring.naa) > frist and gjenstaar:
        return [finding("ÅH-3124", antall=gjenstaar, raadgivere=sum(bool(antall) for antall in apne.values()))]
    return []


def _counts(kjoring: Kjoring) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return, by adviser: everyone to be reviewed, those left, those excepted; the protected are the ansvarlig's."""
    con, nokkel = kjoring.con, [kjoring.rad.rad, kjoring.aar, GRUNN]
    bestand.stage(con, kjoring.per_dato)
    eid = con.execute("SELECT raadgiver, count(*) FROM bestand WHERE er_tilmeldt GROUP BY ALL").fetchall()
    alle = Counter({raadgiver or ANSVARLIG: antall for raadgiver, antall in eid})
    oppgaver = con.execute(
        "SELECT raadgiver, gjelder, tilstand, utfall FROM oppgave WHERE rad = ? AND aar = ? AND grunn_kode = ?", nokkel
    ).fetchall()
    apne, unntak = Counter[str](), Counter[str]()
    for eier, gjelder, tilstand, utfall in oppgaver:
        if tilstand == APEN:
            # Those who are not named are one task that says how many they are.
            apne[eier] += int(gjelder.split()[0]) if is_count(gjelder) else 1
        elif utfall == UNNTAK:
            unntak[eier] += 1
    return alle, apne, unntak
