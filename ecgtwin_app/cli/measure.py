"""`ecgtwin measure`: the measurement matrix of a recording and the criteria it meets, or two compared."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_file, read_recording
from ecgtwin_app.cli.output import print_json, text_of
from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.leads import lead_law_residual
from ecgtwin_app.ecg.measure import measure
from ecgtwin_app.ecg.recording import LEADS, Recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin measure`."""
    add_recording_arguments(parser, "file")
    parser.add_argument("other", metavar="OTHER", nargs="?", type=Path, help="a second ECG: how it differs")
    parser.add_argument("--json", action="store_true", help="everything on standard output as JSON")


def main(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status."""
    report = _report(Path(args.file).name, read_recording(args, "file"))
    if args.other is None:
        print_json(report) if args.json else _print_text(report)
        return 0
    other = _report(args.other.name, read_file(args, args.other))
    difference = differences(report["measurements"], other["measurements"])
    if args.json:
        print_json({"first": report, "second": other, "difference": difference})
    else:
        _print_comparison(report, other, difference)
    return 0


def differences(first: dict, second: dict) -> dict:
    """Second less first, for every number that both have; axes the short way round.

    Parameters
    ----------
    first, second : dict
        Measurements as `Measurements.as_dict` gives them.
    """
    found = {}
    for name, value in first.items():
        other = second.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            found[name] = differences(value, other)
        elif _is_number(value) and _is_number(other):
            difference = other - value
            found[name] = (difference + 180) % 360 - 180 if name.endswith("axis") else difference
    return found


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _report(name: str, recording: Recording) -> dict:
    """All that is printed of one recording."""
    measurements = measure(recording).as_dict()
    residual = lead_law_residual(recording.signal) * 1000 if recording.leads == LEADS else None
    return {
        "file": name,
        "format": recording.source,
        "rate": recording.rate,
        "seconds": round(recording.duration, 3),
        "synthetic": recording.synthetic,
        "age": recording.patient.age,
        "sex": recording.patient.sex,
        "lead_law_residual_uv": None if residual is None else round(residual, 3),
        "history": list(recording.history),
        "device": recording.device,
        "measurements": measurements,
        "criteria_met": criteria_met(recording),
    }


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


def _print_comparison(first: dict, second: dict, difference: dict) -> None:
    """A line a measurement: first, second, and how much more the second is."""
    print(f"{'':<22} {first['file'][:20]:>20} {second['file'][:20]:>20} {'difference':>12}")
    for name, value in difference.items():
        if isinstance(value, dict):
            shown = "  ".join(f"{lead} {item:+.3g}" for lead, item in value.items())
            print(f"{name:<22} {shown}")
        else:
            one, two = first["measurements"][name], second["measurements"][name]
            print(f"{name:<22} {text_of(one):>20} {text_of(two):>20} {value:>+12.4g}")
    for report in (first, second):
        print(f"{report['file'][:40]} meets: {', '.join(report['criteria_met']) or '–'}")
