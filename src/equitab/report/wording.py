"""How the page says things: numbers, intervals, names of treatments, and short sentences.

Numbers are rounded here and nowhere else; a value that does not exist is called undefined, never zero.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache
from typing import Literal

from equitab.evaluation.results import Measurement
from equitab.report.contents import MetricDescription

Gap = Literal["within", "outside", "open", "unknown"]

POOLED_GROUP = "(all others)"
UNDEFINED = "undefined"
NO_BREAK = "\u00a0"
"""A space at which no line breaks: an interval stays in one piece."""

_ABBREVIATIONS = frozenset({"auroc", "auprc", "dcr", "nndr", "mlp", "nc", "shap", "smote", "tpr", "fpr"})
_TREATMENTS = {
    "original": ("Original", "the original rows"),
    "augmented": ("Augmented", "real and synthetic rows"),
    "reweighed": ("Reweighed", "the original rows, reweighed"),
    "augmented_reweighed": ("Augmented + reweighed", "real and synthetic rows, reweighed"),
    "dr_fairness": ("Learned ratios", "real and generated rows in learned ratios"),
    "smote_nc": ("SMOTE-NC", "rows balanced by SMOTE-NC"),
    "random_oversampling": ("Random oversampling", "the original rows and random copies of them"),
    "random_undersampling": ("Random undersampling", "a part of the original rows, drawn at random"),
    "unguided": ("Unguided", "real rows and synthetic ones drawn without guidance"),
    "threshold_optimizer": ("Threshold optimizer", "the original rows, with a threshold optimizer on top"),
    "synthetic": ("Synthetic only", "synthetic rows only"),
    "constrained": ("Constrained", "synthetic rows drawn under the constraints"),
}
_OPERATING_POINTS = {
    "0.5": "threshold 0.5",
    "validation_balanced_accuracy": "threshold chosen on validation rows",
}
_STAGES = {
    "audit": "As found in the table",
    "test": "Judged on real test rows",
    "validation": "Judged on validation rows",
    "complexity": "How hard the table is to learn from",
}


def format_number(value: float | None) -> str:
    """Return a number with three decimals, fewer when it is large, or ``undefined``.

    Examples
    --------
    >>> format_number(-0.02149), format_number(16281.4), format_number(None)
    ('−0.021', '16,281', 'undefined')
    >>> format_number(0.0), format_number(-0.00003)
    ('0.000', '>−0.0001')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    size = abs(value)
    if 0 < size < 0.0001:
        return "<0.0001" if value > 0 else ">−0.0001"
    decimals = 4 if 0 < size < 0.001 else 3 if size < 10 else 1 if size < 1000 else 0
    return f"{value:,.{decimals}f}".replace("-", "−")


def format_share(value: float | None) -> str:
    """Return a share as a percentage with one decimal.

    Examples
    --------
    >>> format_share(0.3312)
    '33.1%'
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    return "<0.1%" if 0 < value < 0.001 else f"{100 * value:.1f}%"


def format_count(count: int) -> str:
    """Return a count with separators of thousands."""
    return f"{count:,}"


def format_interval(low: float | None, high: float | None) -> str:
    """Return ``[low, high]`` in one piece, or nothing when there is no interval.

    Examples
    --------
    >>> format_interval(-0.1, 0.02).replace(NO_BREAK, " ")
    '[−0.100, 0.020]'
    """
    return "" if low is None or high is None else f"[{format_number(low)},{NO_BREAK}{format_number(high)}]"


def format_value(measurement: Measurement) -> str:
    """Return a measurement's value and interval: ``0.120 [0.100, 0.150]``."""
    if measurement.status == UNDEFINED:
        return UNDEFINED
    interval = format_interval(measurement.low, measurement.high)
    return f"{format_number(measurement.value)} {interval}".strip()


def format_confidence(confidence: float | None) -> str:
    """Return ``95%``; nothing when there is no interval."""
    return "" if confidence is None else f"{100 * confidence:g}%"


@cache
def show_name(name: str, *, limit: int = 100) -> str:
    r"""Return a name fit for a sentence: no control signs, not endless, read in its own direction.

    Examples
    --------
    >>> show_name("work\nclass"), show_name("x" * 12, limit=8)
    ('work class', 'xxxxxxx…')
    """
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in name)
    text = " ".join(kept.split()) or "(empty)"
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    is_right_to_left = any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in text)
    return f"\u2068{text}\u2069" if is_right_to_left else text


