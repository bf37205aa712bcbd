"""Two small rules: the tests of one see everything, the other has a test that runs it and asks nothing."""


def seen(alder: int) -> bool:
    """Tell whether an age is one of the target group's, in this example."""
    return alder < 21


def unseen(alder: int) -> bool:
    """Tell the same; nobody looks at what it tells."""
    return alder < 21
