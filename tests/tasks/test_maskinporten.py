"""Maskinporten: what we sign, how long a token is kept, and that neither key nor token is ever told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from pytest_httpserver import HTTPServer

from schemas.innstillinger import Innstillinger
from tasks import maskinporten
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.klokke import Ur
from tests.motparter.maskinporten import KLIENT_ID, NOKKEL_ID, OMRAADER, Maskinporten, key_pair
from tests.motparter.svikt import Svikt

OMFANG = OMRAADER[0]


@pytest.fixture(scope="module")
def nokkelpar() -> tuple[bytes, bytes]:
    return key_pair()


@pytest.fixture
def port(nokkelpar: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Maskinporten]:
    monkeypatch.setenv(maskinporten.MILJOVARIABEL, nokkelpar[0].decode())
    with Maskinporten(nokkelpar[1]) as tjener:
        yield tjener


def county(bygd: Any, port: Maskinporten, **felt: str) -> Hjem:
    valg = {"adresse": port.adresse, "utsteder": port.utsteder, "klient_id": KLIENT_ID, "nokkel_id": NOKKEL_ID} | felt
    sti = bygd.hjem.mappe / "innstillinger.toml"
    linjer = [f'{navn} = "{verdi}"' for navn, verdi in valg.items()]
    uten = sti.read_text("utf-8").partition("\n[maskinporten]")[0]
    sti.write_text("\n".join([uten, "[maskinporten]", *linjer, ""]), "utf-8")
    return bygd.fresh()


def ask(hjem: Hjem, port: Maskinporten, omfang: str = OMFANG, sovet: list[float] | None = None) -> str:
    sovet = [] if sovet is None else sovet
    return maskinporten.token(hjem, omfang, Ur(lambda: timedelta(seconds=sum(sovet)), port.klokke.naa, sovet.append))


def test_a_token_is_good_for_the_scopes_asked_for(bygd: Any, port: Maskinporten) -> None:
    hjem = county(bygd, port)
    assert port.scopes(ask(hjem, port, " ".join(OMRAADER[1:]))) == set(OMRAADER[1:])
    assert port.scopes(ask(hjem, port)) == {OMFANG}


def test_a_token_is_kept_until_shortly_before_it_expires(bygd: Any, port: Maskinporten) -> None:
    hjem = county(bygd, port)
    forste = ask(hjem, port)
    port.advance(99 / 3600)
    assert ask(hjem, port) == forste
    port.advance(2 / 3600)
    neste = ask(hjem, port)
    assert neste != forste
    assert port.accepts(neste, OMFANG)


def test_another_scope_is_another_token(bygd: Any, port: Maskinporten) -> None:
    hjem = county(bygd, port)
    assert len({ask(hjem, port), ask(hjem, port, OMRAADER[1]), ask(hjem, port)}) == len(port.gitt) == 2


def test_a_token_is_never_written_anywhere(bygd: Any, port: Maskinporten) -> None:
    gitt = ask(county(bygd, port), port)
    assert not any(gitt.encode() in sti.read_bytes() for sti in bygd.hjem.mappe.rglob("*") if sti.is_file())


@pytest.mark.parametrize("form", ["pem", "jwk"])
@pytest.mark.parametrize("sted", ["miljo", "fil"])
def test_the_key_may_be_pem_or_jwk_in_the_environment_or_a_file(
    bygd: Any, port: Maskinporten, nokkelpar: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch, form: str, sted: str
) -> None:
    privat = nokkelpar[0].decode()
    tekst = privat if form == "pem" else json.dumps(RSAKey.import_key(privat).as_dict(private=True))
    monkeypatch.delenv(maskinporten.MILJOVARIABEL)
    if sted == "miljo":
        monkeypatch.setenv(maskinporten.MILJOVARIABEL, tekst)
    else:
        (bygd.hjem.mappe / maskinporten.NOKKELFIL).write_text(tekst + "\n", "utf-8")
    assert port.accepts(ask(county(bygd, port), port), OMFANG)


def refused(hjem: Hjem, port: Maskinporten, kode: str, sovet: list[float] | None = None) -> str:
    """The message, which holds no key and carries no other error along."""
    with pytest.raises(BrukerFeil, match=kode) as feil:
        ask(hjem, port, sovet=sovet)
    assert (feil.value.__cause__, feil.value.__context__) == (None, None)
    assert "PRIVATE" not in str(feil.value)
    return str(feil.value)


@pytest.mark.parametrize(
    "nokkel", ["", "hemmelig", "{}", '{"kty":"oct","k":"YQ"}', "-----BEGIN PRIVATE KEY-----\nx\n", "{"]
)
def test_without_a_usable_key_nobody_is_asked(
    bygd: Any, port: Maskinporten, monkeypatch: pytest.MonkeyPatch, nokkel: str
) -> None:
    monkeypatch.setenv(maskinporten.MILJOVARIABEL, nokkel)
    assert "hemmelig" not in refused(county(bygd, port), port, "ÅH-1632")
    assert not port.foresporsler


def test_the_public_half_is_no_key_to_sign_with(
    bygd: Any, port: Maskinporten, nokkelpar: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(maskinporten.MILJOVARIABEL, nokkelpar[1].decode())
    refused(county(bygd, port), port, "ÅH-1632")


@pytest.mark.parametrize(
    ("felt", "kode"),
    [
        ({"klient_id": "en-annen"}, "ÅH-1634"),
        ({"nokkel_id": "en-annen"}, "ÅH-1635"),
        ({"utsteder": "https://maskinporten.example.no/"}, "ÅH-1635"),
        ({"adresse": "https://maskinporten.example.no/token"}, "ÅH-1630"),
    ],
)
def test_wrong_settings_are_refused_in_words(bygd: Any, port: Maskinporten, felt: dict[str, str], kode: str) -> None:
    refused(county(bygd, port, **felt), port, kode)


def test_another_s_key_is_refused(bygd: Any, port: Maskinporten, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(maskinporten.MILJOVARIABEL, key_pair()[0].decode())
    refused(county(bygd, port), port, "ÅH-1635")


def test_a_clock_that_is_wrong_is_refused(bygd: Any, port: Maskinporten) -> None:
    hjem = county(bygd, port)
    ur = Ur(timedelta, lambda: port.klokke.naa() - timedelta(minutes=10), lambda _: None)
    with pytest.raises(BrukerFeil, match="ÅH-1635"):
        maskinporten.token(hjem, OMFANG, ur)


def test_a_county_without_maskinporten_is_told_so(bygd: Any, port: Maskinporten) -> None:
    assert Innstillinger.model_fields["maskinporten"].default is None
    refused(bygd.hjem, port, "ÅH-1631")


@pytest.mark.parametrize(
    ("svikt", "kode", "pauser"),
    [
        ({"hva": Svikt.STATUS, "status": 503}, "ÅH-1636", [1.0, 2.0, 4.0]),
        ({"hva": Svikt.BRUDD_ETTER_BEHANDLING}, "ÅH-1633", [1.0, 2.0, 4.0]),
        ({"hva": Svikt.INNLOGGINGSSIDE}, "ÅH-1637", []),
        ({"hva": Svikt.AVKORTET_JSON}, "ÅH-1637", []),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again_and_the_rest_is_not(
    bygd: Any, port: Maskinporten, svikt: dict[str, Any], kode: str, pauser: list[float]
) -> None:
    port.feil(**svikt)
    sovet: list[float] = []
    refused(county(bygd, port), port, kode, sovet)
    assert sovet == pauser


def test_each_attempt_signs_a_new_assertion_since_one_is_used_once(bygd: Any, port: Maskinporten) -> None:
    port.feil(Svikt.BRUDD_ETTER_BEHANDLING, ganger=1)
    assert port.accepts(ask(county(bygd, port), port), OMFANG)
    assert len(port.gitt) == 2


@pytest.mark.parametrize(
    "svar",
    [
        {}, {"access_token": "a"}, {"access_token": 5, "expires_in": 120}, {"access_token": "a b", "expires_in": 120},
        {"access_token": "", "expires_in": 120}, {"access_token": "a\r\nX: y", "expires_in": 120},
        {"access_token": "a", "expires_in": True}, {"access_token": "a", "expires_in": 0},
        {"access_token": "a", "expires_in": "120"}, ["a"],
    ],
)  # fmt: skip
def test_a_token_that_cannot_be_sent_or_has_no_end_is_refused(
    bygd: Any, port: Maskinporten, httpserver: HTTPServer, svar: Any
) -> None:
    httpserver.expect_request("/token").respond_with_json(svar)
    refused(county(bygd, port, adresse=httpserver.url_for("/token")), port, "ÅH-1637")
