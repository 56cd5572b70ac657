"""Our measurements beside those that the recording devices stored in their files.

    python benchmarks/devices.py [FOLDER] [--pictures FOLDER]

Reads every file of a folder (MUSE, CardioSoft, Sierra, aECG, DICOM, SCP-ECG), prints heart rate, P, PR, QRS and QT
of both, and marks each difference beyond 1/min or 20 ms. With --pictures the representative beats of these files
are drawn with our marks and, from the same QRS onset, the device's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from real_records import FOLDER

from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.formats.registry import read_ecg

#: What the device calls it, our name, and how far apart they may lie (1/min, ms).
COMPARED = (("heart rate", "heart_rate", 1), ("P", "p_duration", 20), ("PR", "pr", 20), ("QRS", "qrs", 20),
            ("QT", "qt", 20))  # fmt: skip


def main(folder: Path, pictures: Path | None) -> None:
    """Print a line a file and the spread of the differences."""
    differences = {name: [] for name, *_ in COMPARED}
    for path in sorted(folder.rglob("*")):
        try:
            recording = read_ecg(path)
            measured = measure(recording)
        except EcgError:
            continue  # a folder, an invalid file, or one that needs options
        device = stored(recording)
        if not device:
            continue
        cells, beyond = [], False
        for name, ours, allowed in COMPARED:
            value = getattr(measured, ours)
            if name in device and value is not None:
                difference = value - device[name]
                differences[name].append(difference)
                far = abs(round(difference)) > allowed
                beyond |= far
                cells.append(f"{name} {device[name]:.0f} {difference:+.0f}{' !' if far else ''}")
        print(f"{path.name:24} {recording.source:15} " + "   ".join(cells))
        if beyond and pictures is not None:
            draw(pictures / f"{path.stem}.svg", measured, device)
    for name, found in differences.items():
        print(
            f"{name:10} n {len(found):2}  ours less theirs: mean {np.mean(found):+.1f}  sd {np.std(found):.1f}"
        )


def stored(recording: Recording) -> dict[str, float]:
    """What the device says, with the heart rate from its RR where it gives none."""
    device = dict(recording.device)
    if "heart rate" not in device and device.get("RR"):
        device["heart rate"] = 60_000 / device["RR"]
    return {name: device[name] for name, *_ in COMPARED if device.get(name)}


def draw(path: Path, measured: Measurements, device: dict[str, float]) -> None:
    """The representative beat in twelve leads: our marks as full lines, the device's as broken ones."""
    beat = measured.delineation.representative
    twelve = twelve_leads(beat.signal)
    onset, scale = beat.qrs_onset, MODEL_RATE / 1000
    ours = [at for at in (beat.p_onset, onset, beat.qrs_offset, beat.t_offset) if at is not None]
    theirs = [onset - device["PR"] * scale] if "PR" in device else []
    theirs += [onset + device[name] * scale for name in ("QRS", "QT") if name in device]
    width, height, gain = 3 * twelve.shape[1], 90, 45
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{12 * height}">']
    lines.append(f'<rect width="{width}" height="{12 * height}" fill="white"/>')
    for row, (lead, values) in enumerate(zip(LEADS, twelve, strict=True)):
        middle = (row + 0.5) * height
        points = " ".join(f"{3 * k},{middle - gain * value:.1f}" for k, value in enumerate(values))
        lines.append(f'<polyline points="{points}" fill="none" stroke="black"/>')
        lines.append(f'<text x="4" y="{middle - 20}" font-size="14">{lead}</text>')
    for places, colour, dashes in ((ours, "#0072B2", ""), (theirs, "#D55E00", "6 4")):
        lines += [
            f'<line x1="{3 * at}" x2="{3 * at}" y1="0" y2="{12 * height}" stroke="{colour}"'
            f' stroke-dasharray="{dashes}"/>'
            for at in places
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, "</svg>"]), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER / "import_formats")
    parser.add_argument("--pictures", type=Path, help="a folder for the beats of the files that differ")
    args = parser.parse_args()
    main(args.folder, args.pictures)
