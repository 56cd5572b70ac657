"""The small networks that read labels from strips, trained for a protocol and kept: a run that was stopped goes on."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.evaluation.metrics.encoder import STEPS, LabelEncoder, fit_once
from ecgtwin_app.evaluation.protocols.setting import Setting

log = logging.getLogger(__name__)
FOLDER = "readers"


def readers(
    setting: Setting,
    name: str,
    strips: np.ndarray,
    states: np.ndarray,
    seeds: Sequence[int],
    heads_only: bool = False,
    steps: int = STEPS,
) -> list[LabelEncoder]:
    """A network for each seed, trained on these strips unless the cache has it.

    Parameters
    ----------
    name : str
        What it is trained on, for the log.
    strips : ndarray, shape (n, 8, 1000), int16
        Microvolts at 100 Hz.
    states : ndarray, shape (n, labels), int8
    heads_only : bool
        Layers stay as they were drawn: what labels teach without any features learned.

    Raises
    ------
    OutOfTime
        Between two networks.
    """
    digest = zlib.crc32(states.tobytes(), zlib.crc32(np.ascontiguousarray(strips).tobytes()))
    folder = setting.cache / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for seed in seeds:
        path = folder / f"{len(strips)}_{digest:08x}_{seed}_{steps}{'_heads' * heads_only}.safetensors"
        if not path.exists():
            setting.check_time()
            log.info("training on %s, %d recordings, seed %d", name, len(strips), seed)
        found.append(fit_once(path, strips, states, seed, steps, heads_only))
    return found
