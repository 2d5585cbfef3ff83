"""The index of groups is a bijection: every code has its values, and they have that code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.errors import SchemaError
from equitab.schema import IntersectionalGroups

levels = st.lists(st.integers(1, 4), min_size=0, max_size=4).map(
    lambda sizes: tuple(tuple(f"v{value}" for value in range(size)) for size in sizes)
)


def index_of(found: tuple[tuple[str, ...], ...]) -> IntersectionalGroups:
    return IntersectionalGroups(tuple(f"f{position}" for position in range(len(found))), found)


@settings(max_examples=30, deadline=None)
@given(levels)
def test_decode_is_the_exact_inverse_of_encode_on_every_code(found: tuple[tuple[str, ...], ...]) -> None:
    groups = index_of(found)
    codes = np.arange(groups.n_groups)
    np.testing.assert_array_equal(groups.encode(groups.decode(codes)), codes)


@settings(max_examples=30, deadline=None)
@given(levels)
def test_every_code_is_the_code_of_its_values(found: tuple[tuple[str, ...], ...]) -> None:
    groups = index_of(found)
    assert [groups.code(groups.values(code)) for code in range(groups.n_groups)] == list(
        range(groups.n_groups)
    )


@settings(max_examples=30, deadline=None)
@given(levels)
def test_every_group_has_a_name_of_its_own(found: tuple[tuple[str, ...], ...]) -> None:
    groups = index_of(found)
    assert len(set(groups.labels)) == groups.n_groups


def test_a_worked_example() -> None:
    groups = IntersectionalGroups(("sex", "race"), (("F", "M"), ("B", "W", "O")))
    assert groups.labels == ("F × B", "M × B", "F × W", "M × W", "F × O", "M × O")
    np.testing.assert_array_equal(groups.encode(np.array([[1, 2], [0, 0], [-1, 1]])), [5, 0, -1])


def test_counts_leave_out_those_without_a_group() -> None:
    groups = IntersectionalGroups(("sex",), (("F", "M"),))
    assert groups.counts(np.array([0, 1, 1, -1])).tolist() == [1, 2]
    assert groups.counts(np.array([0, 1, 1, -1]), weights=np.array([2.0, 1.0, 0.5, 9.0])).tolist() == [
        2.0,
        1.5,
    ]


def test_without_features_there_is_one_group_of_everybody() -> None:
    groups = IntersectionalGroups((), ())
    assert (groups.n_groups, groups.labels) == (1, ("everybody",))


def test_an_unknown_value_names_the_closest() -> None:
    groups = IntersectionalGroups(("sex",), (("Female", "Male"),))
    with pytest.raises(SchemaError, match="did you mean 'Male'"):
        groups.code(("male",))
