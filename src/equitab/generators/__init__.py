"""Learn a table, draw rows from it under a condition."""

from equitab.generators.base import Generator, Given
from equitab.generators.fit_inputs import FitInputs, read_fit_inputs, refuse_constraints
from equitab.generators.given import GivenRows, read_given
from equitab.generators.interpolation import BalancedBySmote, Smote, smote_balanced
from equitab.generators.marginals import IndependentMarginals
from equitab.generators.registry import generator_class, generator_names, load_generator, make_generator
from equitab.generators.saved_form import SavedGenerator, check_same_schema, read_generator, write_generator

__all__ = [
    "BalancedBySmote",
    "FitInputs",
    "Generator",
    "Given",
    "GivenRows",
    "IndependentMarginals",
    "SavedGenerator",
    "Smote",
    "check_same_schema",
    "generator_class",
    "generator_names",
    "load_generator",
    "make_generator",
    "read_fit_inputs",
    "read_generator",
    "read_given",
    "refuse_constraints",
    "smote_balanced",
    "write_generator",
]
