"""The YAML at the head of a model card, as model hubs read it."""

from __future__ import annotations

from typing import Any

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.cards.contents import CardContents
from equitab.report.cards.markdown import Markdown
from equitab.report.contents import MetricTexts

_DIGITS = 6


def front_matter(contents: CardContents) -> Markdown:
    """Return the card's metadata as YAML without its fences.

    Parameters
    ----------
    contents : CardContents

    Returns
    -------
    Markdown
        Licence ``unknown``, since no run is told one; without a chosen model no results.
    """
    import yaml

    held = _metadata(contents)
    text = yaml.safe_dump(held, sort_keys=False, allow_unicode=True, width=10_000)
    return Markdown(text)


def _metadata(contents: CardContents) -> dict[str, Any]:
    headline = contents.report.headline
    head = {
        "library_name": "equitab",
        "pipeline_tag": "tabular-classification",
        "license": "unknown",
        "tags": ["tabular-classification", "fairness", "equitab", contents.run.generator],
    }
    if headline is None:
        return head
    shown = [headline.performance_after, headline.fairness_after]
    defined = [one for one in shown if one.value is not None]
    return {
        **head,
        "metrics": [one.metric for one in defined],
        "model-index": [
            {
                "name": f"{headline.model} for {wording.show_name(contents.source.target)}",
                "results": [_result(contents, defined)],
            }
        ],
    }


def _result(contents: CardContents, measured: list[Measurement]) -> dict[str, Any]:
    texts = MetricTexts(contents.report.metrics)
    return {
        "task": {"type": "tabular-classification"},
        "dataset": {
            "type": "tabular",
            "name": wording.show_name(contents.source.name),
            "split": "test",
            "revision": contents.source.digest,
        },
        "metrics": [_metric(one, texts) for one in measured],
    }


def _metric(one: Measurement, texts: MetricTexts) -> dict[str, Any]:
    title = texts.describe(one.metric).title
    whom = f", by {wording.show_features(one.sensitive_features)}" if one.sensitive_features else ""
    interval = wording.format_interval(one.low, one.high).replace(wording.NO_BREAK, " ")
    sure = f", {wording.format_confidence(one.confidence)} interval {interval}" if interval else ""
    name = f"{title}{whom}{sure}, {wording.format_count(one.n)} rows"
    return {"type": one.metric, "name": name, "value": round(one.value or 0.0, _DIGITS)}
