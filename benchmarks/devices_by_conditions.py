"""Twins of real device files under every condition, at the heart rate kept and at three that are asked.

    python benchmarks/devices_by_conditions.py LINES.jsonl [--conditions NAME ...] [--rates keep 60 90 130]
        [--part 1/2] [--files NAME ...]
    python benchmarks/devices_by_conditions.py LINES.jsonl ... --table

One JSON line a case (file, condition, rate) is appended to LINES.jsonl as soon as it is made, and a case that has its
line is not made again: a run that was stopped goes on where it was. `--part 1/2` and `--part 2/2` share the cases
between two processes, which need files of their own. `--table` prints the table of all the lines (docs/devices.md) and makes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from real_records import FOLDER

from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.formats.registry import read_ecg

KEEP = "keep"
RATES = (KEEP, "60", "90", "130")
#: A strip with a lead whose range stays below this (mV) is empty.
EMPTY = 0.02


def device_files(folder: Path) -> dict[str, Recording]:
    """Ten seconds of each file a twin can be made of, by file name; a signal found twice is taken once."""
    found, seen = {}, set()
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        try:
            strip = ten_seconds(read_ecg(path))
            measure(strip)
        except EcgError:
            continue
        if strip.digest() not in seen:
            seen.add(strip.digest())
            found[path.name] = strip
    return found


def case_key(file: str, condition: str, rate: str) -> str:
    """What no other case has."""
    return f"{file}/{condition}/{rate}"


def made(
    engine: TwinEngine, reference: Recording, condition: str, rate: str, key: str, signals: Path | None
) -> dict:
    """One twin, first draw, and all that is recorded of it; its strip goes into the folder, if there is one."""
    request = TwinRequest(
        (condition,), None if rate == KEEP else float(rate), seed=zlib.crc32(key.encode()) % 2**31
    )
    began = time.perf_counter()
    try:
        (twin,) = engine.generate(reference, request)
    except EcgError as error:
        return {"refused": str(error)}
    except Exception as error:  # noqa: BLE001  what a user must never see is what is looked for
        return {"error": f"{type(error).__name__}: {error}"}
    signal = twin.recording.signal
    if signals is not None:
        signals.mkdir(parents=True, exist_ok=True)
        eight = np.round(1000 * independent_leads(signal)).astype(np.int16)
        np.savez_compressed(signals / f"{key.replace('/', '~')}.npz", microvolts=eight)
    measured = twin.measurements
    return {
        "met": twin.met,
        "missed": [
            {"name": line.name, "asked": line.asked, "reference": line.reference, "got": line.got}
            for line in twin.asked_got
            # What could not be judged, a rate that is not to be trusted for one, is no more met than missed.
            if line.met is False or (line.met is None and line.asked and line.got is None)
        ],
        "empty": bool(np.ptp(signal, axis=1).min() < EMPTY or not np.isfinite(signal).all()),
        "taken": twin.recording.provenance["rate_asked"],
        "said": twin.recording.provenance.get("rate_reason", ""),
        "got": measured["heart_rate"],
        "qrs": measured["qrs"],
        "range": {lead: round(float(np.ptp(row)), 3) for lead, row in zip(LEADS, signal, strict=True)},
        "s_v2": measured["s_amplitude"]["V2"],
        "identity": round(twin.identity_similarity, 3),
        "seconds": round(time.perf_counter() - began, 2),
    }


def lines_of(paths: list[Path]) -> dict[str, dict]:
    """Every case that was made, by its key; a line cut by a stop is left out."""
    found = {}
    for path in paths:
        for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            try:
                case = json.loads(text)
            except json.JSONDecodeError:
                continue
            found[case_key(case["file"], case["condition"], case["rate"])] = case
    return found


def run(args: argparse.Namespace) -> None:
    """Make what has no line yet."""
    part, parts = (int(text) for text in args.part.split("/"))
    names = [find_condition(text).name for text in args.conditions or ()]
    names = names or [condition.name for condition in load_vocabulary()]
    files = device_files(args.folder)
    files = {name: strip for name, strip in files.items() if not args.files or name in args.files}
    done, engine = lines_of(args.lines), TwinEngine.load(args.weights)
    cases = [(file, condition, rate) for rate in args.rates for condition in names for file in files]
    with args.lines[0].open("a", encoding="utf-8") as out:
        for number, (file, condition, rate) in enumerate(cases):
            key = case_key(file, condition, rate)
            if number % parts != part - 1 or key in done:
                continue
            case = {"file": file, "condition": condition, "rate": rate}
            case |= made(engine, files[file], condition, rate, key, args.signals)
            out.write(json.dumps(case, ensure_ascii=False) + "\n")
            out.flush()
            verdict = case.get("refused") or case.get("error") or ("met" if case["met"] else case["missed"])
            print(key, verdict, file=sys.stderr, flush=True)


def table(cases: dict[str, dict]) -> str:
    """The page: condition by rate, met of n, the worst first, what they missed, and what was refused."""
    by_condition: dict[str, dict[str, list[dict]]] = {}
    for case in cases.values():
        by_condition.setdefault(case["condition"], {}).setdefault(case["rate"], []).append(case)

    def share(rates):
        drawn = [case for some in rates.values() for case in some if "met" in case]
        return sum(case["met"] for case in drawn) / max(len(drawn), 1)

    rows = []
    for name, rates in sorted(by_condition.items(), key=lambda item: (share(item[1]), item[0])):
        cells = [cell(rates.get(rate, [])) for rate in RATES]
        missed = Counter(
            line["name"] for some in rates.values() for case in some for line in case.get("missed", ())
        )
        words = ", ".join(f"{line} ({count})" for line, count in missed.most_common(3)) or "–"
        rows.append(f"| {name} | {' | '.join(cells)} | {words} |")
    return "\n".join(
        [
            "| condition | rate kept | 60/min | 90/min | 130/min | most missed |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def cell(cases: list[dict]) -> str:
    """ "11 of 12", with what went wrong; "refused" where no heart of the condition beats so."""
    drawn = [case for case in cases if "met" in case]
    refused = sum("refused" in case for case in cases)
    errors, empty = sum("error" in case for case in cases), sum(case.get("empty", False) for case in cases)
    words = [f"{sum(case['met'] for case in drawn)} of {len(drawn)}"] if drawn else []
    words += [f"{refused} refused" if drawn else "refused"] if refused else []
    words += [f"{errors} errors"] if errors else []
    words += [f"{empty} empty"] if empty else []
    return ", ".join(words) or "–"


def main() -> None:
    """Make the cases, or the table of those that are made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lines", type=Path, nargs="+", help="JSON lines; the first is written to")
    parser.add_argument("--folder", type=Path, default=FOLDER / "import_formats")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--conditions", nargs="+", metavar="NAME")
    parser.add_argument("--files", nargs="+", metavar="NAME")
    parser.add_argument("--rates", nargs="+", choices=RATES, default=RATES)
    parser.add_argument("--part", default="1/1", metavar="I/N")
    parser.add_argument("--signals", type=Path, help="also keep the strips here, whole microvolts (NPZ)")
    parser.add_argument("--table", action="store_true", help="print the table of all lines")
    args = parser.parse_args()
    if args.table:
        print(table(lines_of(args.lines)))
    else:
        run(args)


if __name__ == "__main__":
    main()
