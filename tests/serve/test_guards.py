"""Who is answered, and what a browser may do with an answer."""

from __future__ import annotations

import pytest

from equitab.serve.guards import HEADERS, allows_host, host_of

OWN = ("127.0.0.1", "localhost", "::1")
PATHS = ["/", "/runs", "/style.css", "/subject?name=loans.csv", "/nothing", "/subject?name=nobody"]


@pytest.mark.parametrize("host", ["127.0.0.1:8780", "localhost:1", "LocalHost", "[::1]:8780", "127.0.0.1"])
def test_this_machines_own_names_are_answered(pages, host: str) -> None:
    assert pages.get("/runs", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8780",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8780",
        "192.168.1.7:8780",
        "127.0.0.1:8780:8780",
        "127.0.0.1@evil.example",
        "[::1",
        "",
    ],
)
def test_a_foreign_name_is_refused_so_that_no_web_site_reads_the_page(pages, host: str) -> None:
    """A site that points its own name at this machine still sends that name."""
    answer = pages.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "loans.csv" not in answer.text


def test_a_server_on_all_addresses_answers_to_numbers_but_to_no_foreign_name() -> None:
    assert allows_host("192.168.1.7:8780", OWN, any_address=True)
    assert allows_host("[fe80::1]:8780", OWN, any_address=True)
    assert not allows_host("evil.example:8780", OWN, any_address=True)


@pytest.mark.parametrize("header", ["a:b", "host:80x", "[::1]x", "[::1]:80x"])
def test_a_malformed_host_is_no_host(header: str) -> None:
    assert host_of(header) == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/run", "/nothing"])
def test_nothing_can_be_sent(pages, method: str, path: str) -> None:
    answer = pages.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_says_without_the_body(pages, path: str) -> None:
    head, get = pages.head(path), pages.get(path)
    assert (head.status_code, head.text) == (get.status_code, "")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_scripts_frames_caches_and_foreign_readers(pages, path: str) -> None:
    for answer in (pages.get(path), pages.post(path), pages.get(path, headers={"host": "evil.example"})):
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value]
        assert "access-control-allow-origin" not in answer.headers
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy


def test_a_websocket_is_closed(pages) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), pages.websocket_connect("/"):
        pass
