-- What each source has said about each person (tables `sagt_FORMAT`, made from the formats) is the base that the next
-- delivery is the difference against. `levering` remembers which run took which delivery.
CREATE TABLE levering (
    kjoring_id VARCHAR NOT NULL, format VARCHAR NOT NULL, gyldig_fra DATE NOT NULL, skoleaar VARCHAR NOT NULL,
    antall BIGINT NOT NULL, er_siste BOOLEAN NOT NULL
);

-- One person who got two numbers: `person_id` is the same as `er_person_id`; blank takes it back.
CREATE SEQUENCE sammenslaing_lopenr;
CREATE TABLE sammenslaing (
    lopenr BIGINT NOT NULL DEFAULT nextval('sammenslaing_lopenr'), person_id VARCHAR NOT NULL,
    er_person_id VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL, tid TIMESTAMP NOT NULL
);

-- Fields that a source and we have changed, each to something else: a person decides.
CREATE TABLE uenighet (
    person_id VARCHAR NOT NULL, felt VARCHAR NOT NULL, kilde VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL,
    lukket_kjoring_id VARCHAR
);

-- Runs that were taken back, by which run, whom and why.
CREATE SEQUENCE angring_lopenr;
CREATE TABLE angring (
    lopenr BIGINT NOT NULL DEFAULT nextval('angring_lopenr'), angret_kjoring_id VARCHAR NOT NULL,
    kjoring_id VARCHAR NOT NULL, av VARCHAR NOT NULL, grunn VARCHAR NOT NULL, tid TIMESTAMP NOT NULL
);

CREATE MACRO samme_person(kjent) AS TABLE
SELECT person_id, arg_max(er_person_id, lopenr) AS er_person_id
FROM sammenslaing WHERE tid <= kjent GROUP BY person_id HAVING arg_max(er_person_id, lopenr) <> '';

-- The facts as we knew them at a moment (UTC), each person under the one number we then knew her by.
CREATE MACRO fakta_kjent(kjent) AS TABLE
SELECT f.lopenr, coalesce(s.er_person_id, f.person_id) AS person_id, f.felt, f.verdi, f.gyldig_fra, f.registrert_tid,
    f.kjoring_id
FROM fakta f LEFT JOIN samme_person(kjent) s USING (person_id)
WHERE f.registrert_tid <= kjent;

CREATE MACRO svar_kjent(kjent) AS TABLE
SELECT coalesce(s.er_person_id, v.person_id) AS person_id, v.rad, v.aar, v.svart_tid, v.svar_kode, v.registrert_tid
FROM svar v LEFT JOIN samme_person(kjent) s USING (person_id)
WHERE v.registrert_tid <= kjent
  AND NOT EXISTS (SELECT 1 FROM angring a WHERE a.angret_kjoring_id = v.kjoring_id AND a.tid <= kjent);

CREATE OR REPLACE VIEW utsending_naa AS
SELECT u.* REPLACE (coalesce(s.er_person_id, u.person_id) AS person_id),
    f.tilstand AS forslag_tilstand, h.tilstand, h.grunn, h.forsok, h.sendt_tid
FROM utsending u
JOIN (
    SELECT utsending_id, arg_max(tilstand, lopenr) AS tilstand, arg_max(grunn, lopenr) AS grunn,
           count(*) FILTER (tilstand = 'sender') AS forsok, min(tid) FILTER (tilstand = 'sendt') AS sendt_tid
    FROM utsending_hendelse GROUP BY utsending_id
) h USING (utsending_id)
JOIN forslag_naa f USING (forslag_id)
LEFT JOIN samme_person('infinity'::TIMESTAMP) s USING (person_id)
WHERE f.tilstand NOT IN ('avvist', 'utløpt');

ALTER TABLE kjoring ADD COLUMN nye BIGINT DEFAULT 0;

-- Youth on several of a school year's lists, and which line holds.
CREATE TABLE flere_lister (
    person_id VARCHAR NOT NULL, skoleaar VARCHAR NOT NULL, format VARCHAR NOT NULL, skolenummer VARCHAR NOT NULL,
    kategori VARCHAR NOT NULL, gjelder BOOLEAN NOT NULL, kjoring_id VARCHAR NOT NULL
);
