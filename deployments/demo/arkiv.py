"""What the archive answers in the training county: that it has got each document, under a number of its own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from tasks.arkivmelding import KATALOG, KVITTERING

NAVN: Final = "arkivkvittering_{}.xml"


def receipts(meldinger: Iterable[Path]) -> dict[str, bytes]:
    """Return name → bytes of the archive's receipt for each message that lies there (``arkivmelding.xml``)."""
    svar = {}
    for sti in meldinger:
        referanse = ET.parse(sti).findtext(f".//{{{KATALOG}}}noekkel") or ""  # noqa: S314 we have written it ourselves
        svar[NAVN.format(sti.parent.name)] = _receipt(referanse, sti.parent.name)
    return svar


def _receipt(referanse: str, registrering: str) -> bytes:
    rot = ET.Element(f"{{{KVITTERING}}}arkivmeldingKvittering")
    svar = ET.SubElement(rot, f"{{{KVITTERING}}}registreringKvittering")
    ET.SubElement(svar, f"{{{KVITTERING}}}systemID").text = str(uuid5(NAMESPACE_URL, referanse))
    ET.SubElement(svar, f"{{{KVITTERING}}}registreringsID").text = registrering
    nokkel = ET.SubElement(svar, f"{{{KVITTERING}}}referanseEksternNoekkel")
    ET.SubElement(nokkel, f"{{{KATALOG}}}fagsystem").text = "Årshjul"
    ET.SubElement(nokkel, f"{{{KATALOG}}}noekkel").text = referanse
    ET.SubElement(svar, f"{{{KVITTERING}}}opprettetEllerEksisterende").text = "Opprettet"
    return bytes(ET.tostring(rot, encoding="utf-8", xml_declaration=True))
