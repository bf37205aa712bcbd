"""Loading a judged file: rows → people and facts, bad rows → quarantine, those who are no longer there → told.

Rows in = rows loaded + rows unchanged + rows in quarantine, always, for the file and for the run.
"""

from datetime import datetime

import pandas as pd
import pyarrow as pa

from schemas import fodselsnummer
from schemas.kontroll import parse_date
from tasks import kodeverk, mottakere
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.innboks import freeze
from tasks.karantene import set_aside
from tasks.kjoring import Kjoring
from tasks.mottakere import FORESATTE, UGRADERT
from tasks.register import fakta
from tasks.steg import step
from tasks.vurdering import GRUPPE_AV_FORMAT, Vurdert

FORSTE_STATUS = "OTUK"
DATOFELT = ("tilmeldt_dato", "avsluttet_dato", "ot_status_dato", "kontakt_dato", "avbrudd_dato", "registrert_dato")
GRADERINGER = ("adressegradering", "foresatt1_adressegradering", "foresatt2_adressegradering")
GRADERING_MANGLER = "mangler"
IKKE_FAKTA = ("skoleaar", "registrert_dato", "ot_status_dato")
HAR_BREV = "SELECT person_id FROM utsending_naa WHERE aar = ? AND tilstand IN ('sendt', 'levert', 'uavklart')"
LANGT = ["person_id", "felt", "verdi", "gyldig_fra"]


