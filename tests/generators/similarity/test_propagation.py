"""Label propagation: the closed form, AVPRA's rule by hand, and what must hold of any network."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from equitab.generators.similarity.propagation import (
    certainty,
    label_vectors,
    match_prior,
    propagate,
    propagate_as_published,
    take_over,
)


def some_links(n_rows: int, *, seed: int = 0) -> csr_array:
    random = np.random.default_rng(seed)
    weights = random.random((n_rows, n_rows)) * (random.random((n_rows, n_rows)) < 0.2)
    weights = np.triu(weights, 1)
    return csr_array(weights + weights.T)


def some_vectors(n_rows: int, n_known: int, n_labels: int = 3) -> np.ndarray:
    codes = np.where(np.arange(n_rows) < n_known, np.arange(n_rows) % n_labels, -1)
    return label_vectors(codes, n_labels)


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_it_converges_to_the_closed_form_solution(alpha: float) -> None:
    """(D_uu - W_uu + alpha I) F = W_ul F_l + alpha prior, solved directly."""
    links, vectors, prior = some_links(30), some_vectors(30, 6), np.array([0.5, 0.3, 0.2])
    found = propagate(links, vectors, prior=prior, prior_weight=alpha, tolerance=1e-10)
    w = links.toarray()
    d, u, known = np.diag(w.sum(axis=1)), np.arange(6, 30), np.arange(6)
    left = (d - w)[np.ix_(u, u)] + alpha * np.eye(24)
    expected = np.linalg.solve(left, w[np.ix_(u, known)] @ vectors[known] + alpha * prior)
    assert found.is_converged
    assert np.allclose(found.vectors[6:], expected, atol=1e-6)
    assert np.array_equal(found.vectors[:6], vectors[:6])


def test_avpra_as_published_is_its_rule_worked_by_hand() -> None:
    """Row 2 has two neighbours with weights 1 and .5, so w1 = w2 = 1/3; after a round it is [2/3, 1/3]."""
    links = csr_array(np.array([[0, 0, 1.0], [0, 0, 0.5], [1.0, 0.5, 0]]))
    vectors = label_vectors(np.array([0, 1, -1]), 2)
    one = propagate_as_published(links, vectors, n_rounds=1).vectors
    assert one[2].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert one[:2].tolist() == [[1, 0], [0, 1]]  # nothing has come back yet
    two = propagate_as_published(links, vectors, n_rounds=2).vectors
    assert two[0].tolist() == pytest.approx([5 / 6, 1 / 6])  # a known label drifts: ([1, 0] + [2/3, 1/3]) / 2
    assert two[2].tolist() == pytest.approx([5 / 3 / 2.5, 5 / 6 / 2.5])


def test_every_vector_sums_to_one() -> None:
    links, vectors = some_links(40, seed=2), some_vectors(40, 5)
    for found in (propagate(links, vectors), propagate_as_published(links, vectors)):
        assert np.allclose(found.vectors.sum(axis=1), 1)
        assert (found.vectors >= 0).all()


def test_rows_that_no_label_reaches_have_the_prior() -> None:
    links = csr_array(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0.0]]))
    found = propagate(links, label_vectors(np.array([0, -1, -1, -1]), 2), prior=np.array([0.25, 0.75]))
    assert found.is_reached.tolist() == [True, True, False, False]
    assert found.vectors.tolist() == [[1, 0], [1, 0], [0.25, 0.75], [0.25, 0.75]]


def test_labels_missing_for_most_rows_are_found_from_few() -> None:
    """Two clusters, linked inside: one known label in each tells all."""
    inside = np.kron(np.eye(2), np.ones((20, 20))) - np.eye(40)
    codes = np.full(40, -1)
    codes[[0, 20]] = [1, 0]
    found = propagate(csr_array(inside), label_vectors(codes, 2))
    assert found.vectors.argmax(axis=1).tolist() == [1] * 20 + [0] * 20


def test_nothing_known_or_no_links_is_no_error() -> None:
    empty = csr_array((3, 3))
    unknown = propagate(empty, np.zeros((3, 2)))
    assert unknown.vectors.tolist() == [[0.5, 0.5]] * 3
    assert not unknown.is_reached.any()
    assert propagate(empty, label_vectors(np.array([0, 0, -1]), 1)).vectors.tolist() == [[1], [1], [1]]


def test_it_says_when_it_did_not_come_to_rest() -> None:
    chain = csr_array(np.diag(np.ones(59), 1) + np.diag(np.ones(59), -1))
    codes = np.full(60, -1)
    codes[[0, 59]] = [0, 1]
    assert not propagate(chain, label_vectors(codes, 2), most_rounds=5).is_converged
    assert propagate(chain, label_vectors(codes, 2), most_rounds=100_000).is_converged


def test_taking_over_is_what_one_round_of_propagation_gives() -> None:
    """New rows are linked to real ones only."""
    rows = np.array([[0, 1], [2, 0]], dtype=np.int32)
    weights = np.array([[0.5, 0.25], [0.0, 0.0]], dtype=np.float32)
    known = label_vectors(np.array([0, 1, 1]), 2)
    vectors, is_reached = take_over(rows, weights, known, prior=np.array([0.4, 0.6]))
    assert vectors.tolist() == [pytest.approx([2 / 3, 1 / 3]), [0.4, 0.6]]
    assert is_reached.tolist() == [True, False]
    whole = np.zeros((5, 5))
    whole[3, [0, 1]] = whole[[0, 1], 3] = [0.5, 0.25]
    found = propagate(csr_array(whole), np.vstack([known, np.zeros((2, 2))]), prior=np.array([0.4, 0.6]))
    assert np.allclose(found.vectors[3:], vectors)


def test_matching_the_prior_keeps_minorities_afloat() -> None:
    random = np.random.default_rng(0)
    vectors = random.dirichlet([8.0, 1.0, 0.5], 200)
    prior = np.array([0.6, 0.3, 0.1])
    found = match_prior(vectors, prior)
    assert np.allclose(found.mean(axis=0), prior, atol=1e-5)
    assert np.allclose(found.sum(axis=1), 1)
    order = np.argsort(vectors[:, 2] / vectors[:, 0])
    assert (np.diff((found[:, 2] / found[:, 0])[order]) >= -1e-9).all()  # who was likelier stays likelier


def test_a_label_without_any_weight_stays_without() -> None:
    found = match_prior(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.5, 0.5]))
    assert found.tolist() == [[1, 0], [1, 0]]


def test_certainty_runs_from_all_alike_to_one_label() -> None:
    found = certainty(np.array([[1 / 3] * 3, [0.8, 0.1, 0.1], [0.0, 1.0, 0.0]]))
    assert found[0] == pytest.approx(0)
    assert 0 < found[1] < 1
    assert found[2] == 1
    assert certainty(np.ones((2, 1))).tolist() == [1, 1]
