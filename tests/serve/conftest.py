"""A store to look at, and the pages over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from equitab.serve.application import make_application
from equitab.serve.chain_watch import ChainWatch
from equitab.serve.store_source import StoreSource
from serve.sample_store import write_sample

ADDRESS = "http://127.0.0.1:8780"


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the sample store; no test may change it."""
    file = tmp_path_factory.mktemp("store") / "evidence.sqlite"
    write_sample(file)
    return file


@pytest.fixture(scope="session")
def source(sample_file: Path) -> Iterator[StoreSource]:
    opened = StoreSource.open(sample_file)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pages(source: StoreSource) -> Iterator[TestClient]:
    """A client that reads the pages over the sample store, whose chain was checked."""
    watch = ChainWatch(source)
    watch.check_now()
    with TestClient(make_application(source, watch), base_url=ADDRESS) as client:
        yield client
