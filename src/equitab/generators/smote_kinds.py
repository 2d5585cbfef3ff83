"""The relatives of SMOTE: which tables each is for, and how imbalanced-learn makes it.

==============  =====================================================  ====================================
kind            what it draws                                          tables
==============  =====================================================  ====================================
``smote``       between neighbours                                     numbers only
``smote_nc``    between neighbours; categories by majority             numbers and categories
``smoten``      categories by majority of the neighbours               categories only
``borderline``  like ``smote``, near the border to other cells         numbers only
``svm``         like ``smote``, near the border that an SVM finds      numbers only
``kmeans``      like ``smote``, inside clusters where the cell leads   numbers only
``adasyn``      like ``smote``, more where other cells are near        numbers only
``random``      copies of training rows                                all
==============  =====================================================  ====================================

The columns that make up the cells (the outcome, and what is asked for) do not count: they are constant within
a cell. A number with missing values counts as a number and a category.

References
----------
Chawla, Bowyer, Hall, Kegelmeyer, SMOTE, 2002 (SMOTE, SMOTE-NC, SMOTEN). Han, Wang, Mao, Borderline-SMOTE, 2005.
He, Bai, Garcia, Li, ADASYN, 2008. Nguyen, Cooper, Kamei, Borderline over-sampling (SVM-SMOTE), 2009. Last, Douzas,
Bacao, Oversampling for imbalanced learning based on k-means and SMOTE, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from equitab.encoding import EncodedTable
from equitab.errors import ConstraintError, Problem, RecipeError, closest

SmoteKind: TypeAlias = Literal[
    "auto", "smote", "smote_nc", "smoten", "borderline", "svm", "kmeans", "adasyn", "random"
]

NUMBERS_ONLY = ("smote", "borderline", "svm", "kmeans", "adasyn")
LOOKS_AT_OTHER_CELLS = ("borderline", "svm", "kmeans", "adasyn")
"""Kinds that compare a cell with all the others, so that these take part."""

_CLASS_OF = {
    "smote": "SMOTE",
    "smote_nc": "SMOTENC",
    "smoten": "SMOTEN",
    "borderline": "BorderlineSMOTE",
    "svm": "SVMSMOTE",
    "kmeans": "KMeansSMOTE",
    "adasyn": "ADASYN",
}


def check_kind(kind: object) -> None:
    """Raise a `RecipeError` that names the closest unless a kind is known."""
    if kind not in get_args(SmoteKind):
        advice = closest(kind, get_args(SmoteKind))
        raise RecipeError(Problem("option 'kind' of generator 'smote'", "a known kind", "another", advice))


def check_kind_applies(kind: SmoteKind, encoded: EncodedTable, *, fixed: Sequence[str]) -> None:
    """Refuse a kind that the columns of a table rule out.

    Parameters
    ----------
    kind : SmoteKind
    encoded : EncodedTable
    fixed : sequence of str
        Columns that are constant within every cell.

    Raises
    ------
    ConstraintError
        Naming the columns that stand in the way, or what there is none of.
    """
    categories = [name for name in encoded.categorical_names if name not in fixed]
    numbers = list(encoded.numeric_names)
    problems = []
    if kind in NUMBERS_ONLY and categories:
        received = f"categories or missing values in {_listed(categories)}"
        advice = "condition on these columns or ignore them, or use kind 'smote_nc', 'random' or 'auto'"
        problems.append(Problem(_where(kind), "a table of numbers without missing values", received, advice))
    if kind in (*NUMBERS_ONLY, "smote_nc") and not numbers:
        advice = "use kind 'smoten', 'random' or 'auto'"
        problems.append(Problem(_where(kind), "a column of numbers", "none", advice))
    if kind == "smoten" and numbers:
        received = f"numbers in {_listed(numbers)}"
        advice = "use kind 'smote_nc', 'random' or 'auto'"
        problems.append(Problem(_where(kind), "a table of categories", received, advice))
    if kind == "smote_nc" and numbers and not categories:
        problems.append(Problem(_where(kind), "a column of categories", "none", "use kind 'smote' or 'auto'"))
    if problems:
        raise ConstraintError(problems)


def make_sampler(
    kind: SmoteKind, encoded: EncodedTable, strategy: Mapping[int, int], *, n_neighbors: int, seed: int
) -> Any:
    """Return imbalanced-learn's sampler.

    Parameters
    ----------
    kind : SmoteKind
        "auto" for the one that the columns call for; not "random".
    encoded : EncodedTable
        Kinds for numbers only are handed the scores, the others scores and codes beside each other.
    strategy : mapping of int to int
        How many rows each cell shall have, the present ones counted.
    n_neighbors : int
    seed : int
    """
    import imblearn.over_sampling as samplers

    n_numbers, n_codes = encoded.numeric.shape[1], encoded.categorical.shape[1]
    chosen = _chosen(n_numbers, n_codes) if kind == "auto" else kind
    options: dict[str, Any] = {"sampling_strategy": dict(strategy), "random_state": seed}
    options["n_neighbors" if chosen == "adasyn" else "k_neighbors"] = n_neighbors
    if chosen == "smote_nc":
        options["categorical_features"] = list(range(n_numbers, n_numbers + n_codes))
    return getattr(samplers, _CLASS_OF[chosen])(**options)


def _chosen(n_numbers: int, n_codes: int) -> SmoteKind:
    if n_codes == 0:
        return "smote"
    return "smoten" if n_numbers == 0 else "smote_nc"


def _where(kind: str) -> str:
    return f"generator 'smote', kind {kind!r}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
