"""The page of the MCRAGE study: every claim with a verdict, all arms, what the data cannot show, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint
from equitab.report.picture_figures import lay_out_pictures
from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.studies.mcrage import BALANCED, FOREST, IMBALANCED, PAPERS_ARM, McrageSettings, TableName
from equitab.studies.mcrage_cells import (
    LEARNER_NAMES,
    arms_table,
    claims_table,
    differences_table,
    number_text,
    paper_table,
    range_text,
)
from equitab.studies.mcrage_differences import OVERLAP, Difference, Numbers, Quantity
from equitab.studies.mcrage_paper import NOTEBOOK
from equitab.studies.mcrage_rows import RARE_METRICS, ROW_METRICS, TRUTH_METRICS
from equitab.studies.mcrage_scores import METRICS
from equitab.studies.mcrage_verdicts import (
    JudgedClaim,
    Verdict,
    judge_bars,
    judge_claims,
    what_cannot_be_seen,
)

MAIN_METRICS = {name: METRICS[name] for name in ("accuracy", "f1", "auroc", "auroc_few", "auroc_many")}
DETECTED = 0.70
"""The AUROC up to which drawn rows of the smallest cells may be told from real test rows."""
ACCURACY_LOSS = 0.005
RARE_TABLES: tuple[TableName, ...] = ("adult", "compas")
TITLES = {"adult": "Adult: sex, race and income", "compas": "COMPAS: sex, race and a new offence"}


@dataclass(frozen=True)
class McrageFindings:
    """What was measured.

    Parameters
    ----------
    numbers : Numbers
    settings : McrageSettings
    remarks : tuple of str
    curves : tuple of CurvePoint
        Densities and projections of the first split of the patients.
    """

    numbers: Numbers
    settings: McrageSettings
    remarks: tuple[str, ...] = ()
    curves: tuple[CurvePoint, ...] = ()


def study_page(findings: McrageFindings) -> StudyPage:
    """Return the page of the study.

    Parameters
    ----------
    findings : McrageFindings
    """
    sections = [_what_was_done(findings)]
    if findings.settings.patients is not None:
        sections += _patients(findings)
    sections += [_rare_table(findings, name) for name in RARE_TABLES if name in findings.settings.tables]
    return StudyPage(
        title="MCRAGE: small groups filled by guided diffusion",
        summary=headline(findings),
        sections=tuple(sections),
    )


def headline(findings: McrageFindings) -> str:
    """Return what was found, in one paragraph."""
    judged = judge_claims(findings.numbers)
    if not judged:
        return "The patients' table was not given, so the paper's own claims were not judged."
    counted = _counted(judged)
    words = (
        f"Of the paper's {len(judged)} claims about the patients, {counted['reached']} were reached, "
        f"{counted['not reached']} were not, {counted['cannot be told']} cannot be told"
    )
    missing = f", {counted['not measured']} were not measured" if counted["not measured"] else ""
    return f"{words}{missing}. {_gain_sentence(findings.numbers)}".strip()


def _counted(judged: Sequence[JudgedClaim]) -> dict[Verdict, int]:
    counted: dict[Verdict, int] = {"reached": 0, "not reached": 0, "cannot be told": 0, "not measured": 0}
    for one in judged:
        counted[one.verdict] += 1
    return counted


def _gain_sentence(numbers: Numbers) -> str:
    parts = []
    for metric, words in (("f1", "F1"), ("auroc", "AUROC"), ("auroc_few", "AUROC of women")):
        found = numbers.difference(Quantity("patients", FOREST, metric), PAPERS_ARM, IMBALANCED)
        if found is not None:
            parts.append(f"{words} by {range_text(found.gain, found.low, found.high, signed=True)}")
    return f"Filling by guided diffusion changes {', '.join(parts)}." if parts else ""


def _what_was_done(findings: McrageFindings) -> StudySection:
    settings = findings.settings
    paragraphs = [
        "The paper (Behal, Chen, Fikes and Xiao, MCRAGE: Synthetic Healthcare Data for Fairness) fills every group "
        "by outcome up to the largest with rows of a conditional diffusion model with classifier-free guidance. It "
        "is judged there by single forests on one split. Here every arm learns from the same rows of re-drawn "
        "splits, all differences are paired by split, and the rows that judge are real ones that no arm saw.",
        f"Diffusion: preset {settings.preset!r}"
        + (f", {settings.n_steps} steps" if settings.n_steps else "")
        + f", guidance weight {settings.guidance:g} (0 in the arm without guidance).",
    ]
    return StudySection(heading="What was done", paragraphs=(*paragraphs, *findings.remarks))


def _patients(findings: McrageFindings) -> list[StudySection]:
    numbers = findings.numbers
    judged, bars = judge_claims(numbers), judge_bars(numbers)
    return [
        StudySection(
            heading="Patients: the paper's claims",
            paragraphs=(_protocol(findings), _intervals("patients")),
            tables=(
                claims_table(judged, caption="The paper's claims and ours"),
                paper_table(numbers),
            ),
        ),
        StudySection(
            heading="Patients: what the data cannot show",
            paragraphs=tuple(what_cannot_be_seen(numbers)),
            tables=(claims_table(bars, caption="Our own bars for guided diffusion", printed="Bar"),),
        ),
        StudySection(heading="Patients: every arm", tables=tuple(_learner_tables(findings))),
        StudySection(
            heading="Patients: the drawn women",
            paragraphs=(
                "Women whom an arm drew, beside real women of the training part whom it never saw. The distance is "
                "the mean Kolmogorov-Smirnov distance of the number columns within outcomes; that of the imbalanced "
                "arm is what its few real women score. The detector is gradient boosting across five folds; 0.5 is "
                "told apart by luck only.",
            ),
            tables=(
                arms_table(numbers, "patients", "", ROW_METRICS, caption="Means over splits [corrected 95%]"),
                differences_table(numbers, "patients", "", ROW_METRICS, control="smote"),
            ),
        ),
        _pictures(findings),
        StudySection(heading="Where the published comparison is not on equal terms", paragraphs=NOTEBOOK),
    ]


def _pictures(findings: McrageFindings) -> StudySection:
    """Return the paper's Figures 2 and 3, of the first split."""
    drawn = lay_out_pictures(findings.curves, n_columns=2)
    words = (
        "As the paper's Figures 2 and 3: the treated sets on one plane, and columns of "
        f"{findings.settings.n_density_draws:,} rows drawn for every group and outcome over those of all real rows of "
        "the training part. The figures are in the HTML page."
    )
    return StudySection(
        heading="Patients: pictures of the first split",
        paragraphs=(words, *drawn.notes),
        figures=tuple(picture.figure for picture in (*drawn.planes, *drawn.groups)),
    )


