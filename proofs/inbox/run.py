"""How a run goes: a server, senders and devices; faults; then everybody connects and all has to arrive."""

import asyncio
import random
import time
from dataclasses import dataclass
from urllib.parse import quote

from . import faults, plan, tokens
from .caller import Caller, NoAnswer
from .devices import ConnectedDevice
from .history import History
from .ledger import Ledger, Listed, Trouble
from .senders import Senders
from .server import Server

SECRET = "the secret of servers whose inbox is put to the proof"

# How long the last arrivals may keep everybody waiting without any progress.
PATIENCE = 20

# Limits that are not what is proved here, out of the way: on rates, and on how much a user may have.
FLAGS = ("--ack-timeout", f"{plan.ACK_TIMEOUT:g}s", "--rate-messages", "0", "--rate-user-messages", "0",
         "--notifications-per-user", "100000", "--database-timeout", f"{plan.DATABASE_TIMEOUT}s")


@dataclass
class Outcome:
    """What a run leaves behind."""
    ledger: Ledger
    latencies: list
    seconds: float


class Run:
    """One run in a folder of its own. `tell` is given a line about what is going on."""

    def __init__(self, executable, folder, scale, seed, tell):
        self.scale = scale
        self.seed = seed
        self.tell = tell
        self.ledger = Ledger()
        self.server = Server(executable, folder, SECRET, FLAGS)
        self.service = tokens.make(SECRET, sub="the-backend", scope="service")
        planned = plan.devices(scale, seed)
        self.devices = [self._device(device) for device in planned]
        for device in planned:
            self.ledger.add(device)

    def _device(self, device):
        claims = {"device_id": device.device_id} if device.device_id else {}
        return ConnectedDevice(
            device, self.ledger, self.server, tokens.make(SECRET, sub=device.user, **claims), self.seed)

    async def run(self):
        began = time.monotonic()
        try:
            self.tell("the server is starting for the first time")
            await self.server.start()
            senders = await self._send_under_fire()
        finally:
            code = self.server.stop()
        if code != 0:
            self.ledger.add(Trouble(f"asked to stop, the server ended with {code}"))
        return Outcome(self.ledger, senders.latencies, time.monotonic() - began)

    async def _send_under_fire(self):
        requests = plan.Requests(self.scale, self.seed)
        senders = Senders(self.ledger, requests, self.server, self.service, self.scale)
        living = [asyncio.create_task(device.run()) for device in self.devices]
        try:
            sending = asyncio.create_task(senders.run())
            await faults.break_things(
                self.ledger, self.server, plan.faults(self.scale, self.seed), self.tell)
            await asyncio.sleep(self.scale.calm[1])
            senders.stop()
            self.tell("the last of what was sent is being answered")
            await sending
            # What was scheduled is due by then, and is in the lists.
            await asyncio.sleep(plan.LONGEST_DELAY + 1)
            await self._list_all()
            await self._drain()
            await self._silence()
            await self._list_all()
        finally:
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)
        return senders

    async def _drain(self):
        """Everybody connects and acknowledges until each device has all that is owed to it."""
        for device in self.devices:
            device.settle()
        owed = History(self.ledger).owed()
        fewest, since = None, time.monotonic()
        while True:
            missing = sum(device.missing(owed.get(device.device.user, set())) for device in self.devices)
            away = sum(not device.connected for device in self.devices)
            self.tell(f"{missing} arrivals and answers are missing, {away} devices are away")
            if not missing and not away:
                return
            if fewest is None or (missing, away) < fewest:
                fewest, since = (missing, away), time.monotonic()
            if time.monotonic() - since > PATIENCE:
                self.ledger.add(Trouble(f"all were connected or connecting, and for {PATIENCE} s nothing came of "
                                        f"{missing} arrivals and answers; {away} devices were away"))
                return
            await asyncio.sleep(0.1)

    async def _silence(self):
        """After one more crash nothing of what was acknowledged may come."""
        self.tell("nothing may come any more")
        await faults.restart(self.ledger, self.server)
        await asyncio.sleep(self.scale.silence)

    async def _list_all(self):
        self.tell("all pages of all users are being read")
        caller = Caller(self.server.port, self.service)
        for user in sorted({device.device.user for device in self.devices}):
            total, items = await self._list(caller, user)
            self.ledger.add(Listed(user, total, items))
        caller.close()

    async def _list(self, caller, user):
        items, before = [], ""
        while True:
            page = await self._page(caller, f"/api/v1/users/{quote(user)}/notifications?limit=100&filter=all{before}")
            items += [(item["notification_id"], item["seq"], item["data"]["mark"], item["state"])
                      for item in page["items"]]
            if not page.get("next"):
                return page["total"], items
            before = f"&before={quote(page['next'], safe='')}"

    async def _page(self, caller, path):
        """A page, once the server can give it: the last fault may not be over yet."""
        for _ in range(100):
            try:
                status, page = await caller.get(path)
                if status == 200:
                    return page
                if status < 500:
                    raise RuntimeError(f"GET {path} was answered by {status}: {page}")
            except NoAnswer:
                pass
            await asyncio.sleep(0.1)
        raise RuntimeError(f"GET {path} was not answered for 10 s")


def new_seed():
    return random.SystemRandom().randint(1, 999_999)
