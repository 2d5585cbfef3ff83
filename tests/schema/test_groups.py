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


SHAPES = [(2, 3), (2, 3, 4), (5,), (1, 7, 1, 2), (3, 2, 2, 2, 3), (4, 4, 4)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_code_of_a_shape_has_values_of_its_own(shape: tuple[int, ...]) -> None:
    """One to one: as many codes as combinations, each decoded within its radix, each with the code of its values."""
    groups = index_of(tuple(tuple(f"v{value}" for value in range(size)) for size in shape))
    codes = np.arange(groups.n_groups)
    values = groups.decode(codes)
    assert len({tuple(row) for row in values.tolist()}) == np.prod(shape)
    assert (values < np.array(shape)).all()
    np.testing.assert_array_equal(groups.encode(values), codes)


def printed_inverse(code: int, shape: tuple[int, ...]) -> tuple[float, ...]:
    """The inverse as the MCRAGE paper prints it: single K in place of cumulative products, K_0 = 1."""
    sizes = (1, *shape)
    return tuple(
        (code % sizes[j] - code % sizes[j - 1]) / np.prod(sizes[:j]) for j in range(1, len(shape) + 1)
    )


def test_the_printed_inverse_fails_where_ours_does_not() -> None:
    """K = (2, 3), u = (1, 2): the code is 5; printed it comes back as (1, 1/2)."""
    groups = index_of((("0", "1"), ("0", "1", "2")))
    assert groups.encode(np.array([[1, 2]])).tolist() == [5]
    assert printed_inverse(5, (2, 3)) == (1.0, 0.5)
    assert groups.decode(np.array([5])).tolist() == [[1, 2]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-1, 5), max_size=40))
def test_shares_sum_to_one_and_deficits_fill_to_the_largest(found: list[int]) -> None:
    """Those without a group count in neither; without any rows there is nothing to share out or to fill."""
    groups = index_of((("0", "1"), ("0", "1", "2")))
    codes = np.array(found, dtype=np.int64)
    n_inside = int((codes >= 0).sum())
    assert groups.shares(codes).sum() == pytest.approx(1.0 if n_inside else 0.0)
    filled = groups.counts(codes) + groups.deficits(codes)
    assert set(filled.tolist()) == {groups.counts(codes).max()}
