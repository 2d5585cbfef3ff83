"""The pages over a real store: what they say, in HTML and as JSON."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from equitab.assurance.evidence_store import EvidenceStore
from equitab.serve.application import make_application
from equitab.serve.chain_watch import ChainWatch
from equitab.serve.rendering import page_address
from equitab.serve.store_source import StoreSource
from serve.conftest import ADDRESS
from serve.sample_store import HIRING, LOANS, START, source_of, write_sample

VALID = f"sha256:{8:064x}"
ADDRESSES = {
    "overview": "/",
    "subject": page_address("subject", name=LOANS),
    "runs": "/runs",
    "run": page_address("run", name="run-loans-03"),
    "certificate": page_address("certificate", digest=VALID),
}
HOSTILE = [
    "<script>alert('name')</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(2)>',
    "javascript:alert(3)",
    "'; DROP TABLE equitab_evidence; --",
    "{{ 7 * 7 }}{% raw %}",
    "../../etc/passwd?a=b&c=d#e",
    "\u202egnp.exe\u2066",
    "name\r\nSet-Cookie: a=b",
    "x" * 3000,
    "&lt;b&gt;",
    "表\u0000\ud83d",
]


def as_json(pages: TestClient, path: str) -> dict:
    answer = pages.get(path + ("&" if "?" in path else "?") + "format=json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def words(pages: TestClient, path: str) -> str:
    """Return what a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", pages.get(path).text)).split())


@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
def test_every_page_is_whole_refers_to_itself_only_and_holds_no_script(pages: TestClient, path: str) -> None:
    html = pages.get(path).text
    assert html.startswith("<!doctype html>")
    assert html.rstrip().endswith("</html>")
    assert "<script" not in html
    assert re.findall(r"\s(?:style|on\w+)=", html) == []
    targets = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    assert [target for target in targets if not re.match(r"/(?!/)|#|data:,$", target)] == []


@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
def test_every_page_links_to_its_json_and_no_link_is_dead(pages: TestClient, path: str) -> None:
    html = pages.get(path).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*href="([^"#]+)', html)}
    assert any("format=json" in link for link in links)
    assert [link for link in links if pages.get(link).status_code != 200] == []


def test_the_overview_says_how_everything_stands_the_broken_first(pages: TestClient) -> None:
    states = as_json(pages, "/")["subjects"]
    assert [(state["name"], state["verdict"]) for state in states] == [
        (HIRING, "violated"),
        (LOANS, "undetermined"),
    ]
    assert [state["certificate"]["status"] for state in states] == ["revoked", "valid"]
    said = words(pages, "/")
    assert "✗ violated" in said
    assert "four fifths: 0.620 [0.590, 0.650], promised ≥ 0.8" in said
    assert "2 undetermined , 2 met" in said
    assert "The chain of evidence is intact" in said


def test_the_page_of_a_subject_tells_since_when_and_draws_what_has_values(pages: TestClient) -> None:
    said = words(pages, ADDRESSES["subject"])
    assert "the last 3 of 9 checks" in said
    assert "9 checks, never otherwise" in said
    html = pages.get(ADDRESSES["subject"]).text
    assert html.count("<svg") == 3
    assert "Nothing was measured for it in any check" in said
    parity = as_json(pages, ADDRESSES["subject"])["promises"][-1]
    assert [check["verdict"] for check in parity["checks"]] == 3 * ["violated"] + 3 * ["undetermined"] + 3 * [
        "met"
    ]


def test_the_page_of_a_run_has_its_measurements_platform_and_digests(pages: TestClient) -> None:
    said = words(pages, ADDRESSES["run"])
    assert "36 measurements" in said
    assert "Peak memory 812.0 MB" in said
    assert "Versions › python 3.11.8" in said
    assert "Digest: data sha256:ab12" in said
    assert as_json(pages, ADDRESSES["run"])["measurements"][0]["metric"] == "statistical_parity_difference"


