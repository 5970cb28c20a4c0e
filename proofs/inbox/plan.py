"""Who there is, what is sent, and when something breaks. Everything is drawn from one seed."""

import random
import time
from dataclasses import dataclass

from .ledger import Device, Request


@dataclass(frozen=True)
class Scale:
    """How large a run is."""
    users: int = 200
    rate: int = 300
    kills: int = 30
    # How often PostgreSQL is stopped without being killed: its connections stay, and nothing answers.
    stalls: int = 5
    senders: int = 16
    # Between one fault and the next, beside those that come at once.
    calm: tuple[float, float] = (1.5, 5.0)
    # How long everybody stays connected at the end, to hear that nothing comes any more.
    silence: float = 5.0


QUICK = Scale(users=60, kills=2, stalls=0, calm=(1.0, 2.5), silence=2.5)

# Short, so that many are sent again on a connection that stays.
ACK_TIMEOUT = 2.0

# For the server's statements; some of the stalls take longer.
DATABASE_TIMEOUT = 1
STALL = (0.5, 4.0)

# How much later than its request a notification is to come at most.
LONGEST_DELAY = 3.0


def devices(scale, seed):
    """Every third user has a second device; a quarter of the first ones have no id."""
    chance = random.Random(f"{seed} devices")
    listed = []
    for number in range(scale.users):
        user = f"user-{number}"
        listed.append(Device(f"{user}/first", user, None if chance.random() < 0.25 else "first"))
        if number % 3 == 0:
            listed.append(Device(f"{user}/second", user, "second"))
    return listed


class Requests:
    """What is to be sent, one after the other."""

    def __init__(self, scale, seed):
        self.users = [f"user-{number}" for number in range(scale.users)]
        self.chance = random.Random(f"{seed} requests")
        self.made = 0

    def next(self):
        chance = self.chance
        self.made += 1
        many = chance.random() < 0.02
        request = Request(self.made, chance.sample(self.users, chance.randint(2, 10) if many else 1))
        request.priority = chance.choices(("urgent", "high", "normal", "low"), (10, 10, 70, 10))[0]
        if chance.random() < 0.9:
            request.key = f"key-{self.made}"
        if chance.random() < 0.05:
            request.collapse_key = f"topic-{chance.randint(1, 3)}"
        if chance.random() < 0.05:
            request.ttl = chance.randint(1, 5)
        if chance.random() < 0.03:
            request.deliver_at = round(time.time() + chance.uniform(0.3, LONGEST_DELAY), 3)
        return request

    def repeat_after(self, request):
        """In how many seconds a second sender says the same, if one does: 0 is at the same time."""
        if request.key is None:
            return None
        drawn = self.chance.random()
        return 0 if drawn < 0.02 else self.chance.uniform(0.5, 6) if drawn < 0.05 else None


def faults(scale, seed):
    """(pause before it, its kind) of each fault; one in six comes while the one before is being recovered from."""
    chance = random.Random(f"{seed} faults")
    kinds = ["server", "postgres"] * scale.kills + ["stall"] * scale.stalls
    chance.shuffle(kinds)
    return [(chance.uniform(0.05, 0.5) if chance.random() < 1 / 6 else chance.uniform(*scale.calm), kind)
            for kind in kinds]
