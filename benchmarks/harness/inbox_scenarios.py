"""What the inbox is measured by; each gives its figures, and lines for a person."""

import statistics

from . import pgbench
from .inbox_server import Server, migrate

DATABASE = "bench"
# What 10,000 connections with their sessions and notifications on the way may add to the empty server.
STORM_KIB_PER_USER = 24


def enqueue(cluster, options):
    """Callers who post and wait for the yes, against pgbench on the same table, in turns."""
    counts = {f"pgbench, {count}": [] for count in pgbench.CONNECTIONS}
    posts = {
        "200 callers": (), "200 callers, with keys": ("--idempotent",),
        "1 caller": ("--callers", "1"), "1 caller, with key": ("--callers", "1", "--idempotent"),
    }
    runs = {name: [] for name in (*counts, *posts)}
    for _ in range(options.rounds):
        for count in pgbench.CONNECTIONS:
            migrate(options.server, cluster, DATABASE)
            cluster.settle(DATABASE)
            runs[f"pgbench, {count}"].append(pgbench.insert(cluster, DATABASE, count, options.seconds))
        for name, flags in posts.items():
            migrate(options.server, cluster, DATABASE)
            with Server(options.server, cluster, DATABASE, flags=options.server_flags) as server:
                cluster.settle(DATABASE)
                report = server.generate("enqueue", "--duration", f"{options.seconds}s", *flags)
            runs[name].append({
                "rows_per_second": report["units_per_second"],
                # One caller's time for each is what it takes in a row, as pgbench counts it.
                "latency_us": 1e6 * report["callers"] / report["units_per_second"],
                "p50_us": report["p50_us"], "p99_us": report["p99_us"],
                "server_cpu_us": report["server_cpu_us_per_unit"],
                "generator_cpu_us": report["generator_cpu_us_per_unit"],
            })
    middle = {name: medians(rows) for name, rows in runs.items()}
    rows = {name: figures["rows_per_second"] for name, figures in middle.items()}
    alone = middle["pgbench, 1"]
    best = max(rows[name] for name in counts)
    goals = [
        goal("200 callers against one connection", rows["200 callers"] / rows["pgbench, 1"], "≥", 5),
        goal("200 callers against the best", rows["200 callers"] / best, "≥", 1.5),
        goal("a lone post against a lone insert", middle["1 caller"]["latency_us"] / alone["latency_us"], "≤", 1.5),
    ]
    lines = ["durable single notifications a second (rows one per transaction for pgbench)"]
    for name, figures in middle.items():
        more = "".join(
            f"   {title} {figures[key]:.1f} µs" for key, title in (
                ("p50_us", "p50"), ("p99_us", "p99"), ("server_cpu_us", "server CPU"),
                ("generator_cpu_us", "generator CPU")) if key in figures)
        lines.append(f"  {name:<24}{rows[name]:>10,.0f}   each {figures['latency_us']:,.0f} µs{more}")
    return {"medians": middle, "runs": runs}, lines, goals


def inbox(cluster, options):
    """From the post to the recipient's socket, one recipient."""
    lines, goals, figures = ["from the post to the recipient's socket, one recipient"], [], {}
    for rate in (200, 1000):
        runs = []
        for _ in range(options.rounds):
            migrate(options.server, cluster, DATABASE)
            with Server(options.server, cluster, DATABASE, flags=options.server_flags) as server:
                cluster.settle(DATABASE)
                runs.append(server.generate("inbox", "--rate", rate, "--duration", f"{options.seconds}s"))
        middle = figures[f"{rate} a second"] = medians(runs)
        lines.append(
            f"  {rate:>5} a second   post to socket p50 {milliseconds(middle['p50_us'])}, "
            f"p99 {milliseconds(middle['p99_us'])}   to the 201 p50 {milliseconds(middle['answer_p50_us'])}, "
            f"p99 {milliseconds(middle['answer_p99_us'])}   from there p50 "
            f"{milliseconds(middle['after_answer_p50_us'])}, p99 {milliseconds(middle['after_answer_p99_us'])}")
        # The whole way from the post is longer than the one from the commit that the goal is about.
        goals.append(goal(f"p50 of the whole way in ms, {rate} a second", middle["p50_us"] / 1000, "≤", 2))
        goals.append(goal(f"p99 of the whole way in ms, {rate} a second", middle["p99_us"] / 1000, "≤", 20))
    return figures, lines, goals


def storm(cluster, options):
    """Everybody comes back at once, with ten waiting for each."""
    users = 1000 if options.quick else 10_000
    runs = []
    for _ in range(1 if options.quick else options.rounds):
        migrate(options.server, cluster, DATABASE)
        with Server(options.server, cluster, DATABASE, flags=options.server_flags) as server:
            cluster.settle(DATABASE)
            run = server.generate("inbox-storm", "--connections", users)
        run["grown_kib_per_user"] = (run["server_peak_kib"] - run["server_empty_kib"]) / users
        run["still_pending"] = int(cluster.sql(DATABASE, "select coalesce(sum(pending), 0) from realtime.inboxes"))
        run["unacknowledged"] = int(cluster.sql(
            DATABASE, "select count(*) from realtime.deliveries where acknowledged_at is null"))
        runs.append(run)
    middle = medians(runs)
    lines = [
        f"{users:,} users come back at once, ten waiting for each",
        f"  all open after {middle['open_seconds']:.2f} s, all delivered after {middle['delivered_seconds']:.2f} s, "
        f"all acknowledged after {middle['seconds']:.2f} s ({middle['units_per_second']:,.0f} notifications a second)",
        f"  a user has everything after p50 {milliseconds(middle['caught_up_p50_us'])}, "
        f"p99 {milliseconds(middle['caught_up_p99_us'])}; sent again: {middle['redelivered']:.0f}",
        f"  server: {middle['server_empty_kib'] / 1024:.0f} MiB empty, {middle['server_peak_kib'] / 1024:.0f} MiB "
        f"at its peak; CPU {middle['server_cpu_us_per_unit']:.1f} µs for each notification",
        f"  posting them took {middle['fill_seconds']:.2f} s, {users:,} users in each call",
    ]
    goals = [
        goal("not acknowledged in the database", max(run["unacknowledged"] for run in runs), "≤", 0),
        goal("still pending in the database", max(run["still_pending"] for run in runs), "≤", 0),
        goal("KiB for each user at the peak", middle["grown_kib_per_user"], "≤", STORM_KIB_PER_USER),
    ]
    return {"median": middle, "runs": runs}, lines, goals


def medians(runs):
    return {
        key: statistics.median(run[key] for run in runs)
        for key, value in runs[0].items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def goal(name, value, relation, bound):
    met = value >= bound if relation == "≥" else value <= bound
    return {"name": name, "value": value, "relation": relation, "bound": bound, "met": met}


def milliseconds(micros):
    return f"{micros / 1000:.2f} ms"
