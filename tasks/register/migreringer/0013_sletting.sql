-- What has been deleted, by whom, and how much of what: counts only. Who it was stands nowhere.
CREATE TABLE sletting (sletting_id VARCHAR NOT NULL, tid TIMESTAMP NOT NULL, av VARCHAR NOT NULL);
CREATE TABLE sletting_tall (
    sletting_id VARCHAR NOT NULL, regel VARCHAR NOT NULL, sted VARCHAR NOT NULL, antall BIGINT NOT NULL
);

-- The key figures as they were counted before those they count were deleted, each year by itself.
CREATE TABLE nokkeltall_bevart (
    sletting_id VARCHAR NOT NULL, per_dato DATE NOT NULL, maaltall VARCHAR NOT NULL, fra_dato VARCHAR NOT NULL,
    dato VARCHAR NOT NULL, region VARCHAR NOT NULL, gruppe VARCHAR NOT NULL, til_gruppe VARCHAR NOT NULL,
    verdi DOUBLE, grunnlag BIGINT NOT NULL
);
