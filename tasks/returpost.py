"""Mail that came back: which of our messages did not arrive, read from an export of the mailbox they were sent from.

Only reports that a machine has written (RFC 3464) are believed, and only about a message that has our own Message-ID.
What is returned holds no address and nothing of any text. The mail may be broken in every way there is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from typing import Final

from tasks.epost import MELDING_ID

FELT: Final = r"^{}:[ \t]*{}"
ORDLISTE: Final = re.IGNORECASE | re.MULTILINE
ACTION: Final = re.compile(FELT.format("Action", r"([a-z]+)"), ORDLISTE)
STATUS: Final = re.compile(FELT.format("Status", r"([245]\.\d{1,3}\.\d{1,3})\b"), ORDLISTE)
DIAGNOSE: Final = re.compile(FELT.format("Diagnostic-Code", r"smtp;\s*([245])\d\d\b"), ORDLISTE)
MELDINGSSTART: Final = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*(?:\n|\Z)")
"""Where a message begins in an mbox: at the start, or after a blank line."""
TOM_LINJE: Final = re.compile(r"\n[ \t]*\r?\n")
RAPPORT: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNERT: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
KOM_FRAM: Final = frozenset({"delivered", "relayed", "expanded"})
FORSINKET: Final = "delayed"
DYPEST: Final = 20
AUTOSVAR: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")


class Returslag(StrEnum):
    """How a message came back."""

    HARD = "hard"
    """The address takes no mail (5.x.x)."""
    MYK = "myk"
    """Not now (4.x.x, or still being tried)."""


@dataclass(frozen=True)
class Retur:
    """One report about one of our messages.

    ``status`` is the code of RFC 3463, such as ``5.1.1``. ``gitt_opp`` says that nobody tries any more; a soft return
    that is not given up may still arrive.
    """

    utsending_id: str
    slag: Returslag
    status: str
    gitt_opp: bool


@dataclass
class Returpost:
    """What was in an export.

    Attributes:
        returer: The reports about messages of ours, in the order of the export.
        uforstatte: Our messages that something came back about which no machine can read: for a person to look at.
        fravaer: How many answers were written by a machine, such as out-of-office.
        andre: How much other mail there was: letters from people, receipts, reports about others' messages.
        uleselige: How many messages could not be read at all.
    """

    returer: list[Retur] = field(default_factory=list)
    uforstatte: list[str] = field(default_factory=list)
    fravaer: int = 0
    andre: int = 0
    uleselige: int = 0

    def __add__(self, annen: "Returpost") -> "Returpost":
        """Return what was in both exports."""
        return Returpost(
            self.returer + annen.returer,
            self.uforstatte + annen.uforstatte,
            self.fravaer + annen.fravaer,
            self.andre + annen.andre,
            self.uleselige + annen.uleselige,
        )

    def worst(self) -> dict[str, Retur]:
        """Return each item's gravest report: given up before still trying, hard before soft."""
        svar: dict[str, Retur] = {}
        for retur in self.returer:
            svar[retur.utsending_id] = max(svar.get(retur.utsending_id, retur), retur, key=_gravity)
        return svar


def read_export(innhold: bytes) -> Returpost:
    """Read a mailbox export: one message (``.eml``) or many (mbox), told apart by the first line. Never raises."""
    svar = Returpost()
    for melding in _messages(innhold):
        try:
            _read(message_from_bytes(melding), svar)
        except Exception:  # noqa: BLE001 the library raises almost anything for broken mail, and its words are the mail's
            svar.uleselige += 1
    return svar


def _messages(innhold: bytes) -> Iterator[bytes]:
    innhold = innhold.removeprefix(b"\xef\xbb\xbf")
    start = [treff.span() for treff in MELDINGSSTART.finditer(innhold)] if innhold.startswith(b"From ") else [(0, 0)]
    slutter = [fra for fra, _ in start[1:]] + [len(innhold)]
    for (_, fra), til in zip(start, slutter, strict=True):
        if innhold[fra:til].strip():
            yield innhold[fra:til]


