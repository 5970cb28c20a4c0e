"""Devices that come and go, read slowly now and then, and acknowledge late or never."""

import asyncio
import heapq
import itertools
import json
import random
import time
from datetime import datetime

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .ledger import Acknowledged, Acknowledging, Closed, Connected, Delivered, Opened, Trouble

# How often due acknowledgements are gathered into one message, and how many at most.
GATHERING = 0.05
IDS_PER_ACK = 500

# What the server may say to an acknowledgement when its database is away.
FOR_THE_MOMENT = ("unavailable", "rate_limited")


class ConnectedDevice:
    """One device for the length of a run: connected again and again until it is told to stay."""

    numbers = itertools.count(1)

    def __init__(self, device, ledger, server, token, seed):
        self.device = device
        self.ledger = ledger
        self.server = server
        self.token = token
        self.chance = random.Random(f"{seed} {device.name}")
        self.seen = set()
        self.acknowledged = set()
        # From then on it connects at once, stays and acknowledges everything.
        self.settled = False
        self.connected = False
        self._settling = asyncio.Event()
        # Acknowledgements that are due at a time, and those that wait for their answer by message id.
        self._due = []
        self._unanswered = {}

    def settle(self):
        self.settled = True
        self._settling.set()
        self._acknowledge_everything()

    async def run(self):
        """Until it is cancelled. One in ten is first seen when everything has been sent."""
        await self._away(3600 if self.chance.random() < 0.1 else self.chance.uniform(0, 2))
        while True:
            await self._connection()
            if not self.settled:
                await self._away(self.chance.expovariate(1 / (10 if self.chance.random() < 0.1 else 1.5)))
            else:
                await asyncio.sleep(0.2)

    async def _away(self, seconds):
        """Apart for so long, or until the run wants it back."""
        try:
            await asyncio.wait_for(self._settling.wait(), seconds)
        except TimeoutError:
            pass

    def _acknowledge_everything(self):
        """Also what was never to be acknowledged, and what got no answer on a connection that is gone."""
        self._due = [(0, id) for id in self.seen - self.acknowledged]
        heapq.heapify(self._due)

    async def _connection(self):
        number = next(self.numbers)
        self.ledger.add(Opened(number, self.device.name))
        reason = "refused"
        try:
            # The server's own pings are answered by the library; this side needs none to see an end on loopback.
            socket = await connect(
                f"ws://127.0.0.1:{self.server.port}/ws", additional_headers={"Authorization": f"Bearer {self.token}"},
                open_timeout=5, close_timeout=1, ping_interval=None, compression=None)
        except (OSError, TimeoutError, EOFError, WebSocketException) as error:
            self.ledger.add(Closed(number, f"not connected: {type(error).__name__}"))
            return
        self._unanswered.clear()
        if self.settled:
            self._acknowledge_everything()
        acknowledging = asyncio.create_task(self._acknowledge(number, socket))
        try:
            reason = await self._stay(number, socket)
        finally:
            acknowledging.cancel()
            self.connected = False
            self.ledger.add(Closed(number, reason))
            if self.chance.random() < 0.5:
                socket.transport.abort()
            await socket.close()

    async def _stay(self, number, socket):
        """Reads until it is time to leave or the connection is lost; says which."""
        stay = None if self.settled else self.chance.expovariate(1 / 8)
        try:
            async with asyncio.timeout(stay):
                async for text in socket:
                    self._take(number, json.loads(text))
                    if not self.settled and self.chance.random() < 0.002:
                        await asyncio.sleep(self.chance.uniform(1, 3))
        except TimeoutError:
            return "left"
        except ConnectionClosed as closed:
            return f"lost: {closed.rcvd.code if closed.rcvd else 'no close'}"
        except (KeyError, TypeError, ValueError) as error:
            self.ledger.add(Trouble(f"{self.device.name} got what is not of the contract: {error!r}"))
            return "garbled"
        return "closed by the server"

    def _take(self, number, message):
        kind = message["type"]
        if kind == "system_notification":
            self._take_notification(number, message)
        elif kind == "connect":
            self.connected = True
            self.ledger.add(Connected(number))
        elif kind == "ack":
            ids = self._unanswered.pop(message["reply_to"])
            self.ledger.add(Acknowledged(number, ids))
            self.acknowledged.update(ids)
        elif kind == "error":
            self._take_error(message)

    def _take_notification(self, number, message):
        data = message["data"]
        expires_at = data.get("expires_at")
        self.ledger.add(Delivered(
            number, data["notification_id"], data["seq"], data["attempt"], data["data"]["mark"], data["priority"],
            seconds(message["timestamp"]), seconds(expires_at) if expires_at else None))
        first = data["notification_id"] not in self.seen
        self.seen.add(data["notification_id"])
        self._plan_acknowledgement(data["notification_id"], first)

    def _plan_acknowledgement(self, id, first):
        """Mostly soon, sometimes after the server's time-out, sometimes never, and seldom at the second chance."""
        now = time.monotonic()
        if self.settled:
            due = now
        elif self.chance.random() < (0.04 if first else 0.5):
            return
        elif self.chance.random() < 0.03:
            due = now + self.chance.uniform(2, 6)
        else:
            due = now + self.chance.expovariate(1 / 0.3)
        heapq.heappush(self._due, (due, id))

    def _take_error(self, message):
        """An acknowledgement that was refused is said again later; any other error is unexpected."""
        ids = self._unanswered.pop(message.get("reply_to"), None)
        code = message["data"]["code"]
        if ids is None or code not in FOR_THE_MOMENT:
            self.ledger.add(Trouble(f"{self.device.name} got the error {message['data']}"))
        for id in ids or ():
            heapq.heappush(self._due, (time.monotonic() + 0.3, id))

    async def _acknowledge(self, number, socket):
        """What is due when the connection is away is said on the next one."""
        try:
            while True:
                await asyncio.sleep(GATHERING)
                ids = []
                while self._due and self._due[0][0] <= time.monotonic() and len(ids) < IDS_PER_ACK:
                    ids.append(heapq.heappop(self._due)[1])
                if ids:
                    message_id = f"{number}-{len(self.ledger.entries)}"
                    self._unanswered[message_id] = ids
                    self.ledger.add(Acknowledging(number, ids))
                    await socket.send(json.dumps({
                        "type": "notification_ack", "message_id": message_id, "data": {"notification_ids": ids}}))
        except ConnectionClosed:
            return

    def missing(self, owed):
        """How many of those that are owed to it have not come, and how many acknowledgements have no answer."""
        return len(owed - self.seen) + len(self.seen - self.acknowledged)


def seconds(timestamp):
    return datetime.fromisoformat(timestamp).timestamp()
