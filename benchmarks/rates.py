"""The heart rates of the real recordings of training patients with each label, as `Condition.usual_rates` quotes them.

    python benchmarks/rates.py [--data FOLDER]

One recording a patient, of both sets, whose rate lies inside the condition's limits: 5, 50 and 95 %.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from real_records import FOLDER

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.training.collections.records import load_low_rate, load_real


def main() -> None:
    """Print a line a condition that has rate limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER)
    folder = parser.parse_args().data
    bounded = [condition for condition in load_vocabulary() if condition.rate_limits]
    rates = defaultdict(dict)
    for record in (*load_real(folder), *load_low_rate(folder)):
        words = {label.lower() for label in record.labels}
        named = [condition for condition in bounded if words & set(condition.labels.means)]
        if record.held_out or not named:
            continue
        try:
            rate = measure(record.recording).heart_rate
        except EcgError:
            continue
        for condition in named:
            low, high = condition.rate_limits
            if rate is not None and low <= rate <= high:
                rates[condition.name].setdefault(record.patient, rate)
    for condition in bounded:
        found = list(rates[condition.name].values())
        said = np.percentile(found, [5, 50, 95]).round(1) if found else "–"
        print(f"{condition.name:38} n {len(found):4}  {said}  record {condition.usual_rates}")


if __name__ == "__main__":
    main()
