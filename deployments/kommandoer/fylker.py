"""``counties``: many counties on one Prefect, for the operator: its server and workers, a door and pages for each."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.kommandoer.felles import say
from deployments.miljo import ADGANG, API_INNLOGGING, API_URL
from deployments.nasjonal.tabell import FIL, door_access, operators_password, read_table
from deployments.nasjonal.tjener import check_database
from tasks.adgang import Adgang
from tasks.feil import UTGANG_FERDIG
from tasks.filer import ROT
from tasks.hjem import MILJOVARIABEL
from tasks.hjemvern import DRIFTSSTED


def counties(
    part: Annotated[Literal["server", "worker", "door", "pages", "table"], Parameter(help="Hva som skal kjøres her")],
    *,
    table: Annotated[Path, Parameter(help="Operatørens fylketabell")] = Path(FIL),
    port: Annotated[int, Parameter(help="Porten som skal brukes, der fylketabellen ikke sier en")] = 4200,
    name: Annotated[str, Parameter(help="Arbeiderens navn")] = "",
    county: Annotated[str, Parameter(help="Fylkets nummer, for døren og sidene")] = "",
    host: Annotated[tuple[str, ...], Parameter(help="Navn tjeneren svarer på, ut over denne maskinen")] = (),
) -> int:
    """Kjør én del av driften av mange fylker, til den stoppes. «table» viser bare tabellen."""
    sti = table.resolve()
    drift = read_table(sti)
    if part == "table":
        for fylke in drift.fylker:
            say(f"{fylke.nummer}  {fylke.navn:<24} {fylke.ko:<10} {fylke.konto or 'arbeiderens konto'}")
        return UTGANG_FERDIG
    if part == "pages":
        fylke = drift.county(county)
        os.environ |= {ADGANG: door_access(sti, fylke).as_text(), MILJOVARIABEL: str(fylke.hjem)}
        return _become("deployments.sidetjener", str(fylke.sider or port))
    os.environ |= {
        API_URL: drift.api, API_INNLOGGING: Adgang(operators_password(sti)).innlogging, DRIFTSSTED: drift.navn,
    }  # fmt: skip
    if part == "server":
        check_database()
        return _become("deployments.nasjonal.tjener", str(sti), str(port), *host)
    if part == "worker":
        return _become("deployments.nasjonal.arbeider", str(sti), name or os.uname().nodename)
    fylke = drift.county(county)
    return _become("deployments.nasjonal.dor", str(sti), fylke.nummer, str(fylke.dor or port))


def _become(modul: str, *ord_: str) -> int:
    """Become the process: what stops us stops it."""
    os.chdir(ROT)
    os.execv(sys.executable, [sys.executable, "-m", modul, *ord_])  # noqa: S606 our own interpreter
