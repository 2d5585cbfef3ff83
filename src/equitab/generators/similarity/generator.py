"""The similarity network as a generator: rows near real rows, labelled by those that they resemble.

Nothing is trained, so small tables are no obstacle, and it can be said of every row which real rows gave it its label.

**It keeps the training rows.** A saved one is as sensitive as the table, and its ``generator.json`` says
``"stores_training_rows": true``. New rows take each column's value from one of several real rows, and their numbers
are moved.

References
----------
Maghool, Ceravolo and Berto, A Novel Assurance Procedure for Fair Data Augmentation in Machine Learning, 2024.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, TableTemplate, as_frame, frame_from_columns
from equitab.encoding import TableEncoder, replace_rare_categories
from equitab.errors import ConstraintError, NotFittedError, Problem, closest
from equitab.generators.autoregressive.probability import ColumnProbabilities
from equitab.generators.autoregressive.rare_values import describe_protection, protection_remarks
from equitab.generators.fit_inputs import (
    FitInputs,
    read_fit_inputs,
    refuse_constraints,
    refuse_identifiers,
)
from equitab.generators.given import GivenRows, read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.generators.similarity.candidates import Bootstrap, CandidateSource
from equitab.generators.similarity.drawing import DrawnRows, DrawSettings, draw_rows
from equitab.generators.similarity.features import with_known_categories
from equitab.generators.similarity.kernel import KernelForm
from equitab.generators.similarity.labels import LabelChoice
from equitab.generators.similarity.model import NetworkModel, fit_model, n_features
from equitab.generators.similarity.neighbors import EXACT_ROWS, SearchEffort
from equitab.generators.similarity.network import Linking
from equitab.generators.similarity.propagation import certainty
from equitab.generators.similarity.settings import check_settings
from equitab.schema import TableSchema

Floats = npt.NDArray[np.float64]

OPTIONS = (
    "n_neighbors", "mu", "kernel", "above_average", "candidates", "labels", "clamp", "steer", "rare_rows", "n_trees",
)  # fmt: skip

MANY_NEIGHBORS = 60


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows, and how their labels came about.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
        Of the caller's kind.
    label_certainty : ndarray of float64, shape (n_rows,)
        From 0 (all labels alike) to 1 (all linked real rows have the same label).
    is_linked : ndarray of bool, shape (n_rows,)
        Whether a row is linked to any real row; the label of one that is not follows the table's shares.
    density : ndarray of float32, shape (n_rows,)
        The mean similarity to the nearest real rows: low where people are few.
    """

    table: Any
    label_certainty: Floats
    is_linked: npt.NDArray[np.bool_]
    density: npt.NDArray[np.float32]


