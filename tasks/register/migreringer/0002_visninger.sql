-- What holds now, derived from the events.
CREATE VIEW forslag_naa AS
SELECT f.*, h.tilstand, h.tid AS tilstand_tid, h.av
FROM forslag f JOIN (
    SELECT forslag_id, arg_max(tilstand, rowid) AS tilstand, arg_max(tid, rowid) AS tid, arg_max(av, rowid) AS av
    FROM forslag_hendelse GROUP BY forslag_id
) h USING (forslag_id);

-- Items of a proposal that was rejected or expired before it was begun are not in the outbox.
CREATE VIEW utsending_naa AS
SELECT u.*, f.tilstand AS forslag_tilstand, h.tilstand, h.grunn, h.forsok, h.sendt_tid
FROM utsending u
JOIN (
    SELECT utsending_id, arg_max(tilstand, lopenr) AS tilstand, arg_max(grunn, lopenr) AS grunn,
           count(*) FILTER (tilstand = 'sender') AS forsok, min(tid) FILTER (tilstand = 'sendt') AS sendt_tid
    FROM utsending_hendelse GROUP BY utsending_id
) h USING (utsending_id)
JOIN forslag_naa f USING (forslag_id)
WHERE f.tilstand NOT IN ('avvist', 'utløpt');
