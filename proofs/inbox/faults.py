"""Kills the server and PostgreSQL's whole tree of processes, again and again, and stops the latter now and then."""

import asyncio
import random
import signal

from . import plan
from .ledger import Fault, Trouble
from .server import NotUp


async def break_things(ledger, server, planned, tell):
    """One planned fault after the other; a server that was killed is started again at once."""
    for number, (pause, kind) in enumerate(planned, 1):
        await asyncio.sleep(pause)
        tell(f"fault {number} of {len(planned)}: {kind}")
        if kind == "server":
            await restart(ledger, server)
        elif kind == "postgres":
            await kill_database(ledger, server)
        else:
            await stall_database(ledger, server, random.Random(number).uniform(*plan.STALL))


async def restart(ledger, server):
    """kill -9, and up again as a supervisor would do it, at the second try if need be."""
    server.kill()
    ledger.add(Fault("server", "killed"))
    try:
        await server.start()
    except NotUp as failure:
        ledger.add(Trouble(f"after kill -9: {failure}"))
        if server.process.poll() is None:
            server.kill()
        await server.start()
    ledger.add(Fault("server", "back"))


async def kill_database(ledger, server):
    """Nobody starts it again but the server. Where it is just being started, that is waited for."""
    for _ in range(100):
        if server.signal_database(signal.SIGKILL):
            ledger.add(Fault("postgres", "killed"))
            return
        await asyncio.sleep(0.1)
    ledger.add(Trouble("there was no PostgreSQL below the server for 10 s"))


async def stall_database(ledger, server, seconds):
    """What it was asked before may be done later than anybody waits for it."""
    if not server.signal_database(signal.SIGSTOP):
        return
    ledger.add(Fault("postgres", "stopped"))
    await asyncio.sleep(seconds)
    server.signal_database(signal.SIGCONT)
    ledger.add(Fault("postgres", "back"))
