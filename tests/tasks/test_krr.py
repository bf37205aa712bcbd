"""The contact register: asked at every dispatch about those who may get a letter, read strictly, never stored."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pytest_httpserver import HTTPServer

from tasks import maskinporten
from tasks.feil import BrukerFeil
from tasks.klokke import Ur
from tasks.krr import Kontakt, contact, look_up
from tests.motparter.klokke import Klokke
from tests.motparter.krr import Krr
from tests.motparter.maskinporten import KLIENT_ID, NOKKEL_ID, Maskinporten, key_pair
from tests.motparter.svikt import Svikt

KANARIER = ("kanari@krr.example", "41234567", "kanari.fugl#9Z9Z", "984661185")
KONTAKT = {"epostadresse": KANARIER[0], "mobiltelefonnummer": KANARIER[1]}
POSTKASSE = {"postkasseadresse": KANARIER[2], "postkasseleverandoeradresse": KANARIER[3]}
NUMMER, ANNET = "00000000001", "00000000002"


@pytest.fixture(scope="session")
def nokkelpar() -> tuple[bytes, bytes]:
    return key_pair()


def answer(**felt: object) -> dict[str, object]:
    return {
        "personidentifikator": "n", "reservasjon": "NEI", "status": "AKTIV", "varslingsstatus": "KAN_VARSLES",
        "digital_post": {"postkasseadresse": "a#1"},
    } | felt  # fmt: skip


@pytest.mark.parametrize(
    ("felt", "digitalt"),
    [
        ({}, True),
        ({"reservasjon": "JA"}, False),
        ({"reservasjon": None}, False),
        ({"status": "SLETTET"}, False),
        ({"status": "IKKE_REGISTRERT"}, False),
        ({"varslingsstatus": "KAN_IKKE_VARSLES"}, False),
        ({"varslingsstatus": "noe nytt"}, False),
        ({"digital_post": None}, False),
        ({"digital_post": {}}, False),
        ({"digital_post": {"postkasseadresse": ""}}, False),
        ({"digital_post": "a#1"}, False),
    ],
)
def test_a_letter_goes_digitally_only_when_everything_says_so(bygd: Any, felt: dict[str, Any], digitalt: bool) -> None:
    bygd.krr(answer(**felt))
    assert look_up(bygd.hjem, ["n"])["n"].kan_digitalt is digitalt


@pytest.mark.parametrize("mangler", ["reservasjon", "status", "varslingsstatus", "digital_post"])
def test_what_krr_leaves_out_is_a_no(bygd: Any, mangler: str) -> None:
    bygd.krr({felt: verdi for felt, verdi in answer().items() if felt != mangler})
    assert not look_up(bygd.hjem, ["n"])["n"].kan_digitalt


@pytest.mark.parametrize(("spraak", "maalform"), [("nb", "nb"), ("nn", "nn"), ("en", "nb"), ("se", "nb"), (None, "nb")])
def test_nynorsk_goes_to_those_who_ask_for_it(bygd: Any, spraak: str | None, maalform: str) -> None:
    bygd.krr(answer(spraak=spraak))
    assert look_up(bygd.hjem, ["n"])["n"].maalform == maalform


def test_only_those_asked_about_are_answered_and_the_unknown_have_no_answer(bygd: Any) -> None:
    bygd.krr(answer(), answer(personidentifikator="m"))
    assert set(look_up(bygd.hjem, ["n", "ukjent"])) == {"n"}


@pytest.mark.parametrize("innhold", [None, "", "{", "{}", "[]", "null"])
def test_missing_or_broken_answers_stop_the_dispatch(bygd: Any, innhold: str | None) -> None:
    sti = bygd.hjem.mappe / "krr.json"
    sti.unlink()
    if innhold is not None:
        sti.write_text(innhold, "utf-8")
    with pytest.raises(BrukerFeil, match="ÅH-1602"):
        look_up(bygd.hjem, ["n"])


@pytest.mark.parametrize("modus", ["prøve", "drift"])
def test_the_practice_answers_are_used_only_in_practice(bygd: Any, modus: str) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1601"):
        look_up(bygd.mode(modus), ["n"])


@pytest.mark.parametrize(
    ("felt", "mobil", "epost"),
    [
        ({}, KANARIER[1], KANARIER[0]),
        ({"digital_post": None}, KANARIER[1], KANARIER[0]),
        ({"varslingsstatus": "KAN_IKKE_VARSLES"}, "", ""),
        ({"reservasjon": "JA"}, "", ""),
        ({"status": "SLETTET"}, "", ""),
        ({"kontaktinformasjon": None}, "", ""),
        ({"kontaktinformasjon": {"mobiltelefonnummer": 41234567, "epostadresse": ["x"]}}, "", ""),
    ],
)
def test_a_number_or_an_address_is_given_only_where_it_may_be_used(
    felt: dict[str, Any], mobil: str, epost: str
) -> None:
    kontakt = contact(answer(kontaktinformasjon=KONTAKT) | felt)
    assert (kontakt.mobil, kontakt.epost) == (mobil, epost)
    assert not any(kanari in repr(kontakt) for kanari in KANARIER)


@dataclass
class Digdir:
    """KRR and Maskinporten as stand-ins on this machine, and a county that asks them with a clock that stands still."""

    bygd: Any
    port: Maskinporten
    krr: Krr
    sovet: list[float] = field(default_factory=list)

    def ask(self, *numre: str) -> dict[str, Kontakt]:
        ur = Ur(lambda: timedelta(seconds=sum(self.sovet)), self.krr.klokke.naa, self.sovet.append)
        return look_up(self.bygd.fresh(), numre, ur)

    def refused(self, kode: str) -> str:
        """The message, which tells of no one and carries no other error along."""
        with pytest.raises(BrukerFeil, match=kode) as feil:
            self.ask(NUMMER)
        assert (feil.value.__cause__, feil.value.__context__) == (None, None)
        assert not any(hemmelig in str(feil.value) for hemmelig in (NUMMER, *KANARIER))
        return str(feil.value)


@pytest.fixture
def digdir(bygd: Any, nokkelpar: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Digdir]:
    privat, offentlig = nokkelpar
    monkeypatch.setenv(maskinporten.MILJOVARIABEL, privat.decode())
    with (
        Maskinporten(offentlig, klokke=Klokke(start=None)) as port,
        Krr(port, [answer(personidentifikator=NUMMER, spraak="nn")]) as krr,
    ):
        settings(bygd, port, krr.rot)
        yield Digdir(bygd, port, krr)


def settings(bygd: Any, port: Maskinporten, krr: str) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(
        sti.read_text("utf-8").partition("\n[maskinporten]")[0]
        + f'\n[maskinporten]\nadresse = "{port.adresse}"\nutsteder = "{port.utsteder}"\n'
        + f'klient_id = "{KLIENT_ID}"\nnokkel_id = "{NOKKEL_ID}"\n[krr]\nadresse = "{krr}"\n',
        "utf-8",
    )


def test_each_one_asked_about_is_answered(digdir: Digdir) -> None:
    svar = digdir.ask(NUMMER, ANNET)
    assert svar == {NUMMER: Kontakt(True, "nn", True), ANNET: Kontakt()}
    assert digdir.krr.oppslag == [tuple(sorted([NUMMER, ANNET]))]


def test_nobody_is_asked_about_when_there_is_nobody(digdir: Digdir) -> None:
    assert digdir.ask() == {}
    assert (digdir.krr.oppslag, digdir.port.gitt) == ([], [])


@pytest.mark.parametrize(("antall", "bolker"), [(1, [1]), (1000, [1000]), (1001, [1000, 1]), (2500, [1000, 1000, 500])])
def test_at_most_a_thousand_are_asked_about_at_a_time_on_one_token(
    digdir: Digdir, antall: int, bolker: list[int]
) -> None:
    numre = [f"{nummer:011}" for nummer in range(antall)]
    assert set(digdir.ask(*numre)) == set(numre)
    assert [len(oppslag) for oppslag in digdir.krr.oppslag] == bolker
    assert len(digdir.port.gitt) == 1


@pytest.mark.parametrize(
    ("svikt", "kode", "forsok"),
    [
        ({"hva": Svikt.STATUS, "status": 400}, "ÅH-1635", 1),
        ({"hva": Svikt.STATUS, "status": 401}, "ÅH-1634", 1),
        ({"hva": Svikt.STATUS, "status": 403}, "ÅH-1634", 1),
        ({"hva": Svikt.STATUS, "status": 404}, "ÅH-1635", 1),
        ({"hva": Svikt.VIDERESENDING}, "ÅH-1635", 1),
        ({"hva": Svikt.STATUS, "status": 429}, "ÅH-1636", 4),
        ({"hva": Svikt.STATUS, "status": 500}, "ÅH-1636", 4),
        ({"hva": Svikt.STATUS, "status": 503}, "ÅH-1636", 4),
        ({"hva": Svikt.BRUDD_FOR_LESING}, "ÅH-1633", 4),
        ({"hva": Svikt.BRUDD_ETTER_BEHANDLING}, "ÅH-1633", 4),
        ({"hva": Svikt.BRUDD_I_SVARET}, "ÅH-1633", 4),
        ({"hva": Svikt.TULL}, "ÅH-1633", 4),
        ({"hva": Svikt.KJEMPESVAR}, "ÅH-1633", 4),
        ({"hva": Svikt.INNLOGGINGSSIDE}, "ÅH-1637", 1),
        ({"hva": Svikt.AVKORTET_JSON}, "ÅH-1637", 1),
        ({"hva": Svikt.UTEN_ID}, "ÅH-1637", 1),
        ({"hva": Svikt.TOM}, "ÅH-1637", 1),
        ({"hva": Svikt.FEIL_ID}, "ÅH-1638", 1),
    ],
    ids=str,
)
def test_every_fault_is_one_message_after_a_bounded_number_of_attempts(
    digdir: Digdir, svikt: dict[str, Any], kode: str, forsok: int
) -> None:
    regel = digdir.krr.feil(**svikt)
    digdir.refused(kode)
    assert (regel.truffet, len(digdir.sovet)) == (forsok, forsok - 1)


@pytest.mark.parametrize("svikt", [Svikt.STATUS, Svikt.BRUDD_UNDER_LESING, Svikt.BRUDD_I_SVARET])
def test_what_passes_is_asked_again(digdir: Digdir, svikt: Svikt) -> None:
    digdir.krr.feil(svikt, ganger=2)
    assert digdir.ask(NUMMER)[NUMMER].kan_digitalt
    assert digdir.sovet == [1.0, 2.0]


def test_the_service_says_how_long_to_wait(digdir: Digdir) -> None:
    digdir.krr.feil(Svikt.STATUS, status=429, vent=7, ganger=1)
    digdir.ask(NUMMER)
    assert digdir.sovet == [7.0]


def test_a_service_that_is_down_is_not_waited_for_for_ever(digdir: Digdir) -> None:
    with digdir.krr.nede():
        digdir.refused("ÅH-1633")
    assert digdir.sovet == [1.0, 2.0, 4.0]


def test_one_left_out_of_the_answer_has_no_mailbox(digdir: Digdir, httpserver: HTTPServer) -> None:
    settings(digdir.bygd, digdir.port, httpserver.url_for(""))
    httpserver.expect_request("/rest/v2/personer").respond_with_json({"personer": []})
    assert digdir.ask(NUMMER) == {}


@pytest.mark.parametrize(
    ("svar", "kode"),
    [
        ({"personer": [answer(personidentifikator=ANNET)]}, "ÅH-1638"),
        ({"personer": [answer(personidentifikator=NUMMER)] * 2}, "ÅH-1638"),
        ({"personer": [answer(personidentifikator=None)]}, "ÅH-1637"),
        ({"personer": [NUMMER]}, "ÅH-1637"),
        ({"personer": {NUMMER: answer()}}, "ÅH-1637"),
        ([answer(personidentifikator=NUMMER)], "ÅH-1637"),
    ],
)
def test_an_answer_about_others_or_in_another_shape_is_refused(
    digdir: Digdir, httpserver: HTTPServer, svar: Any, kode: str
) -> None:
    settings(digdir.bygd, digdir.port, httpserver.url_for(""))
    httpserver.expect_request("/rest/v2/personer").respond_with_json(svar)
    digdir.refused(kode)


def test_a_token_that_is_no_longer_taken_is_not_used_again(digdir: Digdir) -> None:
    digdir.ask(NUMMER)
    digdir.port.revoke()
    digdir.refused("ÅH-1634")
    assert digdir.ask(NUMMER)[NUMMER].kan_digitalt


def test_in_practice_only_this_machine_is_asked(digdir: Digdir) -> None:
    settings(digdir.bygd, digdir.port, "https://krr.example.no")
    assert "127.0.0.1" in digdir.refused("ÅH-1630")
    assert digdir.krr.oppslag == []


@pytest.mark.parametrize("modus", ["prøve", "drift"])
def test_outside_practice_maskinporten_must_be_set_up_too(bygd: Any, modus: str) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + '\n[krr]\nadresse = "http://127.0.0.1:9"\n', "utf-8")
    with pytest.raises(BrukerFeil, match="ÅH-1631"):
        look_up(bygd.mode(modus), [NUMMER])


def test_only_those_who_may_get_the_letter_are_asked_about(digdir: Digdir) -> None:
    numre = {hvem: digdir.bygd.number("2009-03-14", nr) for nr, hvem in enumerate(["mor", "far", "ungdom", "skjermet"])}
    foreldre = {
        "foresatt1_fodselsnummer": numre["mor"],
        "foresatt2_fodselsnummer": numre["far"],
        "foresatt2_navn": "Far",
    }
    foreldre |= {"foresatt2_foreldreansvar": "N", "foresatt2_adressegradering_vigo": "ugradert"}
    digdir.bygd.person(fodselsnummer=numre["ungdom"], **digdir.bygd.MINDREAARIG | foreldre)
    digdir.bygd.person(fodselsnummer=numre["skjermet"], adressegradering_otto="kode 7", **digdir.bygd.MINDREAARIG)
    digdir.bygd.person(fodselsdato="2007-03-14", personstatus="doed")
    digdir.bygd.run()
    assert digdir.krr.oppslag == [tuple(sorted([numre["ungdom"], numre["mor"]]))]


def everything_stored(bygd: Any) -> str:
    """All tables of the register as text, files in blobs too."""
    tabeller = bygd.ask("SELECT table_name FROM duckdb_tables() WHERE database_name = 'register'")
    rader = [rad for (tabell,) in tabeller for rad in bygd.ask(f"SELECT * FROM {tabell}")]
    return "\n".join(
        verdi.decode("utf-8", "replace") if isinstance(verdi, bytes) else str(verdi) for rad in rader for verdi in rad
    )


def everything_in(mappe: Path) -> str:
    """Every file of the home but the register, which is encrypted, and the training answers; PDFs unpacked."""
    deler = []
    for sti in mappe.rglob("*"):
        if sti.is_file() and sti.name not in {"register.duckdb", "krr.json"}:
            innhold = sti.read_bytes()
            deler.append(innhold.decode("utf-8", "replace"))
            if sti.suffix == ".pdf":
                deler += [side.extract_text() for side in PdfReader(io.BytesIO(innhold)).pages]
    return "\n".join(deler)


@pytest.mark.parametrize("over_nettet", [False, True])
def test_nothing_of_krrs_contact_data_is_kept_anywhere_after_a_dispatch(
    bygd: Any, digdir: Digdir, over_nettet: bool
) -> None:
    person = bygd.person(poststed="KANARIBY")
    ((nummer,),) = bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", person)
    svar = bygd.mailbox(nummer, kontaktinformasjon=KONTAKT, digital_post=POSTKASSE)
    digdir.krr.personer[nummer] = svar
    if not over_nettet:
        settings(bygd, digdir.port, "")
        uten = (bygd.hjem.mappe / "innstillinger.toml").read_text("utf-8").partition("\n[krr]")[0]
        (bygd.hjem.mappe / "innstillinger.toml").write_text(uten, "utf-8")
        bygd.krr(svar)
    bygd.hjem = bygd.fresh()
    bygd.letters_sent()
    lagret = everything_stored(bygd) + everything_in(bygd.hjem.mappe)
    assert "KANARIBY" in lagret  # the search does see what is there
    assert bool(digdir.krr.oppslag) is over_nettet
    assert bygd.ask("SELECT kanal FROM utsending WHERE mottaker = 'ungdom'") == [("digital",)]
    assert [kanari for kanari in KANARIER if kanari in lagret] == []
