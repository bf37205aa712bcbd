"""The worklists: everyone's open tasks on her own sheets, and what each run of a row gave whom.

A list is made from the register and nothing else, so it can be made again at any time. Nobody who is protected is on
one, whichever rule opened the task; the adviser is told how many there are.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from schemas.arbeid import Arbeidsbok, Arbeidsrad, Ark
from schemas.revisjon import Handling
from tasks import bestand
from tasks.arbeid import klokker, mappe
from tasks.arbeid.apne import Apen, kinds, names, open_tasks, receiver, urgency_of
from tasks.arbeid.ark import sheets
from tasks.arbeid.fordeling import people_of
from tasks.arbeid.kalenderfil import Hendelse
from tasks.arbeid.opplysninger import attempt_cells, person_cells
from tasks.arbeid.uenighet import GRUNN as UENIGE
from tasks.arbeid.uenighet import shown_answers
from tasks.arbeid.utdelt import note_given
from tasks.avvik import Funn, finding
from tasks.feil import messages
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.revisjon import note
from tasks.skjermede import hidden
from tasks.skole.moteplan import meeting_events
from tasks.skole.skoler import school_cells
from tasks.steg import step

REKKEFOLGE: Final = {klokker.OVER_FRIST: 0, klokker.SNART: 1, "": 2}


@step("Legg ut arbeidslistene")
def lay_out_lists(kjoring: Kjoring) -> list[Funn]:
    """Note what this run gave whom, and lay out every list that is not as it was; return what a person must look at."""
    apne = open_tasks(kjoring)
    note_given(kjoring, [ett for ett in apne if (ett.rad, ett.aar) == (kjoring.rad.rad, kjoring.aar)])
    return _refresh(kjoring, apne)


def keep_current(kjoring: Kjoring) -> None:
    """Lay the lists out anew when a run of another row ends, which has learned of an answer or a protected address.

    The advisers' own rows do it themselves.
    """
    har_lister = kjoring.con.execute("SELECT 1 FROM arbeidsbok LIMIT 1").fetchone()
    if har_lister and not kjoring.rad.rytme_uker:
        kjoring.for_slutt["arbeidslister"] = lambda: kjoring.merknader.extend(
            funn.tekst for funn in _refresh(kjoring, open_tasks(kjoring))
        )


def _refresh(kjoring: Kjoring, apne: list[Apen]) -> list[Funn]:
    boker = books(kjoring, apne)
    funn = mappe.lay_out(kjoring, boker, _calendars(kjoring, boker))
    antall = {"lister": len(boker), "rader": sum(bok.antall for bok in boker)}
    note(kjoring.con, kjoring.naa, kjoring.av, Handling.ARBEIDSLISTER, kjoring.kjoring_id, antall)
    vernet = _protected_since(kjoring)
    if vernet and any(enkelt.kode == mappe.LIGGER_IGJEN for enkelt in funn):
        funn.append(finding("ÅH-2511", antall=vernet))
    return funn


def _protected_since(kjoring: Kjoring) -> int:
    """Return how many are protected now who have stood on a list before: a list that is left lying may name them."""
    rader = kjoring.con.execute(
        "SELECT DISTINCT gjelder FROM oppgave WHERE list_contains(?, grunn_kode)", [sorted(kinds(kjoring.siste_dag))]
    ).fetchall()
    return len({gjelder for (gjelder,) in rader} & hidden(kjoring.con, kjoring.siste_dag))


def books(kjoring: Kjoring, apne: Iterable[Apen]) -> list[Arbeidsbok]:
    """Return the list of each who has something open, in order of id."""
    i_dag, hjem = local_date(kjoring.naa), kjoring.hjem
    folk = names(hjem)
    mine: dict[str, list[Apen]] = defaultdict(list)
    for ett in apne:
        if ett.eier in folk:
            mine[receiver(hjem, ett.eier, i_dag)].append(ett)
    rader = _rows(kjoring, [ett for liste in mine.values() for ett in liste])
    skjermede = _protected_by_adviser(kjoring)
    alle_ark, slag = sheets(i_dag), kinds(kjoring.siste_dag)
    boker = []
    for mottaker in sorted(mine):
        ark = defaultdict(list)
        for ett in mine[mottaker]:
            rad = rader[ett.oppgave_id]
            er_andres = {"for_hvem": folk[ett.eier]} if ett.eier != mottaker else {}
            ark[slag[ett.grunn_kode]["ark"]].append(
                Arbeidsrad(rad.nokkel, rad.frist, rad.hast, {**rad.celler, **er_andres}, rad.maa_rettes)
            )
        valgte = tuple((alle_ark[navn], tuple(_sorted(ark[navn]))) for navn in alle_ark if navn in ark)
        boker.append(
            Arbeidsbok(mottaker, folk[mottaker], kjoring.aar, i_dag, _with_stand_in(valgte), skjermede[mottaker])
        )
    return boker


def _with_stand_in(
    valgte: tuple[tuple[Ark, tuple[Arbeidsrad, ...]], ...],
) -> tuple[tuple[Ark, tuple[Arbeidsrad, ...]], ...]:
    """Leave out the column of whom she stands in for, where she stands in for nobody."""
    return tuple(
        (ark if any("for_hvem" in rad.celler for rad in rader) else _without(ark, "for_hvem"), rader)
        for ark, rader in valgte
    )


def _without(ark: Ark, navn: str) -> Ark:
    return Ark(ark.navn, ark.tittel, ark.forklaring, tuple(k for k in ark.kolonner if k.navn != navn))


def _sorted(rader: Iterable[Arbeidsrad]) -> list[Arbeidsrad]:
    """Return the rows by urgency: what must be corrected and what is late first."""
    return sorted(
        rader,
        key=lambda rad: (
            not rad.maa_rettes,
            REKKEFOLGE[rad.hast],
            rad.frist or date.max,
            rad.celler.get("navn", ""),
            rad.nokkel,
        ),
    )


def _rows(kjoring: Kjoring, apne: list[Apen]) -> dict[str, Arbeidsrad]:
    """Return task → its row: what it is about, how urgent, and what was written last time and could not be used."""
    i_dag, con = local_date(kjoring.naa), kjoring.con
    slag = kinds(kjoring.siste_dag)
    gjelder = {ett.gjelder for ett in apne}
    celler: dict[str, dict[str, str]] = person_cells(
        con, people_of(gjelder), kjoring.aar, i_dag, kjoring.hjem.innstillinger.fylke.fylkesnummer
    )
    celler |= school_cells(con, kjoring.aar)
    forsok, rettes = attempt_cells(con, gjelder, kjoring.aar, i_dag), _to_correct(kjoring, apne)
    uenige = shown_answers(con, i_dag)
    svar = {}
    for ett in apne:
        skrevet, hvorfor = rettes.get(ett.oppgave_id, ({}, ""))
        svar[ett.oppgave_id] = Arbeidsrad(
            ett.oppgave_id,
            ett.frist,
            urgency_of(ett, kjoring),
            {
                "hva": slag[ett.grunn_kode]["tekst"],
                **_about(ett.gjelder, celler),
                **forsok.get((ett.gjelder, ett.grunn_kode), {}),
                **(uenige.get(ett.gjelder, {}) if ett.grunn_kode == UENIGE else {}),
                **skrevet,
            },
            hvorfor,
        )
    return svar


def _about(gjelder: str, celler: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """Return the cells of what a task is about: a youth, a school, or a department's name."""
    if gjelder in celler:
        return celler[gjelder]
    return {"navn": gjelder.partition(":")[2]}


