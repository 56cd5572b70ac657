"""A miniature of the small data set in its own layout, from drawn recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from synthetic_ecg import strip

from ecgtwin_app.training.collections.records import held_out


def write_small_data(folder: Path, unseen: int = 4, seen: int = 4, second_visits: bool = False) -> Path:
    """A data folder of normal recordings, one a patient, of whom `unseen` are held out.

    Parameters
    ----------
    second_visits : bool
        Every patient has another one at 100 Hz.
    """
    names = [f"p{k}" for k in range(200)]
    patients = [p for p in names if held_out(p)][:unseen] + [p for p in names if not held_out(p)][:seen]
    folder.mkdir()
    _write(folder / "real_ecg_8lead_500hz_uv.npz", folder / "real_ecg.csv", patients, first=1)
    if second_visits:
        places = folder / "ptbxl_8lead_100hz_uv.npz", folder / "ptbxl_100hz.csv"
        _write(*places, patients, first=101, every=5)
    return folder


def _write(array: Path, table: Path, patients: list[str], first: int, every: int = 1) -> None:
    """One recording of each patient, with every so many samples of 500 a second."""
    rows, signals = ["row,key,db,licence,patient,age,sex,labels,format"], []
    for number, patient in enumerate(patients):
        recording, _ = strip(rate=60 + 4 * number, seed=number + first)
        eight = recording.signal[[0, 1, 6, 7, 8, 9, 10, 11], ::every] * (1 + 0.1 * number)
        signals.append(np.round(1000 * eight).astype(np.int64))
        rows.append(f"{number},PTB-XL/{number + first - 1},PTB-XL,CC,{patient},60,F,SR;NORM,x")
    steps = np.diff(np.array(signals), axis=2, prepend=0).astype(np.int16)
    low, high = (steps & 255).astype(np.uint8), (steps >> 8).astype(np.int8)
    np.savez(array, high=high, low=low)
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
