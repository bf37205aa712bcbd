"""Whatever stands in the register: the letters' rows go through, and nobody gets the same letter twice."""

import json
from collections import Counter
from random import Random
from typing import Any

from tasks.foresatte import plain

GOD = {
    "adresselinje1": "Vei 1", "postnummer": "3116", "poststed": "BY", "fodselsdato": "2009-03-14", "fornavn": "Åse",
    "etternavn": "Li",
    "personstatus": "bosatt", "kommunenummer": "3905", "adressegradering_vigo": "ugradert",
    "adressegradering_otto": "", "samtykke_dato": "", "samtykke_trukket_dato": "", "ajourholdskode": "",
}  # fmt: skip
NAVN = ("", "Kari Hansen", "KARI  hansen", "Ola Li", "Zoë 王", "#let x = 1", "a\r\nBcc: x@y.no", "  ")
VEIER = ("", "Vei 1", "Vei 2", "VEI  1", "=cmd|' /C calc'!A0")
GRADERINGER = ("", "ugradert", "fortrolig", "mangler")
RART = {
    "adresselinje1": VEIER, "postnummer": ("3116", ""), "poststed": ("BY", ""), "etternavn": NAVN, "fornavn": NAVN,
    "fodselsdato": ("2009-03-14", "2008-05-12", "2007-03-14", ""), "personstatus": ("", "død", "utflyttet", "tull"),
    "kommunenummer": ("", "0301", "99", "abc"), "adressegradering_vigo": GRADERINGER,
    "adressegradering_otto": ("", "ugradert"), "samtykke_dato": ("", "2026-01-01"),
    "samtykke_trukket_dato": ("", "2026-02-01"), "ajourholdskode": ("", "IKKE_MOTT", "tull"),
}  # fmt: skip
FORESATT = {
    "navn": NAVN, "foreldreansvar": ("J", "J", "", "N", "j"), "adresselinje1": VEIER,
    "postnummer": ("3116", "3110"), "poststed": ("BY", ""), "adressegradering_vigo": ("ugradert",) * 40 + GRADERINGER,
}  # fmt: skip
DAGER = ("2026-05-11", "2026-05-12", "2026-05-13")


def facts(valg: Random, nummer: int) -> dict[str, str]:
    """Facts about the youth of that number, most of them in order; her guardians may have each one of two ids."""
    ider = ("", "", f"1483075{nummer:04}", f"1483076{nummer:04}")
    rart = RART | {
        f"{plass}_{felt}": hva
        for plass in ("foresatt1", "foresatt2")
        for felt, hva in (FORESATT | {"fodselsnummer": ider}).items()
    }
    return {felt: GOD[felt] if felt in GOD and valg.random() < 0.97 else valg.choice(hva) for felt, hva in rart.items()}


def whom(mottaker: str, innhold: str) -> tuple[str, ...]:
    """Who a letter is to, as a person would say: by number, or by name and street."""
    post = json.loads(innhold)
    navn = plain(post["brev"]["navn"], post["brev"]["adresselinje1"])
    return () if mottaker == "ungdom" else ((post["digital_id"],) if post["digital_id"] else navn)


def test_the_letters_rows_go_through_and_nobody_gets_the_same_letter_twice(bygd: Any) -> None:
    valg = Random(20260511)
    alle = [bygd.person(raadgiver=valg.choice(["", "R05"]), **facts(valg, nummer)) for nummer in range(70)]
    for dag in DAGER:
        forslag_id = bygd.run(bygd.BREV, f"{dag}T08:00").forslag_id
        if forslag_id:
            bygd.approve(forslag_id, f"{dag}T08:00")
            bygd.send(forslag_id, tid=f"{dag}T10:00")
        for nummer, person in enumerate(alle):
            if valg.random() < 0.5:
                bygd.change(person, dag, f"{dag}T12:00", **dict(valg.sample(sorted(facts(valg, nummer).items()), 5)))
    brev = bygd.ask("SELECT person_id, mottaker, innhold FROM utsending WHERE person_id <> ''")
    antall = Counter((person, mottaker, *whom(mottaker, innhold)) for person, mottaker, innhold in brev)
    assert antall.total() > len(alle)
    assert antall.most_common(1)[0][1] == 1
    bygd.run(bygd.PURREBREV, "2026-05-26T08:00")
