"""A stand-in for KS SvarUt v2: send, look up by our reference, statuses, events.

It keeps what it accepts and its letters live by its own clock. Nothing comes of a letter before ``advance(timer)``.
"""

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from tests.motparter.forsendelse import Fil, Innsending, Ugyldig, parse
from tests.motparter.klokke import Klokke
from tests.motparter.nettjener import Foresporsel, Nettjener, Svar
from tests.motparter.statusliv import Andeler, Hendelse, life
from tests.motparter.svikt import Feil, Svikt

OSLO = ZoneInfo("Europe/Oslo")
KONTO_ID = "6d2a1c0e-5b7f-4c39-9a51-0f3c8e7b1d24"
INTEGRASJON_ID = "c1f5a8b2-3e64-4d07-8b9a-72d0e6f41c35"
INTEGRASJON_PASSORD = "kanaripassord-svarut-91c4"
TOKEN = "kanaritoken-svarut-5e02"
OMRAADE = "ks:fiks"
ID = "[^/]+"
STIER = {
    "send": ("POST", f"/v2/kontoer/(?P<konto>{ID})/forsendelser"),
    "finn": ("GET", f"/v2/kontoer/(?P<konto>{ID})/forsendelser"),
    "metadata": ("GET", f"/v2/kontoer/(?P<konto>{ID})/forsendelser/metadata"),
    "status": ("POST", f"/v2/kontoer/(?P<konto>{ID})/forsendelser/status-sok"),
    "hendelser": ("GET", f"/v2/forsendelser/(?P<forsendelse>{ID})/hendelser"),
}
"""Kind of request → method and path, under ``/api``."""
TEKSTER = {
    "MOTTATT": "Mottatt", "AKSEPTERT": "Akseptert for ekspedering", "VARSLET": "Varsel sendt til mottaker",
    "LEST": "Lest av mottaker", "SENDT_PRINT": "Sendt til utskrift", "PRINTET": "Skrevet ut",
}  # fmt: skip


@dataclass(frozen=True)
class Mottatt:
    """A letter that was accepted. ``innhold`` is the JSON it came with, empty when read back from the journal."""

    id: str
    ref: str
    dato: datetime
    digital: bool
    kun_digital: bool
    avgivende_system: str
    filer: tuple[Fil, ...]
    fingeravtrykk: str
    innhold: dict[str, Any]
    data: tuple[bytes, ...] = ()


