"""Loading: what a delivery changes and nothing else; a delivery that must not be used changes nothing at all."""

import csv
import io
from datetime import date

import pytest

from schemas.fodselsnummer import control_digits
from tasks.feil import BrukerFeil
from tasks.register import fakta

KOMPLETT = "demo/post/2026-04-17/vigo_ikkesokere_2026-04-17.csv"
MARS = "demo/post/2026-03-13/vigo_ikkesokere_2026-03-13.csv"
FIL = "vigo_ikkesokere.csv"
DAG = date(2026, 4, 27)
TID = "2026-04-27T08:00"
SENERE = ("2026-04-28T08:00", "2026-04-29T08:00", "2026-04-30T08:00")
LISTER = ("fakta", "person", "raafil", "kjoring", "kjoring_fil", "karantene", "avvik", "oppgave")


@pytest.fixture
def gode(fylke) -> list[dict[str, str]]:
    """The complete delivery's rows, without those that are broken on purpose."""
    tekst = (fylke.mappe / KOMPLETT).read_bytes().decode("utf-8-sig")
    rader = list(csv.DictReader(io.StringIO(tekst), delimiter=";"))
    sett = [rad["Fodselsnummer"] for rad in rader]
    gode = [rad for rad in rader if rad["Etternavn"] and sett.count(rad["Fodselsnummer"]) == 1]
    return [rad for rad in gode if rad["Tilmeldingsgrunn"] == "OSON" and len(rad["Postnummer"]) in {0, 4}][:15]


@pytest.fixture
def last(legg_i_innboks, kjor):
    """``last(rader, tid)`` puts the rows in the inbox as a file and runs row 12."""

    def last(rader, tid=TID, **valg):
        ut = io.StringIO()
        skriver = csv.DictWriter(ut, rader[0].keys(), delimiter=";", lineterminator="\n")
        skriver.writeheader()
        skriver.writerows(rader)
        legg_i_innboks(FIL, ut.getvalue().encode())
        svar = kjor("12", tid, **valg)
        assert svar.inn == svar.lastet + svar.uendret + svar.karantene
        return svar

    return last


def dump(fylke) -> dict[str, list]:
    """Return every row of the tables that a load writes."""
    with fylke.register.transaction("dump") as con:
        return {navn: con.execute(f"FROM {navn} ORDER BY ALL").fetchall() for navn in LISTER}


def felt(fylke, nummer: str, *felter: str) -> list[str]:
    """Return someone's fields on the day, by national id."""
    with fylke.register.transaction("les") as con:
        naa = fakta.current(con, ["fodselsnummer", *felter], date(2026, 5, 1))
    return naa.loc[naa["fodselsnummer"] == nummer, list(felter)].iloc[0].tolist()


def tall(svar) -> tuple[int, int, int, int]:
    """Return loaded, unchanged, gone, aside."""
    return svar.lastet, svar.uendret, svar.borte, svar.karantene


def test_new_changed_gone_and_unchanged_are_told_apart(gode, last):
    assert tall(last(gode)) == (15, 0, 0, 0)
    flyttet = gode[1] | {"Adresselinje1": "Ny gate 1"}
    assert tall(last([flyttet, *gode[2:]], SENERE[0])) == (1, 13, 1, 0)
    assert tall(last(gode, SENERE[1])) == (2, 13, 0, 0)


def test_the_same_file_twice_loads_nothing_and_no_file_reads_the_last_one_again(gode, last, kjor, fylke):
    last(gode)
    for_ = dump(fylke)
    assert tall(last(gode, SENERE[0])) == tall(kjor("12", SENERE[1])) == (0, 15, 0, 0)
    assert {navn: dump(fylke)[navn] for navn in ("fakta", "person", "raafil")} == {
        navn: for_[navn] for navn in ("fakta", "person", "raafil")
    }


def test_a_corrected_row_changes_exactly_that_row_and_closes_its_quarantine(gode, last, fylke):
    assert tall(last([gode[0] | {"Postnummer": "31"}, *gode[1:]])) == (14, 0, 0, 1)
    antall = len(dump(fylke)["person"])
    assert tall(last(gode, SENERE[0])) == (1, 14, 0, 0)
    etter = dump(fylke)
    assert len(etter["person"]) == antall + 1
    assert {rad[7] for rad in etter["karantene"]} == {"rettet"}
    assert {rad[1] for rad in etter["fakta"] if rad[6].endswith("-2")} == {f"P{antall + 1:07d}"}


def test_someone_whose_row_is_bad_this_time_is_not_gone(gode, last):
    last(gode)
    assert tall(last([gode[0] | {"Postnummer": "31"}, *gode[1:]], SENERE[0])) == (0, 14, 0, 1)


@pytest.mark.parametrize(
    ("endre", "kode"),
    [
        (lambda rader: rader[:5], "ÅH-2015"),
        (lambda rader: [dict.fromkeys(rader[0], "")], "ÅH-2014"),
        (lambda rader: [rad | {"Ukjent": "x"} for rad in rader], "ÅH-2013"),
    ],
)
def test_an_empty_shrunken_or_foreign_file_is_refused_and_nothing_is_half_loaded(gode, last, fylke, endre, kode):
    last(gode)
    for_ = dump(fylke)
    with pytest.raises(BrukerFeil, match=kode):
        last(endre(gode), SENERE[0])
    assert dump(fylke) == for_
    assert (fylke.innboks / FIL).exists()