def _read(melding: Message, svar: Returpost) -> None:
    """Put one message where it belongs."""
    deler = list(_parts(melding))
    rapporter = [del_ for del_ in deler if del_.get_content_type() in RAPPORT]
    utsending_id = _ours(melding, deler, rapporter)
    if rapporter:
        retur = _judged(utsending_id, "\n\n".join(_text(del_) for del_ in rapporter)) if utsending_id else None
        if retur:
            svar.returer.append(retur)
        else:
            svar.andre += 1
    elif _is_automatic(melding):
        svar.fravaer += 1
    elif utsending_id and _is_from_a_server(melding):
        svar.uforstatte.append(utsending_id)
    else:
        svar.andre += 1


def _parts(melding: Message, dybde: int = 0) -> Iterator[Message]:
    """Return the parts of a message, but not those of a message within it."""
    if melding.get_content_maintype() == "multipart" and melding.is_multipart() and dybde < DYPEST:
        for del_ in melding.get_payload():
            if isinstance(del_, Message):
                yield from _parts(del_, dybde + 1)
    else:
        yield melding


def _judged(utsending_id: str, rapport: str) -> Retur | None:
    """Return the gravest of a report's blocks, None where it tells of no trouble."""
    returer = [_block(utsending_id, blokk) for blokk in TOM_LINJE.split(rapport)]
    return max((retur for retur in returer if retur), key=_gravity, default=None)


def _block(utsending_id: str, blokk: str) -> Retur | None:
    if not (handling := ACTION.search(blokk)) or (ord_ := handling[1].lower()) in KOM_FRAM:
        return None
    if status := STATUS.search(blokk):
        kode = status[1]
    elif diagnose := DIAGNOSE.search(blokk):
        kode = f"{diagnose[1]}.0.0"
    else:
        kode = "4.0.0" if ord_ == FORSINKET else "5.0.0"
    slag = Returslag.HARD if kode.startswith("5") and ord_ != FORSINKET else Returslag.MYK
    return Retur(utsending_id, slag, kode, gitt_opp=ord_ != FORSINKET)


def _gravity(retur: Retur) -> tuple[bool, bool]:
    return retur.gitt_opp, retur.slag is Returslag.HARD


def _ours(melding: Message, deler: list[Message], rapporter: list[Message]) -> str:
    """Return which of our messages this is about, blank for none (or more than one).

    The returned message's own Message-ID counts before what is said about it.
    """
    steder = [
        *(_returned_id(del_) for del_ in deler if del_.get_content_type() in RETURNERT),
        *(_field(_text(del_), "Original-Message-ID") for del_ in rapporter),
        *(str(melding.get(hode, "")) for hode in ("X-Original-Message-ID", "In-Reply-To", "References")),
    ]
    for sted in steder:
        funnet = set(MELDING_ID.findall(sted))
        if len(funnet) == 1:
            return str(funnet.pop())
    return ""


def _returned_id(del_: Message) -> str:
    return _field(TOM_LINJE.split(_text(del_).lstrip(), maxsplit=1)[0], "Message-ID")


def _field(tekst: str, navn: str) -> str:
    """Return the value of a header in a text of headers, which may have been folded after the colon."""
    funnet = re.search(rf"^{re.escape(navn)}:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)", tekst, ORDLISTE)
    return funnet[1] if funnet else ""


def _text(del_: Message) -> str:
    """Return what a part holds as text: decoded where it is encoded, joined where the library has split it."""
    innhold = del_.get_payload()
    if isinstance(innhold, list):
        return "\n\n".join(enkelt.as_string() for enkelt in innhold if isinstance(enkelt, Message))
    dekodet = del_.get_payload(decode=True)
    return dekodet.decode("utf-8", "replace") if isinstance(dekodet, bytes) else ""


def _is_automatic(melding: Message) -> bool:
    """Tell whether a machine has answered (RFC 3834), as out-of-office does."""
    selv = str(melding.get("Auto-Submitted", "no")).strip().lower()
    forrang = str(melding.get("Precedence", "")).strip().lower()
    return selv.startswith("auto-replied") or forrang == "auto_reply" or any(navn in melding for navn in AUTOSVAR)


def _is_from_a_server(melding: Message) -> bool:
    """Tell whether the sender is a mail server: the empty sender, or one of the names that servers use."""
    avsender = str(melding.get("From", "")).lower()
    return str(melding.get("Return-Path", "")).strip() == "<>" or any(
        navn in avsender for navn in ("mailer-daemon", "postmaster")
    )
