"""Dr-Fairness on images: biased colors, pools, scores with intervals, and the whole of it on made-up images."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from equitab.dataframe import read_table
from equitab.errors import OutputExistsError, RecipeError, TableError
from equitab.report.study_page import study_markdown
from equitab.studies.dr_fairness_images import (
    ADAPTIVE,
    ARMS,
    CORRUPTED,
    FAITHFUL,
    FULL,
    QUICK,
    REFERENCE,
    ImageSettings,
    TaskSettings,
)
from equitab.studies.dr_fairness_images_files import facts_of, read_draw, write_draw
from equitab.studies.dr_fairness_images_page import images_page
from equitab.studies.dr_fairness_images_pools import DigitColumns, DigitSheets, changed_images
from equitab.studies.dr_fairness_images_run import study_images
from equitab.studies.dr_fairness_images_scores import JudgedCells, cell_metrics, judge_arms
from equitab.studies.dr_fairness_images_tasks import (
    ImageTask,
    colors_with_bias,
    make_task,
    rows_with_bias,
)
from equitab.studies.dr_fairness_images_training import TrainedArm
from equitab.studies.image_table import ImageTable

SMALL = TaskSettings(400, 80, 100, bias=0.8, side=8, n_batches=30, per_cell=30)


def made_images(n_each: int = 60, *, side: int = 8, seed: int = 0) -> ImageTable:
    """Noise whose upper half is brighter for outcome 1 and whose blue is brighter for group 1."""
    random = np.random.default_rng(seed)
    labels, groups = (part.ravel() for part in np.meshgrid([0, 1], [0, 1], indexing="ij"))
    labels, groups = np.repeat(labels, n_each), np.repeat(groups, n_each)
    pixels = random.integers(0, 120, (len(labels), side, side, 3)).astype(np.uint8)
    pixels[labels == 1, : side // 2] += 60
    pixels[groups == 1, :, :, 2] += 60
    return ImageTable(pixels, labels, groups, ("no", "yes"), ("men", "women"))


def made_task() -> ImageTask:
    training = made_images(40, seed=1)
    rarest = np.flatnonzero(training.cells == 1)[5:]
    training = training.take(np.setdiff1d(np.arange(len(training)), rarest))
    parts = (training, made_images(20, seed=2), made_images(25, seed=3))
    pool = changed_images(training, per_cell=20, random=np.random.default_rng(4))
    return ImageTask("own", *parts, pool)


def trained(arm: str, losses: list[float], is_right: list[int]) -> TrainedArm:
    shares = np.ones((1, 2, 2)) / 2
    return TrainedArm(
        arm, np.array(losses), np.array(is_right, dtype=bool), (0,), shares, shares, 1.0, 0.1, 1
    )


@pytest.mark.parametrize("bias", [0.5, 0.9, 0.97])
def test_colors_have_exactly_the_asked_share(bias: float) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1], [300, 101]))
    colors = colors_with_bias(labels, bias=bias, random=np.random.default_rng(1))
    for label, size in ((0, 300), (1, 101)):
        assert (colors[labels == label] == label).sum() == round(bias * size)


def test_rows_are_left_out_until_the_common_group_has_its_share() -> None:
    images = made_images(60)
    rows = rows_with_bias(images, {0: 1, 1: 0}, bias=0.75, random=np.random.default_rng(0))
    assert images.take(rows).counts().tolist() == [[20, 60], [60, 20]]
    assert np.array_equal(rows, np.unique(rows))
    assert (
        images.take(rows_with_bias(images, {}, bias=0.9, random=np.random.default_rng(0))).counts().sum()
        == 240
    )


def test_changed_images_fill_the_cells_that_there_are() -> None:
    images = made_images(10).take(np.arange(30))
    changed = changed_images(images, per_cell=7, random=np.random.default_rng(0))
    assert changed.counts().tolist() == [[7, 7], [7, 0]]
    again = changed_images(images, per_cell=7, random=np.random.default_rng(0))
    assert np.array_equal(changed.pixels, again.pixels)
    assert all((picture != images.pixels).any(axis=(1, 2, 3)).all() for picture in changed.pixels)


def test_digits_come_back_from_their_columns() -> None:
    """With as many components as digits nothing is lost but rounding."""
    from equitab.studies.dr_fairness_images_pools import ColoredDigits

    random = np.random.default_rng(0)
    sheets = DigitSheets(random.integers(0, 256, (12, 28, 28)).astype(np.uint8), np.arange(12) % 10)
    real = ColoredDigits(sheets, np.arange(12) % 2, random.random((12, 3)))
    columns = DigitColumns(sheets, n_components=12, seed=0)
    back = columns.digits(columns.table(real))
    assert np.abs(back.sheets.grey.astype(int) - sheets.grey).max() <= 1
    assert np.array_equal(back.colors, real.colors)
    assert np.allclose(back.tints, real.tints)
    assert columns.schema().target == "digit"


def test_noise_replaces_the_pool_of_the_rarest_cell_alone() -> None:
    task = made_task()
    assert task.rarest_cell == 1
    spoiled = task.corrupted(seed=0).pool
    is_same = (spoiled.pixels == task.pool.pixels).all(axis=(1, 2, 3))
    assert np.array_equal(is_same, task.pool.cells != 1)


def test_metrics_of_cells_are_those_worked_by_hand() -> None:
    """Two outcomes, two groups, ten test images each; losses are one less the hits."""
    hits = [[1] * 9 + [0], [1] * 5 + [0] * 5, [1] * 8 + [0] * 2, [1] * 8 + [0] * 2]
    flat = [value for cell in hits for value in cell]
    one = trained(REFERENCE, [1.0 - value for value in flat], flat)
    test = JudgedCells(np.repeat([0, 1, 2, 3], 10), (2, 2))
    found = {number.metric: number for number in judge_arms("own", test, [[one]], n_replicates=200, seed=0)}
    assert found["accuracy"].value == pytest.approx(0.75)
    assert found["worst_cell_accuracy"].value == pytest.approx(0.5)
    assert found["gap_rate"].value == found["gap_loss"].value == pytest.approx(0.4)
    assert found["accuracy"].low < 0.75 < found["accuracy"].high
    assert {number.gain for number in found.values()} == {0.0}


def test_differences_are_paired_over_test_images_and_seeds() -> None:
    """An arm that is right on one image more in every cell and seed is better without any doubt about it."""
    test = JudgedCells(np.repeat([0, 1, 2, 3], 10), (2, 2))
    worse, better = ([value for _ in range(4) for value in [1] * n + [0] * (10 - n)] for n in (5, 10))
    arms = [[trained(name, [0.1] * 40, held) for name, held in ((REFERENCE, worse), (ADAPTIVE, better))]] * 2
    numbers = judge_arms("own", test, arms, n_replicates=300, seed=1)
    found = next(one for one in numbers if one.arm == ADAPTIVE and one.metric == "accuracy")
    assert [found.value, found.low, found.high] == pytest.approx([1.0] * 3)
    assert found.n_seeds == 2
    assert found.gain == 0.5
    assert 0.2 < found.gain_low < 0.5 < found.gain_high < 0.8


def test_a_cell_without_test_images_is_left_out_of_gaps() -> None:
    rates = np.array([[0.9, np.nan], [0.8, 0.7]])
    found = cell_metrics(1 - rates, rates, np.array([[0.5, 0.0], [0.25, 0.25]]))
    assert found["gap_rate"] == pytest.approx(0.1)
    assert found["worst_cell_accuracy"] == pytest.approx(0.7)


def test_settings_say_everything_that_is_wrong() -> None:
    with pytest.raises(RecipeError) as caught:
        ImageSettings(own=replace(SMALL, bias=1.0, n_batches=0), arms=("balancd",), overhead=0.0)
    assert len(caught.value.problems) == 5
    with pytest.raises(RecipeError, match="digits"):
        FULL.only(["digit"])  # type: ignore[list-item]
    assert list(QUICK.only(["faces"]).tasks) == ["faces"]


def test_tasks_without_files_are_named(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with pytest.raises(RecipeError, match=r"mnist/mnist\.parquet"):
        study_images(tmp_path / "out", quick=True, data=tmp_path)
    with pytest.raises(TableError, match="--data DIR"):
        make_task("faces", QUICK, data=None, seed=0, number=0)


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of made-up PNG files."""
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path_factory.mktemp("data") / "images"
    folder.mkdir()
    images = made_images(80)
    lines = ["image,label,group"]
    for place, pixels in enumerate(images.pixels):
        image.fromarray(pixels).save(folder / f"{place}.png")
        names = images.label_names[images.labels[place]], images.group_names[images.groups[place]]
        lines.append(f"{place}.png,{names[0]},{names[1]}")
    (folder / "images.csv").write_text("\n".join(lines) + "\n")
    return folder.parent


