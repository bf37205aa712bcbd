"""What goes with the letters to whoever prints them: the address sheet and the cover note, made from what is there."""

import duckdb

from schemas.verdier import Kanal, Tilstand
from tasks.brevutkast import letter_of
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.trykksak import Trykkbrev, print_sheets
from tasks.utboksposter import posts


def write_sheets(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str) -> None:
    """Write the sheets of the proposal's printed letters that lie in ``utboks/print``; nothing where there are none."""
    overlevert = [
        (post, sti)
        for post in posts(con, forslag_id, Tilstand.LEVERT, Kanal.PRINT)
        if (sti := hjem.utboks / Kanal.PRINT / post.mappe / f"{post.utsending_id}.pdf").is_file()
    ]
    brevene = [Trykkbrev(post.utsending_id, letter_of(post.innhold), sti.read_bytes()) for post, sti in overlevert]
    for navn, innhold in print_sheets(overlevert[0][0].mappe, forslag_id, brevene).items() if overlevert else ():
        write_file(hjem.utboks / navn, innhold)
