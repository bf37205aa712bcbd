-- Every sealed transfer to Udir and how far it has come.
SELECT o.rad, o.aar, o.versjon, o.telledato, o.sha256, o.antall,
    CASE WHEN u.tilstand IN ('sendt', 'levert') THEN 'overlevert'
         WHEN f.tilstand IN ('avvist', 'utløpt') THEN f.tilstand ELSE 'klar' END AS tilstand,
    CAST(NULL AS VARCHAR) AS kvittering
FROM overforing o JOIN forslag_naa f USING (forslag_id) LEFT JOIN utsending_naa u USING (forslag_id)
ORDER BY o.aar, o.rad, o.versjon
