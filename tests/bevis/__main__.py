"""``./arshjul prove [NAVN…] [--short]``: run proofs and say what they found; exit 1 where one does not hold."""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from tasks import klokke
from tasks.sted import place_of
from tests.bevis import BEVIS, Funn, prove
from tests.bevis.protokoll import record


def main(ord_: Sequence[str]) -> int:
    """Run the proofs asked for, all where none is; write down those that were run whole."""
    leser = argparse.ArgumentParser(prog="./arshjul prove", description="Vis at det Årshjul lover, er sant.")
    leser.add_argument("navn", nargs="*", choices=[*BEVIS, []], help=", ".join(BEVIS))
    leser.add_argument("--short", action="store_true", help="den korte formen; skriver ingenting i docs/")
    valg = leser.parse_args(ord_)
    holder = True
    for navn in valg.navn or BEVIS:
        start = time.monotonic()
        funn = _proven(navn, kort=valg.short)
        if not valg.short:
            record(navn, funn, klokke.local_date(klokke.now()))
        sys.stdout.write(told(navn, funn, time.monotonic() - start))
        sys.stdout.flush()
        holder &= funn.holder
    return 0 if holder else 1


def _proven(navn: str, *, kort: bool) -> Funn:
    """Return what a proof found; one that fell over has shown nothing, and those after it are run all the same."""
    try:
        return prove(navn, kort=kort)
    except Exception as feil:  # noqa: BLE001 whatever it fell over, it does not hold
        traceback.print_exc()
        return Funn({}, brudd=(f"Beviset falt selv: {place_of(feil)}.",))


def told(navn: str, funn: Funn, sekunder: float) -> str:
    """Return what a proof found, to read in a terminal."""
    linjer = [f"{navn}: {'holder' if funn.holder else 'HOLDER IKKE'} ({sekunder:.0f} sekunder)"]
    linjer += [f"  {hva}: {verdi}" for hva, verdi in funn.tall.items()]
    linjer += [f"  {tabell.tittel}: {len(tabell.rader)} linjer" for tabell in funn.tabeller]
    linjer += [f"  ! {brudd}" for brudd in funn.brudd]
    return "\n".join(linjer) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
