"""python websockets with uvloop: no compression, no library pings, its own broadcast for rooms.

/echo answers every message; /room/NAME relays it to the room's other members.
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import broadcast, serve

rooms = {}


async def handle(connection):
    path = connection.request.path
    if path.startswith("/room/"):
        await relay(connection, rooms.setdefault(path[6:], set()))
    else:
        async for message in connection:
            await connection.send(message)


async def relay(connection, members):
    members.add(connection)
    try:
        async for message in connection:
            broadcast([member for member in members if member is not connection], message)
    finally:
        members.discard(connection)


async def main():
    port = int(sys.argv[1])
    options = {"compression": None, "ping_interval": None, "backlog": 4096}
    async with serve(handle, "127.0.0.1", port, **options):
        await asyncio.get_running_loop().create_future()


uvloop.run(main())
