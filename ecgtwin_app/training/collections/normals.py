"""Synthetic normal hearts for training, from the generator in the package `deepfake-ecg`.

Thambawita et al., Sci Rep 2021;11:21896 (MIT): trained on 7,233 real normal ECGs, 8 leads, 500 Hz. Each
draw is a consistent normal "virtual patient". They are synthetic and never to be called real.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording

#: Largest jump between two samples (mV) of a draw without glitches, and largest voltage.
LARGEST_STEP, LARGEST_VOLTAGE = 0.6, 4.5


def deepfake_normals(count: int, seed: int) -> list[Recording]:
    """`count` synthetic normal recordings, 12 leads, 500 Hz, 10 s.

    Raises
    ------
    EcgError
        When `deepfake-ecg` is not installed.
    """
    try:
        import deepfakeecg  # pyright: ignore[reportMissingImports]  an extra
    except ImportError:
        raise EcgError("Training needs the package deepfake-ecg; install the extra 'train'.") from None
    checkpoint = Path(deepfakeecg.__path__[0]) / "checkpoints" / "g_stat.pt"
    network = deepfakeecg.Generator()
    # A pickle, but one that ships inside a pinned package and is read at training time only.
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["stat_dict"])
    network.eval()
    generator = torch.Generator().manual_seed(seed)
    found: list[Recording] = []
    while len(found) < count:
        noise = torch.rand((16, 8, 5000), generator=generator) * 2 - 1
        with torch.inference_mode():
            signals = 6.0 * network(noise).numpy()
        for signal in signals:
            if np.abs(np.diff(signal)).max() < LARGEST_STEP and np.abs(signal).max() < LARGEST_VOLTAGE:
                found.append(Recording(twelve_leads(signal), 500.0, source="deepfake-ecg", synthetic=True))
    return found[:count]
