"""Quality of tables, over syntheses: parity of the outcome, what was changed for it, and what was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fairness.records import FairRecords
from benchmarks.fairness.rows import compas_scores, official_adult
from equitab.dataframe import Frame
from equitab.generators import make_generator
from equitab.metrics import compare_with_overall, exact_parity_spread
from equitab.schema import FairnessConstraint, favorable, group_codes, sensitive_groups
from equitab.studies.mostly_fair import FairPart
from equitab.studies.mostly_fair_scores import Codes

SMALL, LARGE = 50, 700
ADULT = {
    "sex": FairnessConstraint(sensitive_features=("sex",), aim="table", tolerance=0.0),
    "sex × race": FairnessConstraint(sensitive_features=("sex", "race"), aim="table", tolerance=0.0),
    "sex, published mapping": FairnessConstraint(
        sensitive_features=("sex",), aim="table", mapping="quantile"
    ),
}
COMPAS = {"race": FairnessConstraint(aim="table", tolerance=0.0)}


def measure_tables(
    records: FairRecords, *, data: Path, n_syntheses: int, seed: int, quick: bool, say: Callable[[str], None]
) -> None:
    """Draw repeatedly from one fit of each table, and record every synthesis.

    Parameters
    ----------
    records : FairRecords
    data : path
        Of COMPAS; left out where it is not there.
    n_syntheses : int
    seed : int
    quick : bool
    say : callable
        Told of every table.
    """
    from equitab.studies.mostly_fair import has_compas

    _measure(records, official_adult(quick=quick), ADULT, n_syntheses, seed, say)
    if has_compas(data):
        _measure(records, compas_scores(data), COMPAS, n_syntheses, seed, say)
    else:
        say("COMPAS is left out: not in the folder of tables")


def _measure(
    records: FairRecords,
    part: FairPart,
    constraints: dict[str, FairnessConstraint],
    n_syntheses: int,
    seed: int,
    say: Callable[[str], None],
) -> None:
    left = [s for s in range(n_syntheses) if not records.has(_key(part, s))]
    if not left:
        return
    say(f"tables: {part.name}, {len(left)} syntheses")
    generator = make_generator("boosted_trees").fit(part.training.to_native(), part.schema, seed=seed)
    for synthesis in left:
        draft = generator.draft(len(part.training), seed=seed + 1 + synthesis)
        plain = Codes.read(draft.frame, part).column_errors()
        facts: dict[str, Any] = {"none": _of_table(draft.frame, part, plain, plain, 0.0)}
        for name, constraint in constraints.items():
            labelled = draft.table([constraint])
            errors = Codes.read(labelled.frame, part).column_errors()
            facts[name] = _of_table(labelled.frame, part, errors, plain, labelled.share_changed)
        records.append(
            _key(part, synthesis), "data", {"table": part.name, "synthesis": synthesis, "arms": facts}
        )


def _key(part: FairPart, synthesis: int) -> str:
    return f"data/{part.name}/{len(part.training)}/{synthesis}"


def _of_table(
    frame: Frame, part: FairPart, errors: dict[str, float], plain: dict[str, float], changed: float
) -> dict[str, Any]:
    schema, target = part.schema, part.schema.target
    others = [abs(errors[name] - plain[name]) for name in errors if name != target]
    sets = [(name,) for name in schema.sensitive_names]
    if len(sets) > 1:
        sets.append(schema.sensitive_names)
    return {
        "share_changed": changed,
        "overall": float(favorable(frame, schema).mean()),
        "column_error_beyond_plain": float(max(others)),
        "column_error": float(np.mean([errors[name] for name in errors if name != target])),
        "groups": {" × ".join(features): _of_groups(frame, part, features) for features in sets},
    }


def _of_groups(frame: Frame, part: FairPart, features: tuple[str, ...]) -> dict[str, Any]:
    groups = sensitive_groups(part.training, part.schema, features)
    codes = group_codes(frame, part.schema, groups)
    is_in = codes >= 0
    sizes = np.bincount(codes[is_in], minlength=groups.n_groups).astype(np.int64)
    hits = np.bincount(codes[is_in], weights=favorable(frame, part.schema)[is_in], minlength=groups.n_groups)
    hits = np.round(hits).astype(np.int64)
    tests = compare_with_overall(hits, sizes, labels=groups.labels, min_group_size=SMALL)
    return {
        "rates": {label: float(h / n) for label, h, n in zip(groups.labels, hits, sizes, strict=True) if n},
        "sizes": {label: int(n) for label, n in zip(groups.labels, sizes, strict=True)},
        "differing": list(tests.differing),
        "spread": _spread(hits, sizes, SMALL),
        "spread_of_large": _spread(hits, sizes, LARGE),
        "exact_parity_spread": _chance(hits, sizes, SMALL),
    }


def _spread(hits: np.ndarray, sizes: np.ndarray, fewest: int) -> float | None:
    held = sizes >= fewest
    return float(np.ptp(hits[held] / sizes[held])) if held.sum() > 1 else None


def _chance(hits: np.ndarray, sizes: np.ndarray, fewest: int) -> float | None:
    held = sizes >= fewest
    if held.sum() < 2:
        return None
    return exact_parity_spread(sizes[held], float(hits.sum() / sizes.sum()), n_draws=2000, seed=0).median
