"""Backends that send notifications, and send again with the same key where they don't know what became of one."""

import asyncio
import time
from datetime import datetime, timezone

from .caller import Caller, NoAnswer
from .ledger import Answered, Sent, Trouble

PATH = "/api/v1/notifications"


class Senders:
    """Sends at a steady rate until told to stop; who was held up by a fault catches up."""

    def __init__(self, ledger, requests, server, token, scale):
        self.ledger = ledger
        self.requests = requests
        self.server = server
        self.token = token
        self.scale = scale
        self.stopping = False
        self.latencies = []

    async def run(self):
        """Ends when all have stopped and everything that has a key was answered by 201."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.scale.senders):
                group.create_task(self._sender(number, group))

    def stop(self):
        self.stopping = True

    async def _sender(self, number, group):
        step = self.scale.senders / self.scale.rate
        due = time.monotonic() + step * number / self.scale.senders
        caller = self._caller()
        while not self.stopping:
            await asyncio.sleep(due - time.monotonic())
            due += step
            request = self.ledger.add(self.requests.next())
            repeat_after = self.requests.repeat_after(request)
            if repeat_after is not None:
                group.create_task(self._repeat(request, repeat_after))
            await self._send(request, caller)
        caller.close()

    async def _repeat(self, request, after):
        await asyncio.sleep(after)
        caller = self._caller()
        await self._send(request, caller)
        caller.close()

    async def _send(self, request, caller):
        """One try for a request without a key; with one, as many as it takes."""
        pause = 0.02
        while True:
            began = self.ledger.add(Sent(request.mark)).time
            status = await self._try(request, caller)
            if status == 201:
                self.latencies.append((began, time.time() - began))
                return
            if request.key is None or 0 < status < 500:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    async def _try(self, request, caller):
        try:
            status, body = await caller.post(PATH, body_of(request))
            results = results_of(body) if status == 201 else []
        except NoAnswer:
            status, results = 0, []
        except (KeyError, TypeError, ValueError) as error:
            self.ledger.add(Trouble(f"an answer to a send is not of the contract: {error!r}"))
            caller.close()
            status, results = 0, []
        self.ledger.add(Answered(request.mark, status, results))
        return status

    def _caller(self):
        return Caller(self.server.port, self.token)


def results_of(body):
    return [(one["user_id"], one["notification_id"], one["seq"], one["duplicate"]) for one in body["notifications"]]


def body_of(request):
    """The same bytes for each try of one request."""
    body = {"title": f"Note {request.mark}", "message": "Water the plants before they complain.",
            "priority": request.priority, "data": {"mark": request.mark}}
    if len(request.users) == 1:
        body["user_id"] = request.users[0]
    else:
        body["user_ids"] = request.users
    if request.key is not None:
        body["idempotency_key"] = request.key
    if request.collapse_key is not None:
        body["collapse_key"] = request.collapse_key
    if request.ttl is not None:
        body["ttl_seconds"] = request.ttl
    if request.deliver_at is not None:
        at = datetime.fromtimestamp(request.deliver_at, timezone.utc)
        body["deliver_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return body
