"""``inspect``: judge an input file, load nothing."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, messages
from tasks.filslag import kind_of
from tasks.formater import find_format, format_of
from tasks.hjem import home
from tasks.innboks import Mottatt
from tasks.kalender import school_year
from tasks.klokke import local_date, now
from tasks.lesing import read_bytes
from tasks.vurdering import Vurdert, judge_file


def inspect(
    file: Path,
    *,
    format_name: Annotated[str | None, Parameter(help="Formatets navn når filnavnet ikke sier det")] = None,
    year: Annotated[int | None, Parameter(help="Årshjulets år, ellers inneværende")] = None,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Vurder en fil uten å laste noe: hvilke rader er gyldige, og hva er galt med de andre."""
    innstillinger = home().innstillinger
    format_ = find_format(format_name, innstillinger) if format_name else format_of(file, innstillinger)
    innhold = read_bytes(file)
    i_dag = local_date(now())
    mottatt = Mottatt(file.name, hashlib.sha256(innhold).hexdigest(), innhold, format_, ny=True)
    vurdert = judge_file(home(), mottatt, i_dag, i_dag, school_year(year or i_dag.year))
    svar = as_json(vurdert)
    if json:
        say_json(svar)
    else:
        _print(svar, format_.status)
    return UTGANG_TRENGER_NOEN if svar["feil"] else UTGANG_FERDIG


def as_json(vurdert: Vurdert) -> dict[str, Any]:
    """Return the judgement in the contract's form; no text holds a value."""
    tekster = messages()
    return {
        "fil": vurdert.mottatt.fil,
        "format": vurdert.mottatt.format.navn,
        "type": kind_of(vurdert.mottatt.fil, vurdert.mottatt.format),
        "rader": vurdert.validert.antall,
        "gyldige": len(vurdert.validert.gyldige),
        "feil": [
            {"rad_nr": int(rad_nr), "kolonne": kolonne, "kode": kode, "tekst": " ".join(tekster[kode])}
            for rad_nr, kolonne, kode in vurdert.validert.feil.itertuples(index=False)
        ],
        "reparert": [{"rad_nr": rad_nr, "kolonne": kolonne} for rad_nr, kolonne in vurdert.validert.reparert],
    }


def _print(svar: dict[str, Any], status: str) -> None:
    antatt = " («antatt format»)" if status == "antatt" else ""
    say(f"{svar['fil']}: {svar['format']}{antatt}, {svar['type']}, {svar['rader']} rader, {svar['gyldige']} gyldige")
    for enkelt in svar["feil"]:
        say(f"  rad {enkelt['rad_nr']}, {enkelt['kolonne'] or 'hele raden'}: {enkelt['kode']} {enkelt['tekst']}")
    if reparert := svar["reparert"]:
        steder = ", ".join(f"rad {enkelt['rad_nr']} {enkelt['kolonne']}" for enkelt in reparert)
        say(f"  {len(reparert)} {'celle' if len(reparert) == 1 else 'celler'} har fått tilbake nullen foran: {steder}")
