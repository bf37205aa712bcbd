"""Documentation made from what the program is made of: reference, the made parts of the handbook, the wheel's picture.

``python -m deployments.dokumentasjon`` writes the files in ``docs/``; a test fails where one is not what would be
written. The same tables, schemas and SQL give the same bytes: no date and nothing of a machine is in them.
"""

import csv
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pandera.pandas as pa

from deployments.handbok import handbook
from deployments.markdown import page, table
from schemas.format import Filformat
from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks import hjultegning, visninger
from tasks.arshjul import wheel
from tasks.feil import messages
from tasks.filer import DATA, ROT
from tasks.formater import formats
from tasks.hjem import Hjem
from tasks.register.nokkel import make_key_file

DOCS: Final = ROT / "docs"
HJULAAR: Final = 2026
GRUNNLAG: Final = ("hjemmel", "vedtak", "sist_kontrollert")
STATUS: Final = {"antatt": "«antatt format»", "dokumentert": "dokumentert"}
UTENOM_TABELLEN: Final = {
    "ÅH-0001": ("Python mangler, er for gammel, eller installasjonen stoppet.", "Gjør det meldingen sier."),
    "ÅH-0003": ("Feil i programmet. Raden som stoppet, har ikke endret registeret.", "Meld fra til den som drifter."),
}
"""Messages that are said before the table can be read, or when it must not be trusted."""
MELDINGSGRUPPER: Final = {
    "00": "Programmet selv",
    "10": "Kommandolinjen",
    "11": "Innstillingene",
    "12": "Rader, år, visninger og kommandoer",
    "13": "Registeret og nøkkelen",
    "14": "Forslag og utsending",
    "15": "Brev og e-post",
    "16": "KRR og VIGO OT",
    "17": "Prefect",
    "18": "Målinger, sikkerhetskopi, revisjon, innsyn og sletting",
    "20": "Filer som ikke kan brukes",
    "21": "Rader som settes til side",
    "22": "Rettelser og kodetabeller",
    "23": "Arbeidsbøker fra karantenen",
    "24": "Leveranser og angring",
    "25": "Arbeidslister som kommer tilbake",
    "30": "Avvik en kjøring finner",
    "31": "Avvik om status, overføringer og rådgivernes arbeid",
}


def read_table(navn: str) -> list[dict[str, str]]:
    """Return the rows of ``data/NAVN.csv``, in the file's order."""
    with (DATA / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))


def documents() -> dict[str, str]:
    """Return file name under ``docs/`` → its whole text."""
    return {
        "referanse/ordliste.md": glossary(read_table("ordliste")),
        "referanse/datakatalog.md": catalogue(),
        "referanse/meldinger.md": message_list(messages() | UTENOM_TABELLEN),
        f"arshjul-{HJULAAR}.svg": hjultegning.draw(wheel(HJULAAR), HJULAAR),
        **handbook(HJULAAR),
    }


def write(mappe: Path = DOCS) -> list[Path]:
    """Write every document and return where they are."""
    stier = []
    for navn, tekst in documents().items():
        sti = mappe / navn
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_text(tekst, encoding="utf-8", newline="\n")
        stier.append(sti)
    return stier


def glossary(rader: Sequence[dict[str, str]]) -> str:
    """Return the glossary: term, what it means, the English word in code, and where it is from."""
    return page(
        "Ordliste",
        "Ordene i kolonner, koder, filer og meldinger. Koden er på engelsk med fagets egne ord på norsk (i navn på",
        "kolonner og filer uten æ, ø og å). «Fylkets seed» er fylkets eget årshjul og omtale av tjenesten, som",
        "programmet er laget etter. «Prosjektets eget ord» er et ord Årshjul har valgt selv.",
        "",
        *table(
            ["Ord", "Hva det betyr", "Engelsk", "Kilde"],
            ([f"**{rad['term']}**", rad["forklaring"], rad["engelsk"], rad["kilde"]] for rad in rader),
        ),
    )


