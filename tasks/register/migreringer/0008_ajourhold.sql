-- How many each rule of the data quality suite found in each run, and of how many; who the run was about stands nowhere.
CREATE TABLE ajourhold_tall (
    kjoring_id VARCHAR NOT NULL, per_dato DATE NOT NULL, registrert_tid TIMESTAMP NOT NULL, regel VARCHAR NOT NULL,
    alvorlighet VARCHAR NOT NULL, eier VARCHAR NOT NULL, antall BIGINT NOT NULL, av BIGINT NOT NULL
);
