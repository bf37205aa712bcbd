"""Who is let in to Prefect and the pages: which names we answer to, who knows the password, who the proxy says it is.

The same rules for both servers. A name that the proxy gives is believed only with the secret that the proxy and we
share: nobody else can set it. Whatever is missing or said twice is refused.
"""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from schemas.innstillinger import DENNE_MASKINEN, PROXYHODE, Sikkerhet
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.register.nokkel import read_secret

BRUKER: Final = "arshjul"
PASSORDVARIABEL, PASSORDFIL, PASSORDRING = "ARSHJUL_PREFECT_PASSORD", "prefect.passord", "arshjul-prefect"
PROXYVARIABEL, PROXYFIL, PROXYRING = "ARSHJUL_PROXY_HEMMELIGHET", "proxy.hemmelighet", "arshjul-proxy"
MINST_TEGN: Final = 16
LENGSTE_NAVN: Final = 100
KREV_PASSORD: Final = {"WWW-Authenticate": f'Basic realm="{BRUKER}", charset="UTF-8"'}
"""What makes a browser ask for user name and password."""

Hoder = Callable[[str], list[str]]
"""A request's headers: name → every value it was sent with, read as latin-1."""


@dataclass(frozen=True)
class Besokende:
    """Somebody let in. ``navn`` is who the proxy says; blank for one who knows the password, or where no one asks."""

    navn: str = ""


@dataclass(frozen=True)
class Adgang:
    """What is asked of who comes. A blank ``passord`` asks nobody for anything: the demo on one's own machine."""

    passord: str = ""
    vertsnavn: tuple[str, ...] = ()
    navnehode: str = ""
    proxyhemmelighet: str = ""

    def as_text(self) -> str:
        """Return it for the environment of a process of ours."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, tekst: str) -> "Adgang":
        """Return what ``as_text`` wrote."""
        lest = json.loads(tekst)
        return cls(**lest | {"vertsnavn": tuple(lest["vertsnavn"])})

    @property
    def innlogging(self) -> str:
        """User name and password, as Prefect takes them; blank where nobody is asked."""
        return f"{BRUKER}:{self.passord}" if self.passord else ""

    def answers(self, hoder: Hoder, port: int) -> bool:
        """Tell whether it is us that was asked for: another name is another site asking through the browser."""
        verter = [vert.lower() for vert in hoder("Host")]
        vaare = {f"{DENNE_MASKINEN}:{port}", f"localhost:{port}"}
        return len(verter) == 1 and (verter[0] in vaare or verter[0].partition(":")[0] in self.vertsnavn)

    def judge(self, hoder: Hoder) -> Besokende | None:
        """Return who it is, or None for one who is not let in."""
        if self.navnehode and (hoder(PROXYHODE) or hoder(self.navnehode)):
            return self._from_proxy(hoder)
        if not self.passord:
            return Besokende()
        sendt = hoder("Authorization")
        return Besokende() if len(sendt) == 1 and self._knows_password(sendt[0]) else None

    def _from_proxy(self, hoder: Hoder) -> Besokende | None:
        """Return who the proxy says it is; None where the secret or the name is missing, wrong or there twice."""
        hemmeligheter, navn = hoder(PROXYHODE), hoder(self.navnehode)
        if len(hemmeligheter) != 1 or len(navn) != 1 or not _is_same(hemmeligheter[0], self.proxyhemmelighet):
            return None
        try:
            lest = navn[0].encode("latin-1").decode("utf-8").strip()
        except UnicodeError:
            return None
        return Besokende(lest) if lest.isprintable() and 0 < len(lest) <= LENGSTE_NAVN else None

    def _knows_password(self, sendt: str) -> bool:
        ordning, _, kode = sendt.partition(" ")
        try:
            _, skille, passord = base64.b64decode(kode, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeError):
            return False
        return ordning.lower() == "basic" and bool(skille) and _is_same(passord, self.passord)


def is_same_site(hoder: Hoder) -> bool:
    """Tell whether the page that asks, where there is one, is of the place that it asks."""
    return all(
        [urlsplit(opphav).netloc.lower()] == [vert.lower() for vert in hoder("Host")] for opphav in hoder("Origin")
    )


def _is_same(sendt: str, riktig: str) -> bool:
    return bool(riktig) and hmac.compare_digest(sendt.encode(), riktig.encode())


def find_access(mappe: Path, sikkerhet: Sikkerhet, *, apen: bool) -> Adgang:
    """Return what a home asks of who comes, and make its password the first time.

    ``apen`` asks for no password, and is refused itself once the home has names beyond this machine. Raises BrukerFeil
    ÅH-1707 (names are to come from the proxy, but its secret is missing), ÅH-1709 (a secret cannot be used).
    """
    hemmelighet = _usable(read_secret(mappe, PROXYVARIABEL, PROXYFIL, PROXYRING), PROXYVARIABEL, PROXYFIL)
    if sikkerhet.navnehode and not hemmelighet:
        raise BrukerFeil("ÅH-1707", variabel=PROXYVARIABEL, fil=PROXYFIL)
    passord = "" if apen and not sikkerhet.vertsnavn else find_password(mappe) or _make_password(mappe)
    return Adgang(passord, sikkerhet.vertsnavn, sikkerhet.navnehode, hemmelighet if sikkerhet.navnehode else "")


def find_password(mappe: Path) -> str:
    """Return the password of the home's Prefect and pages, blank where there is none; BrukerFeil ÅH-1709."""
    return _usable(read_secret(mappe, PASSORDVARIABEL, PASSORDFIL, PASSORDRING), PASSORDVARIABEL, PASSORDFIL)


def _usable(hemmelighet: str, variabel: str, fil: str) -> str:
    """Return the secret if it can stand in a header and cannot be guessed."""
    brukelig = hemmelighet.isascii() and hemmelighet.isprintable() and " " not in hemmelighet
    if hemmelighet and (not brukelig or len(hemmelighet) < MINST_TEGN):
        raise BrukerFeil("ÅH-1709", variabel=variabel, fil=fil, tegn=MINST_TEGN)
    return hemmelighet


def _make_password(mappe: Path) -> str:
    passord = secrets.token_urlsafe(24)
    write_file(mappe / PASSORDFIL, passord.encode())
    return passord
