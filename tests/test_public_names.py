"""The names that users import from `equitab` itself."""

from __future__ import annotations

import equitab


def test_every_public_name_can_be_loaded() -> None:
    """What `__all__` promises is there, once, in order, and `_HOMES` knows where."""
    assert equitab.__all__ == sorted(set(equitab.__all__), key=lambda name: (name[0].islower(), name))
    assert set(equitab.__all__) == set(equitab._HOMES)
    for name in equitab.__all__:
        assert getattr(equitab, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and autocompletion work as for any module."""
    assert not hasattr(equitab, "no_such_name")
    assert "run" in dir(equitab)
