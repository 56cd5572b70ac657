"""XLI, the compression of Philips Sierra XML: 10-bit LZW over second differences, one block a lead.

A block is its length in bytes (int32), two bytes, the first difference (int16), then LZW codes of ten bits, most
significant bit first. Decoded, the first half holds the high bytes of the samples and the second half the low
ones. Each value corrects the straight line through the two samples before it. The layout follows the
description that comes with the open-source readers of the format.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError

_BITS = 10
_CODES = 1 << _BITS
#: The last code ends a block.
_END = _CODES - 1
_BLOCK_HEAD = 8
#: Added to each correction, so that small ones are positive.
_BIAS = 64


def decode(data: bytes, leads: int, samples: int) -> list[np.ndarray]:
    """The samples of all blocks, each of shape (samples,), int16.

    Parameters
    ----------
    data : bytes
    leads, samples : int
        What the file announces: blocks, and samples in each.

    Raises
    ------
    EcgError
        The data end early or do not hold that much.
    """
    blocks, at = [], 0
    for _ in range(leads):
        length = int.from_bytes(data[at : at + 4], "little", signed=True)
        body = data[at + _BLOCK_HEAD : at + _BLOCK_HEAD + length]
        if length < 2 or len(body) < length:
            raise EcgError("The compressed samples of this Sierra file end early; copy it again.")
        start = int.from_bytes(data[at + 6 : at + 8], "little", signed=True)
        unpacked = _lzw(body, 2 * samples)
        blocks.append(_undo_differences(unpacked, start))
        at += _BLOCK_HEAD + length
    return blocks


def _lzw(data: bytes, size: int) -> np.ndarray:
    """`size` bytes of an LZW stream, as int16 of high and low halves."""
    strings: list[bytes] = [bytes([value]) for value in range(256)]
    out = bytearray()
    previous = b""
    bits, held = 0, 0
    for byte in data:
        bits, held = (bits << 8) | byte, held + 8
        if held < _BITS:
            continue
        held -= _BITS
        code, bits = bits >> held, bits & ((1 << held) - 1)
        if code == _END:
            break
        if code < len(strings):
            string = strings[code]
        elif code == len(strings) and previous:
            string = previous + previous[:1]
        else:
            raise EcgError("The compressed samples of this Sierra file are damaged; copy it again.")
        if previous and len(strings) < _END:
            strings.append(previous + string[:1])
        previous = string
        out += string
        if len(out) >= size:
            break
    if len(out) < size:
        raise EcgError("The compressed samples of this Sierra file end early; copy it again.")
    half = size // 2
    values = np.frombuffer(bytes(out[:size]), np.uint8).astype(np.uint16)
    return ((values[:half] << 8) | values[half:]).view(np.int16)


def _undo_differences(corrections: np.ndarray, start: int) -> np.ndarray:
    """Samples from their corrections; 16 bits wrap around as they did when written."""
    deltas = corrections.tolist()
    before, last, correction = deltas[0], deltas[1], start
    samples = [before, last]
    for delta in deltas[2:]:
        before, last = last, (2 * last - before - correction + 0x8000) % 0x10000 - 0x8000
        correction = delta - _BIAS
        samples.append(last)
    return np.array(samples, np.int16)
