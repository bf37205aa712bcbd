"""Letters to the archive: what the message says, that it is valid by the published schema, and that names are text."""

import hashlib
import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.brev import Brevdata
from schemas.innstillinger import Arkiv
from schemas.utsending import as_json
from schemas.verdier import Kanal, Mottaker
from tasks.arkivmelding import KATALOG, KVITTERING, OPPRETT, Arkivkvittering, archive_files, read_receipt
from tasks.feil import BrukerFeil
from tasks.kanal import Post
from tests.tasks.test_brev import BREV

KONTRAKTER = "ARSHJUL_KONTRAKTER"
PDF = b"%PDF-1.7 et brev"
VALG = Arkiv(system="Årshjul", arkivdel="OT")
TITTEL = "Hva gjør du neste skoleår?"
ID = "c6a1de1b-9b1f-4b4d-8a1f-0123456789ab"
ONDE = ["</tittel><x>", "Kari <b>&amp;</b>", "a\x00b\x1b", "]]>", "\ud800", "<!DOCTYPE x>", "&xxe;", "Kåre Ås\u2028"]


def item(brev: Brevdata = BREV, tittel: str = TITTEL) -> Post:
    innhold = as_json({"brev": asdict(brev), "tittel": tittel})
    return Post("u1", "f1", Kanal.ARKIV, Mottaker.UNGDOM, innhold, referanse="u1-ab12")


def message(brev: Brevdata = BREV, tittel: str = TITTEL) -> bytes:
    return archive_files(item(brev, tittel), PDF, VALG)["arkiv/f1/u1/arkivmelding.xml"]


def told(melding: bytes, sti: str) -> list[str]:
    """The texts at a path, where ``a:`` is the message's namespace and ``k:`` the catalogue's."""
    return [el.text or "" for el in ET.fromstring(melding).iterfind(sti, {"a": OPPRETT, "k": KATALOG})]


@pytest.fixture(scope="module")
def skjemaer() -> Path:
    if not (mappe := os.environ.get(KONTRAKTER)):
        pytest.skip(f"{KONTRAKTER} is not set: the published schemas are not in the repository")
    return Path(mappe) / "fiks-arkiv-v2"


