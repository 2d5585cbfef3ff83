"""Own images: paths or bytes become squares of one size, and everything wrong with a table is said at once."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equitab.dataframe import read_columns
from equitab.errors import MissingExtraError, TableError
from equitab.studies import image_reading
from equitab.studies.image_reading import ImageColumns, read_images
from equitab.studies.image_table import ImageTable, join_images

Image = pytest.importorskip("PIL.Image")


def picture(color: tuple[int, int, int], *, size: tuple[int, int] = (30, 20), kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "red.png").write_bytes(picture((200, 0, 0)))
    (tmp_path / "blue.jpg").write_bytes(picture((0, 0, 200), kind="JPEG"))
    (tmp_path / "damaged.png").write_bytes(picture((0, 0, 200))[:40])
    return tmp_path


def written(folder: Path, *lines: str, header: str = "image,label,group") -> Path:
    place = folder / "images.csv"
    place.write_text("\n".join([header, *lines]) + "\n")
    return place


def test_paths_become_squares_with_sorted_names(folder: Path) -> None:
    place = written(folder, "red.png,yes,women", "blue.jpg,no,men")
    images = read_images(place, side=8)
    assert images.pixels.shape == (2, 8, 8, 3)
    assert np.array_equal(images.pixels[0], np.broadcast_to([200, 0, 0], (8, 8, 3)))
    assert np.abs(images.pixels[1].astype(int) - [0, 0, 200]).max() < 8
    assert (images.label_names, images.group_names) == (("no", "yes"), ("men", "women"))
    assert (images.labels.tolist(), images.groups.tolist(), images.parts) == ([1, 0], [1, 0], ())


def test_the_middle_square_of_a_wide_picture_is_kept(folder: Path) -> None:
    wide = np.zeros((10, 30, 3), dtype=np.uint8)
    wide[:, 10:20] = 255
    Image.fromarray(wide).save(folder / "wide.png")
    images = read_images(written(folder, "wide.png,a,x", "red.png,b,y"), side=10)
    assert images.pixels[0].min() == 255


def test_bytes_in_a_parquet_file_and_other_column_names_are_read(tmp_path: Path) -> None:
    place = tmp_path / "packed.parquet"
    columns = {
        "jpeg": [picture((9, 90, 200), kind="JPEG"), picture((200, 9, 9), kind="JPEG")],
        "age": ["old", "young"],
        "sex": ["f", "m"],
        "part": ["training", "test"],
    }
    pq.write_table(pa.table(columns), place)
    images = read_images(place, side=16, columns=ImageColumns("jpeg", "age", "sex"))
    assert images.counts().tolist() == [[1, 0], [0, 1]]
    assert images.rows_of("test").tolist() == [1]
    assert images.take([1]).parts == ("test",)


def test_all_problems_of_a_table_are_said_at_once_and_no_file_is_named(folder: Path) -> None:
    place = written(
        folder,
        "red.png,,women,training",
        "damaged.png,yes,,everywhere",
        "secret_name.png,yes,men,test",
        "../outside.png,no,men,test",
        ",no,men,test",
        header="image,label,group,part",
    )
    with pytest.raises(TableError) as caught:
        read_images(place, side=8)
    text = str(caught.value)
    assert len(caught.value.problems) == 7
    for words in (
        "'label'",
        "'group'",
        "'part'",
        "not there",
        "leads out",
        "no image can be read",
        "without a path",
    ):
        assert words in text
    assert "secret_name" not in text


def test_columns_that_are_not_there_are_all_named(folder: Path) -> None:
    with pytest.raises(TableError) as caught:
        read_images(written(folder, "red.png,a", header="image,labels"), side=8)
    assert [problem.where.split(" of ")[0] for problem in caught.value.problems] == [
        "column 'label'",
        "column 'group'",
    ]
    assert "labels" in caught.value.problems[0].next_step


def test_one_outcome_alone_is_refused(folder: Path) -> None:
    with pytest.raises(TableError, match="at least two values"):
        read_images(written(folder, "red.png,a,x", "blue.jpg,a,y"), side=8)


def test_a_size_out_of_range_is_refused(folder: Path) -> None:
    with pytest.raises(TableError, match="from 8 to 512"):
        read_images(folder / "images.csv", side=2)


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match="images"):
        image_reading.image_module()


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "images.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(TableError, match="Parquet"):
        read_columns(tmp_path / "images.parquet", ("image",))


def test_a_table_of_images_says_all_that_does_not_fit() -> None:
    with pytest.raises(TableError) as caught:
        ImageTable(np.zeros((2, 4, 5, 3), np.uint8), np.array([0, 3]), np.array([0]), ("a", "b"), ("x",))
    assert len(caught.value.problems) == 4


def test_tables_of_other_outcomes_are_not_joined() -> None:
    pixels = np.zeros((2, 4, 4, 3), np.uint8)
    first = ImageTable(pixels, np.array([0, 1]), np.array([0, 1]), ("a", "b"), ("x", "y"))
    other = ImageTable(pixels, np.array([0, 1]), np.array([0, 1]), ("a", "c"), ("x", "y"))
    assert len(join_images([first, first])) == 4
    with pytest.raises(TableError, match="the same outcomes"):
        join_images([first, other])
