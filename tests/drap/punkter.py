"""Every state transition of a sending, numbered: where a sender is killed to see that nothing is lost or repeated."""

import select
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from tasks import filkanal, utboks
from tasks.filer import make_folder
from tasks.nettkall import Nettklient
from tasks.smtpforbindelse import Forbindelse
from tests.drap.sonde import Sonde, is_delivery

ALLE = ("svarut", "epost", "print")
TREDJE = 3
"""In the middle of a bunch, where there are bunches."""


class Fase(StrEnum):
    """When in a proposal's life a point is reached."""

    START = "start"
    SENDING = "sending"
    AVSTEMMING = "avstemming"
    SLUTT = "slutt"


@dataclass(frozen=True)
class Punkt:
    """Where a sender dies. ``ganger``: how many senders do, where the moment is drawn by lot."""

    nr: int
    fase: Fase
    navn: str
    sett: Callable[[Sonde], None]
    kanaler: tuple[str, ...] = ALLE
    ganger: int = 1


def in_channel(s: Sonde) -> Callable[..., bool]:
    return lambda *_: s.sender


def opening(s: Sonde) -> None:
    s.before(s.maal.vei, "open", naar=in_channel(s))


def in_the_call(s: Sonde) -> None:
    """Half of what hands the item over is written."""
    if s.navn == "svarut":
        s.before(Nettklient, "_call", naar=is_delivery, gjor=half_request, nummer=TREDJE)
    elif s.navn == "epost":
        s.before(Forbindelse, "finish", nummer=TREDJE)
    else:
        s.before(filkanal, "write_file", gjor=half_file, nummer=TREDJE)


