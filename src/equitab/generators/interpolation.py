"""SMOTE and its relatives, from imbalanced-learn, behind the generator protocol and as a baseline.

A synthetic row lies between a training row and one of its nearest neighbours within the same cell (a cell
is one combination of the outcome and whatever else is asked for). Which relative is used follows from the
kinds of the columns (SMOTE for numbers only, SMOTEN for categories only, SMOTE-NC for both) unless it is
named: see `equitab.generators.smote_kinds`.

**SMOTE keeps the training rows.** It has no model; a saved one is as sensitive as the table, and its
``generator.json`` says ``"stores_training_rows": true``. Its rows also lie close to real ones: look at
the distance to the closest record.

References
----------
Chawla, Bowyer, Hall and Kegelmeyer, SMOTE: Synthetic Minority Over-sampling Technique, 2002.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, TableTemplate
from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem
from equitab.generators.fit_inputs import read_fit_inputs, refuse_constraints
from equitab.generators.given import GivenRows, read_given
from equitab.generators.neighbors import counts_of, draw_between_neighbors
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.generators.smote_kinds import SmoteKind, check_kind, check_kind_applies
from equitab.schema import (
    IntersectionalGroups,
    TableSchema,
    favorable,
    group_codes,
    sensitive_groups,
    sensitive_labels,
)

LEFT_OUT = -1


class Smote:
    """Draws rows between neighbouring training rows of the same outcome (and of the same asked group).

    Parameters
    ----------
    n_neighbors : int, default 5
        How many nearest neighbours a row has; fewer in a cell with fewer rows.
    kind : SmoteKind, default "auto"
        The relative: "smote", "smote_nc", "smoten", "borderline", "svm", "kmeans", "adasyn", or "random" for
        copies of training rows; "auto" takes what the kinds of the columns call for. A table that the relative
        is not made for is refused.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        Every categorical and boolean column that is encoded, and every numeric sensitive feature.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Notes
    -----
    Rows are drawn cell by cell: the cells asked for, filled with the outcomes that the asked groups have in
    the training table where the outcome is not asked for. Weights decide how often a cell is drawn; within a
    cell, imbalanced-learn draws every training row alike. A numeric sensitive feature that is asked for (an
    age, with cut points) restricts the neighbours to its group and is then set to the value asked for.

    NOTE[DEPARTURE]: numbers enter as normal scores, not as they are, so that point masses and skewed columns
    do not rule the distances, and an interpolated value respects decimals and ranges.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29, 33, 61] * 3, "hired": ["yes", "no", "yes"] * 6})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> Smote().fit(people, schema, seed=0).sample(4, given={"hired": "yes"}, seed=1).shape
    (4, 2)
    """

    name = "smote"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(self, *, n_neighbors: int = 5, kind: SmoteKind = "auto") -> None:
        check_kind(kind)
        self.n_neighbors, self.kind = n_neighbors, kind

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,  # noqa: ARG002  (nothing is trained)
        seed: int,
    ) -> Smote:
        """Keep the table, encoded; see `Generator`."""
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on)
        groups = _numeric_groups(inputs.frame, schema, encoder)
        possible = (*_categorical_names(encoder), *groups)
        _check_conditionable(inputs.condition_on if condition_on is not None else (), possible)
        remarks = encoder.remarks_
        if inputs.weights is not None:
            remarks += ("weights decide how often a group is drawn, not which of its rows are interpolated",)
        encoded = encoder.encode(inputs.frame, seed=seed)
        check_kind_applies(self.kind, encoded, fixed=(schema.target, *inputs.condition_on))
        rows = _TrainingRows(encoded, inputs.weights, groups)
        self._set(schema, inputs.template, encoder, rows, remarks, seed)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`.

        Raises
        ------
        ConstraintError
            If fewer than two training rows have what is asked for, or the kind finds nowhere to draw.
        """
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self._encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        check_kind_applies(self.kind, self._rows.encoded, fixed=(self.schema_.target, *asked.columns))
        cells, wanted = self._cells(asked, np.random.default_rng([seed, 0]))
        too_small = [n for n in counts_of(cells, np.unique(wanted)) if n < 2]
        if too_small:
            raise ConstraintError(_too_small(asked.columns or (self.schema_.target,), len(too_small)))
        drawn = draw_between_neighbors(
            self._rows.encoded, cells, wanted, n_neighbors=self.n_neighbors, kind=self.kind, seed=seed
        )
        return self._template.restore(asked.apply(self._encoder.decode(drawn)))

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator, training rows included, to a new folder; see `Generator`."""
        self._check_is_fitted()
        details = {
            "encoder": self._encoder.to_dict(),
            "n_neighbors": self.n_neighbors,
            "kind": self.kind,
            "remarks": list(self.remarks_),
            "groups": {name: list(group.levels) for name, group in self._rows.groups.items()},
        }
        saved = SavedGenerator(
            self.name,
            self.schema_,
            self._template,
            self.conditionable_columns_,
            self._seed,
            stores_training_rows=True,
            details=details,
        )
        write_generator(folder, saved, arrays=self._rows.arrays())

    @classmethod
    def load(cls, folder: str | Path) -> Smote:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        encoder = TableEncoder.from_dict(saved.details["encoder"])
        rows = _TrainingRows.of_arrays(arrays, encoder, saved.details["groups"])
        kind = saved.details.get("kind", "auto")  # not in what version 0.1.0 saved
        generator = cls(n_neighbors=saved.details["n_neighbors"], kind=kind)
        remarks = tuple(saved.details["remarks"])
        generator._set(saved.schema, saved.template, encoder, rows, remarks, saved.seed)
        return generator

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        encoder: TableEncoder,
        rows: _TrainingRows,
        remarks: tuple[str, ...],
        seed: int,
    ) -> None:
        self.schema_, self._template, self._encoder = schema, template, encoder
        self._rows, self.remarks_, self._seed = rows, remarks, seed
        self.conditionable_columns_ = (*_categorical_names(encoder), *rows.groups)

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_encoder"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )

    def _cells(self, asked: GivenRows, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the cell of each training row and of each wanted row."""
        weights = np.ones(self._rows.encoded.n_rows) if self._rows.weights is None else self._rows.weights
        have, want = self._group_codes(asked)
        target = None
        if self.schema_.target in _categorical_names(self._encoder):
            target = self._rows.codes(self.schema_.target)
        if target is None or self.schema_.target in asked.columns:
            return have, want
        n_outcomes = int(target.max()) + 1
        uniform = generator.random(asked.n_rows)
        outcome = np.zeros(asked.n_rows, dtype=np.int64)
        for group in np.unique(want):
            inside, rows = have == group, want == group
            mass = np.cumsum(np.bincount(target[inside], weights=weights[inside], minlength=n_outcomes))
            if mass[-1] > 0:
                drawn = np.searchsorted(mass / mass[-1], uniform[rows], side="right")
                outcome[rows] = np.minimum(drawn, np.flatnonzero(np.diff(mass, prepend=0.0))[-1])
        return have * n_outcomes + target, want * n_outcomes + outcome

    def _group_codes(self, asked: GivenRows) -> tuple[np.ndarray, np.ndarray]:
        """Return a code for each training row and each wanted row: their combination of given values."""
        have = [np.zeros(self._rows.encoded.n_rows, dtype=np.int64)]
        want = [np.zeros(asked.n_rows, dtype=np.int64)]
        for name in asked.columns:
            assert asked.frame is not None
            group = self._rows.groups.get(name)
            have.append(self._rows.codes(name) if group is None else group.codes)
            if group is None:
                want.append(self._encoder.encode(asked.frame, columns=(name,), seed=0).categorical[:, 0])
            else:
                want.append(group_codes(asked.frame, self.schema_, _index(name, group.levels)))
        both = np.vstack([np.column_stack(have), np.column_stack(want)])
        codes = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
        return codes[: len(have[0])], codes[len(have[0]) :]


