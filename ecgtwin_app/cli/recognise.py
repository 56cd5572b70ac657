"""`ecgtwin recognise`: what a recording shows, who says so and what speaks for it. No diagnosis."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_recording
from ecgtwin_app.cli.output import print_json
from ecgtwin_app.engine.recognised import shown_by
from ecgtwin_app.engine.wanted import Dropped, Wanted
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


def wanted_lines(what: Wanted) -> list[str]:
    """What becomes of what a reference shows, in a line; and what was named although it does not show it."""
    parts = [f"The reference shows: {_listed(what.shows)}", f"kept: {_listed(what.kept)}"]
    if what.ruled_out:
        parts.append(f"removed: {_listed(what.ruled_out)}")
    if what.dropped:
        parts.append("not kept: " + ", ".join(_with_reason(one) for one in what.dropped))
    lines = ["; ".join(parts)]
    for name in (*what.unshown_without, *what.unshown_keep):
        lines.append(f"The reference does not show {name}.")
    return lines


def _with_reason(dropped: Dropped) -> str:
    return f"{dropped.name} because {dropped.because}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"
