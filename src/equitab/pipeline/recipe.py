"""The recipe: what a run does, in one file.

A recipe is read from YAML once, becomes a tree of frozen dataclasses, and is written back *resolved*, with
every default spelled out. Unknown keys are refused with the closest known one, everything that is wrong is
said at once with its key path, and what this release cannot do is refused, never left out silently.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, InstanceOf

from equitab.errors import Problem, RecipeError
from equitab.pipeline.assurance.recipe_contract import (
    ContractChoice,
    anchored_contract,
    changed_contract,
    read_contract_choice,
)
from equitab.pipeline.constraints.recipe_items import read_constraints
from equitab.pipeline.constraints.words import ConstraintWords
from equitab.pipeline.mitigation_choice import (
    DrFairnessChoice,
    Mitigation,
    mitigation_names,
    ratio_choice,
    read_mitigation,
)
from equitab.pipeline.recipe_contradictions import contradictions
from equitab.pipeline.recipe_problems import parsing_problems, unsupported_problems
from equitab.pipeline.rounds_choice import RoundsChoice
from equitab.pipeline.search_choice import SearchChoice
from equitab.pipeline.yaml_text import read_mapping, to_yaml
from equitab.schema import FairnessConstraint

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Preset = Literal["fast", "quality", "paper"]
Strategy = Literal[
    "append",
    "fill_groups",
    "fill_outcomes",
    "fill_both",
    "fill_within_outcomes",
    "equal_rates",
    "sparse_regions",
    "table",
]
FewRows = Literal["refuse", "parent"]
PictureChoice = Literal["auto", "umap", "pca", "none"]
Baseline = Literal[
    "smote_nc",
    "threshold_optimizer",
    "random_oversampling",
    "random_undersampling",
    "reweighing",
    "unguided",
]

PACKAGED = "packaged:"
"""The prefix of a table that ships with equitab (``packaged:adult``)."""


class _Strict:
    """Tells pydantic, which parses these dataclasses, to refuse unknown keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, kw_only=True)
class SplitChoice(_Strict):
    """Which rows train, choose and judge.

    Parameters
    ----------
    test : float, default 0.2
        Share of the rows on which everything is judged; not used where `test_table` or the schema's split
        column says which rows these are.
    validation : float, default 0.2
        Share of the other rows on which thresholds and the model are chosen.
    test_table : str or None
        Path or URL of a table that holds the test rows.
    time : str or None
        A column by which the latest rows become the test rows, in place of a draw.
    """

    test: Share = 0.2
    validation: Share = 0.2
    test_table: str | None = None
    time: str | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratorChoice(_Strict):
    """Which generator learns the table.

    Parameters
    ----------
    name : str, default "boosted_trees"
    preset : str or None
        ``fast``, ``quality`` or (of ``tabddpm``) ``paper``; the generator's own default when None.
    max_seconds : float or None
        A bound on the time of fitting.
    settings : dict
        Further arguments of the generator's constructor.
    search : SearchChoice or None
        Try several generators, and choose one by how much its rows help a downstream model on validation rows.
    """

    name: str = "boosted_trees"
    preset: Preset | None = None
    max_seconds: Annotated[float, Field(gt=0)] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    search: SearchChoice | None = None

    @property
    def fixed_settings(self) -> dict[str, Any]:
        """The arguments of the constructor that are said, the preset among them."""
        return dict(self.settings) | ({} if self.preset is None else {"preset": self.preset})


