"""Probabilities of a choice's classes from trees that did not see the row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitab.generators.autoregressive.boosting import (
    BoostingSettings,
    Codes,
    Floats,
    fit_choice,
)

SETTINGS = BoostingSettings()


def out_of_fold(
    context: Floats,
    codes: Codes,
    n_classes: int,
    *,
    categorical: tuple[int, ...] = (),
    is_ordered: bool = False,
    weights: Floats | None = None,
    settings: BoostingSettings = SETTINGS,
    deadline: float | None = None,
    seed: int,
) -> Floats:
    """Return the probabilities of the classes, each row's from trees of the other folds, shape (n_rows, n_classes).

    Parameters
    ----------
    context, codes, n_classes, categorical, is_ordered, weights
        As for `fit_choice`.
    settings : BoostingSettings
        Quick ones will do; `n_folds` is how many folds there are.
    deadline : float, optional
        On the clock of `time.monotonic`.
    seed : int
        Of the folds and of the trees.
    """
    fold = np.random.default_rng([seed, 11]).permutation(len(codes)) % settings.n_folds
    found = np.zeros((len(codes), n_classes), dtype=np.float32)
    for one in range(settings.n_folds):
        others, own = fold != one, fold == one
        if not own.any():
            continue
        model = fit_choice(
            context[others],
            codes[others],
            n_classes,
            categorical=categorical,
            is_ordered=is_ordered,
            weights=None if weights is None else weights[others],
            settings=replace(settings, n_folds=2),
            deadline=deadline,
            seed=seed + one,
        )
        found[own] = model.probabilities(context[own])
    return found
