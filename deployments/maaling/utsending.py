"""How fast the outbox goes through SvarUt's stand-in, against a bare loop of the same calls.

Both have their letters written beforehand: writing them is measured by itself (``brev``). The bare loop remembers
nothing. Ours compares what was approved with today, writes its intent before the calls and the state after, and can be
killed anywhere. Half of the bare calls are made before ours and half after, so that what else the machine does hits
both. How long ours takes when it writes the letters too is told beside it.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import pandas as pd

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.maaling import Maaling
from deployments.motparter import counterparts
from deployments.rader import run_row
from schemas.brev import Brevdata
from schemas.innstillinger import SvarUt
from schemas.iverksetting import Sendt
from schemas.kjoring import Kjorevalg
from schemas.verdier import Kanal, Tilstand
from tasks import forslag, maskinporten, utboks
from tasks.arshjul import find_row
from tasks.brevutkast import letter_of
from tasks.feil import ProgramFeil
from tasks.filer import write_file
from tasks.hjem import INNSTILLINGER, MILJOVARIABEL, Hjem, home
from tasks.kanal import Kanalvei, Post
from tasks.klokke import OSLO, to_utc
from tasks.nettkall import TIDSGRENSER
from tasks.register import fakta
from tasks.register.nokkel import make_key_file, read_secret
from tasks.svarut import FILNAVN, NOKKELRING, OMFANG, PASSORDFIL, PDF, Svarutvei, shipment
from tasks.svarut import MILJOVARIABEL as PASSORD
from tasks.trykkeri import Side, render_all
from tasks.utboksposter import posts

GRENSE: Final = 1 / 0.5
RAD: Final = "14-brev-ikkesokere"
AAR: Final = 2026
FRA: Final = date(AAR, 1, 2)
BREVDAG: Final = datetime(AAR, 5, 11, 8, tzinfo=OSLO)
UNGDOM: Final = {
    "fodselsdato": "2007-03-14", "fornavn": "Åse", "etternavn": "Øvrebø", "adresselinje1": "Storgata 1",
    "postnummer": "3116", "poststed": "TØNSBERG", "kommunenummer": "3905", "personstatus": "bosatt",
    "adressegradering_vigo": "ugradert", "adressegradering_otto": "ugradert", "ikkesoker_skoleaar": "20262027",
}  # fmt: skip


def bench_utsending(antall: int = 10_000) -> Maaling:
    """Send ``antall`` letters through the outbox, and as many bare; return our seconds against theirs."""
    with tempfile.TemporaryDirectory() as mappe, counterparts(_county(Path(mappe), antall), BREVDAG):
        os.environ[MILJOVARIABEL] = mappe
        hjem = home(Path(mappe))
        forslag_id = run_row(find_row(RAD), Kjorevalg(rad=RAD, aar=AAR, naa=BREVDAG), plain=True).forslag_id or ""
        forslag.approve(hjem, forslag_id, "måling", BREVDAG)
        with hjem.register.transaction("måling") as con:
            poster = posts(con, forslag_id, Tilstand.PLANLAGT, Kanal.PRINT)
        start = time.perf_counter()
        brev = [letter_of(post.innhold) for post in poster]
        sider = dict(zip((enkelt.referanse for enkelt in brev), render_all(brev, hjem), strict=True))
        skriving = time.perf_counter() - start
        for_ = _bare(hjem, poster[: antall // 2], sider, "for")
        vaare, sendt = _ours(hjem, forslag_id, sider)
        etter = _bare(hjem, poster[antall // 2 :], sider, "etter")
    if sendt.sendt != antall:
        raise ProgramFeil("målingen sendte ikke alt")
    deler = {
        "brev_antall": float(antall),
        "arshjul_sekunder": vaare,
        "bare_kall_sekunder": for_ + etter,
        "skriving_av_brevene_sekunder": skriving,
        "arshjul_per_sekund": antall / vaare,
        "bare_kall_per_sekund": antall / (for_ + etter),
    }
    return Maaling("utsending", vaare / (for_ + etter), GRENSE, deler)


def _ours(hjem: Hjem, forslag_id: str, sider: dict[str, Side]) -> tuple[float, Sendt]:
    """Return the seconds of the outbox with the letters written (``sider`` by reference), and what came of it."""

    def written(brev: Sequence[Brevdata], _: Hjem) -> list[Callable[[], Side]]:
        return [partial(sider.__getitem__, enkelt.referanse) for enkelt in brev]

    def way(hjem: Hjem, _: Kanal) -> Kanalvei:
        return Svarutvei(_service(hjem), skriv=written)

    start = time.perf_counter()
    (sendt,) = utboks.send(hjem, forslag_id, BREVDAG, vei_for=way)
    return time.perf_counter() - start, sendt


def _county(mappe: Path, antall: int) -> Hjem:
    """Make a home whose register has so many to write to, and nobody's adviser."""
    write_file(mappe / INNSTILLINGER, settings_bytes(Demo()))
    write_file(mappe / "krr.json", b'{"personer": []}')
    make_key_file(mappe)
    hjem = home(mappe)
    with hjem.register.transaction("måling") as con:
        folk = fakta.new_people(con, antall, "M0", to_utc(BREVDAG))
        rader = [(person, felt, verdi, FRA) for person in folk for felt, verdi in UNGDOM.items()]
        nye = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
        fakta.add(con, nye, "M0", to_utc(BREVDAG))
    return hjem


def _bare(hjem: Hjem, poster: list[Post], sider: dict[str, Side], runde: str) -> float:
    """Return the seconds that the same calls take with nothing around them, by other references."""
    valg = _service(hjem)
    kall = [
        (shipment(post, valg).replace(b"F2026", runde.encode()), sider[letter_of(post.innhold).referanse])
        for post in poster
    ]
    hoder = {
        "IntegrasjonId": valg.integrasjon_id,
        "IntegrasjonPassord": read_secret(hjem.mappe, PASSORD, PASSORDFIL, NOKKELRING),
    }
    vei = f"v2/kontoer/{valg.konto_id}/forsendelser"
    with httpx.Client(base_url=valg.adresse, headers=hoder, timeout=TIDSGRENSER, trust_env=False) as klient:
        start = time.perf_counter()
        for forsendelse, side in kall:
            token = {"Authorization": f"Bearer {maskinporten.token(hjem, OMFANG)}"}
            deler = {"forsendelse": (None, forsendelse, "application/json"), "filer_0": (FILNAVN, side, PDF)}
            klient.post(vei, headers=token, files=deler).raise_for_status()  # type: ignore[arg-type]
        return time.perf_counter() - start


def _service(hjem: Hjem) -> SvarUt:
    valg = hjem.innstillinger.svarut
    if valg is None:
        raise ProgramFeil("målingen har ingen SvarUt")
    return valg
