"""Loading judged files: what each source says now, against what it said last, becomes facts about people.

Bad rows go to quarantine; those whom a complete list no longer names leave the year's group. Rows in = rows loaded +
rows unchanged + rows in quarantine, always, for each format and for the run.
"""

from collections.abc import Collection

import pandas as pd

from tasks import kategorier, kodeverk, leveringer, medlemskap, mottakere, sammenstilling, statusregler
from tasks.adresse import GRADERING_MANGLER, UGRADERT
from tasks.arbeid.lister import keep_current
from tasks.avvik import Funn, finding
from tasks.feil import ProgramFeil
from tasks.innboks import freeze
from tasks.karantene import open_quarantine, set_aside
from tasks.karantenemappe import tidy_after
from tasks.kilder import KILDER, Kilde
from tasks.kjoring import Kjoring
from tasks.konsekvenser import consequences
from tasks.personer import TIDLIGERE, fictitious, find_people, replaced
from tasks.register import fakta, utsagn
from tasks.rettebok import inbox_findings
from tasks.steg import step
from tasks.utledning import KOMMUNE, as_iso, combine, derive, field_of, stage
from tasks.vurdering import Vurdert


@step("Last inn gyldige rader")
def load(kjoring: Kjoring, vurdert: list[Vurdert]) -> list[Funn]:
    """Write what has changed as facts, set bad rows aside, count, and return what a person must look at.

    BrukerFeil ÅH-2015, ÅH-2401 where a delivery is too unlike the last one and has not been accepted.
    """
    if not vurdert:
        return []
    freeze(kjoring, [enkelt.mottatt for enkelt in vurdert], [enkelt.validert.antall for enkelt in vurdert])
    fakta.know_numbers(kjoring.con)
    statusregler.begin(kjoring)
    kjoring.con.execute("CREATE OR REPLACE TEMP TABLE fiktive (person_id VARCHAR)")
    funn: list[Funn] = []
    for navn in dict.fromkeys(enkelt.mottatt.format.navn for enkelt in vurdert):
        funn += _load_format(kjoring, navn, [enkelt for enkelt in vurdert if enkelt.mottatt.format.navn == navn])
    set_aside(kjoring, vurdert)
    tidy_after(kjoring)
    funn += open_quarantine(kjoring, "ÅH-3001", {enkelt.mottatt.format.navn for enkelt in vurdert})
    funn += inbox_findings(kjoring)
    funn += [finding("ÅH-3012", antall=kjoring.nytt_nummer)] if kjoring.nytt_nummer else []
    fictitious(kjoring)
    sammenstilling.ask(kjoring)
    funn += statusregler.ask(kjoring)
    tall = kjoring.tall
    if tall.inn != tall.lastet + tall.uendret + tall.karantene:
        raise ProgramFeil("rader inn er ikke lik lastet, uendret og satt til side")
    keep_current(kjoring)
    return [*funn, *consequences(kjoring)]


def _load_format(kjoring: Kjoring, format_navn: str, filer: list[Vurdert]) -> list[Funn]:
    """Load one format's files as one delivery."""
    leveringer.check_size(kjoring, format_navn, filer)
    con, kilde, tabell = kjoring.con, KILDER[format_navn], utsagn.table_of(format_navn)
    forste = fakta.next_number(con)
    erstattet = replaced(filer)
    felter, nye = _stage_all(kjoring, filer, erstattet)
    til_side = _said_aside(kjoring, filer, kilde, erstattet)
    combine(con, len(filer), kilde.nokkel, til_side, erstattet)
    statusregler.hold_back(kjoring, set.intersection(*(set(enkelt.validert.kolonner_i_filen) for enkelt in filer)))
    if kilde.tilmelder:
        _start_new(kjoring, filer)
    neste = leveringer.next_delivery(kjoring, format_navn)
    er_siste = neste is None
    utsagn.prepare(con, tabell, felter)
    sagt = utsagn.NAA if er_siste else leveringer.said_then(kjoring, format_navn)
    utsagn.difference(con, tabell, felter, kilde.nokkel, sagt)
    if er_siste:
        utsagn.remember(con, tabell, felter, kilde.nokkel, kjoring.kjoring_id)
    medlemskap.retract_gone(kjoring, format_navn, filer, er_siste=er_siste)
    egne = [felt for felt in felter if not (kilde.gruppe and felt in kategorier.KATEGORIFELT)]
    sammenstilling.decide(kjoring, egne, format_navn)
    funn = kategorier.settle(kjoring) if len(egne) < len(felter) else []
    if neste is not None:
        sammenstilling.restore_later(kjoring, tabell, felter, neste)
    leveringer.note(kjoring, format_navn, sum(enkelt.validert.antall for enkelt in filer), er_siste=er_siste)
    _count(kjoring, filer, forste, nye)
    return funn


