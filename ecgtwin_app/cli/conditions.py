"""`ecgtwin conditions`: the vocabulary, with what was measured of it."""

from __future__ import annotations

import argparse

from ecgtwin_app.cli.output import print_json
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import load_vocabulary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin conditions`."""
    parser.add_argument("--json", action="store_true", help="a list of objects on standard output")


def main(args: argparse.Namespace) -> int:
    """Print the table; returns the exit status."""
    conditions = load_vocabulary()
    if args.json:
        print_json([_as_dict(condition) for condition in conditions])
        return 0
    width = max(len(condition.name) for condition in conditions)
    for condition in conditions:
        rate = "not measured" if condition.pass_rate is None else f"met {100 * condition.pass_rate:.0f} %"
        print(
            f"{condition.name:<{width}}  {condition.status:<12}  {rate:<12}  {', '.join(condition.synonyms)}"
        )
    return 0


def _as_dict(condition: Condition) -> dict:
    return {
        "name": condition.name,
        "group": condition.group,
        "synonyms": list(condition.synonyms),
        "codes": condition.codes,
        "status": condition.status,
        "pass_rate": condition.pass_rate,
        "rate_range": list(condition.rate_range),
        "rate_limits": None if condition.rate_limits is None else list(condition.rate_limits),
        "criteria": condition.criteria,
        "source": condition.source,
        "teaching": condition.teaching,
    }
