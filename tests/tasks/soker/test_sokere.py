"""The list of applicants: facts about our own youth, nothing of others, and one who withdraws is no applicant."""

from typing import Any

import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.feil import BrukerFeil
from tasks.soker.sokere import FELT, load_applicants
from tests.tasks.soker.conftest import MARS, Sokerprove

FEBRUARFIL, MARSFIL = "2026-02-16T08:00", "2026-02-23T08:00"
STOPPET = ("20262027", "2026-01-20", "1: STUSP1----")


@pytest.fixture
def numre(bygd: Any) -> list[str]:
    """Six youth in the register."""
    personer = [bygd.person() for _ in range(6)]
    return [
        bygd.ask("SELECT verdi FROM fakta WHERE felt = 'fodselsnummer' AND person_id = ?", p)[0][0] for p in personer
    ]


def rows(numre: list[str], **felt: str) -> list[dict[str, str]]:
    return [{"fodselsnummer": nummer} | felt for nummer in numre]


def load(prove: Sokerprove, tid: str = "2026-01-26T08:00", rad: str = "01-sokere-1-februar", **valg: Any) -> Any:
    return prove.run(load_applicants, rad, tid, **valg)[0]


def facts(prove: Sokerprove, nummer: str) -> tuple[str, ...]:
    return tuple(prove.bygd.facts(nummer, *FELT))


def test_wishes_become_one_application_with_its_first_day(prove: Sokerprove, numre: list[str]) -> None:
    en = {"fodselsnummer": numre[0]}
    prove.deliver(
        en | {"onske": "10", "programomraadekode": "HSHSF1----", "soknad_dato": "22.01.2026"},
        en | {"onske": "2", "programomraadekode": "BABAT1----"},
        en | {"onske": "1", "soknad_dato": "21.01.2026"},
    )
    svar = load(prove)
    assert (svar.inn, svar.lastet, svar.uendret, svar.karantene) == (3, 3, 0, 0)
    assert facts(prove, numre[0]) == ("20262027", "2026-01-20", "3: STUSP1----, BABAT1----, HSHSF1----")


def test_one_who_is_not_ours_is_counted_and_leaves_nothing_behind(prove: Sokerprove, numre: list[str]) -> None:
    fremmed = prove.bygd.number("2008-05-05", 40)
    for_ = prove.bygd.ask("SELECT count(*) FROM fakta"), prove.bygd.ask("SELECT count(*) FROM person")
    prove.deliver({"fodselsnummer": fremmed, "adressegradering": "fortrolig"}, {"fodselsnummer": fremmed, "onske": "2"})
    svar = load(prove)
    assert (svar.inn, svar.lastet, svar.uendret) == (2, 0, 2)
    assert (prove.bygd.ask("SELECT count(*) FROM fakta"), prove.bygd.ask("SELECT count(*) FROM person")) == for_
    assert any(linje.startswith("1 søkere på listen er ikke i registeret") for linje in svar.merknader)


