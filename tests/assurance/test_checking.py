"""Laws of checking: three states by the interval, Kleene's logic, and nothing true for want of evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from equitab.assurance import (
    Clause,
    ClauseVerdict,
    Condition,
    Contract,
    ContractVerdict,
    check_contract,
    contract_from_templates,
    read_contract,
)
from equitab.dataframe import frame_from_columns
from equitab.errors import ContractError
from equitab.evaluation.results import Measurement, measurements_frame

CHOSEN = {"model": "forest", "treatment": "augmented", "operating_point": "0.5"}


def accuracy(value: float | None, half: float | None = 0.0, **others: Any) -> Measurement:
    """Return an accuracy on test rows with a symmetric interval."""
    ends = {} if value is None or half is None else {"low": value - half, "high": value + half}
    status = "undefined" if value is None else "ok"
    common = {"metric": "accuracy", "confidence": 0.95, "n": 100, "model": "forest", "treatment": "augmented"}
    return Measurement(
        **{
            **common,
            "stage": "test",
            "operating_point": "0.5",
            "value": value,
            "status": status,
            **ends,
            **others,
        }
    )


def promise(**keys: Any) -> Contract:
    """Return a contract of one clause, compared without correction."""
    return read_contract({"name": "c", "correction": "none", "clauses": [{"metric": "accuracy", **keys}]})


def verdict(contract: Contract, held: Iterable[Measurement], **others: Any) -> ClauseVerdict:
    """Return the verdict of a contract's first clause."""
    return check_contract(contract, list(held), **{"chosen": CHOSEN, **others}).clauses[0]


@pytest.mark.parametrize(
    ("value", "half", "expected"),
    [
        (0.90, 0.05, "met"),
        (0.85, 0.05, "met"),  # the low end lies on the threshold
        (0.84, 0.05, "undetermined"),
        (0.80, 0.00, "met"),
        (0.75, 0.05, "undetermined"),  # the high end lies on the threshold, which is still allowed
        (0.74, 0.05, "violated"),
    ],
)
def test_at_least_is_judged_by_the_whole_interval(value: float, half: float, expected: str) -> None:
    """And at most is its mirror image."""
    assert verdict(promise(at_least=0.8), [accuracy(value, half)]).verdict == expected
    mirrored = verdict(promise(at_most=0.2), [accuracy(1 - value, half)])
    assert mirrored.verdict == expected


def test_between_two_thresholds_both_must_hold() -> None:
    contract = promise(at_least=0.6, at_most=0.8)
    states = [verdict(contract, [accuracy(value, 0.02)]).verdict for value in (0.5, 0.6, 0.7, 0.8, 0.9)]
    assert states == ["violated", "undetermined", "met", "undetermined", "violated"]


def test_a_verdict_never_jumps_from_met_to_violated_as_the_threshold_moves() -> None:
    """Between the two lies doubt, as wide as the interval, and the order never turns round."""
    order = ["met", "undetermined", "violated"]
    found = [
        order.index(verdict(promise(at_least=float(t)), [accuracy(0.7, 0.051)]).verdict)
        for t in np.linspace(0.5, 0.9, 41)
    ]
    assert found == sorted(found)
    assert set(np.diff(found)) <= {0, 1}
    assert found.count(1) == 11, "the thresholds 0.65 to 0.75, at steps of 0.01"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([], "accuracy was not measured"),
        ([accuracy(None, reason="no rows")], "undefined: no rows"),
        ([accuracy(0.9, None)], "the value 0.900 has no interval"),
        ([accuracy(0.9, 0.01, confidence=None)], "has no interval"),
        ([accuracy(0.9, 0.05, stage="validation")], "measured on validation rows only"),
        ([accuracy(0.9, 0.05, group="Female", sensitive_features="sex")], "was not measured for everybody"),
        ([accuracy(0.9, 0.05, model="logistic")], "was not measured for the chosen model 'forest'"),
    ],
)
def test_what_is_not_measured_is_undetermined(held: list[Measurement], words: str) -> None:
    """Never met, never violated, and the reason says what is missing."""
    found = verdict(promise(at_least=0.5), held)
    assert found.verdict == "undetermined"
    assert words in found.reason