def message_list(meldinger: dict[str, tuple[str, str]]) -> str:
    """Return every code with what it means and what to do, grouped by its first two digits."""
    linjer = [
        "Alle koder Årshjul kan vise. *Ord i kursiv* fylles ut med navn på filer, rader og kolonner eller med antall,",
        "aldri med opplysninger om en person. Koder på 10–20 stopper kommandoen (utgangskode 2), men koder på 15 under",
        "en utsending avviser bare den ene tingen. Koder på 21 setter en rad til side uten å stoppe de andre. Koder på",
        "30 er avvik (utgangskode 1). ÅH-0003 har utgangskode 3.",
        "",
    ]
    for gruppe, navn in MELDINGSGRUPPER.items():
        mine = sorted(kode for kode in meldinger if kode[3:5] == gruppe)
        rader = ([kode, *(_placeholders(tekst) for tekst in meldinger[kode])] for kode in mine)
        linjer += [f"## {navn}", "", *table(["Kode", "Hva", "Hva du gjør"], rader)]
    return page("Meldinger", *linjer)


def _placeholders(tekst: str) -> str:
    return re.sub(r"\{(\w+)\}", r"*\1*", tekst)


def catalogue() -> str:
    """Return the data catalogue: files in, views, the file out, code lists and rules."""
    return page(
        "Datakatalog",
        "Alt som kommer inn, finnes i registeret og går ut. «Antatt format» betyr at oppsettet ikke er funnet",
        "publisert: det er prosjektets eget, og fylket endrer det i filen som er nevnt. Kodene er forklart i",
        "[meldinger.md](meldinger.md), ordene i [ordliste.md](ordliste.md).",
        "",
        "## Filer inn",
        "",
        *(linje for format_ in formats().values() for linje in input_format(format_)),
        "## Visninger",
        "",
        "Vises med `./arshjul show NAVN`. Kolonner merket **P** er bare med når `--persondata` er gitt. Det skrives i",
        "revisjonsloggen.",
        "",
        *(linje for navn, kolonner in view_columns().items() for linje in _view(navn, kolonner)),
        "## Fil ut: overføringen til Udir",
        "",
        *_deliveries(),
        "## Kodeverk og regler",
        "",
        "Hver rad har en hjemmel eller et vedtak, og dagen den sist ble kontrollert. Endringer er nye rader.",
        "",
        *(linje for navn in dated_lists() for linje in code_list(navn)),
    )


def input_format(format_: Filformat) -> list[str]:
    """Return a format's part of the catalogue; descriptions and checks are the pandera schema's own."""
    skjema = SKJEMAER[format_.navn](Kontrollgrunnlag())
    rader = [
        [
            kolonne.overskrift,
            f"`{kolonne.navn}`",
            "ja" if kolonne.pakrevd else "",
            "ja" if kolonne.persondata else "",
            skjema.columns[kolonne.navn].description or "",
            ", ".join(check_codes(skjema.columns[kolonne.navn])),
        ]
        for kolonne in format_.kolonner
    ]
    return [
        f"### {format_.navn}",
        "",
        f"{format_.beskrivelse}. Status: **{STATUS[format_.status]}**. {format_.kilde}",
        "",
        f"Filnavn: {format_.filnavn}. Datoer: `{format_.datoformat}`.",
        *_csv_form(format_),
        f"Formatet står i `data/formater/{format_.navn}.toml`.",
        "",
        *table(["Overskrift", "Vårt navn", "Må finnes", "Persondata", "Hva", "Kontroller"], rader),
    ]


def _csv_form(format_: Filformat) -> list[str]:
    """Return how a CSV file of the format is written, where it may be one."""
    if "csv" not in format_.typer:
        return []
    tegnsett = ", ".join(format_.tegnsett)
    return [f"CSV: skilletegn `{format_.skilletegn}`; tegnsett {tegnsett}, prøvd strengt i den rekkefølgen."]


def check_codes(kolonne: pa.Column) -> list[str]:
    """Return the codes of a column's checks, each once, in the order they are run."""
    return list(dict.fromkeys(str(sjekk.name) for sjekk in kolonne.checks))


