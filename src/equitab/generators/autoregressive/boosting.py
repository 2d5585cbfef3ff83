r"""Trees with vector leaves: one boosted tree a round for all classes of a choice together.

A choice among :math:`K` classes given a context :math:`x` is modeled as

.. math:: P(k \mid x) = \operatorname{softmax}_k\Bigl(\log s_k + \sum_t w_{t, \ell_t(x)}^{(k)}\Bigr)

with :math:`s_k` the shares of the classes, :math:`\ell_t(x)` the leaf of tree :math:`t`, and a whole vector
:math:`w` of :math:`K` values in every leaf. The structure of a tree is found by LightGBM on a sketch: gradient
and Hessian of the log loss along one random direction :math:`v`,

.. math:: g_i = v^\top (p_i - y_i), \qquad h_i = \sum_k v_k^2 p_{ik} - \Bigl(\sum_k v_k p_{ik}\Bigr)^2 ,

which is a Newton step in that direction; the leaf's vector then takes the full gradient and the diagonal of the
Hessian. A tree a round in place of `K` makes drawing about ten times faster at the same likelihood. Where the
classes have an order (the cells of a number), directions are smooth along it, sums of cosines of falling size: a
split then tells lower from higher values, which is what a context mostly says about a number.

How many rounds is decided by rows that are held out: where the context says nothing about a choice, there is no
tree at all, and nothing is learned by heart.

A fairness penalty on the probabilities may be added to the mean log loss (see `generators.fairness.class_penalty`):
its gradient joins the sketch, leaves take the joint Newton step of both, and held-out rows judge the sum.

References
----------
Iosipovich and Vakhrushev, SketchBoost: Fast Gradient Boosted Decision Tree for Multioutput Problems, 2022.
Ke et al., LightGBM: A Highly Efficient Gradient Boosting Decision Tree, 2017.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.generators.fairness.class_penalty import ClassPenalty

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class BoostingSettings:
    """How the trees of a choice grow.

    Parameters
    ----------
    learning_rate : float
    n_leaves : int
        Leaves of a tree at most.
    min_rows_in_leaf : int
        No leaf describes fewer people.
    most_rounds : int
    patience : int
        Rounds without a better held-out likelihood after which growing stops.
    holdout : float
        Share of the rows that choose the number of rounds.
    fewest_holdout : int
        Tables that would hold out fewer rows use `n_folds` folds instead, and then grow on all rows.
    n_folds : int
    l2 : float
        Added to the Hessian of a leaf.
    largest_step : float
        A leaf's step is held within it: a leaf with one member of a rare class would otherwise explode.
    """

    learning_rate: float = 0.2
    n_leaves: int = 31
    min_rows_in_leaf: int = 20
    most_rounds: int = 300
    patience: int = 8
    holdout: float = 0.1
    fewest_holdout: int = 500
    n_folds: int = 5
    l2: float = 1.0
    largest_step: float = 2.0

    def patient(self) -> BoostingSettings:
        """Return the settings of a choice that is worth four times the rounds: the redrawn label."""
        return replace(
            self,
            learning_rate=self.learning_rate / 4,
            patience=self.patience * 4,
            most_rounds=self.most_rounds * 2,
        )


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """The probabilities of the classes of a choice, given a context.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_classes,)
        Shares of the classes among the training rows (lifted where a minimum rate asks for it); a class with share 0
        is never drawn.
    trees : str
        LightGBM's text; empty where the context says nothing.
    leaf_values : ndarray of float32, shape (n_leaves of all trees, n_classes)
    leaf_starts : ndarray of int64, shape (n_trees,)
        The row of `leaf_values` at which each tree's leaves begin.
    held_out_loss : float
        Mean negative log-likelihood of the rows that chose the number of trees, and their penalty; 0 where there was
        nothing to choose.
    """

    shares: npt.NDArray[np.float64]
    trees: str
    leaf_values: Floats
    leaf_starts: Codes
    held_out_loss: float = 0.0

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.shares)

    @property
    def n_trees(self) -> int:
        """How many trees there are."""
        return len(self.leaf_starts)

    @property
    def uses_context(self) -> bool:
        """Whether there is any tree."""
        return self.n_trees > 0

    def probabilities(self, context: Floats) -> Floats:
        """Return the classes' probabilities, shape (n_rows, n_classes), each row with the sum 1.

        Parameters
        ----------
        context : ndarray of float32, shape (n_rows, n_features)
        """
        shares = self.shares.astype(np.float32)
        if not self.n_trees:
            return np.broadcast_to(shares / shares.sum(), (len(context), self.n_classes)).astype(np.float32)
        logits = self._steps(context)
        _softmax_in_place(logits)
        # The shares enter as factors, not as logarithms: a class that never occurred keeps the probability 0.
        logits *= shares
        logits /= np.maximum(logits.sum(axis=1, keepdims=True), np.float32(1e-30))
        return logits

    def _steps(self, context: Floats) -> Floats:
        """Return the sums of the leaf vectors that each row meets."""
        from scipy.sparse import csr_matrix

        n_rows, n_trees = len(context), self.n_trees
        leaves = self.booster.predict(context, pred_leaf=True, num_threads=1)
        found = np.asarray(leaves).reshape(n_rows, n_trees).astype(np.int32) + self.leaf_starts.astype(
            np.int32
        )
        ends = np.arange(0, n_rows * n_trees + 1, n_trees)
        ones = np.ones(n_rows * n_trees, dtype=np.float32)
        chosen = csr_matrix((ones, found.ravel(), ends), shape=(n_rows, len(self.leaf_values)))
        return np.asarray(chosen @ self.leaf_values, dtype=np.float32)

    @property
    def booster(self) -> Any:
        """LightGBM's reader of the trees, made at first use."""
        held = self.__dict__.get("_booster")
        if held is None:
            from lightgbm import Booster

            held = Booster(model_str=self.trees)
            object.__setattr__(self, "_booster", held)
        return held


