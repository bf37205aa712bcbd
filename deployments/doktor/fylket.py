"""Checks of what the county decides and must do: settings, mode, choices, rules, backup, inbox, worklists, e-mail."""

import csv
import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from deployments.doktor.funn import Blikk, Funn, names, refused
from deployments.miljo import server_note
from schemas.innstillinger import DENNE_MASKINEN
from schemas.verdier import Modus
from tasks import kodeverk
from tasks.arbeid.mappe import folder
from tasks.arshjul import wheel
from tasks.feil import BrukerFeil
from tasks.hjem import INNSTILLINGER, OVINGSTJENESTER, Hjem
from tasks.hjul.varsling import can_notify
from tasks.innboks import LEFT_BY_PROGRAMS
from tasks.kalender import SISTE_AAR
from tasks.klokke import file_day, local_date
from tasks.kopiliste import taken
from tasks.logo import keep_logo
from tasks.sletting.gjennomforing import forget

LISTER: Final = ("kodeverk", "regler")
NETTJENESTER: Final = ("vigo_ot", "maskinporten", "krr", "svarut", "sms")


def settings(blikk: Blikk) -> list[Funn]:
    """The settings can be read, every municipality has an adviser and a leader, and the logo can be drawn."""
    try:
        valg = blikk.hjem.innstillinger
    except BrukerFeil as feil:
        return [refused("ugyldig", feil)]
    funn = []
    kommuner = set(kodeverk.municipalities(valg.fylke.fylkesnummer).values())
    grupper = [("uten_raadgiver", valg.radgivere), *([("uten_fagleder", valg.fagledere)] if valg.fagledere else [])]
    for navn, ansatte in grupper:
        har = {kommune for ansatt in ansatte for kommune in ansatt.kommuner}
        if uten := sorted(kommuner - har):
            funn.append(Funn(navn, {"kommuner": names(uten)}))
    if valg.fylke.logo and (feil_ved := _logo_fault(blikk.mappe, valg.fylke.logo)):
        funn.append(refused("logo", feil_ved))
    return funn


def _logo_fault(mappe: Path, logo: str) -> BrukerFeil | None:
    """Return what is wrong with the logo. It is looked at in a folder of its own: whoever keeps a logo writes."""
    with TemporaryDirectory() as annen:
        for navn in (INNSTILLINGER, logo):
            if (mappe / navn).resolve().is_relative_to(mappe.resolve()) and (mappe / navn).is_file():
                (Path(annen) / navn).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(mappe / navn, Path(annen) / navn)
        try:
            keep_logo(Hjem(Path(annen)))
        except BrukerFeil as feil:
            return feil
    return None


def mode(blikk: Blikk) -> list[Funn]:
    """The mode fits what else is set: guests where only guests get anything, no practice where it is in earnest."""
    valg = blikk.hjem.innstillinger
    if valg.modus is Modus.OVE:
        return []
    funn = []
    if valg.modus is Modus.PROVE and not (valg.gjester.personer or valg.gjester.epost):
        funn.append(Funn("uten_gjester"))
    if (blikk.mappe / OVINGSTJENESTER).exists() or (blikk.mappe / "demo").exists():
        funn.append(Funn("ovingsfiler", {"modus": valg.modus}))
    satt = [(navn, getattr(valg, navn)) for navn in NETTJENESTER if getattr(valg, navn)]
    if her := [navn for navn, tjeneste in satt if httpx.URL(tjeneste.adresse).host == DENNE_MASKINEN]:
        funn.append(Funn("ovingstjenester", {"modus": valg.modus, "tjenester": names(her)}))
    return funn


def choices(blikk: Blikk) -> list[Funn]:
    """Every conflict between wheel and calendar that is near has a choice."""
    i_dag = local_date(blikk.naa)
    til = i_dag + timedelta(days=blikk.grenser["konflikt_dager"])
    funn = []
    for aar in range(i_dag.year, min(i_dag.year + 1, SISTE_AAR) + 1):
        try:
            datoer = wheel(aar, blikk.hjem.radvalg)
        except BrukerFeil as feil:
            return [refused("ubrukelig", feil)]
        for ett in datoer:
            if ett.konflikter and ett.til >= i_dag and ett.fra <= til:
                tekst = " ".join(f"{konflikt.tekst} {konflikt.forslag}" for konflikt in ett.konflikter)
                funn.append(Funn("konflikt", {"rad": ett.rad.rad, "aar": aar, "konflikter": tekst}))
    return funn


