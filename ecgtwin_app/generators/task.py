"""What a generator is asked: what is wanted, from what, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import Recording


@dataclass(frozen=True)
class Target:
    """What is wanted.

    Attributes
    ----------
    present : tuple of str
        Conditions that are to be there, by their names in the vocabulary: those asked for, then those kept. What is
        not named is absent.
    absent : tuple of str
        Conditions that are not to be there although the source shows them, or that the user ruled out.
    keep : tuple of str
        Those of `present` that the source shows and that are to stay as it has them, not to be made once more. What is
        asked at a severity the source may show too, and is made anew.
    age : float or None
        Years; None means the source's, or unknown.
    sex : {"F", "M"} or None
    set_points : mapping of str to float
        What is asked for, and nothing else: "heart_rate" (1/min), "pr", "qrs", "qt" (ms), "axis" (degrees),
        "severity" (0 to 1).
    score : RhythmScore or None
        To be performed; None leaves the rhythm to `Settings.rhythm`.
    text : str
        A report in words.
    """

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    age: float | None = None
    sex: str | None = None
    set_points: Mapping[str, float] = field(default_factory=dict)
    score: RhythmScore | None = None
    text: str = ""


@dataclass(frozen=True, eq=False)
class Source:
    """What it is made from.

    Attributes
    ----------
    recordings : tuple of Recording
        Of one patient: the reference, and more that are pooled with it to what is personal. None at all: of nobody
        in particular.
    mask : ndarray or None, shape (12, samples at 500 Hz), bool
        What of the reference is to be drawn anew; None: all of it.
    shows : tuple of str
        The conditions that the reference shows, as they were recognised or as the user corrected them.
    """

    recordings: tuple[Recording, ...] = ()
    mask: np.ndarray | None = None
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """How it is drawn.

    Attributes
    ----------
    sampler : str
    steps : int
    rhythm : str
        Who writes the rhythm score; see `base.Spec.rhythms`.
    dials : mapping of str to float
        Guidance by what it guides to: "strength" (the condition), "identity"; 1 is none.
    seed : int
        What all draws of a task share, such as a pacemaker, is drawn with it. Draw k has the seed `seed` + k.
    samples : int
        How many recordings are wanted.
    best_of : int
        Draw so many for each, and keep the one that meets most criteria.
    """

    sampler: str
    steps: int
    rhythm: str = "none"
    dials: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1
    samples: int = 1
    best_of: int = 1


@dataclass(frozen=True, eq=False)
class Task:
    """What is wanted, from what, and how."""

    target: Target
    source: Source
    settings: Settings
