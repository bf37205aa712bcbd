"""What the schools are asked, as ``data/maler/skole.toml`` has it."""

import tomllib
from functools import cache

from schemas.skole import Skjemafelt, Skolemal, Svarart
from tasks.filer import DATA


@cache
def templates() -> dict[str, Skolemal]:
    """Return kind of school → its e-mail and form."""
    maler = tomllib.loads((DATA / "maler" / "skole.toml").read_text("utf-8"))
    return {
        skoletype: Skolemal(
            emne=mal["emne"],
            tekst=mal["tekst"].strip(),
            felter=tuple(Skjemafelt(**felt | {"art": Svarart(felt["art"])}) for felt in mal["felt"]),
            skjema_er_kontakt=mal["skjema_er_kontakt"],
        )
        for skoletype, mal in maler.items()
    }
