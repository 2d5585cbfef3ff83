"""What a generator that trains for seconds is asked again and again is asked among the slow tests."""

from __future__ import annotations

import pytest

TRAINS_FOR_SECONDS = {"autoregressive_network"}
FITS_AGAIN = (
    "test_rows_come_as_the_kind_of_frame_that_was_given[{name}-pandas]",
    "test_rows_come_as_the_kind_of_frame_that_was_given[{name}-polars]",
    "test_given_values_are_honoured_in_every_row[{name}-pandas]",
    "test_fitting_and_sampling_change_nothing_that_was_handed_in[{name}]",
    "test_a_saved_generator_draws_the_same_rows[{name}]",
)
"""Those of a table of another kind, or with weights: one fit more, each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    again = {name.format(name=one) for name in FITS_AGAIN for one in TRAINS_FOR_SECONDS}
    for item in items:
        in_a_new_process = "test_a_new_process" in item.name and "independent_marginals" not in item.name
        if in_a_new_process or item.name in again:
            item.add_marker(pytest.mark.slow)
