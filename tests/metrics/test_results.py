from __future__ import annotations

import dataclasses

import pytest

from equitab.metrics.results import MetricResult


def test_an_undefined_result_has_a_reason_and_nothing_else():
    result = MetricResult.undefined("accuracy", reason="no rows", n=0, group="f")
    assert (result.value, result.low, result.high, result.confidence) == (None, None, None, None)
    assert (result.status, result.reason, result.group) == ("undefined", "no rows", "f")


@pytest.mark.parametrize(
    "fields",
    [
        {"value": None},
        {"value": float("nan")},
        {"value": float("inf")},
        {"status": "undefined"},
        {"value": None, "status": "undefined"},
        {"low": None},
        {"interval_method": "none"},
    ],
)
def test_results_that_contradict_themselves_can_not_be_made(fields):
    whole = MetricResult("accuracy", 0.5, 0.4, 0.6, 0.95, "wilson", 10)
    with pytest.raises(AssertionError):
        dataclasses.replace(whole, **fields)


def test_a_result_can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MetricResult.undefined("accuracy", reason="no rows", n=0).value = 0.0
