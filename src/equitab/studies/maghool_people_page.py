"""The employees on the Maghool study's page: claims with verdicts, the paper's tables and ours, complexity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.report.study_page import StudySection, StudyTable
from equitab.studies.maghool import (
    BEFORE_FOLDS,
    FOREST,
    GROWN,
    LEARNER_NAMES,
    ORIGINAL,
    REPRESENTATIONS,
    TRAINING_ONLY,
    WITH_TITLES,
    WITHOUT_TITLES,
    PeopleSettings,
)
from equitab.studies.maghool_complexity import MEASURES
from equitab.studies.maghool_figures import f1_figure, gap_figure, reliance_figure
from equitab.studies.maghool_findings import (
    ALL_SENSITIVE,
    F1,
    F1_SPREAD,
    SHARE,
    SPLIT,
    TOTAL,
    Finding,
    Findings,
)
from equitab.studies.maghool_gaps import GAP_METRICS, HEADLINES, RATES
from equitab.studies.maghool_measure import EXPLAINED
from equitab.studies.maghool_paper import COMPLEXITY, TABLE_1, TABLE_2, table_2_arithmetic
from equitab.studies.maghool_people import LEFT_OUT, OTHERS, PRIVILEGED, SENSITIVE
from equitab.studies.maghool_verdicts import JudgedClaim, judge_claims, printed_text
from equitab.studies.mcrage_cells import number_text, range_text


def people_sections(findings: Findings, settings: PeopleSettings) -> list[StudySection]:
    """Return the page's sections about the employees.

    Parameters
    ----------
    findings : Findings
    settings : PeopleSettings
    """
    judged = judge_claims(findings)
    return [
        StudySection(heading="The paper's claims", tables=(_claims_table(judged),)),
        _table_1(findings),
        _table_2(findings, settings.n_gap_repeats),
        _figure_3(findings, settings.explained_forms),
        _complexity(findings),
    ]


def _claims_table(judged: Sequence[JudgedClaim]) -> StudyTable:
    rows = tuple(
        (
            one.claim.words,
            one.claim.place,
            printed_text(one.claim),
            shown(one.found, signed=True) or "not measured",
            one.verdict,
            one.sentence,
        )
        for one in judged
    )
    header = ("Claim", "Where", "Paper", "Ours, less the original rows [95%]", "Verdict", "Why")
    return StudyTable(caption="Claims and verdicts", header=header, rows=rows)


def capital(words: str) -> str:
    """Return words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def shown(found: Finding | None, *, signed: bool = False) -> str:
    """Return a finding with its interval; empty where nothing was measured."""
    return "" if found is None else range_text(found.value, found.low, found.high, signed=signed)


def _table_1(findings: Findings) -> StudySection:
    tables = []
    for learner in findings.learners("table 1"):
        rows = tuple(_f1_row(findings, arm, learner) for arm in REPRESENTATIONS)
        header = (
            "Representation",
            "Paper (± over folds)",
            "Ours, training folds only [95%]",
            "± over folds",
            "Less the original",
            "Made before the folds",
            "What the leak adds",
        )
        name = capital(LEARNER_NAMES[learner])
        tables.append(StudyTable(caption=f"{name}: weighted F1, ten folds", header=header, rows=rows))
    return StudySection(
        heading="Table 1: weighted F1 of five representations",
        paragraphs=tuple(leak_sentences(findings)),
        tables=tuple(tables),
        figures=(f1_figure(findings),),
    )


def _f1_row(findings: Findings, arm: str, learner: str) -> tuple[str, ...]:
    def held(form: str, control: str = "", metric: str = F1) -> Finding | None:
        return findings.get("table 1", arm, metric, form=form, control=control, learner=learner)

    printed = TABLE_1[arm].get(learner)
    spread = held(TRAINING_ONLY, metric=F1_SPREAD)
    return (
        REPRESENTATIONS[arm],
        f"{printed[0]:.3f} ± {printed[1]:.3f}" if printed else "",
        shown(held(TRAINING_ONLY)),
        number_text(spread.value) if spread else "",
        shown(held(TRAINING_ONLY, ORIGINAL), signed=True),
        shown(held(BEFORE_FOLDS)),
        shown(held(BEFORE_FOLDS, TRAINING_ONLY), signed=True),
    )


def leak_sentences(findings: Findings) -> list[str]:
    """Return which of our two ways the paper's numbers lie nearer to, number by number and counted."""
    sentences, n_leaking, n_all = [], 0, 0
    for learner in findings.learners("table 1"):
        for arm in REPRESENTATIONS:
            held = _both_ways(findings, arm, learner)
            if held is None or arm == "augmented":  # the paper has one network, and published it
                continue
            printed, leaking, sound = held
            is_leaking = _distance(leaking, printed) < _distance(sound, printed)
            n_leaking, n_all = n_leaking + is_leaking, n_all + 1
            told = "the former" if is_leaking else "the latter"
            sentences.append(
                f"{capital(REPRESENTATIONS[arm])}, {LEARNER_NAMES[learner]}: the paper prints {printed:.3f}. With "
                f"new rows made before the folds ours is {shown(leaking)}, with training folds only {shown(sound)}; "
                f"the printed number is nearer to {told}."
            )
    if not n_all:
        return []
    counted = (
        f"{n_leaking} of {n_all} printed numbers with new rows are nearer to what the leak gives than to what"
    )
    return [f"{counted} training folds give.", *sentences]


