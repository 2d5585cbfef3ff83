"""What a claim of a paper is, and how it finds the number of ours that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Wanted = Literal["equal", "higher", "lower", "nearer"]
Statistic = Literal["mean", "sd"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where our number of a claim stands among the study's numbers.

    Parameters
    ----------
    part : str
        ``adult_sex``, ``adult_race``, ``adult_proxy`` or ``compas``.
    arm : str
        Which table, or the table that a model learned from.
    metric : str
    group, model : str
    """

    part: str
    arm: str
    metric: str
    group: str = ""
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that the paper says, and how it is judged.

    Parameters
    ----------
    section : str
        Of the study's page.
    place : str
        Where it stands in the paper.
    words : str
    ours : Source
    wanted : {"equal", "higher", "lower", "nearer"}
        Than the paper's number, or than `bar` where it prints none; ``nearer`` is nearer to `ideal`.
    paper : float, optional
        As printed; None where no number is printed.
    bar : float, optional
        Ours: what the words are taken to mean; for ``equal`` how far from the paper's number is still equal.
    ideal : Source, optional
        The number that ``nearer`` is about.
    is_share : bool
        Whether numbers are written as percentages.
    statistic : {"mean", "sd"}
        Over syntheses.
    where_not : str
        The sentence for the case that it is not reached.
    where_reached : str
        The sentence for the other case.
    """

    section: str
    place: str
    words: str
    ours: Source
    wanted: Wanted
    paper: float | None = None
    bar: float | None = None
    ideal: Source | None = None
    is_share: bool = False
    statistic: Statistic = "mean"
    where_not: str = ""
    where_reached: str = ""
