"""The same rows into the same table by pgbench, one in each transaction."""

import re
import subprocess

from .database import Failed
from .inbox_server import FOLDER

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TITLE = "Build finished"
DATA = '{"bench":"0000000000000000"}'
SIZE = 200  # of the JSON body that the generator posts


def message():
    """As long as the generator makes it."""
    empty = f'{{"user_id":"user-00000000","title":"{TITLE}","message":"","data":{DATA}}}'
    count = SIZE - len(empty)
    return (LETTERS * (count // 26 + 1))[:count]


# Users in no order, as the generator has them. Numbers and ids rise in each connection, which is where new index
# entries are cheapest; they are made of numbers, so that neither side pays for chance.
SCRIPT = f"""
\\set user random(10000000, 10009999)
\\set i :i + 1
\\set client 100 + :client_id
\\set seq :client_id * 10000000000 + :i
\\set low 100000000000 + :i
insert into realtime.notifications
    (user_id, seq, notification_id, phase, level, priority, title, message, data, sender, created_at)
values (
    'user-' || :user, :seq, ('019a0000-0000-7000-8' || :client || '-' || :low)::uuid, 1, 0, 1, '{TITLE}',
    '{message()}', '{DATA}', 'bench', now());
"""


def insert(cluster, database, connections, seconds):
    """Rows a second, and milliseconds for each on its connection; after a second of warm-up."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    script = FOLDER / "insert.sql"
    script.write_text(SCRIPT)
    _run(cluster, database, script, connections, 1, start=0)
    output = _run(cluster, database, script, connections, seconds, start=1_000_000_000)
    return {
        "rows_per_second": number(r"tps = ([0-9.]+)", output),
        "latency_us": 1000 * number(r"latency average = ([0-9.]+) ms", output),
    }


def _run(cluster, database, script, connections, seconds, start):
    done = subprocess.run(
        [cluster.programs / "pgbench", "-n", "-M", "prepared", "-f", script, "-D", f"i={start}",
         "-c", str(connections), "-j", str(min(2, connections)), "-T", str(seconds), cluster.address(database)],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"pgbench: {done.stderr.strip()[-300:]}")
    return done.stdout


def number(pattern, text):
    found = re.search(pattern, text)
    if not found:
        raise Failed(f"pgbench printed no {pattern}: {text[-300:]}")
    return float(found.group(1))