@step("Last inn gyldige rader")
def load(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    """Write the good rows as facts, set the bad ones aside, count, and return what a person must look at.

    BrukerFeil ÅH-2015 where a delivery has shrunk or grown past the county's limits against the last one.
    """
    if not vurdert:
        return []
    for enkelt in vurdert:
        _check_size(kjoring, enkelt)
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    medlemmer: set[str] = set()
    for enkelt in vurdert:
        medlemmer |= _load_file(kjoring, enkelt)
    set_aside(kjoring, vurdert)
    borte = _retract_gone(kjoring, vurdert, medlemmer)
    tall = kjoring.tall
    if tall.inn != tall.lastet + tall.uendret + tall.karantene:
        raise ProgramFeil("rader inn er ikke lik lastet, uendret og satt til side")
    return _findings(kjoring, vurdert, borte)


def _findings(kjoring: Kjoring, vurdert: list[Vurdert], borte: set[str]) -> list[Funn]:
    til_side = sum(enkelt.validert.antall_darlige for enkelt in vurdert)
    funn = [finding("ÅH-3001", antall=til_side)] if til_side else []
    har_brev = {person for (person,) in kjoring.con.execute(HAR_BREV, [kjoring.aar]).fetchall()}
    if feilsendt := len(borte & har_brev):
        funn.append(finding("ÅH-3002", antall=feilsendt))
    return funn


def _load_file(kjoring: Kjoring, vurdert: Vurdert) -> set[str]:
    """Load one file's good rows and count them; return everyone the file names, bad rows too where known."""
    ramme = vurdert.validert.gyldige.astype("str")
    personer = fakta.people_by_id(kjoring.con, ramme["fodselsnummer"])
    ny = personer == ""
    personer[ny] = fakta.new_people(kjoring.con, int(ny.sum()), kjoring.kjoring_id, kjoring.registrert_tid)
    ramme.insert(0, "person_id", personer)
    til_side = _known_set_aside(kjoring, vurdert, dict(zip(ramme["fodselsnummer"], personer, strict=True)))
    lang = pd.concat([_protections(kjoring, til_side, vurdert), facts_of(kjoring, ramme, vurdert.mottatt.format.navn)])
    nye = lang.drop_duplicates(["person_id", "felt", "gyldig_fra"])
    endret = fakta.add(kjoring.con, nye, *_signature(kjoring))
    _start_new(kjoring, ramme[ny.to_numpy()])
    lastet = int((personer.isin(endret) | ny).sum())
    kjoring.tall.inn += vurdert.validert.antall
    kjoring.tall.lastet += lastet
    kjoring.tall.uendret += len(ramme) - lastet
    kjoring.tall.karantene += vurdert.validert.antall_darlige
    return set(personer) | set(til_side["person_id"])


def _known_set_aside(kjoring: Kjoring, vurdert: Vurdert, i_filen: dict[str, str]) -> pd.DataFrame:
    """Return the rows set aside that are about people we know, also from the file's good rows, with ``person_id``."""
    ramme = vurdert.validert.til_side.astype("str")
    kjente = fakta.people_by_id(kjoring.con, ramme["fodselsnummer"])
    ramme.insert(0, "person_id", kjente.mask(kjente == "", ramme["fodselsnummer"].map(i_filen).fillna("")))
    return ramme[ramme["person_id"] != ""]


def _protections(kjoring: Kjoring, til_side: pd.DataFrame, vurdert: Vurdert) -> pd.DataFrame:
    """Return what a row that was set aside says that closes: a grade, a death, a move abroad.

    A wrong telephone number must not hide that the address has become secret. Everything else waits for correction.
    """
    kilde = source_of(vurdert.mottatt.format.navn)
    gradering = til_side["adressegradering"].replace("", GRADERING_MANGLER)
    stopper = {rad["kode"] for rad in kodeverk.valid_on("kodeverk/personstatus", kjoring.gyldig_fra)}
    stopper -= mottakere.living(kjoring.gyldig_fra)
    deler = [
        til_side[["person_id"]].assign(felt=f"adressegradering_{kilde}", verdi=gradering)[gradering != UGRADERT],
        til_side[["person_id"]].assign(felt="personstatus", verdi=til_side["personstatus"])[
            til_side["personstatus"].isin(stopper)
        ],
    ]
    return pd.concat(deler).assign(gyldig_fra=kjoring.gyldig_fra)[LANGT]


def source_of(format_navn: str) -> str:
    """Return which system a format's address grades come from."""
    return "otto" if format_navn == "otto_uttrekk" else "vigo"


def facts_of(kjoring: Kjoring, ramme: pd.DataFrame, format_navn: str) -> pd.DataFrame:
    """Return a file's rows as facts (person_id, felt, verdi, gyldig_fra), dates as ISO, municipalities as today's.

    An address grade is kept per source, so that one system's "ugradert" never opens what another has closed.
    """
    kilde = source_of(format_navn)
    bred = ramme.assign(
        kommunenummer=ramme["kommunenummer"].map(
            kodeverk.municipalities(kjoring.hjem.innstillinger.fylke.fylkesnummer)
        ),
        fodselsdato=_birth_dates(ramme["fodselsnummer"]),
    )
    for felt in set(DATOFELT) & set(bred.columns):
        bred[felt] = bred[felt].map(lambda verdi: _iso(verdi, "%d.%m.%Y"))
    if gruppe := GRUPPE_AV_FORMAT.get(format_navn):
        bred[f"{gruppe}_skoleaar"] = bred["skoleaar"]
    status_fra = pd.to_datetime(bred["ot_status_dato"]).dt.date if "ot_status_dato" in bred else None
    bred = bred.drop(columns=[felt for felt in IKKE_FAKTA if felt in bred])
    for felt in GRADERINGER:
        bred[felt] = bred[felt].mask(bred[felt] == "", GRADERING_MANGLER)
    _silence_blank_guardians(bred)
    lang = bred.rename(columns={felt: f"{felt}_{kilde}" for felt in GRADERINGER}).melt(
        id_vars="person_id", var_name="felt", value_name="verdi"
    )
    lang["gyldig_fra"] = kjoring.gyldig_fra
    if status_fra is not None:
        lang.loc[lang["felt"] == "ot_status", "gyldig_fra"] = status_fra.to_numpy()
    return lang.loc[lang["verdi"].notna(), LANGT]


def _silence_blank_guardians(bred: pd.DataFrame) -> None:
    """Let a guardian without a name say nothing: one system not knowing a guardian takes nothing from the other."""
    for foresatt in FORESATTE:
        felter = [felt for felt in bred if felt.startswith(f"{foresatt}_")]
        bred.loc[bred[f"{foresatt}_navn"] == "", felter] = None


def _start_new(kjoring: Kjoring, nye: pd.DataFrame) -> None:
    """Give those we did not know their first facts: status OTUK (Udir's code list: the first code), day, adviser."""
    if nye.empty or "ot_status" in nye:
        return
    raadgivere = _advisers(kjoring, nye)
    forste = nye.assign(
        ot_status=FORSTE_STATUS,
        tilmeldt_dato=nye["registrert_dato"].map(lambda verdi: _iso(verdi, "%d.%m.%Y")),
        raadgiver=raadgivere,
    )[["person_id", "ot_status", "tilmeldt_dato", "raadgiver"]]
    lang = forste.melt(id_vars="person_id", var_name="felt", value_name="verdi").assign(gyldig_fra=kjoring.gyldig_fra)
    fakta.add(kjoring.con, lang, *_signature(kjoring))


def _advisers(kjoring: Kjoring, nye: pd.DataFrame) -> list[str]:
    """Return the adviser of each new youth's municipality; several advisers share it by the person's number."""
    nummer_i_dag = kodeverk.municipalities(kjoring.hjem.innstillinger.fylke.fylkesnummer)
    valgt = []
    for person, kommune in zip(nye["person_id"], nye["kommunenummer"].map(nummer_i_dag), strict=True):
        mulige = [r.id for r in kjoring.hjem.innstillinger.radgivere if kommune in r.kommuner]
        valgt.append(mulige[int(person[1:]) % len(mulige)] if mulige else "")
    return valgt


def _retract_gone(kjoring: Kjoring, vurdert: list[Vurdert], medlemmer: set[str]) -> set[str]:
    """Take the year's group back from those the complete delivery no longer names: they have applied since.

    Returns them.
    """
    gruppe = GRUPPE_AV_FORMAT.get(vurdert[0].mottatt.format.navn)
    if gruppe is None:
        return set()
    felt = f"{gruppe}_skoleaar"
    naa = fakta.current(kjoring.con, [felt], kjoring.gyldig_fra)
    borte = naa.loc[(naa[felt] == kjoring.skoleaar) & ~naa["person_id"].isin(medlemmer), "person_id"]
    lang = pd.DataFrame({"person_id": borte, "felt": felt, "verdi": "", "gyldig_fra": kjoring.gyldig_fra})
    borte = fakta.add(kjoring.con, lang, *_signature(kjoring))
    kjoring.tall.borte += len(borte)
    return borte


def _check_size(kjoring: Kjoring, vurdert: Vurdert) -> None:
    """Stop a delivery that is much smaller or larger than the last one of the same row and format."""
    forrige = kjoring.con.execute(
        """
        SELECT kf.antall FROM kjoring_fil kf JOIN kjoring k USING (kjoring_id) JOIN raafil r USING (sha256)
        WHERE k.rad = ? AND r.format = ? ORDER BY k.aar DESC, k.generasjon DESC, kf.rekkefolge LIMIT 1
        """,
        [kjoring.rad.rad, vurdert.mottatt.format.navn],
    ).fetchone()
    if forrige is None or vurdert.mottatt.format.navn not in GRUPPE_AV_FORMAT:
        return
    grenser, antall = kjoring.hjem.innstillinger.grenser, vurdert.validert.antall
    minst, mest = round(forrige[0] * grenser.krymp_andel), round(forrige[0] * grenser.vokse_andel)
    if not minst <= antall <= mest:
        raise BrukerFeil(
            "ÅH-2015", fil=vurdert.mottatt.fil, antall=antall, forrige=forrige[0], grense=f"{minst} til {mest}"
        )


def _birth_dates(numre: pd.Series) -> list[str]:
    datoer = fodselsnummer.birth_dates(pa.array(numre, pa.string()), kodeverk.fictitious_digits())
    return ["" if str(dato) == "NaT" else str(dato) for dato in datoer.astype("datetime64[D]")]


def _iso(verdi: str, datoformat: str) -> str:
    dato = parse_date(verdi, datoformat)
    return dato.isoformat() if dato else ""


def _signature(kjoring: Kjoring) -> tuple[str, datetime]:
    return kjoring.kjoring_id, kjoring.registrert_tid
