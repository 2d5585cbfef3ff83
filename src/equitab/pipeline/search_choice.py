"""The recipe's key ``generator.search``: which generators are tried, and by what one of them is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from equitab.errors import InputError, Problem
from equitab.evaluation import learner
from equitab.search import Aim, SettingGrid

Weight = Annotated[float, Field(ge=-1)]
Count = Annotated[int, Field(ge=1)]

WHERE = "recipe key 'generator.search'"


@dataclass(frozen=True, kw_only=True)
class SearchChoice:
    """Which generators are tried, and by what one of them is chosen.

    Parameters
    ----------
    grid : dict
        Arguments of the generator's constructor, each with the list of its values; every combination is a setting.
    guidance : tuple of float or None
        Guidance weights at sampling; 0, 0.5 and 1 where the generator has guidance.
    checkpoints : int or None
        Training steps that are compared; 3 where the generator keeps checkpoints.
    learner : str, dict or None
        The downstream model: a name, or ``name`` and ``parameters``; the recipe's first model when None.
    metric : str, default "auroc"
        A metric of performance, on validation rows.
    over : str, default "everybody"
        ``everybody``, or ``worst_group``: the group with the worst score.
    rule : str, default "one_standard_error"
        ``one_standard_error``: the simplest candidate that is within one standard error of the best; ``best``.
    n_draws : int, default 1
        How often rows are drawn for each candidate.
    n_settings : int or None
        At most so many settings, drawn from the grid by the seed.
    max_seconds : float or None
        A bound on the whole search.

    Examples
    --------
    >>> SearchChoice(grid={"learning_rate": [0.0003, 0.001]}, max_seconds=600).rule
    'one_standard_error'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    grid: dict[str, list[Any]] = field(default_factory=dict)
    guidance: tuple[Weight, ...] | None = None
    checkpoints: Count | None = None
    learner: str | dict[str, Any] | None = None
    metric: str = "auroc"
    over: Literal["everybody", "worst_group"] = "everybody"
    rule: Literal["one_standard_error", "best"] = "one_standard_error"
    n_draws: Count = 1
    n_settings: Count | None = None
    max_seconds: Annotated[float, Field(gt=0)] | None = None

    def setting_grid(self, name: str, settings: Mapping[str, Any]) -> SettingGrid:
        """Return what is tried of a generator whose other arguments are fixed."""
        return SettingGrid.of(name, settings, self.grid, self.guidance, self.checkpoints, self.n_settings)

    def learner_of(self, models: Sequence[Any]) -> str | dict[str, Any]:
        """Return the downstream model: the one that is named, or the first of a recipe's."""
        if self.learner is not None:
            return self.learner
        return {"name": models[0].name, "parameters": dict(models[0].parameters)}

    @property
    def aim(self) -> Aim:
        """What candidates are scored by."""
        return Aim(self.metric, self.over, self.rule, self.n_draws, self.max_seconds, n_jobs=1)


def shape_problems(search: SearchChoice, name: str, settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a search by itself, before any generator is looked at."""
    yield from _placed([*search.setting_grid(name, settings).shape_problems(), *search.aim.problems()])


def search_problems(
    search: SearchChoice, name: str, settings: Mapping[str, Any], models: Sequence[Any]
) -> Iterator[Problem]:
    """Yield what generator and downstream model say to a search: every value is tried in the constructor."""
    yield from _placed(search.setting_grid(name, settings).problems())
    try:
        learner(search.learner_of(models))
    except InputError as error:
        yield from _placed(error.problems)


def _placed(problems: Iterable[Problem]) -> Iterator[Problem]:
    for one in problems:
        yield Problem(f"{WHERE}, {one.where}", one.expected, one.received, one.next_step)
