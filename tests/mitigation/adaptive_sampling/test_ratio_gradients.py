"""Laws of the gradients in closed form: they agree with what is found by trying."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from equitab.mitigation.adaptive_sampling.cells import FloatArray
from equitab.mitigation.adaptive_sampling.objectives import (
    LastLayerRows,
    OuterObjective,
    outer_sensitivity,
)
from equitab.mitigation.adaptive_sampling.ratio_gradients import (
    alignments,
    cell_gradients,
    hypergradient,
    layer_gradient,
    solve_last_layer,
)
from equitab.mitigation.adaptive_sampling.ratios import DataRatios

SHAPES = [(2, 2, 1), (2, 2, 2), (3, 3, 3)]
OBJECTIVES = [
    OuterObjective("equalized_odds", "loss", 2.0),
    OuterObjective("equalized_odds", "rate", 2.0),
    OuterObjective("equal_opportunity", "loss", 0.5),
    OuterObjective("equal_opportunity", "rate", 0.5),
    OuterObjective("demographic_parity", "rate", 0.5),
    OuterObjective("demographic_parity", "rate", 0.5, favorable_label=0),
]


class Problem:
    """Made-up rows of every cell, a linear model, and losses as its weights change."""

    def __init__(self, n_labels: int, n_groups: int, n_outputs: int, *, n_rows: int = 240) -> None:
        rng = np.random.default_rng(n_labels * 10 + n_outputs)
        self.shape, self.n_outputs = (n_labels, n_groups), n_outputs
        self.validation, self.real, self.generated = (self.rows(rng, n_rows) for _ in range(3))
        self.weights = rng.normal(0, 0.3, (n_outputs, 4))
        counts = rng.integers(20, 90, self.shape)
        self.ratios = DataRatios(counts, counts)
        self.ratios.group_logits = rng.normal(0, 0.5, self.shape)
        self.ratios.real_logits = rng.normal(0, 0.5, self.shape)
        self.shares = counts / counts.sum()

    def rows(self, rng: np.random.Generator, n_rows: int) -> tuple[FloatArray, Any, Any]:
        labels = np.arange(n_rows) % self.shape[0]
        groups = np.arange(n_rows) // self.shape[0] % self.shape[1]
        features = rng.normal(0, 1, (n_rows, 4)) + 0.6 * labels[:, None] - 0.4 * groups[:, None]
        features[:, -1] = 1.0
        return features, labels, groups

    def seen(self, rows: tuple[FloatArray, Any, Any], weights: FloatArray) -> LastLayerRows:
        return LastLayerRows(rows[0], rows[0] @ weights.T, rows[1], rows[2])

    def outer(self, objective: OuterObjective, weights: FloatArray) -> tuple[float, FloatArray]:
        everywhere = np.ones(self.shape, dtype=bool)
        seen = self.seen(self.validation, weights)
        value, sensitivity = outer_sensitivity(objective, seen, self.shares, everywhere)
        return value, layer_gradient(seen.features, sensitivity)

    def loss_gradient(self, weights: FloatArray) -> FloatArray:
        """Gradient of the training loss on the present mixture."""
        parts = zip(self.ratios.batch_shares, (self.real, self.generated), strict=True)
        return sum(
            np.tensordot(shares, cell_gradients(self.seen(rows, weights), self.shape), axes=2)
            for shares, rows in parts
        )

    def closed_form(self, direction: FloatArray) -> tuple[FloatArray, ...]:
        real, generated = (
            alignments(direction, self.seen(rows, self.weights), self.shape)
            for rows in (self.real, self.generated)
        )
        return hypergradient(self.ratios, real, generated)

    def by_trying(self, outer_after: Any, *, step: float = 1e-4) -> tuple[FloatArray, ...]:
        """Differences of an outcome when one logit is moved up and down: of groups, real rows, outcomes."""
        found = []
        for name in ("group_logits", "real_logits"):
            table, differences = getattr(self.ratios, name), np.zeros(self.shape)
            for place in np.ndindex(self.shape):
                ends = []
                for sign in (1, -1):
                    moved = table.copy()
                    moved[place] += sign * step
                    setattr(self.ratios, name, moved)
                    ends.append(outer_after())
                differences[place] = (ends[0] - ends[1]) / (2 * step)
            setattr(self.ratios, name, table)
            found.append(differences)
        return found[0], found[1], self._labels_by_trying(outer_after, step)

    def _labels_by_trying(self, outer_after: Any, step: float) -> FloatArray:
        before, differences = self.ratios.label_shares, np.zeros(self.shape[0])
        for place in range(self.shape[0]):
            ends = []
            for sign in (1, -1):
                raised = before * np.exp(sign * step * (np.arange(self.shape[0]) == place))
                self.ratios.label_shares = raised / raised.sum()
                ends.append(outer_after())
            differences[place] = (ends[0] - ends[1]) / (2 * step)
        self.ratios.label_shares = before
        return differences


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: f"{o.name}-{o.gap}-{o.favorable_label}")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_outer_gradient_is_the_slope_of_the_outer_objective(
    shape: tuple[int, int, int], objective: OuterObjective
) -> None:
    """Every weight of the last layer, moved up and down."""
    problem = Problem(*shape)
    _, gradient = problem.outer(objective, problem.weights)
    for place in np.ndindex(gradient.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = problem.weights.copy()
            moved[place] += step
            ends.append(problem.outer(objective, moved)[0])
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("objective", OBJECTIVES[:5], ids=lambda o: f"{o.name}-{o.gap}")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_identity_approximation_is_one_step_of_looking_ahead(
    shape: tuple[int, int, int], objective: OuterObjective
) -> None:
    """Three digits of the difference of F(w - eta * gradient of L) / eta, for every ratio."""
    problem, eta = Problem(*shape), 1e-5
    _, direction = problem.outer(objective, problem.weights)
    closed = problem.closed_form(direction)

    def look_ahead() -> float:
        after = problem.weights - eta * problem.loss_gradient(problem.weights)
        return problem.outer(objective, after)[0] / eta

    for exact, tried in zip(closed, problem.by_trying(look_ahead, step=1e-2), strict=True):
        assert np.abs(exact).max() > 1e-4, "a gradient of zero would agree with anything"
        np.testing.assert_allclose(exact, tried, rtol=1e-3, atol=1e-3 * np.abs(exact).max())


@pytest.mark.parametrize("shape", [(2, 2, 1), pytest.param((3, 2, 3), marks=pytest.mark.slow)], ids=str)
def test_the_exact_solve_is_the_slope_of_the_retrained_optimum(shape: tuple[int, int, int]) -> None:
    """A strongly convex problem is trained to its optimum for every moved ratio."""
    damping, objective = 0.05, OuterObjective("equalized_odds", "loss", 0.5)
    problem = Problem(*shape, n_rows=120)

    def trained() -> FloatArray:
        def slope(flat: FloatArray) -> FloatArray:
            weights = flat.reshape(problem.weights.shape)
            return (problem.loss_gradient(weights) + damping * weights).ravel()

        def loss(flat: FloatArray) -> float:
            weights = flat.reshape(problem.weights.shape)
            mixed = 0.0
            for shares, rows in zip(
                problem.ratios.batch_shares, (problem.real, problem.generated), strict=True
            ):
                seen = problem.seen(rows, weights)
                mixed += sum(
                    shares[c] * seen.losses[(seen.labels == c[0]) & (seen.groups == c[1])].mean()
                    for c in np.ndindex(problem.shape)
                )
            return mixed + damping / 2 * float((weights**2).sum())

        found = minimize(
            loss, problem.weights.ravel(), jac=slope, method="BFGS", options={"gtol": 1e-9, "maxiter": 500}
        )
        return found.x.reshape(problem.weights.shape)

    problem.weights = trained()
    _, direction = problem.outer(objective, problem.weights)
    parts = [problem.seen(rows, problem.weights) for rows in (problem.real, problem.generated)]
    rows = LastLayerRows(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("features", "logits", "labels", "groups")
        )
    )
    per_cell = len(problem.real[0]) / np.prod(problem.shape)
    weights = np.concatenate(
        [
            shares[part.labels, part.groups] / per_cell
            for shares, part in zip(problem.ratios.batch_shares, parts, strict=True)
        ]
    )
    closed = problem.closed_form(solve_last_layer(direction, rows, weights, damping=damping))
    tried = problem.by_trying(lambda: problem.outer(objective, trained())[0], step=1e-3)
    for exact, found in zip(closed, tried, strict=True):
        np.testing.assert_allclose(exact, found, rtol=2e-2, atol=2e-3 * np.abs(exact).max())


def test_both_ways_to_solve_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cholesky's factors and conjugate gradients."""
    problem = Problem(3, 3, 3)
    seen = problem.seen(problem.real, problem.weights)
    _, direction = problem.outer(OBJECTIVES[0], problem.weights)
    weights = np.full(len(seen.labels), 1 / len(seen.labels))
    written_out = solve_last_layer(direction, seen, weights)
    monkeypatch.setattr("equitab.mitigation.adaptive_sampling.ratio_gradients.LARGEST_CHOLESKY", 0)
    np.testing.assert_allclose(solve_last_layer(direction, seen, weights), written_out, rtol=1e-3, atol=1e-4)


def test_alignments_are_products_with_the_gradients_of_cells() -> None:
    """The quick way and the written-out one; an empty cell gives 0."""
    problem = Problem(2, 2, 2)
    seen = problem.seen(problem.real, problem.weights)
    direction = np.arange(8.0).reshape(2, 4)
    expected = np.tensordot(cell_gradients(seen, (2, 3)), direction, axes=2)
    np.testing.assert_allclose(alignments(direction, seen, (2, 3)), expected)
    assert (expected[:, 2] == 0).all()


def test_what_points_the_outer_way_is_drawn_more() -> None:
    """By hand: one group whose gradient points where the outer one does, and one against it."""
    ratios = DataRatios(np.array([[5, 5]]), np.array([[5, 5]]))
    groups, real, _ = hypergradient(ratios, np.array([[1.0, -1.0]]), np.array([[0.0, 0.0]]))
    ratios.step(groups, real)
    assert ratios.group_shares[0, 0] > 0.5
    assert ratios.real_shares[0, 0] > 0.5025 > ratios.real_shares[0, 1]
