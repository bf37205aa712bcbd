-- The county's schools, and what has come of the contact with each this far; the contact person only where asked for.
SELECT skolenummer, skole, skoletype, kommunenummer, nullif(region, '') AS region, o.rad, o.aar, o.raadgiver, o.frist,
    o.tilstand, nullif(o.utfall, '') AS utfall, coalesce(f.forsok, 0) AS forsok, strftime(f.siste, '%Y-%m-%d') AS siste_kontakt,
    s.svar AS skjemasvar, kontaktperson, epost, telefon
FROM skole_kjent($kjent_tid)
LEFT JOIN oppgave_kjent($kjent_tid) o ON o.gjelder = 'skole:' || skolenummer
LEFT JOIN (
    SELECT oppgave_id, count(*) AS forsok, max(dato) AS siste FROM arbeidssvar
    WHERE tilstand = 'brukt' AND registrert_tid <= $kjent_tid GROUP BY oppgave_id
) f USING (oppgave_id)
LEFT JOIN (
    SELECT skolenummer, rad, aar, count(DISTINCT felt) AS svar FROM skolesvar
    WHERE registrert_tid <= $kjent_tid GROUP BY ALL
) s USING (skolenummer, rad, aar)
ORDER BY skolenummer, o.aar, o.rad, o.oppgave_id
