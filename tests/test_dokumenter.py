"""What the documents say can be done: every link, command, code, setting, view and file in them exists."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from deployments import dokumentasjon
from deployments.nasjonal.tabell import Drift
from deployments.program import KOMMANDOER, UTVIKLING, _take_home, make_app
from schemas.innstillinger import Innstillinger
from tasks import visninger
from tasks.arshjul import read_wheel
from tasks.feil import messages
from tasks.filer import ROT
from tests.bevis import BEVIS

DOCS = ROT / "docs"
ANDRE = (ROT / "README.md", ROT / "CHANGELOG.md")
GJERDE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
KODEORD = re.compile(r"`([^`\n]+)`")
KOMMANDO = "./arshjul"
NEVNT_KOMMANDO = re.compile(r"\./arshjul (?:--home \S+ )?([a-z]+)")
KODE = re.compile(r"ÅH-\d{4}")
TABELL = re.compile(r"\[\[?([a-z_.A-Z]+)\]\]?")
STI = re.compile(r"(?:data|deployments|docs|flows|schemas|tasks|tests)/[\w./-]+")
LENKE = re.compile(r"\]\((?!https?:)([^)#\s]+)")
FREMMED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=["']?(?:https?:)?//""")
PLASSHOLDER = re.compile(r"[A-ZÆØÅ_]+")


def documents() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def fences(tekst: str, *sprak: str) -> Iterator[str]:
    yield from (innhold for ord_, innhold in GJERDE.findall(tekst) if ord_ in sprak)


def code_words(tekst: str) -> list[str]:
    return KODEORD.findall(GJERDE.sub("", tekst))


def commands(tekst: str) -> list[str]:
    """What stands as a whole command: in a fence of its own line, or between backticks."""
    linjer = [linje.partition("  #")[0] for blokk in fences(tekst, "") for linje in blokk.splitlines()]
    return [ord_.strip() for ord_ in (*linjer, *code_words(tekst)) if ord_.strip().startswith(f"{KOMMANDO} ")]


def filled_in(ord_: str) -> str:
    """A word that stands for something, as something of its kind."""
    if ord_ in {"ÅR", "YEAR", "NUMMER"}:
        return "2026"
    return "x" if PLASSHOLDER.fullmatch(ord_) else ord_


def refused(kommando: str) -> str:
    """Why the program cannot read a command, blank where it can."""
    ordene, _ = _take_home([filled_in(ord_) for ord_ in shlex.split(kommando.removeprefix(KOMMANDO))])
    if ordene[0] == "prove":
        return "" if {*ordene[1:]} <= {*BEVIS, "x", "--short"} else "beviset finnes ikke"
    if ordene[0] in UTVIKLING or ordene[0] == "--help":
        return ""
    if ordene[0] not in KOMMANDOER:
        return "kommandoen finnes ikke"
    try:
        make_app().parse_args(ordene, exit_on_error=False, print_error=False)
    except CycloptsError as feil:
        return type(feil).__name__
    return "" if ordene[0] != "show" or ordene[1] in (*visninger.names(), "x") else "visningen finnes ikke"


@pytest.mark.parametrize("sti", [*documents(), *ANDRE], ids=lambda sti: sti.relative_to(ROT).as_posix())
def test_every_command_in_the_document_can_be_read_by_the_program(sti: Path) -> None:
    feil = {kommando: refused(kommando) for kommando in commands(sti.read_text("utf-8"))}
    assert {kommando: grunn for kommando, grunn in feil.items() if grunn} == {}


def test_a_command_that_is_misspelt_lacks_something_or_shows_nothing_is_found() -> None:
    gale = [
        "./arshjul rnu 5",
        "./arshjul prove intet",
        "./arshjul run 5",
        "./arshjul run 5 --yaer 2026",
        "./arshjul show oppgave",
    ]
    assert all(map(refused, gale))
    assert not any(map(refused, ["./arshjul run RAD --year ÅR", "./arshjul show VISNING", "./arshjul --home X send"]))
    tekst = "Kjør `./arshjul send` og\n\n```\n./arshjul stop ID   # hvorfor\n```\n"
    assert commands(tekst) == ["./arshjul stop ID", "./arshjul send"]


def test_every_command_mentioned_anywhere_exists() -> None:
    kjente = {*KOMMANDOER, *UTVIKLING}
    nevnt = {
        (sti.name, ord_) for sti in (*documents(), *ANDRE) for ord_ in NEVNT_KOMMANDO.findall(sti.read_text("utf-8"))
    }
    assert {enkelt for enkelt in nevnt if enkelt[1] not in kjente} == set()


def test_every_code_in_the_documents_has_its_message() -> None:
    kjente = messages().keys() | dokumentasjon.UTENOM_TABELLEN.keys()
    brukt = {kode for sti in (*documents(), *ANDRE) for kode in KODE.findall(sti.read_text("utf-8"))}
    assert brukt - kjente == set()


def settings() -> dict:
    return Innstillinger.model_json_schema()


def within(skjema: dict, felt: str) -> dict | None:
    """What the settings have under a name, or None; a table of names of the county's own takes any."""
    grener = [skjema, *skjema.get("anyOf", [])]
    for gren in grener:
        hel = settings()["$defs"][gren["$ref"].rpartition("/")[2]] if "$ref" in gren else gren
        if "items" in hel:
            return within(hel["items"], felt)
        if felt in hel.get("properties", {}):
            return hel["properties"][felt]
        if isinstance(hel.get("additionalProperties"), dict):
            return hel["additionalProperties"]
    return None


