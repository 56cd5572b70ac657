"""One twin on its way into a shard: what is said of it, and its samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.marking import SYNTHETIC_WORDS_ASCII, provenance_shown


@dataclass(frozen=True, eq=False)
class Piece:
    """A twin as a shard holds it.

    Attributes
    ----------
    signal : ndarray, shape (leads, samples), float32
        Millivolts.
    said : dict
        "rate", "leads", "synthetic", "warning", "history", "asked_got", "provenance" with the full request.
    """

    signal: np.ndarray
    said: dict[str, Any]


def as_piece(recording: Recording, twin: Twin) -> bytes:
    """A twin as bytes: a line of JSON, then the samples, float32, lead by lead. Same input, same bytes."""
    said = {
        "synthetic": True,
        "warning": SYNTHETIC_WORDS_ASCII,
        "rate": recording.rate,
        "leads": list(recording.leads),
        "history": [str(line) for line in recording.history],
        "asked_got": [
            {
                "name": str(line.name),
                "unit": line.unit,
                "asked": str(line.asked),
                "got": line.got,
                "met": line.met,
            }
            for line in twin.asked_got
        ],
        "provenance": provenance_shown(recording.provenance),
    }
    head = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return head.encode() + b"\n" + recording.signal.astype("<f4").tobytes()


def piece_of(content: bytes) -> Piece:
    """What `as_piece` wrote."""
    head, _, samples = content.partition(b"\n")
    said = json.loads(head)
    return Piece(np.frombuffer(samples, "<f4").reshape(len(said["leads"]), -1), said)
