"""The page of the Maghool study: the employees, then Adult and COMPAS, where the paper did not go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.studies.maghool import LEARNER_NAMES, ORIGINAL, TREATMENTS, MaghoolSettings
from equitab.studies.maghool_figures import treatment_figure
from equitab.studies.maghool_findings import Findings
from equitab.studies.maghool_measure import FEATURES
from equitab.studies.maghool_people_page import RATE_NAMES, capital, people_sections, shown
from equitab.studies.maghool_verdicts import headline, treatment_sentences

_INTERVALS = (
    "Intervals hold 95%. Those of F1 take account of the overlap of folds (corrected resampled t, Nadeau and Bengio "
    "2003: variance times 1/n + 1/9). Those of rates, gaps, accuracy, AUROC and SHAP values come from a bootstrap of "
    "people and of repeats, the same draws for all arms; what another training sample would change is not in them. "
    "Those of complexity come from random halves of the people. Many numbers are looked at: a single interval that "
    "just leaves out 0 means little."
)


@dataclass(frozen=True)
class MaghoolReport:
    """What the page is made of.

    Parameters
    ----------
    findings : Findings
    settings : MaghoolSettings
    people : tuple of str
        How the table of the employees was made, in words.
    remarks : tuple of str
        What was left out.
    """

    findings: Findings
    settings: MaghoolSettings
    people: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def study_page(report: MaghoolReport) -> StudyPage:
    """Return the page of the study.

    Parameters
    ----------
    report : MaghoolReport
    """
    sections = [_what_was_done(report)]
    if report.settings.people is not None:
        sections += people_sections(report.findings, report.settings.people)
    sections += [
        _treated_section(report, part) for part in ("adult", "compas") if part in report.findings.parts()
    ]
    return StudyPage(
        title="Study: a table of employees grown by a similarity network (Maghool et al.)",
        summary=headline(report.findings),
        sections=tuple(sections),
    )


def _what_was_done(report: MaghoolReport) -> StudySection:
    words = (
        "The paper (Maghool, Ceravolo and Berto, A Novel Assurance Procedure for Fair Data Augmentation in Machine "
        "Learning, 2024) grows a table of 301 employees by 100%. Its network as published: features from column "
        "marginals, exp(-d²/(mu e)) as kernel, labels that move everywhere, the most likely label. This library's: "
        "features by a smoothed bootstrap, a kernel free of scale, labels of real people held, labels drawn with their "
        "weights.",
        "New rows are made of training rows alone, and every test row is a real person. Beside table 1 stands what "
        "comes out where new rows are made before the folds are dealt: then relatives of the test rows are learned "
        "from, and new rows are among the test rows.",
        _INTERVALS,
    )
    return StudySection(heading="What was done", paragraphs=(*words, *report.people, *report.remarks))


_PLACES = {
    "adult": "Adult: where the paper did not go",
    "compas": "COMPAS: where the paper did not go",
}


def _treated_section(report: MaghoolReport, part: str) -> StudySection:
    findings = report.findings
    feature, reference, other = FEATURES[part]  # type: ignore[index]
    judged = (
        "its own 16,281 test rows"
        if part == "adult"
        else "test rows of five folds, each person once a repeat"
    )
    words = [
        f"Judged on {judged}; gaps are between {other} and {reference} ({feature}), and the equalized odds gap is the "
        "larger of the sizes of the TPR and FPR gaps. Plans of sparse regions add as many rows as there are; plans of "
        "equal rates add the fewest that give both groups the same share of favorable outcomes.",
    ]
    if _n_repeats(findings, part) < 2:
        words.append("One repeat: what other drawn rows would change is not in these intervals.")
    tables: list[StudyTable] = []
    for learner in findings.learners(part):
        words += [
            f"{capital(LEARNER_NAMES[learner])}: {sentence}"
            for sentence in treatment_sentences(findings, part, learner)
        ]
        tables += _treatment_tables(findings, part, learner)
    figures = tuple(treatment_figure(findings, part, learner) for learner in findings.learners(part))
    return StudySection(heading=_PLACES[part], paragraphs=tuple(words), tables=tuple(tables), figures=figures)


def _n_repeats(findings: Findings, part: str) -> int:
    """Return how often everything of a part was drawn."""
    return max((one.n_repeats for one in findings.all if one.part == part), default=0)


def _treatment_tables(findings: Findings, part: str, learner: str) -> Iterable[StudyTable]:
    metrics = ("odds_gap", "tpr_gap_size", "fpr_gap_size", "accuracy", "auroc")
    header = ("Treatment", *(RATE_NAMES[metric] for metric in metrics))
    for control, caption in (("", "values [95%]"), (ORIGINAL, "less no rows added, paired [95%]")):
        rows = tuple(
            (
                TREATMENTS[arm],
                *(
                    shown(
                        findings.get(part, arm, metric, control=control, learner=learner),
                        signed=bool(control),
                    )
                    for metric in metrics
                ),
            )
            for arm in findings.arms(part)
            if not (control and arm == ORIGINAL)
        )
        name = capital(LEARNER_NAMES[learner])
        yield StudyTable(caption=f"{name}: {caption}", header=header, rows=rows)
