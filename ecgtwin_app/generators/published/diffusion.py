"""The published model's own arithmetic: a base vector of the reference, then the noise taken out of a latent.

The linear-beta diffusion of 1000 steps, denoised latents held within ±1. There is no guidance: the networks were
trained with every condition said, so there is nothing to be guided away from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.generators.published.files import PublishedModel
from ecgtwin_app.generators.published.networks import CHANNELS
from ecgtwin_app.generators.published.signals import to_published
from ecgtwin_app.sampling.noise_prediction import sample_noise_prediction
from ecgtwin_app.sampling.samplers import start_noise

LATENT_LENGTH = 128
#: Denoised latents are held within ± this.
CLIP = 1.0


@torch.no_grad()
def base_vector(
    model: PublishedModel,
    strip: np.ndarray,
    report: Tensor | None,
    patient: Tensor | None,
    device: str = "cpu",
) -> Tensor:
    """What is personal in a reference, (1, 256).

    Parameters
    ----------
    strip : ndarray, shape (12, 5000)
        Millivolts at 500 Hz, canonical order.
    report : Tensor, shape (1, sentences, 768), or None
        The reference's own report; None where there is none.
    patient : Tensor, shape (1, 3), or None
        See `patient_numbers`; read with a report only.
    """
    latent = model.encoder(to_published(strip).to(device))
    if report is None or patient is None:
        return model.extractor(latent, None, None)
    return model.extractor(latent, report.to(device), patient.to(device))


def sample_latents(
    model: PublishedModel,
    base: Tensor,
    report: Tensor,
    patient: Tensor,
    seeds: list[int],
    sampler: str,
    steps: int,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Latent and denoised latent (batch, 4, 128) after each step.

    Parameters
    ----------
    base : Tensor, shape (batch, 256)
    report : Tensor, shape (batch, sentences, 768)
        What the twin's report should say.
    patient : Tensor, shape (batch, 3)
    seeds : list of int
        One a twin.
    """

    def noise(latent: Tensor, step: Tensor) -> Tensor:
        return model.predictor(latent, step.expand(len(latent)), report, patient, base)

    start = torch.from_numpy(start_noise((CHANNELS, LATENT_LENGTH), seeds)).to(base.device)
    steps_of = sample_noise_prediction(sampler, noise, start, steps, seeds, CLIP)
    while True:
        with torch.inference_mode():
            item = next(steps_of, None)
        if item is None:
            return
        yield item


@torch.inference_mode()
def decode(model: PublishedModel, latent: Tensor) -> np.ndarray:
    """The authors' twelve leads (batch, 12, 1024), mV at 102.4 Hz in their order."""
    return model.decoder(latent).cpu().numpy()
