"""The learners that models are made by: six by name, or any scikit-learn classifier by its dotted name.

A learner is a value: which estimator, with which settings, and in which form it wants its features. Settings
are chosen so that scores are probabilities worth a threshold: leaves hold several rows.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation.design_matrix import DesignForm


@dataclass(frozen=True)
class Learner:
    """An estimator that is still to be built.

    Parameters
    ----------
    name : str
        What it is called in results.
    estimator : str
        Dotted name of a scikit-learn classifier.
    parameters : mapping
        Its settings, where they are not scikit-learn's.
    form : {"one_hot", "ordinal"}
        The form of its features.

    Examples
    --------
    >>> learner("k_nearest_neighbors").takes_weights
    False
    """

    name: str
    estimator: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    form: DesignForm = "one_hot"

    @property
    def takes_weights(self) -> bool:
        """Whether `fit` takes sample weights; else rows are resampled by weight."""
        from sklearn.utils.validation import has_fit_parameter

        return bool(has_fit_parameter(self.build(seed=0), "sample_weight"))

    def build(self, *, seed: int, categorical_positions: tuple[int, ...] = ()) -> Any:
        """Return the estimator, not yet fitted.

        Parameters
        ----------
        seed : int
            Its random state, if it has one.
        categorical_positions : tuple of int
            Columns that hold codes, told to estimators that ask.
        """
        settings = dict(self.parameters)
        estimator = _classifier_class(self.estimator)(**settings)
        accepted = estimator.get_params(deep=False)
        if "random_state" in accepted and "random_state" not in settings:
            estimator.set_params(random_state=seed)
        if self.form == "ordinal" and "categorical_features" in accepted and categorical_positions:
            estimator.set_params(categorical_features=list(categorical_positions))
        return estimator


_NAMED = (
    Learner(
        "decision_tree", "sklearn.tree.DecisionTreeClassifier", {"min_samples_leaf": 20, "max_depth": 12}
    ),
    Learner("gaussian_naive_bayes", "sklearn.naive_bayes.GaussianNB", {"var_smoothing": 1e-3}),
    Learner("k_nearest_neighbors", "sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": 25}),
    Learner("logistic_regression", "sklearn.linear_model.LogisticRegression", {"max_iter": 1000}),
    Learner(
        "random_forest",
        "sklearn.ensemble.RandomForestClassifier",
        {"n_estimators": 150, "min_samples_leaf": 5},
        form="ordinal",
    ),
    Learner(
        "gradient_boosting",
        "sklearn.ensemble.HistGradientBoostingClassifier",
        # scikit-learn's defaults, as in published comparisons, but every row is learned from.
        {"early_stopping": False},
        form="ordinal",
    ),
)
LEARNERS: Mapping[str, Learner] = MappingProxyType({held.name: held for held in _NAMED})
"""The learners that have a name of their own."""


def learner(described: str | Learner | Mapping[str, Any]) -> Learner:
    """Return the learner that a recipe describes.

    Parameters
    ----------
    described : str, Learner, or mapping with ``name`` and ``parameters``
        A name of `LEARNERS`, or the dotted name of a scikit-learn classifier of an installed package;
        parameters add to the settings of a named learner, or replace them.

    Returns
    -------
    Learner

    Raises
    ------
    RecipeError
        If the name is unknown (the closest one is given), the class is no classifier, gives no score, or does
        not take a parameter.

    Examples
    --------
    >>> learner({"name": "decision_tree", "parameters": {"max_depth": 3}}).parameters["max_depth"]
    3
    >>> learner("logistic_regresion")
    Traceback (most recent call last):
    ...
    equitab.errors.RecipeError: model 'logistic_regresion': expected a learner's name or the dotted name of \
a scikit-learn classifier, received an unknown one. Next: did you mean 'logistic_regression'?
    """
    if isinstance(described, Learner):
        return described
    name, parameters = _name_and_parameters(described)
    if name in LEARNERS:
        known = LEARNERS[name]
        found = Learner(name, known.estimator, {**known.parameters, **parameters}, known.form)
    elif "." in name:
        found = Learner(name, name, parameters)
    else:
        raise _unknown(name)
    _check_build(found)
    return found


def _name_and_parameters(described: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(described, str):
        return described, {}
    unknown = [key for key in described if key not in {"name", "parameters"}]
    problems = [
        Problem(
            f"model key {key!r}",
            "'name' or 'parameters'",
            "an unknown key",
            closest(key, ["name", "parameters"]),
        )
        for key in unknown
    ]
    if not isinstance(described.get("name"), str):
        problems.append(Problem("model", "a name", "none", f"for example {next(iter(LEARNERS))!r}"))
    if problems:
        raise RecipeError(problems)
    return described["name"], dict(described.get("parameters") or {})


def _check_build(found: Learner) -> None:
    """Raise unless the estimator can be built and gives scores."""
    where = f"model {found.name!r}"
    try:
        estimator = found.build(seed=0)
    except TypeError as error:
        accepted = sorted(_classifier_class(found.estimator)().get_params(deep=False))
        unknown = [key for key in found.parameters if key not in accepted]
        if not unknown:
            raise RecipeError(Problem(where, "settings that the estimator takes", str(error))) from error
        raise RecipeError(
            [
                Problem(f"{where}, parameter {key!r}", "one that it takes", "another", closest(key, accepted))
                for key in unknown
            ]
        ) from error
    if not (hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function")):
        advice = "choose another learner, or a setting that makes it give probabilities"
        raise RecipeError(
            Problem(where, "an estimator that gives scores", "one with predictions only", advice)
        )


def _classifier_class(dotted: str) -> type:
    """Return the class of that name: a scikit-learn classifier of an installed distribution."""
    from sklearn.base import BaseEstimator, is_classifier

    module_name, _, class_name = dotted.rpartition(".")
    # A recipe may name code that was installed, never a file that happens to lie in the working directory.
    if not _is_installed(module_name.split(".")[0]):
        raise _unknown(dotted)
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise _unknown(dotted) from error
    if not (isinstance(found, type) and issubclass(found, BaseEstimator)):
        raise RecipeError(Problem(f"model {dotted!r}", "a scikit-learn classifier", "something else"))
    is_one = is_classifier(found()) if _has_no_required(found) else hasattr(found, "predict")
    if not is_one:
        raise RecipeError(
            Problem(f"model {dotted!r}", "a scikit-learn classifier", "another kind of estimator")
        )
    return found


@cache
def _is_installed(package: str) -> bool:
    """Whether a top-level package belongs to an installed distribution (a search of a second, so once)."""
    return package == "sklearn" or package in importlib.metadata.packages_distributions()


def _has_no_required(found: type) -> bool:
    import inspect

    signature = inspect.signature(found)
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(held.default is not held.empty or held.kind in kinds for held in signature.parameters.values())


def _unknown(name: str) -> RecipeError:
    expected = "a learner's name or the dotted name of a scikit-learn classifier"
    possible = [*LEARNERS, *_neighbours(name)] if "." in name else list(LEARNERS)
    return RecipeError(Problem(f"model {name!r}", expected, "an unknown one", closest(name, possible)))


def _neighbours(dotted: str) -> list[str]:
    """Return the dotted names of the classes beside a wrong one, where its module is one of scikit-learn's."""
    module_name = dotted.rpartition(".")[0]
    if module_name.split(".")[0] != "sklearn":
        return []
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        return []
    return [f"{module_name}.{name}" for name in getattr(module, "__all__", ())]
