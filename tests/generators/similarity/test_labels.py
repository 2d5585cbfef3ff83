"""Labels: from the target's values to codes and back."""

from __future__ import annotations

import numpy as np

from equitab.generators.similarity.labels import Labels, choose_labels


def test_donors_have_the_wanted_label() -> None:
    labels = Labels("hired", np.array([1, -1, 0, 1, 1]), ("no", "yes"))
    found = labels.donors(np.array([0, 1, 1, 1]), np.array([0.99, 0.0, 0.5, 0.999]))
    assert found.tolist() == [2, 0, 3, 4]
    assert labels.is_known.tolist() == [True, False, True, True, True]


def test_drawn_labels_keep_the_weights() -> None:
    vectors = np.tile([0.7, 0.0, 0.3], (5000, 1))
    drawn = choose_labels(vectors, "draw", np.array([0.7, 0.0, 0.3]), np.random.default_rng(0))
    shares = np.bincount(drawn, minlength=3) / 5000
    assert shares[1] == 0
    assert abs(shares[2] - 0.3) < 6 * np.sqrt(0.21 / 5000)


def test_the_prior_corrected_label_is_the_one_that_stands_out() -> None:
    vectors = np.array([[0.95, 0.05], [0.95, 0.05], [0.95, 0.05], [0.7, 0.3]])
    prior, random = np.array([0.9, 0.1]), np.random.default_rng(0)
    assert choose_labels(vectors, "most_likely", prior, random).tolist() == [0, 0, 0, 0]
    assert choose_labels(vectors, "prior_corrected", prior, random).tolist() == [0, 0, 0, 1]
