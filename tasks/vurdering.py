"""Judging received files against the day's code lists and the county's mode; nothing is written."""

from dataclasses import dataclass
from datetime import date

from schemas.fodselsnummer import Idtype
from schemas.innfiler import SKJEMAER
from schemas.kontroll import KODE_ID_MODUS, Kontrollgrunnlag
from schemas.verdier import Modus
from tasks import kodeverk
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.innboks import Mottatt, receive
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.lesing import read
from tasks.steg import step
from tasks.validering import Validert, validate

GRUPPE_AV_FORMAT = {"vigo_ikkesokere": "ikkesoker", "vigo_ot_linjer": "neisvarer"}


@dataclass(frozen=True)
class Vurdert:
    """A received file and what validation said of it."""

    mottatt: Mottatt
    validert: Validert


@step("Les og vurder filene")
def take_in(kjoring: Kjoring, format_navn: str, *, pakrevd: bool = True) -> list[Vurdert]:
    """Return the run's files of the format, read and judged. BrukerFeil as ``receive`` and ``judge``."""
    return judge(kjoring, receive(kjoring, format_navn, pakrevd=pakrevd))


def judge(kjoring: Kjoring, filer: list[Mottatt]) -> list[Vurdert]:
    """Read and validate every file of a run. BrukerFeil ÅH-20xx where a file must not be used at all."""
    i_dag = local_date(kjoring.naa)
    return [judge_file(kjoring.hjem, mottatt, kjoring.gyldig_fra, i_dag, kjoring.skoleaar) for mottatt in filer]


def judge_file(hjem: Hjem, mottatt: Mottatt, per_dato: date, siste_dato: date, skoleaar: str) -> Vurdert:
    """Read and validate one file against the code lists of ``per_dato``; no date may be after ``siste_dato``.

    BrukerFeil ÅH-2017: the mode is ``øve`` and the file holds ids that may belong to people.
    """
    innlest = read(mottatt.innhold, mottatt.fil, mottatt.format)
    grunnlag = Kontrollgrunnlag(
        siste_dato=siste_dato,
        skoleaar=skoleaar,
        datoformat=mottatt.format.datoformat,
        idtyper=allowed_ids(hjem.innstillinger.modus),
        fiktive=kodeverk.fictitious_digits(),
        kodeverk=code_lists(hjem, mottatt.format.navn, per_dato),
    )
    validert = validate(innlest, SKJEMAER[mottatt.format.navn](grunnlag))
    virkelige = int((validert.feil["kode"] == KODE_ID_MODUS).sum())
    if virkelige and hjem.innstillinger.modus is Modus.OVE:
        raise BrukerFeil("ÅH-2017", fil=mottatt.fil, antall=virkelige)
    return Vurdert(mottatt, validert)


def code_lists(hjem: Hjem, format_navn: str, per_dato: date) -> dict[str, frozenset[str]]:
    """Return the code lists a format's columns are judged by, as they stand on ``per_dato``."""
    vigo = kodeverk.valid_on("kodeverk/vigo_koder", per_dato)
    gruppe = GRUPPE_AV_FORMAT.get(format_navn)
    return {navn: kodeverk.codes(navn, per_dato) for navn in ("personstatus", "ot_status", "ajourholdskoder")} | {
        "vigo_koder": frozenset(rad["kode"] for rad in vigo),
        "vigokode": frozenset(rad["kode"] for rad in vigo if rad["gruppe"] == gruppe),
        "kommuner": frozenset(kodeverk.municipalities(hjem.innstillinger.fylke.fylkesnummer)),
        "raadgivere": frozenset(raadgiver.id for raadgiver in hjem.innstillinger.radgivere),
        "svaralternativer": frozenset(rad["alternativ"] for rad in kodeverk.valid_on("kodeverk/svar", per_dato)),
    }


def allowed_ids(modus: Modus) -> frozenset[Idtype]:
    """Return the kinds of id the mode takes: only synthetic in ``øve``, never synthetic in ``drift``."""
    return {
        Modus.OVE: frozenset({Idtype.SYNTETISK, Idtype.FIKTIVT}),
        Modus.PROVE: frozenset({Idtype.SYNTETISK, Idtype.FIKTIVT, Idtype.ORDINAER, Idtype.D_NUMMER}),
        Modus.DRIFT: frozenset({Idtype.FIKTIVT, Idtype.ORDINAER, Idtype.D_NUMMER}),
    }[modus]
