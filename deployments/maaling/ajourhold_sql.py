"""The bare set-based way to hold the register against the same rules: one query over the same stock, and nothing else.

What a good hand-written query would be. The limits and code lists are the same tables; nothing is told, owned or kept.
"""

from datetime import date

import duckdb
import pandas as pd

from tasks import kodeverk
from tasks.register import fakta

SPORRING = """
    WITH alle AS (
        SELECT *, try_cast(fodselsdato AS DATE) AS fodt, try_cast(tilmeldt_dato AS DATE) AS fra,
            try_cast(avsluttet_dato AS DATE) AS til, lpad(kommunenummer, 4, '0') AS kommune,
            try_cast(kontakt_dato AS DATE) AS sagt_kontakt,
            regexp_replace(lower(concat(adressegradering_vigo, ' ', adressegradering_otto)), '(kode|strengt|sperret) ',
                '\\1', 'g') AS grader
        FROM bestand
        WHERE er_tilmeldt OR (adressegradering_otto <> '' OR ot_status <> '')
            AND NOT coalesce(try_cast(avsluttet_dato AS DATE) < $dato AND avsluttet_dato >= tilmeldt_dato, false)
    ), numre AS (
        SELECT DISTINCT verdi, person_id FROM fakta_kjent($kjent) SEMI JOIN (FROM bestand WHERE er_tilmeldt)
        USING (person_id) WHERE felt = 'fodselsnummer' AND verdi <> '' AND gyldig_fra <= $dato
    ), to_ganger AS (
        SELECT DISTINCT person_id FROM numre
        SEMI JOIN (SELECT verdi FROM numre GROUP BY verdi HAVING count(*) > 1) USING (verdi)
    ), dobbel AS (
        SELECT unnest(list(person_id)) AS person_id FROM bestand
        WHERE er_tilmeldt AND fornavn <> '' AND etternavn <> '' AND try_cast(fodselsdato AS DATE) IS NOT NULL
        GROUP BY fodselsdato,
            lower(nfc_normalize(trim(regexp_replace(concat_ws(' ', fornavn, etternavn), '[\\s-]+', ' ', 'g'))))
        HAVING count(*) > 1
    ), vurdert AS (
        SELECT person_id, [
            CASE WHEN NOT regexp_full_match(fodselsnummer, '[0-9]{11}') THEN 'AJ_NUMMER_UMULIG'
                WHEN list_contains($fiktive, substr(fodselsnummer, 7, 3)) THEN 'AJ_FIKTIVT_NUMMER' END,
            CASE WHEN er_tilmeldt AND t.person_id IS NOT NULL THEN 'AJ_TO_TILMELDINGER' END,
            CASE WHEN er_tilmeldt AND d.person_id IS NOT NULL THEN 'AJ_MULIG_DOBBEL' END,
            CASE WHEN fornavn = '' OR etternavn = '' THEN 'AJ_NAVN_MANGLER' END,
            CASE WHEN fodt IS NULL THEN 'AJ_FODSELSDATO_MANGLER' WHEN fodt > $dato THEN 'AJ_FODSELSDATO_UMULIG'
                WHEN alder NOT BETWEEN $nedre AND $ovre THEN 'AJ_UTENFOR_ALDER' END,
            CASE WHEN gyldig_til <> '' AND gyldig_til < $dato::VARCHAR THEN 'AJ_KOMMUNE_UTGATT'
                WHEN k.kode IS NOT NULL THEN NULL
                WHEN kommunenummer = '' OR NOT regexp_full_match(kommune, '[0-9]{4}')
                    OR list_contains($fylker, left(kommune, 2)) THEN 'AJ_KOMMUNE_UKJENT'
                WHEN ot_status <> $flyttet_fylke THEN 'AJ_ANNET_FYLKE' END,
            CASE WHEN NOT skjermet AND adresselinje1 = '' THEN 'AJ_ADRESSE_MANGLER' END,
            CASE WHEN NOT list_contains($personstatuser, personstatus) THEN 'AJ_PERSONSTATUS_UKJENT'
                WHEN list_contains($doede, personstatus) THEN 'AJ_DOED'
                WHEN list_contains($borte, personstatus) AND ot_status <> $flyttet_land THEN 'AJ_UTFLYTTET' END,
            CASE WHEN fra IS NULL THEN 'AJ_TILMELDT_MANGLER' WHEN fra > $dato THEN 'AJ_TILMELDT_FRAMTID' END,
            CASE WHEN til < fra THEN 'AJ_AVSLUTTET_FOR_TILMELDT' END,
            CASE WHEN NOT list_contains($grunner, tilmeldingsgrunn) THEN 'AJ_GRUNN_MANGLER' END,
            CASE WHEN ot_gruppe = '' THEN 'AJ_STATUS_UGYLDIG'
                WHEN $dato - ot_status_dato > mest_dager THEN 'AJ_STATUS_FORELDET' END,
            CASE WHEN kontakt = 'aldri' AND siste_kontakt >= ot_status_dato THEN 'AJ_UKJENT_MED_KONTAKT'
                WHEN kontakt = 'alltid' AND siste_kontakt IS NULL
                    AND NOT (coalesce(fra > $dato, false) AND kontakt_dato <> '') THEN 'AJ_STATUS_UTEN_KONTAKT' END,
            CASE WHEN sagt_kontakt > $dato THEN 'AJ_KONTAKT_FRAMTID' END,
            CASE WHEN plan = 'ja' AND oppfolgingsplan_dato = '' THEN 'AJ_PLAN_MANGLER' END,
            CASE WHEN skjermet AND regexp_full_match(grader, '(ugradert|mangler| )*') THEN 'AJ_GRADERING_MANGLER' END,
            CASE WHEN skjermet AND kontakt IS DISTINCT FROM 'fritatt' AND siste_kontakt IS NULL
                AND NOT (coalesce(fra > $dato, false) AND kontakt_dato <> '') THEN 'AJ_SKJERMET_UTEN_KONTAKT' END,
            CASE WHEN regexp_matches(grader, 'strengtfortrolig|kode6|sperretadresse') AND adresselinje1 <> ''
                AND NOT regexp_matches(upper(adresselinje1), $sperret) THEN 'AJ_SPERRET_ADRESSE' END,
            CASE WHEN raadgiver = '' THEN 'AJ_RAADGIVER_MANGLER'
                WHEN NOT list_contains($raadgivere, raadgiver) THEN 'AJ_RAADGIVER_UKJENT' END
        ] AS koder
        FROM alle LEFT JOIN krav ON krav.kode = ot_gruppe LEFT JOIN kommuner k ON k.kode = kommune
        LEFT JOIN to_ganger t USING (person_id) LEFT JOIN dobbel d USING (person_id)
    )
    SELECT person_id, kode FROM (SELECT person_id, unnest(koder) AS kode FROM vurdert) WHERE kode IS NOT NULL
    ORDER BY ALL
"""


