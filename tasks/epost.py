"""E-mail: one finished message, as bytes to be stored, shown, approved and sent once.

yagmail builds it. It is never asked to send: its ``send()`` tries three times and may deliver three copies.
"""

import re
from datetime import datetime
from email import message_from_string
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from typing import Final

import yagmail

from tasks.feil import BrukerFeil

STYRETEGN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LENGSTE_ADRESSE: Final = 254
# ASCII only, one address, a domain with a dot: what every mail server on the way accepts.
ADRESSE: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)


def build(fra: str, til: str, emne: str, tekst: str, melding_id: str, tid: datetime) -> bytes:
    """Build one plain-text message to one recipient: the same bytes every time, nothing sent.

    Args:
        fra: The sender's address.
        til: The recipient's address.
        emne: The subject.
        tekst: The body. Always text, also when it is the path of a file or holds HTML.
        melding_id: The Message-ID, with its angle brackets.
        tid: The message's date, with time zone.

    Raises:
        BrukerFeil: ÅH-1502 control character in a header, ÅH-1503 invalid recipient, ÅH-1504 invalid sender.
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
        headers={"Date": format_datetime(tid)},
        message_id=melding_id,
        prettify_html=False,
    )
    return _plain_only(message_from_string(melding), emne)


def is_address(adresse: str) -> bool:
    """Tell whether a text is exactly one e-mail address that can be written to."""
    return len(adresse) <= LENGSTE_ADRESSE and ADRESSE.fullmatch(adresse) is not None


def _client(fra: str) -> yagmail.Client:
    """Make a yagmail that only builds: no connection, no password; it logs nothing, since it logs recipients."""
    klient = yagmail.Client({fra: ""}, smtp_skip_login=True, soft_email_validation=False)
    klient.set_logging(None)
    klient.log.propagate = False
    return klient


def _plain_only(melding: Message, emne: str) -> bytes:
    """Return yagmail's message with its text part alone (its HTML holds the text unescaped) and a folded subject."""
    tekstdel = next(del_ for del_ in melding.walk() if del_.get_content_type() == "text/plain")
    for navn in ("Content-Type", "Content-Transfer-Encoding"):
        del melding[navn]
        melding[navn] = tekstdel[navn]
    del melding["Subject"]
    melding["Subject"] = Header(emne, header_name="Subject").encode()
    melding.set_payload(tekstdel.get_payload())
    return melding.as_bytes(policy=melding.policy.clone(linesep="\r\n"))
