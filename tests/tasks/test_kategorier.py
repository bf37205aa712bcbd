"""The same youth on several of the autumn's lists: one order of precedence decides, whatever order they came in."""

from typing import Any

import pytest

HOST = "2026-09-14T08:00"


@pytest.fixture
def ungdom(bygd: Any) -> Any:
    """One youth, unknown until the autumn's lists come."""
    bygd.nr, bygd.annen = bygd.number("2007-03-14", 1), bygd.number("2007-03-14", 2)
    return bygd


def vigo(bygd: Any, kode: str, **felt: str) -> None:
    bygd.deliver("vigo_ot_linjer", {"fodselsnummer": bygd.nr, "ajourholdskode": kode} | felt)


def school(bygd: Any, kode: str, skole: str = "39001", **felt: str) -> None:
    rad = {"fodselsnummer": bygd.nr, "ajourholdskode": kode, "skolenummer": skole} | felt
    bygd.deliver("skole_ikke_mott", rad, navn=f"_{skole}")


def lines(bygd: Any) -> list[tuple[Any, ...]]:
    return bygd.ask(
        "SELECT format, skolenummer, kategori, gjelder FROM flere_lister ORDER BY gjelder DESC, format, skolenummer"
    )


@pytest.mark.parametrize(
    ("fra_vigo", "fra_skolen", "blir"),
    [("V", "N", "N"), ("N", "V", "N"), ("S", "N", "S"), ("V", "S", "S"), ("N", "N", "N")],
)
def test_what_happened_last_holds(ungdom: Any, fra_vigo: str, fra_skolen: str, blir: str) -> None:
    vigo(ungdom, fra_vigo)
    school(ungdom, fra_skolen)
    ungdom.run("24", HOST)
    assert ungdom.facts(ungdom.nr, "ajourholdskode", "neisvarer_skoleaar") == (blir, "20262027")
    assert len(lines(ungdom)) == 2


def test_that_a_youth_is_on_two_lists_is_seen(ungdom: Any) -> None:
    vigo(ungdom, "V")
    school(ungdom, "N")
    svar = ungdom.run("24", HOST)
    assert any("1 ungdommer står på flere lister" in tekst for tekst in svar.merknader)
    assert lines(ungdom) == [("skole_ikke_mott", "39001", "N", True), ("vigo_ot_linjer", "", "V", False)]


def test_a_list_that_comes_later_does_not_win_by_coming_later(ungdom: Any) -> None:
    vigo(ungdom, "S")
    ungdom.run("24", HOST)
    school(ungdom, "V")
    ungdom.run("24", "2026-09-15T08:00")
    assert ungdom.facts(ungdom.nr, "ajourholdskode") == ("S",)


def test_one_whom_vigo_drops_stays_while_a_school_still_lists_her(ungdom: Any) -> None:
    vigo(ungdom, "V")
    school(ungdom, "N")
    ungdom.run("24", HOST)
    ungdom.deliver("vigo_ot_linjer", {"fodselsnummer": ungdom.annen, "ajourholdskode": "V"})
    ungdom.run("24", "2026-09-15T08:00")
    assert ungdom.facts(ungdom.nr, "neisvarer_skoleaar", "ajourholdskode") == ("20262027", "N")
    assert lines(ungdom) == []


def test_a_school_s_new_list_takes_away_only_its_own(ungdom: Any) -> None:
    vigo(ungdom, "V", fodselsnummer=ungdom.annen)
    school(ungdom, "N")
    school(ungdom, "N", skole="39002", fodselsnummer=ungdom.number("2007-03-14", 3))
    ungdom.run("24", HOST)
    ungdom.deliver("skole_ikke_mott", {"fodselsnummer": ungdom.annen, "ajourholdskode": "N"}, navn="_39001")
    svar = ungdom.run("24", "2026-09-15T08:00")
    assert svar.borte == 1
    assert ungdom.facts(ungdom.nr, "neisvarer_skoleaar") == ("",)
    assert ungdom.facts(ungdom.number("2007-03-14", 3), "neisvarer_skoleaar") == ("20262027",)


def test_a_youth_of_spring_s_list_who_is_on_autumn_s_too_is_seen(ungdom: Any) -> None:
    ungdom.deliver("vigo_ikkesokere", {"fodselsnummer": ungdom.nr})
    ungdom.run("12", "2026-04-27T08:00")
    vigo(ungdom, "V")
    ungdom.run("24", HOST)
    assert lines(ungdom) == [("vigo_ot_linjer", "", "V", True), ("vigo_ikkesokere", "", "ikkesoker", False)]


def test_one_known_only_from_a_school_gets_no_letter(ungdom: Any, hurtig: None) -> None:
    vigo(ungdom, "V", fodselsnummer=ungdom.annen)
    school(ungdom, "N", adressegradering="")
    ungdom.run("24", HOST)
    forslag = ungdom.run("25", "2026-09-21T08:00").forslag_id
    assert [grunn for _, _, grunn in ungdom.reasons(forslag)] == ["SKJERMET"]


def without_grades(bygd: Any) -> None:
    """Take the column of grades out of the school's list in the inbox."""
    (sti,) = bygd.hjem.innboks.glob("skole_ikke_mott*")
    hoder, *rader = [linje.split(";") for linje in sti.read_text("utf-8").splitlines()]
    plass = hoder.index("Adressegradering")
    linjer = [";".join(del_ for nr, del_ in enumerate(rad) if nr != plass) for rad in (hoder, *rader)]
    sti.write_text("\n".join(linjer) + "\n", "utf-8")


def test_a_schools_list_without_grades_says_nothing_of_one_we_know_and_opens_nobody(ungdom: Any) -> None:
    school(ungdom, "N", skole="39001")
    without_grades(ungdom)
    ungdom.person("2026-01-02", fodselsnummer=ungdom.annen)
    school(ungdom, "N", skole="39002", fodselsnummer=ungdom.annen)
    (sti,) = ungdom.hjem.innboks.glob("skole_ikke_mott_39002*")
    sti.rename(sti.with_name("ventende"))
    ungdom.run("22", "2026-08-31T08:00")
    assert ungdom.ask("SELECT count(*) FROM fakta WHERE felt = 'adressegradering_skole'") == [(0,)]
    assert ("1 personer", "IKKE_MOTT_KONTAKT") in ungdom.ask("SELECT gjelder, grunn_kode FROM oppgave")


def test_a_blank_grade_on_a_schools_list_closes_one_whom_others_call_open(ungdom: Any) -> None:
    ungdom.person("2026-01-02", fodselsnummer=ungdom.annen)
    school(ungdom, "N", fodselsnummer=ungdom.annen, adressegradering="")
    ungdom.run("22", "2026-08-31T08:00")
    assert ungdom.facts(ungdom.annen, "adressegradering_skole") == ("mangler",)
    assert {gjelder for (gjelder,) in ungdom.ask("SELECT gjelder FROM oppgave WHERE grunn_kode LIKE 'IKKE_MOTT%'")} == {
        "1 personer"
    }
