"""Small weights of the generator of new patients, with random numbers in them."""

from pathlib import Path

import torch

from ecgtwin_app.generators.sssd.config import SssdConfig
from ecgtwin_app.generators.sssd.module import save
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.training.cases.real_labels import LABELS

SMALL = {"width": 8, "blocks": 2, "state": 4, "stride": 8, "groups": 4}


def small_network(**changes) -> Sssd:
    """One that answers: fresh weights predict nought."""
    torch.manual_seed(0)
    network = Sssd(SssdConfig(**{"statements": LABELS, **SMALL, **changes})).eval().requires_grad_(False)
    for parameter in network.parameters():
        parameter.add_(0.1 * torch.randn(parameter.shape))
    return network


def write_sssd(folder: Path, **changes) -> Path:
    """Weights and manifest; the folder."""
    save(small_network(**changes), folder, "tiny", {"training": {"steps": 0}})
    return folder
