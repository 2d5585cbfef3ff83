"""Generators of other projects behind the protocol, so that they can be tried on the same table.

Each is installed only when asked for (the extra ``peers``) and imported only when used.
"""

from equitab.generators.adapters.tabular_argn import TabularArgn

__all__ = ["TabularArgn"]
