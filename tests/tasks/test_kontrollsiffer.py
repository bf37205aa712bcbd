"""Numbers issued from 2032, from the file to the gate: known from the first day, and never let an age be guessed."""

from datetime import date
from typing import Any

import pytest

from schemas.fodselsnummer import control_digits
from tasks.formater import find_format
from tasks.innboks import Mottatt
from tasks.mottakere import FELT, decide
from tasks.register import fakta
from tasks.vurdering import judge_file
from tests.filbygger import csv_file, good_row, number

FORMAT = "vigo_ikkesokere"
NYTT = next(f"148506{i}{k}" for i in range(999, 0, -1) if (k := control_digits(f"148506{i:03}", 1)))


def delivery(*numre: str) -> bytes:
    return csv_file(FORMAT, *[good_row(FORMAT, fodselsnummer=nummer) for nummer in numre])


@pytest.mark.parametrize(("i_dag", "koder"), [(date(2031, 12, 31), ["ÅH-2113"]), (date(2032, 1, 1), [])])
def test_a_delivery_may_have_the_new_numbers_from_1_january_2032(bygd: Any, i_dag: date, koder: list[str]) -> None:
    mottatt = Mottatt(f"{FORMAT}.csv", "0" * 64, delivery(number(1), NYTT), find_format(FORMAT), ny=True)
    vurdert = judge_file(bygd.hjem, mottatt, date(2026, 4, 27), i_dag, "20262027")
    assert vurdert.validert.feil["kode"].tolist() == koder


def test_one_with_a_new_number_is_loaded_without_an_age_and_gets_no_letter(bygd: Any) -> None:
    bygd.hjem.innboks.mkdir(exist_ok=True)
    (bygd.hjem.innboks / f"{FORMAT}.csv").write_bytes(delivery(number(1), NYTT))
    svar = bygd.run("12-innlasting-ikkesokere", "2032-01-05T08:00")
    assert (svar.inn, svar.karantene) == (2, 0)
    with bygd.hjem.register.transaction("prøve") as con:
        ramme = fakta.current(con, [*FELT], date(2032, 1, 5)).set_index("fodselsnummer", drop=False)
    assert ramme.loc[number(1), "fodselsdato"] == "2006-05-14"
    person = {"person_id": "P1"} | ramme.loc[NYTT].to_dict()
    assert person["fodselsdato"] == ""
    mottakere, utelatte = decide(person, {}, date(2026, 5, 11), ("39", "40"))
    assert (mottakere, [utelatt.grunn_kode for utelatt in utelatte]) == ([], ["MANGLER_FODSELSDATO"])
