"""Ten seconds of which something is hidden, as the network is told them, and what it tells put back into them."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.imputation.guess import guess
from ecgtwin_app.ecg.imputation.laws import independent_mask, lawful, unknown
from ecgtwin_app.ecg.imputation.seams import pieces
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.generators.diffecg.config import (
    BEAT,
    BESIDE,
    FORECAST,
    IMPUTE,
    LOWEST,
    RATE,
    SAMPLES,
    SPAN,
    TASKS,
    DiffecgConfig,
)
from ecgtwin_app.generators.diffecg.spectrum import log_spectrum

#: Seconds at either end of a hidden piece within which what the network tells sets in: the guess goes on from what is
#: visible without a step.
SETS_IN = 0.04
#: Seconds before and after the R of a single beat, which lies in the middle of the strip.
BEFORE, AFTER = 0.45, 0.75
_EACH = round(MODEL_RATE / RATE)


class Window:
    """A window made ready for any number of draws.

    Parameters
    ----------
    signal : ndarray, shape (12, 5000)
        mV at 500 Hz; what is hidden is not read.
    mask : ndarray, shape (12, 5000), bool

    Attributes
    ----------
    task, kind : str
        Of `config.TASKS` and `config.KINDS`.
    guess : ndarray, shape (12, 5000), float32
    strip, hidden : ndarray, shape (8, 1000)
        What the network is told, at 100 Hz: mV without the baseline's wander, and which samples it tells.
    """

    def __init__(self, signal: np.ndarray, mask: np.ndarray):
        self.signal, self.mask = signal, mask
        self.guess = guess(signal, mask, MODEL_RATE)
        self._of_eight = independent_mask(unknown(signal, mask))
        self.hidden = self._of_eight.reshape(len(self._of_eight), SAMPLES, _EACH).max(axis=-1)
        strip = resample_array(independent_leads(self.guess).astype(np.float64), MODEL_RATE, RATE)
        self.strip = both_ways(strip, RATE, low=LOWEST, padding=round(2 * RATE))
        self.task = FORECAST if _is_tail(self._of_eight) else IMPUTE
        self.kind = kind_of(self.hidden, self.task)

    def told(self, config: DiffecgConfig) -> dict[str, np.ndarray]:
        """Inputs of the network by name, but for the noise and its time; a batch of one."""
        return _told(self.strip, self.hidden, self.task, config)

    def filled(self, off: np.ndarray) -> np.ndarray:
        """Twelve leads (12, 5000), float32, with the guess corrected by how far (8, 1000; mV) it is off.

        What is visible stays, bit by bit.
        """
        finer = resample_array(np.where(self.hidden, off, 0.0).astype(np.float64), RATE, MODEL_RATE)
        return lawful(self.signal, self.mask, independent_leads(self.guess) + finer * self._sets_in())

    def _sets_in(self) -> np.ndarray:
        share = np.ones(self._of_eight.shape)
        length = SETS_IN * MODEL_RATE
        for row, hidden in zip(share, self._of_eight, strict=True):
            for start, stop in pieces(hidden):
                at = np.arange(1, stop - start + 1)
                if start:
                    row[start:stop] *= fade(at, 0, length)
                if stop < len(row):
                    row[start:stop] *= fade(at[::-1], 0, length)
        return share


class Nothing:
    """Nothing at all, of which one beat is drawn. See `Window`."""

    task = kind = BEAT

    def __init__(self):
        self.strip = np.zeros((8, SAMPLES))
        self.hidden = np.zeros(self.strip.shape, bool)
        middle = SAMPLES // 2
        self.hidden[:, middle - round(BEFORE * RATE) : middle + round(AFTER * RATE)] = True

    def told(self, config: DiffecgConfig) -> dict[str, np.ndarray]:
        """See `Window.told`."""
        return _told(self.strip, self.hidden, self.task, config)

    def filled(self, off: np.ndarray) -> np.ndarray:
        """Twelve leads (12, 5000), float32, silent but for the beat."""
        finer = resample_array(np.where(self.hidden, off, 0.0).astype(np.float64), RATE, MODEL_RATE)
        signal = np.zeros((len(LEADS), MODEL_SAMPLES), np.float32)
        return lawful(signal, np.ones(signal.shape, bool), finer)


def kind_of(hidden: np.ndarray, task: str) -> str:
    """One of `config.KINDS`, by what is hidden of the eight leads (8, samples)."""
    if task == FORECAST:
        return FORECAST
    return SPAN if hidden.all(axis=0).any() else BESIDE


def _told(strip: np.ndarray, hidden: np.ndarray, task: str, config: DiffecgConfig) -> dict[str, np.ndarray]:
    scaled = (strip / config.scale)[None].astype(np.float32)
    return {
        "guess": scaled,
        "hidden": hidden[None].astype(np.float32),
        "spectrum": log_spectrum(np.where(hidden, 0, scaled)),
        "task": np.array([TASKS.index(task)], np.int64),
    }


def _is_tail(hidden: np.ndarray) -> bool:
    """Whether all leads are hidden from some moment to the end, and nothing before it."""
    columns = np.asarray(hidden.any(axis=0))
    return bool(columns[-1] and (hidden == columns).all() and len(pieces(columns)) == 1)
