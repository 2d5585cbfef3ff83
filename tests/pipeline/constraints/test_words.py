"""Laws of the flags about fairness: each lands in its constraint, and none is left out silently."""

from __future__ import annotations

import pytest

from equitab.errors import RecipeError
from equitab.pipeline.constraints.words import ConstraintWords


def problems_of(words: ConstraintWords) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        words.constraints()
    return [str(problem) for problem in caught.value.problems]


def test_numbers_go_to_the_constraints_that_take_them() -> None:
    """A common number is for all, a criterion's own beats it, a bound is for those that have one."""
    found = ConstraintWords(
        constraint=["demographic_parity=sex", "minimum_rate"],
        tolerance=["0.1", "minimum_rate=0.03"],
        bound=["0.2"],
        strength=["demographic_parity=0.8"],
    ).constraints()
    assert [(one.tolerance, one.bound, one.strength) for one in found] == [
        (0.1, None, 0.8),
        (0.03, 0.2, None),
    ]
    assert [one.sensitive_features for one in found] == [("sex",), ()]


def test_places_are_those_of_the_command_unless_said() -> None:
    """Fitting trains, drawing samples."""
    words = ConstraintWords(constraint=["demographic_parity"])
    assert words.constraints(places=("training",))[0].places == ("training",)
    both = ConstraintWords(constraint=["demographic_parity"], place=["training", "sampling"])
    assert both.constraints(places=("training",))[0].places == ("training", "sampling")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (ConstraintWords(tolerance=["0.1"]), "name one: --constraint demographic_parity"),
        (ConstraintWords(constraint=["parity"]), "flag --constraint of 'parity'"),
        (
            ConstraintWords(constraint=["equalized_odds"], tolerance=["small"]),
            "a number, or CRITERION=NUMBER",
        ),
        (ConstraintWords(constraint=["equalized_odds"], tolerance=["1", "2"]), "several"),
        (ConstraintWords(constraint=["equalized_odds"], bound=["0.2"]), "a constraint that takes it"),
        (ConstraintWords(constraint=["equalized_odds"], strength=["equalised_odds=1"]), "equalized_odds'?"),
        (ConstraintWords(constraint=["minimum_rate"]), "flag --bound of 'minimum_rate'"),
        (ConstraintWords(constraint=["equalized_odds"], aim="people"), "flag --aim of 'equalized_odds'"),
        (ConstraintWords(constraint=["equalized_odds"], place=["later"]), "flag --place of 'equalized_odds'"),
        (
            ConstraintWords(constraint=["equalized_odds"], mapping="best"),
            "flag --mapping of 'equalized_odds'",
        ),
    ],
)
def test_a_flag_that_does_not_fit_is_refused(words: ConstraintWords, said: str) -> None:
    """With the flag by name and what to do."""
    assert any(said in problem for problem in problems_of(words))


def test_everything_wrong_with_the_flags_is_said_at_once() -> None:
    """One call, one list."""
    words = ConstraintWords(constraint=["parity", "minimum_rate"], tolerance=["x"], aim="both")
    assert len(problems_of(words)) >= 4
