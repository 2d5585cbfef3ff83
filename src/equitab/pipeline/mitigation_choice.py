"""The recipe's key ``mitigation``: names of treatments, or ``dr_fairness`` with its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from equitab.errors import Problem, closest

if TYPE_CHECKING:
    from equitab.pipeline.recipe import Recipe
    from equitab.schema import TableSchema

Mitigation = Literal["reweighing", "dr_fairness"]
Count = Annotated[int, Field(ge=1)]
DR_FAIRNESS = "dr_fairness"
"""The name of the mitigation, and of the treatment that it makes."""


@dataclass(frozen=True, kw_only=True)
class DrFairnessChoice:
    """How the ratios between groups, and of real against generated rows, are learned.

    Parameters
    ----------
    name : {"dr_fairness"}
    objective : {"equalized_odds", "equal_opportunity", "demographic_parity"}, default "equalized_odds"
        Which differences between groups the ratios are to make small, on validation rows.
    gap : {"rate", "loss"}, default "rate"
        By what groups are compared: mean probabilities, or mean losses, as published.
    accuracy_weight : float or None
        How much the loss of all validation rows counts beside the difference between groups: less of it, fairer.
        0.5 for rates and 20, as published, for losses when None.
    label_shares : {"learned", "kept"}, default "learned"
        Whether outcomes keep their shares of a batch, as published, or have them moved, within a factor of two of
        their odds. Moved, both the rates of true and of false positives come together.
    judged_by : {"validation", "all_rows"} or None
        The rows on which gaps are judged while ratios are learned: validation rows, as published, or training rows
        too, which are more; None means all rows for the logistic head and validation rows for ``mlp``.
    generated_rows : {"if_better", "always"}, default "if_better"
        Use generated rows only where a head that learns from them too is neither less fair nor less accurate on the
        rows that judge, or always, as published.
    head : {"logistic", "mlp"}, default "logistic"
        The model that ratios are learned with; every model of the recipe then learns with the weights they give.
        ``mlp`` needs the extra ``torch``.
    n_steps : int, default 3000
        Batches, with an update of the ratios for each or for some.
    hypergradient : {"identity", "last_layer"}, default "identity"
        ``identity`` looks one step ahead, as published; ``last_layer`` solves for the head's own answer.
    sensitive_features : tuple of str or None
        Whose groups; all of the schema's together when None.

    Examples
    --------
    >>> DrFairnessChoice(accuracy_weight=5).objective
    'equalized_odds'
    >>> DrFairnessChoice(gap="loss").weight
    20.0
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    name: Literal["dr_fairness"] = DR_FAIRNESS  # type: ignore[assignment]
    objective: Literal["equalized_odds", "equal_opportunity", "demographic_parity"] = "equalized_odds"
    gap: Literal["rate", "loss"] = "rate"
    accuracy_weight: Annotated[float, Field(ge=0)] | None = None
    label_shares: Literal["learned", "kept"] = "learned"
    judged_by: Literal["validation", "all_rows"] | None = None
    generated_rows: Literal["if_better", "always"] = "if_better"
    head: Literal["logistic", "mlp"] = "logistic"
    n_steps: Count = 3000
    hypergradient: Literal["identity", "last_layer"] = "identity"
    sensitive_features: tuple[str, ...] | None = None

    @property
    def weight(self) -> float:
        """The accuracy weight that is used."""
        from equitab.mitigation.adaptive_sampling.objectives import weight_for

        return weight_for(self.gap, self.accuracy_weight)


