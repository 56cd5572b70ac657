"""How long the program takes to start, beside a bare import of Qt in the same run.

    python benchmarks/speed/start.py [--runs 7] [--cold] [--json]

With `--cold` nothing of the program and its libraries is in the memory that the system keeps of files: they are read from
the disk again. Each line is the median (least to most) over fresh processes, run in turns so that a busy machine is busy for all,
and its ratio to ``import PySide6.QtWidgets``:

- splash: the first thing that is painted, from the start of the process;
- painted: the window's first paint;
- ready: the example ECG is open and measured, and the model is loaded;
- memory: what the ready window holds, MB;
- held: the longest time that the window's event loop was held until then;
- measure: the whole of ``ecgtwin measure example``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
#: The real start of the window, watched: it ends when the window is ready and prints its times.
_WATCHED = """
import json, sys, time
began = float(sys.argv[1])
from ecgtwin_app.ui.window import start
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
times = {}
def resident():
    for line in open("/proc/self/status") if sys.platform == "linux" else ():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")
class Watch(QObject):
    def __init__(self, window):
        super().__init__(window)
        self.window, self.last = window, None
        self.timer = QTimer(self, interval=2)
        self.timer.timeout.connect(self.look)
        window.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and self.last is None:
            times["painted"], times["held"] = time.time() - began, 0.0
            self.last = time.perf_counter()
            self.timer.start()
        return False
    def look(self):
        now = time.perf_counter()
        times["held"], self.last = max(times["held"], now - self.last), now
        bench = self.window.workbench
        if bench.session.reference is not None and bench.jobs.engines.usual and not bench.jobs.worker.busy:
            times["ready"] = time.time() - began
            times["memory"] = resident()
            QApplication.exit(0)
class Splash(start.Splash):
    def paintEvent(self, event):
        super().paintEvent(event)
        times.setdefault("splash", time.time() - began)
    def finish(self, window):
        self.watch = Watch(window)
        super().finish(window)
start.Splash = Splash
start.main()
print(json.dumps(times))
"""


def main() -> int:
    """Time and print; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--cold", action="store_true", help="read everything from the disk again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home,
            "PYTHONPATH": str(_ROOT), "PYTHONPYCACHEPREFIX": f"{home}/pycache",
        }  # fmt: skip
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for number in range(args.runs + 1):
            once = {}
            for name, time_it in _TIMED.items():
                if args.cold:
                    _forget(Path(home))
                once |= time_it(environment) if name == "window" else {name: time_it(environment)}
            if number:  # the first run warms the disk and compiles the modules
                for name, value in once.items():
                    found.setdefault(name, []).append(value)
    if args.json:
        print(json.dumps(found))
        return 0
    bare = statistics.median(found["import Qt"])
    for name, values in found.items():
        middle = statistics.median(values)
        if name == "memory":
            print(f"{name:<10}{middle:6.0f} MB ({min(values):.0f} to {max(values):.0f})")
            continue
        print(
            f"{name:<10}{middle:6.2f} s ({min(values):.2f} to {max(values):.2f})  "
            f"{middle / bare:5.1f} times a bare import of Qt"
        )
    return 0


def _forget(home: Path) -> None:
    """Ask the system to drop what it keeps in memory of the files that a start reads."""
    libraries = Path(json.__file__).parents[1]
    for folder in (
        _ROOT / "ecgtwin_app",
        _ROOT / "resources",
        _ROOT / "weights",
        home,
        libraries,
        *map(Path, sys.path),
    ):
        for path in folder.rglob("*") if folder.name else ():
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _window(environment):
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(began)],
        env=environment, cwd=_ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def _timed(command, environment):
    began = time.perf_counter()
    subprocess.run(command, env=environment, cwd=_ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


#: By name; the window tells several times.
_TIMED = {
    "import Qt": lambda environment: _timed([sys.executable, "-c", "import PySide6.QtWidgets"], environment),
    "window": _window,
    "measure": lambda environment: _timed(
        [sys.executable, str(_ROOT / "main.py"), "measure", "example"], environment
    ),
}

if __name__ == "__main__":
    sys.exit(main())
