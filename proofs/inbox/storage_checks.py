"""What was promised to senders, held against the users' lists at the end."""

from .violation import Violation


def accepted_are_kept(history):
    """What a sender was told by 201 is in the user's list, with that id, that seq and that content."""
    for mark, answers in history.answers.items():
        for _, answer in answers:
            for user, id, seq, _ in answer.results:
                kept = history.notifications.get(id)
                if kept is None:
                    yield Violation(f"lost: {id}, seq {seq} of {user}, was answered by 201", id)
                elif (kept.user, kept.seq, kept.mark) != (user, seq, mark):
                    yield Violation(f"{id} was answered as seq {seq} of {user} with mark {mark}, and is kept as "
                                    f"seq {kept.seq} of {kept.user} with mark {kept.mark}", id)


def lists_stay(history):
    """What a user's list has once had it has after the next crash too, in its place."""
    for user, lists in history.lists.items():
        last = {item[0]: item[1:3] for item in lists[-1].items}
        for listed in lists[:-1]:
            for id, seq, mark, _ in listed.items:
                if last.get(id) != (seq, mark):
                    yield Violation(f"{id} was in the list of {user} with seq {seq}, and is not any more", id)


def each_request_is_kept_once(history):
    """A request has at most one notification for each of its users, exactly one after a 201, and nobody else's."""
    kept = {}
    for notification in history.notifications.values():
        request = history.requests.get(notification.mark)
        if request is None or notification.user not in request.users:
            yield Violation(f"{notification.id} of {notification.user} was sent by nobody", notification.id)
            continue
        first = kept.setdefault((notification.mark, notification.user), notification)
        if first is not notification:
            yield Violation(f"request {notification.mark} is there twice for {notification.user}: {first.id} and "
                            f"{notification.id}", notification.id)


def many_are_all_or_none(history):
    """A request to many users has reached all of them or none."""
    reached = {}
    for notification in history.notifications.values():
        reached.setdefault(notification.mark, set()).add(notification.user)
    for mark, users in reached.items():
        request = history.requests.get(mark)
        if request is not None and not users.issuperset(request.users):
            yield Violation(f"request {mark} was to {len(request.users)} users and is there for {len(users)}")


def answers_agree(history):
    """Each 201 to one request names the same notifications, only one of them as new; a lone one is new."""
    for mark, answers in history.answers.items():
        accepted = [answer for _, answer in answers if answer.status == 201]
        if not accepted:
            continue
        first = [result[:3] for result in accepted[0].results]
        if any([result[:3] for result in answer.results] != first for answer in accepted):
            yield Violation(f"request {mark} was answered in different ways", first[0][1] if first else None)
        if sorted(user for user, _, _ in first) != sorted(history.requests[mark].users):
            yield Violation(f"request {mark} was answered for other users than it names")
        new = sum(any(not result[3] for result in answer.results) for answer in accepted)
        if new > 1:
            yield Violation(f"request {mark} was answered as new {new} times", first[0][1])
        if new == 0 and len(history.sends[mark]) == 1:
            yield Violation(f"request {mark} was sent once and answered as a duplicate", first[0][1])


def requests_are_accepted(history):
    """A sender hears 201, 5xx or nothing; and one with a key, in the end, 201."""
    for mark, request in history.requests.items():
        statuses = [answer.status for _, answer in history.answers[mark]]
        for status in statuses:
            if status not in (0, 201) and not 500 <= status < 600:
                yield Violation(f"request {mark} was answered by {status}")
        if request.key is not None and 201 not in statuses:
            yield Violation(f"request {mark} has a key and was never answered by 201")


def seqs_have_no_holes(history):
    """A user's list is 1, 2, 3, … and its total says how many."""
    for user, lists in history.lists.items():
        seqs = [item[1] for item in lists[-1].items]
        if seqs != sorted(seqs, reverse=True):
            yield Violation(f"the list of {user} is not in the order of seq, newest first")
        missing = sorted(set(range(1, max(seqs, default=0) + 1)) - set(seqs))
        if missing:
            yield Violation(f"{user} has no seq {', '.join(map(str, missing[:5]))} below {max(seqs)}")
        if len(set(seqs)) != len(seqs):
            yield Violation(f"{user} has a seq more than once")
        if lists[-1].total != len(seqs):
            yield Violation(f"the total of {user} is {lists[-1].total}, and {len(seqs)} are listed")