def rules(blikk: Blikk) -> list[Funn]:
    """Every code list and rule has been checked this cycle, and is in force now and for a while yet."""
    i_dag = local_date(blikk.naa)
    gammel = (i_dag - timedelta(days=blikk.grenser["kontroll_dager"])).isoformat()
    snart = i_dag + timedelta(days=blikk.grenser["utloper_dager"])
    gamle, ute, utloper = [], [], []
    for navn, rader in _lists(blikk.data):
        gjelder = [rad for rad in rader if _in_force(rad, i_dag)]
        if any(rad["sist_kontrollert"] < gammel for rad in gjelder):
            gamle.append(navn)
        if not gjelder:
            ute.append(navn)
        elif not any(_in_force(rad, snart) for rad in rader):
            utloper.append(navn)
    funn = [("gammel", gamle), ("ute", ute), ("utloper", utloper)]
    return [Funn(hva, {"antall": len(lister), "lister": names(lister)}) for hva, lister in funn if lister]


def _lists(data: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for mappe in LISTER:
        for sti in sorted((data / mappe).glob("*.csv")):
            with sti.open(encoding="utf-8", newline="") as fil:
                yield f"data/{mappe}/{sti.name}", list(csv.DictReader(fil, delimiter=";"))


def _in_force(rad: dict[str, str], dag: date) -> bool:
    return rad["gyldig_fra"] <= dag.isoformat() <= (rad["gyldig_til"] or date.max.isoformat())


def backup(blikk: Blikk) -> list[Funn]:
    """A backup has been taken lately, and its file is there. Practice needs none."""
    if blikk.hjem.innstillinger.modus is Modus.OVE:
        return []
    if not (kopier := taken(blikk.mappe)):
        return [Funn("ingen")]
    siste = max(kopier, key=lambda kopi: datetime.fromisoformat(kopi["tid"]))
    tid = datetime.fromisoformat(siste["tid"])
    if blikk.naa - tid > timedelta(days=blikk.grenser["kopi_dager"]):
        return [Funn("gammel", {"dager": (blikk.naa - tid).days})]
    if not Path(siste["fil"]).is_file():
        return [Funn("borte", {"fil": siste["fil"]})]
    return []


def inbox(blikk: Blikk) -> list[Funn]:
    """No file has lain in the inbox for long without being read. Names are not told: one may be a person's."""
    grense = local_date(blikk.naa) - timedelta(days=blikk.grenser["innboks_dager"])
    gamle = [
        sti
        for sti in (blikk.hjem.innboks.iterdir() if blikk.hjem.innboks.is_dir() else ())
        if not any(fnmatch(sti.name.casefold(), monster) for monster in LEFT_BY_PROGRAMS) and file_day(sti) < grense
    ]
    slag = sorted({sti.suffix.casefold() or "uten endelse" for sti in gamle})
    dager = blikk.grenser["innboks_dager"]
    return [Funn("gamle", {"antall": len(gamle), "dager": dager, "slag": names(slag)})] if gamle else []


def worklists(blikk: Blikk) -> list[Funn]:
    """The folders that the advisers reach are there, and can be written in."""
    retur = blikk.hjem.innstillinger.arbeidslister.retur
    try:
        mapper = [folder(blikk.hjem)]
    except BrukerFeil as feil:
        return [refused("mappe", feil)]
    if retur:
        mapper.append(Path(retur))
        if not mapper[1].is_dir():
            return [Funn("retur")]
    laast = any(mappe.is_dir() and not os.access(mappe, os.R_OK | os.W_OK | os.X_OK) for mappe in mapper)
    return [Funn("laast")] if laast else []


def notices(blikk: Blikk) -> list[Funn]:
    """The OTTO-ansvarlig can be told by e-mail when something stops. In practice nobody need be."""
    if blikk.hjem.innstillinger.modus is Modus.OVE or can_notify(blikk.hjem):
        return []
    return [Funn("uten_epost" if blikk.hjem.innstillinger.epost is None else "ikke_gjest")]


def overdue(blikk: Blikk) -> list[Funn]:
    """Nothing is past the limit of the retention rules. Counts only, and nothing is deleted."""
    svar = forget(blikk.hjem, "", blikk.naa, bare_vis=True, tjener_gaar=server_note(blikk.mappe) is not None)
    antall = sum(tall.antall for tall in svar.tall)
    steder = names(list(dict.fromkeys(tall.sted for tall in svar.tall)))
    return [Funn("over_fristen", {"antall": antall, "steder": steder})] if antall else []
