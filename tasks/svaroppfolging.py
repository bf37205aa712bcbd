"""What answers lead to: a task for the adviser where someone must act, by what the code list says each answer means.

The code list's suggested status is shown, never written: a status is what an adviser has decided in OTTO.
"""

from datetime import date
from typing import Final

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import kodeverk, mottakere, utvalg
from tasks.kjoring import Kjoring
from tasks.klokke import from_utc, local_date
from tasks.oppgaver import assign
from tasks.register import fakta

TRINN: Final = "svar"
KONTAKT_ONSKES: Final = "SVAR_ONSKER_KONTAKT"
SKJERMET: Final = "SVAR_SKJERMET"
FELT: Final = (*mottakere.FELT, "kontakt_dato")
SISTE = """
    SELECT person_id, arg_max(svar_kode, (svart_tid, svar_kode)), max(svart_tid)
    FROM svar_kjent($kjent) GROUP BY person_id
"""


def follow_up(kjoring: Kjoring) -> None:
    """Make the open tasks about answers exactly those that the last answers give; one settled since gives none."""
    grunner = {rad["kode"] for rad in kodeverk.valid_on("kodeverk/utelatt", kjoring.per_dato) if rad["trinn"] == TRINN}
    dato, fylkesnumre = kjoring.siste_dag, kjoring.hjem.innstillinger.fylke.fylkesnummer
    svar = _to_act_on(kjoring)
    avklart = utvalg.clarified(kjoring.con, dato)
    oppgaver = []
    for person in utvalg.people(kjoring.con, svar.keys(), FELT, dato, fylkesnumre):
        grunn, dag = svar[person["person_id"]]
        stopper = mottakere.stopped(person, dato, fylkesnumre)
        if stopper == mottakere.DOED or _is_settled(person, grunn, dag, avklart):
            continue
        kode = SKJERMET if stopper == mottakere.SKJERMET else grunn
        oppgaver.append(Utelatt(person["person_id"], Mottaker.UNGDOM, kode, person["raadgiver"]))
    assign(kjoring, oppgaver, grunner, overta=True)


def _to_act_on(kjoring: Kjoring) -> dict[str, tuple[str, date]]:
    """Return person → (task, day of the answer) of those whose last complete answer somebody must act on."""
    svar = {}
    for person, kode, tid in kjoring.con.execute(SISTE, {"kjent": fakta.EVIG_TID}).fetchall():
        dag = local_date(from_utc(tid))
        betyr = {rad["kode"]: rad["oppgave"] for rad in kodeverk.valid_on("kodeverk/svar", dag)}
        if oppgave := betyr.get(kode, ""):
            svar[person] = (oppgave, dag)
    return svar


def _is_settled(person: dict[str, str], grunn: str, dag: date, avklart: dict[str, date]) -> bool:
    """Tell whether her status was clarified on the day of the answer or since, or we have talked since if she asked."""
    if avklart.get(person["person_id"], date.min) >= dag:
        return True
    return grunn == KONTAKT_ONSKES and person["kontakt_dato"] > dag.isoformat()
