"""What Prefect shows of a run to the person who looks there: a summary with links, the wheel, why it stopped, its name.

Counts, codes and row names only. The pages are kept current here too, while someone can open them.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from schemas.kjoring import GODTA, KJOR, Hoppet, Kjoreresultat, Kjorevalg
from schemas.verdier import Utfall
from tasks import hjultegning, klokke, sider
from tasks.feil import ArshjulFeil, BrukerFeil, messages
from tasks.hjem import Hjem, home
from tasks.hjul import side
from tasks.hjul.lenker import Lenker, links
from tasks.hjul.spilling import played_now
from tasks.hjul.tilstand import states

HJULNOKKEL: Final = "arshjulet"
STOPPNOKKEL: Final = "stoppet"


class Resultat(Protocol):
    """What a routine answers: counts that can be shown."""

    @property
    def artefakt(self) -> str:
        """The key of the artifact that shows it."""

    def oppsummering(self) -> str:
        """Return it as Markdown."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """Return it as JSON values."""


def show(resultat: Resultat) -> None:
    """Show what the flow run under way answered, and give it a name that says year, row and generation."""
    hjem = home()
    tekst = resultat.oppsummering()
    if isinstance(resultat, Kjoreresultat):
        tekst += _section("Lenker", _links(resultat, links(hjem)))
    create_markdown_artifact(tekst, key=resultat.artefakt, description="Oppsummering")
    if sider.are_served():
        if isinstance(resultat, Kjoreresultat | Hoppet):
            _rename(resultat)
        _keep_current(hjem)


def show_stop(valgene: Sequence[object], feil: ArshjulFeil) -> None:
    """Show why the flow run under way came to nothing, and what to do, in words that name nobody."""
    hjem = home()
    tekst, gjor = (feil.tekst, feil.gjor) if isinstance(feil, BrukerFeil) else messages()["ÅH-3150"]
    kode = feil.kode if isinstance(feil, BrukerFeil) else "ÅH-3150"
    lenker = []
    for valg in valgene:
        if not isinstance(valg, Kjorevalg):
            continue
        lenkene, godta = links(hjem), isinstance(feil, BrukerFeil) and "godta" in feil.deler
        lenker += _link("Kjør raden på nytt", lenkene.form(valg.rad, _again(valg, KJOR)))
        lenker += _link("Godta leveransen og kjør", lenkene.form(valg.rad, _again(valg, GODTA))) if godta else []
    lenker += _pages()
    markdown = f"# Stoppet: {kode}\n\n**{tekst.format(sted=feil)}**\n\n## Hva du gjør\n\n{gjor}\n\n"
    create_markdown_artifact(markdown + _section("Lenker", lenker), key=STOPPNOKKEL, description="Hvorfor den stoppet")
    if sider.are_served():
        _keep_current(hjem)


def _again(valg: Kjorevalg, gjor: str) -> dict[str, str | int | bool]:
    return {"gjor": gjor, "aar": valg.aar, "annet_aar": valg.annet_aar, "av": ""}


def _links(resultat: Kjoreresultat, lenker: Lenker) -> list[str]:
    """Return where to go on from a run's answer."""
    i_aar = klokke.local_date(klokke.now()).year
    linjer = []
    if resultat.kjoring_id is None:
        linjer += _link("Kjør nå, slik det er vist her", lenker.row_form(resultat.rad, resultat.aar, i_aar, KJOR))
    elif resultat.utfall == Utfall.VENTER_GODKJENNING and resultat.forslag_id:
        linjer += _link(f"Se forslaget {resultat.forslag_id}", _page(f"forslag/{resultat.forslag_id}"))
        linjer += _link(f"Avgjør forslaget {resultat.forslag_id}", lenker.decision_form(resultat.forslag_id))
    if resultat.kjoring_id:
        linjer += _link("Kjøringens egen side", _page(f"kjoring/{resultat.kjoring_id}"))
    return [*linjer, *_pages()]


def _pages() -> list[str]:
    return _link("Årshjulet: hva som forfaller, venter og er galt", sider.front_page()) if sider.are_served() else []


def _page(mappe: str) -> str | None:
    return sider.address(mappe) if sider.are_served() else None


def _link(tekst: str, adresse: str | None) -> list[str]:
    return [f"- [{tekst}]({adresse})"] if adresse else []


def _section(tittel: str, linjer: list[str]) -> str:
    return "\n".join([f"## {tittel}", "", *linjer, ""]) if linjer else ""


def _rename(resultat: Kjoreresultat | Hoppet) -> None:
    """Name the run after what it became: a dry run has no generation, nor has one that did nothing."""
    if isinstance(resultat, Hoppet):
        hva = str(resultat.utfall)
    else:
        hva = f"generasjon {resultat.generasjon}" if resultat.kjoring_id else "bare vist"
    with get_client(sync_client=True) as klient:
        klient.update_flow_run(flow_run.id, name=f"{resultat.aar} · {resultat.rad} · {hva}")


def _keep_current(hjem: Hjem) -> None:
    """Make the pages tell of the run, and show the wheel as a picture."""
    naa = played_now(hjem) or klokke.now()
    side.refresh(hjem, naa)
    aar = klokke.local_date(naa).year
    with hjem.register.transaction("årshjulet som bilde") as con:
        rader = states(con, [aar], hjem.radvalg, naa)[aar]
    tilstander = {rad.datoer.rad.rad: rad.tilstand for rad in rader}
    svg = hjultegning.draw([rad.datoer for rad in rader], aar, klokke.local_date(naa), tilstander, liste=False)
    tekst = f"# Årshjulet {aar}\n\n![Årshjulet {aar}]({hjultegning.as_image(svg)})\n\n" + "\n".join(_pages())
    create_markdown_artifact(tekst, key=HJULNOKKEL, description="Årshjulet")
