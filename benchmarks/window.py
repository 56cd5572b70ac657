"""The longest gap of the window's event loop while it works, with the real engine and weights.

Run: QT_QPA_PLATFORM=offscreen python benchmarks/window.py [--width 1600 --height 1000]
A timer ticks every 2 ms in the GUI thread; a gap is the time between two ticks.
"""

from __future__ import annotations

import argparse
import tempfile
import time

import torch  # noqa: F401  before Qt: on Windows torch's libraries cannot be loaded after it
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from ecgtwin_app.ui.app import load_engine
from ecgtwin_app.ui.main_window import MainWindow


class Pulse:
    """Ticks and remembers its longest gap."""

    def __init__(self):
        self.longest, self._last = 0.0, time.perf_counter()
        self.timer = QTimer(interval=2)
        self.timer.timeout.connect(self._tick)
        self.timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now

    def restart(self) -> None:
        """Forget the longest gap."""
        self.longest, self._last = 0.0, time.perf_counter()


def wait_for(application: QApplication, condition, limit: float = 300.0) -> None:
    """Run the event loop until `condition()` holds."""
    end = time.perf_counter() + limit
    while not condition():
        application.processEvents()
        if time.perf_counter() > end:
            raise TimeoutError("The window did not finish.")
    for _ in range(50):
        application.processEvents()


def main() -> None:
    """Open the example, make three twins and a contrast map; print the longest gap of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=1000)
    args = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        window = MainWindow(load_engine, store)
        window.resize(args.width, args.height)
        window.show()
        window.controller.prepare_engine()
        pulse = Pulse()
        window.open_example()
        wait_for(application, lambda: window.session.reference is not None)
        for name in ("first twin (weights load)", "second twin", "third twin"):
            before = len(window.session.twins)
            pulse.restart()
            window.generate()
            wait_for(application, lambda n=before: len(window.session.twins) > n)
            print(f"{name:<28} longest gap {1000 * pulse.longest:5.0f} ms")
        pulse.restart()
        window.set_heat_map("contrast")
        wait_for(application, lambda: window.session.heatmap is not None)
        print(f"{'contrast map':<28} longest gap {1000 * pulse.longest:5.0f} ms")
        window.close()


if __name__ == "__main__":
    main()
