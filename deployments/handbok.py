"""The parts of the handbook that are made: a page a row, the year by weeks, the common forms, answers, commands."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from cyclopts import Argument

from deployments.markdown import page, table
from deployments.program import KOMMANDOER, make_app
from deployments.rader import UTEN_RAD, flow_name
from schemas.arshjul import Raddatoer
from tasks import kodeverk
from tasks.arbeid.ark import sheets
from tasks.arshjul import wheel
from tasks.kalender import day_text, short_text, span_text
from tasks.radhjelp import help_of

RADMAPPE: Final = "administrator/rader"
UKE: Final = timedelta(weeks=1)
FARGER: Final = {"hvit": "Innlasting og rapportering", "rosa": "Overføring til Udir", "grønn": "Rådgivernes arbeid"}


def handbook(aar: int) -> dict[str, str]:
    """Return file name under ``docs/`` → the page, with the dates of a year as the example."""
    hjul = wheel(aar)
    return {
        **{f"{RADMAPPE}/{datoer.rad.rad}.md": row_page(datoer) for datoer in hjul},
        "administrator/uker.md": weeks_page(hjul),
        "administrator/felles.md": services_page(),
        "raadgiver/svar.md": answers_page(date(aar, 1, 1)),
        "referanse/kommandoer.md": commands_page(),
    }


def row_page(datoer: Raddatoer) -> str:
    """Return one row's page: what the wheel says, when it is, what to do, and where the calendar disagrees."""
    rad = datoer.rad
    deler = [f"**{rad.plan}**", "", *([rad.merknad, ""] if rad.merknad else [])]
    return page(
        flow_name(rad),
        *deler,
        *table(["Om raden", "Verdi"], _facts(datoer)),
        help_of(rad.rad).markdown(2),
        *_conflicts(datoer),
    )


