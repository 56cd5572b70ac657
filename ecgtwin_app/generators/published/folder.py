"""The folder of the authors' files: which there have to be. Knows no torch, so that it can be asked in passing.

It holds `vae_model.pth` (with "encoder" and "decoder"), `ibe_model.pth` and `ECGTwin_DiT.pth`, and beside them the
text encoder's folder `nomic-embed-text-v1.5` with its `model.safetensors` and `vocab.txt`. A `.safetensors` of the
same name may stand in place of a `.pth`. The U-Net variant is not read.
"""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError

VAE, EXTRACTOR, PREDICTOR = "vae_model", "ibe_model", "ECGTwin_DiT"
#: The text encoder's folder and files, as its authors publish them.
TEXT_FOLDER, TEXT_WEIGHTS, VOCABULARY = "nomic-embed-text-v1.5", "model.safetensors", "vocab.txt"
#: No file is larger (bytes): the largest, the text encoder, has 547 MB.
LARGEST_FILE = 1 << 30


def published_files(folder: Path | None) -> dict[str, Path]:
    """The files by name.

    Raises
    ------
    EcgError
        No folder is named, or a file is missing or larger than any that was published.
    """
    if folder is None:
        raise EcgError(
            "The generator 'published' needs its authors' files; choose the folder that holds them."
        )
    if not folder.is_dir():
        raise EcgError(
            "There is no folder {folder}; choose the one with {vae}.pth and its neighbours.",
            folder=folder.name,
            vae=VAE,
        )
    paths = {}
    for stem in (VAE, EXTRACTOR, PREDICTOR):
        converted = folder / f"{stem}.safetensors"
        paths[stem] = converted if converted.is_file() else folder / f"{stem}.pth"
    for name in (TEXT_WEIGHTS, VOCABULARY):
        paths[name] = folder / TEXT_FOLDER / name
    missing = [path.relative_to(folder).as_posix() for path in paths.values() if not path.is_file()]
    if len(missing) == len(paths):
        raise EcgError(
            "{folder} holds none of the published files; choose the folder with {vae}.pth, {extractor}.pth, "
            "{predictor}.pth and {text_folder}.",
            folder=folder.name,
            vae=VAE,
            extractor=EXTRACTOR,
            predictor=PREDICTOR,
            text_folder=TEXT_FOLDER,
        )
    if missing:
        raise EcgError(
            "{file} is not there; put the published file into {folder}.", file=missing[0], folder=folder.name
        )
    for path in paths.values():
        if path.stat().st_size > LARGEST_FILE:
            raise EcgError("{file} is larger than any published file; download it again.", file=path.name)
    return paths
