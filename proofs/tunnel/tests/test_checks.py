"""Each check is shown a ledger with what it looks for, and the good one."""

import json
import unittest

from .. import checks

MESSAGES = [{"is": "message", "seq": seq, "said": f"ann {seq}"} for seq in (1, 2, 3)]
NOTIFICATIONS = [{"id": "ntf_a", "seq": 1}, {"id": "ntf_b", "seq": 2}]
GOOD = {
    "final": {"red": 3},
    "published": [{"room": "red", "said": "ann 2", "seq": 2}],
    "notified": [{"user": "ann", **entry} for entry in NOTIFICATIONS],
    "riders": [
        {"name": name, "user": name, "rooms": {"red": MESSAGES}, "members": {"red": ["ann", "bob"]},
         "notifications": NOTIFICATIONS if name == "ann" else []}
        for name in ("ann", "bob")
    ],
}


class Checks(unittest.TestCase):
    def setUp(self):
        self.ledger = json.loads(json.dumps(GOOD))
        self.ann, self.bob = self.ledger["riders"]

    def assert_found(self, check, words):
        found = list(check(self.ledger))
        self.assertTrue(found, "nothing was found")
        self.assertIn(words, found[0])

    def test_the_good_one(self):
        for promise, violations in checks.broken_promises(self.ledger):
            self.assertEqual(violations, [], promise)

    def test_a_message_twice(self):
        self.bob["rooms"]["red"].insert(1, MESSAGES[0])
        self.assert_found(checks.rooms_once_and_in_order, "bob heard red 1 after 1")

    def test_a_hole(self):
        del self.bob["rooms"]["red"][1]
        self.assert_found(checks.rooms_once_and_in_order, "bob missed red 2 to 2")

    def test_a_hole_that_was_told_of(self):
        self.bob["rooms"]["red"][1] = {"is": "gap"}
        self.assertEqual(list(checks.rooms_once_and_in_order(self.ledger)), [])

    def test_the_last_one_missing(self):
        del self.bob["rooms"]["red"][-1]
        self.assert_found(checks.rooms_complete, "bob heard red up to 2 of 3")

    def test_two_stories(self):
        self.bob["rooms"]["red"][1] = {**MESSAGES[1], "said": "else"}
        self.assert_found(checks.rooms_agree, "red 2 is ann 2 to ann and else to bob")

    def test_a_publish_twice(self):
        for rider in (self.ann, self.bob):
            rider["rooms"]["red"].append({"is": "message", "seq": 4, "said": "ann 2"})
        self.assert_found(checks.publishes_once, "stands in red at [2, 4]")

    def test_a_publish_lost(self):
        self.ledger["published"].append({"room": "red", "said": "ann 9", "seq": 4})
        self.assert_found(checks.publishes_once, "ann 9 was acknowledged as red 4")

    def test_a_notification_twice(self):
        self.ann["notifications"].append(NOTIFICATIONS[1])
        self.assert_found(checks.notifications_once_and_in_order, "notified of 2 after 2")

    def test_a_notification_lost(self):
        del self.ann["notifications"][0]
        self.assert_found(checks.notifications_complete, "ann was not notified of 1 of 2")

    def test_a_ghost_and_somebody_missing(self):
        self.bob["members"]["red"] = ["bob", "carl"]
        self.assert_found(checks.presence_right, "['carl'] too many and ['ann'] too few")


if __name__ == "__main__":
    unittest.main()
