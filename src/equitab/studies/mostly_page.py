"""The page of the augmentation study: what the paper claims, what was found, the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from equitab.evaluation.results import CurvePoint
from equitab.pipeline.report_contents import metric_descriptions
from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.report.wording import lower_first
from equitab.studies.mostly import CAPACITY, OVERSAMPLING, TABLES, Capacity, MostlySettings
from equitab.studies.mostly_fair_page import FairFindings, fair_headline, fair_sections
from equitab.studies.mostly_fair_verdicts import judge_claims
from equitab.studies.mostly_scores import HALF, TUNED
from equitab.studies.mostly_verdicts import GainNumber, count_verdicts

KINDS = {"as_table": "rows as the table has them", "rare": "rows of the rare outcome"}
TITLES = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "brier": "Brier",
    "f1@0.5": "F1 at 0.5",
    "f1@tuned": "F1, threshold chosen",
    "balanced_accuracy@0.5": "balanced accuracy at 0.5",
    "balanced_accuracy@tuned": "balanced accuracy, threshold chosen",
    "recall@0.5": "recall at 0.5",
    "worst_group_recall@0.5": "worst group's recall at 0.5",
    "worst_group_recall@tuned": "worst group's recall, threshold chosen",
    "worst_group_auroc": "worst group's AUROC",
}
VERDICT_METRICS = (
    "auroc",
    "average_precision",
    "log_loss",
    "f1@0.5",
    "f1@tuned",
    "worst_group_auroc",
    "worst_group_recall@tuned",
)
DETAIL_METRICS = ("auroc", "average_precision", "brier", "log_loss")
DECISION_METRICS = (
    "balanced_accuracy@0.5",
    "balanced_accuracy@tuned",
    "f1@0.5",
    "f1@tuned",
    "worst_group_recall@0.5",
    "worst_group_recall@tuned",
)
_TITLE = "Study: do added rows help? (MOSTLY AI)"
_TITLE_OF_BOTH = "Study: fair rows, and added rows (MOSTLY AI)"


def study_page(
    gains: Sequence[GainNumber],
    over_control: Sequence[GainNumber],
    *,
    settings: MostlySettings,
    fair: FairFindings | None = None,
) -> StudyPage:
    """Return the page of the study.

    Parameters
    ----------
    gains : sequence of GainNumber
        Over nothing added.
    over_control : sequence of GainNumber
        Over as many rows repeated at random; empty where that control was left out.
    settings : MostlySettings
    fair : FairFindings, optional
        What was found of fair rows; their sections stand first.
    """
    page = _added_rows_page(gains, over_control, settings)
    if fair is None:
        return page
    added = (replace(one, heading=f"Added rows: {lower_first(one.heading)}") for one in page.sections)
    headline = fair_headline(judge_claims(fair.found))
    sections = (*fair_sections(fair), *added)
    return replace(page, title=_TITLE_OF_BOTH, summary=f"{headline} {page.summary}", sections=sections)


def _added_rows_page(
    gains: Sequence[GainNumber], over_control: Sequence[GainNumber], settings: MostlySettings
) -> StudyPage:
    main = settings.generators[0]
    held = [one for one in gains if one.generator == main]
    return StudyPage(
        title=_TITLE,
        metrics=metric_descriptions(["auroc"]),
        summary=" ".join(findings(held, [one for one in over_control if one.generator == main], main)[:1]),
        sections=(
            StudySection(heading="What the paper claims", paragraphs=CLAIMS),
            StudySection(heading="What was done", paragraphs=facts(settings)),
            StudySection(
                heading="What was found",
                paragraphs=tuple(
                    findings(held, [one for one in over_control if one.generator == main], main)
                ),
                tables=(claims_table(held, main), *(verdict_table(held, kind, main) for kind in KINDS)),
                curves=tuple(gain_curves(held, "auroc")),
            ),
            *_generator_sections(gains, over_control, settings),
            *(
                StudySection(
                    heading=f"{name}, rare outcome at {share:.0%}: rows of {_name(main)}",
                    tables=tuple(_detail_tables(held, name, share)),
                )
                for name in settings.tables
                for share in settings.shares
            ),
        ),
    )


CLAIMS = (
    "Added rows of underrepresented categories balance a table and improve the models that learn from it; a "
    "model trained on imbalanced rows has too few examples of the rare outcome.",
    "Learners of low and fixed capacity (logistic regression, decision trees) cannot get any smarter by more "
    "rows, while modern ensembles (forests, boosting) saturate later and can benefit; accuracy can improve by up "
    "to 15%.",
    "The paper shows no table for either claim: no table of data, no size, no interval. So there is no number "
    "to set beside ours, and the study asks its own question: do they hold on real rows that nobody saw?",
)


def facts(settings: MostlySettings) -> tuple[str, ...]:
    """Return what was done, in paragraphs."""
    caveats = [f"{name}: {TABLES[name].caveat}" for name in settings.tables if TABLES[name].caveat]
    multiples = ", ".join(map(str, settings.multiples))
    shares = ", ".join(f"{share:.0%}" for share in settings.shares)
    return (
        f"{settings.n_rows:,} real training rows of {', '.join(settings.tables)}, in which the rare outcome was "
        f"cut down to {shares}; {settings.n_seeds} seeds, each with training rows of its own. Generators learn "
        "these rows and nothing else.",
        f"Added were {multiples} times as many rows as the table has them, or {multiples} times as many rows of "
        "the rare outcome as there are, and as many as make both outcomes equal; by "
        f"{', '.join(_name(name) for name in settings.generators)}. Rows repeated at random are the control that "
        "holds no knowledge: whatever it gains is weight, which a model could be given for nothing.",
        "Every model is judged on the same real held-out rows. The rare ones among them weigh as much as gives "
        "them the share that they have among the training rows: who learned where the outcome is rare is meant "
        "for people among whom it is. Thresholds are 0.5, or the best one on real validation rows weighted alike "
        "(best F1 for F1, best balanced accuracy for the rest).",
        "A gain is the mean over seeds of after minus before, with the sign of losses turned, on paired bootstrap "
        "replicates of the test rows; its 95% interval holds for other training rows too. 'Helps' and 'harms' "
        "mean that the interval excludes 0; 'no difference' that it lies within a margin (0.01, of losses 5% of "
        "what a constant prediction loses); the rest is undetermined. Of so many comparisons a few exclude 0 by "
        "chance: 2.5% on either side. The worst group is that of the sensitive features, taken together, with "
        "the lowest value among groups with 30 rare test rows or more.",
        *caveats,
    )


@dataclass(frozen=True)
class _Claim:
    """One claim of the paper, and the comparisons that speak for or against it."""

    words: str
    kind: str
    metrics: tuple[str, ...]
    capacity: Capacity | None = None
    is_of_no_help: bool = False

    def of(self, gains: Sequence[GainNumber]) -> list[GainNumber]:
        return [
            one
            for one in gains
            if one.kind == self.kind
            and one.metric in self.metrics
            and self.capacity in (None, CAPACITY[one.learner])
        ]


_CLAIMED = (
    _Claim(
        "Rows of the rare outcome make models better",
        "rare",
        ("auroc", "average_precision", "log_loss", "f1@tuned"),
    ),
    _Claim("Learners of high capacity benefit from more rows", "as_table", ("auroc", "log_loss"), "high"),
    _Claim(
        "Learners of low capacity do not get smarter by more rows",
        "as_table",
        ("auroc", "log_loss"),
        "low",
        is_of_no_help=True,
    ),
    _Claim(
        "The group that is served worst is served better",
        "rare",
        ("worst_group_auroc", "worst_group_recall@tuned"),
    ),
)


def claims_table(gains: Sequence[GainNumber], main: str) -> StudyTable:
    """Return each claim of the paper with a verdict and what it rests on."""
    rows = []
    for claim in _CLAIMED:
        held = claim.of(gains)
        if held:
            counts = count_verdicts(held)
            metrics = ", ".join(TITLES[metric] for metric in claim.metrics)
            evidence = f"{metrics}: helped {counts['helps']}, harmed {counts['harms']} of {len(held)}"
            rows.append((claim.words, _verdict_on(claim, counts), evidence))
    caption = f"The paper's claims, with rows of {_name(main)}"
    return StudyTable(caption=caption, header=("Claim", "Here", "Evidence"), rows=tuple(rows))


def _verdict_on(claim: _Claim, counts: Mapping[str, int]) -> str:
    """Return a verdict from the comparisons whose interval excludes no change."""
    helps, harms = counts["helps"], counts["harms"]
    if claim.is_of_no_help:
        return "holds: no gain was shown" if not helps else "does not hold everywhere"
    if not helps:
        return "does not hold: they were made worse" if harms else "not shown"
    if not harms:
        return "holds where anything was shown"
    return "holds more often than the contrary" if helps > harms else "more often the contrary"


def findings(gains: Sequence[GainNumber], over_control: Sequence[GainNumber], main: str) -> list[str]:
    """Return what the numbers say, counted: first one sentence for all."""
    sentences = [_headline(gains, main)]
    for capacity in ("low", "high"):
        learners = [name for name, known in CAPACITY.items() if known == capacity]
        held = [one for one in gains if one.learner in learners]
        if held:
            sentences.append(_of_capacity(capacity, held))
    sentences += [_of_threshold(gains), _of_groups(gains)]
    if over_control:
        ranked = [one for one in over_control if one.metric == "auroc"]
        counts = count_verdicts(ranked)
        sentences.append(
            f"Against as many rows repeated at random, which hold no knowledge: with rows of {_name(main)} the AUROC "
            f"is higher in {counts['helps']} of {len(ranked)} settings and lower in {counts['harms']}."
        )
    return [sentence for sentence in sentences if sentence]


def _headline(gains: Sequence[GainNumber], main: str) -> str:
    parts = [
        f"{words} {_counted(one for one in gains if one.kind == kind and one.metric == 'auroc')}"
        for kind, words in KINDS.items()
    ]
    return f"Of the ranking of people (AUROC), with rows of {_name(main)}: {'; '.join(parts)}."


def _counted(gains: Iterable[GainNumber]) -> str:
    held = list(gains)
    counts = count_verdicts(held)
    typical = sorted(one.gain for one in held)[len(held) // 2] if held else 0.0
    parts = [f"helped in {counts['helps']} of {len(held)} settings", f"harmed in {counts['harms']}"]
    if counts["no difference"]:
        parts.append(f"made no difference in {counts['no difference']}")
    if counts["undetermined"]:
        parts.append(f"left {counts['undetermined']} open")
    return f"{', '.join(parts)} (middle gain {typical:+.3f})"


def _of_capacity(capacity: str, gains: Sequence[GainNumber]) -> str:
    parts = [
        f"{TITLES[metric]} {_counted(one for one in gains if one.metric == metric)}"
        for metric in ("auroc", "log_loss")
    ]
    learners = ", ".join(dict.fromkeys(_name(one.learner) for one in gains))
    return f"Learners of {capacity} capacity ({learners}): {'; '.join(parts)}."


def _of_threshold(gains: Sequence[GainNumber]) -> str:
    rare = [one for one in gains if one.kind == "rare"]
    told = []
    for metric, words in (("balanced_accuracy", "balanced accuracy"), ("f1", "F1")):
        fixed, tuned = (
            _counted(one for one in rare if one.metric == f"{metric}@{point}") for point in (HALF, TUNED)
        )
        told.append(f"{words} at the threshold 0.5 they {fixed}, at one chosen on validation rows {tuned}")
    return (
        f"Decisions with rows of the rare outcome: for {'; for '.join(told)}. What shows at 0.5 only can be had by "
        "moving the threshold, without a single added row."
    )


def _of_groups(gains: Sequence[GainNumber]) -> str:
    parts = [
        f"{TITLES[metric]} {_counted(one for one in gains if one.metric == metric)}"
        for metric in ("worst_group_recall@tuned", "worst_group_auroc")
    ]
    return f"For the group that is served worst: {'; '.join(parts)}."


def verdict_table(gains: Sequence[GainNumber], kind: str, main: str) -> StudyTable:
    """Return how often rows of a kind helped and harmed, by learner and measure."""
    rows = []
    for learner, capacity in CAPACITY.items():
        held = [one for one in gains if (one.learner, one.kind) == (learner, kind)]
        if held:
            cells = [_verdict([one for one in held if one.metric == metric]) for metric in VERDICT_METRICS]
            rows.append((f"{_name(learner)} ({capacity} capacity)", *cells))
    header = ("Learner", *(TITLES[metric] for metric in VERDICT_METRICS))
    caption = f"Added {KINDS[kind]} by {_name(main)}, over tables, shares and amounts"
    return StudyTable(caption=caption, header=header, rows=tuple(rows))


def _verdict(gains: Sequence[GainNumber]) -> str:
    """Return a verdict in words: where it helps or harms by amount, else why nothing can be said."""
    counts = count_verdicts(gains)
    parts = [
        f"{verdict} at {_amounts(one for one in gains if one.verdict == verdict)}"
        for verdict in ("helps", "harms")
        if counts[verdict]
    ]
    if counts["no difference"]:
        parts.append(f"no difference in {counts['no difference']}")
    if counts["undetermined"]:
        parts.append(f"undetermined in {counts['undetermined']}")
    return ", ".join(parts) + f" of {len(gains)}"


def _amounts(gains: Iterable[GainNumber]) -> str:
    held = list(gains)
    words = [_amount(multiple) for multiple in dict.fromkeys(one.multiple for one in held)]
    return f"{', '.join(words)} ({len(held)})"


def _amount(multiple: str) -> str:
    return multiple if multiple == "balanced" else f"{multiple}×"


def gain_curves(gains: Sequence[GainNumber], metric: str) -> Iterable[CurvePoint]:
    """Return the gain of every amount of added rows, model by model."""
    for one in gains:
        if one.metric == metric:
            figure = f"gain/{one.table}, outcome at {one.share:.0%}: {KINDS[one.kind]}/{metric}"
            yield CurvePoint(
                figure=figure,
                series=one.learner,
                x=_amount(one.multiple),
                y=one.gain,
                low=one.low,
                high=one.high,
            )


def _generator_sections(
    gains: Sequence[GainNumber], over_control: Sequence[GainNumber], settings: MostlySettings
) -> Iterable[StudySection]:
    if len(settings.generators) < 2:
        return
    tables = [
        _generator_table(gains, settings, kind, metric) for kind in KINDS for metric in ("auroc", "log_loss")
    ]
    if over_control:
        tables.append(_control_table(over_control))
    yield StudySection(heading="Generators side by side", tables=tuple(tables))


def _generator_table(
    gains: Sequence[GainNumber], settings: MostlySettings, kind: str, metric: str
) -> StudyTable:
    held = [one for one in gains if (one.kind, one.metric) == (kind, metric)]
    amounts = list(dict.fromkeys(one.multiple for one in held))
    rows = []
    for generator in settings.generators:
        for capacity in ("low", "high"):
            members = [
                one for one in held if one.generator == generator and CAPACITY[one.learner] == capacity
            ]
            if members:
                cells = [_summed([one for one in members if one.multiple == amount]) for amount in amounts]
                rows.append((f"{_name(generator)}, {capacity} capacity", *cells))
    caption = f"{TITLES[metric]}: mean gain, settings helped / harmed, with added {KINDS[kind]}"
    return StudyTable(caption=caption, header=("Rows of", *map(_amount, amounts)), rows=tuple(rows))


def _summed(gains: Sequence[GainNumber]) -> str:
    counts = count_verdicts(gains)
    mean = sum(one.gain for one in gains) / max(len(gains), 1)
    return f"{mean:+.4f}, {counts['helps']} / {counts['harms']} of {len(gains)}"


def _control_table(gains: Sequence[GainNumber]) -> StudyTable:
    metrics = ("auroc", "average_precision", "log_loss", "f1@tuned", "worst_group_recall@tuned")
    rows = []
    for generator in dict.fromkeys(one.generator for one in gains):
        for kind, words in KINDS.items():
            held = [one for one in gains if (one.generator, one.kind) == (generator, kind)]
            cells = [_summed([one for one in held if one.metric == metric]) for metric in metrics]
            rows.append((f"{_name(generator)}, {words}", *cells))
    caption = f"Against as many rows of {_name(OVERSAMPLING)}: mean gain, settings better / worse"
    header = ("Rows of", *(TITLES[metric] for metric in metrics))
    return StudyTable(caption=caption, header=header, rows=tuple(rows))


def _detail_tables(gains: Sequence[GainNumber], table: str, share: float) -> Iterable[StudyTable]:
    held = [one for one in gains if (one.table, one.share) == (table, share)]
    for title, metrics in (("Scores", DETAIL_METRICS), ("Decisions", DECISION_METRICS)):
        rows = []
        for learner in dict.fromkeys(one.learner for one in held):
            members = [one for one in held if one.learner == learner]
            rows.append(_before_row(learner, members, metrics))
            rows += _after_rows(members, metrics)
        caption = f"{title}: the value with nothing added, then gains [95% interval]"
        header = ("Model and rows added", *(TITLES[metric] for metric in metrics))
        yield StudyTable(caption=caption, header=header, rows=tuple(rows))


def _before_row(learner: str, gains: Sequence[GainNumber], metrics: Sequence[str]) -> tuple[str, ...]:
    before = {one.metric: one.before for one in gains}
    return (f"{_name(learner)}, nothing added", *(f"{before[metric]:.4f}" for metric in metrics))


def _after_rows(gains: Sequence[GainNumber], metrics: Sequence[str]) -> Iterable[tuple[str, ...]]:
    for kind in KINDS:
        for multiple in dict.fromkeys(one.multiple for one in gains if one.kind == kind):
            cells = {one.metric: one for one in gains if (one.kind, one.multiple) == (kind, multiple)}
            n_added = next(iter(cells.values())).n_added
            words = "as the table has them" if kind == "as_table" else "of the rare outcome"
            yield (
                f"+ {n_added:,} {words} ({_amount(multiple)})",
                *(_gain_text(cells[metric]) for metric in metrics),
            )


def _gain_text(one: GainNumber) -> str:
    mark = {"helps": " ▲", "harms": " ▼"}.get(one.verdict, "")
    return f"{one.gain:+.4f} [{one.low:+.4f}, {one.high:+.4f}]{mark}"


def _name(name: str) -> str:
    return name.replace("_", " ")
