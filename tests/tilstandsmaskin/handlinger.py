"""What can be done to the world, each as the ones who do it do: with files, commands and the counterpart's answers."""

import contextlib
from collections.abc import Callable
from random import Random
from typing import Any, Final

import openpyxl
import pytest

from deployments.demo.postgang import csv_bytes
from schemas.angring import Angrevalg
from schemas.karantenebok import NOKKEL
from tasks import forslag, kvitteringer
from tasks.angring import undo
from tasks.feil import BrukerFeil
from tasks.rettelser import apply_corrections
from tasks.sletting.gjennomforing import forget
from tests.motparter.svikt import Svikt
from tests.tasks.brudd import BRUDD, Drept
from tests.tasks.conftest import BREV, PURREBREV
from tests.tilstandsmaskin.lover import fingerprint
from tests.tilstandsmaskin.verden import APEN, GAMLE, NUMRE, VERNET, Verden

LAST, HODE = (
    "12",
    ("Person", "Felt", "Gyldig_fra", "Gammel_verdi", "Ny_verdi", "Aarsakskode", "Begrunnelse", "Av", "Dato"),
)
SVAR: Final = ("Jeg skal gå på skole", "Jeg skal jobbe", "Jeg vet ikke ennå", "")
STATUSER: Final = ("MOTTATT", "VARSLET", "LEST", "SENDT_PRINT", "PRINTET", "IKKE_LEVERT", "AVVIST")
SENDEFEIL: Final[tuple[dict[str, Any], ...]] = (
    {"hva": Svikt.STATUS, "status": 400},
    {"hva": Svikt.STATUS, "status": 403},
    {"hva": Svikt.STATUS, "status": 429, "vent": 30},
    {"hva": Svikt.STATUS, "status": 503},
    {"hva": Svikt.STATUS, "status": 503, "behandlet": True},
    {"hva": Svikt.BRUDD_FOR_LESING},
    {"hva": Svikt.BRUDD_ETTER_BEHANDLING},
    {"hva": Svikt.AVKORTET_JSON},
    {"hva": Svikt.UTEN_ID},
)
STATUSFEIL: Final = (Svikt.STATUS_ELDRE, Svikt.STATUS_DOBBEL, Svikt.STATUS_UKJENT_ID, Svikt.STATUS_MANGLER)
DREPT_NAAR: Final = ("etter at hensikten er skrevet", "før kvitteringen", "midt i kvitteringen", "før avslutningen")
ANGRE_NEI: Final = {"ÅH-2402", "ÅH-2403", "ÅH-2404", "ÅH-2405"}
Handling = Callable[[Verden, Random], None]


def load(verden: Verden, rng: Random) -> None:
    """A list comes from Vigo and is loaded."""
    gode = verden.deliver(rng)
    antall = len((verden.bygd.hjem.innboks / "vigo_ikkesokere.csv").read_text("utf-8").splitlines()) - 1
    svar = verden.bygd.run(LAST, verden.tick())
    assert svar.inn == antall, "alle radene i filen er talt"
    assert svar.karantene == antall - len(gode), "de gale radene er i karantene, og bare de"
    verden.modell.angret = False
    verden.modell.lastinger.append((svar.kjoring_id or "", gode))
    verden.modell.note_protection(verden.naa)


def load_again(verden: Verden, _: Random) -> None:
    """The row runs again with no new file: nothing is learned.

    But for what a row set aside says of one whom we know now, and did not when it came: a load since taken back told.
    """
    if not verden.modell.lastinger or verden.modell.angret:
        return
    foer = verden.ask("SELECT count(*) FROM fakta")
    verden.bygd.run(LAST, verden.tick())
    assert verden.ask("SELECT count(*) FROM fakta") == foer, "en ny kjøring av det samme lærte noe"


