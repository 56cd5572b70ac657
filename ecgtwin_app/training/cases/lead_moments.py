"""The table of `ecg.imputation.regression`: `python -m ecgtwin_app.training.cases.lead_moments DATA FILE`.

Second moments of the eight independent leads over the training patients' recordings of 500 Hz. Each recording's have the
trace 1, so that one of large voltage counts no more than another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.imputation.regression import LOWEST
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, Recording
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.training.collections.records import load_real

#: Digits that are written down.
DIGITS = 6


def moments_of(recording: Recording) -> np.ndarray:
    """Of one recording (8, 8), of trace 1."""
    flat = both_ways(
        independent_leads(recording.signal), recording.rate, low=LOWEST, padding=int(2 * recording.rate)
    )
    moments = flat @ flat.T
    return moments / np.trace(moments)


def main(data: Path, file: Path) -> None:
    """Write the table."""
    records = [record for record in load_real(data) if not record.held_out]
    moments = np.mean([moments_of(record.recording) for record in records], axis=0)
    content = {
        "what": "Mean second moments of the leads, each recording's of trace 1, above the frequency in Hz",
        "made by": "python -m ecgtwin_app.training.cases.lead_moments DATA FILE",
        "recordings": len(records),
        "patients": len({record.patient for record in records}),
        "above": LOWEST,
        "leads": INDEPENDENT_LEADS,
        "moments": np.round(moments, DIGITS).tolist(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
