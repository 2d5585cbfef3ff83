"""Each command of the command line as one function, from a table to a report."""

from equitab.assurance import digest_path
from equitab.evaluation.results import CurvePoint, Headline, Measurement
from equitab.pipeline.adaptation import AdaptationResult, try_adaptation
from equitab.pipeline.added_rows import add_to_generator
from equitab.pipeline.assurance.assure import Assurance, as_contract, assure
from equitab.pipeline.assurance.certify import certify
from equitab.pipeline.assurance.commit import Commitment, commit_contract
from equitab.pipeline.assurance.history import history
from equitab.pipeline.assurance.monitor import MonitorCheck, monitor
from equitab.pipeline.assurance.verify import verify
from equitab.pipeline.audit import Audit, audit
from equitab.pipeline.augment import AugmentResult, augment_table
from equitab.pipeline.augment_rounds import AugmentUntilResult, augment_until
from equitab.pipeline.constraints.words import ConstraintWords
from equitab.pipeline.demo import demo, demo_recipe
from equitab.pipeline.evaluate import Evaluation, evaluate
from equitab.pipeline.fit import FitResult, fit
from equitab.pipeline.frontier import FrontierResult, frontier
from equitab.pipeline.impute import ImputeResult, impute_table
from equitab.pipeline.init import Proposal, init
from equitab.pipeline.measurement_files import load_curves, load_measurements, save_curves, save_measurements
from equitab.pipeline.population_words import PopulationWords
from equitab.pipeline.predict import predict
from equitab.pipeline.progress import Progress, ProgressReport
from equitab.pipeline.recipe import Recipe, load_recipe, recipe_from_dict
from equitab.pipeline.report_contents import (
    audit_contents,
    evaluation_contents,
    is_page,
    save_audit,
    save_evaluation,
)
from equitab.pipeline.row_labels import label_rows
from equitab.pipeline.run import RunResult, load_run, run
from equitab.pipeline.sample import plan_sample, sample
from equitab.pipeline.schema_choice import SchemaWords, read_schema_keys
from equitab.pipeline.schema_resolution import recipe_schema_keys, resolve_schema
from equitab.pipeline.search_generator import SearchResult, search_generator
from equitab.pipeline.search_words import SearchWords
from equitab.pipeline.table_plan import TablePlan, plan_table
from equitab.pipeline.written_rows import WrittenRows

__all__ = [
    "AdaptationResult",
    "Assurance",
    "Audit",
    "AugmentResult",
    "AugmentUntilResult",
    "Commitment",
    "ConstraintWords",
    "CurvePoint",
    "Evaluation",
    "FitResult",
    "FrontierResult",
    "Headline",
    "ImputeResult",
    "Measurement",
    "MonitorCheck",
    "PopulationWords",
    "Progress",
    "ProgressReport",
    "Proposal",
    "Recipe",
    "RunResult",
    "SchemaWords",
    "SearchResult",
    "SearchWords",
    "TablePlan",
    "WrittenRows",
    "add_to_generator",
    "as_contract",
    "assure",
    "audit",
    "audit_contents",
    "augment_table",
    "augment_until",
    "certify",
    "commit_contract",
    "demo",
    "demo_recipe",
    "digest_path",
    "evaluate",
    "evaluation_contents",
    "fit",
    "frontier",
    "history",
    "impute_table",
    "init",
    "is_page",
    "label_rows",
    "load_curves",
    "load_measurements",
    "load_recipe",
    "load_run",
    "monitor",
    "plan_sample",
    "plan_table",
    "predict",
    "read_schema_keys",
    "recipe_from_dict",
    "recipe_schema_keys",
    "resolve_schema",
    "run",
    "sample",
    "save_audit",
    "save_curves",
    "save_evaluation",
    "save_measurements",
    "search_generator",
    "try_adaptation",
    "verify",
]
