"""The figures of a run, the promises, and the timeline of one notification."""

import re
from collections import Counter
from datetime import datetime

from . import ledger as book


def figures(history, outcome):
    """Rows of (what, how much)."""
    answers = Counter(answer.status for answers in history.answers.values() for _, answer in answers)
    sends = sum(map(len, history.sends.values()))
    duplicates = sum(any(result[3] for result in answer.results)
                     for answers in history.answers.values() for _, answer in answers)
    deliveries = [delivery for connection in history.connections.values() for _, delivery in connection.deliveries]
    first = {(history.connections[delivery.connection].device, delivery.id) for delivery in deliveries}
    acknowledged = sum(len(entry.ids) for connection in history.connections.values()
                       for _, entry in connection.acknowledged)
    faults = Counter((fault.kind, fault.what) for _, fault in history.faults)
    outages = sorted(durations_of_outages(history))
    states = Counter(notification.state for notification in history.notifications.values())
    enqueues = sorted(latency for _, latency in outcome.latencies)
    arrivals = sorted(times_to_arrive(history))
    return [
        ("users, devices, connections",
         f"{len(history.of_user):,}, {len(history.devices):,}, {len(history.connections):,}"),
        ("kill -9 of the server, of PostgreSQL; PostgreSQL stopped",
         f"{faults['server', 'killed']}, {faults['postgres', 'killed']}; {faults['postgres', 'stopped']}"),
        ("from a kill to the next 201, median and longest",
         f"{percentile(outages, 50):.2f} s, {percentile(outages, 100):.2f} s"),
        ("requests, tries", f"{len(history.requests):,}, {sends:,}"),
        ("answered by 201, of these as duplicates", f"{answers[201]:,}, {duplicates:,}"),
        ("answered by 5xx, not answered",
         f"{sum(count for status, count in answers.items() if status >= 500):,}, {answers[0]:,}"),
        ("notifications kept", f"{len(history.notifications):,} "
         f"({', '.join(f'{count:,} {state}' for state, count in states.most_common())})"),
        ("deliveries, first to a device, again",
         f"{len(deliveries):,}, {len(first):,}, {len(deliveries) - len(first):,}"),
        ("highest attempt", f"{max((delivery.attempt for delivery in deliveries), default=0)}"),
        ("acknowledgements answered", f"{acknowledged:,}"),
        ("from the send to its 201, p50 and p99, faults included",
         f"{percentile(enqueues, 50) * 1000:.1f} ms, {percentile(enqueues, 99) * 1000:.1f} ms"),
        ("from the send to a device that was there, p50 and p99",
         f"{percentile(arrivals, 50) * 1000:.1f} ms, {percentile(arrivals, 99) * 1000:.1f} ms"),
        ("the run took", f"{outcome.seconds:.0f} s"),
    ]


def durations_of_outages(history):
    """For each kill the time until a 201 to a request that was sent after it."""
    accepted = []
    for mark, answers in history.answers.items():
        accepted += [(at, answer.time, mark) for at, answer in answers if answer.status == 201]
    accepted.sort()
    # The try that a 201 answers began at the last send of its request before it.
    begun = [max(where for where, _ in history.sends[mark] if where < at) for at, _, mark in accepted]
    for killed_at, fault in history.faults:
        if fault.what == "killed":
            for (_, time, _), start in zip(accepted, begun):
                if start > killed_at:
                    yield time - fault.time
                    break


def times_to_arrive(history):
    """Of first attempts that came live, from the sender's first try to the device."""
    for connection in history.connections.values():
        for _, delivery in connection.deliveries:
            request = history.requests.get(delivery.mark)
            if delivery.attempt == 1 and request is not None and request.deliver_at is None:
                at, sent = history.sends[delivery.mark][0]
                if at > connection.opened_at:
                    yield delivery.time - sent.time


def percentile(values, percent):
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else 0


def print_table(rows):
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:{width}}  {value}")


def print_timeline(history, id):
    """Everything that the ledger has about one notification, with the faults in between."""
    marks = {mark for mark, answers in history.answers.items()
             for _, answer in answers for result in answer.results if result[1] == id}
    if id in history.notifications:
        marks.add(history.notifications[id].mark)
    rows = [(at, entry) for at, entry in enumerate(history.entries) if concerns(entry, id, marks)]
    if not rows:
        print(f"Nothing is known of {id}.")
        return
    users = {user for mark in marks if mark in history.requests for user in history.requests[mark].users}
    connections = {connection.number for connection in history.connections.values()
                   if any(delivery.id == id for _, delivery in connection.deliveries)}
    first, last = rows[0][0], max(
        (at for at, entry in rows if not isinstance(entry, book.Listed)), default=rows[-1][0])
    rows += [(at, entry) for at, entry in enumerate(history.entries)
             if (isinstance(entry, book.Fault) and first < at < last)
             or (isinstance(entry, (book.Opened, book.Connected, book.Closed)) and entry.connection in connections)]
    print(f"{id}, to {', '.join(sorted(users)) or 'nobody known'}:")
    for _, entry in sorted(rows, key=lambda row: row[0]):
        print(f"  {clock(entry):12}  {told(entry, id, history)}")


def clock(entry):
    return datetime.fromtimestamp(entry.time).strftime("%H:%M:%S.%f")[:-3] if hasattr(entry, "time") else ""


def concerns(entry, id, marks):
    return getattr(entry, "mark", None) in marks or getattr(entry, "id", None) == id or (
        id in getattr(entry, "ids", ())) or any(id == item[0] for item in getattr(entry, "items", ()))


def told(entry, id, history):
    """The entry in one line, without its time and without what it says of others."""
    if isinstance(entry, book.Listed):
        return f"Listed {[item for item in entry.items if item[0] == id]}"
    if isinstance(entry, (book.Acknowledging, book.Acknowledged)):
        device = history.connections[entry.connection].device
        return f"{type(entry).__name__} by {device}, connection {entry.connection}"
    return re.sub(r", time=[0-9.]+|\btime=[0-9.]+", "", str(entry))
