"""Quality in one call: fresh rows pass, shuffled and copied ones do not, and groups are looked at alone."""

from __future__ import annotations

import collections
from dataclasses import replace

import numpy as np
import pytest

from equitab.dataframe import concatenate, frame_from_columns, take_rows
from equitab.errors import TableError
from equitab.evaluation import MeasurementSettings, measure_quality
from equitab.evaluation.quality.coverage import measure_coverage
from equitab.evaluation.quality.marginals import measure_group_marginals, measure_marginals
from equitab.evaluation.quality.measure import measure_detection
from equitab.evaluation.quality.plan import LIMITS, QualityPlan
from equitab.evaluation.quality.tables import QualityTables
from equitab.metrics import METRICS
from equitab.schema import Column, SensitiveFeature, TableSchema

pytestmark = pytest.mark.slow

SETTINGS = MeasurementSettings(n_replicates=100)
DETECTORS = {"gradient_boosting", "random_forest", "neural_network", "pairwise_boosting"}
ATTACKS = {"density_ratio", "nearest_distance", "calibrated_distance"}
SUMMARISED = {
    "representation_ratio",
    "excess_bivariate_error",
    "c2st_auroc",
    "coverage_shortfall",
    "dcr_share",
    "membership_auroc",
}
SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("region", "categorical"),
        Column("height", "numeric"),
        Column("weight", "numeric"),
        Column("y", "boolean"),
    ),
    "y",
    favorable_outcome=(True,),
    sensitive_features=(SensitiveFeature("sex", "M"), SensitiveFeature("region", "North")),
)


def people(seed, n_rows=300):
    """Return people whose weight and outcome follow their height closely."""
    rng = np.random.default_rng(seed)
    height = rng.normal(size=n_rows)
    return frame_from_columns(
        {
            "sex": np.array(["F", "M"])[rng.integers(0, 2, n_rows)],
            "region": np.array(["North", "South"])[rng.integers(0, 2, n_rows)],
            "height": height,
            "weight": height + 0.2 * rng.normal(size=n_rows),
            "y": height + 0.2 * rng.normal(size=n_rows) > 0,
        }
    )


def shuffled(frame, seed=1):
    """Return the same columns, each shuffled by itself."""
    rng = np.random.default_rng(seed)
    columns = frame.to_native().to_pydict()
    return frame_from_columns(
        {name: [held[i] for i in rng.permutation(len(held))] for name, held in columns.items()}
    )


def where(frame, column, value):
    return np.array(frame[column].to_list()) == value


def measured(synthetic, training, holdout, **more):
    return measure_quality(synthetic, training, holdout, SCHEMA, settings=SETTINGS, seed=0, **more)


def planned(synthetic, training, holdout, schema=SCHEMA):
    tables = QualityTables.read(synthetic, training, holdout, schema)
    return QualityPlan(tables, schema, LIMITS["quick"], SETTINGS, 0)


def everybody(measurements):
    """Return what was measured of everybody, by metric, treatment and model."""
    return {
        (held.metric, held.treatment, held.model): held
        for held in measurements
        if not held.sensitive_features
    }


def of_groups(measurements, metric, treatment="synthetic", model=None):
    """Return one metric of every group, by comparison and group."""
    return {
        (held.sensitive_features, held.group): held
        for held in measurements
        if held.metric == metric
        and held.treatment == treatment
        and held.sensitive_features
        and model in (None, held.model)
    }


@pytest.fixture(scope="module")
def fresh():
    return measured(people(0), people(1), people(2))


@pytest.fixture(scope="module")
def noise():
    return measured(shuffled(people(1)), people(1), people(2)).measurements


@pytest.fixture(scope="module")
def copied():
    return measured(people(1), people(1), people(2)).measurements


