"""Code lists and rules: every row has its ground, and a lookup answers for the day it is asked about."""

from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.filer import DATA

ALLE = sorted(
    f"{sti.parent.name}/{sti.stem}" for mappe in ("kodeverk", "regler") for sti in (DATA / mappe).glob("*.csv")
)


@pytest.mark.parametrize("navn", ALLE)
def test_every_row_has_its_ground_and_the_day_it_was_checked(navn):
    for rad in kodeverk.all_rows(navn):
        assert rad["hjemmel"] or rad["vedtak"]
        assert date.fromisoformat(rad["sist_kontrollert"]) <= date(2026, 11, 30)
        assert date.fromisoformat(rad["gyldig_fra"]) <= date.fromisoformat(rad["gyldig_til"] or "9999-12-31")


@pytest.mark.parametrize("navn", ALLE)
def test_no_code_is_valid_twice_on_any_day(navn):
    perioder = defaultdict(list)
    for rad in kodeverk.all_rows(navn):
        perioder[rad.get("kode", "")].append((rad["gyldig_fra"], rad["gyldig_til"] or "9999-12-31"))
    for tider in perioder.values():
        tider.sort()
        assert all(til < neste_fra for (_, til), (neste_fra, _) in pairwise(tider))


@pytest.mark.parametrize(
    ("dato", "ovre"), [(date(2024, 7, 31), 21), (date(2024, 8, 1), 24), (date(2011, 8, 1), 21), (date(2026, 1, 1), 24)]
)
def test_the_target_group_grew_on_1_august_2024(dato, ovre):
    assert kodeverk.age_limits(dato) == (15, ovre)


@pytest.mark.parametrize(("dato", "gamle", "nye"), [(date(2023, 12, 31), True, False), (date(2024, 1, 1), False, True)])
def test_the_municipalities_changed_numbers_on_1_january_2024(dato, gamle, nye):
    koder = kodeverk.codes("kommuner", dato)
    assert ("3803" in koder, "3905" in koder) == (gamle, nye)


@pytest.mark.parametrize(("dato", "rester"), [(date(2031, 12, 31), {0}), (date(2032, 1, 1), {0, 1, 2, 3})])
def test_numbers_get_more_control_digits_on_1_january_2032(dato, rester):
    assert kodeverk.control_remainders(dato) == rester


def test_old_numbers_and_numbers_without_their_nought_are_today_s():
    vestfold = kodeverk.municipalities(("39",))
    assert (vestfold["3803"], vestfold["3905"]) == ("3905", "3905")
    assert "4001" not in vestfold
    assert all(kode.lstrip("0") in vestfold for kode in vestfold)


def test_a_rule_that_no_row_or_two_rows_answer_is_a_fault(monkeypatch):
    with pytest.raises(ProgramFeil, match="0 rader"):
        kodeverk.rule("aldersgrense", date(1990, 1, 1))
    rad = kodeverk.all_rows("regler/aldersgrense")[0]
    monkeypatch.setattr(kodeverk, "_rows", lambda _: (rad, rad))
    with pytest.raises(ProgramFeil, match="2 rader"):
        kodeverk.rule("aldersgrense", date(2012, 1, 1))


def test_a_row_without_ground_is_a_fault(monkeypatch, tmp_path):
    hode = "kode;gyldig_fra;gyldig_til;hjemmel;vedtak;sist_kontrollert\n"
    monkeypatch.setattr(kodeverk, "DATA", tmp_path)
    for nummer, rad in enumerate(("A;2020-01-01;;;;2026-01-01", "A;2020-01-01;;§ 1;;")):
        (tmp_path / f"liste{nummer}.csv").write_text(hode + rad, "utf-8")
        with pytest.raises(ProgramFeil, match=f"liste{nummer}"):
            kodeverk.all_rows(f"liste{nummer}")


def test_a_version_changes_with_the_list():
    assert kodeverk.version("kodeverk/kommuner") != kodeverk.version("kodeverk/ot_status")
    assert len(kodeverk.version("kodeverk/kommuner")) == 12