def test_ids_that_may_be_people_s_are_refused_when_practising(gode, last, fylke):
    nummer = next(f"140506{nr}{siffer}" for nr in range(999, 900, -1) if (siffer := control_digits(f"140506{nr}")))
    for_ = dump(fylke)
    with pytest.raises(BrukerFeil, match="ÅH-2017") as feil:
        last([gode[0] | {"Fodselsnummer": nummer}, *gode[1:]])
    assert nummer not in str(feil.value)
    assert dump(fylke) == for_


def test_a_dry_run_counts_the_same_and_leaves_no_trace(gode, last, fylke):
    for_ = dump(fylke)
    tort = last(gode, bare_vis=True)
    assert (tall(tort), tort.kjoring_id) == ((15, 0, 0, 0), None)
    assert dump(fylke) == for_
    assert (fylke.innboks / FIL).exists()


def test_what_one_source_has_closed_the_other_does_not_open(med_register, gode, last):
    with med_register.register.transaction("les") as con:
        kjente = fakta.current(con, ["fodselsnummer", "adressegradering_otto"], DAG)
    skjermet = kjente.loc[kjente["adressegradering_otto"] == "ugradert", "fodselsnummer"].iloc[0]
    last([gode[0] | {"Fodselsnummer": skjermet, "Adressegradering": "fortrolig"}, *gode[1:]])
    assert felt(med_register, skjermet, "adressegradering_vigo", "adressegradering_otto") == ["fortrolig", "ugradert"]
    last([gode[0] | {"Fodselsnummer": skjermet, "Adressegradering": ""}, *gode[1:]], SENERE[0])
    assert felt(med_register, skjermet, "adressegradering_vigo", "adressegradering_otto") == ["mangler", "ugradert"]


def test_an_old_municipality_becomes_today_s(gode, last, fylke):
    assert tall(last([gode[0] | {"Kommunenr": "3803"}, *gode[1:]])) == (15, 0, 0, 0)
    assert felt(fylke, gode[0]["Fodselsnummer"], "kommunenummer") == ["3905"]


def test_an_unknown_code_is_set_aside_while_the_rest_is_loaded(gode, last, fylke):
    assert tall(last([gode[0] | {"Tilmeldingsgrunn": "OSXX"}, *gode[1:]])) == (14, 0, 0, 1)
    assert [rad[4:8] for rad in dump(fylke)["karantene"]] == [(2, "vigokode", "ÅH-2131", "åpen")]


def test_someone_new_begins_as_unknown_with_an_adviser_of_the_municipality(gode, last, fylke):
    last(gode)
    status, raadgiver, kommune = felt(fylke, gode[0]["Fodselsnummer"], "ot_status", "raadgiver", "kommunenummer")
    assert status == "OTUK"
    assert kommune in next(r.kommuner for r in fylke.innstillinger.radgivere if r.id == raadgiver)


def test_the_demo_county_s_own_files_add_up_too(med_register, legg_i_innboks, kjor):
    for fil, tid in ((MARS, "2026-03-16T08:00"), (KOMPLETT, TID)):
        legg_i_innboks(fil)
        svar = kjor("08" if fil == MARS else "12", tid)
        assert svar.inn == svar.lastet + svar.uendret + svar.karantene > 0


@pytest.mark.parametrize(
    ("sier", "blir"),
    [
        ({"Adressegradering": "strengtFortrolig"}, "strengtFortrolig"),
        ({"Adressegradering": ""}, "mangler"),
        ({"Adressegradering": "ugradert"}, "ugradert"),
    ],
)
def test_a_row_set_aside_for_something_else_still_protects(gode, last, fylke, sier, blir):
    last(gode)
    nummer = gode[0]["Fodselsnummer"]
    darlig = [gode[0] | {"Postnummer": "12", "Etternavn": "Ny"} | sier, *gode[1:]]
    svar = last(darlig, SENERE[0])
    assert (svar.karantene, svar.lastet) == (1, 0)
    assert felt(fylke, nummer, "adressegradering_vigo", "etternavn") == [blir, gode[0]["Etternavn"]]
    assert last(darlig, SENERE[1]).lastet == 0
    assert last(gode, SENERE[2]).karantene == 0
    assert felt(fylke, nummer, "adressegradering_vigo") == ["ugradert"]


def test_a_death_in_a_row_set_aside_is_known_at_once(gode, last, fylke):
    last(gode)
    last([gode[0] | {"Postnummer": "12", "Personstatus": "doed"}, *gode[1:]], SENERE[0])
    assert felt(fylke, gode[0]["Fodselsnummer"], "personstatus") == ["doed"]


def test_a_protected_row_beside_an_open_one_about_the_same_youth_wins(gode, last, fylke):
    dobbel = [*gode, gode[0] | {"Adressegradering": "fortrolig"}]
    last(dobbel)
    assert last(dobbel, SENERE[0]).lastet == 0
    assert felt(fylke, gode[0]["Fodselsnummer"], "adressegradering_vigo") == ["fortrolig"]


def test_preparing_a_transfer_needs_no_extract(kjor):
    assert kjor("17", "2026-06-01T08:00").inn == 0
