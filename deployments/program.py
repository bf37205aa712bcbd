"""The command line: commands in English, everything they say in bokmål, no traceback ever shown.

Exit codes: 0 done, 1 done and something needs a person, 2 refused, 3 a fault in the program.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from cyclopts import App, CycloptsError, Group, Parameter
from cyclopts.exceptions import (
    CoercionError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from deployments.miljo import prepare
from tasks.disk import refusal
from tasks.feil import UTGANG_AVVIST, UTGANG_FERDIG, UTGANG_PROGRAMFEIL, ArshjulFeil, BrukerFeil
from tasks.filer import ROT
from tasks.hjem import INNSTILLINGER, MILJOVARIABEL, home
from tasks.klokke import now
from tasks.sted import place_of

KOMMANDOER: Final = {
    "start": ("start:start", "Start Prefect med alle radene i årshjulet"),
    "demo": ("demo:demo", "Lag en syntetisk fylkeskommune i en tom hjemmemappe"),
    "replay": ("avspilling:replay", "Spill av demofylkeskommunens år"),
    "run": ("kjore:run", "Kjør en rad nå, for eksempel etter en rettelse"),
    "wheel": ("hjul:wheel", "Vis radenes datoer i et år, med alle konflikter"),
    "inspect": ("inspeksjon:inspect", "Vurder en fil uten å laste noe"),
    "pending": ("forslag:pending", "Vis forslagene som venter"),
    "approve": ("forslag:approve", "Godkjenn et forslag"),
    "reject": ("forslag:reject", "Avvis et forslag"),
    "stop": ("forslag:stop", "Stopp et forslag som er godkjent eller holder på å sendes"),
    "send": ("forslag:send", "Send det som er godkjent"),
    "receipts": ("forslag:receipts", "Hent kvitteringene for det som er sendt"),
    "settle": ("forslag:settle", "Avgjør en utsending som er uavklart"),
    "correct": ("rette:correct", "Bruk rettelsene av opplysninger som ligger i innboks"),
    "undo": ("angre:undo", "Ta en innlasting tilbake"),
    "forget": ("sletting:forget", "Slett det som er over oppbevaringsfristen"),
    "show": ("vise:show", "Vis en del av registeret"),
    "access": ("innsyn:access", "Skriv ut alt som er lagret om en ungdom"),
    "figures": ("nokkeltall:figures", "Lag siden med nøkkeltallene, og det som kan gis ut"),
    "backup": ("kopi:backup", "Ta en kryptert sikkerhetskopi av alt"),
    "restore": ("kopi:restore", "Gjenopprett en sikkerhetskopi, eller bekreft en kopi"),
    "upgrade": ("kopi:upgrade", "Oppgrader registeret etter at Årshjul er oppgradert"),
    "counties": ("fylker:counties", "Drift av mange fylker: tjeneren, arbeiderne og dørene"),
    "doctor": ("doktor:doctor", "Se etter feil, og hva som må gjøres med dem"),
    "bench": ("maal:bench", "Mål farten"),
}
UTEN_HJEM: Final = ("wheel", "doctor")
ENDRER: Final = frozenset({
    "run", "replay", "approve", "reject", "stop", "send", "receipts", "settle", "correct", "undo", "forget", "restore",
    "upgrade",
})  # fmt: skip
"""The commands after which the wheel's page is made anew, refused or not."""
UTVIKLING: Final = {"test": "pytest", "prove": "tests.bevis"}
"""The commands that become another program, and its module: all tests, and the proofs."""
GRUNNER: Final = {
    MissingArgumentError: "noe mangler etter kommandoen",
    UnknownOptionError: "et av valgene finnes ikke",
    UnknownCommandError: "kommandoen finnes ikke",
    UnusedCliTokensError: "det står noe for mye etter kommandoen",
    CoercionError: "en verdi har feil form",
}


