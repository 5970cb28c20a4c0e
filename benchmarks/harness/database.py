"""A PostgreSQL of its own for a benchmark, set up as the server sets up its embedded one."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 128MB
jit = off
max_parallel_workers_per_gather = 0
"""
USER = "realtime"
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    pass


class Cluster:
    """Runs for the length of a `with` block; durable as it comes: fsync and synchronous_commit are on."""

    def __enter__(self):
        self.programs = newest_programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="realtime-bench-"))
        self.socket = self.folder / "socket"
        # PostgreSQL refuses to run as root; the account that Debian's package makes is there for it.
        self.account = "postgres" if os.geteuid() == 0 else None
        for folder in (self.socket, self.folder / "data"):
            folder.mkdir(mode=0o700)
            if self.account:
                shutil.chown(folder, self.account)
        self.folder.chmod(0o755)
        try:
            self._program("initdb", "-D", str(self.folder / "data"), f"--username={USER}", "--auth=trust",
                          "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions")
            with open(self.folder / "data" / "postgresql.conf", "a") as file:
                file.write(SETTINGS + f"unix_socket_directories = '{self.socket}'\n")
            self._program("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "data" / "log"),
                          "-w", "start")
        except BaseException:
            self.__exit__()
            raise
        self.pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Failed):
            self._program("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database):
        return f"host={self.socket} user={USER} dbname={database}"

    def fresh(self, database):
        """An empty database; what was in one of that name is gone."""
        self.sql("postgres", f"drop database if exists {database} with (force)")
        self.sql("postgres", f"create database {database}")

    def sql(self, database, text):
        """Runs statements and gives what they print, without decoration."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.address(database), "-f", "-"],
            input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"psql: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()

    def settle(self, database):
        """Before a measurement: nothing that was written before it is still to be flushed during it."""
        self.sql(database, "checkpoint")

    def cpu_seconds(self):
        """What the cluster's processes have used, those that have ended too."""
        ticks = 0
        for pid in (self.pid, *children(self.pid)):
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                # utime and stime; for the first process also those of children that it has waited for.
                ticks += sum(map(int, fields[11 : 15 if pid == self.pid else 13]))
        return ticks / TICKS

    def _program(self, name, *arguments):
        command = [str(self.programs / name), *arguments]
        if self.account:
            command = ["setpriv", f"--reuid={self.account}", f"--regid={self.account}", "--clear-groups", *command]
        # Its output goes to a file: what it starts in the background would keep a pipe open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
            if done.returncode != 0:
                output.seek(0)
                raise Failed(f"{name}: {output.read().strip()[-500:]}")


def children(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()]


def newest_programs():
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    if versions:
        return versions[-1]
    found = shutil.which("postgres")
    if not found:
        raise Failed("PostgreSQL is not here (Debian: apt-get install postgresql)")
    return pathlib.Path(found).parent
