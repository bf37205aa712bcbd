-- Everyone the register knows, as they stood on a day, as we knew it at a moment.
WITH fakta_da AS (
    SELECT person_id, felt, arg_max(verdi, (gyldig_fra, lopenr)) AS verdi
    FROM fakta_kjent($kjent_tid) WHERE gyldig_fra <= $per_dato GROUP BY ALL
), person_da AS (
    SELECT person_id,
        max(verdi) FILTER (felt = 'fodselsdato') AS fodselsdato,
        max(verdi) FILTER (felt = 'kommunenummer') AS kommunenummer,
        max(verdi) FILTER (felt = 'tilmeldingsgrunn') AS tilmeldingsgrunn,
        max(verdi) FILTER (felt = 'tilmeldingsgrunn_kilde') AS tilmeldingsgrunn_kilde,
        max(verdi) FILTER (felt = 'ot_status') AS ot_status,
        max(verdi) FILTER (felt = 'tilmeldt_dato') AS tilmeldt_dato,
        max(verdi) FILTER (felt = 'avsluttet_dato') AS avsluttet_dato,
        max(verdi) FILTER (felt = 'raadgiver') AS raadgiver,
        max(verdi) FILTER (felt = 'fodselsnummer') AS fodselsnummer,
        max(verdi) FILTER (felt = 'fornavn') AS fornavn,
        max(verdi) FILTER (felt = 'etternavn') AS etternavn
    FROM fakta_da GROUP BY person_id
)
SELECT person_id,
    try_cast(left(fodselsdato, 4) AS INTEGER) AS fodselsaar,
    nullif(kommunenummer, '') AS kommunenummer,
    nullif(tilmeldingsgrunn, '') AS tilmeldingsgrunn,
    nullif(ot_status, '') AS ot_status,
    k.gruppenavn AS ot_gruppe,
    coalesce(year($per_dato::DATE) - try_cast(left(fodselsdato, 4) AS INTEGER) BETWEEN $nedre_alder AND $ovre_alder, false)
        AND coalesce(k.gruppenavn <> 'ikke_i_maalgruppen', false)
        AND coalesce(avsluttet_dato, '') = '' AS i_maalgruppe,
    nullif(tilmeldt_dato, '') AS tilmeldt_dato,
    nullif(avsluttet_dato, '') AS avsluttet_dato,
    nullif(raadgiver, '') AS raadgiver,
    nullif(tilmeldingsgrunn_kilde, '') AS tilmeldingsgrunn_kilde,
    fodselsnummer, fornavn, etternavn
FROM person_da LEFT JOIN ot_statuskoder k ON k.kode = ot_status
-- One whose load was taken back has no number left, and is nobody.
WHERE coalesce(fodselsnummer, '') <> ''
ORDER BY person_id
