"""One server at a time, in turns: A B C, A B C, …"""

import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from . import tokens
from .peers import ROOT, SERVERS, WORK

GENERATOR = ROOT / ".build" / "release" / "realtime-bench"
SERVER_CORE, GENERATOR_CORE = 0, 1
START_LIMIT = 20
RUN_LIMIT = 180


class Failed(Exception):
    pass


def measure(scenario, peers, options):
    """Every peer's reports, one a round; a peer that fails is told of and has fewer."""
    results = {peer.name: [] for peer in peers}
    for turn in range(options.rounds):
        for peer in peers:
            progress(f"{scenario.name} {turn + 1}/{options.rounds}: {peer.name}")
            try:
                results[peer.name].append(once(scenario, peer, options))
            except Failed as failure:
                progress("")
                print(f"{scenario.name}: {peer.name}: {failure}", file=sys.stderr)
    progress("")
    return results


def progress(text):
    """One line that is written over, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}\r", end="", file=sys.stderr, flush=True)


def once(scenario, peer, options):
    with running(peer) as (process, port):
        command = [
            str(GENERATOR), scenario.arguments[0], f"ws://127.0.0.1:{port}{peer.path(scenario.kind)}",
            *scenario.arguments[1:], *peer.generator_flags(scenario.kind, folder_of(peer)), *(scenario.quick if options.quick else ()),
            "--duration", options.duration, "--server-pid", str(process.pid), "--json",
        ]
        if options.size:
            command += ["--size", str(options.size)]
        if (os.cpu_count() or 1) > 1:
            command += ["--pin", str(GENERATOR_CORE)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {RUN_LIMIT} s") from None
        if done.returncode != 0:
            raise Failed(done.stderr.strip() + said(peer))
        return json.loads(done.stdout)


@contextlib.contextmanager
def running(peer):
    """A fresh process of the peer, alone on its core, until the block ends."""
    port = free_port()
    folder = folder_of(peer)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if peer.configuration:
        text = (SERVERS / peer.configuration).read_text()
        text = text.replace("@PORT@", str(port)).replace("@FOLDER@", str(folder))
        (folder / peer.configuration).write_text(text)
    if peer.wants_tokens:
        tokens.write(folder)
    words = [word.format(port=port, folder=folder) for word in peer.command.split()]
    with open(folder / "output.log", "wb") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True,
            env={**os.environ, **peer.environment}, preexec_fn=settle_in,
        )
    try:
        wait_for(process, port, peer)
        yield process, port
    finally:
        stop(process)


def folder_of(peer):
    return WORK / "run" / peer.name


def settle_in():
    """In the server's process, before it becomes the server: its core and its limits."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {SERVER_CORE})
    lift_limits()


def lift_limits():
    """In a process that is about to become a server: all the descriptors there are."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def wait_for(process, port, peer):
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"it ended at once with {process.returncode}{said(peer)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.3)
            return
        time.sleep(0.02)
    raise Failed(f"it does not listen after {START_LIMIT} s{said(peer)}")


def stop(process):
    """Ends the server and whatever it started; they have a session of their own."""
    for sign, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def said(peer):
    """The end of what the server printed, for a failure's message."""
    text = (WORK / "run" / peer.name / "output.log").read_text(errors="replace").strip()
    return f"; it said: {text[-300:]}" if text else ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
