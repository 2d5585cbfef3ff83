"""Values of the pages to HTML: every name is escaped, cut to a length that fits, and read in its own direction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from equitab.report.charts.svg import Markup
from equitab.report.wording import (
    format_count,
    format_interval,
    format_number,
    sentence_case,
    show_direction,
    show_model,
    show_name,
    show_treatment,
    upper_first,
)
from equitab.serve import wording
from equitab.serve.promise_history import draw_history, show_value

if TYPE_CHECKING:
    from jinja2 import Environment

    from equitab.report.contents import MetricDescription

_TEMPLATES = Path(__file__).parent / "templates"
_REPORT_STYLE = Path(__file__).parents[1] / "report" / "templates" / "style.css"


def render_page(template: str, values: Mapping[str, Any]) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    template : str
        A file of ``templates/``.
    values : mapping
        What the template shows.

    Returns
    -------
    str
        To be sent as UTF-8; half characters, which no encoding holds, are replaced.
    """
    text = environment().get_template(template).render(values)
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def environment() -> Environment:
    """Return the template engine, loaded when the first page is asked for."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    engine = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters |= {
        "name": show_name,
        "short_name": lambda text: show_name(text, limit=40),
        "long_name": lambda text: show_name(text, limit=400),
        "time": wording.show_time,
        "day": wording.show_day,
        "digest": wording.show_digest,
        "count": format_count,
        "number": format_number,
        "sentence": upper_first,
        "metric": metric_title,
        "fact": sentence_case,
        "model": show_model,
        "treatment": show_treatment,
        "stage": sentence_case,
        "event": wording.event_words,
    }
    engine.globals |= {
        "verdict": wording.verdict_badge,
        "status": wording.status_badge,
        "certificate_words": wording.status_words,
        "interval": format_interval,
        "bound": wording.show_bound,
        "value": show_value,
        "chart": draw_history,
        "address": page_address,
        "describe_metrics": metric_descriptions_of,
        "direction": show_direction,
    }
    return engine


def load_templates() -> None:
    """Compile all templates and load what they need, so that no page waits for it."""
    metric_descriptions_of([])
    for name in environment().list_templates(extensions=["j2"]):
        environment().get_template(name)


def page_address(page: str, /, **parameters: object) -> str:
    """Return the address of a page; names stand in its query, so that none can lead elsewhere.

    Examples
    --------
    >>> page_address("subject", name="a b&c")
    '/subject?name=a+b%26c'
    """
    held = {name: str(value) for name, value in parameters.items() if value not in ("", None)}
    query = urlencode(held, errors="replace")
    return f"/{page}?{query}" if query else f"/{page}"


@lru_cache(maxsize=2048)
def metric_title(name: str) -> str:
    """Return what a metric is called; one that nobody described keeps its name."""
    found = metric_descriptions_of([name])
    return found[0].title if found else sentence_case(name)


def metric_descriptions_of(names: Iterable[object]) -> tuple[MetricDescription, ...]:
    """Return what a reader must know about some metrics; undescribed ones are left out."""
    from equitab.pipeline.report_contents import metric_descriptions

    return metric_descriptions([name for name in names if isinstance(name, str)])


@cache
def style_sheet() -> str:
    """Return the report's style sheet and what these pages add to it."""
    own = (_TEMPLATES / "serve.css").read_text(encoding="utf-8")
    return Markup(_REPORT_STYLE.read_text(encoding="utf-8") + "\n" + own)