def test_every_number_is_explained_by_a_definition_and_says_what_was_measured(fresh):
    assert {held.metric for held in fresh.measurements} <= set(METRICS)
    assert {held.stage for held in fresh.measurements} == {"fidelity", "privacy"}
    assert {held.treatment for held in fresh.measurements} == {"synthetic", "holdout"}
    assert all(held.reason for held in fresh.measurements if held.value is None)


def test_no_row_of_the_table_of_results_is_there_twice(fresh):
    keys = collections.Counter(
        (held.metric, held.treatment, held.model, held.sensitive_features, held.group)
        for held in fresh.measurements
    )
    assert max(keys.values()) == 1


def test_fresh_real_rows_pass(fresh):
    found = everybody(fresh.measurements)
    for name in ("univariate", "bivariate", "trivariate"):
        held = found[f"excess_{name}_error", "synthetic", ""]
        assert held.low <= 0.0 <= held.high
    worst = next(held for held in fresh.measurements if held.metric == "worst_c2st_auroc")
    assert worst.low < 0.53
    assert worst.model in DETECTORS
    assert abs(found["coverage_shortfall", "synthetic", ""].value) < 0.05
    assert found["dcr_share", "synthetic", ""].low <= 0.5 <= found["dcr_share", "synthetic", ""].high
    assert found["exact_copy_share", "synthetic", ""].value == 0.0
    assert found["global_utility", "synthetic", "random_forest"].value == pytest.approx(1.0, abs=0.1)
    for attack in ATTACKS:
        assert found["membership_auroc", "synthetic", attack].low <= 0.52


def test_columns_shuffled_by_themselves_are_found_out_by_everything_but_columns(noise):
    found = everybody(noise)
    assert found["excess_univariate_error", "synthetic", ""].high < 0.0  # margins are copies
    assert found["excess_bivariate_error", "synthetic", ""].low > 0.0
    assert found["weighted_nmi_similarity", "synthetic", ""].value < 0.8
    assert found["weighted_nmi_similarity", "holdout", ""].value > 0.8
    for detector in DETECTORS:
        assert found["c2st_auroc", "synthetic", detector].low > 0.5
    assert found["global_utility", "synthetic", "random_forest"].value < 0.3
    assert found["coverage_shortfall", "synthetic", ""].low > 0.0


def test_copies_are_found_out_by_every_measure_of_privacy(copied):
    found = everybody(copied)
    assert found["exact_copy_share", "synthetic", ""].value == 1.0
    assert found["dcr_share", "synthetic", ""].value > 0.99
    for attack in ("nearest_distance", "calibrated_distance"):
        assert found["membership_auroc", "synthetic", attack].value > 0.99
        assert found["membership_tpr_1", "synthetic", attack].value > 0.9
    # Within a group training rows are drawn down to as many as held-out ones, so some originals are not there.
    assert all(held.low > 0.6 for held in of_groups(copied, "dcr_share").values())
    members = of_groups(copied, "membership_auroc", model="nearest_distance")
    assert all(held.value > 0.99 for held in members.values() if held.value is not None)


def test_copies_are_perfect_in_fidelity_and_closer_than_fresh_rows_can_be(copied):
    found = everybody(copied)
    assert found["trivariate_error", "synthetic", ""].value == 0.0
    assert found["coverage", "synthetic", ""].value == 1.0
    assert found["excess_bivariate_error", "synthetic", ""].value < 0.0


def test_every_group_and_every_intersection_is_measured_in_every_respect(fresh):
    for metric in SUMMARISED | {"bivariate_error", "univariate_error", "coverage", "exact_copy_share"}:
        held = of_groups(fresh.measurements, metric)
        assert {name for name, _ in held} == {"sex", "region", "sex × region"}
        assert len(held) == 2 + 2 + 4
    assert len(of_groups(fresh.measurements, "bivariate_error", "holdout")) == 8
    assert {held.model for held in fresh.measurements if held.metric == "c2st_auroc"} == DETECTORS


