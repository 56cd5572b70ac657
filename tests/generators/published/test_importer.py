"""Import of the published ECGTwin weights: their layout, nothing but tensors, apart from our own."""

import json
import pickle

import numpy as np
import pytest
import torch
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.generators.ecgtwin import weights
from ecgtwin_app.generators.published.importer import (
    PUBLISHED_LEADS,
    decode,
    draw,
    from_published,
    import_published,
    load_published,
    patient_vector,
    to_published,
)
from ecgtwin_app.generators.published.networks import PublishedDiT, PublishedExtractor
from ecgtwin_app.generators.published.vae import PublishedDecoder, PublishedEncoder, parameters_in

DEPTH = 2
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


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Files in the authors' layout, with random numbers in them."""
    folder = tmp_path_factory.mktemp("published")
    torch.manual_seed(0)
    vae = {"encoder": PublishedEncoder().state_dict(), "decoder": PublishedDecoder().state_dict()}
    torch.save(vae, folder / "vae_model.pth")
    torch.save(PublishedExtractor().state_dict(), folder / "ibe_model.pth")
    torch.save(PublishedDiT(DEPTH).state_dict(), folder / "ECGTwin_DiT.pth")
    return folder


@pytest.fixture(scope="module")
def imported(published, tmp_path_factory):
    out = tmp_path_factory.mktemp("imported")
    return import_published(published, out), out


def shapes(network) -> dict:
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def test_the_layout_is_the_published_one():
    for network, names in (
        (PublishedEncoder(), VAE_NAMES["encoder"]),
        (PublishedDecoder(), VAE_NAMES["decoder"]),
        (PublishedExtractor(), EXTRACTOR_NAMES),
        (PublishedDiT(DEPTH), PREDICTOR_NAMES),
    ):
        found = shapes(network)
        assert {name: found.get(name) for name in names} == names


@pytest.mark.parametrize(
    ("make", "millions"),
    [(PublishedEncoder, 12.22), (PublishedDecoder, 17.33), (PublishedExtractor, 3.36), (PublishedDiT, 10.54)],
)
def test_sizes_are_the_published_ones(make, millions):
    assert parameters_in(make()) / 1e6 == pytest.approx(millions, abs=0.006)


def test_what_was_imported_is_what_was_published(published, imported):
    model, out = imported
    again = load_published(out)
    original = torch.load(published / "ECGTwin_DiT.pth", weights_only=True)
    assert all(torch.equal(value, original[name]) for name, value in again.predictor.state_dict().items())
    assert all(
        torch.equal(a, b)
        for a, b in zip(model.decoder.state_dict().values(), again.decoder.state_dict().values(), strict=True)
    )
    assert not any(p.requires_grad for p in again.extractor.parameters())


def test_it_is_kept_apart_from_our_own(imported):
    with pytest.raises(weights.WeightsError):
        weights.load(imported[1])


