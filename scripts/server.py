"""Starts the release server for a check, on a port that the kernel chooses, and stops it again."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTENING = re.compile(r"listening on https?://[^\s\"]*:(\d+)")


def build_release(product="realtime-server"):
    """Builds the product for release, printing only what goes wrong, and gives the executable's path."""
    command = ["swift", "build", "-c", "release", "--product", product]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        raise SystemExit(f"the release build failed:\n{built.stdout[-4000:]}")
    shown = subprocess.run(command[:4] + ["--show-bin-path"], cwd=ROOT, capture_output=True, text=True, check=True)
    return Path(shown.stdout.strip()) / product


def make_certificate(folder):
    """A self-signed certificate for localhost that is good for a day; gives (certificate, key)."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    return certificate, key


# What the servers of the checks take tokens of. Nothing else knows them, and nobody is to keep anything out.
SECRET = "the secret of servers that checks start"


class RunningServer:
    """A server process for the length of a `with` block; `port`, `pid` and `output` tell about it."""

    def __init__(self, *flags, executable, tls=False, environment=None, start_timeout=10):
        self.flags = ["--host", "127.0.0.1", "--port", "0", *map(str, flags)]
        self.executable = executable
        self.tls = tls
        # What the caller's shell configures for a server of its own is none of the check's business.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("REALTIME_")}
        # No database, unless the check is about what is kept in one: the server then waits for it beside its work.
        self.environment = {
            **inherited, "REALTIME_JWT_SECRET": SECRET, "REALTIME_DATABASE": "host=/nonexistent", **(environment or {})}
        self.start_timeout = start_timeout
        self.output = []
        self._listening = threading.Event()

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="realtime-"))
        self.flags += ["--data-dir", str(self._folder / "data")]
        if self.tls:
            certificate, key = make_certificate(self._folder)
            self.flags += ["--tls-cert", str(certificate), "--tls-key", str(key)]
        self.process = subprocess.Popen(
            [self.executable, *self.flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", env=self.environment)
        self.pid = self.process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(self.start_timeout) or not hasattr(self, "port"):
            self.__exit__(None, None, None)
            raise SystemExit("the server did not come up:\n" + "".join(self.output[-20:]))
        return self

    def __exit__(self, *_):
        """Asks it to stop, and does not wait for ever."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self):
        """Keeps the last lines of what it prints, and learns the port from its own words."""
        for line in self.process.stdout:
            self.output = self.output[-199:] + [line]
            found = LISTENING.search(line)
            if found and not self._listening.is_set():
                self.port = int(found.group(1))
                self._listening.set()
        self._listening.set()
