"""Each check is shown a story with what it looks for, and the good one."""

import itertools
import tempfile
import unittest

from .. import checks, delivery_checks, order_checks, storage_checks
from ..history import History
from ..ledger import Answered, Delivered, Ledger, Listed, Sent
from .story import ANN, BOB, Story, good_story

TIMEOUT = 2.0


class TheGoodStory(unittest.TestCase):
    def test_no_check_objects(self):
        history = good_story().history()
        for promise, violations in checks.broken_promises(history):
            self.assertEqual(violations, [], promise)

    def test_survives_being_saved(self):
        story = good_story()
        told = story.history()
        with tempfile.NamedTemporaryFile() as file:
            story.ledger.save(file.name)
            loaded = Ledger.load(file.name)
        self.assertEqual(checks.broken_promises(History(loaded)), checks.broken_promises(told))
        self.assertEqual(len(loaded.entries), len(story.ledger.entries))


class Check(unittest.TestCase):
    """Tells a bad story and expects that the check says so in these words."""

    def setUp(self):
        self.story = Story()

    def assert_found(self, check, words, *more):
        found = [violation.text for violation in check(self.story.history(), *more)]
        self.assertTrue(found, "nothing was found")
        self.assertIn(words, found[0])

    def assert_fine(self, check, *more):
        self.assertEqual([violation.text for violation in check(self.story.history(), *more)], [])


class Storage(Check):
    def test_an_accepted_one_that_is_gone(self):
        self.story.send(1)
        self.story.kept[ANN].clear()
        self.assert_found(storage_checks.accepted_are_kept, "lost: ann-1")

    def test_an_accepted_one_with_another_seq(self):
        self.story.send(1)
        self.story.kept[ANN] = [("ann-1", 2, 1, "pending")]
        self.assert_found(storage_checks.accepted_are_kept, "is kept as seq 2")

    def test_a_listed_one_that_is_gone_after_a_crash(self):
        self.story.send(1)
        self.story.tell(Listed(ANN, 1, list(self.story.kept[ANN])))
        self.story.kept[ANN].clear()
        self.assert_found(storage_checks.lists_stay, "is not any more")

    def test_a_request_that_is_kept_twice(self):
        self.story.send(1)
        self.story.kept[ANN].append(("another", 2, 1, "pending"))
        self.assert_found(storage_checks.each_request_is_kept_once, "is there twice for ann")

    def test_a_notification_that_nobody_sent(self):
        self.story.keep(99)
        self.assert_found(storage_checks.each_request_is_kept_once, "sent by nobody")

    def test_a_notification_for_another_user(self):
        self.story.request(1, ANN)
        self.story.keep(1, BOB)
        self.assert_found(storage_checks.each_request_is_kept_once, "sent by nobody")

    def test_a_request_without_an_answer_may_be_kept_or_not(self):
        self.story.request(1, key=None)
        self.story.tell(Sent(1), Answered(1, 0))
        self.story.request(2, key=None)
        self.story.tell(Sent(2), Answered(2, 503))
        self.story.keep(2)
        for _, check in checks.every_check()[:7]:
            self.assert_fine(check)

    def test_half_of_a_request_to_many(self):
        self.story.request(1, ANN, BOB, key=None)
        self.story.keep(1, ANN)
        self.assert_found(storage_checks.many_are_all_or_none, "to 2 users and is there for 1")

    def test_two_answers_with_different_notifications(self):
        self.story.send(1)
        self.story.tell(Sent(1), Answered(1, 201, [(ANN, "another", 2, True)]))
        self.assert_found(storage_checks.answers_agree, "in different ways")

    def test_two_answers_that_are_both_new(self):
        self.story.send(1)
        self.story.tell(Sent(1), Answered(1, 201, [(ANN, "ann-1", 1, False)]))
        self.assert_found(storage_checks.answers_agree, "as new 2 times")

    def test_a_lone_request_that_is_called_a_duplicate(self):
        self.story.request(1)
        self.story.tell(Sent(1), Answered(1, 201, [(ANN, "ann-1", 1, True)]))
        self.assert_found(storage_checks.answers_agree, "answered as a duplicate")

    def test_an_answer_for_somebody_else(self):
        self.story.request(1, ANN)
        self.story.tell(Sent(1), Answered(1, 201, [(BOB, "bob-1", 1, False)]))
        self.assert_found(storage_checks.answers_agree, "other users")

    def test_a_refusal(self):
        self.story.request(1, key=None)
        self.story.tell(Sent(1), Answered(1, 409))
        self.assert_found(storage_checks.requests_are_accepted, "answered by 409")

    def test_a_key_without_a_201(self):
        self.story.request(1)
        self.story.tell(Sent(1), Answered(1, 503))
        self.assert_found(storage_checks.requests_are_accepted, "never answered by 201")

    def test_a_hole(self):
        self.story.kept[ANN] = [("a", 1, 1, "pending"), ("b", 3, 2, "pending")]
        self.assert_found(storage_checks.seqs_have_no_holes, "no seq 2 below 3")

    def test_a_list_that_does_not_begin_at_one(self):
        self.story.kept[ANN] = [("a", 2, 1, "pending")]
        self.assert_found(storage_checks.seqs_have_no_holes, "no seq 1")

    def test_a_seq_that_is_there_twice(self):
        self.story.kept[ANN] = [("a", 1, 1, "pending"), ("b", 1, 2, "pending")]
        self.assert_found(storage_checks.seqs_have_no_holes, "more than once")

    def test_a_list_out_of_order(self):
        history = self.story.history()
        history.lists[ANN].append(Listed(ANN, 2, [("a", 1, 1, "pending"), ("b", 2, 2, "pending")]))
        self.assertIn("newest first", next(storage_checks.seqs_have_no_holes(history)).text)

    def test_a_wrong_total(self):
        history = self.story.history()
        history.lists[ANN].append(Listed(ANN, 2, [("a", 1, 1, "pending")]))
        self.assertIn("the total of ann is 2", next(storage_checks.seqs_have_no_holes(history)).text)