def test_what_a_draw_leaves_comes_back_and_fills_the_page(tmp_path: Path) -> None:
    """Every number that the page shows is one of these: three points of ratios, three arms."""
    task = made_task()
    random = np.random.default_rng(0)
    points = np.linspace(0.5, 0.9, 3)[:, None, None] * np.ones((3, 2, 2))
    arms = [
        TrainedArm(
            name,
            random.random(100),
            random.random(100) < 0.8,
            (0, 5, 10),
            points,
            1 - points,
            9.0,
            0.5,
            every,
        )
        for name, every in ((REFERENCE, 0), (FAITHFUL, 1), (CORRUPTED, 1))
    ]
    places = tmp_path / "outcomes.parquet", tmp_path / "ratios.parquet"
    write_draw(task, arms, *places)
    draw = read_draw("own", 0, *places, facts_of(task, arms))
    for before, after in zip(arms, draw.arms, strict=True):
        assert np.array_equal(before.losses, after.losses)
        assert np.array_equal(before.is_right, after.is_right)
        assert np.array_equal(before.real_shares, after.real_shares)
        assert (before.batches, before.seconds, before.update_every) == (
            after.batches,
            after.seconds,
            after.update_every,
        )
    numbers = judge_arms("own", draw.test, [draw.arms], n_replicates=20, seed=0)
    page = images_page(
        numbers, [draw], ImageSettings(own=SMALL, arms=tuple(one.arm for one in arms)), ("faces",)
    )
    text = study_markdown(page)
    assert "The task 'faces' was left out" in text
    assert "| no, women (noise in the last column) | 5 |  | 0.80, 0.20 | 0.80, 0.20 |" in text
    assert "| Dr-Fairness, before every batch | 9.0 s | 5.9% | 1 |" in text
    assert len(page.sections[1].figures) == 2
    assert "no, women (noise below)" in page.sections[1].figures[0].chart


