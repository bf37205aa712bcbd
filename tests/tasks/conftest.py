"""A tiny county whose people the test chooses one by one: nothing in it comes by chance.

``lag_bygd(mappe)`` makes one; the fixture ``bygd`` is one that ``ARSHJUL_HOME`` points at.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.rader import run_row
from schemas.fodselsnummer import control_digits
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import forslag, kanaler, utboks
from tasks.arshjul import find_row
from tasks.formater import find_format
from tasks.hjem import Hjem, home
from tasks.klokke import OSLO, to_utc
from tasks.register import fakta
from tasks.register.nokkel import make_key_file
from tests.conftest import at_home, move_in
from tests.motparter.svarut import SvarUt

BREV, PURREBREV = "14-brev-ikkesokere", "16-purrebrev-ikkesokere"
BREVDAG = "2026-05-11T08:00"
UNGDOM = {
    "fodselsdato": "2007-03-14", "fornavn": "Åse", "etternavn": "Nordmann", "adresselinje1": "Storgata 1",
    "postnummer": "3116", "poststed": "TØNSBERG", "kommunenummer": "3905", "personstatus": "bosatt",
    "adressegradering_vigo": "ugradert", "adressegradering_otto": "ugradert", "raadgiver": "R05",
    "ikkesoker_skoleaar": "20262027", "tilmeldt_dato": "2025-09-20", "ot_status": "OTUK",
    "tilmeldingsgrunn": "ikke_sokt",
}  # fmt: skip
MOR = {
    "foresatt1_navn": "Mor Nordmann", "foresatt1_foreldreansvar": "J", "foresatt1_adresselinje1": "Storgata 1",
    "foresatt1_postnummer": "3116", "foresatt1_poststed": "TØNSBERG", "foresatt1_adressegradering_vigo": "ugradert",
}  # fmt: skip
EN_SIDE = b"%PDF-1.7 /Type/Pages/Count 1 "
ARK = ("-adresseliste", "-folgeseddel", "-sjekkliste")
MINDREAARIG = {"fodselsdato": "2009-03-14"} | MOR


def at(tid: str) -> datetime:
    """A local time with zone."""
    return datetime.fromisoformat(tid).replace(tzinfo=OSLO)


def synthetic_number(fodt: str, lopenr: int) -> str:
    """A valid number with the synthetic month (+ 80), another for each ``lopenr``."""
    dag = date.fromisoformat(fodt)
    ni = (f"{dag.day:02}{dag.month + 80:02}{dag:%y}{individ:03}" for individ in count(500))
    gyldige = (begynnelse + kontroll for begynnelse in ni if (kontroll := control_digits(begynnelse)))
    return next(islice(gyldige, lopenr, None))


def mailbox(nummer: str, **felt: object) -> dict[str, object]:
    """KRR's answer about one who gets letters digitally."""
    return {
        "personidentifikator": nummer, "reservasjon": "NEI", "status": "AKTIV", "varslingsstatus": "KAN_VARSLES",
        "spraak": "nb", "digital_post": {"postkasseadresse": "a.b#1C2D"},
    } | felt  # fmt: skip


RAD = {
    "fornavn": "Åse", "etternavn": "Nordmann", "adresselinje1": "Storgata 1", "postnummer": "3116",
    "poststed": "TØNSBERG", "kommunenummer": "3905", "adressegradering": "ugradert", "personstatus": "bosatt",
    "skoleaar": "20262027", "registrert_dato": "01.03.2026", "skolenummer": "39001", "skole": "Demo vgs",
    "tilmeldt_dato": "20.09.2025", "ot_status": "OTUK", "ot_status_dato": "20.09.2025", "raadgiver": "R05",
}  # fmt: skip
KODE = {"vigo_ikkesokere": "OSON", "vigo_ot_linjer": "OSNP", "otto_uttrekk": "OSON"}


def new_home(mappe: Path) -> Path:
    """A home with settings and a key, and nothing else yet."""
    mappe.mkdir(parents=True, exist_ok=True)
    (mappe / "innstillinger.toml").write_bytes(settings_bytes(Demo()))
    make_key_file(mappe)
    return mappe


