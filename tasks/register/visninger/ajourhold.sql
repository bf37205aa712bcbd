-- What the rules found in the last control of the register, and in the one before it. Counts only.
WITH kjoringer_da AS (
    SELECT kjoring_id, row_number() OVER (ORDER BY max(registrert_tid) DESC, max(rowid) DESC) AS nr
    FROM ajourhold_tall WHERE registrert_tid <= $kjent_tid GROUP BY kjoring_id
)
SELECT siste.regel, tekst, siste.alvorlighet, siste.eier, siste.antall, forrige.antall AS forrige_antall, siste.av,
    siste.per_dato, siste.kjoring_id
FROM ajourhold_tall siste
LEFT JOIN ajourhold_tall forrige
    ON forrige.regel = siste.regel AND forrige.kjoring_id = (SELECT kjoring_id FROM kjoringer_da WHERE nr = 2)
LEFT JOIN utelatt_grunner ON kode = siste.regel
WHERE siste.kjoring_id = (SELECT kjoring_id FROM kjoringer_da WHERE nr = 1)
ORDER BY siste.antall DESC, siste.regel
