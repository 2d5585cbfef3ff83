"""Dates written as text; the functions live in `equitab.dataframe`, as everything that calls Arrow does."""

from __future__ import annotations

from equitab.dataframe import DATE_SPELLINGS, date_spelling, parse_dates

__all__ = ["DATE_SPELLINGS", "date_spelling", "parse_dates"]
