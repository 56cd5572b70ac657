"""Where the QRS passes into the ST segment.

Injured or late muscle shifts the ST segment from the moment it is activated, not from J on: a raised ST leaves from the
falling limb of R or from the rising limb of S, in one curve (Nikus et al., J Electrocardiol 2010;43:91).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Way (mV) that a sample without activation counts, so that a silent lead has a limb too.
SILENT_WAY = 0.004


def last_limb(qrs: np.ndarray) -> np.ndarray:
    """How far each lead has come along its last limb, from 0 to 1 at J.

    Parameters
    ----------
    qrs : ndarray, shape (8, samples)
        From the onset to J, mV.

    Returns
    -------
    ndarray, shape (8, samples), float32
        0 over the first half of the way that the trace runs, then the share of the other half: along the falling limb
        of a single R it grows as R falls, along the rising limb of an S as S rises. It has no jump where two peaks
        are equally high, so that the beats of one heart are changed alike.
    """
    way = np.abs(np.diff(smoothing.gaussian(qrs, 1.0, axis=-1, mode="nearest"), axis=1, prepend=0))
    run = np.cumsum(way + SILENT_WAY, axis=1)
    share = np.clip(2 * run / run[:, -1:] - 1, 0, 1)
    return smoothing.gaussian(share, 2.0, axis=-1, mode="nearest").astype(np.float32)


def cut_at_j(template: BeatTemplate) -> BeatTemplate:
    """The same beat, cut into QRS and T where `split_beat` cuts a recorded one."""
    whole, first = _whole(template)
    return _cut(template, whole, first)


def rounded_at_j(template: BeatTemplate, samples: float) -> BeatTemplate:
    """The beat without a corner at J: smoothed by a Gaussian of `samples`, over five times as much to each side."""
    whole, first = _whole(template)
    index = np.arange(whole.shape[1]) + first - round(template.qrs_duration * MODEL_RATE)
    near = fade(index, -5 * samples, -2.5 * samples) * (1 - fade(index, 2.5 * samples, 5 * samples))
    whole = whole + near * (smoothing.gaussian(whole, samples, axis=1, mode="nearest") - whole)
    return _cut(template, whole, first)


def _whole(template):
    """QRS and T as one trace (8, n), and where its first sample lies from the QRS onset."""
    first = min(template.qrs_offset, template.t_offset)
    last = max(template.qrs_offset + template.qrs.shape[1], template.t_offset + template.t.shape[1])
    whole = np.zeros((8, last - first), np.float32)
    for wave, at in ((template.qrs, template.qrs_offset), (template.t, template.t_offset)):
        whole[:, at - first : at - first + wave.shape[1]] += wave
    return whole, first


def _cut(template, whole, first):
    j = round(template.qrs_duration * MODEL_RATE)
    after = fade(np.arange(first, first + whole.shape[1]), j - J_FADE, j)
    start = j - J_FADE - first
    return replace(
        template,
        qrs=np.ascontiguousarray((whole * (1 - after))[:, : j + 1 - first], np.float32),
        qrs_offset=first,
        t=np.ascontiguousarray((whole * after)[:, start:], np.float32),
        t_offset=j - J_FADE,
    )
