"""What a constraint left as it was, and what gives sensitive features away: tables of before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.contents import MetricTexts

CONSTRAINED = "constrained"
_MOST_COLUMNS = 12


@dataclass(frozen=True)
class KeptRow:
    """One thing that was to stay as it was."""

    title: str
    about: str
    value: str
    n: str


@dataclass(frozen=True)
class ProxyRow:
    """How well a sensitive feature is told, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ProxyTable:
    """One sensitive feature: told by all other columns, and by each alone."""

    title: str
    together: tuple[ProxyRow, ...]
    columns: tuple[ProxyRow, ...]


@dataclass(frozen=True)
class ConstraintTables:
    """The sections about preservation and proxies."""

    kept: tuple[KeptRow, ...]
    columns: tuple[KeptRow, ...]
    proxies: tuple[ProxyTable, ...]


def lay_out_constraint_tables(measurements: Iterable[Measurement], texts: MetricTexts) -> ConstraintTables:
    """Return the tables; empty ones where nothing was measured."""
    held = list(measurements)
    kept = [one for one in held if one.stage == "preservation" and one.treatment == CONSTRAINED]
    proxies = [one for one in held if one.stage == "proxies"]
    return ConstraintTables(
        tuple(_kept(one, texts) for one in kept if not one.model),
        tuple(_kept(one, texts) for one in kept if one.model),
        tuple(_proxies(name, proxies) for name in dict.fromkeys(one.sensitive_features for one in proxies)),
    )


def _kept(one: Measurement, texts: MetricTexts) -> KeptRow:
    whom = one.model or (wording.show_group(one) if one.group else "")
    features = wording.show_features(one.sensitive_features) if one.sensitive_features else ""
    about = ": ".join(part for part in (features, wording.show_name(whom) if whom else "") if part)
    return KeptRow(
        texts.describe(one.metric).title,
        about or "everybody",
        wording.format_value(one),
        wording.format_count(one.n),
    )


def _proxies(features: str, measured: list[Measurement]) -> ProxyTable:
    mine = [one for one in measured if one.sensitive_features == features]
    together = [one for one in mine if one.metric == "proxy_auroc"]
    alone = [one for one in mine if one.metric == "column_proxy_auroc"]
    columns = sorted(_pairs(alone, lambda one: one.model), key=lambda pair: -(_first(pair).value or 0.0))
    return ProxyTable(
        wording.show_features(features),
        tuple(
            _pair_row(wording.upper_first(_first(pair).operating_point or "other columns"), pair)
            for pair in _pairs(together, lambda one: one.operating_point)
        ),
        tuple(_pair_row(wording.show_name(_first(pair).model), pair) for pair in columns[:_MOST_COLUMNS]),
    )


Pair = tuple[Measurement | None, Measurement | None]


def _pairs(measured: list[Measurement], key) -> list[Pair]:  # type: ignore[no-untyped-def]
    """Return what was measured before and after, by a key."""
    return [
        (
            next((one for one in measured if key(one) == name and one.treatment != CONSTRAINED), None),
            next((one for one in measured if key(one) == name and one.treatment == CONSTRAINED), None),
        )
        for name in dict.fromkeys(key(one) for one in measured)
    ]


def _first(pair: Pair) -> Measurement:
    found = pair[0] or pair[1]
    assert found is not None, "a pair holds at least one"
    return found


def _pair_row(name: str, pair: Pair) -> ProxyRow:
    before, after = ("" if one is None else wording.format_value(one) for one in pair)
    return ProxyRow(name, before, after)