class Bygd:
    """The tiny county: its home, its people, and what has come of them."""

    at = staticmethod(at)
    number = staticmethod(synthetic_number)
    mailbox = staticmethod(mailbox)
    MINDREAARIG, MOR, BREV, PURREBREV, BREVDAG = MINDREAARIG, MOR, BREV, PURREBREV, BREVDAG

    def __init__(self, mappe: Path) -> None:
        """Take the home in ``mappe``: one of ``new_home``, or a copy of it that has moved in."""
        self.hjem = home(mappe)
        self.krr()

    def fresh(self) -> Hjem:
        """The home read anew, as another process would."""
        return home(self.hjem.mappe)

    def krr(self, *svar: dict[str, object]) -> None:
        (self.hjem.mappe / "krr.json").write_text(json.dumps({"personer": svar}), encoding="utf-8")

    def mode(self, modus: str) -> Hjem:
        sti = self.hjem.mappe / "innstillinger.toml"
        sti.write_text(sti.read_text("utf-8").replace('modus = "øve"', f'modus = "{modus}"'), "utf-8")
        return self.fresh()

    def person(self, fra: str = "2026-01-02", laert: str | None = None, **felt: str) -> str:
        """One more youth, as ``UNGDOM`` but for ``felt``; returns the person id."""
        fakta_om = UNGDOM | felt
        with self.hjem.register.transaction("prøve") as con:
            (person,) = fakta.new_people(con, 1, "T0", to_utc(at(f"{fra}T06:00")))
        fakta_om.setdefault("fodselsnummer", synthetic_number(fakta_om["fodselsdato"] or "2007-03-14", int(person[1:])))
        self.change(person, fra, laert, **fakta_om)
        return person

    def change(self, person: str, fra: str, laert: str | None = None, kjoring_id: str = "T0", **felt: str) -> None:
        """Add facts that hold from the day ``fra`` and were learned at ``laert`` (same morning unless told)."""
        rader = [(person, navn, verdi, date.fromisoformat(fra)) for navn, verdi in felt.items()]
        nye = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
        with self.hjem.register.transaction("prøve") as con:
            fakta.add(con, nye, kjoring_id, to_utc(at(laert or f"{fra}T06:00")))

    def taken_back(self, angret: str, kjoring_id: str, tid: str) -> None:
        """Note that one run was taken back by another, when what it said has been said otherwise already."""
        self.write(
            "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid) VALUES (?, ?, 'Kari', 'feil fil', ?)",
            [[angret, kjoring_id, to_utc(at(tid))]],
        )

    def deliver(self, format_navn: str, *rader: dict[str, str], navn: str = "") -> None:
        """Put a CSV file of the format in the inbox: each row as ``RAD`` but for what is given, in our column names."""
        kolonner = find_format(format_navn).kolonner
        felles = RAD | {"vigokode": KODE.get(format_navn, "")}
        linjer = [[kolonne.overskrift for kolonne in kolonner]]
        linjer += [[(felles | rad).get(kolonne.navn, "") for kolonne in kolonner] for rad in rader]
        self.hjem.innboks.mkdir(exist_ok=True)
        tekst = "\n".join(";".join(linje) for linje in linjer)
        (self.hjem.innboks / f"{format_navn}{navn}.csv").write_bytes(f"{tekst}\n".encode())

    def facts(self, nummer: str, *felter: str, dato: str = "2026-12-31") -> tuple[str, ...]:
        """The fields of the person who has or had the number, as they stand on the day."""
        with self.hjem.register.transaction("prøve") as con:
            person = fakta.people_by_id(con, pd.Series([nummer])).iloc[0]
            naa = fakta.current(con, felter, date.fromisoformat(dato)).set_index("person_id")
        return tuple(naa.loc[person].tolist())

    def run(self, rad: str = BREV, tid: str = BREVDAG, **valg: Any) -> Kjoreresultat:
        return run_row(find_row(rad), Kjorevalg(rad=rad, aar=2026, naa=at(tid), **valg), plain=True)

    def approve(self, forslag_id: str, tid: str = BREVDAG) -> None:
        forslag.approve(self.hjem, forslag_id, "Kari", at(tid))

    def send(self, forslag_id: str | None = None, tid: str = BREVDAG) -> list[Any]:
        return utboks.send(self.fresh(), forslag_id, at(tid))

    def letters_sent(self, rad: str = BREV, tid: str = BREVDAG) -> str:
        """Run, approve and send; returns the proposal's id."""
        forslag_id = self.run(rad, tid).forslag_id
        assert forslag_id
        self.approve(forslag_id, tid)
        self.send(forslag_id, tid)
        return forslag_id

    def ask(self, sql: str, *verdier: object) -> list[tuple[Any, ...]]:
        with self.hjem.register.transaction("prøve") as con:
            return con.execute(sql, list(verdier)).fetchall()

    def write(self, sql: str, rader: Iterable[list[object]]) -> None:
        with self.hjem.register.transaction("prøve") as con:
            for rad in rader:
                con.execute(sql, rad)

    def states(self, forslag_id: str) -> dict[str, int]:
        """How many items of the proposal stand in each state, from the events alone."""
        return dict(
            self.ask(
                "SELECT tilstand, count(*) FROM (SELECT arg_max(tilstand, lopenr) AS tilstand FROM utsending"
                " JOIN utsending_hendelse USING (utsending_id) WHERE forslag_id = ? GROUP BY utsending_id)"
                " GROUP BY tilstand",
                forslag_id,
            )
        )

    def proposal(self, forslag_id: str) -> str:
        return str(self.ask("SELECT tilstand FROM forslag_naa WHERE forslag_id = ?", forslag_id)[0][0])

    def files(self) -> list[Path]:
        """Every item handed over, half-written ones too; not the sheets that lie beside some of them."""
        return sorted(sti for sti in self.hjem.utboks.rglob("*") if sti.is_file() and not sti.stem.endswith(ARK))

    def reasons(self, forslag_id: str) -> list[tuple[str, str, str]]:
        return self.ask(
            "SELECT person_id, mottaker, grunn_kode FROM utelatt WHERE forslag_id = ? ORDER BY ALL", forslag_id
        )


