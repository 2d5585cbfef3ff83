"""Measurements of several seeds taken together: their mean, and an interval for seeds and test rows alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from equitab.evaluation.results import Measurement

METHOD = "seeds_and_rows"


def average_over_seeds(measurements: Iterable[Measurement]) -> list[Measurement]:
    r"""Return one measurement for each metric, group, model, treatment, stage and operating point.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of any number of generator and model seeds.

    Returns
    -------
    list of Measurement
        In order of first appearance; a measurement that there is only one of comes back as it was. The others
        have no seeds, the mean as value, and an interval. Seeds at which a metric is undefined are left out
        and counted in the reason; with none left the mean is undefined.

    Notes
    -----
    Test rows are the same at every seed, so the spread over seeds alone (Student's *t* of the *m* values)
    would understate the doubt. With :math:`h` the mean half-width of the single intervals on that side,

    .. math:: \text{half-width} = \sqrt{\left(t_{m-1} \, s / \sqrt{m}\right)^2 + h^2} .

    Examples
    --------
    >>> pair = [Measurement(metric="accuracy", value=value, confidence=0.95, model_seed=seed)
    ...     for seed, value in enumerate([0.80, 0.82])]
    >>> mean = average_over_seeds(pair)[0]
    >>> round(mean.value, 3), round(mean.low, 3), mean.model_seed
    (0.81, 0.683, None)
    """
    groups: dict[tuple[Any, ...], list[Measurement]] = {}
    for held in measurements:
        groups.setdefault(_identity(held), []).append(held)
    return [_average(held) for held in groups.values()]


def _identity(held: Measurement) -> tuple[Any, ...]:
    return (
        held.metric,
        held.sensitive_features,
        held.group,
        held.reference_group,
        held.model,
        held.treatment,
        held.stage,
        held.operating_point,
    )


def _average(held: Sequence[Measurement]) -> Measurement:
    if len(held) == 1:
        return held[0]
    defined = [one for one in held if one.value is not None]
    first = defined[0] if defined else held[0]
    seedless = replace(first, generator_seed=None, model_seed=None, n=round(np.mean([one.n for one in held])))
    reason = "; ".join(dict.fromkeys(one.reason for one in held if one.reason))
    if not defined:
        return replace(seedless, reason=reason)
    if len(defined) < len(held):
        reason = f"undefined at {len(held) - len(defined)} of {len(held)} seeds; {reason}"
    values = np.array([one.value for one in defined], dtype=np.float64)
    low, high = _interval(defined, values)
    return replace(
        seedless,
        value=float(values.mean()),
        low=low,
        high=high,
        interval_method="" if low is None else METHOD,
        confidence=None if low is None else _confidence(defined),
        reason=reason,
    )


def _interval(defined: Sequence[Measurement], values: np.ndarray) -> tuple[float | None, float | None]:
    """Return the ends of the interval; none for a single defined seed or where no confidence is known."""
    confidence = _confidence(defined)
    if len(values) < 2 or confidence is None:
        return None, None
    from scipy.special import stdtrit

    quantile = float(stdtrit(len(values) - 1, (1 + confidence) / 2))
    between = quantile * float(values.std(ddof=1)) / np.sqrt(len(values))
    mean = float(values.mean())
    below = [one.value - one.low for one in defined if one.low is not None and one.value is not None]
    above = [one.high - one.value for one in defined if one.high is not None and one.value is not None]
    low = mean - float(np.hypot(between, np.mean(below) if below else 0.0))
    high = mean + float(np.hypot(between, np.mean(above) if above else 0.0))
    return low, high


def _confidence(defined: Sequence[Measurement]) -> float | None:
    return next((one.confidence for one in defined if one.confidence is not None), None)
