"""The answers' own book: what has been written about each task, by whom, and what of it counts.

Rows are taken one by one in the order they came, and written to the register together. A task's state follows the last
answer that counts.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from schemas.arbeid import Lestrad
from tasks.arbeid import uenighet, virkning
from tasks.arbeid.apne import kinds
from tasks.arbeid.fordeling import BRUKT
from tasks.arbeid.svarregler import Sak, Svar, judge
from tasks.arshjul import find_row, row_dates
from tasks.kjoring import Kjoring
from tasks.oppgaver import APEN, close

UENIG, FEIL, UENDRET = "uenig", "feil", "uendret"
KOLONNER: Final = (
    *("oppgave_id", "rad", "aar", "gjelder", "grunn_kode", "besvart_av", "svar_kode", "dato", "kanal", "innhold"),
    *("tilstand", "feil", "fil", "sha256", "ark", "rad_nr"),
)


@dataclass(frozen=True)
class Tilbake:
    """A row that came back, with whose book it was in and which task it is about."""

    lest: Lestrad
    av: str
    fil: str
    sha256: str
    sak: Sak

    @property
    def innhold(self) -> str:
        """All that was written in the row, as JSON that is the same for the same."""
        celler = {navn: verdi for navn, verdi in sorted(self.lest.celler.items()) if verdi}
        return json.dumps(celler, ensure_ascii=False)


class Svarbok:
    """What one run takes in, on top of what was written before about the same tasks."""

    def __init__(self, kjoring: Kjoring, nokler: Iterable[str]) -> None:
        """Look up the tasks (``saker``, by id) and what has been written about them."""
        self.kjoring = kjoring
        self.saker = cases(kjoring, nokler)
        for_ = kjoring.con.execute(
            "SELECT oppgave_id, besvart_av, innhold, svar_kode, tilstand, utfall FROM arbeidssvar a"
            " JOIN (SELECT oppgave_id, utfall FROM oppgave) o USING (oppgave_id)"
            " WHERE oppgave_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY lopenr",
            [sorted(self.saker)],
        ).fetchall()
        self._sagt = {(oppgave, av, innhold) for oppgave, av, innhold, *_ in for_}
        self._lukket_av = {
            oppgave: (av, kode, _status(innhold))
            for oppgave, av, innhold, kode, tilstand, utfall in for_
            if tilstand == BRUKT and kode == utfall
        }
        self._utfall: dict[str, str] = {}
        self._linjer: list[tuple[object, ...]] = []
        self._virkninger: list[tuple[Sak, Svar]] = []
        self._avgjorte: list[int] = []

    def keep(self, tilbake: Tilbake, i_dag: date) -> tuple[str, list[tuple[str, str]]]:
        """Take a row; return how it counted, and every fault of it."""
        if (tilbake.sak.oppgave_id, tilbake.av, tilbake.innhold) in self._sagt:
            return UENDRET, []
        svar, feil = judge(tilbake.lest, tilbake.sak, i_dag)
        if svar is None:
            return self._enter(tilbake, None, FEIL, feil), feil
        if svar.lukker and self._is_another(tilbake, svar):
            return self._enter(tilbake, svar, UENIG, []), []
        if svar.kode == uenighet.SISTE:
            siste = uenighet.the_last(self.kjoring.con, tilbake.sak.gjelder)
            self._avgjorte += [siste] if siste is not None else []
        return self.use(tilbake, svar), []

    def use(self, tilbake: Tilbake, svar: Svar) -> str:
        """Let an answer count."""
        oppgave = tilbake.sak.oppgave_id
        if svar.lukker:
            self._lukket_av[oppgave] = (tilbake.av, svar.kode, svar.celler.get("ot_status", ""))
            self._utfall[oppgave] = svar.kode
        elif oppgave in self._lukket_av:
            # She takes her own closing answer back.
            del self._lukket_av[oppgave]
            self._utfall[oppgave] = ""
        self._virkninger.append((tilbake.sak, svar))
        return self._enter(tilbake, svar, BRUKT, [])

    def write(self) -> None:
        """Write what was taken; then what the leader has decided shall count after all."""
        con, kjoring = self.kjoring.con, self.kjoring
        con.register("linjer", pd.DataFrame(self._linjer, columns=KOLONNER, dtype="str"))
        con.execute(
            "INSERT INTO arbeidssvar BY NAME SELECT * REPLACE (aar::INTEGER AS aar, rad_nr::INTEGER AS rad_nr,"
            " try_cast(dato AS DATE) AS dato), ?::TIMESTAMP AS registrert_tid, ? AS kjoring_id FROM linjer",
            [kjoring.registrert_tid, kjoring.kjoring_id],
        )
        con.unregister("linjer")
        close(con, {oppgave: kode for oppgave, kode in self._utfall.items() if kode}, kjoring.kjoring_id)
        apnes = [oppgave for oppgave, kode in self._utfall.items() if not kode]
        con.execute(
            "UPDATE oppgave SET tilstand = ?, lukket_kjoring_id = NULL, utfall = ''"
            " WHERE oppgave_id IN (SELECT unnest(?::VARCHAR[]))",
            [APEN, apnes],
        )
        virkning.take_effect(kjoring, self._virkninger)
        if self._avgjorte:
            _use_the_last(kjoring, self._avgjorte)

    def _is_another(self, tilbake: Tilbake, svar: Svar) -> bool:
        """Tell whether somebody else's answer has closed the task, and says another thing."""
        for_ = self._lukket_av.get(tilbake.sak.oppgave_id)
        return for_ is not None and for_[0] != tilbake.av and for_[1:] != (svar.kode, svar.celler.get("ot_status", ""))

    def _enter(self, tilbake: Tilbake, svar: Svar | None, tilstand: str, feil: Sequence[tuple[str, str]]) -> str:
        sak, lest = tilbake.sak, tilbake.lest
        self._sagt.add((sak.oppgave_id, tilbake.av, tilbake.innhold))
        self._linjer.append((
            sak.oppgave_id, sak.rad, sak.aar, sak.gjelder, sak.grunn_kode, tilbake.av, svar.kode if svar else "",
            (svar.dato if svar else None) or "", svar.kanal if svar else "", tilbake.innhold, tilstand,
            json.dumps([list(enkelt) for enkelt in feil]), tilbake.fil, tilbake.sha256, lest.ark, lest.rad_nr,
        ))  # fmt: skip
        return tilstand