@pytest.mark.slow
def test_the_whole_study_runs_on_made_up_images(own_folder: Path, tmp_path: Path) -> None:
    """Numbers for every arm and metric, a history that adds up, no image on disk, and the same again when resumed."""
    pytest.importorskip("torch")
    settings = ImageSettings(own=replace(SMALL, n_batches=12), n_seeds=1, width=4, n_replicates=50)
    found = study_images(tmp_path / "out", settings=settings, data=own_folder)
    assert len(found.numbers) == len(ARMS) * 4
    assert {number.n_test for number in found.numbers} == {80}
    names = sorted(path.name for path in found.folder.iterdir())
    assert names == ["history.parquet", "numbers.parquet", "report.html", "run.json", "run.log", "study.md"]
    text = (found.folder / "study.md").read_text()
    assert all(arm.words in text for arm in ARMS.values())
    page = (found.folder / "report.html").read_text()
    assert "<img" not in page
    assert page.count("(noise below)") > 1
    history = read_table(found.folder / "history.parquet").to_native().to_pandas()
    sums = history.groupby(["arm", "batches", "label"])["group_share"].sum()
    assert np.allclose(sums, 1)
    moved = history[history["arm"] == CORRUPTED].groupby("batches").first()["real_share"]
    assert moved.nunique() > 2
    with pytest.raises(OutputExistsError):
        study_images(tmp_path / "out", settings=settings, data=own_folder)
    again = study_images(tmp_path / "out", settings=settings, data=own_folder, resume=True)
    assert again.numbers == found.numbers


def test_draws_share_their_test_images_and_nothing_else(own_folder: Path) -> None:
    first, second = (
        make_task("own", ImageSettings(own=SMALL), data=own_folder, seed=0, number=number)
        for number in (0, 1)
    )
    assert np.array_equal(first.test.pixels, second.test.pixels)
    assert not np.array_equal(first.training.pixels, second.training.pixels)
    assert not np.array_equal(first.pool.pixels, second.pool.pixels)
    pictures = {
        part: {one.tobytes() for one in getattr(first, part).pixels}
        for part in ("training", "validation", "test")
    }
    assert sum(map(len, pictures.values())) == len(set.union(*pictures.values())) == 320


