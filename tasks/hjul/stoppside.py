"""A page for each run that came to nothing: what happened, and what to do. It says so when it is mended."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from schemas.kjoring import GODTA, KJOR, VIS, Side
from tasks import klokke
from tasks.hjul.lenker import Lenker
from tasks.hjul.stopp import Slag, Stopp
from tasks.hjul.tilstand import Radtilstand
from tasks.hjul.underside import Underside, row_name
from tasks.sider import Del

HVA: Final = {
    Slag.AVVIST: "Kjøringen ble stoppet før den endret noe: det den skulle lese eller gjøre, var ikke i orden.",
    Slag.FEIL: "Kjøringen stoppet på en feil i programmet. Den har ikke endret noe.",
    Slag.AVBRUTT: "Kjøringen ble brutt av, for eksempel fordi maskinen stoppet. Den har ikke endret noe.",
    Slag.FORSINKET: "Raden er ikke kjørt, og tiden er ute.",
}
ROT: Final = "stopp"


def folder_of(rad: str, aar: int) -> str:
    """Return the folder of the page about a row's stop in a year."""
    return f"{ROT}/{rad}-{aar}"


def pages(stoppene: Sequence[Stopp], lenker: Lenker, i_aar: int) -> list[Underside]:
    """Return the page of each stop that is not mended."""
    return [
        Underside(
            mappe=folder_of(ett.rad, ett.aar),
            tittel=f"Stoppet: {row_name(ett.rad)}",
            per_dato=klokke.local_date(ett.tid),
            grunnlag=(ett, lenker.rot, lenker.utrullinger.get(ett.rad), i_aar),
            deler=partial(_parts, ett, lenker, i_aar),
        )
        for ett in stoppene
    ]


def mended(sider: Path, tilstander: Iterable[Radtilstand]) -> list[Underside]:
    """Return the pages about stops that are mended now: whoever has the address of one is not to be misled."""
    finnes = {mappe.name for mappe in (sider / ROT).glob("*")}
    return [
        Underside(
            mappe=folder_of(en.datoer.rad.rad, en.datoer.aar),
            tittel=f"I orden: {row_name(en.datoer.rad)}",
            per_dato=klokke.local_date(en.kjort.ferdig_tid) if en.kjort else en.datoer.kjoredato,
            grunnlag="i orden",
            deler=lambda: [
                Del("Dette er i orden", "Det som stoppet raden, er rettet siden. Du trenger ikke gjøre noe.")
            ],
        )
        for en in tilstander
        if en.stopp is None and f"{en.datoer.rad.rad}-{en.datoer.aar}" in finnes
    ]


def _parts(stopp: Stopp, lenker: Lenker, i_aar: int) -> list[Del]:
    skjemaer = {
        "Vis først hva som ville skjedd": lenker.row_form(stopp.rad, stopp.aar, i_aar, VIS),
        f"Kjør {row_name(stopp.rad)} på nytt": lenker.row_form(stopp.rad, stopp.aar, i_aar, KJOR),
        "Kjør, og godta leveransen som ble stoppet": lenker.row_form(stopp.rad, stopp.aar, i_aar, GODTA)
        if stopp.godta
        else None,
        "Se kjøringen som stoppet, i Prefect": lenker.run(stopp.flyt_id),
    }
    kommando = f"./arshjul run {stopp.rad} --year {stopp.aar}" + (f" --accept {stopp.godta}" if stopp.godta else "")
    if stopp.godta:
        kommando = f"{kommando} (bare når du har sett på leveransen og den er riktig)"
    return [
        Del("Hva har skjedd?", f"{HVA[stopp.slag]} Det gjelder året {stopp.aar}, {stopp.tid:%d.%m.%Y kl. %H:%M}."),
        Del("Hva er galt?", f"{stopp.tekst} ({stopp.kode})"),
        Del(
            "Hva gjør jeg?",
            stopp.gjor,
            lenker=tuple(Side(tittel=tittel, adresse=adresse) for tittel, adresse in skjemaer.items() if adresse),
            punkter=(f"På kommandolinjen: {kommando}",),
        ),
    ]
