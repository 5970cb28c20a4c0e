"""Cuts the connections of JavaScript clients again and again over a bad line, and holds the client to its promises.

    make prove-client                       32 clients, each transport alone and all together, 1,000 cuts: two minutes
    scripts/prove-client --quick            8 clients, 60 cuts: about 20 s; part of make test
    scripts/prove-client --seed 7           the same faults as in another run, as far as the machine allows
    scripts/prove-client --delay 0.2        a line that is slower

Server and clients are in network namespaces of their own, joined by a line that delays and loses packets. Where such
can't be made (it takes root and /dev/net/tun) the connections are cut all the same, and the output says so. What every listener heard is in build/prove-client/ledger.json, and what the server said beside it.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import threading

from shared.environment import server_environment
from shared.promises import print_promises

from . import checks
from .line import Line, Loopback, can_be_made

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "prove-client"
NAMES = ["websocket", "sse", "longpoll"]
# What the clients may use, in turn. Those that may choose are sent to places where not everything can be had.
TRANSPORTS = [*([name] for name in NAMES), NAMES]
LISTENING = re.compile(r"listening on http://[^\s\"]*:(\d+)")
# What test/support/tokens.js signs with.
SECRET = "the secret of servers that the client's tests start"


def arguments():
    parser = argparse.ArgumentParser(
        prog="prove-client", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cuts", type=int, help="how often a client's connections are cut, in all")
    parser.add_argument("--clients", type=int)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds that a packet takes (default 0.05)")
    parser.add_argument("--loss", type=float, default=0.02, help="share of packets that get lost (default 0.02)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--server", type=pathlib.Path, default=ROOT / ".build" / "release" / "realtime-server")
    return parser.parse_args()


def make_plan(options, seed, address):
    clients = options.clients or (8 if options.quick else 32)
    # Two devices for every third user: each is to get all of the user's notifications.
    users = [f"user-{number - 1 if number % 3 == 2 else number}" for number in range(clients)]
    return {
        "seed": seed,
        "server": dict(zip(("host", "port"), address)),
        "cuts": options.cuts or (60 if options.quick else 1_000),
        "rooms": ["red", "blue"],
        # Nobody stays long enough for the pauses to become short again, and a pause proves nothing.
        "backoff": {"min": 100, "max": 1_000},
        "notificationsPerSecond": 20,
        "patience": 60,
        "silence": 1,
        "riders": [{"name": f"device-{number}", "user": user, "transports": TRANSPORTS[number % len(TRANSPORTS)]}
                   for number, user in enumerate(users)],
    }


class Failed(Exception):
    """The run could not be made, which says nothing about the promises."""


def start_server(options, host):
    """Starts it and waits for its word that it listens; gives the process and the port."""
    log = FOLDER / "server.log"
    process = subprocess.Popen(
        host.command(options.server, "--host", host.address, "--port", 0, "--data-dir", FOLDER / "data"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(log, "wb"), text=True,
        env=server_environment(SECRET))
    for line in process.stdout:
        if listening := LISTENING.search(line):
            # Nobody reads on, and a full pipe would hold it up.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, int(listening[1])
    raise Failed(f"the server did not start; see {log}")


def ride(host, plan):
    """Lets the clients do their work, and gives their ledger."""
    (FOLDER / "plan.json").write_text(json.dumps(plan))
    script = pathlib.Path(__file__).with_name("riders.js")
    process = subprocess.Popen(
        host.command("node", script, FOLDER / "plan.json", FOLDER / "ledger.json"),
        stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if sys.stderr.isatty():
            print(f"\r{line.strip()} of {plan['cuts']} ", end="", file=sys.stderr, flush=True)
    if process.wait() != 0:
        raise Failed("the clients failed (see above)")
    return json.loads((FOLDER / "ledger.json").read_text())


def print_figures(ledger, plan, line):
    riders = ledger["riders"]
    heard = sum(len(checks.messages(heard)) for rider in riders for heard in rider["rooms"].values())
    notified = sum(len(rider["notifications"]) for rider in riders)
    used = {name: sum(rider["used"][name] for rider in riders) for name in NAMES}
    print(f"seed {plan['seed']}")
    print(f"{len(riders)} clients, {sum(rider['cuts'] for rider in riders):,} cuts in {ledger['cutFor'] / 1000:.0f} s, "
          f"connected by {', '.join(f'{name} {count:,} times' for name, count in used.items())}")
    if isinstance(line, Loopback):
        print("no namespaces here: nothing was slow, and no packet lost")
    else:
        print(f"{line.carried:,} packets carried, each after {line.delay * 1000:.0f} ms; {line.lost:,} lost")
    print(f"{len(ledger['published']):,} messages published and {heard:,} heard; "
          f"{len(ledger['notified']):,} notifications kept and {notified:,} heard; "
          f"{sum(rider['gaps'] for rider in riders)} times told of a gap")
    print(f"all there {ledger['settledAfter'] / 1000:.1f} s after the last cut")


def main():
    options = arguments()
    seed = options.seed if options.seed is not None else random.randrange(1, 1 << 31)
    # Asked to end, it still takes the line down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("prove-client: ended by a signal"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    server = None
    try:
        with Line(options.delay, options.loss, seed) if can_be_made() else Loopback() as line:
            try:
                server, port = start_server(options, line.server)
                plan = make_plan(options, seed, (line.server.address, port))
                ledger = ride(line.clients, plan)
            finally:
                if server:
                    server.terminate()
                    server.wait(30)
    except Failed as failure:
        sys.exit(f"prove-client: {failure}")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"prove-client: {' '.join(failure.cmd)}: {failure.stderr.strip()}")
    print_figures(ledger, plan, line)
    return print_promises(checks.broken_promises(ledger))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
