"""The laws: what must hold after every step, whatever has been done. Each returns what is broken, in words."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final

from schemas.utsending import content_hash
from tasks import revisjon, visninger
from tasks.klokke import to_utc
from tasks.register.fakta import EVIG_TID
from tests.tilstandsmaskin.verden import NUMRE, Verden, local

BEGYNT: Final = ("sender", "sendt", "levert", "uavklart")
AARSSLUTT: Final = date(2026, 12, 31)
VISNINGER: Final = ("ungdom", "karantene", "utsendinger", "svar")
Lov = Callable[[Verden], Iterator[str]]


def rows_are_conserved(verden: Verden) -> Iterator[str]:
    """Rows in are loaded, unchanged or in quarantine, in every run."""
    for (kjoring,) in verden.ask("SELECT kjoring_id FROM kjoring WHERE inn <> lastet + uendret + karantene"):
        yield f"{kjoring}: rader inn er ikke lastet, uendret og karantene"


def nobody_protected_is_written_to(verden: Verden) -> Iterator[str]:
    """Nothing about a protected youth is begun after the moment we knew."""
    numre = {person: nummer for nummer, person in verden.numbers().items()}
    begynt = verden.ask(
        "SELECT person_id, tid FROM utsending JOIN utsending_hendelse USING (utsending_id) WHERE tilstand = 'sender'"
    )
    for person, tid in begynt:
        if person and verden.modell.was_protected(numre[person], local(tid)):
            yield f"{person}: begynt sendt mens hun var skjermet"


def nobody_gets_a_letter_twice(verden: Verden) -> Iterator[str]:
    """No key has arrived twice, neither by the register nor by the receiver."""
    for nokkel, antall in verden.ask(
        "SELECT nokkel, count(*) FROM utsending_naa WHERE list_contains(?, tilstand) GROUP BY 1 HAVING count(*) > 1",
        list(BEGYNT),
    ):
        yield f"nøkkelen {nokkel[:8]} er sendt {antall} ganger"
    for ref, antall in verden.tjener.antall.items():
        if antall > 1:
            yield f"mottakeren har {antall} brev med referansen {ref[:8]}"


def only_what_was_approved_goes(verden: Verden) -> Iterator[str]:
    """What has been begun is of an approved proposal, and what was approved is what the proposal holds."""
    begynt = verden.ask(
        "SELECT DISTINCT forslag_id FROM utsending JOIN utsending_hendelse USING (utsending_id)"
        " WHERE tilstand = 'sender'"
    )
    for (forslag_id,) in begynt:
        if forslag_id not in verden.modell.godkjent:
            yield f"{forslag_id} er sendt uten godkjenning"
    sider: dict[str, list[str]] = {}
    for forslag_id, sha in verden.ask("SELECT forslag_id, innhold_sha256 FROM utsending"):
        sider.setdefault(forslag_id, []).append(sha)
    for forslag_id, sha in verden.ask(
        "SELECT forslag_id, innhold_sha256 FROM forslag_hendelse WHERE tilstand = 'godkjent'"
    ):
        if content_hash(sider[forslag_id]) != sha:
            yield f"{forslag_id} er ikke det som ble godkjent"


def what_was_refused_stays(verden: Verden) -> Iterator[str]:
    """A proposal that was rejected, or has expired, has begun nothing."""
    for (forslag_id,) in verden.ask(
        "SELECT DISTINCT forslag_id FROM forslag_naa f JOIN utsending USING (forslag_id)"
        " JOIN utsending_hendelse h USING (utsending_id)"
        " WHERE list_contains(['avvist', 'utløpt'], f.tilstand) AND h.tilstand = 'sender'"
    ):
        yield f"{forslag_id} er avvist eller utløpt, og noe av det er begynt"


def planned_is_delivered_or_explained(verden: Verden) -> Iterator[str]:
    """A proposal that is carried out has nothing waiting, and every end that is not an arrival has a reason."""
    for forslag_id, tilstand, antall in verden.ask(
        "SELECT forslag_id, tilstand, count(*) FROM utsending_naa WHERE forslag_tilstand = 'iverksatt'"
        " AND (list_contains(['planlagt', 'sender'], tilstand)"
        " OR (list_contains(['avvist', 'uavklart'], tilstand) AND coalesce(grunn, '') = '')) GROUP BY ALL"
    ):
        yield f"{forslag_id} er iverksatt med {antall} {tilstand} uten forklaring"


def what_arrived_is_known(verden: Verden) -> Iterator[str]:
    """What the receiver has is ours, and what the register calls sent the receiver has."""
    hos_oss = dict(
        verden.ask("SELECT ekstern_id, utsending_id FROM utsending_naa WHERE ekstern_id <> '' AND kanal <> 'epost'")
    )
    hos_dem = {brev.id for brev in verden.tjener.mottatt}
    if fremmede := hos_oss.keys() - hos_dem:
        yield f"{len(fremmede)} er sendt etter registeret, men ikke hos mottakeren"


def those_who_answered_are_left_alone(verden: Verden) -> Iterator[str]:
    """Nobody who had answered when the reminders were proposed is in them."""
    for person, forslag_id in verden.ask(
        "SELECT person_id, forslag_id FROM utsending u JOIN forslag f USING (forslag_id) WHERE u.rad LIKE '16-%'"
        " AND EXISTS (SELECT 1 FROM svar s WHERE s.person_id = u.person_id AND s.registrert_tid <= f.opprettet_tid)"
    ):
        if person in verden.modell.svart:
            yield f"{person} har svart og får purring i {forslag_id}"


def the_audit_holds(verden: Verden) -> Iterator[str]:
    """The chain of the audit is whole and anchored."""
    assert verden.con is not None
    for brudd in revisjon.verify(verden.con, verden.bygd.hjem.mappe):
        yield f"revisjonen: {brudd.kode} ved {brudd.lopenr}"


def the_past_is_as_it_was(verden: Verden) -> Iterator[str]:
    """What the views said at one of the moments remembered, another at each step, they say still."""
    husket = verden.modell.husket
    if husket:
        tid, avtrykk = husket[verden.naa.minute % len(husket)]
        if fingerprint(verden, tid) != avtrykk:
            yield f"det vi visste {tid:%d.%m. %H:%M} er ikke lenger det samme"


def the_forgotten_are_gone(verden: Verden) -> Iterator[str]:
    """A youth who was deleted is in no fact and no file; those of today are there still."""
    numre = verden.numbers()
    if igjen := verden.modell.glemt & numre.keys():
        yield f"{len(igjen)} slettede er i registeret"
    lastet = {nummer for _, gradering in verden.modell.lastinger for nummer in gradering}
    if borte := (lastet & set(NUMRE)) - numre.keys():
        yield f"{len(borte)} ungdommer er borte fra registeret"


LOVER: Final[dict[str, Lov]] = {
    "rader inn = lastet + uendret + karantene": rows_are_conserved,
    "ingen skjermet i noe som sendes": nobody_protected_is_written_to,
    "ingen brev to ganger": nobody_gets_a_letter_twice,
    "bare det som er godkjent": only_what_was_approved_goes,
    "avvist og utløpt er ikke begynt": what_was_refused_stays,
    "planlagt = levert + forklart": planned_is_delivered_or_explained,
    "sendt etter registeret er hos mottakeren": what_arrived_is_known,
    "den som har svart, purres ikke": those_who_answered_are_left_alone,
    "revisjonskjeden er hel": the_audit_holds,
    "historien er som den var": the_past_is_as_it_was,
    "de slettede er borte, de andre ikke": the_forgotten_are_gone,
}


def fingerprint(verden: Verden, tid: datetime) -> str:
    """Return a hash of what the views of people, quarantine, dispatches and answers say as known at a moment."""
    assert verden.con is not None
    deler = [
        visninger._ask(verden.con, visning, AARSSLUTT, to_utc(tid), EVIG_TID).astype(str).values.tolist()
        for visning in VISNINGER
    ]
    return hashlib.sha256(json.dumps(deler).encode()).hexdigest()


def broken(verden: Verden) -> list[str]:
    """Return every law that is broken, with how."""
    with verden.reading():
        return [f"{lov}: {hvordan}" for lov, sjekk in LOVER.items() for hvordan in sjekk(verden)]
