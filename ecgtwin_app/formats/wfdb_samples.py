"""Samples of a WFDB record's files, any stretch of them, in all formats that the specification knows.

Format: https://physionet.org/physiotools/wag/signal-5.htm
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class SampleFormat:
    """How samples lie in a file.

    Attributes
    ----------
    bytes : int
        That hold `samples` samples; 0 where the file is compressed with FLAC.
    samples : int
    missing : int or None
        The value that means "no sample".
    decode : callable or None
        From bytes, uint8, to samples.
    """

    bytes: int
    samples: int
    missing: int | None
    decode: Callable[[np.ndarray], np.ndarray] | None


def _plain(kind: str, shift: int = 0) -> Callable[[np.ndarray], np.ndarray]:
    return lambda data: data.view(kind).astype(np.int64) - shift


def _format_24(data: np.ndarray) -> np.ndarray:
    low, middle, high = data[0::3].astype(np.int64), data[1::3].astype(np.int64), data[2::3].view("i1")
    return low | middle << 8 | high.astype(np.int64) << 16


def _format_212(data: np.ndarray) -> np.ndarray:
    """Twelve bits: two samples share the halves of the middle of three bytes."""
    one, two, three = (data[k::3].astype(np.int64) for k in range(3))
    samples = np.stack([one | (two & 0x0F) << 8, three | (two & 0xF0) << 4], axis=1).reshape(-1)
    return _signed(samples, 12)


def _format_310(data: np.ndarray) -> np.ndarray:
    """Ten bits: two samples in bits 1 to 10 of two words, the third in what the words have above."""
    one, two = (data.view("<u2")[k::2].astype(np.int64) for k in range(2))
    samples = np.stack([one >> 1 & 0x3FF, two >> 1 & 0x3FF, one >> 11 | two >> 11 << 5], axis=1).reshape(-1)
    return _signed(samples, 10)


def _format_311(data: np.ndarray) -> np.ndarray:
    """Ten bits: three samples one after the other in 30 of 32 bits."""
    word = data.view("<u4").astype(np.int64)
    return _signed(np.stack([word >> 10 * k & 0x3FF for k in range(3)], axis=1).reshape(-1), 10)


def _signed(samples: np.ndarray, bits: int) -> np.ndarray:
    return np.where(samples >= 1 << bits - 1, samples - (1 << bits), samples)


SAMPLE_FORMATS: dict[str, SampleFormat] = {
    "8": SampleFormat(1, 1, None, _plain("i1")),
    "16": SampleFormat(2, 1, -(2**15), _plain("<i2")),
    "24": SampleFormat(3, 1, -(2**23), _format_24),
    "32": SampleFormat(4, 1, -(2**31), _plain("<i4")),
    "61": SampleFormat(2, 1, -(2**15), _plain(">i2")),
    "80": SampleFormat(1, 1, -(2**7), _plain("u1", 2**7)),
    "160": SampleFormat(2, 1, -(2**15), _plain("<u2", 2**15)),
    "212": SampleFormat(3, 2, -(2**11), _format_212),
    "310": SampleFormat(4, 3, -(2**9), _format_310),
    "311": SampleFormat(4, 3, -(2**9), _format_311),
    "508": SampleFormat(0, 1, -(2**7), None),
    "516": SampleFormat(0, 1, -(2**15), None),
    "524": SampleFormat(0, 1, -(2**23), None),
}


def read_samples(file: Path, kind: str, offset: int, first: int, last: int) -> np.ndarray:
    """Samples `first` to `last` of a file, in the order they lie there, int64; fewer where it ends.

    Parameters
    ----------
    file : Path
    kind : str
        One of `SAMPLE_FORMATS` that is not compressed.
    offset : int
        Bytes before the first sample.
    """
    form = SAMPLE_FORMATS[kind]
    begin = first // form.samples
    end = -(-last // form.samples)
    with file.open("rb") as stream:
        stream.seek(offset + begin * form.bytes)
        data = stream.read((end - begin) * form.bytes)
    there = len(data) * form.samples // form.bytes  # a group may end early
    data += b"\0" * (-len(data) % form.bytes)
    if form.decode is None:
        raise ValueError("FLAC is read by `read_flac`.")
    samples = form.decode(np.frombuffer(data, np.uint8))[:there]
    return samples[first - begin * form.samples : last - begin * form.samples]


def read_flac(file: Path, first: int, last: int) -> np.ndarray:
    """Samples `first` to `last` of a FLAC file, shape (channels, samples), int64; fewer where it ends."""
    # Imported here because few records need it.
    import soundfile

    with soundfile.SoundFile(str(file)) as stream:
        bits = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}[stream.subtype]
        stream.seek(min(first, stream.frames))
        data = stream.read(last - first, dtype="int32", always_2d=True)
    return data.T.astype(np.int64) >> 32 - bits