class SvarUt(Nettjener):
    """The stand-in.

    Args:
        godta: Tells whether a token is good; otherwise the one in ``TOKEN`` is.
        nekt_gjentagelser: Refuse the same recipient, title and files again (409, GJENTAGENDE_FORSENDELSE).
        ulest_timer: How long a letter lies unread before it is printed.
        dagbok: A file that what is accepted is kept in, read back at the start. No names and no numbers of people.
        behold_filer: Keep the files' bytes too (``Mottatt.data``).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        klokke: Klokke | None = None,
        konto_id: str = KONTO_ID,
        integrasjon_id: str = INTEGRASJON_ID,
        integrasjon_passord: str = INTEGRASJON_PASSORD,
        godta: Callable[[str], bool] = TOKEN.__eq__,
        nekt_gjentagelser: bool = False,
        andeler: Andeler | None = None,
        ulest_timer: float = 40.0,
        dagbok: Path | None = None,
        behold_filer: bool = False,
    ) -> None:
        super().__init__(port=port, klokke=klokke)
        self.konto_id, self.integrasjon = konto_id, (integrasjon_id, integrasjon_passord)
        self.godta, self.nekt_gjentagelser, self.behold_filer = godta, nekt_gjentagelser, behold_filer
        self.andeler, self.ulest_timer = andeler or Andeler(), ulest_timer
        self._brev: dict[str, Mottatt] = {}
        self._per_ref: dict[str, list[str]] = {}
        self._kjent: set[str] = set()
        self._tvunget: dict[str, list[Hendelse]] = {}
        self._dagbok_sti, self._dagbok = dagbok, None
        if dagbok is not None:
            self._dagbok = self._read_back(dagbok)

    # For the test

    @property
    def adresse(self) -> str:
        """The base address, as ``https://svarut.ks.no/api`` is."""
        return f"{self.rot}/api"

    @property
    def mottatt(self) -> list[Mottatt]:
        """Every letter accepted, in order."""
        with self.laas:
            return list(self._brev.values())

    @property
    def antall(self) -> Counter[str]:
        """How many letters were accepted for each of our references."""
        with self.laas:
            return Counter({ref: len(ider) for ref, ider in self._per_ref.items()})

    def force(self, ref: str, status: str, etter_timer: float = 0.0) -> None:
        """Let the letters with that reference (or id) have that status, from so many hours after now."""
        naar = self.klokke.naa() + timedelta(hours=etter_timer)
        with self.laas:
            for id_ in self._per_ref.get(ref, [ref]):
                self._tvunget.setdefault(id_, []).append((naar, status))

    def status(self, ref: str) -> str:
        """Return the status now of the last letter with that reference."""
        with self.laas:
            return self._history(self._brev[self._per_ref[ref][-1]])[-1][1]

    def stop(self) -> None:
        """Stop, and close the journal."""
        super().stop()
        if self._dagbok is not None:
            self._dagbok.close()

    # What the service is

    def route(self, foresporsel: Foresporsel) -> str:
        sti = foresporsel.sti.removesuffix("/")
        for vei, (metode, form) in STIER.items():
            if foresporsel.metode == metode and (treff := re.fullmatch(f"/api{form}", sti)):
                foresporsel.lest = treff.groupdict()
                return vei
        return ""

    def references(self, foresporsel: Foresporsel) -> Collection[str]:
        """Return our references in the request, whether it is well formed or not."""
        if "eksternRef" in foresporsel.sporring:
            return foresporsel.sporring["eksternRef"]
        if treff := re.search(rb'"eksternReferanse"\s*:\s*"([^"]*)"', foresporsel.kropp[:BRA_NOK]):
            return [treff[1].decode()]
        with self.laas:
            nevnt = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", _text(foresporsel))
            return {self._brev[id_].ref for id_ in nevnt if id_ in self._brev}

    def handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        try:
            self._authorize(vei, foresporsel)
            svar = {
                "send": self._send,
                "finn": self._find,
                "metadata": self._metadata,
                "status": self._statuses,
                "hendelser": self._events,
            }[vei](foresporsel)
        except Ugyldig as feil:
            return self._error(feil.status, foresporsel, feil.melding, feil.kode)
        return Svar.json(200, svar)

    def refuse(self, status: int, foresporsel: Foresporsel) -> Svar:
        return self._error(status, foresporsel, "Tjenesten kan ikke svare nå", "")

    def received(self) -> dict[str, Any]:
        antall = self.antall
        return {"antall": antall.total(), "referanser": antall, "foresporsler": self.foresporsler}

    def control(self, sti: str, foresporsel: Foresporsel) -> Svar | None:
        match foresporsel.metode, sti:
            case "GET", "forsendelser":
                onsket = foresporsel.sporring.get("ref")
                brev = [brev for brev in self._brev.values() if onsket is None or brev.ref in onsket]
                return Svar.json(200, {"forsendelser": [self._shown(ett) for ett in brev]})
            case "POST", "tving":
                self.force(**json.loads(foresporsel.kropp))
                return Svar.json(200, {})
        return None

    def distort(self, feil: Feil, vei: str, _foresporsel: Foresporsel, svar: Svar) -> Svar:
        """Change the answer as the fault says: faults of status only change what is told of status."""
        if svar.status != 200 and feil.hva != Svikt.OPPSLAG_TOMT:
            return svar
        innhold = json.loads(svar.kropp)
        if feil.hva == Svikt.FEIL_ID:
            return Svar.json(200, _about_another(innhold))
        if feil.hva == Svikt.OPPSLAG_TOMT:
            return Svar.json(200, {"forsendelseIds": []} if vei == "finn" else {"forsendelser": []})
        if vei == "status" and feil.hva == Svikt.STATUS_UTEN_LISTE:
            return Svar.json(200, {"statuser": len(innhold["statuser"])})
        if vei == "status" and feil.hva.startswith("status_"):
            return Svar.json(200, {"statuser": self._twisted(feil, innhold["statuser"])})
        return svar

    # The five requests

    def _authorize(self, vei: str, foresporsel: Foresporsel) -> None:
        slag, _, token = foresporsel.hoder.get("authorization", "").partition(" ")
        if slag.lower() != "bearer" or not self.godta(token):
            raise Ugyldig("Ugyldig token", 401, "UAUTORISERT")
        hoder = foresporsel.hoder
        if (hoder.get("integrasjonid"), hoder.get("integrasjonpassord")) != self.integrasjon:
            raise Ugyldig("Integrasjonen har ikke tilgang", 403, "INGEN_TILGANG")
        if not vei:
            raise Ugyldig("Ingen slik ressurs", 404, "IKKE_FUNNET")
        for id_ in foresporsel.lest.values():
            _must_be_uuid(id_)
        if foresporsel.lest.get("konto", self.konto_id).lower() != self.konto_id:
            raise Ugyldig("Fant ikke kontoen", 404, "KONTO_IKKE_FUNNET")

    def _send(self, foresporsel: Foresporsel) -> dict[str, Any]:
        inn = parse(foresporsel.hoder, foresporsel.kropp)
        avtrykk = _fingerprint(inn)
        if self.nekt_gjentagelser and avtrykk in self._kjent:
            melding = f"Samme forsendelse til {inn.forsendelse.mottaker.navn} er sendt før"
            raise Ugyldig(melding, 409, "GJENTAGENDE_FORSENDELSE")
        ref = inn.forsendelse.eksternReferanse or ""
        nr = len(self._per_ref.get(ref, ())) if ref else len(self._brev)
        brev = Mottatt(
            id=str(uuid.uuid5(uuid.UUID(self.konto_id), f"{ref}#{nr}")),
            ref=ref,
            dato=self.klokke.naa(),
            digital=inn.forsendelse.mottaker.digitalId is not None,
            kun_digital=inn.forsendelse.kunDigitalLevering,
            avgivende_system=inn.forsendelse.avgivendeSystem or "",
            filer=inn.filer,
            fingeravtrykk=avtrykk,
            innhold=json.loads(inn.raa),
            data=inn.data if self.behold_filer else (),
        )
        self._keep(brev)
        if self._dagbok is not None:
            self._dagbok.write(json.dumps(_journal(brev)) + "\n")
            self._dagbok.flush()
        return {"id": brev.id}

    def _find(self, foresporsel: Foresporsel) -> dict[str, Any]:
        return {"forsendelseIds": [brev.id for brev in self._with_ref(foresporsel)]}

    def _metadata(self, foresporsel: Foresporsel) -> dict[str, Any]:
        brev = self._with_ref(foresporsel)
        avgivende = [{"avgivendeSystem": ett.avgivende_system} if ett.avgivende_system else {} for ett in brev]
        return {"forsendelser": [{"id": b.id, "dato": stamp(b.dato)} | a for b, a in zip(brev, avgivende, strict=True)]}

    def _statuses(self, foresporsel: Foresporsel) -> dict[str, Any]:
        """Return the status of each; one that nobody sent is left out («antatt»)."""
        try:
            ider = json.loads(foresporsel.kropp)["forsendelseIds"]
        except (ValueError, TypeError, KeyError):
            raise Ugyldig("forsendelseIds mangler") from None
        if not isinstance(ider, list) or not all(isinstance(id_, str) for id_ in ider):
            raise Ugyldig("forsendelseIds er ikke en liste med tekster")
        for id_ in ider:
            _must_be_uuid(id_)
        return {"statuser": [self._told(self._brev[id_]) for id_ in ider if id_ in self._brev]}

    def _events(self, foresporsel: Foresporsel) -> dict[str, Any]:
        brev = self._brev.get(foresporsel.lest["forsendelse"])
        if brev is None:
            raise Ugyldig("Fant ikke forsendelsen", 404, "FORSENDELSE_IKKE_FUNNET")
        historie = self._history(brev)
        return {"hendelser": [{"tidspunkt": stamp(t), "hendelse": TEKSTER.get(s, s)} for t, s in historie]}

    # Helpers

    def _with_ref(self, foresporsel: Foresporsel) -> list[Mottatt]:
        ref = foresporsel.sporring.get("eksternRef", [])
        if len(ref) != 1 or not ref[0]:
            raise Ugyldig("eksternRef er påkrevd")
        return [self._brev[id_] for id_ in self._per_ref.get(ref[0], ())]

    def _history(self, brev: Mottatt, timer_siden: float = 0.0) -> list[Hendelse]:
        """Return the statuses until now, or until so many hours ago; the first is always known."""
        naa = self.klokke.naa() - timedelta(hours=timer_siden)
        tvunget = self._tvunget.get(brev.id, [])
        liv = life(
            brev.ref or brev.id,
            brev.dato,
            digital=brev.digital,
            kun_digital=brev.kun_digital,
            andeler=self.andeler,
            ulest_timer=self.ulest_timer,
        )
        naturlig = [ledd for ledd in liv if not tvunget or ledd[0] < tvunget[0][0]]
        skjedd = [ledd for ledd in [*naturlig, *tvunget] if ledd[0] <= naa]
        return skjedd or liv[:1]

    def _told(self, brev: Mottatt, nr: int = -1, timer_siden: float = 0.0) -> dict[str, str]:
        historie = self._history(brev, timer_siden)
        naar, status = historie[max(nr, -len(historie))]
        return _row(brev.id, naar, status)

    def _twisted(self, feil: Feil, statuser: list[dict[str, str]]) -> list[dict[str, str]]:
        urort = [en for en in statuser if feil.bare and self._brev[en["id"]].ref not in feil.bare]
        rammet = [en for en in statuser if en not in urort]
        brev = [self._brev[en["id"]] for en in rammet]
        ukjent = str(uuid.uuid5(uuid.UUID(self.konto_id), "ukjent"))
        galt = {
            Svikt.STATUS_SEN: [self._told(ett, timer_siden=feil.timer) for ett in brev],
            Svikt.STATUS_DOBBEL: [en for en in rammet for _ in range(2)],
            Svikt.STATUS_ELDRE: [*rammet, *(self._told(ett, -2) for ett in brev)],
            Svikt.STATUS_UKJENT_ID: [*rammet, _row(ukjent, self.klokke.naa(), "LEST")],
            Svikt.STATUS_MANGLER: [],
            Svikt.STATUS_UKJENT_ORD: [en | {"status": feil.ord} for en in rammet],
        }[Svikt(feil.hva)]
        return [*urort, *galt]

    def _keep(self, brev: Mottatt) -> None:
        self._brev[brev.id] = brev
        self._per_ref.setdefault(brev.ref, []).append(brev.id)
        self._kjent.add(brev.fingeravtrykk)

    def _read_back(self, dagbok: Path) -> TextIO:
        """Read what was accepted before; the last line may be cut off by a kill, and is left as it is."""
        tekst = dagbok.read_text() if dagbok.is_file() else ""
        for linje in tekst.splitlines():
            try:
                en = json.loads(linje)
            except ValueError:
                continue
            filer = tuple(Fil(**fil) for fil in en["filer"])
            self._keep(Mottatt(**en | {"filer": filer, "dato": datetime.fromisoformat(en["dato"]), "innhold": {}}))
        fil = dagbok.open("a")
        fil.write("" if tekst.endswith("\n") or not tekst else "\n")
        return fil

    def _shown(self, brev: Mottatt) -> dict[str, Any]:
        return _journal(brev) | {"innhold": brev.innhold, "status": self._history(brev)[-1][1]}

    def _error(self, status: int, foresporsel: Foresporsel, melding: str, kode: str) -> Svar:
        """Return KS' ErrorMessage."""
        feil = {
            "timestamp": int(self.klokke.naa().timestamp() * 1000),
            "status": status,
            "error": "Feil",
            "errorId": str(uuid.uuid4()),
            "path": foresporsel.sti,
            "originalPath": foresporsel.sti,
            "message": melding,
        }
        return Svar.json(status, feil | ({"errorCode": kode} if kode else {}))


