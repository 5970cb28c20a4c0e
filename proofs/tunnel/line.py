"""Two hosts on one machine, joined by a line that is slow and loses packets.

Each host is a network namespace with a TUN device; this process reads the packets of one and writes them to the other,
later or never. Nothing of it touches the machine's own network. That needs root; `Loopback` is for where it can't be.
"""

import collections
import fcntl
import os
import random
import selectors
import struct
import subprocess
import threading
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LARGEST_PACKET = 65_536
# As many packets wait on a line of a few megabytes a second; a queue without an end would hide what is lost.
LONGEST_QUEUE = 4_096


class Host:
    """One end: a namespace whose only way out is the line."""

    def __init__(self, name, address):
        self.name, self.address = name, address

    def command(self, *arguments):
        """The command line that runs a program on this host."""
        return ["ip", "netns", "exec", self.name, *map(str, arguments)]


class Loopback:
    """What stands in for the line where no namespaces can be made: nothing is slow and no packet is lost."""

    delay = carried = lost = 0

    def __init__(self):
        self.server = self.clients = Here()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Here:
    """The machine itself, as both ends."""

    address = "127.0.0.1"

    def command(self, *arguments):
        return list(map(str, arguments))


def can_be_made():
    """Whether this process may make namespaces and devices."""
    return os.geteuid() == 0 and os.access("/dev/net/tun", os.R_OK | os.W_OK) and subprocess.run(
        ["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


class Line:
    """Made with `with`: the hosts `server` and `clients`, and a thread that carries their packets."""

    def __init__(self, delay, loss, seed):
        self.delay, self.loss = delay, loss
        self.chance = random.Random(seed)
        self.server = Host(f"realtime-s{os.getpid()}", "10.77.0.1")
        self.clients = Host(f"realtime-c{os.getpid()}", "10.77.0.2")
        self.carried = self.lost = 0
        self._ending = False
        self._devices = []

    def __enter__(self):
        try:
            for host, other in ((self.server, self.clients), (self.clients, self.server)):
                self._make(host, other)
        except BaseException:
            self._remove()
            raise
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending = True
        self._thread.join()
        self._remove()

    def _make(self, host, other):
        run("ip", "netns", "add", host.name)
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        self._devices.append(device)
        name = fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"rt%d", IFF_TUN | IFF_NO_PI))
        name = name[:16].rstrip(b"\0").decode()
        run("ip", "link", "set", name, "netns", host.name)
        within = ("ip", "-n", host.name)
        run(*within, "link", "set", "lo", "up")
        run(*within, "address", "add", host.address, "peer", other.address, "dev", name)
        run(*within, "link", "set", name, "up")

    def _remove(self):
        for device in self._devices:
            os.close(device)
        for host in (self.server, self.clients):
            subprocess.run(["ip", "netns", "delete", host.name], stderr=subprocess.DEVNULL, check=False)

    def _carry(self):
        ways = dict(zip(self._devices, reversed(self._devices)))
        # Every packet takes as long as every other, so those of both directions leave in the order in which they came.
        waiting = collections.deque()
        with selectors.DefaultSelector() as selector:
            for device in ways:
                selector.register(device, selectors.EVENT_READ)
            while not self._ending:
                pause = min(0.1, max(0, waiting[0][0] - time.monotonic())) if waiting else 0.1
                for key, _ in selector.select(pause):
                    self._take(key.fd, ways[key.fd], waiting)
                while waiting and waiting[0][0] <= time.monotonic():
                    _, device, packet = waiting.popleft()
                    put(device, packet)

    def _take(self, device, other, waiting):
        due = time.monotonic() + self.delay
        for packet in packets(device):
            if self.chance.random() < self.loss or len(waiting) >= LONGEST_QUEUE:
                self.lost += 1
            else:
                self.carried += 1
                waiting.append((due, other, packet))


def packets(device):
    """All that the kernel holds ready."""
    while True:
        try:
            yield os.read(device, LARGEST_PACKET)
        except BlockingIOError:
            return


def put(device, packet):
    try:
        os.write(device, packet)
    except OSError:
        # The other end is full, or is being taken down: as on any line, the packet is lost.
        pass


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)
