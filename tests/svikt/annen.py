"""A county whose machine is lost: its backup restored on another one, before and after a person has confirmed it."""

from tasks.feil import UTGANG_AVVIST
from tests.svikt.dom import look
from tests.svikt.full import Disk, Utfall, empty
from tests.svikt.hjemmet import BREVDAG, GJOREMAAL, KOPI, Svar, do, in_child
from tests.svikt.steder import another_machine

BEKREFT = ("restore", "--confirm", "--by", "Kari", "--now", BREVDAG)
UAVKLART = "uavklart"
SPERRET, ER_UAVKLART = "ÅH-1802", "ÅH-3060"


def restored(disk: Disk) -> list[Utfall]:
    """Restore a home whose letters are approved and not sent, send, confirm, send: nothing goes out by itself."""
    gjor = GJOREMAAL["send"]
    disk.put_back("bygd")
    for ord_ in (*gjor.forst, ("backup", KOPI)):
        svar = do(ord_, disk.hjem)
        assert svar.utgang < UTGANG_AVVIST, svar
    empty(disk.hjem)
    gjenopprettet = _there(disk, ("restore", KOPI))
    assert gjenopprettet.utgang < UTGANG_AVVIST, gjenopprettet
    ubekreftet = Utfall("gjenopprettet på en annen maskin", gjor.navn, 0, *_send(disk), "urørt")
    if ubekreftet.kode != SPERRET or not _all_are(disk, "planlagt"):
        ubekreftet.brudd.append("det ble sendt, eller ikke sagt hvorfor ikke")
    svar = _there(disk, BEKREFT)
    bekreftet = Utfall("gjenopprettet på en annen maskin, og bekreftet", gjor.navn, 0, *_send(disk), UAVKLART)
    avvik = in_child(lambda: look(disk.hjem))["mening"]["avvik"]
    bekreftet.kode = ER_UAVKLART if any(ER_UAVKLART in ett for ett in avvik) else bekreftet.kode
    if svar.utgang >= UTGANG_AVVIST or bekreftet.kode != ER_UAVKLART or not _all_are(disk, UAVKLART):
        bekreftet.brudd.append(f"ble ikke uavklart for et menneske: {svar.sagt[-300:]}")
    return [ubekreftet, bekreftet]


def _there(disk: Disk, ord_: tuple[str, ...]) -> Svar:
    return do(ord_, disk.hjem, another_machine)


def _send(disk: Disk) -> tuple[int, str]:
    svar = _there(disk, GJOREMAAL["send"].kommando)
    return svar.utgang, svar.kode


def _all_are(disk: Disk, tilstand: str) -> bool:
    """Tell whether there are letters, each in this state, and no file has gone to anyone."""
    sett = in_child(lambda: look(disk.hjem))
    brevene = sett["mening"]["utsendinger"]
    utboks = [navn for navn in sett["filer"] if navn.startswith("utboks/")]
    return bool(brevene) and not utboks and all(f"'{tilstand}'" in brev for brev in brevene)
