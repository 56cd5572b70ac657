"""The window killed at random moments of a scripted session: what is lost, and whether files stay readable.

Run: QT_QPA_PLATFORM=offscreen python benchmarks/kill.py [--kills 30 --seed 1]
A child process runs the window with a stand-in engine: it sets calipers, makes twins, changes the page, and
saves the session to a file, over and over. It writes down each action and when. The parent kills it (SIGKILL),
opens what autosave left and the saved file, and says how old the oldest lost action is.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Seconds after the first action within which the kill falls.
SPAN = (1.0, 16.0)
#: Seconds of work that may be lost.
ALLOWED = 10.0


@dataclass(frozen=True)
class Outcome:
    """What a kill left.

    Attributes
    ----------
    actions : int
        Done before the kill.
    kept : int
        The last action that autosave holds, 0 where there is no file.
    promised : int
        The last action of a state that autosave said to have written.
    lost_seconds : float
        Age at the kill of the oldest action that is lost.
    unreadable : tuple of str
        Names of session files that cannot be read.
    """

    actions: int
    kept: int
    promised: int
    lost_seconds: float
    unreadable: tuple[str, ...]


def kill_once(folder: Path, wait, seed: int) -> Outcome:
    """Run the scripted session in a folder and kill it.

    Parameters
    ----------
    wait : callable
        Takes the child's lines one by one and says when to kill.
    """
    child = subprocess.Popen(
        [sys.executable, __file__, "--child", str(folder), "--seed", str(seed)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(child.stdout.readline, "")), daemon=True)
    reader.start()
    while child.poll() is None and not wait(lines):
        time.sleep(0.005)
    if child.poll() is not None:
        raise RuntimeError("The scripted session ended by itself.")
    child.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    child.wait()
    reader.join()
    child.stdout.close()
    return _outcome(folder, [line.split() for line in lines if line.endswith(".\n")], killed)


def _outcome(folder, entries, killed):
    from ecgtwin_app.ecg.signal.recording import EcgError
    from ecgtwin_app.session.session_file import read_session

    done = {int(number): float(at) for word, number, at, _ in entries if word == "done"}
    promised = max((int(number) for word, number, _, _ in entries if word == "kept"), default=0)
    kept, unreadable = 0, []
    for path in folder.rglob("*.ecgtwin"):
        try:
            state = read_session(path)
        except EcgError:
            unreadable.append(path.name)
            continue
        if path.parent.name == "recovery" and state.calipers:
            kept = max(kept, round(state.calipers[-1].b))
    lost = [killed - at for number, at in done.items() if number > kept]
    return Outcome(max(done, default=0), kept, promised, max(lost, default=0.0), tuple(unreadable))


def _scripted_session(folder: Path, seed: int) -> None:
    """In the child: one action after the other until it is killed."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
    from dataclasses import replace

    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication
    from ui_standin import StandInEngine

    from ecgtwin_app.report.calipers import TIME, Caliper
    from ecgtwin_app.ui.commands.measure import set_calipers
    from ecgtwin_app.ui.commands.opening import open_example
    from ecgtwin_app.ui.commands.saving import save_session
    from ecgtwin_app.ui.commands.twin import generate, remove_twin
    from ecgtwin_app.ui.commands.view import set_page_layout
    from ecgtwin_app.ui.window.main_window import MainWindow

    application = QApplication([])
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(StandInEngine, store, folder / "recovery")
    window.show()
    workbench = window.workbench
    open_example(workbench)
    while workbench.session.reference is None or workbench.jobs.worker.busy:
        application.processEvents()
    chance, saved, asked = random.Random(seed), folder / "saved.ecgtwin", []
    state = workbench.autosave._state

    def noted_state():
        """The state that is being written, its last action noted."""
        calipers = workbench.parts.page_view.calipers.calipers
        asked[:] = [round(calipers[-1].b)] if calipers else []
        return state()

    workbench.autosave._state = noted_state

    def say(word, number):
        print(word, number, time.monotonic(), ".", flush=True)

    for number in range(1, 100_000):
        what = chance.choice(("caliper", "caliper", "twin", "remove", "layout", "save"))
        if what == "twin":
            workbench.session.set_request(replace(workbench.session.request, steps=2, seed=number))
            generate(workbench)
        elif what == "remove" and len(workbench.session.twins) > 3 and not workbench.jobs.running:
            remove_twin(workbench)
        elif what == "layout":
            layout = replace(workbench.view.layout, gain=chance.choice((5.0, 10.0, 20.0)))
            set_page_layout(workbench, layout)
        elif what == "save":
            workbench.session.path = saved
            save_session(workbench)
        set_calipers(workbench, (Caliper(TIME, "II", ("reference",), 0.0, float(number), 0.5),), "caliper")
        say("done", number)
        end = time.monotonic() + chance.uniform(0.02, 0.4)
        while time.monotonic() < end:
            application.processEvents()
        if asked and not workbench.autosave.worker.busy:
            say("kept", asked.pop())


def main() -> int:
    """Kill, and print what was lost; 1 when more than may be, or a file cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        _scripted_session(args.child, args.seed)
        return 0
    sys.path.insert(0, str(ROOT))
    chance, outcomes = random.Random(args.seed), []
    for number in range(args.kills):
        moment, first = chance.uniform(*SPAN), []

        def wait(lines, moment=moment, first=first):
            if not first and any(line.startswith("done") for line in lines):
                first.append(time.monotonic())
            return bool(first) and time.monotonic() - first[0] >= moment

        with tempfile.TemporaryDirectory() as folder:
            outcome = kill_once(Path(folder), wait, args.seed + number)
        outcomes.append(outcome)
        print(f"kill {number + 1:2d} after {moment:4.1f} s: {outcome}", flush=True)
    worst = max(outcome.lost_seconds for outcome in outcomes)
    broken = sum(len(outcome.unreadable) for outcome in outcomes)
    print(f"{len(outcomes)} kills: at most {worst:.1f} s lost, {broken} session files unreadable")
    return int(worst > ALLOWED or broken > 0)


if __name__ == "__main__":
    sys.exit(main())
