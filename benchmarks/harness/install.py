"""Getting the peers: Python packages into a folder under build/, Debian's through apt."""

import functools
import os
import pathlib
import shutil
import subprocess

from .peers import PYTHON, ROOT, SERVERS, WORK

POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


def prepare(peer, may_install):
    """Makes the peer runnable; returns why that can't be, or nothing."""
    WORK.mkdir(parents=True, exist_ok=True)
    missing = debian(peer.debian, may_install)
    if not missing and peer.python:
        missing = python(may_install)
    if not missing and peer.go:
        missing = go(peer.go)
    if not missing and peer.c:
        missing = c(peer.c)
    if missing:
        return missing
    program = peer.command.split()[0]
    return "" if shutil.which(program) else f"{program} is not there"


@functools.cache
def python(may_install):
    wanted = ROOT / "benchmarks" / "requirements.txt"
    done = WORK / "venv" / "requirements.txt"
    if done.exists() and done.read_text() == wanted.read_text():
        return ""
    if not may_install:
        return "the Python packages are not installed"
    # Debian's own Python is built with the compiler's profile-guided optimisation; others may not be.
    base = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
    made = run([base, "-m", "venv", "--clear", str(PYTHON.parents[1])])
    if made:
        return f"no venv could be made (Debian: apt-get install python3-venv): {made}"
    failed = run([str(PYTHON), "-m", "pip", "install", "--quiet", "-r", str(wanted)])
    if failed:
        return f"pip could not install the Python packages: {failed}"
    done.write_text(wanted.read_text())
    return ""


def debian(packages, may_install):
    absent = [name for name in packages if not installed(name)]
    if not absent:
        return ""
    by_hand = f"apt-get install --no-install-recommends {' '.join(absent)}"
    if not may_install:
        return f"needs {by_hand}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return f"only root may install it here: {by_hand}"
    refresh()
    with services_left_alone():
        failed = run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *absent],
            DEBIAN_FRONTEND="noninteractive",
        )
    return f"{by_hand} failed: {failed}" if failed else ""


@functools.cache
def refresh():
    run(["apt-get", "update", "-q"])


def installed(package):
    # What another source of packages provides (a newer node, say) counts as well.
    if package in ("golang-go",) and shutil.which("go"):
        return True
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True, check=False
    )
    return found.stdout == "installed"


class services_left_alone:
    """While this holds, apt starts no services: a benchmark must not leave a web server running."""

    def __enter__(self):
        self.ours = not POLICY.exists()
        if self.ours:
            POLICY.write_text("#!/bin/sh\nexit 101\n")
            POLICY.chmod(0o755)

    def __exit__(self, *_):
        if self.ours:
            POLICY.unlink()


def go(source):
    environment = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(WORK / "go-cache"), "GOFLAGS": ""}
    return build(source, lambda file, binary: run(["go", "build", "-o", binary, file], **environment))


def c(source):
    return build(source, lambda file, binary: run(["clang", "-O2", "-o", binary, file, "-lcrypto"]))


def build(source, compiler):
    """Has a file of servers/ made into a program, unless that is there already."""
    binary = WORK / pathlib.Path(source).stem
    file = SERVERS / source
    if binary.exists() and binary.stat().st_mtime >= file.stat().st_mtime:
        return ""
    failed = compiler(str(file), str(binary))
    return f"{source} could not be built: {failed}" if failed else ""


def run(command, **environment):
    """Runs it quietly; returns the last line it said when it failed."""
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    said = (done.stderr + done.stdout).strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
