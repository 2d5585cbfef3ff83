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
    from equitab.assurance import Contract, check_contract, read_contract
    from equitab.augmentation import AugmentedTable, RebalancingPlan, augment
    from equitab.dataframe import read_table, write_table
    from equitab.datasets import adult_schema, load_adult
    from equitab.generators import load_generator, make_generator
    from equitab.pipeline import (
        assure,
        audit,
        certify,
        commit_contract,
        evaluate,
        frontier,
        history,
        load_recipe,
        monitor,
        run,
        search_generator,
        verify,
    )
    from equitab.schema import FairnessConstraint, SensitiveFeature, TableSchema
    from equitab.search import choose_generator, tune_to_model

__version__ = "0.1.0"

_HOMES = {
    "AugmentedTable": "equitab.augmentation",
    "Contract": "equitab.assurance",
    "FairnessConstraint": "equitab.schema",
    "RebalancingPlan": "equitab.augmentation",
    "SensitiveFeature": "equitab.schema",
    "TableSchema": "equitab.schema",
    "adult_schema": "equitab.datasets",
    "assure": "equitab.pipeline",
    "audit": "equitab.pipeline",
    "augment": "equitab.augmentation",
    "certify": "equitab.pipeline",
    "check_contract": "equitab.assurance",
    "choose_generator": "equitab.search",
    "commit_contract": "equitab.pipeline",
    "evaluate": "equitab.pipeline",
    "frontier": "equitab.pipeline",
    "history": "equitab.pipeline",
    "load_adult": "equitab.datasets",
    "load_generator": "equitab.generators",
    "load_recipe": "equitab.pipeline",
    "make_generator": "equitab.generators",
    "monitor": "equitab.pipeline",
    "read_contract": "equitab.assurance",
    "read_table": "equitab.dataframe",
    "run": "equitab.pipeline",
    "search_generator": "equitab.pipeline",
    "tune_to_model": "equitab.search",
    "verify": "equitab.pipeline",
    "write_table": "equitab.dataframe",
}

__all__ = [
    "AugmentedTable",
    "Contract",
    "FairnessConstraint",
    "RebalancingPlan",
    "SensitiveFeature",
    "TableSchema",
    "adult_schema",
    "assure",
    "audit",
    "augment",
    "certify",
    "check_contract",
    "choose_generator",
    "commit_contract",
    "evaluate",
    "frontier",
    "history",
    "load_adult",
    "load_generator",
    "load_recipe",
    "make_generator",
    "monitor",
    "read_contract",
    "read_table",
    "run",
    "search_generator",
    "tune_to_model",
    "verify",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'equitab' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
