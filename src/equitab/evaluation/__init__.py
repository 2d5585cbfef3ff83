"""Tables, labels, predictions and models, measured on real rows: one protocol for all of them.

In the order of use: `split_rows` and `RealRows` for the rows that judge, `TrainingTable` for what a treatment
made of the others, `train_and_measure_all` and `measure_postprocessed` for models and the baseline of
thresholds, `explain_model`, `average_over_seeds`, `headline`. Tables: `measure_labels`, `measure_predictions`,
`measure_table_fairness` (a constraint's criterion on a table itself), `measure_complexity`; synthetic ones:
`measure_quality` (everything), `measure_groups` (group by group), `measure_fidelity`, `measure_privacy`,
`measure_distributions`; in pictures: `project_tables` (training tables on one plane), `group_densities`.
"""

from equitab.evaluation.baseline_verdict import ComparisonRule, compare_with_baseline
from equitab.evaluation.comparisons import Comparison, plan_comparisons
from equitab.evaluation.complexity import measure_complexity
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.distributions import measure_distributions
from equitab.evaluation.explained_rows import ExplainedRows, explain_rows
from equitab.evaluation.explanations import explain_model
from equitab.evaluation.explanations_shap import is_shap_installed
from equitab.evaluation.fairness import (
    ALL_OTHERS,
    MeasurementSettings,
    RealRows,
    Subject,
    measure_labels,
    measure_predictions,
    measure_rows,
)
from equitab.evaluation.fidelity import measure_fidelity
from equitab.evaluation.frontier import frontier_points
from equitab.evaluation.group_densities import group_densities
from equitab.evaluation.group_truth import measure_groups
from equitab.evaluation.group_truth_cells import POOLED
from equitab.evaluation.headline_question import HeadlineQuestion
from equitab.evaluation.imputation.baselines import SIMPLE_METHODS, SimpleMethod, fill_simply
from equitab.evaluation.imputation.errors import measure_imputation
from equitab.evaluation.imputation.hiding import HiddenCells, hide_cells, known_cells
from equitab.evaluation.imputation.metrics import IMPUTATION_METRICS
from equitab.evaluation.imputation.shift import measure_shift
from equitab.evaluation.individual_fairness import Neighborhood, measure_consistency
from equitab.evaluation.learners import LEARNERS, Learner, learner
from equitab.evaluation.model import FittedModel, fit_model
from equitab.evaluation.model_files import load_model, save_model
from equitab.evaluation.network_picture import picture_network
from equitab.evaluation.out_of_fold import out_of_fold_scores
from equitab.evaluation.paired import PairedDifference, compare_predictions
from equitab.evaluation.panel_rows import PanelRows, choose_rows
from equitab.evaluation.plane import PlaneChoice, is_umap_installed
from equitab.evaluation.population import PopulationScore, PopulationScores, score_for_population
from equitab.evaluation.postprocessing import PostprocessedResult, measure_postprocessed
from equitab.evaluation.prediction_table import collect_predictions, predictions_frame, predictions_from_frame
from equitab.evaluation.preservation import measure_preservation
from equitab.evaluation.privacy import measure_half_protocol, measure_privacy, split_halves
from equitab.evaluation.projection import project_panels, project_tables
from equitab.evaluation.protocol import (
    HALF,
    TUNED,
    ModelResult,
    ProtocolSettings,
    TrainingTable,
    train_and_measure,
    train_and_measure_all,
)
from equitab.evaluation.proxies import audit_proxies, measure_proxy, proxy_auroc
from equitab.evaluation.proxy_audit import ProxyAudit
from equitab.evaluation.quality.detection import detect_synthetic
from equitab.evaluation.quality.measure import Quality, measure_quality
from equitab.evaluation.quality.plan import QualityDepth
from equitab.evaluation.rate_spread import JudgedRates, SpreadSettings, measure_spread
from equitab.evaluation.results import (
    BaselineComparison,
    CurvePoint,
    Headline,
    Measurement,
    curves_frame,
    curves_from_frame,
    measurements_frame,
    measurements_from_frame,
)
from equitab.evaluation.row_identity import row_keys
from equitab.evaluation.score_distributions import measure_score_distributions
from equitab.evaluation.seed_average import average_over_seeds
from equitab.evaluation.splits import Splits, check_disjoint, split_rows
from equitab.evaluation.summary import headline
from equitab.evaluation.table_fairness import (
    CRITERION_RATES,
    TableFairnessSettings,
    measure_table_fairness,
    unshowable_tolerances,
)

__all__ = [
    "ALL_OTHERS",
    "CRITERION_RATES",
    "HALF",
    "IMPUTATION_METRICS",
    "LEARNERS",
    "POOLED",
    "SIMPLE_METHODS",
    "TUNED",
    "BaselineComparison",
    "Comparison",
    "ComparisonRule",
    "CurvePoint",
    "DesignMatrix",
    "ExplainedRows",
    "FittedModel",
    "Headline",
    "HeadlineQuestion",
    "HiddenCells",
    "JudgedRates",
    "Learner",
    "Measurement",
    "MeasurementSettings",
    "ModelResult",
    "Neighborhood",
    "PairedDifference",
    "PanelRows",
    "PlaneChoice",
    "PopulationScore",
    "PopulationScores",
    "PostprocessedResult",
    "ProtocolSettings",
    "ProxyAudit",
    "Quality",
    "QualityDepth",
    "RealRows",
    "SimpleMethod",
    "Splits",
    "SpreadSettings",
    "Subject",
    "TableFairnessSettings",
    "TrainingTable",
    "audit_proxies",
    "average_over_seeds",
    "check_disjoint",
    "choose_rows",
    "collect_predictions",
    "compare_predictions",
    "compare_with_baseline",
    "curves_frame",
    "curves_from_frame",
    "detect_synthetic",
    "explain_model",
    "explain_rows",
    "fill_simply",
    "fit_model",
    "frontier_points",
    "group_densities",
    "headline",
    "hide_cells",
    "is_shap_installed",
    "is_umap_installed",
    "known_cells",
    "learner",
    "load_model",
    "measure_complexity",
    "measure_consistency",
    "measure_distributions",
    "measure_fidelity",
    "measure_groups",
    "measure_half_protocol",
    "measure_imputation",
    "measure_labels",
    "measure_postprocessed",
    "measure_predictions",
    "measure_preservation",
    "measure_privacy",
    "measure_proxy",
    "measure_quality",
    "measure_rows",
    "measure_score_distributions",
    "measure_shift",
    "measure_spread",
    "measure_table_fairness",
    "measurements_frame",
    "measurements_from_frame",
    "out_of_fold_scores",
    "picture_network",
    "plan_comparisons",
    "predictions_frame",
    "predictions_from_frame",
    "project_panels",
    "project_tables",
    "proxy_auroc",
    "row_keys",
    "save_model",
    "score_for_population",
    "split_halves",
    "split_rows",
    "train_and_measure",
    "train_and_measure_all",
    "unshowable_tolerances",
]
