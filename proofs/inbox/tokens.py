"""Tokens for the users, the devices and the backend of a run."""

import base64
import hashlib
import hmac
import json
import time


def make(secret, **claims):
    """A token of HS256 that is good for a day."""
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part({**claims, "exp": int(time.time()) + 86_400})
    return (text + b"." + encoded(hmac.new(secret.encode(), text, hashlib.sha256).digest())).decode()


def part(value):
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