def test_measurements_are_filtered_and_sorted_on_this_side(pages: TestClient) -> None:
    found = as_json(pages, ADDRESSES["run"] + "&metric=auroc&model=gradient_boosting&sort=value&order=desc")
    assert found["n_found"] == 6
    values = [row["value"] for row in found["measurements"]]
    assert values == sorted(values, reverse=True)
    assert {row["metric"] for row in found["measurements"]} == {"auroc"}


def test_a_certificate_tells_its_life_and_what_took_its_place(pages: TestClient) -> None:
    old = as_json(pages, page_address("certificate", digest=f"sha256:{7:064x}"))
    assert [step["status"] for step in old["steps"]] == ["valid", "renewed"]
    assert old["renewed_by"] == [VALID]
    said = words(pages, page_address("certificate", digest=f"sha256:{7:064x}"))
    assert "A newer certificate took its place" in said
    assert "equitab verify certificate.json" in said
    assert "renewed" in words(pages, ADDRESSES["subject"])


@pytest.mark.parametrize("page", ["subject", "run", "certificate"])
@pytest.mark.parametrize("name", ["", "nobody", "%", "'", *HOSTILE[:3]])
def test_what_the_store_does_not_hold_is_not_there(pages: TestClient, page: str, name: str) -> None:
    path = page_address(page, name=name, digest=name)
    assert pages.get(path).status_code == 404
    assert "Nothing here" in pages.get(path).text
    answer = pages.get(path + ("&" if name else "?") + "format=json")
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_senseless_addresses_are_answered_in_good_order(pages: TestClient) -> None:
    for end in (
        "page=0",
        "page=-1",
        "page=99999999999",
        "page=x",
        "sort=body",
        "order=up",
        "rows=0",
        "rows=²",
    ):
        assert pages.get(f"{ADDRESSES['run']}&{end}").status_code == 200
        assert pages.get(f"/?{end}").status_code == 200
    assert pages.get("/?text=" + "x" * 9000).status_code == 414
    assert pages.get("/?text=nobody").status_code == 200
    assert pages.get("/?text=%ff%fe").status_code == 200


def test_many_subjects_are_searched_and_turned_over(tmp_path: Path) -> None:
    with EvidenceStore.open(tmp_path / "evidence.sqlite") as store:
        store.append([source_of(f"r{n}", f"table {n:03d}", START).says("run", {"n": n}) for n in range(120)])
    with client_of(tmp_path / "evidence.sqlite") as client:
        names = [
            state["name"] for page in (1, 2, 3) for state in as_json(client, f"/?page={page}")["subjects"]
        ]
        assert sorted(names) == [f"table {n:03d}" for n in range(120)]
        assert 'href="/?page=3"' in client.get("/?page=2").text
        assert [state["name"] for state in as_json(client, "/?text=LE+119")["subjects"]] == ["table 119"]
        assert as_json(client, "/runs?page=3")["runs"][-1]["name"] in {f"r{n}" for n in range(120)}
        assert 'href="/runs?page=1"' in client.get("/runs?page=2").text


def test_an_empty_store_says_what_writes_into_it(tmp_path: Path) -> None:
    EvidenceStore.open(tmp_path / "empty.sqlite").close()
    with client_of(tmp_path / "empty.sqlite") as client:
        assert "The store is empty" in client.get("/").text
        assert as_json(client, "/")["subjects"] == []
        assert client.get("/runs").status_code == 200


def test_new_evidence_shows_when_the_page_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "evidence.sqlite"
    with EvidenceStore.open(file) as store:
        store.append([source_of("first", LOANS, START).says("run", {"table": LOANS})])
        with client_of(file) as client:
            assert as_json(client, "/")["n_runs"] == 1
            later = source_of("second", LOANS, START + timedelta(days=1))
            store.append([later.says("run", {"table": LOANS}), later.says("platform", {})])
            overview = as_json(client, "/")
            assert (overview["n_runs"], overview["rows"]) == (2, 3)
            assert overview["subjects"][0]["last_run"] == "second"


