-- What Udir has told of a package: the status in Udir's word, when Udir says it was so (UTC), and what the code list on the
-- day said that it means for the transfer (blank: nothing). Udir's own text is in the raw file only.
CREATE TABLE udir_kvittering (
    forslag_id VARCHAR NOT NULL, status VARCHAR NOT NULL, status_tid TIMESTAMP NOT NULL, tilstand VARCHAR NOT NULL,
    rang INTEGER NOT NULL, fil_sha256 VARCHAR NOT NULL, registrert_tid TIMESTAMP NOT NULL
);
-- What it told of single lines: the line in the file as Excel shows it, whose it is (blank when nobody has that number any
-- more), and Udir's code.
CREATE TABLE udir_linje (
    forslag_id VARCHAR NOT NULL, linjenummer INTEGER NOT NULL, person_id VARCHAR NOT NULL, kode VARCHAR NOT NULL,
    status VARCHAR NOT NULL, status_tid TIMESTAMP NOT NULL, tilstand VARCHAR NOT NULL, fil_sha256 VARCHAR NOT NULL,
    registrert_tid TIMESTAMP NOT NULL
);

-- How far the receipts say that each package had come, as known at a moment: an end is never left, else the newest by
-- Udir's own time, and of two at the same time the one that comes last on the way.
CREATE MACRO udir_kvittert(kjent) AS TABLE
SELECT forslag_id,
    coalesce(max(tilstand) FILTER (tilstand IN ('godkjent', 'avvist')),
        arg_max(tilstand, (status_tid, rang)) FILTER (tilstand <> ''), '') AS tilstand,
    arg_max(status, (status_tid, rang)) AS siste_status, max(status_tid) AS siste_tid
FROM udir_kvittering WHERE registrert_tid <= kjent GROUP BY forslag_id;

-- The state of a transfer, of its proposal's, its item's and its receipts' states.
CREATE MACRO overforingstilstand(forslag, utsending, kvittert) AS
CASE WHEN forslag IN ('avvist', 'utløpt') THEN forslag
     WHEN kvittert IN ('godkjent', 'avvist') THEN kvittert
     WHEN utsending = 'avvist' THEN 'avvist'
     WHEN utsending IN ('sendt', 'levert') THEN coalesce(nullif(kvittert, ''), 'overlevert')
     ELSE 'klar' END;

-- Every sealed package as it stands now.
CREATE VIEW overforing_naa AS
SELECT o.*, overforingstilstand(f.tilstand, u.tilstand, k.tilstand) AS tilstand, u.utsending_id,
    u.tilstand AS utsending_tilstand, u.sendt_tid
FROM overforing o JOIN forslag_naa f USING (forslag_id) LEFT JOIN utsending_naa u USING (forslag_id)
LEFT JOIN udir_kvittert('infinity'::TIMESTAMP) k USING (forslag_id);

-- A package handed over as files was called delivered before receipts were read: it waits for its receipt.
INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn)
SELECT utsending_id, 'sendt', tilstand_tid, '' FROM utsending_naa WHERE kanal = 'udir' AND tilstand = 'levert';
