"""What the MOSTLY articles say about fair synthetic data: every claim, its number where one is printed, its place.

The articles (one paper file of ours) are a series on fair synthetic data: the fifth, "Fair synthetic data", holds
nearly all of it; the summary of ICLR 2021 and the answer to MIT Technology Review repeat parts. Most figures are
pictures without numbers in the text: such a claim is judged by a bar of ours, which stands beside it.

"""

from __future__ import annotations

from equitab.studies.mostly_fair_claims import Claim, Source

DOWNSTREAM = "'Fair synthetic data in downstream machine learning tasks'"
GENERATING = "'Generating a fair dataset'"
PRIVATE = "'Private and fair synthetic data'"
PARITY = "'Statistical parity as a measure of fairness'"
SEVERAL = "'Mitigating bias on more than one feature'"
COMPAS = "'Correcting the Compas data set'"
ALTERNATIVES = "'Alternative fairness definitions'"


_EVERYBODY = Source(part="adult_sex", arm="real", metric="overall_rate")
_OWN_RATE = "The generator's own outcome rate is off by as much, with the constraint or without."
_NEARLY = "A penalty in training holds nearly, a mapping exactly (see the rows below)."
_PRICE = (
    "Parity costs this much whoever enforces it: the test labels have the gap that the table no longer has. What the "
    "synthesis alone costs is in the table of models, in the row without constraint."
)

