"""This county's settings, as ``innstillinger.toml`` holds them. No secrets: the key stands elsewhere."""

from datetime import date
from typing import Annotated

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.arshjul import Radvalg
from schemas.verdier import Kanal, Modus

DENNE_MASKINEN = "127.0.0.1"
PROXYHODE = "X-Arshjul-Proxy"
"""The header in which the county's proxy shows that it is the proxy."""


class _Del(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _safe_address(verdi: str) -> str:
    """Take ``https`` only, except on this machine; no password and no question in the address."""
    try:
        adresse = httpx.URL(verdi)
    except (httpx.InvalidURL, ValueError):
        raise ValueError("ikke en adresse") from None
    trygg = adresse.scheme == "https" or (adresse.scheme == "http" and adresse.host == DENNE_MASKINEN)
    if not (trygg and adresse.host) or adresse.userinfo or adresse.query or adresse.fragment:
        raise ValueError("ikke en trygg adresse")
    return verdi


TryggAdresse = Annotated[str, AfterValidator(_safe_address)]
"""Where a service is asked: ``https``, or this machine."""
UUID = Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


class Fylke(_Del):
    """Who sends the letters. ``logo`` is an SVG or PNG file in the home, shown in the letterhead."""

    navn: str
    fylkesnummer: tuple[str, ...]
    avsender: str
    avsender_nynorsk: str = "Oppfølgingstenesta"
    telefon: str
    epost: str
    nettside: str
    logo: str = ""


class Ansvarlig(_Del):
    """The OTTO-ansvarlig, who gets what no adviser owns."""

    epost: str


class Grenser(_Del):
    """How much a delivery may shrink or grow against the last one before a person must look (shares of last)."""

    krymp_andel: float = Field(ge=0, le=1)
    vokse_andel: float = Field(ge=1)


class Undersokelse(_Del):
    """The survey: the letter's reference is added to the address."""

    adresse: str


class VigoOt(_Del):
    """Where VIGO OT is asked for its youth, and which county asks. The key to it never stands here."""

    adresse: TryggAdresse
    fylkesnr: str = Field(pattern=r"^\d{2}$")


class Maskinporten(_Del):
    """Who the county is to Maskinporten: the token endpoint, its own name as audience, client and key id.

    The private key never stands here.
    """

    adresse: TryggAdresse
    utsteder: str
    klient_id: str
    nokkel_id: str


class Krr(_Del):
    """Where the contact and reservation register is asked."""

    adresse: TryggAdresse


class SvarUt(_Del):
    """KS SvarUt v2: where, from which account, as which integration. The password never stands here.

    ``print`` says that SvarUt also prints for those without a digital mailbox. ``ulest_timer`` is how long the
    provider lets a letter lie unread before it prints it (40 hours at one county, 48 at another). ``tvil_minutter`` is
    how long SvarUt may be at work on a call whose answer we lost (KS: read timeout of 16 minutes).
    """

    adresse: TryggAdresse
    konto_id: str = UUID
    integrasjon_id: str = UUID
    konteringskode: str = Field(default="", pattern=r"^[a-zA-Z0-9_\-.øæåØÆÅ]{0,20}$")
    print: bool = False
    ulest_timer: int = Field(default=40, ge=1)
    tvil_minutter: int = Field(default=16, ge=0)


class Epost(_Del):
    """The county's mail server. STARTTLS with a verified certificate always; the password never stands here.

    ``ca_fil`` is a file in the home with the county's own certificate authority.
    """

    tjener: str
    port: int = 587
    bruker: str = ""
    ca_fil: str = ""


class Sms(_Del):
    """The county's SMS service, as Vestfold's own before LinkMobility: where, and the name the message comes from.

    The key never stands here.

    ``utenlandske`` lets messages go to mobile numbers of other countries too.
    """

    adresse: TryggAdresse
    avsender: str = Field(max_length=11)
    utenlandske: bool = False


class Arkiv(_Del):
    """The archive: which letters are handed to it, and whether a letter waits for that.

    With ``vent_pa_kvittering`` a letter waits until the archive has answered that it has it. With ``brev`` off only
    the attachments of row 01 are archived, addressed to ``inntakskontor``.
    """

    system: str
    arkivdel: str
    vent_pa_kvittering: bool = False
    brev: bool = True
    inntakskontor: str = "Inntakskontoret"


class Udir(_Del):
    """Where the transfers to Udir are handed over by SFTP; without it they are files in ``utboks/udir/``.

    ``mappe`` is the folder as the receiver names it. ``vertsnokkel`` is the receiver's public host key as one line
    («ssh-ed25519 AAAA…»): nobody else is ever handed anything. Our private key never stands here.
    """

    vert: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")
    port: int = Field(default=22, ge=1, le=65535)
    bruker: str = Field(min_length=1)
    mappe: str = ""
    vertsnokkel: str = Field(pattern=r"^(ssh-|ecdsa-sha2-)[a-z0-9-]+ [A-Za-z0-9+/]+=*( .*)?$")


class Kanalgrense(_Del):
    """How much a channel may carry: a minute, and a day."""

    per_minutt: int | None = Field(default=None, ge=1)
    per_dogn: int | None = Field(default=None, ge=1)


class Godkjenning(_Del):
    """How long an approval may be regretted before anything is sent."""

    angrefrist_minutter: int = Field(default=30, ge=0)


class Gjester(_Del):
    """The guest list of mode ``prøve``: youth by their number in the register, and e-mail addresses."""

    personer: tuple[str, ...] = ()
    epost: tuple[str, ...] = ()


class Sikkerhet(_Del):
    """Who reaches Prefect and the pages from other machines, through a proxy of the county's own.

    ``vertsnavn`` are the names they are asked for there, small letters, the first is the one links are made with.
    ``navnehode`` is the header in which the proxy says who is logged in; the secret that proves it is the proxy never
    stands here.
    """

    vertsnavn: tuple[Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")], ...] = ()
    navnehode: str = Field(default="", pattern=r"^(X-[A-Za-z0-9-]+|Remote-User)?$")

    @model_validator(mode="after")
    def navn_kommer_utenfra(self) -> "Sikkerhet":
        """Refuse a header with names where nobody comes through a proxy."""
        if self.navnehode and not self.vertsnavn:
            raise ValueError("navnehode trenger vertsnavn")
        if self.navnehode.lower() == PROXYHODE.lower():
            raise ValueError("navnehode er hodet for proxyens hemmelighet")
        return self


class Oppbevaring(_Del):
    """How long things are kept, where the county keeps them for another time than ``data/regler/oppbevaring.csv``.

    Without ``person_aar`` no youth is ever deleted, without ``brevinnhold_aar`` no letter's text. The years are counted
    from the end of the year.
    """

    person_aar: int | None = Field(default=None, ge=1)
    brevinnhold_aar: int | None = Field(default=None, ge=1)
    raafil_dager: int | None = Field(default=None, ge=1)
    karantene_dager: int | None = Field(default=None, ge=1)
    eksport_dager: int | None = Field(default=None, ge=1)
    arbeidsliste_dager: int | None = Field(default=None, ge=1)
    forhaandsvisning_dager: int | None = Field(default=None, ge=1)
    innsyn_dager: int | None = Field(default=None, ge=1)
    skole_dager: int | None = Field(default=None, ge=1)
    sikkerhetskopi_dager: int | None = Field(default=None, ge=1)
    prefect_dager: int | None = Field(default=None, ge=1)


class Fravaer(_Del):
    """Days when an adviser is away (both included), and who has her lists meanwhile."""

    fra: date
    til: date
    stedfortreder: str


class Ansatt(_Del):
    """Someone who can have a worklist, and the municipalities she answers for."""

    id: str
    navn: str
    epost: str
    kommuner: tuple[str, ...]


class Raadgiver(Ansatt):
    """An adviser. ``skoler`` are the schools that are hers; the others in her municipalities are shared out."""

    skoler: tuple[str, ...] = ()
    fravaer: tuple[Fravaer, ...] = ()


class Fagleder(Ansatt):
    """The professional leader of a region: who gets what is past its deadline, and the late applications."""


class Avdeling(_Del):
    """A department that offers training: its name, its leader, and how many days a week its offer is open."""

    navn: str = Field(min_length=1)
    leder: str
    dager_per_uke: int = Field(ge=0, le=7)


class Arbeidslister(_Del):
    """Where the worklists lie: a folder that the advisers reach (absolute, else under the home's ``utboks/``).

    ``retur`` is a folder where the advisers lay them when they are filled in, beside the home's ``innboks/``.
    ``kryptert`` locks each with its owner's password, which never stands here; ``vedlegg`` then sends it with the
    notice.
    """

    mappe: str = "arbeidslister"
    retur: str = ""
    kryptert: bool = False
    vedlegg: bool = False


class Region(_Del):
    """A part of the county in the key figures: its name and its municipalities, by today's numbers."""

    navn: str = Field(min_length=1)
    kommuner: tuple[str, ...]


IKKE_REGIONER = frozenset({"alle", "ikke oppgitt", "annen kommune"})
"""What stands in a region's place in the key figures."""


def _each_once(regioner: tuple[Region, ...]) -> tuple[Region, ...]:
    """Take regions of different names of their own, where no municipality is in two."""
    navn = [*IKKE_REGIONER, *(region.navn.casefold() for region in regioner)]
    kommuner = [kommune for region in regioner for kommune in region.kommuner]
    if len(set(navn)) < len(navn) or len(set(kommuner)) < len(kommuner):
        raise ValueError("samme navn eller kommune står to ganger")
    return regioner


class Skoleaarskode(_Del):
    """The county's own code in OTTO for youth who want follow-up when a school year starts (row 19), and its days.

    Neither its name nor its form is Udir's.
    """

    kode: str = Field(pattern=r"^[A-ZÆØÅ0-9_]{2,12}$")
    skoleaar: str = Field(pattern=r"^\d{8}$")
    gyldig_fra: date
    gyldig_til: date | None = None


class Innstillinger(_Del):
    """Everything a county decides for itself. Without ``regioner`` each municipality is a region of its own."""

    modus: Modus = Modus.OVE
    fylke: Fylke
    ansvarlig: Ansvarlig
    grenser: Grenser
    undersokelse: Undersokelse
    radgivere: tuple[Raadgiver, ...]
    fagledere: tuple[Fagleder, ...] = ()
    avdelinger: tuple[Avdeling, ...] = ()
    arbeidslister: Arbeidslister = Arbeidslister()
    regioner: Annotated[tuple[Region, ...], AfterValidator(_each_once)] = ()
    vigo_ot: VigoOt | None = None
    maskinporten: Maskinporten | None = None
    krr: Krr | None = None
    svarut: SvarUt | None = None
    epost: Epost | None = None
    sms: Sms | None = None
    arkiv: Arkiv | None = None
    udir: Udir | None = None
    kanalgrenser: dict[Kanal, Kanalgrense] = {}
    godkjenning: Godkjenning = Godkjenning()
    gjester: Gjester = Gjester()
    sikkerhet: Sikkerhet = Sikkerhet()
    oppbevaring: Oppbevaring = Oppbevaring()
    skoleaarskoder: tuple[Skoleaarskode, ...] = ()
    radvalg: tuple[Radvalg, ...] = ()
    overskrifter: dict[str, dict[str, str]] = {}
    """Format → the county's own heading → the declared one, or blank for a column that is not read."""

    @model_validator(mode="after")
    def stedfortredere_finnes(self) -> "Innstillinger":
        """Refuse a stand-in who is nobody: her lists would be nobody's."""
        kjente = {ansatt.id for ansatt in self.ansatte}
        for raadgiver in self.radgivere:
            if not {fravaer.stedfortreder for fravaer in raadgiver.fravaer} <= kjente:
                raise ValueError(f"stedfortrederen for {raadgiver.id} finnes ikke")
        return self

    @property
    def ansatte(self) -> tuple[Ansatt, ...]:
        """Everyone who can have a worklist: the advisers, then their leaders."""
        return (*self.radgivere, *self.fagledere)
