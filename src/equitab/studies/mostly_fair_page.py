"""The page of the fairness study: every claim with the paper's number, ours and its range, and the figures redrawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint
from equitab.report.figure import Figure
from equitab.report.study_page import StudySection, StudyTable
from equitab.studies.mostly_fair import FairSettings
from equitab.studies.mostly_fair_claims import Source
from equitab.studies.mostly_fair_figures import (
    arm_name,
    association_maps,
    performance_bars,
    price_chart,
    rate_bars,
    score_panels,
)
from equitab.studies.mostly_fair_paper import WITHOUT_NUMBERS
from equitab.studies.mostly_fair_scores import NEAR_ZERO, widest_spread_behind_margins
from equitab.studies.mostly_fair_tables import arms_table, cell_text, claims_table, modeled_arms, models_table
from equitab.studies.mostly_fair_verdicts import Found, JudgedClaim, count_verdicts, judge_claims

HEADINGS = {
    "adult_sex": "Fair rows: Adult by sex",
    "adult_proxy": "Fair rows: an artificial proxy",
    "adult_race": "Fair rows: Adult by race, and by sex and race together",
    "downstream": "Fair models: Adult by sex",
    "compas": "Fair rows: COMPAS by race",
    "compas_models": "Fair models: COMPAS by race",
}
PART_OF = {"downstream": "adult_sex", "compas_models": "compas"}
SUMMARY_TITLE = "Fair synthetic data: the paper's claims, judged"


@dataclass(frozen=True, eq=False)
class FairFindings:
    """All that the page is made of.

    Parameters
    ----------
    found : Found
    settings : FairSettings
    remarks : tuple of str
        Of tuning, and of what was left out.
    curves : tuple of CurvePoint
        Univariate distributions of real and of fair rows.
    """

    found: Found
    settings: FairSettings
    remarks: tuple[str, ...] = ()
    curves: tuple[CurvePoint, ...] = ()


def fair_sections(findings: FairFindings) -> tuple[StudySection, ...]:
    """Return the sections of the fairness study.

    Parameters
    ----------
    findings : FairFindings
    """
    judged = judge_claims(findings.found)
    parts = [
        _section(name, judged, findings)
        for name in HEADINGS
        if PART_OF.get(name, name) in findings.found.parts()
    ]
    return (_first_section(judged, findings), *parts)


def fair_headline(judged: Sequence[JudgedClaim]) -> str:
    """Return what came of the claims, in a sentence."""
    counts = count_verdicts(judged)
    not_measured = f", {counts['not measured']} were not measured" if counts["not measured"] else ""
    return (
        f"Fair synthetic data: of {len(judged)} claims, {counts['better']} are beaten by ours beyond the spread of "
        f"syntheses, {counts['reached']} more are reached, {counts['not reached']} are not{not_measured}."
    )


def _first_section(judged: Sequence[JudgedClaim], findings: FairFindings) -> StudySection:
    return StudySection(
        heading=SUMMARY_TITLE,
        paragraphs=(fair_headline(judged), *facts(findings.settings), *WITHOUT_NUMBERS, *findings.remarks),
    )


def facts(settings: FairSettings) -> tuple[str, ...]:
    """Return what was done, in paragraphs."""
    rows = (
        "all training rows"
        if settings.max_training_rows is None
        else f"{settings.max_training_rows:,} training rows"
    )
    again = (
        f"The generator of Adult by sex learned anew for {settings.refits} of them, as the paper's does for all; the "
        "others are draws of one fit, whose ranges leave the luck of training out."
        if settings.refits
        else "Every generator learned once: ranges hold for other draws, not for other fits."
    )
    return (
        f"{settings.n_syntheses} syntheses of each part by {settings.generator.replace('_', ' ')}, as many rows as "
        f"were learned ({rows}), without and with constraints; {settings.n_modeled} of them train a logistic "
        f"regression, which is judged on real test rows. {again}",
        "Ours is the mean over syntheses, with the range that holds 95% of them in brackets. 'Better' means that "
        "this range lies beyond the paper's number, 'reached' that the mean is at least as good; where the paper "
        "prints no number, a bar of ours stands in its place, in brackets, and 'reached' is all that can be said. "
        "Test rows are the same for all models, so the luck of who they are is in none of the ranges.",
    )


def _section(name: str, judged: Sequence[JudgedClaim], findings: FairFindings) -> StudySection:
    own = [one for one in judged if one.section == name]
    figures, tables, words = _CONTENTS[name](findings.found)
    return StudySection(
        heading=HEADINGS[name],
        paragraphs=tuple(words),
        tables=(claims_table(own), *tables),
        figures=tuple(figures),
        curves=findings.curves if name == "adult_sex" else (),
    )


Contents = tuple[list[Figure], list[StudyTable], list[str]]


def _of_adult_sex(found: Found) -> Contents:
    groups = ("Female", "Male")
    figures = [
        rate_bars(
            found,
            "adult_sex",
            ("real_whole", "parity"),
            groups,
            metric="rate",
            heading="Figures 2 and 3: high income by sex",
            caption="Paper: 31% and 11% before, 25% and 22% after.",
        ),
        *association_maps(found, "adult_sex", ("real", "parity"), [("sex", "income")], figure="Figure 5"),
    ]
    real = found.summary(Source(part="adult_sex", arm="real_test", metric="column_error"))
    words = []
    if real is not None:
        words.append(
            f"Fresh real rows of Adult, as many as the test file has, are {real.value:.2%} away from the "
            "training rows in the mean over columns: that is what chance alone makes."
        )
    return figures, [arms_table(found, "adult_sex")], words


def _of_proxy(found: Found) -> Contents:
    ringed = [("sex", "income"), ("proxy", "income")]
    figures = association_maps(found, "adult_proxy", ("real", "parity"), ringed, figure="Figure 6")
    rows = []
    for pair in ("income | sex", "income | proxy"):
        arms = ("real", "synthetic", "parity")
        cells = [
            cell_text(found.summary(Source(part="adult_proxy", arm=arm, metric="phi", group=pair)))
            for arm in arms
        ]
        rows.append((pair, *cells))
    table = StudyTable(
        caption="Correlations of the outcome; the constraint is on sex only",
        header=("Pair", *(arm_name(arm) for arm in ("real", "synthetic", "parity"))),
        rows=tuple(rows),
    )
    words = [
        "The proxy is 1 for 90% of the women and 10% of the men, by lot. Within each sex it says nothing of "
        "the income, so parity by sex is parity by the proxy. A proxy that does say something within each sex "
        "(an occupation) keeps that part: parity by sex bounds what it can do to the two sexes on average, "
        "and no more."
    ]
    return figures, [table, *_proxy_tables(found)], words


def _proxy_tables(found: Found) -> Iterator[StudyTable]:
    part = "adult_proxy"
    arms = list(dict.fromkeys(source.arm for source in found.sources(part=part, metric="proxy_auroc")))
    if not arms:
        return
    rows = []
    for arm in arms:
        alone = found.sources(part=part, arm=arm, metric="column_proxy_auroc")
        told = sorted(((float(found.values(source).mean()), source.group) for source in alone), reverse=True)[
            :4
        ]
        asked = [
            Source(part=part, arm=arm, metric="proxy_auroc", group=group) for group in ("", "with outcome")
        ]
        gap = Source(part=part, arm=arm, metric="gap", group="sex")
        cells = [cell_text(found.summary(source)) for source in (*asked, gap)]
        rows.append((arm_name(arm), *cells, ", ".join(f"{name} {value:.3f}" for value, name in told)))
    yield StudyTable(
        caption="Audit: how well the sex can be told from the other columns (AUROC; 0.5: not at all)",
        header=("Table", "without the outcome", "with it", "parity gap", "columns that tell most alone"),
        rows=tuple(rows),
    )


def _of_race(found: Found) -> Contents:
    four = [
        source.group
        for source in found.sources(part="adult_race", arm="real", metric="rate")
        if " × " in source.group
    ]
    figures = [
        rate_bars(
            found,
            "adult_race",
            ("real_whole", "race"),
            ("Black", "White"),
            metric="rate",
            heading="Figure 7: high income by race",
            caption="",
        )
    ]
    for number, arms in (("Figure 8", ("apart", "together")), ("Figure 9", ("real_whole", "together"))):
        if found.sources(part="adult_race", arm=arms[0], metric="rate"):
            figures.append(
                rate_bars(
                    found,
                    "adult_race",
                    arms,
                    four,
                    metric="rate",
                    heading=f"{number}: high income by sex and race",
                    caption="",
                )
            )
    return figures, [arms_table(found, "adult_race")], [_gerrymandering(found, four)]


def _gerrymandering(found: Found, four: Sequence[str]) -> str:
    """Say how far groups could be apart although sex and race each show parity."""
    sizes = [
        found.summary(Source(part="adult_race", arm="real", metric="rows", group=group)) for group in four
    ]
    overall = found.summary(Source(part="adult_race", arm="real", metric="overall_rate"))
    if overall is None or len(sizes) != 4 or any(size is None for size in sizes):
        return ""
    held = [size.value for size in sizes if size is not None]
    widest = widest_spread_behind_margins([held[:2], held[2:]], overall.value)
    return (
        "Gerrymandering, by arithmetic: with these group sizes a table can show exact parity by sex and exact "
        f"parity by race while the four groups lie up to {widest:.0%} apart. Whether a penalty on each feature "
        "apart goes there is up to the learner; a constraint on both together cannot."
    )


def _of_downstream(found: Found) -> Contents:
    figures = [
        performance_bars(
            found,
            "adult_sex",
            ("real", "parity"),
            heading="Figure 10: performance of logistic regression",
            caption="",
        ),
        *score_panels(
            found,
            "adult_sex",
            (("real", "models of the data"), ("synthetic", "of synthetic rows"), ("parity", "of fair rows")),
            heading="Figure 11: predicted scores by sex",
            caption=f"Share of each sex in twenty bins. Near 0 means below {NEAR_ZERO}.",
        ),
        *price_chart(
            found,
            "adult_sex",
            modeled_arms(found, "adult_sex"),
            "sex",
            gap="gap",
            gap_title="parity gap by sex",
        ),
        *price_chart(
            found,
            "adult_sex",
            modeled_arms(found, "adult_sex"),
            "sex",
            gap="odds_gap",
            gap_title="equalized odds gap by sex",
        ),
    ]
    words = [
        "A base rate that differs by 19 points sets the price of parity: a model that predicts every label of "
        "the test rows could not have parity, and one with parity must grant women who earn less and deny men "
        "who earn more. The gap of the true positive rates shows that; who wants equal chances for those with "
        "equal outcomes asks for equalized odds.",
        "Consistency is individual fairness: how like the predictions of people are who are nearest "
        "neighbours by all but the sensitive features and the outcome. Parity by sex moves predictions of "
        "people who differ in sex only.",
    ]
    return figures, [models_table(found, "adult_sex", "sex")], words


def _of_compas(found: Found) -> Contents:
    groups = ("African-American", "Caucasian")
    figure = rate_bars(
        found,
        "compas",
        ("real_whole", "parity"),
        groups,
        metric="other_rate",
        heading="Figure 12: high scores by race",
        caption="Paper: 59% and 35% before, 49% and 48% after.",
    )
    words = [
        "All 6,150 African-American and Caucasian defendants; high means a medium or high score, and a low "
        "one is favorable. The columns are age, sex, race, degree of the charge and the four counts of "
        "earlier offences; what became of people two years later is left out."
    ]
    return [figure], [arms_table(found, "compas")], words


def _of_compas_models(found: Found) -> Contents:
    strengths = [arm for arm in modeled_arms(found, "compas") if arm.startswith("strength")]
    figures = [
        *score_panels(
            found,
            "compas",
            [(arm, arm) for arm in strengths],
            heading="Figure 13: predicted scores by race, with rising strength",
            caption="Scores are of the favorable outcome: a low risk.",
        ),
        performance_bars(
            found,
            "compas",
            ("real", "parity"),
            heading="Figure 14: performance of logistic regression",
            caption="",
        ),
        *price_chart(
            found, "compas", modeled_arms(found, "compas"), "race", gap="gap", gap_title="parity gap by race"
        ),
    ]
    return figures, [models_table(found, "compas", "race")], []


_CONTENTS = {
    "adult_sex": _of_adult_sex,
    "adult_proxy": _of_proxy,
    "adult_race": _of_race,
    "downstream": _of_downstream,
    "compas": _of_compas,
    "compas_models": _of_compas_models,
}
