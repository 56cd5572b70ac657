"""Delineation against the cardiologists' marks of LUDB (164 records, 12 leads, 10 s, 500 Hz).

    python benchmarks/delineation.py [--folder FOLDER] [--neurokit] [--every N] [--fit] [--seed S]

Sensitivity and positive predictive value of the waves (a mark within 150 ms), the errors of onset,
peak and end by lead, and QRS duration, PR and QT against global marks made of the cardiologists' leads
(second earliest onset to second latest end, so that no single lead decides). The patients are split in
two halves by a seed: with --fit the thresholds are fixed on the first half and hold for both; the second
is what to report. With --neurokit (the extra
"bench") NeuroKit2 marks the same leads and is counted by the same rule.
"""

from __future__ import annotations

import argparse
import csv
from itertools import islice
from pathlib import Path

import numpy as np
from real_records import FOLDER, LUDB_LEADS, ludb_marks, records

from ecgtwin_app.ecg.delineation import beats
from ecgtwin_app.ecg.delineation import p_wave as pwave
from ecgtwin_app.ecg.delineation import qrs_t as waves
from ecgtwin_app.ecg.delineation.delineate import delineate
from ecgtwin_app.ecg.signal.recording import LEADS

TOLERANCE = 75  # samples: 150 ms
MILLISECONDS = 2.0  # a sample at 500 Hz
#: Thresholds that decide most, and what is tried for each.
THRESHOLDS = {
    (waves, "ONSET_SHARE"): (0.024, 0.034),
    (waves, "OFFSET_SHARE"): (0.024, 0.036),
    (pwave, "CONSISTENT"): (0.62, 0.74),
    (beats, "T_SHARPNESS"): (4.5, 6.5),
}
NAMES = {
    "P": ("p_onset", "p_peak", "p_offset"),
    "QRS": ("qrs_onset", None, "qrs_offset"),
    "T": (None, "t_peak", "t_offset"),
}


def main(folder: Path, neurokit: bool, every: int, seed: int, fit: bool) -> None:
    """Print the tables: of each half of the patients, and of all."""
    marks = ludb_marks(folder)
    taken = {key: recording for key, _, recording in islice(records(folder, "LUDB"), 0, None, every)}
    fixed, reported = halves(folder, list(taken), seed)
    if fit:
        values = fixed_on({key: taken[key] for key in fixed}, marks)
        print("thresholds fixed on the first half: " + ", ".join(f"{k[1]} {v:g}" for k, v in values.items()))
    for title, keys in (("half on which thresholds are fixed", fixed), ("half that is reported", reported)):
        print(f"{title}: {len(keys)} patients\n{Counted({k: taken[k] for k in keys}, marks)}")
    print(f"all\n{Counted(taken, marks, neurokit)}")


