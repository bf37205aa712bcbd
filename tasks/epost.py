"""E-mail: one finished message, as bytes to be stored, shown, approved and sent once.

yagmail builds it. It is never asked to send: its ``send()`` tries three times and may deliver three copies.
"""

import base64
import hashlib
import io
import json
import mimetypes
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from typing import Final

import yagmail

from tasks.feil import BrukerFeil, ProgramFeil

STYRETEGN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LENGSTE_ADRESSE: Final = 254
# ASCII only, one address, a domain with a dot: what every mail server on the way accepts.
ADRESSE: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
FILSLAG: Final = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What may go along, by the ending of its name. Said here, for not every machine knows them."""
VEDLEGGSNAVN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(pdf|xlsx)")
DOMENE: Final = "arshjul.invalid"
MELDING_ID: Final = re.compile(rf"<([A-Za-z0-9_-]{{1,64}})@{re.escape(DOMENE)}>")
"""Our own Message-ID, which holds the item's id; nobody has the domain, so no answer to it goes astray."""


@dataclass(frozen=True)
class Vedlegg:
    """A PDF or a workbook that the program has made itself, under a name without a person in it."""

    navn: str
    data: bytes


@dataclass(frozen=True)
class Melding:
    """A finished message and its envelope."""

    fra: str
    til: str
    data: bytes


def message_id(utsending_id: str) -> str:
    """Return the Message-ID of an item."""
    return f"<{utsending_id}@{DOMENE}>"


def message_of(utsending_id: str, innhold: str) -> Melding:
    """Return the message that an item's content holds (JSON: fra, til, emne, tekst, tid, perhaps vedlegg).

    BrukerFeil as ``build``.
    """
    brev = json.loads(innhold)
    fil = brev.get("vedlegg")
    vedlegg = Vedlegg(fil["navn"], base64.b64decode(fil["base64"], validate=True)) if fil else None
    tid = datetime.fromisoformat(brev["tid"])
    data = build(brev["fra"], brev["til"], brev["emne"], brev["tekst"], message_id(utsending_id), tid, vedlegg)
    return Melding(brev["fra"], brev["til"], data)


def build(
    fra: str, til: str, emne: str, tekst: str, melding_id: str, tid: datetime, vedlegg: Vedlegg | None = None
) -> bytes:
    """Build one plain-text message to one recipient: the same bytes every time, nothing sent.

    Args:
        fra: The sender's address.
        til: The recipient's address.
        emne: The subject.
        tekst: The body. Always text, also when it is the path of a file or holds HTML.
        melding_id: The Message-ID, with its angle brackets.
        tid: The message's date, with time zone.
        vedlegg: A file to go with it.

    Raises:
        BrukerFeil: ÅH-1502 control character in a header, ÅH-1503 invalid recipient, ÅH-1504 invalid sender.
        ProgramFeil: an attachment whose name is not one of ours.
    """
    for felt, verdi in {"fra": fra, "til": til, "emne": emne, "melding_id": melding_id}.items():
        if STYRETEGN.search(verdi):
            raise BrukerFeil("ÅH-1502", felt=felt)
    if not is_address(til):
        raise BrukerFeil("ÅH-1503")
    if not is_address(fra):
        raise BrukerFeil("ÅH-1504")
    _, melding = _client(fra).prepare_send(
        to=til,
        subject=emne,
        # Line by line: yagmail writes <br> for a line break inside a content, but not between two. A raw is no file.
        contents=[yagmail.raw(linje) for linje in tekst.splitlines()],
        attachments=[_file(vedlegg)] if vedlegg else [],
        headers={"Date": format_datetime(tid)},
        message_id=melding_id,
        prettify_html=False,
    )
    return _plain_only(message_from_string(melding), emne, melding_id)


def is_address(adresse: str) -> bool:
    """Tell whether a text is exactly one e-mail address that can be written to."""
    return len(adresse) <= LENGSTE_ADRESSE and ADRESSE.fullmatch(adresse) is not None


def _client(fra: str) -> yagmail.Client:
    """Make a yagmail that only builds: no connection, no password; it logs nothing, since it logs recipients."""
    klient = yagmail.Client({fra: ""}, smtp_skip_login=True, soft_email_validation=False)
    klient.set_logging(None)
    klient.log.propagate = False
    return klient


def _file(vedlegg: Vedlegg) -> io.BytesIO:
    """Return the attachment as yagmail takes one that is not the path of a file."""
    if not VEDLEGGSNAVN.fullmatch(vedlegg.navn):
        raise ProgramFeil("et vedlegg har et navn som ikke er vårt")
    for endelse, slag in FILSLAG.items():
        mimetypes.add_type(slag, endelse)
    fil = io.BytesIO(vedlegg.data)
    fil.name = vedlegg.navn
    return fil


def _plain_only(melding: Message, emne: str, melding_id: str) -> bytes:
    """Return yagmail's message without its HTML (which holds the text unescaped) and with a folded subject."""
    deler = list(melding.walk())
    tekstdel = next(del_ for del_ in deler if del_.get_content_type() == "text/plain")
    vedlegg = [del_ for del_ in deler if del_.get_content_disposition() == "attachment"]
    del melding["Subject"]
    melding["Subject"] = Header(emne, header_name="Subject").encode()
    if vedlegg:
        # yagmail's own boundary is drawn by lot. No line of base64 can be this one.
        melding.set_boundary(f"arshjul-{hashlib.sha256(melding_id.encode()).hexdigest()[:32]}")
        melding.set_payload([tekstdel, *vedlegg])
    else:
        for navn in ("Content-Type", "Content-Transfer-Encoding"):
            del melding[navn]
            melding[navn] = tekstdel[navn]
        melding.set_payload(tekstdel.get_payload())
    return melding.as_bytes(policy=melding.policy.clone(linesep="\r\n"))
