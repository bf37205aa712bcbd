"""Applicants from Vigo, one row per wish: what we know of our own youth's applications, and nothing of anyone else's.

The list is whole: one who stood in this school year's last list and no longer does has withdrawn. Each row of the wheel
reads its own list; when another row has taken a newer one, an old list read again says nothing. A person who is not in
the register is counted and no more.
"""

from collections.abc import Collection
from typing import Final

import pandas as pd

from tasks import leveringer
from tasks.adresse import GRADERING_MANGLER, UGRADERT
from tasks.avvik import Funn
from tasks.innboks import freeze
from tasks.karantene import open_quarantine, set_aside
from tasks.karantenemappe import tidy_after
from tasks.kjoring import Kjoring
from tasks.konsekvenser import consequences
from tasks.register import fakta
from tasks.rettebok import inbox_findings
from tasks.steg import step
from tasks.vurdering import Vurdert, take_in

FORMAT: Final = "vigo_sokere"
FELT: Final = ("soknad_skoleaar", "soknad_dato", "soknad_onsker")
"""The facts about an application: the school year it is for, the day it first came, and the wishes in order."""
GRADERING: Final = "adressegradering_vigo"
SISTE_LEVERING: Final = (
    f"SELECT l.antall, k.rad {leveringer.GJELDENDE} AND (l.skoleaar = $skoleaar OR k.rad = $rad)"
    " ORDER BY l.skoleaar = $skoleaar DESC, k.rowid DESC LIMIT 1"
)
BARE_DET_SOM_LUKKER: Final = """
    DELETE FROM gradering_mot_holdt WHERE verdi = holdt
        OR (verdi <> $ugradert AND holdt NOT IN ('', $ugradert))
        OR (verdi = $ugradert AND holdt_kjoring_id NOT IN (SELECT kjoring_id FROM levering WHERE format = $format))
"""
"""A grade on the list closes. It opens again only what an earlier list of the same kind has closed."""


def load_applicants(kjoring: Kjoring) -> list[Funn]:
    """Read the row's list of applicants, if there is one, and return what a person must look at.

    BrukerFeil ÅH-2015, ÅH-2401 where the list is too unlike the last one and has not been accepted.
    """
    vurdert = take_in(kjoring, FORMAT, pakrevd=False)
    return register_applicants(kjoring, vurdert) if vurdert else []