@dataclass(frozen=True, kw_only=True)
class PlanChoice(_Strict):
    """How many rows are added, and for whom.

    Parameters
    ----------
    strategy : str, default "equal_rates"
        ``equal_rates`` (the fewest rows after which every group has the same share of favorable outcomes),
        ``append`` (rows as the table has them), ``fill_groups`` (every intersectional group as large as the
        largest), ``fill_outcomes`` (every outcome as frequent as the most frequent), ``fill_both`` (every
        group and outcome: many rows where groups differ in size), ``fill_within_outcomes`` (every group as large as
        the largest within each outcome, the overall share of every outcome kept), ``sparse_regions`` (rows where
        people are few), ``table``.
    rows : int or None
        For ``append`` and ``sparse_regions``: how many; as many as there are training rows when None.
    max_rows : int or None
        A bound on the rows added in all; None for as many as the strategy asks for.
    table : str or None
        For ``table``: path or URL of a table with the columns of the groups, the outcome, or both, and either
        ``rows_to_add`` or ``rows_wanted``.
    min_rows : int or None
        A group with an outcome that fewer real rows have is not filled from its own rows; 2 when None, and 1 for a
        ``table``.
    few_rows : {"refuse", "parent"}, default "refuse"
        Such a group is refused, or filled with rows that the generator draws from what it shares with its parent group.
    max_growth : float or None
        No group with an outcome grows to more than this many times its real rows.
    by_group : bool, default False
        For ``sparse_regions``: groups with outcomes get rows in proportion to how sparse their people are; otherwise no
        group is named, and the generator chooses.
    steer : float or None
        For ``sparse_regions``: rows are added in proportion to the distance to their nearest real rows to this power; 1
        when None.
    rounds : RoundsChoice or None
        Add rows step by step, until the contract holds on validation rows.
    """

    strategy: Strategy = "equal_rates"
    rows: Count | None = None
    max_rows: Count | None = None
    table: str | None = None
    min_rows: Count | None = None
    few_rows: FewRows = "refuse"
    max_growth: Annotated[float, Field(ge=1)] | None = None
    by_group: bool = False
    steer: Annotated[float, Field(ge=0)] | None = None
    rounds: RoundsChoice | None = None


