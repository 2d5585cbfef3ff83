from __future__ import annotations

import math

import numpy as np
import pytest

import equitab.metrics
from equitab.metrics import METRICS, definitions_with
from equitab.metrics.group_rates import GroupCounts
from equitab.metrics.intervals import resample_counts

COUNT_METRICS = definitions_with(from_counts=True)
RNG = np.random.default_rng(0)
ROWS = RNG.integers(20, 200, (3, 2, 2))


def tables_for(definition, rows):
    """Return the tables that a function of counts takes."""
    if definition.scope == "reference":
        return rows[1], rows[0]
    return (rows,) if definition.scope == "all_groups" else (rows[0],)


def replicates_for(definition, replicates):
    if definition.scope == "reference":
        return replicates[:, 1], replicates[:, 0]
    return (replicates,) if definition.scope == "all_groups" else (replicates[:, 0],)


@pytest.mark.parametrize("definition", METRICS.values(), ids=METRICS.keys())
def test_every_definition_is_complete_and_consistent(definition):
    assert METRICS[definition.name] is definition
    assert definition.title
    assert definition.formula
    assert not definition.formula.endswith(".")
    assert definition.lowest < definition.highest
    assert callable(getattr(equitab.metrics, definition.computed_by))
    assert definition.ideal is None or definition.lowest <= definition.ideal <= definition.highest
    assert {"zero": 0.0, "one": 1.0, "half": 0.5}.get(
        definition.direction, definition.ideal
    ) == definition.ideal
    assert definition.needs_reference == (definition.scope == "reference")


@pytest.mark.parametrize("definition", COUNT_METRICS, ids=lambda definition: definition.name)
def test_every_function_of_counts_keeps_its_range(definition):
    values = [definition.compute(*tables_for(definition, RNG.integers(0, 9, (3, 2, 2)))) for _ in range(50)]
    defined = np.array([float(value) for value in values if np.isfinite(value)])
    assert defined.size > 0
    assert defined.min() >= definition.lowest
    assert defined.max() <= definition.highest


@pytest.mark.parametrize("definition", COUNT_METRICS, ids=lambda definition: definition.name)
def test_every_function_of_counts_takes_replicates_at_once(definition):
    stacked = RNG.integers(1, 9, (7, 3, 2, 2))
    together = definition.compute(*replicates_for(definition, stacked))
    assert together.shape == (7,)
    alone = [float(definition.compute(*tables_for(definition, rows))) for rows in stacked]
    assert together.tolist() == pytest.approx(alone)


@pytest.mark.parametrize("definition", COUNT_METRICS, ids=lambda definition: definition.name)
def test_every_function_of_counts_ignores_the_size_of_the_table(definition):
    value = float(definition.compute(*tables_for(definition, ROWS)))
    assert float(definition.compute(*tables_for(definition, 10 * ROWS))) == pytest.approx(value)


@pytest.mark.parametrize("definition", COUNT_METRICS, ids=lambda definition: definition.name)
def test_every_function_of_counts_is_nan_without_rows_and_warns_nobody(definition):
    assert math.isnan(float(definition.compute(*tables_for(definition, np.zeros((3, 2, 2))))))


@pytest.mark.parametrize("definition", COUNT_METRICS, ids=lambda definition: definition.name)
def test_every_bootstrap_interval_holds_its_value_and_narrows_with_more_rows(definition):
    widths = []
    for size in (1, 100):
        rows = ROWS * size
        counts = GroupCounts(rows, rows.astype(float), rows.astype(float), is_weighted=False)
        replicates = resample_counts(counts, n_replicates=400, seed=0)
        value = float(definition.compute(*tables_for(definition, rows)))
        interval = definition.bootstrap(value, *replicates_for(definition, replicates), confidence=0.9)
        assert interval.low <= value <= interval.high
        widths.append(interval.high - interval.low)
    assert widths[1] < 0.3 * widths[0]


def test_definitions_can_be_picked_by_kind():
    assert {d.name for d in definitions_with(scope="reference")} >= {"disparate_impact"}
    assert {d.family for d in definitions_with(family="privacy")} == {"privacy"}
    assert not definitions_with(family="privacy", from_counts=True)


def test_the_list_can_not_be_changed():
    with pytest.raises(TypeError):
        METRICS["new"] = METRICS["auroc"]


def test_public_names_are_sorted_and_exist():
    names = equitab.metrics.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(equitab.metrics, name) for name in names)
