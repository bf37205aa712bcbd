"""The judge: the program's year held against the table, against the working out anew, and against what was known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from schemas.arshjul import Raddatoer
from tasks.kalender import is_weekend, public_holidays, week_start, working_days
from tests.kalender.dager import written
from tests.kalender.utregning import KOLONNER, Radaar

Hjul = Mapping[str, Raddatoer]
UKENE = {"uke17": 11, "uke18": 12, "uke20": 14, "uke22": 16, "uke21": 15, "uke36": 22, "uke39": 25, "uke41": 26}
"""Column of what was known → the row that begins on that Monday."""
TELLEUKER = {"uke8": 5, "uke24": 20, "uke46": 30}
FORBEREDER = {"uken_foer_i_uke7": (2, 5), "uken_foer_i_uke23": (17, 20), "uken_foer_i_uke45": (28, 30)}
FREDAG = timedelta(days=4)


def as_line(datoer: Raddatoer) -> list[str]:
    """Return the program's row of a year as the table has it."""
    dager = (datoer.fra, datoer.til, datoer.frist, datoer.ekstra_frist, datoer.telledato)
    kjoringer = datoer.kjoredatoer
    koder = " ".join(sorted(konflikt.kode for konflikt in datoer.konflikter))
    vist = map(written, (*dager, datoer.kjoredato, kjoringer[-1]))
    return [str(datoer.aar), datoer.rad.rad, *vist, str(len(kjoringer)), koder]


def against_table(hjul: Hjul, tabell: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield each cell in which the program and the table differ, and each row that one of them lacks."""
    ventet = {linje["rad"]: linje for linje in tabell}
    for rad in sorted(ventet.keys() ^ hjul.keys()):
        yield f"{rad} står bare ett av stedene."
    for rad in ventet.keys() & hjul.keys():
        for kolonne, verdi in zip(KOLONNER, as_line(hjul[rad]), strict=True):
            if verdi != ventet[rad][kolonne]:
                yield f"{ventet[rad]['aar']} {rad}: {kolonne} er «{verdi}», i tabellen «{ventet[rad][kolonne]}»."


def against_words(hjul: Hjul, utregnet: Mapping[int, Radaar]) -> Iterator[str]:
    """Yield each row whose run days are not those worked out from the words, every day of them."""
    for datoer in hjul.values():
        if datoer.kjoredatoer != utregnet[datoer.rad.nr].kjoringer:
            yield f"{datoer.aar} {datoer.rad.rad}: kjøres ikke de dagene som ordene sier."


def against_known(hjul: Hjul, kjent: Mapping[str, str]) -> Iterator[str]:
    """Yield each fact of a year, known before the program was written, that the program's dates contradict."""
    rad = {datoer.rad.nr: datoer for datoer in hjul.values()}
    funnet = {kolonne: f"{rad[nr].fra:%d.%m}" for kolonne, nr in UKENE.items()}
    funnet |= {"uke32_slutt": f"{rad[15].til:%d.%m}", "uke37_slutt": f"{rad[22].til:%d.%m}"}
    funnet |= {"frist_1_februar": f"{rad[1].frist:%d.%m}", "frist_1_mars": f"{rad[6].frist:%d.%m}"}
    funnet["langt_aar"] = _yes("uke_53" in _codes(rad[21]))
    for uke, nr in TELLEUKER.items():
        funnet |= _counting(uke, rad[nr])
    for kolonne, (forbereder, overforer) in FORBEREDER.items():
        funnet[kolonne] = _yes(_week_before_is_in(rad[forbereder], rad[overforer]))
    for kolonne, verdi in funnet.items():
        if verdi != kjent[kolonne]:
            yield f"{kjent['aar']}: {kolonne} er «{verdi}», det kjente er «{kjent[kolonne]}»."


def _counting(uke: str, datoer: Raddatoer) -> dict[str, str]:
    """Return how the transfer's week lies to its counting date, after having judged that its conflict says the same."""
    telledato, koder = datoer.telledato, _codes(datoer)
    assert telledato is not None
    mandag, fredag = (datoer.fra - telledato).days, (datoer.fra + FREDAG - telledato).days
    funnet = {f"{uke}_mandag": f"{mandag:+d}", f"{uke}_fredag": f"{fredag:+d}"}
    if uke != "uke8":
        funnet[f"{uke}_helg"] = _yes("fredag_foer_telledato" in koder)
    sagt = "uke_etter_telledato" in koder, "uke_foer_telledato" in koder
    return funnet if sagt == (mandag > 0, fredag + 2 < 0) else {f"{uke}_mandag": "sagt feil av uenigheten"}


def _week_before_is_in(forbereder: Raddatoer, overforer: Raddatoer) -> bool:
    """Tell whether a week before the counting date is in the week of preparation."""
    assert overforer.telledato is not None
    return forbereder.fra <= overforer.telledato - timedelta(weeks=1) <= forbereder.til


def holidays_against_known(kjente: Sequence[Mapping[str, str]], aarene: Sequence[int]) -> Iterator[str]:
    """Yield each week of the wheel whose public holidays, or fewest working days, are not the known ones."""
    for uke in sorted({int(linje["uke"]) for linje in kjente}):
        linjer = [linje for linje in kjente if int(linje["uke"]) == uke]
        mandager = [week_start(aar, uke) for aar in aarene]
        funnet = {written(dag) for mandag in mandager for dag in _week(mandag) if dag in public_holidays(dag.year)}
        if funnet != {linje["dag"] for linje in linjer} - {""}:
            yield f"Uke {uke} har andre helligdager enn de kjente."
        if str(min(len(working_days(dager[0], dager[-1])) for dager in map(_week, mandager))) != linjer[0]["faerrest"]:
            yield f"Uke {uke} har et annet minste antall arbeidsdager enn det kjente."


def only_on_working_days(hjul: Hjul) -> Iterator[str]:
    """Yield each run that falls on a weekend or a public holiday."""
    for datoer in hjul.values():
        for dag in datoer.kjoredatoer:
            if is_weekend(dag) or dag in public_holidays(dag.year):
                yield f"{datoer.rad.rad} kjøres {written(dag)}, en fridag."


def _week(mandag: date) -> list[date]:
    return [mandag + timedelta(days=dag) for dag in range(7)]


def _codes(datoer: Raddatoer) -> set[str]:
    return {konflikt.kode for konflikt in datoer.konflikter}


def _yes(sant: bool) -> str:
    return "ja" if sant else ""
