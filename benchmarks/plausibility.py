"""The lines of plausibility: fitted on real recordings of training patients, checked on held-out ones.

    python benchmarks/plausibility.py --fit [--data FOLDER] [--measured FOLDER]
    python benchmarks/plausibility.py [--data FOLDER] [--measured FOLDER]

The first writes resources/real_ranges.json, the second prints by label how many held-out recordings (one a patient) are
called unlike real ones, and by which lines. `--measured` keeps what was measured, a file a recording, for the next time.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from labels import LABELS
from real_records import FOLDER

from ecgtwin_app.conditions.likeness import likeness, unlike
from ecgtwin_app.conditions.real_ranges import EVERY, FEWEST
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.measurement.traits import traits_of
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.training.collections.records import RealRecord, load_low_rate, load_real

TABLE = Path(__file__).resolve().parents[1] / "resources" / "real_ranges.json"
QUANTILES = (0.5, 99.5)
#: Margin: so much of the range, more where there are few (this over n), and at least so much by unit.
MARGIN, OVER_N = 0.08, 2.5
LEAST = {"PR": 8.0, "QRS": 8.0, "QTc": 12.0, "turns": 1.0, "return": 0.03, "needle": 0.1, "T/R": 0.1,
         "P/QRS": 0.03, "T/QRS": 0.05}  # fmt: skip
LEAST_SIZE = 0.05
#: Where fewer patients than this have a label, the middle of all recordings (quantiles, %) is inside its ranges.
FEW, MIDDLE = 60, (2.5, 97.5)
#: Traits of which too little, or too much, is no fault.
ONLY_LOW, ONLY_HIGH = ("return", "needle"), ("turns", "T/R", "P/QRS", "T/QRS", "R'")
#: Sampled at 100 Hz a QRS has lost its corners, and a strip its noise.
OF_FULL_RATE = ("turns", "return", "needle", "noise", "breath")


def measured(folder: Path, kept: Path | None) -> Iterator[tuple[RealRecord, Measurements]]:
    """Every recording with its measurements; with `kept` what lies there comes first and is used."""
    for record in (*load_real(folder), *load_low_rate(folder)):
        file = None if kept is None else kept / f"{record.key.replace('/', '_')}.pkl"
        if file is not None and file.is_file():
            found = pickle.loads(file.read_bytes())["m"]
        else:
            try:
                found = measure(record.recording)
            except EcgError as error:
                found = str(error)
            if file is not None:
                file.write_bytes(pickle.dumps({"m": found}))
        if isinstance(found, Measurements) and not found.reasons.get("heart_rate"):
            yield record, found


def names_of(record: RealRecord, m: Measurements) -> list[str]:
    """The conditions that the record's labels claim; of a pacemaker only where it paces the ventricles."""
    found = [name for name, words in LABELS.items() if words & set(record.labels)]
    return [name for name in found if name != "ventricular pacing" or (m.qrs or 0) >= 120]


def fit(folder: Path, kept: Path | None) -> dict:
    """The table: condition -> n and ranges by trait."""
    values = defaultdict(lambda: defaultdict(dict))
    for record, m in measured(folder, kept):
        if record.held_out:
            continue
        traits = traits_of(m)
        if record.recording.rate < 250:
            traits = {trait: v for trait, v in traits.items() if trait.split()[0] not in OF_FULL_RATE}
        for name in (*names_of(record, m), EVERY):
            for trait, value in traits.items():
                values[name][trait].setdefault(record.patient, value)
    table = {}
    own = [c.name for c in load_vocabulary() if c.changes or c.hides_shape]
    for name in (EVERY, *own):
        ranges = {
            trait: _range(trait, _found(by_patient), _found(values[EVERY][trait]))
            for trait, by_patient in values[name].items()
            if len(by_patient) >= FEWEST and trait != "noise"
        }
        if "R V1" in ranges:
            table[name] = {"n": len(values[name]["R V1"]), "ranges": ranges}
    return table


def _found(by_patient):
    return np.array(list(by_patient.values()))


def _range(trait, found, of_every):
    kind = trait.split()[0]
    low, high = np.percentile(found, QUANTILES)
    margin = (MARGIN + OVER_N / len(found)) * (high - low) + LEAST.get(kind, LEAST_SIZE)
    low, high = (0.9 * low, 1.1 * high) if kind == "breath" else (low - margin, high + margin)
    if len(found) < FEW:
        # What most patients have is not unlike a label of which few are known.
        usual = np.percentile(of_every, MIDDLE)
        low, high = min(low, usual[0]), max(high, usual[1])
    low, high = float(f"{low:.3g}"), float(f"{high:.3g}")
    return [None if kind in ONLY_HIGH else low, None if kind in ONLY_LOW else high]


def check(folder: Path, kept: Path | None) -> None:
    """Print by label the share of held-out recordings that miss a line."""
    counts, missed, seen = Counter(), defaultdict(Counter), set()
    for record, m in measured(folder, kept):
        if not record.held_out or record.patient in seen:
            continue
        seen.add(record.patient)
        names = names_of(record, m)
        lines = unlike(likeness(m, names))
        for name in {*names, EVERY}:
            counts[name] += 1
            missed[name].update({line.name.key if hasattr(line.name, "key") else line.name for line in lines})
            missed[name]["any"] += bool(lines)
    for name, n in counts.most_common():
        lines = ", ".join(f"{line} {k}" for line, k in missed[name].most_common() if line != "any" and k)
        print(f"{name:38} n {n:4}  unlike {missed[name]['any']:3} ({missed[name]['any'] / n:.0%})  {lines}")


def main() -> None:
    """Fit or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--fit", action="store_true")
    args = parser.parse_args()
    if not args.fit:
        check(args.data, args.measured)
        return
    table = fit(args.data, args.measured)
    rows = ",\n ".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in table.items())
    TABLE.write_text(f"{{{rows}}}\n", encoding="utf-8")
    print(", ".join(f"{name} {entry['n']}" for name, entry in table.items()))


if __name__ == "__main__":
    main()
