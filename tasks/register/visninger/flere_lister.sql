-- Youth on several of a school year's lists, and which line holds by the order of precedence.
SELECT person_id, skoleaar, format, skolenummer, kategori, gjelder, kjoring_id
FROM flere_lister_kjent($kjent_tid) ORDER BY skoleaar, person_id, gjelder DESC, format, skolenummer
