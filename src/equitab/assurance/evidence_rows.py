"""Evidence as bytes and as a row of a table, and back.

The content of a piece of evidence is one canonical JSON object, ``{"body": {...}, "code_digest": ..., ...}``,
in which what is None is absent; its digest names the piece. A row holds the same values in columns, so that they
can be asked for in SQL; what has no column of its own is kept as JSON in the column ``body``. The bytes can be made
again from the row: nothing is stored twice, so nothing can be changed in one place only.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from equitab.assurance.canonical import canonical_json
from equitab.assurance.evidence import Evidence, parse_time, time_text

CONTEXT = (
    "code_digest",
    "contract_digest",
    "data_digest",
    "environment_digest",
    "kind",
    "model_digest",
    "probe",
    "recipe_digest",
    "run",
    "seed",
    "subject",
    "time",
)
"""Keys of the content beside ``body``; all of them come after it in canonical order."""

TEXTS = (
    "metric",
    "interval_method",
    "sensitive_features",
    "group",
    "reference_group",
    "model",
    "treatment",
    "stage",
    "operating_point",
    "status",
    "reason",
    "contract",
    "clause",
    "property",
    "severity",
    "verdict",
    "promise",
    "certificate",
    "event",
)
NUMBERS = ("value", "low", "high", "confidence")
COUNTS = ("n", "generator_seed", "model_seed")
BODY = (*TEXTS, *NUMBERS, *COUNTS)
"""Keys of the body that have a column."""

LARGEST_INTEGER = 2**53 - 1
ContextValues = tuple[Any, ...]
BodyValues = tuple[Any, ...]

_IN_ORDER = sorted(range(len(BODY)), key=BODY.__getitem__)
_ordered = itemgetter(*_IN_ORDER)
_STARTS = tuple(f'"{BODY[place]}":' for place in _IN_ORDER)
_ARE_TEXTS = tuple(BODY[place] in TEXTS for place in _IN_ORDER)
_ARE_COUNTS = tuple(BODY[place] in COUNTS for place in _IN_ORDER)


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A piece of evidence as it is kept.

    Parameters
    ----------
    content : bytes
        Its canonical JSON; the digest of it names the piece.
    context : tuple
        The values of `CONTEXT`.
    values : tuple
        The values of `BODY`; None where there is none.
    rest : str
        What of the body has no column, as canonical JSON.
    """

    content: bytes
    context: ContextValues
    values: BodyValues
    rest: str


def stored_form(evidence: Evidence) -> StoredForm:
    """Return a piece of evidence as it is kept."""
    context, tail = _context(
        evidence.code_digest,
        evidence.contract_digest,
        evidence.data_digest,
        evidence.environment_digest,
        evidence.kind,
        evidence.model_digest,
        evidence.probe,
        evidence.recipe_digest,
        evidence.run,
        evidence.seed,
        evidence.subject,
        evidence.time,
    )
    body = evidence.body
    if _has_columns_only(tuple(body)):
        values = tuple(map(body.get, BODY))
        known = quick_body(values)
        if known is not None:
            return StoredForm(_START + known + tail, context, values, "{}")
    stored = storable_body(body)
    values, rest = split_body(stored)
    return StoredForm(_START + canonical_json(stored, where="evidence") + tail, context, values, rest)


_START = b'{"body":'


@lru_cache(maxsize=1024)
def _context(*values: Any) -> tuple[ContextValues, bytes]:
    *most, time = values
    context = (*(_clean(value) if isinstance(value, str) else value for value in most), time_text(time))
    return context, _tail(context)


def row_content(context: ContextValues, values: BodyValues, rest: str) -> bytes:
    """Return the canonical JSON of the evidence that a row holds.

    Parameters
    ----------
    context, values, rest
        As in `StoredForm`.

    Raises
    ------
    InputError, ValueError, TypeError, AttributeError, RecursionError
        If the row is in a form that `stored_form` never has.
    """
    known = quick_body(values) if rest == "{}" else None
    if known is None:
        body = join_body(values, rest)
        if split_body(body) != (values, rest):
            raise ValueError("the body of the row is not in its own form")
        known = canonical_json(body, where="evidence")
    return _START + known + _tail(context)


