"""The comparison of transfers as people read it: tables by value, findings with both numbers, and one large table."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

import pandas as pd

from schemas.kjoring import Tabell
from schemas.sammenligning import Endring, Mot, Telling
from tasks import kjonn, kodeverk
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.sammenligning import ALLE, DIMENSJONER, PROSENT, REGEL, joined

NAVN: Final = {
    "status": "OT-status",
    "grunn": "Tilmeldingsgrunn",
    "alder": "Alder",
    "kjonn": "Kjønn",
    "kommune": "Kommune",
}
TITLER: Final = {
    "status": "Etter OT-status",
    "grunn": "Etter tilmeldingsgrunn",
    "alder": "Etter alder",
    "kjonn": "Etter kjønn",
    "kommune": "Etter kommune",
}
I_ALT: Final = "I alt"
UTEN_KOMMUNE: Final = "Ikke oppgitt"
NAAR: Final = {"naa": "Nå", Mot.FORRIGE: "Forrige", Mot.FORRIGE_ANNET: "Forrige", Mot.I_FJOR: "I fjor"}
OMFANG: Final = {"tidspunkt": "de som er tilmeldt på dagen", "skolear": "alle som har vært tilmeldt i skoleåret"}
MEST_VIST: Final = 30
"""So many of the combinations that have changed most are shown; the file beside the page has them all."""


def note_missing(kjoring: Kjoring, tellinger: Mapping[str, Telling]) -> None:
    """Note what there is nothing to compare with, and which transfer does not count the same."""
    if not {Mot.FORRIGE, Mot.FORRIGE_ANNET} & tellinger.keys():
        kjoring.note("ÅH-3098")
    if Mot.I_FJOR not in tellinger:
        kjoring.note("ÅH-3099")
    if annet := tellinger.get(Mot.FORRIGE_ANNET):
        omfang, foer = OMFANG[tellinger["naa"].omfang], OMFANG[annet.omfang]
        kjoring.note("ÅH-3102", telledato=f"{annet.telledato:%d.%m.%Y}", foer=foer, naa=omfang)


def findings(endringer: Iterable[Endring], dato: date) -> list[Funn]:
    """Return the changes over the county's limits as what a person must look at, each with both numbers."""
    return [finding(_code(endring), **_Tekst.of(endring, dato)._asdict()) for endring in endringer]


def _code(endring: Endring) -> str:
    if endring.grense.gjelder:
        return "ÅH-3097"
    return "ÅH-3095" if endring.foer else "ÅH-3096"


class _Tekst(NamedTuple):
    """A change in words: of what, the two numbers, which transfer it is held against, how much, and the limit."""

    hva: str
    naa: str
    foer: str
    mot: str
    endring: str
    grense: str

    @classmethod
    def of(cls, endring: Endring, dato: date) -> "_Tekst":
        grense = endring.grense
        hvilken = "samme overføring i fjor" if grense.mot is Mot.I_FJOR else "forrige overføring"
        mot, tall = f"{hvilken} ({endring.telledato:%d.%m.%Y})", _number(grense.grense)
        if grense.gjelder:
            hva = next(
                r["betydning"] for r in kodeverk.all_rows(REGEL) if r["kode"] == f"{grense.dimensjon}:{grense.mot}"
            )
            foer, naa = Fraction(endring.foer, endring.alle_foer), Fraction(endring.naa, endring.alle_naa)
            return cls(
                hva.partition(",")[0],
                f"{_number(PROSENT * naa)} % ({endring.naa} av {endring.alle_naa})",
                f"{_number(PROSENT * foer)} % ({endring.foer} av {endring.alle_foer})",
                mot,
                f"{_signed(PROSENT * (naa - foer))} prosentpoeng",
                f"{tall} prosentpoeng",
            )
        hva = I_ALT
        if grense.dimensjon != ALLE:
            hva = f"{NAVN[grense.dimensjon]} {label(grense.dimensjon, endring.verdi, dato)}"
        vokst = Fraction(endring.naa - endring.foer, endring.foer) if endring.foer else None
        prosent = "fra ingen" if vokst is None else f"{_signed(PROSENT * vokst)} %"
        return cls(hva, str(endring.naa), str(endring.foer), mot, prosent, f"{tall} %")


def limits_table(endringer: Iterable[Endring], dato: date) -> Tabell:
    """Return the changes over the county's limits, one a line."""
    return Tabell(
        tittel="Hver endring med begge tallene",
        hoder=("Hva", "Nå", "Før", "Før er", "Endring", "Grense"),
        rader=[tuple(_Tekst.of(endring, dato)) for endring in endringer],
    )


def label(dimensjon: str, verdi: str, dato: date) -> str:
    """Return a value as people know it: the code with its name, where it has one."""
    match dimensjon:
        case "status":
            navn = {rad["kode"]: rad["navn"] for rad in kodeverk.valid_on("kodeverk/ot_status", dato)}
        case "grunn":
            return next(
                (r["navn"] for r in kodeverk.all_rows("kodeverk/tilmeldingsgrunner") if r["kode"] == verdi), verdi
            )
        case "kommune":
            navn = {rad["kode"]: rad["navn"] for rad in kodeverk.all_rows("kodeverk/kommuner")}
            return f"{verdi} {navn.get(verdi, '')}".strip() or UTEN_KOMMUNE
        case _:
            return verdi
    return f"{verdi} {navn.get(verdi, '')}".strip()


