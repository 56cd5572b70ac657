"""Weights travel as safetensors with their hashes; anything else is refused."""

import json

import pytest
import torch

from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.weights import build, load_modules, save
from ecgtwin_app.generators.manifest import WeightsError


def test_weights_travel_and_damage_is_noticed(tmp_path):
    model = build(AdaXConfig(("sinus rhythm", "long QT"), width=32, depth=2, heads=2), "tiny")
    save(model, tmp_path, {"training": {"steps": 0}})
    again = load_modules(tmp_path)
    assert again.config == model.config and again.rhythm is None
    for name, value in model.ensemble.state_dict().items():
        torch.testing.assert_close(again.ensemble.state_dict()[name], value, rtol=2e-3, atol=1e-4)
    assert len(again.sha256) == 64
    path = tmp_path / "ensemble.safetensors"
    path.write_bytes(path.read_bytes()[:-8] + b"12345678")
    with pytest.raises(WeightsError, match="damaged"):
        load_modules(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(WeightsError, match="another version"):
        load_modules(tmp_path)
    with pytest.raises(WeightsError, match="not there"):
        load_modules(tmp_path / "nowhere")
