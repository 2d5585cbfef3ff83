"""Contracts, evidence and certificates over tables, predictions and runs.

The names are bound last of all in `equitab.pipeline`: a recipe reads contracts, and what checks them reads recipes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equitab.assurance import digest_path
    from equitab.pipeline.assurance.assure import Assurance, as_contract, assure
    from equitab.pipeline.assurance.certify import certify
    from equitab.pipeline.assurance.commit import Commitment, commit_contract
    from equitab.pipeline.assurance.history import history
    from equitab.pipeline.assurance.monitor import MonitorCheck, monitor
    from equitab.pipeline.assurance.verify import verify

_HOMES = {
    "Assurance": "assure",
    "Commitment": "commit",
    "MonitorCheck": "monitor",
    "as_contract": "assure",
    "assure": "assure",
    "certify": "certify",
    "commit_contract": "commit",
    "digest_path": "equitab.assurance",
    "history": "history",
    "monitor": "monitor",
    "verify": "verify",
}

__all__ = [
    "Assurance",
    "Commitment",
    "MonitorCheck",
    "as_contract",
    "assure",
    "certify",
    "commit_contract",
    "digest_path",
    "history",
    "monitor",
    "verify",
]


def bind_names() -> None:
    """Load the modules and give the functions their names, which are the modules' names too.

    Called once by `equitab.pipeline`, when the recipe and everything below it is loaded.
    """
    for name, home in _HOMES.items():
        globals()[name] = getattr(import_module(home if "." in home else f"{__name__}.{home}"), name)
