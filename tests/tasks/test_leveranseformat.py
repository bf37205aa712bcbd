"""Lines of a file we hand over, written two ways that must agree."""

from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.leveranseformat import line_sql, write_lines

TEKST = st.text(st.sampled_from("ab æ;,\"'\r\n%0"), max_size=6)
LINJER = st.lists(
    st.fixed_dictionaries({"navn": TEKST, "kode": TEKST, "fra_dato": st.sampled_from(["", "2026-02-09"])})
)


def form(skilletegn: str, datoformat: str) -> dict[str, Any]:
    return {
        "skilletegn": skilletegn, "linjeskift": "\r\n", "tegnsett": "utf-8-sig", "datoformat": datoformat,
        "kolonner": [{"overskrift": navn.title(), "navn": navn} for navn in ("kode", "navn", "fra_dato")],
    }  # fmt: skip


@pytest.mark.parametrize("skilletegn", [";", ","])
@pytest.mark.parametrize("datoformat", ["%Y-%m-%d", "%d.%m.%Y"])
@settings(deadline=None)
@given(linjer=LINJER)
def test_sql_writes_a_line_as_the_csv_writer_does(
    linjer: list[dict[str, str]], skilletegn: str, datoformat: str
) -> None:
    format_ = form(skilletegn, datoformat)
    ramme = pd.DataFrame(linjer, columns=["navn", "kode", "fra_dato"], dtype="str").assign(nr=range(len(linjer)))
    with duckdb.connect() as con:
        con.register("ramme", ramme)
        rader = con.execute(f"SELECT {line_sql(format_)} || '\r\n' FROM ramme ORDER BY nr").fetchall()
    skrevet = write_lines(format_, []) + "".join(linje for (linje,) in rader).encode()
    assert skrevet == write_lines(format_, linjer)
