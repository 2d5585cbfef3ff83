"""Looking at a table before anything is changed: groups, gaps, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from equitab.dataframe import Frame
from equitab.evaluation import MeasurementSettings, measure_complexity, measure_labels, measure_predictions
from equitab.evaluation.results import Measurement
from equitab.metrics.definitions import METRICS
from equitab.pipeline.group_table import group_rows
from equitab.pipeline.prediction_column import with_readable_predictions
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_overlap import overlap_remarks
from equitab.pipeline.table_source import open_table
from equitab.report import GroupRow
from equitab.schema import TableSchema, validate_table, value_name

NETWORK_ROWS = 1_000
"""Rows of the network of near rows: so few that an audit stays quick."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found in a table.

    Attributes
    ----------
    name : str
        The table.
    n_rows : int
    schema : TableSchema
    prediction : str or None
        The column of predictions that was judged; None when labels were.
    groups : tuple of GroupRow
    measurements : tuple of Measurement
        Of fairness, and of labels also how hard the table is to learn from (stage ``complexity``).
    findings : tuple of str
        What is worth knowing: tiny groups, duplicates, columns that give the target away.
    guesses : tuple of str
        What was guessed about the table.
    """

    name: str
    n_rows: int
    schema: TableSchema
    prediction: str | None
    groups: tuple[GroupRow, ...]
    measurements: tuple[Measurement, ...]
    findings: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()

    @property
    def fairness_metrics(self) -> frozenset[str]:
        """The metrics that compare groups, as against those that describe one."""
        return frozenset(name for name, held in METRICS.items() if held.family == "group_fairness")

    @property
    def favorable(self) -> str:
        """The favorable outcome in words: ``income = >50K``."""
        return favorable_words(self.schema)

    @property
    def summary(self) -> str:
        """One sentence: the table, its rows, the outcome, who is compared."""
        compared = ", ".join(self.schema.sensitive_names) or "nobody"
        return f"{self.name}: {self.n_rows:,} rows. Favorable: {self.favorable}. Compared: {compared}."

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "table": self.name,
            "rows": self.n_rows,
            "prediction": self.prediction,
            "schema": self.schema.to_dict(),
            "groups": [asdict(row) for row in self.groups],
            "measurements": [asdict(held) for held in self.measurements],
            "findings": list(self.findings),
            "guesses": list(self.guesses),
        }


def audit(
    table: Any,
    schema: SchemaSource = None,
    *,
    prediction: str | None = None,
    test: Any = None,
    seed: int = 0,
) -> Audit:
    """Say how unfair and how unbalanced a table is, or how unfair somebody's predictions are.

    Parameters
    ----------
    table : table or location
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    prediction : str, optional
        A column of predictions to judge in place of the labels: values of the target, or true and false (1 and
        0) for favorable and not.
    test : table or location, optional
        Held-out rows of the same columns: it is counted how many repeat a row of the table.
    seed : int, default 0
        Of the bootstrap intervals.

    Returns
    -------
    Audit

    Raises
    ------
    TableError, SchemaError
        Everything that is wrong with the table or with what was said about it.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["F", "M"] * 60, "hired": ["no", "yes", "yes"] * 40})
    >>> audit(people, {"target": "hired", "sensitive_features": ["sex"]}).groups[0].group
    'F'
    """
    opened = open_table(table)
    keys = _with_prediction_ignored(schema, prediction, opened.frame)
    resolved = resolve_schema(opened.frame, keys)
    findings = tuple(str(finding) for finding in validate_table(opened.frame, resolved))
    settings = MeasurementSettings(seed=seed)
    reading: tuple[str, ...] = ()
    if prediction is None:
        measured = measure_labels(opened.frame, resolved, settings=settings)
        measured = [*measured, *_complexity(opened.frame, resolved, seed)]
    else:
        judged, reading = with_readable_predictions(opened.frame, resolved, prediction)
        measured = measure_predictions(judged, resolved, prediction=prediction, settings=settings)
    overlap = () if test is None else overlap_remarks(opened.frame, open_table(test).frame, resolved)
    return Audit(
        name=opened.name,
        n_rows=len(opened.frame),
        schema=resolved,
        prediction=prediction,
        groups=group_rows(opened.frame, resolved),
        measurements=tuple(measured),
        findings=(*opened.notes, *findings, *overlap),
        guesses=(*resolved.notes, *reading),
    )


def _complexity(frame: Frame, schema: TableSchema, seed: int) -> tuple[Measurement, ...]:
    """Return how hard a table is to learn from, where there is a column to learn from."""
    if set(schema.modeled_columns) <= {schema.target}:
        return ()
    return measure_complexity(frame, schema, treatment="", max_rows=NETWORK_ROWS, seed=seed)


def favorable_words(schema: TableSchema) -> str:
    """Return the favorable outcome in words.

    Examples
    --------
    >>> from equitab.datasets import adult_schema
    >>> favorable_words(adult_schema())
    'income = >50K'
    """
    if schema.favorable_threshold is not None:
        return f"{schema.target} {schema.favorable_threshold}"
    return f"{schema.target} = " + " or ".join(value_name(value) for value in schema.favorable_outcome)


def _with_prediction_ignored(schema: SchemaSource, prediction: str | None, frame: Frame) -> SchemaSource:
    """Keep a column of predictions out of the features, where keys leave that open."""
    if prediction is None or isinstance(schema, TableSchema) or prediction not in frame.columns:
        return schema
    from equitab.pipeline.schema_choice import read_schema_keys

    keys = dict(schema) if isinstance(schema, dict) else read_schema_keys(schema) if schema else {}  # type: ignore[arg-type]
    ignored: Sequence[str] = keys.get("ignore") or ()
    return keys if prediction in ignored else {**keys, "ignore": [*ignored, prediction]}
