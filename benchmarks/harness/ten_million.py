"""A table of ten million notifications against one of ten thousand: what a user's page costs in each."""

import random

from . import pgbench
from .inbox_scenarios import goal, medians, milliseconds
from .inbox_server import Server, migrate

EACH = 100  # notifications of a user, of which
PENDING = 10  # the newest are not acknowledged
SAMPLE = 100  # users who connect, one after the other: the next when the one before has everything


def measure(cluster, options):
    """The same questions in both tables, in turns."""
    sizes = {"ten thousand": 100, "one million" if options.quick else "ten million": 10_000 if options.quick else 100_000}
    for name, users in sizes.items():
        migrate(options.server, cluster, database(name))
        fill(cluster, database(name), users)
    runs = {name: [] for name in sizes}
    for _ in range(options.rounds):
        for name, users in sizes.items():
            runs[name].append(ask(cluster, name, users, options))
    small, large = (medians(rows) for rows in runs.values())
    lines = [f"a user's notifications, {EACH} each, the newest {PENDING} pending; one question at a time"]
    for name, middle in zip(sizes, (small, large)):
        lines.append(
            f"  {name:<14} page and counts p50 {milliseconds(middle['page_us'])}   a device from its connect to the "
            f"last of {PENDING} p50 {milliseconds(middle['pending_us'])}   CPU of PostgreSQL and server for a page "
            f"{middle['page_cpu_us']:.0f} µs")
    goals = [
        goal("a page and the counts, large against small", large["page_us"] / small["page_us"], "≤", 2),
        goal("the same in CPU", large["page_cpu_us"] / small["page_cpu_us"], "≤", 2),
        goal("what is pending, large against small", large["pending_us"] / small["pending_us"], "≤", 2),
    ]
    return {"runs": runs}, lines, goals


def database(name):
    return "bench_" + name.replace(" ", "_")


def ask(cluster, name, users, options):
    # Who connects gets what is pending and says so: each time others, and afterwards all is as it was.
    chance = random.Random()
    sample = chance.sample(range(users), SAMPLE)
    with Server(options.server, cluster, database(name), sample, options.server_flags) as server:
        page = server.generate("pages", "--users", users, "--duration", f"{options.seconds}s")
        pending = server.generate(
            "inbox-storm", "--filled", "--connections", len(sample), "--concurrency", 1, "--pending", PENDING)
    restore(cluster, database(name))
    cpu = page["server_cpu_us_per_unit"] + 1e6 * page["database_cpu_seconds"] / max(1, page["completed"])
    return {"page_us": page["p50_us"], "page_cpu_us": cpu, "pending_us": pending["caught_up_p50_us"]}


def fill(cluster, database, users):
    """Every user's notifications interleaved with all others', as time brings them; the indexes stay as they are."""
    cluster.sql(database, f"""
        insert into realtime.notifications (
            user_id, seq, notification_id, phase, level, priority, title, message, data, sender, created_at,
            acknowledged_at)
        select 'user-' || lpad(to_hex(u), 8, '0'), s,
            ('019a0000-0000-7000-8000-' || lpad(to_hex(s::bigint * {users} + u), 12, '0'))::uuid, 1, 0, 1,
            '{pgbench.TITLE}', '{pgbench.message()}', '{pgbench.DATA}', 'bench', now() - interval '1 hour',
            case when s <= {EACH - PENDING} then now() end
        from generate_series(1, {EACH}) s, generate_series(0, {users - 1}) u;

        insert into realtime.inboxes (user_id, last_seq, unread, unseen, pending, total, version)
        select 'user-' || lpad(to_hex(u), 8, '0'), {EACH}, {EACH}, {EACH}, {PENDING}, {EACH}, 1
        from generate_series(0, {users - 1}) u;

        insert into realtime.devices (user_id, device_id, acknowledged, first_seen_at, last_seen_at)
        select 'user-' || lpad(to_hex(u), 8, '0'), '', '{{[1,{EACH - PENDING + 1})}}', now(), now()
        from generate_series(0, {users - 1}) u;
    """)
    tidy(cluster, database)


def restore(cluster, database):
    """What the devices of a measurement have acknowledged is pending again."""
    cluster.sql(database, f"""
        update realtime.notifications n set acknowledged_at = null
        from realtime.devices d
        where d.acknowledged @> {EACH}::bigint and n.user_id = d.user_id and n.seq > {EACH - PENDING};
        update realtime.inboxes i set pending = {PENDING} where pending <> {PENDING};
        update realtime.devices set acknowledged = '{{[1,{EACH - PENDING + 1})}}' where acknowledged @> {EACH}::bigint;
        truncate realtime.deliveries;
    """)
    tidy(cluster, database)


def tidy(cluster, database):
    """As autovacuum would have done by now."""
    for table in ("notifications", "inboxes", "devices", "deliveries"):
        cluster.sql(database, f"vacuum analyze realtime.{table}")
    cluster.settle(database)
