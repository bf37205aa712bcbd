"""What the archive gets: an attachment is written as a letter is, to the office of intake, and names nobody outside."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema

from schemas.utsending import as_json
from schemas.vedlegg import Vedleggsdata
from schemas.verdier import Kanal, Mottaker
from tasks.arkivmelding import archive_files
from tasks.feil import BrukerFeil
from tasks.filkanal import Filer
from tasks.kanal import Post
from tasks.kanaler import FILKANALER
from tasks.soker.vedleggsark import as_data, render, title
from tests.tasks.soker.test_vedlegg import ARKIV
from tests.tasks.soker.test_vedleggsark import VEDLEGG
from tests.tasks.test_arkivmelding import ONDE, PDF, VALG, opprett, skjemaer, told  # noqa: F401 two are fixtures
from tests.tasks.test_brev import BREV


def item(data: Vedleggsdata = VEDLEGG, nummer: str = "u1") -> Post:
    innhold = as_json({"vedlegg": as_data(data), "tittel": title()})
    return Post(nummer, "f1", Kanal.ARKIV, Mottaker.ARKIV, innhold, referanse=f"{nummer}-ab12")


def message(data: Vedleggsdata = VEDLEGG) -> bytes:
    return archive_files(item(data), PDF, VALG)["arkiv/f1/u1/arkivmelding.xml"]


@pytest.mark.parametrize("navn", ["Kari Nordmann", *ONDE])
def test_the_message_is_valid_by_the_published_schema(opprett: xmlschema.XMLSchema, navn: str) -> None:  # noqa: F811
    opprett.validate(message(replace(VEDLEGG, navn=navn, mottaker=navn)))


def test_the_message_is_from_the_county_to_the_office_and_says_nothing_of_the_youth() -> None:
    melding = message()
    parter = told(melding, "a:registrering/a:korrespondansepart/a:korrespondansepartNavn")
    assert parter == ["Eksempel fylkeskommune", "Inntakskontoret"]
    assert told(melding, "a:registrering/a:tittel") == told(melding, "a:registrering/a:offentligTittel") == [title()]
    assert told(melding, "a:registrering/a:dokumentetsDato") == ["2026-01-26"]
    assert told(melding, ".//a:erSkjermet") == []
    assert "Nordmann" not in melding.decode()


def test_letters_and_attachments_of_one_bunch_each_get_their_own_and_a_faulty_one_holds_nobody_up(bygd: Any) -> None:
    sti: Path = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + ARKIV, "utf-8")
    brev = replace(item(nummer="u2"), innhold=as_json({"brev": asdict(BREV), "tittel": "Brev"}))
    poster = [item(), brev, item(replace(VEDLEGG, navn="王"), "u3"), item(nummer="u4")]
    with FILKANALER[Kanal.ARKIV].open(bygd.fresh(), bygd.at("2026-01-26T08:00")) as levering:
        levering.prepare(poster)
        filer: dict[str, Filer | BrukerFeil] = dict(levering.filer)
    assert list(filer) == ["u1", "u2", "u3", "u4"]
    assert isinstance(filer["u3"], BrukerFeil)
    for nummer in ("u1", "u4"):
        assert filer[nummer][f"arkiv/f1/{nummer}/{nummer}.pdf"] == render(VEDLEGG)  # type: ignore[index]
    assert filer["u2"]["arkiv/f1/u2/u2.pdf"] != render(VEDLEGG)  # type: ignore[index]
