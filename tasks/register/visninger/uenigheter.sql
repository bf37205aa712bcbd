-- Fields that a source and we have changed, each to something else; the values are not shown.
SELECT person_id, felt, kilde, CASE WHEN lukket_kjoring_id IS NULL THEN 'åpen' ELSE 'lukket' END AS tilstand, kjoring_id
FROM uenighet_kjent($kjent_tid) ORDER BY kjoring_id, person_id, felt, kilde