def test_a_value_without_an_interval_is_taken_at_its_word_where_the_contract_allows_it() -> None:
    contract = promise(at_least=0.5, needs_interval=False)
    assert verdict(contract, [accuracy(0.9, None)]).verdict == "met"
    assert verdict(contract, [accuracy(0.4, None)]).verdict == "violated"
    assert verdict(contract, [accuracy(0.6, 0.2)]).verdict == "undetermined", (
        "an interval that is there counts"
    )


def test_every_measurement_that_matches_must_keep_the_promise_and_the_worst_is_shown() -> None:
    contract = promise(at_least=0.5, where={"group": "(each)", "sensitive_features": "every"})
    groups = [
        accuracy(value, 0.05, group=name, sensitive_features="sex")
        for name, value in (("a", 0.9), ("b", 0.4), ("c", 0.3), ("d", 0.5), ("(all others)", 0.1))
    ]
    found = verdict(contract, [*groups, accuracy(0.1, 0.01)])
    assert (found.verdict, found.value) == ("violated", 0.3)
    assert "sex, c" in found.shown
    assert "of 4 measurements 2 violated, 1 undetermined, 1 met" in found.reason


def test_a_broken_promise_is_not_hidden_by_an_undefined_group() -> None:
    contract = promise(at_least=0.5, where={"group": "(each)"})
    groups = [accuracy(None, group="a", reason="few rows"), accuracy(0.3, 0.05, group="b")]
    assert verdict(contract, groups).verdict == "violated"
    assert verdict(contract, [groups[0], accuracy(0.9, 0.05, group="b")]).verdict == "undetermined"


MEASURED = {"met": 0.9, "violated": 0.1, "undetermined": None}


def kleene(kind: str, parts: tuple[str, ...]) -> str:
    """Return what Kleene's logic says of some states."""
    order = ["violated", "undetermined", "met"]
    ranks = [order.index(part) for part in parts]
    return order[min(ranks) if kind == "all_of" else max(ranks)]


@pytest.mark.parametrize("kind", ["all_of", "any_of"])
@pytest.mark.parametrize("parts", list(product(MEASURED, repeat=2)))
def test_conditions_are_joined_by_kleenes_logic(kind: str, parts: tuple[str, str]) -> None:
    metrics = ("accuracy", "f1")
    held = [accuracy(MEASURED[part], metric=name) for name, part in zip(metrics, parts, strict=True)]
    conditions = [{"metric": name, "at_least": 0.5} for name in metrics]
    joined = {"name": "c", "correction": "none", "clauses": [{"name": "j", kind: conditions}]}
    expected = kleene(kind, parts)
    assert verdict(read_contract(joined), held).verdict == expected
    negated = {**joined, "clauses": [{"name": "j", "not": {kind: conditions}}]}
    opposite = {"met": "violated", "violated": "met"}.get(expected, "undetermined")
    assert verdict(read_contract(negated), held).verdict == opposite


def test_doubt_is_a_violation_for_a_strict_contract_only() -> None:
    contract = promise(at_least=0.7)
    doubtful = [accuracy(0.7, 0.05)]
    assert check_contract(contract, doubtful, chosen=CHOSEN).exit_code == 3
    strict = replace(contract, in_doubt="violated")
    assert check_contract(strict, doubtful, chosen=CHOSEN).exit_code == 1
    assert "takes doubt for a violation" in verdict(strict, doubtful).reason
    assert check_contract(strict, [accuracy(0.9, 0.05)], chosen=CHOSEN).exit_code == 0


def test_doubt_inside_not_does_not_become_a_promise_kept() -> None:
    """Strictness is about clauses, not about their parts."""
    contract = read_contract(
        {"in_doubt": "violated", "clauses": [{"name": "n", "not": {"metric": "accuracy", "at_least": 0.7}}]}
    )
    assert verdict(contract, [accuracy(0.7, 0.05)]).verdict == "violated"


