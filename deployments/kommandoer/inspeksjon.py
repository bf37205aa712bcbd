"""``inspect``: judge an input file, load nothing."""

import hashlib
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil, messages
from tasks.formater import find_format, format_of
from tasks.hjem import home
from tasks.innboks import Mottatt
from tasks.kalender import school_year
from tasks.klokke import local_date, now
from tasks.vurdering import Vurdert, judge_file


def inspect(
    file: Path,
    *,
    format_name: Annotated[str | None, Parameter(help="Formatets navn når filnavnet ikke sier det")] = None,
    year: Annotated[int | None, Parameter(help="Årshjulets år, ellers inneværende")] = None,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Vurder en fil uten å laste noe: hvilke rader er gyldige, og hva er galt med de andre."""
    format_ = find_format(format_name) if format_name else format_of(file)
    try:
        innhold = file.read_bytes()
    except OSError:
        raise BrukerFeil("ÅH-2003", fil=file.name) from None
    i_dag = local_date(now())
    mottatt = Mottatt(file.name, hashlib.sha256(innhold).hexdigest(), innhold, format_, ny=True)
    vurdert = judge_file(home(), mottatt, i_dag, i_dag, school_year(year or i_dag.year))
    svar = as_json(vurdert)
    if json:
        say_json(svar)
    else:
        _print(svar, format_.status)
    return UTGANG_TRENGER_NOEN if svar["feil"] else UTGANG_FERDIG


def as_json(vurdert: Vurdert) -> dict[str, object]:
    """Return the judgement in the contract's form; no text holds a value."""
    tekster = messages()
    return {
        "fil": vurdert.mottatt.fil,
        "format": vurdert.mottatt.format.navn,
        "rader": vurdert.validert.antall,
        "gyldige": len(vurdert.validert.gyldige),
        "feil": [
            {"rad_nr": int(rad_nr), "kolonne": kolonne, "kode": kode, "tekst": " ".join(tekster[kode])}
            for rad_nr, kolonne, kode in vurdert.validert.feil.itertuples(index=False)
        ],
    }


def _print(svar: dict[str, object], status: str) -> None:
    antatt = " («antatt format»)" if status == "antatt" else ""
    say(f"{svar['fil']}: {svar['format']}{antatt}, {svar['rader']} rader, {svar['gyldige']} gyldige")
    feil = svar["feil"]
    for enkelt in feil if isinstance(feil, list) else []:
        say(f"  rad {enkelt['rad_nr']}, {enkelt['kolonne'] or 'hele raden'}: {enkelt['kode']} {enkelt['tekst']}")
