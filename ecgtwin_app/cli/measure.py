"""`ecgtwin measure`: the measurement matrix of a recording and the criteria it meets, or two compared."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_file, read_recording
from ecgtwin_app.cli.measure_text import print_comparison, print_report
from ecgtwin_app.cli.output import print_json
from ecgtwin_app.conditions.referee import met_conditions, unjudged_conditions
from ecgtwin_app.conditions.together import atrial_rhythm, contradictions
from ecgtwin_app.ecg.delineation.flutter import without_p
from ecgtwin_app.ecg.measurement.matrix import measurement_matrix, median_beat_matrix
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin measure`."""
    add_recording_arguments(parser, "file")
    parser.add_argument("other", metavar="OTHER", nargs="?", type=Path, help="a second ECG: how it differs")
    parser.add_argument("--json", action="store_true", help="everything on standard output as JSON")
    parser.add_argument(
        "--median-beat",
        action="store_true",
        help="in the JSON also the median beat and its vectorcardiogram (x, y, z), mV at 500 Hz",
    )


def main(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status."""
    if args.median_beat and not args.json:
        raise EcgError("The median beat is given as JSON only; add --json.")
    report = _report(Path(args.file).name, read_recording(args, "file"), args.median_beat)
    if args.other is None:
        print_json(report) if args.json else print_report(report)
        return 0
    other = _report(args.other.name, read_file(args, args.other), args.median_beat)
    difference = differences(report["measurements"], other["measurements"])
    if args.json:
        print_json({"first": report, "second": other, "difference": difference})
    else:
        print_comparison(report, other, difference)
    return 0


def differences(first: dict, second: dict) -> dict:
    """Second less first, for every number that both have; axes the short way round.

    Parameters
    ----------
    first, second : dict
        Measurements as `measurement_matrix` gives them.
    """
    found = {}
    for name, value in first.items():
        other = second.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            found[name] = differences(value, other)
        elif other is not None and _is_number(value) and _is_number(other):
            difference = other - value
            difference = (difference + 180) % 360 - 180 if name.endswith("axis") else difference
            found[name] = round(difference, 6)
    return found


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _report(name: str, recording: Recording, with_beat: bool) -> dict:
    """All that is printed of one recording."""
    measured = measure(recording)
    residual = lead_law_residual(recording.signal) * 1000 if recording.leads == LEADS else None
    met = met_conditions(measured, recording.patient.age, recording.patient.sex)
    matrix = measurement_matrix(recording, measured)
    if atrial_rhythm(met) == "flutter" and measured.flutter is not None:
        matrix = without_p(matrix, measured.flutter)
    return {
        "file": name,
        "format": recording.source,
        "rate": recording.rate,
        "seconds": round(recording.duration, 3),
        "synthetic": recording.synthetic,
        "filled": [str(one) for one in recording.filled],
        "age": recording.patient.age,
        "sex": recording.patient.sex,
        "lead_law_residual_uv": None if residual is None else round(residual, 3),
        "history": list(recording.history),
        "device": recording.device,
        "measurements": matrix,
        "criteria_met": met,
        "contradictions": list(contradictions(met)),
        "criteria_not_judged": unjudged_conditions(measured, recording.patient.age, recording.patient.sex),
    } | ({"median_beat": median_beat_matrix(measured)} if with_beat else {})
