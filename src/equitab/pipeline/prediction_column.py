"""A column of yes-or-no predictions, read as values of the target."""

from __future__ import annotations

from equitab.dataframe import Frame, frame_from_columns
from equitab.schema import TableSchema, codes_of, labels, value_name

_YES, _NO = ("True", "1"), ("False", "0")


def with_readable_predictions(
    frame: Frame, schema: TableSchema, prediction: str
) -> tuple[Frame, tuple[str, ...]]:
    """Return a table whose predictions are values of the target, and what was read into them.

    Models of other people often say true or 1 where they predict the favorable outcome, whatever the target
    holds. Such a column is rewritten; any other one, and one that is absent, comes back as it was.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    prediction : str
        The column of predictions.

    Returns
    -------
    Frame, tuple of str

    Examples
    --------
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("hired", "categorical"),), "hired", favorable_outcome=("yes",))
    >>> people = frame_from_columns({"hired": ["yes", "no"], "guess": [1, 0]})
    >>> with_readable_predictions(people, schema, "guess")[0]["guess"].to_list()
    ['yes', 'no']
    """
    if prediction not in frame.columns:
        return frame, ()
    said = labels(frame, prediction, missing_tokens=schema.missing_tokens).names
    known = labels(frame, schema.target, missing_tokens=schema.missing_tokens).names
    if not said or not set(said) <= {*_YES, *_NO} or set(said) <= set(known):
        return frame, ()
    codes = codes_of(frame, prediction, (*_YES, *_NO), missing_tokens=schema.missing_tokens)
    good, other = _two_outcomes(schema, known)
    values = [None if code < 0 else good if code < len(_YES) else other for code in codes.tolist()]
    columns = {name: frame.to_native()[name] for name in frame.columns}
    note = f"Predictions in {prediction!r}: {said[-1]!r} is read as favorable."
    return frame_from_columns({**columns, prediction: values}), (note,)


def _two_outcomes(schema: TableSchema, known: tuple[str, ...]) -> tuple[str | float, str | float]:
    """Return a favorable value of the target and another one."""
    if schema.favorable_threshold is not None:
        bound, upward = schema.favorable_threshold.bound, schema.favorable_threshold.sign.startswith(">")
        step = 1.0 if upward else -1.0
        return bound + step, bound - step
    good = {value_name(value) for value in schema.favorable_outcome}
    return next(name for name in known if name in good), next(name for name in known if name not in good)
