"""Canonical JSON: one spelling, and every other one refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equitab.assurance import canonical_json, read_canonical_json
from equitab.errors import InputError, SavedFormatError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def test_the_example_of_the_rfc() -> None:
    """RFC 8785, section 3.2.3: numbers, letters, and the order of keys by UTF-16."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json(value).decode() == expected
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical_json(keys)).values()) == [2, 4, 6, 7, 1, 5, 3]


@example(2.0**53)
@example(-1e20)
@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_what_was_written_comes_back_and_is_written_the_same(value: object) -> None:
    """Writing is a function, and reading its inverse."""
    content = canonical_json(value)
    found = read_canonical_json(content, where="value")
    assert canonical_json(found) == content


def test_the_order_of_keys_and_the_kind_of_sequence_do_not_matter() -> None:
    """Nor whether a number is NumPy's."""
    first = canonical_json({"a": (1, 2.5), "b": True})
    assert first == canonical_json({"b": np.True_, "a": [np.int64(1), np.float64(2.5)]})


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, {1: 2}, b"bytes", {1, 2}, object(), "\ud800"])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    """Instead of something near it."""
    with pytest.raises(InputError, match="plain data"):
        canonical_json({"a": value})


def test_a_ring_is_refused() -> None:
    """A list that holds itself has no end."""
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(InputError, match="deep"):
        canonical_json(ring)


@pytest.mark.parametrize(
    "content",
    [
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1e0}',
        b'{"a":-0}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"b":1,"a":1}',
        b'{"a":0.10}',
        b'{"a":1E5}',
        b'{"a":9007199254740993}',
    ],
)
def test_another_spelling_is_refused_and_the_byte_named(content: bytes) -> None:
    """It means the same, and is not the same."""
    with pytest.raises(SavedFormatError, match=r"another spelling .* byte \d+"):
        read_canonical_json(content, where="file")


def test_the_first_byte_that_differs_is_named() -> None:
    """Also where one spelling is the beginning of the other."""
    with pytest.raises(SavedFormatError, match="from byte 7 on"):
        read_canonical_json(b'{"a":1}\n', where="file")
