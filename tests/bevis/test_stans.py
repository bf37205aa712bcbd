"""The proof of deaths in its short form, and that what was seen is told with what to do."""

import pytest

from tests.bevis import prove
from tests.bevis.stans import rows, twin_row
from tests.svikt.drept import VENTER, Skjebne


@pytest.mark.usefixtures("om_natten")
def test_a_worker_killed_in_the_middle_of_a_load_leaves_nothing_half_done() -> None:
    funn = prove("stans", kort=True)
    assert funn.brudd == ()
    assert funn.tall["ganger noe ble drept"] == 1


def test_each_death_is_told_with_who_starts_it_again_and_what_to_do() -> None:
    av_seg_selv = Skjebne("arbeideren", "filen er lest", "rad 12 laster", "CRASHED", "", "av seg selv")
    (rad,) = rows([av_seg_selv])
    assert rad[2:] == ("den startes igjen av seg selv; Prefect viser kjøringen som CRASHED", "Gjør det på nytt.")
    (rad,) = rows([Skjebne("tjeneren", VENTER, "et forslag godkjennes", "", "", "startes igjen")])
    assert rad[2:] == ("start stopper", "Start igjen. Godkjenn som ellers.")


def test_the_second_server_is_told_with_the_remedy_of_its_code() -> None:
    rad = twin_row(Skjebne("", "", "rad 12 laster", "", "ÅH-1705", "av seg selv"))
    assert "ÅH-1705" in rad[2]
    assert rad[3].startswith("Bruk det som kjører")
