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
SMALLEST_LEAD = 0.036

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
    normal = _fused_start(normal, lead, duration, severity, rng)
    size = float(np.clip(field.peak, 0.8, 2.0)) * rng.uniform(0.75, 1.15)
    main = np.array(pathway.delta) + 0.18 * rng.standard_normal(3)
    main /= np.linalg.norm(main)
    across = np.cross(main, rng.standard_normal(3))
    turn = main + 0.35 * across / max(np.linalg.norm(across), 1e-6)
    height = rng.uniform(0.36, 0.44) + 0.08 * severity
    delta = _delta(at, lead, duration, duration * rng.uniform(0.78, 0.95))
    gain = (field.matrix @ (size * height * main)) * rng.lognormal(0, 0.08, 8)
    spread = Front(
        0.35 * lead, rng.uniform(0.45, 0.58) * duration, duration, tuple(0.9 * severity * size * turn)
    )
    early = gain[:, None] * delta[None] + perform_fronts([spread], field.matrix, samples, rng, 0.1, 0.05)
    fused = normal + _less_where_opposed(early, normal, rng.uniform(0.45, 0.75))
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


def _fused_start(normal, lead, duration, severity, rng):
    """The normal wave front without what the pathway took from it: the first forces wholly, the later ones in part.

    The front meets muscle that is already active, here sooner, there later: its start is spread out.
    """
    at = 1000 * np.arange(normal.shape[1]) / MODEL_RATE
    taken = 0.2 + 0.5 * severity
    begin, full = 1000 * (lead - 0.004), 1000 * (lead + rng.uniform(0.034, 0.046))
    later = 1 - taken * (1 - fade(at, full, 1000 * duration))
    blurred = smoothing.gaussian(normal, 1000 * (0.0065 + 0.005 * severity) * MODEL_RATE / 1000, axis=1)
    blurred *= 1 - fade(at, at[-1] - 20, at[-1])
    return (fade(at, begin, full) * later * blurred).astype(np.float32)


def _less_where_opposed(early, normal, left):
    """The early forces, `left` of them where the normal ones of the lead are the larger and run the other way.

    Such a lead looks at the fronts from where they meet; what one adds the other cancels.
    """
    one, other = early.sum(axis=1), normal.sum(axis=1)
    against = np.clip(-one * other, 0, None)
    opposed = against / (against + one**2 + 1e-9)
    return early * (1 - (1 - left) * opposed)[:, None]


def _delta(at, lead, duration, end):
    """A unit delta wave: an even climb until the normal fronts arrive, held until they meet, gone at `end` (s)."""
    climb = np.clip(at / (1.3 * lead), 0, 1)
    met = max(1.3 * lead, lead + 0.3 * (duration - lead))
    return (
        smoothing.gaussian(climb, 2, mode="nearest")
        * climb**0.2
        * (1 - fade(1000 * at, 1000 * met, 1000 * end))
    )


def _delayed(template, lead, duration, samples):
    """The patient's own QRS, begun `lead` after the delta wave and ended with the fused QRS."""
    own = own_qrs(template, round(template.qrs_duration * MODEL_RATE) + 1)
    n = own.shape[1]
    at = np.arange(samples) / MODEL_RATE - lead
    source = np.clip(at / (duration - lead), 0, 1) * (n - 1)
    return np.stack([np.interp(source, np.arange(n), row) for row in own]).astype(np.float32)
