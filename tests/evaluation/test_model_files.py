"""Saved models: the same scores after loading, and nothing loaded that was damaged, changed or unexpected."""

import json
import subprocess
import sys

import pytest

from equitab.errors import OutputExistsError, SavedFormatError
from equitab.evaluation import LEARNERS, fit_model, learner, load_model, save_model
from equitab.evaluation.model_files import EXPECTED_TYPES


@pytest.fixture
def saved(town, tmp_path):
    model = fit_model(town.training, learner("decision_tree"), schema=town.schema, seed=0)
    save_model(model, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_comes_back_with_the_same_scores(town, tmp_path, name):
    model = fit_model(town.training, learner(name), schema=town.schema, seed=0).with_threshold(0.3)
    save_model(model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert (again.favorable_score(town.test.frame) == model.favorable_score(town.test.frame)).all()
    assert (again.threshold, again.schema, again.learner) == (0.3, model.schema, model.learner)


def test_a_model_by_dotted_name_comes_back_too(town, tmp_path):
    model = fit_model(
        town.training,
        learner({"name": "sklearn.svm.SVC", "parameters": {"C": 2.0}}),
        schema=town.schema,
        seed=0,
    )
    save_model(model, tmp_path / "model")
    assert (load_model(tmp_path / "model").predict(town.test.frame) == model.predict(town.test.frame)).all()


def test_nothing_is_pickled(saved):
    import zipfile

    assert sorted(path.name for path in saved.iterdir()) == ["estimator.skops", "model.json"]
    with zipfile.ZipFile(saved / "estimator.skops") as archive:
        assert not [name for name in archive.namelist() if not name.endswith((".json", ".npy"))]


def test_pytorch_is_not_loaded_for_it(saved):
    load = "import sys; from equitab.evaluation import load_model; load_model(sys.argv[1])"
    code = f"{load}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, saved], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_folder_that_holds_something_is_not_overwritten(saved):
    with pytest.raises(OutputExistsError):
        save_model(load_model(saved), saved)


def test_a_changed_byte_is_noticed(saved):
    content = bytearray((saved / "estimator.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (saved / "estimator.skops").write_bytes(bytes(content))
    with pytest.raises(SavedFormatError, match="changed or cut"):
        load_model(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(format="equitab.generator"), "another kind"),
        (lambda data: data.update(version=99), "version 99"),
        (lambda data: data.pop("design"), "damaged"),
        (lambda data: data["learner"].update(surprise=1), "damaged"),
        (lambda data: data["schema"].pop("target"), "damaged"),
    ],
)
def test_a_description_that_is_not_ours_is_refused(saved, change, message):
    path = saved / "model.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(SavedFormatError, match=message):
        load_model(saved)


@pytest.mark.parametrize("name", ["model.json", "estimator.skops"])
def test_a_missing_file_is_refused(saved, name):
    (saved / name).unlink()
    with pytest.raises(SavedFormatError, match="no readable file"):
        load_model(saved)


def test_a_file_cut_in_the_middle_is_refused_even_with_its_digest(saved):
    import hashlib

    content = (saved / "estimator.skops").read_bytes()[:200]
    (saved / "estimator.skops").write_bytes(content)
    data = json.loads((saved / "model.json").read_text())
    data["estimator_sha256"] = hashlib.sha256(content).hexdigest()
    (saved / "model.json").write_text(json.dumps(data))
    with pytest.raises(SavedFormatError, match="damaged"):
        load_model(saved)


def test_types_that_no_model_needs_are_refused_before_anything_is_built(saved):
    import hashlib
    import subprocess

    import skops.io

    content = skops.io.dumps({"run": subprocess.Popen})
    assert not set(skops.io.get_untrusted_types(data=content)) <= EXPECTED_TYPES
    (saved / "estimator.skops").write_bytes(content)
    data = json.loads((saved / "model.json").read_text())
    data["estimator_sha256"] = hashlib.sha256(content).hexdigest()
    (saved / "model.json").write_text(json.dumps(data))
    with pytest.raises(SavedFormatError, match="Popen"):
        load_model(saved)
