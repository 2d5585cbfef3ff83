"""The numbers of the Dr-Fairness study: kept by seed, settings chosen on validation rows, arms compared in pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from equitab.dataframe import Frame
from equitab.studies.dr_fairness import CORRUPTED, NO_POOL, OURS, PLAIN, RATIOS, TUNED, WITH_POOL
from equitab.studies.mcrage_differences import OVERLAP, Estimate, estimate
from equitab.studies.records import records_frame, records_from_frame

ACCURACY, GAP, CALLED = "accuracy", "equalized_odds_gap", "called_favorable"
CHOSEN = "chosen"
"""The setting that is chosen on validation rows."""


@dataclass(frozen=True, kw_only=True)
class ArmNumber:
    """One number of one arm on one seed.

    Parameters
    ----------
    table, learner, arm, generator : str
    setting : str
        Of learned ratios their form and accuracy weight (``ours, 0.5``), of FairBatch's rule its step; empty for
        other arms.
    stage : {"validation", "test", "ratios"}
    metric : str
        For ``ratios``: ``real_share`` or ``group_share``.
    cell : str
        For ``ratios``: ``<group>, <outcome>``.
    seed : int
    value : float
    """

    table: str
    learner: str
    arm: str
    generator: str
    setting: str
    stage: str
    metric: str
    cell: str = ""
    seed: int
    value: float


@dataclass(frozen=True)
class Way:
    """One way to train: an arm, whose rows, and of arms that have settings one of them, or `CHOSEN`."""

    arm: str
    generator: str = NO_POOL
    setting: str = ""


@dataclass(frozen=True)
class Result:
    """A way's means over seeds, with intervals, and its differences to plain training.

    Parameters
    ----------
    table, learner : str
    way : Way
    accuracy, gap, called_favorable : Estimate
    accuracy_less_plain, gap_less_plain : Estimate
    settings : tuple of str
        Those that were chosen, seed by seed.
    """

    table: str
    learner: str
    way: Way
    accuracy: Estimate
    gap: Estimate
    called_favorable: Estimate
    accuracy_less_plain: Estimate
    gap_less_plain: Estimate
    settings: tuple[str, ...] = ()


class Numbers:
    """All numbers, by what they are of.

    Parameters
    ----------
    numbers : iterable of ArmNumber
    accuracy_loss : float
        What a chosen setting may lose against plain training on validation rows.
    """

    def __init__(self, numbers: Iterable[ArmNumber], *, accuracy_loss: float) -> None:
        self.all = list(numbers)
        self.accuracy_loss = accuracy_loss
        self._held = {
            (
                one.table,
                one.learner,
                one.arm,
                one.generator,
                one.setting,
                one.stage,
                one.metric,
                one.cell,
                one.seed,
            ): (one.value)
            for one in self.all
        }

    def tables(self) -> list[str]:
        """Return the tables, in the order of measuring."""
        return list(dict.fromkeys(one.table for one in self.all))

    def learners(self, table: str) -> list[str]:
        """Return a table's learners."""
        return list(dict.fromkeys(one.learner for one in self.all if one.table == table))

    def seeds(self, table: str) -> list[int]:
        """Return a table's seeds."""
        return sorted({one.seed for one in self.all if one.table == table})

    def settings(self, table: str, arm: str = RATIOS) -> list[str]:
        """Return the settings of an arm on a table, in the order of measuring."""
        return list(
            dict.fromkeys(
                one.setting for one in self.all if (one.table, one.arm) == (table, arm) and one.setting
            )
        )

    def generators(self, table: str) -> list[str]:
        """Return whose rows were used on a table; a corrupted pool is no arm of its own."""
        found = dict.fromkeys(
            one.generator for one in self.all if one.table == table and one.arm in WITH_POOL
        )
        return [name for name in found if name != CORRUPTED]

    def ways(self, table: str, learner: str) -> list[Way]:
        """Return the ways of a learner, each at the setting that is chosen where it has several."""
        found = dict.fromkeys(
            Way(one.arm, one.generator, CHOSEN if one.arm in TUNED else "")
            for one in self.all
            if (one.table, one.learner, one.stage) == (table, learner, "test") and one.generator != CORRUPTED
        )
        return list(found)

    def value(self, table: str, learner: str, way: Way, stage: str, metric: str, seed: int) -> float | None:
        """Return one number; None where it was not measured."""
        setting = self.chosen_setting(table, learner, way, seed) if way.setting == CHOSEN else way.setting
        return self._held.get((table, learner, way.arm, way.generator, setting, stage, metric, "", seed))

    def chosen_setting(self, table: str, learner: str, way: Way, seed: int) -> str:
        """Return the setting that validation rows choose among those that lose no more accuracy than may be lost.

        Of learned ratios, in the form `OURS`, the smallest accuracy weight: less weight is fairer, and a gap on
        validation rows is too uncertain to choose by. Of FairBatch's rule the step with the smallest gap. Where every
        setting loses more than may be lost, the most accurate.
        """
        plain = self.value(table, learner, Way(PLAIN), "validation", ACCURACY, seed)
        found = []
        for setting in self.settings(table, way.arm):
            held = replace(way, setting=setting)
            accuracy = self.value(table, learner, held, "validation", ACCURACY, seed)
            rank = self._rank(table, learner, held, seed)
            if accuracy is not None and rank is not None and plain is not None:
                within = accuracy >= plain - self.accuracy_loss
                found.append(((not within, rank if within else -accuracy), setting))
        return min(found)[1] if found else ""

    def _rank(self, table: str, learner: str, way: Way, seed: int) -> float | None:
        """Return what is to be small of a setting; None where it is not chosen from."""
        if way.arm != RATIOS:
            return self.value(table, learner, way, "validation", GAP, seed)
        form, _, weight = way.setting.rpartition(", ")
        return float(weight) if form == OURS else None

    def paired(self, table: str, learner: str, first: Way, second: Way, metric: str) -> Estimate | None:
        """Return the first way less the second on test rows, paired by seed; None where one was not measured."""
        pairs = [
            tuple(self.value(table, learner, way, "test", metric, seed) for way in (first, second))
            for seed in self.seeds(table)
        ]
        steps = [one[0] - one[1] for one in pairs if None not in one]  # type: ignore[operator]
        return estimate(np.array(steps), overlap=OVERLAP[table]) if steps else None

    def mean(self, table: str, learner: str, way: Way, metric: str) -> Estimate | None:
        """Return a way's mean over seeds on test rows."""
        values = [self.value(table, learner, way, "test", metric, seed) for seed in self.seeds(table)]
        held = [value for value in values if value is not None]
        return estimate(np.array(held), overlap=OVERLAP[table]) if held else None

    def result(self, table: str, learner: str, way: Way) -> Result | None:
        """Return everything about a way; None where it was not measured."""
        accuracy, gap, called = (self.mean(table, learner, way, metric) for metric in (ACCURACY, GAP, CALLED))
        less_accuracy, less_gap = (
            self.paired(table, learner, way, Way(PLAIN), metric) for metric in (ACCURACY, GAP)
        )
        if accuracy is None or gap is None or called is None or less_accuracy is None or less_gap is None:
            return None
        chosen: tuple[str, ...] = ()
        if way.setting == CHOSEN:
            chosen = tuple(self.chosen_setting(table, learner, way, seed) for seed in self.seeds(table))
        return Result(table, learner, way, accuracy, gap, called, less_accuracy, less_gap, chosen)

    def real_share(self, table: str, generator: str, cell: str) -> list[float]:
        """Return the real part of a cell in the later half of a logistic head's training, seed by seed."""
        setting = self.settings(table)[0]
        return [
            one.value
            for one in self.all
            if (one.table, one.generator, one.cell, one.setting) == (table, generator, cell, setting)
            and one.metric == "real_share"
        ]

    def cells(self, table: str) -> list[str]:
        """Return the cells whose ratios were kept."""
        return list(dict.fromkeys(one.cell for one in self.all if one.table == table and one.cell))


def numbers_frame(numbers: Iterable[ArmNumber]) -> Frame:
    """Return numbers as a frame with the columns of `ArmNumber`, in order."""
    return records_frame(numbers, ArmNumber)


def numbers_from_frame(frame: Frame) -> list[ArmNumber]:
    """Return the numbers that a frame holds: the inverse of `numbers_frame`."""
    return records_from_frame(frame, ArmNumber)
