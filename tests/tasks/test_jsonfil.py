"""JSON: the documented answer of VIGO OT; what is not whole stops, a bad value is a fault of its row."""

import json
from typing import Any

import pytest

from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tests.filbygger import KANARI, good_row, json_object, judged

NAVN = "vigo_ot_rest"
FORMAT = find_format(NAVN)
FRA_ADAPTEREN = """{"antall": 1, "otungdommer": [{
    "person": {"fornavn": "Foo 1", "etternavn" : "Bar 1", "fdato": "01.02.2003", "fnr": "01020312345",
               "epost": "foo.bar.1@test.no", "mobilnr": "11111111"},
    "otData": {"tilknytningnr": "11", "tilknytningnavn": "foo", "aktivitetskode": "f1"},
    "elevkurs": {"promrkode": "PK1", "promrnavn": "PK_TEST", "start": "10.11.2025", "slutt": "10.12.2025"}}]}"""
GOD = json_object(good_row(NAVN, 1), good_row(NAVN, 2))


def judge(rot: Any):
    return judged(rot if isinstance(rot, bytes) else json.dumps(rot).encode(), "a.json", FORMAT)


def refused(rot: Any) -> BrukerFeil:
    with pytest.raises(BrukerFeil) as feil:
        judge(rot)
    return feil.value


def with_value(gruppe: str, felt: str, verdi: Any) -> dict[str, Any]:
    """The good object with one value of its second row changed."""
    ny = json.loads(json.dumps(GOD))
    ny["otungdommer"][1][gruppe][felt] = verdi
    return ny


def test_the_example_of_the_open_adapter_is_read_by_its_paths():
    innlest, validert = judge(FRA_ADAPTEREN.encode())
    rad = innlest.ramme.iloc[0]
    assert rad[["fornavn", "ot_status", "ot_enhet", "elevkurs_til_dato"]].tolist() == [
        "Foo 1",
        "f1",
        "11",
        "10.12.2025",
    ]
    assert innlest.kolonner_i_filen == {kolonne.navn for kolonne in FORMAT.kolonner}
    assert set(validert.feil["kolonne"]) == {"fodselsnummer", "ot_status", "mobilnummer"}


def test_the_first_element_is_row_two():
    innlest, validert = judge(GOD)
    assert (innlest.rad_nr.tolist(), len(validert.gyldige)) == ([2, 3], 2)


@pytest.mark.parametrize(
    ("rot", "kode"),
    [
        (json.dumps(GOD).encode()[:-5], "ÅH-2031"),
        (json.dumps(GOD).encode("utf-16"), "ÅH-2031"),
        (b'{"antall": NaN, "otungdommer": [{}]}', "ÅH-2031"),
        (b'{"antall": 1, "antall": 1, "otungdommer": [{}]}', "ÅH-2031"),
        (b"[" * 200_000, "ÅH-2031"),
        (b"1" * 10_000, "ÅH-2031"),
        (b"<html>Logg inn</html>", "ÅH-2021"),
        ([GOD], "ÅH-2032"),
        ({"antall": 0}, "ÅH-2032"),
        (GOD | {"otungdommer": {}}, "ÅH-2032"),
        (GOD | {"errorMessage": "Ugyldig nøkkel"}, "ÅH-2033"),
        (GOD | {"errorMessage": False}, "ÅH-2033"),
        (GOD | {"antall": 3}, "ÅH-2034"),
        (GOD | {"antall": "2"}, "ÅH-2034"),
        (GOD | {"antall": 2.0}, "ÅH-2034"),
        ({"otungdommer": GOD["otungdommer"]}, "ÅH-2034"),
        ({"antall": 0, "otungdommer": []}, "ÅH-2035"),
        ({"antall": 1, "otungdommer": [{"person": {"fnr": "1"}}]}, "ÅH-2013"),
        (json.dumps(GOD, ensure_ascii=False).replace("Ås", "Ã…s").encode(), "ÅH-2039"),
    ],
)
def test_an_answer_that_is_not_whole_stops(rot, kode):
    assert refused(rot).kode == kode


def test_the_error_message_is_not_repeated():
    assert KANARI not in str(refused(GOD | {"errorMessage": f"Finner ikke {KANARI}"}))


@pytest.mark.parametrize("melding", [None, "", " "])
def test_no_error_message_is_none(melding):
    assert len(judge(GOD | {"errorMessage": melding})[1].gyldige) == 2


@pytest.mark.parametrize(
    ("gruppe", "felt", "verdi", "feil"),
    [
        ("person", "fnr", 12345678901, [[3, "fodselsnummer", "ÅH-2108"]]),
        ("person", "fornavn", {"a": "b"}, [[3, "fornavn", "ÅH-2108"]]),
        ("person", "fornavn", "\ud800", [[3, "fornavn", "ÅH-2102"]]),
        ("person", "etternavn", "a\u202eb", [[3, "etternavn", "ÅH-2102"]]),
        ("person", "fornavn", None, [[3, "fornavn", "ÅH-2101"]]),
        ("person", "epost", None, []),
        ("person", "epost", True, [[3, "epost", "ÅH-2108"]]),
        ("elevkurs", "start", "31.02.2026", [[3, "elevkurs_fra_dato", "ÅH-2141"]]),
        ("elevkurs", "slutt", "20.06.2029", []),
        ("otData", "aktivitetskode", "XXXX", [[3, "ot_status", "ÅH-2131"]]),
        ("person", "nytt_felt", [1, 2], []),
    ],
)
def test_a_bad_value_is_a_fault_of_its_row_and_null_is_blank(gruppe, felt, verdi, feil):
    assert judge(with_value(gruppe, felt, verdi))[1].feil.to_numpy().tolist() == feil


def test_a_group_that_is_no_object_is_a_fault_of_all_its_columns():
    rot = json.loads(json.dumps(GOD))
    rot["otungdommer"][0]["otData"] = KANARI
    rot["otungdommer"][1]["elevkurs"] = None
    _, validert = judge(rot)
    assert validert.feil["kolonne"].tolist() == ["ot_enhet", "ot_enhet_navn", "ot_status"]
    assert set(validert.feil["rad_nr"]) == {2}


def test_an_element_that_is_no_object_is_set_aside_with_its_text():
    innlest, validert = judge(GOD | {"otungdommer": [*GOD["otungdommer"], ["x"]], "antall": 3})
    assert (innlest.skjeve, innlest.raatekst, validert.antall) == ((4,), {4: '["x"]'}, 3)