def mend_quarantine(verden: Verden, rng: Random) -> None:
    """The administrator mends some of the rows set aside in the workbook, and gives it back."""
    boker = sorted((verden.bygd.hjem.mappe / "karantene").glob("*.xlsx"))
    bok = openpyxl.load_workbook(boker[-1]) if boker else None
    if bok is None or "vigo_ikkesokere" not in bok.sheetnames:
        return
    side = bok["vigo_ikkesokere"]
    kolonner = {celle.value: celle.column for celle in side[1]}
    rettet: dict[str, str] = {}
    rader = set()
    for linje in range(2, side.max_row + 1):
        if rng.random() < 0.7:
            for overskrift, verdi in (("Postnummer", "3116"), ("Etternavn", "Nordmann"), ("Kommunenr", "3905")):
                side.cell(linje, kolonner[overskrift]).value = verdi
            nummer = str(side.cell(linje, kolonner["Fodselsnummer"]).value)
            rettet[nummer] = str(side.cell(linje, kolonner["Adressegradering"]).value)
            fil, rad_nr, _ = str(side.cell(linje, kolonner[NOKKEL]).value).split(":")
            rader.add(verden.modell.gale[fil, rad_nr])
    bok.save(verden.bygd.hjem.innboks / boker[-1].name)
    svar = verden.bygd.run(LAST, verden.tick())
    verden.modell.rettede[svar.kjoring_id or ""] = rader
    verden.modell.lastinger.append((svar.kjoring_id or "", rettet))
    verden.modell.note_protection(verden.naa)


def correct(verden: Verden, rng: Random) -> None:
    """A correction is used where the old value is the register's, and refused whole where it is not."""
    personer = verden.numbers()
    kjente = [nummer for nummer in sorted(personer) if verden.bygd.facts(nummer, "fodselsnummer") == (nummer,)]
    if not kjente:
        return
    nummer = rng.choice(kjente)
    gammelt = verden.bygd.facts(nummer, "poststed")[0]
    stemmer = rng.random() < 0.7
    foer = verden.ask("SELECT count(*) FROM fakta")
    ny = rng.choice(("HORTEN", "LARVIK", "SKIEN", "PORSGRUNN"))
    tid = verden.tick()
    felter = (
        personer[nummer], "poststed", f"{verden.naa:%d.%m.%Y}", gammelt if stemmer else "FEIL", ny, "skrivefeil", "x",
        "Kari", f"{verden.naa:%d.%m.%Y}",
    )  # fmt: skip
    sti = verden.bygd.hjem.innboks / "rettelser.csv"
    sti.parent.mkdir(exist_ok=True)
    sti.write_text("\n".join(";".join(rad) for rad in (HODE, felter)) + "\n", "utf-8")
    try:
        apply_corrections(verden.bygd.fresh(), verden.bygd.at(tid))
    except BrukerFeil as feil:
        assert feil.kode == "ÅH-2201", feil.kode  # noqa: PT017
        assert not stemmer or gammelt == ny, "en rettelse som stemte, ble ikke brukt"
        assert verden.ask("SELECT count(*) FROM fakta") == foer, "en rettelse som ikke stemte, endret noe"
        sti.unlink()
    else:
        assert stemmer, "en rettelse som ikke stemte, ble brukt"
        assert verden.bygd.facts(nummer, "poststed") == (ny,)


def take_back(verden: Verden, rng: Random) -> None:
    """A load is taken back: the newest, else it is refused."""
    lastinger = verden.modell.lastinger
    if not lastinger:
        return
    nr = len(lastinger) - 1 if rng.random() < 0.8 else rng.randrange(len(lastinger))
    valg = Angrevalg(kjoring_id=lastinger[nr][0], av="Kari", grunn="feil fil", naa=verden.bygd.at(verden.tick()))
    try:
        undo(valg)
    except BrukerFeil as feil:
        assert feil.kode in ANGRE_NEI, feil.kode  # noqa: PT017
    else:
        verden.modell.rettede.pop(lastinger[nr][0], None)
        verden.modell.angret = True
        del lastinger[nr]
        verden.modell.note_protection(verden.naa)


def propose_letters(verden: Verden, _: Random) -> None:
    """The letter's row runs."""
    verden.bygd.run(BREV, verden.tick())


def propose_reminders(verden: Verden, _: Random) -> None:
    """The reminder's row runs."""
    verden.bygd.run(PURREBREV, verden.tick())


