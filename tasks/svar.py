"""Answers to the survey: matched by the letter's own reference, the last complete one counts, free text is never read.

A complete answer is a recorded contact with the youth. A partial one counts for nothing. An unknown reference is set
aside for a person.
"""

from datetime import datetime

import pandas as pd

from tasks import kodeverk
from tasks.arbeid.lister import keep_current
from tasks.avvik import Funn
from tasks.brevreferanser import letters_by_token
from tasks.innboks import freeze
from tasks.karantene import open_quarantine, set_aside
from tasks.karantenemappe import tidy_after
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO, from_utc, local_date, to_utc
from tasks.register import fakta
from tasks.ringing import take_off_list
from tasks.steg import step
from tasks.svaroppfolging import follow_up
from tasks.vurdering import Vurdert

KONTAKT = "svar_dato"


@step("Registrer svar")
def register_answers(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    """Keep new complete answers, set unknown references aside, and count; return what a person must look at.

    The advisers' tasks follow the last answers, whether any came now or not.
    """
    funn = _take_in(kjoring, vurdert) if vurdert else []
    follow_up(kjoring)
    take_off_list(kjoring)
    keep_current(kjoring)
    return funn


def _take_in(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    brev = letters_by_token(kjoring.con)
    for enkelt in vurdert:
        ramme = enkelt.validert.gyldige.astype("str")
        nye = _register(kjoring, ramme, brev, enkelt.mottatt.format.datoformat)
        kjoring.tall.inn += enkelt.validert.antall
        kjoring.tall.karantene += enkelt.validert.antall_darlige
        kjoring.tall.lastet += nye
        kjoring.tall.uendret += len(ramme) - nye
    _note_partial_and_repeated(kjoring, [enkelt.validert.gyldige.astype("str") for enkelt in vurdert], brev)
    set_aside(kjoring, vurdert)
    tidy_after(kjoring)
    return open_quarantine(kjoring, "ÅH-3008", [vurdert[0].mottatt.format.navn])


def _register(kjoring: Kjoring, ramme: pd.DataFrame, brev: dict[str, tuple[str, str, int]], datoformat: str) -> int:
    """Add the complete answers that are new; return how many."""
    koder = {rad["alternativ"]: rad["kode"] for rad in kodeverk.valid_on("kodeverk/svar", kjoring.per_dato)}
    kjente = set(
        kjoring.con.execute(
            "SELECT person_id, rad, aar, svart_tid, svar_kode FROM svar_kjent($kjent)", {"kjent": fakta.EVIG_TID}
        ).fetchall()
    )
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


def _note_partial_and_repeated(
    kjoring: Kjoring, rammer: list[pd.DataFrame], brev: dict[str, tuple[str, str, int]]
) -> None:
    """Tell how many answers were never completed, and how many of the youth have answered more than once."""
    alle = pd.concat(rammer)
    if delvise := int(((alle["fullfort_tid"] == "") | (alle["svar"] == "")).sum()):
        kjoring.note("ÅH-3052", antall=delvise)
    personer = sorted({brev[token][0] for token in alle["token"]})
    if not personer:
        return
    svar = kjoring.con.execute(
        "SELECT count(*) FROM (SELECT person_id FROM svar_kjent($kjent) WHERE aar = $aar"
        " AND person_id IN (SELECT unnest($personer::VARCHAR[])) GROUP BY person_id HAVING count(*) > 1)",
        {"kjent": fakta.EVIG_TID, "personer": personer, "aar": kjoring.aar},
    ).fetchone()
    if svar and svar[0]:
        kjoring.note("ÅH-3053", antall=svar[0])


def _note_contact(kjoring: Kjoring, nye: list[tuple[str, str, int, datetime, str]]) -> None:
    """Record the contact as a fact of its own from the day of the answer: OTTO's own date of contact stays OTTO's."""
    lang = pd.DataFrame(
        [(person, KONTAKT, (dag := local_date(from_utc(tid))).isoformat(), dag) for person, _, _, tid, _ in nye],
        columns=["person_id", "felt", "verdi", "gyldig_fra"],
    )
    fakta.add(kjoring.con, lang.drop_duplicates(), kjoring.kjoring_id, kjoring.registrert_tid)
