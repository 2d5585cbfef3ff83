"""The page of the study on images: every arm of every task, times, pools and ratios. Numbers only, no picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.studies.dr_fairness_images import (
    ADAPTIVE,
    ARMS,
    CORRUPTED,
    FAITHFUL,
    FILES,
    REFERENCE,
    ImageSettings,
    TaskName,
    TaskSettings,
)
from equitab.studies.dr_fairness_images_figures import ratio_figures
from equitab.studies.dr_fairness_images_files import TrainedDraw
from equitab.studies.dr_fairness_images_scores import METRICS, ImageNumber

TITLES: dict[str, str] = {
    "digits": "Colored digits",
    "faces": "Faces: age, and gender as group",
    "faces_race": "Faces: age, and race as group",
    "own": "Own images",
}
MADE: dict[str, str] = {
    "digits": "Digits of MNIST; the outcome is whether a digit is 5 or more, the group its color, of which {bias:.0%} "
    "of an outcome's training images have one, and half in validation and test. The pool: guided diffusion of the "
    "training digits' first 40 principal components and tint, given digit and color.",
    "faces": "Faces of adults (UTKFace, research only); the outcome is an age of 35 and over, the group the gender. In "
    "training, {bias:.0%} of the young are women and as many of the old men; validation and test are as they come. "
    "The pool: training faces mirrored, moved and made lighter or darker, as many of each cell.",
    "faces_race": "The same faces with race as group. In training, {bias:.0%} of the young are Asian and as many of "
    "the old White. The pool: changed training faces, as many of each cell.",
    "own": "Images of the caller, as they come; the pool is theirs, or changed training images where there is none.",
}


def images_page(
    numbers: Sequence[ImageNumber],
    draws: Sequence[TrainedDraw],
    settings: ImageSettings,
    left_out: Sequence[TaskName] = (),
) -> StudyPage:
    """Return the page.

    Parameters
    ----------
    numbers : sequence of ImageNumber
    draws : sequence of TrainedDraw
        Of all tasks.
    settings : ImageSettings
    left_out : sequence of str
        Tasks whose files were not there.
    """
    sections = [_what_was_done(settings, left_out)]
    for name, held in settings.tasks.items():
        of_task = [draw for draw in draws if draw.task == name]
        sections.append(_task_section(name, held, [one for one in numbers if one.task == name], of_task))
    return StudyPage(
        title="Dr-Fairness on images", summary=" ".join(images_summary(numbers)), sections=tuple(sections)
    )


def images_summary(numbers: Sequence[ImageNumber]) -> list[str]:
    """Return a sentence for each task: what adaptive ratios change, and what the fairest arm is."""
    return [
        _task_summary(task, {(one.arm, one.metric): one for one in numbers if one.task == task})
        for task in dict.fromkeys(one.task for one in numbers)
    ]


def _task_summary(task: str, held: dict[tuple[str, str], ImageNumber]) -> str:
    clean = [name for name in ARMS if (name, "gap_rate") in held and not ARMS[name].is_corrupted]
    best = min(clean, key=lambda name: held[name, "gap_rate"].value)
    found = next((name for name in (FAITHFUL, ADAPTIVE) if name in clean), None)
    words = f"{TITLES[task]}: the smallest gap of rates is that of {ARMS[best].words}"
    words += f" ({_range(held[best, 'gap_rate'])})."
    if found is None:
        return words
    gap, accuracy = held[found, "gap_rate"], held[found, "accuracy"]
    return (
        f"{words} {ARMS[found].words} changes the gap of uniform training on real images "
        f"({held[REFERENCE, 'gap_rate'].value:.3f}) by {_gain(gap)} and its accuracy by {_gain(accuracy)}."
    )


def _what_was_done(settings: ImageSettings, left_out: Sequence[TaskName]) -> StudySection:
    paragraphs = [
        "Dr-Fairness learns, while a model trains, how much of each batch comes from which group and how much of it is "
        "real, so that validation images show a small gap between groups at a small loss. The paper studies CelebA and "
        "ImageNet's people subtree with a ResNet-50; here a network of three convolutions learns smaller tasks. All "
        "arms of a draw start from the same weights and see the same real images and the same pool.",
        f"{settings.n_seeds} draws of training images, pool, weights and batches; batches of {settings.batch_size}; "
        f"weight of accuracy {settings.accuracy_weight:g}; intervals (95%) by a bootstrap over draws and, within "
        "cells of outcome and group, over test images; differences are paired. Gaps are largest differences and so "
        "above nothing even where nothing differs.",
    ]
    paragraphs += [
        f"The task {name!r} was left out: pass --data DIR with {' or '.join(FILES[name])}."
        for name in left_out
    ]
    return StudySection(heading="What was done", paragraphs=tuple(paragraphs))


def _task_section(
    name: str, held: TaskSettings, numbers: Sequence[ImageNumber], draws: Sequence[TrainedDraw]
) -> StudySection:
    facts = draws[0].facts
    paragraphs = [
        f"{MADE[name].format(bias=held.bias)} {int(np.sum(facts['counts'])):,} training images, "
        f"{facts['n_validation']:,} validation images, {numbers[0].n_test:,} test images, {facts['n_generated']:,} "
        f"generated ones; {held.n_batches:,} batches.",
        *_pool_words(draws),
    ]
    tables = [_arms_table(numbers), _gains_table(numbers), _times_table(draws), _cells_table(draws)]
    return StudySection(
        heading=TITLES[name],
        paragraphs=tuple(paragraphs),
        tables=tuple(tables),
        figures=ratio_figures(draws),
    )


def _pool_words(draws: Sequence[TrainedDraw]) -> list[str]:
    pools = [draw.facts["pool"] for draw in draws if draw.facts["pool"]]
    if not pools:
        return []
    mean = {name: float(np.mean([pool[name] for pool in pools])) for name in pools[0]}
    return [
        f"Quality of the pool: a classifier of other real digits recognises {mean['recognised']:.1%} of those drawn "
        f"(of training digits {mean['recognised_real']:.1%}); {mean['color_right']:.1%} have a tint nearest to the "
        f"color asked for. Learning and drawing took {mean['seconds']:.0f} s a draw."
    ]


def _arms_table(numbers: Sequence[ImageNumber]) -> StudyTable:
    return StudyTable(
        caption="On test images [95%]",
        header=("Batches", *METRICS.values()),
        rows=tuple((ARMS[arm].words, *map(_range, found)) for arm, found in _by_arm(numbers)),
    )


def _gains_table(numbers: Sequence[ImageNumber]) -> StudyTable:
    return StudyTable(
        caption="Less uniform batches of real images [95%]",
        header=("Batches", *METRICS.values()),
        rows=tuple(
            (ARMS[arm].words, *map(_gain, found)) for arm, found in _by_arm(numbers) if arm != REFERENCE
        ),
    )


def _by_arm(numbers: Sequence[ImageNumber]) -> list[tuple[str, list[ImageNumber]]]:
    held = {(one.arm, one.metric): one for one in numbers}
    return [
        (arm, [held[arm, metric] for metric in METRICS]) for arm in dict.fromkeys(one.arm for one in numbers)
    ]


def _times_table(draws: Sequence[TrainedDraw]) -> StudyTable:
    rows = []
    for arm in (one.arm for one in draws[0].arms):
        held = [one for draw in draws for one in draw.arms if one.arm == arm]
        seconds, updates = (sum(getattr(one, part) for one in held) for part in ("seconds", "update_seconds"))
        intervals = sorted({one.update_every for one in held} - {0})
        every = " to ".join(map(str, dict.fromkeys((intervals[0], intervals[-1])))) if intervals else "none"
        share = f"{updates / max(seconds - updates, 1e-9):.1%}" if intervals else "0%"
        rows.append((ARMS[arm].words, f"{seconds / len(held):.1f} s", share, every))
    return StudyTable(
        caption="Time of a training, and what updates of the ratios add to it",
        header=("Batches", "Training", "Updates add", "Batches between updates"),
        rows=tuple(rows),
    )


def _cells_table(draws: Sequence[TrainedDraw]) -> StudyTable:
    facts = draws[0].facts
    names = [f"{label}, {group}" for label in facts["label_names"] for group in facts["group_names"]]
    counts = np.mean([draw.facts["counts"] for draw in draws], axis=0).ravel()
    shares = {arm: _mean_shares(draws, arm) for arm in (ADAPTIVE, FAITHFUL, CORRUPTED)}
    rows = []
    for cell, name in enumerate(names):
        spoiled = " (noise in the last column)" if cell == facts["rarest_cell"] else ""
        held = [
            "" if found is None else f"{found[0][cell]:.2f}, {found[1][cell]:.2f}"
            for found in shares.values()
        ]
        rows.append((f"{name}{spoiled}", f"{counts[cell]:.0f}", *held))
    return StudyTable(
        caption="Learned ratios, mean over the second half of trainings: share of the group in its outcome, share of "
        "real images in the cell",
        header=("Cell", "Training images", *(ARMS[arm].words for arm in shares)),
        rows=tuple(rows),
    )


def _mean_shares(draws: Sequence[TrainedDraw], arm: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return group shares and real shares of every cell, averaged over second halves and draws."""
    held = [one for draw in draws for one in draw.arms if one.arm == arm]
    if not held:
        return None
    found = [[_late_mean(one.group_shares).ravel(), _late_mean(one.real_shares).ravel()] for one in held]
    groups, real = np.mean(found, axis=0)
    return groups, real


def _late_mean(points: np.ndarray) -> np.ndarray:
    return points[len(points) // 2 :].mean(axis=0)


def _range(number: ImageNumber) -> str:
    return f"{number.value:.3f} [{number.low:.3f}, {number.high:.3f}]"


def _gain(number: ImageNumber) -> str:
    gain, low, high = (
        f"{value:+.3f}".replace("-", "−") for value in (number.gain, number.gain_low, number.gain_high)
    )
    return f"{gain} [{low}, {high}]"
