"""What a reader of a choice must know before anything else."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from equitab.metrics.intervals import percentile_interval
from equitab.search.attempts import OVER
from equitab.search.candidates import Choice

Floats = npt.NDArray[np.float64]


def remarks_of(
    choice: Choice, gain: Floats, *, n_settings: int, n_cut: int, said: Iterable[str]
) -> tuple[str, ...]:
    """Return remarks: what the score is worth, what was left out, what models said.

    Parameters
    ----------
    choice : Choice
    gain : ndarray of float, shape (1 + n_replicates,)
        Over the baseline, turned so that more is better; the estimate first.
    n_settings : int
        Settings that were to be tried.
    n_cut : int
        Of these, settings whose learning the budget cut short.
    said : iterable of str
        Remarks of downstream models.
    """
    remarks = [_optimism(choice), _beside_baseline(choice, gain), _rule_words(choice)]
    if n_settings < choice.n_grid:
        remarks.append(f"{n_settings} of the {choice.n_grid:,} settings of the grid were drawn by the seed")
    n_over = sum(held.reason == OVER for held in choice.untried)
    n_failed = len(choice.untried) - n_over
    if n_over:
        remarks.append(f"the budget was used up: {n_over} parts of the grid were not tried (see untried)")
    if n_failed:
        remarks.append(f"{n_failed} parts of the grid failed (see untried)")
    if n_cut:
        remarks.append(
            f"the budget cut the learning of {n_cut} settings short: they may do better with more time, and the "
            "search does not repeat to the row"
        )
    return tuple(dict.fromkeys([*remarks, *said]))


def _optimism(choice: Choice) -> str:
    return (
        f"the validation score of the chosen candidate is the best of {len(choice.candidates)} or close to it, and "
        "therefore too high: it chose, and is no result; judge the generator on rows that took no part"
    )


def _beside_baseline(choice: Choice, gain: Floats) -> str:
    interval = percentile_interval(float(gain[0]), gain[1:]) if math.isfinite(gain[0]) else None
    if interval is None or interval.low is None or interval.high is None:
        return "against the model without added rows nothing can be said: a score is undefined"
    words = f"{choice.metric} {gain[0]:+.4f} ({interval.low:+.4f} to {interval.high:+.4f})"
    if gain[0] <= 0:
        return f"no gain over the model without added rows: {words}, although it was chosen on these rows"
    doubt = "; even so it may be nothing" if interval.low <= 0 else ""
    return f"better than without added rows: {words} on the rows that chose{doubt}"


def _rule_words(choice: Choice) -> str:
    if choice.rule == "best":
        return "chosen: the best score"
    return (
        "chosen: of all candidates within one standard error of the best, the smallest guidance weight, then the "
        "earliest training step, then the first setting of the grid"
    )
