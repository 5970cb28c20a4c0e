"""Tokens that a server of a measurement takes."""

import base64
import hashlib
import hmac
import json
import time

# One for the whole run: a user's token stays the same, so that a server which remembers it does so in every round,
# however long a round takes.
EXPIRES = int(time.time()) + 3600


def make(secret, user):
    """A token of HS256 that is good for an hour from the program's start."""
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part({"sub": user, "exp": EXPIRES})
    signature = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return (text + b"." + encoded(signature)).decode()


def part(value):
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
