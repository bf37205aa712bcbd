-- What an administrator has said of a row set aside: its corrected values (JSON, blank when it stands as it came), or why
-- it is dismissed. kilde_sha256 knows the same row again in another delivery.
CREATE SEQUENCE rettebok_lopenr;
CREATE TABLE rettebok (
    lopenr BIGINT NOT NULL DEFAULT nextval('rettebok_lopenr'), sha256 VARCHAR NOT NULL, rad_nr BIGINT NOT NULL,
    format VARCHAR NOT NULL, kilde_sha256 VARCHAR NOT NULL, verdier VARCHAR NOT NULL, grunn VARCHAR NOT NULL,
    av VARCHAR NOT NULL, bok_sha256 VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL, registrert_tid TIMESTAMP NOT NULL
);
-- What counts: the last said of each row, what an undone run took in left out.
CREATE VIEW rettebok_naa AS
SELECT * FROM rettebok
WHERE kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring)
QUALIFY row_number() OVER (PARTITION BY sha256, rad_nr ORDER BY lopenr DESC) = 1;

-- Workbooks read: how many rows were corrected, dismissed, and no longer open.
CREATE TABLE rettebok_lest (
    bok_sha256 VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL, rettet BIGINT NOT NULL, avvist BIGINT NOT NULL,
    uaktuelle BIGINT NOT NULL
);
-- Workbooks written: the bytes, so that one that somebody has typed in is known from one that nobody has, and what is in it.
CREATE TABLE karantenebok (navn VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, innhold_sha256 VARCHAR NOT NULL);
