"""Mutated files of every format: each must be read, or refused in one sentence.

Run: python benchmarks/fuzz.py 10000 [--seed 1]
Starts from the real files beside the source tree where there are any, and from files this program writes.
Counts crashes, hangs (over 5 s of processor time), memory (over 1 GB), and any other error than `EcgError`; exits 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
import format_files  # writers of the formats that the program only reads

REAL_FILES = Path(__file__).resolve().parents[2] / "shared" / "data" / "import_formats"
#: Of the processor's time, which a busy machine does not stretch; and of the clock's, for what waits for ever.
LONGEST_S, LONGEST_WAIT_S = 5.0, 120.0
MOST_MEMORY = 1_000_000_000
#: What tables and arrays do not state.
OPTIONS = {"rate": 500.0, "unit": "uV", "lead_order": LEADS}
_NEED_OPTIONS = (".txt", ".npy", ".mat")
#: Numbers at which parsers break: none, signs, limits of the integer types.
_NUMBERS = (b"0", b"-1", b"1e308", b"nan", b"99999999999", b"4294967296", b"2147483647", b"", b"1/0")


@dataclass(frozen=True)
class Case:
    """Files that are opened together: the one that is opened, and the one that is mutated."""

    opened: str
    mutated: str
    files: dict[str, bytes]

    def options(self) -> dict:
        """The options it is opened with."""
        alone = len(self.files) == 1
        return OPTIONS if alone and Path(self.opened).suffix in _NEED_OPTIONS else {}


def cases(folder: Path) -> list[Case]:
    """The files to start from; those that are written are written to `folder`."""
    _write_cases(folder)
    found = []
    for path in sorted([*folder.iterdir(), *(REAL_FILES.rglob("*.*") if REAL_FILES.is_dir() else [])]):
        stem = path.name.split(".")[0].rstrip("0123456789_") if path.is_relative_to(folder) else path.stem
        wfdb = path.suffix in (".hea", ".dat", ".flac") or path.with_suffix(".hea").is_file()
        together = [p for p in path.parent.iterdir() if p.name.startswith(stem)] if wfdb else [path]
        files = {p.name: p.read_bytes() for p in together}
        opened = min((n for n in files if n.endswith(".hea")), key=len) if wfdb else path.name
        found.append(Case(opened, path.name, files))
    return found


def _write_cases(folder: Path) -> None:
    """Small files of every format that is written here, and WFDB records of the rarer kinds."""
    import wfdb
    from scipy.io import savemat

    whole = read_ecg(example_path())
    recording = Recording(whole.signal[:, :2000], 1000.0, patient=whole.patient, device=whole.device)
    for name, suffix in [(name, writer.suffix) for name, writer in writers().items()]:
        write_ecg(recording, folder / f"written{name}{suffix}", keep_identity=True)
    signal = recording.signal.T.astype(float)
    for sample_format, name in (("212", "packed"), ("516", "flac"), ("24", "wide")):
        wfdb.wrsamp(
            name, 1000, ["mV"] * 12, list(LEADS), np.clip(signal, -0.4, 0.4), fmt=[sample_format] * 12,
            adc_gain=[500.0] * 12, baseline=[0] * 12, write_dir=str(folder),
        )  # fmt: skip
    for number in (1, 2):
        write_ecg(recording, folder / f"chain_{number}.hea")
    (folder / "chain.hea").write_text("chain/2 12 1000 4000\nchain_1 2000\nchain_2 2000\n")
    steps = np.rint(signal.T * 1000).astype("<i2")
    np.save(folder / "plain.npy", steps)
    savemat(folder / "five.mat", {"val": steps, "fs": 1000.0, "units": "uV"}, do_compression=True)
    savemat(folder / "plainfive.mat", {"val": steps, "leads": np.array(LEADS, dtype=object)})
    savemat(folder / "four.mat", {"val": steps.astype(float)}, format="4")
    _write_what_is_only_read(folder, steps[:, :1000].astype(np.int16))


def _write_what_is_only_read(folder: Path, steps: np.ndarray) -> None:
    """Holter, laboratory and phone formats, and tables of every layout."""
    signals = [(f"ECG {lead}", "uV", 32767.0, row) for lead, row in zip(LEADS, steps, strict=True)]
    times = b"".join(f"+{at}\x14\x14".encode().ljust(24, b"\0") for at in (0, 1, 5, 6, 9))
    notes = np.frombuffer(times, np.uint8)
    step, volts = steps[0], steps[0] / 1000
    columns = ["nSeq", "DI", "CH1"]
    rows = [(k, 0, 512 + int(v) // 8) for k, v in enumerate(step)]
    kardia = {
        "data": {"raw": {"frequency": 300, "amplitudeResolution": 500, "samples": {"leadI": step.tolist()}}}
    }
    watch = "Name,A\nSample Rate,512 Hertz\n\nLead,Lead I\nUnit,µV\n\n"
    times_of = [f"{k / 500:.3f}" for k in range(step.size)]
    stamps = [f"2020-01-01 10:00:{k // 250:02d}.{k % 250 * 4:03d}" for k in range(step.size)]
    files = {
        "gaps.edf": format_files.edf([*signals, ("EDF Annotations", "", 1.0, notes)], records=5, plus="EDF+D"),
        "gaps.bdf": format_files.edf([*signals, ("BDF Annotations", "", 1.0, notes)], records=5, plus="BDF+D", sample=3),
        "holter.ecg": format_files.ishne(steps),
        "one.gdf": format_files.gdf("1.25", steps, records=5),
        "two.gdf": format_files.gdf("2.20", steps, records=5, kind=16),
        "phone.atc": format_files.atc(3),
        "service.json": json.dumps(kardia),
        "kit.osd": format_files.opensignals(columns, rows, ["ECG"], ["CH1"], [10]),
        "mortara.xml": format_files.mortara(steps),
        "schiller.xml": format_files.schiller(steps),
        "watch.csv": watch + "".join(f"{v:.3f}\n" for v in step),
        "decimals.csv": watch.replace(".", ",") + "".join(f"{v:.3f}\n".replace(".", ",") for v in step),
        "seconds.csv": "'Elapsed time','i'\n'seconds','mV'\n" + "".join(f"{t},{v}\n" for t, v in zip(times_of, volts, strict=True)),
        "stamps.csv": "Date Time;I (mV);note\n" + "".join(f"{t};{v};\n" for t, v in zip(stamps, volts, strict=True)),
        "turned.csv": "# rate: 500 Hz\n# unit: uV\n" + "".join(f"{n}," + ",".join(map(str, r)) + "\n" for n, r in zip(LEADS, steps, strict=True)),
        "utf16.csv": ("# rate: 500 Hz\n# unit: uV\nI\tII\n" + "".join(f"{a}\t{b}\n" for a, b in steps[:2].T)).encode("utf-16"),
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """One to four random changes."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        if len(changed) < 4:
            break
        # Headers decide what is done with the rest, so half of the changes are near the beginning.
        reach = len(changed) if rng.random() < 0.5 else min(len(changed), 1024)
        at, length = int(rng.integers(reach)), int(rng.integers(1, 64))
        match int(rng.integers(8)):
            case 0:
                changed[at] ^= 1 << int(rng.integers(8))
            case 1:
                changed[at : at + 4] = rng.bytes(4)
            case 2:
                del changed[at:]
            case 3:
                del changed[at : at + length]
            case 4:
                changed[at:at] = changed[at : at + length] * int(rng.integers(1, 4))
            case 5:
                changed[at : at + 4] = [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f"][
                    rng.integers(3)
                ]
            case 6:
                found = re.search(rb"\d+", bytes(changed[at : at + 400]))
                if found:
                    start, end = at + found.start(), at + found.end()
                    changed[start:end] = _NUMBERS[int(rng.integers(len(_NUMBERS)))]
            case 7:
                other = int(rng.integers(len(changed)))
                changed[at : at + length] = changed[other : other + length]
    return bytes(changed)


