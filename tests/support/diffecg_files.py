"""Strips of drawn bumps, and a small network with weights on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.generators.diffecg.config import DiffecgConfig
from ecgtwin_app.generators.diffecg.module import save
from ecgtwin_app.generators.diffecg.network import Diffecg
from ecgtwin_app.training.cases.labelled_strips import strip_of

SMALL = {"width": 16, "blocks": 1, "state": 4, "groups": 4}


def small_network(seed: int = 1, trained: bool = False) -> Diffecg:
    """A fresh network, or one that says something."""
    torch.manual_seed(seed)
    network = Diffecg(DiffecgConfig(**SMALL))
    if trained:
        for layer in (network.leads, network.weights):
            torch.nn.init.normal_(layer.weight, std=0.005)
    return network.eval()


def write_diffecg(folder: Path) -> Path:
    """Weights of a small network that says something, in a folder; returns it."""
    save(
        small_network(trained=True),
        folder,
        "small",
        {"spread": {"beside": 0.2, "span": 0.2, "forecast": 0.3}},
    )
    return folder


def write_strips(folder: Path, count: int = 6) -> Path:
    """Strips of as many patients, as `labelled_strips` writes them; returns the folder."""
    folder.mkdir(parents=True)
    made = [strip(rate=60 + 5 * k, noise=0.01, seed=k)[0] for k in range(count)]
    signals = np.stack([strip_of(independent_leads(one.signal), one.rate) for one in made])
    virtual = np.arange(count) % 2 == 1
    np.savez(
        folder / "real_0000.npz", signals=signals, virtual=virtual, patients=[f"p{k}" for k in range(count)]
    )
    return folder
