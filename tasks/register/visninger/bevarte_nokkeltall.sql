-- The key figures at the end of earlier years, as they were counted before those they count were deleted.
SELECT sletting_id, per_dato, maaltall, fra_dato, dato, region, gruppe, til_gruppe, verdi, grunnlag
FROM nokkeltall_bevart JOIN sletting USING (sletting_id)
WHERE tid <= $kjent_tid
ORDER BY per_dato, maaltall, dato, region, gruppe, til_gruppe
