"""Judge mutants FROM–TO of a seed and print what came of it as JSON: run in a process of its own, to measure memory."""

import json
import sys
from collections import Counter

from tests.fuzz.dommer import judge, peak_megabytes
from tests.fuzz.mutanter import make


def main(fro: int, fra: int, til: int) -> None:
    """Judge and print."""
    koder: Counter[str] = Counter()
    brudd, lengst = [], 0.0
    for nummer in range(fra, til):
        mutant = make(fro, nummer)
        utfall = judge(mutant)
        koder[utfall.kode] += 1
        lengst = max(lengst, utfall.sekunder)
        if utfall.brudd:
            brudd.append(f"mutant {nummer} ({mutant.fil}, {mutant.hva}): {utfall.brudd}")
    sys.stdout.write(json.dumps({"koder": koder, "brudd": brudd, "lengst": lengst, "minne_mb": peak_megabytes()}))


if __name__ == "__main__":
    main(*(int(tall) for tall in sys.argv[1:4]))
