"""Virtual patients against real recordings of the same label: intervals, voltages and spectra.

    python benchmarks/virtual.py [--data FOLDER] [--patients 30] [--seed 1] [--json FILE]

Real are the recordings that carry the label and meet its criteria; virtual ones are normal hearts of the
training split under the condition, at the rates of the real ones. They are not the same people: what plain
sinus rhythm already differs in is the hearts' and not the condition's. `halves` is how far two halves of the
real recordings differ (the larger end of the middle 95 %), so what lies within it is no difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from labels import LABELS
from real_records import records
from referee import arguments
from referee import hearts as normal_hearts
from scipy.signal import welch

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.evaluation.metrics.clinical import QUANTITIES, quantity
from ecgtwin_app.heart.virtual_patient import simulate

#: Bands, Hz: baseline; P and T; QRS; its notches and muscle; muscle without the mains.
BANDS = ((0.2, 1.0), (1.0, 8.0), (8.0, 25.0), (25.0, 45.0), (70.0, 95.0))
#: Fewest real recordings of a label.
FEWEST = 8


def numbers(recording: Recording, measurements: dict) -> list[float]:
    """The quantities of a recording, then the power of each band, dB against 1 mV², over eight leads."""
    frequency, power = welch(independent_leads(recording.signal), recording.rate, nperseg=2048, axis=1)
    mean = power.mean(axis=0)
    bands = [
        10 * np.log10(np.trapezoid(mean[inside], frequency[inside]) + 1e-12)
        for inside in ((frequency >= low) & (frequency < high) for low, high in BANDS)
    ]
    return [quantity(measurements, name) for name in QUANTITIES] + bands


def real_numbers(folder: Path) -> dict[str, list[tuple[float, list[float]]]]:
    """Heart rate and numbers of the real recordings of each label that meet its criteria."""
    found: dict[str, list] = {name: [] for name in LABELS}
    for key, labels, recording in records(folder):
        claimed = [name for name in LABELS if labels & LABELS[name]]
        if key.startswith("CinC2011") or not claimed:
            continue
        try:
            measured = measure(recording)
        except EcgError:
            continue
        own = None
        for name in claimed:
            if meets(judge(measured, [name], age=recording.patient.age, sex=recording.patient.sex)):
                own = own or numbers(recording, measured.as_dict())
                found[name].append((measured.heart_rate, own))
    return {name: rows for name, rows in found.items() if len(rows) >= FEWEST}


def virtual_numbers(hearts: list, name: str, rates: list[float], seed: int) -> np.ndarray:
    """Numbers (hearts, quantities and bands) of the hearts under a condition."""
    rows = []
    low, high = find_condition(name).rate_range
    for k, (_, heart, who) in enumerate(hearts):
        rng = np.random.default_rng([seed, k])
        recording = simulate(heart, (name,), float(np.clip(rng.choice(rates), low, high)), rng).recording(who)
        try:
            rows.append(numbers(recording, measure(recording).as_dict()))
        except EcgError:
            continue
    return np.array(rows)


def compared(ours: np.ndarray, real: np.ndarray, seed: int) -> list[dict]:
    """Of each number both medians, and how far the medians of two halves of the real ones lie apart."""
    rng = np.random.default_rng(seed)
    apart = []
    for _ in range(300):
        order = rng.permutation(len(real))
        half = len(real) // 2
        apart.append(np.abs(_median(real[order[:half]]) - _median(real[order[half:]])))
    halves = np.nanpercentile(apart, 95, axis=0)
    return [
        {"virtual": float(a), "real": float(b), "halves": float(c)}
        for a, b, c in zip(_median(ours), _median(real), halves, strict=True)
    ]


def _median(rows):
    with np.errstate(all="ignore"):
        return np.array([np.median(v[~np.isnan(v)]) if (~np.isnan(v)).any() else np.nan for v in rows.T])


def main() -> None:
    """Print a table: of each label and number the virtual median, the real one, and whether they differ."""
    args = arguments(__doc__)
    names = [*QUANTITIES, *(f"{low:g}-{high:g} Hz" for low, high in BANDS)]
    hearts = list(normal_hearts(args.data, args.patients, args.seed))
    results = {}
    print("virtual / real median, * where they lie further apart than two halves of the real ones")
    for name, rows in real_numbers(args.data).items():
        real = np.array([own for _, own in rows])
        ours = virtual_numbers(hearts, name, [rate for rate, _ in rows], args.seed)
        results[name] = dict(zip(names, compared(ours, real, args.seed), strict=True))
        print(f"{name}, {len(ours)} virtual, {len(real)} real")
        for label, one in results[name].items():
            mark = "*" if abs(one["virtual"] - one["real"]) > one["halves"] else " "
            print(f"   {label:10} {one['virtual']:8.2f} / {one['real']:8.2f} ± {one['halves']:.2f} {mark}")
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
