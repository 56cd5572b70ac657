"""Import of the weights that ECGTwin's authors published, kept apart from our own.

Their files are pickles (`vae_model.pth` with "encoder" and "decoder", `ibe_model.pth`, `ECGTwin_DiT.pth`).
They are read once, tensors only, checked against the published layout, and written as safetensors with a
manifest of another format than ours, so that neither can be taken for the other. The U-Net variant and the
text encoder (nomic-embed-text-v1.5, 768 numbers a report sentence) are not part of it: sentences come in as
embeddings.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from scipy.signal import resample
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.generators.published.networks import (
    CHANNELS,
    MOST_SENTENCES,
    TEXT_WIDTH,
    PublishedDiT,
    PublishedExtractor,
)
from ecgtwin_app.generators.published.vae import PublishedDecoder, PublishedEncoder
from ecgtwin_app.sampling.samplers import DDPM_STEPS, ddpm_schedule, sample, start_noise

FORMAT = "ecgtwin-published-1"
MANIFEST = "published.json"
#: Their leads' order, samples of ten seconds, and latent length.
PUBLISHED_LEADS = ("I", "II", "III", "aVR", "aVF", "aVL", "V1", "V2", "V3", "V4", "V5", "V6")
PUBLISHED_SAMPLES, LATENT_LENGTH = 1024, 128
#: Mean and spread of heart rate (1/min) and age (years) in their training data.
HEART_RATE, AGE = (77.95, 20.37), (64.25, 17.13)
#: No file of theirs is larger (the largest, the VAE, has 30 million numbers).
LARGEST_FILE = 1 << 30
_FILES = {"vae": "vae_model", "extractor": "ibe_model", "predictor": "ECGTwin_DiT"}


@dataclass(eq=False)
class PublishedModel:
    """The authors' networks, with their published numbers."""

    encoder: PublishedEncoder
    decoder: PublishedDecoder
    extractor: PublishedExtractor
    predictor: PublishedDiT

    def parts(self) -> dict[str, nn.Module]:
        """The networks by name."""
        return {name: getattr(self, name) for name in ("encoder", "decoder", "extractor", "predictor")}


def import_published(source: Path, out: Path) -> PublishedModel:
    """Read the authors' files in `source` and write them as safetensors to `out`.

    Raises
    ------
    EcgError
        A file is missing, no plain state dict, or of another layout.
    """
    vae = _state_dict(source, _FILES["vae"])
    if set(vae) != {"encoder", "decoder"}:
        raise EcgError("vae_model.pth has no encoder and decoder; use the file as it was published.")
    predictor = _state_dict(source, _FILES["predictor"])
    if not any(name.startswith("blocks.") for name in predictor):
        raise EcgError("ECGTwin_DiT.pth is no diffusion transformer; the U-Net variant cannot be imported.")
    depth = 1 + max(int(name.split(".")[1]) for name in predictor if name.startswith("blocks."))
    model = PublishedModel(PublishedEncoder(), PublishedDecoder(), PublishedExtractor(), PublishedDiT(depth))
    states = (vae["encoder"], vae["decoder"], _state_dict(source, _FILES["extractor"]), predictor)
    for (name, network), state in zip(model.parts().items(), states, strict=True):
        _fill(network, state, name)
    _save(model, out, depth)
    return model


