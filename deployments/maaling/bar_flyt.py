"""The least that Prefect can be asked to serve: one flow that does nothing. As a process, it serves it."""

from typing import Final

from prefect import flow

NAVN: Final = "bar-flyt"


@flow(name=NAVN)
def bar_flyt() -> None:
    """Do nothing."""


if __name__ == "__main__":
    bar_flyt.serve(name=NAVN)
