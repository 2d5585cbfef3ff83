"""Saving and loading fitted models without pickle.

A folder of two files: ``model.json`` (learner, features, schema, threshold, digest of the other file) and
``estimator.skops``. Loading checks the digest and refuses every type that is not expected, before anything
is built: a changed file is an error, never code that runs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from equitab.errors import OutputExistsError, SavedFormatError
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.learners import Learner
from equitab.evaluation.model import FittedModel
from equitab.schema import TableSchema

FORMAT, VERSION = "equitab.model", 1

EXPECTED_TYPES = frozenset(
    {
        # What scikit-learn's estimators consist of beyond the types that skops trusts by itself. A partial
        # holds a function that must be in this list, or trusted by skops, too; loading calls neither.
        "functools.partial",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.metrics._dist_metrics.EuclideanDistance",
        "sklearn.metrics._dist_metrics.EuclideanDistance32",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._dist_metrics.ManhattanDistance",
        "sklearn.metrics._dist_metrics.ManhattanDistance64",
        "sklearn.metrics._dist_metrics.MinkowskiDistance",
        "sklearn.metrics._dist_metrics.MinkowskiDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
    }
)


_WRAPPER_OF_TORCH = "sklearn.externals.array_api_compat.torch"


def save_model(model: FittedModel, folder: str | Path) -> None:
    """Write a model to a new folder.

    Parameters
    ----------
    model : FittedModel
    folder : str or path
        Must not exist, or be empty.

    Raises
    ------
    OutputExistsError
        If something is there.
    """
    skops_io = _skops_io()
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputExistsError(f"{target}: expected a new folder, received one that is not empty")
    estimator = skops_io.dumps(model.estimator)
    description = _describe(model, hashlib.sha256(estimator).hexdigest())
    target.mkdir(parents=True, exist_ok=True)
    (target / "estimator.skops").write_bytes(estimator)
    (target / "model.json").write_text(
        json.dumps(description, indent=2, ensure_ascii=False), encoding="utf-8"
    )


def load_model(folder: str | Path, *, trusted: tuple[str, ...] = ()) -> FittedModel:
    """Return the model that `save_model` wrote.

    Parameters
    ----------
    folder : str or path
    trusted : tuple of str
        Types beyond scikit-learn's own that the caller trusts, for models named by a dotted name.

    Raises
    ------
    SavedFormatError
        If a file is absent or damaged, was changed, is of a newer version, or holds types not trusted.
    """
    target = Path(folder)
    description = _read_description(target / "model.json")
    estimator = _read_estimator(target / "estimator.skops", description, trusted)
    try:
        return _rebuild(description, estimator)
    except (KeyError, TypeError, ValueError) as error:
        raise SavedFormatError(
            f"{target / 'model.json'}: expected a complete description, received a damaged one"
        ) from error


def _skops_io() -> ModuleType:
    """Return `skops.io`, imported without PyTorch.

    It lists scikit-learn's estimators by importing every package of it, one of which wraps PyTorch and holds no
    estimator: three seconds of every process that saves or loads a model. A package that cannot be imported is
    passed over.
    """
    modules = cast(dict[str, ModuleType | None], sys.modules)
    modules.setdefault(_WRAPPER_OF_TORCH, None)
    try:
        import skops.io
    finally:
        if modules[_WRAPPER_OF_TORCH] is None:
            del modules[_WRAPPER_OF_TORCH]
    return cast(ModuleType, skops.io)


def _describe(model: FittedModel, digest: str) -> dict[str, Any]:
    import sklearn

    held = model.learner
    return {
        "format": FORMAT,
        "version": VERSION,
        "estimator_sha256": digest,
        "scikit_learn": sklearn.__version__,
        "learner": {
            "name": held.name,
            "estimator": held.estimator,
            "parameters": dict(held.parameters),
            "form": held.form,
        },
        "design": model.design.to_dict(),
        "schema": model.schema.to_dict(),
        "classes": list(model.classes),
        "favorable_classes": list(model.favorable_classes),
        "threshold": model.threshold,
        "seed": model.seed,
        "remarks": list(model.remarks),
    }


def _rebuild(data: dict[str, Any], estimator: Any) -> FittedModel:
    return FittedModel(
        learner=Learner(**data["learner"]),
        design=DesignMatrix.from_dict(data["design"]),
        estimator=estimator,
        schema=TableSchema.from_dict(data["schema"]),
        classes=tuple(data["classes"]),
        favorable_classes=tuple(data["favorable_classes"]),
        threshold=float(data["threshold"]),
        seed=int(data["seed"]),
        remarks=tuple(data["remarks"]),
    )


def _read_description(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SavedFormatError(
            f"{path}: expected a description of a model, received no readable file"
        ) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SavedFormatError(f"{path}: expected the format {FORMAT!r}, received another kind of file")
    if data.get("version") != VERSION:
        raise SavedFormatError(f"{path}: expected version {VERSION}, received version {data.get('version')}")
    return data


def _read_estimator(path: Path, description: dict[str, Any], trusted: tuple[str, ...]) -> Any:
    skops_io = _skops_io()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SavedFormatError(
            f"{path}: expected the estimator of the model, received no readable file"
        ) from error
    if hashlib.sha256(content).hexdigest() != description.get("estimator_sha256"):
        raise SavedFormatError(
            f"{path}: expected the digest in model.json, received a file that was changed or cut"
        )
    try:
        found = set(skops_io.get_untrusted_types(data=content))
        refused = sorted(found - EXPECTED_TYPES - set(trusted))
        if not refused:
            return skops_io.loads(content, trusted=sorted(found))
    except Exception as error:
        # Whatever skops raises on a damaged archive: zip, JSON, key, type, attribute errors.
        raise SavedFormatError(
            f"{path}: expected an estimator saved by skops, received a damaged one"
        ) from error
    listed = ", ".join(refused)
    raise SavedFormatError(
        f"{path}: expected types of scikit-learn, received {listed}. Next: name them in `trusted`."
    )