def make_app() -> App:
    """Return the program with its commands, each imported when it is used."""
    app = App(
        name="arshjul",
        help="Årshjul for oppfølgingstjenesten: kjører årshjulets rader, og spør før noe sendes.\n\n"
        "Bruk: `./arshjul [--home MAPPE] KOMMANDO [VALG]`. `--home MAPPE` velger hjemmemappe for alle kommandoer. "
        "`test` kjører alle tester, `prove` bevisene.",
        help_format="markdown",
        usage="",
        group_commands=Group("Kommandoer"),
        group_parameters=Group("Valg"),
        group_arguments=Group("Argumenter"),
        version_flags=[],
        default_parameter=Parameter(show_default=False, show_choices=False, negative=""),
    )
    for navn, (sted, hjelp) in KOMMANDOER.items():
        app.command(f"deployments.kommandoer.{sted}", name=navn, help=hjelp, usage="")
    app["--help"].help = "Vis denne hjelpen"
    return app


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    ord_, hjem = _take_home(list(argv))
    # Whole, since what we start works from another folder.
    os.environ[MILJOVARIABEL] = str(home(Path(hjem) if hjem else None).mappe)
    if ord_ and ord_[0] in UTVIKLING:
        _become(UTVIKLING[ord_[0]], ord_[1:])
    try:
        prepare(home().mappe, bruker_hjemmet=bool(ord_) and ord_[0] in KOMMANDOER and ord_[0] not in UTEN_HJEM)
        return _then_show(ord_)
    except BrukerFeil as feil:
        refused = feil
    except KeyboardInterrupt:
        return UTGANG_AVVIST
    except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
        nei = None if isinstance(feil, ArshjulFeil) else refusal(feil, home().mappe)
        if nei is None:
            hva = str(feil) if isinstance(feil, ArshjulFeil) else place_of(feil)
            _say(f"ÅH-0003 Feil i programmet: {hva}. Meld fra til den som drifter Årshjul.")
            return UTGANG_PROGRAMFEIL
        refused = nei
    if "--json" in ord_:
        svar = {"utfall": "avvist", "kode": refused.kode, "tekst": refused.tekst, "gjor": refused.gjor}
        sys.stdout.write(json.dumps(svar, ensure_ascii=False) + "\n")
    _say(str(refused))
    return UTGANG_AVVIST


def _become(modul: str, ord_: list[str]) -> NoReturn:
    """Become a program for developers, with a Prefect home of the environment's own."""
    prepare(Path(sys.prefix) / "test")
    os.chdir(ROT)
    os.execv(sys.executable, [sys.executable, "-m", modul, *ord_])  # noqa: S606 our own interpreter


def _then_show(ord_: list[str]) -> int:
    """Run the command, and make the wheel's page anew where something may have happened."""
    try:
        return _command(ord_)
    finally:
        if ord_[:1] and ord_[0] in ENDRER and (home().mappe / INNSTILLINGER).is_file():
            # Imported here: it takes longer than most commands do.
            from tasks.hjul.side import refresh  # noqa: PLC0415

            refresh(home(), now())


def _command(ord_: list[str]) -> int:
    try:
        utgang = make_app()(ord_, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as feil:
        grunn = next((tekst for type_, tekst in GRUNNER.items() if isinstance(feil, type_)), "den har feil form")
    else:
        return utgang if isinstance(utgang, int) else UTGANG_FERDIG
    raise BrukerFeil("ÅH-1001", grunn=grunn)


def _take_home(ord_: list[str]) -> tuple[list[str], str | None]:
    """Take ``--home DIR`` out of the words, wherever it stands."""
    rest, hjem = [], None
    ordene = iter(ord_)
    for enkelt in ordene:
        if enkelt == "--home":
            hjem = next(ordene, None)
        elif enkelt.startswith("--home="):
            hjem = enkelt.partition("=")[2]
        else:
            rest.append(enkelt)
    return rest, hjem


def _say(tekst: str) -> None:
    sys.stderr.write(tekst + "\n")