def fit_choice(
    context: Floats,
    codes: Codes,
    n_classes: int,
    *,
    categorical: tuple[int, ...] = (),
    is_ordered: bool = False,
    weights: Floats | None = None,
    penalty: ClassPenalty | None = None,
    settings: BoostingSettings,
    deadline: float | None = None,
    seed: int,
) -> ChoiceModel:
    """Learn a choice.

    Parameters
    ----------
    context : ndarray of float32, shape (n_rows, n_features)
        What is known when the choice is made; NaN where a value is missing.
    codes : ndarray of int64, shape (n_rows,)
        The class of each row.
    n_classes : int
    categorical : tuple of int
        The features that hold codes of categories.
    is_ordered : bool
        Whether the classes have an order.
    weights : ndarray of float32, shape (n_rows,), optional
    penalty : ClassPenalty, optional
        On the probabilities of these rows; heeded as far as the context can tell the groups apart.
    settings : BoostingSettings
    deadline : float, optional
        On the clock of `time.monotonic`: no round begins after it.
    seed : int
        Of the held-out rows and of the directions.

    Returns
    -------
    ChoiceModel
    """
    held = np.ones(len(codes), dtype=np.float32) if weights is None else weights.astype(np.float32)
    shares = np.bincount(codes, weights=held, minlength=n_classes).astype(np.float64)
    shares /= shares.sum()
    live = np.flatnonzero(shares > 0)
    kept = None if penalty is None else penalty.of_classes(live)
    if kept is not None:
        shares[live] = kept.start(shares[live])
    none = ChoiceModel(shares, "", np.zeros((0, n_classes), np.float32), np.zeros(0, np.int64))
    if len(live) < 2 or len(codes) < 2 * settings.min_rows_in_leaf or not _varies(context, settings):
        return none
    place = np.full(n_classes, -1)
    place[live] = np.arange(len(live))
    task = _Task(context, place[codes], shares[live], held, categorical, is_ordered, kept, settings, deadline)
    trees, values, loss = _grow_with_holdout(task, np.random.default_rng(seed))
    if not values:
        return replace(none, held_out_loss=loss)
    starts = np.cumsum([0, *(len(leaves) for leaves in values[:-1])])
    leaf_values = np.zeros((sum(map(len, values)), n_classes), dtype=np.float32)
    leaf_values[:, live] = np.concatenate(values)
    return ChoiceModel(shares, trees, leaf_values, starts.astype(np.int64), loss)


def _varies(context: Floats, settings: BoostingSettings) -> bool:
    """Whether any feature could split the rows: LightGBM does not accept a table without one."""
    fewest = settings.min_rows_in_leaf
    ends = [fewest - 1, len(context) - fewest]
    for values in context.T:
        low, high = np.partition(values, ends)[ends]  # a missing value counts as the largest
        if low != high and not (np.isnan(low) and np.isnan(high)):
            return True
    return False


