"""Errors of filled cells: worked by hand, zero for the truth, and intervals that hold their value."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import Frame, frame_from_columns, replace_cells
from equitab.evaluation import (
    IMPUTATION_METRICS,
    HiddenCells,
    Measurement,
    MeasurementSettings,
    hide_cells,
    measure_imputation,
    measure_shift,
)
from equitab.evaluation.imputation.resampling import distance_by_chance, resampled_means
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("pay", "numeric"),
        Column("job", "categorical"),
        Column("sex", "categorical"),
        Column("y", "integer"),
    ),
    "y",
    favorable_outcome=(1,),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)
QUICK = MeasurementSettings(n_replicates=200, min_group_size=5)


def table(n_rows: int = 400) -> Frame:
    rng = np.random.default_rng(0)
    return frame_from_columns(
        {
            "pay": rng.normal(10, 2, n_rows),
            "job": rng.choice(["cook", "clerk", "nurse"], n_rows).tolist(),
            "sex": ["F", "M"] * (n_rows // 2),
            "y": rng.integers(0, 2, n_rows),
        }
    )


def found(measurements: list[Measurement], metric: str, **what: str) -> Measurement:
    wanted = {"sensitive_features": "", "group": "", **what, "metric": metric}
    held = [one for one in measurements if all(getattr(one, key) == value for key, value in wanted.items())]
    assert len(held) == 1, held
    return held[0]


def test_a_case_worked_by_hand() -> None:
    """Errors of 1, -1, 2 and 0 around a column with the standard deviation 2; one of four jobs wrong."""
    truth = frame_from_columns(
        {"pay": [1.0, 5.0, 1.0, 5.0], "job": ["a", "b", "a", "b"], "sex": ["F", "M"] * 2, "y": [0, 1] * 2}
    )
    filled = frame_from_columns(
        {"pay": [2.0, 4.0, 3.0, 5.0], "job": ["a", "b", "a", "a"], "sex": ["F", "M"] * 2, "y": [0, 1] * 2}
    )
    hidden = HiddenCells(truth, ("pay", "job"), np.ones((4, 2), dtype=bool))
    settings = MeasurementSettings(n_replicates=50, min_group_size=2)
    results = measure_imputation(truth, {"mine": [filled]}, hidden, SCHEMA, settings=settings)
    assert found(results, "imputation_rmse").value == pytest.approx((6 / 4) ** 0.5 / 2)
    assert found(results, "imputation_mae").value == pytest.approx(4 / 4 / 2)
    assert found(results, "imputation_bias").value == pytest.approx(2 / 4 / 2)
    assert found(results, "imputation_wrong_share").value == 0.25
    assert found(results, "imputation_total_variation", model="job").value == 0.25
    women = found(results, "imputation_rmse", sensitive_features="sex", group="F")
    men = found(results, "imputation_rmse", sensitive_features="sex", group="M")
    assert women.value == pytest.approx((5 / 2) ** 0.5 / 2)
    gap = next(one for one in results if one.metric == "imputation_rmse_difference")
    assert (gap.group, gap.reference_group) == ("F", "M")
    assert gap.value == pytest.approx(women.value - men.value)  # type: ignore[operator]


def test_the_truth_has_no_error() -> None:
    truth = table()
    hidden = hide_cells(truth, SCHEMA, ["pay", "job"], share=0.5, seed=0)
    results = measure_imputation(truth, {"truth": [truth]}, hidden, SCHEMA, settings=QUICK)
    assert {one.metric for one in results} == set(IMPUTATION_METRICS) - {
        "imputation_mean_shift",
        "imputation_distribution_shift",
        "imputation_demographic_parity_change",
        "imputation_equal_opportunity_change",
    }
    assert all(one.value == 0 for one in results)
    assert all(one.stage == "imputation" and one.status == "ok" for one in results)


def test_intervals_hold_their_value_and_narrow_with_more_cells() -> None:
    widths = []
    for n_rows in (200, 3200):
        truth = table(n_rows)
        hidden = hide_cells(truth, SCHEMA, ["pay"], share=0.5, seed=0)
        rows = np.flatnonzero(hidden.is_hidden[:, 0])
        filled = replace_cells(truth, rows, frame_from_columns({"pay": np.full(len(rows), 10.0)}))
        results = measure_imputation(truth, {"mean": [filled]}, hidden, SCHEMA, settings=QUICK)
        assert all(one.low <= one.value <= one.high for one in results)  # type: ignore[operator]
        error = found(results, "imputation_rmse")
        widths.append(error.high - error.low)  # type: ignore[operator]
        assert error.value == pytest.approx(1.0, abs=0.15), "a mean is one standard deviation off"
    assert widths[1] < widths[0] / 2


def test_draws_beat_the_mean_in_distribution_and_lose_in_error() -> None:
    """Nothing is known of these cells: a draw's error is larger by the root of two."""
    truth, rng = table(4000), np.random.default_rng(3)
    hidden = hide_cells(truth, SCHEMA, ["pay"], share=0.5, seed=0)
    rows = np.flatnonzero(hidden.is_hidden[:, 0])
    ways = {"mean": np.full(len(rows), 10.0), "draw": rng.normal(10, 2, len(rows))}
    completed = {
        name: [replace_cells(truth, rows, frame_from_columns({"pay": values}))]
        for name, values in ways.items()
    }
    results = measure_imputation(truth, completed, hidden, SCHEMA, settings=QUICK)
    error, distance = (
        {name: found(results, metric, treatment=name).value for name in ways}
        for metric in ("imputation_rmse", "imputation_total_variation")
    )
    assert error["draw"] / error["mean"] == pytest.approx(2**0.5, rel=0.1)  # type: ignore[operator]
    assert distance["mean"] > 0.8
    assert distance["draw"] < 0.08
    said = found(results, "imputation_total_variation", treatment="draw").reason
    assert abs(float(said.removeprefix("chance alone gives ")) - distance["draw"]) < 0.03  # type: ignore[operator]


