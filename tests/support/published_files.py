"""Files in the layout that ECGTwin's authors published, with random numbers in them."""

import json
from pathlib import Path

import torch

from ecgtwin_app.generators.published.folder import TEXT_FOLDER, TEXT_WEIGHTS, VOCABULARY
from ecgtwin_app.generators.published.networks import PublishedDiT, PublishedExtractor
from ecgtwin_app.generators.published.text_encoder import TextEncoder
from ecgtwin_app.generators.published.vae import PublishedDecoder, PublishedEncoder

#: The published noise predictor has 7 blocks.
BLOCKS = 2
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "-", ",", *_LETTERS, *(f"##{letter}" for letter in _LETTERS))


def write_published(folder: Path, blocks: int = BLOCKS) -> Path:
    """All files; the folder."""
    torch.manual_seed(0)
    vae = {"encoder": PublishedEncoder().state_dict(), "decoder": PublishedDecoder().state_dict()}
    torch.save(vae, folder / "vae_model.pth")
    torch.save(PublishedExtractor().state_dict(), folder / "ibe_model.pth")
    torch.save(PublishedDiT(blocks).state_dict(), folder / "ECGTwin_DiT.pth")
    (folder / TEXT_FOLDER).mkdir()
    (folder / TEXT_FOLDER / VOCABULARY).write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    write_text_encoder(folder / TEXT_FOLDER / TEXT_WEIGHTS)
    return folder


def write_text_encoder(path: Path) -> None:
    """The text encoder at its full size of 547 MB, of which the disk holds little: most of it is a hole, zeros.

    Embeddings of the few pieces above are random and the normalisations are 1, so that sentences differ.
    """
    with torch.device("meta"):
        shapes = {name: tuple(value.shape) for name, value in TextEncoder().state_dict().items()}
    header, offsets, end = {}, {}, 0
    for name, shape in shapes.items():
        size = 4 * torch.Size(shape).numel()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        offsets[name], end = end, end + size
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        begin = file.tell()
        file.truncate(begin + end)
        for name, shape in shapes.items():
            if name.endswith(("norm1.weight", "norm2.weight", "emb_ln.weight")):
                numbers = torch.ones(shape)
            elif name == "embeddings.word_embeddings.weight":
                numbers = torch.randn(len(PIECES), shape[1])
            else:
                continue
            file.seek(begin + offsets[name])
            file.write(numbers.numpy().tobytes())
