"""The paper's claims beside our numbers: means over syntheses, their range, and whether ours is as good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np

from equitab.dataframe import Frame, frame_from_columns
from equitab.studies.mostly_fair_claims import Claim, Source
from equitab.studies.mostly_fair_paper import CLAIMS
from equitab.studies.mostly_fair_scores import FairNumber, FloatArray

Verdict = Literal["better", "reached", "not reached", "not measured"]

COVERED = 0.95
WIDE = 0.5
"""A factor: what is nearer to an ideal by half or more is called better."""


@dataclass(frozen=True, kw_only=True)
class JudgedClaim:
    """A claim, what the paper prints, and what was found.

    Parameters
    ----------
    section, place, words : str
        Of the claim.
    paper : float or None
        As printed.
    bar : float or None
        Ours, where nothing is printed.
    value, low, high : float or None
        Mean over syntheses and the range that holds 95% of them; of a standard deviation the interval of
        chi-square.
        No range for numbers of the data, which are not repeated.
    n : int
        Syntheses.
    is_share : bool
    verdict : {"better", "reached", "not reached", "not measured"}
    sentence : str
    """

    section: str
    place: str
    words: str
    paper: float | None
    bar: float | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    is_share: bool
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Summary:
    """One number over syntheses."""

    value: float
    low: float | None
    high: float | None
    n: int


class Found:
    """The study's numbers, by what they are of."""

    def __init__(self, numbers: Iterable[FairNumber]) -> None:
        held: dict[Source, list[tuple[int, float]]] = defaultdict(list)
        for one in numbers:
            key = Source(part=one.part, arm=one.arm, metric=one.metric, group=one.group, model=one.model)
            held[key].append((one.synthesis, one.value))
        self._values = {key: np.array([value for _, value in sorted(pairs)]) for key, pairs in held.items()}

    def values(self, source: Source) -> FloatArray:
        """Return a number's values over syntheses; empty where it was not measured."""
        if source.metric == "mean_gap":
            return self._mean_gap(source)
        return self._values.get(source, np.zeros(0))

    def summary(self, source: Source, *, statistic: str = "mean") -> Summary | None:
        """Return mean or standard deviation over syntheses, with its range; None where it was not measured."""
        values = self.values(source)
        return summarise(values, statistic=statistic) if values.size else None

    def sources(self, **wanted: str) -> list[Source]:
        """Return what was measured with some properties, in the order of measuring."""
        return [
            key for key in self._values if all(getattr(key, name) == value for name, value in wanted.items())
        ]

    def parts(self) -> set[str]:
        """Return the parts of the study that were carried out."""
        return {key.part for key in self._values}

    def _mean_gap(self, source: Source) -> FloatArray:
        """Return the gap between the mean rates of groups: what is left when the luck of single draws averages out."""
        rates = [
            key
            for key in self.sources(part=source.part, arm=source.arm, metric="rate")
            if " × " not in key.group
        ]
        means = [float(self._values[key].mean()) for key in rates]
        return np.array([max(means) - min(means)]) if len(means) > 1 else np.zeros(0)


def summarise(values: FloatArray, *, statistic: str = "mean") -> Summary:
    """Return mean or standard deviation of values and an interval.

    Examples
    --------
    >>> summarise(np.array([1.0, 2.0, 3.0])).value, summarise(np.array([1.0])).low
    (2.0, None)
    """
    if values.size < 2:
        return Summary(float(values[0]), None, None, values.size)
    tails = [(1 - COVERED) / 2, (1 + COVERED) / 2]
    if statistic == "sd":
        from scipy.stats import chi2

        spread, free = float(values.std(ddof=1)), values.size - 1
        low, high = (spread * float(np.sqrt(free / chi2.ppf(tail, free))) for tail in reversed(tails))
        return Summary(spread, low, high, values.size)
    low, high = np.quantile(values, tails)
    return Summary(float(values.mean()), float(low), float(high), values.size)


def judge_claims(found: Found, claims: Sequence[Claim] = CLAIMS) -> list[JudgedClaim]:
    """Return every claim of the parts that were carried out, judged."""
    return [judge_claim(claim, found) for claim in claims if claim.ours.part in found.parts()]


def judge_claim(claim: Claim, found: Found) -> JudgedClaim:
    """Return a claim with our number and a verdict.

    Parameters
    ----------
    claim : Claim
    found : Found

    Notes
    -----
    ``equal``: reached within the bar. ``lower`` and ``higher``: better where the range of syntheses lies beyond the
    paper's number (or the bar), reached where the mean is not on the wrong side. ``nearer``: reached where the mean
    is not farther from the ideal than the paper's number, better where it is nearer by half or more.
    """
    summary = found.summary(claim.ours, statistic=claim.statistic)
    ideal = found.summary(claim.ideal) if claim.ideal is not None else None
    verdict: Verdict = "not measured" if summary is None else _verdict(claim, summary, ideal)
    is_good = verdict in ("better", "reached")
    return JudgedClaim(
        section=claim.section,
        place=claim.place,
        words=claim.words,
        paper=claim.paper,
        bar=None if claim.paper is not None else claim.bar,
        value=summary.value if summary else None,
        low=summary.low if summary else None,
        high=summary.high if summary else None,
        n=summary.n if summary else 0,
        is_share=claim.is_share,
        verdict=verdict,
        sentence=claim.where_reached if is_good else claim.where_not,
    )


def _verdict(claim: Claim, summary: Summary, ideal: Summary | None) -> Verdict:
    if claim.wanted == "equal":
        distance = abs(summary.value - (claim.paper or 0.0))
        return "reached" if distance <= (claim.bar or 0.0) else "not reached"
    if claim.wanted == "nearer":
        centre = ideal.value if ideal else 0.0
        ours, theirs = abs(summary.value - centre), abs((claim.paper or 0.0) - centre)
        return "better" if ours <= WIDE * theirs else "reached" if ours <= theirs else "not reached"
    bar = claim.paper if claim.paper is not None else claim.bar
    return _beyond(
        summary, float(bar or 0.0), sign=1 if claim.wanted == "higher" else -1, is_ours=claim.paper is None
    )


def _beyond(summary: Summary, bar: float, *, sign: int, is_ours: bool) -> Verdict:
    """Say on which side of a number ours lies; a bar of our own can be reached, not beaten."""
    worst = summary.low if sign > 0 else summary.high
    if not is_ours and worst is not None and sign * (worst - bar) > 0:
        return "better"
    return "reached" if sign * (summary.value - bar) >= 0 else "not reached"


def count_verdicts(judged: Iterable[JudgedClaim]) -> Mapping[Verdict, int]:
    """Return how often each verdict was given."""
    counts: dict[Verdict, int] = {"better": 0, "reached": 0, "not reached": 0, "not measured": 0}
    for one in judged:
        counts[one.verdict] += 1
    return counts


def claims_frame(judged: Iterable[JudgedClaim]) -> Frame:
    """Return judged claims as a frame, one row each."""
    rows = [asdict(one) for one in judged]
    types = {"paper": "float64", "bar": "float64", "value": "float64", "low": "float64", "high": "float64"}
    names = [item.name for item in fields(JudgedClaim)]
    return frame_from_columns({name: [row[name] for row in rows] for name in names}, types=types)


def claims_from_frame(frame: Frame) -> list[JudgedClaim]:
    """Return the claims that a frame holds: the inverse of `claims_frame`."""
    return [JudgedClaim(**row) for row in frame.to_native().to_pylist()]
