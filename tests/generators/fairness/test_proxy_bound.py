from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import ConstraintError
from equitab.generators.fairness.proxy_bound import exchange_groups, share_for

SIZE = 4000


def people(seed=0):
    """Return people whose score tells their sex, whose badge repeats it, and whose outcome depends on it."""
    rng = np.random.default_rng(seed)
    sex = rng.random(SIZE) < 0.3
    return frame_from_columns(
        {
            "sex": np.where(sex, "F", "M"),
            "race": rng.choice(["a", "b", "c"], SIZE),
            "badge": np.where(sex, 1, 2),
            "score": rng.normal(size=SIZE) + 1.5 * sex,
            "y": rng.random(SIZE) < 0.2 + 0.4 * sex,
        }
    )


def column(frame, name):
    return np.array(frame[name].to_list())


def area(frame):
    """Return the AUROC of telling women by the score."""
    score, is_member = column(frame, "score"), column(frame, "sex") == "F"
    ranks = np.empty(len(score))
    ranks[np.argsort(score)] = np.arange(1, len(score) + 1)
    n = is_member.sum()
    return (ranks[is_member].sum() - n * (n + 1) / 2) / (n * (len(score) - n))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_the_auroc_of_a_fixed_score_falls_linearly(share):
    """A' - 1/2 = (1 - share)(A - 1/2), within the sampling error of an AUROC (sd about .01)."""
    table = people()
    found = np.mean(
        [
            area(exchange_groups(table, ["sex"], share=share, random=np.random.default_rng(seed)))
            for seed in range(8)
        ]
    )
    assert found - 0.5 == pytest.approx((1 - share) * (area(table) - 0.5), abs=0.012)


def test_group_sizes_and_all_other_columns_stay_exactly():
    table = people()
    changed = exchange_groups(table, ["sex", "race"], share=0.6, random=np.random.default_rng(0))
    for name in ("badge", "score", "y"):
        assert np.array_equal(column(changed, name), column(table, name))
    before, after = (sorted(zip(column(t, "sex"), column(t, "race"), strict=True)) for t in (table, changed))
    assert before == after
    assert changed.columns == table.columns
    assert changed.schema == table.schema


def test_about_as_many_rows_take_part_as_asked():
    table = people()
    numbered = frame_from_columns({"sex": np.arange(SIZE), "x": np.zeros(SIZE)})
    changed = exchange_groups(numbered, ["sex"], share=0.25, random=np.random.default_rng(0))
    n_moved = int((column(changed, "sex") != np.arange(SIZE)).sum())
    assert 0.24 * SIZE < n_moved <= 0.25 * SIZE
    assert exchange_groups(table, ["sex"], share=0.0, random=np.random.default_rng(0)) is table


def test_followers_move_along_and_stay_determined():
    found = exchange_groups(people(), ["sex", "badge"], share=0.5, random=np.random.default_rng(0))
    assert np.array_equal(column(found, "badge") == 1, column(found, "sex") == "F")


def test_within_outcomes_every_group_keeps_its_outcomes_exactly():
    table = people()
    outcome = column(table, "y").astype(int)
    changed = exchange_groups(table, ["sex"], share=1.0, random=np.random.default_rng(0), within=outcome)
    for sex in ("F", "M"):
        assert outcome[column(changed, "sex") == sex].sum() == outcome[column(table, "sex") == sex].sum()
    assert (column(changed, "sex") != column(table, "sex")).mean() > 0.2
    apart = exchange_groups(table, ["sex"], share=1.0, random=np.random.default_rng(0))
    rates = [outcome[column(apart, "sex") == sex].mean() for sex in ("F", "M")]
    assert abs(rates[0] - rates[1]) < 0.06 < 0.3  # across outcomes the difference is gone


def test_a_bound_below_what_the_outcome_alone_tells_is_refused():
    assert share_for(0.9, 0.7, floor=0.6) == pytest.approx(2 / 3)
    with pytest.raises(ConstraintError, match=r"the outcome alone tells 0\.600"):
        share_for(0.9, 0.55, floor=0.6)
