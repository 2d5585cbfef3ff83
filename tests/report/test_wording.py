from __future__ import annotations

import math

import pytest

from equitab.evaluation.results import Measurement
from equitab.report import MetricDescription, wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (-0.0215, "−0.021"),
        (0.0, "0.000"),
        (0.00042, "0.0004"),
        (0.00001, "<0.0001"),
        (-0.00001, ">−0.0001"),
        (12.345, "12.3"),
        (16281.0, "16,281"),
        (None, "undefined"),
        (math.nan, "undefined"),
        (math.inf, "undefined"),
    ],
)
def test_a_number_is_rounded_and_a_missing_one_is_never_zero(value: float | None, text: str) -> None:
    assert wording.format_number(value) == text


def test_an_interval_stays_in_one_piece() -> None:
    assert " " not in wording.format_interval(0.1, 0.15)
    assert wording.format_interval(0.1, 0.15).replace(wording.NO_BREAK, " ") == "[0.100, 0.150]"


def test_a_value_without_interval_has_no_brackets() -> None:
    assert wording.format_value(Measurement(metric="m", value=0.5)) == "0.500"


def test_a_measurement_marked_undefined_is_undefined_even_if_somebody_left_a_value() -> None:
    assert (
        wording.format_value(Measurement(metric="m", value=0.0, status="undefined", reason="no rows"))
        == "undefined"
    )


def test_a_positive_share_is_never_written_as_nothing() -> None:
    assert wording.format_share(4 / 32561) == "<0.1%"
    assert wording.format_share(0.0) == "0.0%"


def test_a_right_to_left_name_is_isolated_and_direction_overrides_are_removed() -> None:
    assert wording.show_name("נקבה") == "\u2068נקבה\u2069"
    assert "\u202e" not in wording.show_name("abc\u202edef")


def test_a_name_of_nothing_but_control_signs_is_called_empty() -> None:
    assert wording.show_name("\x00\x07") == "(empty)"


@pytest.mark.parametrize(
    ("low", "high", "gap"),
    [(-0.04, 0.05, "within"), (-0.06, 0.0, "open"), (-0.2, -0.06, "outside"), (0.06, 0.2, "outside")],
)
def test_the_gap_is_judged_by_the_whole_interval(low: float, high: float, gap: str) -> None:
    one = Measurement(metric="m", value=(low + high) / 2, low=low, high=high)
    assert wording.judge_gap(one, 0.0, 0.05) == gap


def test_a_gap_without_an_interval_is_unknown() -> None:
    assert wording.judge_gap(Measurement(metric="m", value=0.0), 0.0, 0.05) == "unknown"


def test_who_is_compared_is_said_in_words() -> None:
    def show(**fields: str) -> str:
        return wording.show_groups(Measurement(metric="m", value=0.0, **fields))

    assert show(group="Female", reference_group="Male") == "Female compared with Male"
    assert show(group="(all others)", reference_group="White") == "all others together compared with White"
    assert show(group="Female") == "Female"
    assert show(sensitive_features="sex") == "all groups"
    assert show() == "everybody"


def test_abbreviations_keep_their_capitals_within_a_sentence() -> None:
    assert wording.lower_first("AUROC") == "AUROC"
    assert wording.lower_first("Balanced accuracy") == "balanced accuracy"


def test_directions_and_ranges_are_words() -> None:
    one = MetricDescription(name="di", title="DI", meaning="A ratio.", direction="ideal", ideal=1, low=0)
    assert wording.show_direction(one) == "best at 1"
    assert wording.show_range(one) == "from 0 up"
    unknown = MetricDescription(name="x", title="X", meaning="", direction="none")
    assert wording.show_range(unknown) == ""
    assert wording.show_direction(unknown) == "not described"
