"""How much of the truth an approximate search found, told from some rows."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.generators.similarity import SimilarityNetworkGenerator, remarks
from equitab.generators.similarity.neighbors import NOBODY, Neighbors, SearchEffort, nearest_neighbors
from equitab.generators.similarity.recall import estimate_recall
from generators.similarity.test_generator import SCHEMA, people
from generators.similarity.test_neighbors import APPROXIMATE, by_hand, mixed


def test_the_truth_has_recall_one_and_strangers_none() -> None:
    table = mixed(400, gaps=0.1)
    true, _ = nearest_neighbors(table, 6)
    assert estimate_recall(table, true) == 1
    far = Neighbors(true.rows, np.full_like(true.distances, 2.0))
    assert estimate_recall(table, far) == 0
    half = Neighbors(true.rows, np.where(np.arange(6) < 3, true.distances, np.float32(2)))
    assert estimate_recall(table, half) == 0.5


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_some_rows_tell_about_what_all_rows_tell(gaps: float) -> None:
    table = mixed(2000, gaps=gaps)
    poor, _ = nearest_neighbors(table, 8, effort=SearchEffort(1, 32, 0.0, exact_rows=0))
    whole = float((poor.distances <= by_hand(table, 8)[:, -1:] + 1e-6).mean())
    assert whole < 0.97
    assert estimate_recall(table, poor, n_rows=300) == pytest.approx(whole, abs=0.06)
    assert estimate_recall(table, poor, n_rows=10**6) == pytest.approx(whole, abs=1e-3)
    assert estimate_recall(table, poor, n_rows=50) == estimate_recall(table, poor, n_rows=50)


def test_rows_that_can_be_compared_with_nobody_do_not_count() -> None:
    alone = mixed(300).take(np.zeros(300, dtype=np.int64))
    alone.numbers[:], alone.codes[:] = np.nan, -1
    found, _ = nearest_neighbors(alone, 4, effort=APPROXIMATE)
    assert (found.rows == NOBODY).all()
    assert estimate_recall(alone, found) == 1


def test_the_generator_says_how_many_neighbours_it_found_and_warns_when_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def remarks_of() -> list[str]:
        network = SimilarityNetworkGenerator(n_neighbors=10).fit(people(900), SCHEMA, seed=0)
        return [one for one in network.remarks_ if "nearest" in one]

    assert not remarks_of()  # searched completely
    monkeypatch.setattr(remarks, "EXACT_ROWS", 100)
    (said,) = remarks_of()
    assert "about 100% of the nearest 10 were found (200 rows checked against all)" in said
    monkeypatch.setattr(remarks, "estimate_recall", lambda *_: 0.7)
    said, warned = remarks_of()
    assert "about 70%" in said
    assert "a larger n_trees finds more" in warned
