"""Each command of the command line as one function, from a table to a report."""

from equitab.pipeline.audit import Audit, audit
from equitab.pipeline.fit import FitResult, fit
from equitab.pipeline.measurement_files import load_curves, load_measurements, save_curves, save_measurements
from equitab.pipeline.predict import predict
from equitab.pipeline.progress import Progress, ProgressReport
from equitab.pipeline.recipe import Recipe, load_recipe, recipe_from_dict
from equitab.pipeline.sample import sample
from equitab.pipeline.schema_choice import SchemaWords, read_schema_keys
