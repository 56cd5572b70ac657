"""What several commands ask for: a recording, a request, an engine and a folder to write to."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.request_fields import RequestField
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import open_ecg
from ecgtwin_app.generators.catalogue import GENERATORS, USUAL
from ecgtwin_app.inference import BACKENDS, USUAL_BACKEND
from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.whole_files import why

#: Where these are left out, another flag decides: the sampler its usual steps, --no-score the rhythm.
_DECIDED_BY_OTHERS = ("steps", "rhythm")
#: Stands for the example ECG wherever a file can be named.
EXAMPLE = "example"


def add_recording_arguments(
    parser: argparse.ArgumentParser, name: str = "ref", many: bool = False, piece: bool = True
) -> argparse.Action:
    """The file or files, a piece of it, and what a text table may not say of itself; the argument that names the files."""
    one = f'ECG file, or "{EXAMPLE}" for the built-in one'
    files = parser.add_argument(
        name,
        metavar=name.upper(),
        nargs="+" if many else None,
        help="ECG files, or folders of them" if many else one,
    )
    if piece:
        part = parser.add_argument_group("a piece of a long recording")
        part.add_argument("--start", type=float, metavar="S", help="seconds from its beginning")
        part.add_argument("--seconds", type=float, metavar="S", help="how long the piece is")
    table = parser.add_argument_group(
        "tables and arrays (CSV, TSV, NPY, MAT) that do not state it themselves"
    )
    table.add_argument("--rate", type=float, metavar="HZ", help="samples a second")
    table.add_argument("--unit", metavar="UNIT", help="mV, uV, nV or V")
    table.add_argument(
        "--lead-order", metavar="NAMES", help="names of the channels of any file, in order: I,II,III,…"
    )
    table.add_argument("--separator", metavar="SIGN", help="comma, semicolon, tab or space")
    table.add_argument("--decimal", metavar="SIGN", help="decimal sign: . or ,")
    return files


def read_recording(args: argparse.Namespace, name: str = "ref") -> Recording:
    """The recording that `add_recording_arguments` asked for."""
    return open_recording(args, name).recording(args.start or 0.0, args.seconds)


def read_file(args: argparse.Namespace, path: Path) -> Recording:
    """A file, read with the options that `add_recording_arguments` asked for."""
    return open_file(args, path).recording(args.start or 0.0, args.seconds)


def open_recording(args: argparse.Namespace, name: str = "ref") -> EcgFile:
    """The file that `add_recording_arguments` asked for, of any length."""
    text = getattr(args, name)
    return open_file(args, example_path() if text == EXAMPLE and not Path(text).exists() else Path(text))


def open_file(args: argparse.Namespace, path: Path) -> EcgFile:
    """A file of any length, opened with the options that `add_recording_arguments` asked for."""
    return open_ecg(
        path,
        rate=args.rate,
        unit=args.unit,
        lead_order=args.lead_order.split(",") if args.lead_order else None,
        separator=args.separator,
        decimal=args.decimal,
    )


def read_reference(args: argparse.Namespace) -> Recording:
    """The recording of which twins are to be made, if any can be, before any weights are loaded.

    Raises
    ------
    EcgError
        When leads or seconds are missing, or, without --force, when the signal is unusable.
    """
    reference = read_recording(args)
    if doubt := doubt_of(reference, args.force):
        print(f"ecgtwin: mind the signal: {doubt}", file=sys.stderr)
    return reference


def doubt_of(reference: Recording, force: bool) -> str:
    """What to mind in the signal of a reference, "" where nothing.

    Raises
    ------
    EcgError
        When no twin can be made of it; see `read_reference`.
    """
    from ecgtwin_app.ecg.measurement.quality import SOME_LEADS, quality_of
    from ecgtwin_app.ecg.signal.resampling import ten_seconds
    from ecgtwin_app.engine.suitability import needs, unfit

    if reason := needs(reference):
        raise EcgError(reason)
    quality = quality_of(ten_seconds(reference))  # what twins are made of
    reason = unfit(quality)
    if reason and not force:
        raise EcgError("{reason} Choose another recording, or add --force.", reason=reason)
    return quality.why if reason or quality.verdict == SOME_LEADS else ""


def add_request_arguments(parser: argparse.ArgumentParser) -> None:
    """What a twin should be: a flag a field of the request."""
    add_kept_arguments(parser)
    add_field_arguments(parser)
    rhythm, score = FIELDS["rhythm"], FIELDS["score"]
    of_score = parser.add_mutually_exclusive_group()
    of_score.add_argument(score.flag, **_options(score))
    of_score.add_argument(
        "--no-score",
        action="store_true",
        help=argparse.SUPPRESS,  # the older name of --rhythm learned
    )
    parser.add_argument(rhythm.flag, **_options(rhythm))
    add_engine_arguments(parser)


def add_kept_arguments(parser: argparse.ArgumentParser, leave_out: Collection[str] = ()) -> None:
    """Flags for what is asked, and for what becomes of what the reference shows."""
    for record in FIELDS.values():
        if record.name in leave_out or record.kind not in ("conditions", "switch"):
            continue
        if record.kind == "switch":
            parser.add_argument(record.flag, action="store_true", dest=record.name, help=record.flag_help)
        else:
            parser.add_argument(
                record.flag, action="append", dest=record.name, metavar=record.metavar, help=record.flag_help
            )


def add_field_arguments(parser: argparse.ArgumentParser, leave_out: Collection[str] = ("rhythm",)) -> None:
    """A flag for each field that is a number or a choice, and whether an unusable recording is used."""
    parser.add_argument(
        "--force", action="store_true", help="make twins of an unusable recording all the same"
    )
    names = [name for name, record in FIELDS.items() if record.kind in ("number", "whole", "choice")]
    names.insert(names.index("sampler"), names.pop(names.index("steps")))
    for record in (FIELDS[name] for name in names if name not in leave_out):
        parser.add_argument(record.flag, **_options(record))


def _options(record: RequestField) -> dict[str, Any]:
    """What argparse is told of a field."""
    said: dict[str, Any] = {"help": record.flag_help}
    if record.name not in _DECIDED_BY_OTHERS:
        said["default"] = record.default
    if record.kind == "choice":
        values = [value for value in record.values if value is not None]
        # Letters are taken small, too.
        kind = str.upper if all(value.isupper() for value in values) else str
        return said | {"type": kind, "choices": tuple(values)}
    kind = {"number": float, "whole": int, "score": Path}[record.kind]
    return said | {"type": kind, "metavar": record.metavar}


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model it is and where it runs."""
    parser.add_argument("--generator", choices=tuple(GENERATORS), default=USUAL, help="which model draws")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default=USUAL_BACKEND,
        help="what runs the networks: torch, ONNX Runtime, or the faster one here",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help="folder of other weights than those that ship; of the authors' files for 'published'",
    )