@dataclass(frozen=True, kw_only=True)
class ModelChoice(_Strict):
    """A model that is trained and judged.

    Parameters
    ----------
    name : str
        A short name (``logistic_regression``) or the full name of a scikit-learn classifier
        (``sklearn.svm.SVC``).
    parameters : dict
        Arguments of its constructor.
    """

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recipe(_Strict):
    """Everything that a run is told.

    Parameters
    ----------
    table : str
        A path, a URL, or ``packaged:adult``.
    schema : str or dict
        Path of a schema file, or its keys; whatever is left out is inferred from the table.
    version : int, default 1
        The version of this format.
    split, generator, plan : SplitChoice, GeneratorChoice, PlanChoice
    constraints : tuple of FairnessConstraint
        What fairness is asked for; written as a criterion's name, or as a mapping of a constraint's keys.
    constrained_rows : int or None
        How many rows are drawn under the constraints; three times the training rows, but at least 20,000 and at
        most 200,000, when None.
    mitigation : tuple of str or DrFairnessChoice, default ("reweighing",)
        ``reweighing``: weights that make group and outcome independent. ``dr_fairness``: ratios of groups and of real
        against generated rows, learned on validation rows; a mapping holds its options.
    models : tuple of ModelChoice, default logistic regression and gradient boosting
    baselines : tuple of str, default ("smote_nc", "threshold_optimizer")
        What stands beside every result; *no treatment* always does. ``random_oversampling`` copies real rows up to
        what the plan makes of every group and outcome, ``random_undersampling`` removes rows to the same proportions,
        ``reweighing`` weighs the original rows (also where it is no mitigation), ``unguided`` adds the plan's rows
        drawn without guidance (generator ``guided_diffusion``).
    use_sensitive_features : bool, default True
        Whether models see the sensitive features.
    pictures : {"auto", "umap", "pca", "none"}, default "auto"
        How training tables are put on one plane in the report: by UMAP (which takes up to a minute) where the extra
        ``pictures`` is installed and there are 1,000 training rows, else by principal components.
    seed : int, default 0
    n_seeds : int, default 1
        How many times the whole flow is repeated, with the seeds ``seed``, ``seed + 1`` and so on.
    contract : ContractChoice or None
        What the run promises and where its evidence is kept; written as a file's path, as names of templates, or as a
        contract's keys with ``store``, ``subject`` and ``valid_days`` beside them.

    Examples
    --------
    >>> recipe = recipe_from_dict({"table": "people.csv", "schema": {"target": "income"}, "seed": 3})
    >>> recipe.seed, recipe.generator.name
    (3, 'boosted_trees')
    """

    table: str
    schema: str | dict[str, Any]
    version: Literal[1] = 1
    split: SplitChoice = SplitChoice()
    generator: GeneratorChoice = GeneratorChoice()
    plan: PlanChoice = PlanChoice()
    constraints: tuple[InstanceOf[FairnessConstraint], ...] = ()
    constrained_rows: Count | None = None
    mitigation: tuple[Mitigation | InstanceOf[DrFairnessChoice], ...] = ("reweighing",)
    models: tuple[ModelChoice, ...] = (
        ModelChoice(name="logistic_regression"),
        ModelChoice(name="gradient_boosting"),
    )
    baselines: tuple[Baseline, ...] = ("smote_nc", "threshold_optimizer")
    contract: InstanceOf[ContractChoice] | None = None
    use_sensitive_features: bool = True
    pictures: PictureChoice = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    n_seeds: Annotated[int, Field(ge=1, le=100)] = 1

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the repetitions."""
        return tuple(range(self.seed, self.seed + self.n_seeds))

    @property
    def mitigation_names(self) -> tuple[str, ...]:
        """The names of the mitigations."""
        return mitigation_names(self.mitigation)

    @property
    def ratios(self) -> DrFairnessChoice | None:
        """How ratios are learned; None where no mitigation learns any."""
        return ratio_choice(self.mitigation)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with every default spelled out, keys in the order of the documentation."""
        data = asdict(replace(self, contract=None))
        data["contract"] = None if self.contract is None else self.contract.to_dict()
        ordered = (
            "version",
            "table",
            "schema",
            "split",
            "generator",
            "plan",
            "constraints",
            "constrained_rows",
        )
        later = ("mitigation", "models", "baselines", "contract", "use_sensitive_features", "pictures")
        return {key: _listed(data[key]) for key in (*ordered, *later, "seed", "n_seeds")}

    def to_yaml(self) -> str:
        """Return the resolved recipe as YAML; reading it gives the same recipe."""
        return to_yaml(self.to_dict())

    def digest(self) -> str:
        """Return the SHA-256 of what the recipe asks for: all of it but where tables, schema and evidence lie."""
        data = {key: value for key, value in self.to_dict().items() if key not in {"table", "schema"}}
        data["split"] = {**data["split"], "test_table": self.split.test_table is not None}
        if data["contract"] is not None:
            data["contract"].pop("store", None)
        text = json.dumps(data, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def recipe_from_dict(data: Mapping[str, Any]) -> Recipe:
    """Return the recipe that plain data describes.

    Parameters
    ----------
    data : mapping
        The keys of `Recipe`; ``models`` may hold names in place of mappings.

    Raises
    ------
    RecipeError
        If keys are unknown or missing, values of the wrong kind or out of range, or something is asked for
        that this release cannot do; all of them at once, each with its key path.

    Examples
    --------
    >>> recipe_from_dict({"table": "people.csv", "schema": "schema.yaml", "modles": []})
    Traceback (most recent call last):
    ...
    equitab.errors.RecipeError: recipe key 'modles': expected a known key, received an unknown one. \
Next: did you mean 'models'?
    """
    from pydantic import TypeAdapter, ValidationError

    plain = _with_long_forms(data)
    problems = list(unsupported_problems(plain))
    if isinstance(plain.get("constraints"), list | tuple):
        plain["constraints"], wrong = read_constraints(plain["constraints"])
        problems += wrong
    if isinstance(plain.get("mitigation"), list | tuple):
        plain["mitigation"], wrong = read_mitigation(plain["mitigation"])
        problems += wrong
    plain["contract"], wrong = read_contract_choice(plain.get("contract"))
    problems += wrong
    is_contract_wrong = bool(wrong)
    try:
        recipe = TypeAdapter(Recipe).validate_python(plain)
    except ValidationError as error:
        raise RecipeError(parsing_problems(error, Recipe, problems)) from None
    problems += contradictions(recipe, is_contract_wrong=is_contract_wrong)
    if problems:
        raise RecipeError(problems)
    return recipe


def load_recipe(
    path: str | Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    constraints: ConstraintWords | None = None,
) -> Recipe:
    """Return the recipe that a YAML file holds; relative paths in it start at the file's folder.

    Parameters
    ----------
    path : str or Path
    overrides : mapping, optional
        Keys that replace those of the file; nested mappings are merged (``{"generator": {"preset": "fast"}}``).
    constraints : ConstraintWords, optional
        Flags that replace or change the constraints of the file.

    Raises
    ------
    RecipeError
        As `recipe_from_dict`, and if the file is missing or is no YAML mapping.
    """
    path = Path(path)
    held, changes = anchored(read_mapping(path, what="recipe"), path.parent), dict(overrides or {})
    if "contract" in changes:
        changes["contract"] = changed_contract(held.pop("contract", None), changes["contract"])
    data = merged(held, changes)
    problems: list[Problem] = []
    if constraints:
        data["constraints"] = constraints.over(data.get("constraints"), problems)
    try:
        recipe = recipe_from_dict(data)
    except RecipeError as error:
        raise RecipeError([*problems, *error.problems]) from None
    if problems:
        raise RecipeError(problems)
    return recipe


def merged(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested data with changes laid over it.

    Examples
    --------
    >>> merged({"plan": {"rows": 3, "strategy": "append"}}, {"plan": {"rows": 5}})
    {'plan': {'rows': 5, 'strategy': 'append'}}
    """
    result = dict(data)
    for key, value in changes.items():
        held = result.get(key)
        both = isinstance(held, Mapping) and isinstance(value, Mapping)
        result[key] = merged(held, value) if both else value  # type: ignore[arg-type]
    return result


def moved(recipe: Recipe, folder: Path) -> Recipe:
    """Return the recipe as it has to read in a file of another folder: relative paths start there."""
    split = replace(recipe.split, test_table=_relative(recipe.split.test_table, folder))
    plan = replace(recipe.plan, table=_relative(recipe.plan.table, folder))
    schema = _relative(recipe.schema, folder) if isinstance(recipe.schema, str) else recipe.schema
    table = _relative(recipe.table, folder)
    contract = None if recipe.contract is None else recipe.contract.moved(folder)
    return replace(recipe, table=str(table), schema=schema or {}, split=split, plan=plan, contract=contract)


def anchored(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a recipe's plain data with relative paths joined to a folder."""
    result = dict(data)
    for key in ("table", "schema"):
        result[key] = _joined(result.get(key), folder)
    for key, inner in (("split", "test_table"), ("plan", "table")):
        if isinstance(result.get(key), Mapping):
            result[key] = {
                **result[key],
                **{k: _joined(v, folder) for k, v in result[key].items() if k == inner},
            }
    result["contract"] = anchored_contract(result.get("contract"), folder)
    return {key: value for key, value in result.items() if key in data}


def is_path(location: object) -> bool:
    """Return whether a location is a path, not a URL or a packaged table."""
    return isinstance(location, str) and "://" not in location and not location.startswith(PACKAGED)


def _joined(location: Any, folder: Path) -> Any:
    if not is_path(location) or os.path.isabs(location):
        return location
    return str(folder / location)


def _relative(location: str | None, folder: Path) -> str | None:
    """Return a path as seen from a folder, so that both can be moved together."""
    if location is None or not is_path(location):
        return location
    try:
        return Path(os.path.relpath(location, folder)).as_posix()
    except ValueError:  # another drive
        return str(Path(location).resolve())


def _with_long_forms(data: Mapping[str, Any]) -> dict[str, Any]:
    """Spell out the short forms: a name in place of a mapping, one item in place of a list."""
    result = dict(data)
    for key in ("models", "mitigation", "baselines", "constraints"):
        held = result.get(key, ())
        if held is None:
            result[key] = []
        elif isinstance(held, str | Mapping | FairnessConstraint):
            result[key] = [held]
    if isinstance(result.get("models"), Sequence):
        result["models"] = [{"name": item} if isinstance(item, str) else item for item in result["models"]]
    for key, inner in (("generator", "name"), ("plan", "strategy")):
        if isinstance(result.get(key), str):
            result[key] = {inner: result[key]}
    return result


def _listed(value: Any) -> Any:
    """Turn tuples into lists, all the way down."""
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, tuple | list) else value
