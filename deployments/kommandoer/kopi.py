"""``backup``, ``restore`` and ``upgrade``: one encrypted file with everything, and what comes of it."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say
from deployments.kopi.bekreftelse import confirm as confirm_home
from deployments.kopi.gjenoppretting import restore as restore_home
from deployments.kopi.oppgradering import upgrade as upgrade_home
from deployments.kopi.sikkerhetskopi import back_up
from tasks import klokke
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil
from tasks.hjem import home

Navn = Annotated[str, Parameter(help="Navnet ditt")]
Tid = Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")]
BEKREFT = "./arshjul restore --confirm --by NAVN"


def backup(
    file: Annotated[Path, Parameter(help="Filen som skal lages, eller mappen den skal ligge i")],
    *,
    by: Navn = "",
    now: Tid = None,
) -> int:
    """Ta en kryptert sikkerhetskopi av alt i hjemmemappen."""
    kopi = back_up(home(), file, by, parse_time(now) or klokke.now())
    say(f"Sikkerhetskopien er tatt og lest tilbake: {kopi.fil} ({kopi.antall} filer).")
    say("Den åpnes med registerets nøkkel. Nøkkelen er ikke med: ta vare på den et annet sted.")
    _tell_left_out(kopi.utelatt)
    return UTGANG_FERDIG


def restore(
    file: Annotated[Path | None, Parameter(help="Sikkerhetskopien")] = None,
    *,
    confirm: Annotated[bool, Parameter(help="Bekreft at denne hjemmemappen er den som gjelder fra nå")] = False,
    by: Navn = "",
    now: Tid = None,
) -> int:
    """Gjenopprett en sikkerhetskopi i en tom hjemmemappe, eller bekreft den som er gjenopprettet eller kopiert."""
    naa = parse_time(now) or klokke.now()
    if (file is None) is not confirm:
        raise BrukerFeil("ÅH-1813")
    if file is None:
        bekreftet = confirm_home(home(), by, naa)
        say("Hjemmemappen er bekreftet, og kan sende igjen.")
        say(f"  SvarUt spørres om {bekreftet.sporres} utsendinger før de eventuelt sendes på nytt.")
        say(f"  {bekreftet.uavklart} utsendinger er uavklart: finn ut om de er sendt, og bruk ./arshjul settle.")
        say(f"  {bekreftet.utlopt} forslag som ventet på godkjenning, er utløpt: kjør radene på nytt.")
        say(f"  {bekreftet.rader} rader kan ha vært kjørt etter at kopien ble tatt: se ./arshjul show avvik.")
        say("Det som er slettet etter at kopien ble tatt, er tilbake: se ./arshjul forget --dry-run.")
        return UTGANG_TRENGER_NOEN if any(bekreftet) else UTGANG_FERDIG
    svar = restore_home(home(), file, naa)
    say(f"{svar.antall} filer er gjenopprettet slik de var {svar.kopi_tid:%d.%m.%Y kl. %H.%M}.")
    _tell_left_out(svar.utelatt)
    if svar.eldre:
        say("Registeret er fra en eldre versjon: kjør ./arshjul upgrade før noe annet.")
    say("Ingenting sendes eller godkjennes før noen har bekreftet at det er denne hjemmemappen som gjelder.")
    say(f"Stopp den gamle hvis den fortsatt finnes, og bekreft med {BEKREFT}.")
    return UTGANG_TRENGER_NOEN


def upgrade(
    file: Annotated[Path | None, Parameter(help="Sikkerhetskopien som tas først; utelatt: ved siden av mappen")] = None,
    *,
    by: Navn = "",
    now: Tid = None,
) -> int:
    """Oppgrader registeret og Prefects database etter at Årshjul er oppgradert. Tar en sikkerhetskopi først."""
    gjort = upgrade_home(home(), file, by, parse_time(now) or klokke.now())
    say(f"Sikkerhetskopien fra før oppgraderingen: {gjort.kopi.fil}")
    say(f"Registeret er oppgradert fra {gjort.register.fra} til {gjort.register.til}. Ingen rader er mistet.")
    return UTGANG_FERDIG


def _tell_left_out(utelatt: tuple[str, ...]) -> None:
    if utelatt:
        say(f"Ikke med i kopien (nøkler, passord og lenker): {', '.join(utelatt)}.")