class SimilarityNetworkGenerator:
    r"""Draws rows near real rows and labels them by vector-label propagation in a similarity network.

    Parameters
    ----------
    n_neighbors : int, optional
        How many nearest rows each row is linked to. When not given, a tenth of the rows, at most 100, in tables that
        are searched completely (up to 4,096 rows), and 30 in larger ones. More than there are rows means all others.
    mu : float, default 0.5
        The width of the kernel; 0.3 to 0.8 are usual.
    kernel : {"scale_free", "published", "density"}
        See `equitab.generators.similarity.kernel`.
    above_average : bool, default True
        Link a new row to a real one only where the link is stronger than that one's links are on average.
    candidates : {"bootstrap", "marginals"}
        How features are drawn: near real rows, or column by column as published.
    labels : {"draw", "most_likely", "prior_corrected"}
        How a label is taken from a vector; see `equitab.generators.similarity.labels`.
    clamp : bool, default True
        Hold the labels of real rows; False for the propagation as published.
    steer : float, default 0
        Above 0, rows are drawn more often where people are few, whoever they are: with 1, in proportion to the mean
        distance to the neighbours.
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn, and the ranges of numbers end where so many rows are;
        the target, sensitive features and columns to condition on are left as they are.
    n_trees : int, default 8
        Of the approximate search in tables of more than 4,096 rows; more trees find more of the true neighbours.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        All columns that are encoded: rows start at real rows with the asked values, or with the nearest numbers.
    density_ : ndarray of float32, shape (n_rows,)
        Of every training row the mean similarity to its neighbours: low where people are few.
    label_vectors_ : ndarray of float64, shape (n_rows, n_labels)
        Of every training row; propagated where the target is missing.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Notes
    -----
    Rows whose target is missing take part as neighbours and get label vectors from the others: most labels may be
    missing. Drawn rows always have a label.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29, 33, 61] * 3, "hired": ["yes", "no", "yes"] * 6})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> network = SimilarityNetworkGenerator(n_neighbors=4).fit(people, schema, seed=0)
    >>> network.sample(4, given={"hired": "yes"}, seed=1).shape
    (4, 2)
    >>> network.draw(4, seed=1).label_certainty.shape
    (4,)
    """

    name = "similarity_network"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(
        self,
        *,
        n_neighbors: int | None = None,
        mu: float = 0.5,
        kernel: KernelForm = "scale_free",
        above_average: bool = True,
        candidates: CandidateSource = "bootstrap",
        labels: LabelChoice = "draw",
        clamp: bool = True,
        steer: float = 0.0,
        rare_rows: int = 5,
        n_trees: int = 8,
    ) -> None:
        self.n_neighbors, self.mu, self.kernel, self.above_average = n_neighbors, mu, kernel, above_average
        self.candidates, self.labels, self.clamp, self.steer = candidates, labels, clamp, steer
        self.rare_rows, self.n_trees = rare_rows, n_trees
        check_settings(self.settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The options, as plain data."""
        return {name: getattr(self, name) for name in OPTIONS}

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
    ) -> SimilarityNetworkGenerator:
        """Build the network of the table's rows; see `Generator`. Weights count for starts and for labels."""
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder, safe, remarks = self._encoder_for(inputs, schema)
        model, found = fit_model(
            encoder,
            encoder.encode(safe, seed=seed),
            schema,
            weights=inputs.weights,
            n_neighbors=self.n_neighbors or _default_neighbors(len(safe)),
            linking=Linking(self.mu, self.kernel, self.above_average),
            effort=SearchEffort(n_trees=self.n_trees),
            clamp=self.clamp,
            seed=seed,
        )
        more = _remarks(
            model, int((~found.is_reached).sum()), is_converged=found.is_converged or not self.clamp
        )
        self._set(schema, inputs.template, model, (*encoder.remarks_, *remarks, *more), seed)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`."""
        return self.draw(n_rows, given=given, constraints=constraints, seed=seed).table

    def draw(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> LabelledRows:
        """Draw rows, and say of each how certain its label is.

        Parameters
        ----------
        n_rows, given, constraints, seed
            Those of `sample`.
        """
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self._model.encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        settings = DrawSettings(self.candidates, Bootstrap(n_steps=self._n_steps), self.labels, self.steer)
        drawn = draw_rows(self._model, asked, settings, seed=seed)
        return self._labelled(drawn, asked)

    def probabilities(self, table: Any, column: str, *, seed: int = 0) -> ColumnProbabilities:
        """Return how likely each value of the target is, by propagation from the real rows.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With every learned column but the target, which is not looked at.
        column : str
            The target.
        seed : int, default 0
            Changes nothing: features are compared as they are.

        Raises
        ------
        ConstraintError
            If another column is asked for.
        TableError
            If a column is missing, or a sensitive feature holds a value that was never learned.
        """
        self._check_is_fitted()
        if column != self.schema_.target:
            received = "another column" if column in self.schema_.modeled_columns else "no such column"
            raise ConstraintError(
                Problem(
                    f"probabilities of {column!r}",
                    f"the target {self.schema_.target!r}: labels alone are propagated",
                    received,
                    closest(column, [self.schema_.target]),
                )
            )
        vectors, _, _ = self._model.label(self._features_of(as_frame(table), seed))
        return ColumnProbabilities(column, self._model.labels.values, vectors)

    def add_rows(
        self, table: Any, *, sample_weight: np.ndarray | None = None, seed: int = 0
    ) -> SimilarityNetworkGenerator:
        """Return a generator with more real rows; the network is not built again.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With the columns of the table that was learned.
        sample_weight : ndarray of shape (n_rows,), optional
            Beside weights whose mean is 1.
        seed : int, default 0
            For the place of numbers within their intervals.

        Raises
        ------
        TableError
            If a column is missing, or the target or a sensitive feature holds a value that was never learned: then fit
            anew.

        Notes
        -----
        Ranges of numbers stay those of the rows learned first; numbers beyond are taken to their ends.
        """
        self._check_is_fitted()
        frame, n_replaced = self._known(as_frame(table))
        encoded = self._model.encoder.encode(frame, seed=seed)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        model = self._model.with_rows(encoded, weights)
        grown = type(self)(**self.settings)
        remark = f"{encoded.n_rows} real rows were added to the network of {self._model.encoded.n_rows}"
        if n_replaced:
            remark += f"; {n_replaced} of them hold rare or unknown categories, which do not count"
        grown._set(self.schema_, self._template, model, (*self.remarks_, remark), self._seed)
        return grown

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator, training rows included, to a new folder; see `Generator`."""
        self._check_is_fitted()
        details = {
            "encoder": self._model.encoder.to_dict(),
            "settings": self.settings,
            "linking": asdict(self._model.network.linking),
            "depth": self._model.network.forest.depth,
            "remarks": list(self.remarks_),
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
        write_generator(folder, saved, arrays=self._model.arrays())

    @classmethod
    def load(cls, folder: str | Path) -> SimilarityNetworkGenerator:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        details = saved.details
        model = NetworkModel.of_arrays(
            arrays,
            TableEncoder.from_dict(details["encoder"]),
            saved.schema,
            depth=details["depth"],
            linking=Linking(**details["linking"]),
        )
        generator = cls(**details["settings"])
        generator._set(saved.schema, saved.template, model, tuple(details["remarks"]), saved.seed)
        return generator

    @property
    def _n_steps(self) -> int:
        """How many links away the values of new rows come from: about as many rows, whatever the neighbours."""
        return 1 if self._model.network.n_neighbors >= MANY_NEIGHBORS else 2

    def _encoder_for(
        self, inputs: FitInputs, schema: TableSchema
    ) -> tuple[TableEncoder, Frame, tuple[str, ...]]:
        """Return the encoder, the table without its rare values, and what to say of them."""
        exempt = tuple(dict.fromkeys([*inputs.condition_on, schema.target, *schema.sensitive_names]))
        refuse_identifiers(inputs.frame, schema, exempt=exempt)
        safe, protected = replace_rare_categories(
            inputs.frame, schema, fewest_rows=self.rare_rows, exempt=exempt
        )
        encoder = TableEncoder().fit(
            safe,
            schema,
            keep=exempt,
            point_masses="spikes",
            protected_rows=self.rare_rows,
            sample_weight=inputs.weights,
        )
        beyond = encoder.rows_beyond(inputs.frame)
        rare = (
            *describe_protection(protected, inputs.frame, schema, of_categories=True),
            *describe_protection(beyond, inputs.frame, schema, of_categories=False),
        )
        return encoder, safe, protection_remarks(rare)

    def _features_of(self, frame: Frame, seed: int) -> Any:
        """Return the features of rows that need not have a target."""
        encoder, target = self._model.encoder, self.schema_.target
        names = [name for name in encoder.column_names_ if name != target]
        held = {name: frame[name].to_native() for name in names if name in frame.columns}
        held[target] = _any_target(self._model, len(frame))
        known, _ = self._known(frame_from_columns(held))
        return self._model.features(encoder.encode(known, seed=seed))

    def _known(self, frame: Frame) -> tuple[Frame, int]:
        """Return later rows in which categories that are rare or unknown are treated as rare ones were in `fit`."""
        exempt = (self.schema_.target, *self.schema_.sensitive_names)
        return with_known_categories(frame, self._model.encoder, self._model.encoded, exempt)

    def _labelled(self, drawn: DrawnRows, asked: GivenRows) -> LabelledRows:
        table = self._template.restore(asked.apply(self._model.encoder.decode(drawn.encoded)))
        return LabelledRows(table, certainty(drawn.vectors), drawn.is_reached, drawn.density)

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        model: NetworkModel,
        remarks: tuple[str, ...],
        seed: int,
    ) -> None:
        self.schema_, self._template, self._model = schema, template, model
        self.remarks_, self._seed = remarks, seed
        self.conditionable_columns_ = model.column_names
        self.density_, self.label_vectors_ = model.network.density, model.vectors

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_model"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )


def _default_neighbors(n_rows: int) -> int:
    """Return how many neighbours a row has where nothing else is asked.

    NOTE[DEPARTURE]: more than the 20 that are usual for such networks: new rows that take after few people lie closer
    to them than strangers do.
    """
    return max(1, min(100, n_rows // 10)) if n_rows <= EXACT_ROWS else 30


def _any_target(model: NetworkModel, n_rows: int) -> Any:
    """Return the target of a real row, over and over: it takes no part in what is compared."""
    one = model.encoder.decode(model.encoded.take(np.zeros(n_rows, dtype=np.int64)))
    return one[model.labels.column].to_native()


def _remarks(model: NetworkModel, n_unreached: int, *, is_converged: bool) -> tuple[str, ...]:
    """Return what a reader should know of the network."""
    n_rows, found = model.encoded.n_rows, []
    if n_features(model.encoder, model.labels.column) == 0:
        found.append(
            "no column but the target is learned: rows cannot be compared, labels follow their shares"
        )
    if n_rows > EXACT_ROWS:
        found.append(f"neighbours among {n_rows} rows were sought approximately, with exact distances")
    n_unknown = int((~model.labels.is_known).sum())
    if n_unknown:
        found.append(
            f"the target is missing in {n_unknown} of {n_rows} rows: their labels were propagated from the others"
        )
    n_alone = int((model.network.density == 0).sum())
    if n_alone:
        found.append(f"{n_alone} rows have nobody near them: nothing is known of them, or they share nothing")
    if n_unreached:
        found.append(f"{n_unreached} rows are reached by no label: they have the shares of the table")
    if not is_converged:
        found.append("the propagation of labels did not come to rest")
    if model.labels.n_labels == 1:
        found.append("the target has one value only: every row gets it")
    return tuple(found)
