"""The servers that are compared: how each is started and spoken to."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "benchmarks" / "servers"
WORK = ROOT / "build" / "bench"
PYTHON = WORK / "venv" / "bin" / "python"

ALL = frozenset({"echo", "idle", "storm", "rooms", "session"})
# The generator's flags and path for a server that wants a token and speaks envelopes.
ENVELOPES = ("--dialect", "realtime", "--token-file", "{folder}/tokens")


@dataclasses.dataclass
class Peer:
    name: str
    # Words separated by blanks; {port} and {folder} (a scratch folder) are filled in.
    command: str
    kinds: frozenset = ALL
    # Flags for realtime-bench: how this server is spoken to; the second for scenarios with a room.
    flags: tuple = ()
    room_flags: tuple = ()
    paths: dict = dataclasses.field(default_factory=dict)
    environment: dict = dataclasses.field(default_factory=dict)
    python: bool = False
    debian: tuple = ()
    # A file in servers/ whose @PORT@ and @FOLDER@ are filled in and that lands in the scratch folder.
    configuration: str = ""
    # A Go file in servers/ that is built with Debian's Go libraries.
    go: str = ""
    # A C file in servers/ that is built with Swift's clang and OpenSSL's libcrypto.
    c: str = ""
    # Whether a file with tokens is made before it starts, and a secret to check them with.
    wants_tokens: bool = False

    def path(self, kind):
        default = "/room/{room}" if kind in ("rooms", "session") else "/echo"
        return self.paths.get(kind, default)

    def generator_flags(self, kind, folder):
        """How the generator is told to speak to it in a scenario of this kind."""
        flags = self.flags + (self.room_flags if kind in ("rooms", "session") else ())
        return [flag.format(folder=folder) for flag in flags]


PEERS = {
    peer.name: peer
    for peer in [
        Peer(
            "realtime",
            f"{ROOT}/.build/release/realtime-server --host 127.0.0.1 --port {{port}} --loops 1 --echo /echo"
            # No peer has an inbox: what these scenarios measure is done without the database, which stays away.
            " --database host=/nonexistent"
            " --data-dir {folder}/data --jwt-secret-file {folder}/secret --room-policy open"
            " --rate-messages 0 --rate-user-messages 0",
            paths={"rooms": "/ws?token={token}", "session": "/ws?token={token}"},
            room_flags=ENVELOPES,
            wants_tokens=True,
        ),
        Peer("picows", f"{PYTHON} {SERVERS}/picows_server.py {{port}}", python=True),
        Peer(
            "socketify",
            f"{PYTHON} {SERVERS}/socketify_server.py {{port}}",
            flags=("--deliver", "all"),
            python=True,
            debian=("libuv1",),
        ),
        Peer(
            "nchan",
            "nginx -p {folder} -e {folder}/error.log -c {folder}/nchan.conf",
            flags=("--deliver", "all"),
            debian=("nginx-light", "libnginx-mod-nchan"),
            configuration="nchan.conf",
        ),
        Peer(
            "node-ws",
            f"node {SERVERS}/ws_server.js {{port}}",
            environment={"NODE_PATH": "/usr/share/nodejs"},
            debian=("node-ws",),
        ),
        Peer("websockets", f"{PYTHON} {SERVERS}/websockets_server.py {{port}}", python=True),
        Peer(
            "centrifuge",
            f"{WORK}/centrifuge_server {{port}}",
            # It has no echo: a message always goes through a channel or a call of its own.
            kinds=frozenset({"idle", "storm", "rooms", "session"}),
            flags=("--dialect", "centrifuge"),
            paths={"idle": "/", "storm": "/", "rooms": "/", "session": "/"},
            environment={"GOMAXPROCS": "1"},
            debian=(
                "golang-go",
                "golang-github-centrifugal-centrifuge-dev",
                "golang-github-centrifugal-protocol-dev",
                "golang-github-fzambia-eagle-dev",
                "golang-github-igm-sockjs-go-dev",
                "golang-github-mna-redisc-dev",
            ),
            go="centrifuge_server.go",
        ),
        Peer("floor", f"{WORK}/floor {{port}}", debian=("libssl-dev",), c="floor.c"),
    ]
}
