"""The ledger, arranged by request, notification, device and connection. `at` is a position in the ledger."""

from collections import defaultdict
from dataclasses import dataclass, field

from . import ledger as book


@dataclass
class Notification:
    """What the last list of its user says."""
    id: str
    user: str
    seq: int
    mark: int
    state: str


@dataclass
class Connection:
    """What happened on one connection, as (at, entry), in order."""
    number: int
    device: str
    opened_at: int
    opened: float
    closed: float = float("inf")
    deliveries: list = field(default_factory=list)
    acknowledging: list = field(default_factory=list)
    acknowledged: list = field(default_factory=list)


class History:
    """Made once from a ledger; the checks only read it."""

    def __init__(self, ledger):
        self.entries = ledger.entries
        self.devices = {}
        self.requests = {}
        self.sends = defaultdict(list)
        self.answers = defaultdict(list)
        self.connections = {}
        self.of_device = defaultdict(list)
        self.lists = defaultdict(list)
        self.faults = []
        self.troubles = []
        self.notifications = {}
        self.of_user = defaultdict(list)
        for at, entry in enumerate(self.entries):
            self._take(at, entry)
        self._index_lists()
        self._index_answers()
        self._index_collapse_keys()

    def _take(self, at, entry):
        match entry:
            case book.Device():
                self.devices[entry.name] = entry
            case book.Request():
                self.requests[entry.mark] = entry
            case book.Sent():
                self.sends[entry.mark].append((at, entry))
            case book.Answered():
                self.answers[entry.mark].append((at, entry))
            case book.Opened():
                connection = Connection(entry.connection, entry.device, at, entry.time)
                self.connections[entry.connection] = connection
                self.of_device[entry.device].append(connection)
            case book.Closed():
                self.connections[entry.connection].closed = entry.time
            case book.Delivered():
                self.connections[entry.connection].deliveries.append((at, entry))
            case book.Acknowledging():
                self.connections[entry.connection].acknowledging.append((at, entry))
            case book.Acknowledged():
                self.connections[entry.connection].acknowledged.append((at, entry))
            case book.Listed():
                self.lists[entry.user].append(entry)
            case book.Fault():
                self.faults.append((at, entry))
            case book.Trouble():
                self.troubles.append((at, entry))

    def _index_lists(self):
        """Only the last list of a user counts; `of_user` is in the order of seq."""
        for user, lists in self.lists.items():
            for id, seq, mark, state in lists[-1].items:
                notification = Notification(id, user, seq, mark, state)
                self.notifications[id] = notification
                self.of_user[user].append(notification)
            self.of_user[user].sort(key=lambda notification: notification.seq)
    def _index_answers(self):
        """Where in the ledger each notification was first answered by 201."""
        self.accepted_at = {}
        for answers in self.answers.values():
            for at, answer in answers:
                for _, id, _, _ in answer.results:
                    self.accepted_at.setdefault(id, at)

    def _index_collapse_keys(self):
        """What replaced what, and where in the ledger that was certain: a scheduled one replaces when it is due."""
        self.newer_ones = defaultdict(list)
        self.replaced_at = {}
        for notifications in self.of_user.values():
            of_key = defaultdict(list)
            for notification in reversed(notifications):
                request = self.request_of(notification)
                if request is None or request.collapse_key is None:
                    continue
                newer_ones = of_key[request.collapse_key]
                self.newer_ones[notification.id] = [newer.id for newer in newer_ones]
                certain = [self.accepted_at[newer.id] for newer in newer_ones
                           if newer.id in self.accepted_at and self.request_of(newer).deliver_at is None]
                if certain:
                    self.replaced_at[notification.id] = min(certain)
                newer_ones.append(notification)

    def request_of(self, notification):
        return self.requests.get(notification.mark)

    def is_plain(self, notification):
        """Whether nothing but an acknowledgement can keep it from a device, and nothing delays it."""
        request = self.request_of(notification)
        return (request is not None and request.ttl is None and request.deliver_at is None
                and request.collapse_key is None)

    def owed(self):
        """The ids that each device of a user has to have in the end: all but what may expire or was replaced."""
        return {user: {notification.id for notification in notifications
                       if not self._may_expire(notification) and not self.newer_ones[notification.id]}
                for user, notifications in self.of_user.items()}

    def _may_expire(self, notification):
        request = self.request_of(notification)
        return request is not None and request.ttl is not None
