"""The schools' files in the training county: the same every time, about nobody real, with everything in them."""

import csv
import io
from collections import Counter
from datetime import date

import pyarrow as pa
import pytest

from deployments.demo import Demo
from deployments.demo.aaret import make_year
from deployments.demo.nummer import Nummerlager
from deployments.demo.skoler import school_bytes
from schemas.fodselsnummer import Idtype, classify
from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks import kodeverk
from tasks.formater import find_format
from tasks.lesing import read
from tasks.validering import validate

DEMO = Demo()
OVERSIKT = "demo/post/2026-01-26/skole_oversikt_2026-01-26.csv"


@pytest.fixture(scope="module")
def filer():
    return school_bytes(DEMO)


def rows(innhold):
    return list(csv.DictReader(io.StringIO(innhold.decode("utf-8-sig")), delimiter=";"))


def pupils(filer, maaned=""):
    return [rad for sti, innhold in filer.items() if "avklaring" in sti and maaned in sti for rad in rows(innhold)]


def judged(sti, innhold, dag):
    navn = "skole_avklaring" if "avklaring" in sti else "skole_oversikt"
    format_ = find_format(navn)
    lister = {
        "kommuner": frozenset(kodeverk.municipalities(("39", "40"))),
        "avklaringsaarsaker": kodeverk.codes("avklaringsaarsaker", dag),
    }
    grunnlag = Kontrollgrunnlag(
        siste_dato=dag, skoleaar="20262027", fiktive=kodeverk.fictitious_digits(), kodeverk=lister
    )
    return validate(read(innhold, sti, format_), SKJEMAER[navn](grunnlag))


def test_the_same_county_gets_the_same_files(filer):
    assert school_bytes(DEMO) == filer
    assert school_bytes(Demo(fro=2)) != filer


def test_every_municipality_has_a_lower_secondary_school(filer):
    rader = rows(filer[OVERSIKT])
    antall = Counter(rad["Skoletype"] for rad in rader)
    assert (antall["videregaende"], antall["ungdomsskole"]) in {(26, 57), (25, 58)}
    kommuner = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/kommuner") if not rad["erstattet_av"]}
    assert {rad["Kommunenr"] for rad in rader if rad["Skoletype"] == "ungdomsskole"} == kommuner
    assert sum(rad["Epost"] == "" for rad in rader) >= 4


def test_a_few_rows_are_faulty_and_the_rest_are_good(filer):
    oversikt = judged(OVERSIKT, filer[OVERSIKT], date(2026, 2, 2))
    assert (oversikt.antall, oversikt.antall_darlige) == (83, 3)
    for maaned in ("-08-", "-10-"):
        darlige = [judged(sti, filer[sti], date(2026, 12, 1)).antall_darlige for sti in filer if maaned in sti]
        assert sum(darlige) == 2


@pytest.mark.parametrize("ungdom", [20, 1141])
def test_every_reason_is_given(ungdom):
    rader = pupils(school_bytes(Demo(ungdom=ungdom)), "-08-")
    assert {rad["Arsak"] for rad in rader} - {"ANNET"} == kodeverk.codes("avklaringsaarsaker", date(2026, 8, 21))


def test_nobody_s_number_can_be_a_person_s(filer):
    numre = [rad["Fodselsnummer"] for rad in pupils(filer)]
    slag = set(classify(pa.array(numre), ["000"]).tolist())
    assert slag <= {Idtype.SYNTETISK, Idtype.FIKTIVT}
    assert len(numre) == len(set(numre)) == 58


def test_the_pupils_are_others_than_those_of_the_year_when_they_share_numbers(filer):
    lager = Nummerlager()
    for ungdom in make_year(Demo(ungdom=50)).folk:
        lager._brukt.add(ungdom.fodselsnummer)
    nye = {rad["Fodselsnummer"] for rad in pupils(school_bytes(Demo(ungdom=50), lager))}
    assert not nye & {ungdom.fodselsnummer for ungdom in make_year(Demo(ungdom=50)).folk}
