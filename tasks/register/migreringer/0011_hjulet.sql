-- What each run answered (JSON, counts only), and which of Prefect's runs it was; blank where it ran without.
CREATE TABLE kjoringssvar (kjoring_id VARCHAR NOT NULL, svar VARCHAR NOT NULL, flyt_id VARCHAR NOT NULL);

-- Runs that came to nothing: refused, failed, broken off or late. Only ever added; a later run of the row and year mends it.
CREATE TABLE stopp (
    rad VARCHAR NOT NULL, aar INTEGER NOT NULL, tid TIMESTAMP NOT NULL, slag VARCHAR NOT NULL, kode VARCHAR NOT NULL,
    tekst VARCHAR NOT NULL, gjor VARCHAR NOT NULL, godta VARCHAR NOT NULL, flyt_id VARCHAR NOT NULL
);

-- E-mails to the OTTO-ansvarlig about what waits or has gone wrong: the intent first, then that it went. Never twice.
CREATE TABLE driftsvarsel (nokkel VARCHAR NOT NULL, tilstand VARCHAR NOT NULL, tid TIMESTAMP NOT NULL);
