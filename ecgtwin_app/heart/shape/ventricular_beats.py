"""Beats that arise in the ventricles.

The wave spreads from its origin through muscle, slowly and away from it, so the QRS is wide, its
onset slurred, and its vector points from the origin to the rest of the heart (Josephson, Clinical
Cardiac Electrophysiology; Park, Kim & Marchlinski, Heart Rhythm 2012;9:1539 on localising by ECG).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.physics.junction import rounded_at_j
from ecgtwin_app.heart.physics.repolarisation import area, with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts, smooth_activation, splinters

#: QRS durations drawn, seconds.
PVC_DURATION = (0.128, 0.188)
#: Median size against the dominant beat, peak to peak in the largest lead.
LARGER = 1.05
#: Half the time (s) in which most of the muscle is activated. It makes the pointed wave of real ventricular
#: beats and their slope, 39 to 77 mV/s for each millivolt in the PVC of 41 records.
CORE = (0.021, 0.039)
#: Size of notches against the main wave; most ventricular beats have hardly any.
NOTCHED, UNNOTCHED, NOTCHED_SHARE = 0.09, 0.015, 0.25
#: JT against the dominant beat's: ventricular repolarisation from one site takes longer.
SLOWER_T = (1.0, 1.2)
#: Samples (standard deviation) over which J of such a beat is rounded: its last muscle is activated while the first
#: repolarises, and J is hardly a corner.
SOFT_J = 4.0
#: The QRS of an ectopic beat resembles the dominant one no more than this.
LARGEST_LIKENESS = 0.55


@dataclass(frozen=True)
class Origin:
    """Where ectopic beats come from.

    Attributes
    ----------
    name : str
    direction : tuple of float
        Frank direction of the mean QRS vector, away from the origin.
    weight : float
        How often it is drawn.
    """

    name: str
    direction: tuple[float, float, float]
    weight: float


#: One origin for each of `VENTRICULAR_SITES`. Shares after the sites of idiopathic and structural PVC in
#: Latchamsetty & Bogun, Curr Probl Cardiol 2015;40:379: the outflow tracts lead.
ORIGINS = {
    origin.name: origin
    for origin in (
        Origin("right ventricular outflow tract", (0.35, 0.95, 0.45), 0.28),
        Origin("left ventricular outflow tract", (0.15, 0.95, -0.35), 0.1),
        Origin("right ventricular apex", (0.65, -0.6, 0.65), 0.12),
        Origin("right ventricular free wall", (0.95, 0.1, 0.7), 0.08),
        Origin("right ventricular septum", (0.85, 0.3, 0.6), 0.05),
        Origin("left ventricular lateral wall", (-0.95, 0.1, -0.5), 0.12),
        Origin("left ventricular posterior wall", (-0.1, -0.5, -1.0), 0.11),
        Origin("left ventricular apex", (-0.5, -0.7, 0.45), 0.06),
        Origin("posterior fascicle", (-0.25, -0.75, -0.65), 0.08),
    )
}
#: Where escape rhythms below a complete block arise, and where ventricles are paced: the apex of the
#: right ventricle, later its septum, and for resynchronisation the left lateral wall.
ESCAPE_SITES = {
    "right ventricular apex": 0.35,
    "right ventricular septum": 0.25,
    "posterior fascicle": 0.2,
    "left ventricular apex": 0.1,
    "left ventricular posterior wall": 0.1,
}
PACING_SITES = {
    "right ventricular apex": 0.62,
    "right ventricular septum": 0.28,
    "left ventricular lateral wall": 0.1,
}
#: How close I, II, V1 to V6 lie to the apex, the closest 1.
APICAL_CHEST = np.array([0, 0, 0, 0.15, 0.6, 1.0, 0.9, 0.6], np.float32)
#: QRS durations (s) of sites that reach the Purkinje net early, and of paced beats.
FASCICULAR_DURATION = (0.124, 0.148)
PACED_DURATION = (0.136, 0.185)
#: Both ventricles together take less time than one after the other.
RESYNCHRONISED_DURATION = (0.124, 0.155)
#: ... and two fronts that run towards each other cancel: size of such a beat against one from the left wall alone.
RESYNCHRONISED_SIZE = (0.35, 0.65)


def draw_site(rng: np.random.Generator) -> str:
    """A site of premature beats or of a tachycardia."""
    return _draw(rng, {name: origin.weight for name, origin in ORIGINS.items()})


def draw_escape_site(rng: np.random.Generator) -> str:
    """A site of an escape rhythm below the bundle of His."""
    return _draw(rng, ESCAPE_SITES)


def draw_pacing_site(rng: np.random.Generator) -> str:
    """Where a pacemaker's ventricular electrode lies."""
    return _draw(rng, PACING_SITES)


