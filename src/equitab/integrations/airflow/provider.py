"""What Airflow's list of providers says about equitab."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the provider's description; Airflow asks for it by the entry point ``apache_airflow_provider``.

    Examples
    --------
    >>> get_provider_info()["package-name"]
    'equitab'
    """
    modules = ("stage_operators", "row_operators", "assurance_operators")
    return {
        "package-name": "equitab",
        "name": "equitab",
        "description": "Fair synthetic data, promises about data and models, and certificates.",
        "integrations": [{"integration-name": "equitab", "tags": ["software"]}],
        "operators": [
            {
                "integration-name": "equitab",
                "python-modules": [f"equitab.integrations.airflow.{name}" for name in modules],
            }
        ],
    }
