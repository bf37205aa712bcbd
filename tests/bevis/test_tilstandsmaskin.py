"""The proof of random orders, and that each of its laws sees when it is broken."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.bevis import prove
from tests.tilstandsmaskin import maskin
from tests.tilstandsmaskin.handlinger import HANDLINGER
from tests.tilstandsmaskin.lover import LOVER, broken
from tests.tilstandsmaskin.verden import NUMRE, START, Modell, Verden, workshop

SENDT = "SELECT utsending_id FROM utsending_naa WHERE tilstand = 'levert' ORDER BY 1 LIMIT 1"


def test_the_laws_hold_in_the_short_form() -> None:
    assert prove("tilstandsmaskin", kort=True).brudd == ()


def sql(setning: str) -> Callable[[Verden], None]:
    def change(verden: Verden) -> None:
        verden.bygd.write(setning, [[]])

    return change


def all_protected(verden: Verden) -> None:
    verden.modell.stengt = {nummer: [[verden.naa.replace(month=1)]] for nummer in NUMRE}


def received_twice(verden: Verden) -> None:
    ref = next(iter(verden.tjener._per_ref))
    verden.tjener._per_ref[ref] *= 2


def unknown_to_the_receiver(verden: Verden) -> None:
    verden.tjener._brev.clear()


def approved_by_nobody(verden: Verden) -> None:
    verden.modell.godkjent.clear()


def forgotten(verden: Verden) -> None:
    verden.modell.glemt.add(next(iter(verden.numbers())))


def remembered(verden: Verden) -> None:
    verden.modell.husket.append((verden.naa, "noe annet"))


def answered(verden: Verden) -> None:
    ((person,),) = verden.ask("SELECT min(person_id) FROM utsending WHERE person_id <> ''")
    verden.modell.svart.add(person)
    verden.bygd.write(
        "INSERT INTO svar VALUES (?, '14-brev-ikkesokere', 2026, '2026-01-01', 'SKOLE', '2026-01-01', 'K')", [[person]]
    )
    verden.bygd.write("UPDATE utsending SET rad = '16-purrebrev-ikkesokere' WHERE person_id = ?", [[person]])


BRUDD: dict[str, Callable[[Verden], None]] = {
    "rader inn = lastet + uendret + karantene": sql("UPDATE kjoring SET inn = inn + 1"),
    "ingen skjermet i noe som sendes": all_protected,
    "ingen brev to ganger": received_twice,
    "bare det som er godkjent": approved_by_nobody,
    "planlagt = levert + forklart": sql(
        "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn)"
        f" SELECT utsending_id, 'planlagt', '2027-01-01', '' FROM ({SENDT})"
    ),
    "sendt etter registeret er hos mottakeren": unknown_to_the_receiver,
    "den som har svart, purres ikke": answered,
    "revisjonskjeden er hel": sql("UPDATE revisjon SET av = 'En annen' WHERE lopenr = 1"),
    "historien er som den var": remembered,
    "de slettede er borte, de andre ikke": forgotten,
    # The last, as what is rejected is no longer in the outbox, where the other laws look.
    "avvist og utløpt er ikke begynt": sql(
        "INSERT INTO forslag_hendelse (forslag_id, tilstand, tid, av, grunn, innhold_sha256)"
        " SELECT forslag_id, 'avvist', opprettet_tid + INTERVAL 1 YEAR, '', '', innhold_sha256 FROM forslag"
    ),
}


@pytest.fixture(scope="module")
def verden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verden]:
    """A world in which letters have been sent and read."""
    with workshop(tmp_path_factory.mktemp("verden")) as (fabrikk, lapp), fabrikk.world(lapp) as en:
        HANDLINGER["hele rutinen"](en, Random(1))
        yield en


def test_every_law_has_something_that_breaks_it() -> None:
    assert BRUDD.keys() == LOVER.keys()


def test_a_world_where_all_went_well_breaks_no_law(verden: Verden) -> None:
    assert broken(verden) == []
    assert verden.tjener.antall.total() > 5


@pytest.mark.parametrize("lov", BRUDD)
def test_a_broken_law_is_seen(verden: Verden, lov: str) -> None:
    """Each breach is added to the ones before it, so what is asked is only whether its own law sees it."""
    BRUDD[lov](verden)
    assert any(funnet.startswith(f"{lov}: ") for funnet in broken(verden))


def test_a_breach_stops_the_machine_and_tells_the_steps_that_led_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maskin, "broken", lambda verden: ["noe"] if verden.naa > START else [])
    regnskap = maskin.play(tmp_path, 3, 3, 1)
    assert [("noe (etter" in brudd, "tiden går" in brudd) for brudd in regnskap.brudd] == [(True, True)]


def test_the_model_knows_when_somebody_was_protected() -> None:
    nummer, modell, tid = NUMRE[0], Modell(), START
    for time, grad in ((1, "fortrolig"), (3, "ugradert"), (5, "fortrolig")):
        modell.otto[nummer] = grad
        modell.note_protection(tid.replace(hour=time))
    assert [modell.was_protected(nummer, tid.replace(hour=time)) for time in (1, 2, 4, 6)] == [False, True, False, True]