def view_columns() -> dict[str, list[str]]:
    """Return each view's columns, persons' too, as an empty register of today's program gives them."""
    with TemporaryDirectory() as mappe:
        hjem = Hjem(Path(mappe))
        make_key_file(hjem.mappe)
        return {
            navn: list(visninger.show(hjem, navn, persondata_for="dokumentasjon").columns) for navn in visninger.names()
        }


def descriptions() -> dict[tuple[str, str], str]:
    """Return (view or delivery, column) → description."""
    return {(rad["visning"], rad["kolonne"]): rad["beskrivelse"] for rad in read_table("visninger")}


def _view(navn: str, kolonner: Sequence[str]) -> list[str]:
    beskrevet = descriptions()
    person = visninger.PERSONKOLONNER.get(navn, [])
    rader = ([f"`{k}`", "**P**" if k in person else "", beskrevet[navn, k]] for k in kolonner)
    return [f"### {navn}", "", *table(["Kolonne", "", "Hva"], rader)]


def delivery_formats() -> list[dict[str, Any]]:
    """Return the formats of what is handed over, as ``data/leveranser/`` declares them."""
    return [tomllib.loads(sti.read_text("utf-8")) for sti in sorted((DATA / "leveranser").glob("*.toml"))]


def _deliveries() -> list[str]:
    beskrevet = descriptions()
    linjer = []
    for format_ in delivery_formats():
        navn, linjeskift = format_["navn"], {"\r\n": "CRLF", "\n": "LF"}[format_["linjeskift"]]
        rader = [[k["overskrift"], f"`{k['navn']}`", beskrevet[navn, k["navn"]]] for k in format_["kolonner"]]
        linjer += [
            f"### {navn}",
            "",
            f"Status: **{STATUS[format_['status']]}**, versjon {format_['versjon']}.",
            "",
            f"Filnavn `{format_['filnavn']}{format_['filnavn_slutt']}`, skilletegn `{format_['skilletegn']}`,",
            f"tegnsett {format_['tegnsett']}, linjeskift {linjeskift}. Formatet står i `data/leveranser/{navn}.toml`.",
            format_["om"],
            "",
            *table(["Overskrift", "Vårt navn", "Hva"], rader),
        ]
    return linjer


def dated_lists() -> list[str]:
    """Return the names of the code lists and rules that are tables or files of their own."""
    stier = sorted(sti for mappe in ("kodeverk", "regler") for sti in (DATA / mappe).iterdir())
    return [sti.relative_to(DATA).as_posix() for sti in stier if sti.suffix in {".csv", ".toml"}]


def code_list(navn: str) -> list[str]:
    """Return a list's part of the catalogue; what all its rows have in common is said once, above them."""
    linjer = [f"### {navn}", ""]
    if navn.endswith(".toml"):
        kommentar = [linje[1:].strip() for linje in (DATA / navn).read_text("utf-8").splitlines() if linje[:1] == "#"]
        verdier = tomllib.loads((DATA / navn).read_text("utf-8")).items()
        return [*linjer, " ".join(kommentar), "", *table(["Felt", "Verdi"], ([k, _value(v)] for k, v in verdier))]
    rader = read_table(navn.removesuffix(".csv"))
    felles = {felt: rader[0][felt] for felt in GRUNNLAG if len({rad[felt] for rad in rader}) == 1}
    kolonner = [felt for felt in rader[0] if felt not in felles]
    grunnlag = ". ".join(f"{felt.replace('_', ' ').capitalize()}: {verdi}" for felt, verdi in felles.items() if verdi)
    linjer += [f"{grunnlag}.", ""] if grunnlag else []
    return [*linjer, *table(kolonner, ([rad[felt] for felt in kolonner] for rad in rader))]


def _value(verdi: object) -> str:
    return ", ".join(map(str, verdi)) if isinstance(verdi, list) else str(verdi)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{sti.relative_to(ROT)}\n" for sti in write()))
