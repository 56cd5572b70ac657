"""Electrodes that look exchanged: a hint to look at the leads, never a diagnosis.

How the leads of the heart go together is much the same in everyone. Each interchange is undone on paper; where
the leads then go together far better than as recorded, it is suspected (the idea of Kors & van Herpen, Am J
Cardiol 2001;88:396). The joint spread of the leads stands here as numbers, fitted by
`benchmarks/lead_reversal.py`. Interchanges of limb electrodes also turn the P wave round, and an electrode on
the right leg makes one limb lead flat (Batchvarov, Malik & Camm, Europace 2007;9:1081).

Left arm against left leg changes too little to be told (sensitivity 12 % at one false hint in 500), and left
against right leg changes nothing; neither is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.i18n.message import Message

#: Band (Hz) in which the leads are compared: P, QRS and T without drift and hum.
BAND = (0.7, 40.0)
#: A limb lead is flat when it has less than this share of the largest limb lead (root mean square).
FLAT_SHARE = 0.08
#: Joint second moment of I, II, V1 to V6, each recording scaled to a sum of squares of 1, in thousandths.
COMMON = np.array(
    [
        [71.3, 42.8, -47.5, -8.8, 24.8, 55.2, 65.6, 60.5],
        [42.8, 70.1, -38.3, -13.6, 38.5, 69.8, 74.5, 65.8],
        [-47.5, -38.3, 95.7, 91.9, 38.8, -16.1, -45.1, -52.0],
        [-8.8, -13.6, 91.9, 194.5, 127.7, 56.1, 4.7, -20.4],
        [24.8, 38.5, 38.8, 127.7, 176.0, 128.2, 75.4, 39.4],
        [55.2, 69.8, -16.1, 56.1, 128.2, 158.3, 125.6, 88.5],
        [65.6, 74.5, -45.1, 4.7, 75.4, 125.6, 134.5, 103.8],
        [60.5, 65.8, -52.0, -20.4, 39.4, 88.5, 103.8, 99.6],
    ]
)
#: By interchange: logarithm by which the leads must go together better once it is undone.
NEEDED = {
    "RA/LA": 0.16,
    "RA/LL": 0.15,
    "V1/V2": 0.57,
    "V2/V3": 0.6,
    "V3/V4": 0.44,
    "V4/V5": 0.26,
    "V5/V6": 0.27,
    "V1/V3": 0.24,
    "V1-V3/V4-V6": 0.71,
    "V1-V6": 0.77,
}
#: Without a P wave to decide, an interchange of limb electrodes must be so many times as clear.
WITHOUT_P = 3.0


@dataclass(frozen=True)
class Interchange:
    """Two electrodes, or groups of them, that may have been exchanged.

    Attributes
    ----------
    name : str
        "RA/LA"; also the key of `NEEDED`.
    words : Message
        For the reader: "right and left arm".
    matrix : ndarray, shape (8, 8)
        What it makes of I, II, V1 to V6; it undoes itself.
    p_lead : str
        The limb lead in which it makes P negative; "" for chest electrodes.
    """

    name: str
    words: Message
    matrix: np.ndarray
    p_lead: str = ""


def _limb(rows) -> np.ndarray:
    matrix = np.eye(8)
    matrix[:2, :2] = rows
    return matrix


def _chest(order) -> np.ndarray:
    matrix = np.eye(8)
    matrix[2:, 2:] = np.eye(6)[list(order)]
    return matrix


#: With RA, LA, LL the potentials of the limbs: I = LA − RA, II = LL − RA; the central terminal stays.
INTERCHANGES = (
    Interchange("RA/LA", Message("right and left arm"), _limb([[-1, 0], [-1, 1]]), "I"),
    Interchange("RA/LL", Message("right arm and left leg"), _limb([[1, -1], [0, -1]]), "II"),
    Interchange("V1/V2", Message("V1 and V2"), _chest((1, 0, 2, 3, 4, 5))),
    Interchange("V2/V3", Message("V2 and V3"), _chest((0, 2, 1, 3, 4, 5))),
    Interchange("V3/V4", Message("V3 and V4"), _chest((0, 1, 3, 2, 4, 5))),
    Interchange("V4/V5", Message("V4 and V5"), _chest((0, 1, 2, 4, 3, 5))),
    Interchange("V5/V6", Message("V5 and V6"), _chest((0, 1, 2, 3, 5, 4))),
    Interchange("V1/V3", Message("V1 and V3"), _chest((2, 1, 0, 3, 4, 5))),
    Interchange("V1-V3/V4-V6", Message("V1 to V3 and V4 to V6"), _chest((3, 4, 5, 0, 1, 2))),
    Interchange("V1-V6", Message("V1 to V6 in reverse order"), _chest((5, 4, 3, 2, 1, 0))),
)
#: The flat limb lead, and which electrodes then share the legs' potential.
_FLAT = {
    "I": Message("both arm electrodes on the legs"),
    "II": Message("right arm and right leg"),
    "III": Message("left arm and right leg"),
}


def second_moment(independent: np.ndarray, rate: float) -> np.ndarray:
    """Mean product of each pair of leads in `BAND`, shape (8, 8), mV².

    Parameters
    ----------
    independent : ndarray, shape (8, samples)
        I, II, V1 to V6 in millivolts.
    rate : float
        Hz.
    """
    high = min(BAND[1], 0.45 * rate)
    steady = both_ways(independent, rate, BAND[0], high, padding=int(3 * rate))
    return steady @ steady.T / steady.shape[1]


def gain(interchange: Interchange, moment: np.ndarray, common: np.ndarray | None = None) -> float:
    """The logarithm by which the leads go together better once an interchange is undone.

    Parameters
    ----------
    moment : ndarray, shape (8, 8)
        Of the recording, as `second_moment` gives it.
    common : ndarray, shape (8, 8), optional
        `COMMON` unless given.
    """
    inverse = np.linalg.inv(COMMON if common is None else common)
    undone = interchange.matrix @ moment @ interchange.matrix.T
    return float(np.log(np.sum(inverse * moment)) - np.log(np.sum(inverse * undone)))


def reversal_hint(independent: np.ndarray, rate: float, p_area: dict[str, float]) -> str:
    """Which electrodes look exchanged, in words; "" where none do.

    Parameters
    ----------
    independent : ndarray, shape (8, samples)
        I, II, V1 to V6 in millivolts.
    rate : float
        Hz.
    p_area : dict of str to float
        Net area of P in I and II (any unit); empty where there is no P.
    """
    moment = second_moment(independent, rate)
    if not np.trace(moment) > 0:
        return ""
    if flat := _flat_limb_lead(moment):
        return Message("lead {lead} is flat: {electrodes}", lead=flat, electrodes=_FLAT[flat])
    clear = {}
    for one in INTERCHANGES:
        share = gain(one, moment) / NEEDED[one.name]
        if one.p_lead and p_area and p_area[one.p_lead] >= 0:
            continue
        if share > (WITHOUT_P if one.p_lead and not p_area else 1.0):
            clear[one.words] = share
    return max(clear, key=lambda words: clear[words]) if clear else ""


def _flat_limb_lead(moment):
    size = {
        "I": moment[0, 0],
        "II": moment[1, 1],
        "III": moment[0, 0] + moment[1, 1] - 2 * moment[0, 1],
    }
    lead = min(size, key=lambda name: size[name])
    return lead if size[lead] < FLAT_SHARE**2 * max(size.values()) else ""
