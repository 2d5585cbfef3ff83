"""Promises over time: which are in force now, since when they stand as they stand, and their chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equitab.report.charts.promise_chart import PromisePoint, draw_promise_chart
from equitab.report.charts.svg import Markup
from equitab.report.wording import format_interval, format_number, show_name
from equitab.serve.records import Promise
from equitab.serve.wording import short_times, show_bound, show_time, worst

MOST_POINTS = 40
"""More marks than this fall on each other on a phone."""


@dataclass(frozen=True)
class PromiseHistory:
    """One promise, every time it was checked, the oldest first."""

    checks: tuple[Promise, ...]
    is_in_force: bool = True

    @property
    def newest(self) -> Promise:
        """Return the check that counts now."""
        return self.checks[-1]

    @property
    def has_values(self) -> bool:
        """Say whether there is anything to draw."""
        return any(check.value is not None for check in self.checks[-MOST_POINTS:])

    @property
    def n_standing(self) -> int:
        """Count how many checks in a row, up to the newest, gave the verdict of now."""
        verdicts = [check.verdict for check in reversed(self.checks)]
        return next(
            (place for place, verdict in enumerate(verdicts) if verdict != verdicts[0]), len(verdicts)
        )

    @property
    def since(self) -> str:
        """Return the time of the first of those checks."""
        return self.checks[-self.n_standing].time


def promises_in_force(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """Return the newest check of every clause of the newest form of every contract.

    A clause that was taken out of a contract no longer counts; a contract that was replaced by another of the
    same name counts in its newest form.

    Parameters
    ----------
    promises : iterable of Promise
        Of one subject, in any order.

    Returns
    -------
    tuple of Promise
        The worst first.
    """
    ordered = sorted(promises, key=lambda promise: promise.sequence)
    forms = {promise.contract: promise.contract_digest for promise in ordered}
    held = {promise.key: promise for promise in ordered if promise.contract_digest == forms[promise.contract]}
    return tuple(sorted(held.values(), key=_urgency))


def lay_out_histories(promises: Iterable[Promise]) -> tuple[PromiseHistory, ...]:
    """Return the history of every promise of one subject: those in force first, the worst of them first."""
    ordered = sorted(promises, key=lambda promise: promise.sequence)
    in_force = {promise.key for promise in promises_in_force(ordered)}
    held: dict[tuple[str, str], list[Promise]] = {}
    for promise in ordered:
        held.setdefault(promise.key, []).append(promise)
    histories = [PromiseHistory(tuple(checks), key in in_force) for key, checks in held.items()]
    return tuple(sorted(histories, key=lambda one: (not one.is_in_force, *_urgency(one.newest))))


def overall_verdict(promises: Sequence[Promise]) -> str:
    """Return the verdict over promises in force: those that only warn do not decide, unless there are no others."""
    deciding = [promise.verdict for promise in promises if promise.severity != "warn"]
    return worst(deciding or [promise.verdict for promise in promises])


def draw_history(history: PromiseHistory) -> Markup:
    """Return the chart of a promise: its newest checks with their intervals, and what was promised."""
    checks = history.checks[-MOST_POINTS:]
    times = short_times([check.time for check in checks])
    points = tuple(_point(check, time) for check, time in zip(checks, times, strict=True))
    newest = history.newest
    bound = show_bound(newest.at_most, newest.at_least)
    return draw_promise_chart(
        points,
        title=f"{show_name(newest.clause)}: {len(checks)} checks",
        description=f"Newest: {show_name(newest.verdict)}, {show_value(newest)}"
        + (f"; promised {bound}." if bound else "."),
    )


def show_value(promise: Promise) -> str:
    """Return the number that decided with its interval, or that there is none."""
    if promise.value is None:
        return "no value"
    return f"{format_number(promise.value)} {format_interval(promise.low, promise.high)}".strip()


def _point(check: Promise, time: str) -> PromisePoint:
    return PromisePoint(
        time=time,
        verdict=check.verdict,
        value=check.value,
        low=check.low,
        high=check.high,
        at_most=check.at_most,
        at_least=check.at_least,
        name=f"{show_time(check.time)}: {show_name(check.verdict)}, {show_value(check)}",
    )


def _urgency(promise: Promise) -> tuple[int, int, str, str]:
    order = {"violated": 0, "undetermined": 1, "met": 2, "not applicable": 3}
    return promise.severity == "warn", order.get(promise.verdict, 4), promise.contract, promise.clause
