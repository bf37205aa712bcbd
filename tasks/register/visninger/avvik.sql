-- What runs have found that a person must look at.
SELECT avvik_id, rad, aar, kode, tekst, ansvarlig, tilstand FROM avvik ORDER BY avvik_id