def test_several_intervals_are_widened_by_the_correction() -> None:
    """By hand: two intervals at 95% together need 97.5% each, wider by 2.2414 / 1.9600."""
    contract = replace(promise(at_least=0.5, where={"group": "(each)"}), correction="bonferroni")
    groups = [accuracy(0.7, 0.10, group="a"), accuracy(0.8, 0.05, group="b")]
    found = check_contract(contract, groups, chosen=CHOSEN)
    assert (found.n_compared, found.interval_confidence) == (2, pytest.approx(0.975))
    half = 0.10 * NormalDist().inv_cdf(0.9875) / NormalDist().inv_cdf(0.975)
    assert found.clauses[0].low == pytest.approx(0.7 - half)
    assert found.clauses[0].high == pytest.approx(0.7 + half)
    assert half == pytest.approx(0.10 * 2.2414 / 1.9600, abs=1e-4)


def test_each_side_of_an_interval_is_widened_by_itself_and_cut_at_the_metrics_range() -> None:
    held = Measurement(metric="accuracy", value=0.9, low=0.6, high=0.98, confidence=0.95, n=10, stage="audit")
    contract = replace(promise(at_least=0.5), confidence=0.999)
    found = check_contract(contract, [held]).clauses[0]
    factor = NormalDist().inv_cdf(0.9995) / NormalDist().inv_cdf(0.975)
    assert found.low == pytest.approx(0.9 - 0.3 * factor)
    assert found.high == 1.0


def test_an_interval_that_two_clauses_compare_counts_once() -> None:
    """It is right or wrong but once."""
    clauses = [
        {"name": "a", "metric": "accuracy", "at_least": 0.5},
        {"name": "b", "metric": "accuracy", "at_most": 0.9},
        {"name": "c", "metric": "f1", "at_least": 0.5},
    ]
    held = [accuracy(0.7, 0.05), accuracy(0.7, 0.05, metric="f1"), accuracy(0.7, 0.05, metric="recall")]
    assert check_contract(read_contract({"clauses": clauses}), held, chosen=CHOSEN).n_compared == 2


def test_clauses_seldom_fail_by_chance_although_there_are_many() -> None:
    """Twenty promises that hold with equality: the whole contract is violated by chance in at most 5% of cases."""
    rng = np.random.default_rng(0)
    contract = replace(promise(at_least=0.5, where={"group": "(each)"}), correction="bonferroni")
    plain = replace(contract, correction="none")
    half, n_trials, corrected, uncorrected = 1.96 * 0.02, 100, 0, 0
    for _ in range(n_trials):
        values = 0.5 + 0.02 * rng.standard_normal(20)
        held = measurements_frame(
            accuracy(float(value), half, group=str(number)) for number, value in enumerate(values)
        )
        corrected += check_contract(contract, held, chosen=CHOSEN).verdict == "violated"
        uncorrected += check_contract(plain, held, chosen=CHOSEN).verdict == "violated"
    assert corrected <= 0.05 * n_trials + 3 * np.sqrt(0.05 * 0.95 * n_trials)
    assert uncorrected > 0.25 * n_trials, "without the correction chance breaks every third contract"


def test_means_over_seeds_stand_for_the_seeds_wherever_there_are_means() -> None:
    seeds = [accuracy(0.3, 0.01, generator_seed=seed, model_seed=seed) for seed in (0, 1)]
    contract = promise(at_least=0.5)
    assert verdict(contract, [*seeds, accuracy(0.8, 0.05)]).verdict == "met"
    assert verdict(contract, seeds).verdict == "violated", "without a mean the seeds themselves count"


def test_what_the_chosen_model_looks_at_needs_no_threshold() -> None:
    """Explanations are of scores; those of other models and tables do not count."""

    def importance(value: float, **others: Any) -> Measurement:
        described = {"metric": "shap_importance_share", "stage": "explanation", "operating_point": ""}
        return accuracy(value, 0.01, **{**described, **others})

    clauses = [{"metric": "shap_importance_share", "at_most": 0.1}]
    contract = read_contract({"name": "c", "correction": "none", "clauses": clauses})
    others = [importance(0.5, model="logistic"), importance(0.5, treatment="original")]
    assert verdict(contract, [importance(0.05), *others]).verdict == "met"
    assert verdict(contract, [importance(0.2), *others]).verdict == "violated"
    assert verdict(contract, others).verdict == "undetermined"


