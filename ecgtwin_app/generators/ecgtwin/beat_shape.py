"""A beat as fixed windows of P, QRS and T and a few durations: what the beat model reads and draws."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import ATRIAL_ORIGINS, VENTRICULAR_SITES
from ecgtwin_app.ecg.beat.template import T_FADE_OUT, T_MARGIN, BeatTemplate, fade
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Windows (first sample, samples) at 500 Hz: P from its onset, QRS from its onset, T from the J point.
WINDOWS = {"p": (-16, 116), "qrs": (-12, 136), "t": (-24, 372)}
#: Kinds of beats: the conducted one, ventricular and paced ones by site, and P waves of other origins.
KINDS = (
    "conducted",
    *(f"ventricular, {site}" for site in VENTRICULAR_SITES),
    *(f"paced, {site}" for site in VENTRICULAR_SITES),
    *(f"P, {origin}" for origin in ATRIAL_ORIGINS if origin not in ("sinus", "flutter")),
)
#: Durations (s) of a beat, in this order, with the mean and spread that bring them near unit size.
DURATIONS = {
    "qrs_duration": (0.11, 0.03),
    "jt": (0.29, 0.05),
    "t_peak": (0.2, 0.05),
    "qrs_peak": (0.05, 0.02),
    "p_duration": (0.11, 0.02),
    "p_peak": (0.055, 0.015),
}
#: Samples in which a drawn QRS fades behind its J point.
QRS_FADE_OUT = 8
_MEAN, _SPREAD = (np.array(v, np.float32) for v in zip(*DURATIONS.values(), strict=True))


def pack_beat(template: BeatTemplate) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Windows (8, n) of "p", "qrs" and "t", mV, and the standardised durations (6,)."""
    j = round(template.qrs_duration * MODEL_RATE)
    waves = {
        "p": _window(template.p, template.p_offset, "p"),
        "qrs": _window(template.qrs, template.qrs_offset, "qrs"),
        "t": _window(template.t, template.t_offset - j, "t"),
    }
    p_duration, p_peak = (
        (template.p_duration, template.p_peak)
        if template.has_p
        else (DURATIONS["p_duration"][0], DURATIONS["p_peak"][0])
    )
    durations = np.array(
        [
            template.qrs_duration,
            template.qt - template.qrs_duration,
            template.t_peak - template.qrs_duration,
            template.qrs_peak,
            p_duration,
            p_peak,
        ],
        np.float32,
    )
    return waves, (durations - _MEAN) / _SPREAD


def unpack_beat(waves: dict[str, np.ndarray], durations: np.ndarray, like: BeatTemplate) -> BeatTemplate:
    """A template from windows and standardised durations; cycle length and PR are those of `like`."""
    qrs_duration, jt, t_peak, qrs_peak, p_duration, p_peak = (
        float(v) for v in durations.astype(np.float64) * _SPREAD + _MEAN
    )
    # A drawn number is kept where a heart can have it.
    qrs_duration = float(np.clip(qrs_duration, 0.05, 0.24))
    jt = float(np.clip(jt, 0.12, 0.6))
    has_p = like.has_p
    # What a drawn wave leaves behind its own end is nobody's: it would lengthen what is measured.
    j, t_end = round(qrs_duration * MODEL_RATE), round(jt * MODEL_RATE) + T_MARGIN
    return BeatTemplate(
        p=_smooth_ends(waves["p"]) if has_p else np.zeros((8, 0), np.float32),
        qrs=_ended(_smooth_ends(waves["qrs"]), j - WINDOWS["qrs"][0], QRS_FADE_OUT),
        t=_ended(_smooth_ends(waves["t"]), t_end - WINDOWS["t"][0], T_FADE_OUT),
        p_offset=WINDOWS["p"][0] if has_p else 0,
        qrs_offset=WINDOWS["qrs"][0],
        t_offset=round(qrs_duration * MODEL_RATE) + WINDOWS["t"][0],
        rr=like.rr,
        pr=like.pr,
        qrs_duration=qrs_duration,
        qt=qrs_duration + jt,
        p_peak=float(np.clip(p_peak, 0.01, 0.12)) if has_p else float("nan"),
        p_duration=float(np.clip(p_duration, 0.04, 0.2)) if has_p else float("nan"),
        qrs_peak=float(np.clip(qrs_peak, 0.0, qrs_duration)),
        t_peak=qrs_duration + float(np.clip(t_peak, 0.05, jt)),
    )


def _window(wave: np.ndarray, offset: int, name: str) -> np.ndarray:
    first, length = WINDOWS[name]
    out = np.zeros((8, length), np.float32)
    start, stop = max(offset, first), min(offset + wave.shape[1], first + length)
    if stop > start:
        out[:, start - first : stop - first] = wave[:, start - offset : stop - offset]
    return out


def _ended(wave: np.ndarray, end: int, samples: int) -> np.ndarray:
    """The wave, faded to nothing within `samples` after its `end`."""
    return (wave * (1 - fade(np.arange(wave.shape[1]), end, end + samples))).astype(np.float32)


def _smooth_ends(wave: np.ndarray, samples: int = 8) -> np.ndarray:
    """Nothing at both ends: what principal components leave there would be a step in the strip."""
    ramp = np.minimum(np.arange(wave.shape[1]), np.arange(wave.shape[1])[::-1])
    return (wave * np.minimum(ramp / samples, 1.0)).astype(np.float32)
