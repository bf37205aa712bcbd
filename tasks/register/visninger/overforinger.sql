-- Every sealed transfer to Udir and how far it has come.
SELECT o.rad, o.aar, o.versjon, o.telledato, o.sha256, o.antall,
    overforingstilstand(f.tilstand, u.tilstand, k.tilstand) AS tilstand,
    k.siste_status || ' ' || strftime(timezone('Europe/Oslo', timezone('UTC', k.siste_tid)), '%Y-%m-%d %H:%M') AS kvittering
FROM overforing o JOIN forslag_kjent($kjent_tid) f USING (forslag_id)
LEFT JOIN utsending_kjent($kjent_tid) u USING (forslag_id)
LEFT JOIN udir_kvittert($kjent_tid) k USING (forslag_id)
ORDER BY o.aar, o.rad, o.versjon