def load_published(folder: Path) -> PublishedModel:
    """What `import_published` wrote; `EcgError` when a file is not as the manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise EcgError("These are no imported ECGTwin weights; import the published files again.")
        model = PublishedModel(
            PublishedEncoder(), PublishedDecoder(), PublishedExtractor(), PublishedDiT(manifest["depth"])
        )
        for name, network in model.parts().items():
            path = folder / f"{name}.safetensors"
            if hashlib.sha256(path.read_bytes()).hexdigest() != manifest["files"][path.name]:
                raise EcgError(f"{path.name} is damaged; import the published files again.")
            _fill(network, load_file(path), name)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        if isinstance(error, EcgError):
            raise
        raise EcgError(
            "The imported ECGTwin weights cannot be read; import the published files again."
        ) from error
    return model


def to_published(recording: Recording) -> Tensor:
    """Ten seconds as their networks see them: (1, 12, 1024) mV at 102.4 Hz, aVF before aVL."""
    signal = ten_seconds(recording).signal[[LEADS.index(name) for name in PUBLISHED_LEADS]]
    return torch.from_numpy(resample(signal, PUBLISHED_SAMPLES, axis=1).astype(np.float32))[None]


def from_published(signal: Tensor) -> Recording:
    """Their signal (12, 1024) as a recording of twelve leads at 500 Hz, in canonical order.

    The limb leads are left as they were generated, so they may contradict each other; the history says how much.
    """
    rows = [PUBLISHED_LEADS.index(name) for name in LEADS]
    signal = resample(signal.detach().numpy()[rows], MODEL_SAMPLES, axis=1).astype(np.float32)
    contradiction = 1000 * lead_law_residual(signal)
    history = (
        "resampled 102.4 Hz to 500 Hz",
        f"limb leads contradict each other by up to {contradiction:.0f} µV",
    )
    return Recording(signal, MODEL_RATE, source="published ECGTwin weights", history=history, synthetic=True)


def patient_vector(heart_rate: float, age: float, sex: str) -> Tensor:
    """(1, 3) of heart rate (1/min), age (years) and sex ("F" or "M") as their networks read it."""
    if sex not in ("F", "M"):
        raise EcgError("The published networks need the patient's sex; give F or M.")
    scaled = [(value - mean) / spread for value, (mean, spread) in ((heart_rate, HEART_RATE), (age, AGE))]
    return torch.tensor([[*scaled, {"F": 0.0, "M": 1.0}[sex]]])


def draw(
    model: PublishedModel,
    reference: Recording,
    report: Tensor | None,
    patient: Tensor,
    target: Tensor,
    target_patient: Tensor,
    seed: int,
    steps: int = DDPM_STEPS,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Steps of a twin as published: the linear-beta diffusion, latents clipped to ±1, no guidance.

    Parameters
    ----------
    report, target : Tensor, shape (1, sentences, 768)
        Embedded sentences of the reference's report (None when unknown) and of the report asked for.
    patient, target_patient : Tensor, shape (1, 3)
        See `patient_vector`.

    Yields
    ------
    tuple of Tensor, shape (1, 4, 128)
        Latent and denoised latent; `decode` turns the last one into a recording.
    """
    for text in (report, target):
        if text is not None and (
            text.shape[0::2] != (1, TEXT_WIDTH) or not 1 <= text.shape[1] <= MOST_SENTENCES
        ):
            raise EcgError(f"Reports must be 1 to {MOST_SENTENCES} sentences of {TEXT_WIDTH} numbers each.")
    with torch.no_grad():
        base = model.extractor(model.encoder(to_published(reference)), report, patient)
    kept = torch.tensor(ddpm_schedule()[-2::-1], dtype=torch.float64)

    def velocity(x: Tensor, t: float) -> Tensor:
        # The flow's point (1 - t) x0 + t e is their latent a x0 + s e divided by a + s.
        size = ((1 - t) ** 2 + t**2) ** 0.5
        a, s = (1 - t) / size, t / size
        step = (kept - a**2).abs().argmin().reshape(1)
        z = x / size
        noise = model.predictor(z, step, target, target_patient, base)
        return (x - ((z - s * noise) / a).clamp(-1, 1)) / t

    steps_of = sample("ddpm", velocity, start_noise((CHANNELS, LATENT_LENGTH), [seed]), steps, [seed])
    while True:
        with torch.no_grad():
            item = next(steps_of, None)
        if item is None:
            return
        yield item


@torch.no_grad()
def decode(model: PublishedModel, latent: Tensor) -> Recording:
    """The recording of a latent (1, 4, 128)."""
    return from_published(model.decoder(latent)[0])


def _state_dict(folder: Path, stem: str) -> dict:
    """Tensors of a published file, from safetensors where somebody has converted it, or from the pickle."""
    converted, path = folder / f"{stem}.safetensors", folder / f"{stem}.pth"
    try:
        if converted.is_file():
            return _nested(load_file(converted))
        if path.stat().st_size > LARGEST_FILE:
            raise EcgError(f"{path.name} is larger than any published file; download it again.")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise EcgError(
            f"{path.name} is not there; put the authors' published files into {folder.name}."
        ) from None
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        if isinstance(error, EcgError):
            raise
        raise EcgError(f"{path.name} is damaged or holds more than numbers; download it again.") from error
    if not isinstance(state, dict):
        raise EcgError(f"{path.name} is no state dict; use the file as it was published.")
    return state


def _nested(tensors: dict[str, Tensor]) -> dict:
    """Tensors named "encoder.…" and "decoder.…" as one dict each, others as they are."""
    halves = ("encoder", "decoder")
    if not all(name.split(".")[0] in halves for name in tensors):
        return tensors
    return {
        half: {name.removeprefix(f"{half}."): v for name, v in tensors.items() if name.startswith(f"{half}.")}
        for half in halves
    }


def _fill(network: nn.Module, state: dict, part: str) -> None:
    """Load a state dict that has just the layout of `network`."""
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in state.items() if isinstance(value, Tensor)}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong or len(found) != len(state):
        what = wrong[0] if wrong else "a part that is no tensor"
        raise EcgError(
            f"The published {part} has another layout ({what}); use the files as they were published."
        )
    network.load_state_dict({name: value.float() for name, value in state.items()})
    network.eval().requires_grad_(False)


def _save(model: PublishedModel, folder: Path, depth: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, network in model.parts().items():
        path = folder / f"{name}.safetensors"
        save_file(network.state_dict(), path, metadata={"part": name, "format": FORMAT})
        path.chmod(0o644)
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {"format": FORMAT, "source": "ECGTwin, arXiv 2508.02720", "depth": depth, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
