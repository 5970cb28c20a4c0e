"""A client that speaks just enough HTTP and WebSocket to make a server do a known amount of work."""

import base64
import os
import socket
import struct

PAYLOAD_SIZE = 200


class Connection:
    """A blocking connection. Whatever comes back in another form than expected ends the measurement."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self, count):
        """Exactly so many bytes."""
        while len(self.unread) < count:
            self._receive()
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def read_head(self):
        """The status line and the headers of a response."""
        while b"\r\n\r\n" not in self.unread:
            self._receive()
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        return head.decode("latin-1")

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise SystemExit("allocations: the server closed a connection in the middle of the measurement")
        self.unread += data

    # HTTP

    def request(self, path, expected_status=200):
        """One GET on a connection that stays open."""
        self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: budgets\r\nAccept: */*\r\n\r\n".encode())
        head = self.read_head()
        if head.split(" ")[1] != str(expected_status):
            raise SystemExit(f"allocations: GET {path} answered {head.splitlines()[0]}")
        lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
        self.read(int(lengths[0]))

    # WebSocket

    def upgrade(self, path, compressed=False):
        key = base64.b64encode(os.urandom(16)).decode()
        extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if compressed else ""
        self.send(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{extension}\r\n".encode())
        head = self.read_head()
        if " 101 " not in head.splitlines()[0]:
            raise SystemExit(f"allocations: the upgrade was answered {head.splitlines()[0]}")
        if compressed and "permessage-deflate" not in head:
            raise SystemExit("allocations: the server did not agree to compression")

    def read_frame(self):
        """Gives the payload's size."""
        size = self.read(2)[1] & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.read(2))[0]
        self.read(size)
        return size

    def finish(self):
        """The closing handshake, then the end of the connection."""
        self.send(frame(8, struct.pack("!H", 1000)))
        self.read_frame()
        self.close()


def frame(opcode, payload, compressed=False):
    """A whole masked frame; the payload has to be shorter than 64 KiB."""
    mask = b"\x12\x34\x56\x78"
    first = 0x80 | opcode | (0x40 if compressed else 0)
    if len(payload) < 126:
        head = struct.pack("!BB", first, 0x80 | len(payload))
    else:
        head = struct.pack("!BBH", first, 0x80 | 126, len(payload))
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + masked
