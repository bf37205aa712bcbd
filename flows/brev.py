"""Rows 14 and 25: the letter with the survey, to the youth and, under 18, to their guardians."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.rutine import routine


@routine("Brev")
def brev(valg: Kjorevalg) -> Kjoreresultat:
    """Propose letters to everyone in the year's group who has not got one; nothing leaves before a person approves."""
    with run(valg) as kjoring:
        propose(kjoring)
    return kjoring.result()