def tables(tellinger: Mapping[str, Telling]) -> list[Tabell]:
    """Return one table a dimension: each value with how many there are, were, and how much that has changed."""
    return [_table(tellinger, dimensjon) for dimensjon in DIMENSJONER]


def _table(tellinger: Mapping[str, Telling], dimensjon: str) -> Tabell:
    naa = tellinger["naa"]
    per = {navn: telling.per(dimensjon) for navn, telling in tellinger.items()}
    verdier = sorted({verdi for antall in per.values() for verdi in antall}, key=lambda v: _order(dimensjon, v))
    rader = [
        (label(dimensjon, verdi, naa.telledato), *_cells({navn: antall.get(verdi, 0) for navn, antall in per.items()}))
        for verdi in verdier
    ]
    rader.append((I_ALT, *_cells({navn: telling.antall for navn, telling in tellinger.items()})))
    hoder = [NAVN[dimensjon]]
    for navn, telling in tellinger.items():
        hoder += [_heading(navn, telling), *(["Endring"] if navn != "naa" else [])]
    return Tabell(tittel=TITLER[dimensjon], hoder=tuple(hoder), rader=rader)


def _heading(navn: str, telling: Telling) -> str:
    return f"{NAAR[navn]}, per {telling.telledato:%d.%m.%Y}"


def _order(dimensjon: str, verdi: str) -> tuple[int, str]:
    """Return where a value stands: as in its list, numbers by size, what is not known last."""
    match dimensjon:
        case "status":
            koder = [rad["kode"] for rad in kodeverk.all_rows("kodeverk/ot_status")]
        case "grunn":
            koder = [rad["kode"] for rad in kodeverk.all_rows("kodeverk/tilmeldingsgrunner")]
        case "kjonn":
            koder = list(kjonn.KJONN)
        case _:
            koder = []
    if verdi in koder:
        return koder.index(verdi), verdi
    return (int(verdi) if verdi.lstrip("-").isdigit() else 10**6), verdi


def _cells(antall: Mapping[str, int]) -> list[int | str]:
    celler: list[int | str] = []
    for navn, verdi in antall.items():
        celler += [verdi] if navn == "naa" else [verdi, change_text(verdi, antall["naa"])]
    return celler


def change_text(foer: int, naa: int) -> str:
    """Return a change as a reader wants it: ``+12 (+8 %)``, ``0``, or only the number where there were none."""
    if not foer or naa == foer:
        return _signed(Fraction(naa - foer))
    return f"{_signed(Fraction(naa - foer))} ({_signed(Fraction(PROSENT * (naa - foer), foer))} %)"


def _signed(tall: Fraction) -> str:
    tekst = _number(abs(tall))
    return tekst if tekst == "0" else f"{'+' if tall > 0 else '−'}{tekst}"


def _number(tall: Fraction) -> str:
    """Return a number with at most one decimal, as Norwegians write it."""
    return f"{float(tall):.1f}".removesuffix(".0").replace(".", ",")


def largest(tellinger: Mapping[str, Telling]) -> Tabell:
    """Return the combinations of all five that have changed most since any of the others, largest first."""
    kryss = joined(tellinger)
    endret = [(kryss["naa"] - kryss[navn]).abs() for navn in tellinger if navn != "naa"]
    storst = pd.concat(endret, axis=1).max(axis=1) if endret else pd.Series(0, index=kryss.index)
    rekkefolge = storst[storst > 0].sort_values(ascending=False, kind="stable").index[:MEST_VIST]
    return Tabell(
        tittel="De største endringene, alle fem sammen",
        hoder=_cross_headings(tellinger),
        rader=_cross_rows(kryss.loc[rekkefolge], tellinger),
    )


def as_csv(tellinger: Mapping[str, Telling]) -> bytes:
    """Return every combination with its counts as CSV that Excel opens."""
    tekst = io.StringIO()
    skriver = csv.writer(tekst, delimiter=";", lineterminator="\r\n")
    skriver.writerow(_cross_headings(tellinger))
    skriver.writerows(_cross_rows(joined(tellinger), tellinger))
    return tekst.getvalue().encode("utf-8-sig")


def _cross_headings(tellinger: Mapping[str, Telling]) -> tuple[str, ...]:
    return (*NAVN.values(), *(_heading(navn, telling) for navn, telling in tellinger.items()))


def _cross_rows(kryss: pd.DataFrame, tellinger: Mapping[str, Telling]) -> list[tuple[str | int, ...]]:
    dato = tellinger["naa"].telledato
    return [
        (*(_hidden(d, rad[d], dato) for d in DIMENSJONER), *(int(rad[navn]) for navn in tellinger))
        for rad in kryss.to_dict("records")
    ]


def _hidden(dimensjon: str, verdi: str, dato: date) -> str:
    return label(dimensjon, verdi, dato) if verdi or dimensjon == "kommune" else "alle"
