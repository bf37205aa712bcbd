"""Sex as the ninth digit of a national id says it, asked in one place for the register and for a transfer's lines.

Source: Skatteetaten/folkeregisteret-api-dokumentasjon (the ninth digit is odd for men and even for women).
"""

from typing import Final

JENTE, GUTT, UKJENT = "jente", "gutt", "ukjent"
KJONN: Final = (JENTE, GUTT, UKJENT)


def sex_sql(nummer: str) -> str:
    """Return SQL of the sex in the column ``nummer``; ``ukjent`` where Vigo made the number up or it is none.

    The parameter ``$fiktive`` is ``kodeverk.fictitious_digits`` in order.
    """
    return (
        f"CASE WHEN NOT regexp_full_match({nummer}, '[0-9]{{11}}')"
        f" OR list_contains($fiktive, substr({nummer}, 7, 3)) THEN '{UKJENT}'"
        f" WHEN CAST(substr({nummer}, 9, 1) AS INTEGER) % 2 = 1 THEN '{GUTT}' ELSE '{JENTE}' END"
    )