class Delivery(Check):
    def test_one_that_never_arrives(self):
        self.story.send(1)
        self.assert_found(delivery_checks.everything_arrives, "ann-1, seq 1, never reached ann/first")

    def test_one_that_may_expire_need_not_arrive(self):
        self.story.send(1, ttl=1)
        self.assert_fine(delivery_checks.everything_arrives)

    def test_one_that_was_replaced_need_not_arrive_but_the_last_must(self):
        self.story.send(1, collapse_key="topic")
        self.story.send(2, collapse_key="topic")
        self.assert_found(delivery_checks.everything_arrives, "ann-2")

    def test_a_collapse_key_of_another_user_replaces_nothing(self):
        self.story.send(1, ANN, collapse_key="topic")
        self.story.send(2, BOB, collapse_key="topic")
        self.assert_found(delivery_checks.everything_arrives, "ann-1")

    def test_one_that_arrives_and_is_not_kept(self):
        self.story.send(1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.story.kept[ANN].clear()
        self.assert_found(delivery_checks.deliveries_are_what_was_sent, "is not in the list")

    def test_one_that_arrives_with_another_seq(self):
        self.story.send(1)
        self.story.connect(1)
        self.story.deliver(1, 1, seq=5)
        self.assert_found(delivery_checks.deliveries_are_what_was_sent, "as seq 5")

    def test_one_that_reaches_another_user(self):
        self.story.send(1)
        self.story.connect(1, "bob/first")
        self.story.deliver(1, 1)
        self.assert_found(delivery_checks.deliveries_are_what_was_sent, "reached bob/first")

    def test_an_acknowledged_one_on_a_later_connection(self):
        self.delivered_and_acknowledged()
        self.story.close(1)
        self.story.connect(2)
        self.story.deliver(2, 1, attempt=2)
        self.assert_found(delivery_checks.acknowledged_stay_away, "on a later connection")

    def test_an_acknowledged_one_on_the_same_connection(self):
        self.delivered_and_acknowledged()
        self.story.deliver(1, 1, attempt=2)
        self.assert_found(delivery_checks.acknowledged_stay_away, "on same connection")

    def test_an_acknowledgement_without_an_answer_promises_nothing(self):
        self.delivered_and_acknowledged(answered=False)
        self.story.close(1)
        self.story.connect(2)
        self.story.deliver(2, 1, attempt=2)
        self.assert_fine(delivery_checks.acknowledged_stay_away)

    def delivered_and_acknowledged(self, **more):
        self.story.send(1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.story.acknowledge(1, 1, **more)

    def test_an_attempt_that_is_counted_again(self):
        self.story.send(1)
        for connection in (1, 2):
            self.story.connect(connection)
            self.story.deliver(connection, 1)
            self.story.close(connection)
        self.assert_found(delivery_checks.attempts_rise, "as attempt 1 after attempt 1")

    def test_an_attempt_that_was_no_send(self):
        self.story.send(1)
        self.story.connect(1)
        self.story.deliver(1, 1, attempt=2)
        self.assert_found(delivery_checks.attempts_are_sends, "no more than 1 sends", TIMEOUT)

    def test_an_attempt_that_was_sent_to_one_who_had_just_left(self):
        self.story.connect(1)
        self.story.close(1)
        self.story.send(1)
        self.story.connect(2)
        self.story.deliver(2, 1, attempt=2)
        self.assert_fine(delivery_checks.attempts_are_sends, TIMEOUT)

    def test_attempts_that_were_lost_with_connections_and_in_crashes(self):
        self.story.send(1)
        self.story.connect(1)
        self.story.close(1)
        self.story.kill("postgres")
        self.story.connect(2)
        self.story.deliver(2, 1, attempt=3)
        self.assert_fine(delivery_checks.attempts_are_sends, TIMEOUT)

    def test_one_that_is_sent_again_too_soon(self):
        self.story.send(1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.story.wait(1)
        self.story.deliver(1, 1, attempt=2)
        self.assert_found(delivery_checks.time_outs_are_kept, "after 1001 ms", TIMEOUT)

    def test_one_before_its_time(self):
        self.story.send(1, deliver_at=self.story.clock + 1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.assert_found(delivery_checks.times_are_kept, "before its time")

    def test_one_that_has_expired(self):
        self.story.send(1, ttl=1)
        expires_at = self.story.clock + 1
        self.story.wait(1.2)
        self.story.connect(1)
        self.story.deliver(1, 1, expires_at=expires_at)
        self.assert_found(delivery_checks.times_are_kept, "after it expired")

    def test_one_that_lives_too_long(self):
        self.story.send(1, ttl=1)
        self.story.connect(1)
        self.story.deliver(1, 1, expires_at=self.story.clock + 1.5)
        self.assert_found(delivery_checks.times_are_kept, "later than its time to live allows")

    def test_one_that_does_not_say_when_it_expires(self):
        self.story.send(1, ttl=1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.assert_found(delivery_checks.times_are_kept, "wrong expires_at")

    def test_a_replaced_one_after_the_newer(self):
        self.replaced()
        self.story.connect(1)
        self.story.deliver(1, 2)
        self.story.deliver(1, 1)
        self.assert_found(delivery_checks.replaced_stay_away, "came to ann/first after ann-2")

    def test_a_replaced_one_on_a_new_connection(self):
        self.replaced()
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.assert_found(delivery_checks.replaced_stay_away, "opened after it had been replaced")

    def test_a_replaced_one_that_was_on_its_way(self):
        self.story.connect(1)
        self.replaced()
        self.story.deliver(1, 1)
        self.story.deliver(1, 2)
        self.assert_fine(delivery_checks.replaced_stay_away)

    def test_a_scheduled_one_replaces_nobody_before_its_time(self):
        self.story.send(1, collapse_key="topic")
        self.story.send(2, collapse_key="topic", deliver_at=self.story.clock + 1)
        self.story.connect(1)
        self.story.deliver(1, 1)
        self.assert_fine(delivery_checks.replaced_stay_away)

    def replaced(self):
        self.story.send(1, collapse_key="topic")
        self.story.send(2, collapse_key="topic")

    def test_trouble(self):
        self.story.trouble("the server is not well")
        self.assert_found(checks.no_troubles, "not well")


class Order(Check):
    def test_an_urgent_one_after_another(self):
        self.sent("normal", "urgent")
        self.arrive(1, 2)
        self.assert_found(order_checks.pending_come_first, "the order is wrong")

    def test_pending_ones_out_of_order(self):
        self.sent("normal", "normal", "normal")
        self.arrive(2, 1, 3)
        self.assert_found(order_checks.pending_come_first, "about ann-1")

    def test_urgent_ones_out_of_order(self):
        self.sent("urgent", "urgent")
        self.arrive(2, 1)
        self.assert_found(order_checks.pending_come_first, "about ann-1")

    def test_live_ones_out_of_order(self):
        self.story.connect(1)
        for mark in (1, 2, 3):
            self.story.send(mark)
        for mark in (1, 3, 2):
            self.story.deliver(1, mark)
        self.assert_found(order_checks.pending_come_first, "about ann-2")

    def test_a_live_one_before_a_pending_one(self):
        self.sent("normal", "normal")
        self.story.connect(1)
        self.story.send(3)
        for mark in (1, 3, 2):
            self.story.deliver(1, mark)
        self.assert_found(order_checks.pending_come_first, "about ann-2")

    def test_an_urgent_live_one_that_does_not_wait_for_the_pending(self):
        self.sent("normal", "normal")
        self.story.connect(1)
        self.story.send(3, priority="urgent")
        self.story.deliver(1, 1)
        self.story.deliver(1, 3, priority="urgent")
        self.story.deliver(1, 2)
        self.assert_found(order_checks.pending_come_first, "about ann-2")

    def test_the_boundary_is_the_servers_to_choose(self):
        """What is sent while a device connects may be pending or newer."""
        urgent = {2, 4}
        for order, fine in (((2, 4, 1, 3), True), ((2, 1, 3, 4), True), ((4, 2, 1, 3), False), ((2, 3, 1, 4), False),
                            ((1, 2, 3, 4), True), ((2, 1, 4, 3), False)):
            deliveries = [pending(seq, seq in urgent) for seq in order]
            self.assertEqual(order_checks.boundary_exists(deliveries, 0), fine, order)

    def test_what_was_accepted_before_is_pending(self):
        deliveries = [pending(1), pending(2, urgent=True)]
        self.assertTrue(order_checks.boundary_exists(deliveries, 1))
        self.assertFalse(order_checks.boundary_exists(deliveries, 2))

    def test_boundaries_agree_with_trying_all_of_them(self):
        for order in itertools.permutations(range(1, 6)):
            for urgent in itertools.chain.from_iterable(itertools.combinations(range(1, 6), n) for n in (0, 1, 2, 3)):
                for at_least in (0, 2, 5):
                    deliveries = [pending(seq, seq in urgent) for seq in order]
                    self.assertEqual(order_checks.boundary_exists(deliveries, at_least),
                                     boundary_by_trying(deliveries, at_least), (order, urgent, at_least))

    def test_a_newer_one_without_the_older(self):
        self.sent("normal", "normal", "normal")
        self.arrive(1, 3)
        self.assert_found(order_checks.nothing_is_overtaken, "seq 3 overtook seq 2")

    def test_an_older_one_that_comes_and_is_acknowledged_only_behind_a_newer_one(self):
        self.sent("normal", "normal")
        self.arrive(2, 1)
        self.story.acknowledge(1, 1, 2)
        self.assert_found(order_checks.nothing_is_overtaken, "seq 2 overtook seq 1")

    def test_an_urgent_one_without_the_older_urgent_one(self):
        self.sent("urgent", "normal", "urgent")
        self.arrive(3)
        self.assert_found(order_checks.nothing_is_overtaken, "seq 3 overtook seq 1")

    def test_an_unacknowledged_one_that_is_left_out_of_a_replay(self):
        self.sent("normal", "normal")
        self.arrive(1, 2)
        self.story.acknowledge(1, 2)
        self.story.close(1)
        self.story.connect(2)
        self.story.send(3)
        self.story.deliver(2, 3)
        self.assert_found(order_checks.nothing_is_overtaken, "seq 3 overtook seq 1")

    def test_what_may_be_left_out(self):
        self.story.send(1, ttl=1)
        self.story.send(2, collapse_key="topic")
        self.story.send(3, deliver_at=self.story.clock + 5)
        self.story.send(4)
        self.arrive(4)
        self.story.acknowledge(1, 4, answered=False)
        self.story.close(1)
        self.story.connect(2)
        self.story.send(5)
        self.story.deliver(2, 5)
        self.assert_fine(order_checks.nothing_is_overtaken)

    def sent(self, *priorities):
        self.priorities = priorities
        for mark, priority in enumerate(priorities, 1):
            self.story.send(mark, priority=priority)

    def arrive(self, *marks):
        self.story.connect(1)
        for mark in marks:
            request = next(entry for entry in self.story.ledger.entries
                           if getattr(entry, "users", None) and entry.mark == mark)
            self.story.deliver(1, mark, priority=request.priority)


def pending(seq, urgent=False):
    return Delivered(1, str(seq), seq, 1, seq, "urgent" if urgent else "normal")


def boundary_by_trying(deliveries, at_least):
    """The rule in its plainest words."""
    for place in range(at_least, len(deliveries) + 1):
        before, after = deliveries[:place], deliveries[place:]
        wanted = sorted(before, key=lambda one: (one.priority != "urgent", one.seq)) + sorted(
            after, key=lambda one: one.seq)
        if deliveries == wanted and all(old.seq < new.seq for old in before for new in after):
            return True
    return False


if __name__ == "__main__":
    unittest.main()