@pytest.fixture(scope="module")
def opprett(skjemaer: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(skjemaer / "no.ks.fiks.arkiv.v2.arkivering.arkivmelding.opprett.xsd")


@pytest.mark.parametrize("navn", ["Kari Nordmann", *ONDE])
@pytest.mark.parametrize("gjelder", [None, "Ola Nordmann"])
def test_the_message_is_valid_by_the_published_schema(
    opprett: xmlschema.XMLSchema, navn: str, gjelder: str | None
) -> None:
    opprett.validate(message(replace(BREV, navn=navn, gjelder=gjelder), tittel=f"{TITTEL} {navn}"))


def test_a_letter_without_an_address_is_valid_too(opprett: xmlschema.XMLSchema) -> None:
    opprett.validate(message(replace(BREV, adresselinje1="", postnummer="", poststed="")))


def test_the_schema_check_bites(opprett: xmlschema.XMLSchema) -> None:
    melding = message()
    assert not opprett.is_valid(melding.replace(b'xsi:type="journalpost"', b""))
    assert not opprett.is_valid(melding.replace(b"antallFiler", b"antallfiler"))


def test_the_message_says_what_the_archive_must_know() -> None:
    melding = message()
    reg = "a:registrering"
    for sti, ventet in {
        "a:system": ["Årshjul"],
        "a:antallFiler": ["1"],
        f"{reg}/a:arkivdel/k:kode": ["OT"],
        f"{reg}/a:journalposttype/k:kode": ["U"],
        f"{reg}/a:tittel": [TITTEL],
        f"{reg}/a:dokumentetsDato": ["2026-05-12"],
        f"{reg}/a:korrespondansepart/a:korrespondanseparttype/k:kode": ["EA", "EM"],
        f"{reg}/a:korrespondansepart/a:korrespondansepartNavn": ["Eksempel fylkeskommune", "Kari Nordmann"],
        f"{reg}/a:korrespondansepart/a:erSkjermet": ["true"],
        f"{reg}/a:skjerming/a:skjermingshjemmel": ["Offl. § 13 jf. fvl. § 13 (1) nr.1"],
        f"{reg}/a:referanseEksternNoekkel/k:noekkel": ["u1-ab12"],
        f"{reg}/a:dokumentbeskrivelse/a:dokumentobjekt/a:sjekksum": [hashlib.sha256(PDF).hexdigest()],
        f"{reg}/a:dokumentbeskrivelse/a:dokumentobjekt/a:filstoerrelse": [str(len(PDF))],
    }.items():
        assert told(melding, sti) == ventet, sti


def test_the_file_the_message_names_lies_beside_it_and_no_name_says_who() -> None:
    filer = archive_files(item(), PDF, VALG)
    (navn,) = told(message(), ".//a:referanseDokumentfil")
    assert filer.keys() == {"arkiv/f1/u1/arkivmelding.xml", f"arkiv/f1/u1/{navn}"}
    assert filer[f"arkiv/f1/u1/{navn}"] == PDF
    assert "Kari" not in "".join(filer)


def test_the_bytes_are_the_same_twice() -> None:
    assert archive_files(item(), PDF, VALG) == archive_files(item(), PDF, VALG)


def test_nothing_but_the_letter_s_own_name_is_told() -> None:
    innhold = json.loads(item().innhold) | {"digital_id": "hemmelig-nummer"}
    melding = archive_files(replace(item(), innhold=json.dumps(innhold)), PDF, VALG)["arkiv/f1/u1/arkivmelding.xml"]
    assert b"hemmelig-nummer" not in melding
    assert BREV.svaradresse.encode() not in melding


@pytest.mark.parametrize("navn", ONDE)
def test_a_name_is_text_whatever_it_holds(navn: str) -> None:
    melding = message(replace(BREV, navn=navn), tittel=navn)
    ventet = "".join("\ufffd" if tegn in "\x00\x1b\ud800" else tegn for tegn in navn)
    assert told(melding, "a:registrering/a:korrespondansepart/a:korrespondansepartNavn")[1] == ventet
    assert told(melding, "a:registrering/a:tittel") == [ventet]
    assert len(list(ET.fromstring(melding).iter())) == len(list(ET.fromstring(message()).iter()))


@given(st.text(st.characters(codec=None), min_size=1))
@settings(max_examples=200, deadline=None)
def test_any_name_at_all_gives_xml_that_can_be_read(navn: str) -> None:
    assert told(message(replace(BREV, navn=navn)), ".//a:korrespondansepartNavn")[0] == "Eksempel fylkeskommune"


def receipt(inni: str, rot: str = "arkivmeldingKvittering") -> bytes:
    return f'<{rot} xmlns="{KVITTERING}" xmlns:k="{KATALOG}">{inni}</{rot}>'.encode()


GODT = receipt(
    f"<registreringKvittering><systemID>{ID}</systemID><registreringsID>2026/1-1</registreringsID>"
    "<referanseEksternNoekkel><k:fagsystem>Årshjul</k:fagsystem><k:noekkel>u1-ab12</k:noekkel>"
    "</referanseEksternNoekkel><opprettetEllerEksisterende>Opprettet</opprettetEllerEksisterende>"
    "</registreringKvittering>"
)
NEI = receipt(
    '<registreringFeilet xmlns:f="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/feil/feilmelding/v2">'
    "<f:feilId>f1</f:feilId><f:feilmelding>Kari finnes ikke</f:feilmelding></registreringFeilet>"
)


def test_a_receipt_tells_which_letter_and_its_place_in_the_archive() -> None:
    assert read_receipt(GODT, "k.xml") == Arkivkvittering("u1-ab12", True, "2026/1-1", ID)


def test_a_refusal_is_told_without_what_the_archive_wrote_about_it() -> None:
    assert read_receipt(NEI, "k.xml") == Arkivkvittering("", godtatt=False)


def test_both_receipts_are_such_as_the_published_schema_has_them(skjemaer: Path) -> None:
    skjema = xmlschema.XMLSchema(skjemaer / "no.ks.fiks.arkiv.v2.arkivering.arkivmelding.opprett.kvittering.xsd")
    skjema.validate(GODT)
    skjema.validate(NEI)


BOMBE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {n} "{f"&{f};" * 10}">' for f, n in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "innhold",
    [
        b"",
        b"ikke xml",
        GODT[:-5],
        receipt("", "arkivmelding"),
        b"<arkivmeldingKvittering/>",
        BOMBE.encode() + b"]><x>&i;</x>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + GODT,
        b"<!DOCTYPE x>" + GODT,
        ("\ufeff<!DOCTYPE x>" + GODT.decode()).encode("utf-16-le"),
        b'<?xml version="1.0" encoding="tull"?>' + GODT,
        b'<?xml version="1.0" encoding="shift_jis"?>' + GODT,
        GODT + b" " * 2_000_000,
        b"<a>" * 200_000,
        b"\x00" * 1000,
    ],
    ids=lambda innhold: repr(innhold[:40]),
)
def test_what_is_no_receipt_is_refused_at_once(innhold: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(BrukerFeil, match="ÅH-1654") as feil:
        read_receipt(innhold, "k.xml")
    assert time.perf_counter() - start < 1
    assert feil.value.__context__ is None


def test_a_deep_receipt_is_read_all_the_same() -> None:
    dyp = receipt("<x>" * 100_000 + "</x>" * 100_000)
    assert read_receipt(dyp, "k.xml") == Arkivkvittering("", godtatt=False)
