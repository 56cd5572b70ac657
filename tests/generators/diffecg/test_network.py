"""The network: it begins with the guess, tells every sample, and is the same as an ONNX file."""

import numpy as np
import pytest
import torch
from diffecg_files import small_network, write_diffecg

from ecgtwin_app.generators.diffecg.config import BINS, FRAMES, HOP, RATE, TASKS, WINDOW
from ecgtwin_app.generators.diffecg.graphs import INPUTS, Matrices, Prediction
from ecgtwin_app.generators.diffecg.spectrum import log_spectrum
from ecgtwin_app.generators.diffecg.weights import FOLDER, load
from ecgtwin_app.generators.manifest import WeightsError


def told(seed=0, batch=2):
    rng = np.random.default_rng(seed)
    guess = rng.normal(0, 1, (batch, 8, 1000)).astype(np.float32)
    hidden = np.zeros_like(guess)
    hidden[:, 3] = 1
    hidden[:, :, 400:600] = 1
    arrays = (rng.normal(0, 1, guess.shape), guess, hidden, log_spectrum(np.where(hidden, 0, guess)))
    return dict(
        zip(INPUTS, [*(torch.from_numpy(one.astype(np.float32)) for one in arrays), torch.full((batch,), 120.0),
            torch.arange(batch) % len(TASKS)], strict=True)
    )  # fmt: skip


def test_a_fresh_network_leaves_the_guess_as_it_is():
    silent = told() | {"x": torch.zeros(2, 8, 1000)}
    (off,) = Prediction(small_network()).asked(silent, ("predicted",))
    assert off.shape == (2, 8, 1000) and not off.any()
    (clean,) = Prediction(small_network()).asked(told() | {"time": torch.zeros(2)}, ("predicted",))
    assert torch.equal(clean, told()["x"])


def test_it_hears_all_that_it_is_told():
    network = Prediction(small_network(trained=True))
    with torch.inference_mode():
        (first,) = network.asked(told(), ("predicted",))
        for name in INPUTS:
            other = told() | {name: told()[name].roll(1, 0) if name == "task" else told(seed=5)[name]}
            if name in ("time", "hidden"):
                other[name] = told()[name] * 0.4
            assert not torch.allclose(network.asked(other, ("predicted",))[0], first), name


def test_the_matrices_of_an_onnx_file_are_the_same_network():
    with torch.inference_mode():
        (one,) = Prediction(small_network(trained=True)).asked(told(), ("predicted",))
        (other,) = Matrices(small_network(trained=True))(*told().values())
    np.testing.assert_allclose(one, other, atol=2e-4)


def test_the_spectrum_shows_a_tone_at_its_frequency_while_it_lasts():
    at = np.arange(1000) / RATE
    signal = np.zeros((1, 8, 1000))
    signal[0, 2] = np.where(at > 5, np.sin(2 * np.pi * 12.5 * at), 0)
    found = log_spectrum(signal).reshape(8, BINS, FRAMES)
    assert found[2, :, 50].argmax() == round(12.5 / RATE * WINDOW)
    assert found[2, :, 500 // HOP + 8].max() > 3 * max(found[2, :, 10].max(), found[3].max())


def test_weights_are_read_back_and_refused_when_changed(tmp_path):
    folder = write_diffecg(tmp_path / "w")
    weights = load(folder, "torch", "cpu")
    assert (
        weights.manifest["spread"] == {"beside": 0.2, "span": 0.2, "forecast": 0.3}
        and weights.name == "small"
    )
    numbers = {name: value.numpy() for name, value in told().items()}
    (one,) = weights.network(numbers, ("predicted",))
    with torch.inference_mode():
        (other,) = Prediction(small_network(trained=True)).asked(told(), ("predicted",))
    np.testing.assert_allclose(one, other, atol=2e-3)  # kept in half precision
    file = folder / "diffecg.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError):
        load(folder, "torch", "cpu")
    with pytest.raises(WeightsError, match="diffecg"):
        FOLDER.manifest(tmp_path)
