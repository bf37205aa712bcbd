"""The wheel's dates through 26 years: the program, a table, and the words worked out anew, held against each other."""

from collections import Counter

from tasks.arshjul import wheel
from tests.bevis import Funn, Tabell
from tests.kalender.dom import (
    Hjul,
    against_known,
    against_table,
    against_words,
    holidays_against_known,
    only_on_working_days,
)
from tests.kalender.tabell import AARENE, HELLIGDAGER, KJENT, TABELL, read
from tests.kalender.utregning import lines, year

KOLONNER = ("Uenighet", "Rader", "Antall", "År")


def prov(*, kort: bool) -> Funn:
    """Resolve every row in every year and judge it; the short form is the whole one, as it takes a second."""
    tabell, kjente = read(TABELL), read(KJENT)
    hjulene = {aar: {datoer.rad.rad: datoer for datoer in wheel(aar)} for aar in AARENE}
    brudd = list(holidays_against_known(read(HELLIGDAGER), [int(linje["aar"]) for linje in kjente]))
    if [list(linje.values()) for linje in tabell] != [linje for aar in AARENE for linje in lines(aar)]:
        brudd.append("Tabellen er ikke den som ordene i hjulet gir.")
    for aar, hjul in hjulene.items():
        brudd += against_table(hjul, [linje for linje in tabell if linje["aar"] == str(aar)])
        brudd += against_words(hjul, year(aar))
        brudd += only_on_working_days(hjul)
    for linje in kjente:
        brudd += against_known(hjulene[int(linje["aar"])], linje)
    alle = [datoer for hjul in hjulene.values() for datoer in hjul.values()]
    return Funn(
        {
            "år": len(AARENE),
            "rader i tabellen": len(tabell),
            "kjøredager": sum(len(datoer.kjoredatoer) for datoer in alle),
            "uenigheter": sum(len(datoer.konflikter) for datoer in alle),
            "år med kjente uenigheter": len(kjente),
        },
        (_disagreements(hjulene),),
        tuple(brudd),
        (
            "Tabellen er regnet ut av hjulets egne ord, ISO-uker og påskeregelen, uten programmets kalender.",
            "Rytmen, og dagene en rad går etter vinduet, er fylkets eget valg og lest av hjultabellen.",
        ),
    )


def _disagreements(hjulene: dict[int, Hjul]) -> Tabell:
    """Return each kind of disagreement with the rows and the years it comes in."""
    rader: dict[str, set[int]] = {}
    aarene: dict[str, set[int]] = {}
    antall: Counter[str] = Counter()
    for aar, hjul in hjulene.items():
        for datoer in hjul.values():
            for konflikt in datoer.konflikter:
                antall[konflikt.kode] += 1
                rader.setdefault(konflikt.kode, set()).add(datoer.rad.nr)
                aarene.setdefault(konflikt.kode, set()).add(aar)
    linjer = [
        (kode, ", ".join(map(str, sorted(rader[kode]))), antall[kode], _years(aarene[kode], len(hjulene)))
        for kode in sorted(antall)
    ]
    return Tabell("Der hjulet og kalenderen er uenige", KOLONNER, linjer)


def _years(aarene: set[int], alle: int) -> str:
    return "alle" if len(aarene) == alle else ", ".join(map(str, sorted(aarene)))