def _facts(datoer: Raddatoer) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of when a row is, as two columns."""
    rad, aar = datoer.rad, datoer.aar
    yield "Navn", f"`{rad.rad}`"
    yield "Farge", f"{rad.farge}: {FARGER[rad.farge]}"
    if rad.uke:
        yield "Uke", rad.uke
    yield f"I {aar}", span_text(datoer.fra, datoer.til)
    for navn, dato in (("Frist", datoer.frist), ("Andre frist", datoer.ekstra_frist), ("Telledato", datoer.telledato)):
        if dato:
            yield f"{navn} i {aar}", short_text(dato)
    dager = datoer.kjoredatoer
    flere = f"{len(dager)} ganger fra {short_text(dager[0])} til {short_text(dager[-1])}"
    yield f"Kjøres i {aar}", flere if len(dager) > 1 else day_text(dager[0])
    if rad.etter:
        yield "Kjøres etter", f"[{rad.etter}]({rad.etter}.md)"


def _conflicts(datoer: Raddatoer) -> list[str]:
    """Return where wheel and calendar disagree that year, if they do."""
    if not datoer.konflikter:
        return []
    linjer = [f"- {konflikt.tekst} {konflikt.forslag}" for konflikt in datoer.konflikter]
    slik = "Velg datoen som står under [når hjulet og kalenderen er uenige](../kalenderen.md)."
    return [f"## Der hjulet og kalenderen er uenige i {datoer.aar}", "", *linjer, "", slik]


def weeks_page(hjul: Sequence[Raddatoer]) -> str:
    """Return the year week by week: what runs, what goes on, which deadlines there are."""
    aar = hjul[0].aar
    dager = [dag for datoer in hjul for dag in (datoer.fra, *datoer.kjoredatoer, datoer.til)]
    mandag = min(dager) - timedelta(days=min(dager).weekday())
    rader = []
    while mandag <= max(dager):
        rader.append(_week(mandag, hjul))
        mandag += UKE
    return page(
        f"Hva gjør jeg i uke …? ({aar})",
        f"Hver rad har sin side med hva du gjør steg for steg. Datoene her er for {aar}, uten valgene dere har gjort",
        "selv. `./arshjul wheel ÅR` viser et annet år, og hjulets side viser deres egne datoer og hvordan det går.",
        "",
        *table(["Uke", "Dager", "Kjøres", "Pågår", "Frister"], rader),
        "## Alle radene",
        "",
        *(f"- {_link(datoer, flow_name(datoer.rad))}" for datoer in hjul),
    )


def _week(mandag: date, hjul: Sequence[Raddatoer]) -> list[str]:
    """Return one week of the year as a table row."""
    sondag = mandag + UKE - timedelta(days=1)

    def within(dag: date | None) -> bool:
        return dag is not None and mandag <= dag <= sondag

    kjores = [datoer for datoer in hjul if any(map(within, datoer.kjoredatoer))]
    pagar = [d for d in hjul if d not in kjores and d.rad.rytme_uker and d.fra <= sondag and d.sesongslutt >= mandag]
    frister = [
        f"{short_text(dag)}: {navn} {_link(datoer)}"
        for datoer in hjul
        for navn, dag in (("frist", datoer.frist), ("frist", datoer.ekstra_frist), ("telledato", datoer.telledato))
        if dag is not None and within(dag)
    ]
    celler = ("<br>".join(map(_link, kjores)), "<br>".join(map(_link, pagar)), "<br>".join(frister))
    aar, uke, _ = mandag.isocalendar()
    return [str(uke) if aar == hjul[0].aar else f"{uke} i {aar}", span_text(mandag, sondag), *celler]


def _link(datoer: Raddatoer, tekst: str = "") -> str:
    return f"[{tekst or datoer.rad.rad}](rader/{datoer.rad.rad}.md)"


def services_page() -> str:
    """Return the page of the routines that serve every row."""
    deler = [f"## {navn}\n\n{help_of(flyt).markdown(3)}" for flyt, navn in UTEN_RAD.items()]
    return page(
        "Det som gjelder alle radene (95–99)",
        "Disse står etter radene i Prefect. De går aldri av seg selv: du starter dem når du trenger dem.",
        "",
        *deler,
    )


def answers_page(dato: date) -> str:
    """Return the sheets of the worklists with every answer that can be chosen, as the lists of ``dato`` have them."""
    linjer = []
    for ark in sheets(dato).values():
        valg = [rad for rad in kodeverk.valid_on("regler/arbeidssvar", dato) if rad["ark"] == ark.navn]
        navn = {kolonne.navn: kolonne.overskrift for kolonne in ark.kolonner}
        svar = (
            [
                rad["tekst"],
                ", ".join(navn[felt] for felt in rad["krever"].split()),
                "går ut av listen" if rad["lukker"] == "ja" else "blir stående",
                rad["kontakt"],
            ]
            for rad in valg
        )
        linjer += [f"## {ark.tittel}", "", ark.forklaring, ""]
        linjer += table(["Svar", "Må også fylles ut", "Oppgaven", "Regnes som kontakt"], svar)
    return page(
        "Svarene på hvert ark",
        "Hvert ark i arbeidslisten har sin liste med svar. Velg i listen i cellen «Svar», og fyll ut det som må",
        "fylles ut. Mangler noe, kommer raden tilbake øverst i den neste listen din, med grunnen i «Må rettes».",
        "",
        *linjer,
    )


def commands_page() -> str:
    """Return every command with what it takes, as the program itself describes them."""
    return page(
        "Kommandoer",
        "`--home MAPPE` velger hjemmemappe og kan stå hvor som helst. `RAD` er radens nummer eller hele navnet.",
        "`./arshjul test` kjører alle tester.",
        "",
        *(linje for navn, (_, hjelp) in KOMMANDOER.items() for linje in _command(navn, hjelp)),
    )


def _command(navn: str, hjelp: str) -> list[str]:
    argumenter = make_app()[navn].assemble_argument_collection()
    rader = [[_shown(enkelt), enkelt.parameter.help or "", "ja" if enkelt.required else ""] for enkelt in argumenter]
    return [f"## {navn}", "", f"{hjelp}.", "", *(table(["Skriv", "Hva", "Må være med"], rader) if rader else [])]


def _shown(argument: Argument) -> str:
    """Return what is written for an argument: its place in capitals, or its options (both, where one must choose)."""
    if argument.field_info.kind in (argument.field_info.POSITIONAL_ONLY, argument.field_info.POSITIONAL_OR_KEYWORD):
        return f"`{argument.names[0].removeprefix('--').upper()}`"
    navn = argument.names if argument.field_info.default is None else argument.names[:1]
    return ", ".join(f"`{enkelt}`" for enkelt in _kept(navn))


def _kept(navn: Iterable[str]) -> list[str]:
    return [enkelt for enkelt in navn if not enkelt.startswith("--no-")]
