"""A real PostgreSQL server for the tests: made in a temporary folder, on a free port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cret/p@ss:w?rd"
QUOTED_PASSWORD = "s3cret%2Fp%40ss%3Aw%3Frd"


@dataclass(frozen=True)
class PostgresServer:
    """A running server, and how to reach it."""

    binaries: Path
    folder: Path
    port: int

    def url(self, database: str = "postgres", *, user: str = "owner", options: str = "") -> str:
        """Return the address of a database, with the password."""
        return f"postgresql://{user}:{QUOTED_PASSWORD}@127.0.0.1:{self.port}/{database}{options}"

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "server.log")
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", options, "-w", "start")

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run a statement as the owner, and return what psql prints."""
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", "-d", database]
        return _run(self, "psql", *words, "-v", "ON_ERROR_STOP=1", "-Atc", statement)


def server_binaries() -> Path | None:
    """Return the folder of the server's programs, of the newest version; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running_server(binaries: Path) -> Iterator[PostgresServer]:
    """Make a server that asks for a password, start it, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = PostgresServer(binaries, folder, _free_port())
    try:
        (folder / "password").write_text(PASSWORD)
        _hand_over(folder)
        words = ["-U", "owner", "--pwfile", str(folder / "password"), "-A", "scram-sha-256"]
        _run(server, "initdb", "-D", str(folder / "data"), *words, "-E", "UTF8", "--no-locale")
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _run(server: PostgresServer, program: str, *words: str) -> str:
    """Run one of the server's programs; as another user where we are root, which it refuses."""
    command = [str(server.binaries / program), *words]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    environment = {**os.environ, "PGPASSWORD": PASSWORD, "LC_ALL": "C"}
    done = subprocess.run(
        command, cwd=server.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return done.stdout.strip()


def _hand_over(folder: Path) -> None:
    """Give the folder to the user that the server runs as."""
    folder.chmod(0o755)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
