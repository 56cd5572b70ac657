"""A recording: leads in millivolts, their rate, whose they are and where they came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np

from ecgtwin_app.ecg.signal.filled import Filled, filled_mask
from ecgtwin_app.i18n.message import Message, as_message

#: The canonical order of the twelve leads (AHA/ACC/HRS 2007 part I), used at every boundary.
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
#: The eight leads that are measured independently; the other four follow from I and II.
INDEPENDENT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
#: The rate at which the model works, in Hz, and the samples of its ten-second strip.
MODEL_RATE = 500.0
MODEL_SAMPLES = 5000


class EcgError(ValueError):
    """A recording cannot be used as asked.

    Parameters
    ----------
    message : str
        One sentence for the user, which says how to mend it, with named places for values:
        ``EcgError("{file} is empty; copy it again.", file=path.name)``. Or a finished `Message`.
    **values
        What fills the places.

    Attributes
    ----------
    message : Message
        The sentence as data, for whoever shows it in another language; ``str(error)`` is the English one.
    """

    def __init__(self, message: str, /, **values):
        self.message = Message(message, **values) if values else as_message(message)
        super().__init__(self.message)

    def __reduce__(self):
        # Whatever a kind of error takes to be made, between processes it travels as it is.
        return _raised_elsewhere, (type(self), self.args, self.__dict__)


def _raised_elsewhere(kind, args, state):
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


@dataclass(frozen=True)
class Patient:
    """Whose recording it is. Identifiers stay in memory; exports leave them out unless asked.

    Attributes
    ----------
    age : float or None
        Years.
    sex : {"F", "M"} or None
    name, identifier : str
        Empty when unknown.
    """

    age: float | None = None
    sex: str | None = None
    name: str = ""
    identifier: str = ""


@dataclass(frozen=True, eq=False)
class Recording:
    """A simultaneous multi-lead ECG.

    Attributes
    ----------
    signal : ndarray, shape (len(leads), samples), float32
        Millivolts.
    rate : float
        Samples per second.
    leads : tuple of str
        Lead names, canonical order (`LEADS`) for a 12-lead recording.
    patient : Patient
    source : str
        The format it was read from ("WFDB", "DICOM", "CSV") or "ECGTwin" for a twin.
    recorded : str
        Date and time of the recording as the file states it (ISO 8601), or "".
    history : tuple of str
        What was done to the samples since they left the file, in words, oldest first
        ("resampled 1000 Hz to 500 Hz"). Nothing changes samples without a line here.
    device : dict
        Values the recording device stored with it, e.g. {"heart rate": 61.0, "PR": 158.0}: any of "heart rate"
        (1/min), "RR", "P", "PR", "QRS", "QT", "QTc" (ms), "P axis", "QRS axis" and "T axis" (degrees).
    statements : tuple of str
        What the device or a reader wrote about this ECG ("Sinus rhythm"), in the file's own words and order.
        Shown, not taken for true; exports leave them out unless the identity is kept.
    synthetic : bool
        True for everything that was generated.
    provenance : dict
        For a twin: model, weights hash, request, seed, versions, reference hash.
    filled : tuple of Filled
        Stretches of leads that were not recorded but filled in by a generator. Of a recording with such the rest is the
        patient's: it is synthetic in part, and `synthetic` stays False.
    """

    signal: np.ndarray
    rate: float
    leads: tuple[str, ...] = LEADS
    patient: Patient = field(default_factory=Patient)
    source: str = ""
    recorded: str = ""
    history: tuple[str, ...] = ()
    device: dict = field(default_factory=dict)
    statements: tuple[str, ...] = ()
    synthetic: bool = False
    provenance: dict = field(default_factory=dict)
    filled: tuple[Filled, ...] = ()

    def __post_init__(self):
        signal = np.ascontiguousarray(self.signal, dtype=np.float32)
        object.__setattr__(self, "signal", signal)
        if signal.ndim != 2 or signal.shape[0] != len(self.leads):
            raise EcgError(
                "The signal has shape {shape}, but {named} leads are named.",
                shape=signal.shape,
                named=len(self.leads),
            )
        if not 50 <= self.rate <= 10_000:
            raise EcgError("A rate of {rate:g} Hz is outside 50 to 10,000 Hz.", rate=self.rate)

    @property
    def samples(self) -> int:
        """Number of samples in each lead."""
        return self.signal.shape[1]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.samples / self.rate

    @property
    def partly_synthetic(self) -> bool:
        """Whether some of its samples were filled in, and the others recorded."""
        return bool(self.filled) and not self.synthetic

    @property
    def filled_mask(self) -> np.ndarray:
        """Which samples were filled in, shape (leads, samples), bool."""
        return filled_mask(self.filled, self.leads, self.rate, self.samples)

    def lead(self, name: str) -> np.ndarray:
        """One lead, shape (samples,), millivolts; `EcgError` if it is not there."""
        try:
            return self.signal[self.leads.index(name)]
        except ValueError:
            raise EcgError("This recording has no lead {lead}.", lead=name) from None

    def changed(self, what: str, **fields) -> Recording:
        """A copy with `fields` replaced and `what` appended to the history."""
        return replace(self, history=(*self.history, what), **fields)

    def digest(self) -> str:
        """SHA-256 of leads, rate and samples, as hexadecimal text."""
        h = hashlib.sha256(f"{','.join(self.leads)} {self.rate:g} {self.samples} ".encode())
        h.update(self.signal.tobytes())
        return h.hexdigest()
