-- What runs have found that a person must look at.
SELECT avvik_id, rad, aar, kode, tekst, ansvarlig, tilstand FROM avvik_kjent($kjent_tid) ORDER BY avvik_id
