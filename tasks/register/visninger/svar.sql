-- Every complete answer; of those to a letter and its reminder, the last one counts.
SELECT person_id, s.rad, aar, svart_tid, svar_kode,
    CASE WHEN row_number() OVER (
        PARTITION BY person_id, aar, coalesce(u.brevrad, s.rad) ORDER BY svart_tid DESC, svar_kode DESC
    ) = 1 THEN 'ja' ELSE 'nei' END AS gjelder,
    k.avklart, nullif(k.ot_status_forslag, '') AS ot_status_forslag
FROM (
    SELECT DISTINCT person_id, rad, aar, svart_tid, svar_kode FROM svar_kjent($kjent_tid)
) s
LEFT JOIN undersokelser u ON u.rad = s.rad
LEFT JOIN svarkoder k ON k.kode = svar_kode
    AND svart_tid >= k.gyldig_fra::DATE AND (k.gyldig_til = '' OR svart_tid < try_cast(k.gyldig_til AS DATE) + 1)
ORDER BY aar, s.rad, person_id, svart_tid, svar_kode
