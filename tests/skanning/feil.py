"""The kinds of error that hold a person: each made by the library that makes it, never by hand where it can be had."""

import gc
import json
import logging
import os
import smtplib
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any, Final, NoReturn

from tests.skanning.kanarier import Kanari

Slag = Callable[[Kanari], object]


# Those that end the run


def message(k: Kanari) -> NoReturn:
    raise ValueError(f"kan ikke tolke {k}")


def arguments(k: Kanari) -> NoReturn:
    raise RuntimeError(k.navn, {"fnr": k.fodselsnummer, "adresse": k.adresse}, [k.telefon, k.epost])


def note(k: Kanari) -> NoReturn:
    feil = ValueError("ugyldig rad")
    feil.add_note(f"raden var {k}")
    raise feil


def note_on_ours(k: Kanari) -> NoReturn:
    from tasks.feil import BrukerFeil

    feil = BrukerFeil("ÅH-1213", rad="12")
    feil.add_note(f"raden var {k}")
    raise feil


def cause(k: Kanari) -> NoReturn:
    try:
        int(str(k))
    except ValueError as feil:
        raise RuntimeError("innlastingen stoppet") from feil


def context_of_ours(k: Kanari) -> NoReturn:
    from tasks.feil import BrukerFeil

    try:
        {}[str(k)]
    except KeyError:
        raise BrukerFeil("ÅH-1213", rad="12")  # noqa: B904 the point is that it follows along


def attribute(k: Kanari) -> NoReturn:
    feil = ValueError("ugyldig")
    feil.rad = SimpleNamespace(person=str(k))  # type: ignore[attr-defined]
    raise feil


def key(k: Kanari) -> NoReturn:
    {}[k.navn]
    raise AssertionError


def group(k: Kanari) -> NoReturn:
    raise ExceptionGroup(f"feil for {k.navn}", [ValueError(str(k)), KeyError(k.epost)])


def unicode_(k: Kanari) -> NoReturn:
    (str(k).encode() + b"\xff").decode("utf-8")
    raise AssertionError


def missing_file(k: Kanari) -> NoReturn:
    from pathlib import Path

    Path(f"/finnes/ikke/{k.navn} {k.fodselsnummer}.csv").read_bytes()
    raise AssertionError


def json_(k: Kanari) -> NoReturn:
    json.loads(f"{{'navn': {k}}}")
    raise AssertionError


def subprocess_(k: Kanari) -> NoReturn:
    kode = "import sys; sys.exit(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-S", "-c", kode, str(k.nummer)], input=str(k).encode(), capture_output=True, check=False
    )
    raise subprocess.CalledProcessError(1, ["typst", k.navn], str(k).encode(), str(k).encode())


def pandera_(k: Kanari) -> NoReturn:
    import pandas as pd
    import pandera.pandas as pa

    ramme = pd.DataFrame({"fodselsnummer": [str(k)], "navn": [k.navn]})
    skjema = pa.DataFrameSchema({"fodselsnummer": pa.Column(str, pa.Check.str_length(11, 11)), "navn": pa.Column(int)})
    skjema.validate(ramme, lazy=bool(k.nummer % 2))
    raise AssertionError


def great_expectations_(k: Kanari) -> NoReturn:
    from great_expectations.exceptions import GreatExpectationsError

    resultat = {"success": False, "result": {"partial_unexpected_list": list(k.verdier), "unexpected_count": 5}}
    raise GreatExpectationsError(f"expect_column_values_to_match_regex: {resultat}")


def duckdb_conversion(k: Kanari) -> NoReturn:
    import duckdb

    duckdb.execute("SELECT CAST(? AS INTEGER)", [str(k)])
    raise AssertionError


def duckdb_constraint(k: Kanari) -> NoReturn:
    import duckdb

    with duckdb.connect() as con:
        con.execute("CREATE TABLE person (navn TEXT PRIMARY KEY)")
        con.executemany("INSERT INTO person VALUES (?)", [[str(k)], [str(k)]])
    raise AssertionError


def http(k: Kanari) -> NoReturn:
    import httpx

    foresporsel = httpx.Request("GET", "http://127.0.0.1:9/krr", params={"fnr": k.fodselsnummer, "navn": k.navn})
    if k.nummer % 2:
        httpx.Response(404, text=str(k), request=foresporsel).raise_for_status()
    with httpx.Client(trust_env=False) as klient:
        klient.send(foresporsel)
    raise AssertionError