def _to_correct(kjoring: Kjoring, apne: list[Apen]) -> dict[str, tuple[dict[str, str], str]]:
    """Return task → what was written in its row last time, and why it could not be used."""
    rader = kjoring.con.execute(
        "SELECT oppgave_id, arg_max(innhold, lopenr), arg_max(feil, lopenr), arg_max(tilstand, lopenr) FROM arbeidssvar"
        " WHERE oppgave_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY oppgave_id",
        [[ett.oppgave_id for ett in apne]],
    ).fetchall()
    return {
        oppgave_id: (_usable(json.loads(innhold), json.loads(feil)), told(json.loads(feil), kjoring))
        for oppgave_id, innhold, feil, tilstand in rader
        if tilstand == "feil"
    }


def _usable(innhold: dict[str, str], feil: list[list[str]]) -> dict[str, str]:
    """Return the cells that could be read: those are kept in the list that goes back."""
    gale = {kolonne for kolonne, _ in feil}
    return {navn: verdi for navn, verdi in innhold.items() if navn not in gale}


def told(feil: list[list[str]], kjoring: Kjoring) -> str:
    """Return in words what is wrong with a row: column and what to do."""
    overskrifter = {k.navn: k.overskrift for ark in sheets(local_date(kjoring.naa)).values() for k in ark.kolonner}
    return "\n".join(f"{overskrifter.get(kolonne, 'Raden')}: {' '.join(messages()[kode])}" for kolonne, kode in feil)


def _protected_by_adviser(kjoring: Kjoring) -> Counter[str]:
    """Return how many of each adviser's enrolled youth are protected: all that she is told of them here."""
    skjult = hidden(kjoring.con, kjoring.siste_dag)
    bestand.stage(kjoring.con, local_date(kjoring.naa))
    rader = kjoring.con.execute("SELECT person_id, raadgiver FROM bestand WHERE er_tilmeldt").fetchall()
    return Counter(raadgiver for person, raadgiver in rader if person in skjult)


def _calendars(kjoring: Kjoring, boker: list[Arbeidsbok]) -> dict[str, list[Hendelse]]:
    """Return each one's deadlines and agreed meetings: what, how many, when; never whom."""
    moter: Mapping[str, list[Any]] = meeting_events(kjoring.con, kjoring.aar)
    return {bok.mottaker: [*_deadlines(bok), *moter.get(bok.mottaker, [])] for bok in boker}


def _deadlines(bok: Arbeidsbok) -> Iterable[Hendelse]:
    for ark, rader in bok.ark:
        for frist, antall in sorted(Counter(rad.frist for rad in rader if rad.frist).items()):
            yield Hendelse(
                uid=f"{bok.aar}-{bok.mottaker}-{ark.navn}-{frist.isoformat()}",
                tittel=f"Frist: {ark.tittel}",
                dag=frist,
                beskrivelse=f"{antall} på arket «{ark.tittel}» i arbeidslisten din.",
            )
