"""Fits what `ecg/lead_reversal.py` knows, and measures its hints on exchanged real recordings.

    python benchmarks/lead_reversal.py [--folder FOLDER]

Every interchange is made on paper in every recording. Sensitivity and the share of false hints are those of
constants fitted on the other half of the recordings. Recordings whose arm electrodes were exchanged when they were
recorded are found first (P and QRS negative in I, against V6), reported, and left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from zlib import crc32

import numpy as np
from real_records import FOLDER, records

from ecgtwin_app.ecg.measurement.lead_reversal import INTERCHANGES, gain, second_moment
from ecgtwin_app.ecg.signal.leads import independent_leads

#: Share of true recordings that may exceed what is needed for a hint, by interchange.
FALSE = 0.002
#: The largest gain of the arms that a heart alone brings about; above it the electrodes were exchanged.
SUSPECT = 0.25
#: A gain smaller than this is no evidence, whatever the percentile says.
LEAST = 0.15


def main(folder: Path) -> None:
    """Print the figures, then the constants."""
    keys, moments = [], []
    for key, _, recording in records(folder):
        moment = second_moment(independent_leads(recording.signal).astype(float), recording.rate)
        keys.append(key)
        moments.append(moment / np.trace(moment))
    moments = np.stack(moments)
    common = moments.mean(axis=0)
    arms = np.array([gain(INTERCHANGES[0], moment, common) for moment in moments])
    suspect = arms > SUSPECT
    print(f"n {len(keys)}; arms exchanged when recorded: {', '.join(np.array(keys)[suspect])}")
    moments, keys = moments[~suspect], np.array(keys)[~suspect]
    half = np.array([crc32(key.encode()) % 2 for key in keys])
    found, false = {one.name: [] for one in INTERCHANGES}, np.zeros(len(keys), bool)
    for tested in (0, 1):
        common, needed = fit(moments[half != tested])
        for at in np.flatnonzero(half == tested):
            for one in INTERCHANGES:
                false[at] |= gain(one, moments[at], common) > needed[one.name]
                exchanged = one.matrix @ moments[at] @ one.matrix.T
                found[one.name].append(gain(one, exchanged, common) > needed[one.name])
    for name, hits in found.items():
        print(f"  {name:12} sensitivity {np.mean(hits):6.1%}  n {len(hits)}")
    print(f"  false hints of any kind, before P is looked at: {np.mean(false):.2%}")
    common, needed = fit(moments)
    print("COMMON =", np.array2string(np.round(1000 * common, 1), separator=", "))
    print("NEEDED =", {name: round(value, 2) for name, value in needed.items()})


def fit(moments: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """The joint moment of these recordings, and what each interchange needs."""
    common = moments.mean(axis=0)
    needed = {
        one.name: max(LEAST, float(np.quantile([gain(one, m, common) for m in moments], 1 - FALSE)))
        for one in INTERCHANGES
    }
    return common, needed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the recordings lie")
    main(parser.parse_args().folder)
