"""The authors' files: their layout, numbers and nothing else, and one clear sentence for whatever is wrong."""

import pickle
import shutil
import zipfile

import pytest
import torch
from published_files import BLOCKS, write_published
from safetensors.torch import save_file

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.published.files import load
from ecgtwin_app.generators.published.folder import TEXT_FOLDER
from ecgtwin_app.generators.published.networks import PublishedDiT, PublishedExtractor
from ecgtwin_app.generators.published.text_encoder import TextEncoder
from ecgtwin_app.generators.published.vae import PublishedDecoder, PublishedEncoder

#: Names and shapes as they stand in the published files, a few of each part.
VAE_NAMES = {
    "encoder": {
        "0.weight": (128, 12, 3), "1.groupnorm_1.weight": (128,), "3.weight": (128, 128, 3),
        "4.residual_layer.weight": (256, 128, 1), "13.attention.in_proj.weight": (1536, 512),
        "13.groupnorm.bias": (512,), "18.weight": (8, 8, 1),
    },
    "decoder": {
        "0.weight": (4, 4, 1), "1.weight": (512, 4, 3), "3.attention.out_proj.bias": (512,),
        "9.weight": (512, 512, 3), "15.residual_layer.weight": (256, 512, 1), "25.bias": (12,),
    },
}  # fmt: skip
EXTRACTOR_NAMES = {
    "signal_embedding.weight": (256, 4), "text_projector.weight": (256, 771), "classfree_emb": (1, 256),
    "logit_scale": (), "layers.2.cross_attn.in_proj_weight": (768, 256),
    "layers.0.self_attn.out_proj.weight": (256, 256), "layers.1.feed_forward.fc1.weight": (1024, 256),
    "layers.1.condition_norm.weight": (256,), "layers.0.layer_norm3.bias": (256,),
}  # fmt: skip
PREDICTOR_NAMES = {
    "x_embedder.weight": (256, 4), "t_embedder.mlp.0.weight": (256, 256), "t_embedder.mlp.2.bias": (256,),
    "text_projector.weight": (256, 771), "ib_projector.weight": (256, 256),
    "c_pos_embed.pos_encoding": (1, 25, 256), "blocks.0.attn1.in_proj_bias": (768,),
    "blocks.1.attn2.kv_proj.weight": (512, 256), "blocks.1.attn2.v_norm.weight": (256,),
    "blocks.0.mlp.2.weight": (256, 1024), "blocks.0.adaLN_modulation.1.weight": (1536, 256),
    "final_layer.bias": (4,),
}  # fmt: skip
TEXT_NAMES = {
    "embeddings.word_embeddings.weight": (30528, 768), "embeddings.token_type_embeddings.weight": (2, 768),
    "emb_ln.bias": (768,), "encoder.layers.11.attn.Wqkv.weight": (2304, 768),
    "encoder.layers.0.attn.out_proj.weight": (768, 768), "encoder.layers.3.mlp.fc11.weight": (3072, 768),
    "encoder.layers.3.mlp.fc12.weight": (3072, 768), "encoder.layers.3.mlp.fc2.weight": (768, 3072),
    "encoder.layers.7.norm2.weight": (768,),
}  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published"))


