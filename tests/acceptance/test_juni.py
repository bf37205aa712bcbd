"""The best check value that is published: Vestfold og Telemark in June 2022, 1 141 = 600 + 273 + 237 + 31 exactly.

The training county of 2022, its register at New Year, the preparation and the transfer of June: as it is told in
https://arbeidoghelse.no/samhandling-fa-pa-plass-tydelig-ansvar-for-oppfolgingen/
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import pytest

from deployments.demo import Demo
from deployments.demofylke import make_demo
from deployments.rader import run_row
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import kodeverk, nokkelside, nokkeltall, nokkelutlevering, udirpakker, visninger
from tasks.arshjul import find_row
from tasks.hjem import Hjem, home
from tasks.klokke import OSLO

AAR, TELLEDATO = 2022, date(2022, 6, 15)
ALLE, GRUPPER = 1141, {"aktivitet": 600, "avklart": 273, "oppfolging": 237, "ukjent": 31}


@dataclass(frozen=True)
class Juni:
    """The county after June's transfer was proposed."""

    hjem: Hjem
    forberedt: Kjoreresultat
    overfort: Kjoreresultat

    def figures(self) -> pd.DataFrame:
        """The key figures' view, the values by figure and group for the whole county."""
        ramme = visninger.show(self.hjem, "nokkeltall", TELLEDATO)
        return ramme[(ramme["dato"] == "2022-06-15") & (ramme["region"] == "alle")].set_index(["maaltall", "gruppe"])


@pytest.fixture(scope="module")
def juni(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Juni]:
    with pytest.MonkeyPatch.context() as miljo:
        mappe = tmp_path_factory.mktemp("juni") / "hjem"
        miljo.setenv("ARSHJUL_HOME", str(mappe))
        miljo.delenv("ARSHJUL_KEY", raising=False)
        miljo.delenv("ARSHJUL_KEY_FILE", raising=False)
        make_demo(home(), Demo(aar=AAR))
        yield Juni(home(mappe), run("17", "2022-06-08T08:00"), run("20", "2022-06-15T08:00"))


def run(nummer: str, tid: str) -> Kjoreresultat:
    rad = find_row(nummer)
    valg = Kjorevalg(rad=rad.rad, aar=AAR, naa=datetime.fromisoformat(tid).replace(tzinfo=OSLO))
    return run_row(rad, valg, plain=True)


def package(juni: Juni) -> tuple[bytes, dict[str, object]]:
    with juni.hjem.register.transaction("prøve") as con:
        ((data, manifest),) = con.execute("SELECT data, manifest FROM overforing").fetchall()
    return data, json.loads(manifest)


def test_the_sealed_package_has_just_the_published_lines_by_group(juni: Juni) -> None:
    data, manifest = package(juni)
    linjer = udirpakker.lines(data)
    gruppe = {rad["kode"]: rad["gruppenavn"] for rad in kodeverk.valid_on("kodeverk/ot_status", TELLEDATO)}
    assert Counter(linjer["ot_status"].map(gruppe)) == GRUPPER
    assert len(linjer) == linjer["fodselsnummer"].nunique() == manifest["antall"] == ALLE == sum(GRUPPER.values())
    assert (manifest["utelatt"], manifest["telledato"]) == ({}, "2022-06-15")
    assert juni.forberedt.sha256 == juni.overfort.sha256 == manifest["sha256"]


def test_the_register_the_view_the_page_and_the_handout_say_the_same(juni: Juni) -> None:
    tall = juni.figures()["verdi"]
    for maaltall in ("tilmeldte", "i_skolearet"):
        assert {gruppe: tall[maaltall, gruppe] for gruppe in ("alle", *GRUPPER)} == {"alle": ALLE, **GRUPPER}
    ramme = nokkeltall.read(juni.hjem, TELLEDATO)
    nokkelside.write(juni.hjem, ramme, TELLEDATO)
    csv, html, _ = nokkelutlevering.write(juni.hjem, ramme, TELLEDATO)
    rad = "".join(f'<td class="tall">{antall}</td>' for antall in (31, 237, 600, 273, 0, ALLE))
    for side in (juni.hjem.mappe / "rapporter/sider/nokkeltall/2022-06-15/index.html", html):
        assert f'<th scope="row">15. juni 2022</th>{rad}' in side.read_text("utf-8")
    gitt_ut = pd.read_csv(csv, sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    gitt_ut = gitt_ut[(gitt_ut["maaltall"] == "i_skolearet") & (gitt_ut["gruppe"] != "ikke_i_maalgruppen")]
    assert dict(zip(gitt_ut["gruppe"], gitt_ut["verdi"], strict=True)) == {
        navn: str(antall) for navn, antall in {"alle": ALLE, **GRUPPER}.items()
    }


def test_every_region_of_the_county_adds_up_to_it(juni: Juni) -> None:
    ramme = visninger.show(juni.hjem, "nokkeltall", TELLEDATO)
    naa = ramme[(ramme["maaltall"] == "tilmeldte") & (ramme["dato"] == "2022-06-15") & (ramme["gruppe"] == "alle")]
    regioner = dict(zip(naa["region"], naa["verdi"], strict=True))
    assert regioner.pop("alle") == sum(regioner.values()) == ALLE
    assert regioner["ikke oppgitt"] == 17


def test_everyone_has_the_age_of_2022s_target_group(juni: Juni) -> None:
    grenser = kodeverk.age_limits(TELLEDATO)
    alder = AAR - visninger.show(juni.hjem, "ungdom", TELLEDATO)["fodselsaar"]
    assert grenser == (15, 21)
    assert alder.between(*grenser).all()
