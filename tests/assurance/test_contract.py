"""A contract is a value: it comes back as it was written, and its digest changes with every promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitab.assurance import (
    TEMPLATES,
    AllOf,
    AnyOf,
    Clause,
    Condition,
    Contract,
    Not,
    Over,
    contract_from_templates,
    contract_to_yaml,
    read_contract,
)
from equitab.errors import ContractError, InputError

FAIR = Condition(metric="demographic_parity_ratio", where={"sensitive_features": ("sex",)}, at_least=0.8)
ACCURATE = Condition(metric="accuracy", at_least=0.7, at_most=0.99)
WIDE = Contract(
    "everything",
    (
        Clause(name="all", requirement=AllOf((FAIR, AnyOf((ACCURATE, Not(FAIR)))))),
        Clause(
            name="loss",
            requirement=Condition(
                metric="f1", at_least=-0.1, against={"treatment": "original"}, needs_interval=False
            ),
            severity="warn",
            property="utility",
        ),
        Clause(
            name="signed",
            requirement=Condition(metric="statistical_parity_difference", at_most=0.1, absolute=True),
            over=Over(window="share", runs=10, share=0.9),
            applies_when=("sensitive_features",),
        ),
    ),
    description="a description",
    confidence=0.9,
    correction="none",
    in_doubt="violated",
)


@pytest.mark.parametrize("contract", [WIDE, contract_from_templates(TEMPLATES)], ids=["wide", "templates"])
def test_a_contract_comes_back_from_plain_data_and_from_yaml(contract: Contract) -> None:
    assert Contract.from_dict(contract.to_dict()) == contract
    assert read_contract(contract_to_yaml(contract)) == contract
    assert read_contract(contract_to_yaml(contract)).digest == contract.digest


def test_the_digest_changes_with_every_promise() -> None:
    """No threshold, place, strictness or clause can be exchanged behind a digest."""
    clauses = WIDE.clauses
    changed = [
        replace(WIDE, name="other"),
        replace(WIDE, confidence=0.95),
        replace(WIDE, correction="bonferroni"),
        replace(WIDE, in_doubt="undetermined"),
        replace(WIDE, clauses=clauses[:2]),
        replace(WIDE, clauses=(clauses[1], clauses[0], clauses[2])),
        replace(WIDE, clauses=(replace(clauses[0], severity="warn"), clauses[1], replace(clauses[2]))),
        replace(WIDE, clauses=(replace(clauses[0], requirement=FAIR), *clauses[1:])),
        replace(WIDE, clauses=(replace(clauses[0], requirement=replace(FAIR, at_least=0.79)), *clauses[1:])),
        replace(WIDE, clauses=(*clauses[:2], replace(clauses[2], over=None))),
        replace(WIDE, clauses=(*clauses[:2], replace(clauses[2], applies_when=()))),
    ]
    digests = {WIDE.digest, *(contract.digest for contract in changed)}
    assert len(digests) == len(changed) + 1
    assert all(digest.startswith("sha256:") for digest in digests)


def test_the_digest_does_not_change_with_the_way_of_writing() -> None:
    """Keys in another order, a whole number in place of 1.0, a single value in place of a list of one."""
    first = read_contract(
        "name: a\nclauses:\n  - {name: x, metric: accuracy, at_least: 1.0, where: {stage: test}}"
    )
    second = read_contract(
        "clauses:\n  - {where: {stage: [test]}, at_least: 1, metric: accuracy, name: x}\nname: a"
    )
    assert first.digest == second.digest


def test_everything_wrong_with_a_contract_made_in_python_is_said_at_once() -> None:
    bad = Clause(name="", requirement=Condition(metric="acuracy"), severity="blok")  # type: ignore[arg-type]
    odd = Clause(
        name="odd",
        requirement=Condition(
            metric="accuracy", at_least=float("nan"), where={"stag": ("test",), "group": ()}
        ),
        over=Over(window="sum", runs=0, share=2.0),  # type: ignore[arg-type]
        applies_when=("always",),
    )
    with pytest.raises(ContractError) as caught:
        Contract("", (bad, odd), confidence=float("nan"), correction="holm")  # type: ignore[arg-type]
    text = str(caught.value)
    for words in (
        "did you mean 'accuracy'?", "a threshold", "'severity'", "key 'name'", "finite number", "'stag'",
        "'group'", "'window'", "'runs'", "'share'", "'always'", "'confidence'", "'holm'",
    ):  # fmt: skip
        assert words in text
    assert len(caught.value.problems) == 14
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("condition", "is_idle"),
    [
        (Condition(metric="accuracy", at_least=0.0), True),
        (Condition(metric="accuracy", at_most=1.0), True),
        (Condition(metric="accuracy", at_least=1.0), False),
        (Condition(metric="exact_copy_share", at_most=0.0), False),
        (Condition(metric="statistical_parity_difference", at_most=0.0, absolute=True), False),
        (Condition(metric="statistical_parity_difference", at_least=0.0, absolute=True), True),
        (Condition(metric="accuracy", at_least=-0.1, against={"treatment": "original"}), False),
    ],
)
def test_a_promise_that_nothing_could_break_or_keep_is_refused(condition: Condition, is_idle: bool) -> None:
    clause = Clause(name="a", requirement=condition)
    if is_idle:
        with pytest.raises(ContractError, match="within the range"):
            Contract("c", (clause,))
    else:
        assert Contract("c", (clause,)).clauses == (clause,)


def test_a_contract_without_a_clause_that_decides_is_refused() -> None:
    """Otherwise it would be kept whatever happens."""
    with pytest.raises(ContractError, match="at least one clause"):
        Contract("c", ())
    with pytest.raises(ContractError, match="only clauses that warn"):
        Contract("c", (Clause(name="a", requirement=ACCURATE, severity="warn"),))
