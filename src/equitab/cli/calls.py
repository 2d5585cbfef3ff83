"""From flags to the arguments of the library's functions: names are matched, nothing is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from equitab.cli.options import CommonFlags, ConstraintFlags, GeneratorFlags, PlanFlags, SchemaFlags


def asked_schema(flags: SchemaFlags, common: CommonFlags) -> dict[str, Any]:
    """Return schema keys: those of --schema or of the recipe --config, with the flags laid over them."""
    from equitab.pipeline import SchemaWords, load_recipe, read_schema_keys, recipe_schema_keys

    keys: dict[str, Any] = {}
    if flags.schema is not None:
        keys = read_schema_keys(flags.schema)
    elif common.config is not None:
        keys = recipe_schema_keys(load_recipe(common.config))
    words = {name: value for name, value in vars(flags).items() if name != "schema"}
    return SchemaWords(**words).over(keys)


def asked_seed(common: CommonFlags) -> int:
    """Return the seed of the flags, of the recipe, or 0."""
    if common.seed is not None or common.config is None:
        return common.seed or 0
    from equitab.pipeline import load_recipe

    return load_recipe(common.config).seed


def asked_overrides(common: CommonFlags) -> dict[str, Any]:
    """Return the seed as a change of a recipe, if there is one."""
    return {} if common.seed is None and common.config is None else {"seed": asked_seed(common)}


def asked_generator(flags: GeneratorFlags, common: CommonFlags) -> dict[str, Any]:
    """Return the keys of a recipe's generator: those of --config with the flags laid over them."""
    from dataclasses import asdict

    from equitab.pipeline import load_recipe

    known = {} if common.config is None else asdict(load_recipe(common.config).generator)
    return {**known, **generator_changes(flags).get("generator", {})}


def asked_training_constraints(flags: ConstraintFlags, common: CommonFlags) -> Any:
    """Return the constraints to learn under: those of the flags over those of --config that are for training."""
    from equitab.pipeline import ConstraintWords, load_recipe

    words = ConstraintWords(**vars(flags))
    if common.config is None:
        return words
    known = [one for one in load_recipe(common.config).constraints if "training" in one.places]
    return words.constraints(places=("training",), known=known) if words else known


def refuse_constraints(flags: ConstraintFlags) -> None:
    """Refuse constraints where real rows stay as they are."""
    from equitab.errors import Problem, RecipeError

    asked = [f"--{name}" for name, value in vars(flags).items() if value]
    if asked:
        raise RecipeError(
            Problem(
                f"flag {', '.join(asked)}",
                "no constraint: augment keeps the real rows, whose outcomes a constraint cannot change",
                "one",
                "draw a fair table of its own (equitab sample --constraint), or a run (equitab run --constraint)",
            )
        )


def find_study(name: str) -> Callable[..., Any]:
    """Return the study of that name."""
    from equitab.errors import Problem, RecipeError, closest
    from equitab.studies import STUDIES

    if name not in STUDIES:
        raise RecipeError(
            Problem(f"study {name!r}", "a known study", "an unknown one", closest(name, list(STUDIES)))
        )
    return STUDIES[name]


def asked_of_study(name: str, **asked: Any) -> dict[str, Any]:
    """Return those options of a study that were given; an option that the study does not have is refused."""
    import inspect

    from equitab.errors import Problem, RecipeError

    given = {key: value for key, value in asked.items() if value}
    known = inspect.signature(find_study(name)).parameters
    unknown = [key for key in given if key not in known]
    if unknown:
        raise RecipeError(
            [
                Problem(
                    f"study {name!r}", "only options that it has", f"{key!r}", "leave it out, or see --help"
                )
                for key in unknown
            ]
        )
    return given


def asked_plan(flags: PlanFlags, common: CommonFlags) -> dict[str, Any]:
    """Return the keys of a recipe's plan: those of --config with the flags laid over them."""
    from dataclasses import asdict

    from equitab.pipeline import load_recipe

    known = {} if common.config is None else asdict(load_recipe(common.config).plan)
    known.pop("rounds", None)  # who adds rows in rounds reads them with the contract
    return {**known, **plan_changes(flags).get("plan", {})}


def generator_changes(flags: GeneratorFlags) -> dict[str, Any]:
    """Return what the flags change in a recipe's generator."""
    return _changes("generator", name=flags.generator, preset=flags.preset, max_seconds=flags.max_seconds)


def plan_changes(flags: PlanFlags) -> dict[str, Any]:
    """Return what the flags change in a recipe's plan."""
    strategy = "table" if flags.plan is None and flags.plan_table is not None else flags.plan
    return _changes(
        "plan",
        strategy=strategy,
        rows=flags.rows,
        max_rows=flags.max_rows,
        table=flags.plan_table,
        min_rows=flags.min_rows,
        few_rows=flags.few_rows,
        max_growth=flags.max_growth,
        by_group=flags.by_group or None,
        steer=flags.steer,
    )


def _changes(key: str, **values: Any) -> dict[str, Any]:
    asked = {name: value for name, value in values.items() if value is not None}
    return {key: asked} if asked else {}


def asked_strengths(text: str | None) -> list[float] | None:
    """Return the strengths of ``0,0.5,1``; None where none were named."""
    from equitab.errors import Problem, RecipeError

    if text is None:
        return None
    try:
        found = [float(word) for word in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(-1 <= one <= 10 for one in found):
        expected = "numbers from -1 to 10 separated by commas"
        raise RecipeError(Problem("flag --strengths", expected, repr(text), "--strengths 0,0.5,1"))
    return found


def asked_run(run: str | None) -> str:
    """Return the folder of a run that was named; without one, say how to name it."""
    from equitab.errors import Problem, RecipeError

    if run is None:
        advice = "equitab certify RUN, or --new-key KEY.pem to make a key"
        raise RecipeError(Problem("argument RUN", "the folder of a finished run", "none", advice))
    return run


def refuse_beside(flag: str, **others: Any) -> None:
    """Refuse anything else beside a flag that does one thing only."""
    from equitab.errors import Problem, RecipeError

    given = [name for name, value in others.items() if value is not None]
    if given:
        listed = " and ".join(name if name == "run" else f"--{name.replace('_', '-')}" for name in given)
        raise RecipeError(Problem(f"flag {flag}", "nothing beside it", listed, "make two calls of it"))