def test_looking_writes_nothing(sample_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "evidence.sqlite"
    shutil.copy(sample_file, file)
    before = file.read_bytes()
    with client_of(file) as client:
        for path in ADDRESSES.values():
            client.get(path)
    assert file.read_bytes() == before


def test_a_changed_row_is_named_at_the_top_of_the_overview_and_on_every_page(
    sample_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.sqlite"
    shutil.copy(sample_file, file)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER equitab_evidence_no_update")
        connection.execute("UPDATE equitab_evidence SET value = 0.01 WHERE sequence = 17")
    connection.close()
    with client_of(file) as client:
        assert "The chain of evidence is broken" in client.get("/").text
        assert "Row 17" in client.get("/").text
        assert as_json(client, "/")["chain"]["faults"][0]["sequence"] == 17
        assert "chain broken" in words(client, ADDRESSES["run"])


def test_a_store_that_is_damaged_while_it_is_shown_is_said_in_words(tmp_path: Path) -> None:
    file = tmp_path / "evidence.sqlite"
    write_sample(file)
    with client_of(file) as client:
        file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192)
        answer = client.get("/run?name=run-loans-03")
        assert answer.status_code == 503
        assert "cannot be read" in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_text_on_every_page(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evidence.sqlite"
    write_hostile(file, name)
    with client_of(file) as client:
        overview = as_json(client, "/")
        run = overview["newest_runs"][0]
        digest = overview["subjects"][0]["certificate"]["digest"]
        paths = [
            "/",
            page_address("runs", text=name[:50]),
            page_address("subject", name=run["subject"]),
            page_address("run", name=run["name"]),
            page_address("run", name=run["name"], text=name[:100], metric=name[:100]),
            page_address("certificate", digest=digest),
        ]
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "set-cookie" not in answer.headers
            for piece in ("<script", "<img", "<svg onload", "49{%", 'href="javascript'):
                assert piece not in answer.text
            assert "\u202e" not in re.sub(r'="[^"]*"', "", answer.text)
            json.loads(client.get(path + ("&" if "?" in path else "?") + "format=json").content)


def write_hostile(file: Path, name: str) -> None:
    """Write a store in which every text is the same hostile one."""
    source = source_of(name, name, START)
    promise = {
        **dict.fromkeys(("contract", "clause", "property", "promise", "reason", "shown"), name),
        "severity": "block",
        "verdict": "met",
        "value": 0.1,
        "low": 0.0,
        "high": 0.2,
        "n": 3,
    }
    measured = {
        **dict.fromkeys(
            ("metric", "group", "reference_group", "model", "treatment", "stage", "reason"), name
        ),
        "sensitive_features": name,
        "value": 0.5,
        "n": 3,
        "status": "ok",
    }
    steps = dict.fromkeys(("certificate", "event", "reason", "contract", "key", "previous_certificate"), name)
    with EvidenceStore.open(file) as store:
        store.append(
            [
                source.says("run", {"table": name, name: {name: [name, {name: name}]}}),
                source.says("measurement", measured),
                source.says("verdict", promise),
                source.says("verdict", {**promise, "verdict": name, "clause": name + "2"}),
                source.says("platform", {name: name}),
                source.says("certificate", {**steps, "status": name, "verdict": name, "expires_at": name}),
            ]
        )


def client_of(file: Path) -> TestClient:
    """Return a client for the pages over a store whose chain was checked."""
    source = StoreSource.open(file)
    watch = ChainWatch(source)
    watch.check_now()
    return TestClient(make_application(source, watch), base_url=ADDRESS)


def test_a_page_takes_under_a_fifth_of_a_second(pages: TestClient) -> None:
    """The fastest of three, because other tests run beside this one."""
    for path in ADDRESSES.values():
        assert min(seconds_of(pages, path) for _ in range(5)) < 0.2, path


def seconds_of(pages: TestClient, path: str) -> float:
    began = time.perf_counter()
    pages.get(path)
    return time.perf_counter() - began
