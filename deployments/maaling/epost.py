"""How fast e-mails with an attachment leave, against bare smtplib on one connection.

Both over STARTTLS with a verified certificate, with TCP_NODELAY, to the same server, with messages built beforehand,
in turns. Ours keeps a deadline, offers each message step by step and writes its end by itself.
"""

import base64
import gc
import json
import random
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from deployments.maaling import Maaling
from deployments.maaling.epost_mottaker import VERT, write_certificate
from schemas.innstillinger import Epost
from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks import epost
from tasks.feil import ProgramFeil
from tasks.filer import ROT
from tasks.hjem import Hjem
from tasks.kanal import Leveranse, Post
from tasks.klokke import OSLO
from tasks.smtpkanal import Smtpvei

GRENSE: Final = 1 / 0.9
VEDLEGG_OKTETTER: Final = 30_000
TID: Final = datetime(2026, 5, 12, 8, 30, tzinfo=OSLO)
SERTIFIKAT: Final = "mottaker.pem"
INNSTILLINGER: Final = """\
modus = "øve"
radgivere = []
[fylke]
navn = "Eksempel"
fylkesnummer = ["39"]
avsender = "OT"
telefon = "12 34 56 78"
epost = "ot@example.no"
nettside = "https://example.no"
[ansvarlig]
epost = "ot@example.no"
[grenser]
krymp_andel = 0.5
vokse_andel = 2
[undersokelse]
adresse = "https://example.no/"
[epost]
tjener = "{vert}"
port = {port}
ca_fil = "{ca}"
"""


def bench_epost(antall: int = 100, runder: int = 30) -> Maaling:
    """Measure ours and smtplib in turns ``runder`` times and return the median of the rounds' ratios.

    Each keeps one connection throughout. A round is so short that what else the machine does hits both.
    """
    poster = [_item(nummer) for nummer in range(antall)]
    with (
        tempfile.TemporaryDirectory() as mappe,
        _receiver(Path(mappe)) as hjem,
        Smtpvei(_settings(hjem)).open(hjem, TID) as levering,
        _bare_connection(hjem) as smtp,
    ):
        bygget = [epost.message_of(post.utsending_id, post.innhold) for post in poster]
        vaart, bart = partial(_ours, levering, poster), partial(_bare, smtp, bygget)
        sekunder = [_round(vaart, bart, vaar_forst=nummer % 2 == 0) for nummer in range(runder + 1)][1:]
    vaare, bare = zip(*sekunder, strict=True)
    forhold = [egen / annen for egen, annen in sekunder]
    deler = {
        "meldinger_antall": float(antall),
        "runder_antall": float(runder),
        "arshjul_per_sekund": antall / statistics.median(vaare),
        "smtplib_per_sekund": antall / statistics.median(bare),
        "forhold_minst": min(forhold),
        "forhold_mest": max(forhold),
    }
    return Maaling("epost", statistics.median(forhold), GRENSE, deler)


def _item(nummer: int) -> Post:
    fil = random.Random(nummer).randbytes(VEDLEGG_OKTETTER)  # noqa: S311 filler, not a secret
    brev = {
        "fra": "ot@example.no",
        "til": "raadgiver@example.no",
        "emne": "Brev sendes i morgen",
        "tekst": "Hei.\n\nVedlagt er brevet som går ut i morgen.\n",
        "tid": TID.isoformat(),
        "vedlegg": {"navn": "brev.pdf", "base64": base64.b64encode(fil).decode()},
    }
    return Post(f"m{nummer}", "maaling", Kanal.EPOST, Mottaker.RAADGIVER, json.dumps(brev))


def _settings(hjem: Hjem) -> Epost:
    if hjem.innstillinger.epost is None:
        raise ProgramFeil("målingens fylke har ingen e-post")
    return hjem.innstillinger.epost


@contextmanager
def _receiver(mappe: Path) -> Iterator[Hjem]:
    """Start the server as a process of its own and give the home of a county that uses it."""
    write_certificate(mappe / SERTIFIKAT)
    kommando = [sys.executable, "-m", "deployments.maaling.epost_mottaker", str(mappe / SERTIFIKAT)]
    with subprocess.Popen(kommando, cwd=ROT, stdout=subprocess.PIPE, text=True) as mottaker:  # noqa: S603 our own words
        try:
            port = int(mottaker.stdout.readline()) if mottaker.stdout else 0
            oppsett = INNSTILLINGER.format(vert=VERT, port=port, ca=SERTIFIKAT)
            (mappe / "innstillinger.toml").write_text(oppsett, "utf-8")
            yield Hjem(mappe)
        finally:
            mottaker.terminate()


def _round(vaart: Callable[[], float], bart: Callable[[], float], *, vaar_forst: bool) -> tuple[float, float]:
    """Return the seconds of ours and of smtplib."""
    gc.collect()
    if vaar_forst:
        return vaart(), bart()
    bare = bart()
    return vaart(), bare


def _ours(levering: Leveranse, poster: Sequence[Post]) -> float:
    levering.prepare(poster)
    start = time.perf_counter()
    svar = [levering.deliver(post) for post in poster]
    sekunder = time.perf_counter() - start
    if any(enkelt.tilstand is not Tilstand.SENDT for enkelt in svar):
        raise ProgramFeil("mottakeren i målingen tok ikke imot en melding")
    return sekunder


@contextmanager
def _bare_connection(hjem: Hjem) -> Iterator[smtplib.SMTP]:
    valg = _settings(hjem)
    with smtplib.SMTP(valg.tjener, valg.port, timeout=30) as smtp:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.starttls(context=ssl.create_default_context(cafile=str(hjem.mappe / SERTIFIKAT)))
        yield smtp


def _bare(smtp: smtplib.SMTP, meldinger: Sequence[epost.Melding]) -> float:
    start = time.perf_counter()
    for melding in meldinger:
        smtp.sendmail(melding.fra, [melding.til], melding.data)
    return time.perf_counter() - start
