"""Ledgers for the tests, told in a few words. Every story that is told whole is a good one."""

from ..history import History
from ..ledger import (Acknowledged, Acknowledging, Answered, Closed, Connected, Delivered, Device, Fault, Ledger,
                      Listed, Opened, Request, Sent, Trouble)

ANN, BOB = "ann", "bob"


class Story:
    """Users ann and bob with a device each. Time passes by a millisecond with each entry."""

    def __init__(self):
        self.ledger = Ledger()
        self.clock = 1000.0
        self.kept = {ANN: [], BOB: []}
        self.tell(Device("ann/first", ANN, "first"), Device("bob/first", BOB, "first"))

    def tell(self, *entries):
        for entry in entries:
            self.clock += 0.001
            if hasattr(entry, "time"):
                entry.time = self.clock
            self.ledger.add(entry)

    def wait(self, seconds):
        self.clock += seconds

    def request(self, mark, *users, **more):
        self.tell(Request(mark, list(users or (ANN,)), **{"key": f"key-{mark}", **more}))

    def keep(self, mark, *users):
        """It is in the lists of its users; gives the results of the answer."""
        results = []
        for user in users or (ANN,):
            self.kept[user].append((f"{user}-{mark}", len(self.kept[user]) + 1, mark, "pending"))
            results.append((user, f"{user}-{mark}", len(self.kept[user]), False))
        return results

    def send(self, mark, *users, **more):
        """A request that was answered by 201 at the first try."""
        self.request(mark, *users, **more)
        self.tell(Sent(mark), Answered(mark, 201, self.keep(mark, *users)))

    def connect(self, connection, device="ann/first"):
        self.tell(Opened(connection, device), Connected(connection))

    def close(self, connection):
        self.tell(Closed(connection, "left"))

    def deliver(self, connection, mark, user=ANN, **more):
        id, seq, _, _ = next(item for item in self.kept[user] if item[2] == mark)
        self.tell(Delivered(connection, id, **{"seq": seq, "attempt": 1, "mark": mark, "sent_at": self.clock, **more}))

    def acknowledge(self, connection, *marks, user=ANN, answered=True):
        ids = [f"{user}-{mark}" for mark in marks]
        self.tell(Acknowledging(connection, ids))
        if answered:
            self.tell(Acknowledged(connection, ids))

    def kill(self, kind="server"):
        self.tell(Fault(kind, "killed"))

    def trouble(self, what):
        self.tell(Trouble(what))

    def history(self):
        """The end of the story: the lists are read."""
        for user, items in self.kept.items():
            self.tell(Listed(user, len(items), sorted(items, key=lambda item: -item[1])))
        return History(self.ledger)


def good_story():
    """Some of everything that may happen: repeats, a crash, resends, late acknowledgements, a replay, two users."""
    story = Story()
    story.connect(1)
    story.connect(2, "bob/first")
    story.send(1)
    story.deliver(1, 1)
    story.acknowledge(1, 1)
    story.request(2)
    story.tell(Sent(2), Answered(2, 0))
    story.kill()
    story.close(1)
    story.close(2)
    results = story.keep(2)
    story.tell(Sent(2), Answered(2, 503), Sent(2), Answered(2, 201, [(*results[0][:3], True)]))
    story.send(3, ANN, BOB)
    story.send(4, priority="urgent")
    story.request(5, key=None)
    story.tell(Sent(5), Answered(5, 0))
    story.connect(3)
    story.deliver(3, 4, priority="urgent")
    story.deliver(3, 2, attempt=2)
    story.deliver(3, 3)
    story.send(6)
    story.deliver(3, 6)
    story.acknowledge(3, 2, answered=False)
    story.wait(2.1)
    story.deliver(3, 3, attempt=2)
    story.acknowledge(3, 2, 3, 4, 6)
    story.connect(4, "bob/first")
    story.deliver(4, 3, BOB)
    story.acknowledge(4, 3, user=BOB)
    story.send(7, collapse_key="topic")
    story.send(8, collapse_key="topic")
    story.deliver(3, 8)
    story.send(9, ttl=1)
    story.deliver(3, 9, expires_at=story.clock + 0.9)
    story.send(10, deliver_at=story.clock + 1)
    story.send(11)
    story.deliver(3, 11)
    story.wait(1.1)
    story.deliver(3, 10)
    return story
