"""The gallery in docs/: every condition in three patients, first draws, on ECG paper.

The patients are the example ECG and two hearts from `deepfake-ecg` (synthetic), so that no patient's
recording is published. Each cell shows leads II, V1, V2 and V5 of the twin over four seconds at 25 mm/s and
10 mm/mV, and whether the referee found the condition's criteria met.

    python benchmarks/gallery.py --out docs/gallery
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ecgtwin_app.conditions.record import GROUPS
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.leads import LEADS
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.training.collections.normals import deepfake_normals

SHOWN = ("II", "V1", "V2", "V5")
#: Seconds shown of each twin, mV between traces, and the part of the strip it begins at.
SECONDS, STEP, START = 4.0, 1.9, 3.0
#: Combinations shown beside the single conditions, in the group named first.
COMBINATIONS = (
    ("rhythm", ("sinus bradycardia", "ventricular premature complex")),
    ("conduction", ("atrial fibrillation", "left bundle branch block")),
    ("muscle", ("left ventricular hypertrophy", "left ventricular strain")),
    ("ischaemia", ("inferior STEMI", "first-degree AV block")),
)


def main() -> None:
    """Draw one picture a group and the page that shows them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    engine = TwinEngine.load()
    patients = [read_ecg(example_path()), *deepfake_normals(24, 7)[:2]]
    lines = ["# Gallery", "", __doc__.split("\n\n")[1].strip(), ""]
    for group in GROUPS:
        asked = [(c.name,) for c in load_vocabulary() if c.group == group and engine.knows(c)]
        asked += [names for where, names in COMBINATIONS if where == group]
        path = args.out / f"{group}.png"
        met = draw_group(engine, patients, asked, args.seed, path)
        lines += [f"## {group.capitalize()}", "", f"![{group}]({args.out.name}/{path.name})", ""]
        lines += [f"{met} of {3 * len(asked)} first draws met all criteria (seed {args.seed}).", ""]
    (args.out.parent / "gallery.md").write_text("\n".join(lines), encoding="utf-8")


def draw_group(engine: TwinEngine, patients: list[Recording], asked: list, seed: int, path: Path) -> int:
    """One row a condition, one column a patient; returns how many twins met their criteria."""
    figure, axes = plt.subplots(len(asked), 3, figsize=(3 * 4.4, 4.0 * len(asked)), squeeze=False)
    met = 0
    for row, names in zip(axes, asked, strict=True):
        for column, (axis, patient) in enumerate(zip(row, patients, strict=True)):
            twin = engine.generate(patient, TwinRequest(names, seed=seed + 10 * column))[0]
            met += twin.met
            draw(axis, twin, " + ".join(names), column)
    figure.tight_layout()
    figure.savefig(path, dpi=72)
    plt.close(figure)
    return met


def draw(axis, twin: Twin, title: str, column: int) -> None:
    """Four leads of a twin, stacked, on paper of 1 and 5 mm."""
    rate = twin.recording.rate
    first, count = round(START * rate), round(SECONDS * rate)
    at = np.arange(count) / rate
    for k, lead in enumerate(SHOWN):
        trace = twin.recording.signal[LEADS.index(lead), first : first + count]
        axis.plot(at, trace - k * STEP, color="#102a43", linewidth=0.8)
        axis.text(0.02, 0.45 - k * STEP, lead, fontsize=8, color="#52606d")
    low, high = -STEP * (len(SHOWN) - 1) - 1.4, 1.6
    axis.set(xlim=(0, SECONDS), ylim=(low, high), aspect=0.4)
    for step, width in ((0.04, 0.25), (0.2, 0.6)):
        axis.vlines(np.arange(0, SECONDS + step, step), low, high, color="#f0b8b8", linewidth=width, zorder=0)
        axis.hlines(
            np.arange(np.ceil(low / (step * 2.5)) * step * 2.5, high, step * 2.5),
            0,
            SECONDS,
            color="#f0b8b8",
            linewidth=width,
            zorder=0,
        )
    axis.set_xticks([])
    axis.set_yticks([])
    missed = ", ".join(line.name for line in twin.asked_got if line.met is False)
    mark = "met" if twin.met else f"not met: {missed}"
    axis.set_title(f"{title}\npatient {column + 1} — SYNTHETIC — {mark}", fontsize=7.5)


if __name__ == "__main__":
    main()
