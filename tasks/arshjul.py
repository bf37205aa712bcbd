"""The annual wheel: the county's thirty rows, and the dates they get in a year."""

import csv
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

import pandas as pd

from schemas.arshjul import Arshjulskjema, Dag, Farge, Forsinkelse, Fristregel, Rad, Raddatoer, Radvalg
from tasks import kalender
from tasks.arbeid.klokker import warn_days
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.forsinkelse import rule_text
from tasks.konflikter import find_conflicts

HJULFIL: Final = DATA / "arshjul.csv"
TEKSTBREDDE: Final = 110
INNRYKK: Final = " " * 4
RADFRIST: Final = "radfrist"
MEST_HUSKET: Final = 1024
"""So many dates are remembered: a year's flows ask for the same ones thousands of times."""


@cache
def read_wheel() -> tuple[Rad, ...]:
    """Return the rows of the wheel in its order, validated; pandera's SchemaErrors when the table is wrong."""
    ramme = pd.read_csv(HJULFIL, sep=";", dtype=str, keep_default_na=False, quoting=csv.QUOTE_MINIMAL)
    return tuple(_row(felt) for felt in Arshjulskjema.validate(ramme, lazy=True).to_dict("records"))


def _row(felt: Mapping[str, str]) -> Rad:
    """Turn the texts of one table row into typed values."""
    return Rad(
        nr=int(felt["nr"]),
        rad=felt["rad"],
        maaned=felt["maaned"] or None,
        uke=felt["uke"] or None,
        plan=felt["plan"],
        merknad=felt["merknad"] or None,
        farge=Farge(felt["farge"]),
        farge_kilde=felt["farge_kilde"],
        flyt=felt["flyt"],
        uke_fra=_number(felt["uke_fra"]),
        uke_til=_number(felt["uke_til"]),
        fra_dag=_day(felt["fra_dato"]),
        til_dag=_day(felt["til_dato"]),
        frist_dag=_day(felt["frist"]),
        frist_regel=Fristregel(felt["frist_regel"]) if felt["frist_regel"] else None,
        ekstra_frist_dag=_day(felt["ekstra_frist"]),
        telledag=_day(felt["telledato"]),
        dager_foer_telledato=_number(felt["dager_foer_telledato"]),
        etter=felt["etter"] or None,
        parametre=json.loads(felt["parametre"]),
        rytme_uker=_number(felt["rytme_uker"]),
        etter_dager=_number(felt["etter_dager"]) or 0,
        forsinket=Forsinkelse(felt["forsinket"]),
        forsinket_uker=_number(felt["forsinket_uker"]),
        forsinket_rad=felt["forsinket_rad"] or None,
        forsinket_kilde=felt["forsinket_kilde"],
    )


def _number(tekst: str) -> int | None:
    return int(tekst) if tekst else None


def _day(tekst: str) -> Dag | None:
    if not tekst:
        return None
    maaned, dag = tekst.split("-")
    return Dag(int(maaned), int(dag))


def find_row(tekst: str) -> Rad:
    """Return the row with this id or number (``5``, ``05``); BrukerFeil ÅH-1201 when there is none."""
    sokt = tekst.strip()
    for rad in read_wheel():
        if sokt in {rad.rad, str(rad.nr), f"{rad.nr:02}"}:
            return rad
    raise BrukerFeil("ÅH-1201", rad=tekst)


def row_dates(rad: Rad, aar: int, valg: Iterable[Radvalg] = ()) -> Raddatoer:
    """Return one row's dates in a year; its conflicts may concern other rows, so all choices are taken."""
    return _row_dates(rad.rad, aar, tuple(valg))


@lru_cache(MEST_HUSKET)
def _row_dates(rad: str, aar: int, valg: tuple[Radvalg, ...]) -> Raddatoer:
    hjul = _resolved(aar, valg)
    return replace(hjul[rad], konflikter=find_conflicts(hjul[rad], hjul))


def year_of(rad: Rad, dag: date, valg: Sequence[Radvalg] = ()) -> int:
    """Return the wheel's year that a day belongs to: last year's until the row's last run then, else the day's own."""
    if dag.year == kalender.FORSTE_AAR:
        return dag.year
    siste = row_dates(rad, dag.year - 1, valg).kjoredatoer[-1]
    return dag.year - 1 if dag <= siste else dag.year