def read_mitigation(data: Sequence[Any]) -> tuple[list[Any], list[Problem]]:
    """Return the items of a recipe's key ``mitigation``, mappings read, and what is wrong with these.

    Parameters
    ----------
    data : sequence
        Names, mappings of the keys of `DrFairnessChoice`, or such choices. Names are checked with the recipe's
        other keys; ``dr_fairness`` alone stands for its defaults.

    Examples
    --------
    >>> found, problems = read_mitigation(["reweighing", {"name": "dr_fairness", "objektive": "equalized_odds"}])
    >>> found, str(problems[0])
    (['reweighing'], "recipe key 'mitigation[1].objektive': expected a known key, received an unknown one. \
Next: did you mean 'objective'?")
    """
    found: list[Any] = []
    problems: list[Problem] = []
    for place, item in enumerate(data):
        if item == DR_FAIRNESS:
            found.append(DrFairnessChoice())
        elif isinstance(item, Mapping):
            _read_options(item, f"mitigation[{place}]", found, problems)
        else:
            found.append(item)
    return found, problems


def mitigation_names(held: Sequence[str | DrFairnessChoice]) -> tuple[str, ...]:
    """Return the names of a recipe's mitigations."""
    return tuple(item if isinstance(item, str) else item.name for item in held)


def ratio_choice(held: Sequence[str | DrFairnessChoice]) -> DrFairnessChoice | None:
    """Return how ratios are learned, or None where no mitigation of a recipe learns any."""
    chosen = (item for item in held if not isinstance(item, str) or item == DR_FAIRNESS)
    found = next(chosen, None)
    return DrFairnessChoice() if isinstance(found, str) else found


def ratio_contradictions(recipe: Recipe) -> Iterator[Problem]:
    """Yield what leaves nothing for ratios to be learned from, before the table is looked at."""
    choice = recipe.ratios
    if choice is not None and choice.sensitive_features == ():
        where = f"recipe key 'mitigation' with {DR_FAIRNESS!r}, 'sensitive_features'"
        yield Problem(where, "at least one name, or null for all", "none")


def feature_problems(choice: DrFairnessChoice | None, schema: TableSchema) -> Iterator[Problem]:
    """Yield the sensitive features that ratios are to balance and that the table's schema does not have."""
    where = f"recipe key 'mitigation' with {DR_FAIRNESS!r}"
    for name in (choice and choice.sensitive_features) or ():
        if name not in schema.sensitive_names:
            advice = closest(name, schema.sensitive_names)
            yield Problem(where, "sensitive features of the schema", f"{name!r}", advice)


def augment_problems(names: Sequence[str]) -> Iterator[Problem]:
    """Yield a mitigation that a table alone cannot have: ratios need models and validation rows."""
    if DR_FAIRNESS in names:
        advice = "equitab run RECIPE --mitigation dr_fairness"
        received = f"{DR_FAIRNESS!r}, whose ratios are learned with a model on validation rows"
        yield Problem("mitigation", "'reweighing'", received, advice)


def _read_options(item: Mapping[str, Any], path: str, found: list[Any], problems: list[Problem]) -> None:
    from pydantic import TypeAdapter, ValidationError

    from equitab.pipeline.recipe_problems import parsing_problems

    if item.get("name") != DR_FAIRNESS:
        problems.append(_name_problem(item, path))
        return
    known = {key: value for key, value in item.items() if key in _KEYS}
    wrong = [
        Problem(f"recipe key '{path}.{key}'", "a known key", "an unknown one", closest(str(key), _KEYS))
        for key in item
        if key not in _KEYS
    ]
    try:
        choice = TypeAdapter(DrFairnessChoice).validate_python(known)
    except ValidationError as error:
        wrong += parsing_problems(error, DrFairnessChoice, [], within=path)
    if wrong:
        problems += wrong
    else:
        found.append(choice)


def _name_problem(item: Mapping[str, Any], path: str) -> Problem:
    name = item.get("name")
    if name is None:
        return Problem(f"recipe key '{path}.name'", "to be given", "nothing", f"name: {DR_FAIRNESS}")
    expected = f"{DR_FAIRNESS!r}, the only mitigation with options"
    return Problem(f"recipe key '{path}.name'", expected, repr(name), closest(str(name), [DR_FAIRNESS]))


_KEYS = [item.name for item in fields(DrFairnessChoice)]
