"""Evidence as bytes and as rows: canonical, and the same both ways."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.assurance.evidence import EvidenceSource
from equitab.assurance.evidence_rows import (
    BODY,
    COUNTS,
    NUMBERS,
    TEXTS,
    digest_content,
    evidence_from_content,
    join_body,
    quick_body,
    row_content,
    storable_body,
    stored_form,
)

SOURCE = EvidenceSource(run="r", subject="s", time=datetime(2026, 1, 1, tzinfo=UTC), seed=3)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.one_of(st.integers(), st.text(), st.floats()), max_size=3),
    st.dictionaries(st.text(), st.one_of(st.floats(), st.text(), st.none()), max_size=3),
)
BODIES = st.dictionaries(st.one_of(st.sampled_from([*BODY, "shown"]), st.text()), VALUES, max_size=8)
ORDINARY = st.fixed_dictionaries(
    {},
    optional={
        **{key: st.one_of(st.none(), st.text()) for key in TEXTS},
        **{key: st.one_of(st.none(), st.floats()) for key in NUMBERS},
        **{key: st.one_of(st.none(), st.integers()) for key in COUNTS},
    },
)


@settings(max_examples=150, deadline=None)
@given(ORDINARY)
def test_the_quick_way_writes_the_very_bytes_of_the_canonical_form(body: dict[str, Any]) -> None:
    """It may refuse a body; it never writes another byte than RFC 8785 asks for."""
    quick = quick_body(tuple(map(body.get, BODY)))
    if quick is not None:
        assert quick == rfc8785.dumps({key: value for key, value in body.items() if value is not None})


def test_the_quick_way_is_taken_for_an_ordinary_measurement() -> None:
    """Otherwise it would be quick for nothing."""

    def quick(**body: Any) -> bytes | None:
        return quick_body(tuple(map(body.get, BODY)))

    body = {"metric": "accuracy", "value": 0.81, "low": 1.0, "n": 12, "group": "sex × “race”\n"}
    assert quick(**body) == rfc8785.dumps(body)
    for value in (1e-7, 1e22, math.inf, math.nan, 2**60, -0.0, True, "x"):
        assert quick(value=value) is None
    assert (quick(n=1.0), quick(metric=1), quick(metric="\0"), quick(metric="\ud83d")) == (None,) * 4
    assert quick(value=1e15) == b'{"value":1000000000000000}'
    assert quick(value=123456789.125) == b'{"value":123456789.125}'


@settings(max_examples=150, deadline=None)
@given(BODIES)
def test_a_row_gives_back_the_content_that_it_was_made_of(body: dict[str, Any]) -> None:
    """Columns and rest together say the same bytes, and splitting them again gives the same row."""
    form = stored_form(SOURCE.says("measurement", body))
    assert row_content(form.context, form.values, form.rest) == form.content
    assert form.content == rfc8785.dumps(json.loads(form.content, parse_int=float))
    again = join_body(form.values, form.rest)
    assert rfc8785.dumps(again) == rfc8785.dumps(json.loads(form.content, parse_int=float)["body"])


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_what_waits_in_the_outbox_is_the_same_piece_afterwards(body: dict[str, Any]) -> None:
    """Its digest, by which the store knows it, does not change on the way."""
    content = stored_form(SOURCE.says("verdict", body)).content
    assert stored_form(evidence_from_content(content)).content == content


def test_absent_and_none_are_the_same_and_everything_else_differs() -> None:
    def digest(**changes: Any) -> str:
        return digest_content(stored_form(replace(SOURCE.says("run", {"table": "a"}), **changes)).content)

    assert digest() == digest(body={"table": "a", "n_rows": None})
    others = [
        {"body": {"table": "b"}},
        {"body": {"table": "a", "n_rows": 0}},
        {"body": {}},
        {"run": "q"},
        {"subject": "t"},
        {"kind": "platform"},
        {"seed": 4},
        {"seed": None},
        {"time": datetime(2026, 1, 2, tzinfo=UTC)},
        *({name: "sha256:1"} for name in ("data_digest", "model_digest", "code_digest", "recipe_digest")),
        *({name: "sha256:1"} for name in ("contract_digest", "environment_digest", "probe")),
    ]
    digests = [digest(), *(digest(**changes) for changes in others)]
    assert len(set(digests)) == len(digests)


def test_what_no_store_can_hold_is_written_in_words() -> None:
    body = storable_body(
        {"value": math.nan, "low": -math.inf, "n": -(2**70), "when": datetime(2026, 1, 1, tzinfo=UTC)}
    )
    assert body == {
        "value": "NaN",
        "low": "-Infinity",
        "n": "-1180591620717411303424",
        "when": "2026-01-01T00:00:00.000000Z",
    }
    assert stored_form(replace(SOURCE.says("run", {}), run="a\0b")).context[8] == "a\ufffdb"