def test_each_respect_has_a_worst_group_and_a_difference_for_every_comparison(fresh):
    for metric in SUMMARISED:
        for suffix in ("worst_group", "group_difference"):
            held = of_groups(fresh.measurements, f"{metric}_{suffix}")
            assert len({name for name, _ in held}) == len(held) == 3
            assert all(one.low <= one.value <= one.high for one in held.values() if one.low is not None)
        gaps = of_groups(fresh.measurements, f"{metric}_group_difference").values()
        assert all(one.value >= 0.0 for one in gaps)


def test_the_floor_of_a_group_has_as_many_rows_as_its_synthetic_ones(fresh):
    drawn, floor = (
        of_groups(fresh.measurements, "bivariate_error", treatment) for treatment in ("synthetic", "holdout")
    )
    assert all(drawn[key].n == floor[key].n for key in drawn)


def test_a_group_that_is_spoiled_alone_is_the_worst_in_every_respect_that_sees_it():
    """Women are shuffled among each other, men are fresh: women are found out, men pass."""
    rest = people(0, 900)
    women = shuffled(take_rows(rest, where(rest, "sex", "F")))
    spoiled = concatenate([take_rows(rest, where(rest, "sex", "M")), women])
    plan = planned(spoiled, people(1, 900), people(2, 900))
    found = [*measure_group_marginals(plan), *measure_coverage(plan), *measure_detection(plan)]
    excess = of_groups(found, "excess_bivariate_error")
    assert excess["sex", "F"].low > 0.0
    assert excess["sex", "M"].low <= 0.0
    for metric in ("excess_bivariate_error", "c2st_auroc", "coverage_shortfall"):
        assert ("sex", "F") in of_groups(found, f"{metric}_worst_group")
        assert of_groups(found, f"{metric}_group_difference")["sex", "F"].low > 0.0


def test_a_group_that_was_wiped_out_is_said_so_and_has_no_other_number():
    rest = people(0)
    kept = take_rows(rest, ~where(rest, "region", "South"))
    found = measured(kept, people(1), people(2), max_rows=100).measurements
    assert of_groups(found, "representation_ratio")["region", "South"].value == 0.0
    for metric in ("bivariate_error", "c2st_auroc", "coverage", "dcr_share", "exact_copy_share"):
        gone = of_groups(found, metric)["region", "South"]
        assert gone.value is None
        assert gone.reason.startswith("needs 30 rows of each; has")
        assert "0 synthetic" in gone.reason


def test_the_names_of_groups_change_no_number():
    names = {"F": "z-woman", "M": "a-man"}

    def renamed(frame):
        columns = frame.to_native().to_pydict()
        return frame_from_columns(columns | {"sex": [names[value] for value in columns["sex"]]})

    features = (SensitiveFeature("sex", "a-man"), SCHEMA.sensitive_features[1])
    frames = [people(seed) for seed in (0, 1, 2)]
    plans = (
        planned(*frames),
        planned(*map(renamed, frames), SCHEMA.with_changes(sensitive_features=features)),
    )
    for measure, metric in ((measure_group_marginals, "bivariate_error"), (measure_coverage, "coverage")):
        one, two = (of_groups(measure(plan), metric) for plan in plans)
        for old, new in names.items():
            assert one["sex", old].value == pytest.approx(two["sex", new].value, abs=1e-9)


def test_the_order_of_rows_changes_no_number_that_looks_at_all_rows():
    rng = np.random.default_rng(3)
    frames = [people(seed) for seed in (0, 1, 2)]
    plans = (planned(*frames), planned(*(take_rows(frame, rng.permutation(300)) for frame in frames)))
    for measure in (lambda plan: measure_marginals(plan)[0], measure_coverage):
        one, two = ({key: held.value for key, held in everybody(measure(plan)).items()} for plan in plans)
        assert one == pytest.approx(two)


