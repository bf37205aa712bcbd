"""The SvarUt stand-in takes what KS' specification allows, refuses what it forbids, and counts what it has taken."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.motparter.brevklient import MOTTAKER, PDF, STI, Brevklient, letter, parts
from tests.motparter.svarut import KONTO_ID, SvarUt

ORG = {"navn": "Fylkeskommunen", "digitalId": "971045698", "postnummer": "3110", "poststed": "Tønsberg"}
LENKE = {"url": "https://svar.example.no/s?k=1", "tekst": "Svar her"}
DOK = {"filnavn": "brev.pdf", "mimeType": "application/pdf"}
KRYPTISK = b"0\x80CMS"


@pytest.fixture
def svarut() -> Iterator[SvarUt]:
    with SvarUt() as tjener:
        yield tjener


@pytest.fixture
def klient(svarut: SvarUt) -> Iterator[Brevklient]:
    with Brevklient(svarut.adresse) as klient:
        yield klient


def without(**felter: Any) -> dict[str, Any]:
    """Return a recipient with fields changed, or (None) taken away."""
    return {felt: verdi for felt, verdi in (MOTTAKER | felter).items() if verdi is not None}


LOVLIG: dict[str, dict[str, Any]] = {
    "som vanlig": {},
    "uten digital id": {"mottaker": without(digitalId=None)},
    "kun digitalt uten adresse": {"mottaker": without(postnummer=None, poststed=None), "kunDigitalLevering": True},
    "i utlandet uten postnummer": {"mottaker": without(postnummer=None, poststed="Malmö", land="Sverige")},
    "tusen tegn i tittelen": {"tittel": "å" * 1000},
    "hundre tegn i referansen": {"eksternReferanse": "r" * 100},
    "uten referanse": {"eksternReferanse": None},
    "fem lenker": {"lenker": [LENKE] * 5},
    "konteringskode med alle slags tegn": {"konteringskode": "aZ9_-.øæåØÆÅ"},
    "226 tegn i filnavnet": {"dokumenter": [DOK | {"filnavn": "f" * 222 + ".pdf"}]},
    "to dokumenter": {"dokumenter": [DOK, DOK | {"filnavn": "vedlegg.pdf"}]},
    "svar til en organisasjon": {"svarSendesTil": ORG, "svarPaForsendelseLink": True},
    "uten dokumenter": {"dokumenter": None},
    "utskrift": {"utskriftskonfigurasjon": {"utskriftMedFarger": True, "tosidig": True}},
}
ULOVLIG: dict[str, dict[str, Any]] = {
    "uten tittel": {"tittel": None},
    "for lang tittel": {"tittel": "å" * 1001},
    "uten mottaker": {"mottaker": None},
    "uten navn": {"mottaker": without(navn=None)},
    "uten poststed": {"mottaker": without(poststed=None)},
    "uten postnummer": {"mottaker": without(postnummer=None)},
    "tomt poststed": {"mottaker": without(poststed="")},
    "kun digitalt uten digital id": {"mottaker": without(digitalId=None), "kunDigitalLevering": True},
    "digital id med mellomrom": {"mottaker": without(digitalId="148506 99950")},
    "for lang referanse": {"eksternReferanse": "r" * 101},
    "seks lenker": {"lenker": [LENKE] * 6},
    "lenke uten tekst": {"lenker": [{"url": LENKE["url"]}]},
    "lenke uten adresse": {"lenker": [{"tekst": "Svar her"}]},
    "lenke som ikke er en adresse": {"lenker": [LENKE | {"url": "svar her"}]},
    "konteringskode med skråstrek": {"konteringskode": "1/2"},
    "for lang konteringskode": {"konteringskode": "1" * 21},
    "like filnavn": {"dokumenter": [DOK, DOK]},
    "for langt filnavn": {"dokumenter": [DOK | {"filnavn": "f" * 223 + ".pdf"}]},
    "uten filtype": {"dokumenter": [{"filnavn": "brev.pdf"}]},
    "tekst som skal skrives ut": {"dokumenter": [DOK | {"mimeType": "text/plain"}]},
    "misstavet felt": {"eksternreferanse": "ref-1"},
    "tall som tekst": {"kunDigitalLevering": "true"},
    "svarlenke til en person": {"svarSendesTil": MOTTAKER, "svarPaForsendelseLink": True},
    "nivå 4 uten kryptering": {"krevNiva4Innlogging": True},
    "to som skal signeres": {"dokumenter": [DOK | {"filnavn": f"{nr}.pdf", "skalSigneres": True} for nr in (1, 2)]},
}


@pytest.mark.parametrize("endret", LOVLIG.values(), ids=LOVLIG)
def test_a_letter_the_specification_allows_is_taken(svarut: SvarUt, klient: Brevklient, endret: dict[str, Any]) -> None:
    svar = klient.send_letter(**endret)
    assert (svar.status_code, svar.json()) == (200, {"id": svarut.mottatt[0].id}), svar.text


@pytest.mark.parametrize("endret", ULOVLIG.values(), ids=ULOVLIG)
def test_a_letter_it_forbids_is_refused(svarut: SvarUt, klient: Brevklient, endret: dict[str, Any]) -> None:
    svar = klient.send_letter(**endret)
    assert (svar.status_code, svar.json()["status"], svarut.mottatt) == (400, 400, [])


@pytest.mark.parametrize("tegn", '*:"\\/<>|?')
def test_a_file_name_with_a_forbidden_character_is_refused(klient: Brevklient, tegn: str) -> None:
    navn = f"br{tegn}ev.pdf"
    # The name in the multipart's own header is quoted there; here it is the JSON that is wrong.
    deler = parts(letter(dokumenter=[DOK | {"filnavn": navn}]), ("brev.pdf", PDF))
    svar = klient.post(STI, files=deler)
    assert "ulovlig tegn i filnavn" in svar.json()["message"]


DELER = {
    "én fil for lite": [parts(letter())[0]],
    "én fil for mye": parts(letter(), ("brev.pdf", PDF), ("annet.pdf", PDF)),
    "annet filnavn": parts(letter(), ("annet.pdf", PDF)),
    "ikke PDF": parts(letter(), ("brev.pdf", b"PK\x03\x04")),
    "tom fil": parts(letter(), ("brev.pdf", b"")),
    "JSON uten typen sin": parts(letter(), slag="text/plain"),
    "filen før JSON": parts(letter())[::-1],
    "ikke JSON": [("forsendelse", (None, "{", "application/json")), *parts(letter())[1:]],
}


@pytest.mark.parametrize("deler", DELER.values(), ids=DELER)
def test_parts_that_do_not_belong_together_are_refused(svarut: SvarUt, klient: Brevklient, deler: Any) -> None:
    assert (klient.post(STI, files=deler).status_code, svarut.mottatt) == (400, [])


def test_a_body_that_is_not_multipart_is_refused(klient: Brevklient) -> None:
    assert klient.post(STI, json=letter()).status_code == 415


def test_encrypted_files_need_not_look_like_pdf(klient: Brevklient) -> None:
    deler = parts(letter(kryptert=True, krevNiva4Innlogging=True), ("brev.pdf", KRYPTISK))
    assert klient.post(STI, files=deler).status_code == 200


@pytest.mark.parametrize(
    ("hoder", "status"),
    [
        ({"Authorization": "Bearer et-annet"}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"IntegrasjonId": "4f9f6e5a-0000-4000-8000-000000000000"}, 403),
        ({"IntegrasjonPassord": "feil"}, 403),
    ],
)
def test_who_may_not_send_is_told_so(svarut: SvarUt, hoder: dict[str, str], status: int) -> None:
    with Brevklient(svarut.adresse) as klient:
        klient.headers.update(hoder)
        assert (klient.send_letter().status_code, svarut.mottatt) == (status, [])


def test_no_header_at_all_is_401(svarut: SvarUt) -> None:
    with Brevklient(svarut.adresse) as klient:
        del klient.headers["Authorization"]
        assert klient.get(STI).status_code == 401


@pytest.mark.parametrize(("konto", "status"), [("abc", 400), ("4f9f6e5a-0000-4000-8000-000000000000", 404)])
def test_an_unknown_account_is_refused(klient: Brevklient, konto: str, status: int) -> None:
    svar = klient.post(f"/v2/kontoer/{konto}/forsendelser", files=parts(letter()))
    assert svar.status_code == status


def test_an_error_has_the_shape_of_the_specification_and_says_back_what_was_sent(klient: Brevklient) -> None:
    feil = klient.send_letter(tittel="Kanarihemmelighet " * 60).json()
    assert {"timestamp", "status", "error", "errorId", "path", "message", "errorCode"} <= feil.keys()
    assert "Kanarihemmelighet" in feil["message"]


def test_a_path_nobody_knows_is_not_found(klient: Brevklient) -> None:
    assert klient.get("/v2/hva/som/helst").status_code == 404
    assert klient.get(str(klient.base_url).replace("/api", STI)).status_code == 404


def test_what_is_taken_is_kept_with_the_sum_of_its_file(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter("ref-7")
    brev = svarut.mottatt[0]
    assert (brev.ref, brev.innhold, brev.data) == ("ref-7", letter("ref-7"), ())
    assert [(fil.navn, fil.sha256) for fil in brev.filer] == [("brev.pdf", hashlib.sha256(PDF).hexdigest())]


def test_the_same_reference_twice_is_two_letters(svarut: SvarUt, klient: Brevklient) -> None:
    ider = [klient.send_letter("ref-7").json()["id"] for _ in range(2)]
    assert (svarut.antall, klient.find("ref-7")) == ({"ref-7": 2}, ider)
    assert len(set(ider)) == 2


def test_the_look_up_by_reference_finds_nothing_of_others(klient: Brevklient) -> None:
    klient.send_letter("ref-1", avgivendeSystem="Arshjul")
    assert klient.find("ref-2") == []
    metadata = klient.get(f"{STI}/metadata", params={"eksternRef": "ref-1"}).json()["forsendelser"]
    dato = "2026-05-12T08:00:00.000+02:00"
    assert metadata == [{"id": klient.find()[0], "dato": dato, "avgivendeSystem": "Arshjul"}]


def test_a_look_up_without_reference_is_refused(klient: Brevklient) -> None:
    assert klient.get(STI).status_code == 400


@pytest.mark.parametrize("kropp", ["", "[]", "{}", '{"forsendelseIds": "x"}', '{"forsendelseIds": ["x"]}'])
def test_a_question_of_status_that_is_not_well_formed_is_refused(klient: Brevklient, kropp: str) -> None:
    assert klient.post(f"{STI}/status-sok", content=kropp).status_code == 400


def test_the_same_letter_again_is_refused_only_where_that_is_asked_for(klient: Brevklient) -> None:
    assert [klient.send_letter(ref).status_code for ref in ("a", "b")] == [200, 200]
    with SvarUt(nekt_gjentagelser=True) as streng, Brevklient(streng.adresse) as annen:
        assert annen.send_letter("a").status_code == 200
        svar = annen.send_letter("b")
        assert (svar.status_code, svar.json()["errorCode"]) == (409, "GJENTAGENDE_FORSENDELSE")
        assert annen.send_letter("b", tittel="Påminnelse").status_code == 200
        assert annen.send_letter("c", mottaker=without(digitalId="14850699942")).status_code == 200
        assert streng.antall == {"a": 1, "b": 1, "c": 1}


def test_the_journal_remembers_over_a_restart_and_holds_no_people(tmp_path: Path) -> None:
    dagbok = tmp_path / "svarut.jsonl"
    with SvarUt(dagbok=dagbok, nekt_gjentagelser=True) as svarut, Brevklient(svarut.adresse) as klient:
        id_ = klient.send_letter("ref-1").json()["id"]
    with dagbok.open("a") as fil:
        fil.write('{"id": "avkort')
    assert not [ord_ for ord_ in ("Kari", MOTTAKER["digitalId"], "neste skoleår") if ord_ in dagbok.read_text()]
    with SvarUt(dagbok=dagbok, nekt_gjentagelser=True) as svarut, Brevklient(svarut.adresse) as klient:
        assert (klient.find("ref-1"), svarut.antall) == ([id_], {"ref-1": 1})
        assert klient.send_letter("ref-2").status_code == 409
        assert klient.send_letter("ref-1", tittel="Påminnelse").json()["id"] != id_
    with SvarUt(dagbok=dagbok) as svarut:
        assert svarut.antall == {"ref-1": 2}


def test_the_files_are_kept_only_where_that_is_asked_for() -> None:
    with SvarUt(behold_filer=True) as svarut, Brevklient(svarut.adresse) as klient:
        klient.send_letter()
        assert svarut.mottatt[0].data == (PDF,)


def test_what_it_has_received_can_be_asked_by_another_process(svarut: SvarUt, klient: Brevklient) -> None:
    klient.send_letter("ref-1")
    svar = klient.get(f"{svarut.rot}/_motpart/mottatt").json()
    assert (svar["antall"], svar["referanser"], svar["foresporsler"]) == (1, {"ref-1": 1}, {"send": 1})
    brev = klient.get(f"{svarut.rot}/_motpart/forsendelser", params={"ref": "ref-1"}).json()["forsendelser"]
    assert (brev[0]["status"], json.dumps(brev[0]["innhold"])) == ("MOTTATT", json.dumps(letter("ref-1")))


def test_the_account_is_the_same_in_capital_letters(klient: Brevklient) -> None:
    assert klient.post(STI.replace(KONTO_ID, KONTO_ID.upper()), files=parts(letter())).status_code == 200
