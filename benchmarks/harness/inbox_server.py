"""The server with a database, and the load generator against it."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

from . import tokens
from .database import Failed
from .peers import ROOT, WORK
from .rounds import GENERATOR, free_port, lift_limits, stop

DEFAULT_SERVER = ROOT / ".build" / "release" / "realtime-server"
FOLDER = WORK / "run" / "inbox"
START_LIMIT = 60
# The generator bounds itself; this only catches one that hangs.
RUN_LIMIT = 600


class Server:
    """A fresh server process on a database, until the `with` block ends."""

    def __init__(self, program, cluster, database, users=range(tokens.USERS), flags=()):
        self.program, self.cluster, self.database, self.users, self.flags = program, cluster, database, users, flags

    def __enter__(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        tokens.write(FOLDER, self.users)
        self.port = free_port()
        command = [
            self.program, "--host", "127.0.0.1", "--port", self.port, "--database", self.cluster.address(self.database),
            "--data-dir", FOLDER / "data", "--jwt-secret-file", FOLDER / "secret", "--room-policy", "open",
            "--rate-messages", "0", "--rate-user-messages", "0", *self.flags,
        ]
        with open(FOLDER / "output.log", "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=lift_limits, env=environment())
        try:
            self._wait()
        except BaseException:
            stop(self.process)
            raise
        return self

    def __exit__(self, *_):
        stop(self.process)

    def _wait(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"the server ended at once: {self.said()}")
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1).close()
                return
            time.sleep(0.05)
        raise Failed(f"the server is not ready after {START_LIMIT} s: {self.said()}")

    def said(self):
        return (FOLDER / "output.log").read_text(errors="replace").strip()[-500:]

    def generate(self, scenario, *flags):
        """One run of the generator; its report, with what PostgreSQL used beside it."""
        over_http = scenario in ("enqueue", "pages")
        url = f"http://127.0.0.1:{self.port}" if over_http else f"ws://127.0.0.1:{self.port}/ws?token={{token}}"
        command = [
            GENERATOR, scenario, url, "--service-token-file", FOLDER / "service", "--server-pid", self.process.pid,
            "--json", *(() if over_http else ("--token-file", FOLDER / "tokens")), *flags,
        ]
        before = self.cluster.cpu_seconds()
        try:
            done = subprocess.run(
                [str(word) for word in command], capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise Failed(f"{scenario}: no end after {RUN_LIMIT} s") from None
        if done.returncode != 0:
            raise Failed(f"{scenario}: {done.stderr.strip()}; the server said: {self.said()}")
        report = json.loads(done.stdout)
        report["database_cpu_seconds"] = self.cluster.cpu_seconds() - before
        return report


def migrate(program, cluster, database):
    """An empty database with the server's tables, which it makes when it starts."""
    cluster.fresh(database)
    with Server(program, cluster, database, users=()):
        pass


def environment():
    """What the caller's shell configures for a server of its own is none of the benchmark's business."""
    return {name: value for name, value in os.environ.items() if not name.startswith("REALTIME_")}
