-- What the receiver calls an item, and what the receiver has told about it, word by word.
ALTER TABLE utsending_hendelse ADD COLUMN ekstern_id VARCHAR DEFAULT '';
CREATE TABLE kvittering (
    utsending_id VARCHAR NOT NULL, status VARCHAR NOT NULL, status_tid TIMESTAMP NOT NULL,
    registrert_tid TIMESTAMP NOT NULL
);

-- Who asked for the run that proposed; blank when the calendar did.
ALTER TABLE forslag ADD COLUMN foreslaatt_av VARCHAR DEFAULT '';

-- Why a proposal's channel waits, and until when; gone when it goes on.
CREATE TABLE utsending_vent (
    forslag_id VARCHAR NOT NULL, kanal VARCHAR NOT NULL, vent_til TIMESTAMP NOT NULL, grunn VARCHAR NOT NULL
);

CREATE OR REPLACE VIEW forslag_naa AS
SELECT f.*, h.tilstand, h.tid AS tilstand_tid, h.av
FROM forslag f JOIN (
    SELECT forslag_id, arg_max(tilstand, rowid) AS tilstand, arg_max(tid, rowid) AS tid, arg_max(av, rowid) AS av
    FROM forslag_hendelse GROUP BY forslag_id
) h USING (forslag_id);

CREATE OR REPLACE VIEW utsending_naa AS
SELECT u.* REPLACE (coalesce(s.er_person_id, u.person_id) AS person_id),
    f.tilstand AS forslag_tilstand, h.tilstand, h.tilstand_tid, h.grunn, h.ekstern_id, h.forsok, h.sendt_tid
FROM utsending u
JOIN (
    SELECT utsending_id, arg_max(tilstand, lopenr) AS tilstand, arg_max(tid, lopenr) AS tilstand_tid,
           arg_max(grunn, lopenr) AS grunn, coalesce(arg_max(ekstern_id, lopenr) FILTER (ekstern_id <> ''), '') AS ekstern_id,
           count(*) FILTER (tilstand = 'sender') AS forsok, min(tid) FILTER (tilstand = 'sendt') AS sendt_tid
    FROM utsending_hendelse GROUP BY utsending_id
) h USING (utsending_id)
JOIN forslag_naa f USING (forslag_id)
LEFT JOIN samme_person('infinity'::TIMESTAMP) s USING (person_id)
WHERE f.tilstand NOT IN ('avvist', 'utløpt');
