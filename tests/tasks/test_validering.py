"""Validation: every row is good or set aside, every fault has its code, and no person's value gets out in an error."""

import traceback
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from schemas import kontroll
from schemas.fodselsnummer import Idtype, control_digits
from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks.feil import ProgramFeil
from tasks.formater import find_format
from tasks.lesing import KODE_ANTALL_FELT, read
from tasks.validering import validate
from tests.schemas.test_innfiler import CELLER as ANDRE_CELLER

GRUNNLAG = Kontrollgrunnlag(
    siste_dato=date(2026, 4, 27),
    skoleaar="20262027",
    idtyper=frozenset({Idtype.SYNTETISK}),
    fiktive=frozenset({"000"}),
    kodeverk={
        "kommuner": frozenset({"3905"}),
        "personstatus": frozenset({"bosatt"}),
        "vigokode": frozenset({"OSON"}),
        "ajourholdskoder": frozenset({"N"}),
    },
)
GOD = {
    "fodselsnummer": "14850699950", "fornavn": "Åse", "etternavn": "Ås", "postnummer": "3116", "kommunenummer": "3905",
    "personstatus": "bosatt", "skoleaar": "20262027", "vigokode": "OSON", "registrert_dato": "12.03.2026",
}  # fmt: skip
ANDRE = next(f"148506{nr}{kontroll_}" for nr in range(998, 900, -1) if (kontroll_ := control_digits(f"148506{nr}")))
KANARI = "Kanarifugl"


def les(*rader: dict[str, str], format_navn: str = "vigo_ot_linjer", hale: str = ""):
    """Read rows of a format, columns not named blank."""
    format_ = find_format(format_navn)
    linjer = [";".join(kolonne.overskrift for kolonne in format_.kolonner)]
    linjer += [";".join(rad.get(kolonne.navn, "") for kolonne in format_.kolonner) for rad in rader]
    return read("\n".join([*linjer, hale]).encode(), "fil.csv", format_)


def dom(*rader: dict[str, str], hale: str = "", grunnlag: Kontrollgrunnlag = GRUNNLAG):
    """Judge rows as lines from Vigo."""
    return validate(les(*rader, hale=hale), SKJEMAER["vigo_ot_linjer"](grunnlag))


def koder(validert) -> list[tuple[int, str, str]]:
    """Return the faults."""
    return [tuple(rad) for rad in validert.feil.to_numpy().tolist()]


CELLER = [
    ("fornavn", "", kontroll.KODE_PAKREVD),
    ("etternavn", "\u00a0 ", kontroll.KODE_PAKREVD),
    ("fornavn", "Å\u202ese", kontroll.KODE_TEGN),
    ("poststed", "TØNS\x07BERG", kontroll.KODE_TEGN),
    ("adresselinje1", "Gate 1\x9f", kontroll.KODE_TEGN),
    ("fodselsnummer", "1485069995", kontroll.KODE_ID_FORM),
    ("fodselsnummer", "", kontroll.KODE_ID_FORM),
    ("foresatt1_fodselsnummer", "x", kontroll.KODE_ID_FORM),
    ("fodselsnummer", "31820699950", kontroll.KODE_ID_DATO),
    ("fodselsnummer", "14850699951", kontroll.KODE_ID_KONTROLL),
    ("fodselsnummer", "14850600000", kontroll.KODE_ID_MODUS),
    ("postnummer", "311", kontroll.KODE_POSTNUMMER),
    ("foresatt2_postnummer", "٣١١٦", kontroll.KODE_POSTNUMMER),
    ("kommunenummer", "0301", kontroll.KODE_KOMMUNE),
    ("mobilnummer", "12345678", kontroll.KODE_MOBIL),
    ("mobilnummer", "4000000\u0661", kontroll.KODE_MOBIL),
    ("epost", "ola(a)example.com", kontroll.KODE_EPOST),
    ("epost", "ola @example.com", kontroll.KODE_EPOST),
    ("vigokode", "OSXX", kontroll.KODE_KODEVERK),
    ("ajourholdskode", "X", kontroll.KODE_KODEVERK),
    ("foresatt1_foreldreansvar", "j", kontroll.KODE_JA_NEI),
    ("registrert_dato", "31.04.2026", kontroll.KODE_DATO),
    ("registrert_dato", "1.4.2026", kontroll.KODE_DATO),
    ("avbrudd_dato", "28.04.2026", kontroll.KODE_FRAMTID),
    ("skoleaar", "20252026", kontroll.KODE_SKOLEAAR),
    ("skoleaar", "", kontroll.KODE_SKOLEAAR),
]


@pytest.mark.parametrize(("kolonne", "verdi", "kode"), CELLER)
def test_a_bad_cell_gives_its_code_and_sets_its_row_aside(kolonne, verdi, kode):
    validert = dom(GOD | {"fodselsnummer": ANDRE}, GOD | {kolonne: verdi})
    assert koder(validert) == [(3, kolonne, kode)]
    assert validert.gyldige["fodselsnummer"].tolist() == [ANDRE]
    assert validert.rad_nr.tolist() == [2]


def test_every_code_is_reached():
    alle = {verdi for navn, verdi in vars(kontroll).items() if navn.startswith("KODE_")}
    assert alle == {kode for *_, kode in [*CELLER, *ANDRE_CELLER]} | {kontroll.KODE_DUBLETT}


