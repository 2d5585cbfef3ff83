"""The list of all metrics: what each means, which way is better, and how it is computed.

Glossary, report and the shared tests read this list, so a metric that is added here is explained, shown and
tested on arrival. Functions of counts carry their function; the others are measured by the function that
their definition names in `computed_by`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from equitab.metrics.complexity_definitions import COMPLEXITY
from equitab.metrics.count_definitions import ALL_GROUPS, GROUP_RATES, INDIVIDUAL, PERFORMANCE, REFERENCE
from equitab.metrics.explanation_definitions import EXPLANATIONS
from equitab.metrics.group_truth_definitions import GROUP_TRUTH
from equitab.metrics.metric_definition import Family, MetricDefinition, Scope
from equitab.metrics.parity_definitions import PARITY
from equitab.metrics.preservation_definitions import PRESERVATION
from equitab.metrics.proxy_definitions import PROXIES
from equitab.metrics.score_definitions import SCORE_DISTANCES
from equitab.metrics.table_definitions import FIDELITY, GROUP_SUMMARIES, PRIVACY

__all__ = ["METRICS", "definitions_with"]


#: Every metric by name, in the order in which a reader should meet them.
METRICS: Mapping[str, MetricDefinition] = MappingProxyType(
    {
        definition.name: definition
        for definition in (
            *PERFORMANCE,
            *REFERENCE,
            *ALL_GROUPS,
            *PARITY,
            *SCORE_DISTANCES,
            *PROXIES,
            *INDIVIDUAL,
            *GROUP_RATES,
            *FIDELITY,
            *PRESERVATION,
            *PRIVACY,
            *GROUP_SUMMARIES,
            *GROUP_TRUTH,
            *COMPLEXITY,
            *EXPLANATIONS,
        )
    }
)


def definitions_with(
    *, scope: Scope | None = None, family: Family | None = None, from_counts: bool = False
) -> tuple[MetricDefinition, ...]:
    """Return the definitions of one kind, in the order of `METRICS`.

    Parameters
    ----------
    scope : str, optional
        Only those about this.
    family : str, optional
        Only those of this family.
    from_counts : bool, default False
        Only functions of counts.

    Returns
    -------
    tuple of MetricDefinition
        Possibly empty.

    Examples
    --------
    >>> [definition.name for definition in definitions_with(family="individual_fairness")]
    ['theil_index', 'consistency']
    """
    return tuple(
        definition
        for definition in METRICS.values()
        if (scope is None or definition.scope == scope)
        and (family is None or definition.family == family)
        and (definition.is_function_of_counts or not from_counts)
    )
