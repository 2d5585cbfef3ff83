"""equitab turns a biased or unbalanced table into one that is safe to learn from, and proves it.

The names below are what most programs need; each room (`equitab.schema`, `equitab.metrics`, ...) holds more. They are
loaded on first use, so that importing the package is quick and needs no optional library.

Examples
--------
>>> import equitab
>>> people = equitab.load_adult()
>>> schema = equitab.adult_schema()
>>> schema.target, schema.sensitive_names
('income', ('sex', 'race'))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equitab.augmentation import AugmentedTable, RebalancingPlan, augment
    from equitab.dataframe import read_table, write_table
    from equitab.datasets import adult_schema, load_adult
    from equitab.generators import load_generator, make_generator
    from equitab.pipeline import audit, evaluate, frontier, load_recipe, run, search_generator
    from equitab.schema import FairnessConstraint, SensitiveFeature, TableSchema
    from equitab.search import choose_generator, tune_to_model

__version__ = "0.1.0"

_HOMES = {
    "AugmentedTable": "equitab.augmentation",
    "FairnessConstraint": "equitab.schema",
    "RebalancingPlan": "equitab.augmentation",
    "SensitiveFeature": "equitab.schema",
    "TableSchema": "equitab.schema",
    "adult_schema": "equitab.datasets",
    "audit": "equitab.pipeline",
    "augment": "equitab.augmentation",
    "choose_generator": "equitab.search",
    "evaluate": "equitab.pipeline",
    "frontier": "equitab.pipeline",
    "load_adult": "equitab.datasets",
    "load_generator": "equitab.generators",
    "load_recipe": "equitab.pipeline",
    "make_generator": "equitab.generators",
    "read_table": "equitab.dataframe",
    "run": "equitab.pipeline",
    "search_generator": "equitab.pipeline",
    "tune_to_model": "equitab.search",
    "write_table": "equitab.dataframe",
}

__all__ = [
    "AugmentedTable",
    "FairnessConstraint",
    "RebalancingPlan",
    "SensitiveFeature",
    "TableSchema",
    "adult_schema",
    "audit",
    "augment",
    "choose_generator",
    "evaluate",
    "frontier",
    "load_adult",
    "load_generator",
    "load_recipe",
    "make_generator",
    "read_table",
    "run",
    "search_generator",
    "tune_to_model",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'equitab' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
