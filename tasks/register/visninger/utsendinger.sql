-- Everything in the outbox.
SELECT utsending_id, rad, aar, nullif(person_id, '') AS person_id, mottaker, kanal, tilstand, nokkel, forsok, sendt_tid,
    nullif(grunn, '') AS grunn
FROM utsending_kjent($kjent_tid) ORDER BY utsending_id
