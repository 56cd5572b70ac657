"""The beats of one heart changed alike: what a condition makes of its median beat, each beat's own deviation kept.

Beats of a recording differ by breath, by a few per cent (QRS height 2.7 to 4.7 % in real recordings). A condition is
decided on the median beat, so that a limit which one beat passes and the next does not makes no jump between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate

#: A lead without forces of its own follows the others: this share of the mean energy counts beside its own.
OTHERS = 0.15
#: A deviation that is no change of size follows by this share.
REST = 0.6
#: A beat is no more than this many times as large as the median, or the inverse.
LARGEST_CHANGE = 1.6


def carried(before: BeatTemplate, after: BeatTemplate, beats: Sequence[BeatTemplate]) -> list[BeatTemplate]:
    """Every beat under the change that made `after` of the median beat `before`.

    Parameters
    ----------
    before, after : BeatTemplate
        The median beat, and what a condition made of it.
    beats : sequence of BeatTemplate
        Single beats of the same heart.

    Returns
    -------
    list of BeatTemplate
        `after` with each beat's deviations from `before`: its size by lead and wave, its cycle and its PR.
        What differs by little before differs by little after.
    """
    return [_one(before, after, beat) for beat in beats]


def breathing(
    beat: BeatTemplate, mean: BeatTemplate, own: BeatTemplate, own_mean: BeatTemplate
) -> BeatTemplate:
    """A beat whose QRS is, lead by lead, as much larger than the `mean` of its strip as the patient's own beat is.

    Parameters
    ----------
    beat, mean : BeatTemplate
        A beat under a condition, and what all beats of its strip have in common.
    own, own_mean : BeatTemplate
        The same of the patient's own.
    """
    size = _size(own.qrs, own_mean.qrs) / _size(beat.qrs, mean.qrs)
    size = np.clip(size, 1 / LARGEST_CHANGE, LARGEST_CHANGE)[:, None]
    return replace(beat, qrs=(size * beat.qrs).astype(np.float32))


def _size(wave, mean):
    """How large a wave (8, n) is against another, by lead; a lead without forces follows the others."""
    energy, usual = (np.sum(one.astype(np.float64) ** 2, axis=1) for one in (wave, mean))
    return np.sqrt((energy + OTHERS * energy.mean() + 1e-9) / (usual + OTHERS * usual.mean() + 1e-9))


def _one(before, after, beat):
    changed = {}
    for part, from_, to in (
        ("p", before.p_duration, after.p_duration),
        ("qrs", before.qrs_duration, after.qrs_duration),
        ("t", before.qt - before.qrs_duration, after.qt - after.qrs_duration),
    ):
        wave = getattr(after, part)
        if not (wave.shape[1] and getattr(before, part).shape[1] and getattr(beat, part).shape[1]):
            changed[part] = wave
            continue
        first = _zero(after, part)
        at = np.arange(wave.shape[1]) - first
        # The moment of the median beat that this moment of the changed one has become.
        source = np.where((at > 0) & np.isfinite(from_ / to), at * (from_ / to), at)
        median, single = (_at(one, part, source) for one in (before, beat))
        energy = np.sum(median**2, axis=1)
        energy_in_all = OTHERS * energy.mean() + 1e-9
        size = (np.sum(median * single, axis=1) + energy_in_all) / (energy + energy_in_all)
        size = np.clip(size, 1 / LARGEST_CHANGE, LARGEST_CHANGE)[:, None]
        change = np.clip(np.sqrt(np.sum(wave**2, axis=1) / (energy + energy_in_all)), 0.3, 1.0)[:, None]
        changed[part] = (size * wave + REST * change * (single - size * median)).astype(np.float32)
    pr = after.pr + beat.pr - before.pr if after.has_p and beat.has_p and before.has_p else after.pr
    return replace(after, **changed, rr=beat.rr * after.rr / before.rr, pr=pr)


def _zero(beat, part):
    """The sample of a part at which its wave begins: the onset of P and of QRS, and J."""
    return beat.j_index if part == "t" else -getattr(beat, f"{part}_offset")


def _at(beat, part, source):
    """A part (8, n) of a beat at samples counted from where its wave begins; zero beyond its ends."""
    wave = getattr(beat, part)
    index = source + _zero(beat, part)
    left = np.clip(np.floor(index).astype(int), 0, max(wave.shape[1] - 2, 0))
    share = np.clip(index - left, 0, 1).astype(np.float32)
    right = np.minimum(left + 1, wave.shape[1] - 1)
    value = wave[:, left] * (1 - share) + wave[:, right] * share
    return value * ((index >= 0) & (index <= wave.shape[1] - 1))
