"""A register of people with faults chosen one by one; and the rules again, naively, one person at a time."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tasks import ajourholdsramme, kodeverk
from tasks.ajourholdsdom import Dom, judge
from tasks.ajourholdsregler import rules
from tasks.klokke import to_utc
from tasks.register import fakta

DAG = date(2026, 2, 9)
FYLKENE = ("39", "40")
KJENT_FRA = "2026-01-02"
REN = {
    "fodselsdato": "2007-03-14", "adresselinje1": "Storgata 1", "kommunenummer": "3905", "personstatus": "bosatt",
    "adressegradering_vigo": "ugradert", "adressegradering_otto": "ugradert", "raadgiver": "R05",
    "tilmeldt_dato": "2025-09-20", "avsluttet_dato": "", "ot_status": "OTOV", "kontakt_dato": "2025-10-01",
    "oppfolgingsplan_dato": "2025-10-01", "tilmeldingsgrunn": "ikke_sokt",
}  # fmt: skip
"""One with nothing wrong: in follow-up, with contact and a plan."""

FEIL: dict[str, dict[str, str]] = {
    "AJ_NUMMER_UMULIG": {"fodselsnummer": "148{nr}"},
    "AJ_FIKTIVT_NUMMER": {"fodselsnummer": "{nr:06}00018"},
    "AJ_NAVN_MANGLER": {"etternavn": ""},
    "AJ_FODSELSDATO_MANGLER": {"fodselsdato": ""},
    "AJ_FODSELSDATO_UMULIG": {"fodselsdato": "2026-02-10"},
    "AJ_UTENFOR_ALDER": {"fodselsdato": "2001-12-31"},
    "AJ_KOMMUNE_UKJENT": {"kommunenummer": ""},
    "AJ_KOMMUNE_UTGATT": {"kommunenummer": "3803"},
    "AJ_ANNET_FYLKE": {"kommunenummer": "301"},
    "AJ_ADRESSE_MANGLER": {"adresselinje1": ""},
    "AJ_PERSONSTATUS_UKJENT": {"personstatus": ""},
    "AJ_DOED": {"personstatus": "opphoert"},
    "AJ_UTFLYTTET": {"personstatus": "utflyttet"},
    "AJ_TILMELDT_MANGLER": {"tilmeldt_dato": ""},
    "AJ_TILMELDT_FRAMTID": {"tilmeldt_dato": "2026-02-10"},
    "AJ_AVSLUTTET_FOR_TILMELDT": {"avsluttet_dato": "2025-09-19"},
    "AJ_GRUNN_MANGLER": {"tilmeldingsgrunn": ""},
    "AJ_STATUS_UGYLDIG": {"ot_status": "OTXX"},
    "AJ_STATUS_FORELDET": {"ot_status@": "2025-02-08"},
    "AJ_UKJENT_MED_KONTAKT": {"ot_status": "OTUK", "kontakt_dato": KJENT_FRA},
    "AJ_STATUS_UTEN_KONTAKT": {"kontakt_dato": ""},
    "AJ_KONTAKT_FRAMTID": {"kontakt_dato": "2026-02-10", "kontakt_dato+": "2025-10-01"},
    "AJ_PLAN_MANGLER": {"oppfolgingsplan_dato": ""},
    "AJ_GRADERING_MANGLER": {"adressegradering_otto": "mangler"},
    "AJ_SKJERMET_UTEN_KONTAKT": {"adressegradering_otto": "KODE 7", "kontakt_dato": "", "ot_status": "OTUK"},
    "AJ_SPERRET_ADRESSE": {"adressegradering_vigo": "strengtFortrolig"},
    "AJ_RAADGIVER_MANGLER": {"raadgiver": ""},
    "AJ_RAADGIVER_UKJENT": {"raadgiver": "R99"},
}
"""What makes one who breaks just that rule.

