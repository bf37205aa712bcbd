from tests.mutanter.eksempel import seen, unseen


def test_the_limit_is_seen_from_both_sides() -> None:
    assert seen(20)
    assert not seen(21)


def test_a_test_that_asks_nothing() -> None:
    unseen(20)
