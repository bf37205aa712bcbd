"""A tiny county that sends by SvarUt, to the stand-in."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from schemas.brev import Brevdata
from tasks import kanaler, maskinporten, svarut
from tasks.hjem import Hjem
from tests.motparter.svarut import INTEGRASJON_ID, INTEGRASJON_PASSORD, KONTO_ID, TOKEN, SvarUt

PDF = b"%PDF-1.7 brev"
OPPSETT = """
[svarut]
adresse = "{adresse}"
konto_id = "{konto}"
integrasjon_id = "{integrasjon}"
print = {print}
tvil_minutter = 16
"""


def _page(brev: Brevdata) -> bytes:
    return PDF + brev.navn.encode()


def _pages(brev: Sequence[Brevdata], _: Hjem) -> list[Callable[[], bytes]]:
    return [partial(_page, enkelt) for enkelt in brev]


class Svarutprove:
    """The tiny county ``bygd`` with SvarUt set up; letters are a few bytes, since what is tested is the sending."""

    def __init__(self, bygd: Any, tjener: SvarUt, monkeypatch: pytest.MonkeyPatch, *, print_: bool = True) -> None:
        self.bygd, self.tjener = bygd, tjener
        monkeypatch.setenv(svarut.MILJOVARIABEL, INTEGRASJON_PASSORD)
        monkeypatch.setattr(maskinporten, "token", lambda *_: TOKEN)
        monkeypatch.setattr(kanaler, "Svarutvei", partial(svarut.Svarutvei, skriv=_pages))
        sti = bygd.hjem.mappe / "innstillinger.toml"
        oppsett = OPPSETT.format(
            adresse=tjener.adresse, konto=KONTO_ID, integrasjon=INTEGRASJON_ID, print=str(print_).lower()
        )
        sti.write_text(sti.read_text("utf-8") + oppsett, "utf-8")
        bygd.hjem = bygd.fresh()

    def approved(self, antall: int = 1) -> str:
        """Return an approved proposal of so many letters, without the notice to the adviser."""
        for _ in range(antall):
            self.bygd.person(raadgiver="")
        forslag_id = self.bygd.run().forslag_id
        self.bygd.approve(forslag_id)
        return str(forslag_id)

    def letters(self, forslag_id: str) -> list[tuple[str, str, str]]:
        """Return item, state and reason of each."""
        rader: list[tuple[str, str, str]] = self.bygd.ask(
            "SELECT utsending_id, tilstand, grunn FROM utsending_naa WHERE forslag_id = ? ORDER BY 1", forslag_id
        )
        return rader
