"""What a reader's eye goes by beside rates and intervals, as numbers: sizes by lead, corners, breath, noise.

A made beat is betrayed by what no criterion names: a wave laid on an intact QRS comes back to the line before the QRS
begins once more, splinters turn a lead that is smooth in patients, every beat is as tall as the last, and what lies
between the beats is clean.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Delineation, Shape
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.qrs_pattern import qrs_of
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE

LIMB, CHEST = LEADS[:6], LEADS[6:]
#: A turn of a lead counts from this height (mV), and from this share of the lead's QRS.
SMALLEST_TURN, SHARE_OF_TURN = 0.06, 0.05
#: Two parts of a QRS are parts from this share of its largest heart vector, and so far apart (s).
PART, APART = 0.2, 0.016
#: ST is raised from this level (mV), 60 ms after J; seconds after the R in which it has left the R.
RAISED, AFTER_R = 0.15, 0.06
#: A lead has no S to speak of where R is so many times as large.
MOSTLY_R = 4.0
#: A lead shows the breath, and the T against its R, from this height (mV) of its QRS; fewest beats.
TALL, FEWEST_BEATS = 0.3, 5
#: Noise is what is faster than muscle and slower than the converter: standard deviation (samples at 500 Hz) of the
#: Gaussian that passes half at 40 Hz; and how far (s) from a QRS it is looked for.
SLOWER, BESIDE_QRS = 1.66, 0.06


def traits_of(m: Measurements) -> dict[str, float]:
    """Every trait that can be measured, by name: "S V2" (mV), "turns V5", "breath" (%), ...

    Returns
    -------
    dict of str to float
        - "P", "R", "S", "T", "ST" and a lead: mV, as in `Measurements`; P, T and ST (60 ms after J) are signed;
        - "R' V1", "R' V2": the positive wave after the deepest S, mV;
        - "PR", "QRS", "QTc" (Fridericia): ms;
        - "turns" and a lead: turning points of its QRS;
        - "return": how near the heart vector comes to the line between two parts of the QRS, as a share of the smaller
          part; 1 where the QRS has one part;
        - "needle": the lowest level between R and ST, as a share of ST, in the raised limb lead without S where it is lowest;
        - "T/R": the deepest T under an R, as a share of it;
        - "P/QRS", "T/QRS": the largest of the limb leads, as shares of their largest QRS;
        - "breath": scatter of the QRS height from beat to beat, %;
        - "noise": 40 to 150 Hz in lead I between the QRS, µV.

        What cannot be measured is left out.
    """
    shape = m.delineation.shapes[0]
    found = {**_sizes(m), **_intervals(m), **_corners(shape)}
    found |= {f"R' {lead}": _r_prime(shape, lead) for lead in ("V1", "V2") if lead in shape.leads}
    return found | _needle(m, shape) | _proportions(m, shape) | _of_strip(m)


def _sizes(m: Measurements) -> dict[str, float]:
    waves = {"P": m.p_amplitude, "R": m.r_amplitude, "S": m.s_amplitude, "T": m.t_amplitude, "ST": m.st_60}
    return {
        f"{wave} {lead}": float(size)
        for wave, sizes in waves.items()
        for lead, size in sizes.items()
        if size is not None
    }


def _intervals(m: Measurements) -> dict[str, float]:
    values = {"PR": m.pr, "QRS": m.qrs, "QTc": m.qtc_fridericia}
    return {name: float(value) for name, value in values.items() if value is not None}


def _corners(shape: Shape) -> dict[str, float]:
    onset, offset = shape.waves.qrs
    qrs = shape.signal[:, onset : offset + 1]
    # From the line between onset and J: a raised ST is no part of the QRS.
    level = qrs - qrs[:, :1] - (qrs[:, -1:] - qrs[:, :1]) * np.linspace(0, 1, qrs.shape[1])
    found = {
        f"turns {lead}": float(len(turns_of(row, max(SMALLEST_TURN, SHARE_OF_TURN * float(np.ptp(row))))))
        for lead, row in zip(shape.leads, qrs, strict=True)
    }
    return found | {"return": returned(np.linalg.norm(level, axis=0))}


def turns_of(row: np.ndarray, least: float) -> list[int]:
    """Samples at which a curve turns by at least so much, its ends left out."""
    turns: list[int] = []
    low = high = 0
    rising = None
    for at, value in enumerate(row):
        if rising is not False and value > row[high]:
            high = at
        if rising is not True and value < row[low]:
            low = at
        if rising is not False and row[high] - value >= least:
            turns += [high] * (high > 0)
            rising, low = False, at
        elif rising is not True and value - row[low] >= least:
            turns += [low] * (low > 0)
            rising, high = True, at
    return turns


def returned(size: np.ndarray) -> float:
    """The least size of the heart vector between two parts of a QRS, as a share of the smaller part; 1 without two."""
    before, after = np.maximum.accumulate(size), np.maximum.accumulate(size[::-1])[::-1]
    smaller = np.minimum(before, after)
    apart = np.zeros(len(size), dtype=bool)
    for at in np.flatnonzero((smaller >= PART * size.max()) & (size < smaller)):
        first = np.flatnonzero(size[:at] >= smaller[at])[-1] if (size[:at] >= smaller[at]).any() else at
        last = at + np.flatnonzero(size[at:] >= smaller[at])[0] if (size[at:] >= smaller[at]).any() else at
        apart[at] = last - first >= APART * MODEL_RATE
    return float(np.min(size[apart] / smaller[apart])) if apart.any() else 1.0


def _r_prime(shape: Shape, lead: str) -> float:
    qrs = qrs_of(shape, lead)
    return max(0.0, float(qrs[int(np.argmin(qrs)) :].max()))


def _needle(m: Measurements, shape: Shape) -> dict[str, float]:
    _, offset = shape.waves.qrs
    lowest = []
    for lead in set(LIMB) & set(m.leads) - {"aVR"}:
        raised, row = m.st_60[lead], shape.lead(lead)
        if raised < RAISED or m.r_amplitude[lead] < MOSTLY_R * max(m.s_amplitude[lead], RAISED / 2):
            continue
        top = shape.waves.qrs[0] + int(np.argmax(qrs_of(shape, lead)))
        between = row[top : min(offset + round(AFTER_R * MODEL_RATE), len(row))]
        if between.size:
            lowest.append(float(between.min()) / raised)
    return {"needle": min(lowest)} if lowest else {}


def _proportions(m: Measurements, shape: Shape) -> dict[str, float]:
    found = {}
    deep = [
        -t / m.r_amplitude[lead]
        for lead in m.leads
        if (t := m.t_amplitude[lead]) is not None
        and t <= -0.1
        and m.r_amplitude[lead] > max(m.s_amplitude[lead], 0.1)
    ]
    if deep:
        found["T/R"] = float(max(deep))
    limb = [lead for lead in LIMB if lead in m.leads]
    if limb:
        largest = max(float(np.ptp(qrs_of(shape, lead))) for lead in limb)
        for wave, sizes in (("P", m.p_amplitude), ("T", m.t_amplitude)):
            seen = [abs(size) for lead in limb if (size := sizes[lead]) is not None]
            if seen and largest > 0:
                found[f"{wave}/QRS"] = float(max(seen) / largest)
    return found


def _of_strip(m: Measurements) -> dict[str, float]:
    found = m.delineation
    spans = [span for span in _qrs_spans(m) if span[0] >= 0 and span[1] < found.signal.shape[1]]
    result = {}
    if len(spans) >= FEWEST_BEATS:
        heights = np.array([np.ptp(found.signal[:, start:stop], axis=1) for start, stop in spans])
        tall = heights.mean(axis=0) >= TALL
        if tall.any():
            scatter = heights[:, tall].std(axis=0) / heights[:, tall].mean(axis=0)
            result["breath"] = 100 * float(np.median(scatter))
    if "I" in found.leads and (noise := _noise(found, found.leads.index("I"), _all_spans(m))) is not None:
        result["noise"] = noise
    return result


def _qrs_spans(m: Measurements) -> Iterator[tuple[int, int]]:
    """First and last sample of the QRS of the dominant beats, at 500 Hz."""
    shape = m.delineation.shapes[0]
    before, after = (mark - shape.fiducial for mark in shape.waves.qrs)
    for beat in m.beats:
        if beat.shape == 0 and beat.kind != "unclear":
            at = round(beat.fiducial / m.delineation.scale)
            yield at + before, at + after + 1


def _all_spans(m: Measurements) -> Iterator[tuple[int, int]]:
    for beat in m.beats:
        shape = m.delineation.shapes[beat.shape]
        at = round(beat.fiducial / m.delineation.scale) - shape.fiducial
        yield at + shape.waves.qrs[0], at + shape.waves.qrs[1] + 1


def _noise(found: Delineation, row: int, spans: Iterator[tuple[int, int]]) -> float | None:
    """Root mean square (µV) of what is faster than 40 Hz between the QRS."""
    lead = found.signal[row]
    fast = lead - smoothing.gaussian(lead, SLOWER)
    margin, quiet = round(BESIDE_QRS * MODEL_RATE), np.ones(lead.size, dtype=bool)
    for start, stop in spans:
        quiet[max(0, start - margin) : max(0, stop + margin)] = False
    for spike in found.spikes:
        quiet[max(0, int(spike) - margin) : int(spike) + margin] = False
    return 1000 * float(np.sqrt(np.mean(fast[quiet] ** 2))) if quiet.sum() >= MODEL_RATE else None
