"""What the person who runs the reminder is told: which answers were counted, and how many are called afterwards."""

from schemas.arshjul import Farge, Raddatoer
from tasks import utvalg
from tasks.arshjul import wheel
from tasks.kalender import day_text
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO, from_utc
from tasks.steg import step

TIDSFORMAT = "%d.%m.%Y kl. %H:%M"


@step("Si hva som er regnet med")
def note_selection(kjoring: Kjoring) -> None:
    """Note until when answers are counted, and how many are to be called in the weeks that follow, if any."""
    svar = kjoring.con.execute(
        "SELECT max(svart_tid) FROM svar_kjent($kjent) WHERE aar = $aar",
        {"kjent": kjoring.registrert_tid, "aar": kjoring.aar},
    ).fetchone()
    siste = f"fra {from_utc(svar[0]):{TIDSFORMAT}}" if svar and svar[0] else "ikke kommet ennå"
    kjoring.note("ÅH-3050", tid=f"{kjoring.naa.astimezone(OSLO):{TIDSFORMAT}}", siste=siste)
    for ringing in _calls_after(kjoring):
        frist = day_text(ringing.frist) if ringing.frist else day_text(ringing.til)
        kjoring.note(
            "ÅH-3051", antall=len(_to_call(kjoring)), uker=f"{ringing.rad.uke_fra}–{ringing.rad.uke_til}", frist=frist
        )


def _calls_after(kjoring: Kjoring) -> list[Raddatoer]:
    """Return the rows that people do by hand after this one in the wheel: in spring the calls, in autumn none."""
    hjul = wheel(kjoring.aar, kjoring.hjem.radvalg)
    return [datoer for datoer in hjul if datoer.rad.etter == kjoring.rad.rad and datoer.rad.farge is Farge.GRONN]


def _to_call(kjoring: Kjoring) -> set[str]:
    parametre = kjoring.rad.parametre
    return utvalg.to_call(
        kjoring.con,
        parametre["gruppe"],
        kjoring.skoleaar,
        [parametre["brevrad"], kjoring.rad.rad],
        kjoring.aar,
        kjoring.naa.astimezone(OSLO).date(),
        kjoring.hjem.innstillinger.fylke.fylkesnummer,
    )
