"""Pre-excitation: an accessory pathway wakes a part of the ventricles before the AV node does.

The QRS begins early, inside the PR, with the slow delta wave of muscle-to-muscle spread from the
pathway; the His-Purkinje system then activates the rest. PR, QRS and delta: Surawicz et al.,
AHA/ACCF/HRS 2009 part III (J Am Coll Cardiol 2009;53:976); polarity by site: Arruda et al., J
Cardiovasc Electrophysiol 1998;9:2; frequency of sites: Cain et al., Am J Cardiol 1992;70(suppl):2.

The QRS onset of the score is the onset of the delta wave; `heart.rhythm.processes` shortens the PR with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import linear_rank, own_p, own_qrs, with_p
from ecgtwin_app.heart.physics.repolarisation import with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts

#: QRS durations drawn, seconds: from a small delta wave to maximal pre-excitation.
DURATION = (0.119, 0.16)
#: The delta wave stands alone this long (s) before the rest of the ventricles is reached.
LARGEST_LEAD = 0.062
#: Every pathway begins the QRS at least this long (s) before the AV node would.
SMALLEST_LEAD = 0.032

#: What shows of a P (s) before the delta wave, at most.
LONGEST_P = 0.088


@dataclass(frozen=True)
class Pathway:
    """Where the accessory pathway enters, the Frank direction of its delta wave, and how often."""

    site: str
    delta: tuple[float, float, float]
    weight: float


PATHWAYS = (
    Pathway("left lateral", (-0.45, 0.5, -0.75), 0.48),
    Pathway("posteroseptal", (0.65, -0.65, -0.45), 0.26),
    Pathway("right free wall", (0.95, -0.05, 0.4), 0.16),
    Pathway("anteroseptal", (0.6, 0.8, 0.3), 0.1),
)


@makes("pre-excitation")
def pre_excitation(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """A delta wave of the pathway, fused with the patient's own QRS, and the secondary ST-T."""
    weights = np.array([p.weight for p in PATHWAYS])
    pathway = PATHWAYS[int(rng.choice(len(PATHWAYS), p=weights / weights.sum()))]
    severity = float(rng.beta(1.1, 1.3))
    lead = SMALLEST_LEAD + severity * (LARGEST_LEAD - SMALLEST_LEAD) * rng.uniform(0.8, 1.0)
    duration = DURATION[0] + severity * (DURATION[1] - DURATION[0])
    duration = max(duration, template.qrs_duration + lead * rng.uniform(0.75, 0.95))
    samples = round(duration * MODEL_RATE) + 1
    at = np.arange(samples) / MODEL_RATE
    normal = _delayed(template, lead, duration, samples)
    # What the pathway has already activated is missing from the normal wave front.
    taken = 0.25 + 0.5 * severity
    normal *= 1 - taken * (1 - fade(at * 1000, 1000 * lead, 1000 * (lead + 0.5 * (duration - lead))))
    size = float(np.clip(field.peak, 0.8, 2.0)) * rng.uniform(0.75, 1.15)
    main = np.array(pathway.delta) + 0.18 * rng.standard_normal(3)
    main /= np.linalg.norm(main)
    across = np.cross(main, rng.standard_normal(3))
    turn = main + 0.35 * across / max(np.linalg.norm(across), 1e-6)
    height = rng.uniform(0.3, 0.4) + 0.2 * severity
    delta = _delta(at, lead, duration * rng.uniform(0.7, 0.9))
    gain = (field.matrix @ (size * height * main)) * rng.lognormal(0, 0.08, 8)
    spread = Front(
        0.35 * lead, rng.uniform(0.4, 0.55) * duration, duration, tuple(0.5 * severity * size * turn)
    )
    fused = normal + gain[:, None] * delta[None]
    fused += perform_fronts([spread], field.matrix, samples, rng, 0.1, 0.05)
    beat = with_qrs(_covered_p(template), fused.astype(np.float32), duration, rng, (0.5, 0.95), (0.05, 0.2))
    return beat, {
        "pathway": pathway.site,
        "QRS duration": beat.qrs_duration,
        "delta": lead,
        "severity": linear_rank(duration, *DURATION),
    }


def _covered_p(template):
    """A P that would outlast the short PR ends with it: the delta wave covers what remains."""
    if not template.has_p or template.p_duration <= LONGEST_P:
        return template
    return with_p(template, own_p(template, LONGEST_P, round(LONGEST_P * MODEL_RATE) + 1), LONGEST_P)


def _delta(at, lead, end):
    """A unit delta wave: from its onset an even climb beyond `lead` seconds, then fused until `end`."""
    climb = np.clip(at / (1.3 * lead), 0, 1)
    return (
        smoothing.gaussian(climb, 2, mode="nearest")
        * climb**0.2
        * (1 - fade(1000 * at, 1300 * lead, 1000 * end))
    )


def _delayed(template, lead, duration, samples):
    """The patient's own QRS, begun `lead` after the delta wave and ended with the fused QRS."""
    own = own_qrs(template, round(template.qrs_duration * MODEL_RATE) + 1)
    n = own.shape[1]
    at = np.arange(samples) / MODEL_RATE - lead
    source = np.clip(at / (duration - lead), 0, 1) * (n - 1)
    return np.stack([np.interp(source, np.arange(n), row) for row in own]).astype(np.float32)
