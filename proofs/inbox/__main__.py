"""Kills the server and PostgreSQL again and again under load, and holds the inbox to its promises.

    make prove-inbox                        200 users, 300 notifications a second, 30 + 30 kills: about five minutes
    scripts/prove-inbox --quick             60 users, 2 + 2 kills: about 25 s; part of make test
    scripts/prove-inbox --seed 7            the same people, requests and faults as in another run
    scripts/prove-inbox --verbose           also the timeline of the first notification of each broken promise
    scripts/prove-inbox --timeline ntf_…    that of any notification of the last run, from its ledger

Everything that a sender or a device saw is in build/prove-inbox/ledger.jsonl, and what the server said beside it.
"""

import argparse
import asyncio
import dataclasses
import gc
import pathlib
import shutil
import sys

from shared.promises import print_promises

from . import checks, plan, report
from .history import History
from .ledger import Ledger
from .run import Run, new_seed
from .server import NotUp

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "prove-inbox"


def arguments():
    parser = argparse.ArgumentParser(
        prog="prove-inbox", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--users", type=int)
    parser.add_argument("--rate", type=int, help="notifications a second")
    parser.add_argument("--kills", type=int, help="of the server, and as many of PostgreSQL")
    parser.add_argument("--stalls", type=int, help="how often PostgreSQL is stopped for a while")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--timeline", metavar="ID")
    parser.add_argument("--server", type=pathlib.Path, default=ROOT / ".build" / "release" / "realtime-server")
    return parser.parse_args()


def tell(text):
    """One line that is written over, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r{text:<70}\r", end="", file=sys.stderr, flush=True)


def main():
    options = arguments()
    if options.timeline:
        report.print_timeline(History(Ledger.load(FOLDER / "ledger.jsonl")), options.timeline)
        return True
    given = {name: value for name in ("users", "rate", "kills", "stalls") if (value := getattr(options, name)) is not None}
    scale = dataclasses.replace(plan.QUICK if options.quick else plan.Scale(), **given)
    seed = options.seed if options.seed is not None else new_seed()

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    # The ledger only grows: collections over all of it would hold up the clients in the middle of a run.
    gc.disable()
    run = Run(options.server, FOLDER, scale, seed, tell)
    try:
        outcome = asyncio.run(run.run())
    except NotUp as failure:
        sys.exit(f"prove-inbox: {failure}")
    finally:
        tell("")
        run.ledger.save(FOLDER / "ledger.jsonl")
    history = History(outcome.ledger)
    print(f"seed {seed}")
    report.print_table(report.figures(history, outcome))
    promises = checks.broken_promises(history)
    kept = print_promises(promises)
    if options.verbose:
        for _, violations in promises:
            ids = [violation.id for violation in violations if violation.id]
            if ids:
                report.print_timeline(history, ids[0])
    return kept


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
