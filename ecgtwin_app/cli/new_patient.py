"""`ecgtwin generate --new-patient`: ECGs of patients that do not exist, from statements, age, sex and heart rate."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.new_patients import OF_NOBODY
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.engine.unlike import UNLIKE
from ecgtwin_app.generators.catalogue import USUAL

#: What is read from a recording that a new patient has none of, by the argument's name.
_OF_A_RECORDING = ("start", "seconds", "rate", "unit", "lead_order", "separator", "decimal", "also")


def add_arguments(parser: argparse.ArgumentParser, reference: argparse.Action) -> None:
    """Options of new patients, who need no `reference` although the command does."""

    class NeedsNoReference(argparse.Action):
        def __call__(self, parser, namespace, values, option_string=None):
            setattr(namespace, self.dest, True)
            reference.required = False

    nobody = parser.add_argument_group("patients that do not exist")
    nobody.add_argument(
        "--new-patient",
        action=NeedsNoReference,
        nargs=0,
        default=False,
        help=f"no REF: an ECG of nobody; drawn by {' or '.join(OF_NOBODY)}",
    )
    nobody.add_argument(
        "--unlike",
        action="store_true",
        help="with --new-patient and --samples: at spread ages and both sexes where these are left out, and each unlike"
        f" the others (typical beats differ by at least {UNLIKE:g})",
    )


def check_arguments(args: argparse.Namespace) -> None:
    """Refuse what has no place beside a new patient, and what is for new patients only.

    Raises
    ------
    EcgError
    """
    if not args.new_patient:
        if args.unlike:
            raise EcgError("--unlike is for --new-patient; leave it out, or add that.")
        return
    if args.ref is not None:
        raise EcgError(
            "A new patient has no reference; leave out either {file} or --new-patient.", file=args.ref
        )
    for name in _OF_A_RECORDING:
        if getattr(args, name) not in (None, []):
            raise EcgError(
                "--{flag} says how a recording is read, and a new patient has none; leave it out.",
                flag=name.replace("_", "-"),
            )
    if args.generator not in OF_NOBODY:
        if args.generator != USUAL:
            raise EcgError(
                "The generator '{generator}' makes twins of a reference and no new patients; choose {known}.",
                generator=args.generator,
                known=" or ".join(OF_NOBODY),
            )
        args.generator = next(iter(OF_NOBODY))


def patients(engine, request: TwinRequest, unlike: bool) -> Iterator[Progress | Twin]:
    """What is drawn."""
    return engine.iter_unlike(request) if unlike else engine.iter_new_patients(request)


def too_alike(count: int, request: TwinRequest) -> str:
    """One sentence where fewer patients than were asked for are unlike each other."""
    if count >= request.samples:
        return ""
    return (
        f"{request.samples - count} of {request.samples} new patients are left out, for every draw was too like another"
        " or showed no beat; ask for fewer, or for another seed."
    )