def test_the_same_list_again_changes_nothing(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    for_ = prove.bygd.ask("SELECT count(*) FROM fakta")
    igjen = load(prove)
    assert (igjen.lastet, igjen.uendret, prove.bygd.ask("SELECT count(*) FROM fakta")) == (0, 6, for_)


def test_one_who_is_no_longer_on_the_list_has_withdrawn(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    prove.deliver(*rows(numre[1:]))
    svar = load(prove, FEBRUARFIL, MARS)
    assert (svar.borte, svar.lastet, svar.uendret) == (1, 0, 5)
    assert facts(prove, numre[0]) == ("", "", "")
    assert facts(prove, numre[1]) == STOPPET


def test_one_whose_row_is_set_aside_has_not_withdrawn(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    prove.deliver(*rows(numre[1:]), {"fodselsnummer": numre[0], "onske": "x"})
    svar = load(prove, FEBRUARFIL, MARS)
    assert (svar.borte, svar.karantene, svar.inn) == (0, 1, 6)
    assert facts(prove, numre[0]) == STOPPET


@pytest.mark.parametrize(("antall", "kode"), [(2, "ÅH-2015"), (3, "")])
def test_a_list_that_has_shrunk_past_the_limit_is_refused(
    prove: Sokerprove, numre: list[str], antall: int, kode: str
) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    prove.deliver(*rows(numre[:antall]))
    if not kode:
        assert load(prove, FEBRUARFIL, MARS).borte == 3
        return
    with pytest.raises(BrukerFeil, match=kode) as feil:
        load(prove, FEBRUARFIL, MARS)
    assert facts(prove, numre[5]) == STOPPET
    assert load(prove, FEBRUARFIL, MARS, godta=feil.value.deler["godta"]).borte == 4


def test_a_list_as_long_of_other_people_is_refused(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    fremmede = [prove.bygd.number("2008-05-05", nr) for nr in range(40, 46)]
    prove.deliver(*rows(fremmede))
    with pytest.raises(BrukerFeil, match="ÅH-2401"):
        load(prove, FEBRUARFIL, MARS)


def test_an_old_list_read_again_does_not_undo_a_newer_row_s(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre[:5]))
    load(prove)
    prove.deliver(*rows(numre[1:]))
    load(prove, "2026-02-02T08:00", MARS)
    for_ = prove.bygd.ask("SELECT count(*) FROM fakta")
    svar = load(prove, "2026-02-03T08:00")
    assert (svar.inn, svar.lastet, svar.uendret, svar.borte) == (5, 0, 5, 0)
    assert prove.bygd.ask("SELECT count(*) FROM fakta") == for_


def test_an_earlier_list_that_comes_late_does_not_change_what_the_later_one_says(
    prove: Sokerprove, numre: list[str]
) -> None:
    prove.deliver(*rows(numre[:5], soknad_dato="19.01.2026"))
    load(prove, MARSFIL, MARS)
    prove.deliver(*rows(numre[1:], onske="3"), navn="_sen")
    load(prove, "2026-02-24T08:00", per_dato="2026-01-26")
    assert facts(prove, numre[0]) == ("20262027", "2026-01-19", "1: STUSP1----")
    assert facts(prove, numre[5]) == ("", "", "")
    assert prove.bygd.facts(numre[5], *FELT, dato="2026-02-01") == STOPPET


def test_the_first_day_stands_when_vigo_later_tells_another(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    load(prove)
    prove.deliver(*rows(numre, soknad_dato="12.02.2026", programomraadekode="BABAT1----"))
    load(prove, FEBRUARFIL, MARS)
    assert facts(prove, numre[0]) == ("20262027", "2026-01-20", "1: BABAT1----")


def test_another_year_s_list_or_a_bad_row_is_set_aside(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre[:1]), *rows(numre[1:2], skoleaar="20252026"), *rows(numre[2:3], programomraadekode="X"))
    svar = load(prove)
    assert (svar.inn, svar.lastet, svar.karantene, svar.avvik) == (3, 1, 2, 1)
    koder = prove.bygd.ask("SELECT rad_nr, kolonne FROM karantene ORDER BY rad_nr")
    assert koder == [(3, "skoleaar"), (4, "programomraadekode")]


@pytest.mark.parametrize("ekstra", [{}, {"onske": "x"}], ids=["god", "satt til side"])
@pytest.mark.parametrize(("gradering", "blir"), [("fortrolig", "fortrolig"), ("", "mangler"), ("ugradert", "ugradert")])
def test_a_grade_on_the_list_protects_also_from_a_row_set_aside(
    prove: Sokerprove, numre: list[str], gradering: str, blir: str, ekstra: dict[str, str]
) -> None:
    prove.deliver({"fodselsnummer": numre[0], "adressegradering": gradering} | ekstra, *rows(numre[1:]))
    load(prove)
    assert prove.bygd.facts(numre[0], "adressegradering_vigo") == (blir,)


def test_a_grade_that_others_gave_is_not_opened_by_the_list_and_its_own_is(prove: Sokerprove, numre: list[str]) -> None:
    person = prove.bygd.person(adressegradering_vigo="strengtFortrolig")
    nummer = prove.bygd.ask("SELECT verdi FROM fakta WHERE felt='fodselsnummer' AND person_id = ?", person)[0][0]
    prove.deliver({"fodselsnummer": numre[0], "adressegradering": "fortrolig"}, {"fodselsnummer": nummer})
    load(prove)
    prove.deliver({"fodselsnummer": numre[0]}, {"fodselsnummer": nummer, "adressegradering": "fortrolig"})
    load(prove, FEBRUARFIL, MARS)
    assert prove.bygd.facts(numre[0], "adressegradering_vigo") == ("ugradert",)
    assert prove.bygd.facts(nummer, "adressegradering_vigo") == ("strengtFortrolig",)


def test_a_load_that_is_taken_back_leaves_no_application(prove: Sokerprove, numre: list[str]) -> None:
    prove.deliver(*rows(numre))
    svar = load(prove)
    undo(Angrevalg(kjoring_id=svar.kjoring_id, av="Kari", grunn="feil", naa=prove.bygd.at("2026-01-27T08:00")))
    assert facts(prove, numre[0]) == ("", "", "")


def test_no_list_is_no_fault(prove: Sokerprove, numre: list[str]) -> None:
    assert load(prove).inn == 0