``felt@`` is the day a field holds from, ``felt+`` what held before it, ``{nr}`` a number of her own.
"""
MED_EN_ANNEN = ("AJ_TO_TILMELDINGER", "AJ_MULIG_DOBBEL")
"""Rules that take two."""


class Folk:
    """People to be put in a register in one go."""

    def __init__(self, bygd: Any) -> None:
        self.bygd = bygd
        self.alle: list[dict[str, str]] = []

    def add(self, **felt: str) -> str:
        """One more, as ``REN`` but for ``felt``, with a name and a number of her own; returns her person id."""
        nr = len(self.alle) + 1
        egne = {"fodselsnummer": "1483075{nr:04}", "fornavn": "Fornavn{nr}", "etternavn": "Etternavn{nr}"}
        self.alle.append({navn: verdi.format(nr=nr) for navn, verdi in (egne | REN | felt).items()})
        return f"P{nr:07d}"

    def load(self) -> None:
        with self.bygd.hjem.register.transaction("prøve") as con:
            fakta.new_people(con, len(self.alle), "T0", to_utc(self.bygd.at(f"{KJENT_FRA}T06:00")))
            rader = [rad for nr, felt in enumerate(self.alle, 1) for rad in _facts(f"P{nr:07d}", felt)]
            nye = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
            fakta.add(con, nye, "T0", to_utc(self.bygd.at(f"{KJENT_FRA}T06:00")))

    def judged(self, dag: date = DAG) -> set[tuple[str, str]]:
        """Who breaks which rule, by the suite."""
        return broken(self.bygd, dag)


def _facts(person: str, felt: Mapping[str, str]) -> Iterable[tuple[str, str, str, date]]:
    for navn, verdi in felt.items():
        if navn[-1] not in "@+":
            fra = date.fromisoformat(felt.get(f"{navn}@", KJENT_FRA))
            if f"{navn}+" in felt:
                yield person, navn, felt[f"{navn}+"], fra - timedelta(days=1)
            yield person, navn, verdi, fra


def staged(bygd: Any, dag: date) -> tuple[Dom, list[str]]:
    with bygd.hjem.register.transaction("prøve") as con:
        raadgivere = tuple(raadgiver.id for raadgiver in bygd.hjem.innstillinger.radgivere)
        ajourholdsramme.stage(con, dag, None, FYLKENE, raadgivere)
        personer = con.execute("SELECT person_id FROM ajourhold ORDER BY person_id").fetchall()
        ramme = ajourholdsramme.frame(con)
    return judge(ramme, rules(dag)), [person for (person,) in personer]


def broken(bygd: Any, dag: date = DAG) -> set[tuple[str, str]]:
    dom, personer = staged(bygd, dag)
    return {(personer[rad], funn.regel.kode) for funn in dom.funn for rad in funn.rader}


def naive(folk: list[dict[str, str]], raadgivere: set[str], dag: date = DAG) -> set[tuple[str, str]]:
    """Who breaks which rule, read from the rules' own words, one person at a time."""
    svar = set()
    for nr, p in enumerate(folk, 1):
        if is_asked_about(p, dag):
            andre = [annen for annen in folk if annen is not p and is_enrolled(annen, dag)]
            svar |= {(f"P{nr:07d}", f"AJ_{kode}") for kode in _faults(p, andre, raadgivere, dag)}
    return svar


def is_enrolled(p: Mapping[str, str], dag: date) -> bool:
    avsluttet = p["avsluttet_dato"]
    er_apen = avsluttet == "" or avsluttet >= f"{dag}" or avsluttet < p["tilmeldt_dato"]
    return "" < p["tilmeldt_dato"] <= f"{dag}" and er_apen


def is_asked_about(p: Mapping[str, str], dag: date) -> bool:
    er_ferdig = p["avsluttet_dato"] != "" and p["tilmeldt_dato"] <= p["avsluttet_dato"] < f"{dag}"
    return is_enrolled(p, dag) or (bool(p["adressegradering_otto"] or p["ot_status"]) and not er_ferdig)


def _faults(p: Mapping[str, str], andre: list[dict[str, str]], raadgivere: set[str], dag: date) -> set[str]:
    return {kode for kode, er_brutt in _answers(p, andre, raadgivere, dag).items() if er_brutt}


