"""A document as the archive takes it: the message of Fiks Arkiv V2 and the PDF/A beside it, and the archive's receipt.

Every name is data: what XML cannot hold becomes «�», and nothing in it is ever read as markup. Names of files say
nothing of people. Source: ks-no/fiks-arkiv-specification, Schema/V2 (arkivmelding.opprett and its receipt).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET  # nothing is parsed with it before _refuse_doctype has seen it
from xml.parsers import expat

from schemas.innstillinger import Arkiv
from tasks import kodeverk
from tasks.brevutkast import letter_of
from tasks.feil import BrukerFeil
from tasks.kanal import Post
from tasks.soker.vedleggsark import attachment_of

MAPPE: Final = "arkiv"
MELDING: Final = "arkivmelding.xml"
OPPRETT: Final = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/v2"
KVITTERING: Final = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v2"
KATALOG: Final = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/metadatakatalog/v2"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
SJEKKSUM: Final = "SHA-256"
PDF: Final = "application/pdf"
MEST_OKTETTER: Final = 1024 * 1024
"""No receipt is near as large."""
ULOVLIG: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""

Koder = dict[str, kodeverk.Kode]


@dataclass(frozen=True)
class Arkivdokument:
    """What the message says of a document: ``mottaker`` is a name, and for a person also where the letter goes."""

    tittel: str
    dato: date
    avsender: str
    mottaker: list[str]


@dataclass(frozen=True)
class Arkivkvittering:
    """What the archive answers about one letter.

    ``referanse`` is our own reference for it, blank where the receipt does not say (one about a refusal never does).
    """

    referanse: str
    godtatt: bool
    registrerings_id: str = ""
    system_id: str = ""


def archive_files(post: Post, pdf: bytes, valg: Arkiv) -> dict[str, bytes]:
    """Return path under ``utboks/`` → bytes for a document to the archive: the message and the PDF, always the same."""
    dokument = _archived(post.innhold)
    fil = f"{post.utsending_id}.pdf"
    melding = _message(post, dokument, valg, _document(dokument.tittel, fil, pdf, _codes(dokument.dato)))
    mappe = f"{MAPPE}/{post.mappe}/{post.utsending_id}"
    return {f"{mappe}/{MELDING}": melding, f"{mappe}/{fil}": pdf}


def read_receipt(innhold: bytes, fil: str) -> Arkivkvittering:
    """Return what a receipt from the archive says.

    BrukerFeil ÅH-1654 where it is not one: too large, not XML, of another kind, or with a DOCTYPE (through which XML
    can grow without end or fetch other files). ``fil`` is the name it came under.
    """
    rot = _parsed(innhold)
    if rot is None or rot.tag != f"{{{KVITTERING}}}arkivmeldingKvittering":
        raise BrukerFeil("ÅH-1654", fil=fil)
    registrert = rot.find(f"{{{KVITTERING}}}registreringKvittering")
    if registrert is None:
        return Arkivkvittering("", godtatt=False)
    return Arkivkvittering(
        referanse=_told(registrert, f"{{{KVITTERING}}}referanseEksternNoekkel/{{{KATALOG}}}noekkel"),
        godtatt=True,
        registrerings_id=_told(registrert, f"{{{KVITTERING}}}registreringsID"),
        system_id=_told(registrert, f"{{{KVITTERING}}}systemID"),
    )


def _archived(innhold: str) -> Arkivdokument:
    """Return what the message says of an item: a letter to a person, or an attachment to the office of intake."""
    tittel = json.loads(innhold)["tittel"]
    if vedlegg := attachment_of(innhold):
        return Arkivdokument(tittel, vedlegg.dato, vedlegg.avsender.fylke, [vedlegg.mottaker])
    brev = letter_of(innhold)
    mottaker = [brev.navn, brev.adresselinje1, brev.postnummer, brev.poststed]
    return Arkivdokument(tittel, brev.dato, brev.avsender.fylke, mottaker)


def _message(post: Post, det: Arkivdokument, valg: Arkiv, dokument: ET.Element) -> bytes:
    koder = _codes(det.dato)
    rot = ET.Element(f"{{{OPPRETT}}}arkivmelding")
    _add(rot, "system", valg.system)
    _add(rot, "antallFiler", "1")
    # xsi:type names a type of the namespace that has no prefix.
    post_i_arkivet = ET.SubElement(rot, f"{{{OPPRETT}}}registrering", {f"{{{XSI}}}type": "journalpost"})
    _add_code(post_i_arkivet, "arkivdel", valg.arkivdel, "")
    skjerming = ET.SubElement(post_i_arkivet, f"{{{OPPRETT}}}skjerming")
    _add_code(skjerming, "tilgangsrestriksjon", **_of(koder, "tilgangsrestriksjon"))
    _add(skjerming, "skjermingshjemmel", koder["skjermingshjemmel"]["verdi"])
    post_i_arkivet.append(dokument)
    _add(post_i_arkivet, "tittel", det.tittel)
    _add(post_i_arkivet, "offentligTittel", det.tittel)
    _add_party(post_i_arkivet, koder, "avsender", [det.avsender])
    _add_party(post_i_arkivet, koder, "mottaker", det.mottaker)
    nokkel = ET.SubElement(post_i_arkivet, f"{{{OPPRETT}}}referanseEksternNoekkel")
    _add(nokkel, "fagsystem", valg.system, KATALOG)
    _add(nokkel, "noekkel", post.referanse or post.utsending_id, KATALOG)
    _add_code(post_i_arkivet, "journalposttype", **_of(koder, "journalposttype"))
    _add_code(post_i_arkivet, "journalstatus", **_of(koder, "journalstatus"))
    _add(post_i_arkivet, "dokumentetsDato", det.dato.isoformat())
    for prefiks, rom in (("", OPPRETT), ("n5mdk", KATALOG), ("xsi", XSI)):
        ET.register_namespace(prefiks, rom)
    return bytes(ET.tostring(rot, encoding="utf-8", xml_declaration=True))


def _document(tittel: str, fil: str, pdf: bytes, koder: Koder) -> ET.Element:
    beskrivelse = ET.Element(f"{{{OPPRETT}}}dokumentbeskrivelse")
    _add_code(beskrivelse, "dokumenttype", **_of(koder, "dokumenttype"))
    _add_code(beskrivelse, "dokumentstatus", **_of(koder, "dokumentstatus"))
    _add(beskrivelse, "tittel", tittel)
    _add_code(beskrivelse, "tilknyttetRegistreringSom", **_of(koder, "tilknyttetRegistreringSom"))
    _add(beskrivelse, "dokumentnummer", "1")
    objekt = ET.SubElement(beskrivelse, f"{{{OPPRETT}}}dokumentobjekt")
    _add(objekt, "versjonsnummer", "1")
    _add_code(objekt, "variantformat", **_of(koder, "variantformat"))
    _add_code(objekt, "format", **_of(koder, "format"))
    _add(objekt, "mimeType", PDF)
    _add(objekt, "filnavn", fil)
    _add(objekt, "referanseDokumentfil", fil)
    _add(objekt, "sjekksum", hashlib.sha256(pdf).hexdigest())
    _add(objekt, "sjekksumAlgoritme", SJEKKSUM)
    _add(objekt, "filstoerrelse", str(len(pdf)))
    return beskrivelse


def _add_party(forelder: ET.Element, koder: Koder, rolle: str, hvem: list[str]) -> None:
    """Add a party: its name, and for a person also where the letter goes. What is blank is left out."""
    part = ET.SubElement(forelder, f"{{{OPPRETT}}}korrespondansepart")
    _add_code(part, "korrespondanseparttype", **_of(koder, rolle))
    navn, *adresse = hvem
    _add(part, "korrespondansepartNavn", navn)
    for felt, verdi in zip(("postadresse", "postnummer", "poststed"), adresse, strict=False):
        if verdi:
            _add(part, felt, verdi)
    if adresse:
        _add(part, "erSkjermet", "true")


def _codes(dato: date) -> Koder:
    return {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/arkivkoder", dato)}


def _of(koder: Koder, felt: str) -> dict[str, str]:
    return {"kode": koder[felt]["verdi"], "beskrivelse": koder[felt]["beskrivelse"]}


def _add(forelder: ET.Element, navn: str, tekst: str, rom: str = OPPRETT) -> None:
    ET.SubElement(forelder, f"{{{rom}}}{navn}").text = ULOVLIG.sub("\ufffd", tekst)


def _add_code(forelder: ET.Element, navn: str, kode: str, beskrivelse: str) -> None:
    element = ET.SubElement(forelder, f"{{{OPPRETT}}}{navn}")
    _add(element, "kode", kode, KATALOG)
    if beskrivelse:
        _add(element, "beskrivelse", beskrivelse, KATALOG)


def _parsed(innhold: bytes) -> ET.Element | None:
    if len(innhold) > MEST_OKTETTER or not _without_doctype(innhold):
        return None
    return ET.fromstring(innhold)  # noqa: S314 there is no DOCTYPE in it, so it can declare nothing


class _Doctype(Exception):
    """There is one."""


def _without_doctype(innhold: bytes) -> bool:
    """Tell whether the bytes are whole XML without a DOCTYPE, read by the parser itself: encodings and all."""

    def stop(*_: object) -> None:
        raise _Doctype

    leser = expat.ParserCreate()
    leser.StartDoctypeDeclHandler = stop
    try:
        leser.Parse(innhold, True)  # noqa: FBT003 that this is all of it
    except (expat.ExpatError, LookupError, ValueError, _Doctype):
        return False
    return True


def _told(element: ET.Element, sti: str) -> str:
    return (element.findtext(sti) or "").strip()