def smtp(k: Kanari) -> NoReturn:
    raise smtplib.SMTPRecipientsRefused({k.epost: (550, f"5.1.1 {k.navn} finnes ikke".encode())})


def pydantic_(k: Kanari) -> NoReturn:
    from schemas.kjoring import Kjorevalg

    Kjorevalg.model_validate({"rad": "12", "aar": str(k), "naa": k.navn})
    raise AssertionError


def workbook(k: Kanari) -> NoReturn:
    import openpyxl

    if k.nummer % 2:
        openpyxl.load_workbook(f"{k.navn} {k.fodselsnummer}.pages")
    openpyxl.load_workbook(BytesIO(str(k).encode()))
    raise AssertionError(str(k))


def typst_(k: Kanari) -> NoReturn:
    import typst

    typst.compile(f'#panic("{k}")'.encode())
    raise AssertionError


class Panikk(BaseException):
    """As a library in Rust panics: no ``Exception``, so that few catch it."""


def panic(k: Kanari) -> NoReturn:
    raise Panikk(f"called `Option::unwrap()` on {k}")


def exit_(k: Kanari) -> NoReturn:
    sys.exit(f"avbrutt ved {k}")


# Those that only say something


def logged(k: Kanari) -> None:
    logging.getLogger("fontTools.subset").error("ingen tegn for %s", k)
    try:
        int(str(k))
    except ValueError:
        logging.getLogger("httpx").exception("svaret for %s", k.navn)


def warned(k: Kanari) -> None:
    with warnings.catch_warnings(action="always"):
        warnings.warn(f"tvilsom rad: {k}", UserWarning, stacklevel=1)


def printed(k: Kanari) -> None:
    sys.stdout.write(f"{k}\n")
    sys.stdout.flush()


def printed_as_error(k: Kanari) -> None:
    sys.stderr.write(f"{k}\n")
    sys.stderr.flush()


def written_by_c(k: Kanari) -> None:
    os.write(1, f"{k}\n".encode())
    os.write(2, f"{k}\n".encode())


def written_by_child(k: Kanari) -> None:
    """What a program that we start says, it says where we would."""
    kode = "import sys; t = sys.stdin.read(); sys.stdout.write(t); sys.stderr.write(t)"
    subprocess.run([sys.executable, "-S", "-c", kode], input=f"{k}\n", text=True, check=True)


def dead_thread(k: Kanari) -> None:
    traad = threading.Thread(target=lambda: int(str(k)))
    traad.start()
    traad.join()


def unraisable(k: Kanari) -> None:
    class Ting:
        def __del__(self) -> None:
            raise ValueError(str(k))

    Ting()
    gc.collect()


def traceback_printed(k: Kanari) -> None:
    import traceback

    try:
        int(str(k))
    except ValueError:
        traceback.print_exc()


STOPPER: Final[dict[str, Slag]] = {
    "meldingen i feilen": message,
    "argumentene i feilen": arguments,
    "merknad på feilen": note,
    "merknad på vår egen feil": note_on_ours,
    "årsaken til feilen": cause,
    "det vår egen feil kom av": context_of_ours,
    "felt på feilen": attribute,
    "nøkkel som mangler": key,
    "flere feil i én": group,
    "tegnsett": unicode_,
    "filnavn": missing_file,
    "JSON": json_,
    "program som feilet": subprocess_,
    "pandera": pandera_,
    "Great Expectations": great_expectations_,
    "DuckDB, konvertering": duckdb_conversion,
    "DuckDB, nøkkelbrudd": duckdb_constraint,
    "HTTP": http,
    "SMTP": smtp,
    "pydantic": pydantic_,
    "regneark": workbook,
    "typst": typst_,
    "panikk i et bibliotek": panic,
    "utgang med tekst": exit_,
}
SIER: Final[dict[str, Slag]] = {
    "logglinje": logged,
    "advarsel": warned,
    "utskrift": printed,
    "utskrift som feil": printed_as_error,
    "skrevet utenom Python": written_by_c,
    "skrevet av et program vi startet": written_by_child,
    "tråd som døde": dead_thread,
    "feil under opprydding": unraisable,
    "utskrift av en feil": traceback_printed,
}
SLAG: Final[dict[str, Any]] = STOPPER | SIER