@pytest.fixture
def linked(published, tmp_path):
    """The same files in a folder of the test's own, so that one can be replaced."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for path in published.iterdir():
        (folder / path.name).symlink_to(path, target_is_directory=path.is_dir())
    return folder


def replaced(folder, name):
    (folder / name).unlink()
    return folder / name


def shapes(network) -> dict:
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


@pytest.mark.parametrize(
    ("make", "names", "millions"),
    [
        (PublishedEncoder, VAE_NAMES["encoder"], 12.22),
        (PublishedDecoder, VAE_NAMES["decoder"], 17.33),
        (PublishedExtractor, EXTRACTOR_NAMES, 3.36),
        (PublishedDiT, PREDICTOR_NAMES, 10.54),
        (TextEncoder, TEXT_NAMES, 136.73),
    ],
)
def test_the_layout_is_the_published_one(make, names, millions):
    with torch.device("meta"):
        network = make()
    found = shapes(network)
    assert {name: found.get(name) for name in names} == names
    numbers = sum(value.numel() for value in network.state_dict().values())
    assert numbers / 1e6 == pytest.approx(millions, abs=0.006)


def test_the_numbers_are_those_in_the_files(published):
    model = load(published)
    original = torch.load(published / "ECGTwin_DiT.pth", weights_only=True)
    assert len(model.predictor.blocks) == BLOCKS
    assert all(torch.equal(value, original[name]) for name, value in model.predictor.state_dict().items())
    assert not any(p.requires_grad for p in model.extractor.parameters())
    assert load(published).sha256 == model.sha256 and len(model.sha256) == 64


def test_converted_files_are_read_too_and_have_another_hash(published, linked):
    halves = torch.load(published / "vae_model.pth", weights_only=True)
    flat = {f"{half}.{name}": value for half, state in halves.items() for name, value in state.items()}
    (linked / "vae_model.pth").unlink()
    save_file(flat, linked / "vae_model.safetensors")
    model, original = load(linked), load(published)
    assert torch.equal(model.decoder.state_dict()["1.weight"], halves["decoder"]["1.weight"])
    assert model.sha256 != original.sha256


def test_a_missing_file_is_named(linked, tmp_path):
    with pytest.raises(EcgError, match=r"There is no folder nowhere; choose .*vae_model\.pth"):
        load(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EcgError, match=r"empty holds none of the published files; choose the folder with"):
        load(tmp_path / "empty")
    (linked / "ibe_model.pth").unlink()
    with pytest.raises(EcgError, match=r"ibe_model\.pth is not there; put the published file into weights"):
        load(linked)


def test_the_text_encoder_belongs_to_the_files(linked):
    replaced(linked, TEXT_FOLDER)
    with pytest.raises(EcgError, match=rf"{TEXT_FOLDER}/model\.safetensors is not there"):
        load(linked)
    (linked / TEXT_FOLDER).mkdir()
    (linked / TEXT_FOLDER / "vocab.txt").write_text("a\nb\n", encoding="utf-8")
    save_file({"emb_ln.weight": torch.ones(768)}, linked / TEXT_FOLDER / "model.safetensors")
    with pytest.raises(EcgError, match=r"model\.safetensors has another layout \(emb_ln\.bias\)"):
        load(linked)


def test_a_vocabulary_of_something_else_is_refused(published, linked):
    replaced(linked, TEXT_FOLDER)
    (linked / TEXT_FOLDER).mkdir()
    weights = linked / TEXT_FOLDER / "model.safetensors"
    weights.symlink_to(published / TEXT_FOLDER / "model.safetensors")
    (linked / TEXT_FOLDER / "vocab.txt").write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(EcgError, match=r"vocab\.txt lacks \[UNK\]"):
        load(linked)
    (linked / TEXT_FOLDER / "vocab.txt").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(EcgError, match=r"vocab\.txt is no vocabulary"):
        load(linked)


class _Code:
    def __reduce__(self):
        return print, ("code in a pickle ran",)


@pytest.mark.parametrize("name", ["vae_model.pth", "ibe_model.pth", "ECGTwin_DiT.pth"])
def test_code_in_a_file_never_runs(linked, name, capsys):
    path = replaced(linked, name)
    torch.save({"encoder": _Code(), "decoder": {}}, path)
    with pytest.raises(EcgError, match="damaged or holds more than numbers"):
        load(linked)
    path.write_bytes(pickle.dumps(_Code()))
    with pytest.raises(EcgError, match="damaged or holds more than numbers"):
        load(linked)
    assert "ran" not in capsys.readouterr().out


def test_a_packed_file_is_not_unpacked(published, linked):
    path = replaced(linked, "ibe_model.pth")
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(published / "ibe_model.pth") as old, packed:
        for part in old.infolist():
            packed.writestr(part.filename, old.read(part))
    with pytest.raises(EcgError, match=r"ibe_model\.pth is damaged"):
        load(linked)


@pytest.mark.parametrize("part", [slice(0, 100), slice(0, -1000)])
def test_a_file_cut_short_is_refused(published, linked, part):
    path = replaced(linked, "ECGTwin_DiT.pth")
    path.write_bytes((published / "ECGTwin_DiT.pth").read_bytes()[part])
    with pytest.raises(EcgError, match=r"ECGTwin_DiT\.pth is damaged"):
        load(linked)


def test_a_file_larger_than_any_is_not_read(linked):
    with replaced(linked, "ibe_model.pth").open("wb") as file:
        file.truncate(1 << 31)
    with pytest.raises(EcgError, match="larger than any published file"):
        load(linked)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("ECGTwin_DiT.pth", {"down.0.weight": torch.zeros(2)}, "the U-Net variant cannot be used"),
        ("ECGTwin_DiT.pth", {"blocks.99999999.weight": torch.zeros(2)}, "no diffusion transformer"),
        ("ECGTwin_DiT.pth", {f"blocks.{n}.": torch.zeros(2) for n in range(30)}, "no diffusion transformer"),
        ("vae_model.pth", {"encoder": {}}, "no encoder and decoder"),
        ("vae_model.pth", {"encoder": {}, "decoder": {}}, r"vae_model\.pth has another layout \(0\.bias\)"),
        ("vae_model.pth", {"encoder": 3, "decoder": {}}, "no state dict"),
        ("ibe_model.pth", [1, 2], "no state dict"),
        ("ibe_model.pth", {1: torch.zeros(2)}, "no state dict"),
    ],
)
def test_another_layout_is_named(linked, name, content, sentence):
    torch.save(content, replaced(linked, name))
    with pytest.raises(EcgError, match=sentence):
        load(linked)


def test_a_part_of_another_shape_is_named(linked):
    state = PublishedDiT(1).state_dict()
    # As large as memory on paper, one number on disk: never made real.
    state["blocks.0.mlp.0.weight"] = torch.zeros(1).expand(1 << 40)
    torch.save(state, replaced(linked, "ECGTwin_DiT.pth"))
    with pytest.raises(EcgError, match=r"ECGTwin_DiT\.pth has another layout \(blocks\.0\.mlp\.0\.weight\)"):
        load(linked)


def test_a_damaged_safetensors_is_refused(linked):
    (linked / "ibe_model.pth").unlink()
    (linked / "ibe_model.safetensors").write_bytes((1 << 40).to_bytes(8, "little") + b"{}")
    with pytest.raises(EcgError, match=r"ibe_model\.safetensors is damaged"):
        load(linked)


def test_the_files_stay_as_they_were(published, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(published, copy, ignore=lambda *_: [TEXT_FOLDER])
    (copy / TEXT_FOLDER).symlink_to(published / TEXT_FOLDER)
    before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
    load(copy)
    assert {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()} == before
