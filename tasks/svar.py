"""Answers to the survey: matched by the letter's own reference, the last complete one counts, free text is never read.

A complete answer is a recorded contact with the youth. A partial one counts for nothing. An unknown reference is set
aside for a person.
"""

from datetime import datetime

import pandas as pd

from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.innboks import freeze
from tasks.karantene import replace_open
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO, from_utc, local_date, to_utc
from tasks.register import fakta
from tasks.steg import step
from tasks.vurdering import Vurdert

UKJENT_REFERANSE = "ÅH-2161"
KONTAKT = "svar_dato"


@step("Registrer svar")
def register_answers(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    """Keep new complete answers, set unknown references aside, and count; return what a person must look at."""
    if not vurdert:
        return []
    til_side_for = kjoring.tall.karantene
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    brev = _letters_by_token(kjoring)
    feil = []
    for enkelt in vurdert:
        ramme = enkelt.validert.gyldige.astype("str").assign(rad_nr=enkelt.validert.rad_nr)
        ukjent = ~ramme["token"].isin(brev)
        kjoring.tall.inn += enkelt.validert.antall
        kjoring.tall.karantene += enkelt.validert.antall_darlige + int(ukjent.sum())
        nye = _register(kjoring, ramme[~ukjent], brev, enkelt.mottatt.format.datoformat)
        kjoring.tall.lastet += nye
        kjoring.tall.uendret += int((~ukjent).sum()) - nye
        til_side = ramme.loc[ukjent, ["rad_nr"]].assign(kolonne="token", kode=UKJENT_REFERANSE)
        begge = pd.concat([enkelt.validert.feil, til_side])
        feil.append(begge.assign(fil=enkelt.mottatt.fil, sha256=enkelt.mottatt.sha256))
    replace_open(kjoring, pd.concat(feil), [vurdert[0].mottatt.format.navn])
    antall = kjoring.tall.karantene - til_side_for
    return [finding("ÅH-3008", antall=antall)] if antall else []


def _letters_by_token(kjoring: Kjoring) -> dict[str, tuple[str, str, int]]:
    rader = kjoring.con.execute(
        "SELECT DISTINCT token, person_id, rad, aar FROM utsending_naa WHERE token <> ''"
    ).fetchall()
    return {token: (person, rad, aar) for token, person, rad, aar in rader}


def _register(kjoring: Kjoring, ramme: pd.DataFrame, brev: dict[str, tuple[str, str, int]], datoformat: str) -> int:
    """Add the complete answers that are new; return how many."""
    koder = {rad["alternativ"]: rad["kode"] for rad in kodeverk.valid_on("kodeverk/svar", kjoring.per_dato)}
    kjente = set(kjoring.con.execute("SELECT person_id, rad, aar, svart_tid, svar_kode FROM svar").fetchall())
    nye = []
    for token, fullfort, svar in zip(ramme["token"], ramme["fullfort_tid"], ramme["svar"], strict=True):
        if not fullfort or not svar:
            continue
        lokal = datetime.strptime(fullfort, datoformat).replace(tzinfo=OSLO)
        linje = (*brev[token], to_utc(lokal), koder[svar])
        if linje not in kjente:
            kjente.add(linje)
            nye.append(linje)
    if nye:
        kjoring.con.executemany(
            "INSERT INTO svar VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*linje, kjoring.registrert_tid, kjoring.kjoring_id) for linje in nye],
        )
        _note_contact(kjoring, nye)
    return len(nye)


def _note_contact(kjoring: Kjoring, nye: list[tuple[str, str, int, datetime, str]]) -> None:
    """Record the contact as a fact of its own from the day of the answer: OTTO's own date of contact stays OTTO's."""
    lang = pd.DataFrame(
        [(person, KONTAKT, (dag := local_date(from_utc(tid))).isoformat(), dag) for person, _, _, tid, _ in nye],
        columns=["person_id", "felt", "verdi", "gyldig_fra"],
    )
    fakta.add(kjoring.con, lang.drop_duplicates(), kjoring.kjoring_id, kjoring.registrert_tid)
