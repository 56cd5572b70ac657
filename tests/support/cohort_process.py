"""`ecgtwin cohort` in a process of its own, to be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

#: A loaded machine is slow, not wrong.
PATIENCE = 300


def rows_of(out) -> list[dict]:
    path = out / "cohort.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def start(*arguments):
    # Whatever runs the tests in the background may have had Ctrl+C ignored, which a child inherits.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ecgtwin_app.cli.main import main; raise SystemExit(main())"
    )
    command = [sys.executable, "-c", program, "cohort", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
    )  # fmt: skip


def wait_for(condition, process=None):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end and (process is None or process.poll() is None)
        time.sleep(0.02)


def workers_of(process) -> list[int]:
    """The processes in which a run makes its twins, by their numbers; none where the system does not tell."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    pids = [int(pid) for task in tasks for pid in task.read_text().split()]
    return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
