"""A county of very many youth with one approved proposal, and who receives its letters: a process of its own."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from deployments.motparter import counterparts
from tasks.epost import message_id
from tasks.hjem import MILJOVARIABEL, OVINGSTJENESTER, Hjem
from tasks.klokke import to_utc
from tasks.register import fakta
from tasks.register.nokkel import register_secret
from tasks.utboksposter import reference
from tests.motparter.prosess import ask
from tests.tasks.conftest import BREVDAG, UNGDOM, Bygd, at, mailbox, new_home, synthetic_number

PA_SAMME_DAG = 300
TJENESTER = {"svarut": ("svarut", "maskinporten", "krr"), "epost": ("epost",), "print": ()}
"""Which of the practice services the county uses; the rest goes as files."""
RAADGIVER = """
[[radgivere]]
id = "{0}"
navn = "Rådgiver {0}"
epost = "{0}@example.no"
kommuner = []
"""


@dataclass(frozen=True)
class By:
    """The county, its proposal, and whom to ask what has arrived."""

    bygd: Bygd
    kanal: str
    forslag_id: str
    styring: str

    @property
    def hjem(self) -> Hjem:
        return self.bygd.hjem

    def arrived(self) -> Counter[str]:
        """How many times the receiver has each item."""
        if self.kanal == "print":
            return Counter(sti.stem for sti in self.bygd.files() if sti.suffix == ".pdf")
        return Counter(ask(self.styring, "mottatt")["referanser"])

    def references(self) -> dict[str, str]:
        """What the receiver knows each item of the channel as → the item's id."""
        kanaler = ["epost"] if self.kanal == "epost" else ["digital", "print"]
        with self.hjem.register.transaction("prøve") as con:
            hemmelighet = register_secret(con)
            rader = con.execute(
                "SELECT utsending_id FROM utsending WHERE forslag_id = ? AND list_contains(?, kanal) ORDER BY 1",
                [self.forslag_id, kanaler],
            ).fetchall()
        called = {"svarut": lambda id_: reference(hemmelighet, id_), "epost": message_id, "print": str}[self.kanal]
        return {called(id_): id_ for (id_,) in rader}


@contextmanager
def city(mappe: Path, antall: int, kanal: str) -> Iterator[By]:
    """Make the county with ``antall`` items to send by the channel, proposed and approved the ordinary way.

    By ``epost`` nothing goes to a youth: each has an adviser of her own, who is to have one notice. Their letters go
    as files first.
    """
    bygd = Bygd(new_home(mappe / "hjem"))
    os.environ[MILJOVARIABEL] = str(bygd.hjem.mappe)
    raadgivere = [f"n{nr:05}" for nr in range(antall)] if kanal == "epost" else [""] * antall
    if kanal == "epost":
        sti = bygd.hjem.mappe / "innstillinger.toml"
        sti.write_text(sti.read_text("utf-8") + "".join(map(RAADGIVER.format, raadgivere)), "utf-8")
    numre = people(bygd.hjem, raadgivere)
    if kanal == "svarut":
        bygd.krr(*map(mailbox, numre[::2]))
    with ExitStack() as apne:
        styring = ""
        if TJENESTER[kanal]:
            motparter = apne.enter_context(counterparts(bygd.hjem, at(BREVDAG)))
            keep_services(bygd.hjem, TJENESTER[kanal])
            styring = motparter.om["smtp" if kanal == "epost" else kanal]["styring"]
        bygd.hjem = bygd.fresh()
        forslag_id = bygd.run().forslag_id
        assert forslag_id
        bygd.approve(forslag_id)
        yield By(bygd, kanal, forslag_id, styring)


def people(hjem: Hjem, raadgivere: list[str], fra: int = 0, fodt_fra: date = date(2007, 1, 1)) -> list[str]:
    """Add one youth for each adviser, all at once; return their synthetic numbers."""
    numre = []
    for nr in range(fra, fra + len(raadgivere)):
        fodt = fodt_fra.replace(day=1 + nr // PA_SAMME_DAG % 28, month=1 + nr // PA_SAMME_DAG // 28)
        numre.append((fodt.isoformat(), synthetic_number(fodt.isoformat(), nr % PA_SAMME_DAG)))
    tid = to_utc(at("2026-01-02T06:00"))
    with hjem.register.transaction("prøve") as con:
        personer = fakta.new_people(con, len(raadgivere), "T0", tid)
        rader: list[tuple[str, str, str, datetime | date]] = []
        for person, (fodt_, nummer), raadgiver in zip(personer, numre, raadgivere, strict=True):
            egne = {"fodselsdato": fodt_, "fodselsnummer": nummer, "raadgiver": raadgiver}
            rader += [(person, felt, verdi, date(2026, 1, 2)) for felt, verdi in (UNGDOM | egne).items()]
        fakta.add(con, pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"]), "T0", tid)
    return [nummer for _, nummer in numre]


def keep_services(hjem: Hjem, navn: tuple[str, ...]) -> None:
    """Let the county use these of the practice services only."""
    sti = hjem.mappe / OVINGSTJENESTER
    alle: dict[str, Any] = json.loads(sti.read_text("utf-8"))
    sti.write_text(json.dumps({ett: alle[ett] for ett in navn}), "utf-8")
