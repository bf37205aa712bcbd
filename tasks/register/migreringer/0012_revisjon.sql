-- The audit as a chain: each row's hash is of its own text and the row's before it, so that none can be changed, taken out,
-- put in or moved without its being seen. `detaljer` is counts and codes. tasks/revisjon.py is the one that writes.
CREATE TEMP TABLE ulenket AS
SELECT row_number() OVER (ORDER BY rowid) AS lopenr, tid, av, handling, gjelder FROM revisjon;
DROP TABLE revisjon;
CREATE TABLE revisjon (
    lopenr BIGINT NOT NULL, tid TIMESTAMP NOT NULL, av VARCHAR NOT NULL, handling VARCHAR NOT NULL,
    gjelder VARCHAR NOT NULL, detaljer VARCHAR NOT NULL, forrige VARCHAR NOT NULL, sha256 VARCHAR NOT NULL
);

CREATE TEMP MACRO ledd(verdi) AS length(verdi) || ':' || verdi || ';';
CREATE TEMP MACRO kjede(lopenr, tid, av, handling, gjelder, forrige) AS sha256(
    ledd(lopenr::VARCHAR) || ledd(strftime(tid, '%Y-%m-%dT%H:%M:%S.%f')) || ledd(av) || ledd(handling) || ledd(gjelder)
    || ledd('') || ledd(forrige));
INSERT INTO revisjon
WITH RECURSIVE lenket AS (
    SELECT u.*, '' AS forrige, kjede(lopenr, tid, av, handling, gjelder, '') AS sha256 FROM ulenket u WHERE lopenr = 1
    UNION ALL
    SELECT u.*, l.sha256, kjede(u.lopenr, u.tid, u.av, u.handling, u.gjelder, l.sha256)
    FROM lenket l JOIN ulenket u ON u.lopenr = l.lopenr + 1
)
SELECT lopenr, tid, av, handling, gjelder, '', forrige, sha256 FROM lenket ORDER BY lopenr;
DROP MACRO kjede;
DROP MACRO ledd;
DROP TABLE ulenket;
