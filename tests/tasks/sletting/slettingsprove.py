"""A tiny county with somebody to delete, and what is asked of it."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.personopplysninger import Hva, people_condition, register_columns
from tasks.sletting.gjennomforing import forget

NAA = "2026-11-20T08:00"
LENGE_SIDEN = "2016-05-01"
GAMMEL = {
    "fodselsdato": "1996-03-14", "fornavn": "Kanari", "etternavn": "Fuglesang", "adresselinje1": "Burveien 77",
    "mobilnummer": "40099123", "epost": "kanari.fuglesang@example.com", "tilmeldt_dato": "2015-09-20",
    "avsluttet_dato": LENGE_SIDEN, "ot_status": "OTAR",
}  # fmt: skip
UDIRFIL = "\ufeffFodselsnummer;Skoleaar;Kommunenr;Tilmeldingsgrunn;Tilmeldtdato;Avsluttetdato;OTstatus;Telledato\r\n"
UDIRLINJE = "{};20152016;3905;ikke_sokt;2015-09-20;;OTAR;2016-02-15\r\n"
VERDIER = {"INTEGER": "1", "BIGINT": "1", "DATE": LENGE_SIDEN, "TIMESTAMP": LENGE_SIDEN, "BOOLEAN": "false"}


class Fylke:
    """A tiny county with one whose time is out and one who is still enrolled, and something about both everywhere."""

    def __init__(self, bygd: Any, **avsluttet: str) -> None:
        self.bygd = bygd
        self.gammel = bygd.person("2015-09-20", **GAMMEL | avsluttet)
        self.annen = bygd.person(mobilnummer="40099124")
        self.numre = {p: bygd.ask("SELECT verdi FROM fakta WHERE felt = 'fodselsnummer' AND person_id = ?", p)[0][0]
                      for p in (self.gammel, self.annen)}  # fmt: skip
        self.naler = [self.numre[self.gammel], "Kanari Fuglesang", "Fuglesang", *list(GAMMEL.values())[3:6]]
        self.choose(person_aar=5)

    def choose(self, **valg: int) -> None:
        sti = self.bygd.hjem.mappe / "innstillinger.toml"
        linjer = "".join(f"{navn} = {tall}\n" for navn, tall in valg.items())
        sti.write_text(sti.read_text("utf-8").partition("\n[oppbevaring]")[0] + f"\n[oppbevaring]\n{linjer}", "utf-8")

    def forget(self, naa: str = NAA, **valg: Any) -> Any:
        return forget(self.bygd.fresh(), "Kari", self.bygd.at(naa), **valg)

    def rows(self, person: str) -> dict[str, list[Any]]:
        """Everything about somebody, table by table."""
        with self.bygd.hjem.register.transaction("prøve") as con:
            svar = {}
            for tabell, kolonner in register_columns(con).items():
                if hvor := people_condition(kolonner, f"'{person}'"):
                    svar[tabell] = con.execute(f"SELECT * FROM {tabell} WHERE {hvor} ORDER BY rowid").fetchall()
        return svar

    def fill(self, person: str, tekst: str) -> set[str]:
        """Put a row about the person in every table that can have one, ``tekst`` in every column about her."""
        with self.bygd.hjem.register.transaction("prøve") as con:
            con.execute("CREATE TABLE IF NOT EXISTS sagt_prove (person_id VARCHAR, fornavn VARCHAR)")
            fylt = set()
            for tabell, kolonner in register_columns(con).items():
                if tabell in {"fakta", "sammenslaing"} or not people_condition(kolonner, "''"):
                    continue
                slag = {navn: type_ for navn, type_, *_ in con.execute(f"DESCRIBE {tabell}").fetchall()}
                verdier = []
                for ett in kolonner:
                    verdi = VERDIER.get(slag[ett.kolonne], "lukket")
                    if ett.hva is Hva.PERSON or ett.kolonne in {"utsending_id", "oppgave_id"}:
                        verdi = person if ett.finnes_ved == "person_id" else f"id-{person}"
                    elif ett.hva in {Hva.OPPLYSNING, Hva.FRITEKST} and slag[ett.kolonne] == "VARCHAR":
                        verdi = tekst
                    verdier.append(verdi)
                plasser = ", ".join("?" for _ in kolonner)
                con.execute(f"INSERT INTO {tabell} VALUES ({plasser})", verdier)
                fylt.add(tabell)
        return fylt

    def transfer(self, *personer: str) -> None:
        data = UDIRFIL + "".join(UDIRLINJE.format(self.numre[person]) for person in personer)
        self.bygd.write(
            "INSERT INTO overforing VALUES ('r', 2016, 1, '2016-02-15', 'x', 2, 'ot', ?, ''::BLOB, 'F1')",
            [[data.encode()]],
        )

    def proposal(self, tilstand: str) -> None:
        """The transfer's proposal, in a state."""
        tid = LENGE_SIDEN
        self.bygd.write("INSERT INTO forslag VALUES ('F1','K','r',2016,'overforing','x',1,?,?,'')", [[tid, tid]])
        self.bygd.write(
            "INSERT INTO forslag_hendelse VALUES ('F1', ?, ?, 'Kari', 'Ring Kanari Fuglesang først', 'x')",
            [[tilstand, tid]],
        )

    def raw(self, navn: str, lest: str, *personer: str) -> None:
        innhold = "nr;navn\n" + "".join(f"{self.numre[person]};{person}\n" for person in personer)
        self.bygd.write(
            "INSERT INTO raafil VALUES (?, ?, 'otto_uttrekk', ?, ?)", [[navn, navn, lest, innhold.encode()]]
        )

    def lay(self, sti: str, innhold: str, lagt: str) -> Path:
        """A file of the home as it was laid there on a day."""
        fil = self.bygd.hjem.mappe / sti
        fil.parent.mkdir(parents=True, exist_ok=True)
        fil.write_text(innhold, "utf-8")
        os.utime(fil, (datetime.fromisoformat(lagt).timestamp(),) * 2)
        return Path(fil)
