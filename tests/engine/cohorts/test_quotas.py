"""Counts laid over each other: exact wherever that can be, refused with the rows that are short wherever it cannot."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.quotas import shared, spread


def labelled(counts):
    return [(f"r{place}", count) for place, count in enumerate(counts)]


def possible(rows, columns, allowed) -> bool:
    """Hall's condition, asked of every set of rows."""
    places = range(len(rows))
    return all(
        sum(rows[i] for i in some)
        <= sum(columns[j] for j in range(len(columns)) if allowed[list(some), j].any())
        for size in range(1, len(rows) + 1)
        for some in itertools.combinations(places, size)
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 60), st.integers(0, 2**32))
def test_every_count_is_met_or_cannot_be(height, width, total, seed):
    rng = np.random.default_rng(seed)
    rows, columns = shared(total, rng.random(height) + 0.01), shared(total, rng.random(width) + 0.01)
    allowed = rng.random((height, width)) < 0.6
    try:
        pairs = spread(labelled(rows), labelled(columns), lambda i, j: allowed[i, j], ("ages", "sexes"))
    except EcgError:
        assert not possible(rows, columns, allowed)
        return
    assert pairs.sum(axis=1).tolist() == rows and pairs.sum(axis=0).tolist() == columns
    assert (pairs >= 0).all() and not pairs[~allowed].any()


def test_pairs_are_mixed_as_evenly_as_they_can_be():
    pairs = spread([("a", 30), ("b", 10)], [("x", 20), ("y", 20)], lambda i, j: True, ("ages", "sexes"))
    assert pairs.tolist() == [[15, 15], [5, 5]]


def test_the_sentence_names_what_is_short():
    allowed = [[True, False], [True, False], [True, True]]
    rows, columns = [("slow", 4), ("slower", 3), ("any", 3)], [("40-60", 5), ("100-140", 5)]
    with pytest.raises(EcgError) as refused:
        spread(rows, columns, lambda i, j: allowed[i][j], ("conditions", "heart rates"))
    assert str(refused.value) == (
        "The quota of conditions cannot be met: slow, slower need 7, and of the heart rates that go with them there are"
        " 5; change one of the quotas, or add references."
    )


@pytest.mark.parametrize(
    ("total", "shares", "counts"), [(10, [1, 1, 1], [4, 3, 3]), (7, [70, 30], [5, 2]), (0, [1], [0])]
)
def test_shares_become_whole_counts(total, shares, counts):
    assert shared(total, shares) == counts
