"""One twin of the example ECG under every condition, drawn; the only recordings that the page shows.

The example ships with pydicom. Real recordings of the data folder never enter the page.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.report.svg import ecg
from ecgtwin_app.evaluation.runs.draws import AND, rate_range
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


def gallery(engine: TwinEngine, names: list[str], work: Path, seed: int) -> dict[str, str]:
    """Name to HTML: the reference first, then each condition; what was drawn before is kept in `work`."""
    reference = read_ecg(example_path())
    found = {"reference": ecg(ten_seconds(reference), "The reference")}
    work.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = work / f"{seed}_{zlib.crc32(name.encode()):08x}.html"
        if not path.exists():
            path.write_text(_drawn(engine, reference, name, seed), encoding="utf-8")
        found[name] = path.read_text(encoding="utf-8")
    return found


def _drawn(engine, reference, name, seed) -> str:
    low, high = rate_range(tuple(name.split(AND)))
    rate = float(round(min(max(75.0, low), high)))
    try:
        (twin,) = engine.generate(reference, TwinRequest(tuple(name.split(AND)), rate, seed=seed))
    except EcgError as error:
        return f"<p class='missed'>Not measurable: {error}</p>"
    missed = ", ".join(line.name for line in twin.asked_got if line.met is False)
    verdict = f"<p class='missed'>Missed: {missed}.</p>" if missed else "<p class='met'>All criteria met.</p>"
    return ecg(twin.recording, f"Synthetic: {name}, {rate:g}/min") + verdict
