"""What the tests of the duties share: a run that only looks, answers, departments, and one to whom nothing is owed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Kjorevalg
from tasks.arbeid import plikter
from tasks.kjoring import Kjoring, run

NORD = "Avdeling Nord"
AVDELING = r"\[\[avdelinger\]\]\n(?:\w+ = .*\n)+"
FULLFORT = {
    "kontakt_dato": "2025-09-22", "oppfolgingsplan_dato": "2025-09-25", "wie_tilbudt_dato": "2025-09-25",
    "utplassering_tilbudt_dato": "2025-09-26", "avtale_dato": "2025-09-26", "avtale_modell": "1",
    "matematikk_tilbudt_dato": "2025-09-26", "foresatte_informert_dato": "2025-09-22",
    "samtykkeskjema_dato": "2025-09-22", "samtykke_dato": "2025-09-22",
}  # fmt: skip


I_PRAKSIS = {"ot_status": "OTOA", "tiltak": "Praksis i butikk", "tiltak_fra_dato": "2026-04-01"}


@contextmanager
def as_of(bygd: Any, dato: str) -> Iterator[Kjoring]:
    """A run that looks at the register as it stood on the day, and leaves nothing behind."""
    dag = date.fromisoformat(dato)
    _only_own_departments(bygd)
    valg = Kjorevalg(rad=bygd.BREV, aar=dag.year, per_dato=dag, naa=bygd.at(f"{dato}T08:00"), bare_vis=True)
    with run(valg) as kjoring:
        yield kjoring


def asked(bygd: Any, dato: str) -> list[Gjoremaal]:
    with as_of(bygd, dato) as kjoring:
        return plikter.duties(plikter.standing(kjoring), kjoring.per_dato)


def codes(bygd: Any, dato: str) -> list[str]:
    return [ett.grunn_kode for ett in asked(bygd, dato)]


def answer(bygd: Any, gjelder: str, plikt: str, svar: str, dag: str, **felt: object) -> None:
    rad = {"oppgave_id": "O1", "rad": "04-gjennomgang-februar", "aar": int(dag[:4]), "gjelder": gjelder}
    rad |= {"grunn_kode": plikt, "svar_kode": svar, "dato": dag, "tilstand": "brukt", "kjoring_id": "T1", "rad_nr": 2}
    rad |= dict.fromkeys(("besvart_av", "kanal", "innhold", "feil", "fil", "sha256", "ark"), "")
    rad |= {"registrert_tid": "2026-01-02 08:00:00"} | felt
    sql = f"INSERT INTO arbeidssvar ({', '.join(rad)}) VALUES ({', '.join('?' * len(rad))})"
    bygd.write(sql, [list(rad.values())])


def department(bygd: Any, dager: int, leder: str = "R05", navn: str = NORD) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    ny = f'\n[[avdelinger]]\nnavn = "{navn}"\nleder = "{leder}"\ndager_per_uke = {dager}\n'
    sti.write_text(sti.read_text("utf-8") + ny, "utf-8")


def _only_own_departments(bygd: Any) -> None:
    """Take the demo county's departments out of the settings: what is owed is what the test says."""
    sti = bygd.hjem.mappe / "innstillinger.toml"
    egne = re.sub(AVDELING, lambda funnet: funnet[0] * (NORD in funnet[0]), sti.read_text("utf-8"))
    sti.write_text(egne, "utf-8")