def _draw(rng, shares):
    weights = np.array(list(shares.values()))
    return list(shares)[int(rng.choice(len(shares), p=weights / weights.sum()))]


def ectopic_beat(
    template: BeatTemplate, field: LeadField, rng: np.random.Generator, site: str = "", paced: bool = False
) -> tuple[BeatTemplate, dict]:
    """A ventricular beat with its discordant ST-T.

    Parameters
    ----------
    template : BeatTemplate
        The dominant beat it interrupts.
    field : LeadField
    rng : numpy.random.Generator
    site : str
        One of `VENTRICULAR_SITES`; drawn when empty.
    paced : bool
        Stimulated there rather than arisen there.

    Returns
    -------
    BeatTemplate
        Without a P wave.
    dict
        Site and QRS duration.
    """
    site = site or (draw_pacing_site(rng) if paced else draw_site(rng))
    best, best_likeness = (0.0, template.qrs), np.inf
    for trial in range(6):
        duration = max(rng.uniform(*_durations(site, paced)), template.qrs_duration + 0.015)
        # A site whose beat resembles the dominant one is moved a little further with each trial.
        qrs = _spread(ORIGINS[site], duration, field, template, rng, 0.2 + 0.1 * trial)
        alike = qrs_likeness(qrs, template.qrs[:, max(-template.qrs_offset, 0) :])
        if alike < best_likeness:
            best, best_likeness = (duration, qrs), alike
        if paced or alike < LARGEST_LIKENESS:
            break
    duration, qrs = best
    fused = rng.uniform(*RESYNCHRONISED_SIZE)
    if paced and site == "left ventricular lateral wall":
        qrs = (qrs * fused).astype(np.float32)
    quiet = replace(
        template, p=np.zeros((8, 0), np.float32), t=template.t * np.float32(rng.uniform(0.4, 0.8))
    )
    beat = with_qrs(quiet, qrs, duration, rng, (0.85, 1.25), (0.28, 0.52))
    return with_soft_j(_slower_t(beat, rng.uniform(*SLOWER_T))), {"site": site, "QRS duration": duration}


def _slower_t(beat, factor):
    """The beat with all that follows J stretched."""
    j = beat.j_index
    after = beat.t[:, j:]
    at = np.arange(int((after.shape[1] - 1) * factor) + 1) / factor
    left = np.minimum(at.astype(int), after.shape[1] - 2)
    stretched = after[:, left] + (after[:, left + 1] - after[:, left]) * (at - left).astype(np.float32)
    end = beat.qrs_duration
    return replace(
        beat,
        t=np.concatenate([beat.t[:, :j], stretched], axis=1),
        qt=end + (beat.qt - end) * factor,
        t_peak=end + (beat.t_peak - end) * factor,
    )


def _durations(site, paced):
    if paced:
        return RESYNCHRONISED_DURATION if site == "left ventricular lateral wall" else PACED_DURATION
    return FASCICULAR_DURATION if site == "posterior fascicle" else PVC_DURATION


