"""What has to be true of what the listeners heard.

Each check is given the ledger that `riders.js` writes and yields a sentence for each broken promise.
"""


def broken_promises(ledger):
    """Every promise with what breaks it."""
    return [(check.__doc__.split("\n")[0], list(check(ledger))) for check in (
        rooms_once_and_in_order, rooms_complete, rooms_agree, publishes_once, notifications_once_and_in_order,
        notifications_complete, presence_right)]


def messages(heard):
    """What a listener was given of a room, without what was said about it."""
    return [entry for entry in heard if entry["is"] == "message"]


def rooms_once_and_in_order(ledger):
    """A room's messages reach each listener once and in order, or it is told that some are missing"""
    for rider in ledger["riders"]:
        for room, heard in rider["rooms"].items():
            last, is_told = None, False
            for entry in heard:
                if entry["is"] == "gap":
                    is_told = True
                    continue
                seq = entry["seq"]
                if last is not None and seq <= last:
                    yield f"{rider['name']} heard {room} {seq} after {last}"
                elif last is not None and seq > last + 1 and not is_told:
                    yield f"{rider['name']} missed {room} {last + 1} to {seq - 1} and was not told"
                last, is_told = seq, False


def rooms_complete(ledger):
    """In the end everybody has heard the last message of every room"""
    for rider in ledger["riders"]:
        for room, final in ledger["final"].items():
            heard = messages(rider["rooms"][room])
            last = heard[-1]["seq"] if heard else 0
            if last != final:
                yield f"{rider['name']} heard {room} up to {last} of {final}"


def rooms_agree(ledger):
    """At each place of a room everybody heard the same"""
    first = {}
    for rider in ledger["riders"]:
        for room, heard in rider["rooms"].items():
            for entry in messages(heard):
                said, by = first.setdefault((room, entry["seq"]), (entry["said"], rider["name"]))
                if said != entry["said"]:
                    yield f"{room} {entry['seq']} is {said} to {by} and {entry['said']} to {rider['name']}"


def publishes_once(ledger):
    """What was published and acknowledged stands in its room once, at the place that the publisher was told"""
    places = {}
    for rider in ledger["riders"]:
        for room, heard in rider["rooms"].items():
            for entry in messages(heard):
                places.setdefault((room, entry["said"]), set()).add(entry["seq"])
    for (room, said), found in places.items():
        if len(found) > 1:
            yield f"{said} stands in {room} at {sorted(found)}"
    for publish in ledger["published"]:
        found = places.get((publish["room"], publish["said"]), set())
        if publish["seq"] not in found:
            yield f"{publish['said']} was acknowledged as {publish['room']} {publish['seq']} and stands at {sorted(found)}"


def notifications_once_and_in_order(ledger):
    """Notifications reach each listener once and in order"""
    for rider in ledger["riders"]:
        numbers = [entry["seq"] for entry in rider["notifications"]]
        for before, after in zip(numbers, numbers[1:]):
            if after <= before:
                yield f"{rider['name']} was notified of {after} after {before}"
        ids = [entry["id"] for entry in rider["notifications"]]
        if len(set(ids)) != len(ids):
            yield f"{rider['name']} was notified of one thing twice"


def notifications_complete(ledger):
    """Every notification that its sender was told is kept reaches every device"""
    for rider in ledger["riders"]:
        wanted = {entry["id"] for entry in ledger["notified"] if entry["user"] == rider["user"]}
        missing = wanted - {entry["id"] for entry in rider["notifications"]}
        if missing:
            yield f"{rider['name']} was not notified of {len(missing)} of {len(wanted)}: {sorted(missing)[0]}"


def presence_right(ledger):
    """In the end everybody sees everybody, and nobody else"""
    everybody = sorted({rider["user"] for rider in ledger["riders"]})
    for rider in ledger["riders"]:
        for room, members in rider["members"].items():
            if sorted(members) != everybody:
                extra, missing = set(members) - set(everybody), set(everybody) - set(members)
                yield f"{rider['name']} sees in {room} {sorted(extra)} too many and {sorted(missing)} too few"
