"""picows with uvloop: its low-level listener, one callback per frame, the payload passed on as a memoryview.

/echo answers every message; /room/NAME relays it to the room's other members.
"""

import asyncio
import sys

import uvloop
from picows import WSListener, WSMsgType, ws_create_server

rooms = {}


class Echo(WSListener):
    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        else:
            transport.send(frame.msg_type, frame.get_payload_as_memoryview())


class Member(WSListener):
    def __init__(self, name):
        self.name = name

    def on_ws_connected(self, transport):
        rooms.setdefault(self.name, set()).add(transport)

    def on_ws_disconnected(self, transport):
        rooms[self.name].discard(transport)

    def on_ws_frame(self, transport, frame):
        kind = frame.msg_type
        if kind == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
            return
        message = frame.get_payload_as_memoryview()
        for member in rooms[self.name]:
            if member is not transport:
                member.send(kind, message)


def route(request):
    path = request.path.decode()
    return Member(path[6:]) if path.startswith("/room/") else Echo()


async def main():
    server = await ws_create_server(route, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()


uvloop.run(main())