@dataclass(frozen=True)
class _NumericGroup:
    """The groups of a numeric sensitive feature: their names, and each training row's code."""

    levels: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True)
class _TrainingRows:
    """All that SMOTE knows: the rows, their weights, their groups by numeric sensitive features."""

    encoded: EncodedTable
    weights: np.ndarray | None
    groups: Mapping[str, _NumericGroup]

    def codes(self, name: str) -> np.ndarray:
        """Return the codes of a categorical column."""
        return self.encoded.categorical[:, self.encoded.categorical_names.index(name)]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what is saved."""
        held = {"numeric": self.encoded.numeric, "categorical": self.encoded.categorical}
        held |= {f"group_{place}": group.codes for place, group in enumerate(self.groups.values())}
        return held if self.weights is None else held | {"weights": self.weights}

    @classmethod
    def of_arrays(
        cls, arrays: Mapping[str, np.ndarray], encoder: TableEncoder, levels: Mapping[str, list[str]]
    ) -> _TrainingRows:
        """Return what `arrays` was made of."""
        encoded = encoder.empty().replaced(arrays["numeric"], arrays["categorical"])
        groups = {
            name: _NumericGroup(tuple(names), arrays[f"group_{place}"])
            for place, (name, names) in enumerate(levels.items())
        }
        return cls(encoded, arrays.get("weights"), groups)


@dataclass(frozen=True)
class BalancedBySmote:
    """What `smote_balanced` made.

    Parameters
    ----------
    synthetic : Frame
        Rows to add to the table; possibly none.
    remarks : tuple of str
        What was not filled, and why.
    """

    synthetic: Frame
    remarks: tuple[str, ...]


def smote_balanced(frame: Frame, schema: TableSchema, *, n_neighbors: int = 5, seed: int) -> BalancedBySmote:
    """Return rows that fill every sensitive group × outcome up to the largest of these cells.

    The baseline that stands beside every result: what a well-known method without a learned model does.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    n_neighbors : int, default 5
        Fewer in a cell with fewer rows.
    seed : int

    Returns
    -------
    BalancedBySmote
        Cells of fewer than two rows cannot be interpolated and are left as they are, with a remark.

    Notes
    -----
    Outcomes are favorable and not favorable. People whose sensitive feature is missing are a group, or are
    left out, as the schema says.
    """
    groups = sensitive_groups(frame, schema)
    codes = group_codes(frame, schema, groups)
    cells = np.where(codes < 0, LEFT_OUT, codes * 2 + favorable(frame, schema))
    counts = np.bincount(cells[cells >= 0], minlength=groups.n_groups * 2)
    can_fill = counts >= 2
    n_small, n_empty = int(((counts > 0) & ~can_fill).sum()), int((counts == 0).sum())
    wanted = np.repeat(np.arange(len(counts)), np.where(can_fill, counts.max() - counts, 0))
    encoder = TableEncoder().fit(frame, schema)
    drawn = draw_between_neighbors(
        encoder.encode(frame, seed=seed), cells, wanted, n_neighbors=n_neighbors, seed=seed
    )
    remarks = [f"{n_small} groups by outcome have one row and were not filled"] if n_small else []
    remarks += [f"{n_empty} groups by outcome have no rows and were not filled"] if n_empty else []
    return BalancedBySmote(encoder.decode(drawn), tuple(remarks))


def _categorical_names(encoder: TableEncoder) -> tuple[str, ...]:
    return tuple(column.name for column in encoder.columns_ if isinstance(column, CategoricalColumn))


def _numeric_groups(frame: Frame, schema: TableSchema, encoder: TableEncoder) -> dict[str, _NumericGroup]:
    """Return the groups by sensitive features that are no categories to the encoder."""
    found = {}
    for feature in schema.sensitive_features:
        if encoder.column(feature.name) is not None and feature.name not in _categorical_names(encoder):
            levels = sensitive_labels(frame, schema, feature).names
            codes = group_codes(frame, schema, _index(feature.name, levels))
            found[feature.name] = _NumericGroup(levels, codes)
    return found


def _index(name: str, levels: tuple[str, ...]) -> IntersectionalGroups:
    return IntersectionalGroups((name,), (levels,))


def _check_conditionable(wanted: Sequence[str], possible: tuple[str, ...]) -> None:
    advice = "leave it out, or use a generator that learns numbers as conditions"
    problems = [
        Problem(
            f"condition_on {name!r}",
            "a categorical or boolean column that varies, or a sensitive feature",
            "another kind",
            advice,
        )
        for name in wanted
        if name not in possible
    ]
    if problems:
        raise ConstraintError(problems)


def _too_small(columns: Sequence[str], n_cells: int) -> Problem:
    listed = ", ".join(repr(name) for name in columns)
    return Problem(
        f"rows asked for by {listed}",
        "at least 2 training rows in every combination of values, with its outcome",
        f"fewer in {n_cells} of them",
        "ask for larger groups, or use a generator that learns a model",
    )