@dataclass(frozen=True, eq=False)
class _Task:
    """A choice to be learned, with the classes that occur only."""

    context: Floats
    codes: Codes
    shares: npt.NDArray[np.float64]
    weights: Floats
    categorical: tuple[int, ...]
    is_ordered: bool
    penalty: ClassPenalty | None
    settings: BoostingSettings
    deadline: float | None

    def penalty_of(self, rows: npt.NDArray[np.bool_] | Codes) -> ClassPenalty | None:
        """Return the penalty of some rows."""
        return None if self.penalty is None else self.penalty.take(rows)


def _grow_with_holdout(task: _Task, random: np.random.Generator) -> tuple[str, list[Floats], float]:
    """Grow on most rows until the others say stop; small tables ask all their rows, in folds."""
    n_rows, settings = len(task.codes), task.settings
    n_held = round(settings.holdout * n_rows)
    if n_held >= settings.fewest_holdout:
        is_held = np.zeros(n_rows, dtype=bool)
        is_held[random.permutation(n_rows)[:n_held]] = True
        forest = _Forest(task, ~is_held, random)
        losses = forest.grow(settings.most_rounds, judge=_Judge(task, is_held))
        return *forest.first(_best_round(losses)), min(losses)
    fold = random.permutation(n_rows) % settings.n_folds
    curves = [
        _Forest(task, fold != one, random).grow(settings.most_rounds, judge=_Judge(task, fold == one))
        for one in range(settings.n_folds)
    ]
    curve = _mean_curve(curves)
    n_rounds = _best_round(curve)
    if not n_rounds:
        return "", [], curve[0]
    forest = _Forest(task, np.ones(n_rows, dtype=bool), random)
    forest.grow(n_rounds)
    return *forest.first(n_rounds), curve[n_rounds]


def _best_round(losses: list[float]) -> int:
    """Return the number of rounds with the lowest held-out loss; the first entry is before any round."""
    return int(np.argmin(losses))


def _mean_curve(curves: list[list[float]]) -> list[float]:
    """Return the mean of loss curves of unequal length, as far as the longest goes (its last value held)."""
    longest = max(map(len, curves))
    padded = [curve + [curve[-1]] * (longest - len(curve)) for curve in curves]
    return list(np.mean(padded, axis=0))


class _Judge:
    """Follows the loss of rows that the trees do not see.

    A penalty is judged on these and on the other rows together: among a tenth of the rows alone, chance would make
    groups differ more than the penalty leaves, and growing would stop as soon as trees tell people apart.
    """

    def __init__(self, task: _Task, rows: npt.NDArray[np.bool_]) -> None:
        self.context = np.ascontiguousarray(task.context[rows])
        self._codes, self._weights = task.codes[rows], task.weights[rows]
        self._penalty = task.penalty_of(np.concatenate([np.flatnonzero(rows), np.flatnonzero(~rows)]))
        self._logits = _first_logits(task.shares, len(self._codes))

    def loss(self, others: Floats) -> float:
        """Return the mean negative log-likelihood so far, and the penalty; given the logits of the other rows."""
        shares = _softmax(self._logits)
        found = np.maximum(shares[np.arange(len(shares)), self._codes], SMALLEST_SHARE)
        total = float(self._weights.sum())
        loss = float(-(np.log(found) * self._weights).sum() / total) if total else 0.0
        if self._penalty is not None:
            loss += self._penalty.value(np.concatenate([shares, _softmax(others)]))
        return loss

    def add(self, leaves: npt.NDArray[np.int32], values: Floats) -> None:
        """Take a tree into account."""
        self._logits += values[leaves]


