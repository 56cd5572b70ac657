"""`ecgtwin [FILE]`: the window; on a Linux machine without a display, the same job without one."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ecgtwin_app.conditions.vocabulary import EXAMPLE
from ecgtwin_app.ecg.signal.recording import EcgError

#: Where the job without a display writes to.
HEADLESS_FOLDER = "ecgtwin-output"
HEADLESS_CONDITION = EXAMPLE
HEADLESS_TWINS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the window."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="ECG to open")
    parser.add_argument("--demo", action="store_true", help="open the example and make a PVC twin at once")
    parser.add_argument(
        "--self-test",
        metavar="FOLDER",
        type=Path,
        help="check this installation: open the window, make a twin and a heat map of the example, write them there",
    )


def main(args: argparse.Namespace) -> int:
    """Open the window; returns the exit status."""
    if args.self_test and (args.file or args.demo):
        raise EcgError("--self-test opens the example ECG; leave out the file and --demo.")
    if args.file and args.demo:
        raise EcgError("--demo opens the example ECG; leave out the file or --demo.")
    if args.file and not Path(args.file).exists() and not Path(args.file + ".hea").exists():
        raise EcgError(
            "There is no file {file}, and no command of this name; see ecgtwin --help.", file=args.file
        )
    if not has_display() and args.self_test:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not has_display():
        return without_display(args.file)
    try:
        from ecgtwin_app.ui.window import start
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error):
            raise
        raise EcgError(
            "The window cannot open because a system library of Qt is missing ({reason}); "
            "on Debian and Ubuntu run .ci/system-libraries as root.",
            reason=error,
        ) from error
    return start.main(args.file, args.demo, args.self_test)


def has_display(environment=os.environ, platform: str = sys.platform) -> bool:
    """Whether a window can open. Windows and macOS always have a display server."""
    if not platform.startswith("linux"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def without_display(file: str | None) -> int:
    """Make PVC twins of the file, or of the example, with a picture of each; returns the exit status."""
    from ecgtwin_app.cli.main import DONE, MISSED
    from ecgtwin_app.cli.main import main as run

    # For the pictures: Qt looks for a display unless told to draw off screen.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print("This machine has no display, so the window cannot open. Its main job without it:", file=sys.stderr)
    status = run([
        "generate", file or "example",
        "--condition", HEADLESS_CONDITION,
        "--samples", str(HEADLESS_TWINS),
        "--picture", "--out", HEADLESS_FOLDER,
    ])  # fmt: skip
    if status in (DONE, MISSED):
        missed = "" if status == DONE else "Not all of them meet what was asked (see above). "
        print(
            f"{HEADLESS_FOLDER}/ holds {HEADLESS_TWINS} twins of {file or 'the example ECG'}, asked to have a "
            f"{HEADLESS_CONDITION}: WFDB, twins.json and a PNG of each over its reference. {missed}\n"
            "For the window, start the same command on a desktop, or over ssh -X.",
            file=sys.stderr,
        )
    return status