def outcome(case: Case, data: bytes, folder: Path) -> str:
    """ "read" or "refused"; any other error than `EcgError` is let through.

    Raises
    ------
    AssertionError
        A recording is none, or a refusal is no sentence.
    """
    for name, content in case.files.items():
        (folder / name).write_bytes(data if name == case.mutated else content)
    try:
        file = open_ecg(folder / case.opened, **case.options())
        # Of an interrupted file the first stretch; of any other all.
        begin, end = file.stretches()[0] if file.gaps else (0.0, None)
        recording = file.recording(begin, end and end - begin)
    except EcgError as error:
        message = str(error)
        assert message.endswith(".") and "\n" not in message and len(message) < 500, message
        return "refused"
    assert recording.leads and recording.signal.shape[0] == len(recording.leads)
    assert np.isfinite(recording.signal).all()
    return "read"


def mutations(found: list[Case], count: int, seed: int) -> Iterator[tuple[Case, bytes]]:
    """`count` mutated files, the cases in turn; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        case = found[k % len(found)]
        yield case, mutate(case.files[case.mutated], rng)


def _worker(pipe) -> None:
    """Open what comes through the pipe, and answer with the outcome and the peak of memory."""
    resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000))
    folder = Path(tempfile.mkdtemp())
    try:
        while (job := pipe.recv()) is not None:
            signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
            try:
                answer = outcome(*job, folder)
            except Exception as error:  # noqa: BLE001  whatever comes is what is looked for
                answer = f"{type(error).__name__}: {str(error)[:200]}"
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send((answer, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Runner:
    """A worker process that is replaced when it hangs, dies or has taken too much."""

    def __init__(self):
        self._process = None

    def run(self, case: Case, data: bytes) -> str:
        """ "read", "refused", or what went wrong."""
        if self._process is None or not self._process.is_alive():
            self._pipe, other = multiprocessing.Pipe()
            self._process = multiprocessing.Process(target=_worker, args=(other,), daemon=True)
            self._process.start()
            other.close()
        self._pipe.send((case, data))
        if not self._pipe.poll(LONGEST_WAIT_S):
            self.stop()
            return f"hang of more than {LONGEST_WAIT_S:g} s"
        try:
            answer, memory = self._pipe.recv()
        except EOFError:
            self._process.join()
            if self._process.exitcode == -signal.SIGPROF:
                return f"hang of more than {LONGEST_S:g} s"
            return f"crash, exit code {self._process.exitcode}"
        if memory > MOST_MEMORY:
            self.stop()
            return f"{memory / 1e6:,.0f} MB of memory"
        return answer

    def stop(self) -> None:
        """End the worker."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def main() -> int:
    """Run and print the counts; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder for the files that went wrong")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = cases(Path(folder))
    counts: dict[str, Counter] = {}
    wrong, slowest, runner = [], 0.0, Runner()
    read_ecg(example_path())  # imports done before the workers start
    for number, (case, data) in enumerate(mutations(found, args.count, args.seed)):
        begun = time.perf_counter()
        answer = runner.run(case, data)
        slowest = max(slowest, time.perf_counter() - begun)
        counts.setdefault(case.mutated, Counter())[answer if answer in ("read", "refused") else "wrong"] += 1
        if answer not in ("read", "refused"):
            wrong.append(f"{number} {case.mutated}: {answer}")
            print(wrong[-1], flush=True)
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{number}_{case.mutated}").write_bytes(data)
    runner.stop()
    for name, count in counts.items():
        print(f"{name:<24} read {count['read']:5d}  refused {count['refused']:5d}  wrong {count['wrong']:3d}")
    print(f"{args.count} files, {len(wrong)} wrong, slowest {slowest:.2f} s (seed {args.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