def broken(
    con: duckdb.DuckDBPyConnection, dato: date, fylkesnumre: tuple[str, ...], raadgivere: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return (person id, rule) of every rule that is broken in ``bestand``, in order."""
    utenfor = kodeverk.valid_on("regler/utenfor_fylket", dato)
    godtatt = {rad["kode"]: rad["godtatt_status"] for rad in utenfor}
    grenser = kodeverk.age_limits(dato)
    krav = pd.DataFrame(kodeverk.valid_on("regler/statuskrav", dato))[["kode", "kontakt", "plan", "mest_dager"]]
    con.register("krav", krav.astype({"mest_dager": "int64"}))
    kommuner = pd.DataFrame(kodeverk.all_rows("kodeverk/kommuner"))
    vaare = [
        (ny or kode).startswith(fylkesnumre)
        for kode, ny in zip(kommuner["kode"], kommuner["erstattet_av"], strict=True)
    ]
    con.register("kommuner", kommuner[vaare][["kode", "gyldig_til"]])
    svar = con.execute(
        SPORRING,
        {
            "dato": dato, "kjent": fakta.EVIG_TID, "fiktive": sorted(kodeverk.fictitious_digits()),
            "nedre": grenser.nedre, "ovre": grenser.ovre, "fylker": list(fylkesnumre),
            "flyttet_fylke": godtatt["annet_fylke"], "flyttet_land": godtatt["utflyttet"],
            "personstatuser": sorted(kodeverk.codes("personstatus", dato)),
            "doede": [rad["kode"] for rad in utenfor if rad["slag"] == "død"],
            "borte": [rad["kode"] for rad in utenfor if rad["slag"] == "utflyttet"],
            "grunner": sorted(kodeverk.codes("tilmeldingsgrunner", dato)), "raadgivere": list(raadgivere),
            "sperret": "|".join(rad["kode"] for rad in kodeverk.valid_on("regler/sperret_adresse", dato)),
        },
    ).fetchall()  # fmt: skip
    con.unregister("krav")
    con.unregister("kommuner")
    return svar