BRA_NOK = 64 * 1024
"""The JSON comes first; nobody looks for it in a whole PDF."""


def stamp(tid: datetime) -> str:
    """Return a time as SvarUt writes it."""
    return tid.astimezone(OSLO).isoformat(timespec="milliseconds")


def _row(id_: str, naar: datetime, status: str) -> dict[str, str]:
    return {"id": id_, "sisteStatusEndring": stamp(naar), "status": status}


def _text(foresporsel: Foresporsel) -> str:
    return foresporsel.sti + foresporsel.kropp.decode("utf-8", "replace")


def _must_be_uuid(verdi: str) -> None:
    if not re.fullmatch(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", verdi):
        raise Ugyldig(f"Ugyldig id {verdi[:100]!r}")


def _fingerprint(inn: Innsending) -> str:
    """Return what makes a letter the same one: recipient, title and files."""
    til = inn.forsendelse.mottaker
    deler = [til.digitalId or til.model_dump_json(), inn.forsendelse.tittel, *(fil.sha256 for fil in inn.filer)]
    return hashlib.sha256("\0".join(deler).encode()).hexdigest()


def _journal(brev: Mottatt) -> dict[str, Any]:
    enkle = replace(brev, innhold={}, data=()).__dict__
    del_ = {navn: verdi for navn, verdi in enkle.items() if navn not in {"innhold", "data"}}
    return del_ | {"dato": brev.dato.isoformat(), "filer": [asdict(fil) for fil in brev.filer]}


def _about_another(innhold: Any) -> Any:
    """Return the same answer with every id changed into somebody else's."""
    if isinstance(innhold, dict):
        return {navn: _about_another(verdi) for navn, verdi in innhold.items()}
    if isinstance(innhold, list):
        return [_about_another(verdi) for verdi in innhold]
    if isinstance(innhold, str) and re.fullmatch(r"[0-9a-f-]{36}", innhold):
        return str(uuid.uuid5(uuid.UUID(innhold), "en annen"))
    return innhold
