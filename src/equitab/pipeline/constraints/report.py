"""What a run's page and its closing lines say about constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from equitab.pipeline.constraints.question import METRIC_OF, features_name
from equitab.report import AskedConstraint, TunedModel
from equitab.schema import FairnessConstraint, TableSchema


def asked_constraints(
    constraints: Sequence[FairnessConstraint], schema: TableSchema, facts: Mapping[str, Any]
) -> tuple[AskedConstraint, ...]:
    """Return what a page is told about every constraint.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
        Of the recipe.
    schema : TableSchema
    facts : mapping
        Of the stage that drew rows under them.
    """
    return tuple(
        AskedConstraint(
            criterion=one.criterion,
            sensitive_features=features_name(one, schema),
            metric=METRIC_OF.get(one.criterion, ""),
            tolerance=one.tolerance,
            bound=one.bound,
            aim="table" if one.criterion == "bounded_proxies" else one.aim,
            places=one.places,
            tuned=tuple(_tuned(model, held, one, facts["rows"]) for model, held in facts["models"].items()),
        )
        for one in constraints
    )


def _tuned(model: str, held: Mapping[str, Any], one: FairnessConstraint, n_rows: int) -> TunedModel:
    found = [FairnessConstraint.from_dict(data) for data in held["constraints"]]
    mine = next((tuned for tuned in found if tuned.name == one.name), None)
    return TunedModel(
        model=model,
        strength=None if mine is None else mine.strength,
        group_strengths=() if mine is None else mine.group_strengths,
        share_changed=held["share_changed"],
        n_rows=n_rows,
        n_candidates=held["candidates"],
        is_reached=held["is_reached"],
    )


def sampling_command(
    place: str | Path,
    constraints: Sequence[FairnessConstraint],
    *,
    n_rows: int,
    seed: int = 0,
    strength: float | None = None,
    out: str = "fair.parquet",
) -> str:
    """Return the command that draws rows under constraints from the generator of a run or of a folder.

    Parameters
    ----------
    place : str or Path
        The folder of the run, whose strengths are recalled, or of a generator.
    constraints : sequence of FairnessConstraint
    n_rows : int
    seed : int, default 0
    strength : float, optional
        In place of what a run recalls.
    out : str, default "fair.parquet"

    Examples
    --------
    >>> sampling_command("result", [FairnessConstraint(sensitive_features=("sex",))], n_rows=5000)
    'equitab sample result --constraint demographic_parity=sex --rows 5000 --out fair.parquet'
    """
    sampled = [one for one in constraints if "sampling" in one.places]
    words = ["equitab", "sample", quote(str(place))]
    for one in sampled:
        features = f"={','.join(one.sensitive_features)}" if one.sensitive_features else ""
        words += ["--constraint", quote(f"{one.criterion}{features}")]
        if one.bound is not None:
            words += ["--bound", f"{one.criterion}={one.bound:g}"]
    aims = {one.aim for one in sampled}
    if strength is not None:
        words += ["--strength", f"{strength:g}"]
    elif aims == {"table"}:
        tolerances = {one.tolerance for one in sampled}
        words += [
            "--aim",
            "table",
            *(["--tolerance", f"{max(tolerances):g}"] if len(tolerances) == 1 else []),
        ]
    words += ["--rows", str(n_rows), *(["--seed", str(seed)] if seed else [])]
    return " ".join([*words, "--out", quote(out)])
