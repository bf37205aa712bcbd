"""Row 19: who wants follow-up when school starts gets the county's own code; the school is told only with a ground."""

from typing import Final

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks import bestand, kodeverk
from tasks.arbeid.apne import as_work
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.oppgaver import APEN
from tasks.register import fakta
from tasks.skoleaarskode import active
from tasks.steg import step

GRUNN: Final = "SKOLEAARSKODE"
UTENFOR: Final = "regler/utenfor_skole"
SKAL_PA_SKOLE: Final = """
    SELECT b.person_id, b.raadgiver FROM bestand b LEFT JOIN naa n USING (person_id)
    LEFT JOIN (SELECT person_id, arg_max(svar_kode, (svart_tid, svar_kode)) AS svar FROM svar_kjent($kjent)
               WHERE aar = $aar GROUP BY person_id) s USING (person_id)
    WHERE b.er_tilmeldt AND coalesce(n.skoleaarskode, '') = ''
      AND (coalesce(n.soknad_skoleaar, '') = $skoleaar OR list_contains($skolesvar, s.svar))
    ORDER BY b.person_id
"""


@step("Finn dem som skal begynne på skole")
def starting_school(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return the enrolled youth who have applied for, or have answered that they will be at, school next year.

    Those who have the county's code already are left out.
    """
    con = kjoring.con
    bestand.stage(con, kjoring.per_dato)
    con.register("naa", fakta.current(con, ["skoleaarskode", "soknad_skoleaar"], kjoring.per_dato))
    inne = {rad["kode"] for rad in kodeverk.valid_on(UTENFOR, kjoring.per_dato) if rad["utenfor"] == "nei"}
    skolesvar = [
        rad["kode"] for rad in kodeverk.valid_on("kodeverk/svar", kjoring.per_dato) if rad["ot_status_forslag"] in inne
    ]
    rader = con.execute(
        SKAL_PA_SKOLE,
        {"kjent": fakta.EVIG_TID, "aar": kjoring.aar, "skoleaar": kjoring.skoleaar, "skolesvar": skolesvar},
    ).fetchall()
    con.unregister("naa")
    return [as_work(person, GRUNN, raadgiver) for person, raadgiver in rader]


@step("Si hvem som ønsker oppfølging ved skolestart")
def tell_school_start(kjoring: Kjoring) -> list[Funn]:
    """Show how many want follow-up, by answer, and how many the school has been told of, by ground; counts only."""
    svar = dict(
        kjoring.con.execute(
            "SELECT utfall, count(*) FROM oppgave WHERE rad = ? AND aar = ? AND grunn_kode = ? AND utfall <> ''"
            " GROUP BY utfall",
            [kjoring.rad.rad, kjoring.aar, GRUNN],
        ).fetchall()
    )
    apne = kjoring.con.execute(
        "SELECT count(*) FROM oppgave WHERE rad = ? AND aar = ? AND grunn_kode = ? AND tilstand = ?",
        [kjoring.rad.rad, kjoring.aar, GRUNN, APEN],
    ).fetchone()
    tekster = {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("regler/arbeidssvar", kjoring.per_dato)}
    rader: list[tuple[str | int, ...]] = [(tekster[kode], antall) for kode, antall in sorted(svar.items())]
    rader.append(("Ikke avklart", apne[0] if apne else 0))
    kjoring.tabeller.append(Tabell(tittel="Oppfølging ved skolestart", hoder=("Svar", "Ungdommer"), rader=rader))
    koder = [kode for kode in active(kjoring.hjem, kjoring.per_dato) if kode.skoleaar == kjoring.skoleaar]
    return [] if koder else [finding("ÅH-3127", skoleaar=kjoring.skoleaar)]