def test_the_chosen_model_is_judged_and_the_others_are_not() -> None:
    others = [
        accuracy(0.1, 0.01, model="logistic"),
        accuracy(0.1, 0.01, treatment="original"),
        accuracy(0.1, 0.01, operating_point="other"),
    ]
    held = [accuracy(0.9, 0.01), *others]
    assert verdict(promise(at_least=0.5), held).verdict == "met"
    assert verdict(promise(at_least=0.5, where={"treatment": "original"}), held).verdict == "violated"
    assert verdict(promise(at_least=0.5, where={"model": "every"}), held).verdict == "violated"
    unsaid = check_contract(promise(at_least=0.5), held)
    assert unsaid.verdict == "violated"
    assert "It was not said which model was chosen" in " ".join(unsaid.remarks)


def test_of_tables_those_made_are_judged_not_those_beside_them() -> None:
    """Original and held-out rows are measured for comparison only."""
    made = Measurement(
        metric="univariate_error", value=0.1, low=0.09, high=0.11, confidence=0.95, treatment="synthetic",
        stage="fidelity",
    )  # fmt: skip
    beside = replace(made, value=0.9, low=0.9, high=0.9, treatment="holdout")
    contract = promise(metric="univariate_error", at_most=0.2)
    assert verdict(contract, [beside, made]).verdict == "met"
    assert verdict(contract, [beside]).verdict == "undetermined"
    assert verdict(
        promise(metric="univariate_error", at_most=0.2, where={"treatment": "holdout"}), [beside, made]
    )


def test_a_difference_is_judged_by_the_widest_interval_it_can_have() -> None:
    """By hand: [0.78, 0.82] minus [0.87, 0.93] is [-0.15, -0.05]."""
    contract = promise(at_least=-0.2, against={"treatment": "original"})
    held = [accuracy(0.8, 0.02), accuracy(0.9, 0.03, treatment="original", n=50)]
    found = verdict(contract, held)
    assert (found.verdict, found.n) == ("met", 50)
    assert (found.value, found.low, found.high) == (
        pytest.approx(-0.1),
        pytest.approx(-0.15),
        pytest.approx(-0.05),
    )
    assert "minus accuracy" in found.shown
    assert verdict(promise(at_least=-0.1, against={"treatment": "original"}), held).verdict == "undetermined"
    assert verdict(promise(at_least=-0.04, against={"treatment": "original"}), held).verdict == "violated"


def test_a_measurement_beside_itself_differs_by_nothing_for_sure() -> None:
    """Where the original table was chosen, nothing was lost."""
    contract = promise(at_least=-0.01, against={"treatment": "original"})
    original = accuracy(0.8, 0.1, treatment="original")
    found = verdict(contract, [original], chosen={**CHOSEN, "treatment": "original"})
    assert (found.verdict, found.low, found.high) == ("met", 0.0, 0.0)


def test_groups_are_compared_with_the_same_group() -> None:
    contract = promise(at_least=-0.05, against={"treatment": "original"}, where={"group": "(each)"})
    pairs = {"a": (0.5, 0.5), "b": (0.9, 0.9)}
    held = [
        accuracy(value, 0.01, group=name, treatment=treatment)
        for name, values in pairs.items()
        for value, treatment in zip(values, ("augmented", "original"), strict=True)
    ]
    assert verdict(contract, held).verdict == "met"
    lonely = verdict(contract, [*held, accuracy(0.5, 0.01, group="c")])
    assert lonely.verdict == "undetermined"


def test_a_difference_without_a_partner_is_undetermined() -> None:
    contract = promise(at_least=-0.05, against={"treatment": "original"})
    assert "no measurement to compare it with" in verdict(contract, [accuracy(0.8, 0.01)]).reason
    undefined = accuracy(None, treatment="original", reason="no rows")
    assert "undefined: no rows" in verdict(contract, [accuracy(0.8, 0.01), undefined]).reason