def _stage_all(kjoring: Kjoring, filer: list[Vurdert], erstattet: Collection[str]) -> tuple[list[str], int]:
    """Make the views of what the good rows of every file say; return their fields and how many people are new."""
    felter: dict[str, None] = {}
    nye = 0
    kjoring.con.execute("CREATE OR REPLACE TEMP TABLE nye_personer (nummer VARCHAR, person_id VARCHAR)")
    for nummer, enkelt in enumerate(filer):
        stage(kjoring.con, kjoring.hjem, enkelt, nummer)
        nye += find_people(kjoring, erstattet)
        felter |= dict.fromkeys(derive(kjoring.con, enkelt, nummer))
    return list(felter), nye


def _said_aside(kjoring: Kjoring, filer: list[Vurdert], kilde: Kilde, erstattet: frozenset[str]) -> pd.DataFrame:
    """Return, one line a person, what rows set aside say of people whom we know: who is on the list, and what closes.

    A wrong telephone number must not hide that the address has become secret, that somebody is dead or has left the
    country; a municipality of another county is itself why the row is set aside. Everything else waits for correction.
    So do good rows about one whose number is changed (``erstattet``, what it is changed from), or who is in more than
    one file: only one of them counts.
    """
    flere = erstattet | _in_several(filer)
    sagt = pd.concat([_closing(kjoring, enkelt, kilde, flere) for enkelt in filer])
    return sagt.groupby("person_id", as_index=False).first()


def _in_several(filer: list[Vurdert]) -> frozenset[str]:
    """Return the numbers that good rows of more than one file have."""
    if len(filer) == 1:
        return frozenset()
    numre = pd.concat([enkelt.validert.gyldige["fodselsnummer"].drop_duplicates() for enkelt in filer])
    return frozenset(numre[numre.duplicated()])


def _closing(kjoring: Kjoring, vurdert: Vurdert, kilde: Kilde, flere: Collection[str]) -> pd.DataFrame:
    """Return what one file has of that: rows set aside, and good rows with a number in ``flere`` or a new one."""
    gyldige, til_side = vurdert.validert.gyldige, vurdert.validert.til_side.astype("str")
    if flere:
        gjelder = gyldige["fodselsnummer"].isin(flere)
        if TIDLIGERE in gyldige:
            gjelder |= gyldige[TIDLIGERE] != ""
        til_side = pd.concat([til_side, gyldige[gjelder].astype("str")])
    personer = _known(kjoring, til_side["fodselsnummer"])
    if TIDLIGERE in til_side:
        personer = [ny or gammel for ny, gammel in zip(personer, _known(kjoring, til_side[TIDLIGERE]), strict=True)]
    sier = til_side[[del_ for del_ in kilde.nokkel if del_ in til_side]].copy()
    sier.insert(0, "person_id", personer)
    if "adressegradering" in til_side and (kilde.ma_gradere or "adressegradering" in vurdert.validert.kolonner_i_filen):
        gradering = til_side["adressegradering"].replace("", GRADERING_MANGLER)
        sier[field_of("adressegradering", kilde)] = gradering.where(gradering != UGRADERT, None)
    if "personstatus" in til_side:
        koder = {rad["kode"] for rad in kodeverk.valid_on("kodeverk/personstatus", kjoring.gyldig_fra)}
        stopper = koder - mottakere.living(kjoring.gyldig_fra)
        sier["personstatus"] = til_side["personstatus"].where(til_side["personstatus"].isin(stopper), None)
    if KOMMUNE in til_side:
        vaare = kodeverk.municipalities(kjoring.hjem.innstillinger.fylke.fylkesnummer)
        andres = til_side[KOMMUNE].str.fullmatch(r"\d{3,4}") & ~til_side[KOMMUNE].isin(vaare)
        sier[KOMMUNE] = til_side[KOMMUNE].where(andres, None)
    return sier[sier["person_id"] != ""]


def _known(kjoring: Kjoring, numre: pd.Series) -> list[str]:
    """Return the person of each number, also those of the file's good rows; blank where nobody has it."""
    kjoring.con.register("numre", pd.DataFrame({"nummer": numre.unique()}, dtype="str"))
    kjente = dict(kjoring.con.execute("FROM kjent_nummer SEMI JOIN numre USING (nummer)").fetchall())
    kjoring.con.unregister("numre")
    return [kjente.get(nummer, "") for nummer in numre]


