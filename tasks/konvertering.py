"""Vigo's codes → reasons for enrolment, by the county's dated table; a code without a reason stops that person only."""

from dataclasses import dataclass

import pandas as pd

from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.register import fakta
from tasks.steg import step


@dataclass(frozen=True)
class Konvertert:
    """How many people have a Vigo code, whose reason changed, and how many codes the table does not turn."""

    antall: int
    endret: int
    uten: int


@step("Gjør om Vigo-koder")
def convert(kjoring: Kjoring) -> Konvertert:
    """Give everyone with a Vigo code the reason the table gives on the day from which the run's facts hold."""
    tabell = {
        rad["kode"]: rad["tilmeldingsgrunn"] for rad in kodeverk.valid_on("kodeverk/vigo_koder", kjoring.gyldig_fra)
    }
    ramme = fakta.current(kjoring.con, ["vigokode"], kjoring.gyldig_fra)
    ramme = ramme[ramme["vigokode"] != ""]
    grunn = ramme["vigokode"].map(tabell).fillna("")
    lang = pd.DataFrame(
        {
            "person_id": ramme["person_id"],
            "felt": "tilmeldingsgrunn",
            "verdi": grunn,
            "gyldig_fra": kjoring.gyldig_fra,
        }
    )[(grunn != "").to_numpy()]
    endret = fakta.add(kjoring.con, lang, kjoring.kjoring_id, kjoring.registrert_tid)
    return Konvertert(len(ramme), len(endret), int((grunn == "").sum()))


def unconverted(konvertert: Konvertert) -> list[Funn]:
    """Return the finding that some codes have no reason in the table, when there are any."""
    return [finding("ÅH-3007", antall=konvertert.uten)] if konvertert.uten else []
