"""Where a sender can be killed: each point as a patch that raises ``Drept`` there."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from schemas.verdier import Tilstand
from tasks import filkanal, utboks, utboksposter
from tasks.filkanal import Fillevering

ANTALL = 6
"""Items in the proposal that the tests send: four youth, one guardian, one adviser."""


class Drept(BaseException):
    """The process is gone here: nothing of ours may catch it."""


def after_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    ekte = utboks._claim

    def claim(*args: Any) -> Any:
        ekte(*args)
        raise Drept

    monkeypatch.setattr(utboks, "_claim", claim)


def before_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(*args: Any) -> None:
        raise Drept

    monkeypatch.setattr(utboks, "record", record)


def inside_record(monkeypatch: pytest.MonkeyPatch) -> None:
    ekte = utboksposter.write_events

    def events(con: Any, hendelser: list[Any], naa: Any) -> None:
        ekte(con, hendelser, naa)
        if any(tilstand is Tilstand.LEVERT for _, tilstand, *_ in hendelser):
            raise Drept

    monkeypatch.setattr(utboksposter, "write_events", events)


def before_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(*args: Any) -> None:
        raise Drept

    monkeypatch.setattr(utboks, "_finish", finish)


def at_delivery(nummer: int, *, skrevet: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """Killed at the ``nummer``-th item of the batch, just before or just after its file was written."""

    def kill(monkeypatch: pytest.MonkeyPatch) -> None:
        ekte, antall = Fillevering.deliver, Counter()

        def deliver(self: Fillevering, *args: Any) -> Any:
            antall["levert"] += 1
            if antall["levert"] == nummer and not skrevet:
                raise Drept
            svar = ekte(self, *args)
            if antall["levert"] == nummer:
                raise Drept
            return svar

        monkeypatch.setattr(Fillevering, "deliver", deliver)

    return kill


def half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(sti: Any, innhold: bytes) -> None:
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.with_name(f".{sti.name}.1.del").write_bytes(innhold[:10])
        raise Drept

    monkeypatch.setattr(filkanal, "write_file", write)


BRUDD = {
    "etter at hensikten er skrevet": after_claim,
    "før første fil": at_delivery(1, skrevet=False),
    "etter første fil": at_delivery(1, skrevet=True),
    "midt i bunken": at_delivery(3, skrevet=True),
    "etter siste fil": at_delivery(ANTALL, skrevet=True),
    "midt i en fil": half_written,
    "før kvitteringen": before_record,
    "midt i kvitteringen": inside_record,
    "før avslutningen": before_finish,
}
