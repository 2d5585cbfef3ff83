"""How hard the table is to learn from, before and after: words of a change, and the page. No number was measured."""

from __future__ import annotations

import pytest

from equitab.evaluation.results import Measurement
from equitab.report import ReportContents, render_audit, render_report
from equitab.report.complexity_section import lay_out_complexity


def measure(value, treatment, metric="complexity_c2", width=0.01, **changes):
    ends = {} if width is None or value is None else {"low": value - width, "high": value + width}
    status = {"status": "undefined"} if value is None else {}
    return Measurement(
        metric=metric, value=value, treatment=treatment, stage="complexity", **ends, **status, **changes
    )


@pytest.mark.parametrize(
    ("before", "after", "width", "change", "verdict"),
    [
        (0.5, 0.2, 0.01, "−0.300 (−60%)", "easier"),
        (0.2, 0.5, 0.01, "+0.300 (+150%)", "harder"),
        (0.5, 0.49, 0.01, "−0.010 (−2%)", "not surely"),
        (0.5, 0.2, None, "−0.300 (−60%)", "lower"),
        (0.2, 0.5, None, "+0.300 (+150%)", "higher"),
        (0.5, 0.5, 0.01, "0.000 (+0%)", "as before"),
        (0.0, 0.5, None, "+0.500", "higher"),
    ],
)
def test_a_change_is_put_into_words(before, after, width, change, verdict):
    pair = [measure(before, "original", width=width), measure(after, "augmented", width=width)]
    line = lay_out_complexity(pair).lines[0]
    assert (line.change, line.verdict) == (change, verdict)


def test_the_original_comes_first_and_an_undefined_value_says_why():
    found = [
        measure(0.3, "synthetic"),
        measure(None, "augmented", reason="all rows have the same outcome"),
        measure(0.5, "original"),
    ]
    section = lay_out_complexity([found[1], found[0], found[2]])
    assert section.tables == ("Original", "Augmented", "Synthetic only")
    line = section.lines[0]
    assert (line.values[1], line.change, line.verdict) == ("undefined", "", "all rows have the same outcome")


def test_an_audit_keeps_its_own_list_and_a_run_has_the_section():
    alone = ReportContents(title="Audit: adult", measurements=(measure(0.5, ""),))
    assert lay_out_complexity(alone.measurements) is None
    page = render_audit(alone)
    assert 'id="complexity"' not in page
    assert "how hard the table is to learn from" in page.lower()
    pair = (measure(0.5, "original"), measure(0.2, "augmented", reason="measured on 1,000 of 9,000 rows"))
    page = render_report(ReportContents(title="Run", measurements=pair))
    assert page.count("How hard the table is to learn from") == 1
    assert "Imbalance of the outcomes (C2)" in page
    assert "measured on 1,000 of 9,000 rows" in page
    assert "Augmented rows are easier to learn from by: imbalance of the outcomes (C2)" in page


def test_means_over_seeds_are_shown_once():
    seeds = [measure(0.4 + 0.1 * seed, "augmented", generator_seed=seed) for seed in (0, 1)]
    mean = measure(0.45, "augmented")
    section = lay_out_complexity([measure(0.5, "original"), mean, *seeds])
    assert len(section.lines) == 1
    assert section.lines[0].values[1].startswith("0.450")