def cases(kjoring: Kjoring, nokler: Iterable[str]) -> dict[str, Sak]:
    """Return task id → the task, of those of the kinds that stand on worklists."""
    rader = kjoring.con.execute(
        "SELECT oppgave_id, rad, aar, gjelder, grunn_kode, raadgiver FROM oppgave"
        " WHERE oppgave_id IN (SELECT unnest(?::VARCHAR[])) AND list_contains(?, grunn_kode)",
        [sorted(nokler), sorted(kinds(kjoring.siste_dag))],
    ).fetchall()
    kjent = virkning.known(kjoring, {rad[3] for rad in rader})
    fra = {(rad, aar): row_dates(find_row(rad), aar, kjoring.hjem.radvalg).fra for _, rad, aar, *_ in set(rader)}
    saker = {}
    for oppgave_id, rad, aar, gjelder, grunn, eier in rader:
        kontakt, tilmeldt = kjent.get(gjelder, (None, None))
        saker[oppgave_id] = Sak(oppgave_id, rad, aar, gjelder, grunn, eier, fra[rad, aar], kontakt, tilmeldt)
    return saker


def _use_the_last(kjoring: Kjoring, numre: Sequence[int]) -> None:
    """Let the answers that were not used count after all, as the leader has decided."""
    rader = kjoring.con.execute(
        "SELECT oppgave_id, besvart_av, fil, sha256, ark, rad_nr, innhold FROM arbeidssvar"
        " WHERE lopenr IN (SELECT unnest(?::BIGINT[])) ORDER BY lopenr",
        [list(numre)],
    ).fetchall()
    svarbok = Svarbok(kjoring, {rad[0] for rad in rader})
    for oppgave_id, av, fil, sha256, ark, rad_nr, innhold in rader:
        sak = svarbok.saker[oppgave_id]
        lest = Lestrad(ark, rad_nr, oppgave_id, json.loads(innhold))
        svar, _ = judge(lest, sak, kjoring.siste_dag)
        if svar:
            svarbok.use(Tilbake(lest, av, fil, sha256, sak), svar)
    svarbok.write()


def _status(innhold: str) -> str:
    return str(json.loads(innhold).get("ot_status", ""))
