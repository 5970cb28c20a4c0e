"""The server under proof: started, killed and started again on one port and one data folder."""

import asyncio
import os
import signal
import socket
import subprocess
from pathlib import Path

from shared.environment import server_environment

from .caller import Caller, NoAnswer

START_LIMIT = 30


class NotUp(Exception):
    """The server ended, or was not ready in time."""


class Server:
    """A release server with its embedded database."""

    def __init__(self, executable, folder, secret, flags):
        self.port = free_port()
        self.command = [executable, "--port", str(self.port), "--data-dir", str(folder / "data"), *flags]
        self.log = folder / "server.log"
        self.environment = server_environment(secret)
        self.process = None

    async def start(self):
        """Until /readyz says 200."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        caller = Caller(self.port, "", timeout=1)
        for _ in range(START_LIMIT * 50):
            if self.process.poll() is not None:
                raise NotUp(f"the server ended with {self.process.returncode}; see {self.log}")
            try:
                if (await caller.get("/readyz"))[0] == 200:
                    caller.close()
                    return
            except NoAnswer:
                pass
            await asyncio.sleep(0.02)
        raise NotUp(f"the server was not ready within {START_LIMIT} s; see {self.log}")

    def kill(self):
        """Only the process itself: what becomes of its database is the server's own concern."""
        self.process.kill()
        self.process.wait()

    def signal_database(self, sign):
        """To all that descends from the server at once; gives how many processes that were."""
        processes = descendants(self.process.pid)
        for process in processes:
            try:
                os.kill(process, sign)
            except ProcessLookupError:
                pass
        return len(processes)

    def stop(self):
        """Asks it to stop; gives its exit code, or None when it had to be killed."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            for process in [*descendants(self.process.pid), self.process.pid]:
                os.kill(process, signal.SIGKILL)
            self.process.wait()
            return None


def descendants(ancestor):
    """The processes below one, parents first."""
    children = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name stands in parentheses and may contain anything; the parent is the second field after it.
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found = list(children.get(ancestor, ()))
    for process in found:
        found += children.get(process, ())
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
