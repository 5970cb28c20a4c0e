"""A secret and tokens that it signs, one for each user of a benchmark."""

import base64
import hashlib
import hmac
import json
import os
import time

USERS = 20_000


def write(folder):
    """Writes the files `secret` and `tokens`."""
    secret = base64.b64encode(os.urandom(32))
    (folder / "secret").write_bytes(secret)
    expiry = int(time.time()) + 3600
    header = part({"alg": "HS256", "typ": "JWT"})
    tokens = (signed(header + b"." + part({"sub": f"user-{user}", "exp": expiry}), secret) for user in range(USERS))
    (folder / "tokens").write_bytes(b"\n".join(tokens))


def signed(text, secret):
    return text + b"." + encoded(hmac.new(secret, text, hashlib.sha256).digest())


def part(value):
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
