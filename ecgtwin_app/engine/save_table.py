"""Measurements and criteria of a reference and its twins as one table: a line a value, for spreadsheets and pandas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeGuard

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.marking import GENERATOR, SYNTHETIC_WORDS_ASCII
from ecgtwin_app.whole_files import why, write_whole

_HEAD = ("recording", "synthetic", "conditions", "kind", "name", "lead", "unit", "asked", "value", "met")
_UNITS = {
    "heart_rate": "1/min", "atrial_rate": "1/min", "rr_mean": "s", "rr_range": "s", "sdnn": "ms", "rmssd": "ms",
    "p_duration": "ms", "pr": "ms", "qrs": "ms", "qt": "ms", "qtc_bazett": "ms", "qtc_fridericia": "ms",
    "qtc_framingham": "ms", "qtc_hodges": "ms", "p_axis": "deg", "qrs_axis": "deg", "t_axis": "deg",
    "sokolow_lyon": "mV", "cornell": "mV", "qrs_peak_to_peak": "mV",
}  # fmt: skip


def write_table(
    path: Path, reference: Recording, measurements: dict, twins: Iterable[tuple[Twin, dict]]
) -> Path:
    """Write the table as CSV, marked where it holds something synthetic.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    reference : Recording
    measurements : dict
        Of the reference, names as `ecg.measurement.measure` gives them.
    twins : iterable of (Twin, dict)
        With their measurements.

    Raises
    ------
    EcgError
        When the file cannot be written.
    """
    twins = list(twins)
    text = io.StringIO()
    if twins or reference.synthetic:
        text.write(f"# SYNTHETIC: yes\n# warning: {SYNTHETIC_WORDS_ASCII}\n")
    text.write(f"# generator: {GENERATOR}\n")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_HEAD)
    said = ("reference", _yes_or_no(reference.synthetic), "")
    rows.writerows((*said, *row) for row in _measured(measurements))
    for number, (twin, own) in enumerate(twins, start=1):
        said = (f"twin_{number:03d}", "yes", " + ".join(twin.request.conditions))
        rows.writerows((*said, *row) for row in (*_measured(own), *_judged(twin)))
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None
    return path


def _measured(measurements: dict) -> Iterator[tuple]:
    """A row for each number, and for each lead where there is one a lead."""
    for name, value in measurements.items():
        if isinstance(value, dict):
            yield from (
                ("measurement", name, lead, "mV", "", _figure(one), "")
                for lead, one in value.items()
                if _is_number(one)
            )
        elif _is_number(value):
            yield ("measurement", name, "", _UNITS.get(name, ""), "", _figure(value), "")


def _judged(twin: Twin) -> Iterator[tuple]:
    """A row for each line: its kind, what was asked, what came, and whether it is met."""
    for line in twin.asked_got:
        met = "" if line.met is None else _yes_or_no(line.met)
        got = _figure(line.got) if _is_number(line.got) else line.got or ""
        yield (line.kind, line.name, "", line.unit, line.asked, got, met)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _figure(value: float) -> str:
    return f"{value:.6g}"


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