def wheel(aar: int, valg: Iterable[Radvalg] = ()) -> tuple[Raddatoer, ...]:
    """Return every row's dates in a year, in the wheel's order, with the conflicts that no choice has solved.

    Raises:
        BrukerFeil: ÅH-1203 for a year out of reach, ÅH-1201 for a choice without a row, ÅH-1210 for a choice that
            cannot be used.
    """
    valgene = tuple(valg)
    return tuple(_row_dates(rad, aar, valgene) for rad in _resolved(aar, valgene))


@lru_cache(MEST_HUSKET)
def _resolved(aar: int, valg: tuple[Radvalg, ...]) -> Mapping[str, Raddatoer]:
    """Return row → its dates in a year, without conflicts; raises as ``wheel``."""
    kalender.check_year(aar)
    valgt = _choices(aar, valg)
    return MappingProxyType({rad.rad: _resolve(rad, aar, valgt.get(rad.rad)) for rad in read_wheel()})


def _choices(aar: int, valg: Iterable[Radvalg]) -> dict[str, Radvalg]:
    """Return row → choice for the year, each checked; a choice for another year is checked and left out."""
    funnet: dict[tuple[str, int], Radvalg] = {}
    for ett in valg:
        rad = find_row(ett.rad).rad
        if grunn := _fault(ett) or ("raden har to valg" if (rad, ett.aar) in funnet else None):
            raise BrukerFeil("ÅH-1210", rad=rad, aar=ett.aar, grunn=grunn)
        funnet[rad, ett.aar] = ett
    return {rad: ett for (rad, ett_aar), ett in funnet.items() if ett_aar == aar}


def _fault(valg: Radvalg) -> str | None:
    """Return what is wrong with a choice in itself, or None."""
    if not valg.begrunnelse.strip():
        return "begrunnelsen mangler"
    if valg.hopp_over and (valg.dato or valg.fra or valg.til):
        return "raden kan ikke både hoppes over og få datoer"
    grenser = [dato for dato in (valg.fra, valg.dato, valg.til) if dato]
    return "datoene står i feil rekkefølge" if grenser != sorted(grenser) else None


def _resolve(rad: Rad, aar: int, valg: Radvalg | None) -> Raddatoer:
    """Compute a row's dates, without conflicts."""
    frist = _deadline(rad, aar)
    fra, til = _chosen_window(*_window(rad, aar, frist), valg)
    arbeidsdager = kalender.working_days(fra, til)
    kjoredato = (valg and valg.dato) or (arbeidsdager[0] if arbeidsdager else kalender.working_day_on_or_after(fra))
    frister = [dag for dag in (frist, _on(aar, rad.ekstra_frist_dag)) if dag]
    slutt = max([til, *frister]) + rad.etter_dager * kalender.DAG
    return Raddatoer(
        rad=rad,
        aar=aar,
        fra=fra,
        til=til,
        frist=frist,
        telledato=_on(aar, rad.telledag),
        kjoredato=kjoredato,
        valg=valg,
        ekstra_frist=_on(aar, rad.ekstra_frist_dag),
        sesongslutt=slutt,
        kjoredatoer=_run_days(rad, kjoredato, frister, slutt) if rad.rytme_uker else (kjoredato,),
    )


