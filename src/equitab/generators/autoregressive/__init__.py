"""Generators that draw a table column by column: boosted trees."""

from equitab.generators.autoregressive.generator import BoostedTrees
from equitab.generators.autoregressive.probability import ColumnProbabilities
from equitab.generators.autoregressive.rare_values import RareValues

__all__ = ["BoostedTrees", "ColumnProbabilities", "RareValues"]
