"""The rhythm score as features of the tokens.

Each kind of event is a track of small bumps at 500 Hz; a linear layer over the 40 samples of a token is
then the same as a strided convolution. Beside the bumps, each token knows how long ago the ventricles were
activated, when they will be next, and the RR interval it lies in, which set the T wave; and how and from
where the beat it lies in was activated.
"""

from __future__ import annotations

import numpy as np
import torch

from ecgtwin_app.ecg.beat.score import (
    ATRIAL_ORIGINS,
    ATRIAL_RHYTHMS,
    VENTRICULAR_ORIGINS,
    VENTRICULAR_SITES,
    Event,
    RhythmScore,
)
from ecgtwin_app.generators.ecgtwin.autoencoder import BLOCK, TOKENS

_TRACKS = [("P", o) for o in ATRIAL_ORIGINS] + [("QRS", o) for o in VENTRICULAR_ORIGINS]
#: Width of a bump: enough for a linear layer to read its place between samples.
_BUMP_SD = 4.0
#: Numbers a token: the bumps, three times (s), the kind and the site of its beat, the atrial rhythm one-hot,
#: and "there is a score".
TRACK_FEATURES = (
    len(_TRACKS) * BLOCK + 3 + len(VENTRICULAR_ORIGINS) + len(VENTRICULAR_SITES) + len(ATRIAL_RHYTHMS) + 1
)
_KINDS = len(_TRACKS) * BLOCK + 3
_REACH = 16
#: Tokens from the onset of a beat to the end of its T.
_BEAT_REACH = 7
#: Most events of ten seconds that are kept in a file of training cases.
MOST_EVENTS = 128


def score_features(score: RhythmScore | None) -> np.ndarray:
    """Features (tokens, TRACK_FEATURES), float32, of a ten-second score; zeros when there is none."""
    if score is None:
        return np.zeros((TOKENS, TRACK_FEATURES), np.float32)
    samples = TOKENS * BLOCK
    tracks = np.zeros((len(_TRACKS), samples + 2 * _REACH), np.float32)
    for event in score.events:
        centre = event.time * 500.0 + _REACH
        low = round(centre) - _REACH
        if low < 0 or low + 2 * _REACH >= tracks.shape[1]:
            continue
        at = np.arange(low, low + 2 * _REACH + 1)
        row = _TRACKS.index((event.chamber, event.origin))
        tracks[row, at] += np.exp(-0.5 * ((at - centre) / _BUMP_SD) ** 2)
    bumps = (
        tracks[:, _REACH:-_REACH].reshape(len(_TRACKS), TOKENS, BLOCK).transpose(1, 0, 2).reshape(TOKENS, -1)
    )
    rhythm = np.zeros((TOKENS, len(ATRIAL_RHYTHMS) + 1), np.float32)
    rhythm[:, ATRIAL_RHYTHMS.index(score.atrial)] = 1.0
    rhythm[:, -1] = 1.0
    beats = [event for event in score.events if event.chamber == "QRS"]
    parts = [bumps, _ventricular_clock([event.time for event in beats]), _kinds(beats), rhythm]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _kinds(beats: list[Event]) -> np.ndarray:
    """Origin and site, one-hot, of the beat that each token lies in, (tokens, origins + sites)."""
    origins = len(VENTRICULAR_ORIGINS)
    out = np.zeros((TOKENS, origins + len(VENTRICULAR_SITES)), np.float32)
    for event in beats:
        # The lapped basis lets a QRS reach half a token forward of its onset.
        first = int(np.floor((event.time * 500.0 - BLOCK / 2) / BLOCK))
        tokens = slice(max(first, 0), max(first + _BEAT_REACH, 0))
        out[tokens] = 0.0
        out[tokens, VENTRICULAR_ORIGINS.index(event.origin)] = 1.0
        if event.site:
            out[tokens, origins + VENTRICULAR_SITES.index(event.site)] = 1.0
    return out


def pack_score(score: RhythmScore) -> tuple[np.ndarray, int]:
    """A score as numbers for a file: (MOST_EVENTS, 3) time, track and site + 1, padded with NaN; atrial rhythm."""
    packed = np.full((MOST_EVENTS, 3), np.nan, np.float32)
    for row, event in enumerate(score.events[:MOST_EVENTS]):
        site = VENTRICULAR_SITES.index(event.site) + 1 if event.site else 0
        packed[row] = event.time, _TRACKS.index((event.chamber, event.origin)), site
    return packed, ATRIAL_RHYTHMS.index(score.atrial)


def unpack_score(packed: np.ndarray, atrial: int) -> RhythmScore:
    """The inverse of `pack_score`."""
    sites = ("", *VENTRICULAR_SITES)
    events = tuple(
        Event(float(time), *_TRACKS[int(track)], sites[int(site)])
        for time, track, site in packed[np.isfinite(packed[:, 0])]
    )
    return RhythmScore(events, TOKENS * BLOCK / 500.0, ATRIAL_RHYTHMS[int(atrial)])


def _ventricular_clock(onsets: list[float]) -> np.ndarray:
    """Seconds since the last QRS, to the next, and between the two, at each token's middle (tokens, 3)."""
    middle = (np.arange(TOKENS) + 0.5) * BLOCK / 500.0
    if not onsets:
        return np.full((TOKENS, 3), 2.0, np.float32)
    after = np.searchsorted(onsets, middle)
    padded = np.array([onsets[0] - 2.0, *onsets, onsets[-1] + 2.0])
    since, until = middle - padded[after], padded[after + 1] - middle
    clock = np.stack([since, until, since + until], axis=1)
    return np.clip(clock, 0.0, 2.0)


def ventricular_tokens(features: torch.Tensor) -> torch.Tensor:
    """Which tokens (batch, tokens), bool, lie in a ventricular or paced beat, from score features."""
    first = _KINDS + VENTRICULAR_ORIGINS.index("ventricular")
    return features[..., first : first + 2].amax(dim=-1) > 0.5
