"""Apache Airflow: an operator for each stage, and promises on the tasks of any DAG.

The names below are loaded on first use, and each operator loads equitab's own rooms only when its task runs, so
that a DAG file is parsed quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from equitab.errors import MissingExtraError

if TYPE_CHECKING:
    from equitab.integrations.airflow.assurance_operators import (
        EquitabAssureOperator,
        EquitabCertifyOperator,
        EquitabMonitorOperator,
        EquitabVerifyOperator,
    )
    from equitab.integrations.airflow.promises import promise, promised
    from equitab.integrations.airflow.row_operators import EquitabImputeOperator, EquitabPredictOperator
    from equitab.integrations.airflow.stage_operators import (
        EquitabAuditOperator,
        EquitabAugmentOperator,
        EquitabEvaluateOperator,
        EquitabFitOperator,
        EquitabRunOperator,
        EquitabSampleOperator,
    )

_HOMES = {
    "EquitabAssureOperator": "assurance_operators",
    "EquitabAuditOperator": "stage_operators",
    "EquitabAugmentOperator": "stage_operators",
    "EquitabCertifyOperator": "assurance_operators",
    "EquitabEvaluateOperator": "stage_operators",
    "EquitabFitOperator": "stage_operators",
    "EquitabImputeOperator": "row_operators",
    "EquitabMonitorOperator": "assurance_operators",
    "EquitabPredictOperator": "row_operators",
    "EquitabRunOperator": "stage_operators",
    "EquitabSampleOperator": "stage_operators",
    "EquitabVerifyOperator": "assurance_operators",
    "promise": "promises",
    "promised": "promises",
}

__all__ = [
    "EquitabAssureOperator",
    "EquitabAuditOperator",
    "EquitabAugmentOperator",
    "EquitabCertifyOperator",
    "EquitabEvaluateOperator",
    "EquitabFitOperator",
    "EquitabImputeOperator",
    "EquitabMonitorOperator",
    "EquitabPredictOperator",
    "EquitabRunOperator",
    "EquitabSampleOperator",
    "EquitabVerifyOperator",
    "promise",
    "promised",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        home = import_module(f"{__name__}.{_HOMES[name]}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "airflow":
            raise
        raise MissingExtraError("airflow", __name__) from error
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
