"""`ecgtwin measure`: the measurement matrix of a recording and the criteria it meets."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_recording
from ecgtwin_app.cli.output import print_json, text_of
from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.leads import lead_law_residual
from ecgtwin_app.ecg.measure import measure
from ecgtwin_app.ecg.recording import Recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin measure`."""
    add_recording_arguments(parser, "file")
    parser.add_argument("--json", action="store_true", help="everything on standard output as JSON")


def main(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status."""
    recording = read_recording(args, "file")
    report = {
        "file": Path(args.file).name,
        "format": recording.source,
        "rate": recording.rate,
        "seconds": round(recording.duration, 3),
        "synthetic": recording.synthetic,
        "age": recording.patient.age,
        "sex": recording.patient.sex,
        "lead_law_residual_uv": round(lead_law_residual(recording.signal) * 1000, 3),
        "history": list(recording.history),
        "device": recording.device,
        "measurements": measure(recording).as_dict(),
        "criteria_met": criteria_met(recording),
    }
    if args.json:
        print_json(report)
    else:
        _print_text(report)
    return 0


def criteria_met(recording: Recording) -> list[str]:
    """The conditions whose every criterion the recording meets. A measurement, not a diagnosis."""
    met = []
    for condition in load_vocabulary():
        verdicts = [
            verdict
            for verdict in judge(
                recording, (condition.name,), age=recording.patient.age, sex=recording.patient.sex
            )
            if verdict.met is not None
        ]
        if verdicts and all(verdict.met for verdict in verdicts):
            met.append(condition.name)
    return met


def _print_text(report: dict) -> None:
    measurements = report.pop("measurements")
    for name, value in report.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {text_of(item)}" for key, item in value.items()) or None
        elif isinstance(value, list):
            value = "; ".join(value) or None
        print(f"{name:<22} {text_of(value)}")
    for name, value in measurements.items():
        if isinstance(value, dict):
            value = "  ".join(f"{lead} {text_of(item)}" for lead, item in value.items())
        elif isinstance(value, list):
            value = f"{len(value)} ({', '.join(sorted({beat['kind'] for beat in value}))})"
        print(f"{name:<22} {text_of(value)}")
