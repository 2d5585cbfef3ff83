"""Who takes part: our generators, the peers, and real rows for reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Family: TypeAlias = Literal["ours", "baseline", "peer", "reference"]


@dataclass(frozen=True)
class Contender:
    """One line of the tables.

    Parameters
    ----------
    name : str
        In the results.
    label : str
        On the page.
    family : {"ours", "baseline", "peer", "reference"}
    generator : str or None
        The name in the registry; None for real rows.
    settings : mapping
        Of the generator.
    imports : tuple of str
        What is imported before the clock starts.
    """

    name: str
    label: str
    family: Family
    generator: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()


CONTENDERS = (
    Contender(
        "boosted_trees", "`boosted_trees`", "ours", "boosted_trees", imports=("lightgbm", "scipy.special")
    ),
    Contender(
        "autoregressive_network",
        "`autoregressive_network`",
        "ours",
        "autoregressive_network",
        imports=("torch", "scipy.special"),
    ),
    Contender("tabddpm_fast", "`tabddpm`, fast", "ours", "tabddpm", {"preset": "fast"}, ("torch",)),
    Contender("tabddpm_quality", "`tabddpm`, quality", "ours", "tabddpm", {"preset": "quality"}, ("torch",)),
    Contender("smote", "`smote`", "baseline", "smote", imports=("imblearn.over_sampling",)),
    Contender(
        "independent_marginals",
        "`independent_marginals`",
        "baseline",
        "independent_marginals",
        imports=("scipy.special",),
    ),
    Contender("tabular_argn", "TabularARGN", "peer", "tabular_argn", imports=("mostlyai.engine",)),
    Contender("real_resampled", "real training rows, resampled", "reference"),
    Contender("real_fresh", "real rows never seen", "reference"),
)


def chosen_contenders(names: Sequence[str]) -> list[Contender]:
    """Return the contenders of some names, all of them when none is given."""
    known = {contender.name: contender for contender in CONTENDERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"unknown generators {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names] or list(CONTENDERS)
