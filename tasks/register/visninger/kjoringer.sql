-- Every run; a run that proposed something is done when its proposal is, and a transfer when Udir has approved it.
WITH pakker AS (
    SELECT forslag_id, tilstand, coalesce(max(versjon) FILTER (tilstand = 'godkjent') OVER denne > versjon, false) AS avlost
    FROM (
        SELECT o.forslag_id, o.rad, o.aar, o.versjon, overforingstilstand(f.tilstand, u.tilstand, t.tilstand) AS tilstand
        FROM overforing o JOIN forslag_kjent($kjent_tid) f USING (forslag_id)
        LEFT JOIN utsending_kjent($kjent_tid) u USING (forslag_id)
        LEFT JOIN udir_kvittert($kjent_tid) t USING (forslag_id)
    ) WINDOW denne AS (PARTITION BY rad, aar)
)
SELECT k.kjoring_id, k.rad, k.aar, k.generasjon, k.per_dato,
    CASE WHEN f.forslag_id IS NULL THEN k.utfall
         WHEN f.tilstand IN ('venter', 'godkjent', 'iverksettes') THEN 'venter_godkjenning'
         WHEN f.tilstand IN ('avvist', 'utløpt') THEN 'avvist'
         WHEN coalesce(u.uforklart, 0) > 0 THEN 'avvik'
         WHEN p.tilstand = 'avvist' THEN 'avvist'
         WHEN p.tilstand <> 'godkjent' AND NOT p.avlost THEN 'avvik'
         ELSE 'ferdig' END AS utfall,
    k.inn, k.lastet, k.nye, k.uendret, k.borte, k.karantene, k.foreslaatt, coalesce(u.sendt, 0) AS sendt, k.oppgaver, k.avvik,
    epoch(k.ferdig_tid - k.startet_tid) AS sekunder, f.forslag_id
FROM kjoring k
LEFT JOIN forslag_kjent($kjent_tid) f USING (kjoring_id)
LEFT JOIN (
    SELECT forslag_id, count(*) FILTER (tilstand IN ('sendt', 'levert')) AS sendt,
        count(*) FILTER (tilstand IN ('planlagt', 'sender', 'uavklart')) AS uforklart
    FROM utsending_kjent($kjent_tid) GROUP BY forslag_id
) u ON u.forslag_id = f.forslag_id
LEFT JOIN pakker p ON p.forslag_id = f.forslag_id
WHERE k.ferdig_tid <= $kjent_tid
ORDER BY k.startet_tid, k.aar, k.rad, k.generasjon
