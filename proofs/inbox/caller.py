"""An HTTP client for the backend's API: one connection that is kept, and no doubt about what was answered."""

import asyncio
import json


class NoAnswer(Exception):
    """The connection could not be made, or ended before the answer was whole: the outcome is unknown."""


class Caller:
    """Nothing is ever sent a second time here; that is for those who know what it means."""

    def __init__(self, port, token, timeout=10):
        self.port = port
        self.token = token
        self.timeout = timeout
        self.reader = self.writer = None

    async def get(self, path):
        return await self._call(f"GET {path}", b"")

    async def post(self, path, body):
        return await self._call(f"POST {path}", json.dumps(body, separators=(",", ":")).encode())

    async def _call(self, line, body):
        """(status, what the body says if it is JSON)."""
        try:
            async with asyncio.timeout(self.timeout):
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                head = (f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
                self.writer.write(head.encode() + body)
                return await self._answer()
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise NoAnswer(repr(error)) from error
        except asyncio.CancelledError:
            self.close()
            raise

    async def _answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self.close()
        is_json = fields.get("content-type", "").startswith("application/json")
        return int(head[0].split(" ")[1]), json.loads(body) if is_json else None

    def close(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None
