"""Medians, ratios, the table and the JSON."""

import datetime
import json
import os
import pathlib
import platform
import statistics

BASELINES = ("picows", "socketify", "floor")


def median(runs, key):
    values = [run[key] for run in runs if run[key] is not None]
    return statistics.median(values) if values else None


def ratios(results, figure):
    """Each peer's figure over each baseline's: of the same rounds, so that a noisy machine hurts both."""
    return {
        name: {
            base: divide(median(runs, figure), median(results.get(base, []), figure)) for base in BASELINES
        }
        for name, runs in results.items()
    }


def divide(value, base):
    return value / base if value is not None and base else None


def table(scenario, results, rounds):
    head = ["", scenario.figure_title, *(f"× {base}" for base in BASELINES)]
    head += ["per second", "p50", "p99", "p99.9", "server", "generator"]
    by_ratio = ratios(results, scenario.figure)
    rows = [head]
    for name, runs in results.items():
        if not runs:
            rows.append([name, "failed"] + [""] * (len(head) - 2))
            continue
        row = [name, number(median(runs, scenario.figure), 2)]
        row += [number(by_ratio[name][base], 2) for base in BASELINES]
        row.append(f"{median(runs, 'units_per_second'):,.0f}")
        row += [duration(median(runs, key)) for key in ("p50_us", "p99_us", "p99_9_us")]
        row += [share(median(runs, f"{who}_cpu_share")) for who in ("server", "generator")]
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [f"{scenario.name}: {scenario.title} (median of {rounds})"]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def number(value, places):
    return "–" if value is None else f"{value:.{places}f}"


def share(value):
    return "–" if value is None else f"{value:.0%}"


def duration(micros):
    return f"{micros:.0f} µs" if micros < 1000 else f"{micros / 1000:.1f} ms"


def write(path, results, peers, options):
    document = {
        **machine(),
        "rounds": options.rounds,
        "duration": options.duration,
        "quick": options.quick,
        "peers": [peer.name for peer in peers],
        "scenarios": {
            name: {peer: summary(runs) for peer, runs in by_peer.items()} for name, by_peer in results.items()
        },
    }
    path.write_text(json.dumps(document, indent=1) + "\n")


def machine():
    """When and where something was measured."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {"cpu": cpu(), "cores": os.cpu_count(), "kernel": platform.release()},
    }


def summary(runs):
    keys = [key for key, value in runs[0].items() if isinstance(value, (int, float))] if runs else []
    return {"median": {key: median(runs, key) for key in keys}, "rounds": runs}


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
