"""In which order a connection gets what it gets.

First what was pending when it was made: all urgent ones by seq, then all others by seq. Then what is newer, by seq.
Where the first part ends is the server's to say, between the request for the connection and its answer; so the
checks ask whether there is a place for that boundary at all. What is sent again after a time-out stands apart, and
so does what had a `deliver_at`, which comes when its time does.
"""

from .violation import Violation

# A position behind the end of every ledger.
NEVER = float("inf")


def arrivals(history, connection):
    """(at, delivery) of each notification that comes for the first time on this connection and was not delayed."""
    seen = set()
    for at, delivery in connection.deliveries:
        request = history.requests.get(delivery.mark)
        if delivery.id not in seen and (request is None or request.deliver_at is None):
            yield at, delivery
        seen.add(delivery.id)


def pending_come_first(history):
    """There is a boundary such that everything before it is in the order of the pending and everything behind it is
    newer and rising; and what was answered by 201 before the connection was asked for stands before it."""
    for connection in history.connections.values():
        deliveries = [delivery for _, delivery in arrivals(history, connection)]
        if not boundary_exists(deliveries, pending_for_sure(history, connection, deliveries)):
            wrong = first_out_of_place(deliveries)
            yield Violation(f"on connection {connection.number} of {connection.device} the order is wrong about "
                            f"{wrong.id}, seq {wrong.seq}", wrong.id)


def pending_for_sure(history, connection, deliveries):
    """How long the part before the boundary is at least."""
    return max((place for place, delivery in enumerate(deliveries, 1)
                if history.accepted_at.get(delivery.id, NEVER) < connection.opened_at), default=0)


def boundary_exists(deliveries, at_least):
    # From behind: how far the newer ones may reach to the front, and the least of them.
    count = len(deliveries)
    rising_from, least = count, [NEVER] * (count + 1)
    for place in range(count - 1, -1, -1):
        if rising_from == place + 1 and (place + 1 == count or deliveries[place].seq < deliveries[place + 1].seq):
            rising_from = place
        least[place] = min(least[place + 1], deliveries[place].seq)
    # From the front, as long as it is in the order of the pending.
    greatest, last = 0, (False, 0)
    for place in range(count + 1):
        if place >= max(at_least, rising_from) and greatest < least[place]:
            return True
        if place == count:
            return False
        rank = (deliveries[place].priority != "urgent", deliveries[place].seq)
        if rank <= last and place > 0:
            return False
        last, greatest = rank, max(greatest, deliveries[place].seq)
    return False


def first_out_of_place(deliveries):
    """Where a reader should look: the first that is smaller than one before it and is no start of the others."""
    for before, delivery in zip(deliveries, deliveries[1:]):
        if delivery.seq < before.seq and (before.priority != "urgent" or delivery.priority == "urgent"):
            return delivery
    return deliveries[-1]


def nothing_is_overtaken(history):
    """When a newer one arrives, every plain older one has arrived on this connection before, or the device had begun
    to acknowledge it. (Of urgent ones only older urgent ones can be asked for: they may be of the pending.)"""
    plain = {user: [notification for notification in notifications if history.is_plain(notification)]
             for user, notifications in history.of_user.items()}
    urgent = {notification.id for notifications in plain.values() for notification in notifications
              if history.request_of(notification).priority == "urgent"}
    for name, device in history.devices.items():
        acknowledging = {}
        for connection in history.of_device[name]:
            for at, entry in connection.acknowledging:
                for id in entry.ids:
                    acknowledging.setdefault(id, at)
        for connection in history.of_device[name]:
            yield from overtaken(connection, list(arrivals(history, connection)), plain.get(device.user, []), urgent,
                                 acknowledging)


def overtaken(connection, arrived, plain, urgent, acknowledging):
    places = {delivery.id: at for at, delivery in arrived}
    for only_urgent in (True, False):
        older = [notification for notification in plain if not only_urgent or notification.id in urgent]
        next_older = 0
        for at, delivery in arrived:
            if (delivery.priority == "urgent") != only_urgent:
                continue
            while next_older < len(older) and older[next_older].seq < delivery.seq:
                missed = older[next_older]
                next_older += 1
                if min(places.get(missed.id, NEVER), acknowledging.get(missed.id, NEVER)) > at:
                    yield Violation(f"seq {delivery.seq} overtook seq {missed.seq} on connection "
                                    f"{connection.number} of {connection.device}", missed.id)
