"""The paper's printed numbers, and what arithmetic says of them."""

from __future__ import annotations

from dataclasses import replace

from equitab.studies.blow_paper import (
    PAPER_MODELS,
    PAPER_SIZES,
    doubts,
    implied_false_positive_gap,
    implied_reference_rate,
    is_fair,
    paper_rows,
)


def row(feature: str, size: int, reweighing: str, model: str):
    wanted = (feature, size, reweighing, model)
    return next(
        held
        for held in paper_rows()
        if (held.sensitive_feature, held.n_synthetic, held.reweighing, held.model) == wanted
    )


def test_every_row_of_both_tables_is_there_once() -> None:
    """Two features, four sizes, before and after, five models."""
    keys = {(held.sensitive_feature, held.n_synthetic, held.reweighing, held.model) for held in paper_rows()}
    assert len(keys) == len(paper_rows()) == 2 * len(PAPER_SIZES) * 2 * len(PAPER_MODELS)


def test_a_printed_row_is_as_printed() -> None:
    """Table III, no synthetic rows, logistic regression before reweighing."""
    assert row("sex", 0, "before", "logistic_regression").values == (
        0.7437,
        -0.3580,
        -0.3181,
        0.2794,
        -0.3769,
        0.1129,
    )


def test_implied_rates_follow_from_the_definitions() -> None:
    """With rates .2 and .5: SPD -.3, DI .4; with TPR gap -.1 and FPR gap .3: AOD .1."""
    held = replace(row("sex", 0, "before", "random_forest"), values=(0.7, -0.3, 0.1, 0.4, -0.1, 0.1))
    assert implied_reference_rate(held) is not None
    assert abs((implied_reference_rate(held) or 0) - 0.5) < 1e-12
    assert abs(implied_false_positive_gap(held) - 0.3) < 1e-12


def test_the_perfect_trees_are_doubted_and_say_the_rate_of_the_labels() -> None:
    """All eight; their implied rate among men is Adult's own 30.4%: the predictions are the labels."""
    trees = [held for held in paper_rows() if held.model == "decision_tree" and held.reweighing == "after"]
    assert len(trees) == 8
    assert all(doubts(held) for held in trees)
    men = [implied_reference_rate(held) or 0 for held in trees if held.sensitive_feature == "sex"]
    assert all(abs(rate - 0.304) < 0.006 for rate in men)


def test_known_slips_are_doubted_and_sound_rows_are_not() -> None:
    """The copied row, the unweighted neighbours, the impossible pairs; not the plain results."""
    assert "copied" in doubts(row("sex", 20_000, "before", "decision_tree"))[0]
    assert "no weights" in doubts(row("race", 0, "after", "k_nearest_neighbors"))[0]
    assert "5%" in doubts(row("sex", 20_000, "after", "logistic_regression"))[0]
    assert "false-positive" in doubts(row("sex", 100_000, "after", "random_forest"))[0]
    assert doubts(row("sex", 0, "before", "logistic_regression")) == ()
    assert doubts(row("race", 150_000, "after", "random_forest")) == ()


def test_ranges_include_their_ends() -> None:
    """Table I says from - to."""
    assert is_fair("statistical_parity_difference", -0.10) is True
    assert is_fair("disparate_impact", 1.21) is False
    assert is_fair("balanced_accuracy", 0.5) is None
