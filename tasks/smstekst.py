"""The text of an SMS: a fixed sentence of ours, counted as the network counts it.

Letters of GSM-7 (æ, ø and å among them) take one place each, those of its extension two; one letter outside it (as the
Sámi ones) makes the whole message UCS-2, with room for less than half. Source: 3GPP TS 23.038 and TS 23.040.
"""

import tomllib
from datetime import date
from functools import cache
from typing import Final, Literal

from schemas.innstillinger import Fylke
from schemas.utsending import as_json
from tasks import kodeverk
from tasks.feil import BrukerFeil
from tasks.filer import DATA

GRUNNTABELL: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
UTVIDELSE: Final = frozenset("\f^{}\\[~]|€")
REGEL: Final = "sms"
Maalform = Literal["nb", "nn"]


def content(mal: str, maalform: Maalform, fylke: Fylke, dato: date) -> str:
    """Return an item's content, as JSON, from a template of ``data/maler/sms.toml``.

    It holds no number: that is looked up on the day. BrukerFeil ÅH-1653 where the text needs too many parts.
    """
    avsender = fylke.avsender_nynorsk if maalform == "nn" else fylke.avsender
    tekst = _templates()[mal][maalform]["tekst"].format(avsender=avsender, telefon=fylke.telefon)
    if is_too_long(tekst, dato):
        raise BrukerFeil("ÅH-1653", mal=mal, deler=parts(tekst, dato), mest=kodeverk.rule(REGEL, dato)["mest_deler"])
    return as_json({"maalform": maalform, "tekst": tekst})


def is_too_long(tekst: str, dato: date) -> bool:
    """Tell whether the text would go as more parts than the rule in force allows."""
    return parts(tekst, dato) > int(kodeverk.rule(REGEL, dato)["mest_deler"])


def parts(tekst: str, dato: date) -> int:
    """Return how many messages the text is sent as. What takes two places is never split between two messages."""
    regel = kodeverk.rule(REGEL, dato)
    er_gsm7 = all(tegn in GRUNNTABELL or tegn in UTVIDELSE for tegn in tekst)
    sett = "gsm7" if er_gsm7 else "ucs2"
    plasser = [_places(tegn, er_gsm7=er_gsm7) for tegn in tekst]
    if sum(plasser) <= int(regel[f"{sett}_alene"]):
        return 1
    antall, fullt, rom = 1, 0, int(regel[f"{sett}_i_del"])
    for plass in plasser:
        if fullt + plass > rom:
            antall, fullt = antall + 1, 0
        fullt += plass
    return antall


def _places(tegn: str, *, er_gsm7: bool) -> int:
    if er_gsm7:
        return 2 if tegn in UTVIDELSE else 1
    return len(tegn.encode("utf-16-be")) // 2


@cache
def _templates() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((DATA / "maler" / "sms.toml").read_text("utf-8"))