def test_several_draws_are_averaged() -> None:
    truth = table(40)
    hidden = hide_cells(truth, SCHEMA, ["job"], share=0.5, seed=0)
    rows = np.flatnonzero(hidden.is_hidden[:, 0])
    wrong = replace_cells(truth, rows, frame_from_columns({"job": ["nobody"] * len(rows)}))
    results = measure_imputation(truth, {"half": [truth, wrong]}, hidden, SCHEMA, settings=QUICK)
    assert found(results, "imputation_wrong_share").value == 0.5


def test_groups_with_few_hidden_cells_are_undefined_with_the_reason() -> None:
    truth = table(40)
    hidden = hide_cells(truth, SCHEMA, ["job"], share=0.5, seed=0)
    settings = MeasurementSettings(n_replicates=20, min_group_size=15)
    results = measure_imputation(truth, {"truth": [truth]}, hidden, SCHEMA, settings=settings)
    women = found(results, "imputation_wrong_share", sensitive_features="sex", group="F")
    assert women.status == "undefined"
    assert women.reason == f"{women.n} hidden cells, 15 are needed"
    assert not [one for one in results if one.metric.endswith("_difference")]


def test_resampled_means_have_the_spread_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(0, 3, (500, 1))
    spread = resampled_means(values, n_replicates=2000, seed=0).std()
    assert spread == pytest.approx(3 / 500**0.5, rel=0.1)


def test_the_distance_by_chance_is_that_of_two_samples() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 4, (2, 1000))
    bins = (np.eye(4)[one] - np.eye(4)[two])[:, None, :]
    seen = [
        np.abs(np.bincount(first, minlength=4) - np.bincount(second, minlength=4)).sum() / 2000
        for first, second in (rng.integers(0, 4, (2, 1000)) for _ in range(300))
    ]
    assert distance_by_chance(bins, seed=0)[0] == pytest.approx(np.mean(seen), rel=0.1)


def test_a_shift_is_measured_for_everybody_and_each_group() -> None:
    """Women's pay is known in half the rows and filled with one standard deviation more."""
    truth = table(400)
    pay = truth["pay"].to_numpy().copy()
    holes = (np.arange(400) % 4) == 0  # women only
    before = frame_from_columns({**truth.to_dict(as_series=False), "pay": np.where(holes, np.nan, pay)})
    known = np.where(holes, np.nan, pay)
    filled = np.where(holes, np.nanmean(known[::2]) + 2 * np.nanstd(known), pay)
    after = frame_from_columns({**truth.to_dict(as_series=False), "pay": filled})
    results = measure_shift(before, after, ["pay"], SCHEMA, treatment="odd", settings=QUICK)
    women = found(results, "imputation_mean_shift", sensitive_features="sex", group="F")
    men = found(results, "imputation_mean_shift", sensitive_features="sex", group="M")
    assert women.value == pytest.approx(1.0)
    assert (men.value, men.n) == (0.0, 0)
    assert found(results, "imputation_distribution_shift", sensitive_features="sex", group="M").value == 0.0
    assert women.n == 100


def test_a_shift_of_categories_is_half_the_difference_of_shares() -> None:
    before = frame_from_columns(
        {"pay": [1.0] * 4, "job": ["a", "b", None, None], "sex": ["F"] * 4, "y": [0, 1] * 2}
    )
    after = frame_from_columns(
        {"pay": [1.0] * 4, "job": ["a", "b", "a", "a"], "sex": ["F"] * 4, "y": [0, 1] * 2}
    )
    settings = MeasurementSettings(min_group_size=2)
    results = measure_shift(before, after, ["job"], SCHEMA, treatment="mode", settings=settings)
    assert found(results, "imputation_distribution_shift").value == pytest.approx(0.25)


def test_every_metric_of_the_stage_is_defined() -> None:
    for name, definition in IMPUTATION_METRICS.items():
        assert definition.name == name
        assert definition.lowest < definition.highest
        assert not definition.formula.endswith(".")