def approve(verden: Verden, rng: Random) -> None:
    """A proposal that waits is approved; another is refused approval."""
    if forslag_id := _some_proposal(verden, rng):
        venter = verden.bygd.proposal(forslag_id) == "venter"
        with _refused("ÅH-1402", unless=venter):
            verden.bygd.approve(forslag_id, verden.tick())
            verden.modell.godkjent.add(forslag_id)


def reject(verden: Verden, rng: Random) -> None:
    """A proposal is rejected before anything of it goes."""
    if forslag_id := _some_proposal(verden, rng):
        kan = verden.bygd.proposal(forslag_id) in {"venter", "godkjent"}
        with _refused("ÅH-1402", unless=kan):
            forslag.reject(verden.bygd.hjem, forslag_id, "Kari", "feil", verden.bygd.at(verden.tick()))


def stop(verden: Verden, rng: Random) -> None:
    """A proposal that is approved or on its way is stopped."""
    if forslag_id := _some_proposal(verden, rng):
        kan = verden.bygd.proposal(forslag_id) in {"godkjent", "iverksettes"}
        with _refused("ÅH-1402", unless=kan):
            forslag.stop(verden.bygd.hjem, forslag_id, "Kari", "stopp", verden.bygd.at(verden.tick()))


def send(verden: Verden, _: Random) -> None:
    """Everything that is approved is sent."""
    with contextlib.suppress(BrukerFeil):
        verden.bygd.send(tid=verden.tick())


def send_badly(verden: Verden, rng: Random) -> None:
    """It is sent while the receiver fails, or the sender is killed at one of its points."""
    if rng.random() < 0.35:
        with pytest.MonkeyPatch.context() as lapp, contextlib.suppress(Drept, BrukerFeil):
            BRUDD[rng.choice(DREPT_NAAR)](lapp)
            verden.bygd.send(tid=verden.tick())
        return
    verden.tjener.feil(**rng.choice(SENDEFEIL), vei="send", ganger=rng.randint(1, 3))
    if rng.random() < 0.3:
        verden.tjener.feil(Svikt.OPPSLAG_TOMT, vei="finn", ganger=1)
    with contextlib.suppress(BrukerFeil):
        verden.bygd.send(tid=verden.tick())
    verden.tjener.feilplan.clear()


def routine(verden: Verden, rng: Random) -> None:
    """The whole of it as it mostly goes: a list, letters, approved, sent, read."""
    load(verden, rng)
    propose_letters(verden, rng)
    approve(verden, rng)
    send(verden, rng)
    for brev in verden.tjener.mottatt:
        verden.tjener.force(brev.ref, "LEST" if brev.digital else "PRINTET")
    verden.tick(hours=1)
    kvitteringer.collect(verden.bygd.fresh(), verden.naa)


def receipts(verden: Verden, rng: Random) -> None:
    """Receipts come: some, in any order, twice, late or about others."""
    mottatt = verden.tjener.mottatt
    for brev in rng.sample(mottatt, rng.randint(0, len(mottatt))):
        verden.tjener.force(brev.ref, rng.choice(STATUSER))
    if rng.random() < 0.4:
        verden.tjener.feil(rng.choice(STATUSFEIL), vei="status", ganger=1)
    verden.tick(hours=rng.choice((1, 5, 30)))
    kvitteringer.collect(verden.bygd.fresh(), verden.naa)


def answers(verden: Verden, rng: Random) -> None:
    """Some answer, some only begin, one refers to a letter that nobody has got; then the reminder's row runs."""
    brev = verden.ask(
        "SELECT DISTINCT token, person_id FROM utsending_naa WHERE mottaker = 'ungdom' AND token <> ''"
        " AND list_contains(['sendt', 'levert'], tilstand) ORDER BY 1"
    )
    naar = f"{verden.naa:%d.%m.%Y %H:%M}"
    linjer = [(token, person, rng.choice(SVAR)) for token, person in rng.sample(brev, rng.randint(0, len(brev)))]
    if rng.random() < 0.3:
        linjer.append(("UKJENT0000000000", "", SVAR[0]))
    if not linjer:
        return
    rader = [
        {"token": token, "startet_tid": naar, "fullfort_tid": naar if svar else "", "svar": svar}
        for token, _, svar in linjer
    ]
    verden.bygd.hjem.innboks.mkdir(exist_ok=True)
    (verden.bygd.hjem.innboks / "questback_svar.csv").write_bytes(csv_bytes("questback_svar", rader))
    verden.bygd.run(PURREBREV, verden.tick())
    verden.modell.svart |= {person for _, person, svar in linjer if person and svar}


