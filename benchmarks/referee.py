"""The referee against the labels that hospitals gave to real recordings.

    python benchmarks/referee.py [FOLDER]

Labels and criteria are not the same thing: a label may mean the incomplete form, rest on the patient's
history or leave out what is plain to see, so neither share can reach 100 %. The last column counts
which criteria the labelled records fail.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from real_records import FOLDER, records

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.ecg.measure import measure

#: Labels, in any database's words, that claim the condition.
LABELS = {
    "sinus rhythm": {"NORM", "Normal", "Healthy control"},
    "sinus bradycardia": {"SBRAD", "sinus bradycardia", "Sinus bradycardia"},
    "sinus tachycardia": {"STACH", "sinus tachycardia", "Sinus tachycardia"},
    "atrial fibrillation": {"AFIB", "AF", "atrial fibrillation", "Atrial fibrillation"},
    "ventricular premature complex": {
        "PVC", "premature ventricular contractions", "ventricular premature beats",
        "Ventricular extrasystole, type: single pvc",
    },
    "first-degree AV block": {"1AVB", "I-AVB", "first degree AV block", "I degree av block"},
    "left bundle branch block": {
        "CLBBB", "LBBB", "left bundle branch block", "Complete left bundle branch block",
    },
    "right bundle branch block": {
        "CRBBB", "RBBB", "right bundle branch block", "complete right bundle branch block",
        "Complete right bundle branch block",
    },
    "left ventricular hypertrophy": {
        "LVH", "VCLVH", "left ventricular hypertrophy", "left ventricular high voltage",
        "Left ventricular hypertrophy",
    },
    "anterior STEMI": {"STE", "Stemi: anterior wall"},
}  # fmt: skip


def main(folder: Path) -> None:
    """Print a line for each condition."""
    met = {name: Counter() for name in LABELS}
    failed = {name: Counter() for name in LABELS}
    for key, labels, recording in records(folder):
        if key.startswith("CinC2011"):  # no diagnoses
            continue
        measured = measure(recording)
        for name, claims in LABELS.items():
            verdicts = judge(measured, [name], age=recording.patient.age, sex=recording.patient.sex)
            claimed = bool(labels & claims)
            met[name][claimed, meets(verdicts)] += 1
            if claimed:
                failed[name].update(verdict.name for verdict in verdicts if verdict.met is False)
    print(f"{'condition':30} labelled  sensitivity  specificity  criteria not met by labelled records")
    for name, count in met.items():
        labelled = count[True, True] + count[True, False]
        others = count[False, True] + count[False, False]
        misses = ", ".join(f"{criterion} {n}" for criterion, n in failed[name].most_common())
        print(
            f"{name:30} {labelled:8}  {count[True, True] / max(labelled, 1):11.0%}"
            f"  {count[False, False] / max(others, 1):11.0%}  {misses}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
