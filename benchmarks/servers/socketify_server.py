"""socketify: uWebSockets under Python, no compression; rooms are uWebSockets' own topics.

/echo answers every message; /room/NAME publishes it to the room, its sender included: socketify has no
publish that leaves the sender out.
"""

import sys

from socketify import App, CompressOptions, OpCode

MEGABYTE = 1024 * 1024


def echo(ws, message, opcode):
    ws.send(message, opcode)


def upgrade(res, req, context):
    res.upgrade(
        req.get_header("sec-websocket-key"),
        req.get_header("sec-websocket-protocol"),
        req.get_header("sec-websocket-extensions"),
        context,
        req.get_parameter(0),
    )


def joined(ws):
    ws.subscribe(ws.get_user_data())


app = App()


def relay(ws, message, opcode):
    app.publish(ws.get_user_data(), message, opcode)


settings = {
    "compression": CompressOptions.DISABLED,
    "max_payload_length": MEGABYTE,
    "max_backpressure": MEGABYTE,
    "idle_timeout": 600,
}
app.ws("/echo", {**settings, "message": echo})
app.ws("/room/:name", {**settings, "upgrade": upgrade, "open": joined, "message": relay})
app.listen({"host": "127.0.0.1", "port": int(sys.argv[1])}, lambda config: None)
app.run()