def test_the_same_seed_gives_the_same_numbers_and_that_of_the_generator_is_recorded():
    one, two = (measured(people(0), people(1), people(2), max_rows=40, generator_seed=7) for _ in range(2))
    assert one == two
    assert {held.generator_seed for held in one.measurements} == {7}


def test_every_column_has_its_error_in_both_tables(fresh):
    points = [point for point in fresh.curves if point.figure == "column_error"]
    assert {point.series for point in points} == {"synthetic", "holdout"}
    assert [point.x for point in points if point.series == "holdout"] == list(SCHEMA.modeled_columns)
    mean = np.mean([point.y for point in points if point.series == "synthetic"])
    assert mean == pytest.approx(everybody(fresh.measurements)["univariate_error", "synthetic", ""].value)


def test_columns_that_real_rows_do_not_predict_are_left_out_and_counted(fresh):
    shown = [point.x for point in fresh.curves if point.figure == "column_utility"]
    assert shown == ["height", "weight", "y"]
    utility = everybody(fresh.measurements)["global_utility", "synthetic", "random_forest"]
    assert utility.reason == "2 of 5 columns left out: real rows hardly predict them"


def test_without_held_out_rows_what_needs_them_is_undefined_with_the_reason():
    found = measured(people(0), people(1), None, max_rows=100).measurements
    assert everybody(found)["trivariate_error", "synthetic", ""].value > 0.0
    for metric in (
        "excess_bivariate_error",
        "coverage",
        "dcr_share",
        "worst_membership_auroc",
        "global_utility",
    ):
        held = next(one for one in found if one.metric == metric)
        assert held.value is None
        assert "held-out real rows" in held.reason
    assert {held.treatment for held in found} == {"synthetic"}


@pytest.mark.parametrize("n_rows", [1, 2, 4, 9])
def test_few_rows_are_undefined_and_never_an_error_or_a_zero(n_rows):
    found = measured(*(people(seed, n_rows) for seed in (0, 1, 2))).measurements
    worst = [held for held in found if held.metric.startswith("worst_")]
    assert [held.value for held in worst] == [None, None, None]
    groups = [held for held in found if held.group and "representation" not in held.metric]
    assert all(held.value is None and held.reason for held in groups)


def test_a_table_without_sensitive_features_has_no_groups():
    schema = SCHEMA.with_changes(sensitive_features=())
    found = measure_quality(*(people(seed, 40) for seed in (0, 1, 2)), schema, settings=SETTINGS, seed=0)
    assert {held.group for held in found.measurements} == {""}


def test_dates_missing_values_and_constant_and_empty_columns_are_no_error(town):
    def spoiled(frame):
        columns = frame.to_native().to_pydict()
        nothing = {"years": [3] * len(frame), "income": [None] * len(frame)}
        return frame_from_columns(columns | nothing, types={"income": "float64"})

    parts = [spoiled(take_rows(town.frame, np.arange(start, start + 80))) for start in (0, 80, 160)]
    found = measure_quality(*parts, town.schema, settings=SETTINGS, seed=0).measurements
    assert everybody(found)["bivariate_error", "synthetic", ""].value is not None
    assert next(held for held in found if held.metric == "worst_c2st_auroc").value is not None


@pytest.mark.slow
def test_the_full_depth_gives_the_same_numbers_in_one_process_and_in_two(monkeypatch):
    frames = [people(seed, 200) for seed in (0, 1, 2)]
    found = [measured(*frames, depth="full")]
    alone = {depth: replace(limits, n_workers=1) for depth, limits in LIMITS.items()}
    monkeypatch.setattr("equitab.evaluation.quality.measure.LIMITS", alone)
    assert measured(*frames, depth="full") == found[0]


def test_missing_columns_and_empty_tables_are_refused_together():
    with pytest.raises(TableError) as raised:
        measured(people(0).drop("sex"), people(1, 0), None)
    assert "column 'sex'" in str(raised.value)
    assert "training table" in str(raised.value)
