"""Drawn rows of single groups: fresh rows pass, copies and collapsed rows do not, few rows are said to be few."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import concatenate, frame_from_columns, take_rows
from equitab.errors import SchemaError, TableError
from equitab.evaluation import POOLED, MeasurementSettings, measure_groups
from equitab.evaluation.group_truth_cells import RARE_OUTCOME, plan_scopes, read_cells
from equitab.evaluation.group_truth_rows import TruthTables, _capped
from equitab.metrics import METRICS
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("race", "categorical"),
        Column("height", "numeric", has_missing=True),
        Column("weight", "numeric"),
        Column("hobby", "categorical"),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("race")),
)
ALONE = "gradient_boosting_of_these_groups"


def people(seed, n_rows, share_rare=0.3, names=("F", "M")):
    """Return people of two sexes and races; the second race is rare, and men are taller."""
    rng = np.random.default_rng(seed)
    sex, race = rng.integers(0, 2, n_rows), (rng.random(n_rows) < share_rare).astype(int)
    height = rng.normal(size=n_rows) + sex
    hired = height + rng.normal(size=n_rows) > 0.5
    return frame_from_columns(
        {
            "sex": np.array(names)[sex],
            "race": np.array(["A", "B"])[race],
            "height": [None if value < -2 else round(float(value), 3) for value in height],
            "weight": np.round(height + 0.3 * rng.normal(size=n_rows), 3),
            "hobby": np.array(["chess", "song", "dance"])[rng.integers(0, 3, n_rows)],
            "hired": np.array(["no", "yes"])[hired.astype(int)],
        }
    )


def measured(drawn, training, held_out, with_detection=False, **more):
    """Return what is measured, without detectors where nobody asks for them: they take most of the time."""
    return measure_groups(
        drawn,
        training=training,
        held_out=held_out,
        schema=SCHEMA,
        with_detection=with_detection,
        **{"seed": 0, **more},
    )


def find(found, metric, group=POOLED, treatment="synthetic", model=None):
    """Return the one measurement of a metric and a group."""
    held = [
        one
        for one in found
        if (one.metric, one.group, one.treatment) == (metric, group, treatment) and model in (None, one.model)
    ]
    return held[0]


def defined(found, metric, treatment="synthetic"):
    return [
        one for one in found if (one.metric, one.treatment) == (metric, treatment) and one.value is not None
    ]


@pytest.fixture(scope="module")
def tables():
    return people(1, 600), people(2, 500)


@pytest.fixture(scope="module")
def fresh(tables):
    """Return what is said of fresh real rows in the place of drawn ones."""
    return measured(people(3, 900), *tables)


@pytest.fixture(scope="module")
def detected(tables):
    """Return the same with detectors."""
    return measured(people(3, 900), *tables, with_detection=True)


def test_fresh_real_rows_score_at_the_floor(fresh):
    """Beyond chance nothing: intervals hold 0, 0.5 or 1 in all but a few of the groups."""
    expected = {
        "excess_held_out_column_error": 0.0,
        "held_out_coverage_shortfall": 0.0,
        "group_dcr_share": 0.5,
        "spread_ratio": 1.0,
        "group_dcr_ratio": 1.0,
    }
    for metric, ideal in expected.items():
        held = defined(fresh, metric)
        assert len(held) > 8
        assert sum(one.low <= ideal <= one.high for one in held) >= 0.8 * len(held), metric
    assert max(one.value for one in defined(fresh, "group_copy_share")) == 0.0
    assert min(one.value for one in defined(fresh, "distinct_ratio")) > 0.99


@pytest.mark.slow
def test_no_detector_tells_fresh_real_rows(detected):
    held = defined(detected, "held_out_detection_auroc")
    assert len(held) > 10
    assert sum(one.low <= 0.5 <= one.high for one in held) >= 0.75 * len(held)
    assert max(one.value for one in held) < 0.7


def test_every_group_cell_and_the_pool_are_measured(fresh):
    groups = list(dict.fromkeys((one.sensitive_features, one.group) for one in fresh))
    assert groups[0] == ("sex × race × hired", POOLED)
    assert {group for features, group in groups if features == "sex × race"} == {
        "F × A",
        "F × B",
        "M × A",
        "M × B",
    }
    cells = [group for features, group in groups[1:] if features == "sex × race × hired"]
    assert len(cells) == 8
    assert "F × B × yes" in cells
    assert {one.stage for one in fresh} == {"group_truth"}
    assert {one.metric for one in fresh} <= set(METRICS)


def test_numbers_of_rows_are_those_of_the_tables(fresh, tables):
    training, held_out = tables
    for frame, treatment in ((training, "original"), (held_out, "holdout")):
        sex, race = (np.array(frame[name].to_list()) for name in ("sex", "race"))
        n_rows = int(((sex == "F") & (race == "B")).sum())
        assert find(fresh, "group_rows", "F × B", treatment).value == n_rows


def test_copies_are_copies_at_no_distance(tables):
    training, held_out = tables
    rows = np.random.default_rng(0).integers(0, len(training), 700)
    found = measured(take_rows(training, rows), training, held_out)
    copies = defined(found, "group_copy_share")
    assert {one.value for one in copies} == {1.0}
    assert {one.value for one in defined(found, "group_median_dcr")} == {0.0}
    assert min(one.low for one in defined(found, "excess_group_copy_share")) > 0.5
    assert {one.value for one in defined(found, "group_copy_share", "holdout")} == {0.0}
    assert min(one.low for one in defined(found, "group_dcr_share")[:5]) > 0.5


def test_a_collapsed_generator_has_little_variety(tables):
    """Three rows of each cell, over and over, with names of their own so that they are no copies."""
    training, held_out = tables
    fresh_rows = people(4, 60)
    rows = np.random.default_rng(0).integers(0, 60, 900)
    found = measured(take_rows(fresh_rows, rows), training, held_out)
    for group in ("F × A", "M × A"):
        assert find(found, "distinct_share", group).value < 0.1
        assert find(found, "distinct_ratio", group).value < 0.5
        assert find(found, "held_out_coverage_shortfall", group).low > 0.1
    assert {one.value for one in defined(found, "group_copy_share")} == {0.0}


def test_rows_at_the_middle_of_their_group_are_not_spread(tables):
    drawn = people(5, 600)
    native = drawn.to_native().to_pydict()
    narrow = frame_from_columns(
        {**native, "weight": [0.5] * 600, "height": [0.5] * 600, "hobby": ["song"] * 600}
    )
    found = measured(narrow, *tables)
    assert max(one.value for one in defined(found, "spread_ratio")) < 0.8
    assert find(found, "held_out_correlation_error").value > 0.5
    assert find(found, "held_out_correlation_error", treatment="holdout").value < 0.2


def test_broken_rows_are_off(tables):
    """Weight no longer follows height: the correlation is lost. Weight shifted: the column is off."""
    drawn = people(6, 900)
    native = drawn.to_native().to_pydict()
    order = np.random.default_rng(0).permutation(900)
    shuffled = {name: [native[name][i] for i in order] for name in ("height", "weight")}
    found = measured(frame_from_columns({**native, "weight": shuffled["weight"]}), *tables)
    assert find(found, "held_out_correlation_error", "M × A").value > 0.3
    shifted = {**native, "weight": [value + 2 for value in native["weight"]]}
    found = measured(frame_from_columns(shifted), *tables)
    assert find(found, "excess_held_out_column_error", "M × A").low > 0.05


@pytest.mark.slow
def test_broken_rows_are_told_apart(tables):
    native = people(6, 900).to_native().to_pydict()
    weight = np.random.default_rng(0).permutation(native["weight"])
    found = measured(frame_from_columns({**native, "weight": weight}), *tables, with_detection=True)
    for group in ("M × A", POOLED):
        assert find(found, "held_out_detection_auroc", group).low > 0.5
    assert find(found, "held_out_detection_auroc", model=ALONE).low > 0.5


def test_the_order_of_rows_changes_nothing(tables, fresh):
    training, held_out = tables
    rng = np.random.default_rng(5)
    shuffled = [
        take_rows(frame, rng.permutation(len(frame))) for frame in (people(3, 900), training, held_out)
    ]
    assert measured(*shuffled) == fresh


@pytest.mark.slow
def test_the_order_of_rows_changes_no_detection(tables, detected):
    rng = np.random.default_rng(5)
    shuffled = [take_rows(frame, rng.permutation(len(frame))) for frame in (people(3, 900), *tables)]
    assert measured(*shuffled, with_detection=True) == detected


@pytest.mark.slow
def test_the_names_of_groups_change_no_detection(detected):
    """But for the luck of trees with codes."""
    other = ("Z", "Y")
    renamed = [people(seed, n_rows, names=other) for seed, n_rows in ((3, 900), (1, 600), (2, 500))]
    found = measured(*renamed, with_detection=True)
    for one in defined(detected, "held_out_detection_auroc"):
        group = one.group.replace("F", "Z").replace("M", "Y")
        twin = find(found, one.metric, group, model=one.model)
        assert twin.value == pytest.approx(one.value, abs=0.05)


def test_the_names_of_groups_change_nothing(fresh):
    """Renamed so that they sort the other way round."""
    other = ("Z", "Y")
    found = measured(people(3, 900, names=other), people(1, 600, names=other), people(2, 500, names=other))
    renamed = {(one.metric, one.treatment, one.model, one.group): one for one in found}
    for one in fresh:
        group = one.group.replace("F", "Z").replace("M", "Y")
        twin = renamed[one.metric, one.treatment, one.model, group]
        assert (twin.status, twin.reason, twin.n) == (one.status, one.reason, one.n)
        assert twin.value == (None if one.value is None else pytest.approx(one.value, abs=1e-6))


def test_the_mix_of_outcomes_is_no_fault_of_a_group(tables):
    """A plan that adds almost only hired women: they are compared with hired women."""
    drawn = people(7, 3000)
    hired, sex = (np.array(drawn[name].to_list()) for name in ("hired", "sex"))
    kept = np.flatnonzero((sex == "F") & ((hired == "yes") | (np.arange(3000) % 9 == 0)))
    found = measured(take_rows(drawn, kept), *tables)
    for metric, ideal in {
        "excess_held_out_column_error": 0.0,
        "spread_ratio": 1.0,
    }.items():
        held = find(found, metric, "F × A")
        assert held.low <= ideal <= held.high, metric


def test_too_few_held_out_rows_are_a_reason_not_a_number(tables):
    training, held_out = tables
    sex, race = (np.array(held_out[name].to_list()) for name in ("sex", "race"))
    rare = np.flatnonzero((sex == "F") & (race == "B"))
    fewer = take_rows(held_out, np.setdiff1d(np.arange(len(held_out)), rare[7:]))
    found = measured(people(3, 900), training, fewer)
    for metric in ("held_out_column_error", "held_out_coverage", "group_dcr_ratio", "group_dcr_share"):
        held = find(found, metric, "F × B")
        assert held.status == "undefined"
        assert held.reason == "only 7 real held-out rows"
    assert find(found, "group_copy_share", "F × B").value == 0.0
    assert find(found, "group_copy_share", "F × B", "holdout").status == "undefined"
    assert find(found, "distinct_ratio", "F × B").status == "ok"


def test_a_group_without_training_rows_says_so(tables):
    """As a group that appears in the test set alone: rows may be drawn for it, nobody learned from it."""
    training, held_out = tables
    race = np.array(training["race"].to_list())
    found = measured(people(3, 900), take_rows(training, np.flatnonzero(race == "A")), held_out)
    for metric in ("held_out_column_error", "group_copy_share", "group_median_dcr", "held_out_coverage"):
        assert find(found, metric, "M × B").reason == "no real training row"


def test_few_drawn_rows_are_the_reason_where_they_are_few(tables):
    found = measured(people(3, 30), *tables)
    assert "drawn row" in find(found, "held_out_column_error", "F × B").reason
    assert find(found, "distinct_share", "F × B").status == "undefined"


def test_constant_columns_are_measured_like_others(tables):
    """No warning, no division by nothing."""
    flat = [
        frame_from_columns({**frame.to_native().to_pydict(), "weight": [1.0] * len(frame)})
        for frame in (people(3, 900), *tables)
    ]
    found = measured(*flat)
    assert find(found, "excess_held_out_column_error", "M × A").status == "ok"


def test_nothing_drawn_is_nothing_measured(tables):
    assert measured(take_rows(people(3, 10), np.arange(0)), *tables) == ()


def test_missing_columns_and_unknown_features_are_refused(tables):
    drawn = people(3, 50)
    with pytest.raises(TableError, match="weight"):
        measured(drawn.select(["sex", "race", "height", "hobby", "hired"]), *tables)
    with pytest.raises(SchemaError, match="hobby"):
        measured(drawn, *tables, sensitive_features=("hobby",))
    with pytest.raises(SchemaError, match="at least one"):
        measured(drawn, *tables, sensitive_features=())


def test_some_of_the_sensitive_features_can_be_asked_for(tables):
    found = measured(people(3, 300), *tables, sensitive_features=("race",))
    assert {one.sensitive_features for one in found} == {"race", "race × hired"}


def test_groups_beyond_the_most_are_counted_in_a_remark(tables):
    found = measured(people(3, 300), *tables, most_groups=1)
    assert len({(one.sensitive_features, one.group) for one in found}) == 3
    assert "10 smaller groups are not listed" in find(found, "group_rows").reason


def test_the_pool_holds_the_rare_cells_and_grows_until_there_is_enough(tables):
    training, held_out = tables
    cells = read_cells([training, people(3, 900), held_out], SCHEMA)
    pool = plan_scopes(cells, most_groups=40)[0][0]
    n_training = cells.counts[0]
    rare = np.flatnonzero(n_training < 100)
    assert set(rare) <= set(pool.cells)
    few = read_cells([people(1, 3000), people(3, 900), people(2, 3000)], SCHEMA)
    grown = plan_scopes(few, most_groups=40)[0][0]
    matched = few.counts.min(0)[list(grown.cells)]
    assert matched.sum() >= 50
    assert matched[:-1].sum() < 50 or few.counts[0][grown.cells[-1]] < 100
    assert grown.cells[0] == int(np.argmin(few.counts[0]))


def test_rare_outcomes_are_not_named_but_two_outcomes_are(tables):
    def with_outcomes(frame, rows):
        held = frame.to_native().to_pydict()
        outcome = list(held["hired"])
        for row, value in rows.items():
            outcome[row] = value
        return frame_from_columns({**held, "hired": outcome})

    training, held_out = tables
    secret = with_outcomes(training, {0: "astronaut", 1: "astronaut"})
    cells = read_cells([secret, people(3, 900), held_out], SCHEMA)
    assert "astronaut" not in cells.outcomes
    assert cells.outcomes[-1] == RARE_OUTCOME
    assert int((cells.codes[0] >= 0).sum()) == len(training)
    lone = [with_outcomes(frame, dict.fromkeys(range(len(frame)), "no")) for frame in (training, held_out)]
    lone[0] = with_outcomes(lone[0], {0: "yes"})
    assert read_cells([lone[0], people(3, 900), lone[1]], SCHEMA).outcomes == ("no", "yes")


def test_rows_without_group_or_outcome_are_left_out():
    frame = people(3, 40)
    held = frame.to_native().to_pydict()
    held["hired"] = [None, *held["hired"][1:]]
    cells = read_cells([frame_from_columns(held), frame, frame], SCHEMA)
    assert cells.codes[0][0] == -1
    assert cells.counts[0].sum() == 39


def test_draws_match_the_tables_in_every_cell(tables):
    training, held_out = tables
    drawn = people(3, 900)
    held = TruthTables.read(drawn, training, held_out, SCHEMA, sensitive_features=None, max_rows=60, seed=0)
    for scope in plan_scopes(held.cells, most_groups=40)[0]:
        for rows in held.matched_draws(scope):
            counts = [np.bincount(held.kept[table][rows[table]], minlength=8).tolist() for table in range(3)]
            assert counts[0] == counts[1] == counts[2]
            assert sum(counts[0]) <= 60
            assert all(len(set(one.tolist())) == len(one) for one in rows)


def test_a_cap_cuts_large_cells_first():
    assert _capped(np.array([3, 50, 80]), 43).tolist() == [3, 20, 20]
    assert _capped(np.array([3, 5]), 43).tolist() == [3, 5]
    assert _capped(np.array([], dtype=int), 43).tolist() == []


def test_the_confidence_of_the_settings_is_used(tables):
    wide = measured(people(3, 300), *tables, settings=MeasurementSettings(confidence=0.99))
    slim = measured(people(3, 300), *tables, settings=MeasurementSettings(confidence=0.8))
    for metric in ("spread_ratio", "group_dcr_share", "held_out_coverage"):
        a, b = find(wide, metric, "M × A"), find(slim, metric, "M × A")
        assert a.high - a.low > b.high - b.low
        assert (a.confidence, b.confidence) == (0.99, 0.8)


@pytest.mark.slow
def test_both_detectors_judge_the_pool():
    """The one of all groups, and one that learned from the pooled cells alone."""
    found = measured(people(3, 200), people(1, 200), people(2, 120), with_detection=True)
    both = [one.model for one in found if (one.metric, one.group) == ("held_out_detection_auroc", POOLED)]
    assert both == ["gradient_boosting", ALONE]
    few = find(found, "held_out_detection_auroc", "F × B × yes")
    assert (few.status, few.value) == ("undefined", None)
    assert few.reason.startswith("only ")


def test_drawn_rows_may_be_real_and_drawn_ones_together(tables):
    """A whole synthetic table is measured as added rows are."""
    training, held_out = tables
    mixed = concatenate([training, people(3, 600)])
    share = find(measured(mixed, training, held_out), "group_copy_share", "M × A").value
    assert 0.3 < share < 0.7
