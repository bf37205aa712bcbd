"""What is put into a sender's process to see how far it came and to kill it there. Nothing of it is in the program.

What it sees is written to a file at once, which outlives the process: ``vil`` (intent written), ``krav`` (durable),
``ut`` (from here the receiver may have it), ``inne`` (the answer is read), ``bok`` (what came of it is durable) and
``drept``.
"""

import functools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from schemas.verdier import Kanal
from tasks import filkanal, kanaler, utboks
from tasks.filkanal import Filkanal, Fillevering
from tasks.nettkall import Nettklient
from tasks.register.tilkobling import Register
from tasks.smtpforbindelse import Forbindelse
from tasks.smtpkanal import Smtplevering, Smtpvei
from tasks.svarut import Svarutlevering, Svarutvei

Vilkar = Callable[..., bool]
LITE_BREV = b"%PDF-1.7 /Type/Pages/Count 1 "


@dataclass(frozen=True)
class Maal:
    """The channel that is proved: its kinds, its way, its delivery, and the function that lets go of an item."""

    kanaler: tuple[Kanal, ...]
    vei: type
    levering: type
    slipp: tuple[Any, str]
    dobler: Callable[..., bool] = lambda *_: False


MAAL = {
    "svarut": Maal((Kanal.DIGITAL, Kanal.PRINT), Svarutvei, Svarutlevering, (Nettklient, "_call")),
    "epost": Maal((Kanal.EPOST,), Smtpvei, Smtplevering, (Forbindelse, "finish")),
    "print": Maal((Kanal.PRINT,), Filkanal, Fillevering, (filkanal, "write_file"), lambda sti, _: bool(sti.exists())),
}


@dataclass
class Sonde:
    """The probe in one sender. ``bolk`` makes the bunches smaller, so that a short proof has many (0: as they are)."""

    navn: str
    logg: Path
    tilfeldig: Random
    bolk: int = 0
    post: str = ""
    sender: bool = False
    levert: bool = False
    doende: bool = False
    fort: list[str] = field(default_factory=list)
    for_commit: Callable[[], None] = lambda: None
    etter_commit: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.maal = MAAL[self.navn]
        self._fil = os.open(self.logg, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def log(self, hva: str, *ider: str) -> None:
        os.write(self._fil, (" ".join([hva, *ider]) + "\n").encode())

    def die(self) -> None:
        """Be gone: nothing after this is done."""
        self.log("drept")
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)

    def die_soon(self) -> None:
        """Be gone within a moment, whatever is being done then."""
        pause, self.doende = self.tilfeldig.uniform(0, 0.015), True
        threading.Thread(target=lambda: (time.sleep(pause), self.die()), daemon=True).start()

    def wrap(self, eier: Any, navn: str, rundt: Callable[..., Any]) -> None:
        """Let ``rundt(ekte, *args)`` be called instead of a function."""
        ekte = getattr(eier, navn)
        setattr(eier, navn, functools.wraps(ekte)(lambda *args, **valg: rundt(ekte, *args, **valg)))

    def before(
        self, eier: Any, navn: str, *, naar: Vilkar = lambda *_: True, gjor: Callable[..., None] = lambda *_: None,
        nummer: int = 1,
    ) -> None:  # fmt: skip
        """Die when the function is called for the ``nummer``-th time on this condition, ``gjor`` done first."""
        sett = [0]

        def rundt(ekte: Any, *args: Any, **valg: Any) -> Any:
            sett[0] += naar(*args)
            if naar(*args) and sett[0] == nummer:
                gjor(*args)
                self.die()
            return ekte(*args, **valg)

        self.wrap(eier, navn, rundt)

    def after(self, eier: Any, navn: str, *, naar: Vilkar = lambda *_: True, nummer: int = 1) -> None:
        """Die when the function has been called for the ``nummer``-th time on this condition."""
        sett = [0]

        def rundt(ekte: Any, *args: Any, **valg: Any) -> Any:
            gjelder = naar(*args)
            svar = ekte(*args, **valg)
            sett[0] += gjelder
            if gjelder and sett[0] == nummer:
                self.die()
            return svar

        self.wrap(eier, navn, rundt)

    # What is seen of every sender

    def watch(self) -> None:
        """See each step of the sending. Letters are a few bytes: what is proved is the sending."""
        kanaler.render_all = lambda brev, _: [LITE_BREV + en.referanse.encode() for en in brev]
        self.wrap(utboks, "_send_channel", self._sending)
        self.wrap(utboks, "write_events", self._claiming)
        self.wrap(utboks, "_claim", self._claimed)
        self.wrap(self.maal.levering, "deliver", self._delivering)
        self.wrap(*self.maal.slipp, self._letting_go)
        self.wrap(utboks, "record", self._recording)
        ekte = Register.transaction

        @contextmanager
        def transaction(register: Register, hva: str) -> Iterator[Any]:
            self.fort = []
            with ekte(register, hva) as con:
                yield con
                self.for_commit()
            if self.fort:
                self.log("bok", *self.fort)
            self.etter_commit()

        Register.transaction = transaction  # type: ignore[method-assign]

    def _sending(self, ekte: Any, utsending: Any, kanal: Kanal, vei: Any) -> Any:
        self.sender = kanal in self.maal.kanaler
        if self.sender:
            self.log("kanal", kanal)
        svar = ekte(utsending, kanal, vei)
        self.sender = False
        return svar

    def _claiming(self, ekte: Any, con: Any, hendelser: Any, naa: Any) -> Any:
        if self.sender:
            self.log("vil", *(id_ for id_, *_ in hendelser))
        return ekte(con, hendelser, naa)

    def _claimed(self, ekte: Any, utsending: Any, takt: Any, vei: Any) -> Any:
        bolk = ekte(utsending, takt, replace(vei, bolk=min(vei.bolk, self.bolk or vei.bolk)))
        if bolk and self.sender:
            self.log("krav", *(post.utsending_id for post in bolk))
        return bolk

    def _delivering(self, ekte: Any, levering: Any, post: Any) -> Any:
        self.post = post.utsending_id
        svar = ekte(levering, post)
        self.log("inne", self.post)
        self.post, self.levert = "", self.sender
        return svar

    def _letting_go(self, ekte: Any, *args: Any, **valg: Any) -> Any:
        if self.post and self.sender and is_delivery(*args):
            self.log("ut", self.post, *(["igjen"] if self.maal.dobler(*args) else []))
        return ekte(*args, **valg)

    def _recording(self, ekte: Any, con: Any, hendelser: Any, naa: Any) -> Any:
        self.fort = [id_ for id_, _ in hendelser]
        return ekte(con, hendelser, naa)


def is_delivery(*args: Any) -> bool:
    """Tell whether a call over the network is the one that hands a letter over; any other call is."""
    foresporsel = args[-1]
    if not isinstance(foresporsel, httpx.Request):
        return True
    return foresporsel.method == "POST" and foresporsel.url.path.endswith("/forsendelser")
