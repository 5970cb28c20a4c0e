"""The work: each scenario is one call of realtime-bench."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    kind: str  # what a server must offer: echo, idle, storm, rooms or session (idle and storm with all that a client has)
    arguments: tuple
    quick: tuple = ()
    figure: str = "server_cpu_us_per_unit"
    figure_title: str = "CPU µs"


def fanout(name, title, *more):
    return Scenario(name, title, "rooms", ("fanout", *more), ("--members", "200"))


def rooms(name, title, *more, quick=()):
    return Scenario(name, title, "rooms", ("rooms", *more), ("--rooms", "100", *quick))


SCENARIOS = {
    scenario.name: scenario
    for scenario in [
        Scenario(
            "echo",
            "echo over 500 connections, closed loop; server CPU per message",
            "echo",
            ("echo",),
        ),
        Scenario(
            "echo-8",
            "echo over 500 connections, closed loop, 8 outstanding each; server CPU per message",
            "echo",
            ("echo", "--outstanding", "8"),
        ),
        Scenario(
            "idle",
            "19,000 idle connections; resident memory each beyond the empty server",
            "idle",
            ("idle",),
            ("--connections", "2000"),
            "kib_per_connection",
            "KiB each",
        ),
        Scenario(
            "storm",
            "10,000 connections as fast as they are taken; server CPU per connection",
            "storm",
            ("storm",),
            ("--connections", "2000"),
        ),
        Scenario(
            "session-idle",
            "19,000 idle connections in rooms of 10, with token and session; resident memory each",
            "session",
            ("idle", "--members", "10"),
            ("--connections", "2000"),
            "kib_per_connection",
            "KiB each",
        ),
        Scenario(
            "session-storm",
            "10,000 connections that bring a token and join rooms of 10; server CPU per connection",
            "session",
            ("storm", "--members", "10"),
            ("--connections", "2000"),
        ),
        fanout("fanout", "one room of 1,000, closed loop, 1 outstanding; server CPU per delivery"),
        fanout(
            "fanout-8",
            "one room of 1,000, closed loop, 8 outstanding; server CPU per delivery",
            "--outstanding",
            "8",
        ),
        fanout("fanout-50", "one room of 1,000, 50 messages a second; server CPU per delivery", "--rate", "50"),
        rooms("rooms", "1,000 rooms of 10, closed loop, 1 outstanding each; server CPU per delivery"),
        rooms(
            "rooms-5000",
            "1,000 rooms of 10, 5,000 publishes a second; server CPU per delivery",
            "--rate",
            "5000",
            quick=("--rate", "500"),
        ),
    ]
}
