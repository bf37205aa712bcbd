"""Receipts that come as files in the inbox: mailbox exports with returned e-mail, and the archive's answers."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from schemas.verdier import Tilstand
from tasks.arkivmelding import Arkivkvittering, read_receipt
from tasks.hjem import Hjem
from tasks.innboks import RECEIPT_SUFFIXES, keep_raw
from tasks.klokke import to_utc
from tasks.register.nokkel import register_secret
from tasks.returpost import Returpost, Returslag, read_export
from tasks.utboksposter import reference, write_events

ARKIVENDELSE: Final = ".xml"
UNDERVEIS: Final = "underveis"
ULESELIG: Final = "uleselig"
RETURNERT: Final = {Returslag.HARD: "epost_retur_hard", Returslag.MYK: "epost_retur_myk"}
UFORSTATT: Final = "epost_retur_uforstatt"
AVVIST_AV_ARKIVET: Final = "arkiv_avvist"


@dataclass
class Mottatt:
    """What the inbox had: returned e-mail, and the archive's answers. ``filer`` leave the inbox afterwards."""

    post: Returpost = field(default_factory=Returpost)
    arkiv: list[Arkivkvittering] = field(default_factory=list)
    filer: dict[Path, bytes] = field(default_factory=dict)


def read_inbox(hjem: Hjem) -> Mottatt:
    """Read every receipt file in the inbox. A file that is no receipt from the archive stays: BrukerFeil ÅH-1654."""
    mottatt = Mottatt()
    for sti in sorted(hjem.innboks.iterdir()) if hjem.innboks.is_dir() else ():
        endelse = sti.suffix.casefold()
        if endelse not in RECEIPT_SUFFIXES:
            continue
        mottatt.filer[sti] = innhold = sti.read_bytes()
        if endelse == ARKIVENDELSE:
            mottatt.arkiv.append(read_receipt(innhold, sti.name))
        else:
            mottatt.post += read_export(innhold)
    return mottatt


def settle_inbox(con: duckdb.DuckDBPyConnection, mottatt: Mottatt, naa: datetime) -> Counter[str]:
    """Give each item that a receipt is about its state, and keep the files as they came; return how many of what.

    A receipt about an item that has its end already, or that is not ours, changes nothing. What came back about a
    message that no machine can read leaves it to a person. The archive does not say what it refuses: that is counted.
    """
    for sti, innhold in mottatt.filer.items():
        keep_raw(con, hashlib.sha256(innhold).hexdigest(), sti.name, "kvittering", innhold, to_utc(naa))
    sendt = _waiting(con)
    returer = {item: retur for item, retur in mottatt.post.worst().items() if item in sendt.values()}
    uforstatte = set(mottatt.post.uforstatte) & set(sendt.values()) - returer.keys()
    arkivert = {sendt[svar.referanse]: svar for svar in mottatt.arkiv if svar.referanse in sendt}
    hendelser = [
        *((item, Tilstand.AVVIST, RETURNERT[en.slag], "") for item, en in sorted(returer.items()) if en.gitt_opp),
        *((item, Tilstand.UAVKLART, UFORSTATT, "") for item in sorted(uforstatte)),
        *((item, Tilstand.LEVERT, "", svar.registrerings_id) for item, svar in sorted(arkivert.items())),
    ]
    write_events(con, hendelser, naa)
    andre = {
        UNDERVEIS: sum(not retur.gitt_opp for retur in returer.values()),
        ULESELIG: mottatt.post.uleselige,
        AVVIST_AV_ARKIVET: sum(not svar.godtatt for svar in mottatt.arkiv),
    }
    return Counter(grunn or tilstand for _, tilstand, grunn, _ in hendelser) + Counter(andre)


def _waiting(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return reference → item of what has been sent and may still be answered."""
    svar = con.execute("SELECT utsending_id FROM utsending_naa WHERE tilstand = 'sendt' ORDER BY 1").fetchall()
    hemmelighet = register_secret(con)
    return {reference(hemmelighet, item): item for (item,) in svar}