def test_another_metric_may_be_subtracted() -> None:
    copies = [
        Measurement(
            metric=name,
            value=value,
            low=value,
            high=value,
            confidence=0.95,
            stage="privacy",
            treatment="synthetic",
        )
        for name, value in (("exact_copy_share", 0.2), ("holdout_copy_share", 0.195))
    ]
    assert check_contract(contract_from_templates("no_copies"), copies).verdict == "met"
    more = replace(copies[0], value=0.3, low=0.3, high=0.3)
    assert check_contract(contract_from_templates("no_copies"), [more, copies[1]]).verdict == "violated"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.15, -0.11, "violated"), (-0.05, 0.09, "met"), (-0.12, 0.05, "undetermined"), (-0.09, -0.02, "met")],
)
def test_the_size_of_a_signed_difference_is_judged_on_both_sides(
    low: float, high: float, expected: str
) -> None:
    held = Measurement(
        metric="statistical_parity_difference", value=(low + high) / 2, low=low, high=high, confidence=0.95,
        sensitive_features="sex", group="Female", reference_group="Male", stage="audit",
    )  # fmt: skip
    contract = promise(metric="statistical_parity_difference", at_most=0.1, absolute=True)
    assert verdict(contract, [held]).verdict == expected


def base_rates(*rates: float) -> list[Measurement]:
    """Return shares of favorable outcomes in groups a, b, ..."""
    return [
        Measurement(
            metric="base_rate", value=rate, low=rate - 0.01, high=rate + 0.01, confidence=0.95, stage="audit",
            sensitive_features="sex", group=name, treatment="original",
        )
        for name, rate in zip("abc", rates, strict=False)
    ]  # fmt: skip


def test_drift_is_the_change_since_the_time_before() -> None:
    contract = replace(contract_from_templates("drift"), correction="none")
    first, moved = base_rates(0.3, 0.5), base_rates(0.31, 0.6)
    assert check_contract(contract, first, earlier=[first]).verdict == "met"
    found = check_contract(contract, moved, earlier=[first])
    assert (found.verdict, found.clauses[0].value) == ("violated", pytest.approx(0.1))
    assert check_contract(contract, moved, earlier=[first, moved]).verdict == "met", (
        "the last one before counts"
    )
    alone = check_contract(contract, moved).clauses[0]
    assert (alone.verdict, alone.reason) == (
        "undetermined",
        "there is no earlier table or run to compare with",
    )
    newcomer = check_contract(contract, base_rates(0.3, 0.5, 0.2), earlier=[first])
    assert newcomer.verdict == "undetermined", "a group that was not there before"


GOOD, BAD, OPEN = [accuracy(0.9, 0.01)], [accuracy(0.1, 0.01)], [accuracy(0.5, 0.01)]


@pytest.mark.parametrize(
    ("over", "times", "expected"),
    [
        ({"window": "all", "runs": 3}, (GOOD, GOOD, GOOD), "met"),
        ({"window": "all", "runs": 3}, (BAD, GOOD, GOOD, GOOD), "met"),  # the first one is too long ago
        ({"window": "all", "runs": 3}, (GOOD, BAD, GOOD), "violated"),
        ({"window": "all", "runs": 3}, (GOOD, OPEN, GOOD), "undetermined"),
        ({"window": "all", "runs": 3}, (GOOD, GOOD), "undetermined"),  # one time is missing
        ({"window": "all", "runs": 3}, (GOOD, BAD), "violated"),
        ({"window": "share", "runs": 4, "share": 0.75}, (BAD, GOOD, GOOD, GOOD), "met"),
        ({"window": "share", "runs": 4, "share": 0.75}, (BAD, BAD, GOOD, GOOD), "violated"),
        ({"window": "share", "runs": 4, "share": 0.75}, (BAD, OPEN, GOOD, GOOD), "undetermined"),
        ({"window": "share", "runs": 4, "share": 0.75}, (GOOD, GOOD, GOOD), "met"),  # whatever the fourth was
        ({"window": "share", "runs": 10, "share": 0.9}, (GOOD,) * 9, "met"),
        ({"window": "last"}, (BAD, GOOD), "met"),
    ],
)
def test_a_promise_may_have_to_hold_for_some_time(
    over: dict[str, Any], times: tuple[list[Measurement], ...], expected: str
) -> None:
    contract = promise(at_least=0.5, over=over)
    found = verdict(contract, times[-1], earlier=times[:-1])
    assert found.verdict == expected