DATA_CLAIMS = (
    Claim(
        section="adult_sex",
        place=f"{PARITY}, below Fig. 2",
        words="Men with high income in the data",
        ours=Source(part="adult_sex", arm="real_whole", metric="rate", group="Male"),
        wanted="equal",
        paper=0.3079,
        bar=0.002,
        is_share=True,
        where_not="No form of the file gives the printed number: 30.38% of all rows, 30.57% of the training file, "
        "31.25% of the rows without missing values.",
    ),
    Claim(
        section="adult_sex",
        place=f"{PARITY}, below Fig. 2",
        words="Women with high income in the data",
        ours=Source(part="adult_sex", arm="real_whole", metric="rate", group="Female"),
        wanted="equal",
        paper=0.1096,
        bar=0.002,
        is_share=True,
        where_reached="10.93% of all rows, 10.95% of the training file.",
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, disparate impact",
        words="Disparate impact in the data",
        ours=Source(part="adult_sex", arm="real_whole", metric="ratio", group="sex"),
        wanted="equal",
        paper=0.33,
        bar=0.005,
        where_not="The printed 0.33 is 10/30; the unrounded shares give 0.36, theirs as well as ours.",
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 3",
        words="Men with high income in the fair table",
        ours=Source(part="adult_sex", arm="parity", metric="rate", group="Male"),
        wanted="nearer",
        paper=0.25,
        ideal=_EVERYBODY,
        is_share=True,
        where_reached="Nearer to everybody's rate, which is where parity without a change of the outcome rate ends.",
        where_not=_OWN_RATE,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 3",
        words="Women with high income in the fair table",
        ours=Source(part="adult_sex", arm="parity", metric="rate", group="Female"),
        wanted="nearer",
        paper=0.22,
        ideal=_EVERYBODY,
        is_share=True,
        where_not=_OWN_RATE,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 3 (25% less 22%)",
        words="Gap between the two in the fair table",
        ours=Source(part="adult_sex", arm="parity", metric="gap", group="sex"),
        wanted="lower",
        paper=0.03,
        is_share=True,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, disparate impact (22/25)",
        words="Disparate impact in the fair table",
        ours=Source(part="adult_sex", arm="parity", metric="ratio", group="sex"),
        wanted="higher",
        paper=0.88,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, 50 runs",
        words="Standard deviation of the men's rate over syntheses",
        ours=Source(part="adult_sex", arm="parity", metric="rate", group="Male"),
        statistic="sd",
        wanted="lower",
        paper=0.012,
        is_share=True,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, 50 runs",
        words="Standard deviation of the women's rate over syntheses",
        ours=Source(part="adult_sex", arm="parity", metric="rate", group="Female"),
        statistic="sd",
        wanted="lower",
        paper=0.013,
        is_share=True,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, before Fig. 4",
        words="The ratio of men to women is preserved (distance of the share of men from the data's)",
        ours=Source(part="adult_sex", arm="parity", metric="share_error", group="sex"),
        wanted="lower",
        bar=0.01,
        is_share=True,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, before Fig. 4",
        words="The ratio of high to low earners is preserved (distance of the rate from the data's)",
        ours=Source(part="adult_sex", arm="parity", metric="rate_error"),
        wanted="lower",
        bar=0.01,
        is_share=True,
        where_not=_OWN_RATE,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 4",
        words="Univariate distributions match almost perfectly (mean total variation of all columns but income)",
        ours=Source(part="adult_sex", arm="parity", metric="column_error"),
        wanted="lower",
        bar=0.02,
        is_share=True,
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 5",
        words="The correlation of sex and income is reduced to noise level",
        ours=Source(part="adult_sex", arm="parity", metric="association_over_noise", group="income | sex"),
        wanted="lower",
        bar=1.0,
        where_reached="In units of what two independent columns of as many rows stay below with 95%.",
        where_not="In units of what two independent columns of as many rows stay below with 95%.",
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 5",
        words="No other correlation is altered: pairs without income, largest change by the constraint",
        ours=Source(part="adult_sex", arm="parity", metric="association_change", group="without outcome"),
        wanted="lower",
        bar=0.01,
        where_reached="Rows are drawn before the constraint touches the outcome, so nothing else can change.",
    ),
    Claim(
        section="adult_sex",
        place=f"{PRIVATE}, Fig. 5",
        words="No other correlation is altered: pairs of income with another column than sex, largest change",
        ours=Source(part="adult_sex", arm="parity", metric="association_change", group="with outcome"),
        wanted="lower",
        bar=0.05,
        where_not="What tells the sex tells less of the income now: a wife or husband, an occupation. That is what the "
        "constraint asks for, and a plot with shades of one colour hides it.",
    ),
    Claim(
        section="adult_proxy",
        place=f"{PRIVATE}, Fig. 6",
        words="Women with proxy 1 in the data",
        ours=Source(part="adult_proxy", arm="real", metric="proxy_share", group="Female"),
        wanted="equal",
        paper=0.9,
        bar=0.01,
        is_share=True,
    ),
    Claim(
        section="adult_proxy",
        place=f"{PRIVATE}, Fig. 6",
        words="Constraint on sex only: the correlation of sex and income is reduced to noise level",
        ours=Source(part="adult_proxy", arm="parity", metric="association_over_noise", group="income | sex"),
        wanted="lower",
        bar=1.0,
        where_not="In units of what two independent columns of as many rows stay below with 95%.",
        where_reached="In units of what two independent columns of as many rows stay below with 95%.",
    ),
    Claim(
        section="adult_proxy",
        place=f"{PRIVATE}, Fig. 6",
        words="Constraint on sex only: the correlation of proxy and income is reduced to noise level",
        ours=Source(
            part="adult_proxy", arm="parity", metric="association_over_noise", group="income | proxy"
        ),
        wanted="lower",
        bar=1.0,
        where_not="In units of what two independent columns of as many rows stay below with 95%.",
        where_reached="In units of what two independent columns of as many rows stay below with 95%.",
    ),
    Claim(
        section="adult_race",
        place=f"{PRIVATE}, Fig. 7",
        words="High earners among white for one among black people, in the data (twice as many)",
        ours=Source(part="adult_race", arm="real_whole", metric="times", group="race"),
        wanted="equal",
        paper=2.0,
        bar=0.25,
    ),
    Claim(
        section="adult_race",
        place=f"{PRIVATE}, Fig. 7",
        words="The ratios are almost exactly equal in the fair table (gap)",
        ours=Source(part="adult_race", arm="race", metric="gap", group="race"),
        wanted="lower",
        bar=0.01,
        is_share=True,
    ),
    Claim(
        section="adult_race",
        place=f"{SEVERAL}, Fig. 8 left",
        words="Constraints on sex and on race apart: gap by sex",
        ours=Source(part="adult_race", arm="apart", metric="gap", group="sex"),
        wanted="lower",
        bar=0.01,
        is_share=True,
        where_not=_NEARLY,
    ),
    Claim(
        section="adult_race",
        place=f"{SEVERAL}, Fig. 8 left",
        words="Constraints on sex and on race apart: gap by race",
        ours=Source(part="adult_race", arm="apart", metric="gap", group="race"),
        wanted="lower",
        bar=0.01,
        is_share=True,
        where_not=_NEARLY,
    ),
    Claim(
        section="adult_race",
        place=f"{SEVERAL}, Fig. 8 left",
        words="… yet high imbalances over sex and race together (spread over the four groups)",
        ours=Source(part="adult_race", arm="apart", metric="gap", group="sex × race"),
        wanted="higher",
        bar=0.10,
        is_share=True,
        where_not="Both gaps can vanish with a far greater imbalance (see above); this table does not go so far.",
    ),
    Claim(
        section="adult_race",
        place=f"{SEVERAL}, Fig. 8 right and 9",
        words="Both together: spread over the four groups ('not complete parity')",
        ours=Source(part="adult_race", arm="together", metric="gap_over_exact_parity", group="sex × race"),
        wanted="lower",
        bar=1.2,
        where_reached="In units of the median spread of exact parity at these group sizes: what is left is sampling.",
        where_not="In units of the median spread of exact parity at these group sizes.",
    ),
    Claim(
        section="compas",
        place=f"{COMPAS}, Fig. 12",
        words="African-American defendants with a high score in the data",
        ours=Source(part="compas", arm="real_whole", metric="other_rate", group="African-American"),
        wanted="equal",
        paper=0.59,
        bar=0.005,
        is_share=True,
    ),
    Claim(
        section="compas",
        place=f"{COMPAS}, Fig. 12",
        words="Caucasian defendants with a high score in the data",
        ours=Source(part="compas", arm="real_whole", metric="other_rate", group="Caucasian"),
        wanted="equal",
        paper=0.35,
        bar=0.005,
        is_share=True,
    ),
    Claim(
        section="compas",
        place=f"{COMPAS}, Fig. 12",
        words="African-American defendants with a high score in the fair table",
        ours=Source(part="compas", arm="parity", metric="other_rate", group="African-American"),
        wanted="nearer",
        paper=0.49,
        ideal=Source(part="compas", arm="real", metric="other_overall_rate"),
        is_share=True,
    ),
    Claim(
        section="compas",
        place=f"{COMPAS}, Fig. 12",
        words="Caucasian defendants with a high score in the fair table",
        ours=Source(part="compas", arm="parity", metric="other_rate", group="Caucasian"),
        wanted="nearer",
        paper=0.48,
        ideal=Source(part="compas", arm="real", metric="other_overall_rate"),
        is_share=True,
    ),
    Claim(
        section="compas",
        place=f"{COMPAS}, Fig. 12; answer to MIT Technology Review",
        words="Gap between the two in the fair table",
        ours=Source(part="compas", arm="parity", metric="mean_gap", group="race"),
        wanted="lower",
        paper=0.01,
        is_share=True,
        where_reached="Of the means over syntheses, as the articles have it.",
    ),
)
"""What is said of tables."""

