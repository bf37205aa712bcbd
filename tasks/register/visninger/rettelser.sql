-- Every correction that was delivered: used, or not and why.
SELECT rettelse_id, fil, rad_nr, nullif(coalesce(s.er_person_id, r.person_id), '') AS person_id, nullif(felt, '') AS felt,
    nullif(arsakskode, '') AS arsakskode, nullif(av, '') AS av, tid AS rettet_tid, tilstand, nullif(grunn, '') AS grunn,
    m.tekst AS grunn_tekst, gyldig_fra, gammel_verdi, ny_verdi, begrunnelse
FROM rettelse r LEFT JOIN samme_person($kjent_tid) s USING (person_id) LEFT JOIN meldinger m ON m.kode = r.grunn
WHERE tid <= $kjent_tid
ORDER BY tid, rettelse_id, fil, rad_nr
