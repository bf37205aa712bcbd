-- What someone must do.
SELECT oppgave_id, o.rad, o.aar, gjelder, t.tekst AS grunn, raadgiver, frist, tilstand, nullif(utfall, '') AS utfall
FROM oppgave_kjent($kjent_tid) o LEFT JOIN utelatt_grunner t ON t.kode = o.grunn_kode
ORDER BY oppgave_id