MODEL = "logistic_regression"

MODEL_CLAIMS = (
    *(
        Claim(
            section="downstream",
            place=f"{DOWNSTREAM}, Fig. 10",
            words=f"{title} of models of fair tables closely matches that of the data (loss)",
            ours=Source(part="adult_sex", arm="parity", metric=f"{metric}_lost", model=MODEL),
            wanted="lower",
            bar=0.02,
            where_not=_PRICE,
        )
        for metric, title in (("accuracy", "Accuracy"), ("auroc", "AUC"), ("f1", "F1"))
    ),
    *(
        Claim(
            section="downstream",
            place=f"{DOWNSTREAM}, before Fig. 10",
            words=f"Standard deviation of {title} over syntheses",
            ours=Source(part="adult_sex", arm="parity", metric=metric, model=MODEL),
            statistic="sd",
            wanted="lower",
            paper=printed,
            is_share=True,
        )
        for metric, title, printed in (
            ("accuracy", "accuracy", 0.02),
            ("auroc", "AUC", 0.02),
            ("f1", "F1", 0.025),
        )
    ),
    Claim(
        section="downstream",
        place=f"{DOWNSTREAM}, Fig. 11 left",
        words="Model of the data: scores near 0 are much more frequent among women (share below 0.05, women less men)",
        ours=Source(part="adult_sex", arm="real", metric="near_zero_gap", group="sex", model=MODEL),
        wanted="higher",
        bar=0.10,
        is_share=True,
    ),
    Claim(
        section="downstream",
        place=f"{DOWNSTREAM}, Fig. 11 right",
        words="Models of fair tables: the two distributions of scores are very close (Kolmogorov-Smirnov distance)",
        ours=Source(part="adult_sex", arm="parity", metric="score_distance", group="sex", model=MODEL),
        wanted="lower",
        bar=0.05,
        where_not="Closer by far than those of models of the data, and still apart: other columns order the people "
        "of each sex, and a linear model spreads the two differently.",
    ),
    Claim(
        section="downstream",
        place=f"{DOWNSTREAM}, last paragraph",
        words="Models of fair tables decide fairly on biased rows (gap by sex of the share predicted high)",
        ours=Source(part="adult_sex", arm="parity", metric="gap", group="sex", model=MODEL),
        wanted="lower",
        bar=0.02,
        is_share=True,
        where_not="Parity of the table is not parity of every model: see the row of the table aimed at the model.",
    ),
    Claim(
        section="downstream",
        place=f"{GENERATING}, first paragraph",
        words="To drop the column of the sex does not help (gap of a model of the data without it)",
        ours=Source(part="adult_sex", arm="real_without_sex", metric="gap", group="sex", model=MODEL),
        wanted="higher",
        bar=0.02,
        is_share=True,
    ),
    Claim(
        section="downstream",
        place=f"{ALTERNATIVES}, equalized odds",
        words="Tables with the constraint of equalized odds give models that satisfy it (largest gap)",
        ours=Source(part="adult_sex", arm="odds_for_model", metric="odds_gap", group="sex", model=MODEL),
        wanted="lower",
        bar=0.05,
        is_share=True,
        where_not="Tuned on validation rows with few high earners among women: their luck is in the strength.",
    ),
    Claim(
        section="compas_models",
        place=f"{COMPAS}, Fig. 13",
        words="Predicted scores are almost perfectly equal between races (Kolmogorov-Smirnov distance)",
        ours=Source(part="compas", arm="parity", metric="score_distance", group="race", model=MODEL),
        wanted="lower",
        bar=0.1,
        where_not="The test rows are few: distances of this size are near what sampling alone gives.",
    ),
    Claim(
        section="compas_models",
        place=f"{COMPAS}, Fig. 13",
        words="Share predicted high: gap between the races",
        ours=Source(part="compas", arm="parity", metric="gap", group="race", model=MODEL),
        wanted="lower",
        bar=0.05,
        is_share=True,
    ),
    Claim(
        section="compas_models",
        place=f"{COMPAS}, Fig. 14",
        words="Minimal compromise in predictive accuracy (loss of accuracy)",
        ours=Source(part="compas", arm="parity", metric="accuracy_lost", model=MODEL),
        wanted="lower",
        bar=0.02,
        where_not="The scores differ by race in the data: a model that must not follow them loses accuracy on them.",
    ),
    Claim(
        section="compas_models",
        place=f"{COMPAS}, Fig. 14",
        words="Minimal compromise in predictive accuracy (loss of AUC)",
        ours=Source(part="compas", arm="parity", metric="auroc_lost", model=MODEL),
        wanted="lower",
        bar=0.02,
        where_not="The scores differ by race in the data: a model that must not follow them loses accuracy on them.",
    ),
)
"""What is said of models that learn from the tables."""

CLAIMS = (*DATA_CLAIMS, *MODEL_CLAIMS)

WITHOUT_NUMBERS = (
    "The comparison with Amazon's generator (summary of ICLR 2021, Fig. 2) is a picture without a number in the text, "
    "and so is the summary's own Fig. 1: neither can be set beside ours.",
    "The articles name no size of the holdout, no settings of the logistic regression, and no weights of the fairness "
    "loss behind Fig. 13.",
)