def test_a_damaged_file_is_refused(imported, tmp_path):
    for path in imported[1].iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "extractor.safetensors").unlink()
    (tmp_path / "extractor.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(EcgError, match=r"extractor\.safetensors is damaged"):
        load_published(tmp_path)
    (tmp_path / "published.json").unlink()
    with pytest.raises(EcgError, match="import the published files again"):
        load_published(tmp_path)
    (tmp_path / "published.json").write_text(json.dumps({"format": "other"}))
    with pytest.raises(EcgError, match="no imported"):
        load_published(tmp_path)


class _Code:
    def __reduce__(self):
        return print, ("code in a pickle ran",)


def test_code_in_a_file_never_runs(published, tmp_path, capsys):
    for name in ("ibe_model.pth", "ECGTwin_DiT.pth"):
        (tmp_path / name).symlink_to(published / name)
    torch.save({"encoder": _Code(), "decoder": {}}, tmp_path / "vae_model.pth")
    with pytest.raises(EcgError, match="more than numbers"):
        import_published(tmp_path, tmp_path / "out")
    (tmp_path / "vae_model.pth").write_bytes(pickle.dumps(_Code()))
    with pytest.raises(EcgError, match="more than numbers"):
        import_published(tmp_path, tmp_path / "out")
    assert "ran" not in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_other_layouts_are_named(published, tmp_path):
    with pytest.raises(EcgError, match=r"vae_model\.pth is not there"):
        import_published(tmp_path, tmp_path / "out")
    (tmp_path / "vae_model.pth").symlink_to(published / "vae_model.pth")
    torch.save({"down.0.weight": torch.zeros(2)}, tmp_path / "ECGTwin_DiT.pth")
    with pytest.raises(EcgError, match="U-Net"):
        import_published(tmp_path, tmp_path / "out")
    state = PublishedDiT(1).state_dict()
    state["blocks.0.mlp.0.weight"] = torch.zeros(3, 3)
    torch.save(state, tmp_path / "ECGTwin_DiT.pth")
    (tmp_path / "ibe_model.pth").symlink_to(published / "ibe_model.pth")
    with pytest.raises(EcgError, match=r"blocks\.0\.mlp\.0\.weight"):
        import_published(tmp_path, tmp_path / "out")


def test_leads_and_rate_are_converted_at_the_boundary():
    recording, _ = strip(noise=0.0)
    theirs = to_published(recording)
    assert theirs.shape == (1, 12, 1024)
    assert PUBLISHED_LEADS.index("aVF") == 4 and LEADS.index("aVF") == 5
    assert theirs[0, 4].max() == pytest.approx(float(recording.lead("aVF").max()), rel=0.1)
    back = from_published(theirs[0])
    assert back.synthetic and back.leads == LEADS and back.signal.shape == (12, 5000)
    for lead in ("aVL", "aVF", "V2"):
        assert np.corrcoef(back.lead(lead), recording.lead(lead))[0, 1] > 0.99


def test_conditions_stand_in_their_published_order():
    torch.manual_seed(1)
    text, patient, latent = torch.randn(1, 2, 768), torch.randn(1, 3), torch.randn(1, 4, 16)
    extractor, predictor = PublishedExtractor().eval(), PublishedDiT(1).eval()
    seen = {}
    for name, network in (("extractor", extractor), ("predictor", predictor)):
        network.text_projector.register_forward_hook(
            lambda _, args, out, name=name: seen.update({name: args[0]})
        )
    with torch.no_grad():
        base = extractor(latent, text, patient)
        predictor(latent, torch.tensor([3]), text, patient, base)
        unknown = extractor(latent, None, patient)
    assert torch.equal(seen["extractor"][0, 1], torch.cat([text[0, 1], patient[0]]))
    assert torch.equal(seen["predictor"][0, 1], torch.cat([patient[0], text[0, 1]]))
    assert base.shape == (1, 256) and not torch.allclose(base, unknown)


def test_a_twin_is_drawn_and_decoded(imported):
    model, _ = imported
    reference, _ = strip()
    text = torch.nn.functional.normalize(
        torch.randn(1, 2, 768, generator=torch.Generator().manual_seed(0)), dim=-1
    )
    patient = patient_vector(72, 54, "F")
    assert patient[0].tolist() == pytest.approx([-0.2921, -0.5984, 0.0], abs=1e-3)
    *_, (latent, denoised) = draw(model, reference, None, patient, text, patient, seed=4, steps=3)
    assert torch.equal(latent, denoised) and latent.abs().max() <= 1.0001
    *_, (again, _) = draw(model, reference, None, patient, text, patient, seed=4, steps=3)
    *_, (other, _) = draw(model, reference, None, patient, text, patient, seed=5, steps=3)
    assert torch.equal(latent, again) and not torch.equal(latent, other)
    twin = decode(model, latent)
    assert twin.synthetic and twin.signal.shape == (12, 5000) and "contradict" in twin.history[-1]
    with pytest.raises(EcgError, match="768"):
        next(draw(model, reference, None, patient, text[..., :5], patient, seed=4))
    with pytest.raises(EcgError, match="sex"):
        patient_vector(72, 54, "")
