"""The meetings that have a date: what the advisers have answered of them, and what their calendars tell."""

import hmac
from collections import defaultdict
from datetime import date
from typing import Final

import duckdb

from tasks.arbeid.kalenderfil import Hendelse
from tasks.register import fakta
from tasks.register.nokkel import register_secret
from tasks.skjermede import protected

GRUNNSKOLE: Final = "AVKLARINGSMOTE_GRUNNSKOLE"
MOTER: Final = (GRUNNSKOLE, "AVKLARINGSMOTE")
"""The kinds of task that are a meeting."""
AVTALT, HOLDT, IKKE_HOLDT = "MOTE_AVTALT", "MOTE_HOLDT", "MOTE_IKKE_HOLDT"
BESKRIVELSE: Final = "Elev, foresatte og skole er kalt inn. Hvem det gjelder, står i arbeidslisten din."
SISTE_SVAR: Final = """
    SELECT rad, gjelder, grunn_kode, arg_max(svar_kode, lopenr) AS svar_kode,
        arg_max(json_extract_string(innhold, '$.motedato'), lopenr) AS motedato,
        arg_max(json_extract_string(innhold, '$.ppt_spurt'), lopenr) AS ppt_spurt
    FROM arbeidssvar WHERE aar = ? AND tilstand = 'brukt' AND list_contains(?, grunn_kode) GROUP BY ALL ORDER BY ALL
"""


def meeting_events(con: duckdb.DuckDBPyConnection, aar: int) -> dict[str, list[Hendelse]]:
    """Return whose → the meetings that have a date, for the calendar: the school and the day, never the pupil.

    Nothing about one who is protected, by what we know now: the school alone may lead to her.
    """
    hemmelighet = register_secret(con)
    skjermede = protected(con, date.max)
    skoler = fakta.current(con, ["avklaring_skole"], date.max).set_index("person_id")["avklaring_skole"].to_dict()
    eiere = _task_owners(con, aar)
    hendelser: dict[str, list[Hendelse]] = defaultdict(list)
    for rad, gjelder, grunn, svar_kode, motedato, _ in con.execute(SISTE_SVAR, [aar, list(MOTER)]).fetchall():
        eier = eiere.get((rad, gjelder, grunn))
        if svar_kode not in (AVTALT, HOLDT) or not motedato or gjelder in skjermede or eier is None:
            continue
        uid = hmac.digest(hemmelighet.encode(), f"møte|{rad}|{aar}|{gjelder}|{grunn}".encode(), "sha256").hex()[:32]
        tittel = ", ".join(["Avklaringsmøte", *filter(None, [skoler.get(gjelder, "")])])
        hendelser[eier].append(Hendelse(uid, tittel, date.fromisoformat(motedato), BESKRIVELSE, er_frist=False))
    return dict(hendelser)


def _task_owners(con: duckdb.DuckDBPyConnection, aar: int) -> dict[tuple[str, str, str], str]:
    """Return (row, about whom, why) → whose the task of the meeting last was."""
    rader = con.execute(
        "SELECT rad, gjelder, grunn_kode, arg_max(raadgiver, rowid) FROM oppgave"
        " WHERE aar = ? AND list_contains(?, grunn_kode) GROUP BY ALL",
        [aar, list(MOTER)],
    ).fetchall()
    return {(rad, gjelder, grunn): eier for rad, gjelder, grunn, eier in rader}
