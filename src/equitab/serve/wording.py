"""How the pages say things: verdicts as sign and word, times, digests, bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from equitab.report.wording import NO_BREAK, show_name

VERDICTS = ("violated", "undetermined", "met", "not applicable")
"""The worst first."""


@dataclass(frozen=True)
class Badge:
    """A state as sign, word and look: never by colour alone.

    Parameters
    ----------
    sign, word : str
    look : {"good", "bad", "open", "none"}
        A class of the style sheet.
    """

    sign: str
    word: str
    look: str


_VERDICTS = {
    "met": Badge("✓", "met", "good"),
    "violated": Badge("✗", "violated", "bad"),
    "undetermined": Badge("?", "undetermined", "open"),
    "not applicable": Badge("–", "not applicable", "none"),
}
_STATUSES = {
    "requested": Badge("…", "requested", "open"),
    "collecting": Badge("…", "collecting evidence", "open"),
    "issued": Badge("✓", "issued", "good"),
    "valid": Badge("✓", "valid", "good"),
    "renewed": Badge("↻", "renewed", "none"),
    "suspended": Badge("!", "suspended", "bad"),
    "revoked": Badge("✗", "revoked", "bad"),
    "expired": Badge("✗", "expired", "bad"),
}
_STATUS_WORDS = {
    "requested": "It was asked for; nothing was checked yet.",
    "collecting evidence": "Evidence is being gathered; nothing was signed yet.",
    "issued": "It was signed.",
    "valid": "It was signed, its time is not up, and nothing that it rests on is known to have changed. "
    "What it found, good or bad, is its verdict below.",
    "renewed": "A newer certificate took its place; rely on that one.",
    "suspended": "Something that it rests on changed. Do not rely on it until new evidence is in.",
    "revoked": "A promise broke, or somebody withdrew it. Do not rely on it.",
    "expired": "Its time is up. Do not rely on it.",
}
_EVENTS = {
    "collect": "evidence was collected",
    "issue": "it was signed",
    "issued": "it was signed",
    "activate": "it came into force",
    "pass_evidence": "new evidence meets the contract",
    "lack_evidence": "new evidence does not decide the contract",
    "fail_block_clause": "new evidence violates a promise",
    "change_digest": "data, model or code are no longer those that it names",
    "suspend": "its issuer suspended it",
    "renew": "a newer certificate took its place",
    "revoke": "its issuer took it back",
    "expire": "its time was over",
}


def verdict_badge(verdict: str) -> Badge:
    """Return a verdict's sign and word; an unknown one is shown as it is, without a colour.

    Examples
    --------
    >>> verdict_badge("violated")
    Badge(sign='✗', word='violated', look='bad')
    """
    return _VERDICTS.get(verdict) or Badge("·", verdict or "no verdict", "none")


def status_badge(status: str, expires_at: str = "", *, now: datetime | None = None) -> Badge:
    """Return a certificate's status; one whose time is up counts as expired, whatever it says of itself.

    Examples
    --------
    >>> status_badge("valid", "2026-01-01T00:00:00Z", now=datetime(2026, 2, 1, tzinfo=UTC)).word
    'expired'
    """
    end = parse_time(expires_at)
    if end and status in {"issued", "valid", "suspended"} and end <= (now or datetime.now(UTC)):
        status = "expired"
    return _STATUSES.get(status) or Badge("·", status or "unknown", "none")


def status_words(status: str) -> str:
    """Return what a certificate's status means for whoever relies on it; nothing for an unknown one.

    Examples
    --------
    >>> status_words("revoked")
    'A promise broke, or somebody withdrew it. Do not rely on it.'
    """
    return _STATUS_WORDS.get(status, "")


def event_words(event: str) -> str:
    """Return what happened to a certificate; an unknown event as it is written.

    Examples
    --------
    >>> event_words("issue"), event_words("audited by hand")
    ('it was signed', 'audited by hand')
    """
    return _EVENTS.get(event, event.replace("_", " "))


def worst(verdicts: Iterable[str]) -> str:
    """Return the verdict over several: violated, else undetermined, else met, else not applicable.

    Examples
    --------
    >>> worst(["met", "undetermined", "met"]), worst([])
    ('undetermined', '')
    """
    found = set(verdicts)
    return next((verdict for verdict in VERDICTS if verdict in found), min(found, default=""))


def count_verdicts(verdicts: Iterable[str]) -> tuple[tuple[Badge, int], ...]:
    """Return how many there are of each verdict, the worst first."""
    counts = Counter(verdicts)
    order = [verdict for verdict in VERDICTS if verdict in counts] + sorted(set(counts) - set(VERDICTS))
    return tuple((verdict_badge(verdict), counts[verdict]) for verdict in order)


def parse_time(text: str) -> datetime | None:
    """Return a time in UTC, or None for a text that is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def show_time(text: str) -> str:
    """Return a time as people write it.

    Examples
    --------
    >>> show_time("2026-05-02T14:03:11.000123Z"), show_time("soon"), show_time("")
    ('2 May 2026, 14:03', 'soon', 'unknown')
    """
    time = parse_time(text)
    if time is None:
        return show_name(text) if text else "unknown"
    return f"{time.day} {time:%b %Y, %H:%M}"


def show_day(text: str) -> str:
    """Return the day of a time: ``2 May 2026``."""
    return show_time(text).split(",")[0]


def short_times(times: Sequence[str]) -> tuple[str, ...]:
    """Return times as labels: days, with the hour where a day occurs twice.

    Examples
    --------
    >>> short_times(["2026-05-02T14:03:11Z", "2026-05-03T08:00:00Z"])
    ('2 May 2026', '3 May 2026')
    >>> short_times(["2026-05-02T14:03:11Z", "2026-05-02T18:30:00Z"])
    ('2 May, 14:03', '2 May, 18:30')
    """
    days = [show_day(time) for time in times]
    if len(set(days)) == len(days):
        return tuple(days)
    parsed = [parse_time(time) for time in times]
    return tuple(
        f"{time.day} {time:%b, %H:%M}" if time else day for time, day in zip(parsed, days, strict=True)
    )


def show_digest(digest: str) -> str:
    """Return a digest short enough for a table.

    Examples
    --------
    >>> show_digest("sha256:" + "0123456789abcdef" * 4)
    'sha256:0123456789ab…'
    """
    scheme, colon, value = digest.rpartition(":")
    return show_name(f"{scheme}{colon}{value[:12]}…" if len(value) > 16 else digest)


def show_bound(at_most: float | None, at_least: float | None) -> str:
    """Return what was promised as a comparison: ``≤ 0.1``, ``0.8 to 1.25``, or nothing.

    Examples
    --------
    >>> [show_bound(*bounds).replace(NO_BREAK, " ") for bounds in ((0.1, None), (1.25, 0.8), (None, None))]
    ['≤ 0.1', '0.8 to 1.25', '']
    """
    if at_most is not None and at_least is not None:
        return f"{at_least:g} to {at_most:g}".replace("-", "−").replace(" ", NO_BREAK)
    sign, bound = ("≤", at_most) if at_most is not None else ("≥", at_least)
    return "" if bound is None else f"{sign}{NO_BREAK}{bound:g}".replace("-", "−")