def _protocol(findings: McrageFindings) -> str:
    held = findings.settings.patients
    n_splits = held.n_splits if held else 0
    return (
        f"{n_splits} re-drawn splits of 4,412 patients: the sexes made equal by leaving out men at random, 20% test "
        "rows and a tenth of the rest validation rows (by sex and outcome), then nine in ten women taken away from "
        "training and validation rows. F1 is that of the class 'in' (inpatient care), as in Table 1, whose 0.642 at an "
        "accuracy of 0.713 cannot be a weighted mean; the weighted one is given too. All models see the sex."
    )


def _intervals(table: str) -> str:
    return (
        "Intervals and p-values take account of the overlap of splits (corrected resampled t, Nadeau and Bengio 2003: "
        f"variance times 1/n + {OVERLAP[table]:.3g}); Student's, as if splits were independent, stands beside. Holm's "
        "correction is over the arms that are compared with one control in one number; many numbers are looked at, so "
        "single small p-values mean little."
    )


def _learner_tables(findings: McrageFindings) -> list[StudyTable]:
    held = findings.settings.patients
    if held is None:
        return []
    tables = []
    for learner in held.learners:
        name = LEARNER_NAMES[learner]
        tables.append(
            arms_table(
                findings.numbers,
                "patients",
                learner,
                METRICS,
                caption=f"{name.capitalize()}: means [corrected 95%]",
            )
        )
        controls = (IMBALANCED, "smote", BALANCED) if learner == FOREST else (IMBALANCED,)
        tables += [
            differences_table(findings.numbers, "patients", learner, MAIN_METRICS, control=control)
            for control in controls
            if control in held.arms
        ]
    return tables


def _rare_table(findings: McrageFindings, name: TableName) -> StudySection:
    held = findings.settings.tables[name]
    numbers = findings.numbers
    tables = []
    for learner in held.learners:
        caption = f"{LEARNER_NAMES[learner].capitalize()}: means [corrected 95%]"
        tables.append(arms_table(numbers, name, learner, RARE_METRICS, caption=caption))
        tables.append(differences_table(numbers, name, learner, RARE_METRICS))
    tables.append(
        arms_table(
            numbers,
            name,
            "",
            TRUTH_METRICS,
            caption="Drawn rows of the smallest cells, pooled, beside real test rows",
        )
    )
    growth = f" Cells grow to at most {held.max_growth:g} times their real rows." if held.max_growth else ""
    paragraphs = (
        f"{held.n_splits} splits.{growth} The smallest cells are those of fewer than 100 training rows (one "
        "intersectional group with one outcome), and the next smallest until 50 test rows can be matched; the "
        "smallest groups are the people whose group has a cell of fewer than 100 rows. 'Real rows' is what training "
        "rows of the same cells score; of two detectors, one of all cells and one of these alone, the better counts.",
        _intervals(name),
        *rare_sentences(numbers, name, held.learners[0]),
    )
    return StudySection(heading=TITLES[name], paragraphs=paragraphs, tables=tuple(tables))


def rare_sentences(numbers: Numbers, table: str, learner: str) -> list[str]:
    """Return what guided diffusion does to the smallest groups of a table, beside the bars."""
    plans = {PAPERS_ARM: "Every cell filled", "guided_within": "Groups filled within outcomes"}
    found = {words: _rare_words(numbers, table, learner, arm) for arm, words in plans.items()}
    return [f"{words}: {' '.join(held)}" for words, held in found.items() if held]


def _rare_words(numbers: Numbers, table: str, learner: str, arm: str) -> list[str]:
    sentences = []
    told = numbers.mean(Quantity(table, "", "held_out_detection_auroc"), arm)
    if told is not None:
        side = "within" if told.mean <= DETECTED else "beyond"
        sentences.append(
            "guided rows of the smallest cells are told from real test rows with an AUROC of "
            f"{number_text(told.mean)}, {side} the bar of {DETECTED:.2f}."
        )
    recall = numbers.difference(Quantity(table, learner, "recall_rare"), arm, IMBALANCED)
    if recall is not None:
        moved = (
            "rises" if recall.low > 0 else "falls" if recall.high < 0 else "moves by less than can be seen"
        )
        sentences.append(
            f"Recall of the smallest groups {moved}: {_shown(recall)} ({LEARNER_NAMES[learner]})."
        )
    accuracy = numbers.difference(Quantity(table, learner, "accuracy"), arm, IMBALANCED)
    if accuracy is not None:
        kept = "kept" if accuracy.gain >= -ACCURACY_LOSS else "not kept"
        sentences.append(
            f"Overall accuracy changes by {_shown(accuracy)}; the bar of half a point down is {kept}."
        )
    return sentences


def _shown(one: Difference) -> str:
    return range_text(one.gain, one.low, one.high, signed=True)