def _both_ways(findings: Findings, arm: str, learner: str) -> tuple[float, Finding, Finding] | None:
    """Return the printed F1, ours with the leak and ours without."""
    printed = TABLE_1[arm].get(learner)
    leaking, sound = (
        findings.get("table 1", arm, F1, form=form, learner=learner) for form in (BEFORE_FOLDS, TRAINING_ONLY)
    )
    return None if printed is None or leaking is None or sound is None else (printed[0], leaking, sound)


def _distance(found: Finding, printed: float) -> float:
    return abs((found.value or 0.0) - printed)


def _table_2(findings: Findings, n_repeats: int) -> StudySection:
    words = (
        f"Two levels of pay of the same width. Forests; every person is judged by a forest that learned from other "
        f"people, {n_repeats} times over. Groups: {PRIVILEGED}, and {OTHERS}; gaps are the second less the first.",
        *table_2_arithmetic(),
        _nearest_form(findings),
    )
    tables = [_rates_table(findings, form) for form in (WITHOUT_TITLES, WITH_TITLES)]
    return StudySection(
        heading="Table 2: rates and gaps of two groups",
        paragraphs=words,
        tables=tuple(tables),
        figures=(gap_figure(findings),),
    )


RATE_NAMES = {
    "tpr_reference": f"TPR, {PRIVILEGED}",
    "tpr_other": f"TPR, {OTHERS}",
    "fpr_reference": f"FPR, {PRIVILEGED}",
    "fpr_other": f"FPR, {OTHERS}",
    "tpr_gap": GAP_METRICS["tpr_gap"],
    "fpr_gap": GAP_METRICS["fpr_gap"],
    "tpr_gap_size": "size of the TPR gap",
    "fpr_gap_size": "size of the FPR gap",
    **HEADLINES,
}


def _nearest_form(findings: Findings) -> str:
    """Return how far the printed rates of the original rows are from ours, with and without job titles."""
    distances = {}
    for form in (WITHOUT_TITLES, WITH_TITLES):
        held = {name: findings.get("table 2", ORIGINAL, name, form=form, learner=FOREST) for name in RATES}
        if all(held.values()):
            distances[form] = float(
                np.mean([_distance(one, TABLE_2[ORIGINAL][name]) for name, one in held.items() if one])
            )
    told = " and ".join(f"{distance:.3f} {form}" for form, distance in distances.items())
    return (
        f"The four printed rates of the original rows are on average {told} away from ours." if told else ""
    )


def _rates_table(findings: Findings, form: str) -> StudyTable:
    rows = []
    for metric in (*RATES, *GAP_METRICS, "tpr_gap_size", "fpr_gap_size", "odds_gap", "accuracy", "auroc"):
        cells = [RATE_NAMES[metric]]
        for arm in GROWN:
            printed = TABLE_2.get("augmented" if arm != ORIGINAL else arm, {}).get(metric)
            ours = findings.get("table 2", arm, metric, form=form, learner=FOREST)
            step = findings.get("table 2", arm, metric, form=form, control=ORIGINAL, learner=FOREST)
            cells.append(_beside(printed, ours, step))
        rows.append(tuple(cells))
    header = ("", *(f"{REPRESENTATIONS[arm]}: paper / ours" for arm in GROWN))
    caption = f"Forest, {form} [95%]; then the paired change"
    return StudyTable(caption=caption, header=header, rows=tuple(rows))


def _beside(printed: float | None, ours: Finding | None, step: Finding | None) -> str:
    first = f"{number_text(printed)} / {shown(ours)}" if printed is not None else shown(ours)
    return f"{first}; change {shown(step, signed=True)}" if step else first


def _figure_3(findings: Findings, forms: Sequence[str]) -> StudySection:
    if "figure 3" not in findings.parts():
        return StudySection(
            heading="Figure 3: SHAP values of sensitive features", paragraphs=("Not measured.",)
        )
    words = (
        "The paper shows SHAP values of forests and says that sensitive features are depolarised by augmentation. "
        "Here: SHAP values of the chance of high pay, of people of test folds, against the same background of real "
        "training rows. The share of a feature is its mean absolute value over that of all columns; the split is the "
        "mean value of men (of people of 40 or younger) less that of others. The sum over all columns is how much a "
        "model says at all: where it falls, splits fall with it.",
    )
    tables = [_reliance_table(findings, form) for form in forms]
    return StudySection(
        heading="Figure 3: SHAP values of sensitive features",
        paragraphs=(*words, *split_sentences(findings)),
        tables=tuple(tables),
        figures=(reliance_figure(findings),),
    )


