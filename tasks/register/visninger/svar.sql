-- The last complete answer to each letter.
SELECT person_id, rad, aar, svart_tid, svar_kode
FROM svar_kjent($kjent_tid)
QUALIFY row_number() OVER (PARTITION BY person_id, rad, aar ORDER BY svart_tid DESC, svar_kode) = 1
ORDER BY aar, rad, person_id
