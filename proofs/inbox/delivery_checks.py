"""What was promised to devices, held against what each of them received."""

from .violation import Violation

# The server may stamp an envelope in the millisecond after the one in which it decided to send it.
STAMP_TOLERANCE = 0.05

# For so long after a device has left, the server may take it to be there, and send to it.
LEAVING = 2.0


def everything_arrives(history):
    """What a user's list has has reached each of the user's devices, but for what expired or was replaced."""
    owed = history.owed()
    for name, device in history.devices.items():
        received = {delivery.id for connection in history.of_device[name] for _, delivery in connection.deliveries}
        for id in sorted(owed.get(device.user, set()) - received):
            yield Violation(f"{id}, seq {history.notifications[id].seq}, never reached {name}", id)


def deliveries_are_what_was_sent(history):
    """What a device receives is in its own user's list with the same seq and content; so no listener hears two
    notifications of one send."""
    for connection, delivery in all_deliveries(history):
        kept = history.notifications.get(delivery.id)
        device = history.devices[connection.device]
        if kept is None:
            yield Violation(f"{delivery.id} reached {device.name} and is not in the list", delivery.id)
        elif (kept.user, kept.seq, kept.mark) != (device.user, delivery.seq, delivery.mark):
            yield Violation(f"{delivery.id} reached {device.name} as seq {delivery.seq} with mark {delivery.mark}, and "
                            f"is seq {kept.seq} of {kept.user} with mark {kept.mark}", delivery.id)


def acknowledged_stay_away(history):
    """After the answer to an acknowledgement the notification does not come again: a delivery that had crossed it
    would have come before the answer, and none can on a later connection."""
    for name in history.devices:
        answered = {}
        for connection in history.of_device[name]:
            for _, entry in in_order(connection.deliveries, connection.acknowledged):
                if hasattr(entry, "ids"):
                    for id in entry.ids:
                        answered.setdefault(id, connection.number)
                elif entry.id in answered:
                    where = "same" if answered[entry.id] == connection.number else "a later"
                    yield Violation(f"{entry.id} came again to {name} after it was acknowledged, on {where} "
                                    "connection", entry.id)


def attempts_rise(history):
    """Each send to a device counts one more than the last."""
    for name in history.devices:
        last = {}
        for connection in history.of_device[name]:
            for _, delivery in connection.deliveries:
                if delivery.attempt <= last.get(delivery.id, 0):
                    yield Violation(f"{delivery.id} came to {name} as attempt {delivery.attempt} after attempt "
                                    f"{last.get(delivery.id, 0)}", delivery.id)
                last[delivery.id] = delivery.attempt


def attempts_are_sends(history, ack_timeout):
    """No attempt is counted that could not have been a send: one for each connection, one more for each time-out
    that passed on it, and one for each fault, in which a send may have been lost after it was counted."""
    for name in history.devices:
        connections = history.of_device[name]
        for current, connection in enumerate(connections):
            for at, delivery in connection.deliveries:
                begun = history.sends.get(delivery.mark)
                if delivery.attempt == 1 or not begun:
                    continue
                sent_at, sent = begun[0]
                possible = sum(fault.what != "back" for where, fault in history.faults if sent_at < where < at)
                for other in connections[:current + 1]:
                    until = min(other.closed + LEAVING, delivery.time)
                    if until >= sent.time:
                        possible += 1 + int((until - max(other.opened, sent.time)) / ack_timeout)
                if delivery.attempt > possible:
                    yield Violation(f"{delivery.id} came to {name} as attempt {delivery.attempt}, when no more than "
                                    f"{possible} sends were possible", delivery.id)


def time_outs_are_kept(history, ack_timeout):
    """On one connection nothing is sent again sooner than the ack time-out."""
    for connection in history.connections.values():
        last = {}
        for _, delivery in connection.deliveries:
            apart = delivery.sent_at - last.get(delivery.id, float("-inf"))
            if apart < ack_timeout - STAMP_TOLERANCE:
                yield Violation(f"{delivery.id} was sent again to {connection.device} after {apart * 1000:.0f} ms",
                                delivery.id)
            last[delivery.id] = delivery.sent_at


def times_are_kept(history):
    """Nothing is sent before its `deliver_at` or after its `expires_at`, and what has a time to live says so."""
    for connection, delivery in all_deliveries(history):
        request = history.requests.get(delivery.mark)
        if request is None:
            continue
        if request.deliver_at is not None and delivery.sent_at < request.deliver_at - 0.001:
            early = request.deliver_at - delivery.sent_at
            yield Violation(f"{delivery.id} was sent {early * 1000:.0f} ms before its time", delivery.id)
        if (request.ttl is None) != (delivery.expires_at is None):
            yield Violation(f"{delivery.id} has the wrong expires_at", delivery.id)
        elif request.ttl is not None:
            late = delivery.sent_at - delivery.expires_at
            if late > STAMP_TOLERANCE:
                yield Violation(f"{delivery.id} was sent to {connection.device} {late * 1000:.0f} ms after it expired",
                                delivery.id)
            latest = latest_expiry(history, request)
            if delivery.expires_at > latest:
                yield Violation(f"{delivery.id} expires {delivery.expires_at - latest:.3f} s later than its time to "
                                "live allows", delivery.id)


def latest_expiry(history, request):
    """It was accepted before the first 201 at the latest; a repeated send does not extend its life."""
    accepted = [answer.time for _, answer in history.answers[request.mark] if answer.status == 201]
    start = min(accepted, default=float("inf"))
    return max(start, request.deliver_at or 0) + request.ttl + STAMP_TOLERANCE


def replaced_stay_away(history):
    """Once a newer one with the same collapse key was answered by 201, no connection that is opened later gets the
    older; and none gets it that has had the newer."""
    for connection in history.connections.values():
        had = set()
        for _, delivery in connection.deliveries:
            newer = had.intersection(history.newer_ones.get(delivery.id, ()))
            if newer:
                yield Violation(f"{delivery.id} came to {connection.device} after {newer.pop()}, which replaced it",
                                delivery.id)
            elif history.replaced_at.get(delivery.id, float("inf")) < connection.opened_at:
                yield Violation(f"{delivery.id} came to {connection.device} on a connection that was opened after it "
                                "had been replaced", delivery.id)
            had.add(delivery.id)


def all_deliveries(history):
    for connection in history.connections.values():
        for _, delivery in connection.deliveries:
            yield connection, delivery


def in_order(*lists):
    """Entries with their positions, merged."""
    return sorted((pair for entries in lists for pair in entries), key=lambda pair: pair[0])