def with_parts(own_folder: Path, target: Path, parts: tuple[str, ...]) -> Path:
    """Copy the made-up images and give every image a part, in turn."""
    shutil.copytree(own_folder / "images", target / "images")
    place = target / "images" / "images.csv"
    lines = place.read_text().splitlines()[1:]
    marked = [f"{line},{parts[number % len(parts)]}" for number, line in enumerate(lines)]
    place.write_text("\n".join(["image,label,group,part", *marked]) + "\n")
    return target


def test_parts_and_generated_images_of_the_caller_are_kept(own_folder: Path, tmp_path: Path) -> None:
    parts = ("training", "training", "validation", "test", "generated")
    data = with_parts(own_folder, tmp_path, parts)
    task = make_task("own", ImageSettings(own=SMALL), data=data, seed=0, number=0)
    sizes = [len(part) for part in (task.training, task.validation, task.test, task.pool)]
    assert sizes == [128, 64, 64, 64]
    assert task.pool.counts().tolist() == [[16, 16], [16, 16]]


def test_parts_that_are_empty_or_lack_a_cell_are_all_named(own_folder: Path, tmp_path: Path) -> None:
    data = with_parts(own_folder, tmp_path, ("training", "generated"))
    with pytest.raises(TableError) as caught:
        make_task("own", ImageSettings(own=SMALL), data=data, seed=0, number=0)
    assert [problem.where for problem in caught.value.problems] == ["part 'validation'", "part 'test'"]


def test_training_repeats_and_keeps_the_global_random_state() -> None:
    torch = pytest.importorskip("torch")
    from equitab.studies.dr_fairness_images_training import train_arm

    before = torch.random.get_rng_state()
    settings = ImageSettings(own=SMALL, width=4)
    first, second = (
        train_arm("dr_fairness_every_batch", made_task(), settings, n_batches=8, seed=3) for _ in range(2)
    )
    assert np.array_equal(first.losses, second.losses)
    assert np.array_equal(first.real_shares, second.real_shares)
    assert torch.equal(before, torch.random.get_rng_state())
    assert (first.update_every, len(first.losses)) == (1, 100)
    assert 0 < first.update_seconds < first.seconds


def test_the_network_learns_what_can_be_learned() -> None:
    pytest.importorskip("torch")
    from equitab.studies.dr_fairness_images_training import train_arm

    settings = ImageSettings(own=SMALL, width=4, learning_rate=5e-3)
    found = train_arm("balanced", made_task(), settings, n_batches=60, seed=0)
    assert found.is_right.mean() > 0.9
    assert found.update_every == 0


@pytest.mark.slow
def test_a_cell_whose_pool_is_noise_is_drawn_from_real_images(shared_data: Path) -> None:
    """Coloured digits: the same training once with the pool as it is and once with noise in the rarest cell."""
    pytest.importorskip("torch")
    from equitab.studies.dr_fairness_images_tasks import read_digits
    from equitab.studies.dr_fairness_images_training import train_arms

    assert read_digits(shared_data / "mnist" / "mnist.parquet")[0].grey.shape == (60_000, 28, 28)
    held = TaskSettings(800, 400, 400, bias=0.9, side=14, n_batches=80, per_cell=40)
    settings = ImageSettings(digits=held, n_diffusion_steps=10, width=8, ratio_step=0.1)
    task = make_task("digits", settings, data=shared_data, seed=0, number=0)
    clean, spoiled = train_arms(task, ["dr_fairness_every_batch", CORRUPTED], settings, n_batches=80, seed=0)
    cell = np.unravel_index(task.rarest_cell, task.training.counts().shape)
    assert spoiled.real_shares[-1][cell] > clean.real_shares[-1][cell] + 0.02
    assert task.facts["recognised_real"] > 0.85


@pytest.mark.slow
def test_faces_are_cut_as_asked(shared_data: Path) -> None:
    settings = ImageSettings(faces=TaskSettings(2_500, 500, 800, bias=0.85, side=16, n_batches=1, per_cell=5))
    task = make_task("faces", settings, data=shared_data, seed=0, number=0)
    counts = task.training.counts()
    assert task.training.group_names == ("female", "male")
    assert counts[0, 0] / counts[0].sum() == pytest.approx(0.85, abs=0.03)
    assert counts[1, 1] / counts[1].sum() == pytest.approx(0.85, abs=0.03)
    assert len(task.test) == 800
