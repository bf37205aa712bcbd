-- What an adviser's answer or a rule closed a task with; blank where it is open, or was no longer needed.
ALTER TABLE oppgave ADD COLUMN utfall VARCHAR DEFAULT '';
ALTER TABLE oppgave_historikk ADD COLUMN utfall VARCHAR DEFAULT '';

-- Every row that came back in a worklist, word by word: what was used, what two have answered differently about, what could
-- not be read. `innhold` is the row's answer cells (JSON), `feil` the columns that could not be used and why (JSON).
CREATE SEQUENCE arbeidssvar_lopenr;
CREATE TABLE arbeidssvar (
    lopenr BIGINT NOT NULL DEFAULT nextval('arbeidssvar_lopenr'), oppgave_id VARCHAR NOT NULL, rad VARCHAR NOT NULL,
    aar INTEGER NOT NULL, gjelder VARCHAR NOT NULL, grunn_kode VARCHAR NOT NULL, besvart_av VARCHAR NOT NULL,
    svar_kode VARCHAR NOT NULL, dato DATE, kanal VARCHAR NOT NULL, innhold VARCHAR NOT NULL, tilstand VARCHAR NOT NULL,
    feil VARCHAR NOT NULL, fil VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, ark VARCHAR NOT NULL, rad_nr INTEGER NOT NULL,
    registrert_tid TIMESTAMP NOT NULL, kjoring_id VARCHAR NOT NULL
);

-- The worklist workbooks laid out: whose, under which name, what they show (hash) and their bytes' hash. The bytes themselves
-- only where they are encrypted, for the notice they go with.
CREATE TABLE arbeidsbok (
    mottaker VARCHAR NOT NULL, navn VARCHAR NOT NULL, innhold_sha256 VARCHAR NOT NULL, fil_sha256 VARCHAR NOT NULL,
    laget_tid TIMESTAMP NOT NULL, kjoring_id VARCHAR NOT NULL, fil BLOB
);

-- What each run of a row gave each owner: how many open tasks, how many of them past their deadline, which ones there have
-- been (hash), the first deadline, and who has them while she is away. The notices are made from it.
CREATE TABLE arbeidsliste (
    kjoring_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, eier VARCHAR NOT NULL, mottaker VARCHAR NOT NULL,
    antall BIGINT NOT NULL, haster BIGINT NOT NULL, over_frist BIGINT NOT NULL, gitt_sha256 VARCHAR NOT NULL,
    haster_sha256 VARCHAR NOT NULL, over_frist_sha256 VARCHAR NOT NULL, frist DATE
);

-- The county's schools as its own list last gave them, and what each school has answered in its form.
CREATE TABLE skole (
    skolenummer VARCHAR NOT NULL, organisasjonsnummer VARCHAR NOT NULL, skole VARCHAR NOT NULL, skoletype VARCHAR NOT NULL,
    kommunenummer VARCHAR NOT NULL, epost VARCHAR NOT NULL, kontaktperson VARCHAR NOT NULL, telefon VARCHAR NOT NULL,
    region VARCHAR NOT NULL, fra_kjoring_id VARCHAR NOT NULL, til_kjoring_id VARCHAR
);
CREATE TABLE skolesvar (
    skolenummer VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, felt VARCHAR NOT NULL, verdi VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL, registrert_tid TIMESTAMP NOT NULL, kjoring_id VARCHAR NOT NULL
);

-- The schools' rows are never removed: each is the school between the run that brought it and the run that closed it.
CREATE MACRO skole_kjent(kjent) AS TABLE
WITH ferdige AS (SELECT kjoring_id FROM kjoring WHERE ferdig_tid <= kjent)
FROM skole
WHERE fra_kjoring_id IN (FROM ferdige) AND (til_kjoring_id IS NULL OR til_kjoring_id NOT IN (FROM ferdige));