def _answers(p: Mapping[str, str], andre: list[dict[str, str]], raadgivere: set[str], dag: date) -> dict[str, bool]:
    i_dag, tilmeldt = f"{dag}", p["tilmeldt_dato"]
    gruppe = next(
        (r["gruppenavn"] for r in kodeverk.valid_on("kodeverk/ot_status", dag) if r["kode"] == p["ot_status"]), ""
    )
    krav = next((r for r in kodeverk.valid_on("regler/statuskrav", dag) if r["kode"] == gruppe), None)
    grader = {p["adressegradering_vigo"], p["adressegradering_otto"]} - {""}
    skjermet = grader != {"ugradert"}
    strengt = any(g.lower().replace(" ", "") in ("strengtfortrolig", "kode6", "sperretadresse") for g in grader)
    dager = [v for v in (p["kontakt_dato"], p.get("kontakt_dato+", "")) if v and v <= i_dag and v >= tilmeldt]
    kontakt = bool(dager) or (tilmeldt > i_dag and p["kontakt_dato"] != "")
    status_fra = date.fromisoformat(p.get("ot_status@", KJENT_FRA))
    kommune = p["kommunenummer"].zfill(4) if p["kommunenummer"] else ""
    vaare = {r["kode"]: r for r in kodeverk.all_rows("kodeverk/kommuner") if r["kode"][:2] in ("38", *FYLKENE)}
    alder = dag.year - int(p["fodselsdato"][:4]) if p["fodselsdato"] else None
    navn = [" ".join(f"{q['fornavn']} {q['etternavn']}".replace("-", " ").lower().split()) for q in (p, *andre)]
    har_navn = [q["fornavn"] != "" != q["etternavn"] for q in (p, *andre)]
    return {
        "NUMMER_UMULIG": not (len(p["fodselsnummer"]) == 11 and p["fodselsnummer"].isdecimal()),
        "FIKTIVT_NUMMER": len(p["fodselsnummer"]) == 11 and p["fodselsnummer"][6:9] == "000",
        "TO_TILMELDINGER": is_enrolled(p, dag) and any(q["fodselsnummer"] == p["fodselsnummer"] for q in andre),
        "MULIG_DOBBEL": is_enrolled(p, dag) and p["fodselsdato"] != "" and har_navn[0] and any(
            navn[0] == annet and har and q["fodselsdato"] == p["fodselsdato"]
            for annet, har, q in zip(navn[1:], har_navn[1:], andre, strict=True)
        ),
        "NAVN_MANGLER": not har_navn[0],
        "FODSELSDATO_MANGLER": p["fodselsdato"] == "",
        "FODSELSDATO_UMULIG": p["fodselsdato"] > i_dag,
        "UTENFOR_ALDER": alder is not None and p["fodselsdato"] <= i_dag and not 15 <= alder <= 24,
        "KOMMUNE_UKJENT": kommune not in vaare and (kommune == "" or kommune[:2] in FYLKENE),
        "KOMMUNE_UTGATT": kommune in vaare and kommune.startswith("38"),
        "ANNET_FYLKE": kommune not in vaare and kommune[:2] not in (*FYLKENE, "") and p["ot_status"] != "OTFA_IM",
        "ADRESSE_MANGLER": not skjermet and p["adresselinje1"] == "",
        "PERSONSTATUS_UKJENT": p["personstatus"] not in ("bosatt", "midlertidig", "doed", "utflyttet", "opphoert"),
        "DOED": p["personstatus"] in ("doed", "opphoert"),
        "UTFLYTTET": p["personstatus"] == "utflyttet" and p["ot_status"] != "OTFU_IM",
        "TILMELDT_MANGLER": tilmeldt == "",
        "TILMELDT_FRAMTID": tilmeldt > i_dag,
        "AVSLUTTET_FOR_TILMELDT": p["avsluttet_dato"] != "" != tilmeldt and p["avsluttet_dato"] < tilmeldt,
        "GRUNN_MANGLER": p["tilmeldingsgrunn"] not in ("ikke_sokt", "sluttet", "takket_nei", "andre_grunner"),
        "STATUS_UGYLDIG": gruppe == "",
        "STATUS_FORELDET": krav is not None and (dag - status_fra).days > int(krav["mest_dager"]),
        "UKJENT_MED_KONTAKT": gruppe == "ukjent" and bool(dager) and max(dager) >= f"{status_fra}",
        "STATUS_UTEN_KONTAKT": gruppe in ("oppfolging", "aktivitet", "avklart") and not kontakt,
        "KONTAKT_FRAMTID": p["kontakt_dato"] > i_dag,
        "PLAN_MANGLER": gruppe == "oppfolging" and p["oppfolgingsplan_dato"] == "",
        "GRADERING_MANGLER": skjermet and grader <= {"ugradert", "mangler"},
        "SKJERMET_UTEN_KONTAKT": skjermet and gruppe != "ikke_i_maalgruppen" and not kontakt,
        "SPERRET_ADRESSE": strengt and p["adresselinje1"] != "" and "SOT 6" not in p["adresselinje1"].upper(),
        "RAADGIVER_MANGLER": p["raadgiver"] == "",
        "RAADGIVER_UKJENT": p["raadgiver"] != "" and p["raadgiver"] not in raadgivere,
    }  # fmt: skip