def _run_days(rad: Rad, kjoredato: date, frister: Sequence[date], slutt: date) -> tuple[date, ...]:
    """Return every day a row that goes on for a while runs: in its rhythm, before each deadline, and the day after."""
    steg = timedelta(weeks=rad.rytme_uker or 1)
    rytme = (kjoredato + nummer * steg for nummer in range((slutt - kjoredato) // steg + 1))
    dager = {kalender.working_day_on_or_after(dag) for dag in rytme}
    for frist in frister or [slutt]:
        varsel = timedelta(days=warn_days(RADFRIST, frist))
        dager |= {
            kalender.working_day_on_or_before(frist - varsel),
            kalender.working_day_on_or_after(frist + kalender.DAG),
        }
    return tuple(sorted(dag for dag in dager if dag >= kjoredato))


def _on(aar: int, dag: Dag | None) -> date | None:
    return date(aar, dag.maaned, dag.dag) if dag else None


def _deadline(rad: Rad, aar: int) -> date | None:
    """Return the last day on which the row's work is in time."""
    dato = _on(aar, rad.frist_dag)
    if dato is None:
        return None
    match rad.frist_regel:
        case Fristregel.FOER:
            return dato - kalender.DAG
        case Fristregel.FOER_FLYTTES:
            return kalender.weekend_to_monday(dato)
        case Fristregel.PAA:
            return kalender.working_day_on_or_after(dato)
    return dato


def _window(rad: Rad, aar: int, frist: date | None) -> tuple[date, date]:
    """Return the first and last day that the wheel states: by week, else by date, else by the deadline."""
    fra = kalender.week_start(aar, rad.uke_fra) if rad.uke_fra else _on(aar, rad.fra_dag) or frist
    til = kalender.week_end(aar, rad.uke_til) if rad.uke_til else _on(aar, rad.til_dag) or frist
    if fra is None or til is None:
        raise ValueError(rad.rad)  # the schema's check har_vindu has let it through: a fault
    return fra, til


def _chosen_window(fra: date, til: date, valg: Radvalg | None) -> tuple[date, date]:
    """Let the choice move the window; a chosen day outside it replaces it."""
    if valg is None:
        return fra, til
    ny_fra, ny_til = valg.fra or fra, valg.til or til
    if valg.dato and not ny_fra <= valg.dato <= ny_til:
        return valg.dato, valg.dato
    return (ny_fra, ny_til) if ny_fra <= ny_til else (valg.fra or ny_til, valg.til or ny_fra)


def as_json(hjul: Iterable[Raddatoer]) -> list[dict[str, object]]:
    """Return the rows as the contract's objects, ready for ``json.dumps``: dates ISO 8601, absent None."""
    return [_as_object(datoer) for datoer in hjul]


def _as_object(datoer: Raddatoer) -> dict[str, object]:
    rad = datoer.rad
    return {
        "rad": rad.rad,
        "maaned": rad.maaned,
        "uke": rad.uke,
        "plan": rad.plan,
        "merknad": rad.merknad,
        "farge": rad.farge.value,
        "flyt": rad.flyt,
        "fra": datoer.fra.isoformat(),
        "til": datoer.til.isoformat(),
        "frist": _iso(datoer.frist),
        "ekstra_frist": _iso(datoer.ekstra_frist),
        "telledato": _iso(datoer.telledato),
        "kjoredato": datoer.kjoredato.isoformat(),
        "kjoredatoer": [dag.isoformat() for dag in datoer.kjoredatoer],
        "bygget": True,
        "valgt": datoer.valg is not None,
        "hoppes_over": bool(datoer.valg and datoer.valg.hopp_over),
        "forsinket": {"regel": rad.forsinket.value, "tekst": rule_text(rad), "kilde": rad.forsinket_kilde},
        "konflikter": [{"kode": k.kode, "tekst": k.tekst, "forslag": k.forslag} for k in datoer.konflikter],
    }


def _iso(dato: date | None) -> str | None:
    return dato.isoformat() if dato else None


def as_text(hjul: Sequence[Raddatoer]) -> str:
    """Return the wheel as text for a terminal: each row with its dates, and its conflicts below it."""
    linjer = [f"Årshjul {hjul[0].aar}", ""] if hjul else []
    for datoer in hjul:
        linjer += [*_row_lines(datoer), ""]
    return "\n".join(linjer)


def _row_lines(datoer: Raddatoer) -> list[str]:
    rad = datoer.rad
    deler = [f"{rad.rad} ({rad.farge})", kalender.span_text(datoer.fra, datoer.til)]
    merker = (("frist", datoer.frist), ("andre frist", datoer.ekstra_frist), ("telledato", datoer.telledato))
    deler += [f"{navn} {kalender.short_text(dato)}" for navn, dato in merker if dato]
    deler.append(f"kjøres {kalender.day_text(datoer.kjoredato)}")
    if datoer.valg:
        deler.append("hoppes over" if datoer.valg.hopp_over else "valgt i innstillingene")
    avsnitt = [_fill(tekst, INNRYKK) for tekst in (rad.plan, rad.merknad) if tekst]
    avsnitt.append(_fill(f"For sent ({rad.forsinket_kilde}): {rule_text(rad)}", INNRYKK))
    avsnitt += [_fill(f"{k.tekst} {k.forslag}", f"{INNRYKK}! ") for k in datoer.konflikter]
    return [" · ".join(deler), *avsnitt]


def _fill(tekst: str, forst: str) -> str:
    return textwrap.fill(tekst, TEKSTBREDDE, initial_indent=forst, subsequent_indent=" " * len(forst))
