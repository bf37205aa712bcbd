"""The verdict: everything planned has arrived once or is explained, told from the receiver and from the register."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tasks import visninger
from tasks.klokke import from_utc
from tests.drap.by import By
from tests.drap.prove import Barn

FRAMME = ("sendt", "levert")
UNDERVEIS = {"vil": False, "krav": False, "ut": True, "inne": True}
"""How far an item may have come when its sender was killed: has the receiver been given it?"""
SISTE = """
    SELECT u.utsending_id, u.tilstand, max(h.tid) FILTER (h.tilstand = 'sender'),
        count(*) FILTER (h.tilstand = 'sender')
    FROM utsending_naa u JOIN utsending_hendelse h USING (utsending_id) WHERE u.forslag_id = ? GROUP BY ALL
"""


@dataclass(frozen=True)
class Usikker:
    """An item nobody knows the fate of: named for a person, with the kill that explains it (or blank)."""

    post: str
    kom_fram: bool
    stadium: str
    naa: datetime


@dataclass
class Dom:
    """What came of it all."""

    kanal: str
    planlagt: int
    framme: int
    forslag: str
    barn: int
    drept: int
    tapt: list[str] = field(default_factory=list)
    dobbelt: list[str] = field(default_factory=list)
    feil_fort: list[str] = field(default_factory=list)
    ukjente: list[str] = field(default_factory=list)
    usikre: list[Usikker] = field(default_factory=list)
    navngitt: int = 0

    @property
    def uforklart(self) -> list[str]:
        return [enkelt.post for enkelt in self.usikre if enkelt.stadium not in UNDERVEIS]

    @property
    def etter_punktum(self) -> int:
        """How many of the uncertain had been let go of, so that the receiver could have them."""
        return sum(UNDERVEIS.get(enkelt.stadium, False) for enkelt in self.usikre)

    @property
    def brudd(self) -> list[str]:
        """What does not hold, in words."""
        taalt = self.drept if self.kanal == "epost" else 0
        ikke_framme = sum(not enkelt.kom_fram for enkelt in self.usikre)
        prover = {
            f"tapt: {self.tapt}": self.tapt,
            f"dobbelt: {self.dobbelt}": self.dobbelt,
            f"ført feil: {self.feil_fort}": self.feil_fort,
            f"ukjente hos mottakeren: {self.ukjente}": self.ukjente,
            f"uavklart uten et drap som forklarer det: {self.uforklart}": self.uforklart,
            f"{len(self.usikre)} uavklarte, høyst {taalt}": len(self.usikre) > taalt,
            f"{self.navngitt} av {len(self.usikre)} er meldt til en person": self.navngitt != len(self.usikre),
            f"forslaget er {self.forslag}": self.forslag != "iverksatt",
            "planlagt er ikke kommet fram og forklart": self.planlagt != self.framme + ikke_framme,
        }
        return [tekst for tekst, brutt in prover.items() if brutt]

    def told(self) -> str:
        """The verdict as lines for a person."""
        linjer = [
            f"{self.kanal}: {self.barn} avsendere, {self.drept} drept",
            f"  planlagt {self.planlagt}, framme {self.framme}, tapt {len(self.tapt)}, dobbelt {len(self.dobbelt)}",
            f"  uavklart {len(self.usikre)}, navngitt for en person {self.navngitt}",
        ]
        if self.usikre:
            framme = sum(enkelt.kom_fram for enkelt in self.usikre)
            linjer.append(f"  av dem kom {framme} fram, og {self.etter_punktum} ble drept etter sluttpunktumet")
        for en in self.usikre:
            kom_fram = "kom fram" if en.kom_fram else "kom ikke fram"
            linjer.append(f"    {en.post}: {kom_fram}, drept {en.naa:%d.%m. %H:%M} ved «{en.stadium}»")
        return "\n".join([*linjer, *(f"  BRUDD {brudd}" for brudd in self.brudd)])


def judge(by: By, barn: list[Barn]) -> Dom:
    """Compare what the receiver has with what the register says of it."""
    referanser, framme = by.references(), by.arrived()
    with by.hjem.register.transaction("prøve") as con:
        rader = {id_: tuple(rest) for id_, *rest in con.execute(SISTE, [by.forslag_id]).fetchall()}
        avvik = con.execute("SELECT tekst FROM avvik WHERE kode = 'ÅH-3060' AND tilstand = 'åpen'").fetchall()
    utsendinger = visninger.show(by.hjem, "utsendinger")
    vist = set(utsendinger.loc[utsendinger["tilstand"] == "uavklart", "utsending_id"])
    antall = Counter({id_: framme[ref] for ref, id_ in referanser.items()})
    dom = Dom(
        by.kanal, len(referanser), sum(tall > 0 for tall in antall.values()), by.bygd.proposal(by.forslag_id),
        len(barn), sum(ett.drept for ett in barn),
    )  # fmt: skip
    for id_ in referanser.values():
        tilstand, krevd, krav = rader[id_]
        kom_fram = antall[id_] > 0
        if tilstand == "uavklart":
            dom.usikre.append(_explained(id_, from_utc(krevd), barn, kom_fram=kom_fram))
            dom.dobbelt += [id_] if krav > 1 else []
        elif not kom_fram:
            dom.tapt.append(id_)
        elif tilstand not in FRAMME:
            dom.feil_fort.append(id_)
    dom.dobbelt += [id_ for id_, tall in antall.items() if tall > 1]
    dom.dobbelt += [linje[1] for ett in barn for linje in ett.logg if linje[0] == "ut" and "igjen" in linje]
    dom.ukjente = [ref for ref in framme if ref not in referanser] if by.kanal != "print" else []
    meldt = [ord_ for (tekst,) in avvik for ord_ in tekst.split() if ord_.isdecimal()][:1]
    dom.navngitt = len(vist & {enkelt.post for enkelt in dom.usikre}) if meldt == [str(len(dom.usikre))] else 0
    return dom


def _explained(id_: str, krevd: datetime, barn: list[Barn], *, kom_fram: bool) -> Usikker:
    """Find the sender that had the item under way when it was killed: the last one that began it."""
    ett = next((ett for ett in barn if ett.naa == krevd and ett.drept), None)
    return Usikker(id_, kom_fram, ett.under_way(id_) if ett else "", krevd)
