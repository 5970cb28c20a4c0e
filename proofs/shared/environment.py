"""What a server under proof finds around it."""

import os


def server_environment(secret):
    """What the caller's shell configures for a server of its own is none of the proof's business."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REALTIME_")}
    return {**inherited, "REALTIME_JWT_SECRET": secret}