def qrs_likeness(one: np.ndarray, other: np.ndarray, reach: int = 20) -> float:
    """Largest correlation of two QRS over all leads and shifts up to `reach` samples, -1 to 1."""
    n = max(one.shape[1], other.shape[1]) + 2 * reach
    fixed = np.zeros((8, n))
    fixed[:, reach : reach + one.shape[1]] = one
    best = -1.0
    for shift in range(0, 2 * reach + 1, 4):
        moved = np.zeros((8, n))
        moved[:, shift : shift + other.shape[1]] = other
        norm = np.sqrt(np.sum(fixed**2) * np.sum(moved**2))
        best = max(best, float(np.sum(fixed * moved) / max(norm, 1e-9)))
    return best


def _spread(origin, duration, field, template, rng, jitter):
    samples = round(duration * MODEL_RATE) + 1
    main = np.array(origin.direction) + jitter * rng.standard_normal(3)
    main /= np.linalg.norm(main)
    across = np.cross(main, rng.standard_normal(3))
    across /= np.linalg.norm(across)
    size = float(np.clip(field.peak, 0.7, 2.2)) * rng.uniform(0.8, 1.3)
    early = rng.uniform(0.2, 0.4) * main + rng.uniform(0, 0.25) * across
    body = 0.6 * main + rng.uniform(-0.25, 0.25) * across
    core = rng.uniform(0.6, 1.1) * main
    late = rng.uniform(0.15, 0.55) * main - rng.uniform(0.1, 0.6) * across
    d = duration
    middle, half = d * rng.uniform(0.38, 0.52), rng.uniform(*CORE)
    fronts = [
        # The first front creeps through muscle before it meets the Purkinje net: the slurred onset.
        Front(0.0, d * rng.uniform(0.2, 0.3), d * rng.uniform(0.45, 0.6), tuple(size * early)),
        Front(d * rng.uniform(0.06, 0.14), middle, d * rng.uniform(0.75, 0.95), tuple(size * body)),
        Front(middle - half, middle, min(middle + half * rng.uniform(0.8, 1.2), d), tuple(size * core)),
        Front(d * rng.uniform(0.42, 0.54), d * rng.uniform(0.62, 0.76), d, tuple(size * late)),
    ]
    fronts += splinters(rng, d, size * main, NOTCHED if rng.random() < NOTCHED_SHARE else UNNOTCHED)
    matrix = field.matrix
    if "apex" in origin.name:
        # The chest leads over the apex see the wave leave them, more than a central dipole tells.
        matrix = matrix - rng.uniform(0.3, 1.1) * APICAL_CHEST[:, None] * main[None].astype(np.float32)
    qrs = perform_fronts(fronts, matrix, samples, rng, 0.08, rng.uniform(0.05, 0.25))
    qrs = smooth_activation(qrs, rng.uniform(1.5, 3.0))
    # Without the Purkinje net less cancels out: mostly larger than the patient's own beat.
    share = np.clip(rng.lognormal(np.log(LARGER), 0.22), 0.75, 1.6)
    own = float(np.ptp(template.qrs, axis=1).max())
    return qrs * np.float32(share * own / max(float(np.ptp(qrs, axis=1).max()), 1e-6))


def looks_ectopic(beat: BeatTemplate, own: BeatTemplate) -> bool:
    """Whether a ventricular beat keeps what those of `ectopic_beat` do: wide, discordant, unlike the patient's own."""
    first, second = (one.qrs[:, max(-one.qrs_offset, 0) :] for one in (beat, own))
    wide = beat.qrs_duration >= FASCICULAR_DURATION[0]
    return wide and has_discordant_t(beat) and qrs_likeness(first, second) < LARGEST_LIKENESS


def with_soft_j(beat: BeatTemplate) -> BeatTemplate:
    """The beat without a corner where its QRS passes into the ST segment."""
    return rounded_at_j(beat, SOFT_J)


def has_discordant_t(beat: BeatTemplate) -> bool:
    """Whether the ST-T area opposes the QRS area over the leads."""
    return float(np.dot(area(beat.qrs), area(beat.t))) < 0