@pytest.fixture(scope="session")
def bygdemal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny county's home with settings, key and a register with nobody in it; copied, never written to."""
    mappe = new_home(tmp_path_factory.mktemp("bygdemal"))
    with at_home(mappe):
        register = home().register
        with register.transaction("prøve"):
            pass
        register.settle()
    return mappe


@pytest.fixture(scope="session")
def lag_bygd(bygdemal: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Bygd]:
    """Makes tiny counties, each in a folder of its own and with a secret of its own."""

    def make() -> Bygd:
        mappe = tmp_path_factory.mktemp("bygd") / "hjem"
        with at_home(mappe):
            hjem = move_in(bygdemal, mappe)
            with hjem.register.transaction("prøve") as con:
                con.execute("UPDATE meta SET verdi = ? WHERE navn = 'hemmelighet'", [secrets.token_hex(32)])
            return Bygd(mappe)

    return make


@pytest.fixture
def bygd(lag_bygd: Callable[[], Bygd], monkeypatch: pytest.MonkeyPatch) -> Bygd:
    """A tiny county with nobody in it, where ``ARSHJUL_HOME`` points."""
    monkeypatch.delenv("ARSHJUL_KEY", raising=False)
    monkeypatch.delenv("ARSHJUL_KEY_FILE", raising=False)
    ny = lag_bygd()
    monkeypatch.setenv("ARSHJUL_HOME", str(ny.hjem.mappe))
    return ny


@pytest.fixture
def hurtig(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters as text: what is tested is the sending."""
    monkeypatch.setattr(kanaler, "render_all", lambda brev, _: [EN_SIDE + repr(enkelt).encode() for enkelt in brev])


@pytest.fixture
def tjener() -> Iterator[SvarUt]:
    """SvarUt's stand-in."""
    with SvarUt() as svarut:
        yield svarut