class _Forest:
    """Trees that grow round by round on some rows of a task."""

    def __init__(self, task: _Task, rows: npt.NDArray[np.bool_], random: np.random.Generator) -> None:
        from lightgbm import Booster, Dataset

        self._task, self._random, settings = task, random, task.settings
        self._context = np.ascontiguousarray(task.context[rows])
        self._codes, self._weights = task.codes[rows], task.weights[rows]
        self._penalty = task.penalty_of(rows)
        self._logits = _first_logits(task.shares, len(self._codes))
        parameters = _tree_parameters(settings)
        dataset = Dataset(
            self._context,
            np.zeros(len(self._codes), dtype=np.float32),
            categorical_feature=list(task.categorical),
            params=parameters,
            free_raw_data=False,
        )
        self._booster = Booster(parameters, dataset)
        self._values: list[Floats] = []

    def grow(self, n_rounds: int, judge: _Judge | None = None) -> list[float]:
        """Add trees; return the judge's loss before the first and after every round."""
        losses = [judge.loss(self._logits)] if judge else []
        for _ in range(n_rounds):
            deadline = self._task.deadline
            if deadline is not None and time.monotonic() > deadline:
                break
            if not self._add_tree(judge):
                break
            if judge:
                losses.append(judge.loss(self._logits))
                if len(losses) - 1 - _best_round(losses) >= self._task.settings.patience:
                    break
        return losses

    def first(self, n_trees: int) -> tuple[str, list[Floats]]:
        """Return the first trees as text, and their leaves' vectors."""
        n_trees = min(n_trees, len(self._values))
        text = self._booster.model_to_string(num_iteration=n_trees) if n_trees else ""
        return text, self._values[:n_trees]

    def _add_tree(self, judge: _Judge | None) -> bool:
        """Add one tree; False where no split is worth it."""
        shares = _softmax(self._logits)
        direction = self._direction(shares.shape[1])
        along = shares @ direction
        gradient = (along - direction[self._codes]) * self._weights
        curvature = np.maximum(shares @ (direction * direction) - along * along, 1e-6) * self._weights
        if self._penalty is not None:
            gradient += self._weights.sum() * (self._penalty.gradient(shares) @ direction)
        place = len(self._values)
        if self._booster.update(fobj=lambda *_: (gradient, curvature)):
            return False
        leaves = self._leaves(self._context, place)
        values = self._leaf_vectors(shares, leaves)
        self._values.append(values)
        self._logits += values[leaves]
        if judge:
            judge.add(self._leaves(judge.context, place), values)
        return True

    def _direction(self, n_classes: int) -> Floats:
        drawn = self._random.standard_normal(n_classes)
        if self._task.is_ordered:
            wave = np.arange(n_classes)
            cosines = np.cos(np.pi * wave[:, None] * (wave[None, :] + 0.5) / n_classes)
            drawn = (drawn[1:] / (1 + wave[1:])) @ cosines[1:]
        return np.asarray(drawn, dtype=np.float32)

    def _leaves(self, context: Floats, place: int) -> npt.NDArray[np.int32]:
        found = self._booster.predict(
            context, pred_leaf=True, start_iteration=place, num_iteration=1, num_threads=1
        )
        return np.asarray(found).ravel().astype(np.int32)

    def _leaf_vectors(self, shares: Floats, leaves: npt.NDArray[np.int32]) -> Floats:
        """Return the Newton step of every class in every leaf, shape (n_leaves, n_classes)."""
        from scipy.sparse import csr_matrix

        settings, n_rows = self._task.settings, len(leaves)
        size = (int(leaves.max()) + 1, shares.shape[1])
        in_leaf = csr_matrix((self._weights, leaves, np.arange(n_rows + 1)), shape=(n_rows, size[0])).T
        expected = np.asarray(in_leaf @ shares, dtype=np.float64)
        squares = np.asarray(in_leaf @ (shares * shares), dtype=np.float64)
        seen = np.bincount(
            leaves.astype(np.int64) * size[1] + self._codes,
            weights=self._weights,
            minlength=size[0] * size[1],
        ).reshape(size)
        pull, diagonal = seen - expected, expected - squares + settings.l2
        step = pull / diagonal
        if self._penalty is not None:
            total = float(self._weights.sum())
            step = self._penalty.leaf_steps(shares, leaves, pull, diagonal, scale=total)
        bounded = np.clip(step, -settings.largest_step, settings.largest_step)
        return np.asarray(settings.learning_rate * bounded, dtype=np.float32)


def _first_logits(shares: npt.NDArray[np.float64], n_rows: int) -> Floats:
    start = np.log(shares).astype(np.float32)
    return np.repeat(start[None, :], n_rows, axis=0)


def _softmax(logits: Floats) -> Floats:
    shares = logits.copy()
    _softmax_in_place(shares)
    return shares


def _softmax_in_place(logits: Floats) -> None:
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)


def _tree_parameters(settings: BoostingSettings) -> dict[str, Any]:
    """Return LightGBM's parameters: one thread, so that the trees do not depend on how many there are."""
    return {
        "objective": "none",
        "learning_rate": 1.0,
        "num_leaves": settings.n_leaves,
        "min_data_in_leaf": settings.min_rows_in_leaf,
        "min_sum_hessian_in_leaf": 1e-3,
        "lambda_l2": settings.l2,
        "max_bin": 255,
        "min_data_per_group": settings.min_rows_in_leaf,
        "cat_smooth": 10.0,
        "cat_l2": 10.0,
        "max_cat_threshold": 32,
        "feature_pre_filter": False,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
