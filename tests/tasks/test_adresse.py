"""When an address is protected: one rule in Python, the same in SQL."""

from itertools import product

import duckdb
import pytest

from tasks.adresse import is_protected, protected_sql

VERDIER = ("", "ugradert", "fortrolig", "kode 6", "UGRADERT", " ugradert", "mangler")


@pytest.mark.parametrize(("vigo", "otto"), list(product(VERDIER, repeat=2)))
def test_sql_says_what_python_says(vigo: str, otto: str) -> None:
    with duckdb.connect() as con:
        svar = con.execute(f"SELECT {protected_sql('vigo', 'otto')} FROM (SELECT ? AS vigo, ? AS otto)", [vigo, otto])
        assert svar.fetchall() == [(is_protected(vigo, otto),)]