def protect(verden: Verden, rng: Random) -> None:
    """We learn that somebody has a protected address."""
    _learn_grade(verden, rng, VERNET)


def open_up(verden: Verden, rng: Random) -> None:
    """We learn that somebody's address is open."""
    _learn_grade(verden, rng, APEN)


def time_passes(verden: Verden, rng: Random) -> None:
    """Hours, days or weeks pass; with the days somebody comes of age."""
    verden.tick(**rng.choice(({"minutes": 17}, {"hours": 5}, {"days": 1}, {"days": 6}, {"weeks": 3})))


def forget_people(verden: Verden, _: Random) -> None:
    """Somebody whose time is out is in the register, and is deleted."""
    if verden.gamle >= len(GAMLE):
        return
    verden.enter_old()
    forget(verden.bygd.fresh(), "Kari", verden.bygd.at(verden.tick()))
    verden.modell.glemt |= set(GAMLE[: verden.gamle])
    # What is deleted is deleted from the past too.
    verden.modell.husket.clear()


def only_show(verden: Verden, rng: Random) -> None:
    """A run that only shows what it would do leaves no trace."""
    foer = verden.ask(
        "SELECT (SELECT count(*) FROM fakta), (SELECT count(*) FROM kjoring), (SELECT count(*) FROM forslag)"
    )
    verden.bygd.run(rng.choice((BREV, PURREBREV)), verden.tick(), bare_vis=True)
    assert foer == verden.ask(
        "SELECT (SELECT count(*) FROM fakta), (SELECT count(*) FROM kjoring), (SELECT count(*) FROM forslag)"
    ), "en prøvekjøring etterlot noe"


def remember(verden: Verden, _: Random) -> None:
    """What is known now is written down outside the register."""
    with verden.reading():
        verden.modell.husket.append((verden.naa, fingerprint(verden, verden.naa)))
    verden.tick()


def _learn_grade(verden: Verden, rng: Random, grad: str) -> None:
    personer = verden.numbers()
    kjente = [nummer for nummer in NUMRE if nummer in personer]
    if kjente:
        nummer = rng.choice(kjente)
        tid = verden.tick()
        verden.bygd.change(personer[nummer], tid[:10], tid, adressegradering_otto=grad)
        verden.modell.otto[nummer] = grad
        verden.modell.note_protection(verden.naa)


def _some_proposal(verden: Verden, rng: Random) -> str:
    """Return the newest proposal, now and then another; blank where there is none."""
    alle = [forslag_id for (forslag_id,) in verden.ask("SELECT forslag_id FROM forslag ORDER BY opprettet_tid")]
    return "" if not alle else alle[-1] if rng.random() < 0.8 else rng.choice(alle)


@contextlib.contextmanager
def _refused(kode: str, *, unless: bool) -> Any:
    """Expect to be refused with the code, ``unless`` it is to be let through."""
    try:
        yield
    except BrukerFeil as feil:
        assert feil.kode == kode, feil.kode  # noqa: PT017
        assert not unless, "det som var lov, ble nektet"
    else:
        assert unless, "det som ikke var lov, ble gjort"


HANDLINGER: Final[dict[str, Handling]] = {
    "tiden går": time_passes,
    "last": load,
    "last igjen": load_again,
    "rett i karantene": mend_quarantine,
    "rettelse": correct,
    "angre": take_back,
    "foreslå brev": propose_letters,
    "foreslå purring": propose_reminders,
    "godkjenn": approve,
    "avvis": reject,
    "stopp": stop,
    "send": send,
    "send med svikt": send_badly,
    "hele rutinen": routine,
    "kvitteringer": receipts,
    "svar": answers,
    "skjerm": protect,
    "åpne": open_up,
    "glem": forget_people,
    "bare vis": only_show,
    "husk": remember,
}
