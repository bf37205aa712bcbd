"""The project's speed promises, each measured side by side with what it is compared to, in one run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Maaling:
    """One benchmark: ``forhold`` is our time divided by the other's, which must not be above ``grense``.

    ``deler`` are the numbers behind it, the unit at the end of each name. ``holdt`` tells whether what else was
    promised of them is so.
    """

    navn: str
    forhold: float
    grense: float
    deler: dict[str, float]
    holdt: bool = True

    @property
    def holder(self) -> bool:
        """Whether the promise is kept."""
        return self.holdt and self.forhold <= self.grense
