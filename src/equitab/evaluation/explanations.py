"""What a model's scores rest on: SHAP values of real rows, summed up for sensitive features and all other columns.

Only sums and means leave this module: how much a column counts, and for every group the mean and, where forty
people are there, the middle half. No value of a single person does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import InputError, MissingExtraError
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS, Comparison, plan_comparisons
from equitab.evaluation.explained_rows import ExplainedRows, explain_rows
from equitab.evaluation.fairness import Subject
from equitab.evaluation.model import FittedModel
from equitab.evaluation.results import CurvePoint, Measurement, Stage
from equitab.metrics import MetricResult, attribution_differences, importance_metrics
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STAGE: Stage = "explanation"
IMPORTANCE, LEVELS = "shap_importance", "shap_levels"
"""Kinds of figures."""
MAX_ROWS, MAX_BACKGROUND = 400, 100
FEW_ROWS = 30
"""So many rows of every group are explained, where there are that many."""
MIN_QUARTILE_ROWS = 4 * MIN_NAMED_RECORDS
"""Quartiles of fewer people would lie among fewer than ten on either side."""
_METRICS = ("shap_importance", "shap_importance_share")


def explain_model(
    model: FittedModel,
    frame: Any,
    schema: TableSchema,
    *,
    background: Any,
    features: Sequence[str] | None = None,
    comparisons: tuple[Comparison, ...] | None = None,
    max_rows: int = MAX_ROWS,
    treatment: str = "",
    generator_seed: int | None = None,
    seed: int,
) -> tuple[tuple[Measurement, ...], tuple[CurvePoint, ...]]:
    """Say what a model's scores of real rows rest on, and how far sensitive features move those of each group.

    Parameters
    ----------
    model : FittedModel
    frame : Frame or any supported table
        Real rows that the model never saw.
    schema : TableSchema
    background : Frame or any supported table
        Real training rows; a hundred are drawn. Take the same for all models that are to be compared.
    features : sequence of str, optional
        Columns that are measured; the sensitive features, one by one and all together, when not given.
    comparisons : tuple of Comparison, optional
        Whose groups are compared; those of `frame` when not given.
    max_rows : int, default 400
        Rows that are drawn for how much columns count; further ones are drawn for groups with fewer than 30 of them.
    treatment : str
        Which table the model learned from.
    generator_seed : int, optional
        Of the generator that made that table.
    seed : int
        Of the draws: the same rows for every model.

    Returns
    -------
    measurements : tuple of Measurement
        Stage ``explanation``: ``shap_importance`` and ``shap_importance_share`` of every feature, of all sensitive
        ones together too, and ``shap_mean_difference`` of every group with at least ten people, less that of the
        reference group (the largest group, where the schema names none). The remark names the unit. Undefined, with
        the reason, where the model cannot be explained.
    points : tuple of CurvePoint
        Figure ``shap_importance/<model>``: x is a column, y what it counts, the series is the treatment. Figure
        ``shap_levels/<sensitive>/<model>``, series ``<treatment>|<group>``: x is ``mean`` or ``quartiles``, the
        latter with `low` and `high` and only where forty people are there; series ``<treatment>|``: x is ``left
        out``, y how many groups are, for having fewer than ten people.

    Raises
    ------
    TableError
        If columns are missing.

    Notes
    -----
    SHAP values are interventional: the score of a person with some columns taken from somebody of the
    background. Those of a linear model and of trees are exact, others are sampled; see
    `equitab.evaluation.explained_rows`. Everybody counts once: survey weights play no part.

    References
    ----------
    Lundberg, Lee (2017), A unified approach to interpreting model predictions.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.evaluation import fit_model, learner
    >>> from equitab.schema import Column, SensitiveFeature
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")), "y",
    ...     favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex", "M"),),
    ... )
    >>> table = frame_from_columns({"sex": ["F", "M"] * 40, "y": [False, True, True, True] * 20})
    >>> model = fit_model(table, learner("logistic_regression"), schema=schema, seed=0)
    >>> measured, _ = explain_model(model, table, schema, background=table, seed=0)
    >>> [(one.metric, one.group, round(one.value, 1)) for one in measured]
    [('shap_importance', '', 1.5), ('shap_importance_share', '', 1.0), ('shap_mean_difference', 'F', -3.1)]
    """
    rows = as_frame(frame)
    planned = plan_comparisons(rows, schema) if comparisons is None else comparisons
    chosen = _Chosen.draw(rows, schema, _plain(planned, features), max_rows, seed)
    questions = _questions(chosen.comparisons, features)
    subject = Subject(
        model=model.learner.name,
        treatment=treatment,
        stage=STAGE,
        generator_seed=generator_seed,
        model_seed=None if generator_seed is None else model.seed,
    )
    try:
        held = explain_rows(model, chosen.frame, background=_some(as_frame(background), seed), seed=seed)
    except InputError:
        raise
    except (MissingExtraError, AttributeError, NotImplementedError, RuntimeError, ValueError) as error:
        reason = (
            str(error) if isinstance(error, MissingExtraError) else f"no SHAP values: {type(error).__name__}"
        )
        return tuple(_unexplained(subject, questions, reason, chosen.n_drawn)), ()
    explained = _Explained(held, chosen, subject, seed)
    return tuple(explained.measurements(questions)), tuple(explained.points())


def _plain(comparisons: Sequence[Comparison], features: Sequence[str] | None) -> tuple[Comparison, ...]:
    """Return the comparisons of everybody that are asked for."""
    kept = [one for one in comparisons if not one.control_feature]
    wanted = None if features is None else set(features)
    return tuple(one for one in kept if wanted is None or set(one.groups.features) <= wanted)


def _questions(
    comparisons: Sequence[Comparison], features: Sequence[str] | None
) -> dict[str, tuple[str, ...]]:
    """Return the columns that each measurement is about, by its name."""
    named = {one.name: one.groups.features for one in comparisons}
    return named if features is None else {**{name: (name,) for name in features}, **named}


def _some(frame: Frame, seed: int) -> Frame:
    """Return rows of the background: few enough, always the same."""
    if len(frame) <= MAX_BACKGROUND:
        return frame
    draw = np.random.default_rng([seed, 3])
    return take_rows(frame, np.sort(draw.choice(len(frame), MAX_BACKGROUND, replace=False)))


def _unexplained(
    subject: Subject, questions: dict[str, tuple[str, ...]], reason: str, n_rows: int
) -> Iterator[Measurement]:
    for name in questions:
        for metric in _METRICS:
            result = MetricResult.undefined(metric, reason=reason, n=n_rows)
            yield subject.measurement(result, sensitive_features=name)


@dataclass(frozen=True, eq=False)
class _Chosen:
    """The rows that are explained: those drawn from all come first, those for small groups after them."""

    frame: Frame
    n_drawn: int
    comparisons: tuple[Comparison, ...]
    codes: tuple[IntArray, ...]

    @classmethod
    def draw(
        cls, frame: Frame, schema: TableSchema, comparisons: tuple[Comparison, ...], max_rows: int, seed: int
    ) -> _Chosen:
        order = np.random.default_rng([seed, 4]).permutation(len(frame))
        drawn, later = order[:max_rows], order[max_rows:]
        codes = [held.codes(frame, schema) for held in comparisons]
        more: list[int] = []
        for held, comparison in zip(codes, comparisons, strict=True):
            taken = np.concatenate([drawn, np.array(more, dtype=np.int64)])
            counts = np.bincount(held[taken][held[taken] >= 0], minlength=len(comparison.groups.labels))
            for code in np.flatnonzero(counts < FEW_ROWS):
                more += _next_of(held, int(code), later, more, FEW_ROWS - int(counts[code]))
        positions = np.concatenate([drawn, np.array(more[: max_rows // 2], dtype=np.int64)])
        kept = tuple(held[positions] for held in codes)
        return cls(take_rows(frame, positions), len(drawn), comparisons, kept)


def _next_of(codes: IntArray, code: int, order: IntArray, taken: list[int], n_rows: int) -> list[int]:
    """Return the next rows of a group that are not taken yet."""
    inside = order[codes[order] == code]
    return [int(place) for place in inside[~np.isin(inside, taken)][:n_rows]]


@dataclass(frozen=True, eq=False)
class _Explained:
    """SHAP values of the chosen rows, and what is said about them."""

    held: ExplainedRows
    chosen: _Chosen
    subject: Subject
    seed: int

    def measurements(self, questions: dict[str, tuple[str, ...]]) -> Iterator[Measurement]:
        by_name = dict(zip((one.name for one in self.chosen.comparisons), self.chosen.codes, strict=True))
        known = {one.name: one for one in self.chosen.comparisons}
        for name, columns in questions.items():
            for result in self._importance(columns):
                yield self._measurement(result, name, columns)
            if name in known:
                for result in self._differences(known[name], by_name[name]):
                    yield self._measurement(result, name, columns)

    def points(self) -> Iterator[CurvePoint]:
        for column in self.held.columns:
            found = self._importance((column,))[0]
            if found.value is not None:
                yield CurvePoint(
                    figure=f"{IMPORTANCE}/{self.subject.model}",
                    series=self.subject.treatment,
                    x=column,
                    y=found.value,
                    low=found.low,
                    high=found.high,
                    n=found.n,
                )
        for comparison, codes in zip(self.chosen.comparisons, self.chosen.codes, strict=True):
            yield from self._levels(comparison, codes)

    def _measurement(self, result: MetricResult, name: str, columns: tuple[str, ...]) -> Measurement:
        said = [result.reason, self.held.unit]
        if self.held.is_sampled:
            said.append("sampled, so that sizes are a little too large")
        unseen = [column for column in columns if column not in self.held.columns]
        if unseen:
            said.append(f"not among the model's features: {', '.join(unseen)}")
        found = self.subject.measurement(result, sensitive_features=name)
        return replace(found, reason="; ".join(part for part in said if part))

    def _importance(self, columns: tuple[str, ...]) -> list[MetricResult]:
        n_rows = min(self.chosen.n_drawn, len(self.held.values))
        places = [self.held.columns.index(name) for name in columns if name in self.held.columns]
        return importance_metrics(self.held.values[:n_rows], places, seed=self.seed)

    def _differences(self, comparison: Comparison, codes: IntArray) -> list[MetricResult]:
        values, codes = self._of(comparison, codes)
        labels = comparison.groups.labels
        counts = np.bincount(codes[codes >= 0], minlength=len(labels))
        reference = int(counts.argmax()) if comparison.reference is None else comparison.reference
        return attribution_differences(
            values,
            codes,
            group_labels=labels,
            reference=reference,
            min_group_size=MIN_NAMED_RECORDS,
            seed=self.seed,
        )

    def _levels(self, comparison: Comparison, codes: IntArray) -> Iterator[CurvePoint]:
        figure = f"{LEVELS}/{comparison.name}/{self.subject.model}"
        values, codes = self._of(comparison, codes)
        n_left_out = 0
        for code, label in enumerate(comparison.groups.labels):
            held = values[codes == code]
            if held.size < MIN_NAMED_RECORDS:
                n_left_out += 1
                continue
            series = f"{self.subject.treatment}|{label}"
            yield CurvePoint(figure=figure, series=series, x="mean", y=float(held.mean()), n=int(held.size))
            if held.size >= MIN_QUARTILE_ROWS:
                low, middle, high = (float(end) for end in np.quantile(held, (0.25, 0.5, 0.75)))
                yield CurvePoint(
                    figure=figure,
                    series=series,
                    x="quartiles",
                    y=middle,
                    low=low,
                    high=high,
                    n=int(held.size),
                )
        yield CurvePoint(
            figure=figure,
            series=f"{self.subject.treatment}|",
            x="left out",
            y=float(n_left_out),
            n=n_left_out,
        )

    def _of(self, comparison: Comparison, codes: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the values of a comparison's features added, and the groups of those rows."""
        values = self.held.of(comparison.groups.features)
        return values, codes[: len(values)]
