"""A generator that trains is slow to fit in a process of its own."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "test_a_new_process" in item.name and "independent_marginals" not in item.name:
            item.add_marker(pytest.mark.slow)
