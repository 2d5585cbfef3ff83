"""Files become tables, and every way in which a file can be wrong has its message."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from equitab.dataframe import read_table, read_table_file, write_table
from equitab.errors import InputError, Problem, TableError


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def problem_with(path: Path | str, **said: str) -> Problem:
    with pytest.raises(TableError) as caught:
        read_table(path, **said)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_leading_zeros_question_marks_dates_and_long_numbers_stay_text(tmp_path: Path) -> None:
    lines = [
        "zip,age,job,day,code,flag",
        "01234,31,?,2020-01-31,12345678901234567890,TRUE",
        "90210,47,cook,2020-02-01,1,FALSE",
    ]
    frame = read_table(written(tmp_path, "people.csv", "\n".join(lines)))
    assert frame.rows() == [
        ("01234", 31, "?", "2020-01-31", "12345678901234567890", "TRUE"),
        ("90210", 47, "cook", "2020-02-01", "1", "FALSE"),
    ]


def test_numbers_are_integers_or_floats_and_empty_fields_are_missing(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "n.csv", "a,b,c,d\n1,1.5,,x\n,-2e3,,\n"))
    assert frame.rows() == [(1, 1.5, None, "x"), (None, -2000.0, None, None)]


def test_hexadecimal_text_is_no_number(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "n.csv", "a,b\n0x1F,1\n0x2A,2\n"))["a"].to_list() == ["0x1F", "0x2A"]


def test_text_quoted_across_lines_is_one_value(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "n.csv", 'a,b\n1,"x\ny, z"\n2,"say ""hi"""\n'))
    assert frame["b"].to_list() == ["x\ny, z", 'say "hi"']


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")])
def test_another_delimiter_is_found_and_said(tmp_path: Path, mark: str, name: str) -> None:
    found = read_table_file(written(tmp_path, "n.csv", f"a{mark}b\n1{mark}x, y\n2{mark}z\n"))
    assert found.frame.rows() == [(1, "x, y"), (2, "z")]
    assert name in found.notes[0]


def test_the_promised_delimiter_leaves_no_note(tmp_path: Path) -> None:
    assert read_table_file(written(tmp_path, "n.csv", "a,b\n1,x\n")).notes == ()
    assert read_table_file(written(tmp_path, "n.tsv", "a\tb\n1\tx\n")).notes == ()


def test_decimal_commas_are_read_where_the_semicolon_delimits(tmp_path: Path) -> None:
    found = read_table_file(written(tmp_path, "n.csv", "a;b\n1,5;x\n2;y\n"))
    assert found.frame["a"].to_list() == [1.5, 2.0]
    assert "'a'" in found.notes[-1]


def test_a_delimiter_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "n.csv", "a:b\n1:2\n")
    assert read_table(path, delimiter=":").columns == ["a", "b"]


def test_a_mark_of_utf_8_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "n.csv", b"\xef\xbb\xbfa,b\n1,2\n")).columns == ["a", "b"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_named_and_can_be_said(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "n.csv", "a,b\n1,café\n".encode(encoding))
    assert f"encoding='{encoding}'" in problem_with(path).next_step
    assert read_table(path, encoding=encoding)["b"].to_list() == ["café"]


def test_utf_16_without_a_mark_is_recognized(tmp_path: Path) -> None:
    assert "utf-16" in problem_with(written(tmp_path, "n.csv", "a,b\n1,cafe\n".encode("utf-16-le"))).next_step


def test_bytes_that_cp1252_leaves_undefined_are_called_latin_1(tmp_path: Path) -> None:
    assert "latin-1" in problem_with(written(tmp_path, "n.csv", b"a,b\n1,\xe9\x81\n")).next_step


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    assert problem_with(written(tmp_path, "n.csv", "a\n1\n"), encoding="klingon").where == "encoding"


def test_nul_bytes_are_counted(tmp_path: Path) -> None:
    problem = problem_with(written(tmp_path, "n.csv", b"a,b\n1,\x00\x002\n1,222222222222222\n"))
    assert problem.received == "NUL bytes (2 of them)"


@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, data: bytes) -> None:
    assert "empty file" in problem_with(written(tmp_path, "n.csv", data)).received


@pytest.mark.parametrize("name", ["n.csv", "n.parquet"])
def test_a_header_alone_is_no_table(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "n.csv", "a,b\n")
    if name == "n.parquet":
        path = tmp_path / name
        parquet.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    assert "no records" in problem_with(path).received


def test_one_row_is_read(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "n.csv", "a,b\n1,x\n")).shape == (1, 2)


def test_ragged_lines_are_counted_and_the_first_is_located(tmp_path: Path) -> None:
    problem = problem_with(written(tmp_path, "n.csv", "a,b\n1,secret\n1\n1,2\n1,2,secret\n"))
    assert "2 lines, the first of them line 3 with 1" in problem.received
    assert "secret" not in str(problem)


def test_lines_that_are_all_one_field_longer_lack_a_name(tmp_path: Path) -> None:
    assert "lacks a name" in problem_with(written(tmp_path, "n.csv", "a,b\n1,2,3\n4,5,6\n")).next_step


def test_all_faults_of_a_header_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        read_table(written(tmp_path, "n.csv", "a,a,,b\n1,2,3,4\n"))
    received = [problem.received for problem in caught.value.problems]
    assert received == ["'a' more than once", "an empty name at position 3"]