def _start_new(kjoring: Kjoring, filer: list[Vurdert]) -> None:
    """Give those who are not enrolled with us their first facts: status OTUK (Udir: the first code), day, adviser.

    They are those whom we did not know, and those of whom only a school has told: these get the day that is missing.
    """
    format_ = filer[0].mottatt.format
    kolonner = {kolonne.navn for kolonne in format_.kolonner}
    if "ot_status" in kolonner:
        return
    kommune = "u.kommunenummer" if "kommunenummer" in kolonner else "''"
    kjoring.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE mulig AS
        WITH dag AS (SELECT person_id, verdi FROM fakta_kjent($kjent) WHERE felt = 'tilmeldt_dato')
        SELECT person_id FROM nevnt ANTI JOIN (FROM dag WHERE verdi <> '') USING (person_id) WHERE god
        UNION SELECT person_id FROM nevnt SEMI JOIN (FROM dag WHERE verdi = '') USING (person_id) WHERE god
        """,
        {"kjent": fakta.EVIG_TID},
    )
    if not kjoring.con.execute("FROM mulig LIMIT 1").fetchone():
        return
    nye = kjoring.con.execute(
        f"""
        SELECT DISTINCT u.person_id, {as_iso("u.registrert_dato", format_.datoformat)} AS tilmeldt_dato,
            {kommune} AS kommune, coalesce(n.ot_status, '') = '' AS uten_status
        FROM (FROM utsagn SEMI JOIN mulig USING (person_id) WHERE god) u LEFT JOIN (
            SELECT person_id, arg_max(verdi, (gyldig_fra, lopenr)) FILTER (felt = 'tilmeldt_dato') AS tilmeldt_dato,
                arg_max(verdi, (gyldig_fra, lopenr)) FILTER (felt = 'ot_status') AS ot_status
            FROM fakta_kjent($kjent) SEMI JOIN mulig USING (person_id)
            WHERE felt IN ('ot_status', 'tilmeldt_dato') GROUP BY person_id
        ) n USING (person_id)
        WHERE coalesce(n.tilmeldt_dato, '') = ''
        """,
        {"kjent": fakta.EVIG_TID},
    ).df()
    forste = nye[["person_id", "tilmeldt_dato"]].assign(ot_status="", raadgiver="")
    helt_nye = nye["uten_status"].to_numpy(dtype=bool)
    forste.loc[helt_nye, "ot_status"] = statusregler.FORSTE_STATUS
    forste.loc[helt_nye, "raadgiver"] = _advisers(kjoring, nye[helt_nye])
    lang = forste.melt(id_vars="person_id", var_name="felt", value_name="verdi").assign(gyldig_fra=kjoring.gyldig_fra)
    lang = lang[lang["verdi"] != ""]
    if not lang.empty:
        fakta.add(kjoring.con, lang, kjoring.kjoring_id, kjoring.registrert_tid)


def _advisers(kjoring: Kjoring, nye: pd.DataFrame) -> list[str]:
    """Return the adviser of each new youth's municipality; several advisers share it by the person's number."""
    valgt = []
    for person, kommune in zip(nye["person_id"], nye["kommune"], strict=True):
        mulige = [r.id for r in kjoring.hjem.innstillinger.radgivere if kommune in r.kommuner]
        valgt.append(mulige[int(person[1:]) % len(mulige)] if mulige else "")
    return valgt


def _count(kjoring: Kjoring, filer: list[Vurdert], forste: int, nye: int) -> None:
    """Count the delivery's rows; a good row is loaded when it gave its person a fact, from number ``forste`` on."""
    tall, gyldige = kjoring.tall, sum(len(enkelt.validert.gyldige) for enkelt in filer)
    svar = kjoring.con.execute(
        "SELECT count(DISTINCT person_id) FROM nevnt"
        " WHERE god AND person_id IN (SELECT person_id FROM fakta WHERE lopenr >= ?)",
        [forste],
    ).fetchone()
    endret = int(svar[0]) if svar else 0
    tall.inn += sum(enkelt.validert.antall for enkelt in filer)
    tall.lastet += endret
    tall.nye += nye
    tall.uendret += gyldige - endret
    tall.karantene += sum(enkelt.validert.antall_darlige for enkelt in filer)
