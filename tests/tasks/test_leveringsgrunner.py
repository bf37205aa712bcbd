"""Why an item was not delivered: every reason a channel may give is explained, with what to do."""

import re
from datetime import date

from tasks import kodeverk, kvitteringspost, sms, smtpkanal, svarut, takt, utboks
from tasks.avgjorelse import KOM_FRAM, KOM_IKKE_FRAM
from tasks.filer import ROT
from tasks.filkanal import ANDRE_BYTES, IKKE_HEL
from tasks.forslag import STOPPET
from tasks.godkjentvakt import ENDRET
from tasks.kvitteringer import GRUNNER

DAG = date(2026, 5, 11)


def test_every_reason_has_its_row_and_what_to_do() -> None:
    i_svarut = set(re.findall(r'"(svarut_\w+)"', (ROT / "tasks" / "svarut.py").read_text("utf-8")))
    brukt = {
        *i_svarut, *svarut.STOPPER.values(), *GRUNNER.values(), *smtpkanal.EGNE_GRUNNER, *sms.EGNE_GRUNNER,
        *kvitteringspost.RETURNERT.values(), kvitteringspost.UFORSTATT,
        takt.DOGNGRENSE, takt.MINUTTGRENSE, utboks.ANGREFRIST, utboks.ARKIVET,
        utboks.GJENFUNNET, utboks.KOM_IKKE_FRAM, ANDRE_BYTES, IKKE_HEL, STOPPET, ENDRET, KOM_FRAM, KOM_IKKE_FRAM,
    }  # fmt: skip
    rader = {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/leveringsgrunner", DAG)}
    assert brukt - rader.keys() == set()
    assert [kode for kode, rad in rader.items() if not (rad["tekst"] and rad["gjor"])] == []