def test_a_cell_that_could_not_be_read_is_told_as_that_and_not_as_blank_too():
    innlest = replace(
        les(GOD, GOD | {"fodselsnummer": "", "fornavn": ""}), cellefeil=((3, "fodselsnummer", "ÅH-2104"),)
    )
    validert = validate(innlest, SKJEMAER["vigo_ot_linjer"](GRUNNLAG))
    assert koder(validert) == [(3, "fodselsnummer", "ÅH-2104"), (3, "fornavn", "ÅH-2101")]
    assert (len(validert.gyldige), validert.til_side["etternavn"].tolist()) == (1, ["Ås"])


def test_what_was_mended_and_which_columns_there_were_come_through():
    innlest = replace(les(GOD), reparert=((2, "postnummer"),))
    validert = validate(innlest, SKJEMAER["vigo_ot_linjer"](GRUNNLAG))
    assert (validert.reparert, len(validert.gyldige)) == (((2, "postnummer"),), 1)
    assert validert.kolonner_i_filen == {kolonne.navn for kolonne in innlest.format.kolonner}


@pytest.mark.parametrize(
    ("kolonne", "verdi"),
    [("mobilnummer", "+4740000000"), ("epost", "å@example.no"), ("avbrudd_dato", "27.04.2026"), ("postnummer", ""),
     ("foresatt1_fodselsnummer", ANDRE), ("adresselinje1", "Ærlig «talt» – é 5°"), ("foresatt1_foreldreansvar", "N")],
)  # fmt: skip
def test_a_good_cell_passes(kolonne, verdi):
    assert koder(dom(GOD | {kolonne: verdi})) == []


def test_someone_who_stands_there_twice_keeps_the_first_row():
    validert = dom(GOD, GOD | {"fodselsnummer": ANDRE}, GOD, GOD)
    assert koder(validert) == [(4, "fodselsnummer", "ÅH-2115"), (5, "fodselsnummer", "ÅH-2115")]
    assert len(validert.gyldige) == 2


def test_ids_that_are_no_ids_are_not_called_the_same():
    faste = {kode for _, _, kode in koder(dom(*[GOD | {"fodselsnummer": "123"}] * 3))}
    assert faste == {kontroll.KODE_ID_FORM}


def test_a_row_askew_is_counted_with_the_rest():
    validert = dom(GOD, GOD | {"fodselsnummer": "", "fornavn": ""}, hale="a;b")
    assert koder(validert) == [
        (3, "fodselsnummer", "ÅH-2111"), (3, "fornavn", "ÅH-2101"), (4, "", KODE_ANTALL_FELT),
    ]  # fmt: skip
    assert (validert.antall, validert.antall_darlige, len(validert.gyldige)) == (3, 2, 1)


rad = st.fixed_dictionaries({navn: st.sampled_from(["", "x", god, "20252026"]) for navn, god in GOD.items()})


@settings(deadline=None)
@given(st.lists(rad.filter(lambda rad: any(rad.values())), min_size=1, max_size=12))
def test_rows_in_are_good_rows_and_rows_aside_and_good_rows_are_good_alone(rader):
    validert = dom(*rader)
    assert validert.antall == len(rader) == len(validert.gyldige) + validert.feil["rad_nr"].nunique()
    assert len(validert.til_side) == validert.antall_darlige
    assert not set(validert.rad_nr) & set(validert.feil["rad_nr"])
    for nummer in validert.rad_nr:
        assert koder(dom(rader[nummer - 2])) == []


def test_the_same_schema_judges_a_second_frame_afresh():
    skjema = SKJEMAER["vigo_ot_linjer"](GRUNNLAG)
    assert koder(validate(les(GOD | {"fodselsnummer": ""}), skjema)) == [(2, "fodselsnummer", "ÅH-2111")]
    assert koder(validate(les(GOD), skjema)) == []


@pytest.mark.parametrize("antall", [1, 1000])
def test_no_value_of_a_person_column_is_in_what_pandera_says(antall):
    """Looked for in the error itself, where it would have come from: text, repr, traceback and its failure cases."""
    rader = [dict.fromkeys(GOD, f"{KANARI}\x07{nr}") for nr in range(antall)]
    skjema = SKJEMAER["vigo_ot_linjer"](GRUNNLAG)
    with pytest.raises(SchemaErrors) as feil:
        skjema.validate(les(*rader).ramme, lazy=True)
    deler = [*feil.value.schema_errors, feil.value]
    tekster = [f"{del_}{del_!r}{''.join(traceback.format_exception(del_))}{del_.failure_cases}" for del_ in deler]
    assert len(tekster) > 5
    assert not any(KANARI in tekst for tekst in tekster)


def test_a_frame_that_is_not_the_schema_s_is_a_fault_told_without_values():
    innlest = les(GOD | {"fornavn": KANARI})
    ramme = innlest.ramme.drop(columns="etternavn").assign(ekstra=KANARI)
    with pytest.raises(ProgramFeil) as feil:
        validate(replace(innlest, ramme=ramme), SKJEMAER["vigo_ot_linjer"](GRUNNLAG))
    assert KANARI not in "".join(traceback.format_exception(feil.value))
    assert feil.value.__context__ is None
