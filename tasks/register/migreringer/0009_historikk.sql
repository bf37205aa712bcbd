-- What the tables that are changed in place have held, and when: from `fra_tid` (in) to `til_tid` (out; blank holds still).
-- `nr` tells rows apart that say the same. tasks/register/historikk.py writes them; TABELL_kjent gives a table as it stood
-- at a moment (UTC). What a register held before they were written is dated by the runs that opened and closed it.
CREATE TEMP TABLE ferdige AS SELECT kjoring_id, max(ferdig_tid) AS tid FROM kjoring GROUP BY kjoring_id;

CREATE TABLE avvik_historikk AS
SELECT t.*, row_number() OVER (PARTITION BY t) AS nr, coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid,
    NULL::TIMESTAMP AS til_tid
FROM avvik t LEFT JOIN ferdige f ON f.kjoring_id = coalesce(t.lukket_kjoring_id, t.kjoring_id);
INSERT INTO avvik_historikk
SELECT h.* REPLACE ('åpen' AS tilstand, NULL AS lukket_kjoring_id,
    coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid, h.fra_tid AS til_tid)
FROM avvik_historikk h LEFT JOIN ferdige f USING (kjoring_id)
WHERE h.lukket_kjoring_id IS NOT NULL AND coalesce(f.tid, TIMESTAMP '0001-01-01') < h.fra_tid;

CREATE TABLE oppgave_historikk AS
SELECT t.*, row_number() OVER (PARTITION BY t) AS nr, coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid,
    NULL::TIMESTAMP AS til_tid
FROM oppgave t LEFT JOIN ferdige f ON f.kjoring_id = coalesce(t.lukket_kjoring_id, t.kjoring_id);
INSERT INTO oppgave_historikk
SELECT h.* REPLACE ('åpen' AS tilstand, NULL AS lukket_kjoring_id,
    coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid, h.fra_tid AS til_tid)
FROM oppgave_historikk h LEFT JOIN ferdige f USING (kjoring_id)
WHERE h.lukket_kjoring_id IS NOT NULL AND coalesce(f.tid, TIMESTAMP '0001-01-01') < h.fra_tid;

CREATE TABLE karantene_historikk AS
SELECT t.*, row_number() OVER (PARTITION BY t) AS nr, coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid,
    NULL::TIMESTAMP AS til_tid
FROM karantene t LEFT JOIN ferdige f ON f.kjoring_id = coalesce(t.lukket_kjoring_id, t.kjoring_id);
INSERT INTO karantene_historikk
SELECT h.* REPLACE ('åpen' AS tilstand, NULL AS lukket_kjoring_id,
    coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid, h.fra_tid AS til_tid)
FROM karantene_historikk h LEFT JOIN ferdige f USING (kjoring_id)
WHERE h.lukket_kjoring_id IS NOT NULL AND coalesce(f.tid, TIMESTAMP '0001-01-01') < h.fra_tid;

CREATE TABLE uenighet_historikk AS
SELECT t.*, row_number() OVER (PARTITION BY t) AS nr, coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid,
    NULL::TIMESTAMP AS til_tid
FROM uenighet t LEFT JOIN ferdige f ON f.kjoring_id = coalesce(t.lukket_kjoring_id, t.kjoring_id);
INSERT INTO uenighet_historikk
SELECT h.* REPLACE (NULL AS lukket_kjoring_id,
    coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid, h.fra_tid AS til_tid)
FROM uenighet_historikk h LEFT JOIN ferdige f USING (kjoring_id)
WHERE h.lukket_kjoring_id IS NOT NULL AND coalesce(f.tid, TIMESTAMP '0001-01-01') < h.fra_tid;

CREATE TABLE flere_lister_historikk AS
SELECT t.*, row_number() OVER (PARTITION BY t) AS nr, coalesce(f.tid, TIMESTAMP '0001-01-01') AS fra_tid,
    NULL::TIMESTAMP AS til_tid
FROM flere_lister t LEFT JOIN ferdige f USING (kjoring_id);

-- By which channel an item goes follows the contact register until it is sent.
CREATE TABLE utsendingskanal_historikk AS
SELECT utsending_id, kanal, 1::BIGINT AS nr, TIMESTAMP '0001-01-01' AS fra_tid, NULL::TIMESTAMP AS til_tid FROM utsending;

DROP TABLE ferdige;

CREATE MACRO avvik_kjent(kjent) AS TABLE
FROM avvik WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM avvik_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO oppgave_kjent(kjent) AS TABLE
FROM oppgave WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM oppgave_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO karantene_kjent(kjent) AS TABLE
FROM karantene WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM karantene_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO uenighet_kjent(kjent) AS TABLE
FROM uenighet WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM uenighet_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO flere_lister_kjent(kjent) AS TABLE
FROM flere_lister WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM flere_lister_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO utsendingskanal_kjent(kjent) AS TABLE
SELECT utsending_id, kanal FROM utsending WHERE kjent >= TIMESTAMP '9999-01-01'
UNION ALL BY NAME
SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM utsendingskanal_historikk
WHERE kjent < TIMESTAMP '9999-01-01' AND fra_tid <= kjent AND (til_tid IS NULL OR til_tid > kjent);

CREATE MACRO forslag_kjent(kjent) AS TABLE
SELECT f.*, h.tilstand, h.tid AS tilstand_tid, h.av
FROM forslag f JOIN (
    SELECT forslag_id, arg_max(tilstand, rowid) AS tilstand, arg_max(tid, rowid) AS tid, arg_max(av, rowid) AS av
    FROM forslag_hendelse WHERE tid <= kjent GROUP BY forslag_id
) h USING (forslag_id);

-- Items of a proposal that was rejected or expired before it was begun are not in the outbox.
CREATE MACRO utsending_kjent(kjent) AS TABLE
SELECT u.* REPLACE (coalesce(s.er_person_id, u.person_id) AS person_id, coalesce(k.kanal, u.kanal) AS kanal),
    f.tilstand AS forslag_tilstand, h.tilstand, h.tilstand_tid, h.grunn, h.ekstern_id, h.forsok, h.sendt_tid
FROM utsending u
JOIN (
    SELECT utsending_id, arg_max(tilstand, lopenr) AS tilstand, arg_max(tid, lopenr) AS tilstand_tid,
           arg_max(grunn, lopenr) AS grunn, coalesce(arg_max(ekstern_id, lopenr) FILTER (ekstern_id <> ''), '') AS ekstern_id,
           count(*) FILTER (tilstand = 'sender') AS forsok, min(tid) FILTER (tilstand = 'sendt') AS sendt_tid
    FROM utsending_hendelse WHERE tid <= kjent GROUP BY utsending_id
) h USING (utsending_id)
JOIN forslag_kjent(kjent) f USING (forslag_id)
LEFT JOIN samme_person(kjent) s USING (person_id)
LEFT JOIN utsendingskanal_kjent(kjent) k USING (utsending_id)
WHERE f.tilstand NOT IN ('avvist', 'utløpt');