def show_features(sensitive_features: str) -> str:
    """Return joined names of sensitive features with room around the sign: ``sex × race``."""
    names = [show_name(part) for part in sensitive_features.split("×")]
    return " × ".join(names) if sensitive_features else "everybody"


def title_features(sensitive_features: str) -> str:
    """Return a heading for what is measured by some sensitive features, or for everybody."""
    return f"By {show_features(sensitive_features)}" if sensitive_features else "Everybody"


def show_treatment(treatment: str) -> str:
    """Return the short title of a treatment."""
    return _TREATMENTS[treatment][0] if treatment in _TREATMENTS else sentence_case(treatment)


def show_training_rows(treatment: str) -> str:
    """Return what a model learned from, to follow *trained on*."""
    return _TREATMENTS[treatment][1] if treatment in _TREATMENTS else show_name(treatment)


def show_model(model: str) -> str:
    """Return a learner's name as a title."""
    return sentence_case(model) if model else "No model"


def show_operating_point(operating_point: str) -> str:
    """Return at which threshold a model decided; nothing where no threshold is involved."""
    if not operating_point:
        return ""
    return _OPERATING_POINTS.get(operating_point, f"operating point {show_name(operating_point)}")


def show_stage(stage: str) -> str:
    """Return a heading for the measurements of one stage."""
    return _STAGES.get(stage, sentence_case(stage) if stage else "Other measurements")


def sentence_case(name: str) -> str:
    """Return ``Gradient boosting`` for ``gradient_boosting``; abbreviations are written large.

    Examples
    --------
    >>> sentence_case("gradient_boosting"), sentence_case("auroc"), sentence_case("smote_nc")
    ('Gradient boosting', 'AUROC', 'SMOTE NC')
    """
    words = show_name(name.replace("_", " ")).split(" ")
    return upper_first(" ".join(word.upper() if word in _ABBREVIATIONS else word for word in words))


def upper_first(sentence: str) -> str:
    """Return a sentence as it begins a line."""
    return sentence[:1].upper() + sentence[1:]


def lower_first(title: str) -> str:
    """Return a title as it stands within a sentence; abbreviations stay as they are."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def show_groups(measurement: Measurement) -> str:
    """Return who is compared: ``Female compared with Male``."""
    if not (measurement.group and measurement.reference_group):
        return show_group(measurement)
    return f"{show_group(measurement)} compared with {show_name(measurement.reference_group)}"


def show_group(measurement: Measurement) -> str:
    """Return whom a measurement is about, without the group that they are compared with."""
    if not measurement.group:
        return "all groups" if measurement.sensitive_features else "everybody"
    return "all others together" if measurement.group == POOLED_GROUP else show_name(measurement.group)


def show_direction(description: MetricDescription) -> str:
    """Return which direction is good, in words."""
    if not description.meaning:
        return "not described"
    if description.direction == "ideal":
        return f"best at {description.ideal:g}" if description.ideal is not None else "see its meaning"
    words = {"higher": "higher is better", "lower": "lower is better", "none": "no good or bad direction"}
    return words[description.direction]


def show_range(description: MetricDescription) -> str:
    """Return the range of possible values, in words."""
    low, high = (
        None if end is None else f"{end:g}".replace("-", "−") for end in (description.low, description.high)
    )
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"from {low} up" if high is None else f"up to {high}"
    return f"{low} to {high}"


def judge_gap(measurement: Measurement, ideal: float, tolerance: float) -> Gap:
    """Return on which side of the gap that was asked for the whole interval lies.

    Examples
    --------
    >>> one = Measurement(metric="statistical_parity_difference", value=-0.02, low=-0.04, high=0.01)
    >>> judge_gap(one, 0.0, 0.05), judge_gap(one, 0.0, 0.03), judge_gap(one, 0.2, 0.03)
    ('within', 'open', 'outside')
    """
    if measurement.value is None or measurement.low is None or measurement.high is None:
        return "unknown"
    if ideal - tolerance <= measurement.low and measurement.high <= ideal + tolerance:
        return "within"
    if measurement.high < ideal - tolerance or measurement.low > ideal + tolerance:
        return "outside"
    return "open"
