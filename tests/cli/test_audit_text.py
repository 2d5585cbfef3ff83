"""What `equitab audit` prints."""

from __future__ import annotations

import pytest

from equitab.cli.audit_text import print_audit
from equitab.datasets import adult_schema, load_adult
from equitab.pipeline import audit


def test_only_comparisons_that_are_undefined_are_called_too_small(capsys: pytest.CaptureFixture[str]) -> None:
    """With two large groups the pooled row repeats the other group and is left out without a word."""
    people = load_adult()
    schema = adult_schema()
    print_audit(audit(people, schema.with_changes(sensitive_features=schema.sensitive_features[:1])))
    assert "too small" not in capsys.readouterr().out
    few = people.iloc[:300]
    print_audit(audit(few, schema.with_changes(sensitive_features=schema.sensitive_features[1:])))
    assert "too small" in capsys.readouterr().out
