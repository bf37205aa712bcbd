"""Row 15: those who have not answered the letter are called, until they answer or the deadline comes."""

from typing import Final

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks import mottakere, utvalg
from tasks.arbeid.apne import as_work
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.oppgaver import APEN, close
from tasks.register import fakta
from tasks.steg import step

GRUNN: Final = "IKKE_SVART"
SVART: Final = """
    SELECT oppgave_id FROM oppgave o WHERE grunn_kode = 'IKKE_SVART' AND tilstand = $apen AND EXISTS (
        SELECT 1 FROM svar_kjent($kjent) s WHERE s.person_id = o.gjelder AND s.aar = o.aar)
"""


@step("Finn dem som ikke har svart")
def to_call(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return everyone in the year's group of whom we know nothing: no answer, and not clarified.

    Those whom the gate stops for another reason than a protected address have a task of their own already, from the
    letter. The protected are handed on to be counted.
    """
    con, dato, parametre = kjoring.con, kjoring.per_dato, kjoring.rad.parametre
    fylkesnumre = kjoring.hjem.innstillinger.fylke.fylkesnummer
    brevrader = [parametre["brevrad"], parametre["purrerad"]]
    tause = utvalg.group(con, parametre["gruppe"], kjoring.skoleaar, dato) - utvalg.answered(
        con, brevrader, kjoring.aar
    )
    folk = utvalg.people(con, tause - utvalg.clarified(con, dato).keys(), mottakere.FELT, dato, fylkesnumre)
    return [
        as_work(person["person_id"], GRUNN, person["raadgiver"])
        for person in folk
        if mottakere.stopped(person, dato, fylkesnumre) in ("", mottakere.SKJERMET)
    ]


def take_off_list(kjoring: Kjoring) -> None:
    """Close the calls to those who have answered, whichever row took the answer in."""
    svarte = kjoring.con.execute(SVART, {"kjent": fakta.EVIG_TID, "apen": APEN}).fetchall()
    close(kjoring.con, dict.fromkeys((oppgave for (oppgave,) in svarte), ""), kjoring.kjoring_id)


@step("Si hvor langt ringingen er kommet")
def tell_calls(kjoring: Kjoring) -> list[Funn]:
    """Show attempts and outcomes by adviser; after the deadline, tell how many are still open without a reason."""
    rader = kjoring.con.execute(
        """
        SELECT raadgiver, count(*), count(*) FILTER (tilstand = $apen),
            count(*) FILTER (tilstand <> $apen AND utfall = ''), count(*) FILTER (utfall <> ''),
            coalesce(sum(forsok), 0)::BIGINT
        FROM oppgave LEFT JOIN (SELECT oppgave_id, count(*) AS forsok FROM arbeidssvar
            WHERE tilstand = 'brukt' GROUP BY oppgave_id) USING (oppgave_id)
        WHERE rad = $rad AND aar = $aar AND grunn_kode = $grunn GROUP BY raadgiver ORDER BY raadgiver
        """,
        {"apen": APEN, "rad": kjoring.rad.rad, "aar": kjoring.aar, "grunn": GRUNN},
    ).fetchall()
    hoder = ("Rådgiver", "På listen i år", "Åpne", "Svarte selv", "Avsluttet av rådgiver", "Forsøk")
    kjoring.tabeller.append(Tabell(tittel="Ringelistene", hoder=hoder, rader=rader))
    frist, apne = kjoring.datoer.frist, sum(rad[2] for rad in rader)
    if frist and local_date(kjoring.naa) > frist and apne:
        return [finding("ÅH-3125", antall=apne)]
    return []