def half_request(_: Nettklient, foresporsel: httpx.Request) -> None:
    kropp = foresporsel.read()
    hode = f"{foresporsel.method} {foresporsel.url.raw_path.decode()} HTTP/1.1\r\n".encode()
    hode += b"".join(navn + b": " + verdi + b"\r\n" for navn, verdi in foresporsel.headers.raw) + b"\r\n"
    with socket.create_connection((str(foresporsel.url.host), foresporsel.url.port or 80)) as linje:
        linje.sendall(hode + kropp[: len(kropp) // 2])


def half_file(sti: Any, innhold: bytes) -> None:
    make_folder(sti.parent)
    sti.with_name(f".{sti.name}.1.del").write_bytes(innhold[: len(innhold) // 2])


def in_the_dot(s: Sonde) -> None:
    s.before(Forbindelse, "finish", gjor=lambda forbindelse: forbindelse._line().sendall(b"."), nummer=TREDJE)


def taken_unread(s: Sonde) -> None:
    """The receiver has it and has answered; nobody has read the answer."""
    if s.navn == "svarut":
        s.after(httpx.Client, "send", naar=is_delivery, nummer=TREDJE)
    elif s.navn == "epost":
        slutter = []
        s.wrap(Forbindelse, "finish", lambda ekte, *args: (slutter.append(1), ekte(*args))[1])
        s.before(Forbindelse, "answer", naar=lambda *_: len(slutter) == TREDJE, gjor=await_answer)
    else:
        s.after(filkanal, "write_file", nummer=TREDJE)


def await_answer(forbindelse: Forbindelse) -> None:
    assert select.select([forbindelse._line()], [], [], 10)[0]


def on_commit(s: Sonde, gjelder: Callable[[], bool]) -> None:
    """Die some time while the register is written and its file closed."""

    def hook() -> None:
        if gjelder():
            s.die_soon()

    s.for_commit = hook


def recorded(s: Sonde) -> None:
    s.etter_commit = lambda: s.die() if s.levert and s.fort else None


def asked(s: Sonde, *, fast: bool) -> None:
    """After the answer of a reconciliation is written, before or after it is durable."""
    if fast:
        s.before(utboks, "_prepare")
    else:
        s.after(utboks, "record", naar=lambda *_: not s.levert)


def commit_in(s: Sonde, navn: str) -> None:
    """Die while what this function of the outbox wrote becomes durable."""
    begynt = []
    s.wrap(utboks, navn, lambda ekte, *args: (begynt.append(s.sender), ekte(*args))[1])
    on_commit(s, lambda: any(begynt) or (navn == "_finish" and bool(begynt)))


F = Fase
_LISTE: list[tuple[Fase, str, Callable[[Sonde], None], tuple[str, ...], int]] = [
    (F.START, "låsen er tatt, ingenting er gjort", lambda s: s.before(utboks, "_clear_half_written"), ALLE, 1),
    (F.START, "forslaget er ikke slått opp", lambda s: s.before(utboks, "_approved"), ALLE, 1),
    (F.START, "sammenlignet med det godkjente", lambda s: s.after(utboks, "still_holds"), ALLE, 1),
    (F.START, "iverksettes er skrevet, ikke fast", lambda s: s.after(utboks, "_prepare"), ALLE, 1),
    (F.START, "iverksettes er fast", lambda s: s.before(utboks, "remove_previews"), ALLE, 1),
    (F.SENDING, "mens kanalen åpnes", opening, ALLE, 1),
    (F.SENDING, "før kravet", lambda s: s.before(utboks, "_claim", naar=in_channel(s)), ALLE, 1),
    (F.SENDING, "kravet er skrevet, ikke fast", lambda s: s.after(utboks, "write_events", naar=in_channel(s)), ALLE, 1),
    (F.SENDING, "mens kravet blir fast", lambda s: commit_in(s, "_claim"), ALLE, 4),
    (F.SENDING, "kravet er fast", lambda s: s.after(utboks, "_claim", naar=in_channel(s)), ALLE, 1),
    (F.SENDING, "brevene er laget", lambda s: s.after(s.maal.levering, "prepare"), ALLE, 1),
    (F.SENDING, "før noe forlater oss", lambda s: s.before(s.maal.levering, "deliver", nummer=TREDJE), ALLE, 1),
    (F.SENDING, "midt i overleveringen", in_the_call, ALLE, 1),
    (F.SENDING, "midt i sluttpunktumet", in_the_dot, ("epost",), 1),
    (F.SENDING, "mottatt, svaret er ikke lest", taken_unread, ALLE, 3),
    (F.SENDING, "svaret er lest, ikke ført", lambda s: s.after(utboks, "_deliver", naar=in_channel(s)), ALLE, 1),
    (F.SENDING, "ført, ikke fast", lambda s: s.after(utboks, "record", naar=lambda *_: s.levert), ALLE, 1),
    (F.SENDING, "mens føringen blir fast", lambda s: on_commit(s, lambda: s.levert), ALLE, 4),
    (F.SENDING, "føringen er fast", recorded, ALLE, 1),
    (F.AVSTEMMING, "før det spørres", lambda s: s.before(s.maal.levering, "look_for"), ALLE, 1),
    (F.AVSTEMMING, "svaret er ikke ført", lambda s: s.after(s.maal.levering, "look_for"), ALLE, 1),
    (F.AVSTEMMING, "avstemmingen er ført, ikke fast", lambda s: asked(s, fast=False), ALLE, 1),
    (F.AVSTEMMING, "mens avstemmingen blir fast", lambda s: on_commit(s, lambda: bool(s.fort)), ALLE, 4),
    (F.AVSTEMMING, "avstemmingen er fast", lambda s: asked(s, fast=True), ALLE, 1),
    (F.AVSTEMMING, "resten er sett over på nytt", lambda s: s.after(utboks, "refuse_changed"), ALLE, 1),
    (F.SLUTT, "alt er sendt, ikke avsluttet", lambda s: s.before(utboks, "_finish"), ALLE, 1),
    (F.SLUTT, "avsluttet, ikke fast", lambda s: s.after(utboks, "set_state"), ALLE, 1),
    (F.SLUTT, "mens avslutningen blir fast", lambda s: commit_in(s, "_finish"), ALLE, 4),
    (F.SLUTT, "avslutningen er fast", lambda s: s.after(utboks, "_finish"), ALLE, 1),
]
PUNKTER = [Punkt(nr, fase, navn, sett, kanaler, ganger) for nr, (fase, navn, sett, kanaler, ganger) in
           enumerate(_LISTE, start=1)]  # fmt: skip
LARE = next(punkt for punkt in PUNKTER if punkt.navn == "mottatt, svaret er ikke lest")
"""What leaves something to be asked about."""


def points(kanal: str, fase: Fase, *, kort: bool = False) -> list[Punkt]:
    """Return the channel's points in a phase, each as many times as it is to be tried, or (``kort``) once."""
    valgte = [punkt for punkt in PUNKTER if punkt.fase is fase and kanal in punkt.kanaler]
    return [punkt for punkt in valgte for _ in range(1 if kort else punkt.ganger)]