def test_a_header_of_numbers_is_suspected_to_be_a_record(tmp_path: Path) -> None:
    found = read_table_file(written(tmp_path, "n.csv", "39, State-gov\n50, Private\n"))
    assert "if the first line is a record" in found.notes[0]


def test_a_quotation_mark_that_is_never_closed_is_found(tmp_path: Path) -> None:
    problem = problem_with(written(tmp_path, "n.csv", 'a,b\n1,x\n2,"y\n3,z\n'))
    assert "never closed" in problem.received
    assert "line 3" in problem.next_step


def test_a_packed_file_is_unpacked_and_a_damaged_one_named(tmp_path: Path) -> None:
    data = gzip.compress(b"a,b\n1,2\n")
    assert read_table(written(tmp_path, "n.csv.gz", data)).rows() == [(1, 2)]
    assert "damaged" in problem_with(written(tmp_path, "m.csv.gz", data[:-9])).next_step


def test_a_parquet_file_that_is_cut_short_is_said_to_be_cut_short(tmp_path: Path) -> None:
    path = write_table(pd.DataFrame({"a": range(1000)}), tmp_path / "n.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    assert problem_with(path).received == "one that is cut short"


@pytest.mark.parametrize("name", ["n.parquet", "n.arrow", "n.feather"])
def test_bytes_that_are_no_binary_table_are_refused(tmp_path: Path, name: str) -> None:
    assert "are not" in problem_with(written(tmp_path, name, b"just some text, no table")).received


def test_a_damaged_arrow_file_is_refused(tmp_path: Path) -> None:
    path = write_table(pd.DataFrame({"a": range(1000)}), tmp_path / "n.arrow")
    path.write_bytes(path.read_bytes()[:-200])
    assert "damaged" in problem_with(path).received


def test_an_arrow_stream_is_read_too(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2]})
    with pa.OSFile(str(tmp_path / "n.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    assert read_table(tmp_path / "n.arrow").rows() == [(1,), (2,)]


def test_json_lines_keep_their_texts(tmp_path: Path) -> None:
    text = '{"a": 1, "day": "2020-01-01"}\n{"a": null, "day": "2020-01-02"}\n'
    assert read_table(written(tmp_path, "n.jsonl", text)).rows() == [(1, "2020-01-01"), (None, "2020-01-02")]


def test_a_bad_json_line_is_located_without_being_quoted(tmp_path: Path) -> None:
    problem = problem_with(written(tmp_path, "n.jsonl", '{"a": "secret"}\n{"a": "secret"\n'))
    assert "near line 2" in problem.received
    assert "secret" not in str(problem)


def test_a_json_array_is_told_apart(tmp_path: Path) -> None:
    assert problem_with(written(tmp_path, "n.jsonl", '[{"a": 1}]')).received == "a JSON array"


def test_an_index_that_pandas_wrote_is_left_out(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2]}, index=["x", "y"]).to_parquet(tmp_path / "n.parquet")
    found = read_table_file(tmp_path / "n.parquet")
    assert found.frame.columns == ["a"]
    assert "index" in found.notes[0]


def test_a_missing_file_names_the_closest_one(tmp_path: Path) -> None:
    written(tmp_path, "people.csv", "a\n1\n")
    assert problem_with(tmp_path / "peple.csv").next_step == "did you mean 'people.csv'?"


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "does not exist either" in problem_with(tmp_path / "nowhere" / "people.csv").next_step


def test_a_folder_lists_its_tables(tmp_path: Path) -> None:
    written(tmp_path, "people.csv", "a\n1\n")
    problem = problem_with(tmp_path)
    assert problem.received == "a folder"
    assert "people.csv" in problem.next_step


@pytest.mark.parametrize("name", ["n.xlsx", "n.json", "n.zip", "n", "n.parquet.gz"])
def test_an_unknown_ending_names_those_that_are_supported(tmp_path: Path, name: str) -> None:
    problem = problem_with(written(tmp_path, name, "x"))
    assert ".csv, .tsv, .parquet" in problem.expected
    assert problem.next_step


def test_a_format_can_be_said(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "n.data", "a,b\n1,2\n"), format="csv").rows() == [(1, 2)]


def test_a_database_is_told_what_is_supported() -> None:
    assert problem_with("postgresql://host/people").received == "a database"


def test_a_url_of_memory_is_read() -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://people.csv", "wb") as file:
        file.write(b"a,b\n1,x\n")
    assert read_table("memory://people.csv").rows() == [(1, "x")]


def test_a_url_of_an_unknown_protocol_is_refused() -> None:
    assert "protocol" in problem_with("carrier-pigeon://people.csv").expected


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv", "parquet", "arrow", "feather", "jsonl"])
def test_what_was_written_is_read_again(tmp_path: Path, ending: str) -> None:
    rows = [(1, "x", 0.5, None), (2, "", None, "01"), (3, 'q",\n;', -1.25, "2020-01-01")]
    table = pd.DataFrame(rows, columns=["a", "b", "c", "d"])
    assert read_table(write_table(table, tmp_path / f"n.{ending}")).rows() == rows


def test_every_problem_is_of_the_package(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_table(tmp_path / "absent.csv")
