"""How long the window holds its event loop in every action, and its frames while panning.

Run: QT_QPA_PLATFORM=offscreen python benchmarks/speed/window.py [--width 1600 --height 1000] [--json]
Real engine and weights. A timer ticks every 2 ms in the GUI thread; what lies between two ticks is given as
wall time, and as processor time of that thread, which does not grow when other programs keep the machine busy.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from twins import peak

from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.window.app import load_engine
from ecgtwin_app.ui.window.main_window import MainWindow

FRAMES = 150


class Pulse:
    """Ticks and remembers its longest gap, in wall time and in processor time of its thread."""

    def __init__(self):
        self.restart()
        self.timer = QTimer(interval=2)
        self.timer.timeout.connect(self._tick)
        self.timer.start()

    def _tick(self) -> None:
        wall, own = time.perf_counter(), time.thread_time()
        self.wall, self.own = max(self.wall, wall - self._wall), max(self.own, own - self._own)
        self._wall, self._own = wall, own

    def restart(self) -> None:
        """Forget the longest gap."""
        self.wall = self.own = 0.0
        self._wall, self._own = time.perf_counter(), time.thread_time()


def wait_for(application: QApplication, condition, limit: float = 600.0) -> None:
    """Run the event loop until `condition()` holds."""
    end = time.perf_counter() + limit
    while not condition():
        application.processEvents()
        if time.perf_counter() > end:
            raise TimeoutError("The window did not finish.")
    for _ in range(50):
        application.processEvents()


def idle(window: MainWindow) -> bool:
    """Whether no job runs and the page is painted."""
    return (
        not window.workbench.jobs.worker.busy
        and not window.workbench.jobs.running
        and window.workbench.parts.page_view.up_to_date
    )


def actions(window: MainWindow):
    """Name, deed and what it is done by; in the order of a session."""
    twins = window.workbench.session.twins

    def do(name):
        return window.command_actions.of[name].trigger

    for name in ("first twin (weights load)", "second twin"):
        count = len(twins)
        yield name, do("generate"), lambda n=count: len(window.workbench.session.twins) > n
    yield (
        "contrast map",
        lambda: set_heat_map(window.workbench, "contrast"),
        lambda: window.workbench.session.heatmap("contrast"),
    )
    yield "no heat map", lambda: set_heat_map(window.workbench, ""), lambda: True
    for mode in ("side by side", "difference", "median beats", "vector loops", "overlay"):
        yield (
            mode,
            lambda m=mode: set_page_layout(window.workbench, replace(window.workbench.view.layout, mode=m)),
            lambda: True,
        )
    yield "filter", window.workbench.parts.paper_menu.actions["filter", "monitor"].trigger, lambda: True
    yield (
        "fiducials and labels",
        lambda: (do("toggle_fiducials")(), do("toggle_labels")()),
        lambda: True,
    )
    yield "another twin", do("previous_twin"), lambda: True
    yield "theme", do("next_theme"), lambda: True
    yield "command palette", do("show_palette"), lambda: True
    yield (
        "condition",
        lambda: window.workbench.parts.request_panel.conditions.choose("atrial fibrillation"),
        lambda: True,
    )


def panning(application: QApplication, window: MainWindow) -> list[float]:
    """Seconds of every frame while the enlarged page with its heat map is pushed to and fro."""
    set_page_layout(
        window.workbench, replace(window.workbench.view.layout, mode="overlay", leads="12x1", filter="none")
    )
    set_heat_map(window.workbench, "contrast")
    wait_for(application, lambda: window.workbench.session.heatmap("contrast") and idle(window))
    window.command_actions.of["zoom_in"].trigger()
    window.command_actions.of["zoom_in"].trigger()
    wait_for(application, lambda: idle(window))
    times = []
    for k in range(FRAMES):
        began = time.thread_time()
        window.workbench.parts.page_view._scroll_by(4 if k % 60 < 30 else -4, 1)
        window.workbench.parts.page_view.viewport().repaint()
        times.append(time.thread_time() - began)
        application.processEvents()
    return sorted(times)


def main() -> None:
    """Print the longest gap of every action and the frames of panning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found: dict[str, list[float]] = {}
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        window = MainWindow(load_engine, store)
        window.resize(args.width, args.height)
        window.show()
        window.workbench.jobs.prepare_engine()
        window.command_actions.of["open_example"].trigger()
        wait_for(application, lambda: window.workbench.session.reference is not None and idle(window))
        pulse = Pulse()
        for name, do, done in actions(window):
            pulse.restart()
            do()
            wait_for(application, lambda done=done: done() and idle(window))
            found[name] = [pulse.own, pulse.wall]
        found["panning"] = panning(application, window)
        found["memory"] = [peak()]
        window.close_now()
    if args.json:
        print(json.dumps(found))
        return
    frames, (memory,) = found.pop("panning"), found.pop("memory")
    for name, (own, wall) in found.items():
        print(f"{name:<28} held {1000 * own:5.0f} ms of processor, {1000 * wall:5.0f} ms wall")
    middle, late = frames[len(frames) // 2], frames[int(0.99 * len(frames))]
    print(f"panning, {FRAMES} frames: median {1000 * middle:.1f} ms, 99th percentile {1000 * late:.1f} ms")
    print(f"memory at its peak: {memory:.0f} MB")


if __name__ == "__main__":
    main()