@pytest.mark.parametrize(
    ("word", "there"),
    [
        ("predictions", accuracy(0.9, 0.01, stage="audit")),
        ("trained_models", accuracy(0.9, 0.01)),
        ("made_rows", accuracy(0.9, 0.01, metric="exact_copy_share", stage="privacy")),
        ("sensitive_features", accuracy(0.9, 0.01, sensitive_features="sex")),
    ],
)
def test_a_clause_applies_where_there_is_what_it_is_about(word: str, there: Measurement) -> None:
    contract = promise(at_least=0.5, applies_when=word)
    nothing = Measurement(metric="base_rate", value=0.5, stage="audit")
    absent = check_contract(contract, [nothing], chosen=CHOSEN)
    assert (absent.verdict, absent.exit_code) == ("not applicable", 0)
    assert "it needs" in absent.clauses[0].reason
    assert check_contract(contract, [nothing, there], chosen=CHOSEN).verdict != "not applicable"


def test_a_missing_metric_does_not_make_a_promise_inapplicable() -> None:
    """Otherwise leaving out a measurement would pass every gate."""
    contract = contract_from_templates("four_fifths_rule")
    assert check_contract(contract, []).verdict == "undetermined"
    assert check_contract(contract, [accuracy(0.9, 0.01)], chosen=CHOSEN).verdict == "undetermined"


def test_neither_the_order_nor_the_kind_of_the_table_matters() -> None:
    contract = read_contract(
        {"clauses": [{"metric": "accuracy", "at_least": 0.5, "where": {"group": "(each)"}}, "utility_loss"]}
    )
    held = [
        accuracy(0.3 + 0.1 * number, 0.02, group=str(number), treatment=treatment)
        for number in range(5)
        for treatment in ("augmented", "original")
    ]
    expected = check_contract(contract, held, chosen=CHOSEN)
    assert check_contract(contract, measurements_frame(held), chosen=CHOSEN) == expected
    assert check_contract(contract, held[::-1], chosen=CHOSEN) == expected


def test_a_wrong_name_in_a_where_is_told_from_a_missing_measurement() -> None:
    held = [accuracy(0.9, 0.01, sensitive_features="sex", group="Female")]
    found = verdict(promise(at_least=0.5, where={"sensitive_features": "sexx", "group": "(each)"}), held)
    assert found.verdict == "undetermined"
    assert "did you mean 'sex'?" in found.reason


def test_a_table_that_holds_no_measurements_is_refused() -> None:
    with pytest.raises(ContractError, match="without metric, stage"):
        check_contract(promise(at_least=0.5), frame_from_columns({"age": [1, 2]}))


def test_only_clauses_that_block_decide() -> None:
    clauses = [
        {"metric": "accuracy", "at_least": 0.5},
        {"name": "w", "metric": "f1", "at_least": 0.9, "severity": "warn"},
    ]
    found = check_contract(
        read_contract({"clauses": clauses}),
        [accuracy(0.8, 0.01), accuracy(0.1, 0.01, metric="f1")],
        chosen=CHOSEN,
    )
    assert (found.verdict, [one.verdict for one in found.clauses]) == ("met", ["met", "violated"])


def test_a_verdict_comes_back_from_plain_data() -> None:
    found = check_contract(
        contract_from_templates(["four_fifths_rule", "drift", "no_copies"]), GOOD, chosen=CHOSEN
    )
    assert ContractVerdict.from_dict(found.to_dict()) == found
    assert ContractVerdict.from_dict({**found.to_dict(), "from a later release": 1}) == found


def test_the_absence_of_an_other_clause_grants_nothing() -> None:
    """A reader may drop a clause that it does not know; that never turns a refusal into an approval."""
    both = read_contract(
        {"clauses": [{"metric": "accuracy", "at_least": 0.5}, {"metric": "f1", "at_least": 0.5}]}
    )
    one = Contract(both.name, (Clause(name="f1", requirement=Condition(metric="f1", at_least=0.5)),))
    held = [accuracy(0.9, 0.01)]
    assert check_contract(both, held, chosen=CHOSEN).verdict == "undetermined"
    assert check_contract(one, held, chosen=CHOSEN).verdict == "undetermined"
