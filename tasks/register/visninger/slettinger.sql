-- Every deletion by the retention rules: how many of what went. Who it was stands nowhere.
SELECT sletting_id, tid, av, regel, sted, antall
FROM sletting LEFT JOIN sletting_tall USING (sletting_id)
WHERE tid <= $kjent_tid
ORDER BY tid, sletting_id, regel, sted