@step("Registrer søknadene")
def register_applicants(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    """Write what the lists say of our own youth as facts, set bad rows aside, and count: rows in are rows out."""
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    rader = pd.concat([_rows(kjoring, enkelt) for enkelt in vurdert], ignore_index=True)
    skjermet: set[str] = set()
    endret: set[str] = set()
    if not _is_superseded(kjoring, vurdert):
        if siste := _last_delivery(kjoring):
            leveringer.hold_to_limits(kjoring, vurdert, siste[0])
        skjermet = _close(kjoring, rader)
        endret = _settle(kjoring, vurdert, rader)
        er_siste = leveringer.next_delivery(kjoring, FORMAT) is None
        leveringer.note(kjoring, FORMAT, sum(enkelt.validert.antall for enkelt in vurdert), er_siste=er_siste)
    _count(kjoring, vurdert, rader, endret | skjermet)
    set_aside(kjoring, vurdert)
    tidy_after(kjoring)
    funn = open_quarantine(kjoring, "ÅH-3001", [FORMAT]) + inbox_findings(kjoring)
    return funn + (consequences(kjoring) if skjermet else [])


def _rows(kjoring: Kjoring, vurdert: Vurdert) -> pd.DataFrame:
    """Return the file's rows: person_id (blank: not ours), dato (ISO), programomraadekode, onske, gradering, god.

    Of a row set aside (``god`` False) only who it is about and what closes is used. ``gradering`` blank says nothing.
    """
    god, til_side = vurdert.validert.gyldige.astype("str"), vurdert.validert.til_side.astype("str")
    alle = pd.concat([god.assign(god=True), til_side.assign(god=False)], ignore_index=True)
    dager = pd.to_datetime(alle["soknad_dato"], format=vurdert.mottatt.format.datoformat, errors="coerce")
    sies = "adressegradering" in vurdert.validert.kolonner_i_filen
    gradering = alle["adressegradering"].replace("", GRADERING_MANGLER) if sies else ""
    return alle.assign(
        person_id=fakta.people_by_id(kjoring.con, alle["fodselsnummer"]),
        dato=dager.dt.strftime("%Y-%m-%d"),
        gradering=gradering,
    )[["person_id", "fodselsnummer", "dato", "programomraadekode", "onske", "gradering", "god"]]


def _is_superseded(kjoring: Kjoring, vurdert: list[Vurdert]) -> bool:
    """Tell whether this is an old list read again after another row has taken a newer one."""
    siste = _last_delivery(kjoring)
    er_ny = any(enkelt.mottatt.ny for enkelt in vurdert)
    return siste is not None and siste[1] != kjoring.rad.rad and not er_ny


def _last_delivery(kjoring: Kjoring) -> tuple[int, str] | None:
    """Return how many rows the last list had and which row took it: the same school year's, else the same row's."""
    svar = kjoring.con.execute(
        SISTE_LEVERING, {"format": FORMAT, "skoleaar": kjoring.skoleaar, "rad": kjoring.rad.rad}
    ).fetchone()
    return (int(svar[0]), str(svar[1])) if svar else None


def _close(kjoring: Kjoring, rader: pd.DataFrame) -> set[str]:
    """Take the grades that close, also from rows set aside; return whom they are about."""
    sagt = rader[(rader["person_id"] != "") & (rader["gradering"] != "")]
    sagt = sagt[sagt["god"] | (sagt["gradering"] != UGRADERT)]
    # One row that closes goes before any number that do not.
    sagt = sagt.sort_values("gradering", key=lambda grader: grader == UGRADERT, kind="stable")
    valgt = sagt.drop_duplicates("person_id")[["person_id", "gradering"]].rename(columns={"gradering": "verdi"})
    con = kjoring.con
    con.register("gradering_sagt", valgt.assign(felt=GRADERING, gyldig_fra=pd.Timestamp(kjoring.gyldig_fra)))
    fakta.compare(con, "gradering_sagt", "gradering_mot_holdt")
    con.unregister("gradering_sagt")
    con.execute(BARE_DET_SOM_LUKKER, {"ugradert": UGRADERT, "format": FORMAT})
    fakta.insert(con, "gradering_mot_holdt", kjoring.kjoring_id, kjoring.registrert_tid)
    return {person for (person,) in con.execute("SELECT person_id FROM gradering_mot_holdt").fetchall()}


def _settle(kjoring: Kjoring, vurdert: list[Vurdert], rader: pd.DataFrame) -> set[str]:
    """Make the facts about applications those of the list; return whom the list has changed.

    BrukerFeil ÅH-2401 where more have withdrawn than the county's limit.
    """
    for_ = fakta.current(kjoring.con, FELT, kjoring.gyldig_fra).set_index("person_id")
    med: dict[str, str] = for_.loc[for_["soknad_skoleaar"] == kjoring.skoleaar, "soknad_dato"].to_dict()
    borte = med.keys() - set(rader["person_id"])
    leveringer.check_gone(kjoring, vurdert, len(borte), len(med))
    sier = _applications(rader[rader["god"] & (rader["person_id"] != "")], med, kjoring.skoleaar)
    tatt_tilbake = pd.DataFrame([(person, "", "", "") for person in sorted(borte)], columns=["person_id", *FELT])
    endret = _write(kjoring, pd.concat([sier, tatt_tilbake], ignore_index=True))
    kjoring.tall.borte += len(borte)
    return endret - borte


def _applications(gode: pd.DataFrame, med: dict[str, str], skoleaar: str) -> pd.DataFrame:
    """Return one row a person with ``FELT``; the day is the first that any of this year's lists has told."""
    linjer = []
    for person, onsker in (
        gode.assign(nr=gode["onske"].astype(int)).sort_values(["person_id", "nr"]).groupby("person_id")
    ):
        koder = list(dict.fromkeys(onsker["programomraadekode"]))
        dag = min({onsker["dato"].min(), med.get(str(person)) or onsker["dato"].min()})
        linjer.append((person, skoleaar, dag, f"{len(koder)}: {', '.join(koder)}"))
    return pd.DataFrame(linjer, columns=["person_id", *FELT])


def _write(kjoring: Kjoring, sier: pd.DataFrame) -> set[str]:
    """Add what is new as facts; an earlier list than the last one does not change what holds after the later."""
    con, neste = kjoring.con, leveringer.next_delivery(kjoring, FORMAT)
    senere = fakta.current(con, FELT, neste) if neste else None
    endret = _add(kjoring, sier, kjoring.gyldig_fra)
    kjoring.endrede_felt.update(dict(con.execute("SELECT felt, count(*) FROM nye_mot_holdt GROUP BY felt").fetchall()))
    if senere is not None:
        kjente = senere.set_index("person_id").reindex(sorted(endret), fill_value="").reset_index()
        _add(kjoring, kjente, neste)
    return endret


def _add(kjoring: Kjoring, sier: pd.DataFrame, dag: object) -> set[str]:
    if sier.empty:
        kjoring.con.execute("CREATE OR REPLACE TEMP TABLE nye_mot_holdt (felt VARCHAR)")
        return set()
    lang = sier.melt(id_vars="person_id", var_name="felt", value_name="verdi").assign(gyldig_fra=dag)
    return fakta.add(kjoring.con, lang, kjoring.kjoring_id, kjoring.registrert_tid)


def _count(kjoring: Kjoring, vurdert: list[Vurdert], rader: pd.DataFrame, endret: Collection[str]) -> None:
    """Count rows: loaded where they gave their person a fact; tell how many people are not ours."""
    gode = rader[rader["god"]]
    lastet = int(gode["person_id"].isin(endret).sum())
    tall = kjoring.tall
    tall.inn += sum(enkelt.validert.antall for enkelt in vurdert)
    tall.karantene += sum(enkelt.validert.antall_darlige for enkelt in vurdert)
    tall.lastet += lastet
    tall.uendret += len(gode) - lastet
    if ukjente := gode.loc[gode["person_id"] == "", "fodselsnummer"].nunique():
        kjoring.note("ÅH-3145", antall=int(ukjente))
