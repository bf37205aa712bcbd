"""Row 13: Vigo's codes become reasons for enrolment, by the county's table."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.kjoring import run
from tasks.konvertering import convert, unconverted, unused
from tasks.rutine import routine


@routine("Konvertere Vigo-koder")
def konvertere_vigokoder(valg: Kjorevalg) -> Kjoreresultat:
    """Give everyone with a Vigo code the reason the table gives today; tell which codes and rows do not meet."""
    with run(valg) as kjoring:
        konvertert = convert(kjoring)
        kjoring.tall.inn = konvertert.antall
        kjoring.tall.lastet = konvertert.endret
        kjoring.tall.uendret = konvertert.antall - konvertert.endret
        report(kjoring, unconverted(konvertert) + unused(konvertert))
    return kjoring.result()
