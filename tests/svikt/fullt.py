"""A disk that is full when a county is started, and one that fills up under a county that runs."""

import shutil
from pathlib import Path

from tasks.feil import UTGANG_AVVIST
from tests.svikt.drept import Fylke, Skjebne, judged
from tests.svikt.full import FYLL, Utfall, fill
from tests.svikt.hjemmet import GJOREMAAL, Svar
from tests.svikt.rom import mount

MEGABYTE = 600
LEDIGE_SIDER = (0, 256, 2048, 8192)
"""From nothing to more than Prefect's database and our pages take."""
OPPSTART, UNDERVEIS = "årshjulet startes", "tjeneren går, og rad 12 kjøres"


def full_county(mappe: Path) -> list[Utfall]:
    """Start with ever more room; then let no room be left under what runs, and run a row."""
    rot = mount(mappe / "fylkedisk", MEGABYTE)
    fylke = Fylke(rot / "fylke", {"last"})
    try:
        return [*(_starting(fylke, rot, ledig) for ledig in LEDIGE_SIDER), _running(fylke, rot)]
    finally:
        fylke.stop()


def _starting(fylke: Fylke, rot: Path, ledig: int) -> Utfall:
    """Start a home that Prefect was never started in, and start it again when there is room."""
    fylke.stop()
    shutil.rmtree(fylke.hjem / "prefect", ignore_errors=True)
    fylke.put_back("last")
    fill(rot, ledig)
    sagt = fylke.start()
    utgang = fylke.exit_code()
    kode = Svar(utgang, sagt).kode
    utfall = Utfall(OPPSTART, "sider", ledig, utgang, kode, "urørt")
    if utgang > UTGANG_AVVIST or (utgang == UTGANG_AVVIST and not kode):
        utfall.brudd.append(f"utgang {utgang} uten melding som kan følges: {sagt}")
    return _with_room_again(fylke, rot, utfall)


def _running(fylke: Fylke, rot: Path) -> Utfall:
    """Run the row while there is no room, and again when there is."""
    fylke.put_back("last")
    fill(rot, 0)
    svar = fylke.command("last")
    utfall = Utfall(UNDERVEIS, "sider", 0, svar.utgang, svar.kode, "urørt")
    if svar.utgang != UTGANG_AVVIST or not svar.kode:
        utfall.brudd.append(f"utgang {svar.utgang} uten melding som kan følges: {svar.sagt[-300:]}")
    return _with_room_again(fylke, rot, utfall)


def _with_room_again(fylke: Fylke, rot: Path, utfall: Utfall) -> Utfall:
    """Give the room back, start what has ended, and let the row do what it would have done."""
    (rot / FYLL).unlink()
    if fylke.ended() and (sagt := fylke.start()):
        utfall.brudd.append(f"startes ikke når det er plass igjen: {sagt}")
        return utfall
    skjebne = judged(fylke, "last", Skjebne("", "", GJOREMAAL["last"].navn, "", "", "av seg selv"))
    utfall.brudd += skjebne.brudd
    return utfall
