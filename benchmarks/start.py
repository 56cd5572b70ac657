"""How long the program takes to start, beside a bare import of Qt in the same run.

    python benchmarks/start.py [--runs 7]

Each line is the median (least to most) over fresh processes, run in turns so that a busy machine is busy for all,
and its ratio to ``import PySide6.QtWidgets``:

- splash: the first thing that is painted, from the start of the process;
- painted: the window's first paint;
- ready: the example ECG is open and measured, and the model is loaded;
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

_ROOT = Path(__file__).resolve().parents[1]
#: The real start of the window, watched: it ends when the window is ready and prints its times.
_WATCHED = """
import json, sys, time
began = float(sys.argv[1])
from ecgtwin_app.ui import start
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
times = {}
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
        controller = self.window.controller
        if self.window.session.reference is not None and controller._engine and not controller.worker.busy:
            times["ready"] = time.time() - began
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
    runs = parser.parse_args().runs
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home,
            "PYTHONPATH": str(_ROOT), "PYTHONPYCACHEPREFIX": f"{home}/pycache",
        }  # fmt: skip
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for number in range(runs + 1):
            once = {
                "import Qt": _timed([sys.executable, "-c", "import PySide6.QtWidgets"], environment),
                **_window(environment),
                "measure": _timed(
                    [sys.executable, str(_ROOT / "main.py"), "measure", "example"], environment
                ),
            }
            if number:  # the first run warms the disk and compiles the modules
                for name, seconds in once.items():
                    found.setdefault(name, []).append(seconds)
    bare = statistics.median(found["import Qt"])
    for name, seconds in found.items():
        middle = statistics.median(seconds)
        print(
            f"{name:<10}{middle:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f})  "
            f"{middle / bare:5.1f} times a bare import of Qt"
        )
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
