"""A recipe for people to read and correct: YAML with a comment beside every choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from equitab.pipeline.recipe import Recipe
from equitab.pipeline.yaml_text import to_flow, to_yaml
from equitab.schema import FairnessConstraint

_COMMENT_COLUMN = 44

_FIRST_OF_A_BLOCK = {"constraints", "baselines"}

_SCHEMA_COMMENTS = {
    "target": "the column that models predict",
    "favorable_outcome": "the values of the target that are good for the person",
    "favorable_threshold": "the side of the numeric target that is good for the person",
    "control_features": "columns within whose values groups are compared",
    "ignore": "columns that take no part",
    "missing_tokens": "texts that stand for a missing value",
    "weight": "survey weights",
    "identifier": "rows of one person or household stay in one split",
    "split": "says which rows are for training, validation and test",
    "missing_sensitive": "people without a sensitive value: 'group' (their own) or 'exclude'",
}
_COMMENTS = {
    "split.test": "share of the rows on which everything is judged",
    "split.validation": "share of the other rows, on which thresholds and the model are chosen",
    "split.test_table": "a file of test rows instead of a share",
    "split.time": "a column by which the latest rows become the test rows",
    "generator.preset": "fast, quality or paper",
    "generator.max_seconds": "a bound on the time of learning",
    "generator.settings": "further arguments of the generator",
    "generator.search": "try several and choose by validation rows: {grid: {preset: [fast, quality]}}, say",
    "plan.strategy": "append, fill_groups, fill_outcomes, fill_both, fill_within_outcomes, equal_rates, "
    "sparse_regions or table",
    "plan.rows": "for append and sparse_regions: how many rows",
    "plan.max_rows": "at most so many new rows in all",
    "plan.table": "for table: a file with one row for each group and outcome",
    "plan.min_rows": "a group with fewer real rows of an outcome is not filled from its own",
    "plan.few_rows": "refuse such a group, or let it borrow from its parent group",
    "plan.max_growth": "no group grows to more than this many times its real rows",
    "plan.by_group": "for sparse_regions: whether groups get rows by how sparse their people are",
    "plan.steer": "for sparse_regions: 0 is no look at where people are few; 1 without",
    "plan.rounds": "add rows step by step until the contract holds: {step: 0.1, most: 10}, say",
    "constraints": "what fairness is asked for: demographic_parity, say; with keys tolerance, aim, ...",
    "constrained_rows": "rows drawn under the constraints; three times the training rows without",
    "mitigation": "reweighing, dr_fairness (ratios that are learned), or nothing",
    "baselines": "what stands beside every result",
    "contract": "promises: a contract's file, or names of templates ([four_fifths_rule], say)",
    "use_sensitive_features": "whether models see the sensitive features",
    "pictures": "training tables on one plane: auto, umap (up to a minute), pca, or none",
    "seed": "same seed, same machine, same result",
    "n_seeds": "how often the whole flow is repeated",
}


def commented_yaml(
    recipe: Recipe, *, guesses: Sequence[str], findings: Sequence[str] = (), origin: str
) -> str:
    """Return a recipe as YAML with comments; reading it gives the same recipe.

    Parameters
    ----------
    recipe : Recipe
        Its schema has to be a mapping.
    guesses : sequence of str
        What was guessed about the table, for the head of the file.
    findings : sequence of str
        What is worth knowing about the table, for the head of the file.
    origin : str
        What made the recipe, for the head of the file.
    """
    return "\n".join([*_head(guesses, findings, origin), *_body(recipe.to_dict())]) + "\n"


def _head(guesses: Sequence[str], findings: Sequence[str], origin: str) -> Iterator[str]:
    yield f"# A recipe for equitab, proposed by {origin}. Read it, correct it, then: equitab run THIS_FILE"
    if guesses:
        yield "#"
        yield "# Guessed from the table; check these first:"
        yield from (f"#   - {guess}" for guess in guesses)
    if findings:
        yield "#"
        yield "# Worth knowing (columns to leave out go under schema.ignore):"
        yield from (f"#   - {finding}" for finding in findings)
    yield ""


def _body(data: dict[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if key == "schema":
            yield from ("", "schema:", *_schema_lines(value))
        elif key == "contract" and value:
            yield from ("", *to_yaml({"contract": value}).splitlines())
        elif isinstance(value, dict):
            yield from ("", f"{key}:")
            for inner, held in value.items():
                yield _line(f"  {inner}: {to_flow(held)}", _COMMENTS.get(f"{key}.{inner}", ""))
        elif key == "models":
            yield from ("", "models:")
            yield from (f"  - {_model(model)}" for model in value)
        elif key == "constraints" and value:
            yield from ("", "constraints:")
            yield from (f"  - {to_flow(FairnessConstraint.from_dict(one).to_dict())}" for one in value)
        else:
            if key in _FIRST_OF_A_BLOCK:
                yield ""
            yield _line(f"{key}: {to_flow(value)}", _COMMENTS.get(key, ""))


def _schema_lines(schema: dict[str, Any]) -> Iterator[str]:
    for key, value in schema.items():
        if key in {"sensitive_features", "columns"}:
            yield f"  {key}:" if value else f"  {key}: []"
            yield from (f"    - {to_flow(item)}" for item in value)
        else:
            yield _line(f"  {key}: {to_flow(value)}", _SCHEMA_COMMENTS.get(key, ""))


def _model(model: dict[str, Any]) -> str:
    return to_flow(model) if model["parameters"] else to_flow(model["name"])


def _line(text: str, comment: str) -> str:
    return f"{text.ljust(_COMMENT_COLUMN)} # {comment}" if comment else text
