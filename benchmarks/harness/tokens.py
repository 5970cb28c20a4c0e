"""A secret and the tokens that it signs: one for each user of a benchmark, and one for a backend."""

import base64
import hashlib
import hmac
import json
import os
import time

USERS = 20_000


def write(folder, users=range(USERS)):
    """Writes the files `secret`, `tokens` (one for each user, in this order) and `service` (a backend's)."""
    secret = base64.b64encode(os.urandom(32))
    (folder / "secret").write_bytes(secret)
    expiry = int(time.time()) + 3600
    tokens = (token({"sub": f"user-{user:08x}", "exp": expiry}, secret) for user in users)
    (folder / "tokens").write_bytes(b"\n".join(tokens))
    (folder / "service").write_bytes(token({"sub": "bench", "scope": "service", "exp": expiry}, secret))


def token(claims, secret):
    return signed(part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims), secret)


def signed(text, secret):
    return text + b"." + encoded(hmac.new(secret, text, hashlib.sha256).digest())


def part(value):
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