def halves(folder: Path, keys: list[str], seed: int) -> tuple[list[str], list[str]]:
    """The records of one half of the patients and of the other, by patient number and a seed."""
    with open(folder / "real_ecg.csv", newline="", encoding="utf-8") as file:
        patient = {row["key"]: row["patient"] for row in csv.DictReader(file)}
    patients = sorted({patient[key] for key in keys})
    chosen = np.random.default_rng(seed).permutation(len(patients))[: len(patients) // 2]
    first = {patients[k] for k in chosen}
    return [k for k in keys if patient[k] in first], [k for k in keys if patient[k] not in first]


def fixed_on(taken, marks) -> dict[tuple, float]:
    """One round over the thresholds: each is given the value that does best on these records, and keeps it."""
    best, values = Counted(taken, marks, each_lead=False).cost(), {}
    for (module, name), candidates in THRESHOLDS.items():
        values[module, name] = getattr(module, name)
        for value in candidates:
            setattr(module, name, value)
            cost = Counted(taken, marks, each_lead=False).cost()
            if cost < best:
                best, values[module, name] = cost, value
        setattr(module, name, values[module, name])
        print(f"  {name} {values[module, name]:g}: cost {best:.2f}", flush=True)
    return values


class Counted:
    """What was found in some records beside the cardiologists' marks."""

    def __init__(self, taken, marks, neurokit=False, each_lead=True):
        self.leads = {wave: Tally() for wave in NAMES}
        self.peer = {wave: Tally() for wave in NAMES} if neurokit else {}
        self.common = {wave: Tally() for wave in NAMES}
        self.intervals = {"QRS duration": [], "PR": [], "QT": []}
        for key, recording in taken.items():
            found = delineate(recording)
            for name, row in zip(LUDB_LEADS, LEADS, strict=True) if each_lead else ():
                here = found.in_lead(row)
                qrs = marks[key][name, "QRS"]
                for wave, tally in self.leads.items():
                    tally.compare(marks[key][name, wave], _ours(here, found.beats, wave), qrs)
                theirs = neurokit_marks(recording.lead(row), recording.rate) if neurokit else {}
                for wave, tally in self.peer.items():
                    tally.compare(marks[key][name, wave], theirs[wave], qrs)
            truth = {wave: _global(marks[key], wave) for wave in NAMES}
            ours = [beat.waves for beat in found.beats]
            for wave, tally in self.common.items():
                tally.compare(truth[wave], _ours(ours, found.beats, wave), truth["QRS"])
            _add_intervals(self.intervals, truth, found.representative)

    def cost(self) -> float:
        """What thresholds are fixed by: waves missed or false (%) and the spread of the errors (10 ms)."""
        return sum(tally.cost() for tally in self.common.values())

    def __str__(self):
        lines = []
        for title, tallies in (("in each lead", self.leads), ("NeuroKit2 in each lead", self.peer),
                               ("over all leads", self.common)):  # fmt: skip
            lines += [title] * bool(tallies) + [f"  {wave:4}{tally}" for wave, tally in tallies.items()]
        lines.append("intervals of the dominant beat, ours less the cardiologists', ms")
        lines += [
            f"  {name:13} n {len(errors):3}  mean {np.mean(errors):6.1f}  sd {np.std(errors):5.1f}  "
            f"median {np.median(errors):6.1f}"
            for name, errors in self.intervals.items()
        ]
        return "\n".join(lines)


class Tally:
    """Counts and errors of one wave."""

    def __init__(self):
        self.hit = self.missed = self.false = 0
        self.errors = []

    def compare(self, truth, ours, qrs):
        """Add one lead's (or the global) marks; only the span that the cardiologists marked counts."""
        if not qrs:
            return
        # LUDB leaves the waves before the first and after the last marked QRS unmarked.
        margin = TOLERANCE if truth is qrs else TOLERANCE // 3
        first, last = qrs[0][1] - margin, qrs[-1][1] + margin
        ours = [mark for mark in ours if first <= mark[1] <= last]
        truth = [mark for mark in truth if first <= mark[1] <= last]
        free = list(ours)
        for mark in truth:
            near = min(free, key=lambda other: abs(other[1] - mark[1]), default=None)
            if near is None or abs(near[1] - mark[1]) > TOLERANCE:
                self.missed += 1
                continue
            free.remove(near)
            self.hit += 1
            self.errors.append(
                [(np.nan if a is None else (a - b) * MILLISECONDS) for a, b in zip(near, mark, strict=True)]
            )
        self.false += len(free)

    def cost(self) -> float:
        """Waves missed or false, %, and the root mean square of the errors of onset and end, 10 ms."""
        errors = np.array(self.errors, dtype=float)[:, [0, 2]]
        wrong = 100 * (self.missed + self.false) / (self.hit + self.missed)
        return wrong + float(np.sqrt(np.nanmean(errors**2))) / 10

    def __str__(self):
        errors = np.array(self.errors, dtype=float)
        parts = [
            f"{name} {np.nanmean(column):6.1f} ± {np.nanstd(column):4.1f}"
            for name, column in zip(("onset", "peak", "end"), errors.T, strict=True)
            if np.isfinite(column).any()
        ]
        sensitivity = self.hit / (self.hit + self.missed)
        predictive = self.hit / (self.hit + self.false)
        return (
            f"n {self.hit + self.missed:6}  Se {sensitivity:6.2%}  PPV {predictive:6.2%}  ms: "
            + "  ".join(parts)
        )


def _ours(waves, beats, wave):
    """(onset, peak, end) of each beat that has the wave; the fiducial stands for the peak of the QRS."""
    onset, peak, end = NAMES[wave]
    marks = []
    for one, beat in zip(waves, beats, strict=True):
        where = [
            getattr(one, onset) if onset else None,
            getattr(one, peak) if peak else beat.fiducial,
            getattr(one, end),
        ]
        if where[1] is not None and where[2] is not None:
            marks.append(tuple(where))
    return marks


def _global(marks, wave):
    """Marks over all leads: those of at least five leads that belong together."""
    events = sorted((mark for lead in LUDB_LEADS for mark in marks[lead, wave]), key=lambda mark: mark[1])
    groups = []
    for mark in events:
        if groups and mark[1] - np.median([other[1] for other in groups[-1]]) < 60:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [
        (sorted(m[0] for m in g)[1], int(np.median([m[1] for m in g])), sorted(m[2] for m in g)[-2])
        for g in groups
        if len(g) >= 5
    ]


def _add_intervals(intervals, truth, beat):
    def median(values):
        return np.median(values) * MILLISECONDS if len(values) >= 3 else None

    qrs = truth["QRS"]
    pr = [b[0] - max(before) for b in qrs if (before := [p[0] for p in truth["P"] if 0 < b[0] - p[0] < 220])]
    qt = [min(after) - b[0] for b in qrs if (after := [t[2] for t in truth["T"] if 0 < t[2] - b[0] < 350])]
    pairs = {
        "QRS duration": (median([m[2] - m[0] for m in qrs]), beat.qrs_onset, beat.qrs_offset),
        "PR": (median(pr), beat.p_onset, beat.qrs_onset),
        "QT": (median(qt), beat.qrs_onset, beat.t_offset),
    }
    for name, (wanted, start, end) in pairs.items():
        if wanted is not None and start is not None and end is not None:
            intervals[name].append((end - start) * MILLISECONDS - wanted)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the recordings lie")
    parser.add_argument(
        "--neurokit", action="store_true", help="count NeuroKit2's marks too (some 15 s a record)"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth record")
    parser.add_argument("--fit", action="store_true", help="fix the thresholds on the first half")
    parser.add_argument("--seed", type=int, default=1, help="of the split")
    args = parser.parse_args()
    if args.neurokit:
        from neurokit import neurokit_marks
    main(args.folder, args.neurokit, args.every, args.seed, args.fit)
