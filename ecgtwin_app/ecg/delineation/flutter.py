"""Flutter: one loop in the atria whose equal waves go on through QRS and T.

Between the QRS a flutter has one rate and its overtones (Stridh & Sörnmo, IEEE Trans Biomed Eng 2001;48:105, on the
spectra of atrial activity). T has its own power there, often more than flutter waves of a tenth of a millivolt, so
what keeps its place behind each QRS is explained first. What is left is flutter when its waves explain it, and
when one P before each QRS explains it less well: the P and T of a slow sinus rhythm may stand a whole number of
such cycles apart, but leave the cycles between them empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Delineation
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.leads import derivable, with_limb_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.i18n.message import Message

#: Rates of a flutter, 1/min, and the step of the search.
RATES, STEP = (230.0, 350.0), 1.5
#: Every so manieth sample is enough for a flutter and two overtones.
DECIMATED = 5
#: The rate of those samples, Hz, and what is slower and faster than flutter waves (s, standard deviations).
COARSE_RATE, SLOWER, FASTER = MODEL_RATE / DECIMATED, 0.06, 0.008
#: T: bumps so wide and so far apart (s), from the end of the QRS to this QTc (Bazett, s).
T_BUMP, T_UNTIL = 0.03, 0.44
#: P: three bumps so wide and so far apart (s), at these distances before the QRS (s).
P_BUMP, P_APART, P_BEFORE = 0.02, 0.025, (0.26, 0.04, 0.02)
#: From so many waves to a QRS on T is explained first; with two a wave stands on T, and none is left.
TWO_TO_ONE = 2.5
#: Leads in which flutter waves are looked for; where none of them is there, in all.
LEADS = ("I", "II", "III", "aVF", "V1", "V2")
#: Leads that decide: those that carry most.
DECISIVE = 4
#: What makes it flutter: share of the power, with two waves to a QRS and with more; how little it leaves beside
#: what P and T leave, asked where T is explained first; and height, mV. Measured in docs/measurements.md.
SHARE_TWO_TO_ONE, SHARE, AGAINST_P, SMALLEST = 0.6, 0.45, 0.85, 0.05
#: What a wave must be worth to be fitted, as a share of the power of what it is fitted with.
RIDGE = 1e-3


@dataclass(frozen=True)
class Flutter:
    """The most regular fast atrial activity.

    Attributes
    ----------
    rate : float
        1/min.
    share : float
        Share of the power between the QRS (3 to 18 Hz), without what T explains, that lies at that rate and its
        overtones, 0 to 1. Where fewer than `TWO_TO_ONE` waves come to a QRS, T included: there is no room between
        them in which T and flutter could be told apart.
    against_p : float
        What flutter and T leave unexplained, as a share of what a P before each QRS and T leave.
    amplitude : float
        Peak to peak of that activity in the lead that shows it best, mV.
    to_a_qrs : float
        Waves to a QRS.
    """

    rate: float
    share: float
    against_p: float
    amplitude: float
    to_a_qrs: float

    @property
    def two_to_one(self) -> bool:
        """Whether fewer than `TWO_TO_ONE` waves come to a QRS."""
        return self.to_a_qrs < TWO_TO_ONE

    @property
    def asked_share(self) -> float:
        """The least `share` that makes it flutter."""
        return SHARE_TWO_TO_ONE if self.two_to_one else SHARE

    @property
    def regular(self) -> bool:
        """Whether it is flutter rather than P and T that fit such a rate by chance."""
        fits = self.share >= self.asked_share and self.amplitude >= SMALLEST
        return fits and (self.two_to_one or self.against_p <= AGAINST_P)


def find_flutter(found: Delineation) -> Flutter | None:
    """The regular atrial activity of 230 to 350/min that explains most of what lies between the QRS.

    None when the QRS leave too little to see, or there are too few of them.
    """
    signal, seen = _between_qrs(found)
    if np.mean(seen) < 0.3 or len(found.beats) < 3:
        return None
    onsets, ends = _qrs(found)
    rr = float(np.median(np.diff(onsets)))
    whole = _Rest(signal[:, seen], np.zeros((0, int(seen.sum()))))
    repolarisation = _bumps(_t_places(rr, onsets, ends), ends, T_BUMP, signal.shape[1])[:, seen]
    beside_t = _Rest(signal[:, seen], repolarisation)
    best, best_share = (0.0, 0.0, np.zeros(0, int), 0.0, 0.0), -1.0
    for rate in np.arange(*RATES, STEP):
        waves = _overtones(rate, signal.shape[1])[:, seen]
        to_a_qrs = rate * rr / 60
        rest = whole if to_a_qrs < TWO_TO_ONE else beside_t
        left, weights = rest.less(waves)
        strong = np.argsort(left - rest.power)[:DECISIVE]
        share = 1 - left[strong].sum() / max(rest.power[strong].sum(), 1e-12)
        if share > best_share:
            best_share = share
            best = float(rate), float(share), strong, float(np.ptp(weights.T @ waves, axis=1).max()), to_a_qrs
    rate, share, strong, amplitude, to_a_qrs = best
    both = beside_t.less(_overtones(rate, signal.shape[1])[:, seen])[0][strong].sum()
    p = min(
        beside_t.less(
            _bumps((before - P_APART, before, before + P_APART), onsets, P_BUMP, signal.shape[1])[:, seen]
        )[0][strong].sum()
        for before in -np.arange(*P_BEFORE[:2], -P_BEFORE[2])
    )
    return Flutter(rate, share, float(both / max(p, 1e-12)), amplitude, float(to_a_qrs))


class _Rest:
    """Leads (leads, samples) less what some waves explain, and what more waves leave of that."""

    def __init__(self, leads, waves):
        self._leads, self._waves = leads, waves
        self.power = self.less(np.zeros((0, leads.shape[1])))[0]

    def less(self, waves):
        """Power left in each lead with these waves too, and their weights, shape (waves, leads)."""
        every = np.vstack([self._waves, waves])
        if not len(every):
            return np.sum(self._leads**2, axis=1), np.zeros((0, len(self._leads)))
        products = every @ every.T
        products += RIDGE * np.trace(products) / len(every) * np.eye(len(every))
        weights = np.linalg.solve(products, every @ self._leads.T)
        return np.sum((self._leads - weights.T @ every) ** 2, axis=1), weights[len(self._waves) :]


def _qrs(found):
    """Onsets and ends of the QRS, s."""
    places = []
    for beat in found.beats:
        shape = found.shapes[beat.shape]
        start = beat.fiducial / found.scale - shape.fiducial
        places.append((start + shape.waves.qrs_onset, start + shape.waves.qrs_offset))
    onsets, ends = np.array(places).T / MODEL_RATE
    return onsets, ends


def _t_places(rr, onsets, ends):
    """Where the bumps of T stand, s after the QRS."""
    until = min(T_UNTIL * np.sqrt(rr), rr - 0.1) - float(np.median(ends - onsets))
    return np.arange(0.0, max(until, 2 * T_BUMP), T_BUMP)


def _bumps(places, anchors, width, samples):
    """A row of bumps for each place (s) from the anchors (s), filtered as the leads are; (places, samples)."""
    at = np.arange(samples) / COARSE_RATE
    from_anchor = at - np.asarray(places)[:, None, None] - np.asarray(anchors)[:, None]
    rows = np.exp(-0.5 * (from_anchor / width) ** 2).sum(axis=1)
    return smoothing.gaussian(rows, FASTER * COARSE_RATE) - smoothing.gaussian(rows, SLOWER * COARSE_RATE)


def _between_qrs(found):
    """The leads that show flutter, between the QRS at 100 Hz, without what is slower, and where it is seen."""
    names, every = derivable(found.leads), with_limb_leads(found.signal, found.leads)
    rows = [names.index(name) for name in LEADS if name in names] or list(range(len(names)))
    leads = every[rows]
    hidden = np.zeros(leads.shape[1], dtype=bool)
    margin = int(0.02 * MODEL_RATE)
    for onset, end in zip(*_qrs(found), strict=True):
        first = max(0, round(onset * MODEL_RATE) - margin)
        last = min(leads.shape[1] - 1, round(end * MODEL_RATE) + margin)
        if last > first:
            hidden[first : last + 1] = True
            share = np.linspace(0, 1, last - first + 1)
            leads[:, first : last + 1] = leads[:, first, None] * (1 - share) + leads[:, last, None] * share
    leads = smoothing.gaussian(leads, FASTER * MODEL_RATE, axis=1) - smoothing.gaussian(
        leads, SLOWER * MODEL_RATE, axis=1
    )
    return leads[:, ::DECIMATED], ~hidden[::DECIMATED]


def _overtones(rate, samples):
    phase = 2 * np.pi * rate / 60 * np.arange(samples) / COARSE_RATE
    return np.stack([wave(k * phase) for k in (1, 2, 3) for wave in (np.cos, np.sin)])


#: What cannot be told of a recording in flutter, whose waves lie where P would.
_OF_P = ("p_duration", "pr", "p_axis", "p_before_qrs", "p_consistency")
IN_PLACE_OF_P = Message("flutter waves stand in place of P")


def without_p(measurements: dict, flutter: Flutter) -> dict:
    """The measurements of a recording that meets the criteria of flutter: no P and no PR, and the atria's own rate.

    Parameters
    ----------
    measurements : dict
        As `Measurements.as_dict` gives them.
    flutter : Flutter
        Of the same recording.
    """
    amplitudes = dict.fromkeys(measurements["p_amplitude"])
    reasons = measurements["reasons"] | dict.fromkeys((*_OF_P, "p_amplitude"), IN_PLACE_OF_P)
    return (
        measurements
        | dict.fromkeys(_OF_P)
        | {
            "atrial_rate": float(f"{flutter.rate:.4g}"),
            "p_amplitude": amplitudes,
            "reasons": {key: reason for key, reason in reasons.items() if key != "atrial_rate"},
        }
    )
