"""Judging received files against the day's code lists and the county's mode; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.fodselsnummer import Idtype
from schemas.innfiler import BREVREFERANSER, SKJEMAER
from schemas.innlest import Innlest
from schemas.kontroll import KODE_ID_MODUS, Kontrollgrunnlag
from schemas.verdier import Modus
from tasks import kodeverk, overlegg
from tasks.brevreferanser import letters_by_token
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.innboks import Mottatt, receive
from tasks.kilder import group_of
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.lesing import read
from tasks.rettebok import accept
from tasks.steg import step
from tasks.validering import Validert, validate

SVARFORMAT = "questback_svar"
DATERTE_LISTER = ("personstatus", "ot_status", "rettelsesaarsaker", "udir_status", "avklaringsaarsaker")


@dataclass(frozen=True)
class Vurdert:
    """A received file and what validation said of it; ``avvist`` are the bad rows that somebody has dismissed."""

    mottatt: Mottatt
    validert: Validert
    avvist: frozenset[int] = frozenset()


@step("Les og vurder filene")
def take_in(
    kjoring: Kjoring, format_navn: str, *, pakrevd: bool = True, hentet: Sequence[Mottatt] = ()
) -> list[Vurdert]:
    """Take the corrections that wait in the inbox, and return the run's files of the format, read and judged.

    What was ``hentet`` from the system itself goes before what lies in the inbox. BrukerFeil as ``accept``,
    ``receive`` and ``judge``.
    """
    accept(kjoring)
    return judge(kjoring, list(hentet) or receive(kjoring, format_navn, pakrevd=pakrevd))


def judge(kjoring: Kjoring, filer: list[Mottatt]) -> list[Vurdert]:
    """Read and validate every file of a run, with what people have said of its rows laid over them.

    BrukerFeil ÅH-20xx where a file must not be used at all.
    """
    return [_judge_corrected(kjoring, mottatt) for mottatt in filer]


def judge_file(hjem: Hjem, mottatt: Mottatt, per_dato: date, siste_dato: date, skoleaar: str) -> Vurdert:
    """Read and validate one file, as it came, against the code lists of ``per_dato``; no date after ``siste_dato``.

    BrukerFeil ÅH-2017: the mode is ``øve`` and the file holds ids that may belong to people.
    """
    innlest = read(mottatt.innhold, mottatt.fil, mottatt.format)
    lister = code_lists(hjem, mottatt.format.navn, per_dato)
    return Vurdert(mottatt, _validate(innlest, hjem.innstillinger.modus, lister, siste_dato, skoleaar))


def _judge_corrected(kjoring: Kjoring, mottatt: Mottatt) -> Vurdert:
    """Judge the file as corrected; where the same bad row has been spoken of in another file, once more with that."""
    innlest = read(mottatt.innhold, mottatt.fil, mottatt.format)
    lister = code_lists(kjoring.hjem, mottatt.format.navn, kjoring.gyldig_fra)
    if mottatt.format.navn == SVARFORMAT:
        lister[BREVREFERANSER] = frozenset(letters_by_token(kjoring.con))
    rammer = (kjoring.hjem.innstillinger.modus, lister, local_date(kjoring.naa), kjoring.skoleaar)
    sagt = overlegg.of_file(kjoring.con, mottatt.sha256)
    validert = _validate(overlegg.lay(innlest, sagt), *rammer)
    nye_darlige = set(validert.feil["rad_nr"].tolist()) - sagt.keys()
    overfort = overlegg.carried(kjoring.con, mottatt.sha256, innlest, nye_darlige)
    if overfort:
        sagt |= overfort
        validert = _validate(overlegg.lay(innlest, sagt), *rammer)
    darlige = set(validert.feil["rad_nr"].tolist())
    return Vurdert(mottatt, validert, frozenset(nr for nr, enkelt in sagt.items() if enkelt.grunn and nr in darlige))


def _validate(
    innlest: Innlest, modus: Modus, lister: dict[str, frozenset[str]], siste_dato: date, skoleaar: str
) -> Validert:
    format_ = innlest.format
    grunnlag = Kontrollgrunnlag(
        siste_dato=siste_dato,
        skoleaar=skoleaar,
        datoformat=format_.datoformat,
        idtyper=allowed_ids(modus),
        fiktive=kodeverk.fictitious_digits(),
        rester=kodeverk.control_remainders(siste_dato),
        kodeverk=lister,
    )
    validert = validate(innlest, SKJEMAER[format_.navn](grunnlag))
    virkelige = int((validert.feil["kode"] == KODE_ID_MODUS).sum())
    if virkelige and modus is Modus.OVE:
        raise BrukerFeil("ÅH-2017", fil=innlest.fil, antall=virkelige)
    return validert


def code_lists(hjem: Hjem, format_navn: str, per_dato: date) -> dict[str, frozenset[str]]:
    """Return the code lists a format's columns are judged by, as they stand on ``per_dato``."""
    vigo = kodeverk.valid_on("kodeverk/vigo_koder", per_dato)
    gruppe = group_of(format_navn)
    return {navn: kodeverk.codes(navn, per_dato) for navn in DATERTE_LISTER} | {
        "ajourholdskoder": frozenset(
            rad["kode"] for rad in kodeverk.valid_on("kodeverk/ajourholdskoder", per_dato) if rad["tilmeldes"] == "ja"
        ),
        "skoleaarskoder": frozenset(enkelt.kode for enkelt in hjem.innstillinger.skoleaarskoder),
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
