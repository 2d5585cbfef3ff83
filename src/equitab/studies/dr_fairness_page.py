"""The page of the Dr-Fairness study's tables part: claims with verdicts, every arm, frontiers, what ratios became."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.report.charts.marks import MarkStyle, style_of
from equitab.report.charts.scatter_chart import ScatterPoint, draw_scatter
from equitab.report.figure import Figure
from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.studies.dr_fairness import (
    ARMS,
    GENERATOR_NAMES,
    LEARNERS,
    NO_POOL,
    PLAIN,
    RATIOS,
    DrFairnessSettings,
)
from equitab.studies.dr_fairness_claims import JudgedClaim, best_generator, corrupted_cells, judge_claims
from equitab.studies.dr_fairness_numbers import CHOSEN, Numbers, Result, Way
from equitab.studies.mcrage_cells import number_text, range_text
from equitab.studies.mcrage_differences import Estimate

TITLES = {"adult": "Adult, men and women", "compas": "COMPAS, African-American and Caucasian people"}


def study_page(numbers: Numbers, settings: DrFairnessSettings, remarks: Sequence[str]) -> StudyPage:
    """Return the page of the tables part.

    Parameters
    ----------
    numbers : Numbers
    settings : DrFairnessSettings
    remarks : sequence of str
        What was left out.
    """
    sections = [_what_was_done(settings, remarks)]
    for table in numbers.tables():
        sections += [_claims_section(numbers, table), _arms_section(numbers, table)]
        sections += [_frontier_section(numbers, table), _ratios_section(numbers, table)]
    return StudyPage(
        title="Dr-Fairness on tables: ratios that adapt while a model trains",
        summary=" ".join(headline(numbers)),
        sections=tuple(sections),
    )


def headline(numbers: Numbers) -> list[str]:
    """Return what was found, a sentence for each table."""
    return [_sentence(numbers, table) for table in numbers.tables()]


def _sentence(numbers: Numbers, table: str) -> str:
    judged = [one for one in judge_claims(numbers) if one.table == table]
    counted = {
        verdict: sum(one.verdict == verdict for one in judged) for verdict in ("held", "held on average")
    }
    generator = best_generator(numbers, table)
    ways = (Way(PLAIN), *(Way(RATIOS, own, CHOSEN) for own in dict.fromkeys((NO_POOL, generator))))
    parts = []
    for learner in numbers.learners(table):
        found = [one for way in ways if (one := numbers.result(table, learner, way)) is not None]
        steps = (f"{number_text(one.gap.mean)} (accuracy {number_text(one.accuracy.mean)})" for one in found)
        parts.append(f"{LEARNERS[learner]} {' → '.join(steps)}")
    return (
        f"{TITLES.get(table, table)}: equalized odds gap on real test rows, plain training → learned ratios of real "
        f"rows → with generated rows ({GENERATOR_NAMES[generator]}): {'; '.join(parts)}. "
        f"Of {len(judged)} claims {counted['held']} are held with their whole interval, "
        f"{counted['held on average']} on average, {len(judged) - sum(counted.values())} are not."
    )


def _what_was_done(settings: DrFairnessSettings, remarks: Sequence[str]) -> StudySection:
    paragraphs = (
        "While a head trains, the share of each group within each outcome, and of real against generated rows within "
        "each group, follow the gradient of an outer objective on real validation rows: the widest difference "
        "between groups with the same outcome, plus the accuracy weight times the mean loss. Every arm of a head "
        f"takes {settings.n_steps:,} batches of {settings.batch_size} rows; gradient boosting learns from rows with "
        "weights that give it the mean mixture of the later half of a logistic head's training.",
        f"Pools hold {settings.n_pool:,} generated rows of every group with each outcome, drawn by generators that "
        "learned the training rows. For each seed, validation rows choose among what loses at most "
        f"{settings.accuracy_loss:g} of accuracy against plain training there: in the form called *ours* the smallest "
        "accuracy weight, since less weight is fairer and accuracy is known better than gaps, and of FairBatch's rule "
        "the step with the smallest gap. Test rows judge only.",
        "Forms. *Published*: before every batch, 128 validation rows give both the outer gradient and the gradients of "
        "real rows, and groups are compared by mean losses. Real rows then agree with the outer gradient by their "
        "common noise, and cells turn to real rows whatever the generated ones are like. *Ours*: every "
        f"{settings.update_every} batches, {settings.n_validation} training and validation rows give the outer "
        "gradient, and training rows drawn apart those of real rows; groups are compared by sharpened mean "
        "probabilities, and the shares of the outcomes are learned too, within a factor of two of their odds. "
        "Generated rows are left out where they make outer objective or mean loss larger on the rows that judge, but "
        "for the corrupted pool and the form that says so. FairBatch's rule looks at training and validation rows too.",
    )
    return StudySection(heading="What was done", paragraphs=(*paragraphs, *remarks))


def _claims_section(numbers: Numbers, table: str) -> StudySection:
    judged = [one for one in judge_claims(numbers) if one.table == table]
    generator = GENERATOR_NAMES[best_generator(numbers, table)]
    rows = tuple(_claim_row(one) for one in judged)
    header = ("Learner", "Claim", "Difference [95%]", "Must not be above", "Verdict")
    caption = (
        f"Learned ratios, of real rows only and with a pool ({generator}), accuracy weight chosen on validation "
        "rows; rivals that use generated rows have the same pool"
    )
    words = (
        "Differences are means over seeds, paired, with intervals that are corrected for the overlap of splits "
        "(Nadeau and Bengio 2003). *Held* means the whole interval, *on average* the mean only."
    )
    return StudySection(
        heading=f"{TITLES.get(table, table)}: what was asked",
        paragraphs=(words,),
        tables=(StudyTable(caption=caption, header=header, rows=rows),),
    )


def _claim_row(one: JudgedClaim) -> tuple[str, ...]:
    found = range_text(one.found.mean, one.found.low, one.found.high, signed=True)
    return LEARNERS[one.learner], one.words, found, f"{one.bound:g}", one.verdict


def _arms_section(numbers: Numbers, table: str) -> StudySection:
    tables = tuple(_arms_table(numbers, table, learner) for learner in numbers.learners(table))
    return StudySection(heading=f"{TITLES.get(table, table)}: every arm", tables=tables)


def _arms_table(numbers: Numbers, table: str, learner: str) -> StudyTable:
    found = [numbers.result(table, learner, way) for way in numbers.ways(table, learner)]
    ordered = sorted((one for one in found if one is not None), key=lambda one: list(ARMS).index(one.way.arm))
    rows = tuple(
        (
            ARMS[one.way.arm],
            GENERATOR_NAMES[one.way.generator],
            _chosen_text(one.settings),
            _text(one.gap),
            _text(one.gap_less_plain, signed=True),
            _text(one.accuracy),
            _text(one.accuracy_less_plain, signed=True),
            number_text(one.called_favorable.mean),
        )
        for one in ordered
    )
    header = (
        "Arm",
        "Generated rows",
        "Settings chosen",
        "Gap",
        "less plain",
        "Accuracy",
        "less plain",
        "Called favorable",
    )
    return StudyTable(caption=f"{LEARNERS[learner]}: on real test rows", header=header, rows=rows)


def _text(held: Estimate, *, signed: bool = False) -> str:
    return range_text(held.mean, held.low, held.high, signed=signed)


def _frontier_section(numbers: Numbers, table: str) -> StudySection:
    generator = best_generator(numbers, table)
    learners = numbers.learners(table)
    tables = tuple(_frontier_table(numbers, table, learner, generator) for learner in learners)
    figures = tuple(_frontier_figure(numbers, table, learner, generator) for learner in learners)
    words = "Less accuracy weight is meant to be fairer and less accurate."
    return StudySection(
        heading=f"{TITLES.get(table, table)}: the frontier over the accuracy weight",
        paragraphs=(words,),
        tables=tables,
        figures=figures,
    )


def _frontier_table(numbers: Numbers, table: str, learner: str, generator: str) -> StudyTable:
    rows = []
    for setting in numbers.settings(table):
        for name in dict.fromkeys((NO_POOL, generator)):
            found = numbers.result(table, learner, Way(RATIOS, name, setting))
            if found is not None:
                rows.append((setting, GENERATOR_NAMES[name], _text(found.gap), _text(found.accuracy)))
    header = ("Form, accuracy weight", "Generated rows", "Gap", "Accuracy")
    return StudyTable(caption=f"{LEARNERS[learner]}: learned ratios", header=header, rows=tuple(rows))


def _frontier_figure(numbers: Numbers, table: str, learner: str, generator: str) -> Figure:
    fixed = [
        way
        for way in numbers.ways(table, learner)
        if way.arm != RATIOS and way.generator in (NO_POOL, generator)
    ]
    learned = [Way(RATIOS, generator, setting) for setting in numbers.settings(table)]
    found = [numbers.result(table, learner, way) for way in (*fixed, *learned)]
    shown = [one for one in found if one is not None]
    chart = draw_scatter(
        tuple(_point(one) for one in shown),
        legend=tuple({ARMS[one.way.arm]: _style(one.way.arm) for one in shown}.items()),
        x_title="Equalized odds gap",
        y_title="Accuracy",
        band=None,
        title=f"Accuracy against the equalized odds gap: {LEARNERS[learner]}",
        description="One point for each arm; of learned ratios one for each setting, which is written beside it.",
    )
    return Figure(LEARNERS[learner], "Beside points of learned ratios: form and accuracy weight.", chart)


def _point(one: Result) -> ScatterPoint:
    name = ARMS[one.way.arm] + (f", {one.way.setting}" if one.way.setting else "")
    return ScatterPoint(
        x=one.gap.mean,
        y=one.accuracy.mean,
        tag=one.way.setting,
        name=f"{name}: gap {number_text(one.gap.mean)}, accuracy {number_text(one.accuracy.mean)}",
        style=_style(one.way.arm),
    )


def _style(arm: str) -> MarkStyle:
    return style_of(_STYLES.get(arm, arm))


def _chosen_text(settings: Sequence[str]) -> str:
    """Return settings with how often each was chosen."""
    return "; ".join(f"{name} ({list(settings).count(name)})" for name in dict.fromkeys(settings))


_STYLES = {
    PLAIN: "original",
    "uniform": "augmented",
    "balanced": "augmented_reweighed",
    "fairbatch": "threshold_optimizer",
    "reweighing": "reweighed",
    "reductions": "smote_nc",
}
"""Arms in the marks of the treatments that they resemble."""


def _ratios_section(numbers: Numbers, table: str) -> StudySection:
    header = (
        "Group, outcome",
        *(GENERATOR_NAMES[name] for name in numbers.generators(table) if name != NO_POOL),
    )
    rows = tuple(
        (
            cell,
            *(
                _mean_share(numbers.real_share(table, name, cell))
                for name in numbers.generators(table)
                if name
            ),
        )
        for cell in numbers.cells(table)
    )
    tables = [
        StudyTable(
            caption=f"Real share over the later half of training, logistic head ({numbers.settings(table)[0]})",
            header=header,
            rows=rows,
        )
    ]
    words = [
        "The share of real rows within each group and outcome begins at a half. Where generated rows are bad it rises; "
        "it is a test of the generator, cell by cell."
    ]
    spoiled = corrupted_cells(numbers, table)
    if spoiled:
        tables.append(
            StudyTable(
                caption=f"One cell's rows corrupted on purpose ({spoiled_cell(numbers, table)}): the real share",
                header=("Group, outcome", "As drawn", "With the corrupted cell", "Seeds in which it rose"),
                rows=tuple(
                    (
                        one.cell,
                        number_text(one.clean),
                        number_text(one.corrupted),
                        f"{one.n_risen} of {one.n}",
                    )
                    for one in spoiled
                ),
            )
        )
        words.append(_corruption_sentence(numbers, table))
    return StudySection(
        heading=f"{TITLES.get(table, table)}: what the ratios became",
        paragraphs=tuple(words),
        tables=tuple(tables),
    )


def spoiled_cell(numbers: Numbers, table: str) -> str:
    """Return the cell that was corrupted: the first group with the favorable outcome."""
    return next(cell for cell in numbers.cells(table) if cell.endswith(", favorable"))


def _corruption_sentence(numbers: Numbers, table: str) -> str:
    cell = spoiled_cell(numbers, table)
    found = next(one for one in corrupted_cells(numbers, table) if one.cell == cell)
    return (
        f"With the generated rows of {cell} replaced by rows with the other outcome, its real share moved from "
        f"{number_text(found.clean)} to {number_text(found.corrupted)} ({found.n_risen} of {found.n} seeds rose)."
    )


def _mean_share(values: Sequence[float]) -> str:
    return number_text(float(np.mean(values))) if values else ""