def digest_content(content: bytes) -> str:
    """Return the digest that names a piece of evidence."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def storable_body(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body without what is None, in values that every store and canonical JSON can hold.

    Notes
    -----
    Numbers that are not finite, and whole ones beyond ``2**53 - 1``, become text; a NUL or half a character in a
    text becomes U+FFFD, because PostgreSQL holds neither.
    """
    return {_clean(str(key)): _storable(value) for key, value in body.items() if value is not None}


def split_body(body: Mapping[str, Any]) -> tuple[BodyValues, str]:
    """Return the values of `BODY` and the JSON of the rest.

    Examples
    --------
    >>> split_body({"metric": "accuracy", "value": 0.5, "shown": "all"})[1]
    '{"shown":"all"}'
    """
    get = body.get
    texts = (value if type(value := get(key)) is str else None for key in TEXTS)
    values = (*texts, *(_number(get(key)) for key in NUMBERS), *(_count(get(key)) for key in COUNTS))
    if len(body) == len(values) - values.count(None):
        return values, "{}"
    placed = {key for key, value in zip(BODY, values, strict=True) if value is not None}
    rest = {key: value for key, value in body.items() if key not in placed}
    return values, canonical_json(rest, where="evidence").decode()


def join_body(values: Sequence[Any], rest: str) -> dict[str, Any]:
    """Return the body whose columns and rest are given: the inverse of `split_body`."""
    body = {key: value for key, value in zip(BODY, values, strict=True) if value is not None}
    return body if rest == "{}" else {**_read(rest), **body}


def evidence_from_content(content: bytes) -> Evidence:
    """Return the evidence that canonical bytes say: the inverse of `stored_form`."""
    data = _read(content)
    return Evidence(**{**data, "time": parse_time(data["time"])})


def quick_body(values: BodyValues) -> bytes | None:
    """Return what `canonical_json` returns for the body with these values, many times faster; None where it may not.

    Python writes ordinary numbers as the canonical form does, but for exponents and for ``.0`` at the end.

    Examples
    --------
    >>> quick_body(split_body({"metric": "accuracy", "value": 1.0})[0])
    b'{"metric":"accuracy","value":1}'
    """
    parts = []
    for start, is_text, is_count, value in zip(
        _STARTS, _ARE_TEXTS, _ARE_COUNTS, _ordered(values), strict=True
    ):
        if value is None:
            continue
        kind = type(value)
        if kind is str and is_text:
            parts.append(start + _quoted(value))
        elif kind is float and not is_text and not is_count:
            text = repr(value)
            if "e" in text or "n" in text:  # 1e-07, inf, nan
                return None
            parts.append(start + (text[:-2] if text.endswith(".0") else text))
        elif kind is int and not is_text and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            parts.append(start + repr(value))
        else:
            return None
    whole = "{" + ",".join(parts) + "}"
    if "\\u0000" in whole or ":-0," in whole or ":-0}" in whole:
        return None
    try:
        return whole.encode()
    except UnicodeEncodeError:
        return None


@lru_cache(maxsize=256)
def _has_columns_only(keys: tuple[str, ...]) -> bool:
    return set(BODY).issuperset(keys)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return encode_basestring(text)


@lru_cache(maxsize=1024)
def _tail(context: ContextValues) -> bytes:
    values = {key: value for key, value in zip(CONTEXT, context, strict=True) if value is not None}
    return b"," + canonical_json(values, where="evidence")[1:]


def _read(content: str | bytes) -> Any:
    """Return what our JSON says; whole numbers beyond ``2**53 - 1`` were floats, as others are written as text."""
    return json.loads(content, parse_int=_read_integer)


def _read_integer(text: str) -> int | float:
    value = int(text)
    return value if abs(value) <= LARGEST_INTEGER else float(text)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Mapping):
        return {_clean(str(key)): _storable(held) for key, held in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_storable(held) for held in value]
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a number of numpy's
        return _storable(value.item())
    return _storable_number(value)


def _storable_number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return str(value)
    return value


def _clean(text: str) -> str:
    """Return a text without NUL and without halves of characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(value: Any) -> float | None:
    return float(value) if type(value) is float or type(value) is int else None


def _count(value: Any) -> int | None:
    if type(value) is int:
        return value
    is_whole = type(value) is float and value.is_integer() and abs(value) <= LARGEST_INTEGER
    return int(value) if is_whole else None
