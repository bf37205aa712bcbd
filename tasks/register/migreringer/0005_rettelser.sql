-- Corrections to facts as people delivered them, one row per line of a file, in the words they used. Of a file that was not
-- used only what cannot hold a person's data is kept: no values, no reason in words.
CREATE TABLE rettelse (
    rettelse_id VARCHAR NOT NULL, fil VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, rad_nr BIGINT NOT NULL,
    person_id VARCHAR NOT NULL, felt VARCHAR NOT NULL, gyldig_fra VARCHAR NOT NULL, gammel_verdi VARCHAR NOT NULL,
    ny_verdi VARCHAR NOT NULL, arsakskode VARCHAR NOT NULL, begrunnelse VARCHAR NOT NULL, av VARCHAR NOT NULL,
    dato VARCHAR NOT NULL, tid TIMESTAMP NOT NULL, tilstand VARCHAR NOT NULL, grunn VARCHAR NOT NULL
);
