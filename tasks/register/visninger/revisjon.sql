-- The audit as it stood at the moment.
SELECT lopenr, tid, av, handling, gjelder, detaljer, sha256 FROM revisjon WHERE tid <= $kjent_tid ORDER BY lopenr
