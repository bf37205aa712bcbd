-- What is wrong with which row of which file; the row's number is Excel's.
SELECT fil, rad_nr, kolonne, kode, tekst, tilstand, rad, aar
FROM karantene_kjent($kjent_tid) LEFT JOIN meldinger USING (kode)
ORDER BY rad, aar, fil, rad_nr, kolonne, kode, tilstand
