"""The promises of the inbox, each with the check that looks for a broken one."""

from . import delivery_checks, order_checks, plan, storage_checks
from .violation import Violation


def no_troubles(history):
    """Nothing happened that no fault excuses."""
    for _, trouble in history.troubles:
        yield Violation(trouble.what)


def every_check(ack_timeout=plan.ACK_TIMEOUT):
    """(promise, check), in the order in which a reader would ask."""
    return [
        ("what was answered by 201 is kept", storage_checks.accepted_are_kept),
        ("what was listed stays, after a crash too", storage_checks.lists_stay),
        ("each request is kept once, whatever was repeated", storage_checks.each_request_is_kept_once),
        ("a request to many is there for all or none", storage_checks.many_are_all_or_none),
        ("all answers to a request agree", storage_checks.answers_agree),
        ("senders hear 201, 5xx or nothing, and 201 at last", storage_checks.requests_are_accepted),
        ("a user's seq has no holes", storage_checks.seqs_have_no_holes),
        ("everything reaches every device", delivery_checks.everything_arrives),
        ("what arrives is what was sent, once", delivery_checks.deliveries_are_what_was_sent),
        ("what was acknowledged does not come again", delivery_checks.acknowledged_stay_away),
        ("pending ones first: urgent by seq, others by seq", order_checks.pending_come_first),
        ("no newer one overtakes an older", order_checks.nothing_is_overtaken),
        ("attempt rises with every send", delivery_checks.attempts_rise),
        ("attempt counts nothing but sends",
         lambda history: delivery_checks.attempts_are_sends(history, ack_timeout)),
        ("nothing is sent again before its time-out",
         lambda history: delivery_checks.time_outs_are_kept(history, ack_timeout)),
        ("deliver_at and expires_at are kept", delivery_checks.times_are_kept),
        ("what was replaced stays away", delivery_checks.replaced_stay_away),
        ("nothing unexpected happened", no_troubles),
    ]


def broken_promises(history, checks=None):
    """(promise, violations) of each check."""
    return [(promise, list(check(history))) for promise, check in checks or every_check()]
