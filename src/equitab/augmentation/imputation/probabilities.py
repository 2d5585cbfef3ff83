"""Cells filled from the probabilities that a generator tells: exact, and cheaper than many draws.

Where one cell of a row is all that is unknown, some generators say how likely each of its values is. A category is
then drawn from these probabilities or is the most likely one, and the mean of a number needs no draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation.imputation.guesses import Guess, decimals_of
from equitab.augmentation.imputation.patterns import missing_tokens_of
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.errors import InputError
from equitab.generators import Generator
from equitab.schema import TableSchema, numbers, value_name

FloatArray = npt.NDArray[np.float64]


def values_by_probability(
    generator: Generator,
    given: Frame,
    name: str,
    schema: TableSchema,
    *,
    guess: Guess | None,
    observed: Frame,
    seed: int,
) -> Frame | None:
    """Return values of one column for rows of which everything else is known.

    Parameters
    ----------
    generator : Generator
    given : Frame
    name : str
    schema : TableSchema
    guess : {"mean", "median", "mode"} or None
        None for a draw.
    observed : Frame
        Its numbers say how many decimals a mean has.
    seed : int
        Of the draws.

    Returns
    -------
    Frame or None
        None where this is not how to do it: the generator tells no probabilities or refuses a value, something else
        of the rows is unknown too, or what is asked for is a draw, a median or a mode of a number.
    """
    others = [other for other in generator.schema_.modeled_columns if other != name]
    if not hasattr(generator, "probabilities") or not set(others) <= set(given.columns):
        return None
    is_category = schema.column(name).kind in {"categorical", "boolean"}
    if not is_category and guess != "mean":
        return None
    try:
        told = generator.probabilities(given.to_native(), name)
    except InputError:
        return None  # the values that it does not know are found, counted and left out when it is asked for draws
    tokens = missing_tokens_of(schema, name)
    places = [place for place, value in enumerate(told.values) if _is_present(value, tokens)]
    shares = np.asarray(told.shares, dtype=np.float64)[:, places]
    total = shares.sum(axis=1)
    if not places or not (total > 0).all():
        return None
    values = [told.values[place] for place in places]
    if is_category:
        return take_rows(frame_from_columns({name: values}), _chosen(shares / total[:, None], guess, seed))
    return _means(values, shares / total[:, None], name, schema, observed)


def _chosen(shares: FloatArray, guess: Guess | None, seed: int) -> npt.NDArray[np.int64]:
    if guess is not None:
        return np.asarray(shares.argmax(axis=1), dtype=np.int64)
    bounds = np.cumsum(shares, axis=1)
    uniform = np.random.default_rng(seed).random(len(shares)) * bounds[:, -1]
    drawn = (bounds <= uniform[:, None]).sum(axis=1)
    return np.minimum(drawn, shares.shape[1] - 1)


def _means(
    values: list[Any], shares: FloatArray, name: str, schema: TableSchema, observed: Frame
) -> Frame | None:
    """Return the means of numbers that are told as intervals; None for dates and for numbers held as text."""
    if not all(isinstance(end, int | float) for pair in values for end in pair):
        return None
    mean = shares @ np.array([(low + high) / 2 for low, high in values], dtype=np.float64)
    tokens = missing_tokens_of(schema, name)
    decimals = decimals_of(numbers(observed, schema.column(name), missing_tokens=tokens))
    return frame_from_columns({name: mean if decimals is None else np.round(mean, decimals)})


def _is_present(value: Any, tokens: tuple[str, ...]) -> bool:
    """Return whether a value is one: an interval of numbers, or a category that does not stand for missing."""
    if isinstance(value, tuple):
        return True
    return value is not None and value_name(value).strip() not in tokens
