"""The files that ECGTwin's authors published: read as numbers and nothing else, and held to their layout."""

from __future__ import annotations

import hashlib
import pickle
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.published.folder import (
    EXTRACTOR,
    PREDICTOR,
    TEXT_WEIGHTS,
    VAE,
    VOCABULARY,
    published_files,
)
from ecgtwin_app.generators.published.networks import PublishedDiT, PublishedExtractor
from ecgtwin_app.generators.published.text_encoder import TextEncoder
from ecgtwin_app.generators.published.vae import PublishedDecoder, PublishedEncoder
from ecgtwin_app.generators.published.word_pieces import WordPieces

#: Blocks of a noise predictor at most; the published one has 7.
MOST_BLOCKS = 16
_BLOCK = re.compile(r"blocks\.(\d{1,2})\.")


@dataclass(eq=False)
class TextWeights:
    """The text encoder on disk: half a gigabyte, in memory only while sentences are embedded."""

    path: Path
    words: WordPieces
    _embedded: dict[str, Tensor] = field(default_factory=dict)

    def embed(self, sentences: tuple[str, ...]) -> Tensor:
        """Embeddings (1, sentences, 768), each of length 1."""
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._embedded]
        if new:
            with torch.device("meta"):
                network = TextEncoder()
            _fill(network, _tensors(self.path), self.path.name)
            for sentence in new:
                self._embedded[sentence] = network.embed(self.words.numbers(sentence))
        return torch.stack([self._embedded[sentence] for sentence in sentences])[None]


@dataclass(eq=False)
class PublishedModel:
    """The authors' networks, with their published numbers.

    Attributes
    ----------
    encoder, decoder, extractor, predictor : nn.Module
    text : TextWeights
    sha256 : str
        Over the hashes of all files.
    """

    encoder: PublishedEncoder
    decoder: PublishedDecoder
    extractor: PublishedExtractor
    predictor: PublishedDiT
    text: TextWeights
    sha256: str

    def to(self, device: str) -> PublishedModel:
        """Move the networks to a device; the text encoder stays on the CPU."""
        for network in (self.encoder, self.decoder, self.extractor, self.predictor):
            network.to(device)
        return self


def load(folder: Path) -> PublishedModel:
    """The model in a folder of the authors' files.

    Raises
    ------
    EcgError
        A file is missing, holds more than numbers, or is of another layout.
    """
    paths = published_files(folder)
    vae = _state(paths[VAE])
    if set(vae) != {"encoder", "decoder"}:
        raise EcgError(
            "{file} has no encoder and decoder; use the file as it was published.", file=paths[VAE].name
        )
    predictor = _state(paths[PREDICTOR])
    blocks = {int(found[1]) for found in map(_BLOCK.match, predictor) if found}
    if not blocks or len(blocks) > MOST_BLOCKS:
        raise EcgError(
            "{file} is no diffusion transformer; the U-Net variant cannot be used.",
            file=paths[PREDICTOR].name,
        )
    with torch.device("meta"):
        networks = PublishedEncoder(), PublishedDecoder(), PublishedExtractor(), PublishedDiT(len(blocks))
    states = vae["encoder"], vae["decoder"], _state(paths[EXTRACTOR]), predictor
    origins = paths[VAE], paths[VAE], paths[EXTRACTOR], paths[PREDICTOR]
    for network, state, path in zip(networks, states, origins, strict=True):
        _fill(network, state, path.name)
    _check_layout(paths[TEXT_WEIGHTS])
    text = TextWeights(paths[TEXT_WEIGHTS], WordPieces.read(paths[VOCABULARY]))
    return PublishedModel(*networks, text, _hash(list(paths.values())))


def _state(path: Path) -> dict:
    """What a file holds by name: tensors, or for the autoencoder two dictionaries of them."""
    if path.suffix == ".safetensors":
        return _nested(_tensors(path))
    try:
        with zipfile.ZipFile(path) as archive:
            # Stored parts take as much memory as they take on disk; packed ones may be bombs.
            if any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist()):
                raise zipfile.BadZipFile
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (
        OSError,
        RuntimeError,
        ValueError,
        EOFError,
        KeyError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as e:
        raise EcgError(
            "{file} is damaged or holds more than numbers; download it again.", file=path.name
        ) from e
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise EcgError("{file} is no state dict; use the file as it was published.", file=path.name)
    return state


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise EcgError("{file} is damaged; download it again.", file=path.name) from error


def _nested(tensors: dict[str, Tensor]) -> dict:
    """Tensors named "encoder.…" and "decoder.…" as one dict each, others as they are."""
    halves = ("encoder", "decoder")
    if not all(name.split(".")[0] in halves for name in tensors):
        return tensors
    return {
        half: {name.removeprefix(f"{half}."): v for name, v in tensors.items() if name.startswith(f"{half}.")}
        for half in halves
    }


def _check_layout(path: Path) -> None:
    """Hold the text encoder's file to its layout by its header, without reading its numbers."""
    try:
        with safe_open(path, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise EcgError("{file} is damaged; download it again.", file=path.name) from error
    with torch.device("meta"):
        _compare(TextEncoder(), found, path.name)


def _fill(network: nn.Module, state: object, file: str) -> None:
    """Load a state dict that has just the layout of `network`, which was made without memory for its numbers."""
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise EcgError("{file} is no state dict; use the file as it was published.", file=file)
    _compare(network, {name: tuple(value.shape) for name, value in state.items()}, file)
    network.load_state_dict({name: value.float() for name, value in state.items()}, assign=True)
    network.eval().requires_grad_(False)


def _compare(network: nn.Module, found: dict[str, tuple], file: str) -> None:
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise EcgError(
            "{file} has another layout ({what}); use the file as it was published.", file=file, what=wrong[0]
        )


def _hash(paths: list[Path]) -> str:
    hashes = []
    for path in paths:
        with path.open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
