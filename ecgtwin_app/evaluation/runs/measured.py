"""What is kept of any recording, real or made: measurements, strip, beat, usual values and spread."""

from __future__ import annotations

import hashlib
import math
from functools import cache
from pathlib import Path

import numpy as np

import ecgtwin_app
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import MODEL_SAMPLES
from ecgtwin_app.evaluation.metrics.preservation import usual_and_spread
from ecgtwin_app.evaluation.runs.store import ARRAYS

#: Samples of the strip that one at 100 Hz is the mean of.
_STEP = MODEL_SAMPLES // ARRAYS["strip"][0][1]
#: Measurements that no figure uses.
_UNUSED = (
    "beats", "leads", "reasons", "q_amplitude", "st_80", "qtc_bazett", "qtc_framingham", "qtc_hodges", "p_axis", "t_axis",
)  # fmt: skip


def measured_row(measured: Measurements) -> dict:
    """The part of a row that every recording has; None for what could not be measured."""
    usual, spread = usual_and_spread(measured.delineation)
    return {
        "measurements": {k: v for k, v in measured.as_dict().items() if k not in _UNUSED},
        "referee": referee_digest(),
        "usual": _plain(usual),
        "spread": _plain(spread),
    }


def measured_arrays(measured: Measurements) -> dict[str, np.ndarray]:
    """The arrays of a row, see `store.ARRAYS`."""
    signal = measured.delineation.signal[:, :MODEL_SAMPLES]
    signal = np.pad(signal, ((0, 0), (0, MODEL_SAMPLES - signal.shape[1])))
    strip = 1000 * signal.reshape(8, -1, _STEP).mean(axis=2)
    return {
        "strip": np.clip(np.round(strip), -32768, 32767).astype(np.int16),
        "beat": beat_input(measured.delineation.representative).astype(np.float16),
    }


@cache
def referee_digest() -> str:
    """Short hash of the code that measures and judges, so that rows of two versions are told apart."""
    room = Path(ecgtwin_app.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*room.glob("ecg/**/*.py"), *room.glob("conditions/**/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _plain(values):
    return {k: None if math.isnan(v) else round(v, 5) for k, v in values.items()}


def beat_input(beat: RepresentativeBeat) -> np.ndarray:
    """The representative beat, (8, 500) mV at 500 Hz, its fiducial at 0.35 s of 1 s."""
    before, length = 175, 500
    window = np.zeros((8, length), np.float32)
    start = beat.fiducial - before
    source = beat.signal[:, max(0, start) : start + length]
    window[:, max(0, -start) : max(0, -start) + source.shape[1]] = source
    return window
