"""The referee against the labels that hospitals gave to real recordings, and against virtual patients.

    python benchmarks/referee.py [--data FOLDER] [--patients 30] [--seed 1] [--json FILE]

Labels and criteria are not the same thing: a label may mean the incomplete form, rest on the patient's
history or leave out what is plain to see, so neither share can reach 100 % on real recordings. A virtual
patient has the condition by construction: what the referee misses there is a fault of its measuring or
of the simulation. Intervals are Wilson's, 95 %. `others` counts virtual patients of the plain rhythms.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from labels import LABELS
from real_records import FOLDER, records

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.collections.records import load_real, normal

NAMES = [condition.name for condition in load_vocabulary()]


class Counts:
    """How often a condition's criteria were met where it is (True) and where it is not (False)."""

    def __init__(self):
        self.met = Counter()
        self.failed = Counter()

    def add(self, present: bool, verdicts) -> None:
        """Count one recording."""
        self.met[present, meets(verdicts)] += 1
        if present:
            self.failed.update(verdict.name for verdict in verdicts if verdict.met is False)

    def as_dict(self) -> dict:
        """Both shares with n and interval, and the criteria that were not met."""
        return {
            "sensitivity": share_of(self.met[True, True], self.met[True, True] + self.met[True, False]),
            "specificity": share_of(self.met[False, False], self.met[False, True] + self.met[False, False]),
            "not met": dict(self.failed.most_common()),
        }


def share_of(hits: int, n: int) -> dict:
    """A share with Wilson's 95 % interval."""
    if n == 0:
        return {"n": 0, "share": None, "low": None, "high": None}
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return {"n": n, "share": p, "low": float(middle - half), "high": float(middle + half)}


def on_real(folder: Path) -> dict[str, Counts]:
    """Every labelled record against every condition that has labels."""
    counts = {name: Counts() for name, labels in LABELS.items() if labels}
    for key, labels, recording in records(folder):
        if key.startswith("CinC2011"):  # no diagnoses
            continue
        measured = measure(recording)
        for name, count in counts.items():
            verdicts = judge(measured, [name], age=recording.patient.age, sex=recording.patient.sex)
            count.add(bool(labels & LABELS[name]), verdicts)
    return counts


def on_virtual(folder: Path, patients: int, seed: int) -> dict[str, Counts]:
    """Each condition on this many hearts of the training split, at random rates of its range.

    Specificity is that on the same hearts in plain sinus rhythm.
    """
    counts = {name: Counts() for name in NAMES}
    for key, heart, who in hearts(folder, patients, seed):
        plain = ("sinus bradycardia", "sinus rhythm", "sinus tachycardia")
        for name in NAMES:
            rng = np.random.default_rng([seed, zlib.crc32(key.encode()), zlib.crc32(name.encode())])
            performed = simulate(heart, (name,), rng.uniform(*find_condition(name).rate_range), rng)
            try:
                measured = measure(performed.recording(who))
            except EcgError:
                counts[name].met[True, False] += 1
                continue
            counts[name].add(True, judge(measured, [name], age=who.age, sex=who.sex))
            if name in plain:
                for other in NAMES:
                    if other not in (*plain, "sinus arrhythmia"):
                        counts[other].add(False, judge(measured, [other], age=who.age, sex=who.sex))
    return counts


def hearts(folder, patients, seed):
    """Usable normal hearts of the training split: key, heart and patient."""
    normals = [record for record in load_real(folder) if normal(record) and not record.held_out]
    found = 0
    for k in np.random.default_rng(seed).permutation(len(normals)):
        try:
            heart = VirtualPatient.from_recording(normals[k].recording)
        except EcgError:
            continue
        yield normals[k].key, heart, normals[k].recording.patient
        found += 1
        if found == patients:
            return


def table(title: str, results: dict[str, dict]) -> str:
    """One line a condition."""
    lines = [f"{title}\n{'condition':38} {'sensitivity':>24} {'specificity':>26}  not met"]
    for name, result in results.items():
        cells = []
        for side in ("sensitivity", "specificity"):
            s = result[side]
            cells.append(
                "-" if s["n"] == 0 else f"{s['share']:.0%} of {s['n']} ({s['low']:.0%} to {s['high']:.0%})"
            )
        misses = ", ".join(f"{criterion} {n}" for criterion, n in list(result["not met"].items())[:3])
        lines.append(f"{name:38} {cells[0]:>24} {cells[1]:>26}  {misses}")
    return "\n".join(lines)


def arguments(about: str) -> argparse.Namespace:
    """What the command line says: data, patients, seed and a file for the results."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--patients", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> None:
    """Print both tables, and write them as JSON where asked."""
    args = arguments(__doc__)
    results = {
        "virtual": {n: c.as_dict() for n, c in on_virtual(args.data, args.patients, args.seed).items()},
        "real": {n: c.as_dict() for n, c in on_real(args.data).items()},
    }
    for title, rows in results.items():
        print(table(title, rows), "\n")
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
