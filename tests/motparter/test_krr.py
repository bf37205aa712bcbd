"""Maskinporten gives a token to one who signs as he should, and KRR answers about those it is asked of with it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.motparter.klokke import Klokke
from tests.motparter.krr import KONTAKT, POSTKASSE, Krr
from tests.motparter.maskinporten import KLIENT_ID, NOKKEL_ID, TILLATELSE, Maskinporten, key_pair
from tests.motparter.svikt import Svikt

NOKKEL, OFFENTLIG = key_pair()
BEGGE = f"{KONTAKT} {POSTKASSE}"
KARI, UKJENT = "14850699950", "14850699942"
PERSON = {
    "personidentifikator": KARI,
    "reservasjon": "NEI",
    "status": "AKTIV",
    "varslingsstatus": "KAN_VARSLES",
    "kontaktinformasjon": {"epostadresse": "kari@example.no"},
    "digital_post": {"postkasseadresse": "kari#1A2B", "postkasseleverandoeradresse": "984661185"},
    "spraak": "nn",
}


@pytest.fixture
def porten() -> Iterator[Maskinporten]:
    with Maskinporten(OFFENTLIG) as tjener:
        yield tjener


@pytest.fixture
def krr(porten: Maskinporten) -> Iterator[Krr]:
    with Krr(porten, [PERSON]) as tjener:
        yield tjener


def assertion(porten: Maskinporten, hode: dict[str, Any] | None = None, nokkel: Any = None, **endret: Any) -> str:
    """Return what a client signs; None takes a claim away."""
    naa = int(porten.klokke.naa().timestamp())
    krav = {"iss": KLIENT_ID, "aud": porten.utsteder, "scope": BEGGE, "iat": naa, "exp": naa + 120, "jti": f"{naa}-1"}
    krav = {navn: verdi for navn, verdi in (krav | endret).items() if verdi is not None}
    return jwt.encode({"alg": "RS256", "kid": NOKKEL_ID} | (hode or {}), krav, nokkel or RSAKey.import_key(NOKKEL))


def ask(porten: Maskinporten, pastand: str, tillatelse: str = TILLATELSE) -> httpx.Response:
    skjema = {"grant_type": tillatelse, "assertion": pastand}
    return httpx.post(porten.adresse, data=skjema, trust_env=False)


def token(porten: Maskinporten, **endret: Any) -> str:
    gitt: str = ask(porten, assertion(porten, **endret)).json()["access_token"]
    return gitt


def people(krr: Krr, token: str, numre: Any, **hoder: str) -> httpx.Response:
    hoder = {"Authorization": f"Bearer {token}"} | hoder
    adresse = f"{krr.adresse}/rest/v2/personer"
    return httpx.post(adresse, json={"personidentifikatorer": numre}, headers=hoder, trust_env=False)


def test_a_signed_assertion_gives_a_token(porten: Maskinporten) -> None:
    svar = ask(porten, assertion(porten)).json()
    assert svar.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (svar["expires_in"], set(svar["scope"].split())) == (120, set(BEGGE.split()))
    assert porten.accepts(svar["access_token"], KONTAKT)
    assert not porten.accepts(svar["access_token"], "ks:fiks")


UGYLDIGE: dict[str, dict[str, Any]] = {
    "annen aud": {"aud": "https://maskinporten.example/"},
    "for lenge": {"exp": 1778565600 + 121},
    "uten exp": {"exp": None},
    "uten iat": {"iat": None},
    "for gammel": {"iat": 1778565600 - 200, "exp": 1778565600 - 100},
    "fra framtiden": {"iat": 1778565600 + 60, "exp": 1778565600 + 120},
    "uten jti": {"jti": None},
    "ukjent nøkkel": {"hode": {"kid": "en-annen"}},
    "annen signatur": {"nokkel": RSAKey.generate_key(2048)},
    "HS256 med den offentlige nøkkelen": {"hode": {"alg": "HS256"}, "nokkel": OctKey.import_key("x" * 32)},
}


@pytest.mark.parametrize("endret", UGYLDIGE.values(), ids=UGYLDIGE)
def test_an_assertion_that_is_not_right_gives_none(porten: Maskinporten, endret: dict[str, Any]) -> None:
    svar = ask(porten, assertion(porten, **endret))
    assert (svar.status_code, svar.json()["error"], porten.gitt) == (400, "invalid_grant", [])


@pytest.mark.parametrize(
    ("endret", "status", "kode"),
    [
        ({"iss": "en-annen"}, 401, "invalid_client"),
        ({"scope": "skatt:alt"}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_scope"),
    ],
)
def test_who_may_not_is_told_so(porten: Maskinporten, endret: dict[str, Any], status: int, kode: str) -> None:
    svar = ask(porten, assertion(porten, **endret))
    assert (svar.status_code, svar.json()["error"]) == (status, kode)


def test_another_grant_or_another_content_is_refused(porten: Maskinporten) -> None:
    assert ask(porten, assertion(porten), "password").json()["error"] == "unsupported_grant_type"
    svar = httpx.post(porten.adresse, json={"grant_type": TILLATELSE}, trust_env=False)
    assert svar.json()["error"] == "invalid_request"


def test_an_assertion_is_good_once(porten: Maskinporten) -> None:
    pastand = assertion(porten)
    assert [ask(porten, pastand).status_code for _ in range(2)] == [200, 400]


def test_a_token_grows_old_by_the_clock(porten: Maskinporten, krr: Krr) -> None:
    gitt = token(porten)
    assert people(krr, gitt, [KARI]).status_code == 200
    porten.advance(121 / 3600)
    assert people(krr, gitt, [KARI]).status_code == 401


def test_the_machine_s_own_clock_may_be_used() -> None:
    with Maskinporten(OFFENTLIG, klokke=Klokke(None)) as porten:
        fra = int(time.time())
        assert ask(porten, assertion(porten, iat=fra, exp=fra + 100)).status_code == 200


def test_the_clock_may_be_left_out_of_it() -> None:
    with Maskinporten(OFFENTLIG, sjekk_klokke=False) as porten:
        senere = int((porten.klokke.naa() + timedelta(days=9)).timestamp())
        assert ask(porten, assertion(porten, iat=senere, exp=senere + 120)).status_code == 200
        assert ask(porten, assertion(porten, iat=senere, exp=senere + 121, jti="2")).status_code == 400


def test_krr_answers_for_everyone_asked_about(porten: Maskinporten, krr: Krr) -> None:
    kjent, ukjent = people(krr, token(porten), [KARI, UKJENT]).json()["personer"]
    assert kjent == PERSON
    assert (ukjent["personidentifikator"], ukjent["status"]) == (UKJENT, "IKKE_REGISTRERT")
    assert krr.oppslag == [(KARI, UKJENT)]


@pytest.mark.parametrize(
    ("omraade", "skjult"), [(KONTAKT, "digital_post"), (POSTKASSE, "kontaktinformasjon")], ids=["kontakt", "postkasse"]
)
def test_it_shows_only_what_the_token_is_for(porten: Maskinporten, krr: Krr, omraade: str, skjult: str) -> None:
    (svar,) = people(krr, token(porten, scope=omraade), [KARI]).json()["personer"]
    assert svar == {felt: verdi for felt, verdi in PERSON.items() if felt != skjult}


def test_a_token_for_something_else_is_403_and_none_is_401(porten: Maskinporten, krr: Krr) -> None:
    assert people(krr, token(porten, scope="ks:fiks"), [KARI]).status_code == 403
    assert people(krr, "et-annet", [KARI]).status_code == 401


@pytest.mark.parametrize("antall", [1, 1000])
def test_one_to_a_thousand_may_be_asked_about(porten: Maskinporten, krr: Krr, antall: int) -> None:
    numre = [f"{nr:011}" for nr in range(antall)]
    assert len(people(krr, token(porten), numre).json()["personer"]) == antall


@pytest.mark.parametrize("numre", [[], [f"{nr:011}" for nr in range(1001)], ["123"], [1], "x", None])
def test_other_questions_are_refused_and_said_back(porten: Maskinporten, krr: Krr, numre: Any) -> None:
    svar = people(krr, token(porten), numre)
    assert (svar.status_code, "personidentifikatorer" in svar.json()["message"], krr.oppslag) == (400, True, [])


def test_the_faults_are_those_of_every_stand_in(porten: Maskinporten, krr: Krr) -> None:
    gitt = token(porten)
    krr.feil(Svikt.STATUS, status=429, vent=5, ref=KARI, nr=1)
    krr.feil(Svikt.FEIL_ID, nr=2)
    porten.feil(Svikt.INNLOGGINGSSIDE)
    assert people(krr, gitt, [KARI]).headers["Retry-After"] == "5"
    assert [en["personidentifikator"] for en in people(krr, gitt, [KARI, UKJENT]).json()["personer"]] == [
        UKJENT,
        "0" * 11,
    ]
    assert ask(porten, assertion(porten, jti="9")).text.startswith("<!DOCTYPE html")
