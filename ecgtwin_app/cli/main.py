"""The command `ecgtwin`: which command runs, and what its end means to a script.

Exit status: 0 done, 1 a twin misses what was asked (it is still written), 2 bad input or usage (one
sentence on standard error), 130 cancelled.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import sys
from importlib import import_module

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.inference import prefer

DONE, MISSED, BAD_INPUT, CANCELLED = 0, 1, 2, 130

#: Command: (module with `add_arguments` and `main`, what it does). Imported only when used, because
#: some of them bring torch.
COMMANDS = {
    "generate": ("ecgtwin_app.cli.generate", "make twins of a recording under another condition"),
    "cohort": ("ecgtwin_app.cli.cohort", "make twins of many recordings under many conditions"),
    "attribute": ("ecgtwin_app.cli.attribute", "make a twin and the heat map of what the condition changed"),
    "impute": ("ecgtwin_app.cli.impute", "fill in leads or spans that are bad or missing"),
    "continue": ("ecgtwin_app.cli.continue_", "let a recording go on by some seconds"),
    "measure": ("ecgtwin_app.cli.measure", "measure a recording and list the criteria it meets"),
    "recognise": ("ecgtwin_app.cli.recognise", "say what a recording shows, and what speaks for it"),
    "convert": ("ecgtwin_app.cli.convert", "convert a recording to another format"),
    "conditions": ("ecgtwin_app.cli.conditions", "list the conditions"),
    "benchmark": ("ecgtwin_app.cli.benchmark", "measure how long a twin takes"),
    "export-onnx": ("ecgtwin_app.training.export", "write the trained networks as ONNX files"),
    "train": ("ecgtwin_app.training.main", "train the model"),
    "train sssd": ("ecgtwin_app.training.new_patients", "train the generator of new patients"),
    "train diffecg": ("ecgtwin_app.training.repairs", "train the generator that fills in and goes on"),
    "evaluate compare": (
        "ecgtwin_app.evaluation.compare",
        "put all generators side by side on one page: the same references and requests, with the referee",
    ),
    "evaluate": ("ecgtwin_app.evaluation.main", "measure the model on recordings it has not seen"),
}
_WINDOW = "ecgtwin_app.cli.window"


class UsageError(Exception):
    """The command line itself is wrong. One sentence for the user."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, without the usage above them."""

    def error(self, message):
        raise UsageError(f"{message[:1].upper()}{message[1:].rstrip('.')}; see {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Without the program's name; those of the process unless given.

    Returns
    -------
    int
        The exit status.
    """
    _prepare_process()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except (EcgError, UsageError) as error:
        print(f"ecgtwin: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("ecgtwin: Cancelled.", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        # The reader of our output has gone (`ecgtwin conditions | head`). What is still buffered has
        # nowhere to go, and writing it at exit would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(arguments: list[str]) -> int:
    name = next((words for words in (" ".join(arguments[:2]), *arguments[:1]) if words in COMMANDS), None)
    module_name, description = COMMANDS[name] if name else (_WINDOW, "Open the window, or run a command.")
    module = _load(module_name)
    parser = _Parser(
        prog=f"ecgtwin {name}" if name else "ecgtwin",
        description=f"{description[0].upper()}{description[1:].rstrip('.')}.",
        epilog=None if name else _command_list(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if not name:
        parser.add_argument("--version", action="version", version=f"ECGTwin Desktop {__version__}")
    module.add_arguments(parser)
    args = parser.parse_args(arguments[len(name.split()) :] if name else arguments)
    if hasattr(args, "backend"):
        prefer(args.backend)  # before the recogniser is asked, which comes before the engine
    return module.main(args)


def _load(module_name: str):
    """The module of a command. What trains and evaluates does not travel in the packaged application."""
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        if not getattr(sys, "frozen", False):
            raise
        raise EcgError(
            "The packaged application was made without {module}, which this needs; install ECGTwin Desktop "
            "as a Python package instead.",
            module=error.name or module_name,
        ) from error


def _command_list() -> str:
    lines = [f"  {name:<12} {description}" for name, (_, description) in COMMANDS.items()]
    return "\n".join(
        ["commands (each has its own --help):", *lines, "", "Education and research only; not for diagnosis."]
    )


def _prepare_process() -> None:
    """What must be settled before torch or Qt is imported."""
    # Idle OpenMP threads that spin starve the window of a small machine (ten times slower sampling).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("MPLBACKEND", "Agg")
    # A closed terminal ends a job as Ctrl+C does, so that finished twins are still written.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    logging.getLogger("ecgtwin_app").addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a character such as "≥" shows a question mark instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
