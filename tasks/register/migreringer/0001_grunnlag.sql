-- Everything is text, numbers and UTC times; a blank text is "no value". Facts are only ever added.
CREATE TABLE meta (navn VARCHAR NOT NULL, verdi VARCHAR NOT NULL);

CREATE TABLE kjoring (
    kjoring_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, generasjon INTEGER NOT NULL,
    per_dato DATE NOT NULL, utfall VARCHAR NOT NULL, inn BIGINT NOT NULL, lastet BIGINT NOT NULL,
    uendret BIGINT NOT NULL, borte BIGINT NOT NULL, karantene BIGINT NOT NULL, foreslaatt BIGINT NOT NULL,
    oppgaver BIGINT NOT NULL, avvik BIGINT NOT NULL, startet_tid TIMESTAMP NOT NULL, ferdig_tid TIMESTAMP NOT NULL
);

-- The file as it came, once per content.
CREATE TABLE raafil (
    sha256 VARCHAR NOT NULL, fil VARCHAR NOT NULL, format VARCHAR NOT NULL, mottatt_tid TIMESTAMP NOT NULL,
    innhold BLOB NOT NULL
);
CREATE TABLE kjoring_fil (kjoring_id VARCHAR NOT NULL, rekkefolge INTEGER NOT NULL, sha256 VARCHAR NOT NULL, antall BIGINT NOT NULL);

CREATE TABLE person (person_id VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL, registrert_tid TIMESTAMP NOT NULL);

CREATE SEQUENCE fakta_lopenr;
CREATE TABLE fakta (
    lopenr BIGINT NOT NULL DEFAULT nextval('fakta_lopenr'), person_id VARCHAR NOT NULL, felt VARCHAR NOT NULL,
    verdi VARCHAR NOT NULL, gyldig_fra DATE NOT NULL, registrert_tid TIMESTAMP NOT NULL, kjoring_id VARCHAR NOT NULL
);

CREATE TABLE karantene (
    rad VARCHAR NOT NULL, aar INTEGER NOT NULL, fil VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, rad_nr BIGINT,
    kolonne VARCHAR NOT NULL, kode VARCHAR NOT NULL, tilstand VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL,
    lukket_kjoring_id VARCHAR
);

CREATE TABLE svar (
    person_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, svart_tid TIMESTAMP NOT NULL,
    svar_kode VARCHAR NOT NULL, registrert_tid TIMESTAMP NOT NULL, kjoring_id VARCHAR NOT NULL
);

CREATE TABLE forslag (
    forslag_id VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL,
    type VARCHAR NOT NULL, innhold_sha256 VARCHAR NOT NULL, antall BIGINT NOT NULL, brevdato DATE NOT NULL,
    opprettet_tid TIMESTAMP NOT NULL
);
CREATE TABLE forslag_hendelse (
    forslag_id VARCHAR NOT NULL, tilstand VARCHAR NOT NULL, tid TIMESTAMP NOT NULL, av VARCHAR NOT NULL,
    grunn VARCHAR NOT NULL, innhold_sha256 VARCHAR NOT NULL
);
CREATE TABLE utelatt (
    forslag_id VARCHAR NOT NULL, person_id VARCHAR NOT NULL, mottaker VARCHAR NOT NULL, grunn_kode VARCHAR NOT NULL
);

CREATE TABLE utsending (
    utsending_id VARCHAR NOT NULL, forslag_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL,
    person_id VARCHAR NOT NULL, mottaker VARCHAR NOT NULL, mottaker_ref VARCHAR NOT NULL, kanal VARCHAR NOT NULL,
    nokkel VARCHAR NOT NULL, innhold_sha256 VARCHAR NOT NULL, innhold VARCHAR NOT NULL, token VARCHAR NOT NULL
);
CREATE SEQUENCE hendelse_lopenr;
CREATE TABLE utsending_hendelse (
    lopenr BIGINT NOT NULL DEFAULT nextval('hendelse_lopenr'), utsending_id VARCHAR NOT NULL, tilstand VARCHAR NOT NULL,
    tid TIMESTAMP NOT NULL, grunn VARCHAR NOT NULL
);

CREATE TABLE overforing (
    rad VARCHAR NOT NULL, aar INTEGER NOT NULL, versjon INTEGER NOT NULL, telledato DATE NOT NULL,
    sha256 VARCHAR NOT NULL, antall BIGINT NOT NULL, navn VARCHAR NOT NULL, data BLOB NOT NULL,
    manifest BLOB NOT NULL, forslag_id VARCHAR NOT NULL
);

CREATE TABLE oppgave (
    oppgave_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, gjelder VARCHAR NOT NULL,
    grunn_kode VARCHAR NOT NULL, raadgiver VARCHAR NOT NULL, frist DATE, tilstand VARCHAR NOT NULL,
    kjoring_id VARCHAR NOT NULL, lukket_kjoring_id VARCHAR
);
CREATE TABLE avvik (
    avvik_id VARCHAR NOT NULL, rad VARCHAR NOT NULL, aar INTEGER NOT NULL, kode VARCHAR NOT NULL,
    tekst VARCHAR NOT NULL, ansvarlig VARCHAR NOT NULL, tilstand VARCHAR NOT NULL, kjoring_id VARCHAR NOT NULL,
    lukket_kjoring_id VARCHAR
);
CREATE TABLE revisjon (
    tid TIMESTAMP NOT NULL, av VARCHAR NOT NULL, handling VARCHAR NOT NULL, gjelder VARCHAR NOT NULL
);