def request_from(args: argparse.Namespace, conditions: Sequence[str] | None = None) -> TwinRequest:
    """The request that `add_request_arguments` asked for, checked before the slow part begins.

    Parameters
    ----------
    conditions : sequence of str, optional
        Those to ask for; those of the flag unless given.

    Raises
    ------
    EcgError
    """
    from ecgtwin_app.engine.feasible import check_consistent, check_request

    no_score = getattr(args, "no_score", False)
    if no_score and args.rhythm not in (None, "learned"):
        raise EcgError("--no-score is the same as --rhythm learned; leave one of them out.")
    given = {name: getattr(args, name, None) for name in FIELDS}
    given |= {name: named(given[name]) for name in ("without", "keep", "shows")}
    names = given["conditions"] if conditions is None else conditions
    given |= {"conditions": tuple(names or ()), "score": _score_from(getattr(args, "score", None))}
    if no_score:
        given["rhythm"] = "learned"
    if (
        not given["conditions"]
        and not any(given[name] for name in ("without", "only"))
        and given["keep"] is None
    ):
        raise EcgError("No condition is named; add --condition NAME, or --without NAME to take one away.")
    if args.steps is None:
        given["steps"] = USUAL_STEPS[args.sampler]
    request = TwinRequest(**{name: value for name, value in given.items() if value is not None})
    check_request(request)
    check_consistent(request)
    return request


#: Stands for no condition at all, after --shows and --keep.
NOTHING = "none"


def named(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Conditions after a flag; `NOTHING` for none; None where the flag is left out."""
    if texts is None:
        return None
    if NOTHING in texts:
        if len(texts) > 1:
            raise EcgError("“none” stands alone; leave out either it or the conditions beside it.")
        return ()
    return tuple(condition.name for condition in find_conditions(texts))


#: A score of ten seconds is a few kilobytes.
LARGEST_SCORE = 1_000_000


def _score_from(path: Path | None) -> RhythmScore | None:
    """The score in a file, checked; None where there is no file yet."""
    from ecgtwin_app.heart.rhythm.processes import check_score

    if path is None or not path.exists():
        return None
    try:
        if path.stat().st_size > LARGEST_SCORE:
            raise ValueError("too large")
        score = RhythmScore.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EcgError(
            "{path} is no rhythm score ({reason}); write one with --score and a file name that is not there yet.",
            path=path,
            reason=error,
        ) from None
    return check_score(score)


def load_engine(args: argparse.Namespace):
    """The engine with its weights; `EcgError` when they or the device are not there."""
    from ecgtwin_app.engine.engine import TwinEngine
    from ecgtwin_app.generators.manifest import WeightsError

    try:
        return TwinEngine.load(args.weights, args.device, args.generator, args.backend, shares=True)
    except (WeightsError, FileNotFoundError) as error:
        raise EcgError(str(error)) from error


def output_folder(folder: Path) -> Path:
    """Make the folder before anything is computed for it.

    Raises
    ------
    EcgError
        It is a file, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise EcgError("--out {folder} is a file or lies below one; name a folder.", folder=folder) from None
    except OSError as error:
        raise EcgError(
            "The folder {folder} cannot be made: {reason}; name another one.",
            folder=folder,
            reason=why(error),
        ) from None
    return folder
