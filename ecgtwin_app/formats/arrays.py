"""Arrays without a format of their own (NumPy, MATLAB): which axis is which, and what must be stated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import millivolts_in, require_stated
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import check_shape

#: What an array may not state of itself; options of `open_file`.
OPTIONS = ("rate", "unit", "lead_order")


def file_of_array(
    path: Path,
    what: str,
    array: np.ndarray,
    rate: float | None,
    unit: str | None,
    lead_order: Sequence[str] | None,
    fields: dict | None = None,
) -> EcgFile:
    """An array of leads as an ECG file; it may be mapped from the disk.

    Parameters
    ----------
    path : Path
    what : str
        The format.
    array : ndarray
        Numbers, shape (leads, samples), (samples, leads) or (samples,).
    rate, unit, lead_order
        None where neither file nor caller stated it.

    Raises
    ------
    EcgError
        Something is not stated, or the array has another shape or holds something else than numbers.
    """
    require_stated(path.name, rate=rate, unit=unit, lead_order=lead_order)
    assert rate is not None and unit is not None and lead_order is not None
    if array.dtype.kind not in "iuf" or array.ndim not in (1, 2) or 0 in array.shape:
        raise EcgError("{file} holds no table of numbers with a row or column for each lead.", file=path.name)
    if array.ndim == 1:
        array = array[None]
    names = tuple(str(name) for name in lead_order)
    # Eight leads of eight samples cannot be told apart, and are no ECG.
    if array.shape[0] != len(names) and array.shape[1] == len(names):
        array = array.T
    if array.shape[0] != len(names):
        raise EcgError(
            "{file} has {rows} x {columns} values, but {named} leads are named; "
            "name as many leads as it has.",
            file=path.name,
            rows=array.shape[0],
            columns=array.shape[1],
            named=len(names),
        )
    check_shape(path.name, len(names), float(rate), array.shape[1])
    factor = millivolts_in(path.name, unit)

    def values(first: int, last: int) -> np.ndarray:
        return array[:, first:last].astype(np.float64) * factor

    return EcgFile(path, what, names, float(rate), array.shape[1], values, fields or {})
