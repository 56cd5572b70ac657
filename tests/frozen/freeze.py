"""Record twins, heat maps and the command line anew, or the bytes of a further machine.

    python tests/frozen/freeze.py                      refuses, and says what it would do
    python tests/frozen/freeze.py --this-machine       adds the bytes of this machine, if its twins are those recorded
    python tests/frozen/freeze.py --they-may-change    writes all of it anew: every twin that anybody has made before
                                                       can then not be made again by this version

The session, the course and the weights' manifest are of the version that wrote them and are never written again.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

from frozen_commands import DOCUMENTS, OPTIONS, documents, option_tables
from frozen_twins import (
    COARSE,
    HASHES,
    coarse,
    example_ecg,
    fingerprint,
    make_map,
    make_twin,
    maps,
    one_thread,
    requests,
    same,
    sha256,
)

from ecgtwin_app import TwinEngine

ANEW, MACHINE = "--they-may-change", "--this-machine"


def main(arguments: list[str]) -> int:
    """Write the records that the flag allows; returns the exit status."""
    if arguments not in ([ANEW], [MACHINE]):
        print(__doc__, file=sys.stderr)
        return 2
    anew = arguments == [ANEW]
    signals = _signals()
    if not anew and (other := _other_than_recorded(signals)):
        print(f"Other than recorded, so nothing is written: {', '.join(other)}.", file=sys.stderr)
        return 1
    machine = {"fingerprint": fingerprint(), "sha256": {k: sha256(v) for k, v in signals.items()}}
    known = [] if anew else json.loads(HASHES.read_text(encoding="utf-8"))["machines"]
    kept = [one for one in known if one["fingerprint"] != machine["fingerprint"]]
    _write(HASHES, {"machines": [*kept, machine]})
    if anew:
        np.savez_compressed(COARSE, **{name: coarse(signal) for name, signal in signals.items()})
        _write(OPTIONS, option_tables())
        _write(DOCUMENTS, documents())
    print(f"{len(signals)} signals recorded for {machine['fingerprint']}.", file=sys.stderr)
    return 0


def _signals() -> dict[str, np.ndarray]:
    engine, reference = TwinEngine.load(device="cpu"), example_ecg()
    with one_thread():
        signals = {name: make_twin(engine, reference, name) for name in requests()}
        for name in maps():
            with tempfile.TemporaryDirectory() as folder:
                signals[f"map: {name}"] = make_map(name, Path(folder))
    return signals


def _other_than_recorded(signals) -> list[str]:
    with np.load(COARSE) as archive:
        copies = dict(archive)
    other = []
    for name, signal in signals.items():
        try:
            same(name, signal, None, copies)
        except AssertionError:
            other.append(name)
    return other


def _write(path: Path, document: dict) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
