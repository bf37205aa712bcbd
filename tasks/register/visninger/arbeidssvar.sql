-- Every row of a worklist that came back with something in it; of answers that differ, both.
SELECT lopenr, oppgave_id, rad, aar, gjelder, grunn_kode, besvart_av, nullif(svar_kode, '') AS svar_kode,
    strftime(dato, '%Y-%m-%d') AS dato, nullif(kanal, '') AS kanal, tilstand, ark, rad_nr, kjoring_id, innhold
FROM arbeidssvar WHERE registrert_tid <= $kjent_tid
ORDER BY lopenr
