"""The rhythm score as features of the tokens.

Each kind of event is a track of small bumps at 500 Hz; a linear layer over the 40 samples of a token is
then the same as a strided convolution. Beside the bumps, each token knows how long ago the ventricles were
activated, when they will be next, and the RR interval it lies in, which set the T wave.
"""

from __future__ import annotations

import numpy as np
import torch

from ecgtwin_app.ecg.score import ATRIAL_ORIGINS, ATRIAL_RHYTHMS, VENTRICULAR_ORIGINS, RhythmScore
from ecgtwin_app.model.autoencoder import BLOCK, TOKENS

_TRACKS = [("P", o) for o in ATRIAL_ORIGINS] + [("QRS", o) for o in VENTRICULAR_ORIGINS]
#: Width of a bump: enough for a linear layer to read its place between samples.
_BUMP_SD = 4.0
#: Numbers a token: the bumps, three times (s), the atrial rhythm one-hot, and "there is a score".
TRACK_FEATURES = len(_TRACKS) * BLOCK + 3 + len(ATRIAL_RHYTHMS) + 1
_REACH = 16
#: Tokens from the onset of a ventricular beat to the end of its T.
_VENTRICULAR_REACH = 7


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
    return np.concatenate([bumps, _ventricular_clock(score.times("QRS")), rhythm], axis=1).astype(np.float32)


def _ventricular_clock(onsets: list[float]) -> np.ndarray:
    """Seconds since the last QRS, to the next, and between the two, at each token's middle (tokens, 3)."""
    middle = (np.arange(TOKENS) + 0.5) * BLOCK / 500.0
    onsets = np.asarray(onsets)
    if len(onsets) == 0:
        return np.full((TOKENS, 3), 2.0, np.float32)
    after = np.searchsorted(onsets, middle)
    padded = np.concatenate([[onsets[0] - 2.0], onsets, [onsets[-1] + 2.0]])
    since, until = middle - padded[after], padded[after + 1] - middle
    clock = np.stack([since, until, since + until], axis=1)
    return np.clip(clock, 0.0, 2.0)


def ventricular_tokens(features: torch.Tensor) -> torch.Tensor:
    """Which tokens (batch, tokens), bool, lie in a ventricular or paced beat, from score features."""
    first = len(ATRIAL_ORIGINS) + VENTRICULAR_ORIGINS.index("ventricular")
    begins = features[..., first * BLOCK : (first + 2) * BLOCK].amax(dim=-1) > 0.5
    inside = begins.clone()
    for shift in range(1, _VENTRICULAR_REACH):
        inside[..., shift:] |= begins[..., :-shift]
    return inside
