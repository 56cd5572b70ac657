"""Every real recording as a strip at 100 Hz, from both sets, and any recording brought to the same form.

What the sets' own filters leave differs: so everything is held to 0.5 to 40 Hz before the judge sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.evaluation.judge.labels import states_of
from ecgtwin_app.training.collections.records import RealRecord, load_low_rate, load_real

RATE, SAMPLES = 100.0, 1000
#: Hz that are kept.
BAND = (0.5, 40.0)
#: Rows of the leads that are not sums of others.
EIGHT = [LEADS.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]


@dataclass(frozen=True, eq=False)
class RealStrips:
    """Real recordings as the judge sees them.

    Attributes
    ----------
    keys, databases, patients : tuple of str
    labels : tuple of tuple of str
    rates : ndarray
        Samples a second of the file, 500 or 100.
    strips : ndarray, shape (n, 8, 1000), float32
        Microvolts, 100 Hz, see `BAND`.
    states : ndarray, shape (n, findings), int8
    held_out : ndarray, bool
    """

    keys: tuple[str, ...]
    databases: tuple[str, ...]
    patients: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    rates: np.ndarray
    strips: np.ndarray
    states: np.ndarray
    held_out: np.ndarray


def real_strips(records: Sequence[RealRecord]) -> RealStrips:
    """Recordings of any rate with what their databases say of them, in the order given."""
    strips = [strip_of(record.recording) for record in records]
    return RealStrips(
        tuple(record.key for record in records),
        tuple(record.database for record in records),
        tuple(record.patient for record in records),
        tuple(record.labels for record in records),
        np.array([record.recording.rate for record in records]),
        np.stack(strips) if strips else np.zeros((0, 8, SAMPLES), np.float32),
        np.stack([states_of(record.labels, record.database) for record in records]),
        np.array([record.held_out for record in records], bool),
    )


def load_both(folder: Path) -> list[RealRecord]:
    """The recordings of 500 Hz, then those of 100 Hz where the folder has them."""
    records = load_real(folder)
    try:
        return records + load_low_rate(folder)
    except EcgError:
        return records


def strip_of(recording: Recording) -> np.ndarray:
    """The strip (8, 1000) of a recording of twelve leads."""
    return strips_of(1000 * recording.signal[None, EIGHT], recording.rate)[0]


def strips_of(signals: np.ndarray, rate: float = 500) -> np.ndarray:
    """Signals (n, 8, samples) in microvolts to strips (n, 8, 1000) in microvolts at 100 Hz, float32."""
    x = np.asarray(signals, float)
    if rate != RATE:
        x = resample_poly(x, 1, round(rate / RATE), axis=2, padtype="line")
    x = sosfiltfilt(_filter(), x, axis=2)[:, :, :SAMPLES]
    return np.pad(x, ((0, 0), (0, 0), (0, SAMPLES - x.shape[2]))).astype(np.float32)


@cache
def _filter():
    return butter(2, BAND, "bandpass", fs=RATE, output="sos")
