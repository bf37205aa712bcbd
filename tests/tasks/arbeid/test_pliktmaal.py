"""How the duties stand, in counts: everyone is counted once, nobody is named, and the waiting is the key figures'."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from schemas.kjoring import Tabell
from tasks import kodeverk, nokkeltall
from tasks.arbeid import plikter, pliktmaal
from tests.tasks.arbeid.pliktprove import answer, as_of

DATO = "2026-05-11"


def measures(kjoring: Any) -> Any:
    return pliktmaal.measures(plikter.standing(kjoring), kjoring.per_dato)


def counts(bygd: Any, kode: str) -> tuple[str | int, ...]:
    """The duty's numbers: concerned, done, lacking, past the deadline, not relevant."""
    tekst = plikter.titles(date.fromisoformat(DATO))[kode]
    with as_of(bygd, DATO) as kjoring:
        return next(rad[1:] for rad in measures(kjoring).rader if rad[0] == tekst)


def waited(bygd: Any) -> Tabell:
    with as_of(bygd, DATO) as kjoring:
        return pliktmaal.waiting(kjoring)


def test_each_duty_counts_whom_it_concerns_as_done_lacking_late_or_not_relevant(bygd: Any) -> None:
    bygd.person(kontakt_dato="2026-01-10")
    bygd.person(tilmeldt_dato="2026-04-27")
    bygd.person(tilmeldt_dato="2026-04-26")
    answer(bygd, bygd.person(), "PL_KONTAKT", "PLIKT_IKKE_AKTUELL", "2026-02-01")
    bygd.person(avsluttet_dato="2026-05-01")
    assert counts(bygd, "PL_KONTAKT") == (4, 1, 2, 1, 1)


def test_a_duty_that_repeats_is_done_until_it_is_near_again(bygd: Any) -> None:
    praksis = {"ot_status": "OTOA", "tiltak": "praksis", "tiltak_fra_dato": "2026-04-01"}
    for besok in ("2026-05-02", "2026-05-01", "2026-04-26", ""):
        bygd.person(**praksis, praksisbesok_dato=besok)
    assert counts(bygd, "PL_PRAKSISBESOK") == (4, 1, 3, 2, 0)


def test_every_duty_has_a_row_also_when_it_concerns_nobody(bygd: Any) -> None:
    with as_of(bygd, DATO) as kjoring:
        tabell = measures(kjoring)
    assert len(tabell.rader) == len(kodeverk.all_rows(plikter.REGEL))
    assert {tall for _, *flere in tabell.rader for tall in flere} == {0}
    assert tabell.markdown().startswith("## Plikter")


def test_those_concerned_are_those_done_lacking_and_not_relevant(bygd: Any) -> None:
    for status in ("OTUK", "OTOV", "OTOA", "OTKO"):
        for fodt in ("2007-03-14", "2009-03-14"):
            bygd.person(ot_status=status, fodselsdato=fodt, tiltak="praksis", wie_tilbudt_dato="2026-02-02")
    with as_of(bygd, DATO) as kjoring:
        for _, gjelder, gjort, mangler, over, ikke_aktuelt in measures(kjoring).rader:
            assert gjelder == int(gjort) + int(mangler) + int(ikke_aktuelt)
            assert over <= mangler  # type: ignore[operator]


def test_waiting_shows_the_median_and_the_tail(bygd: Any) -> None:
    for dag in ("2025-09-20", "2025-09-22", "2025-09-25", "2026-04-20"):
        bygd.person(kontakt_dato=dag)
    bygd.person()
    assert dict(waited(bygd).rader) == {  # type: ignore[arg-type]
        "Kontaktet": 4, "Venter fortsatt": 1, "Dager, median": "3,5", "Dager, 90 av 100": "149,9", "Dager, lengst": 212,
    }  # fmt: skip


@pytest.mark.parametrize(("tilmeldt", "teller"), [("2025-07-31", 0), ("2025-08-01", 1), (DATO, 1), ("2026-05-12", 0)])
def test_only_those_enrolled_this_school_year_are_counted(bygd: Any, tilmeldt: str, teller: int) -> None:
    bygd.person(tilmeldt_dato=tilmeldt)
    assert waited(bygd).rader[:3] == [("Kontaktet", 0), ("Venter fortsatt", teller), ("Dager, median", "–")]


def test_the_waiting_is_the_key_figures(bygd: Any) -> None:
    for dag in ("2025-09-21", "2025-10-10", "2025-12-24", "2026-01-01", ""):
        bygd.person(kontakt_dato=dag)
    with as_of(bygd, DATO) as kjoring:
        tall = nokkeltall.figures(kjoring.con, kjoring.hjem, kjoring.per_dato)
        rader = {hva: str(verdi) for hva, verdi in pliktmaal.waiting(kjoring).rader}
    alle: pd.Series = tall[tall["region"] == "alle"].set_index("maaltall")["verdi"]
    vist = [rader[navn].replace(",", ".") for navn in ("Dager, median", "Dager, 90 av 100")]
    assert [float(verdi) for verdi in vist] == [alle["ventetid_median"], alle["ventetid_p90"]]


def test_nobody_is_named(bygd: Any) -> None:
    person = bygd.person(fornavn="Kanari", etternavn="Sangfugl")
    with as_of(bygd, DATO) as kjoring:
        vist = measures(kjoring).markdown() + pliktmaal.waiting(kjoring).markdown()
        vist += "".join(funn.tekst for funn in plikter.findings(plikter.standing(kjoring), kjoring.per_dato))
    assert not [ord_ for ord_ in ("Kanari", "Sangfugl", person) if ord_ in vist]
    assert "over fristen: 1 (Kontakt med ungdom" in vist
