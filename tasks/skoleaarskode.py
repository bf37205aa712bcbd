"""The county's own code for youth who want follow-up when the coming school year starts (row 19)."""

from datetime import date

from schemas.innstillinger import Skoleaarskode
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring


def active(hjem: Hjem, dato: date) -> list[Skoleaarskode]:
    """Return the codes in use on ``dato``, in the settings' order."""
    return [
        kode
        for kode in hjem.innstillinger.skoleaarskoder
        if kode.gyldig_fra <= dato and (kode.gyldig_til is None or kode.gyldig_til >= dato)
    ]


def warn(kjoring: Kjoring) -> None:
    """Tell in the run's answer that two codes are in use on the run's day: an adviser cannot know which to set."""
    koder = active(kjoring.hjem, kjoring.per_dato)
    if len(koder) > 1:
        kjoring.note("ÅH-3113", koder=", ".join(f"{kode.kode} ({kode.skoleaar})" for kode in koder))
