"""Set-points asked against set-points measured, on held-out patients.

    python benchmarks/set_points.py [--data FOLDER] [--weights FOLDER] [--references 20] [--seed 1]

Each line asks one interval or the axis of a condition, at values drawn over the range that is given, and
tells how far the twin's measured value lies from it: mean, 95 % bootstrap interval, and the mean over the
same twins with the set-point left out, which is what asking is worth.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from real_records import FOLDER

from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.metrics.intervals import bootstrap
from ecgtwin_app.evaluation.metrics.preservation import difference
from ecgtwin_app.evaluation.runs.references import held_out_normals
from ecgtwin_app.training.collections.records import load_real

#: Condition, set-point, range (ms, degrees) and what of the measurements shows it.
ASKED = (
    ("sinus rhythm", "pr", (130, 190), "pr"),
    ("sinus rhythm", "qt", (350, 430), "qt"),
    ("sinus rhythm", "qrs", (80, 112), "qrs"),
    ("sinus rhythm", "axis", (-25, 85), "qrs_axis"),
    ("first-degree AV block", "pr", (215, 300), "pr"),
    ("right bundle branch block", "qrs", (125, 160), "qrs"),
    ("left bundle branch block", "qrs", (130, 170), "qrs"),
    ("left anterior fascicular block", "axis", (-75, -48), "qrs_axis"),
    ("long QT", "qt", (490, 560), "qt"),
)
RATE = 65.0


def errors(engine, records, name, set_point, span, measured, seed) -> tuple[list, list]:
    """Absolute errors with the set-point asked, and with it left out."""
    with_it, without = [], []
    for number, record in enumerate(records):
        value = float(np.round(np.random.default_rng([seed, number]).uniform(*span)))
        plain = TwinRequest((name,), RATE, seed=seed + 100 * number)
        for request, kept in ((replace(plain, **{set_point: value}), with_it), (plain, without)):
            (twin,) = engine.generate(record.recording, request)
            got = twin.measurements[measured]
            if got is not None:
                kept.append(abs(float(difference("axis" if set_point == "axis" else "", got, value))))
    return with_it, without


def main() -> None:
    """Print one line a set-point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--references", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    engine = TwinEngine.load(args.weights)
    records = held_out_normals(load_real(args.data), args.references)
    print(
        f"{'condition':34}{'set-point':>10}{'asked':>12}{'n':>4}{'error':>8}{'95 % interval':>18}{'not asked':>11}"
    )
    for name, set_point, span, measured in ASKED:
        with_it, without = errors(engine, records, name, set_point, span, measured, args.seed)
        found = bootstrap(np.mean, with_it, seed=args.seed)
        span_text = f"{span[0]} to {span[1]}"
        interval = f"{found['low']:.1f} to {found['high']:.1f}"
        print(
            f"{name:34}{set_point:>10}{span_text:>12}{found['n']:>4}{found['value']:>8.1f}{interval:>18}"
            f"{np.mean(without):>11.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
