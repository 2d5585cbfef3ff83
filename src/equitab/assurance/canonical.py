"""One way to write a value as JSON: the canonical form of RFC 8785.

Digests and signatures are taken over bytes. Two writers who mean the same value must therefore write the
same bytes, and a reader must refuse bytes that mean the same but are written otherwise: keys in another
order, another spelling of a number or of a letter, a key that stands twice.

References
----------
Rundgren, Jordan, Erdtman, *JSON Canonicalization Scheme (JCS)*, RFC 8785, 2020.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from equitab.errors import InputError, Problem, SavedFormatError

_TOO_LARGE = 2**53
MAX_DEPTH = 64
"""No honest value of ours is nested deeper; a reader is not led into endless recursion."""


def canonical_json(value: Any, *, where: str = "value") -> bytes:
    """Return the one canonical spelling of a value.

    Parameters
    ----------
    value : mapping, sequence, str, int, float, bool or None
        Plain data. Whole numbers up to ``2**53 - 1`` either side; no NaN, no infinity.
    where : str
        What the value is, for the message.

    Returns
    -------
    bytes
        UTF-8, without spaces, keys in the order of their UTF-16 code units.

    Raises
    ------
    InputError
        If the value holds something that canonical JSON cannot say.

    Examples
    --------
    >>> canonical_json({"b": 1.0, "a": ["ä", None]}).decode()
    '{"a":["ä",null],"b":1}'
    """
    import rfc8785

    try:
        return rfc8785.dumps(_plain(value, 0))
    except (rfc8785.CanonicalizationError, TypeError) as error:
        expected = "plain data with finite numbers, whole ones below 2**53"
        raise InputError(Problem(where, expected, str(error), "write a large number as text")) from error


def read_canonical_json(content: bytes, *, where: str) -> Any:
    """Return the value of canonical JSON, and refuse every other spelling.

    Parameters
    ----------
    content : bytes
    where : str
        What the bytes are, for the message.

    Raises
    ------
    SavedFormatError
        If the bytes are not JSON, or not the canonical spelling of their value; the message says which.

    Examples
    --------
    >>> read_canonical_json(b'{"a":1}', where="the example")
    {'a': 1}
    >>> read_canonical_json(b'{"a": 1}', where="the example")
    Traceback (most recent call last):
    ...
    equitab.errors.SavedFormatError: the example: expected canonical JSON (RFC 8785), received another spelling \
of the same value, which differs from byte 5 on.
    """
    value = _parsed(content, where)
    try:
        canonical = canonical_json(value, where=where)
    except InputError as error:
        raise SavedFormatError(f"{where}: expected canonical JSON (RFC 8785), received {error}.") from None
    if canonical != content:
        first = next((i for i, (a, b) in enumerate(zip(content, canonical, strict=False)) if a != b), None)
        byte = min(len(content), len(canonical)) if first is None else first
        raise SavedFormatError(
            f"{where}: expected canonical JSON (RFC 8785), received another spelling of the same value, "
            f"which differs from byte {byte} on."
        )
    return value


def _parsed(content: bytes, where: str) -> Any:
    """Return what some bytes say in strict JSON."""
    try:
        text = content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refused, parse_int=_whole)
    except UnicodeDecodeError as error:
        received = f"bytes that are not UTF-8 (at byte {error.start})"
    except json.JSONDecodeError as error:
        received = f"something else ({error.msg} at character {error.pos})"
    except (_NotStrictError, ValueError) as error:  # a number of thousands of digits is a ValueError
        received = str(error)
    except RecursionError:
        received = "data nested too deeply"
    raise SavedFormatError(f"{where}: expected JSON, received {received}.")


class _NotStrictError(Exception):
    """What JSON's grammar allows or Python adds to it, and we do not."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotStrictError("a key that stands twice in one object")
    return found


def _whole(digits: str) -> int | float:
    """Return a whole number; a float where it is too large to be one exactly, since that is what was written."""
    found = int(digits)
    return found if abs(found) < _TOO_LARGE else float(digits)


def _refused(constant: str) -> Any:
    raise _NotStrictError(f"the number {constant}")


def _plain(value: Any, depth: int) -> Any:
    """Return a value with every mapping a dict and every sequence a list."""
    if depth > MAX_DEPTH:
        raise TypeError(f"data nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        return {key: _plain(held, depth + 1) for key, held in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [_plain(held, depth + 1) for held in value]
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a number of numpy's
        return value.item()
    return value
