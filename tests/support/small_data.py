"""A miniature of the small data set in its own layout, from drawn recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from synthetic_ecg import strip

from ecgtwin_app.training.collections.records import held_out


def write_small_data(folder: Path, unseen: int = 4, seen: int = 4) -> Path:
    """A data folder of normal recordings, one a patient, of whom `unseen` are held out."""
    names = [f"p{k}" for k in range(200)]
    patients = [p for p in names if held_out(p)][:unseen] + [p for p in names if not held_out(p)][:seen]
    rows, signals = ["row,key,db,licence,patient,age,sex,labels,format"], []
    for number, patient in enumerate(patients):
        recording, _ = strip(rate=60 + 4 * number, seed=number + 1)
        eight = recording.signal[[0, 1, 6, 7, 8, 9, 10, 11]] * (1 + 0.1 * number)
        signals.append(np.round(1000 * eight).astype(np.int64))
        rows.append(f"{number},PTB-XL/{number},PTB-XL,CC,{patient},60,F,SR;NORM,x")
    steps = np.diff(np.array(signals), axis=2, prepend=0).astype(np.int16)
    low, high = (steps & 255).astype(np.uint8), (steps >> 8).astype(np.int8)
    folder.mkdir()
    np.savez(folder / "real_ecg_8lead_500hz_uv.npz", high=high, low=low)
    (folder / "real_ecg.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
