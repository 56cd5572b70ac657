"""How often a fault is named where readers saw one and where they saw none, and whether a rate is given that is wrong.

    python benchmarks/quality.py ../shared/data             # leads named and verdicts, by database
    python benchmarks/quality.py ../shared/data --noise 60  # noise added to so many clean records

Thresholds (`ecg.measurement.quality`, `ecg.delineation.plausible_beats`) were chosen on the half called "chosen on"; the other half is reported beside
it. Halves are drawn by patient (by record for the unacceptable ones, whose patients are not known) with seed 1.
Unacceptable: CinC 2011 set-a (Silva et al., Comput Cardiol 2011;38:273), 12 leads as recorded. The others: eight leads
as recorded, the other four derived. Noise is drawn at the electrodes, so that leads share it as real ones do, and
scaled as in the MIT-BIH noise stress test (Moody et al., Comput Cardiol 1984;11:381).
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.quality import GOOD, UNUSABLE, quality_of
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.zero_phase import both_ways

RATE = 500.0
KINDS = ("electrode motion", "muscle", "wander")
LEVELS = (24, 18, 12, 6, 0)
ACCEPTABLE = "CinC2011 set-a"


def load(folder: Path):
    """Eight leads of the real records (mV), their rows, and twelve leads of the unacceptable ones."""
    packed = np.load(folder / "real_ecg_8lead_500hz_uv.npz")
    eight = np.cumsum((packed["high"].astype(np.int32) << 8) | packed["low"], axis=2) / 1000
    with open(folder / "real_ecg.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return eight, rows, np.load(folder / "unacceptable_12lead_500hz.npz")["counts"] * 0.005


def halves(rows, unacceptable: int) -> tuple[np.ndarray, np.ndarray]:
    """Which real and which unacceptable records the thresholds were chosen on."""
    rng = np.random.default_rng(1)
    rng.permutation(
        sum(row["db"] == ACCEPTABLE for row in rows)
    )  # keeps the halves as they were when chosen on
    chosen = np.zeros(unacceptable, dtype=bool)
    chosen[rng.permutation(unacceptable)[: (unacceptable + 1) // 2]] = True
    patients = np.unique([row["patient"] for row in rows])
    ours = set(rng.permutation(patients)[: len(patients) // 2])
    return np.array([row["patient"] in ours for row in rows]), chosen


def by_database(eight, rows, unacceptable) -> None:
    """Print the share of recordings in which a lead is named, and the verdicts."""
    first, first_bad = halves(rows, len(unacceptable))
    bad = [quality_of(Recording(signal, RATE)) for signal in unacceptable]
    real = [quality_of(Recording(twelve_leads(signal), RATE)) for signal in eight]
    databases = np.array([row["db"] for row in rows])
    groups = [("unacceptable", bad, first_bad)]
    for name in sorted(set(databases), key=lambda name: (name != ACCEPTABLE, name)):
        members = np.flatnonzero(databases == name)
        groups.append((name, [real[k] for k in members], first[members]))
    print(f"{'':<26}{'n':>6}{'named, %':>20}{'good':>8}{'some leads':>12}{'unusable':>10}{'no rate':>9}")
    print(f"{'':<26}{'':>6}{'chosen on':>10}{'other':>10}{'(all, %)':>8}")
    for name, found, chosen in groups:
        named = np.array([any(lead.notes for lead in quality.leads) for quality in found])
        verdicts = np.array([quality.verdict for quality in found])
        shares = [
            np.mean(values) * 100 if len(values) else np.nan
            for values in (
                named[chosen], named[~chosen], verdicts == GOOD,
                (verdicts != GOOD) & (verdicts != UNUSABLE), verdicts == UNUSABLE,
                np.array([bool(quality.beats) for quality in found]),
            )
        ]  # fmt: skip
        widths = (10, 10, 8, 12, 10, 9)
        print(f"{name:<26}{len(found):>6}" + "".join(f"{s:>{w}.1f}" for s, w in zip(shares, widths)))


def electrode_noise(kind: str, samples: int, rng) -> np.ndarray:
    """Potentials of nine electrodes (RA, LA, LL, V1 to V6), any unit."""
    white = rng.normal(size=(9, samples))
    if kind == "wander":
        return both_ways(white, RATE, 0.05, 0.5, padding=samples - 1)
    if kind == "muscle":
        bursts = both_ways(rng.normal(size=(9, samples)), RATE, high=0.6, padding=samples - 1)
        bursts /= bursts.std(axis=1, keepdims=True)
        return both_ways(white, RATE, 15.0, 150.0, padding=200) * np.exp(0.7 * bursts)
    steps, time = np.zeros((9, samples)), np.arange(samples) / RATE
    for row in steps:
        for at in np.cumsum(rng.exponential(0.8, 40)):
            since = np.clip(time - at, 0, 9)
            rise, fall = rng.uniform(0.01, 0.06), rng.uniform(0.05, 0.6)
            row += rng.normal() * (1 - np.exp(-since / rise)) * np.exp(-since / fall)
    moved = both_ways(white, RATE, 1.0, 10.0, padding=500)
    return steps / steps.std(axis=1, keepdims=True) + 0.7 * moved / moved.std(axis=1, keepdims=True)


def with_noise(eight: np.ndarray, kind: str, level: float, rng) -> np.ndarray:
    """Eight leads with noise so many dB below the QRS: its power is the square of its swing over eight."""
    potentials = electrode_noise(kind, eight.shape[1], rng)
    limbs, chest = potentials[:3], potentials[3:]
    noise = np.stack([limbs[1] - limbs[0], limbs[2] - limbs[0], *(chest - limbs.mean(axis=0))])
    swing = np.median(np.ptp(eight.reshape(8, -1, round(RATE)), axis=2))
    noise *= np.sqrt(swing**2 / 8 / 10 ** (level / 10)) / np.sqrt(np.mean(noise**2))
    return eight + noise


def noise_sweep(eight, rows, count: int) -> None:
    """Print what is named, and which rates are given, as noise is added to good records of the other half."""
    first, _ = halves(rows, 149)
    rng = np.random.default_rng(2)
    taken = []
    for k in rng.permutation(np.flatnonzero(~first)):
        recording = Recording(twelve_leads(eight[k]), RATE)
        clean = measure(recording)
        if clean.heart_rate is not None and quality_of(recording, clean).verdict == GOOD:
            taken.append((k, clean.heart_rate))
        if len(taken) == count:
            break
    print(f"\n{count} good records of the other half, noise added")
    print(
        f"{'':<18}{'dB':>4}{'named':>8}{'unusable':>10}{'rate given':>12}{'of these wrong':>16}{'right withheld':>16}"
    )
    every = []
    for kind in KINDS:
        for level in LEVELS:
            seen = []
            for k, rate in taken:
                recording = Recording(twelve_leads(with_noise(eight[k], kind, level, rng)), RATE)
                try:
                    measured = measure(recording)
                except EcgError:
                    seen.append((True, True, False, False, False))
                    continue
                quality = quality_of(recording, measured)
                beats = measured.beats
                found = (
                    60 * RATE / np.mean(np.diff([b.fiducial for b in beats])) if len(beats) > 1 else np.nan
                )
                wrong = not abs(found / rate - 1) <= 0.1
                given = measured.heart_rate is not None
                seen.append((quality.verdict != GOOD, quality.verdict == UNUSABLE, given, given and wrong,
                             not given and not wrong))  # fmt: skip
            every += seen
            _row(kind, level, seen)
    _row("all", "", every)


def _row(kind, level, seen):
    named, unusable, given, wrong, withheld = np.mean(np.array(seen, dtype=float), axis=0) * 100
    print(f"{kind:<18}{level:>4}{named:>8.0f}{unusable:>10.0f}{given:>12.0f}{wrong * 100 / max(given, 1e-9):>16.1f}"
          f"{withheld:>16.1f}")  # fmt: skip


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--noise", type=int, default=0, metavar="N", help="records to which noise is added")
    args = parser.parse_args()
    eight, rows, unacceptable = load(args.data)
    if args.noise:
        noise_sweep(eight, rows, args.noise)
    else:
        by_database(eight, rows, unacceptable)


if __name__ == "__main__":
    main()
