"""A county's year, and every view at its end: each tells what it told meanwhile."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest

from deployments.avspilling import Avspilling
from deployments.demo import Demo
from deployments.demofylke import make_demo
from tasks import kanaler, visninger
from tasks.hjem import Hjem, home
from tasks.register.historikk import TABELLER
from tests.tasks.conftest import EN_SIDE
from tests.tasks.test_visninger_tid import Bilder, differences, picture

DEMO = Demo(ungdom=30)
HVER = 24
"""Every so many events a picture is taken: after runs, approvals, dispatches, receipts and answers in turn."""


class Fotograf(Avspilling):
    """A replay that takes a picture of every view now and then, when everything due at the moment is done."""

    def photograph(self) -> Bilder:
        """Play the year and return what the views told."""
        self.bilder: Bilder = {}
        self.nummer = count(1)
        self.play()
        return self.bilder

    def _at(self, tid: datetime, hendelse: Callable[[datetime], None]) -> None:
        def with_picture(naa: datetime) -> None:
            hendelse(naa)
            if next(self.nummer) % HVER == 0 and all(annen > naa for annen, _, _ in self._ko):
                self.bilder[naa] = picture(self.hjem, naa, *visninger.names())

        super()._at(tid, with_picture)


@pytest.fixture(scope="module")
def aaret(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hjem, Bilder]:
    """A small county's year and what every view told meanwhile."""
    with pytest.MonkeyPatch.context() as miljo:
        miljo.setenv("ARSHJUL_HOME", str(tmp_path_factory.mktemp("aaret") / "hjem"))
        miljo.delenv("ARSHJUL_KEY", raising=False)
        miljo.delenv("ARSHJUL_KEY_FILE", raising=False)
        miljo.setattr(kanaler, "render_all", lambda brev, _: [EN_SIDE + repr(enkelt).encode() for enkelt in brev])
        make_demo(home(), DEMO)
        return home(), Fotograf(home(), DEMO, plain=True).photograph()


@pytest.mark.parametrize("navn", visninger.names())
def test_at_the_years_end_a_view_tells_what_it_told_meanwhile(aaret: tuple[Hjem, Bilder], navn: str) -> None:
    hjem, bilder = aaret
    assert len(bilder) > 5
    assert differences(hjem, {tid: {navn: bilde[navn]} for tid, bilde in bilder.items()}) == []


def test_the_pictures_of_the_year_are_not_all_alike(aaret: tuple[Hjem, Bilder]) -> None:
    _, bilder = aaret
    endret = {navn for navn in visninger.names() if len({bilde[navn].to_csv() for bilde in bilder.values()}) > 1}
    assert {"karantene", "kjoringer", "oppgaver", "overforinger", "svar", "ungdom", "utsendinger"} <= endret


def test_what_is_remembered_is_what_stands(aaret: tuple[Hjem, Bilder]) -> None:
    hjem, _ = aaret
    with hjem.register.transaction("prøve") as con:
        for tabell, naa in TABELLER.items():
            husket = f"SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM {tabell}_historikk WHERE til_tid IS NULL"
            alle = [sorted(map(repr, con.execute(sql).fetchall())) for sql in (husket, naa)]
            assert alle[0] == alle[1], tabell