def split_sentences(findings: Findings) -> list[str]:
    """Return whether splits shrink more than models say less at all."""
    sentences = []
    for arm in EXPLAINED[1:]:
        named = (
            (TOTAL, "", "the sum over all columns"),
            (SPLIT, "Sex", "the split of Sex"),
            (SPLIT, "Age", "that of Age"),
        )
        changes = [
            f"{words} by {_percent(change)}"
            for metric, group, words in named
            if (change := _relative_size(findings, arm, metric, group)) is not None
        ]
        if len(changes) == len(named):
            listed = ", ".join(changes)
            sentences.append(f"{capital(REPRESENTATIONS[arm])}, {WITHOUT_TITLES}, changes {listed}.")
    return sentences


def _relative_size(findings: Findings, arm: str, metric: str, group: str) -> float | None:
    """Return the relative change of a number's size."""
    before, after = (
        findings.get("figure 3", name, metric, form=WITHOUT_TITLES, learner=FOREST, group=group)
        for name in (ORIGINAL, arm)
    )
    if before is None or after is None or not before.value:
        return None
    return abs(after.value or 0.0) / abs(before.value) - 1


def _reliance_table(findings: Findings, form: str) -> StudyTable:
    named = [(TOTAL, "", "sum over all columns")]
    named += [(SHARE, name, f"share of {name}") for name in (ALL_SENSITIVE, *SENSITIVE)]
    named += [(SPLIT, "Sex", "split of Sex"), (SPLIT, "Age", "split of Age")]
    rows = tuple(
        (words, *(_change_cell(findings, arm, metric, group, form) for arm in EXPLAINED))
        for metric, group, words in named
    )
    header = ("", *(REPRESENTATIONS[arm] for arm in EXPLAINED))
    caption = f"Forest, {form} [95%]; then the paired change (of a split: of its size)"
    return StudyTable(caption=caption, header=header, rows=rows)


def _change_cell(findings: Findings, arm: str, metric: str, group: str, form: str) -> str:
    of = {"form": form, "learner": FOREST, "group": group}
    ours = findings.get("figure 3", arm, metric, **of)
    step = findings.get("figure 3", arm, metric, control=ORIGINAL, **of)
    return f"{shown(ours)}; change {shown(step, signed=True)}" if step else shown(ours)


def _complexity(findings: Findings) -> StudySection:
    rows = []
    for metric, title in MEASURES.items():
        cells = [title, _percent(COMPLEXITY[metric]) if COMPLEXITY[metric] else "about unchanged"]
        for arm in GROWN[1:]:
            before, after = (findings.get("complexity", name, metric, form=arm) for name in (ORIGINAL, arm))
            change = findings.get("complexity", arm, metric, control=ORIGINAL)
            cells += [
                " → ".join(number_text(one.value) for one in (before, after) if one) or "undefined",
                "undefined" if change is None else _percent_range(change),
            ]
        rows.append(tuple(cells))
    header = ["Measure", "Paper: change"]
    for arm in GROWN[1:]:
        short = REPRESENTATIONS[arm].removeprefix("augmented by 100%, ")
        header += [f"{short}: before → after", f"{short}: change [95%]"]
    words = (
        "Levels of pay in automatic bins, all columns. Measures that depend on the number of rows are taken of as many "
        "rows of the grown table as there are people. Less is easier; less C2 is more balanced.",
    )
    caption = "Complexity before and after growing by 100%"
    return StudySection(
        heading="Complexity",
        paragraphs=words,
        tables=(StudyTable(caption=caption, header=tuple(header), rows=tuple(rows)),),
    )


def _percent(value: float) -> str:
    return f"{100 * value:+.1f}%".replace("-", "−")


def _percent_range(found: Finding) -> str:
    ends = (found.value, found.low, found.high)
    value, low, high = ("" if one is None else _percent(one) for one in ends)
    return f"{value} [{low}, {high}]"


def people_words(
    remarks: Sequence[str], *, n_people: int, counts: Sequence[int], cut: float, title: float
) -> tuple[str, ...]:
    """Return how the table of the employees was made, in words.

    Parameters
    ----------
    remarks : sequence of str
        What was cleaned.
    n_people : int
    counts : sequence of int
        People in each level of pay.
    cut : float
        Where the pay is cut in two.
    title : float
        Share of the pay's variance between job titles.
    """
    left_out = "; ".join(f"{name} ({why})" for name, why in LEFT_OUT.items())
    levels = ", ".join(map(str, counts))
    return (
        f"{n_people} employees, fictitious. Cleaned: {'; '.join(remarks)}.",
        f"Left out: {left_out}. Job title and department stay, as in the paper, although {title:.0%} of the variance "
        "of the pay lies between titles; what the network's rarest titles (fewer than 5 people) say is not drawn.",
        "Levels of pay for table 1: bins of the same width by NumPy's rule 'auto', the thinnest joined to the thinner "
        f"neighbour until each holds 10 people, one for each fold: {levels} people. The paper says only 'automated bin "
        f"selection … maximizing instances within a bin'. For table 2: two bins of the same width, cut at {cut:g}.",
    )
