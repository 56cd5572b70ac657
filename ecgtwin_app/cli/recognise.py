"""`ecgtwin recognise`: what a recording shows, who says so and what speaks for it. No diagnosis."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_recording
from ecgtwin_app.cli.output import print_json
from ecgtwin_app.engine.recognised import shown_by
from ecgtwin_app.recognition.shown import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin recognise`."""
    add_recording_arguments(parser, "file")
    parser.add_argument("--json", action="store_true", help="everything on standard output as JSON")


def main(args: argparse.Namespace) -> int:
    """Recognise and print; returns the exit status."""
    recording = read_recording(args, "file")
    shown = shown_by(recording)
    name = Path(args.file).name
    if args.json:
        print_json(
            {
                "file": name,
                "synthetic": recording.synthetic,
                "shows": [_as_dict(finding) for finding in shown.findings],
                "probabilities": {key: round(value, 4) for key, value in shown.probabilities.items()},
            }
        )
        return 0
    print(f"{name} shows: {', '.join(shown.names) or 'nothing that is recognised'}")
    for finding in shown.findings:
        print(f"\n{finding.name} ({', '.join(finding.sources)})")
        for line in (*finding.sentences(), *finding.because):
            print(f"  {line}")
    print("\nA recognition and no diagnosis: education and research only.")
    return 0


def _as_dict(finding: Finding) -> dict:
    return {
        "name": finding.name,
        "probability": None if finding.probability is None else round(finding.probability, 4),
        "meets_criteria": finding.meets,
        "sources": list(finding.sources),
        "because": [str(line) for line in (*finding.sentences(), *finding.because)],
    }
