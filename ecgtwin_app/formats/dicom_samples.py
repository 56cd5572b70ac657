"""The samples of a DICOM multiplex group (PS3.3 C.10.9): plain, or companded after ITU-T G.711; and its padding."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError

#: Data types by Waveform Sample Interpretation.
_PLAIN = {"SB": "i1", "UB": "u1", "SS": "i2", "US": "u2", "SL": "i4", "UL": "u4", "SV": "i8", "UV": "u8"}
_COMPANDED = {"MB": "µ-law", "AB": "A-law"}
#: As long a run at one end of one channel is padding. A shorter one may be a line that the heart drew.
_SHORTEST_RUN_S = 0.5
#: In so many channels the same value at the same time is no chance; in two it is none over some time.
_MANY_CHANNELS, _SHORTEST_PAIR_S = 3, 0.04


def raw_samples(name: str, group, is_little_endian: bool) -> np.ndarray:
    """Samples as they are stored, shape (channels, samples).

    Where the group states no number of samples, or 0, there are as many as its data hold.

    Raises
    ------
    EcgError
        The samples are encoded in a way that is not read, or fewer than announced.
    """
    kind = str(group.get("WaveformSampleInterpretation", "") or "").strip()
    bits = int(group.get("WaveformBitsAllocated", 0) or 0)
    code = _PLAIN.get(kind) or ("u1" if kind in _COMPANDED else "")
    if not code or bits != 8 * int(code[1]):
        raise EcgError(
            "{file} stores its samples as {kind!r} of {bits} bits, which is not read; save it with samples of "
            "16 bits (SS).",
            file=name,
            kind=kind[:8],
            bits=bits,
        )
    channels = int(group.NumberOfWaveformChannels)
    data = bytes(group.WaveformData)
    dtype = np.dtype(code).newbyteorder("<" if is_little_endian else ">")
    samples = int(group.get("NumberOfWaveformSamples", 0) or 0) or len(data) // (channels * dtype.itemsize)
    if len(data) < channels * samples * dtype.itemsize:
        raise EcgError("{file} holds fewer samples than it announces; copy it again.", file=name)
    return np.frombuffer(data, dtype, channels * samples).reshape(samples, channels).T


def companding(group) -> str:
    """ "µ-law" or "A-law"; "" for plain samples."""
    return _COMPANDED.get(str(group.get("WaveformSampleInterpretation", "") or "").strip(), "")


def expanded(samples: np.ndarray, law: str) -> np.ndarray:
    """Companded samples (uint8) as linear ones on the scale of 16 bits, as decoders of G.711 give them."""
    if law == "µ-law":
        bits = ~samples & 0xFF
        exponent, mantissa = (bits >> 4 & 7).astype(np.int64), (bits & 15).astype(np.int64)
        size = ((mantissa << 3) + 0x84 << exponent) - 0x84
        return np.where(bits & 0x80, -size, size)
    bits = samples ^ 0x55
    exponent, mantissa = (bits >> 4 & 7).astype(np.int64), (bits & 15).astype(np.int64)
    size = np.where(
        exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 0x108 << np.maximum(exponent - 1, 0)
    )
    return np.where(bits & 0x80, size, -size)


def missing_samples(raw: np.ndarray, group, rate: float) -> np.ndarray | None:
    """Where the padding value means "no sample", shape as `raw`; None where it means so nowhere.

    The value at the end of the range of the samples always does. Any other may also be a voltage, so it does only
    in all channels at once, and in a run at the beginning or end of a channel.
    """
    value = _padding_value(group, raw.dtype)
    if value is None:
        return None
    there = raw == value
    limits = np.iinfo(raw.dtype)
    if not companding(group) and value == (limits.min if limits.min < 0 else limits.max):
        return there if there.any() else None
    shortest = max(1, round(_SHORTEST_RUN_S * rate))
    together = there.all(axis=0)
    if len(raw) < _MANY_CHANNELS:
        together = (
            _long_runs(together, max(1, round(_SHORTEST_PAIR_S * rate)))
            if len(raw) > 1
            else np.zeros_like(together)
        )
    missing = np.broadcast_to(together, raw.shape).copy()
    for row, found in zip(missing, there, strict=True):
        ahead = found.size if found.all() else int(np.argmin(found))
        behind = found.size if found.all() else int(np.argmin(found[::-1]))
        for run, place in ((ahead, slice(0, ahead)), (behind, slice(found.size - behind, None))):
            if run >= shortest:
                row[place] = True
    return missing if missing.any() else None


def _long_runs(flags: np.ndarray, shortest: int) -> np.ndarray:
    """The flags without the runs that are shorter."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    kept = np.zeros_like(flags)
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        kept[first:last] = last - first >= shortest
    return kept


def _padding_value(group, dtype: np.dtype):
    """The stored value of padding, or None."""
    padding = group.get("WaveformPaddingValue")
    if isinstance(padding, bytes):
        return np.frombuffer(padding[: dtype.itemsize], dtype)[0] if len(padding) >= dtype.itemsize else None
    return padding
