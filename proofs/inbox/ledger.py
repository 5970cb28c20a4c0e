"""What happened, in the order in which this process saw it. The server has no part in it.

All entries come from one thread, so the position of an entry says what was before what: a 201 that stands before
an `Opened` was in the sender's hands before that connection was asked for. Times are those of the wall clock, to
be compared with the server's.
"""

import json
import time
from dataclasses import astuple, dataclass, field


@dataclass(slots=True)
class Device:
    """A device of the plan. `device_id` is None for the one that all connections without an id share."""
    name: str
    user: str
    device_id: str | None


@dataclass(slots=True)
class Request:
    """One notification to be sent, told apart by its `mark`, which travels in its data."""
    mark: int
    users: list[str]
    key: str | None = None
    priority: str = "normal"
    collapse_key: str | None = None
    ttl: int | None = None
    deliver_at: float | None = None


@dataclass(slots=True)
class Sent:
    """A try of the request begins; whether the server will see it is not known yet."""
    mark: int
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Answered:
    """The end of a try. Status 0: there was no answer. Results are (user, id, seq, duplicate)."""
    mark: int
    status: int
    results: list[tuple[str, str, int, bool]] = field(default_factory=list)
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Opened:
    """A device is about to connect. A device has one connection at a time."""
    connection: int
    device: str
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Connected:
    """The server's `connect` has come."""
    connection: int
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Closed:
    """The connection is over, or was never made."""
    connection: int
    reason: str
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Delivered:
    """A notification has reached a device. `sent_at` is the envelope's timestamp."""
    connection: int
    id: str
    seq: int
    attempt: int
    mark: int
    priority: str = "normal"
    sent_at: float = 0
    expires_at: float | None = None
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Acknowledging:
    """A device is about to send its acknowledgement."""
    connection: int
    ids: list[str]
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Acknowledged:
    """The server has answered `ack` to an acknowledgement."""
    connection: int
    ids: list[str]
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Listed:
    """All pages of a user at the end, in the order of the answer. Items are (id, seq, mark, state)."""
    user: str
    total: int
    items: list[tuple[str, int, int, str]]
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Fault:
    """`kind` is server or postgres; `what` is killed, stopped or back."""
    kind: str
    what: str
    time: float = field(default_factory=time.time)


@dataclass(slots=True)
class Trouble:
    """Something that no fault excuses, such as an answer that is not of the contract."""
    what: str
    time: float = field(default_factory=time.time)


KINDS = {kind.__name__: kind for kind in (
    Device, Request, Sent, Answered, Opened, Connected, Closed, Delivered, Acknowledging, Acknowledged, Listed, Fault,
    Trouble)}


class Ledger:
    """The entries; only ever added to."""

    def __init__(self, entries=()):
        self.entries = list(entries)

    def add(self, entry):
        self.entries.append(entry)
        return entry

    def save(self, path):
        with open(path, "w") as file:
            for entry in self.entries:
                file.write(json.dumps([type(entry).__name__, *astuple(entry)], separators=(",", ":")) + "\n")

    @classmethod
    def load(cls, path):
        with open(path) as file:
            return cls(KINDS[kind](*fields) for kind, *fields in map(json.loads, file))