def unknown(verdi: object, skjema: dict, sted: str = "") -> Iterator[str]:
    """Every key of a table that the settings do not have, by its path."""
    for enkelt in verdi if isinstance(verdi, list) else [verdi]:
        for felt, under in enkelt.items() if isinstance(enkelt, dict) else ():
            funnet = within(skjema, felt)
            if funnet is None:
                yield f"{sted}{felt}"
            else:
                yield from unknown(under, funnet, f"{sted}{felt}.")


def table_exists(navn: str) -> bool:
    skjema: dict | None = settings()
    for del_ in navn.split("."):
        skjema = within(skjema, del_) if skjema else None
    return skjema is not None


@pytest.mark.parametrize("sti", documents(), ids=lambda sti: sti.relative_to(DOCS).as_posix())
def test_every_setting_in_the_document_exists(sti: Path) -> None:
    tekst = sti.read_text("utf-8")
    nevnt = {navn for ord_ in code_words(tekst) for navn in TABELL.findall(ord_) if ord_.startswith("[")}
    assert {navn for navn in nevnt if not table_exists(navn)} == set()
    blokker = [tomllib.loads(blokk) for blokk in fences(tekst, "toml")]
    assert [felt for blokk in blokker if not of_operator(blokk) for felt in unknown(blokk, settings())] == []


def of_operator(blokk: dict) -> bool:
    """Whether an example is an operator's table of counties, which is then read as one."""
    return isinstance(blokk.get("fylke"), list) and bool(Drift.model_validate(blokk).fylker)


def test_every_setting_in_a_message_exists() -> None:
    nevnt = {navn for _, gjor in messages().values() for navn in TABELL.findall(gjor)}
    assert {navn for navn in nevnt if not table_exists(navn)} == set()
    assert {"radvalg", "arkiv"} <= nevnt


def test_a_setting_that_does_not_exist_is_found() -> None:
    galt = tomllib.loads(
        '[epost]\ntjenre = "x"\n[[radgivere.fravaer]]\nfraa = 2026-01-01\n[kanalgrenser.sms]\nper_aar = 1'
    )
    assert list(unknown(galt, settings())) == ["epost.tjenre", "radgivere.fravaer.fraa", "kanalgrenser.sms.per_aar"]
    assert not table_exists("epsot")
    assert table_exists("overskrifter.FORMAT")


@pytest.mark.parametrize("sti", documents(), ids=lambda sti: sti.relative_to(DOCS).as_posix())
def test_every_file_of_ours_in_the_document_exists(sti: Path) -> None:
    stier = {navn for ord_ in code_words(sti.read_text("utf-8")) for navn in STI.findall(ord_) if ord_.startswith(navn)}
    assert {navn for navn in stier if "NAVN" not in navn and not _is_here(navn)} == set()


def _is_here(navn: str) -> bool:
    """Whether it is a file or folder of the project's, or begins the names of some: ``test_maaling_*.py``."""
    return any(ROT.glob(f"{navn.rstrip('/')}*"))


def test_every_document_that_is_linked_to_or_named_outside_exists() -> None:
    lenker = {(sti.name, lenke) for sti in ANDRE for lenke in LENKE.findall(sti.read_text("utf-8"))}
    nevnt = {
        (sti.name, navn)
        for sti in (*ANDRE, *(ROT / "data").glob("*.csv"), *(ROT / "data").glob("formater/*.toml"))
        for navn in re.findall(r"docs/[\w./-]+\.md", sti.read_text("utf-8"))
    }
    assert {enkelt for enkelt in lenker | nevnt if not (ROT / enkelt[1]).exists()} == set()


def test_every_row_has_its_page_in_the_menu() -> None:
    meny = (ROT / "mkdocs.yml").read_text("utf-8")
    sider = [f"administrator/rader/{rad.rad}.md" for rad in read_wheel()]
    assert re.findall(r"administrator/rader/\S+", meny) == sider


@pytest.fixture(scope="module")
def nettsted(tmp_path_factory) -> Path:
    """The whole site, built as strictly as it can be: a link, heading or page that is not there stops it."""
    mappe = tmp_path_factory.mktemp("nettsted")
    kommando = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(mappe)]
    miljo = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ferdig = subprocess.run(kommando, cwd=ROT, env=miljo, capture_output=True, text=True, check=False)
    assert ferdig.returncode == 0, ferdig.stderr
    return mappe


def test_the_site_has_every_document(nettsted: Path) -> None:
    sider = {sti.relative_to(DOCS).with_suffix(".html") for sti in documents()}
    assert {side for side in sider if not (nettsted / side).is_file()} == set()


def test_the_site_fetches_nothing_from_the_net(nettsted: Path) -> None:
    sider = {sti: sti.read_text("utf-8") for sti in nettsted.rglob("*.html")}
    assert [sti.name for sti, tekst in sider.items() if FREMMED.search(tekst)] == []
    stiler = [sti.read_text("utf-8") for sti in nettsted.rglob("*.css")]
    assert not any(re.search(r"url\(['\"]?(https?:)?//|@import", tekst) for tekst in stiler)
    # The theme's script fetches a drawing library where a page has such a drawing.
    assert not any("mermaid" in tekst for tekst in sider.values())


def test_the_site_speaks_norwegian_and_can_be_searched(nettsted: Path) -> None:
    assert '<html lang="nb"' in (nettsted / "index.html").read_text("utf-8")
    indeks = (nettsted / "search" / "search_index.json").read_text("utf-8")
    assert '"no"' in indeks
    assert "skjermede" in indeks


def test_a_script_from_elsewhere_would_be_found() -> None:
    assert FREMMED.search('<script src="https://example.no/x.js">')
    assert FREMMED.search('<link rel="stylesheet" href="//example.no/x.css">')
    assert not FREMMED.search('<a href="https://example.no/">')
